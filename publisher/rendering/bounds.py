"""How many characters an article takes at least, known before it is written: what cannot fit need not be tried."""

from __future__ import annotations

from collections.abc import Mapping

from publisher.document import Block, Heading, Math, Newsletter, Paragraph, Table, plain_text
from publisher.rendering.layout import Part
from publisher.rendering.theme import Theme

_TAGS = len("<p></p>")
_CELL_TAGS = len("<td></td>")
_STYLE = len(' style=""')
_HEADINGS = ("h1", "h2", "h3", "h4")


def least_size(theme: Theme, newsletter: Newsletter, part: Part) -> int:
    """A lower bound of the part's characters in a theme, with or without the colours of code: its visible text, and
    the tags and styles of plain blocks.
    """
    blocks = [block for article in part.articles for block in article.blocks if not isinstance(block, Math)]
    texts = [plain_text(block) for block in blocks]
    costs = {role: _TAGS + _style(theme, role) for role in ("p", *_HEADINGS)}
    cell = _CELL_TAGS + min(_style(theme, "td"), _style(theme, "th"))
    tags = sum(
        _tags(block, costs, cell) for block, text in zip(blocks, texts, strict=True) if text and not text.isspace()
    )
    notice = newsletter.copyright if part.last else ""
    return len("".join("".join((*texts, notice)).split())) + tags


def _tags(block: Block, costs: Mapping[str, int], cell: int) -> int:
    """What a block that shows something takes beside its text, as far as that is sure."""
    match block:
        case Paragraph():
            return costs["p"]
        case Heading(level=level):
            return costs[_HEADINGS[min(max(level, 1), len(_HEADINGS)) - 1]]
        case Table(rows=rows):
            return cell * sum(map(len, rows))
        case _:
            return 0


def _style(theme: Theme, role: str) -> int:
    style = theme.style(role)
    return _STYLE + len(style) if style else 0
