"""HTML: what is not for readers, what Word and WeChat make of it, and what every reading keeps to."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.document import (
    Align,
    Code,
    Document,
    Figure,
    Heading,
    InlineMath,
    Items,
    Mark,
    Math,
    Paragraph,
    Properties,
    Span,
    Text,
    plain_text,
    text_of,
)
from publisher.errors import Unreadable
from publisher.importers.html import import_html
from tests.markup import inlines, read, texts

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
