"""A story (the body, a footnote) as blocks: headings, paragraphs, lists, tables, text boxes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from lxml.etree import _Element as Element
from msgspec import structs

from publisher.document import (
    Align,
    Block,
    Box,
    Divider,
    Figure,
    Heading,
    InlineMath,
    Inlines,
    Level,
    Mark,
    Math,
    Paragraph,
    Span,
    Text,
)
from publisher.errors import Unreadable
from publisher.importers.docx.inlines import Desk, InlineReader
from publisher.importers.docx.lines import Attached, Line, one_line, tidy
from publisher.importers.docx.lists import Entry, Quoted, Read, gather, labelled
from publisher.importers.docx.names import EMPTY, attribute, below, has, qualified, shown_branch, spelled, value
from publisher.importers.docx.numbering import NO_LABEL, Label, Numbering
from publisher.importers.docx.package import Relation
from publisher.importers.docx.remarks import CONTENTS, DELETED
from publisher.importers.docx.styles import (
    Format,
    NumberedAs,
    ParagraphStyle,
    Role,
    alignment,
    indent,
    numbered_as,
    outline_level,
)
from publisher.importers.docx.tables import read_table, rows_of

_DEEPEST: Final = 16
_P: Final = qualified("w:p")
_TABLE: Final = qualified("w:tbl")
_SDT: Final = qualified("w:sdt")
_ALTERNATE: Final = qualified("mc:AlternateContent")
_FOREIGN: Final = qualified("w:altChunk")
_TEXT: Final = qualified("w:t")
_CODE: Final = qualified("w:instrText")
_CONTENTS_WORDS: Final = ("目录", "目次", "目錄", "contents")
_LONGEST_WORD: Final = 12
_DELETIONS: Final = (qualified("w:del"), qualified("w:moveFrom"))
_SKIPPED: Final = {qualified(name) for name in ("w:sectPr", "w:tcPr", "w:sdtPr", "w:sdtEndPr", "w:tblPr", "w:pPr")}
_INLINE: Final = tuple(qualified(name) for name in ("w:t", "w:drawing", "m:t"))


@dataclass(frozen=True, slots=True)
class _Look:
    """What a paragraph is, by its style and its own properties."""

    style: ParagraphStyle
    level: int
    align: Align
    label: Label
    joins_next: str = ""

    def base(self) -> Format:
        """What runs start from. A heading's own boldness sets nothing apart."""
        return Format(hidden=self.style.format.hidden) if self.level else self.style.format


class Story:
    """Reads one part's text in order."""

    def __init__(self, desk: Desk, numbering: Numbering, relations: Mapping[str, Relation], part: str) -> None:
        self._desk = desk
        self._numbering = numbering
        self._inlines = InlineReader(desk, relations)
        self._part = part
        self._count = 0
        self._depth = 0
        self._cells = 0

    def blocks(self, parent: Element) -> tuple[Block, ...]:
        """The blocks inside an element that holds paragraphs and tables. `Unreadable` if nested beyond sense."""
        if self._depth >= _DEEPEST:
            note = f"表格或文本框嵌套超过 {_DEEPEST} 层，没有读取。请简化排版后再试。"
            raise Unreadable(f"tables or boxes nested deeper than {_DEEPEST}", note)
        self._depth += 1
        found = gather(list(self._joined(parent)))
        self._depth -= 1
        return found

    # ------------------------------------------------------------------ descending

    def _joined(self, parent: Element) -> Iterator[Read]:
        """What is read in the container, a paragraph that goes on in the next one joined with it."""
        carried: list[Line] = []
        for found in self._contents(parent):
            if not isinstance(found, _Numbered):
                yield found
                continue
            carried.append(found.line)
            if not found.look.joins_next:
                yield from self._finish(one_line(carried), found.look, found.span)
                carried.clear()
        yield from self._finish(one_line(carried), _Look(ParagraphStyle(), 0, Align.START, NO_LABEL), self._span())

    def _contents(self, parent: Element) -> Iterator[Block | _Numbered]:
        for child in parent:
            if child.tag == _P and self._heads_contents(child):
                self._inlines.lose(child, CONTENTS, self._span())
            elif child.tag == _P:
                yield self._paragraph(below(child, "w:pPr"), child)
            elif child.tag == _TABLE:
                yield from self._table(child)
            elif child.tag not in _SKIPPED:
                yield from self._other(child)

    def _other(self, child: Element) -> Iterator[Block | _Numbered]:
        if child.tag in _DELETIONS:
            self._inlines.lose(child, DELETED, self._span())
        elif child.tag == _ALTERNATE:
            yield from self._contents(shown_branch(child))
        elif child.tag == _SDT and _is_contents(child):
            self._drop_contents(child)
        elif child.tag == _FOREIGN:
            note = "这里嵌入了另一个文件，无法读取。请在 Word 里打开后另存一次，或把文字粘贴进来。"
            self._desk.remarks.say("embedded-file", note, Level.ERROR, self._span())
        elif next(child.iter(_P, _TABLE), None) is None and next(child.iter(*_INLINE), None) is not None:
            yield self._paragraph(EMPTY, (child,))  # runs outside a paragraph: no Word file, but text
        else:
            yield from self._contents(child)

    def _heads_contents(self, paragraph: Element) -> bool:
        """Whether it is the word 目录 over a generated contents list."""
        following = paragraph.getnext()
        if following is None or not _says_contents(paragraph):
            return False
        if following.tag == _SDT:
            return _is_contents(following)
        codes = "".join(spelled(code) for code in following.iter(_CODE))
        style = self._desk.styles.paragraph(value(following, "w:pPr", "w:pStyle"))
        return codes.split()[:1] == ["TOC"] or style.role is Role.CONTENTS

    def _drop_contents(self, container: Element) -> None:
        self._inlines.begin_loss(CONTENTS)
        for _ in self._contents(container):
            pass
        self._inlines.end_loss()

    def _span(self) -> Span:
        return Span(self._part, self._count)

    # ------------------------------------------------------------------ paragraphs

    def _paragraph(self, properties: Element, content: Iterable[Element]) -> _Numbered:
        self._count += 1
        span = self._span()
        look = self._look(properties)
        if look.style.role is Role.CONTENTS:
            self._inlines.begin_loss(CONTENTS)
            line = self._inlines.read(content, look.base(), span)
            self._inlines.end_loss()
            return _Numbered(line, replace(look, label=NO_LABEL), span)
        if look.level:
            self._inlines.close_fields()
        return _Numbered(self._inlines.read(content, look.base(), span), look, span)

    def _look(self, properties: Element) -> _Look:
        style = self._desk.styles.paragraph(value(properties, "w:pStyle"))
        level = outline_level(properties)
        own_align = alignment(properties)
        joins = "deleted mark" if _has_deleted_mark(properties) else _drop_cap(properties)
        return _Look(
            style,
            style.level if level is None else level,
            style.align if own_align is None else own_align,
            NO_LABEL if joins else self._label(properties, style),
            joins,
        )

    def _label(self, properties: Element, style: ParagraphStyle) -> Label:
        """The next automatic number. WPS repeats it on the heading and on its style: the paragraph's own counts."""
        own = numbered_as(properties)
        asked = NumberedAs(own.list_id or style.numbered.list_id, own.level if own.level >= 0 else style.numbered.level)
        label = self._numbering.next_label(asked, style.ids)
        if has(properties, "w:ind"):
            return replace(label, indent=indent(properties))
        return label if own.list_id or not style.indent else replace(label, indent=style.indent)

    def _finish(self, line: Line, look: _Look, span: Span) -> Iterator[Read]:
        after = tuple(self._attached(line.after))
        yield from self._attached(line.before)
        if line.is_empty():
            yield from self._finish_empty(look, span)
            yield from after
        elif look.level:
            yield Heading(look.level, _unbold(line.inlines), look.label.text, span)
            yield from after
        elif look.style.role is Role.QUOTE:
            yield Quoted((Paragraph(labelled(look.label, line.inlines), look.align, span), *after))
        elif look.label.text:
            yield Entry(look.label, Paragraph(line.inlines, look.align, span), after)
        else:
            yield _running(line.inlines, look.align, span)
            yield from after

    def _finish_empty(self, look: _Look, span: Span) -> Iterator[Block]:
        """A number without text is a stray in the body, but in a table it is the 序号 column."""
        if self._cells and look.label.text and not look.label.bullet:
            yield Paragraph((Text(look.label.text),), look.align, span)

    def _attached(self, found: tuple[Attached, ...]) -> Iterator[Block]:
        for attached in found:
            match attached:
                case Figure() | Divider() | Box():
                    yield attached
                case _:
                    span = self._span()
                    blocks = self.blocks(attached)
                    if blocks:
                        yield Box("", blocks, span)

    # ------------------------------------------------------------------ tables

    def _table(self, element: Element) -> Iterator[Block]:
        self._inlines.close_fields()
        span = Span(self._part, self._count + 1)
        self._cells += 1
        table = read_table(self._rows(element), self.blocks, span)
        self._cells -= 1
        if table.rows:
            yield table

    def _rows(self, table: Element) -> Iterator[Element]:
        for row in rows_of(table):
            if has(row, "w:trPr", "w:del"):
                self._inlines.lose(row, DELETED, self._span())
                continue
            if has(row, "w:trPr", "w:ins"):
                self._desk.remarks.lose(DELETED, "", self._span())
            yield row


@dataclass(frozen=True, slots=True)
class _Numbered:
    """A paragraph as read; its number is taken already, since numbers follow the order of the file."""

    line: Line
    look: _Look
    span: Span


def _has_deleted_mark(properties: Element) -> bool:
    return has(properties, "w:rPr", "w:del") or has(properties, "w:rPr", "w:moveFrom")


def _drop_cap(properties: Element) -> str:
    """Not "" where the paragraph is only the large first letter of the next one (首字下沉)."""
    said = attribute(below(properties, "w:framePr"), "w:dropCap")
    return "" if said == "none" else said


def _running(inlines: Inlines, align: Align, span: Span) -> Paragraph | Math:
    """A paragraph, or the formula that stands alone in it."""
    match inlines:
        case (InlineMath(tex=tex, markup=markup),):
            return Math(tex, span, markup)
        case _:
            return Paragraph(inlines, align, span)


def _says_contents(paragraph: Element) -> bool:
    said = ""
    for text in paragraph.iter(_TEXT):
        said += spelled(text)
        if len(said) > _LONGEST_WORD:  # paragraphs are long, and there are many
            return False
    return "".join(said.split()).lower() in _CONTENTS_WORDS


def _is_contents(sdt: Element) -> bool:
    return value(sdt, "w:sdtPr", "w:docPartObj", "w:docPartGallery") == "Table of Contents"


def _unbold(inlines: Inlines) -> Inlines:
    """A heading that is bold from end to end is just a heading."""
    texts = [inline for inline in inlines if isinstance(inline, Text) and inline.text.strip()]
    if not all(Mark.BOLD in text.marks for text in texts):
        return inlines
    plain = (
        structs.replace(inline, marks=inline.marks - {Mark.BOLD}) if isinstance(inline, Text) else inline
        for inline in inlines
    )
    return tidy(tuple(plain))
