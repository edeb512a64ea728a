"""Styles: what a paragraph or a run is, by the names of its styles and of those they are based on.

Names count, ids do not: Word writes "Heading1", WPS "2", a German Word "berschrift1", and all of them
name the style "heading 1". Ids are only looked at where the file defines no such style.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from lxml.etree import _Element as Element

from publisher.document import Align, Mark
from publisher.importers.docx.names import (
    attribute,
    below,
    each,
    has,
    qualified,
    switched,
    twips,
    val,
    value,
    whole,
)

_HEADING: Final = re.compile(r"(?:heading|标题|標題)\s*([1-9])")
_CONTENTS: Final = re.compile(r"(?:toc|目录|目錄)\s*[1-9]|toc heading|(?:toc|目录|目錄)\s*(?:标题|標題)")
_TITLES: Final = ("title", "标题", "標題")
_QUOTES: Final = ("quote", "intense quote", "引用", "明显引用", "鲜明引用")
_ALIGNS: Final = {"center": Align.CENTER, "right": Align.RIGHT, "end": Align.RIGHT}
_MARKS: Final = {
    qualified("w:b"): Mark.BOLD,
    qualified("w:i"): Mark.ITALIC,
    qualified("w:u"): Mark.UNDERLINE,
    qualified("w:strike"): Mark.STRIKE,
    qualified("w:dstrike"): Mark.STRIKE,
}
_COLOR: Final = qualified("w:color")
_VANISH: Final = qualified("w:vanish")
_FONTS: Final = qualified("w:rFonts")
_VERTICAL: Final = qualified("w:vertAlign")
_HIGHLIGHT: Final = qualified("w:highlight")
_SHADING: Final = qualified("w:shd")
_RAISED: Final = {"superscript": Mark.SUPERSCRIPT, "subscript": Mark.SUBSCRIPT}
_LONGEST_CHAIN: Final = 12
_PAPER: Final = 0xF0
_DEEPEST: Final = 6


@dataclass(frozen=True, slots=True)
class Format:
    """What run properties say; what they do not say is absent. `color` is "", "auto" or "#rrggbb"."""

    marks: Mapping[Mark, bool] = field(default_factory=dict)
    color: str = ""
    hidden: str = ""
    font: str = ""

    def over(self, lower: Format) -> Format:
        """This format laid over a lower one."""
        return Format(
            {**lower.marks, **self.marks},
            self.color or lower.color,
            self.hidden or lower.hidden,
            self.font or lower.font,
        )

    def toggled(self, lower: Format) -> Format:
        """A character style over a paragraph style: bold in bold is not bold, as Word has it."""
        both = {mark: False for mark, on in self.marks.items() if on and lower.marks.get(mark)}
        return Format({**self.marks, **both}, self.color, self.hidden, self.font).over(lower)

    def mark_set(self) -> frozenset[Mark]:
        """The marks that are on."""
        return frozenset(mark for mark, on in self.marks.items() if on)

    def shown_color(self) -> str:
        """The colour to show: "" for automatic, and for black, which every theme has already."""
        return "" if self.color in ("auto", "#000000") else self.color


class Role(StrEnum):
    """What a paragraph style makes of a paragraph, headings aside."""

    BODY = "body"
    QUOTE = "quote"
    CONTENTS = "contents"


@dataclass(frozen=True, slots=True)
class NumberedAs:
    """A reference to a numbering: `list_id` "" is unsaid, "0" is none; `level` -1 is unsaid."""

    list_id: str = ""
    level: int = -1


@dataclass(frozen=True, slots=True)
class ParagraphStyle:
    """What a style says of its paragraphs. `level` 1–6 is a heading, 0 none; `ids` are the style and its bases;
    `indent` is in twips.
    """

    ids: tuple[str, ...] = ()
    level: int = 0
    role: Role = Role.BODY
    align: Align = Align.START
    indent: int = 0
    numbered: NumberedAs = NumberedAs()
    format: Format = Format()


class Styles:
    """All styles of a file, resolved on demand."""

    def __init__(self, root: Element) -> None:
        self._elements = {attribute(style, "w:styleId"): style for style in each(root, "w:style")}
        self._default = next(
            (name for name, style in self._elements.items() if _is_default(style)),
            "",
        )
        self._paragraphs: dict[str, ParagraphStyle] = {}
        self._characters: dict[str, Format] = {}

    def paragraph(self, style_id: str) -> ParagraphStyle:
        """The paragraph style of that id ("" is the default style); an unknown id is judged by itself."""
        style_id = style_id or self._default
        if style_id not in self._paragraphs:
            self._paragraphs[style_id] = self._resolve(style_id)
        return self._paragraphs[style_id]

    def character(self, style_id: str) -> Format:
        """What the character style of that id says, bases included."""
        if style_id not in self._characters:
            self._characters[style_id] = self._stack(self._chain(style_id))
        return self._characters[style_id]

    def _resolve(self, style_id: str) -> ParagraphStyle:
        if style_id not in self._elements:
            return ParagraphStyle((style_id,), level=self._undefined_level(style_id), role=_role([style_id.lower()]))
        ids = self._chain(style_id)
        properties = [below(self._elements[name], "w:pPr") for name in ids]
        names = [_name(self._elements[name]) for name in ids]
        return ParagraphStyle(
            ids,
            _style_level(names, properties),
            _role(names),
            next((found for found in map(alignment, properties) if found is not None), Align.START),
            next((indent(found) for found in properties if has(found, "w:ind")), 0),
            _numbered([numbered_as(found) for found in properties]),
            self._stack(ids),
        )

    def _undefined_level(self, style_id: str) -> int:
        """WPS may leave the styles part empty and still refer to its own ids: 1 is the body, 2 heading 1 …"""
        named = _HEADING.fullmatch(style_id.lower())
        if named:
            return min(int(named[1]), _DEEPEST)
        if style_id.lower() in _TITLES:
            return 1
        return whole(style_id, 1, 99, 1) - 1 if not self._elements and style_id in "234567" and style_id else 0

    def _chain(self, style_id: str) -> tuple[str, ...]:
        chain: list[str] = []
        while style_id in self._elements and style_id not in chain and len(chain) < _LONGEST_CHAIN:
            chain.append(style_id)
            style_id = value(self._elements[style_id], "w:basedOn")
        return tuple(chain)

    def _stack(self, ids: tuple[str, ...]) -> Format:
        """The formats of a chain, nearest on top. The default style is left out: what the whole document has
        sets nothing apart.
        """
        found = Format()
        for name in ids:
            if name != self._default:
                found = found.over(read_format(below(self._elements[name], "w:rPr")))
        return found


def read_format(properties: Element) -> Format:
    """What a w:rPr says by itself, styles aside. Read once through, since every run has one."""
    marks: dict[Mark, bool] = {}
    color = hidden = font = ""
    for child in properties:
        mark = _MARKS.get(child.tag)
        if mark is not None:
            marks[mark] = switched(child)
        elif child.tag == _VERTICAL:
            marks |= {mark: val(child) == name for name, mark in _RAISED.items()}
        elif child.tag in (_HIGHLIGHT, _SHADING):
            marks[Mark.HIGHLIGHT] = _is_highlight(child) or (marks.get(Mark.HIGHLIGHT, False))
        elif child.tag == _COLOR:
            color = color or _color(val(child))
        elif child.tag == _VANISH:
            hidden = hidden or str(switched(child))
        elif child.tag == _FONTS:
            font = font or attribute(child, "w:ascii") or attribute(child, "w:hAnsi")
    return Format(marks, color, hidden, font)


def alignment(properties: Element) -> Align | None:
    """What a w:pPr says of alignment; None if nothing. Left and justified are the theme's business."""
    said = value(properties, "w:jc")
    return _ALIGNS.get(said, Align.START) if said else None


def indent(properties: Element) -> int:
    """The left indent of a w:pPr in twips."""
    found = below(properties, "w:ind")
    return twips(attribute(found, "w:left") or attribute(found, "w:start"))


def outline_level(properties: Element) -> int | None:
    """The heading level that a w:pPr's 大纲级别 gives: 1–6, 0 for 正文文本, None if it says nothing."""
    said = whole(value(properties, "w:outlineLvl"), 0, 9, -1)
    if said < 0:
        return None
    return 0 if said == 9 else min(said + 1, _DEEPEST)  # noqa: PLR2004 - the format's number for body text


def numbered_as(properties: Element) -> NumberedAs:
    """The numbering that a w:pPr names itself."""
    found = below(properties, "w:numPr")
    return NumberedAs(value(found, "w:numId"), whole(value(found, "w:ilvl"), 0, 8, -1))


def _is_default(style: Element) -> bool:
    default = attribute(style, "w:default")
    return attribute(style, "w:type") == "paragraph" and default in ("1", "true", "on")


def _name(style: Element) -> str:
    # "heading 1,章标题": the name, then aliases.
    return value(style, "w:name").split(",")[0].strip().lower()


def _style_level(names: list[str], properties: list[Element]) -> int:
    """The nearest style decides that is called a heading or has an outline level."""
    for name, found in zip(names, properties, strict=True):
        named = _HEADING.fullmatch(name)
        if named:
            return min(int(named[1]), _DEEPEST)
        if name in _TITLES:
            return 1
        level = outline_level(found)
        if level is not None:
            return level
    return 0


def _role(names: list[str]) -> Role:
    for name in names:
        if name in _QUOTES:
            return Role.QUOTE
        if _CONTENTS.fullmatch(name):
            return Role.CONTENTS
    return Role.BODY


def _numbered(chain: list[NumberedAs]) -> NumberedAs:
    list_id = next((found.list_id for found in chain if found.list_id), "")
    level = next((found.level for found in chain if found.level >= 0), -1)
    return NumberedAs(list_id, level)


def _is_highlight(element: Element) -> bool:
    """Whether it colours the ground behind the text: as w:highlight, or as shading (底纹), which is what text pasted
    from a web page has. White and what is nearly white is the paper.
    """
    if element.tag == _HIGHLIGHT:
        return val(element) not in ("", "none", "white")
    fill = attribute(element, "w:fill")
    is_color = re.fullmatch(r"[0-9A-Fa-f]{6}", fill) and val(element) != "nil"
    return bool(is_color) and min(bytes.fromhex(fill)) < _PAPER


def _color(said: str) -> str:
    if re.fullmatch(r"[0-9A-Fa-f]{6}", said):
        return "#" + said.lower()
    return "auto" if said == "auto" else ""
