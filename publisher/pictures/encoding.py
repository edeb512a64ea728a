"""Plain colours -> the bytes that the platform takes in a text: JPEG or PNG below 1 MB."""

from __future__ import annotations

import math
from dataclasses import dataclass
from io import BytesIO
from typing import Final, cast

from PIL import Image

from publisher.document import Note

BODY_BYTES: Final = 1_000_000
"""The platform takes less than 1 MB in a text."""

_QUALITIES: Final = (88, 80, 72, 63, 54, 45)
_SHRINK: Final = 0.8
_FEW_COLORS: Final = 4096
_PALETTE: Final = 256


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that the platform takes. `media_type` is image/jpeg, image/png or image/gif, the sizes are pixels."""

    data: bytes
    media_type: str
    width: int
    height: int
    notes: tuple[Note, ...] = ()


def encode(image: Image.Image) -> Picture:
    """A palette PNG of flat art where it is small enough and smaller than a good JPEG, else the JPEG."""
    if image.getcolors(_FEW_COLORS) is not None:
        png = _save_png(_in_palette(image))
        if len(png) < BODY_BYTES and len(png) <= len(_save_jpeg(image, _QUALITIES[0])):
            return Picture(png, "image/png", image.width, image.height)
    return encode_jpeg(image)


def encode_jpeg(image: Image.Image) -> Picture:
    """The JPEG of the best quality below the limit; where none is, of a smaller picture."""
    while True:
        for quality in _QUALITIES:
            data = _save_jpeg(image, quality)
            if len(data) < BODY_BYTES:
                return Picture(data, "image/jpeg", image.width, image.height)
        scale = min(_SHRINK, math.sqrt(BODY_BYTES / len(data)))
        smaller = (max(1, int(image.width * scale)), max(1, int(image.height * scale)))
        image = image.resize(smaller, Image.Resampling.LANCZOS)


def _in_palette(image: Image.Image) -> Image.Image:
    """The picture in at most 256 colours: its own, where they are no more, which takes a tenth of finding good ones."""
    own = image.getcolors(_PALETTE)
    if own:
        colors = Image.new("P", (1, 1))
        colors.putpalette([channel for _, color in own for channel in cast("tuple[int, int, int]", color)])
        painted = image.quantize(palette=colors, dither=Image.Dither.NONE)
        if painted.convert("RGB").tobytes() == image.tobytes():  # colours that are very near are taken for one
            return painted
    return image.quantize(_PALETTE, dither=Image.Dither.NONE)


def _save_jpeg(image: Image.Image, quality: int) -> bytes:
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=quality, progressive=True, optimize=True)
    return buffer.getvalue()


def _save_png(image: Image.Image) -> bytes:
    buffer = BytesIO()
    # The highest level, which optimize=True means, takes ten times as long for 8 % less.
    image.save(buffer, "PNG", compress_level=6)
    return buffer.getvalue()
