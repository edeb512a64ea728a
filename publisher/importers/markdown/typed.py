"""What editors mean who know Markdown by hearsay: a line is a paragraph, and a file's name may have blanks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from markdown_it.token import Token

_ENDS: Final = re.compile(r"[。！？][”’」』）)】》]*\s*$")
_NUMBER: Final = r"[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[）)]"
_BEGINS: Final = re.compile(
    rf"\s*(?:{_NUMBER}|\d{{1,2}}[.．](?![\d\s])|\d{{1,2}}、|[（(]\d{{1,2}}[）)]|[◆◇●■▲★•]|-(?=[^\s\d-])|\|)"
)
_HEADING: Final = re.compile(rf"\s*(?:{_NUMBER})[^。！？；：]{{1,40}}$")
_ROW: Final = re.compile(r"\s*\|.*\|\s*$")
_PICTURE: Final = re.compile(r"(!\[[^\[\]\n]*\]\()((?:[^()\n<>\"]|\([^()\n<>\"]*\))+)\)")
_BLANK_INSIDE: Final = re.compile(r"\S[ \u3000]+\S.*\.\w{2,4}$")


def name_pictures(text: str) -> str:
    """Markdown with the addresses of pictures that have blanks inside in the brackets that they need."""
    return _PICTURE.sub(lambda found: f"{found[1]}<{found[2].strip()}>)" if _has_blank(found[2]) else found[0], text)


def _has_blank(address: str) -> bool:
    return bool(_BLANK_INSIDE.search(address.strip()))


def part_lines(tokens: Sequence[Token]) -> list[tuple[int, Sequence[Token]]]:
    """The paragraphs that lines without blank lines between them are meant to be, each after so many lines: where all
    lines end as sentences do, before numbers and marks, and after headings.
    """
    lines = _lines(tokens)
    if len(lines) == 1:
        return lines
    texts = ["".join(token.content for token in line) for _, line in lines]
    whole = all(map(_ENDS.search, texts))
    found = lines[:1]
    for place in range(1, len(lines)):
        number, line = lines[place]
        if whole or _BEGINS.match(texts[place]) or _HEADING.match(texts[place - 1]):
            found.append((number, line[1:]))
        else:
            found[-1] = found[-1][0], [*found[-1][1], *line]
    return found


def is_row(tokens: Sequence[Token]) -> bool:
    """Whether a line looks like a table's row."""
    return bool(_ROW.match("".join(token.content for token in tokens)))


def _lines(tokens: Sequence[Token]) -> list[tuple[int, Sequence[Token]]]:
    """The lines of a paragraph, each after the first with the break before it; none is parted inside **bold**."""
    lines: list[tuple[int, list[Token]]] = [(0, [])]
    depth = number = 0
    for token in tokens:
        depth += token.nesting
        number += token.type in {"softbreak", "hardbreak"}
        if token.type == "softbreak" and not depth:
            lines.append((number, []))
        lines[-1][1].append(token)
    return [(count, line) for count, line in lines]
