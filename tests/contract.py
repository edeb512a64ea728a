"""What holds of every importer's document, whatever the file: the contract that all formats are tested for."""

from __future__ import annotations

from collections.abc import Iterator

from publisher.codec import pack, unpack
from publisher.document import Block, Document, Figure, Heading, Inlines, Link, NoteRef, Paragraph, Table, walk


def assert_contract(document: Document) -> None:
    """Tables are rectangular, notes that are called are those that are defined, and JSON brings it back the same."""
    for block in whole(document):
        if isinstance(block, Table):
            assert_rectangular(block)
    called = {name for block in whole(document) for name in notes_called(block)}
    assert called == {footnote.id for footnote in document.footnotes}
    assert unpack(pack(document), Document) == document


def whole(document: Document) -> Iterator[Block]:
    """Every block, inner ones and those of the footnotes too."""
    yield from walk(document.blocks)
    for footnote in document.footnotes:
        yield from walk(footnote.blocks)


def notes_called(block: Block) -> Iterator[str]:
    """The ids of the notes that a block's own text refers to."""
    match block:
        case Paragraph(inlines=inlines) | Heading(inlines=inlines) | Figure(caption=inlines):
            yield from _calls(inlines)
        case Table(caption=caption, source=source):
            yield from _calls((*caption, *source))
        case _:
            return


def _calls(inlines: Inlines) -> Iterator[str]:
    for inline in inlines:
        if isinstance(inline, NoteRef):
            yield inline.id
        elif isinstance(inline, Link):
            yield from _calls(inline.inlines)


def assert_rectangular(table: Table) -> set[tuple[int, int]]:
    """The (row, column) places of the grid, each of which one cell covers."""
    taken: set[tuple[int, int]] = set()
    for number, row in enumerate(table.rows):
        column = 0
        for cell in row:
            while (number, column) in taken:
                column += 1
            places = {(number + down, column + right) for down in range(cell.rowspan) for right in range(cell.colspan)}
            assert not places & taken, "cells overlap"
            taken |= places
    width = max((column + 1 for _, column in taken), default=0)
    assert taken == {(row, column) for row in range(len(table.rows)) for column in range(width)}, "places are bare"
    return taken
