"""What a reader sent, as phrases to look for: the whole, its words, and two words that may have been run together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from publisher.segmentation.folding import fold
from publisher.segmentation.terms import join_units, split_units

Phrase = tuple[str, ...]
"""Terms that follow one another."""
Way = tuple[Phrase, ...]
"""Phrases that must all be there."""

_LONGEST: Final = 120
"""Characters that are looked at."""
_UNITS: Final = 24
"""Han characters and words that are looked for; what comes after them only narrows the search to nothing."""
_WORDS: Final = 6
_SHORTEST: Final = 2
"""Units of a word that is guessed."""
_MOST_JOINED, _MOST_PARTED = 6, 12
"""Units of two words that are guessed, without and with a character between them."""

_OPENINGS: Final = (
    "请问", "请教", "请", "你好", "您好", "麻烦", "劳驾",
    "我(?:很|也|就)?(?:想要?|要|需要)(?:看看?|找找?|查查?|搜索?|问问?|读读?|知道|了解)?(?:一?下)?",
    "(?:想要?|要)(?:看看?|找找?|查查?|搜索?|问问?|知道|了解)(?:一?下)?",
    "帮(?:我|忙)(?:看看?|找找?|查查?|搜索?)?(?:一?下)?",
    "(?:看|找|查|搜|问)(?:看|找|查|搜|问|一下|下)", "查找", "查询", "搜索", "了解一?下", "给我", "发我",
    "(?:你们)?(?:这里|这儿)?(?:有没有|有无)", "你们(?:这里|这儿)?有?", "来(?:一篇|几篇|一份)",
    "关于", "有关",
    "什么是", "什么叫", "为什么", "为何", "怎么样?", "怎样", "如何", "哪些", "哪里有?", "哪儿有?",
    "(?:what|where|how) (?:is|are|to) ", "about ",
)  # fmt: skip
"""What a question begins with, and what is not in an article for that."""

_CLOSINGS: Final = (
    "(?:的|相关的?|有关的?|方面的?|这方面的?)(?:文章|推文|内容|资料|信息|新闻|报道|消息|介绍|知识|问题|链接|全文|原文)",
    "文章", "推文", "链接", "相关的?", "方面的?", "的", "吗", "呢", "啊", "呀", "嘛",
    "谢谢[您你]?", "多谢", "谢了", "thanks",
    "是什么(?:意思)?", "是啥", "什么意思", "怎么(?:办|样|回事|做|弄|用|看)", "有哪些", "有(?:吗|没有)",
    "在?(?:哪里|哪儿)(?:有|看|找)?",
    "什么时候", "为什么", "如何",
)  # fmt: skip
"""What a question ends with."""

_CONNECTIVES: Final = frozenset("和与及跟或的对在")
_OPENING: Final = re.compile(f"(?:{'|'.join(_OPENINGS)})")
_CLOSING: Final = re.compile(f"(?:{'|'.join(_CLOSINGS)})$")
_EDGES: Final = re.compile(r"^[\W_]+|[^\w+#]+$")


@dataclass(frozen=True, slots=True)
class Question:
    """What to look for, in this order: `phrase` in a row, all of `words`, and only if neither is anywhere any of
    `guesses`. An empty `phrase` finds nothing.
    """

    phrase: Phrase = ()
    words: Way = ()
    guesses: tuple[Way, ...] = ()


def ask(text: str) -> Question:
    """What a reader means by `text`, of whatever length and characters."""
    asked = strip_manners(fold(text[:_LONGEST]))
    words = [units for word in asked.split() if (units := _units(word))][:_WORDS]
    runs = split_units(asked)
    phrase = tuple(join_units(runs))[:_UNITS]
    guesses = _guess(words[0]) if len(words) == 1 else ()
    return Question(phrase, tuple(_phrase(units) for units in words), guesses)


def strip_manners(asked: str) -> str:
    """A folded question without what belongs to asking: 有没有关于算力的文章吗 is 算力."""
    rest = _EDGES.sub("", asked)
    while True:
        opened = _OPENING.match(rest)
        shorter = _EDGES.sub("", rest[opened.end() :]) if opened else rest
        closed = _CLOSING.search(shorter)
        # 目的 is no question about 目, but 茶的文章 is one about 茶.
        if closed and (closed.start() > 1 or len(closed.group()) > 1):
            shorter = _EDGES.sub("", shorter[: closed.start()])
        if not shorter or shorter == rest:
            return rest
        rest = shorter


def _units(word: str) -> list[str]:
    return [unit for run in split_units(word) for unit in run][:_UNITS]


def _phrase(units: list[str]) -> Phrase:
    return tuple(join_units([units]))


def _guess(units: list[str]) -> tuple[Way, ...]:
    """The ways in which one row of units may be two words that both occur, if not side by side: parted at a 和 or 的;
    in a short one also after any two characters. Each way costs as much as a search, so they are few.
    """
    if len(units) > _MOST_PARTED:
        return ()
    pairs = [(units[:place], units[place + 1 :]) for place, unit in enumerate(units) if unit in _CONNECTIVES]
    if len(units) <= _MOST_JOINED:
        pairs += [(units[:place], units[place:]) for place in range(_SHORTEST, len(units) - _SHORTEST + 1)]
    return tuple(
        (_phrase(first), _phrase(second)) for first, second in pairs if min(len(first), len(second)) >= _SHORTEST
    )
