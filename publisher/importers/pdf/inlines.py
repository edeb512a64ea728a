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
    """Writes paragraphs; `hrefs` are the addresses of glyphs by their `id`. `gaps` says that the file has no blanks,
    so that the one at a line's end is not to be seen.
    """

    hrefs: dict[int, str]
    gaps: bool = False

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
        blank = words or before.ends_blank or (self.gaps and _parts_scripts(passage.lines, last, after.glyphs[0]))
        return [(" ", *self._sign(last, before, plain=False)[1:])] if blank else []

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


def _parts_scripts(lines: Sequence[Line], last: Glyph, first: Glyph) -> bool:
    """Whether a blank is to be expected between Chinese and Latin, as the paragraph mostly has it."""
    if is_latin(last.text) == is_latin(first.text) or not (last.text.isalnum() and first.text.isalnum()):
        return False
    score = 0
    for line in lines:
        text = line.text
        for place in range(1, len(text) - 1):
            if text[place] == " ":
                score += is_latin(text[place - 1]) != is_latin(text[place + 1])
            elif text[place].isalnum() and text[place - 1].isalnum():
                score -= is_latin(text[place - 1]) != is_latin(text[place])
    return score > 0


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
