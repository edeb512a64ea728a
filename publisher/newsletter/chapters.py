"""Articles that only their numbers announce: «一、协会动态», «1. 标题» in an issue without a contents list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from publisher.newsletter.lines import Line, Marked, marked
from publisher.newsletter.masthead import value_of
from publisher.newsletter.speech import is_whole
from publisher.newsletter.titles import is_special

_KINDS: Final = ("一、", "（一）", "1.", "（1）")
_TITLE_LENGTHS: Final = range(6, 61)
_NAME_LENGTH: Final = 12
_FEWEST: Final = 2


def numbered_titles(lines: Sequence[Line]) -> tuple[list[int], list[int]]:
    """The lines that are sections, and those that are titles: both are empty where the text does not begin with a
    number, since the numbers after an article's own title are its headings.
    """
    marks = {place: mark for place in range(len(lines)) if (mark := _numbered(lines[place])).kind}
    if 0 not in marks:
        return [], []
    tops = _counted(marks, marks[0].kind, range(len(lines)))
    holders = [place for place in tops if _opens(marks.get(place + 1), marks[0].kind)]
    if len(holders) * 2 <= len(tops):
        alike = len(tops) >= _FEWEST and all(len(marks[place].rest) in _TITLE_LENGTHS for place in tops)
        return [], tops if alike else []
    if any(len(marks[place].rest) > _NAME_LENGTH for place in tops):
        return [], []
    ends = [*tops[1:], len(lines)]
    kind = marks[holders[0] + 1].kind
    parts = [range(top + 1, end) for top, end in zip(tops, ends, strict=True)]
    return tops, [place for part in parts for place in _counted(marks, kind, part)]


def _numbered(line: Line) -> Marked:
    mark = marked(line.text)
    fits = line.running and mark.kind in _KINDS and len(mark.rest) < _TITLE_LENGTHS.stop
    plain = fits and "。" not in mark.rest and not is_whole(mark.rest) and not is_special(mark.rest)
    return mark if plain else Marked("", line.text)


def _counted(marks: dict[int, Marked], kind: str, part: range) -> list[int]:
    """The lines of a kind whose numbers count up from one."""
    found: list[int] = []
    for place in part:
        mark = marks.get(place)
        if mark and mark.kind == kind and _value(mark) == len(found) + 1:
            found.append(place)
    return found


def _opens(mark: Marked | None, outer: str) -> bool:
    """Whether a number is the first of a lower kind."""
    return mark is not None and _KINDS.index(mark.kind) > _KINDS.index(outer) and _value(mark) == 1


def _value(mark: Marked) -> int:
    digits = "".join(filter(str.isalnum, mark.number))
    return value_of(digits)
