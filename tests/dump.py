"""A document as text that a person can check: one block a line, inner blocks indented, marks in braces.

It is what the golden results of the corpus hold. `python -m tests.dump` writes all of them anew, as the importers read
the corpus now: look at what git shows before it is committed. `python -m tests.dump FILE…` prints those of some files.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from publisher.document import (
    Asset,
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
    Math,
    NoteRef,
    Paragraph,
    Quote,
    Ruby,
    Table,
    Text,
)
from publisher.importers import import_file
from publisher.importers.docx import import_docx
from tests.corpus import GOLDEN, WRITTEN
from tests.corpus.docx import ITEMS

_DRAWN = ("image/emf", "image/wmf", "image/svg+xml")
_SEEN = str.maketrans({"\t": "⇥", "\n": "⏎", "\u3000": "□", "\u00a0": "␣"})


def dump(document: Document) -> str:
    """All that the document says; `@3` is the line or paragraph of the file, pictures are told by their number."""
    return "\n".join(_Dump(document).lines()) + "\n"


class _Dump:
    """One document's dump."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._numbers = {asset.fingerprint: at for at, asset in enumerate(document.assets, 1)}

    def lines(self) -> Iterator[str]:
        document = self._document
        yield f"flow {document.flow}"
        for kind, said in (("metadata", document.metadata), ("property", document.properties)):
            found = ((name, getattr(said, name)) for name in said.__struct_fields__)
            yield from (f"{kind} {name}: {value}" for name, value in found if value)
        yield from (line for block in document.blocks for line in self._block(block))
        for footnote in document.footnotes:
            yield from (f"footnote {footnote.id}", *self._inside(footnote.blocks))
        for asset in document.assets:
            yield f"{self._picture(asset.fingerprint)}, {_size(asset)}"
        for note in document.notes:
            lost = f" lost: {_visible(note.lost)}" if note.lost else ""
            yield f"note {note.level} {note.code} @{note.span.line}: {note.text}{lost}"

    # ------------------------------------------------------------------ blocks

    def _block(self, block: Block) -> Iterator[str]:
        at = f" @{block.span.line}" if block.span.line else ""
        match block:
            case Paragraph(inlines=inlines, align=align):
                yield f"paragraph{' ' + align if align else ''}{at}: {self._inlines(inlines)}"
            case Heading(level=level, inlines=inlines, label=label):
                yield f"heading {level}{' [' + label + ']' if label else ''}{at}: {self._inlines(inlines)}"
            case Figure():
                yield self._figure(block) + at
            case Items():
                yield from self._items(block, at)
            case Quote(blocks=blocks):
                yield from (f"quote{at}", *self._inside(blocks))
            case Box(title=title, blocks=blocks):
                yield from (f"box{' ' + title if title else ''}{at}", *self._inside(blocks))
            case Code(text=text, language=language):
                yield f"code{' ' + language if language else ''}{at}: {_visible(text)}"
            case Math(tex=tex):
                yield f"formula{at}: {_visible(tex)}"
            case Table():
                yield from self._table(block, at)
            case Divider():
                yield f"rule{at}"

    def _inside(self, blocks: tuple[Block, ...]) -> Iterator[str]:
        return ("    " + line for block in blocks for line in self._block(block))

    def _figure(self, figure: Figure) -> str:
        more = (("alt", figure.alt), ("source", figure.source), ("caption", self._inlines(figure.caption)))
        return f"figure of {self._picture(figure.picture)}" + "".join(
            f", {name}: {text}" for name, text in more if text
        )

    def _picture(self, fingerprint: str) -> str:
        return f"picture {self._numbers[fingerprint]}" if fingerprint in self._numbers else "nothing"

    def _items(self, items: Items, at: str) -> Iterator[str]:
        yield f"numbered list from {items.start}{at}" if items.ordered else f"bulleted list{at}"
        for count, blocks in enumerate(items.items):
            number = items.labels[count] if items.labels else f"{items.start + count}"
            yield from (f"  - {number if items.ordered else '•'}", *self._inside(blocks))

    def _table(self, table: Table, at: str) -> Iterator[str]:
        yield f"table{at}, {len(table.rows)} rows, {table.header_rows} of them headers"
        for name, inlines in (("caption", table.caption), ("source", table.source)):
            if inlines:
                yield f"  {name}: {self._inlines(inlines)}"
        for row in table.rows:
            yield "  row"
            for cell in row:
                yield from (f"   {_cell(cell)}", *self._inside(cell.blocks))

    # ------------------------------------------------------------------ inlines

    def _inlines(self, inlines: Inlines) -> str:
        return "".join(map(self._inline, inlines))

    def _inline(self, inline: Inline) -> str:
        match inline:
            case Text(text=text, marks=marks, color=color):
                look = " ".join([*sorted(marks), *([color] if color else [])])
                return f"{{{look}: {_visible(text)}}}" if look else _visible(text)
            case Link(href=href, inlines=inner):
                return f"{{link {href}: {self._inlines(inner)}}}"
            case LineBreak():
                return "⏎"
            case NoteRef(id=name):
                return f"{{see {name}}}"
            case InlineImage(picture=picture, alt=alt):
                return f"{{{self._picture(picture)}{' ' + alt if alt else ''}}}"
            case InlineMath(tex=tex):
                return f"{{formula: {_visible(tex)}}}"
            case Ruby(base=base, annotation=annotation):
                return f"{{ruby {base} {annotation}}}"


def _cell(cell: Cell) -> str:
    spans = f" {cell.colspan}x{cell.rowspan}" if (cell.colspan, cell.rowspan) != (1, 1) else ""
    return f"cell{spans}{' header' if cell.header else ''}{' ' + cell.align if cell.align else ''}"


def _size(asset: Asset) -> str:
    """What a picture is and measures: its bytes may differ where it had to be cut out of another."""
    if asset.media_type in _DRAWN:
        return f"{asset.media_type}, {len(asset.data)} bytes"
    with Image.open(io.BytesIO(asset.data)) as image:
        return f"{asset.media_type}, {image.width}x{image.height} pixels"


def _visible(text: str) -> str:
    return text.translate(_SEEN)


# ---------------------------------------------------------------------------- by hand


def main(names: list[str]) -> None:
    """Prints the dumps of the named files, or writes all goldens anew."""
    if not names:
        _write_goldens()
    for path in map(Path, names):
        sys.stdout.write(dump(import_file(path.read_bytes(), path.name)))


def _write_goldens() -> None:
    for path in WRITTEN:
        golden = GOLDEN / path.parent.name / f"{path.name}.txt"
        golden.write_text(dump(import_file(path.read_bytes(), path.name)), encoding="utf-8")
    for name, make in ITEMS.items():
        (GOLDEN / "docx" / f"{name}.txt").write_text(dump(import_docx(make(), f"{name}.docx")), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
