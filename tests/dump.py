"""A document as a person can read it, line by line: what the golden files of the corpus hold."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from publisher.document import (
    Block,
    Box,
    Cell,
    Code,
    Divider,
    Document,
    Figure,
    Heading,
    Inline,
    InlineImage,
    InlineMath,
    Inlines,
    Items,
    LineBreak,
    Link,
    Mark,
    Math,
    Metadata,
    Note,
    NoteRef,
    Paragraph,
    Properties,
    Quote,
    Ruby,
    Table,
    Text,
)
from publisher.importers import import_file

_MARKS = {
    Mark.BOLD: "b",
    Mark.ITALIC: "i",
    Mark.UNDERLINE: "u",
    Mark.STRIKE: "s",
    Mark.SUPERSCRIPT: "sup",
    Mark.SUBSCRIPT: "sub",
    Mark.CODE: "code",
    Mark.HIGHLIGHT: "hi",
}


def dump(document: Document) -> str:
    """The document: its blocks with marks as {b:bold}, its notes, its losses; one line a block."""
    return "\n".join(_document(document)) + "\n"


def _document(document: Document) -> Iterator[str]:
    yield f"flow: {document.flow}"
    for said in (document.metadata, document.properties):
        yield from _said(said)
    yield from _blocks(document.blocks, "")
    for footnote in document.footnotes:
        yield f"note [{footnote.id}]"
        yield from _blocks(footnote.blocks, "  ")
    for asset in document.assets:
        yield f"asset {asset.fingerprint[:8]} {asset.media_type} {len(asset.data)} bytes"
    for note in document.notes:
        yield _remark(note)


def _said(said: Metadata | Properties) -> Iterator[str]:
    for name in said.__dataclass_fields__:
        if value := getattr(said, name):
            yield f"{type(said).__name__.lower()}.{name}: {value}"


def _remark(note: Note) -> str:
    lost = f" lost={note.lost!r}" if note.lost else ""
    return f"{note.level} {note.code} @{note.span.line}: {note.text}{lost}"


def _blocks(blocks: tuple[Block, ...], indent: str) -> Iterator[str]:
    for block in blocks:
        yield from (indent + line for line in _block(block))


def _block(block: Block) -> Iterator[str]:
    match block:
        case Paragraph(inlines=inlines, align=align):
            yield f"p{f'({align})' if align else ''}@{block.span.line} {_inlines(inlines)}"
        case Heading(level=level, inlines=inlines, label=label):
            yield f"h{level}@{block.span.line} {f'<{label}> ' if label else ''}{_inlines(inlines)}"
        case Figure(picture=picture, caption=caption, alt=alt, source=source):
            yield f"figure {picture[:8] or source!r} alt={alt!r} caption={_inlines(caption)!r}"
        case Items(ordered=ordered, items=items, start=start):
            yield f"list {f'from {start}' if ordered else 'of bullets'}"
            yield from _groups("-", items)
        case Quote(blocks=blocks):
            yield "quote"
            yield from _blocks(blocks, "  ")
        case Box(title=title, blocks=blocks):
            yield f"box {title!r}"
            yield from _blocks(blocks, "  ")
        case Code(text=text, language=language):
            yield f"code {language!r} {text!r}"
        case Math(tex=tex):
            yield f"math {tex!r}"
        case Table():
            yield from _table(block)
        case Divider():
            yield "----"


def _groups(sign: str, groups: tuple[tuple[Block, ...], ...]) -> Iterator[str]:
    for group in groups:
        for number, line in enumerate(_blocks(group, "")):
            yield f"  {' ' if number else sign} {line}"


def _table(table: Table) -> Iterator[str]:
    caption = f" caption={_inlines(table.caption)!r}" if table.caption else ""
    source = f" source={_inlines(table.source)!r}" if table.source else ""
    yield f"table header_rows={table.header_rows}{caption}{source}"
    for row in table.rows:
        yield "  row"
        for cell in row:
            yield f"    {_cell(cell)}"
            yield from _blocks(cell.blocks, "      ")


def _cell(cell: Cell) -> str:
    spans = f" {cell.colspan}x{cell.rowspan}" if (cell.colspan, cell.rowspan) != (1, 1) else ""
    return f"{'th' if cell.header else 'td'}{spans}{f' {cell.align}' if cell.align else ''}"


def _inlines(inlines: Inlines) -> str:
    return "".join(map(_inline, inlines))


def _inline(inline: Inline) -> str:
    match inline:
        case Text(text=text, marks=marks, color=color):
            looks = [*sorted(_MARKS[mark] for mark in marks), *([color] if color else [])]
            shown = text.replace("\u00a0", "⍽").replace("\t", "⇥")
            return f"{{{' '.join(looks)}:{shown}}}" if looks else shown
        case Link(href=href, inlines=inner):
            return f"[{_inlines(inner)}]({href})"
        case LineBreak():
            return "⏎"
        case NoteRef(id=key):
            return f"[^{key}]"
        case InlineImage(picture=picture, alt=alt):
            return f"![{alt}]({picture[:8]})"
        case InlineMath(tex=tex):
            return f"${tex}$"
        case Ruby(base=base, annotation=annotation):
            return f"{base}({annotation})"


def main() -> None:
    """Prints the dumps of the files that are named, to be read and kept as golden results."""
    for name in sys.argv[1:]:
        path = Path(name)
        sys.stdout.write(dump(import_file(path.read_bytes(), path.name)))


if __name__ == "__main__":
    main()
