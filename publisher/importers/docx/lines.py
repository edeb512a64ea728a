"""One paragraph's inlines in order: equal runs joined, links closed, blanks that only indent taken off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from lxml.etree import _Element as Element
from msgspec.structs import replace

from publisher.document import Box, Divider, Figure, Inline, Inlines, LineBreak, Link, Text, text_of

_BLANKS: Final = " \u3000\u00a0\t\r\n"

Attached = Figure | Divider | Box | Element
"""What hangs on a paragraph; an element is the content of a text box."""


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph's text, and what stands before and after it."""

    inlines: Inlines = ()
    before: tuple[Attached, ...] = ()
    after: tuple[Attached, ...] = ()

    def is_empty(self) -> bool:
        """Whether a reader sees no text."""
        return (
            all(isinstance(inline, Text | LineBreak) for inline in self.inlines) and not text_of(self.inlines).strip()
        )


def one_line(lines: Sequence[Line]) -> Line:
    """Several paragraphs that have become one."""
    if len(lines) == 1:
        return lines[0]
    return Line(
        tidy([inline for line in lines for inline in line.inlines]),
        tuple(attached for line in lines for attached in line.before),
        tuple(attached for line in lines for attached in line.after),
    )


def tidy(inlines: Iterable[Inline]) -> Inlines:
    """Equal neighbours joined; blanks and breaks at both ends, and blanks that begin a later line, taken off: they only
    indent or space.
    """
    return _trimmed(list(_flush(_joined(inlines))))


def _flush(inlines: list[Inline]) -> Iterator[Inline]:
    at_line_start = False
    for inline in inlines:
        found = inline
        if at_line_start and isinstance(inline, Text) and inline.text[:1] in _BLANKS:
            found = replace(inline, text=inline.text.lstrip(_BLANKS))
        if not isinstance(found, Text) or found.text:
            yield found
        at_line_start = isinstance(inline, LineBreak) or (at_line_start and _is_blank(inline))


def _joined(inlines: Iterable[Inline]) -> list[Inline]:
    joined: list[Inline] = []
    for _, group in groupby(inlines, _look):
        alike = list(group)
        match alike[0]:
            case Text(marks=marks, color=color):
                joined.append(Text("".join(inline.text for inline in alike if isinstance(inline, Text)), marks, color))
            case _:
                joined.extend(alike)
    return joined


def _look(inline: Inline) -> object:
    return (inline.marks, inline.color) if isinstance(inline, Text) else "other"


def _trimmed(inlines: list[Inline]) -> Inlines:
    while inlines and _is_blank(inlines[-1]):
        inlines.pop()
    first = next((place for place, inline in enumerate(inlines) if not _is_blank(inline)), 0)
    kept = inlines[first:]
    if kept and isinstance(kept[-1], Text) and kept[-1].text[-1:] in _BLANKS:
        kept[-1] = replace(kept[-1], text=kept[-1].text.rstrip(_BLANKS))
    if kept and isinstance(kept[0], Text) and kept[0].text[:1] in _BLANKS:
        kept[0] = replace(kept[0], text=_empty_cells(tuple(kept)) + kept[0].text.lstrip(_BLANKS))
    return tuple(kept)


def _empty_cells(inlines: Inlines) -> str:
    """The tabs that begin a line of a table drawn with tabs: cells that are empty. In a text, a tab only indents."""
    text = text_of(inlines)
    said = text.lstrip(_BLANKS)
    return "\t" * text[: len(text) - len(said)].count("\t") if "\t" in said else ""


def _is_blank(inline: Inline) -> bool:
    return isinstance(inline, LineBreak) or (isinstance(inline, Text) and not inline.text.strip(_BLANKS))


def linked(pieces: list[tuple[str, Inline]]) -> Inlines:
    """The pieces, neighbours of one address inside one link."""
    found: list[Inline] = []
    for href, group in groupby(pieces, lambda piece: piece[0]):
        inner = tuple(inline for _, inline in group)
        found.extend((Link(href, tuple(_joined(inner))),) if href else inner)
    return tuple(found)
