"""The names inside a Word file, and reading single values under them.

Everything here takes whatever the file holds: a missing element is `EMPTY`, a missing or senseless
value is the default. Word opens such files, so we do, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from lxml import etree
from lxml.etree import _Element as Element

EMPTY: Final[Element] = etree.Element("empty")
"""Stands for whatever is not there. Never changed."""

_SPACES: Final = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
    "dc": "http://purl.org/dc/elements/1.1/",
    "asvg": "http://schemas.microsoft.com/office/drawing/2016/SVG/main",
    "rel": "http://schemas.openxmlformats.org/package/2006/relationships",
}
_OFF: Final = ("0", "false", "off", "none")
_UNITS: Final = {"pt": 20.0, "in": 1440.0, "cm": 567.0, "mm": 56.7, "pc": 240.0, "pi": 240.0}
_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,18}")
_MEASURE: Final = re.compile(r"(-?\d{1,6}(?:\.\d{1,6})?)(pt|in|cm|mm|pc|pi)")


@cache
def qualified(name: str) -> str:
    """The full name of "w:p" as lxml writes it: "{http://…}p"."""
    prefix, local = name.split(":")
    return f"{{{_SPACES[prefix]}}}{local}"


_VAL: Final = qualified("w:val")


def below(element: Element, *path: str) -> Element:
    """The first element that the path of names leads to, or `EMPTY`."""
    for name in path:
        # A file asks this a thousand times for each page; lxml's find() would read the name anew each time.
        found = next(element.iterchildren(qualified(name)), None)
        if found is None:
            return EMPTY
        element = found
    return element


def each(element: Element, name: str) -> Iterator[Element]:
    """The direct children of that name."""
    return element.iterchildren(qualified(name))


def has(element: Element, *path: str) -> bool:
    """Whether the path leads anywhere."""
    return below(element, *path) is not EMPTY


def attribute(element: Element, name: str) -> str:
    """The attribute ("w:type"), or ""."""
    return str(element.get(qualified(name), ""))


def val(element: Element) -> str:
    """The element's own w:val, or ""."""
    return str(element.get(_VAL, ""))


def value(element: Element, *path: str) -> str:
    """The w:val of the element at the path, or ""."""
    return val(below(element, *path))


def spelled(element: Element) -> str:
    """All text in the element."""
    return "".join(map(str, element.itertext())) if len(element) else str(element.text or "")


def switched(element: Element) -> bool:
    """What an element like <w:b/> says: on, unless its value is a no."""
    return val(element) not in _OFF


def switch(element: Element, *path: str) -> bool:
    """Whether an element like <w:b/> stands at the path and says on."""
    found = below(element, *path)
    return found is not EMPTY and switched(found)


def whole(text: str, least: int, most: int, default: int) -> int:
    """The whole number in `text`, moved into least..most; without one, the default."""
    if not text or not _WHOLE.fullmatch(text):
        return default
    return max(least, min(most, int(text)))


def twips(text: str) -> int:
    """A length in twentieths of a point; strict files write units ("21pt"). 0 if senseless."""
    measure = _MEASURE.fullmatch(text)
    if measure:
        return int(float(measure[1]) * _UNITS[measure[2]])
    return whole(text, -31_680, 31_680, 0)


def shown_branch(alternate: Element) -> Element:
    """The one child of an mc:AlternateContent to read: the new form if it holds something that we know,
    else the fallback. Never both, or every text box and picture would come twice.
    """
    choice = below(alternate, "mc:Choice")
    fallback = below(alternate, "mc:Fallback")
    if choice is not EMPTY and (fallback is EMPTY or _is_readable(choice)):
        return choice
    return fallback


def _is_readable(branch: Element) -> bool:
    wanted = (qualified("a:blip"), qualified("w:t"), qualified("w:txbxContent"), qualified("m:t"))
    return next(branch.iter(*wanted), None) is not None
