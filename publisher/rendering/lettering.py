"""Lines of text in the font of the covers: how wide they are, where they break, which size fits."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO

from fontTools.ttLib import TTFont
from PIL import ImageFont

FONT = "NotoSansCJKsc-Bold-GBK.otf"
SCALE = 2
"""Covers are drawn larger and reduced: smoother edges."""
COLUMN = 344
"""Pixels of a line, such that it stands inside the central square."""

_LINES = 5
_SIZES = range(64, 22, -2)
_PROUD = 44  # still a headline when it stands on one line
_TITLE_LEADING, _TITLE_HEIGHT = 1.32, 200

_ATOM = re.compile(r"[A-Za-z0-9%&+./@_\-]+|\s+|.")
_NO_START = frozenset("。，、；：！？）》〉」』】〕”’…—·,.;:!?)]}％%℃")
_NO_END = frozenset("（《〈「『【〔“‘([{¥￥")


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """The font for drawing, where `size` is in pixels of the finished cover."""
    return ImageFont.truetype(BytesIO(_font_bytes()), size * SCALE)


def missing_characters(text: str) -> str:
    """The characters that the font cannot draw, each once."""
    return "".join(dict.fromkeys(char for char in text if not char.isspace() and ord(char) not in _characters()))


@lru_cache(maxsize=4096)
def width(text: str, size: int) -> float:
    """Pixels of the finished cover."""
    # Kept, since the search for a good break asks for the same pieces again and again.
    return font(size).getlength(text) / SCALE


def fit_lines(title: str) -> tuple[int, list[str]]:
    """The largest size at which the title goes into the column, and its lines; a short title prefers one line. At the
    smallest size it is cut with ….
    """
    single = next((size for size in _SIZES if size >= _PROUD and width(title, size) <= COLUMN), None)
    if single:
        return single, [title]
    for size in _SIZES:
        lines = break_lines(title, size, COLUMN)
        if len(lines) <= min(_LINES, _TITLE_HEIGHT // (size * _TITLE_LEADING)) and fits(lines, size, COLUMN):
            return size, balance(title, size, len(lines), COLUMN)
    size = _SIZES[-1]
    lines = [piece for line in break_lines(title, size, COLUMN) for piece in _chop(line, size)]
    return size, lines if len(lines) <= _LINES else [*lines[: _LINES - 1], lines[_LINES - 1][:-1] + "…"]


def fits(lines: list[str], size: int, most: float) -> bool:
    """Whether none of the lines is wider than `most`."""
    return all(width(line, size) <= most for line in lines)


def break_lines(text: str, size: int, most: float) -> list[str]:
    """The text in lines of at most `most` pixels: no closing mark begins a line, no opening one ends it, and a Latin
    word stays whole, even if it is too wide.
    """
    lines: list[str] = []
    line = ""
    for atom in _atoms(text):
        if line.strip() and width((line + atom).strip(), size) > most:
            lines.append(line.strip())
            line = ""
        line += atom
    return [*lines, line.strip()] if line.strip() else lines


def balance(text: str, size: int, count: int, most: int) -> list[str]:
    """The text in at most `count` lines of about the same length: a word alone on the last line is ugly."""
    for narrow in range(most // 2, most, 4):
        lines = break_lines(text, size, narrow)
        if len(lines) <= count and fits(lines, size, most):
            return lines
    return break_lines(text, size, most)


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


def _chop(line: str, size: int) -> list[str]:
    count = max(1, int(COLUMN // size))
    if fits([line], size, COLUMN):
        return [line]
    return [line[start : start + count] for start in range(0, len(line), count)]


@cache
def _font_bytes() -> bytes:
    return (files(__package__) / "fonts" / FONT).read_bytes()


@cache
def _characters() -> frozenset[int]:
    with TTFont(BytesIO(_font_bytes()), lazy=True) as opened:
        return frozenset(opened.getBestCmap())
