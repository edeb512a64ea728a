"""Tables -> nodes: fitted to the page when narrow, in a scrolling section when wide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from publisher.document import Align, Block, Cell, Table, plain_text
from publisher.rendering.inlines import Page
from publisher.rendering.tree import Element, Nodes

LEVELS = 4
"""What a table takes: <table>, the <tbody> that every browser inserts, <tr>, <td>."""
FITTING, FITTING_WHOLE = 30, 24
"""Characters of a table's size that a phone shows side by side, and those that it shows without breaking a line."""
_NARROWEST, _WIDEST = 4, 14
_MANY_COLUMNS = 4
_PADDING = 2  # of a cell, in characters
_LINE = 2


Shares = dict[tuple[int, int], str]
"""For a row and a column the declaration that gives a cell its share of the width."""
CellWriter = Callable[[Page, int, tuple[Block, ...]], Nodes]
"""Writes the blocks of a cell, for a place with so many levels."""


@dataclass(frozen=True, slots=True)
class _Grid:
    """A table on the page: its columns' widths in characters, whether it scrolls, and whether every line of every cell
    has room beside its neighbours, so that cells need no padding to stay apart. `align` is that of most cells, which
    the table says for all of them, `usual` what the theme gives them, "" where it does not say.
    """

    widths: tuple[int, ...]
    scrolls: bool
    roomy: bool
    shares: Shares
    align: Align
    usual: str


def write_table(page: Page, table: Table, room: int, write_cell: CellWriter) -> Nodes:
    """The table; one whose columns cannot stand side by side on a phone scrolls, where a level is left for that."""
    grid = _lay_out(page, table, room)
    if not grid.widths:
        return ()
    write = partial(write_cell, page, room - LEVELS - int(grid.scrolls))
    rows = tuple(
        Element("tr", _write_cells(page, table, index, grid, write), _row_style(page, table, index))
        for index in range(len(table.rows))
    )
    align = f"text-align:{grid.align.value}" if grid.align else ""
    if not grid.scrolls:
        return (page.element("table", "table", rows, align),)
    # In em, so that it grows with the reader's font size; without it the table is narrow but whole.
    inner = page.element("table", "table", rows, align, f"min-width:{sum(grid.widths)}em")
    return (page.element("section", "scroll", (inner,)),)


def _lay_out(page: Page, table: Table, room: int) -> _Grid:
    widths = column_widths(table)
    total, fits = sum(widths), room > LEVELS + _LINE
    usual = page.theme.inherited("td", "text-align")
    align = _common_align(table) if usual else Align.START
    if page.theme.terse and _WIDEST not in widths and (fits or total <= FITTING_WHOLE):
        return _Grid(tuple(widths), total > FITTING_WHOLE, True, {}, align, usual)
    scrolls = len(widths) >= _MANY_COLUMNS and total > FITTING and fits
    return _Grid(tuple(widths), scrolls, False, _shares(table, widths), align, usual)


def _common_align(table: Table) -> Align:
    """The alignment that most cells of the body state, if the table can say it for less than they do."""
    body = Counter(cell.align for row in table.rows[table.header_rows :] for cell in row)
    most, count = max(body.items(), key=lambda item: item[1], default=(Align.START, 0))
    return most if count > body[Align.START] + 1 else Align.START


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
    page: Page, table: Table, index: int, grid: _Grid, write: Callable[[tuple[Block, ...]], Nodes]
) -> Nodes:
    heads = index < table.header_rows
    own_align = page.theme.declarations.get("tr-head", {}).get("text-align", "") if heads else ""
    around = own_align or grid.align.value or grid.usual
    cells = []
    for column, cell in enumerate(table.rows[index]):
        role = "th" if heads or cell.header else "td"
        wanted = cell.align.value or own_align or grid.usual
        # Only what row and table do not say already.
        align = f"text-align:{wanted}" if wanted and wanted != around else ""
        own = "" if grid.roomy else page.theme.style(role)
        style = ";".join([part for part in (own, grid.shares.get((index, column), ""), align) if part])
        cells.append(Element(role, write(cell.blocks), style, _spans(cell)))
    return tuple(cells)


def _spans(cell: Cell) -> tuple[tuple[str, str], ...]:
    spans = (("colspan", cell.colspan), ("rowspan", cell.rowspan))
    return tuple((name, str(value)) for name, value in spans if value > 1)
