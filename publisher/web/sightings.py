"""Which deliveries none of the door's processes has met: a table of marks in a file that all of them map.

Nearly every delivery is new, and to look for each in the database costs as much as to answer it. Here a delivery that
any process has met within the last minute and a half has a mark; what has none, and was sent within the last minute,
need not be looked for. Others' marks in the same place only mean that the database is asked.
"""

from __future__ import annotations

import logging
import mmap
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

_PLACES: Final = 1 << 21
"""Bytes, a power of two: at 2,500 messages a second one in twenty is looked for in vain."""
_MASK: Final = _PLACES - 1
_STEP: Final = 10
_STEPS: Final = 250
_VALID: Final = 3
"""A mark counts the steps of ten seconds modulo 250; it stands for this one and so many before, and, since a clock may
be set back a little, after. A mark of an hour ago may look like a new one, which does no harm.
"""
_OLD: Final = 20
_AHEAD: Final = 10
"""Seconds by which the platform's time of a message may be before and after ours, so that a mark that matters is still
valid. The platform repeats within fifteen; what comes later than that is looked for.
"""
_SETTLED: Final = 2
"""Seconds after which every process marks in the file that one of them has mapped: each looks for it once a second."""

_log = logging.getLogger("publisher.door")


class Sightings:
    """The marks in the file `path`, which is made if there is none. Without it nothing is certainly new."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._marks: mmap.mmap | None = None
        self._file = 0, 0
        self._since = 0
        self._looked_at = -1
        self._told = ""

    def meet(self, key: bytes, created: int, now: int) -> bool:
        """Mark a delivery, whose `key` ends with what is different in each, as met at a time (seconds). Whether no
        process has met it before, for certain: what the platform dates `created` long ago may have lost its mark.
        """
        if now != self._looked_at:
            self._follow(now)
        marks = self._marks
        if marks is None:
            return False
        place, mark = int.from_bytes(key[-4:], "big") & _MASK, now // _STEP % _STEPS + 1
        before = marks[place]
        marks[place] = mark
        is_young = max(self._since, now - _OLD) <= created <= now + _AHEAD
        return is_young and (before == 0 or _VALID < (mark - before) % _STEPS < _STEPS - _VALID)

    def close(self) -> None:
        """Let go of the file."""
        marks, self._marks = self._marks, None
        if marks is not None:
            marks.close()

    def _follow(self, now: int) -> None:
        """Map the file that is there now, once a second: a restore may have put another in its place."""
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
            self._tell(f"{self._path.name} cannot be used, every delivery is looked for: {error.strerror}")

    def _map(self, now: int) -> None:
        descriptor = _open(self._path)
        try:
            found = os.fstat(descriptor)
            self._file = _name(found)
            if found.st_size == _PLACES:
                self._marks = mmap.mmap(descriptor, _PLACES)
                self._since = now + _SETTLED
                self._told = ""
            else:
                self._tell(f"{self._path.name} is of another version, every delivery is looked for")
        finally:
            os.close(descriptor)

    def _tell(self, fault: str) -> None:
        if fault != self._told:
            self._told = fault
            _log.warning("%s", fault)


def _name(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino


def _open(path: Path) -> int:
    """The file's descriptor."""
    try:
        return os.open(path, os.O_RDWR)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        _make(path)
        return os.open(path, os.O_RDWR)


def _make(path: Path) -> None:
    """An empty table, complete from the first moment that others can see it; or the one of whoever was quicker."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.") as draft:
        # Not a file with holes: where the disk is full, writing into one would kill the process.
        os.posix_fallocate(draft.fileno(), 0, _PLACES)
        with suppress(FileExistsError):
            os.link(draft.name, path)
