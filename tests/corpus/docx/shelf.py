"""Where the Word corpus stands: each decorated function makes one file, under its own name."""

from __future__ import annotations

from collections.abc import Callable

from tests.docx_files import NORMAL, level, scheme, style

Maker = Callable[[], bytes]
ITEMS: dict[str, Maker] = {}


def item(maker: Maker) -> Maker:
    """Puts the file on the shelf: `headings_by_style` is headings-by-style."""
    name = maker.__name__.replace("_", "-")
    assert name not in ITEMS, name
    ITEMS[name] = maker
    return maker


_DEFAULTS = (
    '<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Calibri" w:eastAsia="宋体" w:hAnsi="Calibri"/>'
    '<w:color w:val="333333"/><w:sz w:val="21"/></w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>'
)
WORD_STYLES = (_DEFAULTS + NORMAL) + "".join(
    (
        style("Title", "Title", "a", '<w:jc w:val="center"/>', '<w:b/><w:sz w:val="44"/>'),
        style("Heading1", "heading 1", "a", '<w:outlineLvl w:val="0"/>', "<w:b/>"),
        style("Heading2", "heading 2", "a", '<w:outlineLvl w:val="1"/>', "<w:b/>"),
        style("Heading3", "heading 3", "a", '<w:outlineLvl w:val="2"/>', "<w:b/>"),
        style("Caption", "caption", "a", '<w:jc w:val="center"/>'),
        style("Quote", "Quote", "a", '<w:ind w:left="420"/>', "<w:i/>"),
        style("TOC1", "toc 1", "a"),
        style("TOC2", "toc 2", "a"),
        style("ListParagraph", "List Paragraph", "a", '<w:ind w:left="720"/>'),
        style("Hyperlink", "Hyperlink", run='<w:color w:val="0563C1"/><w:u w:val="single"/>', kind="character"),
        style("Strong", "Strong", run="<w:b/>", kind="character"),
    )
)
CHINESE = scheme(
    1,
    level(0, "chineseCountingThousand", "%1、"),
    level(1, "chineseCountingThousand", "（%2）"),
    level(2, "decimal", "%3."),
    level(3, "decimal", "（%4）"),
)
"""The numbering of Chinese official documents: 一、（一）1.（1）."""
