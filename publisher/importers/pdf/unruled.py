"""Tables without lines between their columns: short texts that stand one under the other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise
from statistics import median
from typing import Final

from publisher.importers.pdf.columns import Placed, regions
from publisher.importers.pdf.grids import Grid, Slot
from publisher.importers.pdf.lines import Row
from publisher.importers.pdf.sheet import Area

_FEWEST_ROWS: Final = {2: 3}
"""Rows that make a table of so many columns; of more columns, two are enough."""
_ENOUGH: Final = 2
_FILLED: Final = 0.55
"""Of its column a cell takes less; columns of prose take more."""
_NEAR: Final = 2.5
"""Lines that two rows may be apart."""


def find_unruled(rows: Sequence[Row]) -> list[Grid]:
    """The tables that rows of equally many parts make, each part under the one above it; none on a page whose text
    is set in columns.
    """
    grids: list[Grid] = []
    if any(region.slot for region in regions([[Placed(part.area, part) for part in row.parts] for row in rows])):
        return grids
    for count, run in groupby(rows, key=lambda row: len(row.parts)):
        for together in _stretches(list(run)) if count > 1 else ():
            enough = len(together) >= _FEWEST_ROWS.get(count, _ENOUGH)
            edges = _edges(together) if enough else ()
            if edges and not _is_prose(together, edges):
                grids.append(_grid(together, edges))
    return grids


def _stretches(rows: Sequence[Row]) -> list[list[Row]]:
    """The rows, parted where much white is between two of them."""
    found = [[rows[0]]]
    for before, row in pairwise(rows):
        if row.line.y - before.line.y > _NEAR * row.line.look.size:
            found.append([])
        found[-1].append(row)
    return found


def _edges(rows: Sequence[Row]) -> tuple[float, ...]:
    """The borders of the columns, none if the parts overlap those of a neighbouring column."""
    columns = list(zip(*(row.parts for row in rows), strict=True))
    lefts = [min(part.x0 for part in column) for column in columns]
    rights = [max(part.x1 for part in column) for column in columns]
    if any(right >= left for right, left in zip(rights, lefts[1:], strict=False)):
        return ()
    inner = [(right + left) / 2 for right, left in zip(rights, lefts[1:], strict=False)]
    return (lefts[0] - 1, *inner, rights[-1] + 1)


def _is_prose(rows: Sequence[Row], edges: Sequence[float]) -> bool:
    widths = [right - left for left, right in pairwise(edges)]
    shares = [
        [row.parts[place].area.width / width for row in rows if row.parts[place].area.width]
        for place, width in enumerate(widths)
    ]
    return all(median(share) > _FILLED for share in shares)


def _grid(rows: Sequence[Row], edges: tuple[float, ...]) -> Grid:
    areas: list[Area] = [row.line.area for row in rows]
    inner = [(above.bottom + below.top) / 2 for above, below in pairwise(areas)]
    ys = (areas[0].top - 1, *inner, areas[-1].bottom + 1)
    slots = tuple(Slot(row, column, 1, 1) for row in range(len(rows)) for column in range(len(edges) - 1))
    return Grid(edges, ys, slots)
