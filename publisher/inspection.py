"""What the importer understood of a file, as JSON: the public shape of `publisher inspect --json`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec.structs import asdict

from publisher.document import (
    Article,
    Block,
    Box,
    Code,
    Divider,
    Figure,
    Heading,
    Items,
    Math,
    Newsletter,
    Paragraph,
    Quote,
    Table,
    plain_text,
    text_of,
)


def inspection(newsletter: Newsletter) -> dict[str, Any]:
    """The masthead, sections, articles, closing notice and notes of a newsletter, ready for `json.dumps`; and its
    metadata, if the editor said anything outside the text.
    """
    said = {name: value for name, value in asdict(newsletter.metadata).items() if value}
    return {
        **({"metadata": said} if said else {}),
        "masthead": asdict(newsletter.masthead) if newsletter.masthead else None,
        "sections": [
            {"name": section.name, "articles": [_article(article) for article in section.articles]}
            for section in newsletter.sections
        ],
        "copyright": newsletter.copyright or None,
        "notes": [{"level": note.level.value, "text": note.text} for note in newsletter.notes],
    }


def _article(article: Article) -> dict[str, Any]:
    return {
        "title": article.title,
        "author": article.author,
        "source": article.source,
        "blocks": _blocks(article.blocks),
    }


def _blocks(blocks: Iterable[Block]) -> list[dict[str, Any]]:
    return [_block(block) for block in blocks]


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Paragraph() | Math():
            return {"type": "paragraph", "text": plain_text(block)}
        case Heading(level=level):
            return {"type": "heading", "level": level, "text": plain_text(block)}
        case Table(caption=caption, source=source):
            return {"type": "table", "caption": text_of(caption), "rows": _rows(block), "source": text_of(source)}
        case Figure(caption=caption, picture=picture):
            return {"type": "figure", "caption": text_of(caption), "picture": picture}
        case Box(title=title, blocks=blocks):
            return {"type": "box", "title": title, "blocks": _blocks(blocks)}
        case Items(ordered=ordered, items=items):
            return {"type": "list", "ordered": ordered, "items": [_text(item) for item in items]}
        case Quote(blocks=blocks):
            return {"type": "quote", "blocks": _blocks(blocks)}
        case Code(text=text):
            return {"type": "code", "text": text}
        case Divider():
            return {"type": "divider"}


def _text(blocks: Iterable[Block]) -> str:
    return "\n".join(plain_text(block) for block in blocks)


def _rows(table: Table) -> list[list[str]]:
    """The table as a rectangle: a cell's text stands in its first place, the other places it covers are ""."""
    grid: dict[tuple[int, int], str] = {}
    for row, cells in enumerate(table.rows):
        column = 0
        for cell in cells:
            while (row, column) in grid:
                column += 1
            covered = ((row + down, column + right) for down in range(cell.rowspan) for right in range(cell.colspan))
            grid.update(dict.fromkeys(covered, ""))
            grid[row, column] = _text(cell.blocks)
    height = len(table.rows)
    width = 1 + max((column for _, column in grid), default=-1)
    return [[grid.get((row, column), "") for column in range(width)] for row in range(height)]
