"""PDF files: text by where each sign stands, roles by the file's tags, figures cut out as pictures.

bytes -> sheets (pdfium) -> tables, figures, lines of each page (page) -> without running heads (running)
      -> in reading order (columns) -> paragraphs (reflow) -> blocks (story)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from publisher.document import Document, Flow, Properties
from publisher.errors import Unreadable
from publisher.importers.pdf.forms import check_forms
from publisher.importers.pdf.inflating import check_streams
from publisher.importers.pdf.legible import legible
from publisher.importers.pdf.pdfium import open_book
from publisher.importers.pdf.sheet import Sheet
from publisher.importers.pdf.story import tell
from publisher.importers.remarks import Remarks

_MADE_BY_PROGRAM: Final = re.compile(
    r"\.(?:docx?|wps|html?|txt|rtf|indd|pub|pptx?|xlsx?|pdf)$|^Microsoft|^untitled|^无标题|^文档|^幻灯片|^about:|^file:",
    re.IGNORECASE,
)
"""Titles that programs write by themselves."""
_FEWEST_A_PAGE: Final = 20
"""Letters on a page of text, on the average; a scan has none, or a stamp."""
_MOST_UNKNOWN: Final = 0.2
_SCANNED: Final = (
    "这个 PDF 是扫描件或图片（{pages} 页里只有 {letters} 个文字），读不出正文。"
    "请向供稿人要 Word 原文件；没有的话，先用文字识别（OCR）软件转成可复制文字的文件，再重新投放。"
)
_NO_CODES: Final = (
    "PDF 里 {unknown} 个字没有文字编码，复制出来是乱码，读不出正文。"
    "请改用 Word 文件，或重新导出 PDF（嵌入字体）后再投放。"
)


def import_pdf(data: bytes, name: str) -> Document:
    """What the PDF says, in whole paragraphs, its figures included; `name` is its file name.

    `Unreadable`, with a note for the editor, if it is scanned, encrypted, damaged, or hostile.
    """
    check_streams(data, name)
    check_forms(data, name)
    remarks = Remarks()
    with open_book(data) as book:
        sheets = legible(tuple(book.sheets()), remarks)
        _check_text(sheets, name)
        told = tell(sheets, book, remarks)
        title = book.info("Title").strip()
        properties = Properties("" if _MADE_BY_PROGRAM.search(title) else title)
    return Document(
        told.blocks, Flow.PARAGRAPHS, told.footnotes, told.assets, properties=properties, notes=remarks.notes()
    )


def _check_text(sheets: Sequence[Sheet], name: str) -> None:
    letters = sum(glyph.text.isalnum() for sheet in sheets for glyph in sheet.glyphs)
    unknown = sum(sheet.unknown for sheet in sheets)
    if unknown > _MOST_UNKNOWN * (letters + unknown):
        raise Unreadable(f"{name}: {unknown} signs without a code", _NO_CODES.format(unknown=unknown))
    if letters < _FEWEST_A_PAGE * len(sheets) and (letters == 0 or any(sheet.images for sheet in sheets)):
        note = _SCANNED.format(pages=len(sheets), letters=letters)
        raise Unreadable(f"{name}: {letters} letters on {len(sheets)} pages", note)
