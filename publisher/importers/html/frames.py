"""The containers that are open while a page is walked: lists, items, quotes, tables, cells, figures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from msgspec.structs import replace

from publisher.document import (
    Align,
    Block,
    Cell,
    Figure,
    Inlines,
    Items,
    Level,
    LineBreak,
    Paragraph,
    Quote,
    Span,
    Table,
    Text,
)
from publisher.importers.grid import WIDEST_SPAN, Grids
from publisher.importers.html_styles import Attributes, alignment, list_style, names
from publisher.importers.numerals import numeral
from publisher.importers.remarks import Remarks
from publisher.importers.text import is_wide

DEEPEST: Final = 40
"""Containers in containers; what is deeper stays, as text of the last one."""

_ORNAMENTS: Final = frozenset("◆◇■□●○★☆▲△▶◎※❖➢")
_CHINESE: Final = names(
    "cjk-ideographic simp-chinese-informal simp-chinese-formal trad-chinese-informal trad-chinese-formal cjk-decimal"
)
"""Ways of numbering that Items cannot say: the number becomes text, as if it had been typed."""
_NUMBER: Final = re.compile(r"(\d{1,6})[.．、)）]?")
_LISTS: Final = frozenset({"ul", "ol", "menu", "dir"})
_CELLS: Final = frozenset({"td", "th"})
_KINDS: Final = _LISTS | _CELLS | {"li", "blockquote", "table", "tr", "caption", "figure", "figcaption", "thead"}


@dataclass(frozen=True, slots=True)
class Item:
    """A paragraph that Word wrote as an item of a list: the level from 1, and the bullet or number."""

    level: int
    mark: str
    paragraph: Paragraph


@dataclass(slots=True)
class _Frame:
    kind: str
    attributes: Attributes
    span: Span
    blocks: list[Block | Item] = field(default_factory=list)
    items: list[tuple[Block, ...]] = field(default_factory=list)
    rows: list[list[Cell]] = field(default_factory=list)
    values: dict[int, int] = field(default_factory=dict)
    headed: set[int] = field(default_factory=set)
    caption: Inlines = ()


class Frames:
    """A stack of open containers; blocks go into the innermost."""

    def __init__(self, remarks: Remarks) -> None:
        self._remarks = remarks
        self._grids = Grids()
        self._stack = [_Frame("page", {}, Span())]
        self._too_deep: list[str] = []

    def add(self, block: Block | Item) -> None:
        """A block at the present place."""
        self._stack[-1].blocks.append(block)

    def caption(self, inlines: Inlines) -> bool:
        """Whether the picture right before could take these inlines as its caption."""
        blocks = self._stack[-1].blocks
        match blocks[-1:]:
            case [Figure(caption=()) as figure]:
                blocks[-1] = replace(figure, caption=inlines)
                return True
            case _:
                return False

    def open(self, kind: str, attributes: Attributes, span: Span) -> None:
        """Enter an element, if it is a container."""
        if kind not in _KINDS:
            return
        if len(self._stack) > DEEPEST:
            self._too_deep.append(kind)
            remark = "网页嵌套太深，里层的列表、引用或表格只保留了文字。"
            self._remarks.say("nested-too-deep", remark, Level.WARNING, span)
        else:
            self._stack.append(_Frame(kind, attributes, span))

    def shut(self, kind: str) -> None:
        """Leave an element that was entered with open()."""
        if kind not in _KINDS:
            return
        if self._too_deep:
            self._too_deep.pop()
        else:
            self._finish(self._stack.pop())

    def close(self) -> tuple[Block, ...]:
        """All the blocks since the last time; the containers are all shut."""
        blocks = _gather(self._stack[0].blocks)
        self._stack[0].blocks = []
        return blocks

    def _finish(self, frame: _Frame) -> None:
        """A container is complete: give it to the one around it."""
        around = self._stack[-1]
        match frame.kind:
            case "li" if around.kind in _LISTS:
                _stray(around)
                around.values[len(around.items)] = _whole(frame.attributes, "value", 0)
                around.items.append(_gather(frame.blocks))
            case "ul" | "ol" | "menu" | "dir":
                self._finish_list(frame, around)
            case "td" | "th" if around.kind == "tr":
                around.rows = around.rows or [[]]
                around.rows[0].append(_cell(frame))
            case "tr" | "thead" if around.kind in {"table", "thead"}:
                _finish_rows(frame, around)
            case "table":
                self._finish_table(frame)
            case "caption" | "figcaption" if around.kind in {"table", "figure"}:
                _finish_caption(frame, around)
            case "figure":
                around.blocks += _captioned(frame)
            case "blockquote":
                around.blocks += [Quote(inner, frame.span)] if (inner := _gather(frame.blocks)) else []
            case _:
                # An item without a list, a cell without a row: the text counts, the tag was a mistake.
                around.blocks += [block for row in frame.rows for cell in row for block in cell.blocks]
                around.blocks += frame.blocks

    def _finish_list(self, frame: _Frame, around: _Frame) -> None:
        _stray(frame)
        made = _lists(frame)
        if around.kind in _LISTS and around.items and not around.blocks:
            around.items[-1] += made  # <ul> right inside <ul>, as Word and old editors write it
        else:
            around.blocks += made

    def _finish_table(self, frame: _Frame) -> None:
        """What stands in a table but in no cell comes before it, as browsers show it."""
        around = self._stack[-1]
        around.blocks += frame.blocks
        rows = self._grids.make(frame.rows)
        if any(cell.blocks for row in rows for cell in row):
            around.blocks.append(Table(rows, _header_rows(rows, frame.headed), frame.caption, span=frame.span))
        elif frame.caption:
            around.blocks.append(Paragraph(frame.caption, span=frame.span))


def _lists(frame: _Frame) -> tuple[Block, ...]:
    """The lists of one list's element: a number that does not follow from the one before begins a new one."""
    style = list_style(frame.attributes)
    if style == "none":
        return tuple(block for item in frame.items for block in item)
    if style in _CHINESE and frame.kind == "ol":
        spoken = (_spoken(numeral("chineseCounting", number) + "、", item) for number, item in _numbered(frame))
        return tuple(block for item in spoken for block in item)
    runs: list[tuple[int, list[tuple[Block, ...]]]] = []
    for number, item in _numbered(frame):
        if runs and (frame.kind != "ol" or number == runs[-1][0] + len(runs[-1][1])):
            runs[-1][1].append(item)
        else:
            runs.append((number, [item]))
    return tuple(Items(frame.kind == "ol", tuple(items), start, frame.span) for start, items in runs)


def _numbered(frame: _Frame) -> Iterator[tuple[int, tuple[Block, ...]]]:
    """The items that hold something, each with the number that a browser shows; the bullets of <ul> have 1."""
    down = "reversed" in frame.attributes
    number = _whole(frame.attributes, "start", len(frame.items) if down else 1)
    for place, item in enumerate(frame.items):
        number = frame.values.get(place, 0) or number
        if item:
            yield (number if frame.kind == "ol" else 1), item
        number += -1 if down else 1


def _spoken(label: str, item: tuple[Block, ...]) -> tuple[Block, ...]:
    match item:
        case (Paragraph(inlines=inlines) as first, *rest):
            return (replace(first, inlines=(Text(label), *inlines)), *rest)
        case _:
            return (Paragraph((Text(label),)), *item)


def _stray(frame: _Frame) -> None:
    """Text in a list but in no item is an item."""
    if frame.blocks:
        frame.items.append(_gather(frame.blocks))
        frame.blocks = []


def _finish_rows(frame: _Frame, around: _Frame) -> None:
    start = len(around.rows)
    around.rows += frame.rows
    around.blocks += frame.blocks
    if frame.kind == "thead":
        around.headed |= set(range(start, len(around.rows)))


def _cell(frame: _Frame) -> Cell:
    return Cell(
        _gather(frame.blocks),
        min(WIDEST_SPAN, max(1, _whole(frame.attributes, "colspan", 1))),
        min(WIDEST_SPAN, max(1, _whole(frame.attributes, "rowspan", 1))),
        header=frame.kind == "th",
        align=alignment(frame.attributes, Align.START),
    )


def _header_rows(rows: Sequence[Sequence[Cell]], headed: set[int]) -> int:
    count = 0
    while count < len(rows) and (count in headed or _is_header(rows[count])):
        count += 1
    return count


def _is_header(row: Sequence[Cell]) -> bool:
    """Whether all of the row's cells are headings, but for empty ones, which may have been filled in."""
    return any(cell.header for cell in row) and all(cell.header or not cell.blocks for cell in row)


def _finish_caption(frame: _Frame, around: _Frame) -> None:
    """Text becomes the caption; a picture or a list under a caption's tag stays a block."""
    blocks = _gather(frame.blocks)
    for block in blocks:
        if isinstance(block, Paragraph):
            around.caption += (*([LineBreak()] if around.caption else []), *block.inlines)
        else:
            around.blocks.append(block)


def _captioned(frame: _Frame) -> list[Block | Item]:
    """The blocks of a <figure>, its caption given to the last picture or table."""
    blocks = frame.blocks
    if not frame.caption:
        return blocks
    for place, block in reversed(list(enumerate(blocks))):
        if isinstance(block, Figure) or (isinstance(block, Table) and not block.caption):
            return [*blocks[:place], replace(block, caption=frame.caption), *blocks[place + 1 :]]
    return [*blocks, Paragraph(frame.caption, span=frame.span)]


def _whole(attributes: Attributes, name: str, default: int) -> int:
    text = attributes.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default  # noqa: PLR2004 # no bigger number means anything


def _gather(blocks: Sequence[Block | Item]) -> tuple[Block, ...]:
    """Blocks with Word's items, which follow each other as paragraphs, made into lists."""
    done: list[Block] = []
    items: list[Item] = []
    for block in blocks:
        if isinstance(block, Item) and _is_plain(block):
            items.append(block)
            continue
        done += _nest_run(items)
        items = []
        done.append(_labelled(block) if isinstance(block, Item) else block)
    return (*done, *_nest_run(items))


def _is_plain(item: Item) -> bool:
    """Bullets and plain numbers can be written anew by a list; 一、 and （a） must stay as they are. A letter
    alone is a bullet: o, or a sign of a symbol font.
    """
    mark = item.mark
    is_letter = len(mark) == 1 and not is_wide(mark)
    return bool(mark) and (not any(map(str.isalnum, mark)) or bool(_NUMBER.fullmatch(mark)) or is_letter)


def _labelled(item: Item) -> Paragraph:
    label = item.mark + (" " if item.mark[-1:] in {".", ")", *_ORNAMENTS} else "")
    return replace(item.paragraph, inlines=(Text(label), *item.paragraph.inlines)) if label else item.paragraph


def _nest_run(items: Sequence[Item]) -> list[Block]:
    """A run of items as lists. A number or an ornament that stands alone is a heading in disguise."""
    if len(items) == 1 and (_is_ordered(items[0]) or items[0].mark in _ORNAMENTS):
        return [_labelled(items[0])]
    return _nest(items)


def _nest(items: Sequence[Item]) -> list[Block]:
    """Lists of items, those of deeper levels inside the item before them."""
    made: list[Block] = []
    rest = list(items)
    while rest:
        first = rest[0]
        count = next((n for n, item in enumerate(rest) if _ends(item, first)), len(rest))
        made.append(_list(rest[:count], first))
        rest = rest[count:]
    return made


def _ends(item: Item, first: Item) -> bool:
    other_kind = item.level == first.level and _is_ordered(item) != _is_ordered(first)
    return item.level < first.level or other_kind


def _list(items: Sequence[Item], first: Item) -> Items:
    groups: list[list[Item]] = []
    for item in items:
        if item.level == first.level:
            groups.append([item])
        else:
            groups[-1].append(item)
    number = _NUMBER.fullmatch(first.mark)
    made = tuple((group[0].paragraph, *_nest(group[1:])) for group in groups)
    return Items(_is_ordered(first), made, int(number[1]) if number else 1, first.paragraph.span)


def _is_ordered(item: Item) -> bool:
    return bool(_NUMBER.fullmatch(item.mark))
