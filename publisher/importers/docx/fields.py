"""Fields: a code that Word hides ( HYPERLINK "https://…" ) and the result that it shows."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from publisher.importers.numerals import numeral

_MOST: Final = 64
_LONGEST_CODE: Final = 4_000
_OVERLAID: Final = re.compile(r"(?i:eq)\s+\\o\s?\\ac\s?\([○〇◯□△◇][,;]\s*([^(),;]{1,4})\)")
_HAN_DIGITS: Final = "〇一二三四五六七八九十"
_MOST_CIRCLED: Final = 50
_WORD: Final = re.compile(r'"([^"]*)"|(\S+)')

Address = Callable[[str, str], str]
"""Judges a link's target and the place in it: the address to follow, or ""."""


@dataclass(slots=True)
class _Field:
    """An open field: its code so far, then what it makes of its result."""

    code: list[str] = field(default_factory=list)
    in_code: bool = True
    href: str = ""
    link: bool = False
    contents: bool = False


class Fields:
    """The fields that are open at one place of a story, outermost first."""

    def __init__(self, address: Address) -> None:
        self._open: list[_Field] = []
        self._address = address

    def begin(self) -> None:
        """A field's code begins."""
        if len(self._open) >= _MOST:  # nobody nests so deep: ends were forgotten
            self._open.clear()
        self._open.append(_Field())

    def add_code(self, text: str) -> None:
        """A piece of the code; Word cuts it anywhere."""
        if self._open and self._open[-1].in_code:
            self._open[-1].code.append(text)

    def begin_result(self) -> None:
        """The code is complete, its result begins."""
        if not self._open:
            return
        found = self._open[-1]
        found.in_code = False
        words = [quoted or plain for quoted, plain in _WORD.findall("".join(found.code)[:_LONGEST_CODE])]
        name = words[0].upper() if words else ""
        found.contents = name == "TOC"
        found.link = name == "HYPERLINK"
        if found.link:
            found.href = self._address(*_target(words[1:]))

    def end(self) -> str:
        """The code of the innermost field, which ends here, if it has no result; an end too many is nothing."""
        if not self._open:
            return ""
        ended = self._open.pop()
        return "".join(ended.code)[:_LONGEST_CODE] if ended.in_code else ""

    def end_paragraph(self) -> None:
        """A code that runs over paragraphs is a damaged field; it must not swallow the text that follows."""
        self._open = [found for found in self._open if not found.in_code]

    def close(self) -> None:
        """Ends them all."""
        self._open.clear()

    def in_contents(self) -> bool:
        """Whether this is a generated contents list."""
        return bool(self._open) and any(found.contents for found in self._open)

    def in_code(self) -> bool:
        """Whether this is a code, which nobody sees."""
        return bool(self._open) and any(found.in_code for found in self._open)

    def in_link(self) -> bool:
        """Whether this looks like a link, followed or not."""
        return bool(self._open) and any(found.link for found in self._open)

    def href(self) -> str:
        """The address of the innermost link, or ""."""
        if not self._open:  # asked for every run
            return ""
        return next((found.href for found in reversed(self._open) if found.href), "")


def circled_text(code: str) -> str:
    r"""What 带圈字符 shows, a field without a result: EQ \o\ac(○,4) is ④; "" for any other code."""
    drawn = _OVERLAID.fullmatch(code.strip())
    return _circled(drawn[1]) if drawn else ""


def equation_text(code: str) -> str:
    r"""What an EQ code draws, in readable text: EQ \f(1,2) is 1/2, EQ \r(x) √(x); "" for any other code."""
    name, _, drawn = code.strip().partition(" ")
    if name.upper() != "EQ":
        return ""
    drawn = re.sub(r"\\f\s*\(([^(),]*)[,;]([^(),]*)\)", r"\1/\2", drawn)
    drawn = re.sub(r"\\r\s*\(", "√(", drawn)
    return re.sub(r"\\\*?\s?(?:[a-z]+\d*|\"[^\"]*\")\s?\d*", "", drawn).strip()


def _circled(text: str) -> str:
    """The sign in a circle, or, where Unicode has none, the text in brackets."""
    number = int(text) if text.isdecimal() else _HAN_DIGITS.find(text) if len(text) == 1 else 0
    if 1 <= number <= _MOST_CIRCLED:
        return numeral("decimalEnclosedCircle" if text.isdecimal() else "ideographEnclosedCircle", number)
    return f"（{text}）"


def _target(words: list[str]) -> tuple[str, str]:
    r"""Address and place of a HYPERLINK code: HYPERLINK "address" \l "place" \o "tip"."""
    target, anchor, option = "", "", ""
    for word in words:
        if word.startswith("\\"):
            option = word
            continue
        match option:
            case "\\l":
                anchor = word
            case "" if not target:
                target = word
            case _:
                pass
        option = ""
    return target, anchor
