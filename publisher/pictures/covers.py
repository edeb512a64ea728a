"""A picture that an editor gave as cover -> what is sent: the whole of it, as large as the platform wants it.

The platform shows two parts of a cover (see `cropping`), so nothing is cut off here. Only what gives no good part is
put on a larger ground: a banner, a tall poster, a logo.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from PIL import Image

from publisher.document import Level, Note
from publisher.pictures.cropping import WIDE
from publisher.pictures.decoding import Remarks, Source, decode, open_image
from publisher.pictures.encoding import Picture, encode_jpeg
from publisher.pictures.fitting import pixels_of
from publisher.pictures.refusing import guarded

COVER_SIZE: Final = (1800, 766)
"""Twice 900×383, so that it stays sharp."""
COVER_LEAST: Final = (900, 383)
"""What the platform wants of the part that it shows; it refuses what is much smaller, or a mere strip."""

_BANNER, _THREAD = 3.0, 20.0
"""Width by height from which a picture is a banner, and from which it is nothing that can be shown."""
_POSTER, _STRIP = 2.0, 5.0
"""Height by width from which a picture is a poster, and from which it is too long for one."""
_POSTER_GROUND: Final = 1.75  # widths of the poster
_LOGO: Final = 320
"""Pixels of either side: inside the central square."""
_TINY: Final = 64
_STRETCH: Final = 2.0
"""How much larger a picture may be made."""
_NEAR, _MOSTLY = 12, 0.85
"""How near, and how many of a border's pixels, make one colour of it."""
_CLOUDS: Final = 5  # to a side

_NOTES: Final = {
    "cover-banner": "封面图「{0}」是 {1}×{2} 的横条，已整张放在底色上，不裁掉两头。请在草稿里核对封面。",
    "cover-poster": "封面图「{0}」是 {1}×{2} 的长图，已放在底色上，列表里只显示其中一段。请在草稿里核对封面。",
    "cover-strip": "封面图「{0}」是 {1}×{2} 的长条，只用了最上面一段，放在底色上。请在草稿里核对封面。",
    "cover-logo": "封面图「{0}」只有 {1}×{2} 像素，铺满会很模糊，所以放在底色中间。建议不小于 900×383。",
    "cover-small": "封面图「{0}」只有 {1}×{2} 像素，放大后会模糊；建议不小于 900×383。",
    "cover-unfit": "封面图「{0}」是 {1}×{2} 像素，太小或太扁，没有用；封面改为自动画的。建议不小于 900×383。",
}
_WARNINGS: Final = frozenset({"cover-logo", "cover-small", "cover-unfit"})


def fit_cover(data: bytes, name: str) -> Picture | Note:
    """The picture as a cover, a JPEG, or, where it is nothing that can be shown as one, the note that says so.
    Unreadable as `fit_body`.
    """
    remarks: Remarks = []
    with guarded(name):
        opened = open_image(pixels_of(data, name, COVER_SIZE[0], remarks), name)
        given = opened.size
        source = decode(opened, name, COVER_SIZE[0], remarks)
        given = given if _is_upright(given) == _is_upright(source.size) else (given[1], given[0])
        if max(given) < _TINY or given[0] > given[1] * _THREAD:
            return _note("cover-unfit", name, given)
        shown, why = _shown(_enough(source), given)
        if why:
            remarks.append(_note(why, name, given))
        return replace(encode_jpeg(shown), notes=tuple(remarks))


def _is_upright(size: tuple[int, int]) -> bool:
    return size[1] > size[0]


def _note(code: str, name: str, size: tuple[int, int]) -> Note:
    return Note(code, _NOTES[code].format(name, *size), Level.WARNING if code in _WARNINGS else Level.INFO)


def _enough(source: Source) -> Image.Image:
    """The picture, at least as large as a cover where it can be; of a strip the top."""
    wide, high = source.size
    high = min(high, round(wide * _STRIP))
    # The narrower side decides: a panorama must not lose its height.
    ratio = min(1.0, max(COVER_SIZE[0] / wide, COVER_SIZE[1] / high))
    return source.plain((0, 0, wide, high), max(1, round(wide * ratio)))


def _shown(image: Image.Image, given: tuple[int, int]) -> tuple[Image.Image, str]:
    """The picture as it is sent, and the code of what there is to say ("" if nothing)."""
    wide, high = image.size
    if wide > high * _BANNER:
        return _or_logo(image, wide, _on_banner_ground, "cover-banner")
    if high > wide * _POSTER:
        why = "cover-strip" if given[1] > given[0] * _STRIP else "cover-poster"
        return _or_logo(image, wide * _POSTER_GROUND, _on_poster_ground, why)
    part = min(wide, high * WIDE)
    return _or_logo(image, part, lambda same: same, "cover-small" if part < COVER_LEAST[0] - 1 else "")


def _or_logo(
    image: Image.Image, part: float, place: Callable[[Image.Image], Image.Image], why: str
) -> tuple[Image.Image, str]:
    """The picture, placed, where a wide part of `part` pixels is enough, if need be made larger; else as a logo."""
    scale = max(1.0, COVER_LEAST[0] / part)
    if scale > _STRETCH:
        return _on_logo_ground(image), "cover-logo"
    return place(_scaled(image, scale)), why


# ---------------------------------------------------------------------------- grounds


def _on_banner_ground(banner: Image.Image) -> Image.Image:
    """A square around the banner: the wide part and the square one both have the whole of it."""
    banner = _scaled(banner, min(1.0, COVER_SIZE[0] / banner.width))
    return _put(banner, (banner.width, banner.width))


def _on_poster_ground(poster: Image.Image) -> Image.Image:
    """Ground at both sides: each part shows more of the poster."""
    poster = _scaled(poster, min(1.0, COVER_SIZE[0] / _POSTER_GROUND / poster.width))
    return _put(poster, (round(poster.width * _POSTER_GROUND), poster.height))


def _on_logo_ground(logo: Image.Image) -> Image.Image:
    return _put(_scaled(logo, min(_STRETCH, _LOGO / max(logo.size))), COVER_LEAST)


def _put(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    ground = _ground(image, size)
    ground.paste(image, ((size[0] - image.width) // 2, (size[1] - image.height) // 2))
    return ground


def _ground(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The colour of the picture's border, where it has one; else clouds of the picture's own colours, darker."""
    border = [_border(image).getchannel(channel).tobytes() for channel in "RGB"]
    middles = [sorted(values)[len(values) // 2] for values in border]
    if all(_is_even(*channel) for channel in zip(border, middles, strict=True)):
        return Image.new("RGB", size, (middles[0], middles[1], middles[2]))
    clouds = image.resize((_CLOUDS, _CLOUDS), Image.Resampling.BOX).point(lambda value: round(value * 0.72))
    return clouds.resize(size, Image.Resampling.BICUBIC)


def _is_even(values: bytes, middle: int) -> bool:
    near = sum(abs(value - middle) <= _NEAR for value in values)
    return near >= len(values) * _MOSTLY


def _border(image: Image.Image) -> Image.Image:
    """The outermost pixels, as one row."""
    wide, high = image.size
    lines = [
        *(image.crop((0, y, wide, y + 1)) for y in (0, high - 1)),
        *(image.crop((x, 0, x + 1, high)).transpose(Image.Transpose.ROTATE_90) for x in (0, wide - 1)),
    ]
    row, start = Image.new("RGB", (2 * (wide + high), 1)), 0
    for line in lines:
        row.paste(line, (start, 0))
        start += line.width
    return row


def _scaled(image: Image.Image, scale: float) -> Image.Image:
    if scale == 1:
        return image
    width, height = (max(1, round(side * scale)) for side in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS)
