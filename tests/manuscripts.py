"""An issue as its editor has it before any format: pieces in order, each with what it is meant to be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from publisher.document import Block, Box, Figure, Heading, Newsletter, Paragraph, Table, plain_text, text_of
from publisher.importers.text import import_text
from publisher.newsletter import recover
from publisher.newsletter.lines import key
from tests.builders import Edition

SAMPLE: Final = Path(__file__).parents[2] / "shared" / "samples" / "jinlian-2024-06.txt"


@dataclass(frozen=True)
class Piece:
    """One piece. `kind` is "name", "head", "listed", "section", "title", "heading", "text", "caption", "picture",
    "table", "box" or "source"; `level` is a heading's.
    """

    kind: str
    text: str = ""
    level: int = 0
    table: Table | None = None
    inside: tuple[Piece, ...] = ()


def sample_newsletter() -> Newsletter:
    """The real issue, out of its text."""
    return recover(import_text(SAMPLE.read_bytes(), SAMPLE.name))


def sample_manuscript() -> tuple[Piece, ...]:
    """The real issue as its editor has it: paragraphs whole, titles broken where the text shows a blank for it."""
    newsletter = sample_newsletter()
    lines = [line.strip() for line in SAMPLE.read_text("utf-8").splitlines() if line.strip()]
    first = next(place for place, line in enumerate(lines) if line.startswith("◆"))
    contacts = [line for line in lines[first:] if re.match("地址|邮箱|电话", line)]
    broken = {key(line): line for line in lines if len(line) < 60 and not re.match(r"\d+\. ", line)}
    pieces = [Piece("name", lines[0]), *(Piece("head", line) for line in lines[1:first])]
    pieces += [*_contents(newsletter), *(Piece("head", line) for line in contacts)]
    for article in newsletter.articles:
        pieces.append(Piece("title", _title(article.title, broken.get(key(article.title), article.title))))
        pieces += [piece for block in article.blocks for piece in _pieces(block)]
        pieces += [Piece("text", f"信息来源：{article.source}")] if article.source else []
    return (*pieces, *(Piece("text", line) for line in newsletter.copyright.split("\n")))


def sample_lines() -> tuple[Piece, ...]:
    """The real issue as it was pasted from its PDF: each line a paragraph, with the cuts of the pages."""
    lines = [line.rstrip() for line in SAMPLE.read_text("utf-8").splitlines()]
    return tuple(Piece("text", line) for line in lines if line.strip())


def edition_manuscript(edition: Edition) -> tuple[Piece, ...]:
    """An invented issue as its editors have it."""
    pieces = [Piece("name", edition.name)]
    pieces += [Piece("head", line) for line in (edition.numbers, edition.editor, edition.date)]
    for name, stories in edition.sections:
        pieces.append(Piece("listed", f"◆ {name}"))
        pieces += [Piece("listed", f"{number}. {story.title}。") for number, story in enumerate(stories, start=1)]
    pieces += [Piece("head", line) for line in edition.contacts]
    for story in edition.stories:
        pieces += [Piece("title", story.title), *(Piece("text", text) for text in story.paragraphs)]
        pieces += [Piece("text", f"信息来源：{story.source}")] if story.source else []
    return (*pieces, *(Piece("text", line) for line in edition.copyright))


def text_of_manuscript(pieces: Sequence[Piece]) -> str:
    """All text of a manuscript."""
    tables = [plain_text(piece.table) for piece in pieces if piece.table]
    inside = [text_of_manuscript(piece.inside) for piece in pieces]
    return "\n".join([*(piece.text for piece in pieces), *tables, *inside])


def with_sections(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """The manuscript with the name of each section before its first article, as the contents list has it."""
    first, name = {}, ""
    for piece in pieces:
        if piece.kind == "listed" and piece.text.startswith("◆"):
            name = piece.text.removeprefix("◆").strip()
        elif piece.kind == "listed" and name:
            first[key(re.sub(r"^\d+\. ", "", piece.text))], name = name, ""
    found: list[Piece] = []
    for piece in pieces:
        if piece.kind == "title" and key(piece.text) in first:
            found.append(Piece("section", first[key(piece.text)]))
        found.append(piece)
    return tuple(found)


def _contents(newsletter: Newsletter) -> Iterator[Piece]:
    for section in newsletter.sections:
        yield Piece("listed", f"◆ {section.name}")
        for number, article in enumerate(section.articles, start=1):
            yield Piece("listed", f"{number}. {article.title}。")


def _title(clean: str, shown: str) -> str:
    """The title with a line end wherever the text shows a blank that the contents list does not have."""
    broken, place = "", 0
    for char in shown:
        if char == clean[place : place + 1]:
            broken, place = broken + char, place + 1
        elif char == " " and broken:
            broken += "\n"
    return broken


def _pieces(block: Block) -> Iterator[Piece]:
    match block:
        case Heading(level=level):
            yield Piece("heading", plain_text(block), level)
        case Figure(caption=caption):
            yield Piece("picture")
            yield Piece("caption", text_of(caption))
        case Table(caption=caption, source=source):
            yield Piece("caption", text_of(caption))
            yield Piece("table", table=replace(block, caption=(), source=()))
            yield Piece("source", text_of(source))
        case Box(title=title, blocks=blocks):
            yield Piece("box", title, inside=tuple(piece for inner in blocks for piece in _pieces(inner)))
        case Paragraph():
            yield Piece("text", plain_text(block))
        case _:
            raise ValueError(block)
