"""Which issue a reader means: 第十八期, 2024年第6期, 七月那期, 上一期, in every notation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
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
_SLIPS: Final = str.maketrans("弟地递帝其旗骑斯", "第第第第期期期期")
"""What is typed by people who take the first character that is offered."""
_COUNTING: Final = f"0-9{''.join(_DIGIT)}十拾廿卅百佰"
_HINT: Final = re.compile(f"[{_COUNTING}]")
_RUN: Final = re.compile(f"[lio]{{0,5}}[{_COUNTING}][lio{_COUNTING}]*")


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


@dataclass(frozen=True, slots=True)
class Notation:
    """One way to write a number, a month or a year, such as 第N期 or Y年M月: as it is written, its letters, and the
    shapes of the texts that it may match.
    """

    written: str
    letters: frozenset[str]
    shapes: frozenset[str]

    def match(self, text: str) -> Mapping[str, str] | None:
        """The parts of a whole normalised text: `number` or `total`, `month`, `year`; None: it is written otherwise."""
        found = _compile(self.written).fullmatch(text.translate(_SLIPS))
        return found.groupdict() if found else None


def read_notation(notation: str) -> Notation:
    """A notation such as 第N期, Y年第N期, 总第N期 or Y年M月: N stands for the number, Y for the year, M for the month
    (all capital). ValueError (Chinese) unless it has any, each at most once, and not both N and M.
    """
    written = trim(even(notation)).translate(_SLIPS)
    counts = {letter: written.count(letter) for letter in "NYM"}
    if max(counts.values()) != 1 or (counts["N"] and counts["M"]):
        raise ValueError("要有大写 N（期号）或 M（月份），可以再有 Y（年份），各最多一个")
    # In both kinds of digits: what stands beside them may count to either.
    filled = (re.sub("[NM]", one, written.replace("Y", two)) for one in "1一" for two in ("11", "一一"))
    letters = frozenset(letter for letter, count in counts.items() if count)
    return Notation(written, letters, frozenset(shape(text.casefold()) for text in filled))


def shape(text: str) -> str:
    """What is left of a normalised text if nobody minds which number it is: 第#期 of 第18期 and of 弟十八其; "" if no
    digit is in it.
    """
    return _RUN.sub("#", text.translate(_SLIPS)) if _HINT.search(text) else ""


@lru_cache(maxsize=1024)
def _compile(written: str) -> re.Pattern[str]:
    group = "total" if "总" in written else "number"
    stands = {"N": f"(?P<{group}>{_NUMERAL})", "Y": f"(?P<year>{_YEAR})", "M": f"(?P<month>{_MONTH})"}
    return re.compile(
        "".join(stands.get(piece) or re.escape(piece.casefold()) for piece in re.split("([NYM])", written))
    )


def match_any(notations: Iterable[Notation], text: str) -> Mapping[str, str] | None:
    """What the first of some notations catches of a whole normalised text; None: none matches. Only those of its shape
    are compiled.
    """
    seen = shape(text)
    caught = (notation.match(text) for notation in notations if seen in notation.shapes)
    return next((parts for parts in caught if parts is not None), None)


def read_number(groups: Mapping[str, str]) -> Number | None:
    """The number that a notation caught; None: it caught a year alone."""
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
    """The page and the year of a contents list that a notation caught: 目录2, 2023年目录."""
    page = read_numeral(groups["number"]) if "number" in groups else 1
    return page, _read_year(groups["year"]) if "year" in groups else None


def read_issue(text: str) -> Number | None:
    """The issue that an editor names in a rule: 第18期, 2024年第6期, 2024年7月, 上一期, 创刊号. None: it names none."""
    written = normalise(text)
    if written in _RELATIVE:
        return _RELATIVE[written]
    found = match_any(_NOTATIONS, written)
    return None if found is None else read_number(found)


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
    read_notation(notation)
    for notation in ("第N期", "N期", "总第N期", "总N期", "Y年第N期", "Y年N期", "Y年M月", "Y年M月号", "M月", "M月号")
)
