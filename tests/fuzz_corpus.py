"""The files that the fuzz tests spoil: what the other tests' builders and the corpus folders hold, by format."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from tests.docx_files import cell, p, picture, row, table, text_box, word_file
from tests.ole_files import old_word, ole_file
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
    return {"a.docx": word_file(body)}


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
    "office": _office,
    "pictures": _pictures,
    "zip": _zips,
}
FAMILIES = tuple(_BUILDERS)


@cache
def files_of(family: str) -> Mapping[str, bytes]:
    """The files of a family by name; built once."""
    return _BUILDERS[family]()
