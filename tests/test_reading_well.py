"""What makes an article easy to read: colours on every ground, lines that stay whole, nothing that is blank."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from publisher.document import (
    Block,
    Box,
    Cell,
    Code,
    Figure,
    Footnote,
    Heading,
    Items,
    Link,
    Mark,
    Math,
    NoteRef,
    Table,
    Text,
)
from publisher.rendering import render
from publisher.rendering.tables import column_widths
from publisher.rendering.theme import parse_theme
from tests.specimen import PICTURE, Tree, body, cell, letter, para, rendered, text

GROUNDS = parse_theme(
    "mine",
    "root{color:#333} box{background:#f6f6f6} tr-head{background:#a10;color:#fda} link{color:#a10}"
    "noteref{color:#a10} h1{font-size:16px;font-weight:bold;color:#a10} code-inline{background:#f3f3f3}"
    "code{background:#f6f6f6} source{color:#555} mark{background:#fff0b8}",
)


def on_grounds(*blocks: Block) -> str:
    return render(letter(*blocks), GROUNDS, {}).pieces[0].content


def test_the_editors_colour_is_darkened_for_what_it_stands_on() -> None:
    red = para(text("红", color="#ff0000"))
    assert "color:#990000" in on_grounds(red)
    assert "color:#7f0000" in on_grounds(Box("", (red,)))
    assert "color:#7a0000" in on_grounds(para(text("红", Mark.CODE, color="#ff0000")))
    head = Table(((Cell((red,)),),), 1)
    assert "<th>红</th>" in on_grounds(head)


def test_a_link_and_a_mark_in_a_head_have_its_colour_where_their_own_cannot_be_read() -> None:
    link = Link("https://mp.weixin.qq.com/s/abc", (Text("上期"),))
    other = Link("https://example.org", (Text("报告"),))
    html = on_grounds(Table(((Cell((para(link, other),)),), (Cell((para(link),)),)), 1))
    assert '<th><a href="https://mp.weixin.qq.com/s/abc" style="color:#fda">上期</a>' in html
    assert '<sup style="color:#fda">[1]</sup>' in html
    assert '<td><a href="https://mp.weixin.qq.com/s/abc" style="color:#a10">上期</a>' in html


def test_what_has_a_ground_of_its_own_can_be_read_in_coloured_text() -> None:
    code = text("pip", Mark.CODE)
    assert '<span style="background:#f3f3f3">pip</span>' in on_grounds(para(code))
    assert '<span style="background:#f3f3f3;color:#333">pip</span>' in on_grounds(Heading(1, (code,)))
    head = Table(((Cell((Code("x"),)),),), 1)
    assert '<section style="background:#f6f6f6;color:#333;white-space:normal">' in on_grounds(head)
    noted = Table(((cell("甲"),),), source=(text("来源", Mark.HIGHLIGHT),))
    assert '<span style="background:#fff0b8;color:#333">来源</span>' in on_grounds(noted)


def test_a_blank_looks_like_the_words_before_it_where_nobody_can_tell() -> None:
    bold = [text("加", Mark.BOLD), text(" ", Mark.ITALIC), text("粗", Mark.BOLD)]
    assert body(para(*bold)) == "<p><strong>加 粗</strong></p>"
    assert body(para(text("m"), text("2", Mark.SUPERSCRIPT), text(" ", Mark.SUPERSCRIPT), "起")) == (
        "<p>m<sup>2</sup> 起</p>"
    )
    assert body(para("姓名", text("\u3000", Mark.UNDERLINE), "。")) == "<p>姓名<u>\u3000</u>。</p>"


@pytest.mark.parametrize(
    "block",
    [
        Math(" "),
        Box(" ", ()),
        para(text(" ", Mark.UNDERLINE)),
        para(Link("https://example.org", (Text(" "),))),
        Table(((cell(""), cell(" ")), (cell(""), cell("")))),
        Figure("", (text("\u3000", Mark.BOLD),)),
    ],
)
def test_what_shows_nothing_is_not_written(block: Block) -> None:
    assert body(block) == ""


def test_rows_that_a_merged_cell_joins_have_one_ground() -> None:
    rows = ((cell("一"), cell("1")), (cell("二", rowspan=2), cell("2")), (cell("3"),), (cell("三"), cell("4")))
    striped = parse_theme("mine", "root{color:#333} tr-even{background:#eee} tr{color:#222}")
    (piece,) = render(letter(Table(rows)), striped, {}).pieces
    assert re.findall(r'<tr style="([^"]*)"', piece.content) == [
        "color:#222", "background:#eee", "background:#eee", "color:#222",
    ]  # fmt: skip


def test_a_cell_of_the_head_that_is_merged_downwards_takes_the_next_row_into_the_head() -> None:
    rows = ((cell("单位", rowspan=2), cell("人数", colspan=2)), (cell("男"), cell("女")), tuple(map(cell, "甲12")))
    assert body(Table(rows, 1)).count("<th") == 4
    whole = ((cell("单位", rowspan=2), cell("甲")), (cell("乙"),))
    assert body(Table(whole, 1)).count("<th") == 2


def test_a_picture_in_a_cell_leaves_room_for_the_words_beside_it() -> None:
    photo = Cell((Figure(PICTURE.fingerprint),))
    assert column_widths(Table(((photo, cell("文字")),))) == [14, 4]


def test_a_table_in_a_list_stays_a_table_while_it_fits_and_becomes_lines_when_it_would_be_squeezed() -> None:
    small = Table(((cell("甲"), cell("乙")),))
    assert body(Items(ordered=False, items=((para("见"), small),))) == (
        "<ul><li>见<table><tr><td>甲</td><td>乙</td></tr></table></li></ul>"
    )
    wide = Table((tuple(cell("一二三四五六七八") for _ in range(6)),))
    nested = Items(ordered=False, items=((para("见"), Items(ordered=False, items=((para("又见"), wide),))),))
    assert "<table>" not in body(nested)
    assert "\u3000".join(["一二三四五六七八"] * 6) in body(nested)


def test_a_table_in_a_box_scrolls_as_long_as_its_cells_are_plain() -> None:
    wide = Table((tuple(cell("一二三四五六七八") for _ in range(6)),))
    (piece,) = rendered(letter(Box("故事", (wide,)))).pieces
    assert "overflow-x:auto" in piece.content
    assert Tree(piece.content).deepest <= 8


def test_every_column_has_its_share_though_no_row_has_all_cells() -> None:
    rows = ((cell("甲"), cell("合并的两列", colspan=2)), (cell("合并的两列", colspan=2), cell("丙")))
    (piece,) = rendered(letter(Table(rows))).pieces
    assert piece.content.count("width:") == 2 + piece.content.count("width:100%")


def test_columns_are_as_wide_together_as_what_they_hold_together() -> None:
    assert column_widths(Table(((cell("一二三四五六七八九十", colspan=2),), (cell("1"), cell("2"))))) == [6, 6]


def test_code_in_a_cell_is_broken_since_a_table_would_grow_with_it() -> None:
    (piece,) = rendered(letter(Table(((Cell((Code("x = 1"),)),),)))).pieces
    assert "white-space:normal" in piece.content


def test_a_paragraph_with_a_word_as_long_as_a_line_is_not_justified() -> None:
    address = "https://www.example.org/reports/2024/06"
    assert '<p style="text-align:left">' in rendered(letter(para("见", address))).pieces[0].content
    assert '<p style="text-align:left">' not in rendered(letter(para("见", "https://e.org"))).pieces[0].content
    ragged = parse_theme("mine", "root{color:#333}")
    assert "text-align" not in render(letter(para(address)), ragged, {}).pieces[0].content


def test_a_short_command_stays_on_one_line_and_a_long_one_may_break() -> None:
    for words, kept in (("pip install", True), ("on-line", True), ("pip", False), ("pip install " + "a" * 30, False)):
        html = rendered(letter(para(text(words, Mark.CODE)))).pieces[0].content
        assert ("white-space:nowrap" in html) is kept
    lean = replace(GROUNDS, lean=None, terse=True)
    assert "nowrap" not in render(letter(para(text("pip install", Mark.CODE))), lean, {}).pieces[0].content


def test_the_mark_of_a_footnote_stays_on_one_line() -> None:
    newsletter = letter(para("文", NoteRef("1")), footnotes=(Footnote("1", (para("注"),)),))
    assert re.search(r'<sup style="[^"]*white-space:nowrap">\[注1\]</sup>', rendered(newsletter).pieces[0].content)


def test_the_number_of_a_link_stays_with_its_address() -> None:
    assert "[1]&nbsp;https://example.org" in body(para(Link("https://example.org", (Text("报告"),))))


def test_lists_with_text_markers_stand_inside_each_other() -> None:
    deep: Block = Items(ordered=False, items=((para("五"),),))
    for words in ("四", "三", "二", "一"):
        deep = Items(ordered=False, items=((para(words), deep),))
    html = rendered(letter(deep)).pieces[0].content
    assert [indent for indent in ("margin-left:1.2em", "margin-left:2.4em") if indent in html] == [
        "margin-left:1.2em", "margin-left:2.4em",
    ]  # fmt: skip
    assert re.sub(r"<[^>]+>", "", html) == "一二– 三– 四– 五"
