"""What a word processor's file really is, whatever it is called: offices rename files to be able to open them.

Only the container is looked into. What LibreOffice must convert is checked here first, since it takes what it does
not understand for plain text, and the editor should hear of a password or of a damaged file instead.
"""

from __future__ import annotations

import io
from typing import Final

from publisher.errors import Unreadable
from publisher.importers.signatures import MSWORD, ODT, media_type

SUFFIXES: Final = {MSWORD: ".doc", ODT: ".odt", "application/rtf": ".rtf", "application/zip": ".docx"}
"""The suffix that contents deserve."""

_STREAMS: Final = {
    "EncryptedPackage": "设有打开密码的 Office 文件",
    "Workbook": "Excel 表格",
    "Book": "Excel 表格",
    "PowerPoint Document": "PowerPoint 演示文稿",
}
_ENCRYPTED_FLAG: Final = 0x0100
"""Of the word at byte 10 of the stream WordDocument ([MS-DOC], FibBase.fEncrypted)."""
_FLAGS: Final = slice(10, 12)
_LOCKED: Final = "“{name}”设有打开密码，读不了。请在 Word 或 WPS 里去掉密码后重新投放。"
_DAMAGED: Final = "“{name}”已损坏，或没有复制完，打不开。请用 Word 或 WPS 打开检查，另存为 .docx 后重新投放。"


def suffix_of_office(data: bytes, name: str, suffix: str) -> str:
    """The suffix that the file deserves; its own where its contents show nothing.

    Raises Unreadable for a password, a damaged container, and what is no text document.
    """
    found = media_type(data)
    if found == MSWORD:
        return _suffix_of_streams(data, name, suffix)
    if found == ODT:
        _check_odt(data, name)
    if not found and suffix in {".doc", ".wps"} and _is_page(data):
        return ".html"  # what many office systems export as Word
    return SUFFIXES.get(found, suffix)


def _suffix_of_streams(data: bytes, name: str, suffix: str) -> str:
    """By the streams of an OLE container: WordDocument is what Word and WPS write."""
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(data), raise_defects=olefile.DEFECT_INCORRECT) as container:
            streams = {"/".join(path) for path in container.listdir()}
            head = container.openstream("WordDocument").read(_FLAGS.stop) if "WordDocument" in streams else b""
    except (OSError, ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError, MemoryError) as error:
        raise Unreadable(f"{name}: OLE: {type(error).__name__}", _DAMAGED.format(name=name)) from error
    if "EncryptedPackage" in streams or int.from_bytes(head[_FLAGS], "little") & _ENCRYPTED_FLAG:
        raise Unreadable(f"{name}: encrypted", _LOCKED.format(name=name))
    other = next((what for stream, what in _STREAMS.items() if stream in streams), "")
    if other and not head:
        raise Unreadable(f"{name}: {other}", f"“{name}”里面是{other}，不是文字稿件。请另存为 .docx 后重新投放。")
    return ".doc" if head else suffix  # without it, it is an older WPS or Works file


def _check_odt(data: bytes, name: str) -> None:
    import zipfile

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            archive.getinfo("content.xml")
            manifest = archive.open("META-INF/manifest.xml").read(1_000_000)
    except (zipfile.BadZipFile, KeyError, OSError, ValueError, NotImplementedError, EOFError) as error:
        raise Unreadable(f"{name}: ODT: {type(error).__name__}", _DAMAGED.format(name=name)) from error
    if b"encryption-data" in manifest:
        raise Unreadable(f"{name}: encrypted", _LOCKED.format(name=name))


def _is_page(data: bytes) -> bool:
    head = data[:2048].replace(b"\0", b"").lower()
    return b"<html" in head or b"<!doctype html" in head
