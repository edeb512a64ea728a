"""Files to documents: one importer per format, found by the file's suffix. Heavy libraries load on first use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Final

from publisher.document import Document
from publisher.errors import Unreadable
from publisher.importers.signatures import media_type

Importer = Callable[[bytes, str], Document]
"""Takes a file's bytes and name; gives its document, or raises Unreadable."""


def _by_name(module: str, function: str) -> Importer:
    """The importer, loaded when it is first called."""

    def run(data: bytes, name: str) -> Document:
        importer: Importer = getattr(import_module(f"publisher.importers.{module}"), function)
        return importer(data, name)

    return run


IMPORTERS: Mapping[str, Importer] = MappingProxyType(
    {
        ".txt": _by_name("text", "import_text"),
        ".md": _by_name("markdown", "import_markdown"),
        ".markdown": _by_name("markdown", "import_markdown"),
        ".html": _by_name("html", "import_html"),
        ".htm": _by_name("html", "import_html"),
        ".docx": _by_name("docx", "import_docx"),
        ".pdf": _by_name("pdf", "import_pdf"),
    }
)
"""One line per format: the suffix, and who reads it."""

_MEGABYTE: Final = 1024 * 1024
_LARGEST: Final = {".docx": 64 * _MEGABYTE}
_LARGEST_TEXT: Final = 5 * _MEGABYTE
_ZIPS: Final = frozenset({".docx"})
_REALLY: Final = {
    "application/zip": "Word（.docx）或压缩文件",
    "application/pdf": "PDF 文件",
    "application/msword": "旧版 Word（.doc）文件",
    "application/rtf": "RTF 文件",
}


def import_file(data: bytes, name: str) -> Document:
    """The document of a file, read by the importer for its suffix.

    Raises Unreadable for an unknown suffix, and for a file that is empty, too large or not what its name says.
    """
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in IMPORTERS:
        note = f"“{name}”的格式不支持。可以投放的格式：{'、'.join(IMPORTERS)}。"
        raise Unreadable(f"{name}: unknown suffix {suffix!r}", note)
    _check_size(data, name, suffix)
    _check_signature(data, name, suffix)
    try:
        return IMPORTERS[suffix](data, name)
    except RecursionError:
        raise Unreadable(f"{name}: nested too deeply", f"“{name}”里的嵌套太深，请简化后重新投放。") from None


def _check_size(data: bytes, name: str, suffix: str) -> None:
    if not data:
        raise Unreadable(f"{name}: empty", f"“{name}”是空文件，可能没有复制完，请重新投放。")
    largest = _LARGEST.get(suffix, _LARGEST_TEXT)
    if len(data) > largest:
        size, most = len(data) / _MEGABYTE, largest // _MEGABYTE
        note = (
            f"“{name}”有 {size:.1f} MB，超过了 {most} MB 的上限。请检查投放的是不是正确的文件，或压缩图片后重新投放。"
        )
        raise Unreadable(f"{name}: {len(data)} bytes, at most {largest}", note)


def _check_signature(data: bytes, name: str, suffix: str) -> None:
    found = media_type(data)
    if suffix in _ZIPS:
        if found == "application/zip":
            return
        really = _REALLY.get(found, "图片" if found.startswith("image/") else "别的内容，或者没有复制完")
    elif found in _REALLY or (found.startswith("image/") and found != "image/svg+xml"):
        really = _REALLY.get(found, "图片")
    else:
        return
    note = f"“{name}”的内容和后缀名不符，里面其实是{really}。请改用正确的后缀名，或另存为需要的格式后重新投放。"
    raise Unreadable(f"{name}: contents are {found or 'unknown'}", note)
