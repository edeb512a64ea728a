"""Where a long picture is cut: a phone shows no texture of more than about 4,096 pixels, and the platform's 1 MB
would shrink a long one until nobody can read it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from publisher.pictures.decoding import Box, Source
from publisher.pictures.refusing import too_long

LONGEST: Final = 4000
"""Pixels of height, as it is shown."""
MOST_PIECES: Final = 16

_QUIET: Final = 12
"""How much the grey values of a blank row may differ: what JPEG leaves of white."""


def cut(source: Source, width: int, name: str) -> tuple[Box, ...]:
    """The parts of a picture from top to bottom, none longer than LONGEST when it is brought to `width`. Unreadable
    if it is a mere strip.
    """
    wide, high = source.size
    longest = max(1, LONGEST * wide // min(wide, width))
    if high > longest * MOST_PIECES:
        raise too_long(name, source.size)
    edges = [0]
    while high - edges[-1] > longest:
        edges.append(_next_edge(source, edges[-1], longest, width))
    edges.append(high)
    return tuple((0, top, wide, bottom) for top, bottom in pairwise(edges))


def _next_edge(source: Source, top: int, longest: int, width: int) -> int:
    """Where the piece that begins at `top` ends: in a blank row, if there is one about where the rest would be cut
    evenly.
    """
    wide, high = source.size
    even = (high - top) // -(-(high - top) // longest)
    least = even * 3 // 4
    window = source.plain((0, top + least, wide, top + longest), width).convert("L")
    step = (longest - least) / window.height
    rows = [least + round(row * step) for row in _blank_middles(window.tobytes(), window.width)]
    return top + min(rows, key=lambda row: abs(row - even), default=even)


def _blank_middles(values: bytes, width: int) -> Iterator[int]:
    """The middle of each run of blank rows."""
    start = -1
    for row in range(len(values) // width + 1):
        line = values[row * width : (row + 1) * width]
        if _is_blank(line):
            start = row if start < 0 else start
        elif start >= 0:
            yield (start + row) // 2
            start = -1


def _is_blank(line: bytes) -> bool:
    return len(line) > 0 and max(line) - min(line) <= _QUIET
