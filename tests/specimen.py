"""A specimen with every block and inline, and what the rendering tests build and ask. Run this module to write
what is rendered now as what is expected (tests/golden/rendering); look at it before committing.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from publisher.document import (
    Align,
    Article,
    Asset,
    Block,
    Box,
    Cell,
    Code,
    Divider,
    Figure,
    Footnote,
    Heading,
    Inline,
    InlineImage,
    InlineMath,
    Items,
    Link,
    Mark,
    Masthead,
    Math,
    Metadata,
    Newsletter,
    NoteRef,
    Paragraph,
    Quote,
    Ruby,
    Section,
    Table,
    Text,
)
from publisher.rendering import Rendering, placeholder_addresses, render, shipped_themes
from publisher.rendering.theme import Theme, parse_theme

GOLDEN = Path(__file__).parent / "golden" / "rendering"
PICTURE = Asset("a" * 64, "image/jpeg", b"", "会场.jpg", 1080, 720)
ICON = Asset("b" * 64, "image/png", b"", "图标.png", 48, 48)


def theme(name: str = "official") -> Theme:
    return parse_theme(name, shipped_themes()[name])


def text(words: str, *marks: Mark, color: str = "") -> Text:
    return Text(words, frozenset(marks), color)


def para(*inlines: Inline | str, align: Align = Align.START) -> Paragraph:
    return Paragraph(tuple(Text(part) if isinstance(part, str) else part for part in inlines), align)


def cell(words: str, colspan: int = 1, rowspan: int = 1, align: Align = Align.START) -> Cell:
    return Cell((para(words),), colspan, rowspan, align=align)


def letter(*blocks: Block, title: str = "标题", **more: Any) -> Newsletter:
    return replace(Newsletter(None, (Section("", (Article(title, blocks),)),)), **more)


def rendered(newsletter: Newsletter) -> Rendering:
    return render(newsletter, theme(), placeholder_addresses(newsletter))


def body(*blocks: Block, **more: Any) -> str:
    """The HTML inside the root of an article of these blocks, without styles."""
    (piece,) = rendered(letter(*blocks, **more)).pieces
    return re.sub(r' style="[^"]*"', "", piece.content).removeprefix("<section>").removesuffix("</section>")


def specimen() -> Newsletter:
    """A small issue with every block and inline."""
    marks = para(
        "正文里有",
        text("加粗（括号）", Mark.BOLD),
        "、",
        text("斜体", Mark.ITALIC),
        "、",
        text("下划线", Mark.UNDERLINE),
        "、",
        text("删除线", Mark.STRIKE),
        "、H",
        text("2", Mark.SUBSCRIPT),
        "O、m",
        text("2", Mark.SUPERSCRIPT),
        "、",
        text("高亮", Mark.HIGHLIGHT),
        "、",
        text("pip install", Mark.CODE),
        "、",
        text("红字", color="#c00000"),
        "、",
        text("全都有", Mark.BOLD, Mark.ITALIC, Mark.UNDERLINE, Mark.STRIKE),
        "、",
        Ruby("喆", "zhé"),
        "，",
        InlineMath("E = mc²"),
        "，图标 ",
        InlineImage(ICON.fingerprint, "图标"),
        "。",
        NoteRef("1"),
    )
    links = para(
        "见",
        Link("https://www.example.org/report?a=1&b=2", (Text("报告全文"),)),
        "与",
        Link("https://mp.weixin.qq.com/s/abc", (Text("上一期"),)),
        "，再见",
        Link("https://www.example.org/report?a=1&b=2", (Text("同一报告"),)),
        "，来信",
        Link("mailto:editor@example.org", (Text("编辑部"),)),
        "。",
    )
    deep = Items(ordered=False, items=((para("三层"),),))
    middle = Items(ordered=True, items=((para("二层"), deep), (para("二层之二"),)))
    lists = Items(ordered=False, items=((para(text("一层", Mark.BOLD), "：说明"), middle), (), (para("另一条"),)))
    narrow = Table(
        (
            (cell("类别"), cell("产品"), cell("厂商")),
            (cell("芯片", rowspan=2), cell("处理器"), cell("甲公司、乙公司、丙公司与丁公司都在这一行里")),
            (cell("加速器"), cell("戊公司")),
            (cell("合计", colspan=2), cell("五家", align=Align.RIGHT)),
        ),
        1,
        (Text("图表 2：厂商"),),
        (Text("来源：虚构研究院"),),
    )
    wide = Table(
        tuple(tuple(cell(f"第 {row} 行第 {column} 列的内容") for column in range(6)) for row in range(3)), header_rows=1
    )
    first = Article(
        "开篇：所有的行内样式",
        (marks, links, Divider(), Quote((para("引文第一段。"), para("引文第二段。")))),
        author="张三",
    )
    second = Article(
        "块的样子",
        (
            Heading(1, (Text("产业趋势"),), "一、"),
            Heading(2, (Text("（一）规模"),)),
            Heading(3, (Text("1.芯片"),)),
            Heading(4, (Text("（1）处理器"),)),
            para("居中的一段", align=Align.CENTER),
            Figure(PICTURE.fingerprint, (Text("图表 1：会场"),), "会场"),
            Figure("", (Text("图表 3：原稿无图"),)),
            lists,
            Items(ordered=True, items=((para("从三开始"),), (para("第四"),)), start=3),
            narrow,
            wide,
            Box("协会故事", (para("框里的一段。"), Items(ordered=False, items=((para("框里的一条"),),)))),
            Code('def f(x):  # 注\n    return x  + 1\n\nprint(f(2) < "三")', "python"),
            Math("a² + b² = c²"),
        ),
        source="虚构通讯社",
    )
    third = Article("转载的一篇", (para("正文。"),), source="虚构日报", source_url="https://news.example.org/1")
    return Newsletter(
        Masthead(
            "江南联合信息",
            2024,
            6,
            18,
            "江南联合秘书处编",
            "2024-07-31",
            "江南市环城路 1 号",
            "a@example.org",
            "0571-1",
        ),
        (Section("联合动态", (first,)), Section("重大成果", (second, third))),
        "版权及免责声明：\n本刊内容仅作交流。",
        (Footnote("1", (para("脚注的内容，见", Link("https://notes.example.org", (Text("这里"),)), "。"),)),),
        (PICTURE, ICON),
        Metadata(author="江南联合"),
    )


class Tree(HTMLParser):
    """What the tests ask of a piece of HTML."""

    VOID = frozenset({"br", "hr", "img"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.depth, self.deepest = 0, 0
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.styles: set[str] = set()
        self.seen: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _value in attrs}
        self.styles |= {value for name, value in attrs if name == "style" and value}
        # A browser puts a <tbody> into every table.
        self.depth += {"table": 2}.get(tag, 1)
        self.deepest = max(self.deepest, self.depth)
        if tag in self.VOID:
            self.depth -= 1

    def handle_endtag(self, tag: str) -> None:
        self.depth -= {"table": 2}.get(tag, 1)

    def handle_data(self, data: str) -> None:
        self.seen.append(data)


def golden(content: str) -> str:
    return content.replace("><", ">\n<") + "\n"


def write_goldens() -> None:
    """Write what is rendered now as what is expected; look at it before committing."""
    for name in shipped_themes():
        folder = GOLDEN / name
        folder.mkdir(parents=True, exist_ok=True)
        rendering = render(specimen(), theme(name), placeholder_addresses(specimen()), layout="sections")
        for number, piece in enumerate(rendering.pieces, 1):
            (folder / f"{number}.html").write_text(golden(piece.content), encoding="utf-8")


if __name__ == "__main__":
    write_goldens()
