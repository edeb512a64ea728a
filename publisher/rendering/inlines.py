"""Inlines -> nodes: marks, colours, links as numbered notes, marks of footnotes, pictures in a line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from urllib.parse import urlsplit

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
from publisher.rendering.theme import Theme
from publisher.rendering.tree import BREAK, Element, Node, Nodes

PLATFORM_HOST = "mp.weixin.qq.com"
CONTRAST = 4.5
"""The least contrast with white that a colour of the editor's may have (WCAG AA)."""

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
_STYLES = {
    "strong": "font-weight:bold",
    "em": "font-style:italic",
    "u": "text-decoration:underline",
    "s": "text-decoration:line-through",
}


@dataclass(slots=True)
class Page:
    """What one article of the draft is written with, and what has been used while writing it.

    `orphans` are footnotes to which no text refers. `links` and `footnotes` number what is referred to; `pictures`
    keeps reading order.
    """

    theme: Theme
    addresses: Mapping[str, str]
    widths: Mapping[str, int]
    known_footnotes: Mapping[str, Footnote]
    orphans: tuple[str, ...] = ()
    links: dict[str, int] = field(default_factory=dict)
    footnotes: dict[str, int] = field(default_factory=dict)
    pictures: dict[str, None] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    def element(self, tag: str, role: str, children: Nodes, *extra: str) -> Element:
        """An element in the style of a role, with further declarations."""
        return Element(tag, children, self.theme.style(role, *extra))

    def aligned(self, tag: str, role: str, children: Nodes, align: Align) -> Element:
        """An element in the style of a role, aligned as the editor wanted."""
        return self.element(tag, role, children, *([f"text-align:{align.value}"] if align else []))


def write_inlines(page: Page, inlines: Inlines) -> Nodes:
    """The nodes of a line; neighbouring runs that look alike become one."""
    return tuple(node for inline in _merged(_trimmed(inlines)) for node in _write_inline(page, inline))


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
        return (Element("em", (formula.tex,)),)
    place = [f"width:{_em(formula.width)}"]
    if formula.width > _NARROW:
        place.append("max-width:100%")
    if isinstance(formula, InlineMath):
        place.append(f"vertical-align:{_em(-formula.depth)}")
    return write_picture(page, formula.picture, formula.tex, ";".join(place))


def _em(length: float) -> str:
    return f"{round(length, 2):g}em"


def noteref(page: Page, label: str) -> Element:
    """The small mark that leads to a note at the end."""
    return page.element("sup", "noteref", (label,))


def readable(color: str) -> bool:
    """Whether a text of this colour ("#rrggbb") can be read on white, and is not just black."""
    return color.lower() != "#000000" and contrast(color, "#ffffff") >= CONTRAST


def contrast(first: str, second: str) -> float:
    """The contrast of two colours ("#rrggbb") as WCAG 2 defines it, 1 to 21."""
    dark, light = sorted((_luminance(first), _luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    channels = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    # The published formula of WCAG 2; its two branches meet at this value.
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]  # noqa: PLR2004
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


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
    tags = [tag for mark, tag in _TAGS.items() if mark in run.marks]
    styles = [_STYLES[tag] for tag in tags[1:] if tag in _STYLES]
    if {Mark.UNDERLINE, Mark.STRIKE} <= run.marks:
        # A second text-decoration would replace the first.
        styles = [style for style in styles if not style.startswith("text-decoration")]
        styles.append("text-decoration:underline line-through")
    if run.color and readable(run.color):
        styles.append(f"color:{run.color}")
    style = page.theme.style(_role(run.marks), *styles)
    return Element(tags[0] if tags else "span", (run.text,), style) if tags or style else run.text


def _role(marks: frozenset[Mark]) -> str:
    if Mark.CODE in marks:
        return "code-inline"
    return "mark" if Mark.HIGHLIGHT in marks else ""


def _write_link(page: Page, link: Link) -> Nodes:
    inner = write_inlines(page, _unlinked(link.inlines))
    address = urlsplit(link.href)
    if address.scheme in {"http", "https"} and address.hostname == PLATFORM_HOST:
        return (Element("a", inner, page.theme.style("link"), (("href", link.href),)),) if inner else ()
    shown = link.href.removeprefix("mailto:")
    # Only the platform's own links live; an anchor leads nowhere; an address that stands there needs no note.
    if address.scheme not in {"http", "https", "mailto"} or text_of(link.inlines).strip() == shown:
        return inner
    number = page.links.setdefault(shown, len(page.links) + 1)
    return (*inner, noteref(page, f"[{number}]"))


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
    return (noteref(page, f"[注{number}]"),)


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
    merged: list[Inline] = []
    for key, group in groupby(inlines, _look):
        runs = list(group)
        if key is None:
            merged += runs
        else:
            first = next(run for run in runs if isinstance(run, Text))
            merged.append(replace(first, text="".join(text_of((run,)) for run in runs)))
    return tuple(merged)


def _look(inline: Inline) -> tuple[frozenset[Mark], str] | None:
    return (inline.marks, inline.color) if isinstance(inline, Text) else None
