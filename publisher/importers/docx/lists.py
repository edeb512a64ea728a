"""Numbered and bulleted paragraphs: which of them are lists, and which are text with a number before it.

A label must never be lost, and `Items` can only say "a bullet" or "the n-th". So a paragraph is an item when
its label is a bullet or a plain counter (1. a) iii、) and it stands in a run of such paragraphs. Otherwise the
label becomes the text that Word prints anyway, and the newsletter's rules see it as if it had been typed:
- 一、 （一） 第一条 ① (1) 1.2: as the editor chose it, in a run, too (texts refer to 第（二）条);
- a counter that stands alone: "1. 芯片" over paragraphs is a heading in disguise;
- ◆ ■ ● and the like without another bullet beside it: a 栏目, alone or over numbered entries of a contents list.
Headings keep their label in `Heading.label` and never come here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from msgspec.structs import replace

from publisher.document import Block, Inlines, Items, Paragraph, Quote, Span, Text
from publisher.importers.docx.numbering import Label

_PLAIN: Final = re.compile(r"[0-9A-Za-z]{1,6}[.)、．）]?")
_DECORATION: Final = re.compile(r"[.)、．）]$")
_ORNAMENTS: Final = "◆◇■□●○★☆▲△▶◎※❖➢▪◻⬧⧫"
_DEEPEST: Final = 8
_SAME_INDENT: Final = 100
"""Twips: two indents that differ by less were meant to be one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A paragraph with an automatic label, and the pictures and boxes that belong to it."""

    label: Label
    paragraph: Paragraph
    after: tuple[Block, ...] = ()

    def spoken(self) -> tuple[Block, ...]:
        """The paragraph with its label as text."""
        return (replace(self.paragraph, inlines=labelled(self.label, self.paragraph.inlines)), *self.after)


@dataclass(frozen=True, slots=True)
class Quoted:
    """A paragraph in a quotation style, with what belongs to it."""

    blocks: tuple[Block, ...]


Read = Block | Entry | Quoted


def gather(blocks: Sequence[Read]) -> tuple[Block, ...]:
    """The blocks with runs of entries made lists, and runs of quoted paragraphs one quotation."""
    found: list[Block] = []
    for kind, group in groupby(blocks, _kind):
        run = list(group)
        if kind is Entry:
            found.extend(_lists([entry for entry in run if isinstance(entry, Entry)]))
        elif kind is Quoted:
            quoted = tuple(block for quote in run if isinstance(quote, Quoted) for block in quote.blocks)
            found.append(Quote(quoted, quoted[0].span))
        else:
            found.extend(block for block in run if not isinstance(block, Entry | Quoted))
    return tuple(found)


def labelled(label: Label, inlines: Inlines) -> Inlines:
    """The text with its label before it, in the look of the first run. A blank parts them, unless the label ends
    with a full-width mark, which has a blank of its own.
    """
    if not label.text:
        return inlines
    text = label.text if label.glued or label.text[-1] in "、）．：】》" else label.text + " "
    match inlines:
        case (Text() as first, *rest):
            return (replace(first, text=text + first.text), *rest)
        case _:
            return (Text(text), *inlines)


def _kind(read: Read) -> type:
    match read:
        case Entry():
            return Entry
        case Quoted():
            return Quoted
        case _:
            return Paragraph


def _lists(entries: list[Entry]) -> Iterator[Block]:
    spoken = [_is_spoken(entries, at) for at in range(len(entries))]
    at = 0
    for is_spoken, group in groupby(spoken):
        run = entries[at : at + len(list(group))]
        at += len(run)
        if is_spoken or (len(run) == 1 and not run[0].label.bullet):
            yield from (block for entry in run for block in entry.spoken())
        else:
            yield from _nest(run)


def _is_spoken(entries: list[Entry], at: int) -> bool:
    label = entries[at].label
    if not label.bullet:
        return not _PLAIN.fullmatch(label.text)
    beside = [entry.label for entry in entries[max(0, at - 1) : at] + entries[at + 1 : at + 2]]
    return label.text in _ORNAMENTS and not any(other.bullet for other in beside)


# ---------------------------------------------------------------------------- nesting


@dataclass(slots=True)
class _Open:
    """A list that may still grow."""

    label: Label
    span: Span
    items: list[list[Block]] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    last: int = 0

    def depth_against(self, label: Label) -> int:
        """Positive if this list is deeper than the label's, negative if shallower. Within one numbering the level
        counts; between two, the indent: List Bullet 2 is a numbering of its own, at level 0.
        """
        if self.label.scheme == label.scheme:
            return self.label.level - label.level
        apart = self.label.indent - label.indent
        return apart if abs(apart) > _SAME_INDENT else 0

    def continues(self, label: Label) -> bool:
        """Whether the label is this list's next."""
        if label.bullet or self.label.bullet:
            return label.bullet and self.label.bullet
        return self.label.scheme == label.scheme and label.number == self.last + 1

    def close(self) -> Items:
        """The finished list."""
        items = tuple(tuple(item) for item in self.items)
        if self.label.bullet:
            return Items(ordered=False, items=items, span=self.span)
        numbers = range(self.label.number, self.label.number + len(items))
        plain = all(_DECORATION.sub("", label) == str(at) for label, at in zip(self.labels, numbers, strict=True))
        return Items(True, items, self.label.number, self.span, () if plain else tuple(self.labels))


def _nest(entries: list[Entry]) -> list[Block]:
    finished: list[Block] = []
    stack: list[_Open] = []

    def close() -> None:
        items = stack.pop().close()
        (stack[-1].items[-1] if stack else finished).append(items)

    for entry in entries:
        label = entry.label
        while stack and stack[-1].depth_against(label) > 0:
            close()
        is_inner = bool(stack) and stack[-1].depth_against(label) < 0 and len(stack) <= _DEEPEST
        begins = not stack or is_inner or not stack[-1].continues(label)
        if begins and stack and not is_inner:
            close()
        if begins:
            stack.append(_Open(label, entry.paragraph.span))
        stack[-1].items.append([entry.paragraph, *entry.after])
        stack[-1].labels.append(label.text)
        stack[-1].last = label.number
    while stack:
        close()
    return finished
