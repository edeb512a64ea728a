"""The inside of a Markdown paragraph: tokens to inlines, with the pictures put beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Final

from markdown_it.token import Token
from msgspec import Struct
from msgspec.structs import replace

from publisher.document import Figure, InlineMath, Inlines, Level, Mark, NoteRef, Span, Text
from publisher.importers.html_styles import restyle
from publisher.importers.links import check_href
from publisher.importers.pictures import Pictures
from publisher.importers.remarks import Remarks
from publisher.importers.runs import PLAIN, Runs, plain_inlines

_MARKS: Final = {"strong_open": Mark.BOLD, "em_open": Mark.ITALIC, "s_open": Mark.STRIKE}
_STYLED_TAGS: Final = re.compile("b|strong|i|em|u|ins|s|del|strike|sup|sub|mark|code|kbd|span|font|small|big")


class Line(Struct, frozen=True):
    """A paragraph's text and pictures; `addresses` are those of its links and pictures, as written."""

    before: tuple[Figure, ...]
    inlines: Inlines
    after: tuple[Figure, ...]
    addresses: frozenset[str]


def read_inlines(tokens: Sequence[Token], remarks: Remarks, pictures: Pictures, span: Span) -> Line:
    """A paragraph of its tokens. A picture before any text comes before the paragraph, any other after it."""
    if len(tokens) == 1 and tokens[0].type == "text":
        return Line((), plain_inlines(tokens[0].content), (), frozenset())
    reader = _Reader(remarks, pictures, span)
    for token in tokens:
        reader.read(token)
    return reader.line()


class _Reader:
    def __init__(self, remarks: Remarks, pictures: Pictures, span: Span) -> None:
        self._remarks = remarks
        self._pictures = pictures
        self._span = span
        self._runs = Runs()
        self._styles = [PLAIN]
        self._tags: list[str] = []
        self._before: list[Figure] = []
        self._after: list[Figure] = []
        self._addresses: set[str] = set()

    def line(self) -> Line:
        return Line(tuple(self._before), self._runs.take(), tuple(self._after), frozenset(self._addresses))

    def read(self, token: Token) -> None:
        match token.type:
            case "text" | "text_special":
                self._runs.add_text(token.content, self._styles[-1])
            case "code_inline":
                self._runs.add(Text(token.content), self._styles[-1].with_mark(Mark.CODE))
            case "math_inline":
                self._runs.add(InlineMath(token.content, token.content), self._styles[-1])
            case "softbreak":
                self._runs.add_text("\n", self._styles[-1])
            case "hardbreak":
                self._runs.break_line()
            case "strong_open" | "em_open" | "s_open":
                self._styles.append(self._styles[-1].with_mark(_MARKS[token.type]))
            case "link_open":
                self._open_link(token)
            case "strong_close" | "em_close" | "s_close" | "link_close":
                self._styles.pop()
            case "image":
                self._picture(_attribute(token, "src"), _alt(token), _attribute(token, "title"))
            case "footnote_ref":
                self._runs.add(NoteRef(token.meta.get("label") or f"^{token.meta['id']}"), self._styles[-1])
            case "html_inline":
                self._html(token.content)
            case _:  # parts of these, which come as tokens of their own
                pass

    def _open_link(self, token: Token) -> None:
        href, title = _attribute(token, "href"), _attribute(token, "title")
        self._addresses.add(href)
        if title:
            remark = f"链接的提示文字“{title[:30]}”在公众号里无法显示，没有采用。"
            self._remarks.say("link-title", remark, Level.INFO, self._span, title)
        self._styles.append(replace(self._styles[-1], href=check_href(href, self._remarks, self._span)))

    def _picture(self, source: str, alt: str, title: str) -> None:
        self._addresses.add(source)
        figure = self._pictures.figure(source, alt, title, self._span)
        (self._before if self._runs.empty else self._after).append(figure)

    def _html(self, markup: str) -> None:
        tag = _Tag(markup)
        if tag.name == "br":
            self._runs.break_line()
        elif tag.name == "img":
            self._picture(tag.attributes.get("src", ""), tag.attributes.get("alt", ""), "")
        elif tag.opens:
            self._open_tag(tag)
        elif tag.name in self._tags:
            while self._tags.pop() != tag.name:
                self._styles.pop()
            self._styles.pop()
        elif not tag.name:
            remark = f"“{markup[:30]}”是看不见的标记，没有采用。"
            self._remarks.say("comment-dropped", remark, Level.INFO, self._span, markup)

    def _open_tag(self, tag: _Tag) -> None:
        style = restyle(self._styles[-1], tag.name, tag.attributes)
        if tag.name == "a":
            style = replace(style, href=check_href(tag.attributes.get("href", ""), self._remarks, self._span))
        elif not _STYLED_TAGS.fullmatch(tag.name):
            remark = f"标签“<{tag.name}>”没有采用，里面的文字保留了。"
            self._remarks.say("tag-unknown", remark, Level.INFO, self._span, " ".join(tag.attributes.values()))
        if not tag.closed:
            self._styles.append(style)
            self._tags.append(tag.name)


class _Tag(HTMLParser):
    """One tag, taken apart; `name` is "" where it is a comment or the like."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.name = ""
        self.opens = False
        self.closed = False
        self.attributes: dict[str, str] = {}
        self.feed(re.sub(r"\s+", " ", markup))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.name, self.opens = tag, True
        self.attributes = {name: value or "" for name, value in attrs}

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.closed = True

    def handle_endtag(self, tag: str) -> None:
        self.name = tag


def _attribute(token: Token, name: str) -> str:
    return str(token.attrGet(name) or "")


def _alt(token: Token) -> str:
    return "".join(child.content for child in token.children or [])
