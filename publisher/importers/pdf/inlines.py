"""The text of a paragraph out of its lines, with the looks that set a word apart, and its links."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from publisher.document import Inline, Inlines, LineBreak, Link, Mark, Text
from publisher.importers.pdf.lines import Line, is_latin
from publisher.importers.pdf.reflow import Passage
from publisher.importers.pdf.sheet import Glyph

_SMALL: Final = 0.8
_RAISED: Final = 0.2
_LOWERED: Final = 0.08

Sign = tuple[str, frozenset[Mark], str, str]
"""A sign, its marks, its colour, the address that it links to."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes paragraphs; `hrefs` are the addresses of glyphs by their `id`. In a file that has no blanks, the one at a
    line's end is not to be seen: `habit` is how the document mostly has it, 0 in others.
    """

    hrefs: dict[int, str]
    habit: int = 0

    def inlines(self, passage: Passage, *, plain: bool = False) -> Inlines:
        """The inlines of a paragraph; `plain` leaves out that all of it is bold."""
        signs: list[Sign | None] = []
        for place, line in enumerate(passage.lines):
            if place:
                signs += self._between(passage, place)
            signs += [self._sign(glyph, line, plain=plain) for glyph in line.glyphs]
        return tuple(_inlines(signs))

    def _between(self, passage: Passage, place: int) -> list[Sign | None]:
        """What a line's end means: a break, a blank, or nothing."""
        if place in passage.breaks:
            return [None]
        before, after = passage.lines[place - 1], passage.lines[place]
        last = before.glyphs[-1]
        href = self.hrefs.get(id(last), "")
        if href and href == self.hrefs.get(id(after.glyphs[0]), "") and not before.ends_blank:
            return []
        words = is_latin(last.text) and is_latin(after.glyphs[0].text) and last.text not in "-/([“‘"
        blank = words or before.ends_blank or self._is_blank_by_habit(passage.lines, last, after.glyphs[0])
        return [(" ", *self._sign(last, before, plain=False)[1:])] if blank else []

    def _is_blank_by_habit(self, lines: Sequence[Line], last: Glyph, first: Glyph) -> bool:
        if not self.habit or not _parts_scripts(last.text, first.text):
            return False
        return (habit_of(lines) or self.habit) > 0

    def _sign(self, glyph: Glyph, line: Line, *, plain: bool) -> Sign:
        look = glyph.look
        marks: set[Mark] = set()
        if look.bold and not plain:
            marks.add(Mark.BOLD)
        if look.italic:
            marks.add(Mark.ITALIC)
        if look.size < _SMALL * line.look.size and glyph.text.strip():
            marks |= _script(glyph, line)
        return glyph.text, frozenset(marks), look.color, self.hrefs.get(id(glyph), "")


def habit_of(lines: Sequence[Line]) -> int:
    """How much oftener a blank stands between Chinese and Latin than none."""
    score = 0
    for line in lines:
        text = line.text
        for place in range(1, len(text) - 1):
            if text[place] == " ":
                score += _parts_scripts(text[place - 1], text[place + 1])
            else:
                score -= _parts_scripts(text[place - 1], text[place])
    return score


def _parts_scripts(before: str, after: str) -> bool:
    """Whether one of two neighbouring words or numbers is Chinese, and the other is not."""
    return is_latin(before) != is_latin(after) and (before.isalnum() or before == "%") and after.isalnum()


def _script(glyph: Glyph, line: Line) -> set[Mark]:
    rise = (line.y - glyph.y) / line.look.size
    if rise > _RAISED:
        return {Mark.SUPERSCRIPT}
    return {Mark.SUBSCRIPT} if rise < -_LOWERED else set()


def _inlines(signs: Sequence[Sign | None]) -> Iterator[Inline]:
    for href, run in groupby(signs, key=lambda sign: sign[3] if sign else ""):
        inner = tuple(_texts(list(run)))
        if href:
            yield Link(href, inner)
        else:
            yield from inner


def _texts(signs: Sequence[Sign | None]) -> Iterator[Inline]:
    for look, run in groupby(signs, key=lambda sign: sign[1:3] if sign else None):
        if look is None:
            yield LineBreak()
        else:
            yield Text("".join(sign[0] for sign in run if sign), *look)
