"""Tables made rectangular: whatever spans a file claims, cells cover each place of the grid once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from publisher.document import Cell
from publisher.errors import Unreadable

MOST_PLACES: Final = 20_000
"""Places of all tables of one document; no newsletter has a tenth of it."""
WIDEST_SPAN: Final = 63
"""What Word allows for columns; more is a mistake or an attack."""

Rows = tuple[tuple[Cell, ...], ...]


class Grids:
    """Makes the tables of one document rectangular, and keeps count of their size."""

    def __init__(self) -> None:
        self._places = 0

    def make(self, rows: Sequence[Sequence[Cell]]) -> Rows:
        """The rows with spans that fit and empty cells where some were missing.

        Raises Unreadable where the document's tables have more than 20,000 places.
        """
        placed, taken = _place(rows)
        width = max((column + 1 for row in taken for column in row), default=0)
        self._places += width * len(rows)
        if self._places > MOST_PLACES:
            note = f"表格太大（超过 {MOST_PLACES} 格），请拆分或改成图片后重新投放。"
            raise Unreadable(f"tables of more than {MOST_PLACES} places", note)
        return tuple(_fill(cells, row, width) for cells, row in zip(placed, taken, strict=True))


_Placed = list[tuple[int, Cell]]


def _place(rows: Sequence[Sequence[Cell]]) -> tuple[list[_Placed], list[set[int]]]:
    """Each cell with its column, and the columns that are covered in each row."""
    taken: list[set[int]] = [set() for _ in rows]
    placed: list[_Placed] = []
    for number, row in enumerate(rows):
        cells: _Placed = []
        column = 0
        for cell in row:
            while column in taken[number]:
                column += 1
            fitting = _fit(cell, taken[number : number + WIDEST_SPAN], column)
            cells.append((column, fitting))
            column += fitting.colspan
        placed.append(cells)
    return placed, taken


def _fit(cell: Cell, below: list[set[int]], column: int) -> Cell:
    """The cell with spans that overlap nothing; its places are taken now."""
    width = 1
    while width < min(cell.colspan, WIDEST_SPAN) and column + width not in below[0]:
        width += 1
    height = max(1, min(cell.rowspan, len(below)))
    for row in below[:height]:
        row.update(range(column, column + width))
    return replace(cell, colspan=width, rowspan=height)


def _fill(cells: _Placed, taken: set[int], width: int) -> tuple[Cell, ...]:
    missing = [(column, Cell(())) for column in range(width) if column not in taken]
    return tuple(cell for _, cell in sorted([*cells, *missing], key=lambda pair: pair[0]))
