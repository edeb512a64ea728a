from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from publisher.document import (
    Align,
    Block,
    Box,
    Divider,
    Document,
    Figure,
    Flow,
    Heading,
    InlineMath,
    Items,
    Level,
    LineBreak,
    Link,
    Mark,
    Note,
    NoteRef,
    Paragraph,
    Properties,
    Quote,
    Ruby,
    Table,
    Text,
    fingerprint,
    plain_text,
    walk,
)
from publisher.errors import Unreadable
from publisher.importers.docx import import_docx, package
from publisher.importers.docx.numerals import numeral
from publisher.importers.docx.symbols import symbol
from tests.docx_files import (
    NORMAL,
    PNG,
    alternative,
    cell,
    core,
    field,
    issue_file,
    level,
    num,
    p,
    part,
    picture,
    r,
    row,
    scheme,
    sdt,
    style,
    table,
    text_box,
    text_in,
    text_out,
    word_file,
    zipped,
)

SAMPLE = Path(__file__).parent.parent.parent / "shared/samples/jinlian-2024-06.txt"

WPS_STYLES = (
    NORMAL
    + style("2", "heading 1", "a", '<w:numPr><w:numId w:val="1"/></w:numPr><w:outlineLvl w:val="0"/>', "<w:b/>")
    + style("3", "heading 2", "a", '<w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr>', "<w:b/>")
    + style("4", "heading 3", "a", '<w:numPr><w:ilvl w:val="2"/><w:numId w:val="1"/></w:numPr>')
    + style("9", "章标题", "2")
    + style("q", "Intense Quote", "a")
    + style("t1", "toc 1", "a")
    + style("cap", "caption", "a")
    + style("mid", "居中", "a", '<w:jc w:val="center"/>', '<w:b/><w:color w:val="C00000"/>')
    + style("strong", "Strong", run="<w:b/>", kind="character")
)
CHINESE = scheme(
    1,
    level(0, "chineseCountingThousand", "%1、", '<w:pStyle w:val="2"/>'),
    level(1, "chineseCounting", "（%2）", '<w:pStyle w:val="3"/>'),
    level(2, "decimal", "%3.", '<w:pStyle w:val="4"/>'),
)


def read(body: str, numbering: str = "", styles: str = WPS_STYLES, **more: object) -> Document:
    data = word_file(body, styles, numbering, **more)  # type: ignore[arg-type]  # parts and relations, as given
    document = import_docx(data, "期刊.docx")
    missing = text_in(data) - text_out(document)
    assert not missing, f"lost without a note: {missing}"
    return document


def shown(document: Document) -> list[str]:
    return [plain_text(block) for block in document.blocks]


def only(document: Document) -> Block:
    assert len(document.blocks) == 1, document.blocks
    return document.blocks[0]


def inlines(document: Document) -> tuple[object, ...]:
    block = only(document)
    assert isinstance(block, Paragraph)
    return block.inlines


def note(document: Document, code: str) -> Note:
    found = [found for found in document.notes if found.code == code]
    assert len(found) == 1, document.notes
    return found[0]


# ---------------------------------------------------------------------------- headings and numbers


NEWSLETTER = (
    p("算力产业研究", "9"),
    p("产业趋势", "2"),
    p("全球算力规模持续增长。"),
    p("智能算力占据主导", "3"),
    p("技术低碳化", "3"),
    p("产业链", "2"),
    p("上游", "3"),
    p("芯片", "4"),
    p("服务器", "4"),
    p("中游", "3"),
    p("云服务", "4"),
)
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
    assert inlines(read(math, CHINESE)) == (Text("一、"), InlineMath("x"))


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

LISTS = (
    scheme(10, level(0, "decimal", "%1."), level(1, "lowerLetter", "%2)"), level(2, "bullet", "o"))
    + scheme(
        11,
        level(0, "bullet", "\uf06c", "").replace("</w:lvl>", '<w:rPr><w:rFonts w:ascii="Wingdings"/></w:rPr></w:lvl>'),
    )
    + scheme(
        12,
        level(0, "bullet", "\uf075", "").replace("</w:lvl>", '<w:rPr><w:rFonts w:ascii="Wingdings"/></w:rPr></w:lvl>'),
    )
    + scheme(
        13,
        level(0, "bullet", "", "<w:lvlPicBulletId/>").replace(
            "</w:lvl>", '<w:pPr><w:ind w:left="900"/></w:pPr></w:lvl>'
        ),
    )
    + scheme(14, level(0, "decimal", "(%1)"))
)


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


# ---------------------------------------------------------------------------- runs


def test_marks_and_colours_come_from_run_style_and_paragraph() -> None:
    body = p(
        style="mid",
        inside=r("红")
        + r("斜", '<w:i/><w:b w:val="0"/><w:color w:val="auto"/>')
        + r("反", '<w:rStyle w:val="strong"/><w:color w:val="000000"/>')
        + r("划", '<w:strike/><w:u w:val="single"/><w:highlight w:val="yellow"/>')
        + r("2", '<w:vertAlign w:val="superscript"/><w:u w:val="none"/>'),
    )
    document = read(body)
    red, bold = "#c00000", frozenset({Mark.BOLD})
    assert inlines(document) == (
        Text("红", bold, red),
        Text("斜", frozenset({Mark.ITALIC})),
        Text("反"),
        Text("划", bold | {Mark.STRIKE, Mark.UNDERLINE, Mark.HIGHLIGHT}, red),
        Text("2", bold | {Mark.SUPERSCRIPT}, red),
    )
    assert document.blocks[0] == Paragraph(document.blocks[0].inlines, Align.CENTER, document.blocks[0].span)  # type: ignore[union-attr]


def test_a_heading_is_not_bold_only_because_headings_are() -> None:
    document = read(p(style="2", inside=r("产业", "<w:b/>") + r("趋势", "<w:b/>")))
    assert only(document) == Heading(1, (Text("产业趋势"),), span=document.blocks[0].span)
    partly = only(read(p(style="2", inside=r("产业", "<w:b/>") + r("趋势"))))
    assert isinstance(partly, Heading)
    assert partly.inlines[0] == Text("产业", frozenset({Mark.BOLD}))


def test_tabs_breaks_hyphens_and_symbols_are_characters() -> None:
    inside = r(
        "a", inside="<w:tab/><w:t>b</w:t><w:br/><w:t>0571</w:t><w:noBreakHyphen/><w:t>8</w:t><w:cr/><w:softHyphen/>"
    )
    inside += r(inside='<w:sym w:font="Wingdings" w:char="F06E"/><w:t>c\nd</w:t><w:br w:type="page"/>')
    inside += r("\uf0a8", '<w:rFonts w:ascii="Wingdings"/>')
    document = read(p(inside=inside))
    assert inlines(document) == (
        Text("a\tb"),
        LineBreak(),
        Text("0571-8"),
        LineBreak(),
        Text("■c d"),
        LineBreak(),
        Text("◻"),
    )


def test_an_unknown_symbol_is_noted() -> None:
    document = read(
        p("星", inside=r(inside='<w:sym w:font="Webdings" w:char="F021"/><w:sym w:font="宋体" w:char="2605"/>'))
    )
    assert inlines(document) == (Text("星★"),)
    assert "Webdings" in note(document, "symbol-unknown").text
    assert symbol("Symbol", 0x61) == "α"
    assert not symbol("Wingdings", 0xF000 + 0x20)


def test_blanks_that_indent_go_and_blanks_between_words_stay() -> None:
    inside = r("\u3000\u3000首行 ") + r("AI 芯片", "<w:b/>") + r(" \u3000")
    assert inlines(read(p(inside=inside) + p(" \u3000") + p())) == (
        Text("首行 "),
        Text("AI 芯片", frozenset({Mark.BOLD})),
    )
    assert inlines(read("<w:p><w:r><w:t>\n  排版的文件 </w:t></w:r></w:p>")) == (Text("排版的文件"),)


def test_hidden_text_is_lost_with_a_note() -> None:
    document = read(p("看见", inside=r("看不见", "<w:vanish/>") + r("也见", '<w:vanish w:val="false"/>')))
    assert shown(document) == ["看见也见"]
    assert note(document, "hidden-text").lost == "看不见"
    assert note(document, "hidden-text").level is Level.INFO


def test_revisions_are_taken_as_accepted() -> None:
    deleted = "<w:del><w:r><w:delText>旧</w:delText></w:r></w:del><w:moveFrom><w:r><w:t>移</w:t></w:r></w:moveFrom>"
    body = p("现在", inside=f"{deleted}<w:ins>{r('新')}</w:ins>")
    body += p("前半", "2", more="<w:rPr><w:del/></w:rPr>") + p("后半")
    body += table(row(cell(p("删行")), properties="<w:del/>"), row(cell(p("增行")), properties="<w:ins/>"))
    body += f"<w:moveFrom>{p('搬走')}</w:moveFrom><w:ins>{p('搬来')}</w:ins>" + p("尾", more="<w:rPr><w:del/></w:rPr>")
    document = read(body)
    assert shown(document) == ["现在新", "前半后半", "增行", "搬来", "尾"]
    found = note(document, "tracked-changes")
    assert found.lost == "旧移删行搬走"
    assert found.text == "文件带有修订痕迹，已按接受修订处理。"


def test_a_drop_cap_is_the_first_letter_of_the_next_paragraph() -> None:
    assert shown(read(p("近", more='<w:framePr w:dropCap="drop"/>') + p("日，召开会议。"))) == ["近日，召开会议。"]
    assert shown(read(p("甲", more='<w:framePr w:dropCap="none"/>') + p("乙"))) == ["甲", "乙"]


def test_comments_are_dropped_and_macros_ignored_with_notes() -> None:
    comments = part("comments", f'<w:comment w:id="0">{p("请核对")}</w:comment>')
    document = read(
        p("正文", inside='<w:commentRangeStart w:id="0"/>'),
        parts={"word/comments.xml": comments, "word/vbaProject.bin": b"x"},
        relations=[("rK", "comments", "comments.xml")],
    )
    assert shown(document) == ["正文"]
    assert note(document, "comments-dropped").lost == "请核对"
    assert note(document, "macros-ignored").level is Level.INFO


# ---------------------------------------------------------------------------- fields, links, contents


def test_links_of_both_kinds_keep_only_web_addresses() -> None:
    relations = [
        ("rW", "hyperlink", "https://example.com/a b"),
        ("rF", "hyperlink", "file:///C:/x"),
        ("rJ", "hyperlink", "JavaScript:alert(1)"),
    ]
    link = '<w:hyperlink r:id="{}" w:anchor="p">{}</w:hyperlink>'
    body = p("见", inside=link.format("rW", r("这", "<w:u/><w:color w:val='0000FF'/>") + r("里")))
    body += p(inside=link.format("rF", r("本机")) + link.format("rJ", r("脚本")) + link.format("r404", r("无")))
    body += p(
        inside=field('HYPERLINK \\o "提示" "http://example.com/" \\l "s"', r("域"))
        + field("HYPERLINK \\l 书签", r("内"))
    )
    body += p(inside=field("HYPERLINK MAILTO:a@example.com", r("信")))
    document = read(body, relations=relations)
    link_one, link_two, mail = (document.blocks[at].inlines for at in (0, 2, 3))  # type: ignore[union-attr]
    assert link_one == (Text("见"), Link("https://example.com/a%20b#p", (Text("这里"),)))
    assert document.blocks[1].inlines == (Text("本机脚本无"),)  # type: ignore[union-attr]
    assert link_two == (Link("http://example.com/#s", (Text("域"),)), Text("内"))
    assert mail == (Link("MAILTO:a@example.com", (Text("信"),)),)
    assert [found.code for found in document.notes] == ["link-dropped", "link-dropped"]


def test_a_fields_result_is_kept_and_its_code_is_not() -> None:
    caption = p(
        "图表 ",
        "cap",
        inside=field("SEQ 图表 \\* ARABIC", r("1")) + '<w:fldSimple w:instr=" SEQ x ">' + r("2") + "</w:fldSimple>",
    )
    nested = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        + r("码")
        + field("PAGEREF x", r("7"))
        + '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    document = read(caption + p("前", inside=nested + r("后")))
    assert shown(document) == ["图表 12", "前后"]
    assert note(document, "field-code").lost == "码7"


def test_broken_fields_swallow_nothing() -> None:
    char = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    body = p("甲", inside=char.format("begin")) + p(
        "乙", inside=char.format("end") * 3 + char.format("separate") + char.format("odd")
    )
    body += p("丙", inside=char.format("begin") * 200 + r("丁")) + p("戊")
    document = read(body)
    assert shown(document) == ["甲", "乙", "丙", "戊"]
    assert note(document, "field-code").lost == "丁"


def test_generated_contents_are_dropped_however_they_are_marked() -> None:
    gallery = '<w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj>'
    begin, end = field(' TOC \\o "1-3" ', "|").split("|")
    body = sdt(p("目录") + p("第一章", inside=picture()), gallery)
    body += (
        p(inside=begin + r("第二章")) + p("第三章", inside=field("PAGEREF _x", r("3"))) + p(inside=end + r("刊首语"))
    )
    body += p("第四章", "t1") + p("正文", "2")
    document = read(body)
    assert shown(document) == ["刊首语", "正文"]
    assert note(document, "contents-dropped").lost == "目录第一章第二章第三章3第四章"


def test_a_contents_list_without_an_end_stops_at_the_first_heading_or_table() -> None:
    begin, _ = field("TOC", "|").split("|")
    assert shown(read(p(inside=begin + r("目录")) + p("章", "2") + p("文"))) == ["章", "文"]
    assert shown(read(p(inside=begin + r("目录")) + table(row(cell(p("格")))) + p("文"))) == ["格", "文"]


# ---------------------------------------------------------------------------- tables


def test_merged_cells_become_spans_and_the_grid_is_rectangular() -> None:
    span, start, go_on = '<w:gridSpan w:val="2"/>', '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    body = table(
        row(cell(p("头"), properties=span), cell(p("尾")), properties="<w:tblHeader/>"),
        row(
            cell(p("芯片"), properties=start), cell(p("CPU"), p("两段")), cell(p("国产", more='<w:jc w:val="center"/>'))
        ),
        row(cell(p("余"), properties=go_on), cell(p("GPU"))),
        row(cell(p("缩")), properties='<w:gridBefore w:val="1"/>'),
        row(cell(properties=go_on), cell(properties='<w:gridSpan w:val="2000000000"/>')),
    )
    found = only(read(body))
    assert isinstance(found, Table)
    assert found.header_rows == 1
    assert [
        [
            (plain_text(found_cell.blocks[0]) if found_cell.blocks else "", found_cell.colspan, found_cell.rowspan)
            for found_cell in cells
        ]
        for cells in found.rows
    ] == [
        [("头", 2, 1), ("尾", 1, 1), ("", 61, 1)],
        [("芯片", 1, 2), ("CPU", 1, 1), ("国产", 1, 1), ("", 61, 1)],
        [("GPU", 1, 1), ("", 62, 1)],
        [("", 1, 1), ("缩", 1, 1), ("", 62, 1)],
        [("", 1, 1), ("", 63, 1)],
    ]
    assert [plain_text(block) for block in found.rows[1][0].blocks] == ["芯片", "余"]
    assert found.rows[1][2].align is Align.CENTER
    assert found.rows[0][0].header
    assert not found.rows[1][0].header


def test_old_sideways_merging_nested_tables_and_wrapped_rows_are_read() -> None:
    wrapped = sdt(row(cell(p("包"), table(row(cell(p("里"))))), sdt(cell(p("格")))))
    merged = row(cell(p("左"), properties='<w:hMerge w:val="restart"/>'), cell(p("右"), properties="<w:hMerge/>"))
    found = only(read(table(wrapped, merged) + table()))
    assert isinstance(found, Table)
    assert [len(cells) for cells in found.rows] == [2, 1]
    assert found.rows[1][0].colspan == 2
    assert [plain_text(block) for block in walk((found,)) if isinstance(block, Paragraph)] == [
        "包",
        "里",
        "格",
        "左",
        "右",
    ]


def test_every_table_of_random_spans_is_rectangular() -> None:
    merges = ("", "<w:vMerge/>", '<w:vMerge w:val="restart"/>')

    @settings(max_examples=60, deadline=None)
    @given(
        st.lists(
            st.lists(st.tuples(st.integers(0, 4), st.sampled_from(merges)), min_size=1, max_size=5),
            min_size=1,
            max_size=5,
        )
    )
    def check(rows: list[list[tuple[int, str]]]) -> None:
        body = table(
            *(
                row(*(cell(p("x"), properties=f'<w:gridSpan w:val="{width}"/>{merge}') for width, merge in cells))
                for cells in rows
            )
        )
        found = only(read(body))
        assert isinstance(found, Table)
        taken = [0] * len(found.rows)
        for at, cells in enumerate(found.rows):
            for one in cells:
                for below in range(at, at + one.rowspan):
                    taken[below] += one.colspan
        assert len(set(taken)) == 1

    check()


# ---------------------------------------------------------------------------- pictures, boxes, quotes


def test_pictures_become_figures_in_place() -> None:
    body = (
        p(inside=picture(alt="会场"))
        + p("文字", inside=picture(kind="anchor"))
        + p(inside=picture() + r("图 1 前图后字"))
    )
    document = read(body + p(style="2", inside=r("题") + picture()))
    assert [type(block).__name__ for block in document.blocks] == [
        "Figure",
        "Paragraph",
        "Figure",
        "Figure",
        "Paragraph",
        "Heading",
        "Figure",
    ]
    assert document.blocks[0] == Figure(fingerprint(PNG), alt="会场", span=document.blocks[0].span)
    (asset,) = document.assets
    assert (asset.fingerprint, asset.media_type, asset.data, asset.name) == (
        fingerprint(PNG),
        "image/png",
        PNG,
        "image1.png",
    )


def test_pictures_that_cannot_be_shown_hold_the_issue() -> None:
    relations = [
        ("rL", "image", "https://example.com/x.png"),
        ("rM", "image", "media/none.png"),
        ("rB", "image", "media/bad.png"),
    ]
    body = p(inside=picture("rL", "外链", attribute="link")) + p(inside=picture("rM"))
    chart = '<a:graphic><a:graphicData uri="http://x/chart"/></a:graphic>'
    body += p(inside=picture("r404")) + p(inside=picture("rB"))
    body += p(inside=f"<w:r><w:drawing><wp:inline>{chart}</wp:inline></w:drawing></w:r>")
    document = read(body, relations=relations, parts={"word/media/bad.png": b"?"})
    assert all(isinstance(block, Figure) and not block.picture for block in document.blocks)
    assert [found.code for found in document.notes] == [
        "picture-linked",
        "picture-missing",
        "picture-missing",
        "picture-unreadable",
        "picture-chart",
    ]
    assert all(found.level is Level.ERROR for found in document.notes)
    assert document.assets == ()
    linked = document.blocks[0]
    assert isinstance(linked, Figure)
    assert linked.source == "https://example.com/x.png"


def test_old_drawings_give_pictures_word_art_and_rules() -> None:
    pict = "<w:r><w:pict>{}</w:pict></w:r>"
    body = p(inside=pict.format('<v:shape><v:imagedata r:id="rPng"/></v:shape>')) + p(
        inside=pict.format('<v:rect o:hr="t"/>')
    )
    body += p(inside=pict.format('<v:shape><v:textpath string="期刊"/></v:shape>'))
    picture_block, rule, art = read(body).blocks
    assert isinstance(picture_block, Figure)
    assert isinstance(rule, Divider)
    assert plain_text(art) == "期刊"


def test_a_text_box_is_read_once_after_its_paragraph() -> None:
    body = p("正文", inside=text_box(p("金联故事", "2") + p("两新行动") + table(row(cell(p("格"))))) + r("接着")) + p(
        "下文"
    )
    document = read(body)
    assert shown(document)[0] == "正文接着"
    assert isinstance(document.blocks[1], Box)
    assert [plain_text(block) for block in document.blocks[1].blocks] == ["金联故事", "两新行动", "格"]
    assert len(document.blocks) == 3
    unknown = alternative("<w:odd/>", "<w:t>旧</w:t>")
    assert shown(import_docx(word_file(p(inside=f"<w:r>{unknown}</w:r>")), "x.docx")) == ["旧"]
    deleted = read(p("留", inside=f"<w:del>{text_box(p('删'))}</w:del>"))
    assert note(deleted, "tracked-changes").lost == "删"


def test_quoted_paragraphs_in_a_row_are_one_quote() -> None:
    found = only(read(p("甲", "q") + p("乙", "q")))
    assert isinstance(found, Quote)
    assert len(found.blocks) == 2


# ---------------------------------------------------------------------------- notes, formulas, ruby


def test_foot_and_endnotes_are_referred_to_and_defined() -> None:
    separator = '<w:footnote w:id="0" w:type="separator"><w:p/></w:footnote>'
    body = p(
        "正文",
        inside=r(inside='<w:footnoteReference w:id="2"/>')
        + r("完", inside='<w:endnoteReference w:id="2"/><w:footnoteReference w:id="9"/>'),
    )
    document = read(
        body,
        parts={
            "word/footnotes.xml": part(
                "footnotes",
                separator
                + f'<w:footnote w:id="2">{p("脚注", inside=r(inside="<w:footnoteRef/>"))}</w:footnote>'
                + f'<w:footnote w:id="3">{p("没用")}</w:footnote>',
            ),
            "word/endnotes.xml": part("endnotes", f'<w:endnote w:id="2">{p("尾注")}</w:endnote>'),
        },
        relations=[("rFn", "footnotes", "footnotes.xml"), ("rEn", "endnotes", "endnotes.xml")],
    )
    assert inlines(document) == (Text("正文"), NoteRef("footnote-2"), Text("完"), NoteRef("endnote-2"))
    assert [(found.id, plain_text(found.blocks[0])) for found in document.footnotes] == [
        ("footnote-2", "脚注"),
        ("endnote-2", "尾注"),
    ]
    assert note(document, "footnote-unused").lost == "没用"
    assert note(document, "footnote-missing").level is Level.WARNING
    assert document.footnotes[0].blocks[0].span.part == "footnotes"


def test_formulas_become_readable_text_with_a_warning() -> None:
    def t(text: str) -> str:
        return f"<m:r><m:t>{text}</m:t></m:r>"

    def e(text: str) -> str:
        return f"<m:e>{t(text)}</m:e>"

    sum_sign = "<m:naryPr><m:chr m:val='∑'/></m:naryPr>"
    formulas = {
        f"<m:f><m:num>{t('a+b')}</m:num><m:den>{t('2')}</m:den></m:f>": "(a+b)/2",
        f"<m:sSup>{e('x')}<m:sup>{t('2')}</m:sup></m:sSup>": "x^2",
        f"<m:sSubSup>{e('x')}<m:sub>{t('i')}</m:sub><m:sup>{t('n-1')}</m:sup></m:sSubSup>": "x_i^(n-1)",
        f"<m:rad><m:deg/>{e('y')}</m:rad>": "√(y)",
        f"<m:nary>{sum_sign}<m:sub>{t('i=1')}</m:sub><m:sup>{t('n')}</m:sup>{e('i')}</m:nary>": "∑_(i=1)^n i",
        f"<m:nary>{e('z')}</m:nary>": "∫ z",
        f"<m:d>{e('a')}{e('b')}</m:d>": "(a,b)",
        f"<m:m><m:mr>{e('1')}{e('2')}</m:mr><m:mr>{e('3')}{e('4')}</m:mr></m:m>": "[1 2; 3 4]",
        f"<m:func><m:fName>{t('sin')}</m:fName>{e('x')}</m:func>": "sin x",
    }
    document = read(
        "".join(p("令", inside=f"<m:oMathPara><m:oMath>{formula}</m:oMath></m:oMathPara>") for formula in formulas)
    )
    assert [block.inlines[1] for block in document.blocks] == [InlineMath(text) for text in formulas.values()]  # type: ignore[union-attr]
    assert {found.code for found in document.notes} == {"equation"}


def test_ruby_keeps_base_and_annotation() -> None:
    ruby = f"<w:ruby><w:rubyPr/><w:rt>{r('zhé')}</w:rt><w:rubyBase>{r('喆')}</w:rubyBase></w:ruby>"
    assert inlines(read(p(inside=r(inside=ruby)))) == (Ruby("喆", "zhé"),)


def test_what_is_lost_inside_hidden_or_deleted_runs_is_all_said() -> None:
    ruby = f"<w:ruby><w:rt>{r('a')}</w:rt><w:rubyBase>{r('b')}</w:rubyBase></w:ruby>"
    ruby += "<w:footnoteReference w:id='1'/><w:sym w:char='zz'/>"
    document = read(p("留", inside=f"<w:del>{r(inside=ruby)}<m:oMath><m:r><m:t>c</m:t></m:r></m:oMath></w:del>"))
    assert note(document, "tracked-changes").lost == "bac"
    assert len(document.notes) == 1


# ---------------------------------------------------------------------------- odd but honest files


def test_strict_files_are_read_like_others() -> None:
    data = word_file(p("严格", "2", more='<w:jc w:val="end"/>') + p(inside=picture()), WPS_STYLES, CHINESE)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files: dict[str, bytes | str] = {
            name: re.sub(
                rb"http://schemas\.openxmlformats\.org/(wordprocessingml|officeDocument|drawingml)/2006/",
                rb"http://purl.oclc.org/ooxml/\1/",
                archive.read(name),
            )
            for name in archive.namelist()
        }
    document = import_docx(zipped(files), "x.docx")
    assert shown(document) == ["一、严格", ""]
    assert len(document.assets) == 1
    assert document.assets[0].media_type == "image/png"


def test_content_controls_alternatives_and_stray_runs_are_text() -> None:
    body = sdt(p("控件", inside=sdt(r("内")) + f"<w:smartTag>{r('标')}</w:smartTag>")) + alternative(p("新"), p("旧"))
    document = read(body + r("野") + '<w:altChunk r:id="rX"/>')
    assert shown(document) == ["控件内标", "新", "野"]
    assert note(document, "embedded-file").level is Level.ERROR


def test_properties_become_metadata_unless_a_program_wrote_them() -> None:
    said = read(p("x"), parts={"docProps/core.xml": core("第六期", "秘书处", " 一句话\n摘要 ")})
    assert said.properties == Properties(title="第六期", author="秘书处", digest="一句话 摘要")
    rubbish = read(
        p("x"), parts={"docProps/core.xml": core("Word Document", "python-docx", "generated by python-docx")}
    )
    assert rubbish.properties == Properties()


def test_parts_are_found_in_other_places_and_spellings() -> None:
    data = word_file(p("正文"))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files: dict[str, bytes | str] = {
            name.replace("/", "\\").upper(): archive.read(name) for name in archive.namelist()
        }
    assert shown(import_docx(zipped(files), "x.docx")) == ["正文"]


# ---------------------------------------------------------------------------- hostile and broken files


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "空"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "旧版 .doc 或加密文件，请另存为 .docx"),
        (b"{\\rtf1}", "不是 .docx"),
        (word_file(p("x"))[:900], "没有复制完整"),
        (zipped({"xl/workbook.xml": "<x/>"}), "没有正文"),
        (zipped({"word/document.xml": part("document", "")}), "没有正文"),
        (zipped({"word/document.xml": "<w:p"}), "损坏"),
        (word_file(p() + p(" ")), "没有内容"),
        (zipped({"word/document.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}), "DOCTYPE"),
        (zipped({"word/document.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x/>'.encode("utf-16")}), "DOCTYPE"),
        (zipped({f"{at}": "" for at in range(4001)}), "过大"),
        (word_file(p("x") * 15_001), "段落超过"),
        (word_file("<w:tbl>" + "<w:tr>" + "<w:tc/>" * 15_001 + "</w:tr></w:tbl>"), "单元格超过"),
        (word_file("<w:smartTag>" * 2000 + "</w:smartTag>" * 2000), "损坏"),
        (word_file("<w:tbl><w:tr><w:tc>" * 40 + p("x") + "</w:tc></w:tr></w:tbl>" * 40), "嵌套"),
        (word_file("").replace(b"word/document.xml", b"word/documenx.xml", 1), "没有复制完整"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_word_file_is_refused_with_a_reason(data: bytes, word: str) -> None:
    with pytest.raises(Unreadable) as caught:
        import_docx(data, "x.docx")
    assert word in caught.value.note


def test_an_encrypted_or_oddly_compressed_zip_is_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("word/document.xml", "x" * 500)
    with pytest.raises(Unreadable, match="oddly compressed"):
        import_docx(stream.getvalue(), "x.docx")


def test_too_much_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = zipped({"word/document.xml": bytes(300_000), "a": bytes(300_000)})
    monkeypatch.setattr(package, "MOST_BYTES", 500_000)
    with pytest.raises(Unreadable, match="declared size"):
        import_docx(bomb, "x.docx")
    monkeypatch.setattr(package, "MOST_BYTES", 5_000_000)
    monkeypatch.setattr(package, "MOST_XML_BYTES", 100_000)
    with pytest.raises(Unreadable, match="is over 100000 bytes"):
        import_docx(bomb, "x.docx")
    monkeypatch.setattr(package, "MOST_TAGS", 10)
    with pytest.raises(Unreadable, match="too many tags"):
        import_docx(word_file(p("x") * 20), "x.docx")


def test_a_lying_declared_size_does_not_matter() -> None:
    data = bytearray(zipped({"word/document.xml": "x" * 100_000}))
    central = data.rindex(b"PK\x01\x02")
    data[central + 24 : central + 28] = (10).to_bytes(4, "little")
    with pytest.raises(Unreadable):
        import_docx(bytes(data), "x.docx")


@pytest.mark.timeout(60)  # what is not linear in these takes hours
def test_hostile_widths_and_depths_are_read() -> None:
    runs = p(inside="<w:r><w:t>x</w:t></w:r>" * 30_000)
    marks = p("x", more="<w:rPr><w:del/></w:rPr>") * 10_000
    indents = "".join(p("x", numbered=("10", 0), more=f'<w:ind w:left="{at * 150}"/>') for at in range(200))
    document = import_docx(
        word_file(
            runs + marks + indents, WPS_STYLES, LISTS + scheme(1, level(0, "lowerLetter", "%1" * 90, start=10**9))
        ),
        "x.docx",
    )
    assert len(document.blocks) == 2


GOOD = word_file(
    "".join(NEWSLETTER)
    + p("甲", numbered=("10", 0))
    + p("乙", inside=picture() + text_box(p("框")))
    + table(row(cell(p("格")))),
    WPS_STYLES,
    CHINESE + LISTS,
)
FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@FUZZ
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=8), st.integers(0, len(GOOD)))
@example([], 0)
def test_mutated_files_are_read_or_refused(changes: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(GOOD)
    for at, byte in changes:
        data[at] = byte
    for tried in (bytes(data), bytes(data[:cut])):
        assert read_or_refused(tried)


def read_or_refused(data: bytes) -> bool:
    """Whether a file is read, or refused with a sentence for the editor."""
    try:
        return isinstance(import_docx(data, "x.docx"), Document)
    except Unreadable as error:
        return error.note != error.detail


SANE = [
    "w:p",
    "w:r",
    "w:del",
    "w:ins",
    "w:moveFrom",
    "w:sdt",
    "w:sdtContent",
    "w:hyperlink",
    "w:fldSimple",
    "w:smartTag",
]
SANE += ["m:oMath", "m:r", "w:odd"]
ODD = ["w:pPr", "w:rPr", "w:tcPr", "w:sdtPr", "w:ruby", "w:rt", "w:rubyBase", "w:pict", "w:drawing", "w:txbxContent"]
ODD += ["w:numPr", "w:numId", "w:pStyle", "w:altChunk", "w:vMerge", "w:gridSpan", "m:f", "m:num", "m:d", "m:nary"]
ODD += ["mc:AlternateContent", "mc:Choice", "mc:Fallback", "a:blip", "v:imagedata", "w:tbl", "w:tr", "w:tc", "w:t"]
VALUES = ("", "1", "2", "0", "-5", "99999999999999999999", "x", "restart", "begin", "separate", "end", "rPng", "é")


def grown(names: list[str]) -> st.SearchStrategy[str]:
    def element(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.builds(
            lambda name, value, inner: (
                f'<{name} w:val="{value}" w:fldCharType="{value}" r:embed="{value}" w:id="{value}" w:instr="TOC">'
                f"{''.join(inner)}</{name}>"
            ),
            st.sampled_from(names),
            st.sampled_from(VALUES),
            st.lists(inside, max_size=4),
        )

    empty = '<w:br/><w:tab/><w:sym w:char="2605"/><w:footnoteReference w:id="1"/>'
    fields = [f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")]
    code = "<w:r><w:instrText> TOC </w:instrText></w:r>"
    texts = st.sampled_from(
        ("<w:t>字</w:t>", "<m:t>式</m:t>", r("词", inside=empty), p("句"), table(row(cell(p("格")))), code, *fields)
    )
    return st.recursive(texts, element, max_leaves=30)


@FUZZ
@given(grown(SANE))
def test_whatever_order_known_elements_come_in_nothing_is_lost(body: str) -> None:
    data = word_file(p("首") + body, WPS_STYLES, CHINESE + LISTS)
    assert not text_in(data) - text_out(import_docx(data, "x.docx"))


@FUZZ
@given(grown(SANE + ODD))
def test_elements_in_senseless_places_do_no_harm(body: str) -> None:
    assert read_or_refused(word_file(body, WPS_STYLES, CHINESE + LISTS))


@given(st.text(st.characters(exclude_characters="<&"), max_size=300), st.sampled_from(VALUES))
@settings(max_examples=40, deadline=None)
def test_any_words_in_styles_and_numbering_are_harmless(text: str, value: str) -> None:
    pattern = "".join(sign for sign in text if sign.isprintable() and sign != '"')
    numbering = scheme(1, level(0, value, pattern)).replace('w:numId="1"', f'w:numId="{value}"')
    styles = style("2", pattern, value, f'<w:numPr><w:numId w:val="{value}"/></w:numPr><w:outlineLvl w:val="{value}"/>')
    document = import_docx(word_file(p("字", "2", (value, 0)) + p("字", "2"), styles, numbering), "x.docx")
    assert "".join(shown(document)).count("字") >= 2


# ---------------------------------------------------------------------------- a whole issue


def test_a_whole_issue_loses_no_character() -> None:
    if not SAMPLE.exists():
        pytest.skip("the real sample issue is not on this machine")
    data = issue_file(SAMPLE)
    document = import_docx(data, "issue.docx")
    assert text_out(document) == text_in(data)
    assert [block for block in document.blocks if isinstance(block, Table)]
