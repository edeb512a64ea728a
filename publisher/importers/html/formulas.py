"""Formulas (MathML) as a line of readable text: (a+b)/2, x^2, √(x); TeX where the page holds it, too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from bs4.element import NavigableString, Tag

_DEEPEST: Final = 60
_TEX: Final = "application/x-tex"
_OTHERS: Final = frozenset({"annotation", "annotation-xml"})


def formula(math: Tag) -> str:
    """The formula of a <math> element, as a reader would type it."""
    for annotation in math.find_all("annotation"):
        if annotation.get("encoding") == _TEX:
            return " ".join(annotation.get_text().split())
    return _read(math, _DEEPEST)


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
