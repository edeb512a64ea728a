"""Newsletters of any blocks and inlines, for tests of what holds whatever an editor writes."""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

from publisher.document import (
    Align,
    Article,
    Block,
    Box,
    Cell,
    Code,
    Divider,
    Figure,
    Footnote,
    Heading,
    Inline,
    InlineImage,
    InlineMath,
    Inlines,
    Items,
    LineBreak,
    Link,
    Mark,
    Masthead,
    Math,
    Newsletter,
    NoteRef,
    Paragraph,
    Quote,
    Ruby,
    Section,
    Table,
    Text,
)
from tests.specimen import ICON, PICTURE

WORDS: Final = (
    "",
    " ",
    "\u3000",
    "茶",
    "产业简讯",
    "“加粗（括号）”，",
    "协会于6月18日在江南市召开年度大会，共有一百二十家单位参加。",
    "AI",
    "Internationalization",
    "https://www.example.org/a/very/long/path?with=parameters&and=more#fragment",
    "x" * 60,
    "3.5%",
    "提示⚠️🎉",
    "שלום עולם",
    "مرحبا بالعالم",
    "<b>&amp;</b>",
    "a  b",
    "。",
)
LINES_OF_CODE: Final = (
    "",
    "\tdef f(x):  # 注",
    '    return "文" + 1',
    "x = " + "1 + " * 50 + "1",
    "SELECT * FROM t;",
)

words = st.sampled_from(WORDS)
colors = st.one_of(
    st.just(""),
    st.sampled_from(["#ff0000", "#ffff00", "#00b050", "#0000ff", "#000000", "#ffffff", "#808080", "#c00000"]),
    st.integers(0, 0xFFFFFF).map("#{:06x}".format),
)
_addresses = st.sampled_from(
    ["https://mp.weixin.qq.com/s/a", "https://e.org", "https://www.example.org/x?y=1", "mailto:a@example.org", "#top"]
)
_pictures = st.sampled_from(["", "c" * 64, PICTURE.fingerprint])
_aligns = st.sampled_from(Align)


def _link_around(inner: st.SearchStrategy[Inline]) -> st.SearchStrategy[Inline]:
    return st.builds(Link, _addresses, st.lists(inner, max_size=2).map(tuple))


_runs = st.builds(Text, words, st.frozensets(st.sampled_from(Mark), max_size=3), colors)
inlines: st.SearchStrategy[Inline] = st.one_of(
    _runs,
    _runs,
    _link_around(_runs),
    st.sampled_from(
        [
            LineBreak(),
            NoteRef("1"),
            NoteRef("2"),
            NoteRef("none"),
            Ruby("喆", "zhé"),
            InlineMath("x²"),
            InlineImage(ICON.fingerprint, "图标"),
            InlineImage(""),
        ]
    ),
)
lines: st.SearchStrategy[Inlines] = st.lists(inlines, max_size=4).map(tuple)
_leaves: st.SearchStrategy[Block] = st.one_of(
    st.builds(Paragraph, lines, _aligns),
    st.builds(Heading, st.integers(1, 6), lines, st.sampled_from(["", "一、", "2.1"])),
    st.builds(Figure, _pictures, lines, words),
    st.builds(
        Code,
        st.lists(st.sampled_from(LINES_OF_CODE), max_size=4).map("\n".join),
        st.sampled_from(["", "python", "sql", "mermaid", "none"]),
    ),
    st.builds(Math, words),
    st.just(Divider()),
)


def _items(blocks: st.SearchStrategy[tuple[Block, ...]]) -> st.SearchStrategy[Block]:
    entries = st.lists(blocks, max_size=3).map(tuple)
    plain = st.builds(Items, st.booleans(), entries, st.integers(1, 3))
    lettered = entries.map(lambda items: Items(ordered=True, items=items, labels=("a)", "b)", "c)")[: len(items)]))
    return st.one_of(plain, lettered)


@st.composite
def _tables(draw: st.DrawFn, blocks: st.SearchStrategy[tuple[Block, ...]]) -> Table:
    """A rectangular table: merged cells reach neither past its side nor past its end."""
    columns, height = draw(st.integers(0, 8)), draw(st.integers(0, 4))
    free = [[True] * columns for _ in range(height)]
    rows = tuple(tuple(_cells(draw, blocks, free, row)) for row in range(height))
    return Table(rows, draw(st.integers(0, min(height, 2))), draw(lines), draw(lines))


def _cells(
    draw: st.DrawFn, blocks: st.SearchStrategy[tuple[Block, ...]], free: list[list[bool]], row: int
) -> list[Cell]:
    cells = []
    for column, is_free in enumerate(list(free[row])):
        if not (is_free and free[row][column]):
            continue
        merged = draw(st.integers(0, 5)) == 0
        across = 2 if merged and column + 1 < len(free[row]) and free[row][column + 1] else 1
        down = draw(st.integers(1, len(free) - row)) if merged else 1
        for lower in free[row : row + down]:
            lower[column : column + across] = [False] * across
        cells.append(Cell(draw(blocks), across, down, draw(st.booleans()), draw(_aligns)))
    return cells


def _containers(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    blocks = st.lists(inner, max_size=3).map(tuple)
    cells = st.one_of(st.builds(Paragraph, lines).map(lambda paragraph: (paragraph,)), blocks)
    return st.one_of(st.builds(Quote, blocks), st.builds(Box, words, blocks), _items(blocks), _tables(cells))


blocks = st.lists(st.recursive(_leaves, _containers, max_leaves=10), max_size=4).map(tuple)
_articles = st.builds(
    Article,
    st.sampled_from(["标题", "协会召开年度大会", "题" * 60]),
    blocks,
    author=st.sampled_from(["", "张三"]),
    source=st.sampled_from(["", "虚构日报"]),
    source_url=st.sampled_from(["", "https://news.example.org/1"]),
)
_heads = st.builds(
    Masthead,
    st.sampled_from(["", "江南简讯"]),
    st.sampled_from([None, 2024]),
    st.sampled_from([None, 6]),
    date=st.sampled_from(["", "2024-07-31"]),
    email=st.sampled_from(["", "a@example.org"]),
)
newsletters = st.builds(
    Newsletter,
    st.one_of(st.none(), _heads),
    st.lists(st.builds(Section, st.sampled_from(["", "联合动态"]), st.tuples(_articles)), min_size=1, max_size=2).map(
        tuple
    ),
    st.sampled_from(["", "版权声明：\n仅作交流。"]),
    st.builds(
        lambda *notes: tuple(notes),
        st.builds(Footnote, st.just("1"), blocks),
        st.builds(Footnote, st.just("2"), blocks),
    ),
    st.just((PICTURE, ICON)),
)
"""Any newsletter: of its two footnotes, text may refer to both, one or none, and to one that is not there."""
