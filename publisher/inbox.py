"""The drop folder: what editors put into `drafts/`, when it is complete, and where it goes afterwards.

A drop is a file, or a folder with one document and its pictures. Beside a file `note.md` its pictures may lie in
`note.assets/`, `note.files/` or `note_files/`. The folder is looked at, never watched: file events are lost on network
shares and never tell that a *set* of files is complete. Nothing here is ever deleted.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from publisher.errors import Unreadable

MAX_FILES = 500
DEPTH = 3

_IGNORED = re.compile(
    r"""
    [.~].*                                  # hidden files, ~$note.docx, .~lock.note.docx#
    | .*\.(tmp|part|partial|filepart|crdownload|download|downloading|xltd|swp|bak|lock)
    | .*~ | \#.*\# | Icon\r
    | Thumbs\.db | ehthumbs\.db | desktop\.ini
    | \$RECYCLE\.BIN | @eaDir | \#recycle | __MACOSX | System\ Volume\ Information
    | .*\.(状态|报告)\.txt                   # our own reports
    """,
    re.VERBOSE | re.IGNORECASE,
)
_CONFLICT = re.compile(r"\.sync-conflict-\d{8}-|conflicted copy|冲突副本|冲突文件|\(冲突", re.IGNORECASE)
_COMPANIONS = (".assets", ".files", "_files", ".meta.yaml")
_LOCKS = ("~${}", ".~lock.{}#", ".~{}")
"""How Word, LibreOffice and WPS mark a file that is open, beside it."""
_LOCK_AGE = timedelta(hours=24)

Snapshot = Mapping[str, tuple[int, int, int]]
"""Relative path -> size in bytes, mtime in nanoseconds, inode."""


@dataclass(frozen=True, slots=True)
class Drop:
    """Something that lies in the drop folder. `name` is its path inside it (NFC, POSIX), `account` the account's
    folder it lies in ("" at the top), `snapshot` the files that belong to it as they are now.
    """

    name: str
    account: str
    path: Path
    snapshot: Snapshot

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(size for size, _, _ in self.snapshot.values())


@dataclass(frozen=True, slots=True)
class Waiting:
    """A drop that cannot be taken yet, and why (Chinese)."""

    drop: Drop
    why: str


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found: complete drops, and those that must wait."""

    complete: tuple[Drop, ...]
    waiting: tuple[Waiting, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """The bytes of a drop, read whole, by readable path, and their fingerprint."""

    files: Mapping[str, bytes]
    fingerprint: str


@dataclass(slots=True)
class Inbox:
    """The drop folder of a workspace. `settle` is how long a drop must stay the same before it counts as complete."""

    drafts: Path
    accounts: Collection[str]
    settle: timedelta
    give_up: timedelta
    max_bytes: int
    _seen: dict[str, tuple[Snapshot, datetime]] = field(default_factory=dict)

    def look(self, now: datetime) -> Look:
        """What lies there now. A drop is complete when two looks at least `settle` apart saw the same files."""
        drops = list(self._drops())
        self._seen = {drop.name: self._first_seen(drop, now) for drop in drops}
        complete, waiting = [], []
        for drop in drops:
            why = self._why_wait(drop, now)
            if why:
                waiting.append(Waiting(drop, why))
            else:
                complete.append(drop)
        return Look(tuple(complete), tuple(waiting))

    def claim(self, drop: Drop) -> Claim:
        """The drop's bytes. Unreadable when it is too large; OSError or `Changed` when it is not quiet any more."""
        if drop.size > self.max_bytes or len(drop.snapshot) > MAX_FILES:
            raise Unreadable(
                f"{drop.name}: {drop.size} bytes in {len(drop.snapshot)} files",
                f"稿件太大（{drop.size / 1e6:.0f} MB，{len(drop.snapshot)} 个文件）；"
                f"上限 {self.max_bytes / 1e6:.0f} MB、{MAX_FILES} 个文件。请压缩图片后重新投放。",
            )
        files = read_files(drop.path)
        if take_snapshot(drop.path) != drop.snapshot:
            raise Changed(drop.name)
        return Claim(files, _fingerprint(files))

    def fingerprint(self, drop: Drop) -> str:
        """The fingerprint of a drop of any size, read piece by piece."""
        root = drop.path.parent if drop.path.is_file() else drop.path
        return _fingerprint_of({_readable(name): _file_digest(root / name) for name in drop.snapshot})

    def lying(self) -> dict[str, Drop]:
        """What lies there now, complete or not, by name."""
        return {drop.name: drop for drop in self._drops()}

    def _drops(self) -> Iterator[Drop]:
        yield from _drops_in(self.drafts, "", skip=self.accounts)
        for account in self.accounts:
            if (self.drafts / account).is_dir():
                yield from _drops_in(self.drafts / account, account, skip=())

    def _first_seen(self, drop: Drop, now: datetime) -> tuple[Snapshot, datetime]:
        before = self._seen.get(drop.name)
        # Not later than now: the clock may have been set back meanwhile.
        return (drop.snapshot, min(before[1], now)) if before and before[0] == drop.snapshot else (drop.snapshot, now)

    def _why_wait(self, drop: Drop, now: datetime) -> str:
        since = self._seen[drop.name][1]
        if _CONFLICT.search(drop.name):
            return "这是同步软件产生的冲突副本，不会发布。请比较两个版本，删去一个，把要发布的改回原来的文件名。"
        if _is_open_elsewhere(drop, now):
            return "文件正在别人的电脑上打开。请保存并关闭 Word/WPS，关闭后会自动处理。"
        if now - since < self.settle:
            return "正在等待文件复制完成。"
        if not drop.snapshot:
            return "文件夹是空的。请放入一份稿件和它的图片。"
        if _looks_cut(drop) and now - _last_change(drop, since) < self.give_up:
            return "文件似乎还没有复制完整。若已复制完，请重新保存后再投放一次。"
        return ""


class Changed(Exception):
    """A drop changed while it was read: look again later."""


def read_files(path: Path) -> dict[str, bytes]:
    """The files of a document, or of a folder of one with its pictures, that lies anywhere. OSError if unreadable."""
    root = path.parent if path.is_file() else path
    return {_readable(name): (root / name).read_bytes() for name in take_snapshot(path)}


def take_snapshot(path: Path) -> Snapshot:
    """Name -> inode, size and time of each file of a document or a folder of one: what changes when they do."""
    if path.is_file():
        parts = [path, *companions(path)]
        return {name: state for part in parts for name, state in _states(part, path.parent, DEPTH)}
    return dict(_states(path, path, DEPTH))


def free_target(folder: Path, name: str, taken: Collection[Path] = ()) -> Path:
    """A path for `name` in `folder` that does not exist yet: «x.docx», «x (2).docx» …"""
    base = folder / name
    target, number = base, 2
    while target.exists() or target in taken:
        target = base.with_name(f"{base.stem} ({number}){base.suffix}")
        number += 1
    return target


def move(source: Path, target: Path) -> None:
    """Move a drop with its companions; across file systems by copying first. OSError if it cannot be done."""
    target.parent.mkdir(parents=True, exist_ok=True)
    for companion in companions(source):
        shutil.move(companion, target.with_name(target.stem + companion.name[len(source.stem) :]))
    shutil.move(source, target)


def companions(path: Path) -> list[Path]:
    """What lies beside a dropped file and belongs to it: its picture folder, its side-car."""
    if path.is_dir():
        return []
    beside = [path.with_name(path.stem + suffix) for suffix in _COMPANIONS]
    return [companion for companion in (*beside, path.with_name(path.name + ".meta.yaml")) if companion.exists()]


def write_report(path: Path, text: str) -> None:
    """Put a report beside a drop: UTF-8 with BOM and CRLF, as Windows Notepad wants it; whole or not at all."""
    write_file(path, b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode("utf-8"))


def write_file(path: Path, data: bytes) -> None:
    """Put a file of ours where editors find it; whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_bytes(data)
    temporary.replace(path)


def remove_report(path: Path) -> None:
    """Take back a report of ours; nothing if there is none."""
    path.unlink(missing_ok=True)


# ---------------------------------------------------------------------------- looking


def _drops_in(folder: Path, account: str, skip: Collection[str]) -> Iterator[Drop]:
    entries = sorted(_entries(folder), key=lambda entry: entry.name)
    names = {entry.name for entry in entries}
    for entry in entries:
        if entry.name in skip or _is_ignored(entry.name) or _belongs_to_other(entry.name, names):
            continue
        path = Path(entry.path)
        yield Drop(_readable(f"{account}/{entry.name}" if account else entry.name), account, path, take_snapshot(path))


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as found:
        return [entry for entry in found if not entry.is_symlink()]


def _readable(name: str) -> str:
    """NFC, as most systems type it; bytes that are no UTF-8 shown as a replacement mark."""
    return unicodedata.normalize("NFC", name.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))


def _is_ignored(name: str) -> bool:
    return _IGNORED.fullmatch(name) is not None


def _belongs_to_other(name: str, names: Collection[str]) -> bool:
    for suffix in _COMPANIONS:
        if name.endswith(suffix):
            stem = name.removesuffix(suffix)
            return stem in names or any(other.startswith(f"{stem}.") and other != name for other in names)
    return False


def _states(path: Path, root: Path, depth: int) -> Iterator[tuple[str, tuple[int, int, int]]]:
    try:
        if path.is_dir():
            for entry in _entries(path) if depth else ():
                if not _is_ignored(entry.name):
                    yield from _states(Path(entry.path), root, depth - 1)
            return
        state = path.stat()
    except FileNotFoundError:
        return
    yield path.relative_to(root).as_posix(), (state.st_size, state.st_mtime_ns, state.st_ino)


def _is_open_elsewhere(drop: Drop, now: datetime) -> bool:
    name = drop.path.name
    # Word leaves out the first two characters of a long name in its lock file.
    marks = [lock.format(name) for lock in _LOCKS] + [f"~${name[2:]}"]
    for mark in marks:
        lock = drop.path.with_name(mark)
        if lock.exists() and now.timestamp() - lock.stat().st_mtime < _LOCK_AGE.total_seconds():
            return True
    return False


def _looks_cut(drop: Drop) -> bool:
    """Whether a file of zero bytes, or a zip or Word file without its end, is all that is there."""
    if not drop.path.is_file():
        return any(size == 0 for size, _, _ in drop.snapshot.values())
    size = drop.path.stat().st_size
    if size == 0 or drop.path.suffix.lower() not in {".docx", ".zip"}:
        return size == 0
    with drop.path.open("rb") as file:
        begins = file.read(4) == b"PK\x03\x04"
        file.seek(max(0, size - 66_000))
        return begins and b"PK\x05\x06" not in file.read()


def _last_change(drop: Drop, since: datetime) -> datetime:
    """When the drop last changed by the file system's word: the inode's time too, since copies keep their mtime."""
    state = drop.path.stat()
    return min(since, datetime.fromtimestamp(max(state.st_mtime, state.st_ctime), tz=since.tzinfo))


# ---------------------------------------------------------------------------- fingerprints


def _fingerprint(files: Mapping[str, bytes]) -> str:
    return _fingerprint_of({name: hashlib.sha256(data).hexdigest() for name, data in files.items()})


def _fingerprint_of(digests: Mapping[str, str]) -> str:
    """One file: the digest of its bytes, whatever its name. Several: that of names and digests together."""
    if len(digests) == 1:
        return next(iter(digests.values()))
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items()))
    return hashlib.sha256(lines.encode("utf-8", "surrogateescape")).hexdigest()


def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
