"""Colours as style sheets write them: read, laid over one another, compared."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from math import floor
from typing import NamedTuple

from tinycss2.color3 import parse_color as parse_css_color


class Color(NamedTuple):
    """A colour, 0 to 255 each, and how much of it covers what lies beneath, 0 to 1."""

    red: float
    green: float
    blue: float
    alpha: float = 1.0


Hsl = tuple[float, float, float]
"""Hue 0 to 360, saturation and lightness 0 to 100."""

WHITE = Color(255, 255, 255)

_COLORS = re.compile(
    r"url\([^)]*\)|#[0-9a-f]+(?![\w-])|(?<![\w-])(?:rgb|hsl)a?\([^()]*\)|(?<![\w#.-])[a-z]{3,20}(?![\w(-])",
    re.IGNORECASE,
)
_NUMBERS = re.compile(r"[+-]?(?:\d{1,9}\.?\d{0,9}|\.\d{1,9})%?")
_HEX_DIGITS = {3: 1, 4: 1, 6: 2, 8: 2}


def contrast(first: Color | str, second: Color | str) -> float:
    """The contrast of two colours as WCAG 2 defines it, 1 to 21; what shows through is not regarded."""
    dark, light = sorted((_luminance(_color(first)), _luminance(_color(second))))
    return (light + 0.05) / (dark + 0.05)


@lru_cache(maxsize=4096)
def colors_in(value: str) -> tuple[Color, ...]:
    """The colours that a declaration's value names, in their order; `transparent` is one, `currentcolor` is not."""
    found = (_read(match.group()) for match in _COLORS.finditer(value))
    return tuple(color for colors in found for color in colors)


def recolor(value: str, paint: Callable[[Color, str], str]) -> str:
    """The value with each colour replaced by what `paint` makes of the colour and its spelling."""

    def replace(match: re.Match[str]) -> str:
        return next((paint(color, match.group()) for color in _read(match.group())), match.group())

    return _COLORS.sub(replace, value)


def css(color: Color) -> str:
    """The colour as a style sheet writes it: #rrggbb, or rgba() if something shows through."""
    red, green, blue = (min(255, max(0, round_half_up(channel))) for channel in color[:3])
    return f"#{red:02x}{green:02x}{blue:02x}" if color.alpha >= 1 else f"rgba({red},{green},{blue},{color.alpha:.4g})"


def over(color: Color, ground: Color) -> Color:
    """The colour as it looks on a ground; whole numbers, as a screen shows them."""
    covered = color.alpha + ground.alpha - color.alpha * ground.alpha
    if not covered:
        return ground
    share = color.alpha / covered

    def channel(above: float, under: float) -> float:
        return round_half_up((1 - share) * under + share * round_half_up(above))

    return between(color, ground, channel, covered)


def between(first: Color, second: Color, channel: Callable[[float, float], float], alpha: float) -> Color:
    """The colour whose channels are made of those of two others."""
    red, green, blue = (channel(one, other) for one, other in zip(first[:3], second[:3], strict=True))
    return Color(red, green, blue, alpha)


def brightness(color: Color) -> float:
    """How bright the colour seems to an eye, 0 to 255 (W3C, AERT)."""
    return (color.red * 299 + color.green * 587 + color.blue * 114) / 1000


def to_hsl(color: Color) -> Hsl:
    """Hue, saturation and lightness of a colour."""
    red, green, blue = color.red / 255, color.green / 255, color.blue / 255
    low, high = min(red, green, blue), max(red, green, blue)
    spread, total = high - low, high + low
    if not spread:
        return 0.0, 0.0, total * 50
    if high == red:
        hue = (green - blue) / spread
    elif high == green:
        hue = 2 + (blue - red) / spread
    else:
        hue = 4 + (red - green) / spread
    return hue * 60 % 360, spread / (total if total <= 1 else 2 - total) * 100, total * 50


def from_hsl(hue: float, saturation: float, lightness: float, alpha: float = 1.0) -> Color:
    """The colour of a hue (any angle), saturation and lightness (0 to 100)."""
    strength = saturation / 100 * min(lightness / 100, 1 - lightness / 100)

    def channel(turn: float) -> float:
        step = (turn + hue / 30) % 12
        return 255 * (lightness / 100 - strength * max(-1, min(step - 3, 9 - step, 1)))

    return Color(channel(0), channel(8), channel(4), alpha)


def round_half_up(number: float) -> int:
    """The nearest whole number, halves upward, as browsers round."""
    return floor(number + 0.5)


# ---------------------------------------------------------------------------- reading


def _color(color: Color | str) -> Color:
    return color if isinstance(color, Color) else next(iter(colors_in(color)), Color(0, 0, 0))


@lru_cache(maxsize=1024)
def _luminance(color: Color) -> float:
    channels = [channel / 255 for channel in color[:3]]
    # The published formula of WCAG 2; its two branches meet at this value.
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]  # noqa: PLR2004
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@lru_cache(maxsize=4096)
def _read(word: str) -> tuple[Color, ...]:
    """The colour that a word of a value spells; nothing if it is another word."""
    lower = word.lower()
    if lower.startswith("#"):
        return _read_hex(lower[1:])
    if lower.startswith(("rgb", "hsl")):
        return _read_function(lower)
    if lower == "transparent":
        # Without weight, but white where it is mixed into a gradient: as the platform reads it.
        return (WHITE._replace(alpha=0.0),)
    if lower.startswith("url(") or lower == "currentcolor":
        return ()
    named = parse_css_color(lower)
    return (Color(named.red * 255, named.green * 255, named.blue * 255),) if named else ()


def _read_hex(digits: str) -> tuple[Color, ...]:
    width = _HEX_DIGITS.get(len(digits), 0)
    if not width:
        return ()
    channels = [int(digits[at : at + width] * (3 - width), 16) for at in range(0, len(digits), width)]
    return (Color(channels[0], channels[1], channels[2], round(channels[3] / 255, 3) if channels[3:] else 1.0),)


def _read_function(text: str) -> tuple[Color, ...]:
    numbers = _NUMBERS.findall(text)
    if len(numbers) not in {3, 4}:
        return ()
    alpha = min(1.0, max(0.0, _share(numbers[3], 1))) if numbers[3:] else 1.0
    if text.startswith("rgb"):
        red, green, blue = (round_half_up(min(255.0, max(0.0, _share(number, 255)))) for number in numbers[:3])
        return (Color(red, green, blue, alpha),)
    hue, saturation, lightness = (float(number.rstrip("%")) for number in numbers[:3])
    color = from_hsl(hue, min(100, max(0, saturation)), min(100, max(0, lightness)), alpha)
    red, green, blue = map(round_half_up, color[:3])
    return (Color(red, green, blue, alpha),)


def _share(number: str, whole: float) -> float:
    return float(number[:-1]) * whole / 100 if number.endswith("%") else float(number)
