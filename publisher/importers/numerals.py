"""Numbers as Word writes them in automatic labels: 一, 十二, ①, iv, (c) … by the names of w:numFmt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

_DIGITS: Final = "〇一二三四五六七八九"
_UNITS: Final = ("", "十", "百", "千")
_LEGAL_DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
_LEGAL_UNITS: Final = ("", "拾", "佰", "仟")
_STEMS: Final = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES: Final = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN: Final = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
)
_MOST_ROMAN: Final = 3_999
_MOST_LETTERS: Final = 26 * 30
_TEN_THOUSAND: Final = 10_000


def numeral(kind: str, number: int) -> str:
    """The number in the notation that w:numFmt names; one that it cannot write, or an unknown one, in digits."""
    if kind == "none":
        return ""
    return _KINDS.get(kind, str)(number) if number >= 0 else str(number)


def _count(number: int, digits: str, units: tuple[str, ...], zero: str) -> str:
    """Counting with 十, 百, 千: 105 is 一百零五, 110 一百一十."""
    if not 0 < number < _TEN_THOUSAND:
        return digits[0] if number == 0 else str(number)
    parts: list[str] = []
    gap = False
    for place, digit in zip(range(len(str(number)) - 1, -1, -1), str(number), strict=True):
        if digit == "0":
            gap = True
            continue
        parts.append((zero if gap and parts else "") + digits[int(digit)] + units[place])
        gap = False
    return "".join(parts)


def _chinese(number: int) -> str:
    text = _count(number, _DIGITS, _UNITS, "零")
    return text[1:] if text.startswith("一十") else text


def _japanese(number: int) -> str:
    text = _count(number, _DIGITS, _UNITS, "")
    return text if len(text) == 1 else "".join(_without_one(text))


def _without_one(text: str) -> list[str]:
    """百十 where Chinese has 一百一十."""
    return [sign for sign, after in zip(text, text[1:] + " ", strict=True) if not (sign == "一" and after in "十百千")]


def _legal(number: int) -> str:
    return _count(number, _LEGAL_DIGITS, _LEGAL_UNITS, "零")


def _digital(number: int) -> str:
    return "".join(_DIGITS[int(digit)] for digit in str(number))


def _roman(number: int) -> str:
    if not 0 < number <= _MOST_ROMAN:
        return str(number)
    parts: list[str] = []
    for amount, letters in _ROMAN:
        times, number = divmod(number, amount)
        parts.append(letters * times)
    return "".join(parts)


def _letters(number: int) -> str:
    """Word goes a … z, aa, bb, cc, not aa, ab, ac."""
    if not 0 < number <= _MOST_LETTERS:
        return str(number)
    times, letter = divmod(number - 1, 26)
    return chr(ord("a") + letter) * (times + 1)


def _sign(first: str, most: int) -> Callable[[int], str]:
    """Signs that stand in a row in Unicode: ⑴ ⑵ …"""
    return lambda number: chr(ord(first) + number - 1) if 0 < number <= most else str(number)


def _circled(number: int) -> str:
    for first, least, most in (("①", 1, 20), ("㉑", 21, 35), ("㊱", 36, 50)):
        if least <= number <= most:
            return chr(ord(first) + number - least)
    return str(number)


def _cycled(signs: str) -> Callable[[int], str]:
    return lambda number: signs[number - 1] if 0 < number <= len(signs) else str(number)


def _full_width(number: int) -> str:
    return "".join(chr(ord("０") + int(digit)) for digit in str(number))


def _upper(lower: Callable[[int], str]) -> Callable[[int], str]:
    return lambda number: lower(number).upper()


_KINDS: Final[dict[str, Callable[[int], str]]] = {
    "chineseCounting": _chinese,
    "chineseCountingThousand": _chinese,
    "taiwaneseCounting": _chinese,
    "taiwaneseCountingThousand": _chinese,
    "japaneseCounting": _japanese,
    "ideographDigital": _digital,
    "japaneseDigitalTenThousand": _digital,
    "taiwaneseDigital": _digital,
    "chineseLegalSimplified": _legal,
    "ideographTraditional": _cycled(_STEMS),
    "ideographZodiac": _cycled(_BRANCHES),
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "decimalEnclosedParen": _sign("⑴", 20),
    "decimalEnclosedFullstop": _sign("⒈", 20),
    "ideographEnclosedCircle": _sign("㊀", 10),
    "ideographParenthesized": _sign("㈠", 10),
    "decimalFullWidth": _full_width,
    "decimalFullWidth2": _full_width,
    "decimalZero": "{:02d}".format,
    "numberInDash": "- {} -".format,
    "lowerLetter": _letters,
    "upperLetter": _upper(_letters),
    "lowerRoman": _roman,
    "upperRoman": _upper(_roman),
}
