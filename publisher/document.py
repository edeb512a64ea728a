"""The words of the house: what a document and a newsletter consist of.

An importer gives a `Document`: a flat run of blocks, as the file has them, without guessing. `newsletter.recover` gives
a `Newsletter`: masthead, sections, articles. Both are values: frozen, and free of any format's peculiarities.

Nothing of an editor's text may vanish silently: what does not reach the output is in `Note.lost`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct


class _Value(Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """A value: frozen, compared by what it holds. msgspec makes and copies one in a tenth of a dataclass's time."""


class _Member(_Value, frozen=True, tag=True, tag_field="kind"):
    """A member of a union, which says as JSON which one it is."""


# ---------------------------------------------------------------------------- places and notes


class Span(_Value, frozen=True):
    """Where in the editor's file: the part (a file inside a zip, a page, "" for the file itself) and the
    line or paragraph in it, counted from 1; 0 is unknown.
    """

    part: str = ""
    line: int = 0

    @property
    def words(self) -> str:
        """How a note tells an editor the place, "" if it is unknown: 第 3 页第 5 行; of parts, only a page is told."""
        page = self.part if self.part.startswith("第 ") else ""
        return f"{page}第 {self.line} 行" if self.line else page


class Level(StrEnum):
    """How much a note matters."""

    INFO = "info"
    """What was done."""
    WARNING = "warning"
    """Doubtful; the issue goes out all the same."""
    ERROR = "error"
    """The issue must not go out before a person has looked."""


class Note(_Value, frozen=True):
    """One remark for the editor, in Chinese. `code` is a stable English name (kebab-case) for tests and
    logs; `lost` holds the characters of the input that are not in the output because of it.
    """

    code: str
    text: str
    level: Level = Level.WARNING
    span: Span = Span()
    lost: str = ""


# ---------------------------------------------------------------------------- inlines


class Mark(StrEnum):
    """How a run of text is set apart."""

    BOLD = "bold"
    ITALIC = "italic"
    UNDERLINE = "underline"
    STRIKE = "strike"
    SUPERSCRIPT = "superscript"
    SUBSCRIPT = "subscript"
    CODE = "code"
    HIGHLIGHT = "highlight"


class Text(_Member, frozen=True):
    """A run of characters; `color` is "" or "#rrggbb"."""

    text: str
    marks: frozenset[Mark] = frozenset()
    color: str = ""


class Link(_Member, frozen=True):
    """A hyperlink; `href` is http, https or mailto (importers drop every other scheme with a note)."""

    href: str
    inlines: tuple[Inline, ...]


class LineBreak(_Member, frozen=True):
    """A line break inside a paragraph."""


class NoteRef(_Member, frozen=True):
    """The mark of a foot- or endnote; `id` is a key of `footnotes`."""

    id: str


class InlineImage(_Member, frozen=True):
    """A picture inside a line; `picture` is an asset's fingerprint."""

    picture: str
    alt: str = ""


class InlineMath(_Member, frozen=True):
    """A formula inside a line. `tex` is what is read: TeX or readable text; `markup` what can be drawn: TeX or MathML,
    "" if nothing can. `picture`, once drawn, is an asset's fingerprint; `width` and `depth` below the line are em.
    """

    tex: str
    markup: str = ""
    picture: str = ""
    width: float = 0.0
    depth: float = 0.0


class Ruby(_Member, frozen=True):
    """Base text with its annotation (拼音指南)."""

    base: str
    annotation: str


Inline = Text | Link | LineBreak | NoteRef | InlineImage | InlineMath | Ruby
Inlines = tuple[Inline, ...]

# ---------------------------------------------------------------------------- blocks


class Align(StrEnum):
    """Horizontal alignment; START is whatever the theme does."""

    START = ""
    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


class Paragraph(_Member, frozen=True):
    """Running text."""

    inlines: Inlines
    align: Align = Align.START
    span: Span = Span()


class Heading(_Member, frozen=True):
    """A heading of level 1 (highest) to 6. `label` is an automatic number ("一、", "2.1") that the format
    keeps apart from the text; a number that was typed stays in the text.
    """

    level: int
    inlines: Inlines
    label: str = ""
    span: Span = Span()


class Figure(_Member, frozen=True):
    """A picture with its caption. `picture` is an asset's fingerprint, or "" where the file names or implies
    a picture that it does not hold; `source` is how the file refers to it (a relative path, "" if inside).
    """

    picture: str
    caption: Inlines = ()
    alt: str = ""
    source: str = ""
    span: Span = Span()


class Items(_Member, frozen=True):
    """A list. `start` is the number of the first item of an ordered list; `labels` are what is printed before the
    items where that is not their plain number: a), iv. They are one per item, or none.
    """

    ordered: bool
    items: tuple[tuple[Block, ...], ...]
    start: int = 1
    span: Span = Span()
    labels: tuple[str, ...] = ()


class Quote(_Member, frozen=True):
    """A block quotation."""

    blocks: tuple[Block, ...]
    span: Span = Span()


class Box(_Member, frozen=True):
    """A framed story beside the article (a text box, `-----【…】-----`)."""

    title: str
    blocks: tuple[Block, ...]
    span: Span = Span()


class Code(_Member, frozen=True):
    """Preformatted text."""

    text: str
    language: str = ""
    span: Span = Span()


class Math(_Member, frozen=True):
    """A displayed formula; its fields are those of `InlineMath`."""

    tex: str
    span: Span = Span()
    markup: str = ""
    picture: str = ""
    width: float = 0.0
    depth: float = 0.0


class Cell(_Value, frozen=True):
    """One cell of a table; it covers `colspan` columns and `rowspan` rows."""

    blocks: tuple[Block, ...]
    colspan: int = 1
    rowspan: int = 1
    header: bool = False
    align: Align = Align.START


class Table(_Member, frozen=True):
    """A table. A row holds only the cells that begin in it; spans make the grid rectangular.
    `header_rows` of the first rows are headings; `source` is its 来源 line.
    """

    rows: tuple[tuple[Cell, ...], ...]
    header_rows: int = 0
    caption: Inlines = ()
    source: Inlines = ()
    span: Span = Span()


class Divider(_Member, frozen=True):
    """A horizontal rule."""

    span: Span = Span()


Block = Paragraph | Heading | Figure | Items | Quote | Box | Code | Math | Table | Divider

# ---------------------------------------------------------------------------- wholes


class Asset(_Value, frozen=True):
    """A picture's bytes under the fingerprint of the bytes that the editor gave (SHA-256, hex). `width` and
    `height` are pixels, 0 while unknown; `data` may be empty where only the sizes matter.
    """

    fingerprint: str
    media_type: str
    data: bytes
    name: str = ""
    width: int = 0
    height: int = 0

    def __repr__(self) -> str:
        return f"Asset({self.fingerprint[:12]!r}, {self.media_type!r}, {len(self.data)} bytes, {self.name!r})"


class Footnote(_Value, frozen=True):
    """A foot- or endnote that a `NoteRef` names."""

    id: str
    blocks: tuple[Block, ...]


class Metadata(_Value, frozen=True):
    """What the editor said about the issue outside its text. "" is unsaid. `publish_at` is as written; `send` is
    publish, mass or draft; `comments` is off, all or fans.
    """

    title: str = ""
    author: str = ""
    digest: str = ""
    cover: str = ""
    publish_at: str = ""
    theme: str = ""
    layout: str = ""
    send: str = ""
    source_url: str = ""
    comments: str = ""
    keywords: tuple[str, ...] = ()


class Properties(_Value, frozen=True):
    """What a program wrote into the file: often a template's, so it only serves a single article that says nothing."""

    title: str = ""
    author: str = ""
    digest: str = ""


class Flow(StrEnum):
    """What one top-level `Paragraph` of a document is."""

    PARAGRAPHS = "paragraphs"
    """A whole paragraph, as the format marks it (Word, HTML, Markdown)."""
    LINES = "lines"
    """A line as it was typed or printed (plain text, PDF): paragraphs may be cut and must be rejoined.
    Blank lines are not blocks; a gap in `span.line` shows them."""


class Document(_Value, frozen=True):
    """What an importer understood: blocks in the order of the file, nothing guessed. `name_title` is the title in a
    file's name such as `2026-11-24-标题.docx`: the last resort where nothing else gives one.
    """

    blocks: tuple[Block, ...] = ()
    flow: Flow = Flow.PARAGRAPHS
    footnotes: tuple[Footnote, ...] = ()
    assets: tuple[Asset, ...] = ()
    metadata: Metadata = Metadata()
    properties: Properties = Properties()
    name_title: str = ""
    notes: tuple[Note, ...] = ()


class Masthead(_Value, frozen=True):
    """The head of a newsletter. Numbers are None, text "" and `date` ISO 8601 ("2024-07-31") or ""."""

    name: str = ""
    year: int | None = None
    issue: int | None = None
    total_issue: int | None = None
    editor: str = ""
    date: str = ""
    address: str = ""
    email: str = ""
    phone: str = ""


class Article(_Value, frozen=True):
    """One story. `source` is its 信息来源 line's name; `cover` a fingerprint or ""."""

    title: str
    blocks: tuple[Block, ...]
    author: str = ""
    digest: str = ""
    source: str = ""
    source_url: str = ""
    cover: str = ""


class Section(_Value, frozen=True):
    """A named group of articles; a document without sections has one with the name ""."""

    name: str
    articles: tuple[Article, ...]


class Newsletter(_Value, frozen=True):
    """One whole issue's content. `copyright` is the closing notice, heading included, or ""."""

    masthead: Masthead | None
    sections: tuple[Section, ...]
    copyright: str = ""
    footnotes: tuple[Footnote, ...] = ()
    assets: tuple[Asset, ...] = ()
    metadata: Metadata = Metadata()
    notes: tuple[Note, ...] = ()

    @property
    def articles(self) -> tuple[Article, ...]:
        """All articles in reading order."""
        return tuple(article for section in self.sections for article in section.articles)


# ---------------------------------------------------------------------------- reading them


def fingerprint(data: bytes) -> str:
    """The SHA-256 of `data`, in hex."""
    return hashlib.sha256(data).hexdigest()


def text_of(inlines: Inlines) -> str:
    """What a reader sees of inlines, without marks; a line break is a newline."""
    if len(inlines) == 1 and isinstance(run := inlines[0], Text):
        return run.text
    return "".join(map(_inline_text, inlines))


def _inline_text(inline: Inline) -> str:
    match inline:
        case Text(text=text) | InlineMath(tex=text) | InlineImage(alt=text):
            return text
        case Link(inlines=inner):
            return text_of(inner)
        case LineBreak():
            return "\n"
        case Ruby(base=base, annotation=annotation):
            return f"{base}({annotation})" if annotation else base
        case NoteRef():
            return ""


def plain_text(block: Block) -> str:
    """What a reader sees of one block, its inner blocks a line each, cells parted by tabs."""
    match block:
        case Paragraph(inlines=inlines) | Figure(caption=inlines):
            return text_of(inlines)
        case Heading(inlines=inlines, label=label):
            return label + text_of(inlines)
        case Items(items=items):
            return "\n".join(_lines(item) for item in items)
        case Quote(blocks=blocks):
            return _lines(blocks)
        case Box(title=title, blocks=blocks):
            return "\n".join(part for part in (title, _lines(blocks)) if part)
        case Code(text=text) | Math(tex=text):
            return text
        case Table():
            return _table_text(block)
        case Divider():
            return ""


def _lines(blocks: tuple[Block, ...]) -> str:
    return plain_text(blocks[0]) if len(blocks) == 1 else "\n".join(map(plain_text, blocks))


def _table_text(table: Table) -> str:
    rows = ["\t".join(_lines(cell.blocks) for cell in row) for row in table.rows]
    return "\n".join(part for part in (text_of(table.caption), *rows, text_of(table.source)) if part)


def walk(blocks: tuple[Block, ...]) -> Iterator[Block]:
    """Every block, outer before inner, in reading order."""
    for block in blocks:
        yield block
        for inner in children(block):
            yield from walk(inner)


def children(block: Block) -> tuple[tuple[Block, ...], ...]:
    """The groups of blocks inside a block: a list's items, a table's cells, a box's body."""
    match block:
        case Items(items=items):
            return items
        case Quote(blocks=blocks) | Box(blocks=blocks):
            return (blocks,)
        case Table(rows=rows):
            return tuple(cell.blocks for row in rows for cell in row)
        case Paragraph() | Heading() | Figure() | Code() | Math() | Divider():
            return ()


def inlines_of(part: Block | Inline) -> Inlines:
    """The lines of a block itself, its caption and its source, without those of its inner blocks; those of a link."""
    match part:
        case Paragraph(inlines=inlines) | Heading(inlines=inlines) | Link(inlines=inlines) | Figure(caption=inlines):
            return inlines
        case Table(caption=caption, source=source):
            return (*caption, *source)
        case _:
            return ()


def pictures_of(blocks: tuple[Block, ...]) -> tuple[str, ...]:
    """The fingerprints of all pictures in reading order, formulas among them, each once."""
    found = [name for block in walk(blocks) for name in _pictures(block) if name]
    return tuple(dict.fromkeys(found))


def _pictures(part: Block | Inline) -> Iterator[str]:
    if isinstance(part, Figure | Math | InlineImage | InlineMath):
        yield part.picture
    for inline in inlines_of(part):
        yield from _pictures(inline)


def notes_of(blocks: tuple[Block, ...]) -> tuple[str, ...]:
    """The ids of the footnotes that the text refers to, in reading order, each once."""
    return tuple(dict.fromkeys(name for block in walk(blocks) for name in _note_refs(block)))


def _note_refs(part: Block | Inline) -> Iterator[str]:
    if isinstance(part, NoteRef):
        yield part.id
    for inline in inlines_of(part):
        yield from _note_refs(inline)
