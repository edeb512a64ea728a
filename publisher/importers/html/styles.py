"""What HTML tags and inline CSS say about the look of text; Word's and WeChat's ways of saying it included."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from publisher.document import Align, Mark
from publisher.importers.runs import Style

Attributes = Mapping[str, str]

_TAG_MARKS: Final = {
    **dict.fromkeys(("b", "strong"), Mark.BOLD),
    **dict.fromkeys(("i", "em", "cite", "dfn", "var"), Mark.ITALIC),
    **dict.fromkeys(("u", "ins"), Mark.UNDERLINE),
    **dict.fromkeys(("s", "del", "strike"), Mark.STRIKE),
    **dict.fromkeys(("code", "kbd", "samp", "tt"), Mark.CODE),
    "sup": Mark.SUPERSCRIPT,
    "sub": Mark.SUBSCRIPT,
    "mark": Mark.HIGHLIGHT,
}
_BOLD_FROM: Final = 600
_INK: Final = 0.35
"""Greys darker than this are the page's body text, not a colour that somebody chose."""


def declarations(css: str) -> dict[str, str]:
    """The declarations of a style attribute, names and values in lower case."""
    pairs = (part.partition(":") for part in css.split(";"))
    return {name.strip().lower(): value.strip().lower() for name, colon, value in pairs if colon}


def restyle(style: Style, name: str, attributes: Attributes) -> Style:
    """The look inside an element that stands where text looks like `style`."""
    if name in _TAG_MARKS:
        style = style.with_mark(_TAG_MARKS[name])
    css = declarations(attributes.get("style", ""))
    if name == "font" and "color" in attributes:
        css.setdefault("color", attributes["color"])
    for mark, wanted in _wanted(css).items():
        style = style.with_mark(mark) if wanted else style.without_mark(mark)
    return replace(style, color=_color(css["color"], style.color)) if "color" in css else style


def alignment(attributes: Attributes, inherited: Align) -> Align:
    """The alignment inside an element."""
    said = declarations(attributes.get("style", "")).get("text-align", attributes.get("align", "").lower())
    match said:
        case "center" | "-webkit-center":
            return Align.CENTER
        case "right" | "end":
            return Align.RIGHT
        case "left" | "start" | "justify":
            return Align.START
        case _:
            return inherited


def is_hidden(attributes: Attributes) -> bool:
    """Whether a reader sees nothing of it. WeChat hides all of an article by `visibility` until its script has
    run, so that property says nothing.
    """
    css = declarations(attributes.get("style", ""))
    return "hidden" in attributes or css.get("display") == "none" or css.get("mso-hide") == "all"


def outline_level(attributes: Attributes) -> int:
    """The heading level (1 to 6) that Word gave to a paragraph, or 0."""
    level = declarations(attributes.get("style", "")).get("mso-outline-level", "")
    return int(level) if level in set("123456") else 0


def list_level(attributes: Attributes) -> int:
    """The level, from 1, of a paragraph that is an item of one of Word's lists, or 0."""
    found = re.search(r"\blevel([1-9])\b", declarations(attributes.get("style", "")).get("mso-list", ""))
    return int(found[1]) if found else 0


def is_list_mark(attributes: Attributes) -> bool:
    """Whether this is the bullet or number that Word wrote in front of an item."""
    return declarations(attributes.get("style", "")).get("mso-list") == "ignore"


def _wanted(css: Mapping[str, str]) -> dict[Mark, bool]:
    """Which marks the CSS sets (true) and takes away (false)."""
    wanted = {}
    if weight := css.get("font-weight"):
        wanted[Mark.BOLD] = weight in {"bold", "bolder"} or (weight.isdigit() and int(weight[:4]) >= _BOLD_FROM)
    if slant := css.get("font-style"):
        wanted[Mark.ITALIC] = slant in {"italic", "oblique"}
    lines = css.get("text-decoration", "") + css.get("text-decoration-line", "")
    found = {
        Mark.UNDERLINE: "underline" in lines,
        Mark.STRIKE: "line-through" in lines,
        Mark.SUPERSCRIPT: css.get("vertical-align") == "super",
        Mark.SUBSCRIPT: css.get("vertical-align") == "sub",
        Mark.HIGHLIGHT: css.get("mso-highlight", "none") != "none",
    }
    return wanted | {mark: True for mark, is_set in found.items() if is_set}


def _color(value: str, inherited: str) -> str:
    """The colour as "#rrggbb", or "" for the colour of body text."""
    from tinycss2.color3 import RGBA, parse_color

    color = parse_color(value)
    if not isinstance(color, RGBA):
        return inherited
    red, green, blue = (min(1.0, max(0.0, part)) for part in color[:3])
    if max(red, green, blue) < _INK and max(red, green, blue) - min(red, green, blue) < 0.1:  # noqa: PLR2004 # grey
        return ""
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"
