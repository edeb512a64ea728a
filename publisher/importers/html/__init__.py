"""HTML to a document: pages saved by Word, WPS or a browser, and articles copied from WeChat.

The page is never cleaned and passed on: it is walked, and what a reader would see becomes blocks.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, PreformattedString, Tag

from publisher.document import (
    Align,
    Block,
    Code,
    Divider,
    Document,
    Figure,
    Heading,
    Level,
    Paragraph,
    Properties,
    Ruby,
    Span,
)
from publisher.errors import Unreadable
from publisher.importers.characters import read_characters
from publisher.importers.html.frames import Frames, Item
from publisher.importers.html.styles import (
    Attributes,
    alignment,
    is_hidden,
    is_list_mark,
    list_level,
    outline_level,
    restyle,
)
from publisher.importers.links import check_href
from publisher.importers.pictures import Pictures
from publisher.importers.remarks import Remarks
from publisher.importers.runs import Runs, Style
from publisher.importers.text import check_extent, drop_invisible


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


MOST_TAGS: Final = 100_000

_LABEL: Final = re.compile(rb"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_XML_DECLARATION: Final = re.compile(r"<\?xml\b[^>]*\?>", re.IGNORECASE)

_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
_INVISIBLE: Final = _names("script style head title meta link base template noscript area param source track wbr")
_UNSHOWN: Final = _names("iframe object embed svg video audio canvas map")
_PARAGRAPHS: Final = _names(
    "html body p div section article main header footer nav aside center address form fieldset legend dl dt dd "
    "details summary hgroup search"
)
_INLINE: Final = _names(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark output q s samp small span "
    "strike strong sub sup time tt u var nobr"
)
_FRAMED: Final = _names("blockquote ul ol menu dir li table tr td th caption figure figcaption")
_GROUPS: Final = _names("thead tbody tfoot colgroup col")
_ATOMS: Final = _names("br hr img pre ruby input")
_PLAIN: Final = Style()
_KNOWN: Final = _PARAGRAPHS | _INLINE | _FRAMED | _GROUPS | _ATOMS | _HEADINGS.keys()


def import_html(data: bytes, name: str) -> Document:
    """The document of a web page; its places are counted in paragraphs, from 1.

    Raises Unreadable where the bytes are no text, or hold a table beyond reason.
    """
    label = _LABEL.search(data[:4096])
    characters = read_characters(data, label[1].decode("ascii", "replace") if label else "")
    markup = _XML_DECLARATION.sub("", drop_invisible(characters.text))
    check_extent(markup.count("<"), MOST_TAGS, name)
    remarks = Remarks()
    pictures = Pictures(remarks)
    page = _parse(markup)
    blocks = _Walk(remarks, pictures, Span()).read(_content(page, remarks))
    if not blocks:
        raise Unreadable(f"{name}: nothing to see in it", f"网页“{name}”里没有看得见的内容，请检查后重新投放。")
    return Document(
        blocks, assets=pictures.assets, properties=_properties(page), notes=characters.notes + remarks.notes()
    )


def read_html(markup: str, remarks: Remarks, pictures: Pictures, span: Span) -> tuple[Block, ...]:
    """The blocks of a piece of HTML inside another format, all at the place `span`."""
    return _Walk(remarks, pictures, span).read(_parse(markup))


def _parse(markup: str) -> BeautifulSoup:
    with warnings.catch_warnings():
        # It warns of markup that looks like XML or like a file's name; here it is always HTML.
        warnings.simplefilter("ignore")
        return BeautifulSoup(markup + "\n", "lxml")


def _content(page: BeautifulSoup, remarks: Remarks) -> Tag:
    """The article of a page saved from WeChat, else the page."""
    article = page.find(id="js_content")
    if not isinstance(article, Tag):
        return page
    lost = "\n".join(_visible(node) for node in _outside(page, article))
    remark = "网页来自公众号文章，只采用了正文，没有采用页面上的其他文字。请确认有权转载，图片需要重新提供。"
    remarks.say("page-around", remark, Level.WARNING, lost=lost)
    return article


def _outside(page: Tag, article: Tag) -> Iterator[PageElement]:
    inside = set(map(id, article.descendants))
    return (node for node in page.descendants if isinstance(node, NavigableString) and id(node) not in inside)


def _properties(page: BeautifulSoup) -> Properties:
    title = page.title.get_text(" ", strip=True) if page.title else ""
    return Properties(
        title=" ".join((title or _meta(page, "og:title")).split()),
        author=_meta(page, "author"),
        digest=_meta(page, "description"),
    )


def _meta(page: BeautifulSoup, name: str) -> str:
    found = page.find("meta", attrs={"name": name}) or page.find("meta", attrs={"property": name})
    return str(found.get("content") or "").strip() if isinstance(found, Tag) else ""


@dataclass(frozen=True, slots=True)
class _Context:
    """What elements inherit from those around them."""

    style: Style = _PLAIN
    align: Align = Align.START
    heading: int = 0
    item: int = 0
    is_caption: bool = False


class _Walk:
    """Walks the tree with a stack of its own: pages nest deeper than Python's stack."""

    def __init__(self, remarks: Remarks, pictures: Pictures, span: Span) -> None:
        self._remarks = remarks
        self._pictures = pictures
        self._given = span
        self._count = 0
        self._frames = Frames(remarks)
        self._runs = Runs()
        self._mark = ""
        self._after: list[Figure] = []
        self._context = _Context()

    def read(self, root: Tag) -> tuple[Block, ...]:
        steps: list[tuple[Tag, _Context, Iterator[PageElement]]] = [(root, self._context, iter(list(root.children)))]
        while steps:
            tag, outer, children = steps[-1]
            child = next(children, None)
            if child is None:
                steps.pop()
                self._leave(tag, outer)
            elif isinstance(child, Tag):
                before = self._context
                if self._enter(child):
                    steps.append((child, before, iter(list(child.children))))
            elif isinstance(child, NavigableString):
                self._read_text(child)
        self._flush()
        return self._frames.close()

    def _read_text(self, text: NavigableString) -> None:
        """Comments, declarations and the like are not for readers."""
        if not isinstance(text, PreformattedString):
            self._runs.add_text(str(text), self._context.style)

    def _enter(self, tag: Tag) -> bool:
        """Whether to go on inside it."""
        attributes = _attributes(tag)
        if tag.name in _INVISIBLE or tag.name in _UNSHOWN or is_hidden(attributes):
            self._skip(tag)
            return False
        if tag.name in _ATOMS:
            self._atom(tag, attributes)
            return False
        if is_list_mark(attributes):
            self._mark = _visible_text(tag)
            return False
        if not _is_inline(tag):
            self._flush()
        self._frames.open(tag.name, attributes, self._span())
        self._context = self._inside(tag, attributes)
        return True

    def _leave(self, tag: Tag, outer: _Context) -> None:
        if not _is_inline(tag):
            self._flush()
        self._frames.shut(tag.name)
        self._context = outer

    def _inside(self, tag: Tag, attributes: Attributes) -> _Context:
        context = replace(
            self._context,
            style=restyle(self._context.style, tag.name, attributes),
            align=alignment(attributes, self._context.align),
        )
        if tag.name == "a":
            href = check_href(attributes.get("href", ""), self._remarks, self._span())
            context = replace(context, style=replace(context.style, href=href))
        if not _is_inline(tag):
            level = _HEADINGS.get(tag.name) or outline_level(attributes) or context.heading
            is_caption = "MsoCaption" in attributes.get("class", "").split()
            context = replace(context, heading=level, item=list_level(attributes), is_caption=is_caption)
        if tag.name not in _KNOWN and ":" not in tag.name and tag.name not in {"[document]", "button"}:
            remark = f"标签“<{tag.name}>”不认识，里面的文字按普通文字保留了。"
            self._remarks.say("tag-unknown", remark, Level.INFO, self._span())
        return context

    def _skip(self, tag: Tag) -> None:
        """Scripts and the like go without a word; what may hold text, or a film, goes with a note."""
        lost = _visible(tag)
        if tag.name in _INVISIBLE or (tag.name not in _UNSHOWN and not lost.strip()):
            return
        what = "隐藏的文字" if tag.name not in _UNSHOWN else f"<{tag.name}>（视频、动画等）"
        level = Level.INFO if tag.name not in _UNSHOWN else Level.WARNING
        self._remarks.say("not-shown", f"网页里{what}没有采用。", level, self._span(), lost)

    def _atom(self, tag: Tag, attributes: Attributes) -> None:
        match tag.name:
            case "br":
                self._break_line()
            case "hr":
                self._flush()
                self._frames.add(Divider(self._next_span()))
            case "img":
                self._picture(attributes)
            case "pre":
                self._flush()
                self._frames.add(_code(tag, self._next_span()))
            case "ruby":
                self._runs.add(_ruby(tag), self._context.style)
            case "input" if attributes.get("type") == "checkbox":
                self._runs.add_text("☑ " if "checked" in attributes else "☐ ", self._context.style)

    def _break_line(self) -> None:
        """Two line breaks are a paragraph's end, as old pages write it."""
        if self._runs.at_line_start:
            self._flush()
        else:
            self._runs.break_line()

    def _picture(self, attributes: Attributes) -> None:
        """WeChat keeps the address in data-src, and a grey square in src until the reader scrolls there."""
        source = attributes.get("data-src") or attributes.get("src", "")
        if not source:
            return
        figure = self._pictures.figure(source, attributes.get("alt", ""), attributes.get("title", ""), self._span())
        if self._runs.empty:
            self._frames.add(replace(figure, span=self._next_span()))
        else:
            self._after.append(figure)

    def _flush(self) -> None:
        """The text so far is a paragraph."""
        mark, self._mark = self._mark, ""
        if not self._runs.empty:
            inlines, context = self._runs.take(), self._context
            if inlines and context.is_caption and self._frames.caption(inlines):
                pass
            elif inlines and context.heading:
                self._frames.add(Heading(context.heading, inlines, mark, self._next_span()))
            elif inlines:
                paragraph = Paragraph(inlines, context.align, self._next_span())
                self._frames.add(Item(context.item, mark, paragraph) if context.item else paragraph)
        for figure in self._after:
            self._frames.add(figure)
        self._after = []

    def _span(self) -> Span:
        return self._given if self._given.line else Span(line=self._count + 1)

    def _next_span(self) -> Span:
        span = self._span()
        self._count += 1
        return span


def _is_inline(tag: Tag) -> bool:
    return tag.name in _INLINE or (tag.name not in _KNOWN and tag.name != "[document]")


def _attributes(tag: Tag) -> dict[str, str]:
    """Attributes as texts; classes come as a list."""
    return {name: " ".join(value) if isinstance(value, list) else str(value) for name, value in tag.attrs.items()}


def _visible(node: PageElement) -> str:
    """What of a skipped part could have been read."""
    if isinstance(node, Tag):
        return "" if node.name in _INVISIBLE else _visible_text(node)
    hidden = isinstance(node, PreformattedString) or (node.parent is not None and node.parent.name in _INVISIBLE)
    return "" if hidden else str(node).strip()


def _visible_text(tag: Tag) -> str:
    return " ".join(tag.get_text().split())


def _code(tag: Tag, span: Span) -> Code:
    """Preformatted text as it stands; WeChat writes one <code> for each line."""
    lines = tag.find_all("code", recursive=False)
    parts = [_raw(line) for line in lines] if len(lines) > 1 else [_raw(tag)]
    classes = re.search(r"\b(?:language|lang)-([\w+#-]+)", " ".join(map(str, _classes(tag))))
    return Code("\n".join(parts).strip("\n"), classes[1] if classes else "", span)


def _raw(tag: Tag) -> str:
    pieces = ("\n" if isinstance(node, Tag) else str(node) for node in tag.descendants if _is_raw(node))
    return "".join(pieces)


def _is_raw(node: PageElement) -> bool:
    if isinstance(node, Tag):
        return node.name == "br"
    return isinstance(node, NavigableString) and not isinstance(node, PreformattedString)


def _classes(tag: Tag) -> list[str]:
    inner = tag.find("code")
    return [*tag.get_attribute_list("class"), *(inner.get_attribute_list("class") if isinstance(inner, Tag) else [])]


def _ruby(tag: Tag) -> Ruby:
    annotation = "".join(part.get_text() for part in tag.find_all("rt"))
    for part in tag.find_all(["rt", "rp"]):
        part.extract()
    return Ruby(_visible_text(tag), " ".join(annotation.split()))
