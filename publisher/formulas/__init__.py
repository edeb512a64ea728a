"""The formulas of an issue -> pictures that stand in its lines. What cannot be drawn stays text, and that is said."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

from msgspec.structs import replace

from publisher.codec import pack, unpack
from publisher.confinement import MEGABYTE, Limits, run_module
from publisher.document import (
    Asset,
    Block,
    Figure,
    Heading,
    Inline,
    InlineMath,
    Inlines,
    Level,
    Link,
    Math,
    Newsletter,
    Note,
    Paragraph,
    Span,
    Table,
    fingerprint,
    inlines_of,
    walk,
)
from publisher.formulas.words import EM, Answer, Drawing, Formula, Question
from publisher.importers.changing import change_newsletter
from publisher.importers.remarks import Remarks

log = logging.getLogger("publisher.formulas")

LIMITS: Final = Limits(seconds=60, memory=1024 * MEGABYTE)
_THIS: Final = "publisher.formulas.typesetting"
_MOST: Final = 200
"""Formulas of one issue, each counted once: the platform takes every one as a picture."""
_LONGEST_TEX, _LONGEST_MATHML = 2_000, 20_000
_TOO_MANY: Final = f"一份稿件里的公式最多画 {_MOST} 个"
_TOO_LONG: Final = "太长"
_NO_ANSWER: Final = "画公式用的时间或内存超过了上限"

_turn: Final = threading.BoundedSemaphore(1)
"""Children at once, for the sake of the memory."""
_Math = TypeVar("_Math", Math, InlineMath)
_Drawings = Mapping[Formula, Drawing]


@dataclass(frozen=True, slots=True)
class _Found:
    """A formula where it stands, and how it reads."""

    formula: Formula
    tex: str
    span: Span


def draw_formulas(newsletter: Newsletter, limits: Limits = LIMITS) -> Newsletter:
    """The newsletter with a picture for each formula that can be drawn; a note tells of each other. Any thread may
    call it.
    """
    found = [formula for blocks in _texts(newsletter) for formula in _formulas(blocks)]
    if not found:
        return newsletter
    drawings = _draw(tuple(dict.fromkeys(one.formula for one in found)), limits)
    assets = {_name(drawing): drawing for drawing in drawings.values() if drawing.png}
    return replace(
        change_newsletter(newsletter, partial(_with_picture, drawings)),
        assets=(*newsletter.assets, *(_asset(name, drawing) for name, drawing in assets.items())),
        notes=(*newsletter.notes, *_notes(found, drawings)),
    )


def _texts(newsletter: Newsletter) -> Iterator[tuple[Block, ...]]:
    yield from (article.blocks for article in newsletter.articles)
    yield from (note.blocks for note in newsletter.footnotes)


def _formulas(blocks: tuple[Block, ...]) -> Iterator[_Found]:
    for block in walk(blocks):
        if isinstance(block, Math) and block.markup:
            yield _Found(Formula(block.markup, displayed=True), block.tex, block.span)
        for inline in _in_lines(inlines_of(block)):
            yield _Found(Formula(inline.markup), inline.tex, block.span)


def _in_lines(inlines: Inlines) -> Iterator[InlineMath]:
    for inline in inlines:
        if isinstance(inline, InlineMath) and inline.markup:
            yield inline
        yield from _in_lines(inlines_of(inline))


# ---------------------------------------------------------------------------- drawings


def _draw(formulas: tuple[Formula, ...], limits: Limits) -> _Drawings:
    drawings = {formula: Drawing(refusal=_TOO_LONG if _is_too_long(formula) else _TOO_MANY) for formula in formulas}
    asked = tuple(formula for formula in formulas if not _is_too_long(formula))[:_MOST]
    return drawings | dict(zip(asked, _answers(asked, limits), strict=True))


def _is_too_long(formula: Formula) -> bool:
    most = _LONGEST_MATHML if formula.markup.startswith("<math") else _LONGEST_TEX
    return len(formula.markup) > most


def _answers(formulas: tuple[Formula, ...], limits: Limits) -> tuple[Drawing, ...]:
    with _turn:
        ended = run_module(_THIS, limits.words(), pack(Question(formulas)), limits)
    if ended.code == 0:
        return unpack(ended.output, Answer).drawings
    log.warning("formulas: child: %s: %s", ended.code, ended.complaint)
    return (Drawing(refusal=_NO_ANSWER),) * len(formulas)


def _name(drawing: Drawing) -> str:
    return fingerprint(drawing.png)


def _asset(name: str, drawing: Drawing) -> Asset:
    return Asset(name, "image/png", drawing.png, f"formula-{name[:8]}.png", drawing.width, drawing.height)


def _notes(found: list[_Found], drawings: _Drawings) -> tuple[Note, ...]:
    remarks = Remarks()
    for one in found:
        if refusal := drawings[one.formula].refusal:
            where = f"{one.span.words}的" if one.span.words else ""
            text = f"{where}公式“{one.tex[:40]}”没有画成图片（{refusal}），按文字排出，请核对，或改用图片。"
            remarks.say("formula-undrawn", text, Level.WARNING, one.span)
    return remarks.notes()


# ---------------------------------------------------------------------------- in their places


def _with_picture(drawings: _Drawings, block: Block) -> tuple[Block, ...]:
    match block:
        case Math(markup=markup) if markup:
            return (_shown(block, drawings[Formula(markup, displayed=True)]),)
        case Paragraph(inlines=inlines) | Heading(inlines=inlines):
            return (replace(block, inlines=_shown_lines(drawings, inlines)),)
        case Figure(caption=caption):
            return (replace(block, caption=_shown_lines(drawings, caption)),)
        case Table(caption=caption, source=source):
            caption, source = (_shown_lines(drawings, line) for line in (caption, source))
            return (replace(block, caption=caption, source=source),)
        case _:
            return (block,)


def _shown_lines(drawings: _Drawings, inlines: Inlines) -> Inlines:
    return tuple(_shown_inline(drawings, inline) for inline in inlines)


def _shown_inline(drawings: _Drawings, inline: Inline) -> Inline:
    match inline:
        case InlineMath(markup=markup) if markup:
            return _shown(inline, drawings[Formula(markup)])
        case Link(inlines=inner):
            return replace(inline, inlines=_shown_lines(drawings, inner))
        case _:
            return inline


def _shown(formula: _Math, drawing: Drawing) -> _Math:
    if not drawing.png:
        return formula
    return replace(formula, picture=_name(drawing), width=drawing.width / EM, depth=drawing.below / EM)
