"""A document as a run of lines that can be read and compared, whatever the format called them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from publisher.document import (
    Align,
    Block,
    Box,
    Cell,
    Document,
    Heading,
    Inline,
    Inlines,
    Items,
    LineBreak,
    Mark,
    Paragraph,
    Quote,
    Span,
    Table,
    Text,
    plain_text,
    text_of,
)

ORNAMENTS: Final = "◆◇■□●○▲△★☆▶►◎※❖♦▪▼◈✦❤"
"""What editors put before the name of a section."""
_OUTER: Final = " \u00a0\u2002\u2003\u2009\u202f\u3000\ufeff\u200b\n\r"
_ORNAMENT: Final = re.compile(rf"^[{ORNAMENTS}•·]\s*")
_FRAMED: Final = re.compile(r"^[【〖]([^【】〖〗]{1,30})[】〗]$")
_NUMBERS: Final = (
    ("一、", re.compile(r"^[一二三四五六七八九十]{1,3}\s*[、.．]\s*")),
    ("（一）", re.compile(r"^[（(]\s*[一二三四五六七八九十]{1,3}\s*[)）]\s*、?")),
    ("1.", re.compile(r"^[0-9０-９]{1,2}\s*(?:[.．](?![0-9０-９])|[、)）])\s*")),
    ("（1）", re.compile(r"^[（(]\s*[0-9０-９]{1,2}\s*[)）]\s*、?")),
    ("①", re.compile(r"^[①-⑳]\s*")),
)
_MAY_BE_MARKED: Final = re.compile(rf"[{ORNAMENTS}•·【〖（(一二三四五六七八九十0-9０-９①-⑳]")
_LETTER: Final = re.compile(r"[^\W_]")
_OTHERS: Final = re.compile(r"[\W_]+")
"""All that `str.isalnum` is false of."""
_NUMBER_ALONE: Final = re.compile(r"[0-9０-９]{1,2}[.．、]?")
_LATIN: Final = re.compile(r"[0-9A-Za-z]")
_RUNNING: Final = (Paragraph, Heading)


class Line(NamedTuple):
    """One line of the file. `text` is without outer blanks, but keeps leading tabs: they are empty cells.
    `at` counts the blocks of the document, `gap` says that a blank line stood before it; `number` is that of a
    list's item, which its text does not have; `outer` is the list, frame or table that was opened to get at it.
    """

    text: str
    block: Block
    at: int = 0
    gap: bool = False
    number: str = ""
    outer: Block | None = None

    @property
    def span(self) -> Span:
        """Where it stands in the editor's file."""
        return self.block.span

    @property
    def running(self) -> bool:
        """Whether it is text that a rule may read, rather than a table, a picture or a list."""
        return isinstance(self.block, _RUNNING)


class Marked(NamedTuple):
    """A line's number or ornament: `kind` is "◆", "【】", "一、", "（一）", "1.", "（1）", "①", or "" for none."""

    kind: str
    rest: str
    number: str = ""


def lines_of(document: Document) -> tuple[Line, ...]:
    """The top-level blocks of a document as lines."""
    found: list[Line] = []
    last = 0
    for at, block in enumerate(document.blocks):
        found.append(Line(_shown(block), block, at, gap=block.span.line > last + 1))
        last = block.span.line
    return tuple(found)


def opened(lines: Iterable[Line]) -> Iterator[Line]:
    """Lines with lists, frames and tables opened: a head or a contents list may stand in any of them."""
    for line in lines:
        match line.block:
            case Items(items=items):
                for count, item in enumerate(items, start=line.block.start):
                    yield from _inside(line, item, f"{count}. " if line.block.ordered else "• ")
            case Box(title=title, blocks=blocks):
                yield from _inside(line, (*_titled((Text(title),) if title else ()), *blocks), "")
            case Quote(blocks=blocks):
                yield from _inside(line, blocks, "")
            case Table(rows=rows, caption=caption, source=source):
                yield from _inside(line, _titled(caption), "")
                yield from _rows(line, rows)
                yield from _inside(line, _titled(source), "")
            case _:
                yield line


def closed(lines: Sequence[Line], all_lines: Sequence[Line]) -> tuple[Line, ...]:
    """Opened lines with their lists, frames and tables whole again, where all the lines of one are there."""
    whole = Counter(line.at for line in all_lines)
    here = Counter(line.at for line in lines)
    found: list[Line] = []
    for line in lines:
        if line.outer is None or here[line.at] != whole[line.at]:
            found.append(line)
        elif not found or found[-1].at != line.at:
            found.append(Line(_shown(line.outer), line.outer, line.at, line.gap))
    return tuple(found)


def marked(text: str) -> Marked:
    """The number or ornament that a line begins with, and what follows it."""
    if not _MAY_BE_MARKED.match(text):
        return Marked("", text)
    framed = _FRAMED.match(text)
    if framed:
        return Marked("【】", framed[1].strip())
    ornament = _ORNAMENT.match(text)
    if ornament:
        rest = text[ornament.end() :]
        inner = _FRAMED.match(rest)
        return Marked(text[0], inner[1].strip() if inner else rest)
    for kind, pattern in _NUMBERS:
        number = pattern.match(text)
        if number and number.end() < len(text):
            return Marked(kind, text[number.end() :], number[0].strip())
    return Marked("", text)


def key(text: str) -> str:
    """What is compared of a title: its letters, digits and Han, without blanks, marks, case or width."""
    return letters(unicodedata.normalize("NFKC", text).lower())


def join_texts(pieces: Iterable[str]) -> str:
    """Pieces of one cut text together: a blank only between Latin letters or digits."""
    joined = ""
    for piece in pieces:
        joined += _between(joined, piece) + piece
    return joined


def one_line(text: str) -> str:
    """A title or name on one line, whatever line ends it was typed with."""
    return join_texts(piece.strip() for piece in text.split("\n"))


def join_inlines(pieces: Sequence[Inlines]) -> Inlines:
    """Inlines of one cut paragraph together, neighbours that look alike made one."""
    if len(pieces) == 1 and len(pieces[0]) == 1:
        return pieces[0]
    joined: list[Inline] = []
    for piece in pieces:
        blank = _between(text_of(tuple(joined[-1:])), text_of(piece[:1]))
        joined += [Text(blank)] if blank else []
        joined += piece
    return _fused(joined)


def prominent(line: Line) -> bool:
    """Whether all of a paragraph is bold and centred: what office staff do for want of a heading style."""
    return isinstance(line.block, Paragraph) and line.block.align is Align.CENTER and bold(line.block.inlines)


def bold(inlines: Inlines) -> bool:
    """Whether all of the text is bold."""
    said = [inline for inline in inlines if not (isinstance(inline, Text) and not inline.text.strip())]
    return bool(said) and all(isinstance(inline, Text) and Mark.BOLD in inline.marks for inline in said)


def inlines_of(line: Line) -> Inlines:
    """The inlines of a line without the blanks around them, or its text."""
    match line.block:
        case Paragraph(inlines=inlines) | Heading(inlines=inlines):
            return _trimmed(inlines)
        case _:
            return (Text(line.text),) if line.text else ()


def where(line: Line) -> str:
    """How a note tells an editor the place of a line."""
    return line.span.words or "文中"


def says_something(text: str) -> bool:
    """Whether a text has any letter, digit or Han."""
    return bool(_LETTER.search(text))


def letters(text: str) -> str:
    """The characters that conservation counts: letters, digits and Han."""
    return _OTHERS.sub("", text)


def _shown(block: Block) -> str:
    text = plain_text(block).strip(_OUTER)
    return text.rstrip() if not text.isspace() else ""


def _inside(line: Line, blocks: Sequence[Block], number: str) -> Iterator[Line]:
    for block in blocks:
        inner = Line(_shown(block), _placed(block, line), line.at, line.gap, number, line.outer or line.block)
        yield from opened((inner,))
        number = ""


def _titled(title: Inlines) -> tuple[Block, ...]:
    return (Paragraph(title),) if title else ()


def _rows(line: Line, rows: Sequence[tuple[Cell, ...]]) -> Iterator[Line]:
    """The rows as lines: a number in the first cell begins the text; where the first column names groups of rows,
    its cells have lines of their own.
    """
    width = max(map(len, rows), default=0)
    grouped = any(row[0].rowspan > 1 for row in rows if row)
    for row in rows:
        cells = [_cell_text(cell) for cell in row]
        if grouped and len(cells) == width > 1:
            yield _row(line, cells.pop(0))
        if len(cells) > 1 and _NUMBER_ALONE.fullmatch(cells[0]):
            number = cells.pop(0).rstrip(".．、")
            cells[0] = f"{number}. {cells[0]}"
        yield _row(line, "\t".join(cells).strip())


def _cell_text(cell: Cell) -> str:
    text = " ".join(map(plain_text, cell.blocks))
    return text.replace("\n", " ").replace("\t", " ").strip()


def _row(line: Line, text: str) -> Line:
    return Line(text, Paragraph((Text(text),), span=line.span), line.at, line.gap, "", line.outer or line.block)


def _placed(block: Block, line: Line) -> Block:
    if isinstance(block, Paragraph | Heading) and not block.span.line:
        return Paragraph(block.inlines, span=line.span)
    return block


def _between(before: str, after: str) -> str:
    return " " if before and after and _LATIN.match(before[-1]) and _LATIN.match(after[0]) else ""


def _fused(inlines: Sequence[Inline]) -> Inlines:
    fused: list[Inline] = []
    for look, run in groupby(inlines, _look):
        alike = list(run)
        texts = [inline.text for inline in alike if isinstance(inline, Text)]
        fused += [Text("".join(texts), *look)] if look and len(alike) > 1 else alike
    return tuple(fused)


def _look(inline: Inline) -> tuple[frozenset[Mark], str] | None:
    return (inline.marks, inline.color) if isinstance(inline, Text) else None


def _trimmed(inlines: Inlines) -> Inlines:
    if len(inlines) == 1 and isinstance(only := inlines[0], Text):
        text = only.text.strip()
        return (inlines if text == only.text else (Text(text, only.marks, only.color),)) if text else ()
    shown = [place for place, inline in enumerate(inlines) if not _void(inline)]
    kept = list(inlines[shown[0] : shown[-1] + 1]) if shown else []
    if kept:
        kept[0] = _worded(kept[0], str.lstrip)
        kept[-1] = _worded(kept[-1], str.rstrip)
    return tuple(kept)


def _worded(inline: Inline, change: Callable[[str], str]) -> Inline:
    if not isinstance(inline, Text) or (text := change(inline.text)) == inline.text:
        return inline
    return Text(text, inline.marks, inline.color)


def _void(inline: object) -> bool:
    return isinstance(inline, LineBreak) or (isinstance(inline, Text) and not inline.text.strip())
