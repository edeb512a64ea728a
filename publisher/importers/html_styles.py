"""What HTML tags and inline CSS say about the look of text; Word's and WeChat's ways of saying it included."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from msgspec.structs import replace

from publisher.document import Align, Level, Mark
from publisher.importers.runs import Style

Attributes = Mapping[str, str]


def names(text: str) -> frozenset[str]:
    """The words of a text, as a set of tags or the like."""
    return frozenset(text.split())


NOT_SHOWN: Final = "not-shown"
UNSHOWN: Final = names(
    "iframe object svg video audio canvas map select textarea button mpvoice mpvideosnap mp-common-profile "
    "mp-common-videosnap mp-common-mpaudio mp-common-product mp-miniprogram qqmusic"
)
REASONS: Final = {
    NOT_SHOWN: (Level.INFO, "网页里{}没有采用。"),
    "tracked-changes": (Level.WARNING, "网页带有修订痕迹，已按接受修订处理。"),
    "comments-dropped": (Level.WARNING, "网页里有批注，批注没有采用。"),
    "contents-dropped": (Level.INFO, "自动生成的目录没有采用，目录由系统重新生成。"),
}
"""Why something is not read, and how much that matters."""

_LEVEL_INDENT: Final = 21
_CONTENTS: Final = re.compile(r"MsoToc(?:[1-9]|Heading)")
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
_PAINTED: Final = names("span font b strong i em u a mark sup sub s")
_PAPER: Final = 0.93
_INK: Final = 0.35
"""Greys darker than this are the page's body text, not a colour that somebody chose."""


@lru_cache(maxsize=1024)
def declarations(css: str) -> Mapping[str, str]:
    """The declarations of a style attribute, names and values in lower case."""
    pairs = (part.partition(":") for part in css.split(";"))
    return {name.strip().lower(): value.strip().lower() for name, colon, value in pairs if colon}


def restyle(style: Style, name: str, attributes: Attributes) -> Style:
    """The look inside an element that stands where text looks like `style`."""
    if name in _TAG_MARKS:
        style = style.with_mark(_TAG_MARKS[name])
    if is_tracked(name, attributes):
        style = style.without_mark(Mark.UNDERLINE)
    css = declarations(attributes.get("style", ""))
    if name == "font" and "color" in attributes:
        css = {"color": attributes["color"], **css}
    for mark, wanted in _wanted(css, name).items() if css else ():
        style = style.with_mark(mark) if wanted else style.without_mark(mark)
    return replace(style, color=_color(css["color"], style.color)) if "color" in css else style


def is_tracked(name: str, attributes: Attributes) -> bool:
    """Whether this is one of Word's tracked changes; a page that strikes text out on purpose names no author."""
    return name in {"ins", "del"} and attributes.get("cite", "").startswith("mailto:")


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


def why_unread(name: str, attributes: Attributes) -> str:
    """The key in REASONS of why a reader gets nothing of an element, or "". WeChat hides all of an article by
    `visibility` until its script has run, so that property says nothing.
    """
    css = declarations(attributes.get("style", ""))
    classes = attributes.get("class", "")
    if name in UNSHOWN or "hidden" in attributes or css.get("display") == "none" or css.get("mso-hide") == "all":
        return NOT_SHOWN
    if name == "del" and is_tracked(name, attributes):
        return "tracked-changes"
    if classes == "msocomanchor" or css.get("mso-element") in {"comment", "comment-list"} or _is_comment_sign(css):
        return "comments-dropped"
    return "contents-dropped" if _CONTENTS.fullmatch(classes) else ""


def _is_comment_sign(css: Mapping[str, str]) -> bool:
    return css.get("mso-special-character") == "comment"


def symbol_font(attributes: Attributes, inherited: str) -> str:
    """The font of signs that text inside an element is set in, "" for a font of letters."""
    css = declarations(attributes.get("style", ""))
    if "font" in css and "font-family" not in css:
        return ""
    family = css.get("font-family", "").partition(",")[0].strip("\"' ") or attributes.get("face", "").lower()
    if not family:
        return inherited
    return family if family.startswith(("wingdings", "symbol")) else ""


def is_filler(attributes: Attributes) -> bool:
    """Whether this holds the blanks that Word's filtered pages put between a list's number and its text."""
    return declarations(attributes.get("style", "")).get("font") == '7.0pt "times new roman"'


def outline_level(attributes: Attributes) -> int:
    """The heading level (1 to 6) that Word gave to a paragraph, or 0."""
    level = declarations(attributes.get("style", "")).get("mso-outline-level", "")
    if attributes.get("class") == "MsoTitle":
        return 1
    return int(level) if level in set("123456") else 0


def list_level(attributes: Attributes) -> int:
    """The level, from 1, of a paragraph that is an item of one of Word's lists, or 0."""
    css = declarations(attributes.get("style", ""))
    found = re.search(r"\blevel([1-9])\b", css.get("mso-list", ""))
    if found or not attributes.get("class", "").startswith("MsoListParagraph"):
        return int(found[1]) if found else 0
    # Filtered pages keep only the indent, of two characters a level.
    indent = re.match(r"(\d{1,3})(?:\.\d*)?pt", css.get("margin-left", ""))
    return min(9, max(1, round(int(indent[1]) / _LEVEL_INDENT))) if indent else 1


def is_list_mark(attributes: Attributes) -> bool:
    """Whether this is the bullet or number that Word wrote in front of an item."""
    return declarations(attributes.get("style", "")).get("mso-list") == "ignore"


def list_style(attributes: Attributes) -> str:
    """How a list numbers its items, "" where it does not say."""
    css = declarations(attributes.get("style", ""))
    words = css.get("list-style-type", "") or css.get("list-style", "")
    return next((word for word in words.split() if word not in {"inside", "outside"}), "")


def _wanted(css: Mapping[str, str], name: str) -> dict[Mark, bool]:
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
        Mark.HIGHLIGHT: css.get("mso-highlight", "none") != "none" or (name in _PAINTED and _is_painted(css)),
    }
    return wanted | {mark: True for mark, is_set in found.items() if is_set}


def _is_painted(css: Mapping[str, str]) -> bool:
    """Whether the text's own ground has a colour, which is neither white nor nearly so."""
    from tinycss2.color3 import RGBA, parse_color

    said = css.get("background-color") or css.get("background", "")
    color = parse_color(said) if "url" not in said and "gradient" not in said else None
    return isinstance(color, RGBA) and color.alpha > 0 and min(color[:3]) < _PAPER


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
