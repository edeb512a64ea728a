"""The files that the fuzz tests spoil: what the other tests' builders and the corpus folders hold, by format."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from tests.builders import make_edition
from tests.corpus.docx import ITEMS
from tests.docx_files import cell, p, picture, row, table, text_box, word_file
from tests.manuscripts import edition_manuscript
from tests.ole_files import old_word, ole_file
from tests.pdf_files import column, print_by_office, written_pdf
from tests.sample_files import word_with_styles
from tests.world import picture as picture_of

_CORPUS = Path(__file__).parent / "corpus"
_MARKDOWN = """---
title: 题
---
# 题

正文**加粗**。[^1]

| 甲 | 乙 |
|---|---|
| 1 | 2 |

[^1]: 注。

1. 一
   - 二
"""
_HTML = (
    "<html><head><meta charset=gb2312><title>题</title></head><body><h1>题</h1>"
    "<table><tr><td rowspan=2>甲<td>乙<tr><td>丙</table><ul><li>一<ol><li>二</ol></ul>"
    "<p>正文<b>粗</b><img src='data:image/png;base64,AAAA'></body></html>"
)
_TEXT = """简讯
2025 第〔3〕期（总第 41 期）
◆ 动态
1. 春茶开采顺利进行

春茶开采顺利进行

三月上旬，春茶开采。
甲\t乙
一\t二
"""


def _folder(*names: str) -> dict[str, bytes]:
    found = (
        path
        for name in names
        for path in sorted((_CORPUS / name).glob("*"))
        if path.is_file() and not path.name.startswith(".")
    )
    return {path.name: path.read_bytes() for path in found}


def _text() -> dict[str, bytes]:
    return {"a.txt": _TEXT.encode("gb18030"), "b.txt": _TEXT.encode("utf-16"), **_folder("text")}


def _markdown() -> dict[str, bytes]:
    return {"a.md": _MARKDOWN.encode(), **_folder("markdown")}


def _html() -> dict[str, bytes]:
    return {"a.html": _HTML.encode("gb18030"), **_folder("html")}


def _docx() -> dict[str, bytes]:
    body = (
        p("题", "1") + p("正文。") + table(row(cell(p("甲")), cell(p("乙")))) + p(inside=picture() + text_box(p("框")))
    )
    return {"a.docx": word_file(body), **{f"{name}.docx": make() for name, make in ITEMS.items()}}


def _pdf() -> dict[str, bytes]:
    """A page written by hand, and a whole issue as LibreOffice prints it: with tags, fonts, a table and a picture."""
    word = word_with_styles(edition_manuscript(make_edition((1, 2))))
    printed = print_by_office({"b.docx": word}, UseTaggedPDF=True)["b.docx"]
    return {"a.pdf": written_pdf([column(_TEXT.splitlines())] * 2), "b.pdf": printed}


def _office() -> dict[str, bytes]:
    return {"a.doc": old_word(), "b.wps": ole_file({"CONTENTS": b"x"}), "c.rtf": b"{\\rtf1\\ansi hello}"}


def _pictures() -> dict[str, bytes]:
    """A text and a picture in a zip, so that the picture is spoilt more often than not."""
    kinds = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "AVIF")
    return {f"{kind}.zip": _zip({"a.md": b"![](a.png)", "a.png": picture_of(kind, (60, 40))}) for kind in kinds}


def _zips() -> dict[str, bytes]:
    return {"a.zip": _zip({"刊/a.md": _MARKDOWN.encode(), "刊/a.md.meta.yaml": "title: 题\nsend: draft".encode()})}


def _zip(files: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


_BUILDERS: Mapping[str, Callable[[], dict[str, bytes]]] = {
    "text": _text,
    "markdown": _markdown,
    "html": _html,
    "docx": _docx,
    "pdf": _pdf,
    "office": _office,
    "pictures": _pictures,
    "zip": _zips,
}
FAMILIES = tuple(_BUILDERS)


@cache
def files_of(family: str) -> Mapping[str, bytes]:
    """The files of a family by name; built once."""
    return _BUILDERS[family]()
