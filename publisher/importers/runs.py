"""Running text in the making: characters with their look become inlines, and blanks become what a browser shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from publisher.document import Inline, Inlines, LineBreak, Link, Mark, Text, text_of
from publisher.importers.text import blank_between

_BLANKS: Final = " \t\n\r\f\v"
_INDENT: Final = _BLANKS + "\u00a0\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_BLANK_RUN: Final = re.compile(f"[{_BLANKS}](?:[{_BLANKS}]+|(?<! ))")
"""Blanks that a browser shows as something else than they are: all but a single space."""


class Style(Struct, frozen=True):
    """The look of a run; `color` is "" or "#rrggbb", `href` the address that it links to, or ""."""

    marks: frozenset[Mark] = frozenset()
    color: str = ""
    href: str = ""

    def with_mark(self, mark: Mark) -> Style:
        """The same and `mark`."""
        return replace(self, marks=self.marks | {mark})

    def without_mark(self, mark: Mark) -> Style:
        """The same but for `mark`."""
        return replace(self, marks=self.marks - {mark})


PLAIN: Final = Style()
"""The look of text that nothing sets apart."""


class _Run(Struct, frozen=True):
    inline: Inline
    style: Style


class Runs:
    """A paragraph in the making."""

    def __init__(self) -> None:
        self._runs: list[_Run] = []
        self._blank = ""
        self._blank_style = PLAIN

    @property
    def empty(self) -> bool:
        """Whether nothing that a reader sees has come yet."""
        return not self._runs

    def add_text(self, text: str, style: Style) -> None:
        """Text whose blanks collapse: a run of them is one blank, or nothing where the source breaks its line
        between Chinese characters; at the ends of a line they vanish.
        """
        word = text.strip(_BLANKS)
        if not word:
            self._owe(text, style)
            return
        start = text.index(word[0])
        self._owe(text[:start], style)
        self._add_word(_BLANK_RUN.sub(_collapsed, word), style)
        self._owe(text[start + len(word) :], style)

    def add(self, inline: Inline, style: Style) -> None:
        """An inline as it is."""
        self._pay_blank(text_of((inline,))[:1])
        self._runs.append(_text_run(inline.text, style) if isinstance(inline, Text) else _Run(inline, style))

    def break_line(self) -> None:
        """A line break that the editor typed; at the ends of a paragraph it means nothing."""
        self._blank = ""
        if self._runs:
            self._runs.append(_Run(LineBreak(), PLAIN))

    @property
    def at_line_start(self) -> bool:
        """Whether the last thing that came is a line break."""
        return bool(self._runs) and isinstance(self._runs[-1].inline, LineBreak)

    def take(self) -> Inlines:
        """The inlines of the paragraph; the next one begins empty."""
        runs = self._runs
        while runs and isinstance(runs[-1].inline, LineBreak):
            runs.pop()
        self._runs, self._blank = [], ""
        links = groupby(_merged(runs), _href)
        return tuple(inline for href, group in links for inline in _linked(href, group))

    def _owe(self, blank: str, style: Style) -> None:
        if blank and not self._blank:
            self._blank, self._blank_style = "\n" if "\n" in blank else " ", style

    def _add_word(self, word: str, style: Style) -> None:
        if not self._runs or self.at_line_start:
            word = word.lstrip(_INDENT)
        if word:
            self._pay_blank(word[0])
            self._runs.append(_text_run(word, style))

    def _pay_blank(self, after: str) -> None:
        """The blank that is still owed before the next character, in the look of where it was typed."""
        owed, self._blank = self._blank, ""
        if not owed or not self._runs or self.at_line_start:
            return
        before = text_of((self._runs[-1].inline,))[-1:]
        blank = blank_between(before, after) if owed == "\n" and before and after else " "
        self._runs.append(_text_run(blank, self._blank_style))


def plain_inlines(text: str) -> Inlines:
    """The inlines of a paragraph that is nothing but `text` without a look: what Runs would make of it."""
    word = _BLANK_RUN.sub(_collapsed, text.strip(_BLANKS)).lstrip(_INDENT)
    return (Text(word),) if word else ()


def _collapsed(blank: re.Match[str]) -> str:
    """What a browser shows of blanks between two characters."""
    return blank_between(blank.string[blank.start() - 1], blank.string[blank.end()]) if "\n" in blank[0] else " "


def _text_run(text: str, style: Style) -> _Run:
    return _Run(Text(text, style.marks, style.color), style)


def _merged(runs: list[_Run]) -> Iterator[_Run]:
    """Neighbours of the same look as one run."""
    for (style, textual), group in groupby(runs, _look):
        members = list(group)
        if not textual:
            yield from members
        elif text := text_of(tuple(run.inline for run in members)):
            yield _text_run(text, style) if len(members) > 1 else members[0]


def _look(run: _Run) -> tuple[Style, bool]:
    return run.style, isinstance(run.inline, Text)


def _href(run: _Run) -> str:
    return run.style.href


def _linked(href: str, runs: Iterator[_Run]) -> Inlines:
    inlines = tuple(run.inline for run in runs)
    return (Link(href, inlines),) if href else inlines
