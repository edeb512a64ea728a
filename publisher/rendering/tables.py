"""Tables -> nodes: fitted to the page when narrow, in a scrolling section when wide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from publisher.document import Align, Block, Cell, Paragraph, Table, Text, pictures_of, plain_text
from publisher.rendering.inlines import Page, shows
from publisher.rendering.theme import Theme
from publisher.rendering.tree import Element, Nodes, height

LEVELS = 4
"""What a table takes: <table>, the <tbody> that every browser inserts, <tr>, <td>."""
FITTING, FITTING_WHOLE = 30, 24
"""Characters of a table's size that a phone shows side by side, and those that it shows without breaking a line."""
_NARROWEST, _WIDEST = 4, 14
_MANY_COLUMNS = 4
_PADDING = 2  # of a cell, in characters
_TALLEST_HEAD = 3
_LINE = 2
_TBODY = 1


Shares = dict[tuple[int, int], str]
"""For a row and a column the declaration that gives a cell its share of the width."""
CellWriter = Callable[[Page, int, tuple[Block, ...]], Nodes]
"""Writes the blocks of a cell, for a place with so many levels."""


@dataclass(frozen=True, slots=True)
class _Grid:
    """A table on the page: its columns' widths in characters, whether it scrolls, and whether every line of every cell
    has room beside its neighbours, so that cells need no padding to stay apart. `align` is that of most cells, which
    the table says for all of them, `usual` what the theme gives them, "" where it does not say; `bands` are the roles
    of the rows; `room` is for what stands in a cell.
    """

    widths: tuple[int, ...]
    scrolls: bool
    roomy: bool
    shares: Shares
    align: Align
    usual: str
    bands: tuple[str, ...]
    room: int


def write_table(page: Page, table: Table, room: int, write_cell: CellWriter) -> Nodes:
    """The table; one whose columns cannot stand side by side on a phone scrolls, where a level is left for that:
    without it there is none, nor if there would be nothing to see in it.
    """
    grid = _lay_out(page, table, room)
    if not grid.widths:
        return ()
    inner = page.inside("table")
    pages = {band: _cell_pages(replace(inner.inside(band), in_cell=True)) for band in set(grid.bands)}
    rows = tuple(
        _write_row(page.theme, pages[band], row, index, grid, write_cell)
        for index, (band, row) in enumerate(zip(grid.bands, table.rows, strict=True))
    )
    if not any(shows(cell.children) for row in rows for cell in row.children if isinstance(cell, Element)):
        return ()
    align = f"text-align:{grid.align.value}" if grid.align else ""
    # In em, so that it grows with the reader's font size.
    scrolling = page.element("table", "table", rows, align, f"min-width:{sum(grid.widths)}em")
    if grid.scrolls and 1 + _TBODY + height((scrolling,)) <= room:
        return (page.element("section", "scroll", (scrolling,)),)
    if grid.scrolls:
        return ()
    return (page.element("table", "table", rows, align),)


def _lay_out(page: Page, table: Table, room: int) -> _Grid:
    widths = column_widths(table)
    total, fits = sum(widths), room > LEVELS + _LINE
    roomy = page.theme.terse and _WIDEST not in widths and (fits or total <= FITTING_WHOLE)
    scrolls = total > FITTING_WHOLE if roomy else len(widths) >= _MANY_COLUMNS and total > FITTING
    shares = {} if roomy else _shares(table, widths)
    inner = room - LEVELS - int(scrolls and fits)
    usual = page.theme.inherited("td", "text-align")
    align = _common_align(table) if usual else Align.START
    return _Grid(tuple(widths), scrolls, roomy, shares, align, usual, _bands(page, table), inner)


def _common_align(table: Table) -> Align:
    """The alignment that most cells of the body state, if the table can say it for less than they do."""
    body = Counter(cell.align for row in table.rows[table.header_rows :] for cell in row)
    most, count = max(body.items(), key=lambda item: item[1], default=(Align.START, 0))
    return most if count > body[Align.START] + 1 else Align.START


def column_widths(table: Table) -> list[int]:
    """How many characters wide each column wants to be, padding included, within reason."""
    placed = list(_placed(table))
    widths = [_NARROWEST] * max((column + cell.colspan for column, cell in placed), default=0)
    for column, cell in sorted(placed, key=lambda place: place[1].colspan):
        lacking = min(_longest(cell) + _PADDING, _WIDEST) - sum(widths[column : column + cell.colspan])
        for covered in range(column, column + cell.colspan):
            widths[covered] += max(0, -(-lacking // cell.colspan))
    return widths


def _placed(table: Table) -> Iterator[tuple[int, Cell]]:
    return (place for row in _rows(table) for place in row)


def _rows(table: Table) -> Iterator[list[tuple[int, Cell]]]:
    """Each row's cells with their columns, past the cells that reach down from rows above."""
    taken: set[tuple[int, int]] = set()
    for index, row in enumerate(table.rows):
        placed = []
        column = 0
        for cell in row:
            while (index, column) in taken:
                column += 1
            placed.append((column, cell))
            down = range(index + 1, min(index + cell.rowspan, len(table.rows)))
            taken |= {(lower, column + right) for lower in down for right in range(cell.colspan)}
            column += cell.colspan
        yield placed


def _longest(cell: Cell) -> int:
    """Characters of a cell's longest line; a picture is as wide as a column can be."""
    match cell.blocks:
        case (Paragraph(inlines=(Text(text=text),)),):  # most cells
            pass
        case blocks if pictures_of(blocks):
            return _WIDEST
        case blocks:
            text = "\n".join(map(plain_text, blocks))
    return max(map(len, text.split("\n")))


def _shares(table: Table, widths: list[int]) -> Shares:
    """The columns' shares of the width, each on the first cell that covers it alone, of one row if one has them all:
    left alone, a browser squeezes a short column beside a long one to one character a line.
    """
    if len(widths) == 1:
        return {}
    places = [
        (len(row) < len(widths), index, number, column)
        for index, row in enumerate(_rows(table))
        for number, (column, cell) in enumerate(row)
        if cell.colspan == 1
    ]
    first = {column: (index, number) for _partial, index, number, column in sorted(places, reverse=True)}
    return {first[column]: f"width:{round(100 * widths[column] / sum(widths))}%" for column in first}


def _head_rows(table: Table) -> int:
    """How many rows are the head: a cell merged downwards takes the next row in, unless that makes a head of a body."""
    reach = max((cell.rowspan for row in table.rows[:1] for cell in row), default=1) if table.header_rows == 1 else 1
    return reach if 1 < reach <= _TALLEST_HEAD and reach < len(table.rows) else table.header_rows


def _bands(page: Page, table: Table) -> tuple[str, ...]:
    """The role of each row. Rows that a merged cell joins have one ground, as the cell has."""
    striped = bool(page.theme.styles.get("tr-even"))
    bands: list[str] = []
    even, reach = True, 0
    heads = _head_rows(table)
    for index, row in enumerate(table.rows):
        if index >= max(reach, heads):
            even = not even
        reach = max([reach, *(index + cell.rowspan for cell in row)])
        bands.append("tr-head" if index < heads else "tr-even" if even and striped else "tr")
    return tuple(bands)


def _cell_pages(page: Page) -> Mapping[str, Page]:
    """The page for what is written inside each kind of cell."""
    return {role: page.inside(role) for role in ("th", "td")}


def _write_row(
    theme: Theme, pages: Mapping[str, Page], row: tuple[Cell, ...], index: int, grid: _Grid, write: CellWriter
) -> Element:
    band = grid.bands[index]
    is_head = band == "tr-head"
    own_align = theme.declarations.get("tr-head", {}).get("text-align", "") if is_head else ""
    around = own_align or grid.align.value or grid.usual
    cells = []
    for column, cell in enumerate(row):
        role = "th" if is_head or cell.header else "td"
        own = "" if grid.roomy else theme.style(role)
        wanted = cell.align.value or own_align or grid.usual
        # Only what row and table do not say already.
        align = f"text-align:{wanted}" if wanted and wanted != around else ""
        style = ";".join([part for part in (own, grid.shares.get((index, column), ""), align) if part])
        cells.append(Element(role, write(pages[role], grid.room, cell.blocks), style, _spans(cell)))
    return Element("tr", tuple(cells), theme.style(band))


def _spans(cell: Cell) -> tuple[tuple[str, str], ...]:
    if cell.colspan == cell.rowspan == 1:
        return ()
    spans = (("colspan", cell.colspan), ("rowspan", cell.rowspan))
    return tuple((name, str(value)) for name, value in spans if value > 1)
