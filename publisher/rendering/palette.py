"""The colours of a cover, as a theme's role `cover` tells them, and inks that can be read on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from publisher.lint.colors import colors_in, contrast, css
from publisher.rendering.ink import CONTRAST
from publisher.rendering.theme import Theme

_INKS = ("#ffffff", "#1f1f1f", "#000000")
"""What takes the place of a colour that cannot be read; on any ground one of the three can."""
_DEEPEN, _LIGHTEN = 0.64, 0.5


@dataclass(frozen=True, slots=True)
class Palette:
    """A cover's colours ("#rrggbb") and the name of its ornament, a border-style (see `ornaments`)."""

    background: str = "#b3181e"
    text: str = "#ffffff"
    accent: str = "#f0cd8c"
    ornament: str = "solid"


DEFAULT = Palette()
"""Red, white and gold: for a theme that says nothing."""


def palette(theme: Theme) -> Palette:
    """The palette of a theme's role `cover`; what it does not say, or does not say as a plain colour, is the
    default's.
    """
    said = theme.declarations.get("cover", {})
    return Palette(
        _color(said.get("background-color") or said.get("background", ""), DEFAULT.background),
        _color(said.get("color", ""), DEFAULT.text),
        _color(said.get("border-color", ""), DEFAULT.accent),
        said.get("border-style", DEFAULT.ornament),
    )


def shades(colors: Palette) -> tuple[str, str]:
    """The ground at the top and at the bottom: it moves away from the ink, so that the text gains contrast."""
    top = colors.background
    if contrast(ink_on(colors.text, [top]), "#000000") > contrast(top, "#000000"):
        return top, mix(top, "#000000", 1 - _DEEPEN)
    return top, mix(top, "#ffffff", _LIGHTEN)


def ink_on(color: str, grounds: Sequence[str]) -> str:
    """The colour if it can be read on all of the grounds, else white or the softest black that can."""
    candidates = (color, *_INKS)
    return next((ink for ink in candidates if _reads(ink, grounds)), max(_INKS, key=lambda ink: _least(ink, grounds)))


def mix(first: str, second: str, share: float) -> str:
    """The first colour with a share (0 to 1) of the second."""
    pairs = zip(channels(first), channels(second), strict=True)
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in pairs)


def channels(color: str) -> tuple[int, int, int]:
    """Red, green and blue, 0 to 255."""
    red, green, blue = (int(color[start : start + 2], 16) for start in (1, 3, 5))
    return red, green, blue


def _reads(ink: str, grounds: Sequence[str]) -> bool:
    return _least(ink, grounds) >= CONTRAST


def _least(ink: str, grounds: Sequence[str]) -> float:
    return min(contrast(ink, ground) for ground in grounds)


def _color(value: str, default: str) -> str:
    """The first colour of a value as "#rrggbb"."""
    return next((css(color) for color in colors_in(value)[:1] if color.alpha == 1), default)
