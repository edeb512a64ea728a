"""Which issue a reader means: 第十八期, 2024年第6期, 七月那期, 上一期, in every notation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from publisher.replies.spelling import even, normalise, trim

_VALUES: Final = ("零〇", "一壹", "二贰两兩", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
_DIGIT: Final = {character: value for value, characters in enumerate(_VALUES) for character in characters}
_FORMAL: Final = str.maketrans("拾佰", "十百")
_LETTERS: Final = str.maketrans("lio", "110")
_ANY, _ONE = f"[{''.join(_DIGIT)}]", f"[{''.join(_DIGIT).strip('零〇')}]"
_HUNDREDS = f"{_ONE}[百佰](?:[零〇]?{_ONE}?[十拾]{_ONE}?|[零〇]?{_ONE})?"
_TENS = f"(?:{_ONE}?[十拾]|[廿卅]){_ONE}?"
_ARABIC = "(?=[lio]{0,5}[0-9])[0-9lio]{1,6}"
"""Thumbs take l and o for 1 and 0; one true digit must be there."""
_NUMERAL = f"{_ARABIC}|{_HUNDREDS}|{_TENS}|{_ANY}{{1,3}}"
"""18, 十八, 廿一, 一百零八, 一百十, 一百二 (120), 一八: whatever it matches, `read_numeral` reads."""
_YEAR = f"(?:[0-9]{{2}}){{1,2}}|(?:{_ANY}{{2}}){{1,2}}"
_MONTH = f"0?[1-9]|1[0-2]|十[一二]?|{_ONE}"
_SLIPS: Final = {"第": "[第弟地递帝]", "期": "[期其旗骑斯]"}
"""What is typed for these by people who take the first character that is offered."""
_HINT: Final = re.compile(f"[0-9{''.join(_DIGIT)}十拾廿卅]")


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


@dataclass(frozen=True, slots=True)
class MonthNumber:
    """2024年7月那期, 七月号: by its date; `year` is None where the reader does not say."""

    year: int | None
    month: int


@dataclass(frozen=True, slots=True)
class Before:
    """上一期: `steps` before the latest."""

    steps: int


@dataclass(frozen=True, slots=True)
class First:
    """创刊号: the oldest there is."""


Number = PlainNumber | TotalNumber | YearNumber | MonthNumber | Before | First


def read_numeral(numeral: str) -> int:
    """The value of Arabic or Chinese digits (十八, 壹佰零捌, 一八, l8), up to 999 for Chinese ones."""
    if numeral.translate(_LETTERS).isdecimal():
        return int(numeral.translate(_LETTERS))
    numeral = numeral.translate(_FORMAL).replace("廿", "二十").replace("卅", "三十")
    if "百" in numeral:
        hundreds, _, rest = numeral.partition("百")
        # 一百二 is 120, but 一百零二 is 102.
        tens = rest + "十" if rest in _DIGIT else rest
        return _DIGIT[hundreds] * 100 + _read_tens(tens.lstrip("零〇"))
    return _read_tens(numeral)


def compile_notation(notation: str) -> re.Pattern[str]:
    """A pattern for a whole normalised text from a notation such as 第N期, Y年第N期, 总第N期 or Y年M月: N stands for
    the number, Y for the year, M for the month (all capital). ValueError (Chinese) unless it has any, each at most
    once, and not both N and M.
    """
    pieces = re.split("([NYM])", trim(even(notation)))
    counts = {letter: pieces.count(letter) for letter in "NYM"}
    if max(counts.values()) != 1 or (counts["N"] and counts["M"]):
        raise ValueError("要有大写 N（期号）或 M（月份），可以再有 Y（年份），各最多一个")
    group = "total" if "总" in "".join(pieces) else "number"
    stands = {"N": f"(?P<{group}>{_NUMERAL})", "Y": f"(?P<year>{_YEAR})", "M": f"(?P<month>{_MONTH})"}
    return re.compile("".join(stands.get(piece) or _with_slips(piece) for piece in pieces))


def may_hold_number(text: str) -> bool:
    """Whether any digit is in a normalised text: without one, no notation needs to be tried."""
    return _HINT.search(text) is not None


def read_number(groups: Mapping[str, str]) -> Number | None:
    """The number that a compiled notation caught; None: it caught a year alone."""
    year = _read_year(groups["year"]) if "year" in groups else None
    if "total" in groups:
        return TotalNumber(read_numeral(groups["total"]))
    if "month" in groups:
        return MonthNumber(year, read_numeral(groups["month"]))
    if "number" not in groups:
        return None
    value = read_numeral(groups["number"])
    return PlainNumber(value) if year is None else YearNumber(year, value)


def read_page(groups: Mapping[str, str]) -> tuple[int, int | None]:
    """The page and the year of a contents list that a compiled notation caught: 目录2, 2023年目录."""
    page = read_numeral(groups["number"]) if "number" in groups else 1
    return page, _read_year(groups["year"]) if "year" in groups else None


def read_issue(text: str) -> Number | None:
    """The issue that an editor names in a rule: 第18期, 2024年第6期, 2024年7月, 上一期, 创刊号. None: it names none."""
    written = normalise(text)
    if written in _RELATIVE:
        return _RELATIVE[written]
    caught = (pattern.fullmatch(written) for pattern in _NOTATIONS)
    found = next((match for match in caught if match), None)
    return read_number(found.groupdict()) if found else None


def label_number(number: Number) -> str:
    """How the number is said back to the reader: 第 18 期."""
    match number:
        case PlainNumber(value=value):
            return f"第 {value} 期"
        case TotalNumber(value=value):
            return f"总第 {value} 期"
        case YearNumber(year=year, value=value):
            return f"{year} 年第 {value} 期"
        case MonthNumber(year=None, month=month):
            return f"{month} 月的那一期"
        case MonthNumber(year=year, month=month):
            return f"{year} 年 {month} 月的那一期"
        case Before():
            return "更早的一期"
        case First():
            return "第一期"


def _with_slips(piece: str) -> str:
    return "".join(_SLIPS.get(character) or re.escape(character) for character in piece.casefold())


def _read_year(digits: str) -> int:
    year = int("".join(str(_DIGIT.get(digit, digit)) for digit in digits))
    return year if len(digits) == 4 else 2000 + year  # noqa: PLR2004 - 24年 is 2024年


def _read_tens(numeral: str) -> int:
    tens, ten, ones = numeral.rpartition("十")
    if ten:
        return (_DIGIT[tens] if tens else 1) * 10 + (_DIGIT[ones] if ones else 0)
    return int("".join(str(_DIGIT[digit]) for digit in numeral) or "0")


_RELATIVE: Final[Mapping[str, Number]] = {
    "上一期": Before(1),
    "上期": Before(1),
    "上上期": Before(2),
    "创刊号": First(),
}
_NOTATIONS: Final = tuple(
    compile_notation(notation)
    for notation in ("第N期", "N期", "总第N期", "总N期", "Y年第N期", "Y年N期", "Y年M月", "Y年M月号", "M月", "M月号")
)
