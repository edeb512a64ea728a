"""Paragraphs out of lines: which line goes on with the one before it, over a page break or a typed line end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum, auto
from itertools import pairwise
from typing import Final

from publisher.document import Align, Paragraph, text_of
from publisher.newsletter.lines import Line, bold, inlines_of, join_inlines, marked
from publisher.newsletter.speech import is_whole, unclosed
from publisher.newsletter.titles import is_special

_FIGURE_END: Final = re.compile(r"[0-9０-９%％]")
_FRESH_START: Final = re.compile(
    r"(?:截至|截止|近日|日前|近年来|近期|同时|此外|另外|目前|当前|未来|下一步|其中|据|根据|随着|因此|然而|但是|总体|从|(?:19|20)[0-9]{2}\s*年)"
)
_OPENERS: Final = dict(zip("）》”」』)", "（《“「『(", strict=True))
_STANDALONE: Final = 18
"""No line that was cut is shorter: it would be a line of the page without its indent."""
_LONG: Final = 40
_FEWEST_WRAPPED: Final = 8
_FEWEST_CUT: Final = 3
_SENTENCE_MARKS: Final = re.compile("[，。；]")
_FULL: Final = 0.9
_MOSTLY: Final = 0.6


class Joint(Enum):
    """What two lines are to each other."""

    CUT = auto()
    """One paragraph, cut."""
    APART = auto()
    """Two paragraphs."""
    DOUBTFUL = auto()
    """Two paragraphs, the first without its full stop."""


def joint(before: str, after: str) -> Joint:
    """What the text so far and the next line are to each other."""
    if any(after.count(mark) > after.count(_OPENERS[mark]) for mark in unclosed(before)):
        return Joint.CUT
    if is_whole(before):
        return Joint.APART
    if marked(after).kind:
        return Joint.DOUBTFUL if len(before) > _LONG else Joint.APART
    if _FIGURE_END.match(before[-1:]) and _FRESH_START.match(after):
        return Joint.DOUBTFUL
    return Joint.APART if len(before) <= _STANDALONE and not unclosed(before) else Joint.CUT


def doubled(before: str, after: str) -> str:
    """The characters that stand both at the end of a piece and at the beginning of the next, at most four."""
    for length in range(4, 0, -1):
        tail = before[-length:]
        if len(before) > length and after.startswith(tail) and all("\u4e00" <= char <= "\u9fff" for char in tail):
            return tail
    return ""


def starts_at_margin(line: Line) -> bool:
    """Whether a line may go on with the one before it: one that is centred or set right stands alone."""
    return isinstance(line.block, Paragraph) and line.block.align in (Align.START, Align.LEFT)


def are_cut(lines: Sequence[Line]) -> bool:
    """Whether paragraphs of a word processor or of a page are the lines of printed pages, pasted from a PDF: most
    long ones that do not end as a sentence does go on in the next and end there, which a list's items do not.
    """
    unended = [(one, other) for one, other in pairwise(lines) if _is_unended(one)]
    cut = sum(_goes_on(one, other) for one, other in unended)
    return cut >= _FEWEST_CUT and cut * 3 >= len(unended) * 2


def unwrap(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Lines of a text that was typed with a line end at every margin, made paragraphs by its blank lines.
    A text that is not wrapped comes back as it is.
    """
    width = _margin(lines)
    if not width:
        return tuple(lines)
    found: list[list[Line]] = []
    for line in lines:
        if found and _wraps(found[-1][-1], line, width):
            found[-1].append(line)
        else:
            found.append([line])
    return tuple(_one(group) for group in found)


def _is_unended(line: Line) -> bool:
    """Whether it is a long piece of running text without its end; a long title has no such marks."""
    plain = isinstance(line.block, Paragraph) and starts_at_margin(line) and "\t" not in line.text
    long = plain and len(line.text) > _LONG and not is_whole(line.text)
    return long and len(_SENTENCE_MARKS.findall(line.text)) > 1


def _goes_on(one: Line, other: Line) -> bool:
    if not starts_at_margin(other) or is_special(other.text) or bold(inlines_of(other)):
        return False
    return joint(one.text, other.text) is Joint.CUT and is_whole(other.text)


def _margin(lines: Sequence[Line]) -> int:
    """The length of a full line where line ends are margins, or 0."""
    pairs = list(pairwise(lines))
    lengths = sorted(len(one.text) for one, other in pairs if _adjacent(one, other) and not is_whole(one.text))
    if len(lengths) < _FEWEST_WRAPPED or not any(line.gap for line in lines[1:]):
        return 0
    width = lengths[len(lengths) * 9 // 10]
    full = sum(_FULL * width <= length <= width + 2 for length in lengths)
    return width if width > _STANDALONE and full >= _MOSTLY * len(lengths) else 0


def _wraps(before: Line, after: Line, width: int) -> bool:
    full = _FULL * width <= len(before.text) <= width + 2
    return full and _adjacent(before, after)


def _adjacent(one: Line, other: Line) -> bool:
    plain = one.running and other.running and not other.gap
    return plain and not marked(other.text).kind and not is_special(one.text) and not is_special(other.text)


def _one(group: Sequence[Line]) -> Line:
    if len(group) == 1:
        return group[0]
    inlines = join_inlines([inlines_of(line) for line in group])
    block = Paragraph(inlines, span=group[0].span)
    return group[0]._replace(text=text_of(inlines), block=block)
