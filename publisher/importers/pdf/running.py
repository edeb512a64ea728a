"""What every page repeats, and its number: heads and feet that are no text of the issue."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from publisher.document import Level, Span
from publisher.importers.pdf.lines import Line
from publisher.importers.pdf.sheet import Sheet
from publisher.importers.remarks import Remarks

_ZONE: Final = 0.13
"""Of the page's height, at the top and at the bottom: where heads and feet stand."""
_OFTEN: Final = 0.3
_FEWEST: Final = 2
_MOST_LINES: Final = 5
_MARGIN: Final = 0.085
_NEAR: Final = 8.0
_DIGITS: Final = re.compile(r"[0-9０-９]+|[ivxlIVXL]+$")
_NUMBER: Final = re.compile(
    r"[-—–－·~～|]*\s*(?:第\s*)?(?:[0-9０-９]{1,4}|[ivxl]{1,6})\s*(?:页)?\s*(?:[/／,，]?\s*(?:共\s*)?[0-9]{1,4}\s*页?)?\s*[-—–－·~～|]*"
)
_MARKED: Final = re.compile(r"[-—–－·~～|/／页]")

Pages = Sequence[tuple[Sheet, Sequence[Line]]]


def running_lines(pages: Pages, remarks: Remarks) -> set[int]:
    """The `id` of each line that is a running head or foot or a page number; the remarks tell what they said.

    `pages` are the sheets with all lines of each, across the columns.
    """
    zones = [(sheet, line) for sheet, lines in pages for line in _outer(sheet, lines)]
    numbers = _numbers(zones, len(pages))
    heads = _repeated([pair for pair in zones if id(pair[1]) not in numbers], len(pages))
    _tell(remarks, "page-numbers", "去掉了 {} 处页码。", [line for _, line in zones if id(line) in numbers])
    told = [line for _, line in zones if id(line) in heads]
    _tell(remarks, "running-heads", "去掉了 {} 处每页重复的页眉或页脚，请核对。", told)
    return numbers | heads


def _outer(sheet: Sheet, lines: Sequence[Line]) -> Iterator[Line]:
    """The lines in the zones at the top and at the bottom, and those that the file itself calls no text."""
    edge = sheet.height * _ZONE
    near = {id(line) for line in (*lines[:_MOST_LINES], *lines[-_MOST_LINES:])}
    for line in lines:
        outside = id(line) in near and not edge <= line.y <= sheet.height - edge
        if outside or line.look.artifact:
            yield line


def _numbers(zones: Sequence[tuple[Sheet, Line]], count: int) -> set[int]:
    """Page numbers: with a mark (— 3 —, 3/20), or bare where they count the pages."""
    found: set[int] = set()
    bare: defaultdict[int, list[Line]] = defaultdict(list)
    for sheet, line in zones:
        text = line.text.strip()
        if not _NUMBER.fullmatch(text):
            continue
        if _MARKED.search(text) or line.look.artifact:
            found.add(id(line))
        elif text.isdecimal():
            bare[int(text) - sheet.number].append(line)
    for lines in bare.values():
        if len(lines) >= min(count, _FEWEST):
            found.update(id(line) for line in lines)
    return found


def _repeated(zones: Sequence[tuple[Sheet, Line]], count: int) -> set[int]:
    """Lines that stand at the same height with the same words, digits apart, on a good part of the pages."""
    found = {id(line) for _, line in zones if line.look.artifact}
    places: Mapping[tuple[str, float], list[tuple[Sheet, Line]]] = _by_words(zones)
    enough = max(_FEWEST, count * _OFTEN)
    for lines in places.values():
        for sheet, line in lines:
            near = {other.number for other, twin in lines if abs(_height(other, twin) - _height(sheet, line)) < _NEAR}
            if len(near) >= enough and (len(near) > _FEWEST or _stands_off(sheet, line)):
                found.add(id(line))
    return found


def _stands_off(sheet: Sheet, line: Line) -> bool:
    """Whether a line is nearer to the page's edge than a text begins or ends, as it must be if only two pages tell."""
    return abs(_height(sheet, line)) < _MARGIN * sheet.height


def _by_words(zones: Sequence[tuple[Sheet, Line]]) -> Mapping[tuple[str, float], list[tuple[Sheet, Line]]]:
    found: defaultdict[tuple[str, float], list[tuple[Sheet, Line]]] = defaultdict(list)
    for sheet, line in zones:
        words = _DIGITS.sub("#", line.text.strip())
        if "。" not in words and any(sign.isalnum() for sign in words):
            found[words, round(line.look.size)].append((sheet, line))
    return found


def _height(sheet: Sheet, line: Line) -> float:
    """From the top, or from the bottom as a negative number: pages may differ in size."""
    return line.y if line.y < sheet.height / 2 else line.y - sheet.height


def _tell(remarks: Remarks, code: str, text: str, lines: Sequence[Line]) -> None:
    if lines:
        lost = "\n".join(line.text for line in lines)
        remarks.say(code, text.format(len(lines)), Level.INFO, Span(), lost)
