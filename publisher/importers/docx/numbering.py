"""Automatic numbers: what Word prints before a paragraph, though no character of it is in the text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from lxml.etree import _Element as Element

from publisher.importers.docx.names import (
    EMPTY,
    attribute,
    below,
    each,
    has,
    qualified,
    switch,
    val,
    value,
    whole,
)
from publisher.importers.docx.styles import NumberedAs, indent
from publisher.importers.numerals import numeral
from publisher.importers.symbols import readable, symbol

_LEVELS: Final = 9
_MOST: Final = 32_767
_LONGEST_PATTERN: Final = 100
_UNSET: Final = -1


@dataclass(frozen=True, slots=True)
class Label:
    """One printed number or bullet. `scheme` names the numbering ("" is no label), `level` is 0–8, `indent`
    in twips; `number` is the count at that level; `glued`: Word puts nothing between label and text.
    """

    text: str = ""
    number: int = 0
    scheme: str = ""
    level: int = 0
    indent: int = 0
    glued: bool = False
    bullet: bool = False


NO_LABEL: Final = Label()


@dataclass(frozen=True, slots=True)
class _Level:
    """One level of a numbering. `pattern` is "%1.%2"; `restart` the level (1–9) whose step restarts this one."""

    kind: str = "decimal"
    pattern: str = ""
    start: int = 1
    restart: int = _UNSET
    style: str = ""
    legal: bool = False
    indent: int = 0
    glued: bool = False


@dataclass(frozen=True, slots=True)
class _List:
    """A w:num: a scheme (w:abstractNum) with its own starts and levels."""

    scheme: str
    levels: tuple[_Level, ...]
    starts: Mapping[int, int]


class Numbering:
    """The numberings of a file, and how far each has counted: ask once per paragraph, in reading order."""

    def __init__(self, root: Element) -> None:
        schemes = {attribute(scheme, "w:abstractNumId"): scheme for scheme in each(root, "w:abstractNum")}
        styled = {value(scheme, "w:styleLink"): name for name, scheme in schemes.items() if has(scheme, "w:styleLink")}
        self._schemes = schemes
        self._styled = styled
        self._elements = {attribute(num, "w:numId"): num for num in each(root, "w:num")}
        self._lists: dict[str, _List] = {}
        self._counts: dict[str, list[int]] = {}
        self._started: set[tuple[str, int]] = set()

    def next_label(self, numbered: NumberedAs, style_ids: tuple[str, ...]) -> Label:
        """The label of the next paragraph of that numbering; `NO_LABEL` if there is none. Without a level, the
        one that is linked to the paragraph's style counts.
        """
        if numbered.list_id not in self._elements:
            return NO_LABEL
        found = self._find(numbered.list_id)
        at = numbered.level if numbered.level >= 0 else _linked_level(found, style_ids)
        level = found.levels[at]
        counts = self._step(numbered.list_id, found, at)
        if level.kind == "bullet":
            return Label(level.pattern, 0, found.scheme, at, level.indent, level.glued, bullet=True)
        return Label(_write(found, at, counts), counts[at], found.scheme, at, level.indent, level.glued)

    def _find(self, list_id: str) -> _List:
        # On demand: files carry hundreds of numberings that nobody uses.
        if list_id not in self._lists:
            self._lists[list_id] = _read_list(self._elements[list_id], self._schemes, self._styled)
        return self._lists[list_id]

    def _step(self, list_id: str, found: _List, at: int) -> list[int]:
        """Lists of one scheme count together, unless a list says that it starts anew (startOverride)."""
        counts = self._counts.setdefault(found.scheme, [_UNSET] * _LEVELS)
        if at in found.starts and (list_id, at) not in self._started:
            self._started.add((list_id, at))
            counts[at] = found.starts[at]
        elif counts[at] == _UNSET:
            counts[at] = found.levels[at].start
        else:
            counts[at] = min(counts[at] + 1, _MOST)
        for deeper in range(at + 1, _LEVELS):
            restart = found.levels[deeper].restart
            if at < (deeper if restart == _UNSET else restart):
                counts[deeper] = _UNSET
        return counts


def _write(found: _List, at: int, counts: list[int]) -> str:
    level = found.levels[at]

    def number(match: re.Match[str]) -> str:
        place = int(match[1]) - 1
        count = counts[place] if counts[place] != _UNSET else found.levels[place].start
        return numeral("decimal" if level.legal else found.levels[place].kind, count)

    return re.sub(r"%([1-9])", number, level.pattern).strip()


def _linked_level(found: _List, style_ids: tuple[str, ...]) -> int:
    linked = {level.style: at for at, level in reversed(list(enumerate(found.levels))) if level.style}
    return next((linked[name] for name in style_ids if name in linked), 0)


def _read_list(num: Element, schemes: Mapping[str, Element], styled: Mapping[str, str]) -> _List:
    scheme = value(num, "w:abstractNumId")
    # A numbering style: this scheme is only a name for the one that carries the levels.
    link = value(schemes.get(scheme, EMPTY), "w:numStyleLink")
    scheme = styled.get(link, scheme) if link else scheme
    levels = _read_levels(schemes.get(scheme, EMPTY), (_Level(),) * _LEVELS)
    starts: dict[int, int] = {}
    for override in each(num, "w:lvlOverride"):
        at = whole(attribute(override, "w:ilvl"), 0, _LEVELS - 1, 0)
        if has(override, "w:startOverride"):
            starts[at] = whole(value(override, "w:startOverride"), 0, _MOST, 1)
        levels = _read_levels(override, levels)
    return _List(scheme, levels, starts)


def _read_levels(parent: Element, levels: tuple[_Level, ...]) -> tuple[_Level, ...]:
    found = list(levels)
    for element in each(parent, "w:lvl"):
        found[whole(attribute(element, "w:ilvl"), 0, _LEVELS - 1, 0)] = _read_level(element)
    return tuple(found)


def _read_level(element: Element) -> _Level:
    # Word 2010 and later wrap formats of their own in mc:AlternateContent, with an older one to fall back on.
    kinds = [val(kind) for kind in element.iter(qualified("w:numFmt")) if val(kind) != "custom"]
    level = _Level(
        kind=kinds[-1] if kinds else "decimal",
        pattern=value(element, "w:lvlText")[:_LONGEST_PATTERN],
        start=whole(value(element, "w:start"), 0, _MOST, 1 if has(element, "w:start") else 0),
        restart=whole(value(element, "w:lvlRestart"), 0, _LEVELS, _UNSET),
        style=value(element, "w:pStyle"),
        legal=switch(element, "w:isLgl"),
        indent=indent(below(element, "w:pPr")),
        glued=value(element, "w:suff") == "nothing",
    )
    return replace(level, pattern=_bullet(element, level.pattern)) if level.kind == "bullet" else level


def _bullet(element: Element, pattern: str) -> str:
    """The bullet as a reader sees it. A picture as bullet, or an unknown sign, becomes a dot."""
    fonts = below(element, "w:rPr", "w:rFonts")
    font = attribute(fonts, "w:ascii") or attribute(fonts, "w:hAnsi")
    known = symbol(font, ord(pattern)) if len(pattern) == 1 else readable(pattern, font)
    return "•" if has(element, "w:lvlPicBulletId") or not known.strip() else known
