"""Tables: Word's rows of grid columns become rows of cells with spans, rectangular in the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from lxml.etree import _Element as Element

from publisher.document import Align, Block, Cell, Heading, Paragraph, Span, Table
from publisher.importers.docx.names import EMPTY, below, qualified, switch, val, value, whole

_WIDEST = 63
"""Word's own limit; a file that says two thousand million must not be believed."""

ReadBlocks = Callable[[Element], tuple[Block, ...]]


@dataclass(slots=True)
class _Cell:
    """A cell that later rows and columns may still widen."""

    blocks: tuple[Block, ...] = ()
    colspan: int = 1
    rowspan: int = 1


def read_table(rows: Iterable[Element], read_blocks: ReadBlocks, span: Span) -> Table:
    """The table of those w:tr; a cell's content is read by `read_blocks`. Gaps at a row's ends are empty cells."""
    grid: list[list[_Cell]] = []
    widths: list[int] = []
    headers: list[bool] = []
    above: dict[int, _Cell] = {}
    for row in rows:
        cells, above, width = _read_row(row, above, read_blocks)
        grid.append(cells)
        widths.append(width)
        headers.append(switch(row, "w:trPr", "w:tblHeader"))
    widest = max(widths, default=0)
    for cells, width in zip(grid, widths, strict=True):
        if width < widest:
            cells.append(_Cell(colspan=widest - width))
    header_rows = next((at for at, header in enumerate(headers) if not header), 0)  # all of them: none is set apart
    finished = tuple(tuple(_finish(cell, header=at < header_rows) for cell in cells) for at, cells in enumerate(grid))
    return Table(finished, header_rows, span=span)


def rows_of(table: Element) -> Iterator[Element]:
    """The w:tr of a table, also those wrapped in content controls or revisions; of its own, not of inner tables."""
    yield from _unwrapped(table, qualified("w:tr"))


def _unwrapped(parent: Element, wanted: str) -> Iterator[Element]:
    inner = (qualified("w:p"), qualified("w:tbl"))
    for child in parent:
        if child.tag == wanted:
            yield child
        elif child.tag not in inner:
            yield from _unwrapped(child, wanted)


def _read_row(
    row: Element, above: dict[int, _Cell], read_blocks: ReadBlocks
) -> tuple[list[_Cell], dict[int, _Cell], int]:
    """The cells that begin in the row, those that may go on below by grid column, and the row's width."""
    before = whole(value(row, "w:trPr", "w:gridBefore"), 0, _WIDEST, 0)
    cells = [_Cell(colspan=before)] if before else []
    open_cells: dict[int, _Cell] = {}
    at = before
    for element in _unwrapped(row, qualified("w:tc")):
        properties = below(element, "w:tcPr")
        colspan = whole(value(properties, "w:gridSpan"), 1, _WIDEST, 1)
        blocks = read_blocks(element)
        merge, sideways = _merge(properties, "w:vMerge"), _merge(properties, "w:hMerge")
        cell = above.get(at, _Cell())
        if sideways == "continue" and cells:
            cell = cells[-1]
            cell.colspan += colspan
        elif merge == "continue" and at in above and cell.colspan == colspan:
            cell.rowspan += 1
            open_cells[at] = cell
        else:
            cell = _Cell(colspan=colspan)
            cells.append(cell)
            if merge:
                open_cells[at] = cell
        cell.blocks += blocks
        at += colspan
    return cells, open_cells, at


def _merge(properties: Element, name: str) -> str:
    """What it says of merging: "" is none, "restart" or "continue"; Word leaves "continue" out."""
    found = below(properties, name)
    if found is EMPTY:
        return ""
    return "restart" if val(found) == "restart" else "continue"


def _finish(cell: _Cell, *, header: bool) -> Cell:
    return Cell(cell.blocks, cell.colspan, cell.rowspan, header, _align(cell.blocks))


def _align(blocks: tuple[Block, ...]) -> Align:
    """The alignment that all of a cell's paragraphs share."""
    found = {block.align for block in blocks if isinstance(block, Paragraph)}
    return found.pop() if len(found) == 1 and not any(isinstance(block, Heading) for block in blocks) else Align.START
