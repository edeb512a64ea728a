"""Grids out of ruled lines: which lines of a page make a table or a frame, and where its cells are."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from publisher.importers.pdf.sheet import Area

_NEAR: Final = 3.0
_SHORTEST: Final = 6.0
_COVERED: Final = 0.6
_MOST_PAIRS: Final = 250_000
_MOST_PLACES: Final = 20_000


class Slot(NamedTuple):
    """A cell of a grid: the place where it begins and how many places it covers."""

    row: int
    column: int
    rowspan: int
    colspan: int


@dataclass(frozen=True, slots=True)
class Grid:
    """A ruled table: the lines between its columns `xs` and its rows `ys`, and which cell has each place."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    slots: tuple[Slot, ...]

    @property
    def area(self) -> Area:
        """Its place on the page."""
        return Area(self.xs[0], self.ys[0], self.xs[-1], self.ys[-1])

    @property
    def is_frame(self) -> bool:
        """Whether it has a single cell."""
        return len(self.slots) == 1

    def place(self, x: float, y: float) -> tuple[int, int]:
        """The row and column in which a point of the grid is."""
        row = min(max(bisect_right(self.ys, y) - 1, 0), len(self.ys) - 2)
        return row, min(max(bisect_right(self.xs, x) - 1, 0), len(self.xs) - 2)

    def owners(self) -> dict[tuple[int, int], Slot]:
        """The cell that covers each place."""
        return {
            (slot.row + down, slot.column + right): slot
            for slot in self.slots
            for down in range(slot.rowspan)
            for right in range(slot.colspan)
        }


@dataclass(slots=True)
class _Rule:
    """A line: at `at` on the other axis, from `start` to `end`."""

    at: float
    start: float
    end: float


def find_grids(strokes: Iterable[Area]) -> list[Grid]:
    """The tables and frames that the strokes of a page draw."""
    flat = _straightened(_Rule((a.top + a.bottom) / 2, a.left, a.right) for a in strokes if _lies(a))
    upright = _straightened(_Rule((a.left + a.right) / 2, a.top, a.bottom) for a in strokes if _stands(a))
    if len(flat) * len(upright) > _MOST_PAIRS:
        return []
    grids = (_grid(rows, columns) for rows, columns in _components(flat, upright))
    return [grid for grid in grids if grid]


def _lies(area: Area) -> bool:
    return area.width >= max(area.height, _SHORTEST)


def _stands(area: Area) -> bool:
    return area.height > area.width and area.height >= _SHORTEST


def _straightened(rules: Iterable[_Rule]) -> list[_Rule]:
    """Lines that are drawn in pieces, or twice, made one each."""
    rows: list[list[_Rule]] = []
    for rule in sorted(rules, key=lambda rule: rule.at):
        if not rows or rule.at - rows[-1][0].at > _NEAR:
            rows.append([])
        rows[-1].append(rule)
    return [rule for row in rows for rule in _fused(row)]


def _fused(row: list[_Rule]) -> Iterator[_Rule]:
    at = row[0].at
    open_rule: _Rule | None = None
    for rule in sorted(row, key=lambda rule: rule.start):
        if open_rule and rule.start - open_rule.end <= _NEAR:
            open_rule.end = max(open_rule.end, rule.end)
        else:
            if open_rule:
                yield open_rule
            open_rule = _Rule(at, rule.start, rule.end)
    if open_rule:
        yield open_rule


def _components(flat: Sequence[_Rule], upright: Sequence[_Rule]) -> list[tuple[list[_Rule], list[_Rule]]]:
    """Lines that cross or touch, directly or by others."""
    parents = list(range(len(flat) + len(upright)))

    def root(place: int) -> int:
        while parents[place] != place:
            parents[place] = parents[parents[place]]
            place = parents[place]
        return place

    for row, lying in enumerate(flat):
        for column, standing in enumerate(upright):
            if _touch(lying, standing):
                parents[root(len(flat) + column)] = root(row)
    groups: defaultdict[int, tuple[list[_Rule], list[_Rule]]] = defaultdict(lambda: ([], []))
    for place in range(len(parents)):
        group = groups[root(place)]
        if place < len(flat):
            group[0].append(flat[place])
        else:
            group[1].append(upright[place - len(flat)])
    return list(groups.values())


def _touch(lying: _Rule, standing: _Rule) -> bool:
    across = lying.start - _NEAR <= standing.at <= lying.end + _NEAR
    return across and standing.start - _NEAR <= lying.at <= standing.end + _NEAR


def _grid(flat: Sequence[_Rule], upright: Sequence[_Rule]) -> Grid | None:
    if not flat or not upright:
        return None
    # A table without lines at its sides is as wide as its rules are.
    xs = _marks([*(rule.at for rule in upright), *_sides(flat, upright)])
    ys = _marks([rule.at for rule in flat])
    if len(xs) < 2 or len(ys) < 2 or len(xs) * len(ys) > _MOST_PLACES:  # noqa: PLR2004 # two lines make one column
        return None
    return Grid(xs, ys, tuple(_slots(xs, ys, flat, upright)))


def _sides(flat: Sequence[_Rule], upright: Sequence[_Rule]) -> list[float]:
    left, right = min(rule.start for rule in flat), max(rule.end for rule in flat)
    outside = (min(rule.at for rule in upright) - left, right - max(rule.at for rule in upright))
    return [side for side, over in zip((left, right), outside, strict=True) if over > 3 * _NEAR]


def _marks(values: Iterable[float]) -> tuple[float, ...]:
    marks: list[float] = []
    for value in sorted(values):
        if not marks or value - marks[-1] > _NEAR:
            marks.append(value)
    return tuple(marks)


def _slots(xs: Sequence[float], ys: Sequence[float], flat: Sequence[_Rule], upright: Sequence[_Rule]) -> Iterator[Slot]:
    """The cells: neighbouring places without a line between them are one, if they make a rectangle."""
    width, height = len(xs) - 1, len(ys) - 1
    between_columns = _walls(xs, ys, upright)
    between_rows = _walls(ys, xs, flat)
    taken: set[tuple[int, int]] = set()
    for row in range(height):
        for column in range(width):
            if (row, column) in taken:
                continue
            right = column + 1
            while right < width and (right, row) not in between_columns and (row, right) not in taken:
                right += 1
            bottom = row + 1
            while bottom < height and not any((bottom, place) in between_rows for place in range(column, right)):
                bottom += 1
            slot = Slot(row, column, bottom - row, right - column)
            taken |= {(down, across) for down in range(row, bottom) for across in range(column, right)}
            yield slot


def _walls(marks: Sequence[float], others: Sequence[float], rules: Iterable[_Rule]) -> set[tuple[int, int]]:
    """Which lines stand at each mark, between which of the marks of the other axis."""
    found: set[tuple[int, int]] = set()
    for rule in rules:
        mark = min(range(len(marks)), key=lambda place: abs(marks[place] - rule.at))
        for place in range(len(others) - 1):
            start, end = others[place], others[place + 1]
            if min(end, rule.end) - max(start, rule.start) >= _COVERED * (end - start):
                found.add((mark, place))
    return found
