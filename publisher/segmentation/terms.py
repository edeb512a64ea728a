"""Text in terms: pairs of neighbouring units, a unit being a Han character, a word or a number.

    算力网络      算力 力网 网络
    GPT-4o 发布   gpt4 4o o发 发布, and gpt 4 o

A pair is written without a blank, so that “machine learning” is found also where a keyboard, or `replies.normalise`,
has left the blank out. Units that stand in a row are paired across blanks and hyphens, but not across punctuation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from operator import add
from typing import Final

from publisher.segmentation.folding import fold

SCHEME: Final = 1
"""To be counted up with every change of what terms a text has: the index is then built anew."""

_LONGEST: Final = 64
"""Characters of a word that count."""
_HAN: Final = "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U000323af"
"""Scripts without blanks between the words: Han, kana; and hangul, whose words take endings."""
_RUN: Final = re.compile(r"[\w .+#'’\-]+")
_HAN_RUN: Final = re.compile(f"[{_HAN}]+")
_UNIT: Final = re.compile(rf"[{_HAN}]|\d+(?:\.\d+)*|[^\W\d_{_HAN}]+(?:\+\+|#)?")


def text_terms(text: str) -> list[str]:
    """The terms of a text in reading order; then each word and number of it by itself, once."""
    runs = split_units(fold(text))
    words = (unit for run in runs if not isinstance(run, str) for unit in run if not _HAN_RUN.match(unit))
    return [*join_units(runs), *dict.fromkeys(words)]


def title_terms(title: str) -> list[str]:
    """The terms of a title in reading order; then each unit of it by itself, once, Han characters too."""
    runs = split_units(fold(title))
    return [*join_units(runs), *dict.fromkeys(unit for run in runs for unit in run)]


def split_units(folded: str) -> list[Sequence[str]]:
    """The units of a folded text, a sequence for each row of neighbours."""
    found: list[Sequence[str]] = []
    for run in _RUN.findall(folded):
        # A string of Han characters is a sequence of units already, which is what most of a text is.
        units = run if _HAN_RUN.fullmatch(run) else [unit[:_LONGEST] for unit in _UNIT.findall(run)]
        if units:
            found.append(units)
    return found


def join_units(runs: Iterable[Sequence[str]]) -> list[str]:
    """The pairs in each row of units; a unit that stands alone, as it is."""
    terms: list[str] = []
    for run in runs:
        terms.extend(map(add, run, run[1:]) if len(run) > 1 else run)
    return terms
