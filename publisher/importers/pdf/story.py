"""The blocks of a PDF: all pages in reading order, paragraphs whole over page breaks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Final

from publisher.document import (
    Asset,
    Block,
    Box,
    Figure,
    Footnote,
    Heading,
    Level,
    Paragraph,
    fingerprint,
)
from publisher.importers.grid import Grids
from publisher.importers.links import check_href
from publisher.importers.pdf.columns import Placed, regions
from publisher.importers.pdf.feet import part_feet
from publisher.importers.pdf.figures import Cutting, repeated_images
from publisher.importers.pdf.headings import Headings
from publisher.importers.pdf.inlines import Writer, habit_of
from publisher.importers.pdf.lines import Line, Row, joined
from publisher.importers.pdf.margins import Column, body_size, find_margins, is_indented
from publisher.importers.pdf.page import Frame, Page, span_of, take_apart
from publisher.importers.pdf.pdfium import Book
from publisher.importers.pdf.reflow import Margins, Passage, Reflow
from publisher.importers.pdf.running import running_lines
from publisher.importers.pdf.sheet import Sheet
from publisher.importers.pdf.tables import RuledTable, glue, goes_on, table_block
from publisher.importers.remarks import Remarks

_MOST_FIGURES: Final = 200


@dataclass(frozen=True, slots=True)
class Foot:
    """A footnote."""

    text: Frame


Thing = Line | RuledTable | Cutting | Frame | Foot


@dataclass(frozen=True, slots=True)
class Told:
    """What the pages say."""

    blocks: tuple[Block, ...]
    assets: tuple[Asset, ...]
    footnotes: tuple[Footnote, ...] = ()


@dataclass(frozen=True, slots=True)
class _Item:
    """A thing in reading order, and the column that it stands in."""

    thing: Thing
    column: Column


def tell(sheets: Sequence[Sheet], book: Book, remarks: Remarks) -> Told:
    """The document that the sheets are."""
    left_out = repeated_images(sheets)
    pages = [take_apart(sheet, left_out, remarks, book.blank) for sheet in sheets]
    pages = _without_running(pages, remarks)
    body = body_size(row.line for page in pages for row in page.rows)
    pages = _without_feet(pages, body, remarks)
    items = _glued([item for page in pages for item in _in_order(page)], remarks)
    lines: defaultdict[Column, list[Line]] = defaultdict(list)
    for item in items:
        if isinstance(item.thing, Line):
            lines[item.column].append(item.thing)
    margins = find_margins(lines)
    reflow = Reflow(body, is_indented(lines, margins))
    hrefs = _hrefs(sheets, remarks)
    habit = habit_of(_all_lines(lines)) if isfinite(book.blank) else 0
    teller = _Teller(book, remarks, reflow, Headings(body, _all_lines(lines)), Writer(hrefs, habit))
    for item in items:
        teller.take(item, margins.get(item.column))
    return teller.told()


def _all_lines(lines: dict[Column, list[Line]]) -> list[Line]:
    """All lines of all columns."""
    return [line for column in lines.values() for line in column]


# ---------------------------------------------------------------------------- in reading order


def _without_running(pages: Sequence[Page], remarks: Remarks) -> list[Page]:
    running = running_lines([(page.sheet, [row.line for row in page.rows]) for page in pages], remarks)
    return [replace(page, rows=tuple(row for row in page.rows if id(row.line) not in running)) for page in pages]


def _without_feet(pages: Sequence[Page], body: float, remarks: Remarks) -> list[Page]:
    """The pages with their footnotes apart from their text."""
    parted = [(page, *part_feet(page, body)) for page in pages]
    count = sum(len(feet) for _, _, feet in parted)
    if count:
        first = next(page.sheet.number for page, _, feet in parted if feet)
        text = (
            f"从第 {first} 页起，页面下方的 {count} 条脚注成了普通段落，放在那一页最后一段之后，"
            "没有和正文里的编号相连。请核对；要保留脚注，请改投 Word 文件。"
        )
        remarks.say("footnotes-as-text", text, Level.WARNING, span_of(first, 0))
    return [replace(page, rows=rows, feet=feet) for page, rows, feet in parted]


def _in_order(page: Page) -> Iterator[_Item]:
    things: tuple[RuledTable | Frame | Cutting, ...] = (*page.tables, *page.frames, *page.figures)
    rows: list[tuple[float, list[Placed[Thing]]]] = [(row.line.area.top, _placed(row)) for row in page.rows]
    rows += [(thing.area.top, [Placed(thing.area, thing, prose=False)]) for thing in things]
    rows.sort(key=lambda row: row[0])
    number = 0
    for region in regions([row for _, row in rows]):
        column = page.sheet.number, region.slot
        for row in region.rows:
            number += 1
            parts = [thing for thing in row if isinstance(thing, Line)]
            if parts:
                yield _Item(joined(parts, page.sheet.number, number), column)
            yield from (_Item(thing, column) for thing in row if not isinstance(thing, Line))
    yield from (_Item(Foot(frame), (page.sheet.number, "")) for frame in page.feet)


def _placed(row: Row) -> list[Placed[Thing]]:
    return [Placed(part.area, part) for part in row.parts]


def _glued(items: Sequence[_Item], remarks: Remarks) -> list[_Item]:
    """The items with tables that go on over a page break in one piece."""
    found: list[_Item] = []
    for item in items:
        last = found[-1] if found else None
        if last and isinstance(last.thing, RuledTable) and isinstance(item.thing, RuledTable):
            next_page = last.column[0] != item.column[0]
            if next_page and goes_on(last.thing, item.thing):
                # The column is that of the last part: the next page goes on with it, too.
                found[-1] = _Item(glue(last.thing, item.thing, remarks), item.column)
                continue
        found.append(item)
    return found


def _hrefs(sheets: Sequence[Sheet], remarks: Remarks) -> dict[int, str]:
    """The address that each linked glyph links to, by its `id`."""
    found: dict[int, str] = {}
    for sheet in sheets:
        for area, address in sheet.links:
            href = check_href(address, remarks, span_of(sheet.number, 0))
            if href:
                found.update((id(glyph), href) for glyph in sheet.glyphs if area.holds(*glyph.middle))
    return found


# ---------------------------------------------------------------------------- blocks


@dataclass(slots=True)
class _Teller:
    """Writes blocks; what stands in the middle of a paragraph waits for its end."""

    book: Book
    remarks: Remarks
    reflow: Reflow
    headings: Headings
    writer: Writer
    grids: Grids = field(default_factory=Grids)
    blocks: list[Block] = field(default_factory=list)
    assets: dict[str, Asset] = field(default_factory=dict)
    waiting: list[Block] = field(default_factory=list)

    def take(self, item: _Item, margins: Margins | None) -> None:
        """The next line, table, frame or figure."""
        match item.thing:
            case Line() as line if margins:
                self._add(self.reflow.take(line, margins))
            case RuledTable() as table:
                self._place(table_block(table, self.writer, self.grids))
            case Frame() as frame:
                self._place(Box("", self._inner(frame), span_of(frame.lines[0].page, frame.lines[0].number)))
            case Foot(text=frame):
                for block in self._inner(frame):
                    self._place(block)
            case Cutting() as cutting:
                self._place(self._figure(cutting, item.column[0]))
            case _:
                return

    def told(self) -> Told:
        """All blocks."""
        self._add(self.reflow.close())
        self._let_go()
        return Told(tuple(self.blocks), tuple(self.assets.values()))

    def _place(self, block: Block) -> None:
        if not self.reflow.is_open_inside:
            self._add(self.reflow.close())
        self.waiting.append(block)
        if not self.reflow.is_open:
            self._let_go()

    def _add(self, passages: Iterator[Passage]) -> None:
        for passage in passages:
            self.blocks.append(self._block(passage))
            self._let_go()

    def _let_go(self) -> None:
        self.blocks += self.waiting
        self.waiting = []

    def _block(self, passage: Passage) -> Block:
        first = passage.lines[0]
        span = span_of(first.page, first.number)
        level = self.headings.level(passage)
        if level:
            return Heading(level, self.writer.inlines(passage, plain=True), span=span)
        return Paragraph(self.writer.inlines(passage), passage.align, span)

    def _inner(self, frame: Frame) -> tuple[Block, ...]:
        """The paragraphs of a text that stands apart."""
        left, right = min(line.x0 for line in frame.lines), max(line.x1 for line in frame.lines)
        inner = Reflow(self.reflow.body, self.reflow.indented)
        passages = [passage for line in frame.lines for passage in inner.take(line, Margins(left, right))]
        passages += inner.close()
        return tuple(self._block(passage) for passage in passages)

    def _figure(self, cutting: Cutting, page: int) -> Figure:
        if len(self.assets) >= _MOST_FIGURES:
            self.remarks.say("figures-left-out", "图片太多，后面的没有采用。", Level.ERROR, span_of(page, 0))
            return Figure("", span=span_of(page, 0))
        data = self.book.cut_out(page, cutting.area, cutting.pixels)
        name = fingerprint(data)
        self.assets.setdefault(name, Asset(name, "image/png", data))
        return Figure(name, span=span_of(page, 0))
