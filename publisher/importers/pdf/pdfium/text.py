"""The signs of a page, each with its place and its look."""

from __future__ import annotations

import ctypes
import math
import re
from typing import Any, Final

import pypdfium2.raw as pdfium

from publisher.importers.pdf.pdfium.frame import Frame
from publisher.importers.pdf.pdfium.tags import read_roles
from publisher.importers.pdf.sheet import Glyph, Look
from publisher.importers.pdf.signs import spelled, width_in_ems

_MOST_MARKS: Final = 8
_ARTIFACT: Final = "Artifact\0".encode("utf-16-le")
_BOLD: Final = re.compile(r"bold|black|heavy|demi|-bd", re.IGNORECASE)
_ITALIC: Final = re.compile(r"italic|oblique", re.IGNORECASE)
_FORCED_BOLD: Final = 1 << 18
_STROKED: Final = (2, 6)
_INVISIBLE: Final = (3, 7)
_DARK: Final = 0x40
_LIGHT: Final = 0xF0
"""White text stands on a colour that the page of an article does not have."""
_SLANT: Final = 0.1
"""Radians; text that leans more than this is a watermark, or stands on its side."""


class Pen:
    """Reads the glyphs of one page; what they have in common by text object is asked for once."""

    def __init__(self, page: Any, text: Any, frame: Frame) -> None:
        self._text = text
        self._frame = frame
        self._roles = read_roles(page)
        self._looks: dict[int, Look] = {}
        self._known: dict[Look, Look] = {}
        self._fonts: dict[int, tuple[bool, bool]] = {}
        self._x, self._y = ctypes.c_double(), ctypes.c_double()
        self._box, self._matrix = pdfium.FS_RECTF(), pdfium.FS_MATRIX()
        self._parts = [ctypes.c_uint() for _ in range(4)]

    def glyphs(self, count: int) -> tuple[tuple[Glyph, ...], int]:
        """All signs that are written, and the number of those that no one can read."""
        found: list[Glyph] = []
        unknown = 0
        for place in range(count):
            if pdfium.FPDFText_IsGenerated(self._text, place) == 1:
                continue
            text = spelled(pdfium.FPDFText_GetUnicode(self._text, place))
            unknown += text == "\0"
            if text and text != "\0":
                found.append(self._glyph(place, text))
        return tuple(found), unknown

    def _glyph(self, place: int, text: str) -> Glyph:
        pdfium.FPDFText_GetCharOrigin(self._text, place, self._x, self._y)
        pdfium.FPDFText_GetLooseCharBox(self._text, place, self._box)
        look = self._look(place)
        x, y = self._frame.point(self._x.value, self._y.value)
        if self._frame.turns:
            area = self._frame.area(self._box.left, self._box.bottom, self._box.right, self._box.top)
            end = area.right
        else:
            end = x + self._box.right - self._x.value
        return Glyph(text, x, max(end, x + width_in_ems(text) * look.size), y, look)

    def _look(self, place: int) -> Look:
        run = pdfium.FPDFText_GetTextObject(self._text, place)
        key = ctypes.addressof(run.contents) if run else 0
        if key not in self._looks:
            look = self._ask(place, run)
            self._looks[key] = self._known.setdefault(look, look)
        return self._looks[key]

    def _ask(self, place: int, run: Any) -> Look:
        matrix = self._matrix
        pdfium.FPDFText_GetMatrix(self._text, place, matrix)
        angle = math.atan2(matrix.b, matrix.a) - self._frame.turns * math.pi / 2
        mode = pdfium.FPDFTextObj_GetTextRenderMode(run) if run else 0
        bold, italic = self._font(place, run)
        size = pdfium.FPDFText_GetFontSize(self._text, place) * math.hypot(matrix.c, matrix.d)
        tagged = run and self._roles
        return Look(
            round(min(max(size, 0.1), 2_000), 1),
            bold=bold or mode in _STROKED,
            italic=italic,
            color=self._color(place),
            role=self._roles.get(pdfium.FPDFPageObj_GetMarkedContentID(run), "") if tagged else "",
            artifact=bool(tagged) and _is_artifact(run),
            slanted=abs(math.remainder(angle, 2 * math.pi)) > _SLANT,
            hidden=mode in _INVISIBLE,
        )

    def _font(self, place: int, run: Any) -> tuple[bool, bool]:
        """Whether the font is bold, and whether it is italic: so its name says, or its description."""
        font = pdfium.FPDFTextObj_GetFont(run) if run else None
        key = ctypes.addressof(font.contents) if font else 0
        if key not in self._fonts:
            buffer, flags = ctypes.create_string_buffer(256), ctypes.c_int()
            pdfium.FPDFText_GetFontInfo(self._text, place, buffer, len(buffer), flags)
            name = buffer.value.decode("utf-8", "replace")
            bold = bool(_BOLD.search(name)) or bool(flags.value & _FORCED_BOLD)
            self._fonts[key] = bold, bool(_ITALIC.search(name))
        return self._fonts[key]

    def _color(self, place: int) -> str:
        pdfium.FPDFText_GetFillColor(self._text, place, *self._parts)
        red, green, blue = (part.value & 0xFF for part in self._parts[:3])
        white = min(red, green, blue) > _LIGHT
        return "" if white or max(red, green, blue) < _DARK else f"#{red:02x}{green:02x}{blue:02x}"


def _is_artifact(run: Any) -> bool:
    """Whether the file itself says that a text is none of the document: a running head, a page number."""
    count = pdfium.FPDFPageObj_CountMarks(run)
    marks = (_mark(pdfium.FPDFPageObj_GetMark(run, number)) for number in range(min(count, _MOST_MARKS)))
    return any(mark.startswith(_ARTIFACT) for mark in marks)


def _mark(mark: Any) -> bytes:
    buffer, size = ctypes.create_string_buffer(64), ctypes.c_ulong()
    words = ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort))
    return buffer.raw if pdfium.FPDFPageObjMark_GetName(mark, words, len(buffer), size) else b""
