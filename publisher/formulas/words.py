"""What is asked of the child that draws formulas, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

EM: Final = 48
"""Pixels: three for each that a phone counts in letters of 16."""


@dataclass(frozen=True, slots=True)
class Formula:
    """What is to be drawn: TeX, or MathML where it begins with <math; by itself, or in a line."""

    markup: str
    displayed: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """The PNG with its size in pixels, and how many of them are below the line; or, in Chinese, why there is none."""

    png: bytes = field(default=b"", repr=False)
    width: int = 0
    height: int = 0
    below: int = 0
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """The formulas to draw."""

    formulas: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A drawing of each formula, in the same order."""

    drawings: tuple[Drawing, ...]
