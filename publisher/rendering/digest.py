"""The digest (摘要) of an article: the first sentences of it that mean something by themselves.

blocks -> lines (without datelines, marks of notes and of lists) -> sentences -> as many whole ones as go in
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

from publisher.document import Block, Heading, Paragraph, text_of, walk

AIM: Final = 100
"""Code points: the platform takes 120, a phone's list shows fewer still."""
PAIRS: Final = {"《": "》", "“": "”", "（": "）", "「": "」", "【": "】", "〈": "〉", "‘": "’", "(": ")", "[": "]"}

_LONGEST_LINE: Final = 1_000  # of which no digest reaches the end
_SHORTEST_LINE: Final = 12
_TOO_LITTLE: Final = 20

_PEOPLE: Final = "记者|通讯员|来源|图源|资料图|供稿|供图|摄影|作者|编辑|文/|图/|文／|图／"
_BRACKETS: Final = (
    rf"[\[［]注?\s?\d{{1,3}}[\]］]|[①-⑳](?=[。，；！？])|[（(](?:本报|本刊|本网|见习|特约)*(?:{_PEOPLE})[^（）()]{{0,40}}[)）]"
    r"|[（(][^（）()]{2,16}(?:供稿|供图|摄|报道)[)）]|[（(]见?图\s?\d{0,2}[)）]"
)
_NOISE: Final = re.compile(_BRACKETS)
_HEADS: Final = re.compile(
    rf"(?:{_BRACKETS}"
    r"|\s|【[^】]{1,20}】|本[报刊网台社会]\s?讯[，：:]?|[\w ·]{0,16}\d{1,2}月\d{1,2}日[电讯][，：:]?(?=[\s（(])"
    r"|(?:尊敬的|亲爱的|敬爱的|各)[^，。；：:！]{1,30}[：:]"
    r"|[•·●◆◇■□▪▶►○※★☑☐–*-]|\d{1,2}[.．](?!\d)|\d{1,2}[、)）]|[(（][\d一二三四五六七八九十]{1,3}[)）]"
    r"|[一二三四五六七八九十]{1,3}、|[①-⑳])*"
)
_SKIPPED_LINE: Final = re.compile(
    rf"(?:{_PEOPLE}|撰稿|责编|审核|编审|\w{{0,4}}(?:时间|地点|日期)|文|图)\s?[：:/／|丨 ].{{0,40}}|[▲△▼↑↓].*|图为.*"
    r"|(?:图|表|图表|图片|照片)\s?[\d一二三四五六七八九十]{1,3}(?:[\s：:.、-].*)?"
)
_SKIPPED_SENTENCE: Final = re.compile(
    r".*(?:https?://|www\.|[\w.]+@[\w.]+\w).*|.*[：:]|(?:尊敬的|亲爱的|敬爱的|各位).{0,20}[！!]|.{0,20}(?:大家|[你您]们?)好[！!。~～]*"
)
# A sentence that ends inside quotation marks goes on where 的 and the like follow: “加油！”的口号.
_END: Final = re.compile(
    r"(?:[。！？!?…]+[”’」』）)]*(?![的之等为是和与，、；：,])|(?<=[a-z0-9][a-z0-9%)])\.[”’\")]*(?=\s|$))\s*"
)
_CLAUSES: Final = (re.compile(r"；|;(?=\s)"), re.compile(r"，|,(?=\s)|——"), re.compile(r"、"))
_WORD: Final = re.compile(r"[0-9A-Za-z\u00c0-\u024f\u0300-\u036f.,%'’_/@:&+-]")
_LOOSE_ENDS: Final = "，、；：,;:—–- " + "".join(PAIRS)
# Joined to what stands before: emoji's joiner, their form, their frame, the colours of skin.
_JOINERS: Final = "\u200d\ufe0f\ufe0e\u20e3\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"


def digest_of(blocks: tuple[Block, ...], limit: int = AIM) -> str:
    """The first sentences of an article's running text, as many as go into `limit` code points; "" if it has none.

    Bylines, greetings, captions, addresses of pages and what only announces a list are no sentences of it.
    """
    lines = list(_lines(blocks)) or list(_lines(tuple(walk(blocks))))
    sentences = (sentence for line in lines for sentence in _sentences(line) if _means_something(sentence))
    rest = (line for line in lines if not _SKIPPED_SENTENCE.fullmatch(line))
    return _gather(sentences, limit) or cut_digest(" ".join(rest), limit)


def cut_digest(text: str, limit: int = AIM) -> str:
    """The first sentences of a text, as many as go into `limit` code points; of a longer sentence, its beginning."""
    text = " ".join(text.split())
    return text if len(text) <= limit else _gather(_sentences(text), limit)


def _gather(sentences: Iterable[str], limit: int) -> str:
    taken = ""
    for sentence in sentences:
        joined = taken + _blank_between(taken, sentence) + sentence
        if len(joined) <= limit:
            taken = joined
            continue
        # Three words are no digest where the second sentence is the long one.
        return cut_sentence(joined, limit, len(taken)) if len(taken) < _TOO_LITTLE else taken
    return taken


def _blank_between(before: str, after: str) -> str:
    return " " if before and before[-1] not in "。！？…”’」』）" and after else ""


# ---------------------------------------------------------------------------- lines


def _lines(blocks: tuple[Block, ...]) -> Iterator[str]:
    """The lines of running text up to the first heading after some of it."""
    begun = False
    for block in blocks:
        if isinstance(block, Heading) and begun:
            return
        if isinstance(block, Paragraph):
            for line in text_of(block.inlines)[:_LONGEST_LINE].split("\n"):
                cleaned = _cleaned(line)
                begun |= bool(cleaned)
                yield from (cleaned,) if cleaned else ()


def _cleaned(line: str) -> str:
    """The line without datelines, bylines, greetings and marks; "" if nothing else is in it."""
    line = " ".join(line.split())
    if _SKIPPED_LINE.fullmatch(line):
        return ""
    head = _HEADS.match(line)
    line = _NOISE.sub("", line[head.end() :] if head else line)
    return "" if _SKIPPED_LINE.fullmatch(line) or not any(map(str.isalnum, line)) else line


# ---------------------------------------------------------------------------- sentences


def _sentences(line: str) -> Iterator[str]:
    """The sentences of a line; none ends inside brackets or quotation marks."""
    line, start = line[:_LONGEST_LINE], 0
    for end in _END.finditer(line):
        sentence = line[start : end.end()]
        if not closers(sentence):
            yield sentence.strip()
            start = end.end()
    if line[start:].strip():
        yield line[start:].strip()


def _means_something(sentence: str) -> bool:
    whole = sentence[-1] in "。！？!?…”’」』）)."
    return not _SKIPPED_SENTENCE.fullmatch(sentence) and (whole or len(sentence) >= _SHORTEST_LINE)


def closers(text: str) -> str:
    """What would close the brackets and quotation marks that are open at the end of a text."""
    waiting: list[str] = []
    for character in text:
        if character in PAIRS:
            waiting.append(PAIRS[character])
        elif character in waiting:
            del waiting[len(waiting) - 1 - waiting[::-1].index(character) :]
    return "".join(reversed(waiting))


# ---------------------------------------------------------------------------- cuts


def cut_sentence(sentence: str, limit: int, least: int = 0) -> str:
    """The beginning of a sentence, with …, in `limit` code points: up to a clause's end, else between words, with its
    brackets and quotation marks closed. It is longer than `least`, where that can be.
    """
    least = max(least + 1, limit // 2)
    for marks in _CLAUSES:
        for end in reversed([found.start() for found in marks.finditer(sentence, least, limit - 1)]):
            if not closers(sentence[:end]):
                return sentence[:end] + "…"
    return next(cut for end in _ends(sentence, limit) if len(cut := _closed(sentence[:end])) <= limit)


def _ends(sentence: str, limit: int) -> Iterator[int]:
    """Where a sentence could be cut, the best place first: outside of brackets, then between words, then anywhere."""
    places = [end for end in range(limit - 1, 0, -1) if not _is_one(sentence[end - 1], sentence[end])]
    parted = [end for end in places if not (_WORD.match(sentence[end - 1]) and _WORD.match(sentence[end]))]
    yield from (end for end in parted if end >= limit // 2 and not closers(sentence[:end]))
    yield from parted
    yield from places
    yield 0


def _is_one(before: str, after: str) -> bool:
    """Whether two code points are drawn as one sign."""
    if before == "\u200d" or after in _JOINERS or unicodedata.combining(after):
        return True
    # Half of a flag, half of a broken surrogate pair.
    flag = "\U0001f1e6" <= before <= "\U0001f1ff" and "\U0001f1e6" <= after <= "\U0001f1ff"
    return flag or "\ud800" <= before <= "\udbff"


def _closed(beginning: str) -> str:
    kept = beginning.rstrip(_LOOSE_ENDS)
    return f"{kept}…{closers(kept)}"
