"""The same tree of blocks with some of them changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from publisher.document import Article, Block, Box, Cell, Items, Newsletter, Quote, Table

_HOLDERS: Final = (Items, Quote, Box, Table)


def map_blocks(blocks: tuple[Block, ...], change: Callable[[Block], Block]) -> tuple[Block, ...]:
    """The same tree of blocks with `change` applied to each, inner before outer."""
    return expand_blocks(blocks, lambda block: (change(block),))


def expand_blocks(blocks: tuple[Block, ...], change: Callable[[Block], tuple[Block, ...]]) -> tuple[Block, ...]:
    """The tree of blocks with each replaced by what `change` makes of it, inner before outer."""
    changed: list[Block] = []
    for block in blocks:  # most hold no others
        changed += change(_expand_inner(block, change) if isinstance(block, _HOLDERS) else block)
    return tuple(changed)


def change_newsletter(newsletter: Newsletter, change: Callable[[Block], tuple[Block, ...]]) -> Newsletter:
    """The newsletter with each block of its articles and footnotes replaced, as `expand_blocks` does."""
    sections = tuple(
        replace(section, articles=tuple(_change_article(article, change) for article in section.articles))
        for section in newsletter.sections
    )
    footnotes = (replace(note, blocks=expand_blocks(note.blocks, change)) for note in newsletter.footnotes)
    return replace(newsletter, sections=sections, footnotes=tuple(footnotes))


def _change_article(article: Article, change: Callable[[Block], tuple[Block, ...]]) -> Article:
    return replace(article, blocks=expand_blocks(article.blocks, change))


def _expand_inner(block: Block, change: Callable[[Block], tuple[Block, ...]]) -> Block:
    match block:
        case Items(items=items):
            return replace(block, items=tuple(expand_blocks(item, change) for item in items))
        case Quote(blocks=inner) | Box(blocks=inner):
            return replace(block, blocks=expand_blocks(inner, change))
        case Table(rows=rows):
            return replace(block, rows=tuple(tuple(_expand_cell(cell, change) for cell in row) for row in rows))
        case _:
            return block


def _expand_cell(cell: Cell, change: Callable[[Block], tuple[Block, ...]]) -> Cell:
    """A cell as it is where nothing changes in it: tables have hundreds, and copies cost."""
    blocks = expand_blocks(cell.blocks, change)
    return cell if blocks == cell.blocks else replace(cell, blocks=blocks)
