"""What a page of a PDF consists of: glyphs, rules, pictures, links, each at its place; y grows downwards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple


class Area(NamedTuple):
    """A rectangle on a page, in points from its upper left corner."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top

    def holds(self, x: float, y: float) -> bool:
        """Whether a point is inside."""
        return self.left <= x <= self.right and self.top <= y <= self.bottom

    def meets(self, other: Area, within: float = 0) -> bool:
        """Whether two rectangles overlap, or are no farther apart than `within`."""
        beside = self.left - within <= other.right and other.left - within <= self.right
        return beside and self.top - within <= other.bottom and other.top - within <= self.bottom


def hull(areas: Iterable[Area]) -> Area:
    """The smallest rectangle around some."""
    lefts, tops, rights, bottoms = zip(*areas, strict=True)
    return Area(min(lefts), min(tops), max(rights), max(bottoms))


@dataclass(frozen=True, slots=True)
class Look:
    """How a run of glyphs looks, and what the file says that it is: `role` is its tag ("H1", "TH", "P"), or ""."""

    size: float
    bold: bool = False
    italic: bool = False
    color: str = ""
    role: str = ""
    artifact: bool = False
    slanted: bool = False
    hidden: bool = False


class Glyph(NamedTuple):
    """One sign: `x0` to `x1` on the baseline `y`."""

    text: str
    x0: float
    x1: float
    y: float
    look: Look

    @property
    def middle(self) -> tuple[float, float]:
        """The point at which it is seen."""
        return (self.x0 + self.x1) / 2, self.y - self.look.size * 0.35


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page. `strokes` are lines and the borders of frames, as thin rectangles; `shapes` is all that is drawn,
    `images` are pictures with the width in pixels that they have; `links` are rectangles with their addresses.
    `unknown` counts the signs that no one can read; a `crowded` page has more drawings than can be looked at.
    """

    number: int
    width: float
    height: float
    glyphs: tuple[Glyph, ...] = ()
    strokes: tuple[Area, ...] = ()
    shapes: tuple[Area, ...] = ()
    images: tuple[tuple[Area, int], ...] = ()
    links: tuple[tuple[Area, str], ...] = ()
    unknown: int = 0
    crowded: bool = False
