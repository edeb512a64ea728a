"""Bytes of a picture -> bytes of a picture that the platform takes. The content decides what it is, not its name.

The order of the steps matters: the size is looked at before anything is decoded (a bomb costs nothing), a JPEG is
reduced while it is decoded, colours are brought to sRGB before transparency and depth go.
"""

from __future__ import annotations

import math
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from typing import cast

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from publisher.document import Asset, Level, Newsletter, Note
from publisher.errors import PublisherError, Unreadable

BODY_WIDTH = 1080
"""Pixels: more than any phone shows."""
BODY_BYTES = 1_000_000
"""The platform takes less than 1 MB in a text."""
COVER_SIZE = (1800, 766)
"""Twice 900×383, so that it stays sharp; a smaller picture is not blown up beyond 900×383."""
COVER_LEAST = (900, 383)
PIXELS = 60_000_000

_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
_QUALITIES = (88, 80, 72, 63, 54, 45)
_SHRINK = 0.8
_FEW_COLORS = 4096

_Remarks = list[Note]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that the platform takes. `media_type` is image/jpeg or image/png, the sizes are pixels."""

    data: bytes
    media_type: str
    width: int
    height: int
    notes: tuple[Note, ...] = ()


def fit_body(data: bytes, name: str) -> Picture:
    """The picture for a text: at most 1080 pixels wide, JPEG or PNG below 1,000,000 bytes. Unreadable, with a note
    that names the picture, if it is none, is damaged, or is hostile.
    """
    remarks: _Remarks = []
    with _guarded(name):
        image = _reduce(_decode(data, name, BODY_WIDTH, remarks), BODY_WIDTH)
        picture = _encode(image, tuple(remarks))
    if picture.width < image.width:
        text = f"图片「{name}」太大，缩到 {picture.width} 像素宽才不超过平台的 1 MB，请核对细节是否还看得清。"
        return replace(picture, notes=(*remarks, Note("picture-shrunk", text, Level.WARNING)))
    return picture


def fit_cover(data: bytes, name: str) -> Picture:
    """The picture as a cover: a JPEG of 2.35:1, cut evenly at the sides that are too long. Unreadable as `fit_body`."""
    remarks: _Remarks = []
    with _guarded(name):
        image = _decode(data, name, COVER_SIZE[0], remarks)
        large = image.width >= COVER_SIZE[0] and image.height >= COVER_SIZE[1]
        if image.width < COVER_LEAST[0] or image.height < COVER_LEAST[1]:
            text = (
                f"封面图「{name}」只有 {image.width}×{image.height} 像素，放大后会模糊；"
                f"建议不小于 {COVER_LEAST[0]}×{COVER_LEAST[1]}。"
            )
            remarks.append(Note("cover-small", text, Level.WARNING))
        fitted = ImageOps.fit(image, COVER_SIZE if large else COVER_LEAST, Image.Resampling.LANCZOS)
        return _encode_jpeg(fitted, tuple(remarks))


def fit_pictures(newsletter: Newsletter) -> Newsletter:
    """The newsletter with every picture as the platform takes it; what cannot be used becomes an ERROR note."""
    assets, notes = [], list(newsletter.notes)
    for asset in newsletter.assets:
        make = fit_cover if asset.fingerprint == newsletter.metadata.cover else fit_body
        try:
            picture = make(asset.data, asset.name)
        except PublisherError as error:
            notes.append(Note("picture-unusable", error.note, Level.ERROR))
            continue
        assets.append(
            Asset(asset.fingerprint, picture.media_type, picture.data, asset.name, picture.width, picture.height)
        )
        notes += picture.notes
    return replace(newsletter, assets=tuple(assets), notes=tuple(notes))


# ---------------------------------------------------------------------------- decoding


@contextmanager
def _guarded(name: str) -> Iterator[None]:
    """Whatever Pillow raises over a bad file, as Unreadable."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            yield
        except UnidentifiedImageError as error:
            note = (
                f"「{name}」不是可用的图片（支持 JPEG、PNG、WebP、GIF、BMP、TIFF、AVIF）。"
                "请另存为 JPEG 或 PNG 后重新投放。"
            )
            raise Unreadable(f"{name}: not a picture", note) from error
        except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
            raise _too_large(name) from error
        except (OSError, SyntaxError, ValueError, EOFError, OverflowError, TypeError, IndexError, MemoryError) as error:
            note = f"图片「{name}」已损坏或不完整，无法读出。请重新导出或另存后再投放。"
            raise Unreadable(f"{name}: damaged: {type(error).__name__}", note) from error


def _too_large(name: str, size: tuple[int, int] | None = None) -> Unreadable:
    shown = f"（{size[0]}×{size[1]}）" if size else ""
    note = f"图片「{name}」的像素太多{shown}，上限为 {PIXELS // 1_000_000} 百万像素。请缩小后重新投放。"
    return Unreadable(f"{name}: more than {PIXELS} pixels", note)


def _decode(data: bytes, name: str, width: int, remarks: _Remarks) -> Image.Image:
    """An RGB picture, upright, in sRGB, on white; of an animation the first frame."""
    image: Image.Image = Image.open(BytesIO(data), formats=_FORMATS)
    if image.width * image.height > PIXELS:
        raise _too_large(name, image.size)
    if image.width == 0 or image.height == 0:
        raise ValueError("no pixels")
    if getattr(image, "n_frames", 1) > 1 and image.format in {"GIF", "WEBP", "PNG", "AVIF"}:
        remarks.append(Note("picture-animated", f"动图「{name}」只取第一帧（平台的正文图片只收静态图）。"))
    # Only JPEG knows draft(): it decodes at 1/2, 1/4 or 1/8, here with neither side below the wanted width.
    ratio = width / min(image.size)
    image.draft(None, (round(image.width * ratio), round(image.height * ratio)))
    image.load()
    profile = image.info.get("icc_profile")
    image = _upright(image)
    if image.mode == "CMYK" and not profile:
        remarks.append(Note("picture-cmyk", f"图片「{name}」是印刷用的 CMYK 且没有颜色配置，颜色可能偏差，请核对。"))
    return _flatten(_to_eight_bits(_to_srgb(image, profile)))


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except (KeyError, OSError, SyntaxError, TypeError, ValueError, ZeroDivisionError, struct.error):
        # Cameras and editors write broken EXIF; the picture itself is fine.
        return image


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if not profile or image.mode not in {"RGB", "RGBA", "CMYK", "L"}:
        return image
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        target = "RGBA" if image.mode == "RGBA" else "RGB"
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=target)
    except (ImageCms.PyCMSError, OSError, ValueError):
        # A broken profile, or one that does not belong to the picture: its plain values are the better guess.
        return image
    return converted or image


def _to_eight_bits(image: Image.Image) -> Image.Image:
    if not image.mode.startswith(("I", "F")):
        return image
    # Pillow's own conversion cuts off at 255 instead of scaling.
    values = image.convert("F")
    _lowest, highest = cast("tuple[float, float]", values.getextrema())
    scale = 1 / 257 if highest > 255 else 1.0  # noqa: PLR2004 - the largest value of 8 bits; 65535 = 255 × 257
    return values.point(lambda value: value * scale + 0).convert("L")


def _flatten(image: Image.Image) -> Image.Image:
    if image.mode in {"RGBA", "LA", "PA", "RGBa", "La"} or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image).convert("RGB")
    return image.convert("RGB")


# ---------------------------------------------------------------------------- encoding


def _reduce(image: Image.Image, width: int) -> Image.Image:
    if image.width <= width:
        return image
    height = max(1, round(image.height * width / image.width))
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2)


def _encode(image: Image.Image, notes: tuple[Note, ...]) -> Picture:
    """A palette PNG of flat art where it is small enough and smaller than the JPEG, else the JPEG."""
    jpeg = _encode_jpeg(image, notes)
    if image.getcolors(_FEW_COLORS) is None:
        return jpeg
    png = _save_png(image.quantize(256, dither=Image.Dither.NONE))
    if len(png) > min(len(jpeg.data), BODY_BYTES):
        return jpeg
    return Picture(png, "image/png", image.width, image.height, notes)


def _encode_jpeg(image: Image.Image, notes: tuple[Note, ...]) -> Picture:
    """The JPEG of the best quality below the limit; where none is, of a smaller picture."""
    while True:
        for quality in _QUALITIES:
            data = _save_jpeg(image, quality)
            if len(data) <= BODY_BYTES - 1:
                return Picture(data, "image/jpeg", image.width, image.height, notes)
        scale = min(_SHRINK, math.sqrt(BODY_BYTES / len(data)))
        smaller = (max(1, int(image.width * scale)), max(1, int(image.height * scale)))
        image = image.resize(smaller, Image.Resampling.LANCZOS)


def _save_jpeg(image: Image.Image, quality: int) -> bytes:
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=quality, progressive=True, optimize=True)
    return buffer.getvalue()


def _save_png(image: Image.Image) -> bytes:
    buffer = BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
