"""Which paragraphs of a PDF are headings: by the file's tags, else by larger type."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from publisher.importers.pdf.lines import Line
from publisher.importers.pdf.reflow import Passage

_LARGER: Final = 1.12
_ALIKE: Final = 1.04
_LONGEST: Final = 100
_LOWEST: Final = 6
_TAG: Final = re.compile(r"H([1-6])")
_SENTENCE: Final = re.compile(r"[。；]")


class Headings:
    """The headings of one document; `body` is the size of its text."""

    def __init__(self, body: float, lines: Sequence[Line]) -> None:
        self._tagged = any(_TAG.fullmatch(line.look.role) for line in lines)
        self._sizes = _steps(body, lines)

    def level(self, passage: Passage) -> int:
        """The level of the heading that a paragraph is, 0 if it is none."""
        text = "".join(line.text for line in passage.lines)
        if len(text) > _LONGEST or not any(sign.isalnum() for sign in text):
            return 0
        if self._tagged:
            tag = _TAG.fullmatch(passage.lines[0].look.role)
            return int(tag[1]) if tag else 0
        if _SENTENCE.search(text):
            return 0
        size = passage.lines[0].look.size
        return next((rank for rank, least in enumerate(self._sizes, start=1) if size >= least), 0)


def _steps(body: float, lines: Sequence[Line]) -> list[float]:
    """The sizes from which on each level begins, the largest first."""
    large = Counter(line.look.size for line in lines if line.look.size >= _LARGER * body)
    steps: list[float] = []
    for size in sorted(large, reverse=True):
        if steps and steps[-1] <= size * _ALIKE:
            steps[-1] = size
        else:
            steps.append(size)
    return steps[:_LOWEST]
