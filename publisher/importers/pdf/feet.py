"""Footnotes: the small numbered lines at the foot of a page, which must not cut the text that goes on overleaf."""

from __future__ import annotations

import re
from typing import Final

from publisher.importers.pdf.lines import Line, Row
from publisher.importers.pdf.page import Frame, Page
from publisher.importers.pdf.sheet import hull

_SMALLER: Final = 0.92
_LOWER: Final = 0.4
"""Of the page's height, from where on footnotes may stand."""
_MARK: Final = re.compile(
    r"[0-9]{1,3}(?![0-9年月日.．、])|[①-⑳]|[\[［〔(（][0-9]{1,3}[\]］〕)）]|[*＊]|注\s*[0-9]*\s*[:：]"
)


def part_feet(page: Page, body: float) -> tuple[tuple[Row, ...], tuple[Frame, ...]]:
    """The page's rows without its footnotes, and each of these; `body` is the size of the text."""
    start = len(page.rows)
    while start and _may_be_foot(page, page.rows[start - 1], body):
        start -= 1
    while start < len(page.rows) and not _MARK.match(page.rows[start].line.text):
        start += 1
    if not start:
        return page.rows, ()
    feet: list[list[Line]] = []
    for row in page.rows[start:]:
        if _MARK.match(row.line.text):
            feet.append([])
        feet[-1].append(row.line)
    return page.rows[:start], tuple(Frame(hull(line.area for line in lines), tuple(lines)) for lines in feet)


def _may_be_foot(page: Page, row: Row, body: float) -> bool:
    return row.line.look.size <= _SMALLER * body and row.line.y > _LOWER * page.sheet.height
