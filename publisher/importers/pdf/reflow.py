"""Paragraphs out of printed lines, by where each line begins and ends."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from publisher.document import Align
from publisher.importers.pdf.lines import Line

_INDENT: Final = 1.2
"""Ems that a line begins to the right of the margin if it begins a paragraph."""
_ALIGNED: Final = 0.5
_DEEPEST: Final = 4.0
_ROOM: Final = 0.25
_EARLY: Final = 0.4
_SAME_SIZE: Final = 0.08
_LARGE: Final = 1.15
_GAP: Final = 1.45
_CENTRED: Final = 1.0
_FAR_RIGHT: Final = 0.35
_MARK: Final = re.compile(
    r"[◆◇■□●○▲△★☆▶►◎※❖♦▪▼◈✦•·➢✓]|[一二三四五六七八九十]{1,3}\s*[、.．]|[（(]\s*(?:[一二三四五六七八九十]{1,3}|[0-9]{1,2})\s*[)）]"
    r"|[0-9０-９]{1,2}\s*(?:[.．](?![0-9０-９])|[、)）])|[①-⑳]|[【〖][^【】]{1,30}[】〗]|[-—–=＝_*＊~～]{3,}"
)
_ALONE: Final = re.compile(
    r"(?:图表|图片|图|表格|表)\s*[0-9０-９一二三四五六七八九十]{1,3}(?:[-.－—][0-9]{1,3})?\s*[:：]|"
    r"[（(【]?(?:信息|文章|稿件|内容|资料|数据|图片)?来源\s*[:：]"
)
_SENTENCE_END: Final = re.compile(r"[。！？；…：.!?;:][”’\"'」』】〉》）)〕］\]]*$")


@dataclass(frozen=True, slots=True)
class Margins:
    """Where the lines of a column begin and end, and how far apart they are."""

    left: float
    right: float
    pitch: float = 0.0
    justified: bool = False

    @property
    def width(self) -> float:
        """The width of a full line."""
        return self.right - self.left


@dataclass(frozen=True, slots=True)
class Passage:
    """Lines of one paragraph. `breaks` are the places before which a line was ended by hand."""

    lines: tuple[Line, ...]
    align: Align = Align.START
    breaks: frozenset[int] = frozenset()


class _Joint(Enum):
    SAME = auto()
    BROKEN = auto()
    NEW = auto()


@dataclass(slots=True)
class Reflow:
    """Takes lines one by one and gives paragraphs; `body` is the size of running text."""

    body: float
    indented: bool = True
    _lines: list[Line] = field(default_factory=list)
    _margins: list[Margins] = field(default_factory=list)
    _breaks: set[int] = field(default_factory=set)

    def take(self, line: Line, margins: Margins) -> Iterator[Passage]:
        """The paragraph that ends before the line, if one does."""
        joint = self._joint(line, margins) if self._lines else _Joint.NEW
        if joint is _Joint.NEW:
            yield from self.close()
        elif joint is _Joint.BROKEN:
            self._breaks.add(len(self._lines))
        self._lines.append(line)
        self._margins.append(margins)

    def close(self) -> Iterator[Passage]:
        """The open paragraph, if there is one."""
        if self._lines:
            align = _alignment(self._lines, self._margins)
            yield Passage(tuple(self._lines), align, frozenset(self._breaks))
        self._lines, self._margins, self._breaks = [], [], set()

    @property
    def is_open(self) -> bool:
        """Whether a paragraph is open."""
        return bool(self._lines)

    @property
    def is_open_inside(self) -> bool:
        """Whether the open paragraph is cut in the middle of a sentence."""
        return bool(self._lines) and not _SENTENCE_END.search(self._lines[-1].text) and self._fills()

    def _fills(self) -> bool:
        last, margins = self._lines[-1], self._margins[-1]
        return margins.right - last.x1 < _INDENT * last.look.size

    def _joint(self, line: Line, margins: Margins) -> _Joint:
        before, frame = self._lines[-1], self._margins[-1]
        if not _alike(before, line) or _is_apart(before, line, margins) or _begins_alone(line):
            return _Joint.NEW
        full = is_full(before, line, frame) and not self._ends_early(before, frame)
        if is_centred(line, margins) and (is_centred(before, frame) or full):
            return self._joint_of_centred(line, margins, full=full)
        if not full or self._is_indented(line, margins) or _stands_right(before, frame):
            return _Joint.NEW
        return _Joint.NEW if self._begins_anew(before, line) else _Joint.SAME

    def _ends_early(self, line: Line, margins: Margins) -> bool:
        """Whether a sentence ends a little before the margin to which all other lines are stretched. Where indents
        tell paragraphs, they tell better.
        """
        room = margins.right - line.x1
        stretched = margins.justified and not self.indented and room > _EARLY * line.look.size
        return stretched and _SENTENCE_END.search(line.text) is not None

    def _joint_of_centred(self, line: Line, margins: Margins, *, full: bool) -> _Joint:
        before = self._lines[-1]
        if full:
            return _Joint.SAME
        large = line.look.size >= _LARGE * self.body
        too_long = before.area.width + line.area.width > margins.width
        return _Joint.BROKEN if large and too_long else _Joint.NEW

    def _is_indented(self, line: Line, margins: Margins) -> bool:
        """Whether a line begins elsewhere than the lines of the open paragraph do."""
        em, start = line.look.size, line.x0 - margins.left
        if len(self._lines) > 1:
            usual = max(0.0, self._lines[1].x0 - self._margins[1].left)
            return start > usual + _INDENT * em or start < usual - _INDENT * em
        hanging = _MARK.match(self._lines[0].text) and _ALIGNED * em < line.x0 - self._lines[0].x0 < _DEEPEST * em
        return start > _INDENT * em and not hanging

    def _begins_anew(self, before: Line, line: Line) -> bool:
        """Whether a line at the margin opens a paragraph: by its number, or after a sentence where none is indented."""
        ended = _SENTENCE_END.search(before.text) is not None
        if _MARK.match(line.text):
            return ended or _MARK.match(self._lines[0].text) is not None
        return ended and not self.indented and before.page != line.page


def is_full(line: Line, after: Line, margins: Margins) -> bool:
    """Whether a line ends because the first word of the next one did not fit."""
    return margins.right - line.x1 < after.first_word + _ROOM * line.look.size


def is_centred(line: Line, margins: Margins) -> bool:
    """Whether a line stands in the middle of its column."""
    left, right = line.x0 - margins.left, margins.right - line.x1
    return left > _CENTRED * line.look.size and abs(left - right) < max(_CENTRED * line.look.size, 0.04 * margins.width)


def _stands_right(line: Line, margins: Margins) -> bool:
    return line.x0 - margins.left > _FAR_RIGHT * margins.width


def _alike(before: Line, line: Line) -> bool:
    larger = max(before.look.size, line.look.size)
    if abs(before.look.size - line.look.size) > _SAME_SIZE * larger:
        return False
    heading = (before.look.role, line.look.role)
    if heading[0] != heading[1] and any(role.startswith("H") for role in heading):
        return False
    return before.bold == line.bold or _begins_bold(before, line)


def _begins_bold(before: Line, line: Line) -> bool:
    """Whether only the end of a line, and the beginning of the next, are bold, or the other way round."""
    last, first = before.glyphs[-1].look.bold, line.glyphs[0].look.bold
    return last == first


def _is_apart(before: Line, line: Line, margins: Margins) -> bool:
    """Whether more white than usual parts two lines of one column."""
    if before.page != line.page or line.y <= before.y or not margins.pitch:
        return False
    usual = max(margins.pitch, 1.2 * line.look.size) if line.look.size <= margins.pitch else 1.6 * line.look.size
    return line.y - before.y > _GAP * usual


def _begins_alone(line: Line) -> bool:
    ornament = line.text[0] in "◆◇■□●○▲△★☆▶►◎※❖♦▪▼◈✦"
    return ornament or _ALONE.match(line.text) is not None


def _alignment(lines: Sequence[Line], margins: Sequence[Margins]) -> Align:
    pairs = list(zip(lines, margins, strict=True))
    last, frame = pairs[-1]
    if is_centred(last, frame) and all(is_centred(line, around) or len(pairs) > 1 for line, around in pairs):
        return Align.CENTER
    right = frame.right - last.x1 < _CENTRED * last.look.size
    return Align.RIGHT if len(pairs) == 1 and right and _stands_right(last, frame) else Align.START
