"""Pictures that move: kept as a GIF where phones and the platform bear it, else the first frame."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Final

from PIL import Image, ImageSequence

from publisher.document import Level, Note
from publisher.pictures.encoding import Picture

GIF_BYTES: Final = 10_000_000
"""The platform takes 10 MB of permanent material; a little less, whatever it calls a megabyte."""
GIF_FRAMES: Final = 300
"""What the platform's own editor takes."""
GIF_PIXELS: Final = 4_000_000
"""Of one frame: a phone unpacks whole frames, here 16 MB; its screen has about 2.6 million."""

_CONVERTED_PIXELS: Final = 40_000_000
"""Of all frames together, where frames must be drawn anew: about two seconds."""
_MOVING: Final = ("GIF", "WEBP", "PNG", "AVIF")
_HEADER, _EXTENSION, _FRAME, _END = 13, 0x21, 0x2C, 0x3B
_WHITE: Final = (255, 255, 255, 255)


def is_moving(image: Image.Image) -> bool:
    """Whether a picture has several frames that are shown one after another; pages of a TIFF are not."""
    return image.format in _MOVING and bool(getattr(image, "is_animated", False))


def keep_moving(data: bytes, image: Image.Image, name: str) -> tuple[Picture, ...]:
    """The GIF, or nothing where it would be too much for phones or for the platform."""
    if image.format == "GIF":
        return _keep_gif(data, image)
    frames = int(getattr(image, "n_frames", 1))
    pixels = image.width * image.height
    if frames > GIF_FRAMES or pixels > GIF_PIXELS or frames * pixels > _CONVERTED_PIXELS:
        return ()
    gif = _draw_gif(image)
    text = f"动图「{name}」已转成 GIF（平台的正文动图只收 GIF），颜色可能略有减少，请核对。"
    notes = (Note("picture-animated", text, Level.INFO),)
    return (Picture(gif, "image/gif", image.width, image.height, notes),) if len(gif) <= GIF_BYTES else ()


def first_frame_note(name: str) -> Note:
    """That a moving picture stands still."""
    text = (
        f"动图「{name}」太大，只取第一帧。平台的动图上限：{GIF_BYTES // 1_000_000} MB、{GIF_FRAMES} 帧、"
        f"每帧 {GIF_PIXELS // 10_000} 万像素；请压缩成更小的 GIF 后重新投放，或核对第一帧是否可用。"
    )
    return Note("picture-animated", text)


def _keep_gif(data: bytes, image: Image.Image) -> tuple[Picture, ...]:
    if len(data) > GIF_BYTES or image.width * image.height > GIF_PIXELS:
        return ()
    frames, largest, end = _read_shape(data)
    if frames > GIF_FRAMES or largest > GIF_PIXELS:
        return ()
    image.load()  # one frame that can be drawn shows that it is a picture at all
    return (Picture(data[:end] + bytes([_END]), "image/gif", image.width, image.height),)


def _read_shape(data: bytes) -> tuple[int, int, int]:
    """What the blocks of a GIF say, without unpacking one: how many frames there are, up to one too many; the pixels
    of the largest; where the end mark is or should be. IndexError or ValueError if it is cut short or damaged.
    """
    at = _HEADER + _table(data[10])
    frames = largest = 0
    while at < len(data) and data[at] != _END and frames <= GIF_FRAMES:
        if data[at] == _FRAME:
            width, height = (int.from_bytes(data[at + start : at + start + 2], "little") for start in (5, 7))
            frames, largest = frames + 1, max(largest, width * height)
            at = _after_blocks(data, at + 11 + _table(data[at + 9]))
        elif data[at] == _EXTENSION:
            at = _after_blocks(data, at + 2)
        else:
            raise ValueError("no block of a GIF")
    return frames, largest, at


def _table(flags: int) -> int:
    """The bytes of the colour table that follows these flags."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _after_blocks(data: bytes, at: int) -> int:
    while data[at]:
        at += data[at] + 1
    return at + 1


def _draw_gif(image: Image.Image) -> bytes:
    times: list[int] = []
    first, *rest = _flat_frames(image, times)
    buffer = BytesIO()
    loop = int(image.info.get("loop", 0))
    first.save(buffer, "GIF", save_all=True, append_images=rest, duration=times, loop=loop)
    return buffer.getvalue()


def _flat_frames(image: Image.Image, times: list[int]) -> Iterator[Image.Image]:
    """Each frame on white in 256 colours; how long it is shown, in milliseconds, is added to `times`."""
    for frame in ImageSequence.Iterator(image):
        canvas = Image.new("RGBA", frame.size, _WHITE)
        canvas.alpha_composite(frame.convert("RGBA"))
        times.append(int(frame.info.get("duration", 100)))
        yield canvas.convert("RGB").quantize(256, Image.Quantize.FASTOCTREE)
