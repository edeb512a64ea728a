"""The blocks of one article out of its lines: paragraphs, headings, tables, pictures with captions, boxes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Final

from msgspec.structs import replace

from publisher.document import (
    Align,
    Block,
    Box,
    Divider,
    Figure,
    Flow,
    Heading,
    Inlines,
    Level,
    LineBreak,
    Note,
    Paragraph,
    Table,
    text_of,
)
from publisher.newsletter.frames import framed, unfolded
from publisher.newsletter.joining import Joint, doubled, joint, starts_at_margin
from publisher.newsletter.levels import Levels
from publisher.newsletter.lines import Line, inlines_of, join_inlines, where
from publisher.newsletter.speech import (
    box_title,
    is_caption,
    is_rule,
    is_table_caption,
    is_table_source,
    is_whole,
    may_stand_apart,
    unclosed,
)
from publisher.newsletter.tables import read_table, repeated_header

_STRAY_WORD: Final = re.compile(r" (?<=[\u4e00-\u9fff] )(and|or|the|of) (?=[\u4e00-\u9fff])")
_LONG: Final = 40
_MEMORY: Final = 4000
"""Characters of an open paragraph in which a bracket is looked for."""


def write_blocks(lines: Sequence[Line], flow: Flow) -> tuple[tuple[Block, ...], tuple[Note, ...]]:
    """The blocks that the lines of one article make, and what an editor should look at in them."""
    page = _Page(flow, Levels(lines, flow))
    place = 0
    while place < len(lines):
        place += page.take(lines, place)
    page.close_box()
    return tuple(page.done), tuple(page.notes)


@dataclass(slots=True)
class _Page:
    """What has been written so far: a paragraph may be open, a caption may wait for its table, a box may be open."""

    flow: Flow
    levels: Levels
    done: list[Block] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    pieces: list[Inlines] = field(default_factory=list)
    tail: str = ""
    first: Line | None = None
    caption: Line | None = None
    box: Line | None = None
    outside: list[Block] = field(default_factory=list)

    def take(self, lines: Sequence[Line], place: int) -> int:
        """Writes the line at `place`, or the table that begins there; gives the number of lines taken."""
        line = lines[place]
        if not line.running:
            for block in unfolded(framed(line.block)):
                self._add(block)
        elif self.flow is Flow.LINES and (found := read_table(lines, place)):
            return self._add_table(*found, lines[place : place + found[1]])
        elif may_stand_apart(line.text) and self._take_apart(lines, place):
            pass
        elif level := self.levels.of(lines, place, self._open_text()):
            self._add_heading(line, level)
        else:
            self._take_text(line)
        return 1

    def _take_apart(self, lines: Sequence[Line], place: int) -> bool:
        """Writes a box's title, a rule, a caption or a source; whether the line is one."""
        line = lines[place]
        if box_title(line.text):
            self._open_box(line)
        elif is_rule(line.text):
            self._take_rule(line)
        elif is_caption(line.text) and not unclosed(self._open_text()):
            self._take_caption(lines, place)
        else:
            return is_table_source(line.text) and self._take_source(line)
        return True

    def close_box(self) -> None:
        """Ends the paragraph, the caption and the box that are open."""
        self._flush()
        if self.box:
            framed = Box(box_title(self.box.text), tuple(self.done), self.box.span)
            self.done, self.box = [*self.outside, framed], None

    def _open_box(self, line: Line) -> None:
        self.close_box()
        self.outside, self.done, self.box = self.done, [], line

    def _take_rule(self, line: Line) -> None:
        inside = self.box is not None
        self.close_box()
        if not inside:
            self.done.append(Divider(line.span))

    def _open_text(self) -> str:
        """The text of the open paragraph, as far as anything depends on it, if it is not at its end; else ""."""
        return "" if is_whole(self.tail) else self.tail

    def _open(self, line: Line, inlines: Inlines) -> None:
        self._flush()
        self.pieces, self.tail, self.first = [inlines], text_of(inlines)[-_MEMORY:], line

    def _take_text(self, line: Line) -> None:
        inlines = inlines_of(line)
        if self.pieces and self.flow is Flow.LINES and starts_at_margin(line):
            before = self.tail
            match joint(before, line.text):
                case Joint.CUT:
                    self._note_doubled(before, line)
                    self.pieces.append(inlines)
                    self.tail = (before + text_of(inlines))[-_MEMORY:]
                    return
                case Joint.DOUBTFUL:
                    self._note_stop(before, line)
                case Joint.APART:
                    pass
        self._open(line, inlines)

    def _flush_text(self) -> None:
        if self.pieces and self.first:
            block = self.first.block
            align = block.align if isinstance(block, Paragraph) else Align.START
            inlines = join_inlines(self.pieces)
            self.done.append(Paragraph(inlines, align, self.first.span))
            self._note_stray(text_of(inlines), self.first)
        self.pieces, self.tail, self.first = [], "", None

    def _flush(self) -> None:
        self._flush_text()
        if self.caption:
            line, self.caption = self.caption, None
            self.done.append(Figure("", inlines_of(line), span=line.span))
            text = f"{where(line)}图题“{line.text}”没有对应的图片，请补上图片（文件里没有，或没有读到）。"
            self.notes.append(Note("picture-absent", text, Level.WARNING, line.span))

    def _add(self, block: Block) -> None:
        self._flush_text()
        if self.caption and isinstance(block, Table | Figure) and not block.caption:
            block = replace(block, caption=inlines_of(self.caption))
            self.caption = None
        self._flush()
        self.done.append(block)

    def _add_table(self, table: Table, count: int, lines: Sequence[Line]) -> int:
        self._add(table)
        header = repeated_header(lines)
        if header:
            text = f"{where(lines[0])}起的表格跨页时重复了表头，只保留一次。"
            self.notes.append(Note("table-header-repeated", text, Level.INFO, table.span, lost=header))
        return count

    def _add_heading(self, line: Line, level: int) -> None:
        text = self._open_text()
        if len(text) > _LONG:
            self._note_stop(text, line)
        self._flush()
        label = line.block.label if isinstance(line.block, Heading) else ""
        self.done.append(Heading(level, inlines_of(line), label, line.span))

    def _take_caption(self, lines: Sequence[Line], place: int) -> None:
        self._flush()
        line = lines[place]
        if (bare := self._pictures_side_by_side(lines, place)) >= 0:
            self.done[bare] = _captioned(self.done[bare], line)
            return
        last = self.done[-1] if self.done else None
        below_figure = (
            isinstance(last, Figure) and bool(last.picture or last.source) and not is_table_caption(line.text)
        )
        below_table = isinstance(last, Table) and is_table_caption(line.text) and self.flow is Flow.PARAGRAPHS
        if isinstance(last, Figure | Table) and not last.caption and (below_figure or below_table):
            self.done[-1] = _captioned(last, line)
        else:
            self.caption = line

    def _pictures_side_by_side(self, lines: Sequence[Line], place: int) -> int:
        """The first of several pictures in a row that just as many captions follow, -1 if there are none such."""
        bare = len(list(takewhile(_wants_caption, reversed(self.done))))
        captions = takewhile(lambda line: line.running and is_caption(line.text), lines[place : place + bare + 1])
        return len(self.done) - bare if 1 < bare == len(list(captions)) else -1

    def _take_source(self, line: Line) -> bool:
        """Puts a 来源 line under the table or picture before it, if there is one."""
        self._flush()
        last = self.done[-1] if self.done else None
        if isinstance(last, Table) and not last.source:
            self.done[-1] = replace(last, source=inlines_of(line))
            return True
        if isinstance(last, Figure) and last.caption:
            self.done[-1] = replace(last, caption=(*last.caption, LineBreak(), *inlines_of(line)))
            return True
        return False

    def _note_doubled(self, before: str, line: Line) -> None:
        twice = doubled(before, line.text)
        if twice:
            around = f"…{before[-8:]}｜{line.text[:8]}…"
            text = f"{where(line)}与上一行相接处“{twice}”重复：“{around}”，请核对是否多打了字（未改动）。"
            self.notes.append(Note("doubled-at-join", text, Level.WARNING, line.span))

    def _note_stop(self, before: str, line: Line) -> None:
        text = f"{where(line)}之前的段落“…{before[-12:]}”没有句末标点，已另起一段，请核对是否漏了句号。"
        self.notes.append(Note("missing-full-stop", text, Level.WARNING, line.span))

    def _note_stray(self, text: str, line: Line) -> None:
        for stray in _STRAY_WORD.finditer(text):
            around = text[max(0, stray.start() - 6) : stray.end() + 6]
            said = f"{where(line)}起的段落里，汉字之间夹着英文“{stray[1]}”：“…{around}…”，请核对（未改动）。"
            self.notes.append(Note("stray-english", said, Level.WARNING, line.span))


def _wants_caption(block: Block) -> bool:
    return isinstance(block, Figure) and not block.caption and bool(block.picture or block.source)


def _captioned(block: Block, line: Line) -> Block:
    return replace(block, caption=inlines_of(line)) if isinstance(block, Figure | Table) else block
