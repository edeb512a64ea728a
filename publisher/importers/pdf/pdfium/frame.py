"""Where a reader sees the places of a page, whose own box may begin anywhere and be turned."""

from __future__ import annotations

from typing import Any

import pypdfium2.raw as pdfium

from publisher.importers.pdf.sheet import Area


class Frame:
    """A page's box and how it is turned: from its own coordinates to those of a reader."""

    def __init__(self, page: Any) -> None:
        box = pdfium.FS_RECTF()
        pdfium.FPDF_GetPageBoundingBox(page, box)
        self.turns = pdfium.FPDFPage_GetRotation(page) % 4
        self._left, self._top, self._right, self._bottom = box.left, box.top, box.right, box.bottom
        self.width, self.height = pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page)

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Where a reader sees a point of the page."""
        match self.turns:
            case 1:
                return y - self._bottom, x - self._left
            case 2:
                return self._right - x, y - self._bottom
            case 3:
                return self._top - y, self._right - x
            case _:
                return x - self._left, self._top - y

    def area(self, left: float, bottom: float, right: float, top: float) -> Area:
        """Where a reader sees a rectangle of the page."""
        (x0, y0), (x1, y1) = self.point(left, bottom), self.point(right, top)
        return Area(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def utf16(raw: bytes) -> str:
    """A text as PDFium gives it, up to its end."""
    return raw.decode("utf-16-le", "replace").split("\0", 1)[0]
