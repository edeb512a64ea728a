"""Which lines of an article are headings, and of what level: by their number, their looks or their format."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from publisher.document import Flow, Heading, Paragraph
from publisher.newsletter.lines import Line, bold, marked
from publisher.newsletter.speech import is_whole, unclosed
from publisher.newsletter.titles import is_special, looks_like_title

_BY_NUMBER: Final = {"一、": 1, "（一）": 2, "1.": 3, "（1）": 4}
_LONGEST: Final = 40
_STANDALONE: Final = 18
_LOWEST: Final = 6
_OPEN_ENDS: Final = "，、,；;。"


class Levels:
    """The levels of one article's headings: 1 is the highest that the article has."""

    def __init__(self, lines: Sequence[Line], flow: Flow) -> None:
        own = sorted({line.block.level for line in lines if isinstance(line.block, Heading)})
        self._rank = {level: rank for rank, level in enumerate(own, start=1)}
        self._flow = flow
        self._numbered = 0

    def of(self, lines: Sequence[Line], place: int, open_text: str) -> int:
        """The level of the line at `place`, 0 if it is no heading; `open_text` is the paragraph before it, if cut."""
        line = lines[place]
        if isinstance(line.block, Heading):
            return self._rank[line.block.level]
        level = _numbered_level(lines, place)
        if level and not unclosed(open_text):
            self._numbered = level
            return level
        stands_alone = not open_text and self._stands_alone(lines, place)
        return min(self._numbered + 1, _LOWEST) if stands_alone else 0

    def _stands_alone(self, lines: Sequence[Line], place: int) -> bool:
        line = lines[place]
        if self._flow is Flow.LINES:
            return len(line.text) <= _STANDALONE and looks_like_title(lines, place)
        set_apart = isinstance(line.block, Paragraph) and bold(line.block.inlines) and not self._rank
        return set_apart and _is_short(line.text) and not is_special(line.text)


def _numbered_level(lines: Sequence[Line], place: int) -> int:
    """By the number before a short line, unless a neighbour has the next one: that is a list."""
    kind = marked(lines[place].text).kind
    if kind not in _BY_NUMBER or not _is_short(lines[place].text):
        return 0
    neighbours = (*lines[max(place - 1, 0) : place], *lines[place + 1 : place + 2])
    listed = any(line.running and marked(line.text).kind == kind for line in neighbours)
    return 0 if listed else _BY_NUMBER[kind]


def _is_short(text: str) -> bool:
    ended = is_whole(text) and text[-1] not in "：:"
    return len(text) <= _LONGEST and not ended and text[-1:] not in _OPEN_ENDS and "。" not in text
