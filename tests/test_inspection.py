from __future__ import annotations

import json

from publisher.document import (
    Article,
    Block,
    Box,
    Cell,
    Code,
    Divider,
    Figure,
    Heading,
    Items,
    LineBreak,
    Math,
    Newsletter,
    Note,
    Paragraph,
    Quote,
    Section,
    Table,
    Text,
)
from publisher.inspection import inspection
from tests.builders import make_edition, recover_text, write_edition


def _paragraph(text: str) -> Paragraph:
    return Paragraph((Text(text),))


def _shown(block: Block) -> dict[str, object]:
    newsletter = Newsletter(None, (Section("", (Article("题", (block,)),)),))
    shown: dict[str, object] = inspection(newsletter)["sections"][0]["articles"][0]["blocks"][0]
    return shown


def test_an_issue_is_shown_in_the_public_shape() -> None:
    shown = inspection(recover_text(write_edition(make_edition())))
    assert set(shown) == {"masthead", "sections", "copyright", "notes"}
    assert set(shown["masthead"]) == {
        "name", "year", "issue", "total_issue", "editor", "date", "address", "email", "phone",
    }  # fmt: skip
    article = shown["sections"][1]["articles"][1]
    assert set(article) == {"title", "author", "source", "blocks"}
    assert article["source"] == "茶业日报"
    assert article["blocks"][0]["type"] == "paragraph"
    assert shown["copyright"].startswith("版权及免责声明：")
    assert shown["notes"][0]["level"] == "info"
    assert json.loads(json.dumps(shown)) == shown


def test_what_is_no_newsletter_has_neither_masthead_nor_copyright() -> None:
    shown = inspection(Newsletter(None, (), notes=(Note("x", "看一下"),)))
    assert shown == {
        "masthead": None,
        "sections": [],
        "copyright": None,
        "notes": [{"level": "warning", "text": "看一下"}],
    }


def test_every_kind_of_block_has_its_shape() -> None:
    text = (Text("文"), LineBreak(), Text("字"))
    assert _shown(Paragraph(text)) == {"type": "paragraph", "text": "文\n字"}
    assert _shown(Math("a+b")) == {"type": "paragraph", "text": "a+b"}
    assert _shown(Heading(2, (Text("上游"),), "（一）")) == {"type": "heading", "level": 2, "text": "（一）上游"}
    assert _shown(Figure("", (Text("图 1"),))) == {"type": "figure", "caption": "图 1", "picture": ""}
    assert _shown(Code("x = 1")) == {"type": "code", "text": "x = 1"}
    assert _shown(Divider()) == {"type": "divider"}
    inner = {"type": "paragraph", "text": "里"}
    assert _shown(Box("故事", (_paragraph("里"),))) == {"type": "box", "title": "故事", "blocks": [inner]}
    assert _shown(Quote((_paragraph("里"),))) == {"type": "quote", "blocks": [inner]}
    items = Items(ordered=True, items=((_paragraph("甲"),), (_paragraph("乙"), _paragraph("丙"))))
    assert _shown(items) == {"type": "list", "ordered": True, "items": ["甲", "乙\n丙"]}


def test_covered_cells_of_a_table_are_empty() -> None:
    def cell(text: str, colspan: int = 1, rowspan: int = 1) -> Cell:
        return Cell((_paragraph(text),), colspan, rowspan)

    rows = ((cell("甲", rowspan=2), cell("乙", colspan=2)), (cell("丙"), cell("丁")), (cell("戊"),))
    shown = _shown(Table(rows, caption=(Text("表 1"),), source=(Text("来源：部门"),)))
    assert shown["rows"] == [["甲", "乙", ""], ["", "丙", "丁"], ["戊", "", ""]]
    assert (shown["caption"], shown["source"]) == ("表 1", "来源：部门")
    assert _shown(Table(()))["rows"] == []
