"""Plain text: lines as they were typed. Structure is not guessed here."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from publisher.document import Document, Flow, Paragraph, Span, Text
from publisher.errors import Unreadable
from publisher.importers.characters import read_characters
from publisher.importers.front_matter import read_front_matter

MOST_LINES: Final = 10_000
MOST_CHARACTERS: Final = 1_000_000
"""A newsletter of 15,000 characters has 300 lines; 10,000 lines are 300 pages, the most that a PDF may have, too."""

# The joiner of emoji sequences (U+200D) stays where a pictograph follows; all the others only hinder comparing.
_INVISIBLE: Final = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]"
    "(?!(?<=\u200d)[\u2190-\u2bff\U0001f000-\U0001faff])"
)
_NEWLINE: Final = re.compile(r"\r\n|\n|\r")
_BREAK_INSIDE: Final = re.compile("[\f\v\x85\u2028\u2029]")
_BLANKS: Final = " \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_INDENT: Final = re.compile(f"^[{_BLANKS}]+")
_TRAILING: Final = re.compile(f"[{_BLANKS}\t]+$")
_CLOSE_SET: Final = "“”‘’…—·"


def import_text(data: bytes, name: str) -> Document:
    """A document of lines as they were typed, each under its number in the file.

    Raises Unreadable where the bytes are no text.
    """
    characters = read_characters(data)
    head = read_front_matter(characters.text)
    check_extent(len(head.body), MOST_CHARACTERS, name, "字")
    check_extent(len(_NEWLINE.findall(head.body)), MOST_LINES, name)
    lines = [
        (number, piece)
        for number, line in enumerate(_NEWLINE.split(head.body), start=1)
        for piece in _BREAK_INSIDE.split(line)
    ]
    cleaned = [(number, clean_line(line)) for number, line in lines]
    blocks = tuple(Paragraph((Text(line),), span=Span(line=number)) for number, line in cleaned if line.strip())
    if not blocks:
        raise Unreadable(f"{name}: no text in it", f"文件“{name}”里没有文字，请检查后重新投放。")
    return Document(blocks, Flow.LINES, metadata=head.metadata, notes=characters.notes + head.notes)


def check_extent(found: int, most: int, name: str, unit: str = "行或标签") -> None:
    """Refuses, as Unreadable, what is so long that reading it would cost minutes: no newsletter has a tenth of it."""
    if found > most:
        note = f"“{name}”太长了（{found} {unit}，最多 {most}），请检查投放的是不是正确的文件。"
        raise Unreadable(f"{name}: {found} {unit}, at most {most}", note)


def clean_line(line: str) -> str:
    """A line without invisible characters, its indent of blanks and its trailing blanks.

    A leading tab stays: it is the empty first cell of a table's row.
    """
    return _TRAILING.sub("", _INDENT.sub("", _INVISIBLE.sub("", line)))


def unify_newlines(text: str) -> str:
    """Text in which all lines end with the same character."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def drop_invisible(text: str) -> str:
    """Text without zero-width and control characters; tabs and line ends stay."""
    return _INVISIBLE.sub("", text)


def blank_between(before: str, after: str) -> str:
    """What a line break of the source means between two characters: nothing in Chinese, else a blank."""
    either = is_wide(before) or is_wide(after)
    return "" if either and is_chinese(before) and is_chinese(after) else " "


def is_chinese(char: str) -> bool:
    """Whether the character stands in Chinese text without blanks, “ and … included, which Latin has, too."""
    return is_wide(char) or char in _CLOSE_SET


def is_wide(char: str) -> bool:
    """Whether the character is written without blanks; Hangul is wide, too, but has blanks."""
    return unicodedata.east_asian_width(char) in "WF" and not "\uac00" <= char <= "\ud7af"
