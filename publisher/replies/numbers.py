"""How readers write: `normalise` evens out keyboards; issue numbers come in every notation."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

_LONGEST = 256
"""Characters of a message that are looked at: nobody asks for an issue in more."""

_BLANK = re.compile("[\\s\u00ad\u200b-\u200f\u2060-\u2064\ufe0e\ufe0f\ufeff]+")
"""Blanks, and what cannot be seen: joiners, byte order marks, emoji selectors."""

_VALUES = (("零", "〇"), ("一",), ("二", "两", "兩"), ("三",), ("四",), ("五",), ("六",), ("七",), ("八",), ("九",))
_DIGIT = {character: value for value, characters in enumerate(_VALUES) for character in characters}
_ANY, _ONE = f"[{''.join(_DIGIT)}]", f"[{''.join(_DIGIT).strip('零〇')}]"
_HUNDREDS = f"{_ONE}百(?:[零〇]?{_ONE}?十{_ONE}?|[零〇]?{_ONE})?"
_TENS = f"(?:{_ONE}?十|[廿卅]){_ONE}?"
_NUMERAL = f"[0-9]{{1,6}}|{_HUNDREDS}|{_TENS}|{_ANY}{{1,3}}"
"""18, 十八, 廿一, 一百零八, 一百十, 一百二 (120), 一八: whatever it matches, `read_numeral` reads."""
_YEAR = f"(?:[0-9]{{2}}){{1,2}}|(?:{_ANY}{{2}}){{1,2}}"


@dataclass(frozen=True, slots=True)
class PlainNumber:
    """第18期: counted from the beginning, or within a year; the reader does not say."""

    value: int


@dataclass(frozen=True, slots=True)
class TotalNumber:
    """总第18期: counted from the beginning."""

    value: int


@dataclass(frozen=True, slots=True)
class YearNumber:
    """2024年第6期: counted within the year."""

    year: int
    value: int


Number = PlainNumber | TotalNumber | YearNumber


def normalise(text: str) -> str:
    """`text` as rules compare it: NFKC, lower case, no blanks, no punctuation or emoji at its ends. A text
    of nothing else keeps it, so that a rule can answer “？”.
    """
    return _squeeze(text[:_LONGEST]).casefold()


def read_numeral(numeral: str) -> int:
    """The value of Arabic or Chinese digits (十八, 一百零八, 一八), up to 999 for Chinese ones."""
    if numeral.isdecimal():
        return int(numeral)
    numeral = numeral.replace("廿", "二十").replace("卅", "三十")
    if "百" in numeral:
        hundreds, _, rest = numeral.partition("百")
        # 一百二 is 120, but 一百零二 is 102.
        tens = rest + "十" if rest in _DIGIT else rest
        return _DIGIT[hundreds] * 100 + _read_tens(tens.lstrip("零〇"))
    return _read_tens(numeral)


def compile_notation(notation: str) -> re.Pattern[str]:
    """A pattern for a whole normalised text from a notation such as 第N期, Y年第N期 or 总第N期: N stands for
    the number, Y for the year (both capital). ValueError (Chinese) unless it has one N and at most one Y.
    """
    pieces = re.split("([NY])", _squeeze(notation))
    if pieces.count("N") != 1 or pieces.count("Y") > 1:
        raise ValueError("要有且只有一个大写 N（期号），最多一个大写 Y（年份）")
    group = "total" if "总" in notation or "總" in notation else "number"
    stands = {"N": f"(?P<{group}>{_NUMERAL})", "Y": f"(?P<year>{_YEAR})"}
    return re.compile("".join(stands.get(piece) or re.escape(piece.casefold()) for piece in pieces))


def read_number(groups: Mapping[str, str]) -> Number:
    """The number that a compiled notation caught."""
    if "total" in groups:
        return TotalNumber(read_numeral(groups["total"]))
    value = read_numeral(groups["number"])
    if "year" not in groups:
        return PlainNumber(value)
    year = int("".join(str(_DIGIT.get(digit, digit)) for digit in groups["year"]))
    return YearNumber(year if len(groups["year"]) == 4 else 2000 + year, value)  # noqa: PLR2004 - 24年 is 2024年


def label_number(number: Number) -> str:
    """How the number is said back to the reader: 第 18 期."""
    match number:
        case PlainNumber(value=value):
            return f"第 {value} 期"
        case TotalNumber(value=value):
            return f"总第 {value} 期"
        case YearNumber(year=year, value=value):
            return f"{year} 年第 {value} 期"


def _read_tens(numeral: str) -> int:
    tens, ten, ones = numeral.rpartition("十")
    if ten:
        return (_DIGIT[tens] if tens else 1) * 10 + (_DIGIT[ones] if ones else 0)
    return int("".join(str(_DIGIT[digit]) for digit in numeral) or "0")


def _squeeze(text: str) -> str:
    text = _BLANK.sub("", unicodedata.normalize("NFKC", text))
    start, end = 0, len(text)
    while end > start and _decorates(text[end - 1]):
        end -= 1
    while start < end and _decorates(text[start]):
        start += 1
    return text[start:end] or text


def _decorates(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] == "P" or category in ("So", "Sk", "Cc") or character == "~"
