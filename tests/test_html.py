from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.document import (
    Align,
    Code,
    Divider,
    Figure,
    Heading,
    Items,
    Level,
    LineBreak,
    Link,
    Mark,
    Paragraph,
    Quote,
    Ruby,
    Table,
    Text,
    plain_text,
    text_of,
    walk,
)
from publisher.errors import Unreadable
from publisher.importers.html import import_html
from tests.markup import PIXEL, inlines, only, read, texts

# ---------------------------------------------------------------------------- characters


def test_a_page_labelled_gb2312_may_hold_all_of_gb18030() -> None:
    page = '<meta http-equiv=Content-Type content="text/html; charset=gb2312"><p>昇腾、喆、€</p>'
    assert texts(import_html(page.encode("gb18030"), "a.htm")) == ["昇腾、喆、€"]


def test_a_page_labelled_big5_is_read_as_big5() -> None:
    assert texts(import_html('<meta charset="big5"><p>金融報導</p>'.encode("big5"), "a.htm")) == ["金融報導"]


def test_xhtml_and_text_that_looks_like_a_file_name_are_html() -> None:
    assert texts(read('<?xml version="1.0" encoding="gbk"?><html xmlns="x"><body><p>一</p></body></html>')) == ["一"]
    assert texts(read("notes.html")) == ["notes.html"]


def test_blanks_collapse_as_in_a_browser_but_vanish_between_chinese_lines() -> None:
    assert text_of(inlines("<p>\n  金融\n   支持 <b> 科技 </b> 创新\n with\nAI&nbsp;&nbsp;x </p>")) == (
        "金融支持 科技 创新 with AI\u00a0\u00a0x"
    )


def test_an_indent_of_hard_blanks_is_no_text() -> None:
    assert texts(read("<p>&nbsp;&nbsp;　　一</p><p>&nbsp;</p><p>　</p><p>二</p>")) == ["一", "二"]


# ---------------------------------------------------------------------------- inlines


def test_tags_and_styles_are_looks() -> None:
    markup = (
        "<p><b>粗</b><em>斜</em><u>线</u><del>删</del>x<sup>2</sup><sub>i</sub><mark>亮</mark><code>c</code>"
        '<span style="font-weight:700;color:#C00">红粗</span><b><span style="font-weight:normal">细</span></b>'
        '<span style="text-decoration: underline line-through; font-style:italic">全</span>'
        '<font color="blue">蓝</font>'
        '<span style="color:rgb(51,51,51)">黑</span><span style="color:inherit">常</span></p>'
    )
    assert [(run.text, set(run.marks), run.color) for run in inlines(markup) if isinstance(run, Text)] == [
        ("粗", {Mark.BOLD}, ""),
        ("斜", {Mark.ITALIC}, ""),
        ("线", {Mark.UNDERLINE}, ""),
        ("删", {Mark.STRIKE}, ""),
        ("x", set(), ""),
        ("2", {Mark.SUPERSCRIPT}, ""),
        ("i", {Mark.SUBSCRIPT}, ""),
        ("亮", {Mark.HIGHLIGHT}, ""),
        ("c", {Mark.CODE}, ""),
        ("红粗", {Mark.BOLD}, "#cc0000"),
        ("细", set(), ""),
        ("全", {Mark.UNDERLINE, Mark.STRIKE, Mark.ITALIC}, ""),
        ("蓝", set(), "#0000ff"),
        ("黑常", set(), ""),
    ]


def test_links_of_the_web_stay_and_others_become_text_with_a_note() -> None:
    document = read(
        '<p><a href=" https://a.cn/?a=1&amp;b=2 "><b>一</b>个</a>'
        '<a href="java\tscript:alert(1)">二</a><a name=x>三</a></p>'
    )
    (paragraph,) = document.blocks
    assert isinstance(paragraph, Paragraph)
    assert paragraph.inlines == (
        Link("https://a.cn/?a=1&b=2", (Text("一", frozenset({Mark.BOLD})), Text("个"))),
        Text("二三"),
    )
    assert [(note.code, note.level) for note in document.notes] == [("link-dropped", Level.INFO)]


def test_a_link_around_paragraphs_links_each() -> None:
    document = read('<a href="//a.cn/x"><section>一</section><section>二</section></a>')
    assert [block.inlines for block in document.blocks if isinstance(block, Paragraph)] == [
        (Link("https://a.cn/x", (Text("一"),)),),
        (Link("https://a.cn/x", (Text("二"),)),),
    ]


def test_one_break_is_a_line_break_and_two_are_a_paragraphs_end() -> None:
    document = read("<p><br>一<br>二<br> <br>三<br></p>")
    assert [block.inlines for block in document.blocks if isinstance(block, Paragraph)] == [
        (Text("一"), LineBreak(), Text("二")),
        (Text("三"),),
    ]


def test_ruby_keeps_its_reading() -> None:
    assert inlines("<p>字<ruby>昇<rp>(</rp><rt>shēng</rt><rp>)</rp></ruby></p>") == (Text("字"), Ruby("昇", "shēng"))


def test_many_remarks_of_a_kind_become_one_that_loses_nothing() -> None:
    document = read("<p>" + "".join(f"<a href='#a{number}'>x</a>" for number in range(9)) + "</p>")
    assert len(document.notes) == 6
    assert "4 处" in document.notes[-1].text
    assert document.notes[-1].lost == "#a5\n#a6\n#a7\n#a8"


# ---------------------------------------------------------------------------- blocks


def test_headings_paragraphs_quotes_and_rules() -> None:
    document = read(
        "<h2>题</h2>散文<div>一<p align=right>二</p>三</div><blockquote><p>引</blockquote><hr><center>中</center>"
    )
    assert [(type(block), plain_text(block), block.span.line) for block in document.blocks] == [
        (Heading, "题", 1),
        (Paragraph, "散文", 2),
        (Paragraph, "一", 3),
        (Paragraph, "二", 4),
        (Paragraph, "三", 5),
        (Quote, "引", 6),
        (Divider, "", 7),
        (Paragraph, "中", 8),
    ]
    assert isinstance(document.blocks[3], Paragraph)
    assert document.blocks[3].align is Align.RIGHT


def test_lists_nest_and_stray_text_is_an_item() -> None:
    block = only("<ol start=3><li>一<ul><li>甲</li></ul></li>散<li></li><ul><li>乙</ul><li><p>二</p><p>三</p></ol>")
    assert isinstance(block, Items)
    assert (block.ordered, block.start) == (True, 3)
    assert [[plain_text(inner) for inner in item] for item in block.items] == [
        ["一", "甲"],
        ["散"],
        ["乙"],
        ["二", "三"],
    ]


def test_a_list_right_inside_a_list_belongs_to_the_item_before() -> None:
    block = only("<ul><li>一</li><ul><li>甲</ul></ul>")
    assert isinstance(block, Items)
    assert [[plain_text(inner) for inner in item] for item in block.items] == [["一", "甲"]]


def test_items_and_cells_without_their_container_are_text() -> None:
    assert texts(read("<div><li>一</li></div>")) == ["一"]
    assert texts(read("<figcaption>题</figcaption><ul></ul><p>文</p>")) == ["题", "文"]


def test_a_table_is_rectangular_whatever_spans_it_claims() -> None:
    table = only(
        "<table><caption>表 1</caption><thead><tr><th colspan=2>甲<th rowspan=999999999>乙</thead>"
        "<tr><td rowspan=2>1<td>2<tr><td colspan=0>3<td colspan=-4>4<tr><td colspan=abc>5</table>"
    )
    assert isinstance(table, Table)
    assert (text_of(table.caption), table.header_rows) == ("表 1", 1)
    assert covered(table) == {(row, column) for row in range(4) for column in range(4)}
    assert plain_text(table).splitlines()[1:] == ["甲\t乙\t", "1\t2\t", "3\t4", "5\t\t"]


def covered(table: Table) -> set[tuple[int, int]]:
    """The places of the grid; each must be covered once."""
    taken: set[tuple[int, int]] = set()
    for number, row in enumerate(table.rows):
        column = 0
        for cell in row:
            while (number, column) in taken:
                column += 1
            places = {(number + down, column + right) for down in range(cell.rowspan) for right in range(cell.colspan)}
            assert not places & taken
            taken |= places
    return taken


CELLS = st.lists(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=5), min_size=1, max_size=5)


@settings(deadline=None)
@given(CELLS)
def test_any_spans_make_a_rectangle(rows: list[list[tuple[int, int]]]) -> None:
    body = "".join(
        "<tr>" + "".join(f"<td colspan={wide} rowspan={high}>x</td>" for wide, high in row) + "</tr>" for row in rows
    )
    document = read(f"<p>p</p><table>{body}</table>")
    for table in document.blocks[1:]:
        assert isinstance(table, Table)
        places = covered(table)
        width = max(column for _, column in places) + 1
        assert places == {(row, column) for row in range(len(table.rows)) for column in range(width)}
        assert plain_text(table).count("x") == sum(map(len, rows))


def test_tables_beyond_reason_are_refused() -> None:
    with pytest.raises(Unreadable) as caught:
        read("<table>" + "<tr><td colspan=63>x</tr>" * 400 + "</table>")
    assert "20000" in caught.value.note


def test_what_stands_in_a_table_but_in_no_cell_is_not_lost() -> None:
    assert set("前中甲乙") <= set("".join(texts(read("<table>前<tr>中<td>甲<table><tr><td>乙</table></table>"))))
    assert texts(read("<table><caption>题</caption></table><p>文")) == ["题", "文"]


def test_code_keeps_its_blanks_and_its_language() -> None:
    assert only('<pre class="x"><code class="language-py">a\n  b<br>c<!-- no --></code></pre>') == Code(
        "a\n  b\nc", "py", read("<p>x").blocks[0].span
    )
    assert plain_text(only("<pre><code>a</code><code>b</code></pre>")) == "a\nb"


# ---------------------------------------------------------------------------- pictures


def test_a_picture_takes_its_caption_from_its_figure() -> None:
    document = read(
        '<figure><img src="a.png" alt="图"><figcaption>图 1<p>说明</figcaption></figure>'
        "<figure><figcaption>无图</figcaption></figure>"
    )
    first, second = document.blocks
    assert isinstance(first, Figure)
    assert (first.source, text_of(first.caption)) == ("a.png", "图 1\n说明")
    assert plain_text(second) == "无图"


def test_a_table_takes_its_caption_from_its_figure() -> None:
    table = only("<figure><table><tr><td>x</table><figcaption>表 1</figcaption></figure>")
    assert isinstance(table, Table)
    assert text_of(table.caption) == "表 1"


def test_a_picture_in_a_line_stands_before_or_after_its_paragraph() -> None:
    document = read("<p><img src=a.png>前<img src=b.png>后</p><img><ul><li><img src=c.png></ul>")
    found = [block.source if isinstance(block, Figure) else type(block).__name__ for block in walk(document.blocks)]
    assert found == ["a.png", "Paragraph", "b.png", "Items", "c.png"]


def test_a_picture_inside_the_page_is_an_asset_once() -> None:
    document = read(
        f'<img src="data:image/jpeg;base64,{PIXEL}"><img src="data:image/png;base64,{PIXEL}"><img src="data:,x">'
    )
    assert [asset.media_type for asset in document.assets] == ["image/jpeg"]
    assert [(note.code, note.level) for note in document.notes] == [("picture-unreadable", Level.ERROR)]
