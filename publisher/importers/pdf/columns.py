"""The order in which a page is read: columns from left to right, whatever runs over all of them between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median
from typing import Final, Generic, TypeVar

from publisher.importers.pdf.sheet import Area

T = TypeVar("T")

_FEWEST_ROWS: Final = 4
_NARROWEST: Final = 8.0
"""Points between two columns at least."""
_FILLED: Final = 0.55
"""Of its column's width a line of prose takes at least; what is shorter is a table's cell."""
_DEEPEST: Final = 2


@dataclass(frozen=True, slots=True)
class Placed(Generic[T]):
    """A thing and its place on the page."""

    area: Area
    thing: T
    prose: bool = True


@dataclass(frozen=True, slots=True)
class Region(Generic[T]):
    """A part of a page that is read from top to bottom. `slot` tells which column it is: "" if it is as wide as
    the page, else "L" or "R" for each cut.
    """

    slot: str
    rows: tuple[tuple[T, ...], ...]


Rows = Sequence[Sequence[Placed[T]]]


def regions(rows: Rows[T], slot: str = "") -> Iterator[Region[T]]:
    """The regions of a page in reading order. `rows` are from top to bottom, each from left to right."""
    gutter = _gutter(rows) if len(slot) < _DEEPEST else None
    if gutter is None:
        if rows:
            yield Region(slot, tuple(tuple(placed.thing for placed in row) for row in rows))
        return
    for columns, run in groupby(_marked(rows, gutter), key=lambda pair: pair[0]):
        band = [row for _, row in run]
        if not columns:
            yield Region(slot, tuple(tuple(placed.thing for placed in row) for row in band))
            continue
        left = [[placed for placed in row if placed.area.right <= gutter + 1] for row in band]
        right = [[placed for placed in row if placed.area.right > gutter + 1] for row in band]
        yield from regions([row for row in left if row], slot + "L")
        yield from regions([row for row in right if row], slot + "R")


def _gutter(rows: Rows[T]) -> float | None:
    """The middle of the white between two columns, if the page has columns."""
    gaps = [
        (one.area.right, other.area.left)
        for row in rows
        for one, other in pairwise(row)
        if other.area.left - one.area.right >= _NARROWEST
    ]
    best, most = None, 0
    for start, end in _shared(gaps):
        middle = (start + end) / 2
        count = sum(len(run) for run in _column_runs(rows, middle))
        if count > most:
            best, most = middle, count
    return best


def _shared(gaps: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Gaps that lie one above the other, each as far as they have it in common."""
    found: list[tuple[float, float]] = []
    for start, end in sorted(gaps):
        for place, (left, right) in enumerate(found):
            inner = max(start, left), min(end, right)
            if inner[1] - inner[0] >= _NARROWEST:
                found[place] = inner
                break
        else:
            found.append((start, end))
    return found[:20]


def _marked(rows: Rows[T], gutter: float) -> Iterator[tuple[bool, Sequence[Placed[T]]]]:
    """Each row, and whether it is part of columns."""
    inside = {id(row) for run in _column_runs(rows, gutter) for row in run}
    for row in rows:
        yield id(row) in inside, row


def _column_runs(rows: Rows[T], gutter: float) -> list[list[Sequence[Placed[T]]]]:
    """Neighbouring rows that leave the gutter white and read as prose on both sides of it."""
    runs = (list(run) for white, run in groupby(rows, key=lambda row: _leaves(row, gutter)) if white)
    return [run for run in runs if _reads_in_columns(run, gutter)]


def _leaves(row: Sequence[Placed[T]], gutter: float) -> bool:
    return all(placed.area.right <= gutter + 1 or placed.area.left >= gutter - 1 for placed in row)


def _reads_in_columns(run: Rows[T], gutter: float) -> bool:
    prose = [placed.area for row in run for placed in row if placed.prose]
    left = [area for area in prose if area.right <= gutter + 1]
    right = [area for area in prose if area.right > gutter + 1]
    if min(len(left), len(right)) < _FEWEST_ROWS:
        return False
    return all(_is_filled(column) for column in (left, right))


def _is_filled(column: Sequence[Area]) -> bool:
    width = max(area.right for area in column) - min(area.left for area in column)
    return median(area.width for area in column) >= _FILLED * width
