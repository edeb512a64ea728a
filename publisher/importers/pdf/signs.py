"""The signs of a PDF as people type them: no radicals for characters, no ligatures, no hyphens in disguise."""

from __future__ import annotations

import unicodedata
from typing import Final

from publisher.importers.symbols import readable
from publisher.importers.text import is_chinese, is_wide

_RADICALS: Final = dict(
    zip(
        "⺁⺇⺌⺎⺟⺠⺪⺮⻁⻄⻅⻆⻉⻋⻑⻓⻔⻖⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻪⻬⻮⻰⻳⼾⾭",
        "厂几小兀母民疋竹虎西见角贝车長长门阝青韦页风飞食马骨鬼鱼鸟麦黄黾齐齿龙龟户青",
        strict=True,
    )
)
"""Radicals that Unicode does not itself call compatible; fonts name them in place of the characters that they are."""
_HYPHEN: Final = 0x2
"""What PDFium makes of a hyphen at the end of a line."""
_UNREADABLE: Final = (0, 0xFFFD, 0xFFFE, 0xFFFF)
_TOGETHER: Final = range(0xFB00, 0xFB07)
_SOFT_HYPHEN: Final = "\u00ad"
_LARGEST: Final = 0x10FFFF
_SURROGATES: Final = range(0xD800, 0xE000)
_PRIVATE: Final = range(0xE000, 0xF900)


def spelled(code: int) -> str:
    """The text of a sign: "" for nothing, a NUL for a sign that the file does not say how to read."""
    if code == _HYPHEN:
        return "-"
    if code in _UNREADABLE or code > _LARGEST or code in _SURROGATES:
        return "\0"
    sign = chr(code)
    if sign.isalnum() and sign < "\u2e80":
        return sign
    return _plain(sign, code)


def _plain(sign: str, code: int) -> str:
    if sign in "\t\u00a0":
        return " "
    if sign == _SOFT_HYPHEN or unicodedata.category(sign) in {"Cc", "Cf"}:
        return ""
    if code in _TOGETHER:
        return unicodedata.normalize("NFKC", sign)
    return readable(sign, "Wingdings") if code in _PRIVATE else sign


def modern(text: str) -> str:
    """Text whose radicals and compatibility characters are the characters that they stand for."""
    return "".join(_modern(sign) for sign in text)


def _modern(sign: str) -> str:
    if "\u2e80" <= sign <= "\u2fd5" or "\uf900" <= sign <= "\ufad9":
        return _RADICALS.get(sign) or unicodedata.normalize("NFKC", sign)
    return sign


def width_in_ems(text: str) -> float:
    """The width that a sign has at least: of marks, some fonts only tell where the ink is."""
    return 0.98 if is_wide(text) and len(text) == 1 else 0.0


def takes_blank(before: str, after: str) -> bool:
    """Whether a blank may stand between two signs: not beside Chinese marks, which bring their own."""
    return not any(is_chinese(sign) and not sign.isalnum() for sign in (before, after))
