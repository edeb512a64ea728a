"""The head of an issue: its name, number, date, editor and addresses, in whatever notation."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from msgspec.structs import replace

from publisher.document import Level, Masthead, Note, Span
from publisher.newsletter.lines import Line, letters, says_something
from publisher.newsletter.speech import before_fields, fields

_DIGITS: Final = {char: value for value, char in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
_NUMERAL: Final = r"[0-9]{1,4}|[〇零一二三四五六七八九十百]{1,6}"
_BRACKETS: Final = str.maketrans(dict.fromkeys("〔〕[]【】(){}<>《》「」『』〈〉（）", " "))
_TOTAL: Final = re.compile(rf"(?:[总總]|累计)\s*(?:第\s*({_NUMERAL})\s*(?:期|号)?|({_NUMERAL})\s*期)")
_ISSUE: Final = re.compile(rf"第\s*({_NUMERAL})\s*(?:期|辑)|(?<=年)\s*({_NUMERAL})\s*期")
_VOLUME: Final = re.compile(r"Vol(?:ume)?\s*[.:]?\s*([0-9]{1,4})", re.IGNORECASE)
_NUMBER: Final = re.compile(r"(?:No|Issue)\s*[.:]?\s*([0-9]{1,4})", re.IGNORECASE)
_YEAR: Final = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2}|二[〇零][〇零一二三四五六七八九]{2})(?![0-9])\s*年?度?")
_DATE: Final = re.compile(
    r"(?<![0-9])((?:19|20)[0-9]{2}|二[〇零][〇零一二三四五六七八九]{2})\s*(?:年|[-./])\s*([0-9]{1,2}|[一二三四五六七八九十]{1,2})"
    r"(?:\s*(?:月|[-./])\s*([0-9]{1,2}|[一二三四五六七八九十]{1,3})\s*[日号]?|\s*月(?:份|号|刊)?)(?![0-9])"
)
_SMALL_WORDS: Final = re.compile(
    r"星期[一二三四五六日天]|周[一二三四五六日天]|月刊|双月刊|季刊|半月刊|周刊|内部(?:资料|刊物|交流)|出版|编印|发布|出刊"
)
_MADE_BY: Final = re.compile(
    r"([^，。；：:]{2,30}?)\s*(?:编印|主办|编辑|编写|编制|主编|总编|(?<![汇改新选收整缩续])编)"
)
_OFFICE: Final = re.compile(r"(?:办公室|秘书处|编辑部|编委会)$")
_PERIODICAL: Final = re.compile(r"(?:简报|简讯|通讯|快讯|快报|月报|月刊|季刊|会刊|动态|要情|信息|参考|导刊)$")
_MAIL: Final = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_CONFIDENTIAL: Final = re.compile(r"内部|注意保存|仅供|秘密|机密|赠阅|免费")
_WIDE_BLANK: Final = re.compile(r"\u3000+|[ \t]{2,}|(?<=\S) (?=[12][0-9]{3}\s*年|第)")
_SHORT: Final = 40
_DECEMBER: Final = 12


@dataclass(slots=True)
class _Found:
    head: Masthead = field(default_factory=Masthead)
    used: list[str] = field(default_factory=list)
    spare: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Numbers:
    """What a line says in numbers; `rest` is its text without them."""

    year: int | None
    issue: int | None
    total: int | None
    date: str
    rest: str


def read_masthead(lines: Sequence[Line]) -> tuple[Masthead | None, tuple[Note, ...]]:
    """The masthead that some lines make, and notes on what of them is in none of its fields."""
    found = _Found()
    for line in lines:
        for piece in line.text.replace("\n", "\t").split("\t"):
            _read_piece(found, piece.strip())
    notes = _notes(found, lines[0].span if lines else Span())
    return (None if found.head == Masthead() else found.head), notes


def is_head_line(text: str) -> bool:
    """Whether a line says nothing but the issue's number, its date, who made it or how to reach them."""
    if len(text) > _SHORT * 2 or not says_something(text):
        return False
    if fields(text) or _is_maker(text):
        return True
    numbers = _numbers(text)
    said = numbers.issue or numbers.total or numbers.date
    return bool(said and (not numbers.rest or _OFFICE.search(numbers.rest)))


def names_issue(text: str) -> bool:
    """Whether a line gives an issue's number, with at most a name before it: «金融简讯 2024年第6期»."""
    if len(text) > _SHORT * 2:
        return False
    if fields(text):
        return any(names_issue(piece) for piece in _WIDE_BLANK.split(text) if not fields(piece))
    numbers = _numbers(text)
    if numbers.issue is None and numbers.total is None:
        return False
    whole, rest = _compact(text), _compact(numbers.rest)
    return not rest or whole.startswith(rest) or (numbers.year is not None and whole.endswith(rest))


def date_of(text: str) -> str:
    """The ISO date in a text, "2024-07" where it has no day, or ""."""
    match = _DATE.search(unicodedata.normalize("NFKC", text))
    if not match:
        return ""
    year, month, day = (value_of(part) for part in match.groups(""))
    if not 1 <= month <= _DECEMBER or not 0 <= day <= monthrange(year, month)[1]:
        return ""
    return f"{year:04}-{month:02}" + (f"-{day:02}" if day else "")


def value_of(text: str) -> int:
    """Arabic or Chinese digits (十八, 一百零八, 二〇二四) as a number, 0 for ""."""
    if text.isdecimal():
        return int(text)
    if not set(text) & set("十百"):
        return int("".join(str(_DIGITS[char]) for char in text) or "0")
    hundreds, _, rest = text.rpartition("百")
    tens, ten, ones = rest.rpartition("十")
    value = value_of(hundreds or "0") * 100
    tens_value = (value_of(tens.lstrip("零〇")) or 1) * 10 if ten else 0
    return value + tens_value + value_of(ones.lstrip("零〇") if ten else rest.lstrip("零〇"))


def _read_piece(found: _Found, text: str) -> None:
    """Reads a line, or a cell of one, and books what of it is in no field."""
    used, spare = len(found.used), len(found.spare)
    _read(found, text)
    found.spare[spare:] = [value for value in found.spare[spare:] if letters(value) and not date_of(value)]
    found.lost.append(_without(text, [*found.used[used:], *found.spare[spare:]]))


def _read(found: _Found, text: str) -> None:
    labelled = fields(text)
    if labelled:
        for piece in filter(letters, _apart(before_fields(text))):
            _read(found, piece)
        for name, value in labelled:
            first, *others = _apart(value)
            _fill(found, name, first)
            for piece in others:
                _read(found, piece)
    elif _is_maker(text):
        _fill(found, "editor", _maker(text))
    else:
        _read_numbers(found, text)


def _apart(text: str) -> list[str]:
    """The text, cut at wide blanks if a piece tells the issue's number or its date: 安澜　第 18 期."""
    pieces = [piece for piece in _WIDE_BLANK.split(text) if piece]
    said = [bool(numbers.issue or numbers.total or numbers.date) for numbers in map(_numbers, pieces)]
    return pieces if any(said) else [text]


def _read_numbers(found: _Found, text: str) -> None:
    numbers, head = _numbers(text), found.head
    plain = numbers.issue is None and numbers.total is None and not numbers.date
    if not plain:
        found.head = replace(
            head,
            year=head.year or numbers.year or _year_of(numbers.date),
            issue=numbers.issue if head.issue is None else head.issue,
            total_issue=numbers.total if head.total_issue is None else head.total_issue,
            date=head.date or numbers.date,
        )
    rest = text if plain else _as_written(text, numbers.rest)
    if not rest:
        return
    if _MAIL.fullmatch(rest) or (_is_maker(rest) and head.name):
        _fill(found, "email" if "@" in rest else "editor", rest if "@" in rest else _maker(rest))
    elif _CONFIDENTIAL.search(rest):
        found.spare.append(rest)
    elif head.name and _OFFICE.search(rest):
        _fill(found, "editor", rest)
    elif plain and head.name and _PERIODICAL.search(_compact(rest)) and not _PERIODICAL.search(head.name):
        found.head = replace(found.head, name=head.name + "".join(rest.strip("《》").split()))  # on two lines
        found.used.append(rest)
    else:
        _fill(found, "name", rest.strip("《》"))


def _fill(found: _Found, name: str, value: str) -> None:
    """Keeps the first value of each field; what comes second, or has no field, is told."""
    if not value:
        return
    if name == "other":
        found.head = replace(found.head, date=found.head.date or date_of(value))
    elif not getattr(found.head, name):
        found.head = _with(found.head, name, value)
        found.used.append(value)
        return
    found.spare.append(value)


def _with(head: Masthead, name: str, value: str) -> Masthead:
    match name:
        case "name":
            return replace(head, name=value)
        case "editor":
            return replace(head, editor=value)
        case "address":
            return replace(head, address=value)
        case "email":
            return replace(head, email=value)
        case _:
            return replace(head, phone=value)


def _notes(found: _Found, span: Span) -> tuple[Note, ...]:
    notes = []
    if any(map(letters, found.lost)):
        lost = "\n".join(filter(letters, found.lost))
        notes.append(Note("masthead", "刊头的期号、日期和各项名目已读出。", Level.INFO, span, lost=lost))
    if found.spare:
        said = "；".join(found.spare)
        text = f"刊头里的这些文字没有位置可放，没有发布：{said}。如需要，请写进正文。"
        notes.append(Note("masthead-spare", text, Level.WARNING, span, lost="\n".join(found.spare)))
    return tuple(notes)


def _without(text: str, parts: Iterable[str]) -> str:
    for part in sorted(parts, key=len, reverse=True):
        text = text.replace(part, "", 1)
    return text


def _numbers(text: str) -> _Numbers:
    rest = unicodedata.normalize("NFKC", text).translate(_BRACKETS)
    date = date_of(rest)
    rest, _ = _taken(_DATE, rest) if date else (rest, "")
    rest, total = _taken(_TOTAL, rest)
    rest, issue = _taken(_ISSUE, rest)
    rest, volume = _taken(_VOLUME, rest)
    rest, number = _taken(_NUMBER, rest) if volume or issue or total else (rest, "")
    total = total or (volume if not number else "")
    issue = issue or number
    year = ""
    if total or issue or date:
        rest, year = _taken(_YEAR, rest)
        rest = _SMALL_WORDS.sub(" ", rest)
    return _Numbers(
        _number(year), _number(issue), _number(total), date, " ".join(rest.split()).strip("·|-—,，、:： 年")
    )


def _taken(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    match = pattern.search(text)
    if not match:
        return text, ""
    said = next((group for group in match.groups() if group), "")
    return f"{text[: match.start()]} {text[match.end() :]}", said


def _as_written(text: str, rest: str) -> str:
    """`rest` as the line itself writes it, or as far as the line goes on with it."""
    return rest if rest in text else next((part for part in text.split() if part in rest), "")


def _is_maker(text: str) -> bool:
    return bool(_maker(text))


def _maker(text: str) -> str:
    match = _MADE_BY.fullmatch(text.strip("（）()【】 "))
    return match[1].strip() if match else ""


def _year_of(date: str) -> int | None:
    return int(date[:4]) if date else None


def _number(text: str) -> int | None:
    return value_of(text) if text else None


def _compact(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).translate(_BRACKETS).split())
