"""An element as the rules see it: with what its surroundings decide."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from .markup import declarations, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lxml.etree import _Element as Element

DEEPEST = 8
"""So many levels survive a re-save."""

_LENGTH = re.compile(r"([+-]?(?:\d{1,9}\.?\d{0,9}|\.\d{1,9}))\s*([a-z%]*)", re.IGNORECASE)
_PIXELS = {"px": 1.0, "pt": 4 / 3, "pc": 16.0, "cm": 37.8, "mm": 3.78, "in": 96.0, "q": 0.945}
_WIDE_FROM = 0x2E80
"""From here on the characters are as wide as they are high, nearly all."""


class Around(NamedTuple):
    """What an element's surroundings and the element itself decide for its contents."""

    drawing: bool = False
    moving: bool = False
    scrolls: bool = False
    ignores_width: bool = False
    ignores_dark: str = ""
    font: float = 17.0
    line: float = 1.6
    line_is_ratio: bool = True

    @property
    def tight(self) -> bool:
        """Whether lines are lower than the letters in them."""
        return (self.line * self.font if self.line_is_ratio else self.line) < self.font


@dataclass(slots=True)
class Node:
    """An element; `depth` counts as a browser builds it, 1 for the outermost."""

    element: Element
    tag: str
    style: Mapping[str, str]
    depth: int
    around: Around

    def get(self, name: str) -> str:
        """The value of an attribute, "" if it has none."""
        value: str = self.element.get(name, "")
        return value

    @property
    def marks(self) -> tuple[str, ...]:
        """What decides which rules concern it: the names of its attributes, and its states, which have a colon."""
        names = tuple(map(str, self.element.keys()))
        if len(self.element):
            names += (":parent",)
        if self.around.tight:
            names += (":tight",)
        return names if self.depth <= DEEPEST else (*names, ":deep")

    @property
    def holds_text(self) -> bool:
        """Whether there is text in it, at any depth."""
        return bool(text_of(self.element).strip())

    @property
    def own_text(self) -> str:
        """The text that stands in it directly."""
        return "".join([self.element.text or "", *(child.tail or "" for child in self.element)]).strip()

    @property
    def text_width(self) -> float:
        """About how wide its text is on one line, in pixels."""
        return width_of(text_of(self.element).strip()) * self.around.font


def walk(root: Element) -> Iterator[Node]:
    """Every element of an article, in reading order; its document's own frame is none of it."""
    known: dict[Element | None, tuple[int, Around]] = {}
    nowhere = (-2, Around())
    for element in root.iter():
        parent, tag, style = element.getparent(), element.tag, element.get("style", "")
        depth, around = known.get(parent, nowhere)
        # A browser puts rows that stand in the table itself into a <tbody>.
        depth += 2 if tag == "tr" and parent is not None and parent.tag == "table" else 1
        if tag == "svg" or len(element.attrib) > bool(style):
            around = _enter_marked(element, around)
        if style:
            around = _enter_style(style, around)
        known[element] = depth, around
        if depth > 0:
            yield Node(element, tag, declarations(style), depth, around)


def pixels(value: str, font: float = 16.0) -> float:
    """A length in pixels; less than nothing counts, what is no fixed length is 0."""
    match = _LENGTH.fullmatch(value.strip())
    if not match:
        return 0.0
    unit = match[2].lower()
    return float(match[1]) * (font if unit in {"em", "rem"} else _PIXELS.get(unit, 0.0))


def number(value: str) -> float:
    """A bare number, or a percentage as its part of 1; what is neither is 1."""
    match = _LENGTH.fullmatch(value.strip())
    if not match or match[2] not in {"", "%"}:
        return 1.0
    return float(match[1]) / (100 if match[2] else 1)


def width_of(text: str) -> float:
    """About how wide a text is, in its font's size."""
    return sum(1.0 if ord(character) >= _WIDE_FROM else 0.55 for character in text)


def _enter_marked(element: Element, around: Around) -> Around:
    """Inside a drawing, or an element that asks for exceptions."""
    marks = [element.get(name) for name in ("data-mode", "data-ignore-width", "data-ignore-dm")]
    drawing = around.drawing or element.tag == "svg"
    if not drawing and not any(mark is not None for mark in marks):
        return around
    return around._replace(
        drawing=drawing,
        moving=around.moving or drawing or marks[0] == "svg",
        ignores_width=around.ignores_width or marks[1] is not None,
        ignores_dark=f"{around.ignores_dark} {marks[2] or ''}".strip(),
    )


@lru_cache(maxsize=2048)
def _enter_style(style: str, around: Around) -> Around:
    """Inside an element with a style."""
    values = declarations(style)
    overflow = f"{values.get('overflow', '')} {values.get('overflow-x', '')}"
    font = _font(values.get("font-size", ""), around.font)
    around = around._replace(scrolls=around.scrolls or "auto" in overflow or "scroll" in overflow, font=font)
    return _with_line(values.get("line-height", ""), around)


def _font(value: str, outer: float) -> float:
    if value.endswith("%"):
        return number(value) * outer
    # A size that is no length ("small") is near enough to what is around.
    return pixels(value, outer) or outer


def _with_line(value: str, around: Around) -> Around:
    match = _LENGTH.fullmatch(value.strip())
    if not match:
        return around._replace(line=1.6, line_is_ratio=True) if value == "normal" else around
    if not match[2]:
        return around._replace(line=float(match[1]), line_is_ratio=True)
    line = number(value) * around.font if match[2] == "%" else pixels(value, around.font)
    return around._replace(line=line, line_is_ratio=False)
