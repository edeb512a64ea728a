"""Inlines -> nodes: marks, colours, links as numbered notes, marks of footnotes, pictures in a line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from publisher.document import (
    Align,
    Footnote,
    Inline,
    InlineImage,
    InlineMath,
    Inlines,
    Level,
    LineBreak,
    Link,
    Mark,
    Math,
    Note,
    NoteRef,
    Ruby,
    Text,
    text_of,
)
from publisher.rendering.ink import CONTRAST, PAGE, least_contrast, legible
from publisher.rendering.spacing import spaced
from publisher.rendering.theme import Theme
from publisher.rendering.tree import BREAK, Element, Node, Nodes

PLATFORM_HOST = "mp.weixin.qq.com"
"""Links to its articles (/s, /s/…) live; of all others the platform keeps the text alone (wechat-api 3.4)."""

PLATFORM_LINK = "#576b95"
"""The colour of links that have none of their own."""

_INK = "#333"
_SHORT_CODE = 24
"""Characters that fit into a line of any list, so that a command or a name need not be broken."""
_BREAKABLE = re.compile(r"[\s\-?]")
_NARROW = 10
"""Em that fit into any column, even a list's in a table's cell, so that the limit need not be said."""

_TAGS = {
    Mark.SUPERSCRIPT: "sup",
    Mark.SUBSCRIPT: "sub",
    Mark.BOLD: "strong",
    Mark.ITALIC: "em",
    Mark.UNDERLINE: "u",
    Mark.STRIKE: "s",
}
"""The first mark of a run is its element, the others are styles of it. Code is a span: the platform takes the style
off <code> (wechat-api 3.4).
"""
_UNSEEN_ON_BLANKS = frozenset({Mark.BOLD, Mark.ITALIC})
_SEEN_ON_BLANKS = frozenset({Mark.UNDERLINE, Mark.STRIKE, Mark.HIGHLIGHT, Mark.CODE})
_DRAWN = frozenset({"img", "hr"})
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_TERSE = {"strong": "b", "em": "i"}
_STYLES = {
    "strong": "font-weight:bold",
    "em": "font-style:italic",
    "u": "text-decoration:underline",
    "s": "text-decoration:line-through",
}


class Page(Struct):
    """What one article of the draft is written with, and what has been used while writing it.

    `orphans` are footnotes to which no text refers. `links` and `footnotes` number what is referred to; `pictures`
    keeps reading order. `ink` is the text's colour, "" while it is the root's, `ground` what it stands on; `in_cell`
    is whether that is in a table, `marked_lists` how many lists with markers of text are around.
    """

    theme: Theme
    addresses: Mapping[str, str]
    widths: Mapping[str, int]
    known_footnotes: Mapping[str, Footnote]
    orphans: tuple[str, ...] = ()
    links: dict[str, int] = {}
    footnotes: dict[str, int] = {}
    pictures: dict[str, None] = {}
    notes: list[Note] = []
    ink: str = ""
    ground: str = PAGE
    in_cell: bool = False
    marked_lists: int = 0

    def inside(self, role: str) -> Page:
        """The page for what is written inside a role: the same in all but the text's colour and what it stands on."""
        ground = self.ground_of(role)
        color = self.theme.declarations.get(role, {}).get("color", self.ink)
        if (color, ground) == (self.ink, self.ground):
            return self
        return replace(self, ground=ground, ink=self._ink_on(ground, color))

    def ground_of(self, role: str) -> str:
        """What text in the style of a role stands on here."""
        own = self.theme.declarations.get(role, {})
        return own.get("background-color") or own.get("background") or self.ground

    def readable(self, role: str, *extra: str, color: str = "") -> str:
        """The style of a role, with a colour that can be read where its own cannot here; `color` is what the platform
        gives it where the theme does not.
        """
        # At the top of a page a theme's colours are as they were made.
        if self.ink:
            ground = self.ground_of(role)
            own = self.theme.declarations.get(role, {}).get("color") or color or self.ink
            if least_contrast(own, ground) < CONTRAST:
                return self.theme.style(role, f"color:{self._ink_on(ground, self.ink)}", *extra)
        return self.theme.style(role, *extra)

    @property
    def spacious(self) -> bool:
        """Whether a few characters more, or a few words that stay together, do no harm here."""
        return not self.theme.terse and not self.in_cell

    def _ink_on(self, ground: str, color: str) -> str:
        """The colour, or what else can be read on the ground."""
        usual = self.theme.inherited("root", "color") or _INK
        inks = [ink for ink in (color, self.ink, usual) if ink]
        return next((ink for ink in inks if least_contrast(ink, ground) >= CONTRAST), usual)

    def element(self, tag: str, role: str, children: Nodes, *extra: str) -> Element:
        """An element in the style and with the ornaments of a role, with further declarations."""
        return self.adorned(tag, role, children, self.readable(role, *extra))

    def adorned(self, tag: str, role: str, children: Nodes, style: str) -> Element:
        """An element with the ornaments of a role, in a style of its own."""
        if self.theme.ornaments:
            children = (*self._ornament(f"{role}::before"), *children, *self._ornament(f"{role}::after"))
        return Element(tag, children, style)

    def adorns(self, role: str) -> bool:
        """Whether the theme gives a role a look of its own."""
        ornaments = {f"{role}::before", f"{role}::after"} & self.theme.ornaments.keys()
        return bool(self.theme.styles.get(role) or ornaments)

    def _ornament(self, selector: str) -> Nodes:
        ornament = self.theme.ornaments.get(selector)
        return (Element("span", (ornament.text,), ornament.style),) if ornament else ()

    def tag(self, name: str) -> str:
        """The element that is written for <strong> or <em>: where every character counts, a shorter one."""
        return _TERSE.get(name, name) if self.theme.terse else name

    def aligned(self, tag: str, role: str, children: Nodes, align: Align) -> Element:
        """An element in the style of a role, aligned as the editor wanted; what is centred has no indent."""
        if not align:
            return self.element(tag, role, children)
        indent = self.theme.inherited(role, "text-indent") not in {"", "0"}
        unindented = ["text-indent:0"] if indent and align is Align.CENTER else []
        return self.element(tag, role, children, f"text-align:{align.value}", *unindented)


def write_inlines(page: Page, inlines: Inlines) -> Nodes:
    """The nodes of a line; neighbouring runs that look alike become one."""
    if page.theme.autospace:
        inlines = spaced(inlines)
    if len(inlines) == 1 and isinstance(run := inlines[0], Text):
        return (_write_text(page, run),) if run.text else ()
    return tuple(node for inline in _merged(_trimmed(inlines)) for node in _write_inline(page, inline))


def write_words(page: Page, words: str) -> str:
    """A title or name as the theme spaces it."""
    return text_of(spaced((Text(words),))) if page.theme.autospace else words


def uncoloured(inlines: Inlines) -> Inlines:
    """The inlines without the editor's colours, for a part whose ground is the theme's."""
    return tuple(replace(run, color="") if isinstance(run, Text) and run.color else run for run in inlines)


def write_picture(page: Page, picture: str, alt: str, style: str) -> Nodes:
    """The picture as an <img>; nothing, and an error for the editor, if it has no address."""
    address = page.addresses.get(picture, "")
    if not address:
        text = f"图片缺失，无法上传：{alt or '（没有名称）'}。请补上图片后重新投放。"
        page.notes.append(Note("picture-missing", text, Level.ERROR))
        return ()
    page.pictures.setdefault(picture)
    width = page.widths.get(picture, 0)
    attributes = [("src", address), ("alt", alt), ("data-w", str(width) if width else "")]
    return (Element("img", (), style, tuple((name, value) for name, value in attributes if value)),)


def write_formula(page: Page, formula: InlineMath | Math) -> Nodes:
    """The formula's picture, as large as the letters around it and on their line; its text, if there is none."""
    if formula.picture not in page.addresses:
        return (Element("em", (formula.tex,)),) if formula.tex.strip() else ()
    place = [f"width:{_em(formula.width)}"]
    if formula.width > _NARROW:
        place.append("max-width:100%")
    if isinstance(formula, InlineMath):
        place.append(f"vertical-align:{_em(-formula.depth)}")
    return write_picture(page, formula.picture, formula.tex, ";".join(place))


def shows(nodes: Nodes) -> bool:
    """Whether anything of the nodes can be seen."""
    for node in nodes:  # a loop, since this is asked of every line
        if isinstance(node, str):
            if node and not node.isspace():
                return True
        elif node.tag in _DRAWN or shows(node.children):
            return True
    return False


def _em(length: float) -> str:
    return f"{round(length, 2):g}em"


def link_mark(page: Page, number: int) -> Node:
    """The mark that leads to a link's address at the end; where every character counts, raised digits alone."""
    return str(number).translate(_RAISED) if page.theme.terse else noteref(page, f"[{number}]")


def noteref(page: Page, label: str) -> Element:
    """The small mark that leads to a note at the end."""
    return page.element("sup", "noteref", (label,))


# ---------------------------------------------------------------------------- one inline


def _write_inline(page: Page, inline: Inline) -> Nodes:
    match inline:
        case Text():
            return (_write_text(page, inline),) if inline.text else ()
        case Link():
            return _write_link(page, inline)
        case LineBreak():
            return (BREAK,)
        case NoteRef(id=name):
            return _write_noteref(page, name)
        case InlineImage(picture=picture, alt=alt):
            return write_picture(page, picture, alt, "max-width:100%;vertical-align:middle")
        case InlineMath():
            return write_formula(page, inline)
        case Ruby():
            return (text_of((inline,)),)


def _write_text(page: Page, run: Text) -> Node:
    """The run in one element at most, whatever its marks: deep nesting is cut off by the platform."""
    if not run.marks and not run.color:
        return run.text
    tags = [tag for mark, tag in _TAGS.items() if mark in run.marks]
    styles = [_STYLES[tag] for tag in tags[1:] if tag in _STYLES]
    if {Mark.UNDERLINE, Mark.STRIKE} <= run.marks:
        # A second text-decoration would replace the first.
        styles = [style for style in styles if not style.startswith("text-decoration")]
        styles.append("text-decoration:underline line-through")
    role = _role(run.marks)
    if role == "code-inline" and _BREAKABLE.search(run.text) and len(run.text) <= _SHORT_CODE and page.spacious:
        styles.append("white-space:nowrap")
    color = legible(run.color, page.ground_of(role)) if run.color else ""
    if color:
        styles.append(f"color:{color}")
    style = page.theme.style(role, *styles) if color else page.readable(role, *styles)
    return Element(page.tag(tags[0] if tags else "span"), (run.text,), style) if tags or style else run.text


def _role(marks: frozenset[Mark]) -> str:
    if Mark.CODE in marks:
        return "code-inline"
    if Mark.HIGHLIGHT in marks:
        return "mark"
    return "strong" if Mark.BOLD in marks else ""


def _write_link(page: Page, link: Link) -> Nodes:
    live = _is_live(link.href)
    inner = write_inlines(page.inside("link") if live else page, _unlinked(link.inlines))
    # Word leaves links on blanks behind.
    if not shows(inner):
        return inner
    if live:
        return _write_live_link(page, link, inner)
    shown = link.href.removeprefix("mailto:")
    # An anchor leads nowhere; an address that stands there needs no note.
    if urlsplit(link.href).scheme not in {"http", "https", "mailto"} or text_of(link.inlines).strip() == shown:
        return inner
    number = page.links.setdefault(shown, len(page.links) + 1)
    return (*inner, link_mark(page, number))


def _is_live(href: str) -> bool:
    address = urlsplit(href)
    return address.scheme in {"http", "https"} and address.hostname == PLATFORM_HOST and address.path.startswith("/s")


def _write_live_link(page: Page, link: Link, inner: Nodes) -> Nodes:
    if "tempkey=" in link.href:
        # The platform refuses the whole article for it (45166), and the link dies within hours.
        text = f"「{text_of(link.inlines)}」链接的是草稿的临时预览，读者打不开，已只留文字；请改用文章发表后的链接"
        page.notes.append(Note("link-temporary", text, lost=link.href))
        return inner
    return (Element("a", inner, page.readable("link", color=PLATFORM_LINK), (("href", link.href),)),)


def _unlinked(inlines: Inlines) -> Inlines:
    """A link inside a link is text."""
    return tuple(
        part for inline in inlines for part in (_unlinked(inline.inlines) if isinstance(inline, Link) else (inline,))
    )


def _write_noteref(page: Page, name: str) -> Nodes:
    if name not in page.known_footnotes:
        page.notes.append(Note("footnote-missing", f"正文引用的脚注「{name}」在稿件里没有内容，已略去标号"))
        return ()
    number = page.footnotes.setdefault(name, len(page.footnotes) + 1)
    mark = noteref(page, f"[注{number}]")
    # A line that ended inside the mark would leave a part of it lying on the next line.
    return (replace(mark, style=f"{mark.style};white-space:nowrap") if mark.style else mark,)


# ---------------------------------------------------------------------------- runs


def _trimmed(inlines: Inlines) -> Inlines:
    """Without line breaks at both ends, which would show as empty lines."""
    first, last = 0, len(inlines)
    while first < last and isinstance(inlines[first], LineBreak):
        first += 1
    while last > first and isinstance(inlines[last - 1], LineBreak):
        last -= 1
    return inlines[first:last]


def _merged(inlines: Inlines) -> Inlines:
    """The inlines with neighbouring runs that look alike as one; a blank looks like the run before it where nobody
    can tell.
    """
    merged: list[Inline] = []
    for inline in inlines:
        last = merged[-1] if merged else None
        if isinstance(inline, Text) and not inline.text.strip() and not inline.marks & _SEEN_ON_BLANKS:
            wears = isinstance(last, Text) and not last.marks - _UNSEEN_ON_BLANKS
            merged.append(replace(last, text=inline.text) if isinstance(last, Text) and wears else Text(inline.text))
        else:
            merged.append(inline)
        if len(merged) > 1:
            merged[-2:] = _joined(*merged[-2:])
    return tuple(merged)


def _joined(first: Inline, second: Inline) -> tuple[Inline, ...]:
    """Two runs as one, where they look alike."""
    if isinstance(first, Text) and isinstance(second, Text) and _look(first) == _look(second):
        return (replace(first, text=first.text + second.text),)
    return first, second


def _look(run: Text) -> tuple[frozenset[Mark], str]:
    return run.marks, run.color
