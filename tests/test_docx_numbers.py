"""Word's automatic numbers: labels of headings, and lists."""

from __future__ import annotations

import re

import pytest

from publisher.document import (
    Align,
    Document,
    Figure,
    Flow,
    Heading,
    InlineMath,
    Items,
    Mark,
    Paragraph,
    Text,
    plain_text,
)
from publisher.importers.numerals import numeral
from tests.docx_files import (
    NORMAL,
    cell,
    level,
    num,
    p,
    picture,
    r,
    row,
    scheme,
    style,
    table,
)
from tests.docx_reading import CHINESE, LISTS, NEWSLETTER, WPS_STYLES, inlines, only, read, shown

# ---------------------------------------------------------------------------- headings and numbers


LABELS = ["一、", "二、", "（一）", "（二）", "三、", "（一）", "1.", "2.", "（二）", "1."]


def labels(document: Document) -> list[str]:
    return [block.label for block in document.blocks if isinstance(block, Heading)]


def test_numbers_that_come_from_the_style_are_the_headings_labels() -> None:
    document = read("".join(NEWSLETTER), CHINESE)
    assert labels(document) == LABELS
    assert [block.level for block in document.blocks if isinstance(block, Heading)] == [1, 1, 2, 2, 1, 2, 3, 3, 2, 3]
    assert shown(document)[1:3] == ["二、产业趋势", "全球算力规模持续增长。"]
    assert document.flow is Flow.PARAGRAPHS
    assert [block.span.line for block in document.blocks] == list(range(1, 12))


def test_numbers_repeated_on_the_paragraph_as_wps_does_count_once() -> None:
    levels = {"9": 0, "2": 0, "3": 1, "4": 2}
    body = re.sub(
        r'<w:pStyle w:val="(\d)"/>',
        lambda match: f'{match[0]}<w:numPr><w:ilvl w:val="{levels[match[1]]}"/><w:numId w:val="1"/></w:numPr>',
        "".join(NEWSLETTER),
    )
    assert labels(read(body, CHINESE)) == LABELS


def test_numbers_on_the_paragraph_alone_become_labels_and_leading_text() -> None:
    styles = WPS_STYLES.replace('<w:numPr><w:numId w:val="1"/></w:numPr>', "")
    body = p("产业趋势", "2", ("1", 0)) + p("说明。") + p("智能算力", numbered=("1", 1)) + p("说明。")
    body += p("低碳化", numbered=("1", 1), more='<w:jc w:val="center"/>')
    document = read(body, CHINESE, styles)
    assert shown(document) == ["一、产业趋势", "说明。", "（一）智能算力", "说明。", "（二）低碳化"]
    assert document.blocks[2] == Paragraph((Text("（一）智能算力"),), span=document.blocks[2].span)
    assert isinstance(document.blocks[4], Paragraph)
    assert document.blocks[4].align is Align.CENTER


def test_chinese_numbers_stay_text_even_in_a_run() -> None:
    body = p("甲", numbered=("1", 1)) + p("乙", numbered=("1", 1))
    assert shown(read(body, CHINESE)) == ["（一）甲", "（二）乙"]


def test_a_label_takes_the_look_of_the_text_behind_it() -> None:
    body = p(numbered=("1", 0), inside=r("趋势", "<w:b/>"))
    assert inlines(read(body, CHINESE)) == (Text("一、趋势", frozenset({Mark.BOLD})),)
    math = p(numbered=("1", 0), inside="<m:oMath><m:r><m:t>x</m:t></m:r></m:oMath>")
    assert inlines(read(math, CHINESE)) == (Text("一、"), InlineMath("x", "<math><mi>x</mi></math>"))


def test_a_heading_is_known_by_name_through_bases_by_outline_level_or_by_id() -> None:
    styles = (
        NORMAL
        + style("x", "标题 2")
        + style("y", "我的", "x")
        + style("o", "带大纲", paragraph='<w:outlineLvl w:val="2"/>')
    )
    styles += style("loop", "绕", "pool") + style("pool", "圈", "loop") + style("T", "Title") + style("d", "heading 9")
    body = p("a", "x") + p("b", "y") + p("c", "o") + p("d", more='<w:outlineLvl w:val="4"/>') + p("e", "T")
    body += (
        p("f", "x", more='<w:outlineLvl w:val="9"/>')
        + p("g", "loop")
        + p("h", "Heading3")
        + p("i", "d")
        + p("j", "Title")
    )
    found = [block.level if isinstance(block, Heading) else 0 for block in read(body, "", styles).blocks]
    assert found == [2, 2, 3, 5, 1, 0, 0, 3, 6, 1]


def test_without_any_style_definition_the_ids_of_wps_count() -> None:
    document = read(p("大", "2") + p("中", "3") + p("正文", "1") + p("怪", "77"), "", "")
    assert [block.level if isinstance(block, Heading) else 0 for block in document.blocks] == [1, 2, 0, 0]
    assert isinstance(only(read(p("正文", "2"), "", NORMAL)), Paragraph)


def test_levels_start_restart_and_count_legally() -> None:
    numbering = scheme(
        5,
        level(0, "upperRoman", "%1"),
        level(1, "decimal", "%1.%2", "<w:isLgl/>", start=3),
        level(2, "lowerLetter", "%3)", '<w:lvlRestart w:val="1"/>'),
        level(3, "decimal", "%4", '<w:lvlRestart w:val="0"/>'),
    )
    numbering += num(6, 5, '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="9"/></w:lvlOverride>')
    numbering += num(7, 5)
    order = [("5", 0), ("5", 1), ("5", 2), ("5", 3), ("5", 1), ("5", 2), ("5", 0), ("5", 2), ("5", 3)]
    order += [("7", 0), ("6", 0), ("6", 0), ("5", 1), ("0", 0), ("404", 0)]
    body = "".join(p("x", numbered=numbered, more='<w:outlineLvl w:val="0"/>') for numbered in order)
    assert labels(read(body, numbering)) == [
        *("I", "1.3", "a)", "1", "1.4", "b)", "II", "a)", "2", "III", "IX", "X", "10.3"),
        *("", ""),
    ]


def test_a_level_used_before_its_parent_shows_the_parents_start() -> None:
    numbering = scheme(5, level(0, "decimal", "%1"), level(1, "decimal", "%1.%2"))
    assert labels(read(p("x", "2", ("5", 1)) + p("y", "2", ("5", 0)), numbering)) == ["1.1", "1"]


def test_an_override_may_bring_its_own_level_and_a_style_may_lend_its_numbering() -> None:
    numbering = scheme(5, level(0, "decimal", "%1."))
    numbering += num(6, 5, f'<w:lvlOverride w:ilvl="0">{level(0, "ideographDigital", "第%1条")}</w:lvlOverride>')
    numbering += scheme(8, '<w:styleLink w:val="L"/>', level(0, "decimalEnclosedCircle", "%1"))
    numbering += scheme(7, '<w:numStyleLink w:val="L"/>')
    numbering += scheme(
        4,
        '<w:lvl w:ilvl="0"><mc:AlternateContent><mc:Choice Requires="w14"><w:numFmt w:val="custom"/></mc:Choice>'
        "<mc:Fallback>"
        '<w:numFmt w:val="decimalZero"/></mc:Fallback></mc:AlternateContent><w:lvlText w:val="%1"/></w:lvl>',
    )
    body = p("x", "2", ("6", 0)) + p("y", "2", ("7", 0)) + p("z", "2", ("4", 0)) + p("u", "2", ("4", 5))
    assert labels(read(body, numbering)) == ["第一条", "①", "00", ""]


@pytest.mark.parametrize(
    ("kind", "number", "text"),
    [
        ("chineseCounting", 10, "十"),
        ("chineseCounting", 21, "二十一"),
        ("chineseCountingThousand", 105, "一百零五"),
        ("chineseCountingThousand", 110, "一百一十"),
        ("chineseCountingThousand", 1005, "一千零五"),
        ("chineseCounting", 0, "〇"),
        ("chineseCounting", 30000, "30000"),
        ("japaneseCounting", 1, "一"),
        ("japaneseCounting", 111, "百十一"),
        ("ideographDigital", 20, "二〇"),
        ("chineseLegalSimplified", 12, "壹拾贰"),
        ("ideographTraditional", 2, "乙"),
        ("ideographZodiac", 13, "13"),
        ("decimalEnclosedCircle", 20, "⑳"),
        ("decimalEnclosedCircle", 21, "㉑"),
        ("decimalEnclosedCircleChinese", 51, "51"),
        ("decimalEnclosedParen", 3, "⑶"),
        ("decimalEnclosedFullstop", 21, "21"),
        ("decimalFullWidth", 12, "１２"),
        ("lowerLetter", 27, "aa"),
        ("upperLetter", 2, "B"),
        ("lowerLetter", 30000, "30000"),
        ("upperRoman", 1994, "MCMXCIV"),
        ("lowerRoman", 5000, "5000"),
        ("numberInDash", 3, "- 3 -"),
        ("none", 3, ""),
        ("hex", 12, "12"),
        ("decimal", -1, "-1"),
    ],
)
def test_numerals_are_words(kind: str, number: int, text: str) -> None:
    assert numeral(kind, number) == text


# ---------------------------------------------------------------------------- lists


def test_a_run_of_plain_numbers_is_a_list_and_nests_by_level() -> None:
    body = p("甲", numbered=("10", 0)) + p("甲一", numbered=("10", 1)) + p("甲二", numbered=("10", 1))
    body += p("点", numbered=("10", 2)) + p("乙", numbered=("10", 0), inside=picture())
    found = only(read(body, LISTS))
    assert isinstance(found, Items)
    assert (found.ordered, found.start, len(found.items)) == (True, 1, 2)
    inner = found.items[0][1]
    assert isinstance(inner, Items)
    assert [plain_text(item[0]) for item in inner.items] == ["甲一", "甲二"]
    assert isinstance(inner.items[1][1], Items)
    assert not inner.items[1][1].ordered
    assert isinstance(found.items[1][1], Figure)


def test_a_list_that_goes_on_after_a_paragraph_keeps_its_count() -> None:
    items = "".join(p(text, numbered=("10", 0)) for text in "甲乙")
    found = read(items + p("正文。") + items, LISTS).blocks
    assert [block.start for block in found if isinstance(block, Items)] == [1, 3]


def test_a_number_that_stands_alone_is_text() -> None:
    body = p("芯片", numbered=("10", 0)) + p("正文。") + p("服务器", numbered=("10", 0))
    assert shown(read(body, LISTS)) == ["1. 芯片", "正文。", "2. 服务器"]


def test_a_number_in_brackets_is_text() -> None:
    assert shown(read(p("甲", numbered=("14", 0)) + p("乙", numbered=("14", 0)), LISTS)) == ["(1) 甲", "(2) 乙"]


def test_an_ornament_that_stands_alone_is_text_and_a_run_of_them_is_a_list() -> None:
    body = p("工作动态", numbered=("12", 0)) + p("要闻一", numbered=("10", 0)) + p("要闻二", numbered=("10", 0))
    body += p("行业动态", numbered=("12", 0)) + p("要闻", numbered=("10", 0))
    document = read(body, LISTS)
    assert shown(document) == ["◆ 工作动态", "要闻一\n要闻二", "◆ 行业动态", "3. 要闻"]
    found = only(read(p("甲", numbered=("11", 0)) + p("乙", numbered=("11", 0)), LISTS))
    assert isinstance(found, Items)


def test_bullets_of_two_numberings_nest_by_indent() -> None:
    body = p("外", numbered=("11", 0), more='<w:ind w:left="21pt"/>') + p("里", numbered=("13", 0))
    body += p("外", numbered=("11", 0), more='<w:ind w:left="420"/>') + p(
        "换", numbered=("12", 0), more='<w:ind w:start="420"/>'
    )
    body += p("又换", numbered=("12", 0), more='<w:ind w:left="420"/>')
    found = only(read(body, LISTS))
    assert isinstance(found, Items)
    assert [len(item) for item in found.items] == [2, 1, 1, 1]


def test_lists_of_other_numberings_and_restarts_are_lists_of_their_own() -> None:
    numbering = LISTS + num(20, 10, '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>')
    body = (
        p("甲", numbered=("10", 0))
        + p("乙", numbered=("10", 0))
        + p("丙", numbered=("20", 0))
        + p("丁", numbered=("20", 0))
    )
    found = read(body, numbering).blocks
    assert [(block.start, len(block.items)) for block in found if isinstance(block, Items)] == [(1, 2), (1, 2)]


def test_numbers_without_text_are_strays_in_the_body_and_a_column_in_a_table() -> None:
    body = p(numbered=("10", 0)) + table(
        row(cell(p(numbered=("10", 0))), cell(p("金租"))), row(cell(p(numbered=("10", 0))))
    )
    assert shown(read(body, LISTS)) == ["2.\t金租\n3.\t"]
