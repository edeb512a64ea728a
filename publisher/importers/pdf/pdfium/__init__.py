"""The one place that speaks to PDFium: bytes to sheets, and a part of a page to a picture.

PDFium is a library for C: it raises nothing, gives 0 for failure, and keeps what it is given as long as it is open.
"""

from __future__ import annotations

import ctypes
import io
import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pypdfium2.raw as pdfium

from publisher.errors import Unreadable
from publisher.importers.pdf.pdfium.drawings import find_drawings
from publisher.importers.pdf.pdfium.frame import Frame, utf16
from publisher.importers.pdf.pdfium.text import Pen
from publisher.importers.pdf.sheet import Area, Sheet

MOST_PAGES: Final = 300
MOST_ON_PAGE: Final = 50_000
MOST_CHARACTERS: Final = 200_000
_MOST_LINKS: Final = 2_000
_LONGEST_ADDRESS: Final = 4_096
_BLANKS: Final = {"Skia": 0.17, "LibreOffice": 0.236}
_ENCRYPTED: Final = "PDF 设了打开密码，读不出来。请去掉密码（另存为不加密的 PDF），或改用 Word 文件，再重新投放。"
_DAMAGED: Final = "PDF 文件已损坏或没有传完，读不出来。请重新导出 PDF，或改用 Word 文件，再重新投放。"
_TOO_MUCH: Final = "PDF 太大（{what}），请检查投放的是不是正确的文件，或拆成几份后重新投放。"


@contextmanager
def open_book(data: bytes) -> Iterator[Book]:
    """The pages of a PDF while it is open. Raises Unreadable where it is damaged, encrypted or too long."""
    pdfium.FPDF_InitLibrary()
    document = pdfium.FPDF_LoadMemDocument64(data, len(data), None)
    if not document:
        encrypted = pdfium.FPDF_GetLastError() in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY)
        raise Unreadable("PDFium cannot open it", _ENCRYPTED if encrypted else _DAMAGED)
    try:
        count = pdfium.FPDF_GetPageCount(document)
        if count < 1:
            raise Unreadable("no pages", _DAMAGED)
        if count > MOST_PAGES:
            raise Unreadable(f"{count} pages", _TOO_MUCH.format(what=f"{count} 页，最多 {MOST_PAGES} 页"))
        yield Book(document, count)
    finally:
        pdfium.FPDF_CloseDocument(document)


class Book:
    """An open PDF."""

    def __init__(self, document: Any, count: int) -> None:
        self._document = document
        self._left = MOST_CHARACTERS
        self.count = count

    def sheets(self) -> Iterator[Sheet]:
        """Its pages in order. Raises Unreadable where one is damaged, or has more text than a newsletter."""
        for number in range(1, self.count + 1):
            with self._page(number) as page:
                yield self._sheet(page, number)

    def cut_out(self, number: int, area: Area, pixels: int) -> bytes:
        """That part of a page as a PNG, so many pixels wide."""
        with self._page(number) as page:
            return _render(page, area, pixels)

    def info(self, key: str) -> str:
        """An entry of the document's properties: Title, Author, Subject."""
        size = pdfium.FPDF_GetMetaText(self._document, key.encode(), None, 0)
        buffer = ctypes.create_string_buffer(max(2, min(size, _LONGEST_ADDRESS)))
        pdfium.FPDF_GetMetaText(self._document, key.encode(), buffer, len(buffer))
        return utf16(buffer.raw)

    @property
    def blank(self) -> float:
        """The ems from which on a gap beside Chinese is a blank that was typed, inf if the file has those blanks: some
        programs print nothing there, and LibreOffice parts Chinese from Latin by a fifth of an em by itself.
        """
        producer = self.info("Producer")
        return next((gap for name, gap in _BLANKS.items() if name in producer), math.inf)

    @contextmanager
    def _page(self, number: int) -> Iterator[Any]:
        page = pdfium.FPDF_LoadPage(self._document, number - 1)
        if not page:
            raise Unreadable(f"page {number} cannot be loaded", _DAMAGED)
        try:
            yield page
        finally:
            pdfium.FPDF_ClosePage(page)

    def _sheet(self, page: Any, number: int) -> Sheet:
        text = pdfium.FPDFText_LoadPage(page)
        if not text:
            raise Unreadable(f"text of page {number} cannot be loaded", _DAMAGED)
        try:
            count = max(0, pdfium.FPDFText_CountChars(text))
            self._left -= count
            if count > MOST_ON_PAGE or self._left < 0:
                raise Unreadable(
                    f"page {number}: {count} characters", _TOO_MUCH.format(what=f"第 {number} 页起字数过多")
                )
            frame = Frame(page)
            drawn = find_drawings(page, frame)
            glyphs, unknown = Pen(page, text, frame).glyphs(count)
            links = tuple(_links(self._document, page, frame))
            return Sheet(
                number, frame.width, frame.height, glyphs, tuple(drawn.strokes), tuple(drawn.shapes),
                tuple(drawn.images), links, unknown, drawn.left < 0,
            )  # fmt: skip
        finally:
            pdfium.FPDFText_ClosePage(text)


def _links(document: Any, page: Any, frame: Frame) -> Iterator[tuple[Area, str]]:
    """The addresses that places of a page link to."""
    position, link, box = ctypes.c_int(), pdfium.FPDF_LINK(), pdfium.FS_RECTF()
    for _ in range(_MOST_LINKS):
        if not pdfium.FPDFLink_Enumerate(page, position, link):
            return
        action = pdfium.FPDFLink_GetAction(link)
        if not action or pdfium.FPDFAction_GetType(action) == pdfium.PDFACTION_GOTO:
            continue
        buffer = ctypes.create_string_buffer(_LONGEST_ADDRESS)
        size = pdfium.FPDFAction_GetURIPath(document, action, buffer, len(buffer))
        if 1 < size <= len(buffer) and pdfium.FPDFLink_GetAnnotRect(link, box):
            area = frame.area(box.left, box.bottom, box.right, box.top)
            yield area, buffer.raw[: size - 1].decode("utf-8", "replace")


def _render(page: Any, area: Area, pixels: int) -> bytes:
    from PIL import Image

    scale = pixels / area.width
    high = max(1, min(round(area.height * scale), 4 * pixels))
    bitmap = pdfium.FPDFBitmap_Create(pixels, high, 0)
    if not bitmap:
        raise Unreadable("no memory for a picture", _TOO_MUCH.format(what="图片太大"))
    try:
        pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, pixels, high, 0xFFFFFFFF)
        width, height = pdfium.FPDF_GetPageWidthF(page) * scale, pdfium.FPDF_GetPageHeightF(page) * scale
        start = round(-area.left * scale), round(-area.top * scale)
        pdfium.FPDF_RenderPageBitmap(bitmap, page, *start, round(width), round(height), 0, pdfium.FPDF_ANNOT)
        stride = pdfium.FPDFBitmap_GetStride(bitmap)
        raw = ctypes.string_at(pdfium.FPDFBitmap_GetBuffer(bitmap), stride * high)
    finally:
        pdfium.FPDFBitmap_Destroy(bitmap)
    stream = io.BytesIO()
    Image.frombuffer("RGB", (pixels, high), raw, "raw", "BGRX", stride, 1).save(stream, "PNG")
    return stream.getvalue()
