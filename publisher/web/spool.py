"""What cannot be written into the database now, in files beside it: one per process, taken over when that has died.

A file is locked by its owner for as long as the owner lives, so whoever gets the lock may take what is in it.
"""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec

from publisher.store.deliveries import Batch
from publisher.store.readers import sync_folder

_MOST_BYTES: Final = 500_000_000
"""A file larger than that is not added to: a database that is away for so long must not fill the disk."""

_log = logging.getLogger(__name__)


class Happened(msgspec.Struct, frozen=True, tag="event"):
    """A result event of the platform, as `Store.record_event` takes it."""

    account: str
    kind: str
    key: str
    fields: dict[str, Any]
    received_at: datetime


class Forgotten(msgspec.Struct, frozen=True, tag="forget"):
    """The hash of a reader who is to be forgotten."""

    sender: bytes


Record = Batch | Happened | Forgotten

_decoder = msgspec.json.Decoder(Record)


class Spool:
    """The spool files of a workspace, in `folder`. Safe for threads and for several processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._file: BinaryIO | None = None

    def append(self, record: Record) -> None:
        """Put a record on the disk. OSError if it cannot be."""
        with self._lock:
            file = self._file = self._file or self._make()
            end = file.seek(0, os.SEEK_END)
            if end > _MOST_BYTES:
                raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
            try:
                _write(file, msgspec.json.encode(record) + b"\n")
            except OSError:
                with suppress(OSError):
                    file.truncate(end)  # half a record would spoil the next one
                raise

    def replay(self, take: Callable[[Record], None]) -> None:
        """Hand every record of this process, and of those that have died, to `take`; each file goes when it was taken.

        What `take` raises is raised; the rest is kept for the next time, as is what was taken of that file.
        """
        self.close()
        for path in sorted(self._folder.glob("*.jsonl")):
            file = _lock(path)
            if file is not None:
                with file:
                    for record in _records(file):
                        take(record)
                    path.unlink(missing_ok=True)

    def close(self) -> None:
        """Leave the file of this process to whoever replays next."""
        with self._lock:
            file, self._file = self._file, None
            if file is not None:
                file.close()

    def _make(self) -> BinaryIO:
        """A file of this process, which nobody else sees before it is locked."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{os.getpid()}-{secrets.token_hex(4)}.jsonl"
        draft = path.with_suffix(".new")
        descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        file = open(descriptor, "ab", buffering=0)  # noqa: PTH123, SIM115 - its mode; it stays open
        fcntl.flock(file, fcntl.LOCK_EX)
        draft.rename(path)
        sync_folder(self._folder)
        return file


def _write(file: BinaryIO, line: bytes) -> None:
    """Put a line on the disk."""
    if file.write(line) != len(line):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os.fsync(file.fileno())


def _lock(path: Path) -> BinaryIO | None:
    """The file, locked; None if another process has it, or had it and is done."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return None
    with suppress(BlockingIOError, FileNotFoundError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(file.fileno()).st_ino == path.stat().st_ino:
            return file
    file.close()
    return None


def _records(file: BinaryIO) -> Iterator[Record]:
    for line in file:
        try:
            yield _decoder.decode(line)
        except (msgspec.MsgspecError, ValueError):
            _log.warning("spool: %s: a record that cannot be read is left out", Path(file.name).name)
