"""Formulas (OMML) as a line of readable text: (a+b)/2, x^2, √(x), ∑_(i=1)^n."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from lxml.etree import _Element as Element

from publisher.importers.docx.names import attribute, below, qualified, spelled

_TEXTS: Final = (qualified("m:t"), qualified("w:t"))
_SUM: Final = "∫"  # what an m:nary without a sign of its own is


def math_text(element: Element) -> str:
    """The formula as a reader would type it; no letter or digit of it is left out."""
    if element.tag in _TEXTS:
        return spelled(element)
    write = _FORMS.get(element.tag)
    return write(element) if write else "".join(math_text(child) for child in element)


def _part(element: Element, name: str) -> str:
    return "".join(math_text(child) for child in element.iterchildren(qualified(name)))


def _grouped(text: str) -> str:
    return text if len(text) <= 1 or text.isalnum() else f"({text})"


def _fraction(element: Element) -> str:
    return f"{_grouped(_part(element, 'm:num'))}/{_grouped(_part(element, 'm:den'))}"


def _script(element: Element) -> str:
    """All of sub-, superscript and both, before or after their base."""
    lower, upper = _part(element, "m:sub"), _part(element, "m:sup")
    base = _part(element, "m:e")
    return base + ("_" + _grouped(lower) if lower else "") + ("^" + _grouped(upper) if upper else "")


def _root(element: Element) -> str:
    return f"{_part(element, 'm:deg')}√({_part(element, 'm:e')})"


def _nary(element: Element) -> str:
    sign = attribute(below(element, "m:naryPr", "m:chr"), "m:val") or _SUM
    lower, upper = _part(element, "m:sub"), _part(element, "m:sup")
    limits = ("_" + _grouped(lower) if lower else "") + ("^" + _grouped(upper) if upper else "")
    return f"{sign}{limits} {_part(element, 'm:e')}"


def _delimited(element: Element) -> str:
    properties = below(element, "m:dPr")
    first = attribute(below(properties, "m:begChr"), "m:val") or "("
    last = attribute(below(properties, "m:endChr"), "m:val") or ")"
    inner = ",".join(math_text(child) for child in element.iterchildren(qualified("m:e")))
    return f"{first}{inner}{last}"


def _limit(element: Element) -> str:
    """lim_(n→∞), max^(x)."""
    sign = "_" if element.tag == qualified("m:limLow") else "^"
    return f"{_part(element, 'm:e')}{sign}{_grouped(_part(element, 'm:lim'))}"


def _function(element: Element) -> str:
    return f"{_part(element, 'm:fName')} {_part(element, 'm:e')}"


def _lines(element: Element) -> str:
    """Equations one below the other."""
    return "; ".join(filter(None, map(math_text, element)))


def _rows(element: Element) -> str:
    rows = element.iterchildren(qualified("m:mr"))
    return "[" + "; ".join(" ".join(math_text(cell) for cell in row) for row in rows) + "]"


_FORMS: Final[dict[str, Callable[[Element], str]]] = {
    qualified("m:f"): _fraction,
    qualified("m:sSub"): _script,
    qualified("m:sSup"): _script,
    qualified("m:sSubSup"): _script,
    qualified("m:sPre"): _script,
    qualified("m:rad"): _root,
    qualified("m:nary"): _nary,
    qualified("m:d"): _delimited,
    qualified("m:m"): _rows,
    qualified("m:limLow"): _limit,
    qualified("m:limUpp"): _limit,
    qualified("m:func"): _function,
    qualified("m:eqArr"): _lines,
    qualified("m:oMathPara"): _lines,
}
