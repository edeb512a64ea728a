"""A document as text that a person can check: one block a line, inner blocks indented, marks in braces."""

from __future__ import annotations

from collections.abc import Iterator

from publisher.document import (
    Block,
    Box,
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
    Math,
    NoteRef,
    Paragraph,
    Quote,
    Ruby,
    Table,
    Text,
)

_SEEN = {"\t": "⇥", "\n": "⏎", "\u3000": "□", "\u00a0": "␣"}


def dump(document: Document) -> str:
    """All that the document says; places (`Span`) left out."""
    lines = [line for block in document.blocks for line in _block(document, block)]
    for footnote in document.footnotes:
        lines += [f"footnote {footnote.id}", *_inside(document, footnote.blocks)]
    for note in document.notes:
        lost = f" lost: {_visible(note.lost)}" if note.lost else ""
        lines.append(f"note {note.level} {note.code}: {note.text}{lost}")
    said = document.properties
    lines += [
        f"property {name}: {text}"
        for name, text in (("title", said.title), ("author", said.author), ("digest", said.digest))
        if text
    ]
    return "\n".join(lines) + "\n"


def _block(document: Document, block: Block) -> Iterator[str]:
    match block:
        case Paragraph(inlines=inlines, align=align):
            yield f"paragraph{' ' + align if align else ''}: {_inlines(inlines)}"
        case Heading(level=level, inlines=inlines, label=label):
            yield f"heading {level}{' [' + label + ']' if label else ''}: {_inlines(inlines)}"
        case Figure():
            yield _figure(document, block)
        case Items():
            yield from _items(document, block)
        case Quote(blocks=blocks):
            yield "quote"
            yield from _inside(document, blocks)
        case Box(title=title, blocks=blocks):
            yield f"box {title}".rstrip()
            yield from _inside(document, blocks)
        case Code(text=text):
            yield f"code: {_visible(text)}"
        case Math(tex=tex):
            yield f"formula: {tex}"
        case Table():
            yield from _table(document, block)
        case Divider():
            yield "rule"


def _inside(document: Document, blocks: tuple[Block, ...]) -> Iterator[str]:
    return ("    " + line for block in blocks for line in _block(document, block))


def _figure(document: Document, figure: Figure) -> str:
    kinds = {asset.fingerprint: asset.media_type for asset in document.assets}
    shown = kinds.get(figure.picture, "nothing")
    more = (("alt", figure.alt), ("source", figure.source), ("caption", _inlines(figure.caption)))
    return f"figure {shown}" + "".join(f" {name}: {text}" for name, text in more if text)


def _items(document: Document, items: Items) -> Iterator[str]:
    yield f"numbered list from {items.start}" if items.ordered else "bulleted list"
    for count, blocks in enumerate(items.items):
        number = items.labels[count] if items.labels else f"{items.start + count}"
        yield f"  - {number if items.ordered else '•'}"
        yield from _inside(document, blocks)


def _table(document: Document, table: Table) -> Iterator[str]:
    yield f"table, {len(table.rows)} rows, {table.header_rows} of them headers"
    for row in table.rows:
        yield "  row"
        for cell in row:
            spans = f" {cell.colspan}x{cell.rowspan}" if (cell.colspan, cell.rowspan) != (1, 1) else ""
            head = " header" if cell.header else ""
            yield f"   cell{spans}{head}{' ' + cell.align if cell.align else ''}"
            yield from _inside(document, cell.blocks)


def _inlines(inlines: Inlines) -> str:
    return "".join(map(_inline, inlines))


def _inline(inline: Inline) -> str:
    match inline:
        case Text(text=text, marks=marks, color=color):
            look = " ".join([*sorted(marks), *([color] if color else [])])
            return f"{{{look}: {_visible(text)}}}" if look else _visible(text)
        case Link(href=href, inlines=inner):
            return f"{{link {href}: {_inlines(inner)}}}"
        case LineBreak():
            return "⏎"
        case NoteRef(id=name):
            return f"{{see {name}}}"
        case InlineImage(alt=alt):
            return f"{{picture {alt}}}"
        case InlineMath(tex=tex):
            return f"{{formula: {tex}}}"
        case Ruby(base=base, annotation=annotation):
            return f"{{ruby {base} {annotation}}}"


def _visible(text: str) -> str:
    return "".join(_SEEN.get(sign, sign) for sign in text)
