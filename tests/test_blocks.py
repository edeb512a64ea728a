from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from publisher.document import (
    Align,
    Block,
    Box,
    Cell,
    Code,
    Divider,
    Figure,
    Footnote,
    Heading,
    InlineImage,
    InlineMath,
    Items,
    Level,
    LineBreak,
    Link,
    Mark,
    Math,
    NoteRef,
    Quote,
    Ruby,
    Table,
    Text,
)
from publisher.lint.dark import appearance
from publisher.rendering import placeholder_addresses, render
from publisher.rendering.ink import CONTRAST, legible
from publisher.rendering.theme import parse_theme
from tests.specimen import ICON, PICTURE, body, cell, letter, para, rendered, text, theme

# ---------------------------------------------------------------------------- inlines


def test_neighbouring_runs_that_look_alike_become_one() -> None:
    assert body(para(text("加", Mark.BOLD), text("粗", Mark.BOLD), "后")) == "<p><strong>加粗</strong>后</p>"


def test_several_marks_are_one_element() -> None:
    run = text("全", Mark.BOLD, Mark.ITALIC, Mark.UNDERLINE, Mark.STRIKE)
    (piece,) = rendered(letter(para(run, text("2", Mark.SUPERSCRIPT, Mark.BOLD)))).pieces
    assert '<strong style="font-style:italic;text-decoration:underline line-through">全</strong>' in piece.content
    assert '<sup style="font-weight:bold">2</sup>' in piece.content


def test_the_editors_colour_is_kept_as_far_as_it_can_be_read() -> None:
    (piece,) = rendered(letter(para(text("深", color="#990000"), text("红", color="#ff0000")))).pieces
    assert '<span style="color:#990000">深</span><span style="color:#990000">红</span>' in piece.content


@pytest.mark.parametrize(
    ("color", "seen"),
    [
        ("#002060", "#002060"),
        ("#ff0000", "#990000"),
        ("#ffd700", "#705f00"),
        ("#808080", "#575757"),
        ("#000000", ""),
        ("#333333", ""),
        ("#ffffff", ""),
    ],
)
def test_a_colour_is_darkened_until_it_can_be_read_by_day_and_by_night(color: str, seen: str) -> None:
    assert legible(color) == seen


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_every_colour_becomes_one_that_can_be_read(channels: tuple[int, int, int]) -> None:
    color = legible("#{:02x}{:02x}{:02x}".format(*channels))
    for run in appearance(f'<p style="color:{color or "#333"}">字</p>'):
        assert min(run.light.contrast, run.dark.contrast) >= CONTRAST


def test_text_cannot_become_markup() -> None:
    assert body(para('<script>alert("x")</script>&amp;')) == '<p>&lt;script&gt;alert("x")&lt;/script&gt;&amp;amp;</p>'


def test_one_address_has_one_number_however_often_it_is_linked() -> None:
    link = Link("https://example.org/a", (Text("甲"),))
    html = body(para(link, "与", link), para(Link("https://example.org/b", (Text("乙"),))))
    assert html.startswith("<p>甲<sup>[1]</sup>与甲<sup>[1]</sup></p><p>乙<sup>[2]</sup></p>")
    assert html.endswith("<p>参考链接</p>[1]&nbsp;https://example.org/a<br>[2]&nbsp;https://example.org/b</section>")


def test_links_to_the_platform_stay_live() -> None:
    html = body(para(Link("https://mp.weixin.qq.com/s/x?a=1&b=2", (Text("上期"),))))
    assert html == '<p><a href="https://mp.weixin.qq.com/s/x?a=1&amp;b=2">上期</a></p>'


def test_a_page_of_the_platform_that_is_no_article_becomes_a_note() -> None:
    html = body(para(Link("https://mp.weixin.qq.com/mp/profile_ext?id=1", (Text("主页"),))))
    assert html.startswith("<p>主页<sup>[1]</sup></p>")


def test_a_temporary_preview_is_no_link_for_readers() -> None:
    address = "https://mp.weixin.qq.com/s?__biz=a&tempkey=b"
    rendering = rendered(letter(para(Link(address, (Text("预览"),)))))
    assert "<a" not in rendering.pieces[0].content
    assert [(note.code, note.lost) for note in rendering.notes] == [("link-temporary", address)]


@pytest.mark.parametrize("href", ["#top", "javascript:alert(1)", "https://mp.weixin.qq.com.evil.org/"])
def test_no_other_link_is_live(href: str) -> None:
    assert "<a" not in body(para(Link(href, (Text("文字"),))))


def test_an_address_that_is_its_own_text_needs_no_note() -> None:
    assert body(para(Link("mailto:a@example.org", (Text("a@example.org"),)))) == "<p>a@example.org</p>"


def test_a_link_inside_a_link_is_text() -> None:
    inner = Link("https://mp.weixin.qq.com/s/b", (Text("内"),))
    assert (
        body(para(Link("https://mp.weixin.qq.com/s/a", (inner,))))
        == '<p><a href="https://mp.weixin.qq.com/s/a">内</a></p>'
    )


def test_an_empty_live_link_leaves_nothing() -> None:
    assert body(para("甲", Link("https://mp.weixin.qq.com/s/x", ()))) == "<p>甲</p>"


def test_ruby_and_formulas_stay_readable() -> None:
    assert body(para(Ruby("喆", "zhé"), InlineMath("E=mc²"))) == "<p>喆(zhé)<em>E=mc²</em></p>"
    assert body(Math("a+b")) == "<p><em>a+b</em></p>"


def test_line_breaks_at_the_ends_of_a_paragraph_are_dropped() -> None:
    assert body(para(LineBreak(), "甲", LineBreak(), "乙", LineBreak())) == "<p>甲<br>乙</p>"
    assert body(para(LineBreak())) == ""


def test_a_picture_in_a_line_stays_in_it() -> None:
    html = body(para("见", InlineImage(ICON.fingerprint, "图标")), assets=(ICON,))
    assert re.fullmatch(r'<p>见<img src="https://[^"]+" alt="图标" data-w="48"></p>', html)


# ---------------------------------------------------------------------------- blocks


def test_headings_go_by_level_and_keep_their_automatic_number() -> None:
    html = body(Heading(1, (Text("趋势"),), "一、"), Heading(2, (Text("规模"),)), Heading(6, (Text("细目"),)))
    assert html == "<h4>一、趋势</h4><h5>规模</h5><h6>细目</h6>"


def test_blank_paragraphs_and_headings_are_not_written() -> None:
    assert body(para(" "), Heading(1, ()), para("文")) == "<p>文</p>"


def test_a_figure_has_its_real_width_and_its_caption() -> None:
    html = body(Figure(PICTURE.fingerprint, (Text("图 1"),), "会场"), assets=(PICTURE,))
    assert re.fullmatch(r'<section><img src="[^"]{150}" alt="会场" data-w="1080"><p>图 1</p></section>', html)


def test_a_picture_is_not_described_twice() -> None:
    assert "alt=" not in body(Figure(PICTURE.fingerprint, (Text("图 1：会场"),), "会场"), assets=(PICTURE,))


def test_what_is_centred_has_no_indent_of_the_theme() -> None:
    (piece,) = rendered(letter(para("落款", align=Align.RIGHT), para("居中", align=Align.CENTER))).pieces
    assert '<p style="text-align:right">落款</p><p style="text-align:center;text-indent:0">居中</p>' in piece.content


def test_a_heading_has_the_colour_of_the_theme_not_of_the_editor() -> None:
    heading = Heading(1, (text("题", color="#c00000"), text("目", Mark.ITALIC)))
    assert body(heading) == "<h4>题<em>目</em></h4>"


def test_an_unknown_width_is_not_claimed() -> None:
    assert "data-w" not in body(Figure(PICTURE.fingerprint), assets=(structs.replace(PICTURE, width=0),))


def test_a_figure_without_a_picture_shows_its_caption() -> None:
    assert body(Figure("", (Text("图表 1：产业链"),))) == "<p>图表 1：产业链</p>"


def test_a_picture_without_an_address_is_an_error_for_the_editor() -> None:
    rendering = render(letter(Figure("c" * 64, (Text("图"),), "会场")), theme(), {})
    assert rendering.pieces[0].pictures == ()
    assert [(note.code, note.level) for note in rendering.notes] == [("picture-missing", Level.ERROR)]
    assert "会场" in rendering.notes[0].text


def test_lists_are_plain_on_two_levels_and_have_text_markers_below() -> None:
    third = Items(ordered=False, items=((para("三"),),))
    second = Items(ordered=True, items=((para("二"), third),))
    html = body(Items(ordered=False, items=((para("一"), second),)))
    assert html == "<ul><li>一<ol><li>二<p>– 三</p></li></ol></li></ul>"


def test_a_list_has_no_blank_items_and_no_wrapped_lines() -> None:
    items = Items(ordered=False, items=((para("甲"), para("甲二")), (), (para(""),), (para("乙"),)))
    assert body(items) == "<ul><li>甲<br>甲二</li><li>乙</li></ul>"
    assert body(Items(ordered=True, items=((),))) == ""


def test_a_list_that_does_not_begin_at_one_writes_its_numbers_as_text() -> None:
    items = Items(ordered=True, items=((para("三"),), (), (para("五"),)), start=3)
    assert body(items) == "<p>3. 三</p><p>5. 五</p>"


def test_a_list_that_counts_in_letters_keeps_them() -> None:
    items = Items(ordered=True, items=((para("甲"),), (), (para("丙"),)), labels=("a)", "b)", "c)"))
    assert body(items) == "<p>a) 甲</p><p>c) 丙</p>"


def test_a_list_item_may_hold_any_block() -> None:
    assert body(Items(ordered=False, items=((para("见"), Code("x")),))) == (
        "<ul><li>见<section><code>x</code></section></li></ul>"
    )


def test_code_keeps_its_lines_and_blanks() -> None:
    html = body(Code("if a:\n    b  = 1\n\nc d"))
    assert html == "<section><code>if a:<br>&nbsp;&nbsp;&nbsp;&nbsp;b&nbsp;&nbsp;= 1<br>&nbsp;<br>c d</code></section>"
    assert body(Code(" \n")) == ""


def test_a_narrow_table_fits_the_page() -> None:
    table = Table(((cell("名"), cell("数", align=Align.RIGHT)), (cell("甲", rowspan=2), cell("1")), (cell("2"),)), 1)
    (piece,) = rendered(letter(table)).pieces
    assert "overflow-x" not in piece.content
    assert 'width:50%"' in piece.content
    assert body(table) == (
        '<table><tr><th>名</th><th>数</th></tr><tr><td rowspan="2">甲</td><td>1</td></tr><tr><td>2</td></tr></table>'
    )


def test_a_wide_table_scrolls_in_its_own_section() -> None:
    table = Table(tuple(tuple(cell("一二三四五六七八") for _ in range(6)) for _ in range(2)), 1)
    (piece,) = rendered(letter(table)).pieces
    assert re.search(r'<section style="[^"]*overflow-x:auto"><table style="[^"]*min-width:60em">', piece.content)


def test_every_second_row_of_a_body_has_the_themes_ground() -> None:
    table = Table(tuple((cell(f"{row}"), cell("1")) for row in range(5)), 1)
    striped = parse_theme("mine", "root{color:#333} tr-even{background:#eee} tr{color:#222} tr-head{color:#000}")
    (piece,) = render(letter(table), striped, {}).pieces
    assert re.findall(r'<tr style="([^"]*)"', piece.content) == [
        "color:#000", "color:#222", "background:#eee", "color:#222", "background:#eee",
    ]  # fmt: skip


def terse(*blocks: Block) -> str:
    """The HTML inside the root as a lean variant has it."""
    lean = parse_theme("mine", "root{color:#333;font-size:16px} h2{font-size:16px;font-weight:bold} td{padding:4px}")
    (piece,) = render(letter(*blocks), replace(lean, lean=None, terse=True), {}).pieces
    return piece.content.removeprefix('<section style="color:#333;font-size:16px">').removesuffix("</section>")


def test_where_every_character_counts_bold_and_italic_have_their_short_elements() -> None:
    assert terse(para(text("粗", Mark.BOLD), text("斜", Mark.ITALIC))) == "<p><b>粗</b><i>斜</i></p>"
    assert terse(Heading(2, (Text("小标题"),))) == "<p><b>小标题</b></p>"
    assert terse(Heading(1, (Text("大标题"),))) == "<h4>大标题</h4>"


def test_where_every_character_counts_code_is_indented_by_wide_blanks() -> None:
    assert terse(Code("a\n     b  c")) == "<section><code>a<br>\u3000\u3000&nbsp;b&nbsp;&nbsp;c</code></section>"


def test_a_table_says_what_most_of_its_cells_would() -> None:
    right = Align.RIGHT
    numbers = Table(tuple((cell("甲"), cell("1", align=right), cell("2", align=right)) for _ in range(3)))
    assert terse(numbers).startswith('<table style="text-align:right"><tr><td>') is False
    lean = parse_theme("mine", "root{text-align:left} table{font-size:14px}")
    (piece,) = render(letter(numbers), replace(lean, lean=None, terse=True), {}).pieces
    assert '<table style="font-size:14px;text-align:right"><tr><td style="text-align:left">甲</td><td>1</td>' in (
        piece.content
    )


def test_where_every_character_counts_a_figure_is_one_paragraph_and_a_link_has_raised_digits() -> None:
    figure = Figure(PICTURE.fingerprint, (Text("图 1"),))
    lean = replace(parse_theme("mine", "root{color:#333}"), lean=None, terse=True)
    link = Link("https://example.org", (Text("甲"),))
    newsletter = letter(figure, para(link), assets=(PICTURE,))
    (piece,) = render(newsletter, lean, placeholder_addresses(newsletter)).pieces
    assert re.search(r"<p><img [^>]*><br>图 1</p><p>甲¹</p>", piece.content)
    assert piece.content.endswith("<section><p>参考链接</p>[1] https://example.org</section></section>")


def test_where_every_character_counts_cells_that_fit_on_their_lines_have_no_padding() -> None:
    small = Table(((cell("甲"), cell("乙")),))
    assert terse(small) == "<table><tr><td>甲</td><td>乙</td></tr></table>"
    wide = Table(((cell("一二三四五六七"), cell("一二三四五六七八九十"), cell("一二三四")),))
    assert terse(wide).startswith('<section><table style="min-width:27em"><tr><td>一二三四五六七</td>')
    broken = Table(((cell("一"), cell("一二三四五六七八九十一二三四五")),))
    assert terse(broken).startswith('<table><tr><td style="padding:4px;width:22%">一</td>')


def test_the_lines_of_a_cell_are_parted_by_breaks() -> None:
    table = Table(((Cell((para("国外：甲"), para("国内：乙"))),),))
    assert body(table) == "<table><tr><td>国外：甲<br>国内：乙</td></tr></table>"


def test_a_cell_may_hold_a_list() -> None:
    table = Table(((Cell((Items(ordered=False, items=((para("甲"),),)),)),),))
    assert body(table) == "<table><tr><td><p>– 甲</p></td></tr></table>"


def test_a_table_inside_a_cell_becomes_lines() -> None:
    inner = Table(((cell("甲"), cell("乙")), (cell("丙"), cell("丁"))))
    assert body(Table(((Cell((inner,)),),))) == "<table><tr><td><p>甲\u3000乙</p><p>丙\u3000丁</p></td></tr></table>"


def test_a_table_without_cells_leaves_its_caption() -> None:
    assert body(Table(((),), caption=(Text("图表 1"),))) == "<p>图表 1</p>"


def test_captions_stand_above_a_table_and_its_source_below() -> None:
    table = Table(((cell("甲"),),), 0, (Text("图表 1"),), (Text("来源：乙"),))
    assert body(table) == "<p>图表 1</p><table><tr><td>甲</td></tr></table><p>来源：乙</p>"


def test_quotes_and_boxes_hold_blocks_and_what_is_nested_in_them_is_flattened_in_time() -> None:
    assert body(Quote((para("引"),))) == "<blockquote><p>引</p></blockquote>"
    assert body(Box("故事", (para("文"),))) == "<section><p>故事</p><p>文</p></section>"
    assert body(Quote(())) == ""
    nested: Block = para("底")
    for _ in range(9):
        nested = Quote((nested,))
    assert body(nested).count("<blockquote>") == 4


def test_where_only_a_line_fits_every_block_still_shows_its_text() -> None:
    inside = (
        Heading(1, (Text("题"),)), Figure("", (Text("图"),)), Code("x"), Math("y"), Box("框", (para("文"),)), Divider(),
    )  # fmt: skip
    html = body(Box("", (Table(((Cell(inside),),)),)))
    assert html == "<section><table><tr><td>题<br>图<br>x<br>y<br>框<br>文</td></tr></table></section>"


# ---------------------------------------------------------------------------- notes


def test_footnotes_are_numbered_notes_at_the_end_with_their_own_links() -> None:
    note = Footnote("7", (para("内容", Link("https://example.org", (Text("详情"),))),))
    html = body(para("正文", NoteRef("7"), "又", NoteRef("7")), footnotes=(note,))
    assert html == (
        "<p>正文<sup>[注1]</sup>又<sup>[注1]</sup></p>"
        "<section><p>注释</p>[注1] 内容详情<sup>[1]</sup></section>"
        "<section><p>参考链接</p>[1]&nbsp;https://example.org</section>"
    )


def test_a_footnote_that_nothing_refers_to_is_kept_at_the_end() -> None:
    assert "[注1] 孤注" in body(para("正文"), footnotes=(Footnote("1", (para("孤注"),)),))


def test_notes_that_refer_to_each_other_end() -> None:
    html = body(
        para("文", NoteRef("a")),
        footnotes=(Footnote("a", (para("甲", NoteRef("b")),)), Footnote("b", (para("乙", NoteRef("a")),))),
    )
    assert html.endswith("<p>注释</p>[注1] 甲<sup>[注2]</sup><br>[注2] 乙<sup>[注1]</sup></section>")


def test_a_mark_without_its_footnote_is_said() -> None:
    rendering = rendered(letter(para("文", NoteRef("9"))))
    assert [note.code for note in rendering.notes] == ["footnote-missing"]
