"""What the tags of a PDF call each piece of a page's text."""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass, field
from typing import Any, Final

import pypdfium2.raw as pdfium

from publisher.importers.pdf.pdfium.frame import utf16

_MOST_TAGS: Final = 20_000
_DEEPEST: Final = 30
_TELLING: Final = re.compile(r"H[1-6]?|Title|T[HD]|P|Caption|Note|LI|TOCI")


def read_roles(page: Any) -> dict[int, str]:
    """What the tags of a page call each piece of its text, by the piece's number."""
    tree = pdfium.FPDF_StructTree_GetForPage(page)
    if not tree:
        return {}
    try:
        walk = _Tags()
        for number in range(max(0, pdfium.FPDF_StructTree_CountChildren(tree))):
            walk.read(pdfium.FPDF_StructTree_GetChildAtIndex(tree, number), "", 0)
        return walk.roles
    finally:
        pdfium.FPDF_StructTree_Close(tree)


@dataclass(slots=True)
class _Tags:
    roles: dict[int, str] = field(default_factory=dict)
    left: int = _MOST_TAGS

    def read(self, element: Any, role: str, depth: int) -> None:
        """Notes the role of an element's text: its own tag if that says something, else that of the one around it."""
        self.left -= 1
        if not element or depth > _DEEPEST or self.left < 0:
            return
        buffer = (ctypes.c_ushort * 32)()
        pdfium.FPDF_StructElement_GetType(element, buffer, ctypes.sizeof(buffer))
        tag = utf16(bytes(buffer))
        telling = _TELLING.fullmatch(tag) is not None and not (tag == "P" and role)
        role = tag if telling else role
        for place in range(max(0, pdfium.FPDF_StructElement_GetMarkedContentIdCount(element))):
            self.roles[pdfium.FPDF_StructElement_GetMarkedContentIdAtIndex(element, place)] = role
        for place in range(max(0, pdfium.FPDF_StructElement_CountChildren(element))):
            self.read(pdfium.FPDF_StructElement_GetChildAtIndex(element, place), role, depth + 1)
