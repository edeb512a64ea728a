"""Where the columns of a document have their margins: most lines keep to them, so most lines tell."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from statistics import median
from typing import Final

from publisher.importers.pdf.lines import Line
from publisher.importers.pdf.reflow import Margins

Column = tuple[int, str]
"""A page's number, and which of its columns."""

_ENOUGH: Final = 8
"""Lines that can tell the margins of their own page."""
_HANGING: Final = 0.08
"""Of the lines may stand out over the margin: marks hang there."""
_STRETCHED: Final = 0.25
_ROOM: Final = 1.5
_MOSTLY: Final = 0.7
_INDENT: Final = 3.0
_FEW_INDENTED: Final = 0.03
_INDENTS: Final = (1.2, 4.5)


def body_size(lines: Iterable[Line]) -> float:
    """The size of most signs."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.look.size] += len(line.glyphs)
    return sizes.most_common(1)[0][0] if sizes else 1.0


def find_margins(columns: Mapping[Column, Sequence[Line]]) -> dict[Column, Margins]:
    """The margins of each column of each page; a page with few lines has those of its like: left and right pages
    may differ.
    """
    alike: defaultdict[tuple[str, int], list[Line]] = defaultdict(list)
    for (page, slot), lines in columns.items():
        alike[slot, page % 2] += lines
    usual = {key: _measured(lines) for key, lines in alike.items()}
    found = {}
    for (page, slot), lines in columns.items():
        common = usual[slot, page % 2]
        found[page, slot] = _fitted(_measured(lines), common, lines) if len(lines) >= _ENOUGH else common
    return found


def is_indented(columns: Mapping[Column, Sequence[Line]], margins: Mapping[Column, Margins]) -> bool:
    """Whether paragraphs begin with an indent: of the lines that fill their column, some do."""
    starts = [
        (line.x0 - margins[column].left) / line.look.size
        for column, lines in columns.items()
        for line in lines
        if margins[column].right - line.x1 < _ROOM * line.look.size
    ]
    return sum(_INDENTS[0] < start < _INDENTS[1] for start in starts) > _FEW_INDENTED * len(starts)


def _measured(lines: Sequence[Line]) -> Margins:
    few = min(max(1, int(len(lines) * _HANGING)), len(lines) - 1)
    lefts, measured = sorted(line.x0 for line in lines), _without_hanging(lines)
    rights = sorted((line.x1 for line in measured), reverse=True)
    right = rights[min(few, len(rights) - 1)]
    rooms = [(right - line.x1) / line.look.size for line in measured if right - line.x1 < _ROOM * line.look.size]
    justified = sum(room < _STRETCHED for room in rooms) > _MOSTLY * len(rooms)
    return Margins(lefts[few], right, _pitch(lines), justified)


def _without_hanging(lines: Sequence[Line]) -> Sequence[Line]:
    """The lines that end with a character, if there are enough: marks may hang over the margin."""
    sure = [line for line in lines if line.text[-1].isalnum()]
    return sure if len(sure) >= max(_ENOUGH, len(lines) // 4) else lines


def _fitted(own: Margins, common: Margins, lines: Sequence[Line]) -> Margins:
    """A page on which every line is indented, or none is full, has the margins of the others."""
    em = median(line.look.size for line in lines)
    left = common.left if 0 < own.left - common.left < _INDENT * em else own.left
    right = common.right if 0 < common.right - own.right < _INDENT * em else own.right
    return Margins(left, right, own.pitch or common.pitch, own.justified or common.justified)


def _pitch(lines: Sequence[Line]) -> float:
    steps = [
        other.y - one.y
        for one, other in pairwise(lines)
        if one.page == other.page and 0 < other.y - one.y < 3 * one.look.size
    ]
    return median(steps) if steps else 0.0
