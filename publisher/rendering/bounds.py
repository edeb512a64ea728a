"""How many characters an article takes at least, known before it is written: what cannot fit need not be tried."""

from __future__ import annotations

from publisher.document import (
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
)
from publisher.rendering.layout import Part
from publisher.rendering.theme import Theme

_TAGS = len("<p></p>")
_CELL_TAGS = len("<td></td>")
_STYLE = len(' style=""')


def least_size(theme: Theme, newsletter: Newsletter, part: Part) -> int:
    """A lower bound of the part's characters in a theme, with or without the colours of code: its visible text, and
    the tags and styles of plain blocks.
    """
    notice = _visible(newsletter.copyright) if part.last else 0
    return notice + sum(_block(theme, block) for article in part.articles for block in article.blocks)


def _block(theme: Theme, block: Block) -> int:
    match block:
        case Paragraph():
            text = _visible(plain_text(block))
            return text + _TAGS + _style(theme, "p") if text else 0
        case Heading(level=level):
            text = _visible(plain_text(block))
            return text + _TAGS + _style(theme, f"h{min(max(level, 1), 4)}") if text else 0
        case Table(rows=rows):
            cells = sum(len(row) for row in rows)
            padded = min(_style(theme, "td"), _style(theme, "th"))
            return _visible(plain_text(block)) + cells * (_CELL_TAGS + padded)
        case Math():
            return 0
        case Figure() | Items() | Quote() | Box() | Code() | Divider():
            return _visible(plain_text(block))


def _visible(text: str) -> int:
    return len("".join(text.split()))


def _style(theme: Theme, role: str) -> int:
    style = theme.style(role)
    return _STYLE + len(style) if style else 0
