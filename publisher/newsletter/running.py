"""What the pages of a printed issue repeat: page numbers and running heads, which are no text of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from publisher.document import Level, Note
from publisher.newsletter.lines import Line, key, marked
from publisher.newsletter.speech import is_caption, is_field, is_source, is_whole

_PAGE_NUMBER: Final = re.compile(
    r"[-—–－·~～]+\s*[0-9０-９]{1,4}\s*[-—–－·~～]+"
    r"|第\s*[0-9０-９]{1,4}\s*页(?:\s*[,，/]?\s*共\s*[0-9０-９]{1,4}\s*页)?"
    r"|[0-9]{1,4}\s*/\s*[0-9]{1,4}"
    r"|(?:[Pp]age|PAGE)\s*[0-9]{1,4}(?:\s*of\s*[0-9]{1,4})?"
)
_DIGITS: Final = re.compile(r"[0-9０-９]+")
_OFTEN: Final = 3
_LONGEST: Final = 40
_FIRST_PAGE: Final = 6
"""Lines at the top of the file, where the repeated text stands for itself: the newsletter's own name."""


def drop_running(lines: Sequence[Line]) -> tuple[tuple[Line, ...], tuple[Note, ...]]:
    """The lines without page numbers and running heads, and a note for each kind."""
    numbers = [line for line in lines if line.running and _PAGE_NUMBER.fullmatch(line.text)]
    counted = {id(line) for line in numbers}
    heads = _running_heads([line for line in lines if id(line) not in counted])
    dropped = counted | {id(line) for line in heads}
    kept = tuple(line for line in lines if id(line) not in dropped)
    if not kept:
        return tuple(lines), ()
    notes = (
        *_note("page-numbers", f"去掉了 {len(numbers)} 处页码。", numbers),
        *_note("running-heads", f"去掉了 {len(heads)} 处每页重复的页眉或页脚，请核对。", heads),
    )
    return kept, notes


def _running_heads(lines: Sequence[Line]) -> list[Line]:
    masks = [_mask(line) for line in lines]
    often = {mask for mask, count in Counter(masks).items() if mask and count >= _OFTEN}
    return [line for place, line in enumerate(lines) if masks[place] in often and not _stands_for_itself(lines, place)]


def _stands_for_itself(lines: Sequence[Line], place: int) -> bool:
    """Whether a repeated line at the top is the first of equal ones: the newsletter's own name."""
    if place >= _FIRST_PAGE:
        return False
    texts = [line.text for line in lines]
    return texts[place] not in texts[:place] and texts[place] in texts[place + 1 :]


def _mask(line: Line) -> str:
    """The line with its digits masked, or "" where repeating it may be meant."""
    text = line.text
    if not line.running or len(text) >= _LONGEST or "\t" in text or is_whole(text) or marked(text).kind:
        return ""
    meant = is_source(text) or is_caption(text) or is_field(text) or "   " in text
    return "" if meant or not key(text) else _DIGITS.sub("#", text)


def _note(code: str, text: str, lines: Sequence[Line]) -> tuple[Note, ...]:
    if not lines:
        return ()
    return (Note(code, text, Level.INFO, lines[0].span, lost="\n".join(line.text for line in lines)),)
