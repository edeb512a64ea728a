"""Lists: ordered, nested, restarted, in Chinese and other numerals."""

from __future__ import annotations

from tests.corpus.docx.shelf import WORD_STYLES, item
from tests.docx_files import cell, level, num, p, r, row, scheme, style, table, word_file

_HANGING = '<w:pPr><w:ind w:left="{}" w:hanging="420"/></w:pPr>'


def _level(at: int, kind: str, pattern: str, more: str = "", start: int = 1) -> str:
    """A level with the indent that Word gives it."""
    made = level(at, kind, pattern, more, start)
    return made.replace("</w:lvl>", _HANGING.format(420 * (at + 1)) + "</w:lvl>")


NUMBERS = scheme(5, _level(0, "decimal", "%1."), _level(1, "lowerLetter", "%2)"), _level(2, "lowerRoman", "%3."))
BULLETS = scheme(
    6,
    _level(0, "bullet", "\uf0b7").replace(
        "</w:lvl>", '<w:rPr><w:rFonts w:ascii="Symbol" w:hAnsi="Symbol"/></w:rPr></w:lvl>'
    ),
    _level(1, "bullet", "o"),
    _level(2, "bullet", "\uf0a7").replace(
        "</w:lvl>", '<w:rPr><w:rFonts w:ascii="Wingdings" w:hAnsi="Wingdings"/></w:rPr></w:lvl>'
    ),
)


@item
def list_numbered() -> bytes:
    body = p("议题如下：") + "".join(p(text, "ListParagraph", (5, 0)) for text in ("听取汇报", "审议章程", "选举理事"))
    return word_file(body + p("散会。"), WORD_STYLES, NUMBERS)


@item
def list_bulleted() -> bytes:
    return word_file("".join(p(text, numbered=(6, 0)) for text in ("银行", "证券", "保险")), WORD_STYLES, BULLETS)


@item
def list_nested() -> bytes:
    rows = (("银行", 0), ("国有", 1), ("工行", 2), ("农行", 2), ("股份制", 1), ("证券", 0), ("券商", 1))
    return word_file("".join(p(text, numbered=(5, at)) for text, at in rows), WORD_STYLES, NUMBERS)


@item
def list_nested_bullets() -> bytes:
    rows = (("银行", 0), ("国有", 1), ("工行", 2), ("证券", 0))
    return word_file("".join(p(text, numbered=(6, at)) for text, at in rows), WORD_STYLES, BULLETS)


@item
def list_mixed() -> bytes:
    """Bullets inside numbers; the numbers go on behind them."""
    body = (
        p("筹备", numbered=(5, 0))
        + p("场地", numbered=(6, 1))
        + p("物料", numbered=(6, 1))
        + p("召开", numbered=(5, 0))
    )
    return word_file(body, WORD_STYLES, NUMBERS + BULLETS)


@item
def list_bullet_styles() -> bytes:
    """List Bullet and List Bullet 2 are two numberings, both at level 0: only the indent nests them."""
    bullet = '<w:numPr><w:numId w:val="{}"/></w:numPr>'
    styles = (
        WORD_STYLES
        + style("LB", "List Bullet", "a", bullet.format(7))
        + style("LB2", "List Bullet 2", "a", bullet.format(8))
    )
    dot = _level(0, "bullet", "•")
    numbering = scheme(7, dot) + scheme(8, dot.replace('w:left="420"', 'w:left="840"'))
    rows = (("银行", "LB"), ("国有银行", "LB2"), ("股份制银行", "LB2"), ("证券", "LB"))
    return word_file("".join(p(text, name) for text, name in rows), styles, numbering)


@item
def list_interrupted() -> bytes:
    """The numbers go on after a paragraph between."""
    body = p("一季度", numbered=(5, 0)) + p("二季度", numbered=(5, 0)) + p("下半年：") + p("三季度", numbered=(5, 0))
    return word_file(body + p("四季度", numbered=(5, 0)), WORD_STYLES, NUMBERS)


@item
def list_restarted() -> bytes:
    """A second w:num of the same scheme with startOverride."""
    again = num(15, 5, '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>')
    later = num(16, 5, '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride>')
    rows = (("甲", 5), ("乙", 5), ("丙", 15), ("丁", 15), ("戊", 16), ("己", 16))
    return word_file(
        "".join(p(text, numbered=(number, 0)) for text, number in rows), WORD_STYLES, NUMBERS + again + later
    )


@item
def list_shared_scheme() -> bytes:
    """Two w:num of one scheme without an override count together."""
    rows = (("甲", 5), ("乙", 5), ("丙", 17), ("丁", 17))
    return word_file("".join(p(text, numbered=(number, 0)) for text, number in rows), WORD_STYLES, NUMBERS + num(17, 5))


@item
def list_with_its_own_level() -> bytes:
    """A w:num that replaces a level of its scheme."""
    own = num(18, 5, f'<w:lvlOverride w:ilvl="0">{_level(0, "upperRoman", "%1)")}</w:lvlOverride>')
    return word_file(p("甲", numbered=(18, 0)) + p("乙", numbered=(18, 0)), WORD_STYLES, NUMBERS + own)


@item
def list_through_a_numbering_style() -> bytes:
    """numStyleLink: the scheme that the w:num names is only a name for another one."""
    linked = '<w:abstractNum w:abstractNumId="21"><w:numStyleLink w:val="NS"/></w:abstractNum>'
    real = (
        f'<w:abstractNum w:abstractNumId="22"><w:styleLink w:val="NS"/>{_level(0, "decimal", "第%1条")}</w:abstractNum>'
    )
    styles = WORD_STYLES + style("NS", "条款", paragraph='<w:numPr><w:numId w:val="22"/></w:numPr>', kind="numbering")
    numbering = linked + real + num(21, 21) + num(22, 22)
    return word_file(p("本会名称", numbered=(21, 0)) + p("本会性质", numbered=(21, 0)), styles, numbering)


@item
def list_with_restart_rules() -> bytes:
    """LvlRestart 0: the second level never starts anew."""
    numbering = scheme(5, _level(0, "decimal", "%1."), _level(1, "decimal", "%2)", '<w:lvlRestart w:val="0"/>'))
    rows = (("甲", 0), ("子", 1), ("丑", 1), ("乙", 0), ("寅", 1))
    return word_file("".join(p(text, numbered=(5, at)) for text, at in rows), WORD_STYLES, numbering)


@item
def list_of_decimals() -> bytes:
    """1.1 under 1: no plain counter, so the labels are text."""
    numbering = scheme(5, _level(0, "decimal", "%1"), _level(1, "decimal", "%1.%2"), _level(2, "decimal", "%1.%2.%3"))
    rows = (("概况", 0), ("规模", 1), ("人数", 2), ("结构", 1), ("展望", 0), ("机遇", 1))
    return word_file("".join(p(text, numbered=(5, at)) for text, at in rows), WORD_STYLES, numbering)


def _kinds(*kinds: tuple[str, str], starts: tuple[int, ...] = (1,)) -> bytes:
    """A short list per notation."""
    numbering = "".join(
        scheme(at, _level(0, kind, pattern, start=starts[0])) for at, (kind, pattern) in enumerate(kinds, 30)
    )
    body = "".join(
        p(f"{kind}：") + "".join(p(text, numbered=(at, 0)) for text in ("会员", "活动", "宣传"))
        for at, (kind, _) in enumerate(kinds, 30)
    )
    return word_file(body, WORD_STYLES, numbering)


@item
def numerals_chinese() -> bytes:
    return _kinds(
        ("chineseCounting", "%1、"),
        ("chineseCountingThousand", "（%1）"),
        ("ideographDigital", "%1."),
        ("chineseLegalSimplified", "%1、"),
        ("taiwaneseCountingThousand", "%1、"),
        ("japaneseCounting", "%1、"),
        ("ideographTraditional", "%1、"),
        ("ideographZodiac", "%1、"),
    )


@item
def numerals_chinese_from_ninety_nine() -> bytes:
    return _kinds(
        ("chineseCounting", "%1、"), ("chineseCountingThousand", "（%1）"), ("ideographDigital", "%1."), starts=(99,)
    )


@item
def numerals_in_signs() -> bytes:
    return _kinds(
        ("decimalEnclosedCircle", "%1"),
        ("decimalEnclosedCircleChinese", "%1"),
        ("decimalEnclosedParen", "%1"),
        ("decimalEnclosedFullstop", "%1"),
        ("decimalFullWidth", "%1．"),
        ("ideographEnclosedCircle", "%1"),
    )


@item
def numerals_latin() -> bytes:
    return _kinds(
        ("decimalZero", "%1"),
        ("upperLetter", "%1."),
        ("lowerLetter", "%1)"),
        ("upperRoman", "%1."),
        ("lowerRoman", "(%1)"),
        ("decimal", "(%1)"),
        ("decimal", "（%1）"),
        ("decimal", "%1、"),
        ("numberInDash", "%1"),
        ("none", "注："),
    )


@item
def list_items_with_more_in_them() -> bytes:
    """Marks, a line break and a second paragraph without a number inside an item; a cell with a list."""
    body = p(numbered=(5, 0), inside=r("要点", "<w:b/>") + r("：说明", inside="<w:br/><w:t>换行</w:t>"))
    body += p("续段，没有编号。", "ListParagraph") + p("第二点", numbered=(5, 0))
    body += table(row(cell(p("甲", numbered=(6, 0)), p("乙", numbered=(6, 0))), cell(p("右"))))
    return word_file(body, WORD_STYLES, NUMBERS + BULLETS)


@item
def list_switched_off() -> bytes:
    """NumId 0 takes the number of the style away; an unknown numId is none."""
    styles = WORD_STYLES + style("LN", "List Number", "a", '<w:numPr><w:numId w:val="5"/></w:numPr>')
    body = p("甲", "LN") + p("不编号", "LN", (0, 0)) + p("乙", "LN") + p("无此编号", numbered=(99, 0))
    return word_file(body, styles, NUMBERS)


@item
def list_numbers_of_a_table_column() -> bytes:
    """序号 by automatic numbering in cells without text."""
    rows = "".join(row(cell(p(numbered=(5, 0))), cell(p(text))) for text in ("银行", "证券", "保险"))
    return word_file(table(rows), WORD_STYLES, NUMBERS)


@item
def list_ornaments() -> bytes:
    """◆ alone is the mark of a section; a run of ■ is a list."""
    font = '<w:rPr><w:rFonts w:ascii="Wingdings" w:hAnsi="Wingdings"/></w:rPr></w:lvl>'
    numbering = scheme(40, _level(0, "bullet", "\uf075").replace("</w:lvl>", font))
    numbering += scheme(41, _level(0, "bullet", "\uf06e").replace("</w:lvl>", font))
    body = p("协会动态", numbered=(40, 0)) + p("本月召开会议。") + p("甲", numbered=(41, 0)) + p("乙", numbered=(41, 0))
    return word_file(body, WORD_STYLES, numbering)
