"""What is inside one paragraph: runs, fields, links, notes' marks, and what hangs on it (pictures, text boxes).

A field may begin in one paragraph and end many paragraphs later (a contents list does), so one
`InlineReader` reads all paragraphs of its story in order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final

from lxml.etree import _Element as Element

from publisher.document import (
    Box,
    Divider,
    Inline,
    InlineMath,
    Level,
    LineBreak,
    Mark,
    NoteRef,
    Paragraph,
    Ruby,
    Span,
    Text,
)
from publisher.importers.docx.fields import Fields, circled_text, equation_text
from publisher.importers.docx.lines import Attached, Line, linked, tidy
from publisher.importers.docx.math import math_text
from publisher.importers.docx.mathml import mathml
from publisher.importers.docx.names import EMPTY, attribute, below, qualified, spelled, value
from publisher.importers.docx.package import Relation
from publisher.importers.docx.pictures import Pictures, within
from publisher.importers.docx.remarks import CODE, CONTENTS, DELETED, HIDDEN, Remarks
from publisher.importers.docx.styles import Format, Styles, read_format
from publisher.importers.links import safe_href
from publisher.importers.symbols import readable, symbol

_TEXTS: Final = (qualified("w:t"), qualified("w:delText"), qualified("m:t"))
_BROKEN: Final = re.compile("未找到引用源|未定义书签|Reference source not found|Bookmark not defined")
_CROSSED: Final = "☒"
_PRESERVE: Final = "{http://www.w3.org/XML/1998/namespace}space"
_TEXT_BOX: Final = qualified("w:txbxContent")


@dataclass(frozen=True, slots=True)
class Desk:
    """What all stories of one file share. `notes` maps a foot- or endnote's name in the file ("footnote 2") to
    our id.
    """

    styles: Styles
    remarks: Remarks
    pictures: Pictures
    notes: Mapping[str, str]
    referenced: dict[str, Span] = field(default_factory=dict)


_Reader = Callable[["InlineReader", Element, Format], None]


class InlineReader:
    """Reads the paragraphs of one story, in order."""

    def __init__(self, desk: Desk, relations: Mapping[str, Relation]) -> None:
        self._desk = desk
        self._relations = relations
        self._fields = Fields(self._address)
        self._losing: list[str] = []
        self._href = ""
        self._in_link = False
        self._span = Span()
        self._pieces: list[tuple[str, Inline]] = []
        self._before: list[Attached] = []
        self._after: list[Attached] = []

    def read(self, content: Iterable[Element], base: Format, span: Span) -> Line:
        """What the paragraph's elements hold; `base` is what its style says of runs."""
        self._span = span
        self._pieces, self._before, self._after = [], [], []
        self._children(content, base)
        self._fields.end_paragraph()
        return Line(tidy(linked(self._pieces)), tuple(self._before), tuple(self._after))

    def begin_loss(self, reason: str) -> None:
        """From here on nothing is read; all of it is lost for that reason."""
        self._losing.append(reason)

    def end_loss(self) -> None:
        """Ends the last `begin_loss`."""
        self._losing.pop()

    def lose(self, element: Element, reason: str, span: Span) -> None:
        """All text in the element is lost for that reason."""
        text = "".join(spelled(found) for found in within(element, *_TEXTS, _TEXT_BOX))
        self._desk.remarks.lose(reason, text, span)

    def close_fields(self) -> None:
        """Ends every open field: a heading or a table is never inside a generated contents list, so the list's
        end was forgotten.
        """
        self._fields.close()

    # ------------------------------------------------------------------ descending

    def _children(self, content: Iterable[Element], form: Format) -> None:
        for child in content:
            read = self._READERS.get(child.tag)
            if read is not None:
                read(self, child, form)
            elif child.tag not in _SKIPPED:
                self._children(child, form)  # smart tags, content controls, and whatever Word invents next

    def _run(self, run: Element, form: Format) -> None:
        properties = below(run, "w:rPr")
        if not len(properties):
            self._children(run, form)
            return
        style = value(properties, "w:rStyle")
        lower = self._desk.styles.character(style).toggled(form) if style else form
        self._children(run, read_format(properties).over(lower))

    def _alternate(self, element: Element, form: Format) -> None:
        self._children(self._desk.pictures.clearer_branch(element, self._relations), form)

    def _deleted(self, element: Element, form: Format) -> None:
        self._desk.remarks.lose(DELETED, "", self._span)
        self.begin_loss(DELETED)
        self._children(element, form)
        self.end_loss()

    def _inserted(self, element: Element, form: Format) -> None:
        self._desk.remarks.lose(DELETED, "", self._span)
        self._children(element, form)

    def _hyperlink(self, element: Element, form: Format) -> None:
        relation = self._relations.get(attribute(element, "r:id"), Relation())
        outer = self._href, self._in_link
        self._href, self._in_link = self._address(relation.target, attribute(element, "w:anchor")), True
        self._children(element, form)
        self._href, self._in_link = outer

    # ------------------------------------------------------------------ fields

    def _field_char(self, element: Element, form: Format) -> None:
        match attribute(element, "w:fldCharType"):
            case "begin":
                self._fields.begin()
            case "separate":
                self._fields.begin_result()
            case "end":
                self._put_equation(self._fields.end(), form)
            case _:
                pass

    def _field_code(self, element: Element, _form: Format) -> None:
        self._fields.add_code(spelled(element))

    def _put_equation(self, code: str, form: Format) -> None:
        """What a field without a result draws by its code."""
        if circled := circled_text(code):
            self._put(circled, form)
        elif (text := equation_text(code)) and not self._reason(form):
            self._pieces.append((self._link(), InlineMath(text)))
            note = f"公式已转成文字“{text[:40]}”，请核对，或改用图片。"
            self._desk.remarks.say("equation", note, Level.WARNING, self._span)

    def _simple_field(self, element: Element, form: Format) -> None:
        self._fields.begin()
        self._fields.add_code(attribute(element, "w:instr"))
        self._fields.begin_result()
        self._children(element, form)
        self._fields.end()

    def _address(self, target: str, anchor: str) -> str:
        """The address if it is one that a reader may follow; places inside the file are nothing to say about."""
        href = safe_href(target)
        if href:
            return f"{href}#{anchor}" if anchor and "#" not in href else href
        if target and not target.startswith("#"):
            scheme = target.partition(":")[0][:20] if ":" in target else "相对路径"
            note = f"链接不是网址（{scheme}），只保留了文字。请改为 http 或 https 网址。"
            self._desk.remarks.say("link-dropped", note, Level.WARNING, self._span)
        return ""

    # ------------------------------------------------------------------ text

    def _reason(self, form: Format) -> str:
        """Why text at this place is not shown, or ""."""
        if self._losing:
            return self._losing[-1]
        if self._fields.in_contents():
            return CONTENTS
        if self._fields.in_code():
            return CODE
        return HIDDEN if form.hidden == "True" else ""

    def _put(self, text: str, form: Format) -> None:
        reason = self._reason(form)
        if reason:
            self._desk.remarks.lose(reason, text, self._span)
            return
        marks, color = form.mark_set(), form.shown_color()
        if self._in_link or self._fields.in_link():
            # Every link is blue and underlined by its style. The theme does that, and for one that leads nowhere
            # nobody should.
            marks, color = marks - {Mark.UNDERLINE}, ""
        self._pieces.append((self._link(), Text(text, marks, color)))

    def _put_inline(self, inline: Inline, form: Format) -> None:
        if not self._reason(form):
            self._pieces.append((self._link(), inline))

    def _link(self) -> str:
        return self._href or self._fields.href()

    def _text(self, element: Element, form: Format) -> None:
        text = spelled(element)
        if element.get(_PRESERVE) != "preserve":
            text = text.strip(" \t\r\n")
        text = text.replace("\r", "").replace("\n", " ")
        if _BROKEN.search(text) and not self._reason(form):
            note = "这里的交叉引用已失效，正文里留着 Word 的错误提示。请在 Word 里更新域，或改成文字后重新投放。"
            self._desk.remarks.say("reference-broken", note, Level.WARNING, self._span)
        if _CROSSED in text and _is_checkbox(element):
            text = text.replace(_CROSSED, "☑")
        self._put(readable(text, form.font), form)

    def _deleted_text(self, element: Element, _form: Format) -> None:
        self._desk.remarks.lose(DELETED, spelled(element), self._span)

    def _tab(self, _element: Element, form: Format) -> None:
        self._put("\t", form)

    def _hyphen(self, _element: Element, form: Format) -> None:
        self._put("-", form)  # the plain one: telephone numbers must stay recognisable

    def _break(self, _element: Element, form: Format) -> None:
        self._put_inline(LineBreak(), form)

    def _symbol(self, element: Element, form: Format) -> None:
        font, code = attribute(element, "w:font"), attribute(element, "w:char")
        sign = symbol(font, int(code, 16)) if re.fullmatch(r"[0-9A-Fa-f]{1,6}", code) else ""
        if sign:
            self._put(sign, form)
        elif not self._reason(form):
            note = f"字体 {font[:30]} 里的符号（{code[:8]}）无法识别，已略去，请核对原文。"
            self._desk.remarks.say("symbol-unknown", note, Level.WARNING, self._span)

    def _note(self, element: Element, form: Format) -> None:
        kind = "footnote" if element.tag == qualified("w:footnoteReference") else "endnote"
        found = self._desk.notes.get(f"{kind} {attribute(element, 'w:id')}", "")
        if self._reason(form):
            return
        if found:
            self._desk.referenced.setdefault(found, self._span)
            self._put_inline(NoteRef(found), form)
        else:
            note = "这里引用的脚注（尾注）在文件里找不到，请核对。"
            self._desk.remarks.say("footnote-missing", note, Level.WARNING, self._span)

    def _ruby(self, element: Element, form: Format) -> None:
        base, annotation = (
            "".join(spelled(found) for found in below(element, name).iter(*_TEXTS)) for name in ("w:rubyBase", "w:rt")
        )
        reason = self._reason(form)
        if reason:
            self._desk.remarks.lose(reason, base + annotation, self._span)
        else:
            self._put_inline(Ruby(base, annotation), form)

    def _math(self, element: Element, form: Format) -> None:
        text = math_text(element)
        reason = self._reason(form)
        if reason:
            self._desk.remarks.lose(reason, text, self._span)
        elif text.strip():
            self._put_inline(InlineMath(text, mathml(element)), form)

    def _sub_document(self, _element: Element, form: Format) -> None:
        if not self._reason(form):
            note = "这里引用了另一个文件（子文档），它不在这个文件里。请在 Word 里展开子文档并断开链接后重新投放。"
            self._desk.remarks.say("embedded-file", note, Level.ERROR, self._span)

    # ------------------------------------------------------------------ what hangs on a paragraph

    def _drawing(self, element: Element, form: Format) -> None:
        reason = self._reason(form)
        if reason:
            self.lose(element, reason, self._span)
            return
        leads = not self._pieces and next(within(element, qualified("wp:anchor")), None) is None
        figures = list(self._desk.pictures.figures(element, self._relations, self._span))
        (self._before if leads else self._after).extend(figures)
        self._after.extend(within(element, _TEXT_BOX))
        self._after.extend(self._word_art(element))
        if any(line.get(qualified("o:hr")) for line in within(element, qualified("v:rect"))):
            self._after.append(Divider(self._span))

    def _word_art(self, element: Element) -> list[Box]:
        """艺术字 of old files keeps its text in an attribute."""
        found = [str(path.get("string") or "") for path in within(element, qualified("v:textpath"))]
        return [Box("", (Paragraph((Text(text),), span=self._span),), self._span) for text in found if text.strip()]

    # What is read; all else is descended into, or has no text.
    _READERS: ClassVar[Mapping[str, _Reader]] = {
        qualified(name): reader
        for name, reader in {
            "w:r": _run,
            "w:t": _text,
            "w:delText": _deleted_text,
            "w:tab": _tab,
            "w:ptab": _tab,
            "w:subDoc": _sub_document,
            "w:br": _break,
            "w:cr": _break,
            "w:noBreakHyphen": _hyphen,
            "w:sym": _symbol,
            "w:ruby": _ruby,
            "w:drawing": _drawing,
            "w:pict": _drawing,
            "w:object": _drawing,
            "w:footnoteReference": _note,
            "w:endnoteReference": _note,
            "w:fldChar": _field_char,
            "w:instrText": _field_code,
            "w:fldSimple": _simple_field,
            "w:hyperlink": _hyperlink,
            "w:ins": _inserted,
            "w:moveTo": _inserted,
            "w:del": _deleted,
            "w:moveFrom": _deleted,
            "mc:AlternateContent": _alternate,
            "m:oMath": _math,
            "m:t": _math,
            "m:oMathPara": _math,
        }.items()
    }


def _is_checkbox(element: Element) -> bool:
    """Whether an element stands in a box that its reader ticks: Word crosses it, and means done. A ☒ that somebody
    typed may mean no.
    """
    controls = element.iterancestors(qualified("w:sdt"))
    return any(below(control, "w:sdtPr", "w14:checkbox") is not EMPTY for control in controls)


# Properties hold elements like w:tab and w:ins that are no content there.
_SKIPPED: Final = {
    qualified(name) for name in ("w:pPr", "w:rPr", "w:sdtPr", "w:sdtEndPr", "w:delInstrText", "w:ffData")
}
