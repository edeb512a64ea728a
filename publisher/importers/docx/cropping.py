"""Cropped pictures: Word keeps the whole picture and shows a part of it. Only that part may be published."""

from __future__ import annotations

import io
import re
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lxml.etree import _Element as Element

from publisher.document import Asset, fingerprint
from publisher.importers.docx.names import below, qualified

if TYPE_CHECKING:
    from PIL.Image import Image

_FORMATS: Final = {"image/png": "PNG", "image/jpeg": "JPEG"}
_MOST_PIXELS: Final = 40_000_000
"""In all pictures of a file; what is beyond stays whole."""
_QUALITY: Final = 92
_BLIP: Final = qualified("a:blip")
_BROKEN: Final = (OSError, SyntaxError, ValueError, TypeError, EOFError, struct.error, zlib.error)
_PER_CENT: Final = re.compile(r"(-?\d{1,4}(?:\.\d{1,6})?)%")
_SIDES: Final = ("l", "t", "r", "b")
_OLD_SIDES: Final = ("cropleft", "croptop", "cropright", "cropbottom")


@dataclass(frozen=True, slots=True)
class Crop:
    """What is cut off at each side, as a share of the whole width or height."""

    left: float = 0.0
    top: float = 0.0
    right: float = 0.0
    bottom: float = 0.0

    def cuts(self) -> bool:
        """Whether anything is cut off; a hair's breadth is rounding."""
        return max(self.left, self.top, self.right, self.bottom) > 0.005  # noqa: PLR2004 - half a per cent

    def box(self, width: int, height: int) -> tuple[int, int, int, int]:
        """What is left, in pixels; at least one."""
        left, top = min(round(width * self.left), width - 1), min(round(height * self.top), height - 1)
        right, bottom = width - round(width * self.right), height - round(height * self.bottom)
        return left, top, max(right, left + 1), max(bottom, top + 1)


class Cutter:
    """Cuts pictures, as many as the limit of pixels allows; equal cuts of one picture are made once."""

    def __init__(self) -> None:
        self._pixels = 0
        self._made: dict[tuple[str, Crop], Asset] = {}

    def cut(self, asset: Asset, crop: Crop) -> Asset:
        """The part of the picture that is shown, or the picture itself if it cannot be cut."""
        key = (asset.fingerprint, crop)
        if key not in self._made:
            self._made[key] = self._cut(asset, crop)
        return self._made[key]

    def _cut(self, asset: Asset, crop: Crop) -> Asset:
        from PIL import Image

        name = _FORMATS.get(asset.media_type, "")
        if not name:
            return asset
        try:
            with Image.open(io.BytesIO(asset.data), formats=(name,)) as image:
                self._pixels += image.width * image.height
                if self._pixels > _MOST_PIXELS:
                    return asset
                data = _encode(image.crop(crop.box(image.width, image.height)), name)
        except (*_BROKEN, Image.DecompressionBombError, Image.DecompressionBombWarning):
            return asset  # the pictures' own edge says what is wrong with it
        return Asset(fingerprint(data), asset.media_type, data, asset.name)


def read_crop(element: Element) -> Crop:
    """What an a:blip or a v:imagedata says of cropping; negative shares add a border, which is nothing to cut."""
    if element.tag == _BLIP:
        parent = element.getparent()
        source = below(parent, "a:srcRect") if parent is not None else element
        return Crop(*(_share(str(source.get(side, "")), 100_000) for side in _SIDES))
    return Crop(*(_share(str(element.get(side, "")), 65_536) for side in _OLD_SIDES))


def _encode(part: Image, format_name: str) -> bytes:
    """The part as a file of its own; its colour profile and its orientation come along."""
    stream = io.BytesIO()
    profile, turned = part.info.get("icc_profile"), part.info.get("exif", b"")
    part.save(stream, format_name, quality=_QUALITY, icc_profile=profile, exif=turned)
    return stream.getvalue()


def _share(said: str, whole: int) -> float:
    """A share that is written in 1/100,000 (a:srcRect), in 1/65,536 with an f (old drawings), in per cent, or as a
    plain decimal (old drawings again).
    """
    per_cent = _PER_CENT.fullmatch(said)
    if per_cent:
        share = float(per_cent[1]) / 100
    elif re.fullmatch(r"-?\d{1,9}f?", said):
        share = int(said.rstrip("f")) / whole
    else:
        share = float(said) if re.fullmatch(r"0?\.\d{1,9}", said) else 0.0
    return min(max(share, 0.0), 1.0)
