"""The corpus of plain text, HTML and Markdown: files as the real programs write them, found by folder.

The golden results were read and approved by a person; `python -m tests.dump` writes them anew.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher import codec
from publisher.document import (
    Block,
    Document,
    Figure,
    Heading,
    Inline,
    Inlines,
    Link,
    NoteRef,
    Paragraph,
    Table,
    plain_text,
    walk,
)
from publisher.errors import Unreadable
from publisher.importers import import_file
from tests.corpus import GOLDEN, WRITTEN
from tests.dump import dump

ENCODINGS = {
    "big5.txt": "big5",
    "big5-hkscs.txt": "big5hkscs",
    "big5-unlabelled.html": "big5",
    "notepad-utf8-bom.txt": "utf-8-sig",
    "notepad-unicode.txt": "utf-16",
    "unicode-unmarked.txt": "utf-16-be",
    "office.md": "utf-8-sig",
}
NAMES = [f"{path.parent.name}/{path.name}" for path in WRITTEN]
files = pytest.mark.parametrize("path", WRITTEN, ids=NAMES)


def kept_in(folder: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "path", [path for path in WRITTEN if path.parent.name == folder], ids=lambda p: p.name
    )


def read(path: Path) -> Document:
    return import_file(path.read_bytes(), path.name)


def source_of(path: Path) -> str:
    """The file's characters, by an encoding that is known or by trial: not by the importer's own judgement."""
    data = path.read_bytes()
    if path.name in ENCODINGS:
        return data.decode(ENCODINGS[path.name])
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("gb18030", "ignore") if b"\xff\xfe" not in data else data.decode("utf-8", "ignore")


def letters(text: str) -> Counter[str]:
    return Counter(char for char in text if char.isalnum())


def whole(document: Document) -> Iterator[Block]:
    yield from walk(document.blocks)
    for note in document.footnotes:
        yield from walk(note.blocks)


def written(document: Document) -> Counter[str]:
    """Letters, digits and Han of what the document says, and of what its notes say was lost."""
    blocks = [*document.blocks, *(block for note in document.footnotes for block in note.blocks)]
    return letters("\n".join([*map(plain_text, blocks), *(note.lost for note in document.notes)]))


# ---------------------------------------------------------------------------- golden results


@files
def test_a_file_of_the_corpus_reads_as_a_person_has_approved(path: Path) -> None:
    golden = GOLDEN / path.parent.name / f"{path.name}.txt"
    assert dump(read(path)) == golden.read_text(encoding="utf-8")


def test_every_golden_result_has_its_file() -> None:
    kept = {
        f"{path.parent.name}/{path.name}"
        for folder in ("text", "html", "markdown")
        for path in (GOLDEN / folder).iterdir()
    }
    assert kept == {f"{name}.txt" for name in NAMES}


# ---------------------------------------------------------------------------- the contract


VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}


class _Visible(HTMLParser):
    """What of a page is text, by the standard library's parser: an opinion of its own."""

    SKIPPED = ("head", "script", "style", "title", "template")
    NOTES = re.compile(r"#_?(?:ftn|edn|sdfootnote|fn)\w*")

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.attributes: list[str] = []
        self._skipped: list[str] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        self.attributes += said.values()
        if tag in VOID:
            return
        if "font:7.0pt" in said.get("style", "") and tag == "span" and self.pieces and not self._skipped:
            self.pieces.pop()  # the number of a list, which the list has for itself
        generated = tag == "a" and self.NOTES.fullmatch(said.get("href", ""))
        is_mark = re.search(r"mso-list:\s*Ignore", said.get("style", "")) is not None
        second = tag == "math" or (tag == "annotation" and "semantics" in self._skipped)
        if self._skipped or tag in self.SKIPPED or generated or is_mark or tag == "semantics":
            self._skipped.append(tag)
        if second and tag == "annotation":
            self._skipped.append("shown")

    def handle_endtag(self, tag: str) -> None:
        if self._skipped and self._skipped[-1] == "shown":
            self._skipped.pop()
        if self._skipped and self._skipped[-1] == tag:
            self._skipped.pop()

    def handle_data(self, data: str) -> None:
        if not self._skipped or self._skipped[-1] == "shown":
            self.pieces.append(data)


@kept_in("html")
def test_no_visible_character_of_a_page_is_lost_and_none_is_made_up(path: Path) -> None:
    seen = _Visible(source_of(path))
    source, found = letters("".join(seen.pieces)), written(read(path))
    assert not source - found
    # Captions come from attributes; 一、二、 from a list whose numbers only the browser writes.
    assert not found - source - letters("".join(seen.attributes)) - Counter("一二")


@kept_in("text")
def test_the_characters_of_a_text_are_those_of_its_lines(path: Path) -> None:
    assert written(read(path)) == letters(source_of(path))


@pytest.mark.parametrize(
    "path", [path for path in WRITTEN if path.parent.name == "markdown"], ids=lambda path: path.name
)
def test_no_han_of_a_markdown_file_is_lost(path: Path) -> None:
    document = read(path)
    shown = [block.alt + block.source for block in whole(document) if isinstance(block, Figure)]
    found = written(document) + letters("".join(shown)) + letters(document.metadata.title + document.metadata.author)
    missing = letters(source_of(path)) - found - letters("".join(note.id * 9 for note in document.footnotes))
    assert not [char for char in missing if char > "\u2e80"]


@files
def test_tables_are_rectangular(path: Path) -> None:
    for table in whole(read(path)):
        if isinstance(table, Table):
            places = list(covered(table))
            assert len(places) == len(set(places))
            width = 1 + max(column for _, column in places)
            assert set(places) == {(row, column) for row in range(len(table.rows)) for column in range(width)}


def covered(table: Table) -> Iterator[tuple[int, int]]:
    taken: set[tuple[int, int]] = set()
    for number, row in enumerate(table.rows):
        column = 0
        for cell in row:
            while (number, column) in taken:
                column += 1
            places = [(number + down, column + right) for down in range(cell.rowspan) for right in range(cell.colspan)]
            taken |= set(places)
            yield from places


@files
def test_notes_that_are_called_are_those_that_are_defined(path: Path) -> None:
    document = read(path)
    assert {key for block in whole(document) for key in called(block)} == {note.id for note in document.footnotes}


def called(block: Block) -> Iterator[str]:
    match block:
        case Paragraph(inlines=inlines) | Heading(inlines=inlines):
            pass
        case Figure(caption=inlines) | Table(caption=inlines):
            pass
        case _:
            inlines = ()
    yield from (inline.id for inline in flat(inlines) if isinstance(inline, NoteRef))


def flat(inlines: Inlines) -> Iterator[Inline]:
    for inline in inlines:
        yield inline
        if isinstance(inline, Link):
            yield from flat(inline.inlines)


@files
def test_a_document_survives_its_codec(path: Path) -> None:
    document = read(path)
    assert codec.load(codec.dump(document), Document) == document


# ---------------------------------------------------------------------------- spoilt files


@st.composite
def spoilt(draw: st.DrawFn) -> tuple[str, bytes]:
    """A file of the corpus with a few cuts, repetitions and foreign bytes."""
    path = draw(st.sampled_from(WRITTEN))
    data = path.read_bytes()
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 400)))
        middle = draw(st.one_of(st.binary(max_size=20), st.just(data[start:end] * 3), st.sampled_from(SPOILERS)))
        data = data[:start] + middle + data[end:]
    return path.name, data


SPOILERS = [
    b"<table>",
    b"</table>",
    b"<!--",
    b"-->",
    b"<a href='#_ftn1'>",
    b"</div>",
    b"\n---\n",
    b"[^1]",
    b"$$",
    b"\0",
    b"|",
]


@settings(deadline=None, max_examples=150)
@given(spoilt())
def test_a_spoilt_file_is_a_document_or_refused(file: tuple[str, bytes]) -> None:
    name, data = file
    try:
        document = import_file(data, name)
    except Unreadable:
        return
    assert codec.load(codec.dump(document), Document) == document
    assert {key for block in whole(document) for key in called(block)} == {note.id for note in document.footnotes}
