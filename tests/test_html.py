from __future__ import annotations

import base64
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.document import (
    Align,
    Block,
    Code,
    Divider,
    Document,
    Figure,
    Heading,
    Inline,
    InlineMath,
    Items,
    Level,
    LineBreak,
    Link,
    Mark,
    Math,
    Paragraph,
    Properties,
    Quote,
    Ruby,
    Span,
    Table,
    Text,
    plain_text,
    text_of,
    walk,
)
from publisher.errors import Unreadable
from publisher.importers.html import import_html

PIXEL = base64.b64encode(b"\xff\xd8\xff\xe0" + bytes(16)).decode()


def read(markup: str) -> Document:
    return import_html(markup.encode(), "a.html")


def only(markup: str) -> Block:
    (block,) = read(markup).blocks
    return block


def inlines(markup: str) -> tuple[Inline, ...]:
    block = only(markup)
    assert isinstance(block, Paragraph | Heading)
    return block.inlines


def texts(document: Document) -> list[str]:
    return [plain_text(block) for block in document.blocks]


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


# ---------------------------------------------------------------------------- what is not for readers


def test_scripts_comments_and_hidden_parts_go() -> None:
    document = read(
        "<head><title>页题</title><style>p{}</style></head><p>一<!-- 注 --><script>x()</script>"
        "<span style='display:none'>藏</span><span hidden></span><i style='MSO-HIDE: all'>密</i></p>"
        "<iframe src=v.html>视频</iframe>"
    )
    assert texts(document) == ["一"]
    assert document.properties.title == "页题"
    assert [(note.code, note.lost) for note in document.notes] == [
        ("not-shown", "藏"),
        ("not-shown", "密"),
        ("not-shown", "视频"),
    ]


def test_unknown_tags_leave_their_text_and_a_note() -> None:
    document = read("<p>一<x-card>二</x-card><o:p>&nbsp;</o:p><input type=checkbox checked>三<input>")
    assert texts(document) == ["一二\u00a0☑ 三"]
    assert [note.code for note in document.notes] == ["tag-unknown"]


def test_boxes_to_tick_stand_at_the_beginning_of_their_items() -> None:
    boxes = "<li><input type=checkbox checked disabled> 完成<li><label><input type='CHECKBOX'>待办</label>"
    assert texts(read(f"<ul>{boxes}<li>【x】不是</ul>")) == ["☑ 完成\n☐ 待办\n【x】不是"]


def test_what_the_page_says_of_itself_is_metadata() -> None:
    page = '<meta property="og:title" content="题"><meta name=author content=" 甲 ">'
    page += "<meta name=description content=摘要><p>文"
    assert read(page).properties == Properties(title="题", author="甲", digest="摘要")


@pytest.mark.parametrize("markup", ["", "<p>&nbsp;</p>", "<script>x</script>", "<!-- x -->"])
def test_a_page_without_anything_to_see_is_refused(markup: str) -> None:
    with pytest.raises(Unreadable, match="nothing to see"):
        read(markup)


# ---------------------------------------------------------------------------- Word and WeChat


def _item(level: int, mark: str, text: str, tag: str = "p") -> str:
    ignored = f"<![if !supportLists]><span style='mso-list:Ignore'>{mark}<span>&nbsp;&nbsp; </span></span><![endif]>"
    return f"<{tag} class=MsoListParagraph style='mso-list:l0 level{level} lfo1'>{ignored}{text}</{tag}>"


def test_the_lists_of_word_are_lists() -> None:
    page = _item(1, "1.", "一") + _item(2, "o", "甲") + _item(2, "§", "乙") + _item(1, "2.", "二") + _item(1, "·", "点")
    first, second = read(page).blocks
    assert isinstance(first, Items)
    assert isinstance(second, Items)
    assert (first.ordered, second.ordered) == (True, False)
    assert plain_text(first) == "一\n甲\n乙\n二"
    assert [len(item) for item in first.items] == [2, 1]


def test_chinese_numbers_of_word_stay_as_they_are() -> None:
    heading, paragraph = read(_item(1, "一、", "概况", "h1") + _item(1, "（一）", "背景")).blocks
    assert isinstance(heading, Heading)
    assert (heading.label, text_of(heading.inlines)) == ("一、", "概况")
    assert plain_text(paragraph) == "（一）背景"


def test_an_outline_level_of_word_is_a_heading() -> None:
    first, second = read("<p style='mso-outline-level:2'>题<p style='mso-outline-level:9'>文").blocks
    assert isinstance(first, Heading)
    assert first.level == 2
    assert isinstance(second, Paragraph)


def test_a_caption_of_word_belongs_to_the_picture_before_it() -> None:
    figure, text = read("<p><img src='a.files/1.png'></p><p class=MsoCaption>图 1<p class=MsoCaption>图 2").blocks
    assert isinstance(figure, Figure)
    assert text_of(figure.caption) == "图 1"
    assert plain_text(text) == "图 2"


def test_an_article_of_wechat_is_its_content_alone() -> None:
    document = read(
        "<title></title><meta property='og:title' content='文章'><h1>文章</h1><script>s</script>"
        "<div id=js_content style='visibility:hidden'><section><span leaf=''>正文</span></section>"
        "<section><mp-style-type></mp-style-type>"
        "<img data-src='https://mmbiz.qpic.cn/1' src='data:image/gif;base64,x'></section></div>页脚"
    )
    text, figure = document.blocks
    assert plain_text(text) == "正文"
    assert isinstance(figure, Figure)
    assert figure.source == "https://mmbiz.qpic.cn/1"
    assert document.properties.title == "文章"
    around = next(note for note in document.notes if note.code == "page-around")
    assert around.lost.split() == ["文章", "页脚"]


def test_an_ornament_or_a_number_that_stands_alone_is_a_heading_in_disguise() -> None:
    sign = "<span style='font-family:Wingdings'><span style='mso-list:Ignore'>u<span>&nbsp;</span></span></span>"
    page = f"<p style='mso-list:l0 level1 lfo1'>{sign}协会动态<p>文<p>" + _item(1, "1.", "会见")
    assert texts(read(page)) == ["◆ 协会动态", "文", "1. 会见"]


def test_signs_of_symbol_fonts_are_the_signs_that_a_reader_sees() -> None:
    assert texts(
        read("<p><span style='font-family:Wingdings'>ü</span><span>完成</span><font face=Symbol>a</font>")
    ) == ["✓完成α"]


def test_footnotes_are_those_that_are_both_called_and_written() -> None:
    document = read(
        "<p>文<a href='#_ftn1' name='_ftnref1'>[1]</a>和<a href='#_ftn9'>[9]</a></p><hr width='33%'>"
        "<div id=ftn1><p><a href='#_ftnref1'>[1]</a> 注</p></div><div id=ftn2><p>无人引用</p></div>"
    )
    assert texts(document) == ["文和[9]", "无人引用"]
    assert [(note.id, plain_text(note.blocks[0])) for note in document.footnotes] == [("ftn1", "注")]


def test_tracked_changes_are_taken_as_accepted_and_other_struck_text_stays() -> None:
    by = "cite='mailto:林晓' datetime='2025-06-20'"
    document = read(f"<p>办<ins {by}>12</ins><del {by}>9</del>场，<del>免费</del></p>")
    assert inlines_of(document) == [("办12场，", set()), ("免费", {Mark.STRIKE})]
    assert [(note.code, note.lost) for note in document.notes] == [("tracked-changes", "9")]


def inlines_of(document: Document) -> list[tuple[str, set[Mark]]]:
    (paragraph,) = document.blocks
    assert isinstance(paragraph, Paragraph)
    return [(run.text, set(run.marks)) for run in paragraph.inlines if isinstance(run, Text)]


def test_a_ground_of_its_own_colour_is_highlighting_and_white_is_none() -> None:
    page = (
        "<p style='background:#eee'><span style='background:yellow'>亮</span><span style='background-color:#fff'>白"
        "</span><span style='background:transparent'>透</span><b style='background:url(a.png)'>图</b>"
    )
    assert inlines_of(read(page)) == [("亮", {Mark.HIGHLIGHT}), ("白透", set()), ("图", {Mark.BOLD})]


# ---------------------------------------------------------------------------- numbers and formulas


def test_a_number_that_does_not_follow_begins_a_list_of_its_own() -> None:
    document = read("<ol start=2><li>二<li value=5>五<li>六</ol><ol reversed><li>乙<li>甲</ol>")
    lists = [block for block in document.blocks if isinstance(block, Items)]
    assert [(made.start, len(made.items)) for made in lists] == [(2, 1), (5, 2), (2, 1), (1, 1)]


def test_chinese_numbers_become_text_and_lists_without_marks_paragraphs() -> None:
    document = read(
        "<ol style='list-style-type:cjk-ideographic'><li>甲<li><img src=a.png></ol>"
        "<ul style='list-style:none'><li>（一）乙</ul>"
    )
    assert texts(document) == ["一、甲", "二、", "", "（一）乙"]


@pytest.mark.parametrize(
    ("markup", "tex"),
    [
        ("<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></mfrac>", "(a+b)/2"),
        ("<msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup><msqrt><mi>y</mi></msqrt>", "x_i^2√(y)"),
        ("<mroot><mi>x</mi><mn>3</mn></mroot>", "3√(x)"),
        ("<mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>2</mn></mtd></mtr></mtable>", "[1 2 ; ]"),
    ],
)
def test_a_formula_is_readable(markup: str, tex: str) -> None:
    drawn = f"<math>{markup}</math>"
    assert inlines(f"<p>式{drawn}</p>") == (Text("式"), InlineMath(tex, drawn))
    assert read(f"<math display=block>{markup}</math>").blocks == (Math(tex, read("<p>x").blocks[0].span, drawn),)


@pytest.mark.parametrize(
    ("inside", "drawn"),
    [
        (
            "<semantics><mrow><mi>a</mi></mrow><annotation encoding='application/x-tex'>a</annotation></semantics>",
            "<math><mrow><mi>a</mi></mrow></math>",
        ),
        ("<semantics><annotation encoding='application/x-tex'>a^2</annotation></semantics>", "a^2"),
        ("<mstyle class='x'><mi>a</mi></mstyle>", "<math><mrow><mi>a</mi></mrow></math>"),
        ("<mo stretchy='false' onclick='x()'>&lt;</mo>", '<math><mo stretchy="false">&lt;</mo></math>'),
        ("<mi>x</mi><mspace width='1em'></mspace>", '<math><mi>x</mi><mspace width="1em"></mspace></math>'),
        ("<span>且</span><mi> b </mi>", "<math><mtext>且</mtext><mi>b</mi></math>"),
        ("<mtext> </mtext><mi>x</mi>", "<math><mtext> </mtext><mi>x</mi></math>"),
    ],
)  # fmt: skip
def test_of_a_formula_only_what_is_drawn_is_kept_for_the_drawing(inside: str, drawn: str) -> None:
    found = [inline.markup for inline in inlines(f"<p>式<math>{inside}</math></p>") if isinstance(inline, InlineMath)]
    assert found == [drawn]


def test_a_mermaid_block_of_a_page_says_what_it_is() -> None:
    assert read("<pre class=mermaid>graph TD</pre>").blocks == (Code("graph TD", "mermaid", Span(line=1)),)


# ---------------------------------------------------------------------------- the article and what is around it


def test_navigation_goes_with_a_note_of_its_text() -> None:
    document = read(
        "<nav>首页</nav><div class=main-nav><a href=/a>新闻</a></div><header>站名</header><div class='article-header'>"
        "<h1>题</h1></div><p>正文很长，比导航长得多，所以留下。</p><div class=share>分享</div>"
        "<form><input><button>搜索</button></form><aside>相关</aside><footer>备案</footer>"
    )
    assert texts(document) == ["题", "正文很长，比导航长得多，所以留下。"]
    (note,) = document.notes
    assert (note.code, note.lost.split()) == (
        "navigation-dropped",
        ["首页", "新闻", "站名", "分享", "搜索", "相关", "备案"],
    )


@pytest.mark.parametrize("around", ["<nav>{}</nav>", "<form>{}</form>", "<div class=footer><a>{}</a></div>"])
def test_what_holds_most_of_a_page_is_its_text_whatever_it_is_called(around: str) -> None:
    assert texts(read(around.format("<p>整页的文字都在这里</p>"))) == ["整页的文字都在这里"]


def test_what_belongs_to_a_story_stays_in_it() -> None:
    story = "<article><header>作者甲</header><p>正文正文正文正文</p><aside>旁白</aside><footer>供稿</footer></article>"
    assert texts(read(f"{story}<article><p>另一篇</p></article>")) == [
        "作者甲",
        "正文正文正文正文",
        "旁白",
        "供稿",
        "另一篇",
    ]


def test_the_only_article_is_the_page_with_the_title_before_it() -> None:
    document = read("<div>广告</div><h1>题</h1><article><p>正文正文正文正文</p></article><p>推荐</p>")
    assert texts(document) == ["题", "正文正文正文正文"]
    assert [(note.code, note.lost.split()) for note in document.notes] == [("page-around", ["广告", "推荐"])]


def test_elements_that_are_always_empty_swallow_nothing() -> None:
    assert texts(read("<p>长<wbr>词<embed src=a>后</p>")) == ["长词后"]
    (figure,) = read("<picture><source srcset=b.webp><img src=b.png></picture>").blocks
    assert isinstance(figure, Figure)
    assert figure.source == "b.png"


def test_pictures_that_load_late_are_found_and_counters_are_none() -> None:
    document = read(
        "<img src='data:image/gif;base64,R0' data-original=a.png>"
        "<img srcset='b.png 2x, c.png'><img src=c width=1 height=1>"
    )
    assert [block.source for block in document.blocks if isinstance(block, Figure)] == ["a.png", "b.png"]
    assert len(document.blocks) == 2


# ---------------------------------------------------------------------------- contract


def test_classes_look_as_the_style_sheet_of_the_page_says() -> None:
    css = (
        "<style>/* own */ .big, p.title {font-weight: bold; text-align: center} .red {color: #c00}"
        " .gone {display: none} .tab {display: none} .tab.open {display: block} span.MsoHyperlink {color: blue}"
        " @media print {.red {display: none}}</style>"
    )
    document = read(
        f"{css}<p class=title>春茶开采</p><p class=gone>草稿</p><p class='tab open'>全市<b class=big>六十</b>家</p>"
        "<p><span class=red>会员</span><span class=MsoHyperlink>单位</span></p><div class=title>参加</div>"
    )
    assert document.blocks == (
        Paragraph((Text("春茶开采", frozenset({Mark.BOLD})),), Align.CENTER, Span(line=1)),
        Paragraph((Text("全市"), Text("六十", frozenset({Mark.BOLD})), Text("家")), span=Span(line=2)),
        Paragraph((Text("会员", color="#cc0000"), Text("单位")), span=Span(line=3)),
        Paragraph((Text("参加"),), span=Span(line=4)),
    )
    assert [note.lost for note in document.notes] == ["草稿"]


def test_the_style_sheets_of_a_web_site_are_passed_over() -> None:
    css = ".gone {display: none}" + ".a {color: red}" * 20_000
    assert plain_text(read(f"<style>{css}</style><p class=gone>春茶开采</p>").blocks[0]) == "春茶开采"


def test_a_page_of_any_depth_is_read() -> None:
    deep = 4_900
    document = read("<div><blockquote>" * deep + "深" + "</blockquote></div>" * deep)
    assert plain_text(document.blocks[0]) == "深"
    assert "nested-too-deep" in [note.code for note in document.notes]


TAGS = st.sampled_from(
    ["p", "div", "b", "a", "span", "h1", "blockquote", "x", "pre", "br", "hr", "figure", "figcaption"]
)
GRIDS = st.sampled_from(["ul", "ol", "li", "table", "tr", "td", "th", "thead", "caption"])
PIECES = st.one_of(
    st.sampled_from(["金融", "A", " ", "\n", "，", "<br>", "<img src=a.png>"]),
    (TAGS | GRIDS).map(lambda tag: f"<{tag}>"),
    (TAGS | GRIDS).map(lambda tag: f"</{tag}>"),
)


@settings(deadline=None, max_examples=300)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_no_character_of_a_page_is_lost(markup: str) -> None:
    document = read(markup + "<p>终</p>")
    shown = "".join(texts(document)) + "".join(note.lost for note in document.notes)
    for char in "金融A终":
        assert Counter(shown)[char] == Counter(markup + "终")[char]


def test_a_note_whose_call_is_left_out_is_told_and_is_no_footnote() -> None:
    hidden = "<span style='display:none'><a href='#fn1' id='fnref1'>[1]</a></span>"
    page = f"<p>三月上旬，春茶开采。{hidden}</p><div id='fn1'><a href='#fnref1'>[1]</a> 注释的文字。</div>"
    document = import_html(f"<html><body>{page}</body></html>".encode(), "a.html")
    assert document.footnotes == ()
    assert [note.lost.strip() for note in document.notes if note.code == "note-uncalled"] == ["[1] 注释的文字。"]
