"""Tables that plain text draws with tabs or with wide blanks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Final

from publisher.document import Cell, Inline, LineBreak, Paragraph, Table, Text
from publisher.newsletter.lines import Line
from publisher.newsletter.speech import is_source, is_whole

_WIDE_BLANK: Final = re.compile("[ \u00a0\u3000]{3,}")
_LABEL: Final = re.compile(r"[^\s：:，。；、]{2,12}：")
_NEXT_LABEL: Final = re.compile(r" (?=[^\s：:，。；、]{2,12}：)")
_FEWEST_ROWS: Final = 2
_FEWEST_COLUMNS: Final = 2
_MOST_COLUMNS: Final = 64
_HEADER_LENGTH: Final = 20
_LAST_CELL_LENGTH: Final = 40

Row = list[str]


def read_table(lines: Sequence[Line], start: int) -> tuple[Table, int] | None:
    """The table that the line at `start` begins, and how many lines it takes; None if it begins none."""
    rows = _tabbed(lines, start) or _blanked(lines, start)
    if len(rows) < _FEWEST_ROWS:
        return None
    kept = [row for number, row in enumerate(rows) if number == 0 or row != rows[0]]
    return Table(_cells(kept), _header_rows(kept), span=lines[start].span), len(rows)


def repeated_header(lines: Sequence[Line]) -> str:
    """The text of header rows that a table repeats on every page, of the lines that `read_table` took."""
    return "\n".join(line.text for line in lines[1:] if line.text == lines[0].text)


def _tabbed(lines: Sequence[Line], start: int) -> list[Row]:
    if "\t" not in lines[start].text.strip():
        return []
    rows: list[Row] = []
    columns = 0
    for line in _from(lines, start):
        if not line.running or not 0 < line.text.count("\t") < _MOST_COLUMNS:
            break
        row = [cell.strip() for cell in line.text.rstrip().split("\t")]
        columns = max(columns, len(row))
        if not _is_row(row, columns):
            break
        rows.append(row)
    columns = max(map(len, rows), default=0)
    return [row + [""] * (columns - len(row)) for row in rows]


def _from(lines: Sequence[Line], start: int) -> Iterator[Line]:
    return (lines[place] for place in range(start, len(lines)))


def _is_row(row: Row, columns: int) -> bool:
    """An indented paragraph after a table is no row of it, though it begins with a tab."""
    said = [cell for cell in row if cell]
    if len(said) > 1:
        return True
    return len(row) == columns and bool(said) and len(said[0]) <= _LAST_CELL_LENGTH and not is_whole(said[0])


def _blanked(lines: Sequence[Line], start: int) -> list[Row]:
    run = takewhile(lambda line: line.running and not is_source(line.text), _from(lines, start))
    rows: list[Row] = []
    for row in (_WIDE_BLANK.split(line.text.strip()) for line in run):
        columns = len(rows[0]) if rows else len(row)
        if columns < _FEWEST_COLUMNS or not max(columns - 1, _FEWEST_COLUMNS) <= len(row) <= columns:
            break
        rows.append([""] * (columns - len(row)) + row)
    return rows


def _header_rows(rows: Sequence[Row]) -> int:
    names = rows[0]
    return int(all(name and len(name) <= _HEADER_LENGTH and not name.isdecimal() for name in names))


def _cells(rows: Sequence[Row]) -> tuple[tuple[Cell, ...], ...]:
    headers = _header_rows(rows)
    return tuple(
        tuple(
            Cell(_blocks(text), rowspan=_rowspan(rows, number, column, headers), header=number < headers)
            for column, text in enumerate(row)
            if not _covered(rows, number, column, headers)
        )
        for number, row in enumerate(rows)
    )


def _covered(rows: Sequence[Row], number: int, column: int, headers: int) -> bool:
    """Whether a cell is empty because one above it goes on: all before it in the row are empty, too."""
    return number > headers and not any(rows[number][: column + 1])


def _rowspan(rows: Sequence[Row], number: int, column: int, headers: int) -> int:
    if number < headers:
        return 1
    below = range(number + 1, len(rows))
    return 1 + len(list(takewhile(lambda row: _covered(rows, row, column, headers), below)))


def _blocks(text: str) -> tuple[Paragraph, ...]:
    return (Paragraph(_lines(text)),) if text else ()


def _lines(text: str) -> tuple[Inline, ...]:
    """A cell that begins with a label, «国外：…», has a line of its own for each further label."""
    pieces = _NEXT_LABEL.split(text) if _LABEL.match(text) else [text]
    inlines: list[Inline] = []
    for piece in pieces:
        inlines += [LineBreak()] if inlines else []
        inlines.append(Text(piece))
    return tuple(inlines)
