"""One element's conversion to dark mode: the colours it writes anew, and what it hands down to its contents."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from .colors import (
    WHITE,
    Color,
    between,
    brightness,
    colors_in,
    contrast,
    css,
    from_hsl,
    over,
    recolor,
    round_half_up,
    to_hsl,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

LIGHT_PAGE, LIGHT_TEXT = WHITE, Color(25, 25, 25)
DARK_PAGE, DARK_TEXT = Color(25, 25, 25), Color(163, 163, 163)

_WHITE_LIKE = 250
_BRIGHTEST_GROUND = 190
_LEAST_OFFSET = 65
_BRIGHT_GROUND = 100
_LIGHT_GREY = 40
_DARKEST_LIGHTNESS = 22
_FAINT = 0.05
_UNFELT = 1.1
_TURNED = 90
_PAGE_BRIGHTNESS = brightness(DARK_PAGE)
_MOST_OFFSET = brightness(DARK_TEXT) - _PAGE_BRIGHTNESS

_BACKGROUNDS = frozenset({"background", "background-color", "background-image"})
_OWN_TEXT = ("color", "-webkit-text-fill-color")
_TEXTS = frozenset(
    {
        "-webkit-text-stroke-color",
        "text-decoration",
        "text-decoration-color",
        "text-emphasis-color",
        *_OWN_TEXT,
    }
)
_SIDES = ("top", "right", "bottom", "left", "block", "block-start", "block-end", "inline", "inline-start", "inline-end")
_BORDERS = frozenset(
    {
        "border-image",
        "-webkit-border-image",
        "border",
        "border-color",
        "border-top",
        "border-right",
        "border-bottom",
        "border-left",
        "outline",
        "outline-color",
        "box-shadow",
        "column-rule",
        "column-rule-color",
        *(f"border-{side}-color" for side in _SIDES),
    }
)
_CONVERTED = _BACKGROUNDS | _TEXTS | _BORDERS | {"text-shadow", "-webkit-text-stroke"}
_ADDRESS = re.compile(r"url\([^)]*\)", re.IGNORECASE)


class Ground(NamedTuple):
    """What the conversion of an element hands down to its contents."""

    text: Color = LIGHT_TEXT
    light: Color = LIGHT_PAGE
    dark: Color = DARK_PAGE
    on_picture: bool = False
    beneath_picture: tuple[Color, ...] = ()


class Own(NamedTuple):
    """What an element itself says about colours."""

    tag: str
    style: str
    background: str = ""
    color: str = ""
    spared: bool = False
    holds_text: bool = False


class Conversion:
    """The conversion of one element: `changes` are the declarations it writes, `ground` what it hands down."""

    def __init__(self, own: Own, ground: Ground) -> None:
        self.own = own
        self.ground = ground
        self.changes: dict[str, str] = {}
        self.colored = False
        self.has_picture = False
        self.waiting: list[tuple[str, str, Color]] = []

    def run(self, declared: Mapping[str, str]) -> None:
        """Convert an element that says this of itself."""
        self.colored = "color" in declared
        self.has_picture = any(
            _ADDRESS.search(value)
            for name, value in declared.items()
            if "background" in name or name.endswith("border-image")
        )
        ordered = self._with_fill(_in_turn(declared))
        for name, value in ordered:
            self._convert(name, value, declared)
        for name, value, mixed in self.waiting if self.own.holds_text else ():
            self.changes[name] = value
            if name.startswith("background") and not _ADDRESS.search(value):
                self._stand_on_gradient(mixed, *ordered[-1])

    def _with_fill(self, ordered: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """A fill colour takes the place of the colour; an outline of letters keeps only its colour."""
        fill = [(name, value) for name, value in ordered if name == "-webkit-text-fill-color" and colors_in(value)]
        stroke = [("-webkit-text-stroke-color", value) for name, value in ordered if _strokes(name, value)]
        others = [(name, value) for name, value in ordered if not name.startswith("-webkit-text")]
        if fill and self.colored:
            others.pop()
        self.colored = self.colored or bool(fill)
        return [*stroke[-1:], *others, *fill[-1:]]

    def _convert(self, name: str, value: str, declared: Mapping[str, str]) -> None:
        colors = colors_in(value)
        if "gradient" in value and colors:
            mixed = _mixed(colors)
            self.waiting.append((name, self._painted(name, value, mixed), mixed))
        elif colors:
            converted = self._painted(name, value)
            if converted != value:
                self.changes[name] = converted
        if _ADDRESS.search(value) and (name in _BACKGROUNDS or name.endswith("border-image")):
            self._lay_picture(name, value, declared)

    def _painted(self, name: str, value: str, mixed: Color | None = None) -> str:
        first = True

        def paint(color: Color, spelling: str) -> str:
            nonlocal first
            color = mixed or color
            if color.alpha < _FAINT:
                return css(color) if mixed else spelling
            found = self._adjusted(name, color)
            # Beneath a picture the light background stays.
            kept = color if self.has_picture else found
            if first:
                self._hand_down(name, color, kept)
            first = False
            return spelling if kept == color and not mixed else css(kept)

        return recolor(value, paint)

    def _hand_down(self, name: str, light: Color, dark: Color) -> None:
        if name in _BACKGROUNDS:
            self.ground = self.ground._replace(light=over(light, self.ground.light), dark=over(dark, self.ground.dark))
        elif name in _OWN_TEXT:
            self.ground = self.ground._replace(text=light)

    def _adjusted(self, name: str, color: Color) -> Color:
        if name in _BACKGROUNDS:
            return self._adjusted_background(color)
        if self.ground.on_picture:
            return color
        if name == "text-shadow":
            return background_in_dark(color, self.ground.dark)
        return text_in_dark(color, self.ground.dark if name in _TEXTS else DARK_PAGE)

    def _adjusted_background(self, color: Color) -> Color:
        self.ground = self.ground._replace(on_picture=False)
        for beneath in self.ground.beneath_picture:
            if contrast(beneath, color) < _UNFELT:
                return color
            self.ground = self.ground._replace(beneath_picture=())
        found = background_in_dark(color, self.ground.dark)
        if not self.colored:
            self.changes["color"] = css(text_in_dark(self.ground.text, over(found, self.ground.dark)))
        return found

    def _lay_picture(self, name: str, value: str, declared: Mapping[str, str]) -> None:
        beneath = self.ground.light
        self.ground = self.ground._replace(on_picture=True)
        if not self.colored:
            self.changes["color"] = css(self.ground.text)
        if not self.own.holds_text:
            return
        self.ground = self.ground._replace(beneath_picture=(beneath,))
        if name in _BACKGROUNDS and not colors_in(value):
            self.changes[name] = f"{value},linear-gradient({css(beneath)},{css(beneath)})"
            for more, lowest in (("background-position", "top left"), ("background-size", "100%")):
                if more in declared:
                    self.changes[more] = f"{declared[more]},{lowest}"

    def _stand_on_gradient(self, mixed: Color, name: str, value: str) -> None:
        """Text on a gradient is reckoned once more, on the gradient's own mixed colour: so does the platform."""
        ground = self.ground
        ground = ground._replace(light=over(mixed, ground.light), dark=over(mixed, ground.dark))
        colors = colors_in(value) if name in _OWN_TEXT else (ground.text,)
        for color in colors[:1]:
            ground = ground._replace(text=color)
            found = color if ground.on_picture else text_in_dark(color, ground.dark)
            # The platform writes this colour under the last name that it converted, whatever that is: a `background`
            # without a `color` beside it takes the colour of its own text. We show what its readers see.
            if found != color and not name.endswith(("image", "shadow")):
                self.changes[name] = css(found)
        self.ground = ground


def _in_turn(declared: Mapping[str, str]) -> list[tuple[str, str]]:
    """The declarations in the order of their conversion: the last first, pictures after their colour, the text last."""
    names = [name for name in reversed(tuple(declared)) if name in _CONVERTED]
    order = {name: (name == "color", float(place)) for place, name in enumerate(names)}
    if "background-color" in order and "background-image" in order:
        order["background-image"] = max(order["background-image"], (False, order["background-color"][1] + 0.5))
    return [(name, declared[name]) for name in sorted(names, key=order.__getitem__)]


def _strokes(name: str, value: str) -> bool:
    return name in {"-webkit-text-stroke", "-webkit-text-stroke-color"} and bool(colors_in(value))


# ---------------------------------------------------------------------------- one colour's conversion


def background_in_dark(color: Color, ground: Color) -> Color:
    """The background that the dark page shows for one that lies on a ground which is converted already."""
    seen = over(color, ground)
    hue, saturation, lightness = to_hsl(seen)
    if (saturation == 0 and lightness > _LIGHT_GREY) or brightness(seen) > _WHITE_LIKE:
        seen = from_hsl(0, 0, min(100, 100 + to_hsl(DARK_PAGE)[2] - lightness))
    elif brightness(seen) > _BRIGHTEST_GROUND:
        seen = _with_brightness(seen, _BRIGHTEST_GROUND)
    elif lightness < _DARKEST_LIGHTNESS:
        seen = from_hsl(hue, saturation, _DARKEST_LIGHTNESS)
    return _in_front(seen, ground, color.alpha)


def text_in_dark(color: Color, ground: Color) -> Color:
    """The text's colour that the dark page shows on a ground which is converted already."""
    seen = over(color, ground)
    if brightness(seen) >= _WHITE_LIKE:
        return color
    adjusted = _apart(seen, brightness(ground))
    return color if adjusted == seen else _in_front(adjusted, ground, color.alpha)


def _apart(seen: Color, ground: float) -> Color:
    """The colour, moved away from a ground of this brightness as far as need be."""
    offset = abs(ground - brightness(seen))
    if brightness(seen) >= _WHITE_LIKE:
        return seen
    if offset > _MOST_OFFSET and ground <= _PAGE_BRIGHTNESS + 2:
        return _with_brightness(seen, _MOST_OFFSET + ground)
    if offset >= _LEAST_OFFSET:
        return seen
    hue, saturation, lightness = to_hsl(seen)
    bright = ground >= _BRIGHT_GROUND
    if lightness > _TURNED - _LIGHT_GREY if bright else lightness <= _LIGHT_GREY:
        return _apart(from_hsl(hue, saturation, _TURNED - lightness), ground)
    return _with_brightness(seen, min(_MOST_OFFSET, ground - _LEAST_OFFSET if bright else ground + _LEAST_OFFSET))


def _with_brightness(color: Color, target: float) -> Color:
    """The colour at another brightness: scaled, and where a channel is at its end, the others make up for it."""
    ratio = target / (brightness(color) or 1)
    red, green, blue = (min(255, channel * ratio) for channel in color[:3])
    if green == 0 or red == 255 or blue == 255:  # noqa: PLR2004 - a channel's end
        green = (target * 1000 - red * 299 - blue * 114) / 587
    elif red == 0:
        red = (target * 1000 - green * 587 - blue * 114) / 299
    elif blue == 0 or green == 255:  # noqa: PLR2004 - a channel's end
        blue = (target * 1000 - red * 299 - green * 587) / 114
    return Color(red, green, blue)


def _in_front(seen: Color, ground: Color, alpha: float) -> Color:
    """The colour that, this transparent, looks so on the ground."""

    def channel(shown: float, under: float) -> float:
        return min(255, max(0, round_half_up(shown + ground.alpha * (1 - alpha) * (shown - under) / alpha)))

    return between(seen, ground, channel, alpha)


def _mixed(colors: tuple[Color, ...]) -> Color:
    """The one colour that stands for a gradient: each further colour is mixed in by its own weight."""
    mixed = colors[0]
    for color in colors[1:]:
        mixed = _mixed_in(mixed, color)
    return mixed


def _mixed_in(first: Color, second: Color) -> Color:
    lean = 2 * second.alpha - 1
    apart = second.alpha - first.alpha
    share = ((lean if lean * apart == -1 else (lean + apart) / (1 + lean * apart)) + 1) / 2
    alpha = second.alpha * second.alpha + first.alpha * (1 - second.alpha)
    return between(second, first, lambda above, under: share * above + (1 - share) * under, alpha)
