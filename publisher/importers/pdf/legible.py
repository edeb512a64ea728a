"""Pages as a reader takes them: hidden text left out, radicals made the characters that they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from publisher.document import Level, Span
from publisher.importers.pdf.sheet import Glyph, Sheet
from publisher.importers.pdf.signs import modern
from publisher.importers.remarks import Remarks

_MOSTLY: Final = 0.5
_MOST_ARTIFACTS: Final = 0.3
_SHOWN: Final = 20
"""Signs that a note names."""


def legible(sheets: Sequence[Sheet], remarks: Remarks) -> tuple[Sheet, ...]:
    """The sheets without hidden signs, unless most are hidden (then they are what a scanner has recognised), and with
    plain characters. Where a file calls much of its text no text (artifacts), it is not believed.
    """
    glyphs = [glyph for sheet in sheets for glyph in sheet.glyphs]
    hidden = [glyph for glyph in glyphs if glyph.look.hidden]
    recognised = len(hidden) > _MOSTLY * len(glyphs)
    if recognised:
        text = "文字是扫描后识别出来的（图片上的隐藏文字层），可能有错字，请逐字核对。"
        remarks.say("text-recognised", text, Level.WARNING)
    elif hidden:
        lost = "".join(glyph.text for glyph in hidden)
        remarks.say("hidden-text", "PDF 里有看不见的文字，没有采用。", Level.INFO, lost=lost)
    _remark_on_signs(sheets, glyphs, remarks)
    believed = sum(glyph.look.artifact for glyph in glyphs) <= _MOST_ARTIFACTS * len(glyphs)
    kept = (
        replace(sheet, glyphs=tuple(_modern(glyph) for glyph in sheet.glyphs if recognised or not glyph.look.hidden))
        for sheet in sheets
    )
    return tuple(sheet if believed else _without_artifacts(sheet) for sheet in kept)


def _without_artifacts(sheet: Sheet) -> Sheet:
    return replace(
        sheet, glyphs=tuple(glyph._replace(look=replace(glyph.look, artifact=False)) for glyph in sheet.glyphs)
    )


def _modern(glyph: Glyph) -> Glyph:
    text = modern(glyph.text)
    return glyph if text == glyph.text else glyph._replace(text=text)


def _remark_on_signs(sheets: Sequence[Sheet], glyphs: Sequence[Glyph], remarks: Remarks) -> None:
    odd = [glyph.text for glyph in glyphs if modern(glyph.text) != glyph.text]
    if odd:
        named = "、".join(f"{sign}→{modern(sign)}" for sign in list(dict.fromkeys(odd))[:_SHOWN])
        text = f"PDF 把 {len(odd)} 个字写成了部首或兼容字符，已换成通常的汉字：{named}。"
        remarks.say("radicals", text, Level.INFO)
    for sheet in sheets:
        if sheet.unknown:
            text = f"第 {sheet.number} 页有 {sheet.unknown} 个字没有文字编码，读不出来，请对照原稿补上。"
            remarks.say("signs-unreadable", text, Level.ERROR, Span(f"第 {sheet.number} 页"))
