"""A .zip file as a folder, unpacked in memory under limits: its own claims are not believed."""

from __future__ import annotations

import io
import stat
import zlib
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from publisher.errors import Unreadable

if TYPE_CHECKING:
    import zipfile

MOST_ENTRIES: Final = 500
MOST_BYTES: Final = 200 * 1024 * 1024
MOST_RATIO: Final = 200
"""How many times larger than packed one entry may be; pictures are about 1, text is about 10."""
_SMALL: Final = 1024 * 1024
_UTF8_FLAG: Final = 0x800
_ENCRYPTED_FLAG: Final = 0x1
_IGNORED: Final = frozenset({"__MACOSX", "Thumbs.db", "desktop.ini"})


def unpack(data: bytes, name: str) -> dict[str, bytes]:
    """The files of a zip by their paths, without the one folder that may wrap them all.

    Raises Unreadable where it is damaged, encrypted, too large, or names a path outside of itself.
    """
    import zipfile

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _unwrapped(_read_all(archive, name))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
        note = f"压缩文件“{name}”已损坏，或用了不支持的压缩方式。请重新压缩成普通 zip 后投放，或直接投放文件夹。"
        raise Unreadable(f"{name}: {type(error).__name__}: {error}", note) from error


def _read_all(archive: zipfile.ZipFile, name: str) -> dict[str, bytes]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_BYTES:
        most = MOST_BYTES // _SMALL
        note = f"压缩文件“{name}”里的文件太多或太大（最多 {MOST_ENTRIES} 个、共 {most} MB），请精简后重新投放。"
        raise Unreadable(f"{name}: {len(entries)} entries, too many or too large", note)
    files = {}
    for entry in entries:
        path = _path(entry, name)
        if not _is_ignored(path):
            files[str(path)] = _read(archive, entry, name)
    return files


def _path(entry: zipfile.ZipInfo, name: str) -> PurePosixPath:
    path = PurePosixPath(_decoded(entry).replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0] or stat.S_ISLNK(entry.external_attr >> 16):
        note = f"压缩文件“{name}”里有指向外面的路径，不能使用。请重新压缩后投放。"
        raise Unreadable(f"{name}: an entry leads outside", note)
    return path


def _decoded(entry: zipfile.ZipInfo) -> str:
    """Chinese Windows writes names in GBK and does not say so; zipfile then reads them as cp437."""
    if entry.flag_bits & _UTF8_FLAG:
        return entry.filename
    raw = entry.filename.encode("cp437", "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename


def _is_ignored(path: PurePosixPath) -> bool:
    return any(part in _IGNORED or part.startswith((".", "~$")) for part in path.parts)


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> bytes:
    if entry.flag_bits & _ENCRYPTED_FLAG:
        raise Unreadable(f"{name}: encrypted", f"压缩文件“{name}”有密码，请去掉密码后重新投放。")
    if entry.file_size > max(_SMALL, MOST_RATIO * entry.compress_size):
        note = f"压缩文件“{name}”解开后大得不正常，没有打开。请检查后重新压缩投放。"
        raise Unreadable(f"{name}: unpacks to more than it may", note)
    # It never gives more than the entry declares: what follows fails the checksum.
    return archive.read(entry)


def _unwrapped(files: dict[str, bytes]) -> dict[str, bytes]:
    """Without the folder that all of them stand in: packing a folder or its contents is the same to an editor."""
    tops = {PurePosixPath(path).parts[0] for path in files}
    if len(tops) != 1 or any(len(PurePosixPath(path).parts) == 1 for path in files):
        return files
    return {str(PurePosixPath(*PurePosixPath(path).parts[1:])): data for path, data in files.items()}
