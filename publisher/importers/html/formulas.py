"""Formulas (MathML) as a line of readable text: (a+b)/2, x^2, √(x); TeX where the page holds it, too. And as they can
be drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Final

from bs4.element import NavigableString, Tag

from publisher.importers.html_styles import names

_DEEPEST: Final = 60
_TEX: Final = "application/x-tex"
_OTHERS: Final = frozenset({"annotation", "annotation-xml"})
_TOKENS: Final = names("mi mn mo mtext ms")
_FORMS_DRAWN: Final = names(
    "mrow mfrac msqrt mroot msub msup msubsup munder mover munderover mmultiscripts mprescripts none mtable mtr mtd "
    "mspace mstyle menclose mpadded mphantom mfenced"
)
_ATTRIBUTES: Final = names(
    "mathvariant displaystyle scriptlevel accent accentunder stretchy form minsize maxsize lspace rspace width "
    "linethickness notation open close separators columnalign columnspacing rowspacing"
)


def formula(math: Tag) -> str:
    """The formula of a <math> element, as a reader would type it."""
    for annotation in math.find_all("annotation"):
        if annotation.get("encoding") == _TEX:
            return " ".join(annotation.get_text().split())
    return _read(math, _DEEPEST)


def markup(math: Tag) -> str:
    """What a <math> element draws, as MathML without anything else; TeX where the page holds only that."""
    drawn = _drawn(math, _DEEPEST)
    return f"<math>{drawn}</math>" if drawn else formula(math)


def _drawn(tag: Tag, depth: int) -> str:
    if tag.name in _OTHERS or depth == 0:
        return ""
    if tag.name in _TOKENS:
        return _element(tag, escape(" ".join(tag.get_text().split()) or tag.get_text()[:1]))
    inner = "".join(
        _drawn(node, depth - 1) if isinstance(node, Tag) else _stray(str(node))
        for node in tag.children
        if isinstance(node, Tag) or type(node) is NavigableString
    )
    return _element(tag, inner) if tag.name in _FORMS_DRAWN else inner


def _element(tag: Tag, inner: str) -> str:
    said = {name: str(value) for name, value in tag.attrs.items() if name in _ATTRIBUTES}
    name = tag.name if said or tag.name != "mstyle" else "mrow"
    attributes = "".join(f' {key}="{escape(value)}"' for key, value in said.items())
    return f"<{name}{attributes}>{inner}</{name}>"


def _stray(text: str) -> str:
    """Text outside of any <mi> and the like, which would not be drawn."""
    return f"<mtext>{escape(text)}</mtext>" if text.strip() else ""


def _read(tag: Tag, depth: int) -> str:
    if depth == 0:
        return "".join(tag.get_text().split())
    write = _FORMS.get(tag.name)
    parts = [_read(child, depth - 1) for child in tag.children if isinstance(child, Tag) and child.name not in _OTHERS]
    text = "".join("".join(str(node).split()) for node in tag.children if isinstance(node, NavigableString))
    return (write(parts) if write and len(parts) > 1 else _PREFIX.get(tag.name, "{}").format("".join(parts))) + text


def _grouped(text: str) -> str:
    return text if len(text) <= 1 or text.isalnum() else f"({text})"


def _fraction(parts: list[str]) -> str:
    return "/".join(map(_grouped, parts))


def _raised(parts: list[str]) -> str:
    return parts[0] + "".join("^" + _grouped(part) for part in parts[1:])


def _lowered(parts: list[str]) -> str:
    return parts[0] + "".join("_" + _grouped(part) for part in parts[1:])


def _both(parts: list[str]) -> str:
    return _raised([_lowered(parts[:2]), *parts[2:]])


def _root(parts: list[str]) -> str:
    return f"{''.join(parts[1:])}√({parts[0]})"


_PREFIX: Final = {"msqrt": "√({})", "mtr": "{}; ", "mtd": "{} ", "mtable": "[{}]"}
_FORMS: Final[dict[str, Callable[[list[str]], str]]] = {
    "mfrac": _fraction,
    "msup": _raised,
    "mover": _raised,
    "msub": _lowered,
    "munder": _lowered,
    "msubsup": _both,
    "munderover": _both,
    "mroot": _root,
}
