"""The cover that is drawn when the file brings none: 900×383, whose middle serves the square crop, too."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO

from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont

from publisher.document import Level, Note
from publisher.rendering.layout import chinese_date

WIDTH, HEIGHT = 900, 383
FONT = "NotoSansCJKsc-Bold-GBK.otf"

_SCALE = 2  # drawn larger and reduced: smoother edges
_COLUMN = 344  # of the text: inside the central square
_LINES = 5
_SIZES = range(64, 22, -2)
_PROUD = 44  # still a headline when it stands on one line
_SMALL, _LEADING = 20, 1.32
_TITLE_HEIGHT = 200

_TOP, _BOTTOM = (178, 24, 30), (120, 10, 18)
_LIGHT, _GOLD = (255, 255, 255), (240, 205, 140)

_ATOM = re.compile(r"[A-Za-z0-9%&+./@_\-]+|\s+|.")
_NO_START = frozenset("。，、；：！？）》〉」』】〕”’…—·,.;:!?)]}％%℃")
_NO_END = frozenset("（《〈「『【〔“‘([{¥￥")
_NUMBERS = re.compile(r"[\s\d年月日第总期（）()〔〕·./-]*")


def draw_cover(title: str, name: str, line: str) -> bytes:
    """A JPEG of 900×383: the newsletter's name, the title, and a line with number and date, parted by « · »."""
    sketch = _sketch(title, name, line)
    canvas = _background()
    draw = ImageDraw.Draw(canvas)
    y = (HEIGHT - sketch.height) / 2
    for row in sketch.rows:
        _draw_row(draw, row, y)
        y += row.height
    buffer = BytesIO()
    canvas.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).save(buffer, "JPEG", quality=90, optimize=True)
    return buffer.getvalue()


def check_cover(title: str, name: str, line: str) -> tuple[Note, ...]:
    """A note if the cover's font lacks a character of the texts, which then shows as a box."""
    missing = "".join(dict.fromkeys(char for char in title + name + line if ord(char) not in _characters()))
    missing = "".join(missing.split())
    if not missing:
        return ()
    text = f"封面字体里没有这些字：{missing}，封面上会显示为方框。请在稿件里自带封面图，或改用常用字。"
    return (Note("cover-glyph-missing", text, Level.WARNING),)


# ---------------------------------------------------------------------------- what stands where


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of text, or, if it has none, the golden rule; measures in pixels of the finished cover."""

    text: str
    size: int
    height: float
    color: tuple[int, int, int] = _LIGHT


@dataclass(frozen=True, slots=True)
class _Sketch:
    rows: tuple[_Row, ...]

    @property
    def height(self) -> float:
        return sum(row.height for row in self.rows)


def _sketch(title: str, name: str, line: str) -> _Sketch:
    title, name, line = (" ".join(text.split()) for text in (title, name, line))
    if name and title.startswith(name) and _NUMBERS.fullmatch(title.removeprefix(name)):
        # The title says no more than name and number: the name is the headline.
        title, line, name = name, line or title.removeprefix(name).strip(), ""
    rows: list[_Row] = []
    if name:
        rows += _rows(break_lines(name, _SMALL + 4, _COLUMN)[:2], _SMALL + 4, _GOLD)
        rows.append(_Row("", 0, 26))
    size, lines = fit_lines(title or name)
    rows += _rows(lines, size, _LIGHT)
    if line:
        rows += [_Row("", 0, 30)] if not name else [_Row(" ", 0, 14)]
        rows += _rows(_break_parts(line), _SMALL, _GOLD)
    return _Sketch(tuple(rows))


def _rows(lines: list[str], size: int, color: tuple[int, int, int]) -> list[_Row]:
    return [_Row(text, size, size * _LEADING, color) for text in lines]


def _break_parts(line: str) -> list[str]:
    """The parts of a line, as many beside each other as there is room for."""
    lines: list[str] = []
    for part in map(chinese_date, line.split(" · ")):
        longer = f"{lines[-1]} · {part}" if lines else part
        if lines and _width(longer, _SMALL) <= _COLUMN:
            lines[-1] = longer
        else:
            lines += break_lines(part, _SMALL, _COLUMN) if part else []
    return lines[:3]


# ---------------------------------------------------------------------------- breaking lines


def fit_lines(title: str) -> tuple[int, list[str]]:
    """The largest size at which the title goes into the column, and its lines; a short title prefers one line. At the
    smallest size it is cut with ….
    """
    single = next((size for size in _SIZES if size >= _PROUD and _width(title, size) <= _COLUMN), None)
    if single:
        return single, [title]
    for size in _SIZES:
        lines = break_lines(title, size, _COLUMN)
        fits = len(lines) <= min(_LINES, _TITLE_HEIGHT // (size * _LEADING))
        if fits and max((_width(line, size) for line in lines), default=0) <= _COLUMN:
            return size, _balance(title, size, lines)
    size = _SIZES[-1]
    lines = [piece for line in break_lines(title, size, _COLUMN) for piece in _chop(line, size)]
    return size, lines if len(lines) <= _LINES else [*lines[: _LINES - 1], lines[_LINES - 1][:-1] + "…"]


def break_lines(text: str, size: int, width: float) -> list[str]:
    """The text in lines of at most `width` pixels: no closing mark begins a line, no opening one ends it, and a Latin
    word stays whole, even if it is too wide.
    """
    lines: list[str] = []
    line = ""
    for atom in _atoms(text):
        if line.strip() and _width((line + atom).strip(), size) > width:
            lines.append(line.strip())
            line = ""
        line += atom
    return [*lines, line.strip()] if line.strip() else lines


def _atoms(text: str) -> list[str]:
    """What may not be broken: words, and marks with their neighbours."""
    atoms: list[str] = []
    for atom in _ATOM.findall(text):
        glued = atoms and (atom[0] in _NO_START or atoms[-1][-1] in _NO_END)
        if glued and not atoms[-1].isspace():
            atoms[-1] += atom
        else:
            atoms.append(atom)
    return atoms


def _balance(title: str, size: int, lines: list[str]) -> list[str]:
    """The same number of lines, of about the same length: a word alone on the last line is ugly."""
    for width in range(_COLUMN // 2, _COLUMN, 4):
        balanced = break_lines(title, size, width)
        if len(balanced) <= len(lines) and all(_width(line, size) <= _COLUMN for line in balanced):
            return balanced
    return lines


def _chop(line: str, size: int) -> list[str]:
    count = max(1, int(_COLUMN // size))
    if _width(line, size) <= _COLUMN:
        return [line]
    return [line[start : start + count] for start in range(0, len(line), count)]


# ---------------------------------------------------------------------------- drawing


@cache
def _font_bytes() -> bytes:
    return (files(__package__) / "fonts" / FONT).read_bytes()


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(BytesIO(_font_bytes()), size)


@cache
def _characters() -> frozenset[int]:
    with TTFont(BytesIO(_font_bytes()), lazy=True) as font:
        return frozenset(font.getBestCmap())


def _width(text: str, size: int) -> float:
    return _font(size * _SCALE).getlength(text) / _SCALE


def _background() -> Image.Image:
    shade = Image.linear_gradient("L").resize((WIDTH * _SCALE, HEIGHT * _SCALE))
    canvas = Image.composite(Image.new("RGB", shade.size, _BOTTOM), Image.new("RGB", shade.size, _TOP), shade)
    glow = ImageDraw.Draw(canvas, "RGBA")
    for x, y, radius in ((20, 360, 230), (0, 400, 150), (880, 20, 230), (900, -10, 150)):
        box = [(x - radius) * _SCALE, (y - radius) * _SCALE, (x + radius) * _SCALE, (y + radius) * _SCALE]
        glow.ellipse(box, fill=(255, 255, 255, 14))
    edge = 14 * _SCALE
    glow.rectangle(
        (edge, edge, WIDTH * _SCALE - edge - 1, HEIGHT * _SCALE - edge - 1), outline=(*_GOLD, 120), width=_SCALE
    )
    return canvas


def _draw_row(draw: ImageDraw.ImageDraw, row: _Row, y: float) -> None:
    middle = WIDTH * _SCALE / 2
    centre = (y + row.height / 2) * _SCALE
    if row.size:
        draw.text((middle, centre), row.text, row.color, _font(row.size * _SCALE), anchor="mm")
    elif not row.text:
        half = 44 * _SCALE
        draw.line((middle - half, centre, middle + half, centre), fill=_GOLD, width=2 * _SCALE)
