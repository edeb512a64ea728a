"""HTML to a document: pages saved by Word, WPS or a browser, and articles copied from WeChat.

The page is never cleaned and passed on: it is walked, and what a reader would see becomes blocks.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, PreformattedString, Tag
from msgspec.structs import replace

from publisher.document import (
    Align,
    Block,
    Divider,
    Document,
    Figure,
    Footnote,
    Heading,
    InlineMath,
    Level,
    Math,
    NoteRef,
    Paragraph,
    Span,
)
from publisher.errors import Unreadable
from publisher.importers.characters import read_characters
from publisher.importers.html.atoms import picture_address, read_code, read_ruby
from publisher.importers.html.footnotes import Notes, called_in, find_notes
from publisher.importers.html.formulas import formula, markup
from publisher.importers.html.frames import Frames, Item
from publisher.importers.html.regions import INVISIBLE, count_signs, find_article, read_properties, visible_text
from publisher.importers.html.sheets import Sheet, read_sheet
from publisher.importers.html_styles import (
    NOT_SHOWN,
    REASONS,
    UNSHOWN,
    Attributes,
    alignment,
    is_filler,
    is_list_mark,
    list_level,
    names,
    outline_level,
    restyle,
    symbol_font,
    why_unread,
)
from publisher.importers.links import check_href
from publisher.importers.pictures import Pictures
from publisher.importers.remarks import Remarks
from publisher.importers.runs import Runs, Style
from publisher.importers.symbols import symbol
from publisher.importers.text import MOST_CHARACTERS, check_extent, drop_invisible

MOST_TAGS: Final = 20_000
"""A newsletter of 15,000 characters that Word or LibreOffice saved as a page has 1,100 to 1,700."""

_LABEL: Final = re.compile(rb"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_XML_DECLARATION: Final = re.compile(r"<\?xml\b[^<>]*+>", re.IGNORECASE)

_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
_PARAGRAPHS: Final = names(
    "html body p div section article main header footer nav aside center address form fieldset legend dl dt dd "
    "details summary hgroup search"
)
_INLINE: Final = names(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark output q s samp small span "
    "strike strong sub sup time tt u var nobr"
)
_SILENT: Final = names("[document] mp-style-type mp-common-cps rb rbc rtc picture source track wbr embed")
"""Without a word of their own. The parser does not know that some of them never hold anything: text goes on inside."""
_FRAMED: Final = names("blockquote ul ol menu dir li table tr td th caption figure figcaption")
_GROUPS: Final = names("thead tbody tfoot colgroup col")
_ATOMS: Final = names("br hr img pre ruby input math")
_CONTROLS: Final = names("select textarea button svg")
_PLAIN: Final = Style()
_KNOWN: Final = _PARAGRAPHS | _INLINE | _FRAMED | _GROUPS | _ATOMS | _HEADINGS.keys()


def import_html(data: bytes, name: str) -> Document:
    """The document of a web page; its places are counted in paragraphs, from 1.

    Raises Unreadable where the bytes are no text, or hold a table beyond reason.
    """
    label = _LABEL.search(data[:4096])
    remarks = Remarks()
    pictures = Pictures(remarks)
    characters = read_characters(data, label[1].decode("ascii", "replace") if label else "")
    check_extent(characters.text.count("<"), MOST_TAGS, name)
    markup = pictures.lift(_XML_DECLARATION.sub("", drop_invisible(characters.text)))
    soup = _parse(markup)
    page = find_article(soup, remarks)
    check_extent(sum(map(count_signs, page.roots)), MOST_CHARACTERS, name, "字")
    notes = find_notes(page.roots)
    plan = Plan(notes.calls, page.left_out | notes.left_out, read_sheet(soup))
    walk = _Walk(remarks, pictures, plan)
    blocks = walk.read(page.roots)
    footnotes = _read_notes(walk, notes, called_in(blocks))
    for key in notes.bodies.keys() - {footnote.id for footnote in footnotes}:
        remark = "一条注释在正文里没有引用的地方（它在没有采用的部分里），没有采用。"
        remarks.say("note-uncalled", remark, Level.WARNING, lost=notes.bodies[key].get_text())
    if not blocks:
        raise Unreadable(f"{name}: nothing to see in it", f"网页“{name}”里没有看得见的内容，请检查后重新投放。")
    return Document(
        blocks,
        footnotes=footnotes,
        assets=pictures.assets,
        properties=read_properties(soup),
        notes=characters.notes + remarks.notes(),
    )


def _read_notes(walk: _Walk, notes: Notes, called: frozenset[str]) -> tuple[Footnote, ...]:
    """The notes that the text calls, and those that they call themselves."""
    found: dict[str, Footnote] = {}
    while wanted := (called & notes.bodies.keys()) - found.keys():
        for key in (name for name in notes.bodies if name in wanted):
            found[key] = Footnote(key, walk.read((notes.bodies[key],)))
            called |= called_in(found[key].blocks)
    return tuple(found[key] for key in notes.bodies if key in found)


def read_html(markup: str, remarks: Remarks, pictures: Pictures, span: Span) -> tuple[Block, ...]:
    """The blocks of a piece of HTML inside another format, all at the place `span`."""
    return _Walk(remarks, pictures, Plan(), span).read((_parse(markup),))


def _parse(markup: str) -> BeautifulSoup:
    with warnings.catch_warnings():
        # It warns of markup that looks like XML or like a file's name; here it is always HTML.
        warnings.simplefilter("ignore")
        return BeautifulSoup(markup + "\n", "lxml")


@dataclass(frozen=True, slots=True)
class Plan:
    """What of a page is not read as it stands, by the identity of its tags: calls of notes, and what is left out; and
    what its classes look like.
    """

    calls: Mapping[int, str] = field(default_factory=dict)
    left_out: frozenset[int] = frozenset()
    sheet: Sheet = Sheet()  # noqa: RUF009 # frozen


@dataclass(frozen=True, slots=True)
class _Context:
    """What elements inherit from those around them."""

    style: Style = _PLAIN
    align: Align = Align.START
    font: str = ""
    heading: int = 0
    item: int = 0
    is_caption: bool = False


_Step = tuple[Tag, _Context, Iterator[PageElement]]


class _Walk:
    """Walks the tree with a stack of its own: pages nest deeper than Python's stack."""

    def __init__(self, remarks: Remarks, pictures: Pictures, plan: Plan, span: Span = Span()) -> None:  # noqa: B008 # frozen
        self._remarks = remarks
        self._pictures = pictures
        self._plan = plan
        self._given = span
        self._count = 0
        self._frames = Frames(remarks)
        self._runs = Runs()
        self._mark = ""
        self._after: list[Figure] = []
        self._context = _Context()

    def read(self, roots: Sequence[Tag]) -> tuple[Block, ...]:
        """The blocks of these parts, one after the other."""
        for root in roots:
            self._read_part(root)
        self._flush()
        return self._frames.close()

    def _read_part(self, root: Tag) -> None:
        steps = [self._open(root, self._attributes(root))]
        while steps:
            tag, outer, children = steps[-1]
            child = next(children, None)
            if child is None:
                steps.pop()
                self._leave(tag, outer)
            elif isinstance(child, Tag):
                steps += self._enter(child)
            elif isinstance(child, NavigableString):
                self._read_text(child)

    def _read_text(self, text: NavigableString) -> None:
        """Comments, declarations and the like are not for readers."""
        if not isinstance(text, PreformattedString):
            self._runs.add_text(_signs(str(text), self._context.font), self._context.style)

    def _enter(self, tag: Tag) -> tuple[_Step, ...]:
        """The step into it, or none where it is read as a whole, or not at all."""
        attributes = self._attributes(tag)
        if id(tag) in self._plan.left_out or tag.name in INVISIBLE:
            return ()
        if reason := why_unread(tag.name, attributes):
            self._skip(tag, attributes, reason)
        elif id(tag) in self._plan.calls:
            self._runs.add(NoteRef(self._plan.calls[id(tag)]), replace(self._context.style, href=""))
        elif tag.name in _ATOMS:
            self._atom(tag, attributes)
        elif is_list_mark(attributes) or _holds_filler(tag):
            self._mark = _signs(visible_text(tag), symbol_font(attributes, self._context.font))
        else:
            return (self._open(tag, attributes),)
        return ()

    def _attributes(self, tag: Tag) -> Attributes:
        return self._plan.sheet.applied(tag.name, _attributes(tag))

    def _open(self, tag: Tag, attributes: Attributes) -> _Step:
        outer = self._context
        if not _is_inline(tag):
            self._flush()
        self._frames.open(tag.name, attributes, self._span())
        self._context = self._inside(tag, attributes)
        return tag, outer, iter(list(tag.children))

    def _leave(self, tag: Tag, outer: _Context) -> None:
        if not _is_inline(tag):
            self._flush()
        self._frames.shut(tag.name)
        self._context = outer

    def _inside(self, tag: Tag, attributes: Attributes) -> _Context:
        outer = self._context
        style = restyle(outer.style, tag.name, attributes)
        if tag.name == "a":
            style = replace(style, href=check_href(attributes.get("href", ""), self._remarks, self._span()))
        align, font = alignment(attributes, outer.align), symbol_font(attributes, outer.font)
        if _is_inline(tag):
            context = _Context(style, align, font, outer.heading, outer.item, outer.is_caption)
        else:
            level = _HEADINGS.get(tag.name) or outline_level(attributes) or outer.heading
            is_caption = "MsoCaption" in attributes.get("class", "").split()
            context = _Context(style, align, font, level, list_level(attributes), is_caption)
        if tag.name == "embed":
            self._remarks.say(NOT_SHOWN, REASONS[NOT_SHOWN][1].format(" <embed> "), Level.WARNING, self._span())
        elif tag.name not in _KNOWN | _SILENT and ":" not in tag.name:
            remark = f"标签“<{tag.name}>”不认识，里面的文字按普通文字保留了。"
            self._remarks.say("tag-unknown", remark, Level.INFO, self._span())
        return context

    def _skip(self, tag: Tag, attributes: Attributes, reason: str) -> None:
        """What may hold text, or a film, goes with a note; what is only hidden, and empty, without a word."""
        lost = " ".join(
            filter(None, [visible_text(tag), attributes.get("data-nickname"), attributes.get("data-title")])
        )
        if lost or tag.name in UNSHOWN:
            level, text = REASONS[reason]
            what = f" <{tag.name}> " if tag.name in UNSHOWN else "隐藏的文字"
            level = Level.WARNING if tag.name in UNSHOWN and tag.name not in _CONTROLS else level
            self._remarks.say(reason, text.format(what), level, self._span(), lost)

    def _atom(self, tag: Tag, attributes: Attributes) -> None:
        style = self._context.style
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
                self._frames.add(read_code(tag, self._next_span()))
            case "ruby":
                for ruby in read_ruby(tag):
                    self._runs.add(ruby, style)
            case "math":
                self._formula(formula(tag), markup(tag), attributes)
            case "input" if attributes.get("type", "").lower() == "checkbox":
                self._runs.add_text("☑ " if "checked" in attributes else "☐ ", style)

    def _formula(self, tex: str, drawn: str, attributes: Attributes) -> None:
        if attributes.get("display") == "block" and tex:
            self._flush()
            self._frames.add(Math(tex, self._next_span(), drawn))
        elif tex:
            self._runs.add(InlineMath(tex, drawn), self._context.style)

    def _break_line(self) -> None:
        """Two line breaks are a paragraph's end, as old pages write it."""
        if self._runs.at_line_start:
            self._flush()
        else:
            self._runs.break_line()

    def _picture(self, attributes: Attributes) -> None:
        source = picture_address(attributes)
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


def _holds_filler(tag: Tag) -> bool:
    """Whether this is the bullet or number of a list as Word's filtered pages have it: nothing else says so."""
    return tag.name == "span" and any(
        isinstance(child, Tag) and is_filler(_attributes(child)) and not visible_text(child) for child in tag.children
    )


def _signs(text: str, font: str) -> str:
    """Text in a font of signs as the signs that a reader sees."""
    return "".join(symbol(font, ord(char)) or char for char in text) if font else text


def _is_inline(tag: Tag) -> bool:
    return tag.name in _INLINE or (tag.name not in _KNOWN and tag.name != "[document]")


def _attributes(tag: Tag) -> dict[str, str]:
    """Attributes as texts; classes come as a list."""
    return {name: " ".join(value) if isinstance(value, list) else str(value) for name, value in tag.attrs.items()}
