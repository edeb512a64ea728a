"""Tables out of grids and the signs in them; what a page break cut in two is one again."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from publisher.document import Cell, Level, Paragraph, Span, Table
from publisher.importers.grid import Grids
from publisher.importers.pdf.grids import Grid, Slot
from publisher.importers.pdf.inlines import Writer
from publisher.importers.pdf.lines import Line, joined, rows_of, segments, with_blanks
from publisher.importers.pdf.reflow import Margins, Passage, is_full
from publisher.importers.pdf.sheet import Area, Glyph
from publisher.importers.remarks import Remarks

_PADDING: Final = 2.0
_SAME_COLUMN: Final = 0.02
"""Of a table's width its columns may differ between two pages."""
_LABEL: Final = re.compile(r"[^\s：:，。；、]{2,12}：")
_ENDED: Final = re.compile(r"[。！？；!?;][”’）)》」』]*$")
_MOST_HEADER_ROWS: Final = 3


@dataclass(frozen=True, slots=True)
class RuledCell:
    """A cell with its lines."""

    slot: Slot
    lines: tuple[Line, ...]
    margins: Margins

    @property
    def text(self) -> str:
        """All that it says."""
        return "".join(line.text for line in self.lines)


@dataclass(frozen=True, slots=True)
class RuledTable:
    """A table of one page, or one that goes on over several; `header_rows` are those that pages repeat."""

    area: Area
    xs: tuple[float, ...]
    height: int
    cells: tuple[RuledCell, ...]
    span: Span
    header_rows: int = 0

    def row(self, number: int) -> list[RuledCell]:
        """The cells that cover a row, from left to right."""
        return [cell for cell in self.cells if cell.slot.row <= number < cell.slot.row + cell.slot.rowspan]


def fill(grid: Grid, glyphs: Iterable[Glyph], span: Span, typed: float) -> RuledTable:
    """The grid's cells with their text."""
    owners = grid.owners()
    held: defaultdict[Slot, list[Glyph]] = defaultdict(list)
    for glyph in glyphs:
        held[owners[grid.place(*glyph.middle)]].append(glyph)
    cells = tuple(_cell(grid, slot, held[slot], typed) for slot in grid.slots)
    return RuledTable(grid.area, grid.xs, len(grid.ys) - 1, cells, span)


def _cell(grid: Grid, slot: Slot, glyphs: Sequence[Glyph], typed: float) -> RuledCell:
    left, right = grid.xs[slot.column], grid.xs[slot.column + slot.colspan]
    lines = tuple(
        with_blanks(joined(parts, 0, number), typed)
        for number, row in enumerate(rows_of(glyphs))
        if (parts := segments(row))
    )
    padding = max(_PADDING, min((line.x0 - left for line in lines), default=_PADDING))
    return RuledCell(slot, lines, Margins(left + padding, right - min(padding, (right - left) / 4)))


# ---------------------------------------------------------------------------- over page breaks


def goes_on(table: RuledTable, after: RuledTable) -> bool:
    """Whether a table at the top of a page has the columns of the one at the end of the page before."""
    if len(table.xs) != len(after.xs):
        return False
    wide = table.area.width
    return all(
        abs((one - table.xs[0]) - (other - after.xs[0])) < _SAME_COLUMN * wide
        for one, other in zip(table.xs, after.xs, strict=True)
    )


def glue(table: RuledTable, after: RuledTable, remarks: Remarks) -> RuledTable:
    """Both as one: the repeated header once, a row that was cut whole, merged cells over both."""
    repeated = _repeated_rows(table, after)
    if repeated:
        lost = "\n".join(cell.text for cell in after.cells if cell.slot.row < repeated)
        remarks.say(
            "table-header-repeated", "表格跨页时重复了表头，只保留一次。", Level.INFO, after.span, lost
        )  # fmt: skip
    rest = [_moved(cell, -repeated) for cell in after.cells if cell.slot.row >= repeated]
    height = after.height - repeated
    table = replace(table, header_rows=max(table.header_rows, repeated))
    if not rest or height < 1:
        return table
    if _is_cut(table, [cell for cell in rest if cell.slot.row == 0]):
        return _stitched(table, rest, height)
    return _appended(table, rest, height)


def _repeated_rows(table: RuledTable, after: RuledTable) -> int:
    count = 0
    for number in range(min(_MOST_HEADER_ROWS, table.height, after.height)):
        one, other = ([cell.text for cell in side.row(number)] for side in (table, after))
        if one != other or not any(one):
            break
        count = number + 1
    return count


def _moved(cell: RuledCell, down: int) -> RuledCell:
    return replace(cell, slot=cell.slot._replace(row=cell.slot.row + down))


def _above(table: RuledTable, cell: RuledCell) -> RuledCell:
    """The cell of the last row over one of the next page."""
    row = table.row(table.height - 1)
    return next((found for found in reversed(row) if found.slot.column <= cell.slot.column), row[0])


def _is_cut(table: RuledTable, first: Sequence[RuledCell]) -> bool:
    """Whether the first row of a page goes on with the last one of the page before: it has no text where that one
    has, and what text it has goes on with text that was at no end.
    """
    said = [cell for cell in first if cell.lines]
    bare = [cell for cell in first if not cell.lines and _above(table, cell).lines]
    if len(said) == 1 and bare and len(_above(table, said[0]).lines) == 1:
        return _is_full(_above(table, said[0]), said[0])
    return bool(said) and bool(bare) and all(_may_go_on(_above(table, cell), cell) for cell in said)


def _may_go_on(above: RuledCell, cell: RuledCell) -> bool:
    """Whether a cell of several lines is at no end; one of a single line would not have been cut."""
    return len(above.lines) > 1 and (_is_full(above, cell) or not _ENDED.search(above.text))


def _is_full(above: RuledCell, cell: RuledCell) -> bool:
    return is_full(above.lines[-1], cell.lines[0], above.margins)


def _stitched(table: RuledTable, rest: Sequence[RuledCell], height: int) -> RuledTable:
    """The tables with the last row of the first and the first row of the second as one."""
    more = {id(_above(table, cell)): cell for cell in rest if cell.slot.row == 0}
    cells = [_longer(cell, more.get(id(cell)), less=1) for cell in table.cells]
    below = [_moved(cell, table.height - 1) for cell in rest if cell.slot.row > 0]
    return replace(table, cells=(*cells, *below), height=table.height + height - 1)


def _longer(cell: RuledCell, more: RuledCell | None, *, less: int) -> RuledCell:
    if more is None:
        return cell
    slot = cell.slot._replace(rowspan=cell.slot.rowspan + more.slot.rowspan - less)
    return replace(cell, slot=slot, lines=(*cell.lines, *more.lines))


def _appended(table: RuledTable, rest: Sequence[RuledCell], height: int) -> RuledTable:
    """The tables one under the other; a cell that covers several rows goes on over empty ones below it."""
    more: dict[int, RuledCell] = {}
    for cell in (cell for cell in rest if cell.slot.row == 0):
        if cell.lines:
            break
        more[id(_above(table, cell))] = cell
    grown = {id(cell) for cell in more.values()}
    cells = [_longer(cell, more.get(id(cell)), less=0) for cell in table.cells]
    below = [_moved(cell, table.height) for cell in rest if id(cell) not in grown]
    return replace(table, cells=(*cells, *below), height=table.height + height)


# ---------------------------------------------------------------------------- as blocks


def table_block(table: RuledTable, writer: Writer, grids: Grids) -> Table:
    """The table as the document has it. Raises Unreadable where tables are too large."""
    headers = table.header_rows or _header_rows(table)
    rows: list[list[Cell]] = [[] for _ in range(table.height)]
    for cell in sorted(table.cells, key=lambda cell: (cell.slot.row, cell.slot.column)):
        is_header = cell.slot.row < headers
        blocks = (Paragraph(writer.inlines(_passage(cell), plain=is_header)),) if cell.lines else ()
        rows[cell.slot.row].append(Cell(blocks, cell.slot.colspan, cell.slot.rowspan, is_header))
    return Table(grids.make(rows), headers, span=table.span)


def _header_rows(table: RuledTable) -> int:
    """One, if the first row is set apart: by a tag, or because it alone is bold."""
    first = [cell for cell in table.row(0) if cell.lines]
    others = [cell for cell in table.cells if cell.slot.row > 0 and cell.lines]
    if not first or not others:
        return 0
    tagged = all(cell.lines[0].look.role == "TH" for cell in first)
    bold = all(line.bold for cell in first for line in cell.lines)
    return int(tagged or (bold and not all(line.bold for cell in others for line in cell.lines)))


def _passage(cell: RuledCell) -> Passage:
    """A cell's lines as one paragraph: a line that had room for the next word was ended by hand; so was one before
    a label, in a cell that begins with a label.
    """
    labelled = _LABEL.match(cell.lines[0].text)
    breaks = {
        place
        for place in range(1, len(cell.lines))
        if not is_full(cell.lines[place - 1], cell.lines[place], cell.margins)
        or (labelled and _LABEL.match(cell.lines[place].text))
    }
    return Passage(cell.lines, breaks=frozenset(breaks))
