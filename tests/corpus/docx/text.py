"""What is inside paragraphs: marks, blanks, links, notes, formulas, revisions, and what is not read at all."""

from __future__ import annotations

from tests.corpus.docx.shelf import WORD_STYLES, item
from tests.docx_files import alternative, cell, core, field, p, part, r, row, sdt, table, text_box, word_file

GALLERY = '<w:docPartObj><w:docPartGallery w:val="Table of Contents"/><w:docPartUnique/></w:docPartObj>'


@item
def marks() -> bytes:
    looks = {
        "粗体": "<w:b/>",
        "斜体": "<w:i/>",
        "下划线": '<w:u w:val="single"/>',
        "删除线": "<w:strike/>",
        "双删除线": "<w:dstrike/>",
        "红字": '<w:color w:val="C00000"/>',
        "突出显示": '<w:highlight w:val="yellow"/>',
        "底纹": '<w:shd w:val="clear" w:color="auto" w:fill="FFE699"/>',
        "白底": '<w:shd w:val="clear" w:color="auto" w:fill="FFFFFF"/>',
        "上标": '<w:vertAlign w:val="superscript"/>',
        "下标": '<w:vertAlign w:val="subscript"/>',
        "粗斜": "<w:b/><w:i/>",
        "黑字": '<w:color w:val="000000"/>',
        "自动": '<w:color w:val="auto"/>',
        "不粗": '<w:b w:val="0"/>',
        "无下划线": '<w:u w:val="none"/>',
    }
    return word_file(p(inside="".join(r(text, look) + r("、") for text, look in looks.items())), WORD_STYLES)


@item
def marks_of_a_style() -> bytes:
    """A character style; bold in it and in the run is bold once; the paragraph's style makes all italic."""
    body = p(
        "普通",
        inside=r("样式加粗", '<w:rStyle w:val="Strong"/>') + r("取消", '<w:rStyle w:val="Strong"/><w:b w:val="0"/>'),
    )
    return word_file(body + p("引用整段为斜体", "Quote"), WORD_STYLES)


@item
def marks_split_into_runs() -> bytes:
    """Word cuts runs at every edit; equal neighbours are one."""
    parts = "".join(r(sign, "<w:b/>") + "<w:proofErr w:type='spellStart'/>" for sign in "数字金融")
    return word_file(p("关于", inside=parts + r("的") + r("通知")), WORD_STYLES)


@item
def blanks() -> bytes:
    """Blanks that indent go; those between words, half- or full-width, stay as typed; tabs, too."""
    body = (
        p("　　首行缩进。")
        + p("  half width indent")
        + p("地　址：东湖路 1 号")
        + p("A  B")
        + p("表头", inside=r(inside="<w:tab/>") + r("表值"))
    )
    body += p(inside=r(inside="<w:tab/>") + r("制表缩进")) + p("不间断\u00a0空格") + p("行尾　 ") + p("　 ") + p()
    return word_file(body, WORD_STYLES)


@item
def line_breaks() -> bytes:
    """Soft returns inside a paragraph, the indent behind them gone; at its ends they are nothing."""
    inside = r(inside="<w:br/><w:t xml:space='preserve'>　　第二行</w:t><w:cr/><w:t>第三行</w:t><w:br/>")
    return word_file(p("第一行", inside=inside) + p(inside=r(inside="<w:br/>") + r("前有换行")), WORD_STYLES)


@item
def breaks_of_page_column_and_section() -> bytes:
    two = '<w:sectPr><w:type w:val="continuous"/><w:cols w:num="2"/></w:sectPr>'
    body = p("第一页", inside=r(inside='<w:br w:type="page"/>')) + p("第二页", more="<w:pageBreakBefore/>")
    body += p("前栏", inside=r(inside='<w:br w:type="column"/><w:t>后栏</w:t>')) + p("分栏末段", more=two)
    return word_file(body + p("重排", inside=r(inside="<w:lastRenderedPageBreak/><w:t>的页</w:t>")), WORD_STYLES)


@item
def drop_cap() -> bytes:
    frame = '<w:framePr w:dropCap="drop" w:lines="3" w:wrap="around" w:vAnchor="text" w:hAnchor="text"/>'
    return word_file(p("近", more=frame) + p("日，协会召开理事会。"), WORD_STYLES)


@item
def links() -> bytes:
    """By relationship, by field (cut anywhere), to a place in the file; only the web and mail are kept."""
    relations = [
        ("rW", "hyperlink", "https://example.com/a?x=1&y=2"),
        ("rM", "hyperlink", "mailto:office@example.com"),
        ("rJ", "hyperlink", "javascript:alert(1)"),
        ("rF", "hyperlink", "file:///C:/稿件/a.docx"),
        ("rU", "hyperlink", "../a.docx"),
    ]
    look = '<w:rStyle w:val="Hyperlink"/>'
    link = '<w:hyperlink r:id="{}">{}</w:hyperlink>'
    named = (("rW", "网页"), ("rM", "邮件"), ("rJ", "脚本"), ("rF", "本机文件"), ("rU", "相邻文件"))
    body = p("见", inside="、".join([]) + "".join(link.format(name, r(text, look)) + r("、") for name, text in named))
    body += p(
        "域：", inside=field(' HYPERLINK "https://example.com/b" \\l "s2" \\o "提示" ', r("域链接", look)) + r("。")
    )
    inside = '<w:hyperlink w:anchor="_Toc1">' + r("见第二节", look) + "</w:hyperlink>"
    body += p("书签：", inside=inside + field(' HYPERLINK \\l "_Toc2" ', r("见第三节")))
    return word_file(body, WORD_STYLES, relations=relations)


@item
def fields() -> bytes:
    """The result is kept, the code is not; nested, simple, without result."""
    body = p(
        "图表 ",
        inside=field(" SEQ 图表 \\* ARABIC ", r("7")) + r(" 说明，见第") + field(" REF _Ref1 \\h ", r("三")) + r("节"),
    )
    body += p("日期：", inside='<w:fldSimple w:instr=" REF _Ref2 ">' + r("2024年7月31日") + "</w:fldSimple>")
    nested = field(" IF ", r("")).replace("<w:instrText", "<w:instrText", 1)
    body += p("空", inside=nested + r("域"))
    return word_file(body, WORD_STYLES)


@item
def circled_characters() -> bytes:
    """带圈字符 is an EQ field, which has no result: Word draws its code."""
    code = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve">{}</w:instrText></w:r>'
    code += '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    circles = "".join(code.format(f" EQ \\o\\ac(○,{text}) ") for text in ("3", "密", "12", "五"))
    return word_file(p("见", inside=circles + r("；") + code.format(" eq \\f(1,2) ")), WORD_STYLES)


@item
def notes() -> bytes:
    """Foot- and endnotes, two paragraphs in one, one that nobody refers to, a reference into nothing."""
    separator = '<w:footnote w:id="-1" w:type="separator"><w:p/></w:footnote>'
    mark = r(inside="<w:footnoteRef/>")
    feet = separator + f'<w:footnote w:id="1">{p(inside=mark + r(" 来源：年报。")) + p("第二段。")}</w:footnote>'
    feet += f'<w:footnote w:id="2">{p(inside=mark + r(" 不含港澳台。"))}</w:footnote>'
    feet += f'<w:footnote w:id="3">{p("没人引用")}</w:footnote>'
    ends = f'<w:endnote w:id="1">{p("尾注内容。")}</w:endnote>'
    refer = '<w:{}Reference w:id="{}"/>'
    body = p(
        "规模增长",
        inside=r(inside=refer.format("footnote", 1)) + r("，结构改善") + r(inside=refer.format("endnote", 1)) + r("。"),
    )
    body += table(row(cell(p("格", inside=r(inside=refer.format("footnote", 2)))))) + p(
        "缺", inside=r(inside=refer.format("footnote", 8))
    )
    parts = {"word/footnotes.xml": part("footnotes", feet), "word/endnotes.xml": part("endnotes", ends)}
    relations = [("rFn", "footnotes", "footnotes.xml"), ("rEn", "endnotes", "endnotes.xml")]
    return word_file(body, WORD_STYLES, parts=parts, relations=relations)


@item
def quotes() -> bytes:
    styles = WORD_STYLES
    body = (
        p("正文。")
        + p("第一句引文。", "Quote")
        + p("第二句引文。", "Quote")
        + p("正文又起。")
        + p("另一段引文。", "Quote")
    )
    return word_file(body, styles)


def _t(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


def _e(text: str) -> str:
    return f"<m:e>{_t(text)}</m:e>"


@item
def formulas() -> bytes:
    """In a line, and displayed."""
    fraction = f"<m:f><m:num>{_t('a+b')}</m:num><m:den>{_t('2')}</m:den></m:f>"
    power = f"<m:sSup>{_e('x')}<m:sup>{_t('2')}</m:sup></m:sSup>"
    sign = '<m:naryPr><m:chr m:val="∑"/></m:naryPr>'
    total = f"<m:nary>{sign}<m:sub>{_t('i=1')}</m:sub><m:sup>{_t('n')}</m:sup>{_e('i')}</m:nary>"
    root = f"<m:rad><m:radPr><m:degHide m:val='1'/></m:radPr><m:deg/>{_e('y')}</m:rad>"
    low = f"<m:limLow>{_e('lim')}<m:lim>{_t('n→∞')}</m:lim></m:limLow>"
    display = "<m:oMathPara>{}</m:oMathPara>"
    body = p(
        "均值为", inside=f"<m:oMath>{fraction}</m:oMath>" + r("，平方为") + f"<m:oMath>{power}</m:oMath>" + r("。")
    )
    body += p(inside=display.format(f"<m:oMath>{total}{_t('=')}{root}</m:oMath>"))
    body += p(inside=display.format(f"<m:oMath>{_t('a=1')}</m:oMath><m:oMath>{_t('b=2')}</m:oMath>"))
    function = f"<m:func><m:fName>{low}</m:fName>{_e('f(n)')}</m:func>"
    return word_file(body + p(inside=f"<m:oMath>{function}</m:oMath>"), WORD_STYLES)


@item
def revisions() -> bytes:
    """As accepted, and said."""
    by = 'w:id="1" w:author="编辑" w:date="2024-07-01T00:00:00Z"'
    body = p(
        "会议",
        inside=f"<w:ins {by}>{r('顺利')}</w:ins><w:del {by}><w:r><w:delText>胜利</w:delText></w:r></w:del>"
        + r("召开。"),
    )
    body += p("前半段，", more=f"<w:rPr><w:del {by}/></w:rPr>") + p("后半段。")
    moved = f"<w:moveFrom {by}><w:r><w:t>移走的话。</w:t></w:r></w:moveFrom>"
    body += p("原处。", inside=moved) + p("新处。", inside=f"<w:moveTo {by}>{r('移走的话。')}</w:moveTo>")
    body += table(
        row(cell(p("删掉的行")), properties=f"<w:del {by}/>"), row(cell(p("新增的行")), properties=f"<w:ins {by}/>")
    )
    body += p(inside=r("格式", f"<w:b/><w:rPrChange {by}><w:rPr><w:i/></w:rPr></w:rPrChange>"))
    return word_file(body, WORD_STYLES)


@item
def comments() -> bytes:
    said = f'<w:comment w:id="0" w:author="主编" w:date="2024-07-01T00:00:00Z">{p("请核对数字")}</w:comment>'
    inside = (
        '<w:commentRangeStart w:id="0"/>'
        + r("增长12%")
        + '<w:commentRangeEnd w:id="0"/>'
        + r(inside='<w:commentReference w:id="0"/>')
    )
    return word_file(
        p("规模", inside=inside),
        WORD_STYLES,
        parts={"word/comments.xml": part("comments", said)},
        relations=[("rK", "comments", "comments.xml")],
    )


@item
def hidden_text() -> bytes:
    return word_file(p("可见", inside=r("隐藏", "<w:vanish/>") + r("也可见", '<w:vanish w:val="0"/>')), WORD_STYLES)


@item
def headers_footers_and_page_numbers() -> bytes:
    """The page number stands in a text box, as WPS has it."""
    number = p(inside=text_box(p("— ", inside=field(" PAGE ", r("3")) + r(" —"))))
    parts = {"word/header1.xml": part("hdr", p("东湖金融通讯　第六期")), "word/footer1.xml": part("ftr", number)}
    relations = [("rH", "header", "header1.xml"), ("rFt", "footer", "footer1.xml")]
    refers = '<w:headerReference w:type="default" r:id="rH"/><w:footerReference w:type="default" r:id="rFt"/>'
    section = f"<w:sectPr>{refers}</w:sectPr>"
    return word_file(
        p("正文。") + p("节末。", more=section) + p("后节。"), WORD_STYLES, parts=parts, relations=relations
    )


@item
def contents_list_as_a_control() -> bytes:
    begin, end = field(' TOC \\o "1-3" \\h \\z \\u ', "|").split("|")
    entry = field("PAGEREF _Toc1 \\h", r("1"))
    inside = p("目录") + p(style="TOC1", inside=begin + r("协会动态") + r(inside="<w:tab/>") + entry)
    inside += p(style="TOC2", inside=r("理事会召开") + r(inside="<w:tab/>") + entry + end)
    return word_file(sdt(inside, GALLERY) + p("协会动态", "Heading1") + p("理事会召开。"), WORD_STYLES)


@item
def contents_list_as_a_field() -> bytes:
    """Without styles of its own, begun in one paragraph, ended in another; what is typed by hand stays."""
    begin, end = field(' TOC \\o "1-3" ', "|").split("|")
    body = p("目　录") + p(inside=begin + r("协会动态 1")) + p(inside=r("会员风采 2") + end) + p("协会动态", "Heading1")
    return word_file(body + p("正文。"), WORD_STYLES)


@item
def ruby() -> bytes:
    look = '<w:rubyPr><w:rubyAlign w:val="center"/></w:rubyPr>'
    ruby = f"<w:ruby>{look}<w:rt>{r('zhé')}</w:rt><w:rubyBase>{r('喆')}</w:rubyBase></w:ruby>"
    return word_file(p("李", inside=r(inside=ruby) + r("同志")), WORD_STYLES)


@item
def symbols() -> bytes:
    """w:sym, private-use characters of a symbol font, hyphens."""
    inside = (
        r(inside='<w:sym w:font="Wingdings" w:char="F0FE"/>')
        + r("同意 ")
        + r(inside='<w:sym w:font="Wingdings 2" w:char="F0A3"/>')
    )
    inside += (
        r("反对 ")
        + r("\uf06c", '<w:rFonts w:ascii="Wingdings" w:hAnsi="Wingdings"/>')
        + r(" 0571", inside="<w:noBreakHyphen/><w:t>8888</w:t>")
    )
    inside += r(inside='<w:sym w:font="Webdings" w:char="F021"/>') + r(" 软", inside="<w:softHyphen/><w:t>连字</w:t>")
    return word_file(p(inside=inside), WORD_STYLES)


@item
def wrappers() -> bytes:
    """Smart tags, content controls, custom XML, text in directions, alternatives: all are read through."""
    body = p("甲", inside=f'<w:smartTag w:uri="x" w:element="date">{r("7月")}</w:smartTag>' + sdt(r("控件")))
    body += p(
        "乙", inside=f'<w:customXml w:element="x">{r("自定义")}</w:customXml><w:bdo w:val="ltr">{r("方向")}</w:bdo>'
    )
    body += sdt(p("块级控件") + sdt(p("内层控件"))) + p(
        inside=f"<w:r>{alternative('<w:t>新</w:t>', '<w:t>旧</w:t>')}</w:r>"
    )
    return word_file(body, WORD_STYLES)


@item
def embedded_file() -> bytes:
    """AltChunk and subDoc: another file inside, which is not read, and said."""
    relations = [("rAlt", "aFChunk", "afchunk.htm"), ("rSub", "subDocument", "file:///C:/sub.docx")]
    body = p("前文") + '<w:altChunk r:id="rAlt"/>' + p("后文") + p(inside='<w:subDoc r:id="rSub"/>')
    return word_file(body, WORD_STYLES, parts={"word/afchunk.htm": "<p>x</p>"}, relations=relations)


@item
def properties() -> bytes:
    return word_file(
        p("正文"), WORD_STYLES, parts={"docProps/core.xml": core("东湖金融通讯第六期", "秘书处", "本期要目")}
    )


@item
def macros() -> bytes:
    return word_file(
        p("正文"), WORD_STYLES, parts={"word/vbaProject.bin": b"x"}, relations=[("rV", "vbaProject", "vbaProject.bin")]
    )
