"""Markdown to a document: markdown-it-py's tokens, read into blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.rules_block.table import escapedSplit
from markdown_it.token import Token
from msgspec.structs import replace

from publisher.document import (
    Align,
    Block,
    Cell,
    Code,
    Divider,
    Document,
    Footnote,
    Heading,
    Inlines,
    Items,
    Level,
    Link,
    Math,
    NoteRef,
    Paragraph,
    Quote,
    Span,
    Table,
    Text,
    plain_text,
    walk,
)
from publisher.errors import Unreadable
from publisher.importers.characters import read_characters
from publisher.importers.front_matter import read_front_matter
from publisher.importers.markdown.inlines import Line, read_inlines
from publisher.importers.markdown.parser import PLAIN_LINE, REMARKS, make_parser
from publisher.importers.markdown.typed import is_row, name_pictures, part_lines
from publisher.importers.pictures import Pictures
from publisher.importers.remarks import Remarks
from publisher.importers.text import MOST_CHARACTERS, MOST_LINES, check_extent, drop_invisible, unify_newlines

_MOST_TAGS: Final = 10_000
_TASK: Final = re.compile(r"\[([ xX])\][ \t]+")
_CONTAINER_PREFIX: Final = re.compile(r"^[\s>]*")


def import_markdown(data: bytes, name: str) -> Document:
    """The document of a Markdown file; each block knows its line.

    A picture becomes a Figure of its own: before its paragraph if the paragraph begins with it, else after it.
    Raises Unreadable where the bytes are no text, or are nested beyond reason.
    """
    characters = read_characters(data)
    head = read_front_matter(drop_invisible(characters.text))
    document = _Reader(head.body, name).read()
    if not document.blocks:
        raise Unreadable(f"{name}: no text in it", f"文件“{name}”里没有内容，请检查后重新投放。")
    return replace(document, metadata=head.metadata, notes=characters.notes + head.notes + document.notes)


@cache
def _parser() -> MarkdownIt:
    return make_parser()


class _Reader:
    """Reads the flat run of tokens; each method takes the token that opens its block."""

    def __init__(self, body: str, name: str) -> None:
        self._remarks = Remarks()
        self._pictures = Pictures(self._remarks)
        body = name_pictures(self._pictures.lift(body))
        self._lines = unify_newlines(body).split("\n")  # what markdown-it-py takes for line ends, and no other
        check_extent(len(self._lines), MOST_LINES, name)
        check_extent(len(body), MOST_CHARACTERS, name, "字")
        check_extent(body.count("<"), _MOST_TAGS, name)
        self._footnotes: dict[str, tuple[Block, ...]] = {}
        self._env: dict[str, Any] = {REMARKS: self._remarks}
        self._tokens = iter(_parser().parse(body, self._env))
        self._addresses: set[str] = set()

    def read(self) -> Document:
        blocks = tuple(self._blocks("end of file"))
        footnotes = self._used_footnotes(blocks) if self._footnotes else ()
        self._remark_unused_references()
        return Document(blocks, footnotes=footnotes, assets=self._pictures.assets, notes=self._remarks.notes())

    def _blocks(self, closing: str) -> Iterator[Block]:
        """The blocks up to the token that closes their container."""
        for token in self._tokens:
            if token.type == closing:
                return
            if token.type == PLAIN_LINE:
                yield _plain(token)
            else:
                yield from self._block(token)

    def _block(self, token: Token) -> Iterator[Block]:
        span = _span(token)
        match token.type:
            case "paragraph_open":
                yield from self._paragraph(span)
            case "heading_open":
                yield from self._heading(int(token.tag[1]), span)
            case "bullet_list_open" | "ordered_list_open":
                yield self._list(token)
            case "blockquote_open":
                yield Quote(tuple(self._blocks("blockquote_close")), span)
            case "table_open":
                yield self._table(span)
            case "fence" | "code_block":
                yield self._code(token)
            case "math_block":
                yield Math(token.content, span, token.content)
            case "hr":
                yield Divider(span)
            case "html_block":
                yield from self._html(token)
            case "footnote_reference_open":
                self._footnote(token)
            case _:  # tokens that close what its own method has read
                pass

    def _paragraph(self, span: Span) -> Iterator[Block]:
        pieces = part_lines(self._children("paragraph_close"))
        if len(pieces) > 1:
            self._remark_lines(pieces, span)
        for number, tokens in pieces:
            place = Span(line=span.line + number) if number else span
            line = self._read_line(tokens, place)
            yield from line.before
            if line.inlines:
                yield Paragraph(line.inlines, span=place)
            yield from line.after

    def _remark_lines(self, pieces: Sequence[tuple[int, Sequence[Token]]], span: Span) -> None:
        if all(is_row(tokens) for _, tokens in pieces[-2:]):
            text = (
                f"{span.words}起像是表格，但表头下面缺少分隔行，没有认成表格。请在表头下加一行“|---|---|”后重新投放。"
            )
            self._remarks.say("table-unruled", text, Level.WARNING, span)
        else:
            text = f"{span.words}起的几行之间没有空行，已按一行一段处理。"
            self._remarks.say("lines-as-paragraphs", text, Level.INFO, span)

    def _heading(self, level: int, span: Span) -> Iterator[Block]:
        line = self._line("heading_close", span)
        yield from line.before
        if line.inlines:
            yield Heading(level, line.inlines, span=span)
        yield from line.after

    def _line(self, closing: str, span: Span) -> Line:
        """The content of a heading or a cell, read up to the token that closes it."""
        return self._read_line(self._children(closing), span)

    def _children(self, closing: str) -> list[Token]:
        children: list[Token] = []
        for token in self._tokens:
            if token.type == closing:
                break
            children += token.children or []
        return children

    def _read_line(self, children: Sequence[Token], span: Span) -> Line:
        line = read_inlines(children, self._remarks, self._pictures, span)
        if len(children) != 1 or children[0].type != "text":
            self._addresses |= line.addresses
            self._footnotes |= self._inline_footnotes(children, span)
        return line

    def _inline_footnotes(self, children: Sequence[Token], span: Span) -> dict[str, tuple[Block, ...]]:
        """Footnotes that are written where they are called: `^[text]`."""
        called = [token.meta["id"] for token in children if token.type == "footnote_ref" and "label" not in token.meta]
        found: dict[str, tuple[Block, ...]] = {}
        for number in called:
            tokens = self._env["footnotes"]["list"][number]["tokens"]
            line = read_inlines(tokens, self._remarks, self._pictures, span)
            self._addresses |= line.addresses
            found |= self._inline_footnotes(tokens, span)
            found[f"^{number}"] = (*line.before, Paragraph(line.inlines, span=span), *line.after)
        return found

    def _list(self, token: Token) -> Items:
        items = []
        for item in self._tokens:
            if item.type != "list_item_open":
                break
            items.append(_tick(tuple(self._blocks("list_item_close"))))
        start = token.attrGet("start")
        return Items(token.type == "ordered_list_open", tuple(items), 1 if start is None else int(start), _span(token))

    def _table(self, span: Span) -> Table:
        rows = []
        for token in self._tokens:
            if token.type == "table_close":
                break
            if token.type == "tr_open":
                rows.append(self._row(token))
        return Table(tuple(rows), header_rows=1, span=span)

    def _row(self, row: Token) -> tuple[Cell, ...]:
        cells, span = [], _span(row)
        for token in self._tokens:
            if token.type == "tr_close":
                break
            line = self._line(f"{token.tag}_close", span)
            text = (Paragraph(line.inlines, span=span),) if line.inlines else ()
            blocks = (*line.before, *text, *line.after)
            cells.append(Cell(blocks, header=token.tag == "th", align=_align(token)))
        self._remark_surplus(row, len(cells))
        return tuple(cells)

    def _remark_surplus(self, row: Token, columns: int) -> None:
        """The format drops cells beyond the header's columns; the editor hears of it."""
        span = _span(row)
        line = _CONTAINER_PREFIX.sub("", self._lines[span.line - 1]).strip().strip("|")
        if line.count("|") < columns:
            return
        written = escapedSplit(line)
        if any(cell.strip() for cell in written[columns:]):
            lost = "|".join(written[columns:])
            remark = f"第 {span.line} 行的单元格比表头多，多出的“{lost.strip()[:30]}”没有采用，请补上表头。"
            self._remarks.say("table-surplus", remark, Level.ERROR, span, lost)

    def _code(self, token: Token) -> Code:
        language, _, rest = token.info.strip().partition(" ")
        if rest.strip():
            remark = f"代码块开头的“{rest.strip()[:30]}”没有采用。"
            self._remarks.say("code-info", remark, Level.INFO, _span(token), rest)
        return Code(token.content.removesuffix("\n"), language, _span(token))

    def _html(self, token: Token) -> Iterator[Block]:
        from publisher.importers.html import read_html

        yield from read_html(token.content, self._remarks, self._pictures, _span(token))

    def _footnote(self, token: Token) -> None:
        label, blocks = token.meta["label"], tuple(self._blocks("footnote_reference_close"))
        if label not in self._footnotes:
            self._footnotes[label] = blocks
            return
        lost = "\n".join(map(plain_text, blocks))
        remark = f"脚注“{label}”定义了不止一次，采用了第一个。"
        self._remarks.say("footnote-repeated", remark, Level.WARNING, _span(token), lost)

    def _used_footnotes(self, blocks: tuple[Block, ...]) -> tuple[Footnote, ...]:
        """Footnotes in the order in which they are called; those that nothing calls are lost, with a note."""
        used: dict[str, tuple[Block, ...]] = {}
        waiting = list(_calls(blocks))
        while waiting:
            name = waiting.pop(0)
            if name not in used:
                used[name] = self._footnotes[name]
                waiting += _calls(used[name])
        for name in [name for name in self._footnotes if name not in used]:
            lost = "\n".join(map(plain_text, self._footnotes[name]))
            remark = f"脚注“{name}”在正文里没有引用，没有采用。"
            self._remarks.say("footnote-unused", remark, Level.WARNING, lost=lost)
        return tuple(Footnote(name, inner) for name, inner in used.items())

    def _remark_unused_references(self) -> None:
        for entry in [*self._env.get("references", {}).values(), *self._env.get("duplicate_refs", [])]:
            first, last = entry["map"]
            lost = "\n".join(self._lines[first:last])
            if entry["href"] not in self._addresses or entry.get("label"):
                remark = f"第 {first + 1} 行“{lost.strip()[:30]}”是没有用到的链接定义，没有采用。"
                self._remarks.say("reference-unused", remark, Level.WARNING, Span(line=first + 1), lost)


def _plain(token: Token) -> Block:
    line = (Text(token.content),)
    return (
        Paragraph(line, span=_span(token)) if token.tag == "p" else Heading(int(token.tag[1]), line, span=_span(token))
    )


def _span(token: Token) -> Span:
    return Span(line=token.map[0] + 1 if token.map else 0)


def _align(token: Token) -> Align:
    match str(token.attrGet("style") or "").removeprefix("text-align:"):
        case "center":
            return Align.CENTER
        case "right":
            return Align.RIGHT
        case "left":
            return Align.LEFT
        case _:
            return Align.START


def _tick(item: tuple[Block, ...]) -> tuple[Block, ...]:
    """An item that begins with `[x]` begins with a ticked box."""
    match item:
        case (Paragraph(inlines=(Text(text=text) as first, *rest)) as paragraph, *others):
            task = _TASK.match(text)
            if task is None:
                return item
            ticked = replace(first, text=("☐ " if task[1] == " " else "☑ ") + text[task.end() :])
            return (replace(paragraph, inlines=(ticked, *rest)), *others)
        case _:
            return item


def _calls(blocks: tuple[Block, ...]) -> Iterator[str]:
    """The footnotes that blocks call, in reading order."""
    for block in walk(blocks):
        match block:
            case Paragraph(inlines=inlines) | Heading(inlines=inlines):
                yield from _calls_of(inlines)
            case _:  # the others hold their text in blocks
                pass


def _calls_of(inlines: Inlines) -> Iterator[str]:
    for inline in inlines:
        if isinstance(inline, NoteRef):
            yield inline.id
        elif isinstance(inline, Link):
            yield from _calls_of(inline.inlines)
