"""A table of bytes in a file that all of the door's processes map: what one of them writes, the others see at once."""

from __future__ import annotations

import logging
import mmap
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

_SETTLED: Final = 2
"""Seconds after which every process writes into the file that one has mapped: each looks for it once a second."""

_log = logging.getLogger("publisher.door")


class SharedTable:
    """The table of `size` bytes in the file `path`, which is made of zeros if there is none. `lost` says, for the log,
    what is without it.
    """

    def __init__(self, path: Path, size: int, lost: str) -> None:
        self._path = path
        self._size = size
        self._lost = lost
        self._file = 0, 0
        self._told = ""
        self._table: mmap.mmap | None = None
        """None while it cannot be used."""
        self._since = 0
        """From when (seconds) on all processes write into it."""
        self._looked_at = -1

    def close(self) -> None:
        """Let go of the file."""
        table, self._table = self._table, None
        if table is not None:
            table.close()

    def _follow(self, now: int) -> None:
        """Map the file that is there now, once a second: a restore may have put another in its place. Whoever uses the
        table calls it when `now` is not `_looked_at`.
        """
        self._looked_at = now
        try:
            if _name(os.stat(self._path)) == self._file:  # noqa: PTH116 - on the hot path
                return
        except OSError:
            pass
        self.close()
        try:
            self._map(now)
        except OSError as error:
            self._tell(f"{self._path.name} cannot be used, {self._lost}: {error.strerror}")

    def _map(self, now: int) -> None:
        descriptor = _open(self._path, self._size)
        try:
            found = os.fstat(descriptor)
            self._file = _name(found)
            if found.st_size == self._size:
                self._table = mmap.mmap(descriptor, self._size)
                self._since = now + _SETTLED
                self._told = ""
            else:
                self._tell(f"{self._path.name} is of another version, {self._lost}")
        finally:
            os.close(descriptor)

    def _tell(self, fault: str) -> None:
        if fault != self._told:
            self._told = fault
            _log.warning("%s", fault)


def _name(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino


def _open(path: Path, size: int) -> int:
    """The file's descriptor."""
    try:
        return os.open(path, os.O_RDWR)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        _make(path, size)
        return os.open(path, os.O_RDWR)


def _make(path: Path, size: int) -> None:
    """An empty table, complete from the first moment that others can see it; or the one of whoever was quicker."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.") as draft:
        # Not a file with holes: where the disk is full, writing into one would kill the process.
        os.posix_fallocate(draft.fileno(), 0, size)
        with suppress(FileExistsError):
            os.link(draft.name, path)
