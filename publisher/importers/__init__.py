"""Files to documents: one importer per format, found by the file's suffix. Heavy libraries load on first use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from posixpath import splitext
from types import MappingProxyType
from typing import Final

from publisher.document import Document
from publisher.errors import Unreadable
from publisher.importers.office import SUFFIXES, suffix_of_office
from publisher.importers.signatures import MSWORD, ODT, media_type

Importer = Callable[[bytes, str], Document]
"""Takes a file's bytes and name; gives its document, or raises Unreadable."""

_MEGABYTE: Final = 1024 * 1024


def _by_name(module: str, function: str) -> Importer:
    """The importer, loaded when it is first called."""

    def run(data: bytes, name: str) -> Document:
        importer: Importer = getattr(import_module(f"publisher.importers.{module}"), function)
        return importer(data, name)

    return run


@dataclass(frozen=True, slots=True)
class Format:
    """How files of one suffix are read: by whom, up to which size in bytes, and what their first bytes must show
    ("": no other format's mark). `converted`: LibreOffice makes a .docx of it first.
    """

    read: Importer
    largest: int = 5 * _MEGABYTE
    kind: str = ""
    converted: bool = False


_DOCX: Final = _by_name("docx", "import_docx")
_LARGE: Final = 64 * _MEGABYTE

IMPORTERS: Mapping[str, Format] = MappingProxyType(
    {
        ".txt": Format(_by_name("text", "import_text")),
        ".md": Format(_by_name("markdown", "import_markdown")),
        ".markdown": Format(_by_name("markdown", "import_markdown")),
        ".html": Format(_by_name("html", "import_html")),
        ".htm": Format(_by_name("html", "import_html")),
        ".docx": Format(_DOCX, _LARGE, "application/zip"),
        ".doc": Format(_DOCX, _LARGE, MSWORD, converted=True),
        ".wps": Format(_DOCX, _LARGE, MSWORD, converted=True),
        ".odt": Format(_DOCX, _LARGE, ODT, converted=True),
        ".pdf": Format(_by_name("pdf", "import_pdf"), _LARGE, "application/pdf"),
        ".rtf": Format(_DOCX, _LARGE, "application/rtf", converted=True),
    }
)
"""One line per format: the suffix, and how it is read."""

_OFFICE: Final = frozenset({*SUFFIXES.values(), ".wps"})
_REALLY: Final = {
    "application/zip": "Word（.docx）或压缩文件",
    "application/pdf": "PDF 文件",
    MSWORD: "旧版 Word（.doc）文件",
    ODT: "OpenDocument（.odt）文件",
    "application/rtf": "RTF 文件",
}


def import_file(data: bytes, name: str) -> Document:
    """The document of a file, read by the importer for its contents' suffix; in place of what LibreOffice must
    convert stands the .docx that it made.

    Raises Unreadable for an unknown suffix, and for a file that is empty, too large or not what its name says.
    """
    try:
        return IMPORTERS[suffix_of(data, name)].read(data, name)
    except RecursionError:
        raise Unreadable(f"{name}: nested too deeply", f"“{name}”里的嵌套太深，请简化后重新投放。") from None


def suffix_of(data: bytes, name: str) -> str:
    """The suffix that a file deserves: its own, or, among those of word processors, the one of its contents.

    Raises Unreadable for an unknown suffix, and for a file that is empty, too large or not what its name says.
    """
    suffix = splitext(name)[1].lower()
    if suffix not in IMPORTERS:
        note = f"“{name}”的格式不支持。可以投放的格式：{'、'.join(IMPORTERS)}。"
        raise Unreadable(f"{name}: unknown suffix {suffix!r}", note)
    _check_size(data, name, suffix)
    if suffix in _OFFICE:
        suffix = suffix_of_office(data, name, suffix)
        _check_size(data, name, suffix)
    _check_kind(name, suffix, media_type(data))
    return suffix


def _check_size(data: bytes, name: str, suffix: str) -> None:
    if not data:
        raise Unreadable(f"{name}: empty", f"“{name}”是空文件，可能没有复制完，请重新投放。")
    largest = IMPORTERS[suffix].largest
    if len(data) > largest:
        size, most = len(data) / _MEGABYTE, largest // _MEGABYTE
        note = (
            f"“{name}”有 {size:.1f} MB，超过了 {most} MB 的上限。请检查投放的是不是正确的文件，或压缩图片后重新投放。"
        )
        raise Unreadable(f"{name}: {len(data)} bytes, at most {largest}", note)


def _check_kind(name: str, suffix: str, found: str) -> None:
    wanted = IMPORTERS[suffix].kind
    foreign = found in _REALLY or (found.startswith("image/") and found != "image/svg+xml")
    if found == wanted or (not wanted and not foreign):
        return
    otherwise = "图片" if found.startswith("image/") else "别的内容，或者没有复制完"
    really = _REALLY.get(found, otherwise)
    note = f"“{name}”的内容和后缀名不符，里面其实是{really}。请改用正确的后缀名，或另存为需要的格式后重新投放。"
    raise Unreadable(f"{name}: contents are {found or 'unknown'}", note)
