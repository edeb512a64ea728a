"""What was answered before, in microseconds: a reader of the database that never waits."""

from __future__ import annotations

import os
import sqlite3
import time
from functools import lru_cache
from pathlib import Path
from typing import Final
from urllib.parse import quote

from publisher.replies import Reply
from publisher.store.deliveries import Kept, load_reply

_LOOK_SECONDS: Final = 0.25
"""How often the file is compared with the one that is open: a restore may have put another in its place."""
_DELIVERY: Final = "SELECT reply, received_at FROM delivery WHERE key = ?"
_REPLY: Final = "SELECT body FROM reply WHERE fingerprint = ?"


class Recall:
    """The answers in the database at `path`, which may be locked, broken, away, or exchanged at any time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._database: sqlite3.Connection | None = None
        self._file = 0, 0
        self._look_at = 0.0

    def find(self, key: bytes) -> Kept | None:
        """What a delivery was answered with; None if that is not known, or cannot be read now. Never raises."""
        try:
            if time.monotonic() >= self._look_at:
                self._follow()
            if self._database is None:
                return None
            # All rows, though there is one at most: a question half read would hold up the others' writing.
            found = self._database.execute(_DELIVERY, (key,)).fetchall()
            if not found:
                return None
            ((body,),) = self._database.execute(_REPLY, found[0][:1]).fetchall()
            return Kept(_load(body), found[0][1])
        except (sqlite3.Error, OSError, ValueError):
            self.close()
            return None

    def close(self) -> None:
        """Let go of the file."""
        database, self._database = self._database, None
        if database is not None:
            database.close()

    def _follow(self) -> None:
        """Open the file that is there now, unless it is open."""
        self._look_at = time.monotonic() + _LOOK_SECONDS
        found = os.stat(self._path)  # noqa: PTH116 - on the hot path
        if self._database is not None and (found.st_dev, found.st_ino) == self._file:
            return
        self.close()
        self._file = found.st_dev, found.st_ino
        where = f"file:{quote(str(self._path))}?mode=ro"
        self._database = sqlite3.connect(where, 0, isolation_level=None, check_same_thread=False, uri=True)


@lru_cache(1024)
def _load(body: bytes) -> Reply:
    return load_reply(body)
