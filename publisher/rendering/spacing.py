"""Spaces between Han and Latin, where a theme wants them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from publisher.document import Inline, Inlines, Link, Mark, Text, text_of

SPACE: Final = " "
"""A common blank: it breaks lines, survives every editor and is copied as a person would have typed it. A thin one
(U+2009) is drawn as a box by some fonts and hides «AI 茶园» from a reader's search.
"""

_HAN: Final = "〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_LATIN: Final = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
# Titles of works, hash tags and names of files stay as they are written.
_NAMES: Final = re.compile(
    rf"《[^《》]{{1,60}}》|#[^#\s]{{1,30}}#|[\w()（）+&-]{{1,60}}\.[{_LATIN}0-9]{{2,5}}(?![{_LATIN}0-9])"
)
_TOKEN: Final = re.compile(rf"[{_LATIN}0-9.:/\\@#%&?=~_+\-'’*^$|]+")
_WORD: Final = re.compile(rf"[{_LATIN}]{{2,}}[0-9]*(?:[-+&'’][{_LATIN}0-9]+)*\+{{0,2}}")
_IS_HAN: Final = re.compile(f"[{_HAN}]")
_OPAQUE: Final = "\ufffc"
_KEPT: Final = frozenset({Mark.CODE, Mark.SUPERSCRIPT, Mark.SUBSCRIPT})


class _Leaf(Struct, frozen=True):
    """One inline that is no link: its text, what the rules see of it, and how many looks a space in it would wear."""

    text: str
    seen: str
    looks: int


def spaced(inlines: Inlines) -> Inlines:
    """The inlines with a space between Chinese and each Latin word beside it, over the borders of runs, too.

    A word is two letters and more with what belongs to it: AI, GDP, T-box, DeepSeek-V3. Left as typed are

    - numbers (2024年6月, 第18期, 3.5%, 120亩), which official style sets tight to what they count, and what begins or
      ends with one on that side (5G, 3D打印, V3发布): Han and digits are never parted, so no date or number changes;
    - one letter, which with its Han is one word (A股, X光, B端, 变量a);
    - addresses, identifiers and names of files (图片a.png, max_len, a@b.cn), titles in 《》, #tags#;
    - code, raised and lowered text, the address that a link shows, and all that stands beside punctuation.
    """
    leaves = list(_leaves(inlines))
    gaps = _gaps("".join(leaf.seen for leaf in leaves))
    return _rebuilt(inlines, iter(_spread(leaves, gaps))) if gaps else inlines


def _leaves(inlines: Inlines, looks: int = 0) -> Iterator[_Leaf]:
    for inline in inlines:
        match inline:
            case Link(href=href, inlines=inner):
                shown = text_of(inner)
                is_address = "://" in shown or href.removeprefix("mailto:") == shown
                for leaf in _leaves(inner, looks + 1):
                    yield replace(leaf, seen=_OPAQUE * len(leaf.seen)) if is_address else leaf
            case Text(text=text, marks=marks):
                yield _Leaf(text, _OPAQUE * len(text) if marks & _KEPT else text, looks + len(marks))
            case _:
                yield _Leaf(_OPAQUE, _OPAQUE, looks)


def _gaps(flow: str) -> set[int]:
    """The places in a text before which a space is missing."""
    names = [range(found.start() + 1, found.end() + 1) for found in _NAMES.finditer(flow)]
    kept = {place for name in names for place in name}
    return {place for found in _TOKEN.finditer(flow) for place in _sides(flow, found)} - kept


def _sides(flow: str, token: re.Match[str]) -> Iterator[int]:
    if not _WORD.fullmatch(token[0].strip(".:?'’*")):
        return
    start, end = token.span()
    if token[0][0].isalpha() and _IS_HAN.match(flow[start - 1 : start] if start else ""):
        yield start
    if (token[0][-1].isalpha() or token[0][-1] == "+") and _IS_HAN.match(flow[end : end + 1]):
        yield end


def _spread(leaves: Sequence[_Leaf], gaps: set[int]) -> Iterator[str]:
    """The texts of the leaves with their spaces. One at a border goes to the plainer side: nobody underlines it."""
    start = 0
    before: _Leaf | None = None
    texts: list[str] = []
    for leaf in leaves:
        text = "".join(
            f"{SPACE}{char}" if offset and start + offset in gaps else char for offset, char in enumerate(leaf.text)
        )
        if before and leaf.text and start in gaps:
            place = _last_filled(texts)
            if before.looks <= leaf.looks:
                texts[place] += SPACE
            else:
                text = SPACE + text
        texts.append(text)
        start += len(leaf.text)
        before = leaf if leaf.text else before
    yield from texts


def _last_filled(texts: Sequence[str]) -> int:
    return next(place for place in range(len(texts) - 1, -1, -1) if texts[place])


def _rebuilt(inlines: Inlines, texts: Iterator[str]) -> Inlines:
    return tuple(_refilled(inline, texts) for inline in inlines)


def _refilled(inline: Inline, texts: Iterator[str]) -> Inline:
    if isinstance(inline, Link):
        return replace(inline, inlines=_rebuilt(inline.inlines, texts))
    text = next(texts)
    return replace(inline, text=text) if isinstance(inline, Text) else inline
