"""Printed lines out of glyphs: what stands on one baseline, blanks where the page shows them, in reading order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from math import inf
from statistics import median
from typing import Final

from publisher.importers.pdf.sheet import Area, Glyph, Look
from publisher.importers.pdf.signs import takes_blank
from publisher.importers.text import is_chinese

_SAME_LINE: Final = 0.6
"""Of the smaller size: signs whose baselines are no farther apart stand on one line, raised numbers included."""
_SCRIPT: Final = 0.8
_RISE: Final = 0.6
_MOST_SCRIPTS: Final = 20
_CLOSE: Final = 0.1
_WIDE_GAP: Final = 0.9
_TAB: Final = 2.0
_BLANK: Final = 0.17
_DOUBTFUL: Final = 0.05
_ABOVE_BASE: Final = 0.88
_BLANKS: Final = " \u3000"
_NOT_FIRST: Final = "，。、；：？！）》〉】〕」』”’…—·％%,.;:?!)]}"
_NOT_LAST: Final = "（《〈【〔「『“‘([{"


@dataclass(frozen=True)
class Line:
    """Signs on one baseline, or on a part of it, without blanks at the ends; `page` is its page's number and
    `number` its own on that page. `ends_blank` says that a blank was printed after it.
    """

    glyphs: tuple[Glyph, ...]
    page: int = 0
    number: int = 0
    ends_blank: bool = False

    @cached_property
    def area(self) -> Area:
        """Its place."""
        top = self.y - self.look.size * _ABOVE_BASE
        return Area(self.x0, top, self.x1, self.y + self.look.size * (1 - _ABOVE_BASE))

    @property
    def x0(self) -> float:
        """Where it begins."""
        return self.glyphs[0].x0

    @property
    def x1(self) -> float:
        """Where it ends."""
        return self.glyphs[-1].x1

    @cached_property
    def y(self) -> float:
        """Its baseline: that of most of its signs."""
        return median(glyph.y for glyph in self.glyphs if glyph.look.size > self.look.size * 0.9)

    @cached_property
    def text(self) -> str:
        """Its text."""
        return "".join(glyph.text for glyph in self.glyphs)

    @cached_property
    def look(self) -> Look:
        """How most of it looks."""
        return Counter(glyph.look for glyph in self.glyphs if glyph.text not in _BLANKS).most_common(1)[0][0]

    @cached_property
    def bold(self) -> bool:
        """Whether all of it is bold."""
        return all(glyph.look.bold for glyph in self.glyphs if glyph.text not in _BLANKS)

    @cached_property
    def first_word(self) -> float:
        """The width of what could not have been parted from its first sign: a number, a word, a sign with marks."""
        end = 0
        while end < len(self.glyphs) - 1 and _inseparable(self.glyphs[end].text, self.glyphs[end + 1].text):
            end += 1
        return self.glyphs[end].x1 - self.x0


@dataclass(frozen=True, slots=True)
class Row:
    """What is printed at one height: a line across the page, and its parts."""

    line: Line
    parts: tuple[Line, ...]


def rows_of(glyphs: Iterable[Glyph]) -> list[list[Glyph]]:
    """Signs by their baselines, from top to bottom, each row from left to right."""
    rows: list[list[Glyph]] = []
    first = None
    for glyph in sorted(glyphs, key=lambda glyph: glyph.y):
        if first is None or glyph.y - first.y > _SAME_LINE * min(glyph.look.size, first.look.size):
            rows.append([])
            first = glyph
        rows[-1].append(glyph)
    return [sorted(row, key=lambda glyph: glyph.x0) for row in _with_scripts(rows)]


def _with_scripts(rows: Sequence[list[Glyph]]) -> list[list[Glyph]]:
    """The rows with raised and lowered signs in the line that they belong to."""
    found: list[list[Glyph]] = []
    for row in rows:
        before = found[-1] if found else []
        if before and (_is_script(before, row) or _is_script(row, before)):
            before += row
        else:
            found.append(row)
    return found


def _is_script(small: Sequence[Glyph], row: Sequence[Glyph]) -> bool:
    """Whether all of a row are small signs that follow signs of the other, or stand right before its first."""
    size = max(glyph.look.size for glyph in row)
    if max(glyph.look.size for glyph in small) > _SCRIPT * size:
        return False
    if len(small) > _MOST_SCRIPTS or abs(small[0].y - row[0].y) > _RISE * size:
        return False
    first, last = min(glyph.x0 for glyph in row), max(glyph.x1 for glyph in small)
    if abs(first - last) < _CLOSE * size:
        return True
    ends = [glyph.x1 for glyph in (*row, *small)]
    return all(any(-_CLOSE * size < glyph.x0 - end < 0.4 * size for end in ends) for glyph in small)


def segments(row: Sequence[Glyph]) -> list[Line]:
    """A row, parted where nothing is printed over more than a sign's width."""
    parts: list[list[Glyph]] = []
    for glyph in row:
        if not parts or glyph.x0 - parts[-1][-1].x1 > _WIDE_GAP * min(glyph.look.size, parts[-1][-1].look.size):
            parts.append([])
        parts[-1].append(glyph)
    return [line for part in parts if (line := _trimmed(part))]


def joined(parts: Sequence[Line], page: int, number: int) -> Line:
    """Parts of one row as one line, tabs between them where the page shows wide gaps."""
    glyphs: list[Glyph] = []
    for part in parts:
        if glyphs:
            wide = part.x0 - glyphs[-1].x1 > _TAB * part.look.size
            glyphs.append(glyphs[-1]._replace(text="\t" if wide else " ", x0=glyphs[-1].x1, x1=part.x0))
        glyphs += part.glyphs
    return Line(tuple(glyphs), page, number, parts[-1].ends_blank)


def with_blanks(line: Line, typed: float) -> Line:
    """The line with the blanks that are only gaps: between Latin words, and, beside Chinese, where a gap is `typed`
    ems wider than the others of the line.
    """
    gaps = _gaps(line.glyphs)
    glyphs = list(line.glyphs[:1])
    for place, glyph in enumerate(line.glyphs[1:]):
        before = glyphs[-1]
        if _is_blank(line.glyphs, gaps, place, typed):
            glyphs.append(before._replace(text=" ", x0=before.x1, x1=glyph.x0))
        glyphs.append(glyph)
    return replace(line, glyphs=tuple(glyphs)) if len(glyphs) > len(line.glyphs) else line


def _gaps(glyphs: Sequence[Glyph]) -> list[float]:
    """The white before each sign but the first, in ems, as far as it is more than is usual in the line."""
    gaps = [(after.x0 - before.x1) / after.look.size for before, after in pairwise(glyphs)]
    usual = max(0.0, median(gaps)) if gaps else 0.0
    return [gap - usual for gap in gaps]


def _is_blank(glyphs: Sequence[Glyph], gaps: Sequence[float], place: int, typed: float) -> bool:
    """Whether a gap is a blank. A word in Chinese has blanks on both sides or on none; where the gap before it is
    doubtful, the one after it, which is measured more exactly, tells.
    """
    gap, (before, after) = gaps[place], (glyphs[place].text, glyphs[place + 1].text)
    least = _between_words(before, after, typed)
    if least != typed or not is_latin(after) or not after.isalnum() or abs(gap - typed) > _DOUBTFUL:
        return gap > least
    end = place + 1
    while end < len(gaps) and is_latin(glyphs[end + 1].text):
        end += 1
    known = end < len(gaps) and glyphs[end].text.isalnum() and glyphs[end + 1].text.isalnum()
    return (gaps[end] if known else gap) > typed


def is_latin(text: str) -> bool:
    """Whether a sign is written in words, with blanks between them."""
    return not is_chinese(text[-1:]) and not text.isspace()


def _between_words(before: str, after: str, typed: float) -> float:
    """The ems that are a blank between two signs, inf where none may stand."""
    if before.isspace() or after.isspace():
        return inf
    if is_latin(before) and is_latin(after):
        return _BLANK if before.isalnum() or after.isalnum() else inf
    return typed if takes_blank(before, after) else inf


def _trimmed(part: Sequence[Glyph]) -> Line | None:
    start, end = 0, len(part)
    while end > start and part[end - 1].text in _BLANKS:
        end -= 1
    while start < end and part[start].text in _BLANKS:
        start += 1
    return Line(tuple(part[start:end]), ends_blank=end < len(part)) if start < end else None


def _inseparable(before: str, after: str) -> bool:
    if after.isspace() or before.isspace():
        return False
    return before in _NOT_LAST or after in _NOT_FIRST or (is_latin(before) and is_latin(after))
