"""One page taken apart: its tables, its frames, its figures, and the rows of text that are left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf
from typing import Final

from publisher.document import Level, Span
from publisher.importers.pdf.figures import Cutting, find_figures, is_label
from publisher.importers.pdf.grids import Grid, find_grids
from publisher.importers.pdf.lines import Line, Row, joined, rows_of, segments, with_blanks
from publisher.importers.pdf.sheet import Area, Glyph, Sheet
from publisher.importers.pdf.tables import RuledTable, fill
from publisher.importers.pdf.unruled import find_unruled
from publisher.importers.remarks import Remarks

_WHOLE_PAGE: Final = 0.6
_FEWEST_TOLD: Final = 0.34
"""Of a table's cells that have text; a chart's grid has less."""
_BOX_LINES: Final = 2


@dataclass(frozen=True, slots=True)
class Frame:
    """A framed text."""

    area: Area
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """What a page consists of."""

    sheet: Sheet
    rows: tuple[Row, ...]
    tables: tuple[RuledTable, ...]
    frames: tuple[Frame, ...]
    figures: tuple[Cutting, ...]
    feet: tuple[Frame, ...] = ()

    @property
    def span(self) -> Span:
        """How a note tells the page."""
        return span_of(self.sheet.number, 1)


def span_of(page: int, line: int) -> Span:
    """The place of a line in the editor's file."""
    return Span(f"第 {page} 页", line)


def take_apart(sheet: Sheet, left_out: set[Area], remarks: Remarks, typed: float) -> Page:
    """The page's parts. `left_out` are pictures that every page repeats; `typed` is how many ems wide a blank is."""
    glyphs = [glyph for glyph in sheet.glyphs if not glyph.look.slanted]
    lost = "".join(glyph.text for glyph in sheet.glyphs if glyph.look.slanted).strip()
    if lost:
        text = "页面上的斜排、竖排文字（水印、装订线等）没有采用，请核对。"
        remarks.say("slanted-text", text, Level.WARNING, span_of(sheet.number, 0), lost)
    ruled, frames = _ruled(sheet, glyphs)
    tables = []
    for grid in ruled:
        inside = [glyph for glyph in glyphs if grid.area.holds(*glyph.middle)]
        glyphs = [glyph for glyph in glyphs if not grid.area.holds(*glyph.middle)]
        tables.append(fill(grid, inside, span_of(sheet.number, 1), typed))
    rows = _rows(glyphs, sheet.number, typed)
    for grid in find_unruled(rows):
        held = [row for row in rows if grid.area.holds(row.line.x0, row.line.y)]
        signs = [glyph for row in held for part in row.parts for glyph in part.glyphs]
        tables.append(fill(grid, signs, span_of(sheet.number, 1), inf))
        rows = [row for row in rows if row not in held]
    figures = _figures(sheet, rows, tables, left_out, remarks)
    rows, told = _without_labels(rows, figures)
    if told:
        text = "图里的文字已随图片保留，没有另作正文。"
        remarks.say("figure-text", text, Level.INFO, span_of(sheet.number, 0), "\n".join(told))
    rows, framed = _framed(rows, frames)
    return Page(sheet, tuple(rows), tuple(tables), framed, tuple(figures))


def _figures(
    sheet: Sheet, rows: Sequence[Row], tables: Sequence[RuledTable], left_out: set[Area], remarks: Remarks
) -> list[Cutting]:
    if sheet.crowded:
        text = f"第 {sheet.number} 页的图形过于复杂或图片过大，没有截取，请手工补上图片。"
        remarks.say("figures-too-complex", text, Level.ERROR, span_of(sheet.number, 0))
        return []
    return find_figures(sheet, [row.line for row in rows], [table.area for table in tables], left_out)


def _ruled(sheet: Sheet, glyphs: Sequence[Glyph]) -> tuple[list[Grid], list[Grid]]:
    """The page's tables and its frames: a grid of a single cell frames a text, others are tables if they say enough."""
    grids = [grid for grid in find_grids(sheet.strokes) if not _is_page_border(grid, sheet)]
    tables = [grid for grid in grids if not grid.is_frame and _says_enough(grid, glyphs)]
    return tables, [grid for grid in grids if grid.is_frame]


def _is_page_border(grid: Grid, sheet: Sheet) -> bool:
    area = grid.area
    return len(grid.slots) == 1 and area.width * area.height > _WHOLE_PAGE * sheet.width * sheet.height


def _says_enough(grid: Grid, glyphs: Sequence[Glyph]) -> bool:
    owners = grid.owners()
    said = {
        owners[grid.place(*glyph.middle)] for glyph in glyphs if glyph.text.strip() and grid.area.holds(*glyph.middle)
    }
    return len(said) > 1 and len(said) >= _FEWEST_TOLD * len(grid.slots)


def _rows(glyphs: Iterable[Glyph], page: int, typed: float) -> list[Row]:
    found: list[Row] = []
    for row in rows_of(glyphs):
        parts = tuple(with_blanks(part, typed) for part in segments(row))
        if parts:
            found.append(Row(joined(parts, page, len(found) + 1), parts))
    return found


def _without_labels(rows: Sequence[Row], figures: Sequence[Cutting]) -> tuple[list[Row], list[str]]:
    """The rows without the words in figures, and those words."""
    if not figures:
        return list(rows), []
    kept, told = [], []
    for row in rows:
        parts = tuple(part for part in row.parts if not is_label(part, figures))
        told += [part.text for part in row.parts if part not in parts]
        if len(parts) == len(row.parts):
            kept.append(row)
        elif parts:
            kept.append(Row(joined(parts, row.line.page, row.line.number), parts))
    return kept, told


def _framed(rows: Sequence[Row], grids: Sequence[Grid]) -> tuple[list[Row], tuple[Frame, ...]]:
    """The rows outside of frames, and the frames that hold a text of several lines."""
    frames = []
    rest = list(rows)
    for grid in grids:
        inside = [
            row for row in rest if grid.area.holds(row.line.x0, row.line.y) and row.line.x1 <= grid.area.right + 1
        ]
        if len(inside) >= _BOX_LINES:
            frames.append(Frame(grid.area, tuple(row.line for row in inside)))
            rest = [row for row in rest if row not in inside]
    return rest, tuple(frames)
