"""How readers write: `normalise` evens out keyboards, `bare` leaves off what is only polite."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from publisher.replies.characters import SIMPLIFIED, TRADITIONAL

LONGEST: Final = 256
"""Characters of a message that are looked at: nobody asks for an issue in more."""

_UNSEEN: Final = "\u00ad\u200b-\u200f\u2060-\u2064\u20e3\ufe0e\ufe0f\ufeff\U000e0020-\U000e007f"
"""Joiners, byte order marks, emoji selectors, the frame around a keycap's digit, the letters of a flag."""
_HIDDEN: Final = re.compile(f"[{_UNSEEN}]+")
_BLANK: Final = re.compile(f"[\\s{_UNSEEN}]+")
_SIMPLER: Final = str.maketrans(TRADITIONAL, SIMPLIFIED)

_EMOTICONS: Final = re.compile(
    r"^(?:\[[a-z\u4e00-\u9fff]{1,10}\])+|(?:\[[a-z\u4e00-\u9fff]{1,10}\]|/:[^\u4e00-\u9fff]{1,9})+$"
)
"""The platform writes its own smileys as [微笑], /::) or /:rose."""

# Both are possessive: what they took they never give back, whatever a hostile reader repeats.
_OPENING: Final = re.compile(
    r"(?:(?:请问|请|麻烦|劳驾|您好|你好|亲|帮我|帮忙|给我|我想要?|我要|想要?|要|看看|看一?下|看|阅读|读|查看|查一?下|查找|查询|查"
    r"|找一?下|找|搜索|搜一?下|搜|发我|发一?下|发|来一?份|来|求|有没有|有无|有|关于|打开|下载|推送|get|show|search|the)[,:!]?)++"
)
_CLOSING: Final = re.compile(
    r"(?:[,!。]?(?:谢谢您?|多谢|谢了|感谢|thanks|thx|please|pls|吗|吧|呢|啊|呀|哦|哈|嘛|么|一下|看看|发我|发一下|给我|在哪里?看?|哪里看|怎么看"
    r"|有没有|有吗|的?链接|的?全文|的?内容|的?(?:相关)?文章|的?(?:相关)?资料|相关的?|方面的?|的))++$"
)

_POLITE: Final = 24
"""Characters at the end of a text in which politeness is looked for."""


def normalise(text: str) -> str:
    """`text` as rules compare it: NFKC, lower case, simplified characters, no blanks, no punctuation or emoji at its
    ends. A text of nothing else keeps it, so that a rule can answer “？”.
    """
    return trim(even(text[:LONGEST]).casefold())


def phrase(text: str) -> str:
    """`text` as `normalise` has it, but with one blank between its words: for a search."""
    words = _HIDDEN.sub("", simplify(unicodedata.normalize("NFKC", text[:LONGEST]))).split()
    return trim(" ".join(words).casefold())


def even(text: str) -> str:
    """`text` in NFKC and simplified characters, without blanks and what cannot be seen."""
    if text.isascii():
        return "".join(text.split())
    text = simplify(unicodedata.normalize("NFKC", text))
    return _BLANK.sub("", text)


def simplify(text: str) -> str:
    """`text` with simplified characters for traditional ones, one to one: 目錄 becomes 目录."""
    return text.translate(_SIMPLER)


def trim(text: str) -> str:
    """`text` without punctuation and emoji at its ends; one of nothing else as it is."""
    if not text or (text[0].isalnum() and text[-1].isalnum() and "/:" not in text):
        return text
    kept = _EMOTICONS.sub("", text) or text
    start, end = 0, len(kept)
    while end > start and _decorates(kept[end - 1]):
        end -= 1
    while start < end and _decorates(kept[start]):
        start += 1
    return kept[start:end] or text


def bare(text: str) -> str:
    """A normalised text without what is only polite: 我想看第18期，谢谢 becomes 第18期; "" if nothing else is in it."""
    opened = _OPENING.match(text)
    rest = text[opened.end() :] if opened else text
    closed = _CLOSING.search(rest, max(0, len(rest) - _POLITE))
    return trim(rest[: closed.start()] if closed else rest)


def _decorates(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] == "P" or category in ("So", "Sk", "Cc") or character == "~"
