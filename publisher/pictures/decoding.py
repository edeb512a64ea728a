"""Bytes of any kind of picture -> plain colours: RGB, upright, in sRGB, on white, no wider than asked.

The order of the steps matters: the size is looked at before anything is decoded (a bomb costs nothing), a JPEG is
reduced while it is decoded, and colours are made plain a band at a time, so that a picture is in memory only once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import Final, cast

from PIL import Image, ImageCms, ImageOps

from publisher.document import Note
from publisher.importers.signatures import media_type
from publisher.pictures.refusing import DAMAGE, PIXELS, PIXELS_OF, too_large

_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
_BAND: Final = 4_000_000
"""Pixels of one band: 16 MB in each of the steps."""
_LARGEST_BYTE: Final = 255

Remarks = list[Note]
Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Source:
    """A picture that is decoded and upright, its colours still as the file has them. Values of more than 8 bits are
    to be multiplied by `scale`.
    """

    image: Image.Image
    profile: bytes
    scale: float

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, in pixels."""
        return self.image.size

    def plain(self, box: Box, width: int) -> Image.Image:
        """One part of the picture, in RGB, at most `width` pixels wide."""
        left, top, right, bottom = box
        # reduce() averages whole blocks, quickly; the rest, less than half, is for a good filter.
        factor = max(1, (right - left) // (2 * width))
        whole = Image.new("RGB", (-(-(right - left) // factor), -(-(bottom - top) // factor)))
        for start, band in self._bands(box, factor):
            whole.paste(band, (0, (start - top) // factor))
        return _narrow(whole, width)

    def _bands(self, box: Box, factor: int) -> Iterator[tuple[int, Image.Image]]:
        left, top, right, bottom = box
        height = max(1, _BAND // (right - left) // factor) * factor
        for start in range(top, bottom, height):
            part = self.image.crop((left, start, right, min(bottom, start + height)))
            colors = _flatten(_to_eight_bits(_to_srgb(part, self.profile), self.scale))
            yield start, colors.reduce(factor) if factor > 1 else colors


def open_image(data: bytes, name: str) -> Image.Image:
    """The picture, not yet decoded. Unreadable if it has more pixels than its format may."""
    image: Image.Image = Image.open(BytesIO(data), formats=_formats(data))
    most = PIXELS_OF.get(image.format or "", PIXELS)
    if image.width * image.height > most:
        raise too_large(name, image.size, most)
    if image.width == 0 or image.height == 0:
        raise ValueError("no pixels")
    return image


def decode(image: Image.Image, name: str, width: int, remarks: Remarks) -> Source:
    """The picture in the size that gives `width` pixels; of an animation the first frame."""
    # Only JPEG knows draft(): it decodes at 1/2, 1/4 or 1/8, here with neither side below the wanted width.
    ratio = width / min(image.size)
    image.draft(None, (round(image.width * ratio), round(image.height * ratio)))
    image.load()
    profile = image.info.get("icc_profile") or b""
    _turn_upright(image)
    if image.mode == "CMYK" and not profile:
        remarks.append(Note("picture-cmyk", f"图片「{name}」是印刷用的 CMYK 且没有颜色配置，颜色可能偏差，请核对。"))
    return Source(image, profile, _scale(image))


def _formats(data: bytes) -> tuple[str, ...]:
    if media_type(data) != "image/heic":
        return _FORMATS
    from pillow_heif import register_heif_opener

    register_heif_opener(thumbnails=False)
    return (*_FORMATS, "HEIF")


def _turn_upright(image: Image.Image) -> None:
    # Cameras and editors write broken EXIF; the picture itself is fine.
    with suppress(*DAMAGE):
        ImageOps.exif_transpose(image, in_place=True)  # else it copies even what stands upright


def _scale(image: Image.Image) -> float:
    """What brings the values to 8 bits: some files keep 8 bits in 16 or 32."""
    if not image.mode.startswith(("I", "F")):
        return 1.0
    _lowest, highest = cast("tuple[float, float]", image.getextrema())
    return 1 / 257 if highest > _LARGEST_BYTE else 1.0  # 65535 = 255 × 257


def _to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
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


def _to_eight_bits(image: Image.Image, scale: float) -> Image.Image:
    if not image.mode.startswith(("I", "F")):
        return image
    # Pillow's own conversion cuts off at 255 instead of scaling.
    return image.convert("F").point(lambda value: value * scale + 0).convert("L")


def _flatten(image: Image.Image) -> Image.Image:
    if image.mode in {"RGBA", "LA", "PA", "RGBa", "La"} or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image).convert("RGB")
    return image.convert("RGB")


def _narrow(image: Image.Image, width: int) -> Image.Image:
    if image.width <= width:
        return image
    height = max(1, round(image.height * width / image.width))
    return image.resize((width, height), Image.Resampling.LANCZOS)
