"""What stands before the articles, and what closes the file: head, contents list, preface, imprint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from publisher.newsletter.contents import Contents, find_contents
from publisher.newsletter.lines import Line, opened
from publisher.newsletter.masthead import is_head_line, names_issue
from publisher.newsletter.speech import is_field, is_whole

_TOP_BLOCKS: Final = 80
_HEAD_LINES: Final = 8
"""Lines among which an issue's number must stand for the file to be an issue."""
_SHORT: Final = 40
_IMPRINT_MARKS: Final = ("主办", "编辑", "编印", "地址", "编委")


@dataclass(frozen=True, slots=True)
class Front:
    """`lines` are all lines of the file, those at the top opened; those of `head` and of the contents list are
    no text. `body` is the first line after the list; `preface` is text before it.
    """

    lines: tuple[Line, ...]
    head: tuple[Line, ...]
    contents: Contents | None
    preface: tuple[Line, ...]
    body: int


def read_front(lines: Sequence[Line]) -> Front:
    """The front of a file; of a file that is no newsletter, nothing but its lines."""
    whole = (*opened(lines[:_TOP_BLOCKS]), *lines[_TOP_BLOCKS:])
    count = _head_count(whole)
    contents = find_contents(whole, count)
    if not contents:
        return _closed_by_imprint(Front(whole, whole[:count], None, (), count))
    before = whole[: contents.start]
    preface = tuple(line for line in before if not _is_head(line))
    head = tuple(line for line in before if _is_head(line))
    return _closed_by_imprint(Front(whole, (*head, *contents.head), contents, preface, contents.end))


def _head_count(lines: Sequence[Line]) -> int:
    """How many lines at the top make the head of an issue, 0 if none of them names an issue."""
    top = list(takewhile(_is_head, lines[:_HEAD_LINES]))
    numbered = [place for place, line in enumerate(top) if names_issue(line.text)]
    if not numbered:
        return 0
    rest = lines[numbered[0] + 1 :]
    return numbered[0] + 1 + len(list(takewhile(lambda line: line.running and is_head_line(line.text), rest)))


def _is_head(line: Line) -> bool:
    short = len(line.text) <= _SHORT and not (is_whole(line.text) and "。" in line.text)
    return line.running and (short or is_head_line(line.text))


def _closed_by_imprint(front: Front) -> Front:
    """The front with the lines of 主办：, 地址：, 电话： that end an issue, two of them at least, in its head."""
    start = len(front.lines)
    while start > front.body and _is_imprint(front.lines[start - 1]):
        start -= 1
    imprint = front.lines[start:]
    made_by = any(line.text.startswith(_IMPRINT_MARKS) for line in imprint)
    if not front.head or len(imprint) <= 1 or not made_by:
        return front
    return Front(front.lines[:start], (*front.head, *imprint), front.contents, front.preface, front.body)


def _is_imprint(line: Line) -> bool:
    return line.outer is None and line.running and is_field(line.text)
