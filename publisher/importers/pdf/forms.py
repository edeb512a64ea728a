"""A look at how often a PDF draws its forms, before any library draws them.

A form is a drawing under a name, which pages and other forms draw by that name. PDFium makes it anew each time, so
that a few forms that hold each other, or themselves, are millions. Forms are streams, which no other stream can hold;
what names them may be in a packed stream of objects.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from itertools import chain, pairwise
from typing import Final

from publisher.errors import Unreadable

_MOST: Final = 100_000
"""A chart has some hundreds; PDFium makes a million in a few seconds, of a kilobyte each."""
_DEEPEST: Final = 40
"""PDFium draws no form that is deeper inside others."""
_MOST_STEPS: Final = 1_000_000
"""Two seconds' work. A newsletter of 300 pages takes some ten thousand steps."""
_MOST_BYTES: Final = 10 * 1024 * 1024
_OBJECT: Final = re.compile(rb"(?<!\d)(\d{1,9})\s+\d{1,5}\s+obj\b")
_STREAM: Final = re.compile(rb"stream\r?\n")
_FORM: Final = re.compile(rb"/Subtype\s*/Form\b")
_OTHER: Final = re.compile(rb"/(?:Image|XRef|Length1|FontFile|Metadata|CMap)\b")
_REFERENCE: Final = re.compile(rb"/([^\s/<>\[\](){}%]+)\s*(?<!\d)(\d{1,9})\s+\d{1,5}\s+R\b")
_DRAWN: Final = re.compile(rb"/([^\s/<>\[\](){}%]+)\s+Do\b")
_TAG: Final = re.compile(rb"/StructElem\b")
_PACKED: Final = re.compile(rb"/ObjStm\b")
_FIRST: Final = re.compile(rb"/First\s+(\d{1,9})")
_LEADING: Final = frozenset({b"Resources", b"XObject"})
_NOTE: Final = "PDF 里的图形层层套用，展开后过大，可能有问题，没有读取。请检查文件，或改用 Word 文件后重新投放。"

_Names = dict[bytes, set[int]]


def check_forms(data: bytes, name: str) -> None:
    """Nothing, if the forms of the file are drawn a sane number of times; else raises Unreadable."""
    if _FORM.search(data):
        drawn = _Book(data).drawn()
        if drawn >= _MOST:
            raise Unreadable(f"{name}: forms are drawn {drawn} times or more", _NOTE)


class _Book:
    """The objects of a file as far as forms are concerned, all versions of one number together."""

    def __init__(self, data: bytes) -> None:
        self._names: defaultdict[int, _Names] = defaultdict(dict)
        self._forms: defaultdict[int, Counter[bytes]] = defaultdict(Counter)
        self._pages: list[Counter[bytes]] = []
        self._left = _MOST_STEPS
        begins = chain(_OBJECT.finditer(data), [None])
        for found, after in pairwise(begins):
            if found:
                self._take(int(found[1]), data, found.end(), after.start() if after else len(data))
        self._everywhere: _Names = {}
        for names in self._names.values():
            _merge(self._everywhere, names)

    def drawn(self) -> int:
        """How many forms are drawn on all pages, at least the limit if there are more."""
        drawings = {number: dict(self._targets(number)) for number in self._forms}
        weights = dict.fromkeys(drawings, 1)
        for _ in range(_DEEPEST):
            grown = {number: min(_MOST, 1 + _weigh(targets, weights)) for number, targets in drawings.items()}
            if grown == weights:
                break
            weights = grown
        return sum(_weigh(self._found(page, {}), weights) for page in self._pages)

    def _take(self, number: int, data: bytes, start: int, end: int) -> None:
        self._spend(1)
        stream = _STREAM.search(data, start, end)
        text = data[start : stream.start() if stream else end]
        self._name(number, text)
        if not stream or _OTHER.search(text):
            return
        content = _inflated(data, stream.end(), end)
        if _PACKED.search(text):
            self._unpack(content, text)
        else:
            drawn = Counter(self._drawn(content))
            if _FORM.search(text):
                self._forms[number] |= drawn
            elif drawn:
                self._pages.append(drawn)

    def _unpack(self, content: bytes, text: bytes) -> None:
        first = _FIRST.search(text)
        start = int(first[1]) if first else 0
        places = [int(word) for word in content[:start].split() if word.isdigit() and len(word) < 10]  # noqa: PLR2004
        numbers, offsets = places[::2], places[1::2]
        for number, begin, end in zip(numbers, offsets, [*offsets[1:], len(content)], strict=False):
            self._name(number, content[start + begin : start + end])

    def _name(self, number: int, text: bytes) -> None:
        if _TAG.search(text):
            return
        for found in _REFERENCE.finditer(text):
            self._spend(2)
            self._names[number].setdefault(found[1], set()).add(int(found[2]))

    def _drawn(self, content: bytes) -> Iterator[bytes]:
        for found in _DRAWN.finditer(content):
            self._spend(4)
            yield found[1]

    def _targets(self, number: int) -> Iterator[tuple[tuple[int, ...], int]]:
        own: _Names = {}
        waiting, seen = [number], {number}
        while waiting:
            names = self._names.get(waiting.pop(), {})
            self._spend(sum(map(len, names.values())))
            _merge(own, names)
            led = {target for name in _LEADING for target in names.get(name, ())} - seen
            seen |= led
            waiting += led
        yield from self._found(self._forms[number], own).items()

    def _found(self, drawn: Mapping[bytes, int], own: _Names) -> dict[tuple[int, ...], int]:
        """How often which forms are drawn; where a name means several, in different places, all are given."""
        found: Counter[tuple[int, ...]] = Counter()
        for name, count in drawn.items():
            numbers = own.get(name) or self._everywhere.get(name, set())
            self._spend(_DEEPEST * len(numbers))
            found[tuple(number for number in numbers if number in self._forms)] += count
        return found

    def _spend(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise Unreadable(f"more than {_MOST_STEPS} steps to count its forms", _NOTE)


def _weigh(targets: Mapping[tuple[int, ...], int], weights: Mapping[int, int]) -> int:
    return sum(count * max((weights[number] for number in numbers), default=0) for numbers, count in targets.items())


def _merge(into: _Names, names: _Names) -> None:
    for name, targets in names.items():
        into.setdefault(name, set()).update(targets)


def _inflated(data: bytes, start: int, end: int) -> bytes:
    """What is deflated there, or stands there as it is."""
    try:
        return zlib.decompressobj().decompress(data[start:end], _MOST_BYTES)
    except zlib.error:
        return data[start : min(end, start + _MOST_BYTES)]
