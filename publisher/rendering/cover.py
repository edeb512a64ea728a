"""The cover that is drawn when the file brings none: 900×383, whose central square stands by itself, too."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import ImageDraw

from publisher.document import Level, Note
from publisher.rendering.layout import chinese_date
from publisher.rendering.lettering import (
    COLUMN,
    SCALE,
    balance,
    break_lines,
    fit_lines,
    fits,
    font,
    missing_characters,
    width,
)
from publisher.rendering.ornaments import HEIGHT, WIDTH, ground
from publisher.rendering.palette import DEFAULT, Palette, channels, ink_on, shades

_MARGIN = 30
_SMALL, _LEADING = 20, 1.32
_NAME_SIZES = (24, 22, 20, 18)
_RULE = 44  # half its length
_CLOSE, _APART = 10, 28  # between groups, without a rule and with one

_HEADLINES = 3
_HEADLINE_SIZES = (22, 20)
_HEADLINE_LINES = 2
_HEADLINE_GAP = 7
_BULLET = 16  # from a headline's mark to its text

_NUMBERS = re.compile(r"[\s\d年月日第总期（）()〔〕·./-]*")


def draw_cover(title: str, name: str, line: str, colors: Palette = DEFAULT, headlines: Sequence[str] = ()) -> bytes:
    """A JPEG of 900×383: the newsletter's name, the title, a line with number and date, parted by « · », and of the
    headlines the first three that are short enough.
    """
    rows = _sketch(title, name, line, headlines)
    canvas = ground(colors)
    inks = _inks(colors)
    draw = ImageDraw.Draw(canvas)
    y = (HEIGHT - _height(rows)) / 2
    for row in rows:
        _draw_row(draw, row, y, inks)
        y += row.height
    buffer = BytesIO()
    canvas.reduce(SCALE).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def check_cover(title: str, name: str, line: str) -> tuple[Note, ...]:
    """A note if the cover's font lacks a character of the texts, which then shows as a box."""
    missing = missing_characters(title + name + line)
    if not missing:
        return ()
    text = f"封面字体里没有这些字：{missing}，封面上会显示为方框。请在稿件里自带封面图，或改用常用字。"
    return (Note("cover-glyph-missing", text, Level.WARNING),)


# ---------------------------------------------------------------------------- what stands where


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of text; measures in pixels of the finished cover. Without a size it is a rule, without either a gap.

    `left` is where its text begins; 0: it stands in the middle. `marked`: a headline begins here.
    """

    text: str
    size: int
    height: float
    accent: bool = False
    left: float = 0
    marked: bool = False


_Rows = list[_Row]


def _gap(height: float) -> _Row:
    return _Row("", 0, height)


def _rule(height: float) -> _Row:
    return _Row("—", 0, height)


def _rows(lines: Sequence[str], size: int, *, accent: bool) -> _Rows:
    return [_Row(text, size, size * _LEADING, accent) for text in lines]


def _height(rows: Sequence[_Row]) -> float:
    return sum(row.height for row in rows)


def _sketch(title: str, name: str, line: str, headlines: Sequence[str]) -> _Rows:
    title, name, line = (" ".join(text.split()) for text in (title, name, line))
    others = [text for text in (" ".join(each.split()) for each in headlines) if text and text not in {title, name}]
    if name and title.startswith(name) and _NUMBERS.fullmatch(title.removeprefix(name)):
        # The title says no more than name and number: the name is the headline.
        title, line, name = name, line or title.removeprefix(name).strip(), ""
    head = [*rows, _rule(_APART)] if (rows := _name_rows(name)) else []
    size, lines = fit_lines(title or name)
    head += _rows(lines, size, accent=False)
    parts = _rows(_break_parts(line), _SMALL, accent=True)
    room = HEIGHT - 2 * _MARGIN - _height([*head, *parts])
    below = _headline_rows(others, room - _CLOSE - _APART)
    # One rule parts the large from the small: where the name stands above, that is behind it.
    first = _gap(_CLOSE) if name or below else _rule(_APART)
    second = _gap(_CLOSE) if name else _rule(_APART)
    return [*head, *([first, *parts] if parts else []), *([second, *below] if below else [])]


def _name_rows(name: str) -> _Rows:
    """The name in two lines at most; a name that does not fit at any size is left out, since a cut one is wrong."""
    for size in _NAME_SIZES:
        lines = break_lines(name, size, COLUMN)
        if len(lines) <= 2 and fits(lines, size, COLUMN):  # noqa: PLR2004 - as said
            return _rows(balance(name, size, len(lines), COLUMN), size, accent=True)
    return []


def _break_parts(line: str) -> list[str]:
    """The parts of a line, as many beside each other as there is room for."""
    lines: list[str] = []
    for part in map(chinese_date, line.split(" · ")):
        longer = f"{lines[-1]} · {part}" if lines else part
        if lines and width(longer, _SMALL) <= COLUMN:
            lines[-1] = longer
        else:
            lines += break_lines(part, _SMALL, COLUMN) if part else []
    return lines[:3]


def _headline_rows(headlines: Sequence[str], room: float) -> _Rows:
    """The first headlines that fit whole, in the size that shows the most of them."""
    choices = [_headlines_in(headlines, size, room) for size in _HEADLINE_SIZES]
    return max(choices, key=lambda rows: sum(row.marked for row in rows))


def _headlines_in(headlines: Sequence[str], size: int, room: float) -> _Rows:
    shown: list[list[str]] = []
    used = 0.0
    for text in headlines:
        lines = _headline_lines(text, size)
        height = len(lines) * size * _LEADING + (_HEADLINE_GAP if shown else 0)
        if lines and len(shown) < _HEADLINES and used + height <= room:
            shown.append(lines)
            used += height
    widest = max((width(line, size) for lines in shown for line in lines), default=0)
    left = (WIDTH - widest + _BULLET) / 2
    return [row for number, lines in enumerate(shown) for row in _headline(lines, size, left, number)]


def _headline(lines: list[str], size: int, left: float, number: int) -> _Rows:
    rows = [_Row(text, size, size * _LEADING, left=left, marked=text is lines[0]) for text in lines]
    return [_gap(_HEADLINE_GAP), *rows] if number else rows


def _headline_lines(text: str, size: int) -> list[str]:
    """The headline's lines; none if it is too long, or has a character that the font lacks."""
    most = COLUMN - _BULLET
    lines = break_lines(text, size, most)
    if len(lines) > _HEADLINE_LINES or not fits(lines, size, most) or missing_characters(text):
        return []
    return balance(text, size, len(lines), most)


# ---------------------------------------------------------------------------- drawing


@dataclass(frozen=True, slots=True)
class _Inks:
    """What is written with; `mark` need not be read."""

    text: str
    accent: str
    mark: str


def _inks(colors: Palette) -> _Inks:
    grounds = shades(colors)
    text = ink_on(colors.text, grounds)
    accent = ink_on(colors.accent, grounds)
    return _Inks(text, accent if accent == colors.accent else text, colors.accent)


def _draw_row(draw: ImageDraw.ImageDraw, row: _Row, y: float, inks: _Inks) -> None:
    middle, centre = WIDTH * SCALE / 2, (y + row.height / 2) * SCALE
    if row.marked:
        right, half = (row.left - _BULLET + 6) * SCALE, 3 * SCALE
        draw.rectangle((right - 2 * half, centre - half, right, centre + half), fill=channels(inks.mark))
    if row.size:
        place, anchor = (row.left * SCALE, "lm") if row.left else (middle, "mm")
        ink = channels(inks.accent if row.accent else inks.text)
        draw.text((place, centre), row.text, ink, font(row.size), anchor=anchor)
    elif row.text:
        half = _RULE * SCALE
        draw.line((middle - half, centre, middle + half, centre), fill=channels(inks.mark), width=2 * SCALE)
