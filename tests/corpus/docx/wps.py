"""Files as WPS writes them: ids that are numbers, styles that are missing, numbers given twice, names of its own."""

from __future__ import annotations

from tests.corpus.docx.pictures import PICT
from tests.corpus.docx.shelf import CHINESE, item
from tests.docx_files import (
    cell,
    field,
    level,
    p,
    part,
    picture,
    r,
    row,
    scheme,
    strict,
    style,
    table,
    text_box,
    without,
    word_file,
)

NORMAL = (
    '<w:style w:type="paragraph" w:default="1" w:styleId="1"><w:name w:val="Normal"/><w:qFormat/>'
    '<w:pPr><w:jc w:val="both"/></w:pPr></w:style>'
)
STYLES = NORMAL + "".join(
    (
        style(
            "2",
            "heading 1",
            "1",
            '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr><w:outlineLvl w:val="0"/>',
            "<w:b/>",
        ),
        style(
            "3",
            "heading 2",
            "1",
            '<w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr><w:outlineLvl w:val="1"/>',
            "<w:b/>",
        ),
        style(
            "4",
            "heading 3",
            "1",
            '<w:numPr><w:ilvl w:val="2"/><w:numId w:val="1"/></w:numPr><w:outlineLvl w:val="2"/>',
            "<w:b/>",
        ),
        style("5", "caption", "1"),
        style("6", "toc 1", "1"),
        style("7", "Title", "1"),
        '<w:style w:type="character" w:default="1" w:styleId="8"><w:name w:val="Default Paragraph Font"/></w:style>',
        style("9", "Hyperlink", "8", run='<w:color w:val="0000FF"/><w:u w:val="single"/>', kind="character"),
        style("10", "Table Grid", kind="table"),
        style("11", "_Style 10", "1"),
    )
)
ISSUE = (
    ("总体情况", "2", 0),
    ("会员发展", "3", 1),
    ("新增会员", "4", 2),
    ("退会会员", "4", 2),
    ("活动", "3", 1),
    ("安排", "2", 0),
)


def _issue(*, twice: bool = False) -> str:
    return "".join(p(text, name, (1, at) if twice else None) + p("东湖数字金融协会。") for text, name, at in ISSUE)


@item
def wps_numeric_ids() -> bytes:
    return word_file(p("金融通讯", "7") + _issue(), STYLES, CHINESE)


@item
def wps_numbers_on_heading_and_style() -> bytes:
    return word_file(_issue(twice=True), STYLES, CHINESE)


@item
def wps_numbers_on_the_heading_only() -> bytes:
    return word_file(_issue(twice=True), STYLES.replace('w:numId w:val="1"', 'w:numId w:val="0"'), CHINESE)


@item
def wps_numbers_named_by_level() -> bytes:
    """Each level of the numbering names its style, as the style names the numbering."""
    numbering = scheme(
        1,
        level(0, "chineseCounting", "%1、", '<w:pStyle w:val="2"/><w:suff w:val="nothing"/>'),
        level(1, "chineseCounting", "（%2）", '<w:pStyle w:val="3"/><w:suff w:val="nothing"/>'),
        level(2, "decimal", "%3．", '<w:pStyle w:val="4"/><w:suff w:val="nothing"/>'),
    )
    return word_file(_issue(twice=True), STYLES, numbering)


@item
def wps_empty_styles() -> bytes:
    """The styles part defines nothing; the ids are WPS's own."""
    return word_file(_issue(), "", CHINESE)


@item
def wps_no_styles_part() -> bytes:
    return without(word_file(_issue(twice=True), "", CHINESE), "word/styles.xml")


@item
def wps_no_numbering_part() -> bytes:
    return without(word_file(_issue(), STYLES), "word/numbering.xml")


@item
def wps_no_defaults() -> bytes:
    """Styles without docDefaults and without a default style."""
    return word_file(_issue(), STYLES.replace(' w:default="1"', ""), CHINESE)


@item
def wps_typed_chinese_numbers() -> bytes:
    """Suff nothing: no tab between the number and the text, in plain paragraphs."""
    numbering = scheme(
        3,
        level(0, "chineseCounting", "%1、", '<w:suff w:val="nothing"/>'),
        level(1, "decimal", "%2.", '<w:suff w:val="nothing"/>'),
    )
    body = (
        p("总体情况", numbered=(3, 0))
        + p("正文。")
        + p("新增会员", numbered=(3, 1))
        + p("退会会员", numbered=(3, 1))
        + p("安排", numbered=(3, 0))
    )
    return word_file(body, STYLES, numbering)


@item
def wps_list_without_levels_below() -> bytes:
    """A numbering of one level only; deeper paragraphs fall back on nothing."""
    return word_file(
        p("甲", numbered=(3, 0)) + p("乙", numbered=(3, 0)), STYLES, scheme(3, level(0, "decimal", "%1、"))
    )


@item
def wps_text_box() -> bytes:
    """WPS asks for its own namespace in the choice; the fallback is VML."""
    space = "http://www.wps.cn/officeDocument/2013/wpsCustomData"
    custom = f'<wpsCustomData:data xmlns:wpsCustomData="{space}"><wpsCustomData:x/></wpsCustomData:data>'
    return word_file(p("框外", inside=text_box(p("框里的话"))) + custom + p("下文"), STYLES)


@item
def wps_picture_and_caption() -> bytes:
    body = p(inside=picture(alt="描述")) + p("图 ", "5", inside=field(" SEQ 图 \\* ARABIC ", r("1")) + r(" 会场"))
    old = PICT.format('<v:shape style="width:9pt;height:9pt"><v:imagedata r:id="rPng" o:title="image"/></v:shape>')
    return word_file(body + p(inside=old) + p("图 2：签约", "5"), STYLES)


@item
def wps_page_number_box() -> bytes:
    footer = part("ftr", p(inside=text_box(p(inside=field(" PAGE  \\* MERGEFORMAT ", r("12"))))))
    return word_file(
        p("正文"), STYLES, parts={"word/footer1.xml": footer}, relations=[("rFt", "footer", "footer1.xml")]
    )


@item
def wps_contents_list() -> bytes:
    begin, end = field(' TOC \\o "1-3" \\h \\u ', "|").split("|")
    link = '<w:hyperlink w:anchor="_Toc1">{}</w:hyperlink>'
    body = p("目录", more='<w:jc w:val="center"/>')
    body += p(
        style="6", inside=begin + link.format(r("总体情况") + r(inside="<w:tab/>") + field(" PAGEREF _Toc1 ", r("1")))
    )
    return word_file(body + p(inside=end) + _issue(), STYLES, CHINESE)


@item
def wps_table() -> bytes:
    borders = '<w:tblStyle w:val="10"/>'
    cells = row(cell(p("名称", more='<w:jc w:val="center"/>')), cell(p("数量")), properties="<w:tblHeader/>") + row(
        cell(p("银行")), cell(p("3"))
    )
    return word_file(table(cells).replace("<w:tblPr/>", f"<w:tblPr>{borders}</w:tblPr>"), STYLES)


@item
def wps_strict() -> bytes:
    """Saved as Strict Open XML: other namespaces, true and false, lengths with units."""
    body = (
        _issue()
        + p("右", more='<w:jc w:val="end"/>')
        + p(inside=picture(alt="图"))
        + p(inside=r("粗", '<w:b w:val="true"/>'))
    )
    return strict(word_file(body, STYLES, CHINESE))
