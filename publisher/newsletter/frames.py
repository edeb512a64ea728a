"""Framed stories, whatever the editor's program drew the frame with: a text box, or a table of one cell; and tables
that are no tables.
"""

from __future__ import annotations

from typing import Final

from publisher.document import Block, Box, Figure, Heading, Inlines, Paragraph, Table, Text, text_of
from publisher.newsletter.lines import bold, marked, says_something
from publisher.newsletter.speech import box_title, is_whole
from publisher.newsletter.titles import is_special

_TITLE_LENGTH: Final = 20
_BODY_LENGTH: Final = 20


def framed(block: Block) -> Block:
    """The block, a table of one cell made a box, and a box without a title given its first line for one."""
    match block:
        case Table(rows=((cell,),), caption=(), source=()) if cell.blocks:
            return framed(Box("", cell.blocks, block.span))
        case Box(title="", blocks=(Paragraph() | Heading() as first, *rest)) if rest and _is_title(first, rest[0]):
            text = text_of(first.inlines).strip()
            return Box(box_title(text) or marked(text).rest, tuple(rest), block.span)
        case _:
            return block


def unfolded(block: Block) -> tuple[Block, ...]:
    """The blocks in a table that only sets a picture beside running text, which a phone has no room for; any other
    block alone.
    """
    match block:
        case Table(rows=(cells,), header_rows=0, caption=(), source=()):
            inside = tuple(inner for cell in cells for inner in cell.blocks)
            kinds = {type(inner) for inner in inside}
            running = any(isinstance(b, Paragraph) and len(text_of(b.inlines)) >= _BODY_LENGTH for b in inside)
            return inside if running and Figure in kinds and kinds <= {Figure, Paragraph} else (block,)
        case _:
            return (block,)


def _is_title(first: Paragraph | Heading, second: Block) -> bool:
    text = text_of(first.inlines).strip()
    if not says_something(text) or len(text) > _TITLE_LENGTH or not _is_plain(first.inlines):
        return False
    if isinstance(first, Heading) or box_title(text) or marked(text).kind == "【】":
        return not (isinstance(first, Heading) and first.label)
    if is_whole(text) or is_special(text) or marked(text).kind:
        return False
    over_text = isinstance(second, Paragraph) and len(text_of(second.inlines)) >= _BODY_LENGTH
    return bold(first.inlines) or over_text


def _is_plain(inlines: Inlines) -> bool:
    """Whether a title, which is nothing but text, can hold it all."""
    return all(isinstance(inline, Text) for inline in inlines)
