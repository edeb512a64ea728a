"""What most tests of the Word importer begin with: the styles and numberings of a WPS file, and what is read."""

from __future__ import annotations

from publisher.document import (
    Block,
    Document,
    Note,
    Paragraph,
    plain_text,
)
from publisher.importers.docx import import_docx
from tests.docx_files import (
    NORMAL,
    level,
    p,
    scheme,
    style,
    text_in,
    text_out,
    word_file,
)

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
