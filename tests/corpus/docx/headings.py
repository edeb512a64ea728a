"""Headings: by style, by outline level, by number, by look alone."""

from __future__ import annotations

from tests.corpus.docx.shelf import CHINESE, WORD_STYLES, item
from tests.docx_files import NORMAL, level, p, r, row, scheme, style, word_file
from tests.docx_files import cell as tc
from tests.docx_files import table as tbl

BODY = "东湖数字金融协会召开理事会，会议听取了上半年工作汇报。"


@item
def headings_by_style() -> bytes:
    return word_file(
        p("东湖金融通讯", "Title")
        + p("协会动态", "Heading1")
        + p("理事会召开", "Heading2")
        + p(BODY)
        + p("会议议程", "Heading3")
        + p(BODY),
        WORD_STYLES,
    )


@item
def headings_by_chinese_style_names() -> bytes:
    styles = NORMAL + style("B1", "标题 1", "a") + style("B2", "标题 2", "a") + style("B3", "標題 3", "a")
    return word_file(p("协会动态", "B1") + p("理事会召开", "B2") + p("会议议程", "B3") + p(BODY), styles)


@item
def headings_through_the_base_of_their_style() -> bytes:
    """A house style, based on a style that is based on heading 2; and aliases after a comma."""
    styles = WORD_STYLES + style("House", "本刊栏目", "Middle") + style("Middle", "中间样式", "Heading2")
    styles += style("Alias", "heading 1,章标题,H1", "a")
    return word_file(p("会员风采", "House") + p(BODY) + p("第一章", "Alias") + p(BODY), styles)


@item
def headings_by_outline_level() -> bytes:
    """大纲级别 on the paragraph or in a style of any name; 9 makes body text of a heading style."""
    styles = WORD_STYLES + style("Column", "栏目名", "a", '<w:outlineLvl w:val="0"/>')
    return word_file(
        p("协会动态", "Column")
        + p("理事会召开", more='<w:outlineLvl w:val="1"/>')
        + p(BODY)
        + p("看似标题，其实是正文。", "Heading1", more='<w:outlineLvl w:val="9"/>'),
        styles,
    )


@item
def headings_of_any_depth() -> bytes:
    styles = WORD_STYLES + "".join(style(f"Deep{at}", f"heading {at}", "a") for at in range(4, 10))
    return word_file("".join(p(f"第 {at} 级标题", f"Deep{at}") for at in range(4, 10)) + p(BODY), styles)


@item
def headings_numbered_through_the_style() -> bytes:
    styles = WORD_STYLES + "".join(
        style(f"C{at + 1}", f"标题 {at + 1}", "a", f'<w:numPr><w:ilvl w:val="{at}"/><w:numId w:val="1"/></w:numPr>')
        for at in range(4)
    )
    titles = (("总体情况", 1), ("会员发展", 2), ("新增会员", 3), ("退会会员", 3), ("本地", 4), ("外地", 4))
    more = (("活动开展", 2), ("论坛", 3), ("下一步安排", 1), ("重点工作", 2))
    return word_file("".join(p(text, f"C{at}") + p(BODY) for text, at in titles + more), styles, CHINESE)


@item
def headings_numbered_through_the_numbering() -> bytes:
    """The level names the style (w:pStyle in w:lvl); the style names only the numbering."""
    numbering = scheme(
        1,
        level(0, "chineseCounting", "第%1章", '<w:pStyle w:val="C1"/>'),
        level(1, "chineseCounting", "第%2节", '<w:pStyle w:val="C2"/>'),
    )
    number = '<w:numPr><w:numId w:val="1"/></w:numPr>'
    styles = WORD_STYLES + style("C1", "heading 1", "a", number) + style("C2", "heading 2", "a", number)
    return word_file(
        p("总则", "C1") + p("宗旨", "C2") + p("业务", "C2") + p("会员", "C1") + p("权利", "C2"), styles, numbering
    )


@item
def headings_with_arabic_numbers() -> bytes:
    numbering = scheme(1, level(0, "decimal", "%1"), level(1, "decimal", "%1.%2"), level(2, "decimal", "%1.%2.%3"))
    body = "".join(
        p(text, f"Heading{at}", (1, at - 1))
        for text, at in (("概况", 1), ("规模", 2), ("人数", 3), ("结构", 2), ("展望", 1), ("机遇", 2))
    )
    return word_file(body + p(BODY), WORD_STYLES, numbering)


@item
def headings_with_legal_numbers() -> bytes:
    """第一章, then 1.1 although its first part counts in Chinese (正规形式编号)."""
    numbering = scheme(
        1,
        level(0, "chineseCounting", "第%1章"),
        level(1, "decimal", "%1.%2", "<w:isLgl/>"),
        level(2, "lowerLetter", "%3)"),
    )
    return word_file(
        p("总则", "Heading1", (1, 0))
        + p("宗旨", "Heading2", (1, 1))
        + p("组织", "Heading1", (1, 0))
        + p("大会", "Heading2", (1, 1))
        + p("职权", "Heading3", (1, 2))
        + p("理事会", "Heading2", (1, 1)),
        WORD_STYLES,
        numbering,
    )


@item
def headings_with_typed_numbers() -> bytes:
    """A number that was typed stays in the text."""
    return word_file(
        p("一、总体情况", "Heading1") + p("（一）会员发展", "Heading2") + p("1. 新增会员", "Heading3") + p(BODY),
        WORD_STYLES,
    )


@item
def headings_by_look_alone() -> bytes:
    """Only bold and centred: paragraphs to the importer, headings to the newsletter's rules."""
    return word_file(
        p(more='<w:jc w:val="center"/>', inside=r("协会召开理事会", '<w:b/><w:sz w:val="36"/>'))
        + p(BODY)
        + p(inside=r("一、总体情况", "<w:b/>"))
        + p(BODY)
        + p(more='<w:jc w:val="center"/>', inside=r("结语", "<w:b/>"))
        + p(BODY),
        WORD_STYLES,
    )


@item
def headings_numbered_but_plain() -> bytes:
    """一、 and （一） by automatic numbering on ordinary paragraphs: the label becomes text."""
    return word_file(
        p("总体情况", numbered=(1, 0))
        + p(BODY)
        + p("会员发展", numbered=(1, 1))
        + p(BODY)
        + p("活动开展", numbered=(1, 1))
        + p("论坛活动", numbered=(1, 2))
        + p(BODY)
        + p("存在问题", numbered=(1, 0)),
        WORD_STYLES,
        CHINESE,
    )


@item
def headings_partly_bold_and_broken() -> bytes:
    """Bold all over is just a heading; bold in part, colour and a line break are kept."""
    return word_file(
        p(style="Heading1", inside=r("全部加粗", "<w:b/>"))
        + p(style="Heading1", inside=r("部分", "<w:b/>") + r("加粗", '<w:b w:val="0"/><w:color w:val="C00000"/>'))
        + p(style="Heading2", inside=r("第一行", inside="<w:br/><w:t>第二行</w:t>"))
        + p(style="Heading1")
        + p(BODY),
        WORD_STYLES,
    )


@item
def headings_inside_a_table() -> bytes:
    return word_file(tbl(row(tc(p("栏目", "Heading2"), p(BODY)))) + p("文末"), WORD_STYLES)
