"""The Word corpus by way of the formats that only LibreOffice reads: .odt and .doc say what the .docx says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import NamedTuple

import pytest

from publisher import office
from publisher.document import (
    Block,
    Document,
    Figure,
    Heading,
    InlineImage,
    Items,
    NoteRef,
    Paragraph,
    Table,
    children,
    plain_text,
)
from publisher.importers.docx import import_docx
from tests.corpus.docx import ITEMS

NAMES = (
    "blanks",
    "box-old",
    "box-once",
    "headings-by-outline-level",
    "headings-by-style",
    "headings-numbered-through-the-style",
    "headings-through-the-base-of-their-style",
    "line-breaks",
    "links",
    "list-bulleted",
    "list-mixed",
    "list-nested",
    "list-restarted",
    "marks",
    "notes",
    "picture-floating",
    "picture-in-a-line",
    "quotes",
    "revisions",
    "table-aligned",
    "table-merged",
    "table-nested",
    "table-of-paragraphs-and-breaks",
    "table-with-header-rows",
    "wps-numbers-on-heading-and-style",
)


class Apart(NamedTuple):
    """Why, the lines that only the .docx has, and those that only its conversion has."""

    why: str
    ours: list[str]
    theirs: list[str]


_UNUSED = Apart(
    "it takes a note that nothing refers to for the one that is missing", ["文 缺"], ["文 缺 ※", "说明 没人引用"]
)
_DELETED_ROW = Apart("it does not know deleted rows", ["表 1x1"], ["表 1x1 | 1x1", "文 删掉的行"])
DIFFERENT = {
    (".odt", "notes"): _UNUSED,
    (".doc", "notes"): _UNUSED,
    (".odt", "revisions"): _DELETED_ROW,
    (".doc", "revisions"): _DELETED_ROW,
    (".doc", "box-old"): Apart("it drops text boxes in a group", ["框", "文 组合里的文字"], []),
    (".doc", "headings-through-the-base-of-their-style"): Apart(
        "it forgets the outline level of a style that has it from its base", ["题2 会员风采"], ["文 会员风采"]
    ),
    (".doc", "list-restarted"): Apart(
        "it restarts where a list only begins elsewhere", ["项 2", "项 8"], ["项 1", "项 1"]
    ),
}
"""What does not agree, to the letter: by the format and the file."""


@pytest.fixture(scope="module")
def converted() -> Mapping[tuple[str, str], Document]:
    """Each file as LibreOffice saves it in an old format, and as it is read from there: two runs a format."""
    words = {f"{name}.docx": ITEMS[name]() for name in NAMES}
    read: dict[tuple[str, str], Document] = {}
    for suffix in (".odt", ".doc"):
        saved = office._convert(words, suffix[1:], ".docx")
        back = office._convert({f"{name}{suffix}": data for name, data in saved.items()}, "docx", suffix)
        read |= {(suffix, name): import_docx(data, f"{name}.docx") for name, data in back.items()}
    return read


def test_what_libreoffice_makes_of_an_old_format_reads_like_the_word_file(
    converted: Mapping[tuple[str, str], Document],
) -> None:
    originals = {name: list(_said(import_docx(ITEMS[name](), f"{name}.docx"))) for name in NAMES}
    apart = {key: _compare(originals[key[1]], list(_said(document))) for key, document in converted.items()}
    assert len(converted) == 2 * len(NAMES)
    assert {key: found for key, found in apart.items() if any(found)} == {
        key: (known.ours, known.theirs) for key, known in DIFFERENT.items()
    }


def _said(document: Document) -> Iterator[str]:
    yield from _lines(document.blocks)
    for note in document.footnotes:
        yield from (f"说明 {line.partition(' ')[2]}" for line in _lines(note.blocks))


def _lines(blocks: tuple[Block, ...]) -> Iterator[str]:
    """Text, headings, labels of lists, the grid of tables, pictures: a line each; no look."""
    for block in blocks:
        match block:
            case Heading(level=level):
                yield f"题{level} {plain_text(block)}{_attached(block)}"
            case Paragraph():
                yield f"文 {plain_text(block)}{_attached(block)}"
            case Items(items=items, labels=labels, start=start, ordered=ordered):
                for at, item in enumerate(items):
                    yield f"项 {labels[at] if labels else start + at if ordered else '•'}"
                    yield from _lines(item)
            case Table(rows=rows):
                yield "表 " + " | ".join(" ".join(f"{cell.colspan}x{cell.rowspan}" for cell in row) for row in rows)
                yield from (line for inner in children(block) for line in _lines(inner))
            case Figure(picture=picture):
                yield "图" if picture else "图？"
            case _:
                yield "框"
                yield from (line for inner in children(block) for line in _lines(inner))


def _attached(block: Heading | Paragraph) -> str:
    """The marks of notes, and pictures, inside a line."""
    return "".join(
        " ※" if isinstance(inline, NoteRef) else " 图"
        for inline in block.inlines
        if isinstance(inline, NoteRef | InlineImage)
    )


def _compare(ours: list[str], theirs: list[str]) -> tuple[list[str], list[str]]:
    steps = SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes()
    changes = [step for step in steps if step[0] != "equal"]
    return (
        [line for _, start, end, _, _ in changes for line in ours[start:end]],
        [line for _, _, _, start, end in changes for line in theirs[start:end]],
    )
