"""How an article looks in the platform's dark mode: the published rules of Tencent's mp-darkmode, in our own words.

The platform converts a page on the phone, element by element in reading order. Each element hands down to its
contents what it stands on and what its text was; from these alone the next colours are reckoned:

* A background: grey and white are turned over (so that white becomes the page's #191919), what seems brighter than
  190 is dimmed to 190, what is darker than lightness 22 is raised to it. Where the element says no colour of its own,
  its text gets one that goes with the new background.
* Text: what is nearly white stays; what is too bright on the page's own ground is dimmed to the page's text; what
  differs from its background by less than 65 is moved away from it, first by turning its lightness over.
* Borders, outlines and box shadows like text on the page's ground; text shadows like backgrounds.
* A gradient becomes one colour as soon as text stands on it; over a picture text keeps its colour, and the picture
  gets the light background beneath it.
* `data-no-dark` keeps one element from it (not its contents); MPCPS and IFRAME likewise. Colours that hardly show
  (alpha under 0.05) are left alone. `!important` keeps nothing from being converted.

Not followed: text that stands on another element's background only by its position, which takes a browser.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from .colors import Color, colors_in, contrast, css, over
from .conversion import DARK_PAGE, DARK_TEXT, LIGHT_PAGE, LIGHT_TEXT, Conversion, Ground, Own
from .markup import beginning, declarations, inner, parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lxml.etree import _Element as Element

LIGHT_LINK, DARK_LINK = Color(87, 107, 149), Color(125, 144, 169)
"""The page's own style of links that have no colour."""

_SPARED = frozenset({"mpcps", "iframe"})
_TABLES = frozenset({"table", "tr", "td", "th"})
_NO_TEXT = frozenset({"script", "style", "title", "template", "head", "svg"})
_IMPORTANT = re.compile(r"\s*!\s*important", re.IGNORECASE)


class Shown(NamedTuple):
    """A run's colour and what it stands on, both as they look: nothing shows through any more."""

    text: Color
    background: Color

    @property
    def contrast(self) -> float:
        """The contrast of the two, 1 to 21."""
        return contrast(self.text, self.background)


class Run(NamedTuple):
    """A run of visible text, in light mode and after conversion; `element` is what holds it."""

    text: str
    light: Shown
    dark: Shown
    element: Element

    @property
    def where(self) -> str:
        """The beginning of the markup around it."""
        return beginning(self.element)


class _Look(NamedTuple):
    """The colours inside an element as they are written; a fill outdoes the text's colour wherever that is set."""

    text: Color
    background: Color
    fill: tuple[Color, ...] = ()


class _Place(NamedTuple):
    """What holds inside an element: for the conversion, and for the eye in both modes."""

    ground: Ground = Ground()
    light: _Look = _Look(LIGHT_TEXT, LIGHT_PAGE)
    dark: _Look = _Look(DARK_TEXT, DARK_PAGE)
    opacity: float = 1.0
    hidden: bool = False


def darken(html: str) -> str:
    """The article's HTML as the dark page shows it, to be shown on #191919: styles are converted where they stand."""
    root = parse(html)
    for element, _, changes in _walk(root):
        if changes:
            merged = {**declarations(element.get("style", "")), **dict(changes)}
            element.set("style", ";".join(f"{name}:{value}" for name, value in merged.items()))
    return inner(root)


def appearance(html: str) -> tuple[Run, ...]:
    """Each run of visible text of the article, as it looks in light and in dark mode."""
    return tuple(appearance_of(parse(html)))


def appearance_of(root: Element) -> Iterator[Run]:
    """Each run of visible text under an element, as `appearance` tells it."""
    opened: list[tuple[Element, _Entered]] = []
    for element, entered, _ in _walk(root):
        parent = element.getparent()
        while opened and opened[-1][0] is not parent:
            yield from _closed(opened)
        opened.append((element, entered))
        if element.text and not entered.place.hidden and (text := element.text.strip()):
            yield Run(text, entered.light, entered.dark, element)
    while opened:
        yield from _closed(opened)


def _closed(opened: list[tuple[Element, _Entered]]) -> tuple[Run, ...]:
    """What follows the innermost open element, which ends here."""
    tail = opened.pop()[0].tail
    if not tail or not opened or not (text := tail.strip()):
        return ()
    element, entered = opened[-1]
    return () if entered.place.hidden else (Run(text, entered.light, entered.dark, element),)


# ---------------------------------------------------------------------------- from element to element


class _Entered(NamedTuple):
    """What holds inside an element, and how text in it looks."""

    place: _Place
    light: Shown
    dark: Shown


_Changes = tuple[tuple[str, str], ...]
"""The declarations of an element that the conversion writes anew."""


def _walk(root: Element) -> Iterator[tuple[Element, _Entered, _Changes]]:
    known: dict[Element | None, _Entered] = {}
    nowhere = _entered(_Place())
    for element in root.iter():
        outer = known.get(element.getparent(), nowhere)
        own = _own(element)
        entered, changes = (outer, ()) if own is None else _enter(own, outer.place)
        known[element] = entered
        yield element, entered, changes


def _entered(place: _Place) -> _Entered:
    return _Entered(place, _seen(place.light, place.opacity), _seen(place.dark, place.opacity))


def _seen(look: _Look, opacity: float) -> Shown:
    text = next(iter(look.fill), look.text)
    return Shown(over(_faded(text, opacity), look.background), look.background)


def _own(element: Element) -> Own | None:
    """What the element says itself; nothing, if it looks like what it stands in."""
    tag, style = element.tag, element.get("style", "")
    if not style and tag not in _TABLES and tag not in _NO_TEXT and tag not in {"a", "font"}:
        return None
    # A gradient or a picture is converted only where text stands on it.
    holds_text = ("gradient" in style or "url(" in style) and any(text.strip() for text in element.itertext())
    return Own(
        tag,
        style,
        element.get("bgcolor", "") if tag in _TABLES else "",
        element.get("color", "") if tag == "font" else "",
        spared=tag in _SPARED or element.get("data-no-dark") is not None,
        holds_text=holds_text,
    )


@lru_cache(maxsize=8192)
def _enter(own: Own, outer: _Place) -> tuple[_Entered, _Changes]:
    light = _declared(own)
    conversion = Conversion(own, outer.ground)
    if not own.spared:
        conversion.run(light)
    opacity = outer.opacity * _opacity(light.get("opacity", "1"))
    dark_background = conversion.ground.beneath_picture if conversion.has_picture else ()
    place = _Place(
        conversion.ground,
        _look(own, light, outer.light, LIGHT_LINK, opacity),
        _look(own, {**light, **conversion.changes}, outer.dark, DARK_LINK, opacity, dark_background),
        opacity,
        outer.hidden or own.tag in _NO_TEXT or light.get("display", "") == "none",
    )
    return _entered(place), tuple(conversion.changes.items())


def _declared(own: Own) -> dict[str, str]:
    """The declarations that count for colours, with those that old attributes stand for."""
    found = {name: _IMPORTANT.sub("", value) for name, value in declarations(own.style).items()}
    if colors_in(own.background) and not any("background" in name for name in found):
        found["background-color"] = css(colors_in(own.background)[0])
    if colors_in(own.color):
        found.setdefault("color", css(colors_in(own.color)[0]))
    return found


def _look(
    own: Own,
    declared: Mapping[str, str],
    outer: _Look,
    link: Color,
    opacity: float,
    beneath: tuple[Color, ...] = (),
) -> _Look:
    """How text in an element looks, given the element's declarations and what is around it."""
    text = link if own.tag == "a" else outer.text
    value = declared.get("color", "")
    text = outer.text if value.lower() in {"inherit", "currentcolor"} else next(iter(colors_in(value)), text)
    fill = colors_in(declared.get("-webkit-text-fill-color", "")) or outer.fill
    ground = next(iter(beneath), outer.background)
    for name in ("background", "background-color", "background-image"):
        ground = _layer(declared.get(name, ""), ground, next(iter(fill), text), opacity)
    return _Look(text, ground, fill)


def _layer(value: str, ground: Color, text: Color, opacity: float) -> Color:
    """The ground with one background laid on it; of a gradient, the part where this text is read worst."""
    layers = [over(_faded(color, opacity), ground) for color in colors_in(value)]
    if not layers:
        return ground
    return min(layers, key=lambda layer: contrast(over(text, layer), layer)) if "gradient" in value else layers[0]


def _faded(color: Color, opacity: float) -> Color:
    return color if opacity >= 1 else color._replace(alpha=color.alpha * opacity)


def _opacity(value: str) -> float:
    try:
        number = float(value.rstrip("%")) / (100 if value.endswith("%") else 1)
    except ValueError:
        return 1.0
    return min(1.0, max(0.0, number))
