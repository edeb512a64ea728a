"""The zip around a Word file: what may be opened at all, its parts, and who refers to whom.

Everything that could make a parser run away is refused here, before any parser sees it: the numbers
are far beyond any newsletter, and within one second and some hundred megabytes of work.
"""

from __future__ import annotations

import io
import posixpath
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from lxml import etree
from lxml.etree import _Element as Element

from publisher.errors import Unreadable
from publisher.importers.docx.names import EMPTY, each, qualified

MOST_ENTRIES: Final = 4_000
MOST_BYTES: Final = 256 * 2**20
MOST_XML_BYTES: Final = 64 * 2**20
MOST_TAGS: Final = 400_000
MOST_PARAGRAPHS: Final = 15_000
MOST_CELLS: Final = 15_000
MOST_RUNS: Final = 50_000

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BAD_ZIP: Final = (BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError, OSError, KeyError)
# Strict OOXML has other addresses for the same names. Only declarations are changed, never text.
_STRICT: Final = re.compile(rb"""(xmlns(?::[\w.-]+)?\s*=\s*["'])http://purl\.oclc\.org/ooxml/(\w+)/(\w+)""")
_TRANSITIONAL: Final = rb"\1http://schemas.openxmlformats.org/\2/2006/\3"
_DOCTYPES: Final = tuple("<!DOCTYPE".encode(charset) for charset in ("utf-8", "utf-16-le", "utf-16-be"))


@dataclass(frozen=True, slots=True)
class Relation:
    """One part's reference to another part, or (`external`) to an address. `kind` is "image", "hyperlink" …"""

    kind: str = ""
    target: str = ""
    external: bool = False


class Package:
    """An opened Word file. Parts are named as in the zip, without a leading slash."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        # Some programs write backslashes, or other letter case than in their own references.
        self._entries = {info.filename.replace("\\", "/").lower(): info for info in archive.infolist()}
        self._budget = MOST_BYTES
        self._relations: dict[str, Mapping[str, Relation]] = {}
        self.main = self._find_main()

    def read(self, part: str, limit: int = MOST_BYTES) -> bytes:
        """The bytes of a part; `Unreadable` if it is missing, damaged or larger than the limit."""
        entry = self._entries.get(part.lower()) or self._entries.get(unquote(part).lower())
        if entry is None:
            raise Unreadable(f"no part {part!r} in the package", f"文件里缺少 {part}，请在 Word 里重新保存。")
        data = self._inflate(entry, min(limit, self._budget))
        self._budget -= len(data)
        return data

    def has(self, part: str) -> bool:
        """Whether there is such a part."""
        return part.lower() in self._entries or unquote(part).lower() in self._entries

    def tree(self, part: str) -> Element:
        """The root element of an XML part, or `EMPTY` where there is no such part."""
        return parse(self.read(part, MOST_XML_BYTES), part) if self.has(part) else EMPTY

    def relations(self, part: str) -> Mapping[str, Relation]:
        """The references that a part makes, by their id; "" is the package itself."""
        if part not in self._relations:
            folder, name = posixpath.split(part)
            found = each(self.tree(posixpath.join(folder, "_rels", name + ".rels")), "rel:Relationship")
            self._relations[part] = {str(item.get("Id", "")): _read_relation(item, folder) for item in found}
        return self._relations[part]

    def related(self, kind: str) -> str:
        """The part of that kind which the main part refers to ("styles"), or ""."""
        found = (relation.target for relation in self.relations(self.main).values() if relation.kind == kind)
        return next(found, "")

    def has_macros(self) -> bool:
        """Whether the file carries a VBA project."""
        return any(name.endswith("vbaproject.bin") for name in self._entries)

    def _find_main(self) -> str:
        kinds = {relation.kind: relation.target for relation in self.relations("").values()}
        main = kinds.get("officeDocument", "word/document.xml")
        if not self.has(main):
            raise Unreadable(f"no main part {main!r}", "文件里没有正文，不是 Word 文档。请在 Word 里另存为 .docx。")
        return main

    def _inflate(self, entry: ZipInfo, limit: int) -> bytes:
        try:
            with self._archive.open(entry) as stream:
                data = stream.read(limit + 1)  # the declared size may lie
        except _BAD_ZIP as fault:
            detail = f"part {entry.filename!r} is damaged: {type(fault).__name__}"
            raise Unreadable(detail, "文件已损坏，或没有复制完整，请重新复制。") from fault
        if len(data) > limit:
            raise _too_large(f"part {entry.filename!r} is over {limit} bytes")
        return data


def open_package(data: bytes) -> Package:
    """The package in `data`; `Unreadable` says what it is instead, or what is wrong."""
    if data.startswith(_OLE):
        raise Unreadable("an OLE file: .doc or encrypted", "这是旧版 .doc 或加密文件，请另存为 .docx（不加密码）。")
    if not data:
        raise Unreadable("the file is empty", "文件是空的，请重新复制。")
    if not data.startswith(b"PK"):
        raise Unreadable("not a zip file", "这不是 .docx 文件，请在 Word 里另存为 .docx。")
    try:
        archive = ZipFile(io.BytesIO(data))
    except _BAD_ZIP as fault:
        raise Unreadable(f"truncated or damaged zip: {fault}", "文件没有复制完整，请重新复制。") from fault
    _check_entries(archive.infolist())
    return Package(archive)


def parse(data: bytes, part: str) -> Element:
    """The root of an XML part without entities, DTD or network; `Unreadable` if it is not well-formed."""
    if any(word in data for word in _DOCTYPES):
        raise _hostile(f"{part} has a DOCTYPE")
    if data.count(b"<") > 2 * MOST_TAGS:
        raise _too_large(f"{part} has too many tags")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(_STRICT.sub(_TRANSITIONAL, data), parser)
    except (etree.XMLSyntaxError, ValueError) as fault:
        raise Unreadable(f"{part}: {fault}", f"文件已损坏（{part}），请在 Word 里重新保存。") from fault
    if root.getroottree().docinfo.internalDTD is not None:  # in an encoding that hid it from the search above
        raise _hostile(f"{part} has a DOCTYPE")
    return root


def check_size(root: Element) -> None:
    """Refuses (`Unreadable`) a text of more paragraphs, cells or runs than any newsletter has."""
    _check_count(root, "w:p", MOST_PARAGRAPHS, "段落")
    _check_count(root, "w:tc", MOST_CELLS, "表格单元格")
    _check_count(root, "w:tr", MOST_CELLS, "表格行")
    _check_count(root, "w:r", MOST_RUNS, "格式片段")


def _check_count(root: Element, name: str, most: int, word: str) -> None:
    if sum(1 for _ in root.iter(qualified(name))) > most:
        note = f"文件太大：{word}超过 {most} 个，请拆成几个文件。"
        raise Unreadable(f"more than {most} of {name}", note)


def _check_entries(entries: list[ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES:
        raise _too_large(f"{len(entries)} entries in the zip")
    if sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise _too_large("declared size over the limit")
    if any(entry.flag_bits & 1 or entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for entry in entries):
        raise Unreadable("encrypted or oddly compressed zip", "文件加了密码或压缩方式特殊，请在 Word 里另存为 .docx。")


def _read_relation(relation: Element, folder: str) -> Relation:
    kind = str(relation.get("Type", "")).rpartition("/")[2]
    target = str(relation.get("Target", ""))
    if relation.get("TargetMode") == "External":
        return Relation(kind, target, external=True)
    # A target is relative to the part's folder, or absolute in the package; it never leaves the zip.
    return Relation(kind, posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/"))


def _too_large(detail: str) -> Unreadable:
    return Unreadable(detail, "文件展开后过大，不像一份简报，没有读取。请检查文件，或拆成几个文件。")


def _hostile(detail: str) -> Unreadable:
    return Unreadable(detail, "文件里有不该出现的内容（DOCTYPE），没有读取。请在 Word 里重新另存为 .docx。")
