"""Tables -> nodes: fitted to the page when narrow, in a scrolling section when wide."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from publisher.document import Block, Cell, Table, plain_text
from publisher.rendering.inlines import Page
from publisher.rendering.tree import Element, Nodes

LEVELS = 4
"""What a table takes: <table>, the <tbody> that every browser inserts, <tr>, <td>."""
FITTING = 30
"""Characters of a table's size that a phone shows side by side."""
_NARROWEST, _WIDEST = 4, 14
_MANY_COLUMNS = 4
_PADDING = 2  # of a cell, in characters
_LINE = 2


CellWriter = Callable[[Page, int, tuple[Block, ...]], Nodes]
"""Writes the blocks of a cell, for a place with so many levels."""


def write_table(page: Page, table: Table, room: int, write_cell: CellWriter) -> Nodes:
    """The table; one whose columns cannot stand side by side on a phone scrolls, where a level is left for that."""
    widths = column_widths(table)
    if not widths:
        return ()
    scrolls = len(widths) >= _MANY_COLUMNS and sum(widths) > FITTING and room > LEVELS + _LINE
    write = partial(write_cell, page, room - LEVELS - int(scrolls))
    shares = _shares(table, widths)
    rows = tuple(
        Element("tr", _write_cells(page, table, index, shares, write), _row_style(page, table, index))
        for index in range(len(table.rows))
    )
    if not scrolls:
        return (page.element("table", "table", rows),)
    # In em, so that it grows with the reader's font size; without it the table is narrow but whole.
    inner = page.element("table", "table", rows, f"min-width:{sum(widths)}em")
    return (page.element("section", "scroll", (inner,)),)


def column_widths(table: Table) -> list[int]:
    """How many characters wide each column wants to be, padding included, within reason."""
    widths: list[int] = []
    for column, cell in _placed(table):
        widths += [_NARROWEST] * (column + cell.colspan - len(widths))
        if cell.colspan == 1:
            longest = max((len(line) for line in _text(cell).split("\n")), default=0)
            widths[column] = max(widths[column], min(longest + _PADDING, _WIDEST))
    return widths


def _placed(table: Table) -> Iterator[tuple[int, Cell]]:
    """Each cell with its column, past the cells that reach down from rows above."""
    taken: set[tuple[int, int]] = set()
    for index, row in enumerate(table.rows):
        column = 0
        for cell in row:
            while (index, column) in taken:
                column += 1
            yield column, cell
            down = range(index + 1, min(index + cell.rowspan, len(table.rows)))
            taken |= {(lower, column + right) for lower in down for right in range(cell.colspan)}
            column += cell.colspan


def _text(cell: Cell) -> str:
    return "\n".join(plain_text(block) for block in cell.blocks)


Shares = dict[tuple[int, int], str]


def _shares(table: Table, widths: list[int]) -> Shares:
    """The columns' shares of the width, on the first row that has a cell for each: left alone, a browser squeezes a
    short column beside a long one to one character a line.
    """
    whole = next((index for index, row in enumerate(table.rows) if len(row) == len(widths)), None)
    if whole is None or len(widths) == 1:
        return {}
    return {(whole, column): f"width:{round(100 * width / sum(widths))}%" for column, width in enumerate(widths)}


def _row_style(page: Page, table: Table, index: int) -> str:
    if index < table.header_rows:
        return page.theme.style("tr-head")
    even = (index - table.header_rows) % 2
    return page.theme.style("tr-even" if even and page.theme.styles.get("tr-even") else "tr")


def _write_cells(
    page: Page, table: Table, index: int, shares: Shares, write: Callable[[tuple[Block, ...]], Nodes]
) -> Nodes:
    cells = []
    for column, cell in enumerate(table.rows[index]):
        role = "th" if index < table.header_rows or cell.header else "td"
        align = f"text-align:{cell.align.value}" if cell.align else ""
        style = page.theme.style(role, shares.get((index, column), ""), align)
        cells.append(Element(role, write(cell.blocks), style, _spans(cell)))
    return tuple(cells)


def _spans(cell: Cell) -> tuple[tuple[str, str], ...]:
    spans = (("colspan", cell.colspan), ("rowspan", cell.rowspan))
    return tuple((name, str(value)) for name, value in spans if value > 1)
