from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterator

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
    Footnote,
    Heading,
    Inline,
    InlineMath,
    Items,
    Level,
    LineBreak,
    Link,
    Mark,
    Math,
    Metadata,
    NoteRef,
    Paragraph,
    Quote,
    Span,
    Table,
    Text,
    plain_text,
    text_of,
    walk,
)
from publisher.errors import Unreadable
from publisher.importers.markdown import import_markdown

PIXEL = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(16)).decode()


def read(text: str) -> Document:
    return import_markdown(text.encode(), "a.md")


def inlines(text: str) -> tuple[Inline, ...]:
    (block,) = read(text).blocks
    assert isinstance(block, Paragraph)
    return block.inlines


def bold(text: str) -> list[str]:
    return [run.text for run in inlines(text) if isinstance(run, Text) and Mark.BOLD in run.marks]


def codes(document: Document) -> list[str]:
    return [note.code for note in document.notes]


# ---------------------------------------------------------------------------- Chinese typing


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("这是**加粗（括号）**后面", "加粗（括号）"),
        ("这是**“重点”**内容", "“重点”"),
        ("**注意：**请看", "注意："),
        ("关于**银行（杭州）**公司", "银行（杭州）"),
        ("《**方案**》印发", "方案"),
        ("报告**《方案》**、", "《方案》"),
        ("增长**12%**以上", "12%"),
        ("plain **bold** text", "bold"),
    ],
)
def test_chinese_marks_do_not_break_bold(text: str, expected: str) -> None:
    assert bold(text) == [expected]
    assert "*" not in text_of(inlines(text))


@pytest.mark.parametrize("text", ["2 * 3 * 4", "snake_case_name", "a ** b ** c", "5*3=15"])
def test_stars_that_are_no_emphasis_stay(text: str) -> None:
    assert inlines(text) == (Text(text),)


@pytest.mark.parametrize(
    ("text", "level", "title"),
    [
        ("#标题", 1, "标题"),
        ("＃标题", 1, "标题"),
        ("##　二级", 2, "二级"),
        ("##Latin", 2, "Latin"),
        ("##二级##", 2, "二级"),
        ("＃＃《书》", 2, "《书》"),
    ],
)
def test_a_heading_needs_no_blank(text: str, level: int, title: str) -> None:
    document = read(f"前文\n{text}\n后文")
    assert document.blocks[1] == Heading(level, (Text(title),), span=Span(line=2))
    assert [(note.code, note.level) for note in document.notes] == [("heading-blank", Level.INFO)]


@pytest.mark.parametrize("text", ["#标签# 正文", "#1 in the list", "#######七", "```\n#标题\n```", "    #标题"])
def test_not_every_hash_is_a_heading(text: str) -> None:
    assert not any(isinstance(block, Heading) for block in read(text).blocks)


def test_a_line_break_of_the_source_is_a_blank_except_in_chinese() -> None:
    assert text_of(inlines("金融\n支持**科技**\n“创新”\nAI\nwins")) == "金融支持科技“创新” AI wins"


@pytest.mark.parametrize(
    "lines",
    [
        ("培训班今天开班。", "专家到场授课！"),
        ("一、基本情况", "培训班今天开班，", "（二）下一步", "专家到场"),
        ("会议要求：", "1.加强管理", "2．落实责任"),
        ("会议要求", "-加强管理", "◆协会动态"),
    ],
)
def test_lines_that_an_editor_means_as_paragraphs_are_so(lines: tuple[str, ...]) -> None:
    document = read("\n".join(lines))
    assert document.blocks == tuple(Paragraph((Text(line),), span=Span(line=n)) for n, line in enumerate(lines, 1))
    assert codes(document) == ["lines-as-paragraphs"]


def test_numbers_and_bold_words_over_a_line_end_part_no_paragraph() -> None:
    assert text_of(inlines("面积\n1.5万亩，**比去年。\n多**一成。")) == "面积 1.5万亩，比去年。多一成。"


def test_a_table_without_its_rule_is_told() -> None:
    document = read("|地区|产量|\n|清水|12|\n|龙潭|9|")
    assert [plain_text(block) for block in document.blocks] == ["|地区|产量|", "|清水|12|", "|龙潭|9|"]
    assert [(note.code, note.level) for note in document.notes] == [("table-unruled", Level.WARNING)]


def test_a_picture_may_have_blanks_in_its_name() -> None:
    document = read('![春茶](图片/春茶 (1).jpg)\n\n![](a.png "春茶")')
    assert [block.source for block in document.blocks if isinstance(block, Figure)] == ["图片/春茶 (1).jpg", "a.png"]


def test_a_hard_break_is_a_line_break() -> None:
    assert inlines("一  \n二\\\n三<br>四") == (
        Text("一"),
        LineBreak(),
        Text("二"),
        LineBreak(),
        Text("三"),
        LineBreak(),
        Text("四"),
    )


def test_chinese_text_indented_by_four_blanks_is_a_paragraph() -> None:
    document = read("    段落**一**\n\n    code = 1")
    assert [type(block) for block in document.blocks] == [Paragraph, Code]


def test_a_remark_in_brackets_is_no_address() -> None:
    assert plain_text(read("[注]: 数据来自年报\n").blocks[0]) == "[注]: 数据来自年报"


# ---------------------------------------------------------------------------- blocks


def test_every_block_knows_its_line() -> None:
    text = "---\ntitle: 题\n---\n# 一\n\n二\n\n---\n\n> 三\n\n```py\n四\n```\n\n- 五\n"
    document = read(text)
    assert document.metadata == Metadata(title="题")
    assert document.blocks == (
        Heading(1, (Text("一"),), span=Span(line=4)),
        Paragraph((Text("二"),), span=Span(line=6)),
        Divider(Span(line=8)),
        Quote((Paragraph((Text("三"),), span=Span(line=10)),), Span(line=10)),
        Code("四", "py", Span(line=12)),
        Items(False, ((Paragraph((Text("五"),), span=Span(line=16)),),), span=Span(line=16)),
    )


def test_boxes_to_tick_stand_at_the_beginning_of_their_items() -> None:
    (items,) = read("- [X] **完成**\n- [ ] [待办](https://a.cn)\n- 【x】不是\n- [x](https://a.cn)\n1[x]\n").blocks
    assert plain_text(items) == "☑ 完成\n☐ 待办\n【x】不是\nx 1[x]"
    assert plain_text(read("[x] 段落").blocks[0]) == "[x] 段落"


def test_a_list_keeps_its_start_its_levels_and_its_ticks() -> None:
    (items,) = read("3. 三\n   - [x] 完成\n   - [ ] 未完成\n4. 四\n").blocks
    assert isinstance(items, Items)
    assert (items.ordered, items.start) == (True, 3)
    assert plain_text(items) == "三\n☑ 完成\n☐ 未完成\n四"
    (zero,) = read("0. 零\n").blocks
    assert isinstance(zero, Items)
    assert zero.start == 0


def test_a_table_keeps_alignment_and_its_heading() -> None:
    (table,) = read("| 甲 | 乙 | 丙 |\n|:-:|--:|:--|\n| **1** | 2 | |\n").blocks
    assert isinstance(table, Table)
    assert table.header_rows == 1
    assert [cell.align for cell in table.rows[0]] == [Align.CENTER, Align.RIGHT, Align.LEFT]
    assert [cell.header for cell in table.rows[0]] == [True, True, True]
    assert plain_text(table) == "甲\t乙\t丙\n1\t2\t"
    assert table.rows[1][2].blocks == ()


def test_cells_beyond_the_heading_stop_the_issue() -> None:
    document = read("> | 甲 | 乙 |\n> |---|---|\n> | 1 | 2 | 3 |\n> | 1 |\n")
    assert [(note.code, note.level, note.lost.strip()) for note in document.notes] == [
        ("table-surplus", Level.ERROR, "3")
    ]


def test_footnotes_called_are_defined_and_the_others_lost_with_a_note() -> None:
    document = read("正文[^甲]和^[就地]。\n\n[^甲]: 注一[^乙]\n\n[^甲]: 重复\n\n[^乙]: 注二\n\n[^丙]: 没人引用\n")
    assert inlines_of(document)[1] == NoteRef("甲")
    assert [(note.id, plain_text(note.blocks[0])) for note in document.footnotes] == [
        ("甲", "注一"),
        ("^1", "就地"),
        ("乙", "注二"),
    ]
    assert {note.code: note.lost for note in document.notes} == {
        "footnote-repeated": "重复",
        "footnote-unused": "没人引用",
    }


def inlines_of(document: Document) -> tuple[Inline, ...]:
    assert isinstance(document.blocks[0], Paragraph)
    return document.blocks[0].inlines


def test_a_footnote_in_a_link_or_a_list_counts_as_called() -> None:
    document = read("- [一[^1]](https://a.cn)\n\n[^1]: 注\n")
    assert document.footnotes == (Footnote("1", (Paragraph((Text("注"),), span=Span(line=3)),)),)


@pytest.mark.parametrize("text", ["价格从$100涨到$120", "花费$860元左右$", "$ a $", "a$b", "$$"])
def test_dollars_of_prices_stay(text: str) -> None:
    assert text_of(inlines(text)) == text
    assert not any(isinstance(inline, InlineMath) for inline in inlines(text))


def test_formulas_are_kept_as_they_are_typed() -> None:
    assert inlines("设$x_1$，$\\text{产量}=y$") == (
        Text("设"),
        InlineMath("x_1", "x_1"),
        Text("，"),
        InlineMath("\\text{产量}=y", "\\text{产量}=y"),
    )
    assert read("前文\n$$\na *b* c\n$$\n后文").blocks[1] == Math("a *b* c", Span(line=2), "a *b* c")
    assert read("$$a$$").blocks == (Math("a", Span(line=1), "a"),)
    assert plain_text(read("$$a\n\nb").blocks[0]) == "$$a"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("小标题\n----", [Heading]),
        ("大标题\n====", [Heading]),
        ("一句话。\n----", [Paragraph, Divider]),
        ("一\n二\n----", [Paragraph, Divider]),
        ("很" * 41 + "\n----", [Paragraph, Divider]),
    ],
)
def test_a_line_under_a_sentence_is_a_rule(text: str, kinds: list[type[Block]]) -> None:
    assert [type(block) for block in read(text).blocks] == kinds


def test_an_indented_sentence_that_begins_with_a_number_is_no_code() -> None:
    assert [type(block) for block in read("    2025年春茶开采\n\n    x = 1").blocks] == [Paragraph, Code]


# ---------------------------------------------------------------------------- links and pictures


def test_links_of_the_web_stay_and_others_become_text_with_a_note() -> None:
    document = read('[一](https://a.cn/x?y=1&z=2 "提示") [二](javascript:alert(1)) [三](b.html) <mailto:a@b.cn>')
    assert inlines_of(document) == (
        Link("https://a.cn/x?y=1&z=2", (Text("一"),)),
        Text(" 二 三 "),
        Link("mailto:a@b.cn", (Text("mailto:a@b.cn"),)),
    )
    assert sorted((note.code, note.lost) for note in document.notes) == [
        ("link-dropped", "b.html"),
        ("link-dropped", "javascript:alert(1)"),
        ("link-title", "提示"),
    ]


def test_a_link_definition_that_nothing_uses_is_noted() -> None:
    document = read("[一][a]\n\n[a]: https://a.cn\n[b]: https://b.cn\n[a]: https://c.cn\n")
    assert [(note.lost, note.span.line) for note in document.notes] == [
        ("[b]: https://b.cn", 4),
        ("[a]: https://c.cn", 5),
    ]


def test_a_picture_is_a_figure_whose_caption_is_its_title_or_its_text() -> None:
    document = read(
        '![甲](images/图 1.png "题")\n\n![乙](<images/图 2.png>)\n\n![image-20240731](c.png)\n\n![d.png](d.png)'
    )
    figures = [block for block in document.blocks if isinstance(block, Figure)]
    assert [(figure.source, text_of(figure.caption), figure.alt) for figure in figures] == [
        ("images/图 2.png", "乙", "乙"),
        ("c.png", "", "image-20240731"),
        ("d.png", "", "d.png"),
    ]


def test_a_picture_in_a_line_stands_before_or_after_its_paragraph() -> None:
    document = read(
        '![](a.png)前文![](b.png "题")后文\n\n# ![](c.png)标题![](d.png)\n\n| ![](e.png) | 字 |\n|---|---|\n| x | y |'
    )
    kinds = [block.source if isinstance(block, Figure) else type(block).__name__ for block in walk(document.blocks)]
    assert kinds[:6] == ["a.png", "Paragraph", "b.png", "c.png", "Heading", "d.png"]
    assert plain_text(document.blocks[1]) == "前文后文"
    assert kinds[6:9] == ["Table", "e.png", "Paragraph"]


def test_a_picture_inside_the_text_is_an_asset() -> None:
    document = read(f"![][i]\n\n![](data:text/html;base64,AAAA)\n\n[i]: <data:image/png;base64,{PIXEL}>\n")
    first, second = document.blocks
    assert isinstance(first, Figure)
    assert isinstance(second, Figure)
    assert [(asset.fingerprint, asset.media_type) for asset in document.assets] == [(first.picture, "image/png")]
    assert second.picture == ""
    assert [(note.code, note.level) for note in document.notes] == [("picture-unreadable", Level.ERROR)]


# ---------------------------------------------------------------------------- HTML inside


def test_html_tags_in_a_line_are_looks_and_unknown_ones_leave_their_text() -> None:
    document = read(
        '<u>一</u>H<sub>2</sub><span style="color:red">红</span>'
        '<a href="https://a.cn">链</a><x-y z="w">文</x-y><!-- 注 -->'
    )
    assert inlines_of(document) == (
        Text("一", frozenset({Mark.UNDERLINE})),
        Text("H"),
        Text("2", frozenset({Mark.SUBSCRIPT})),
        Text("红", color="#ff0000"),
        Link("https://a.cn", (Text("链"),)),
        Text("文"),
    )
    assert {note.code: note.lost for note in document.notes} == {"tag-unknown": "w", "comment-dropped": "<!-- 注 -->"}


def test_tags_that_cross_or_stay_open_break_nothing() -> None:
    text, figure = read("**<u>一**</u></b><i><b>二</i>三<br/><img src='a.png' alt='图'/>").blocks
    assert (plain_text(text), plain_text(figure)) == ("一二三", "图")
    assert plain_text(read("<font color=blue/>蓝").blocks[0]) == "蓝"


def test_blocks_of_html_are_read_not_passed_through() -> None:
    document = read('<div align="center"><b>居中</b><script>alert(1)</script></div>\n\n<table><tr><td>格</table>\n')
    first, second = document.blocks
    assert first == Paragraph((Text("居中", frozenset({Mark.BOLD})),), Align.CENTER, Span(line=1))
    assert isinstance(second, Table)
    assert second.span == Span(line=3)


def test_looks_are_marks() -> None:
    assert inlines("*斜* ~~删~~ `x  y` **_粗斜_**") == (
        Text("斜", frozenset({Mark.ITALIC})),
        Text(" "),
        Text("删", frozenset({Mark.STRIKE})),
        Text(" "),
        Text("x  y", frozenset({Mark.CODE})),
        Text(" "),
        Text("粗斜", frozenset({Mark.BOLD, Mark.ITALIC})),
    )


def test_what_follows_the_language_of_a_code_block_is_noted() -> None:
    assert [(note.code, note.lost) for note in read("```py 说明\nx\n```").notes] == [("code-info", "说明")]


# ---------------------------------------------------------------------------- contract


def test_nesting_beyond_reason_is_refused() -> None:
    with pytest.raises(Unreadable) as caught:
        read(">" * 200 + "x")
    assert "嵌套" in caught.value.note


@pytest.mark.parametrize(
    "text",
    [
        "[" * 500,
        "^[" * 50 + "x" + "]" * 50,
        "![" * 50 + "x" + "](a)" * 50,
        "*a " * 5_000,
        "`" * 5_000,
        "- " * 25 + "x",
        "|" * 3_000 + "\n" + "|-" * 3_000,
    ],
)
def test_an_odd_text_is_read(text: str) -> None:
    assert read(text).blocks


@pytest.mark.parametrize("text", ["", " \n", "<!-- only -->", "---\ntitle: 题\n---\n"])
def test_a_file_without_content_is_refused(text: str) -> None:
    with pytest.raises(Unreadable, match="no text"):
        read(text)


def everything(blocks: tuple[Block, ...]) -> Iterator[str]:
    """All that an editor wrote into the document, addresses and languages included."""
    for block in walk(blocks):
        match block:
            case Paragraph(inlines=inner) | Heading(inlines=inner):
                yield text_of(inner)
                yield from (inline.href for inline in inner if isinstance(inline, Link))
            case Figure(alt=alt, source=source):
                yield alt + source
            case Code(text=text, language=language):
                yield text + language
            case _:
                pass


def letters(text: str) -> Counter[str]:
    """Han, and A: the other Latin letters of the pieces stand in addresses and in footnotes' names."""
    return Counter(char for char in text if (char > "\u2000" and char.isalpha()) or char == "A")


PIECES = st.sampled_from(
    [
        "金融",
        "\n",
        "\n\n",
        "**",
        "*",
        "“",
        "”",
        "（",
        "）",
        "：",
        "A b",
        " ",
        "\n# ",
        "\n#",
        "\n> ",
        "\n- ",
        "\n    ",
        "`",
        "~~",
        "[一](https://a.cn)",
        "|",
        "\n|甲|乙|\n|-|-|\n|丙|丁|\n",
        "\n```\n",
        "[",
        "]",
        "[^x]",
        "\\",
        "_",
        "\u3000",
        "\n---\n",
        "^[",
        "![",
    ]
)


@settings(deadline=None, max_examples=300)
@given(st.lists(PIECES, min_size=1, max_size=25).map("".join))
def test_no_character_of_a_markdown_file_is_lost(text: str) -> None:
    try:
        document = read(text)
    except Unreadable:
        assert not letters(text)
        return
    written = [*everything(document.blocks), *(part for note in document.footnotes for part in everything(note.blocks))]
    lost = [note.lost for note in document.notes]
    assert not letters(text) - letters("".join([*written, *lost]))
    told = {"heading-blank", "table-surplus", "code-info", "reference-unused", "link-title", "lines-as-paragraphs"}
    assert set(codes(document)) <= {*told, "table-unruled"}


def test_footnotes_that_nothing_calls_are_named_in_the_order_of_the_file() -> None:
    document = read("正文\n\n[^丙]: 三\n\n[^甲]: 一\n\n[^乙]: 二\n\n[^丁]: 四\n")
    assert [note.lost for note in document.notes] == ["三", "一", "二", "四"]
