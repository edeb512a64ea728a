"""What the door remembers: answers given before, and what readers sent, recorded beside the answering.

The door only puts deliveries into a queue. One thread writes them into the database, many at a time, and into the spool
while the database is locked, being migrated, or away.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from publisher.app import Publisher, facts_of
from publisher.replies import Message
from publisher.store import Store
from publisher.store.deliveries import Batch, Delivery, Kept, make_batch
from publisher.store.readers import Hide
from publisher.store.recall import Recall
from publisher.web.spool import Forgotten, Happened, Record, Spool

__all__ = ["Delivery", "Kept", "Recorder", "open_recorder"]

_PATIENCE: Final = 1.0
"""Seconds to wait for a locked database; also how long none is tried after one could not be written."""
_PAUSE: Final = 0.1
"""Seconds between batches: the more in one, the less each costs."""
_IDLE: Final = 1.0
"""Seconds after which the spool is looked at, though nobody sends anything."""
_BATCH: Final = 1000
_MOST: Final = 50_000
"""Deliveries that wait in memory, some 30 MB; more are only counted. It takes a disk that does not write at all."""

_log = logging.getLogger("publisher.door")


def open_recorder(publisher: Publisher) -> Recorder:
    """The recorder of a workspace, with connections of its own: what it waits for, nobody else does."""
    settings = publisher.settings
    spool = Spool(settings.folder("state") / "spool")
    return Recorder(settings.database, publisher.hide, spool, publisher.clock)


class Recorder:
    """Records what came and was answered. Every method may be called from any thread."""

    def __init__(self, database: Path, hide: Hide, spool: Spool, clock: Callable[[], datetime]) -> None:
        self._hide = hide
        self._spool = spool
        self._clock = clock
        self._store = Store(database, _PATIENCE)
        self._recall = Recall(database)
        self._queue: deque[Delivery] = deque()
        self._lost = 0
        self._try_at = 0.0
        self._is_writing = False
        self._told = ""
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)
        self._thread.start()

    def recall(self, key: bytes) -> Kept | None:
        """What a delivery was answered with, also by another process; None if that is not known or cannot be read now.
        Takes microseconds, never raises.
        """
        return self._recall.find(key)

    def keep(self, delivery: Delivery) -> None:
        """Record a delivery soon: within a tenth of a second, while the database can be written. Never raises."""
        if len(self._queue) >= _MOST:
            self._lose(1)
            return
        self._queue.append(delivery)
        if not self._wake.is_set():
            self._wake.set()

    def record_event(self, account: str, event: Message) -> None:
        """Record a result event of the platform and ring for the issues that wait for one: on the disk on return.

        OSError if neither the database nor the spool can be written.
        """
        kind, key, fields = facts_of(event)
        self._put(Happened(account, kind, key, fields, self._clock()))

    def forget(self, openid: str) -> None:
        """Let nothing be kept of a reader; on the disk on return, done as soon as the database can be written."""
        self._put(Forgotten(self._hide(openid)))

    @property
    def is_settled(self) -> bool:
        """Whether all that was to be kept so far is on the disk: in the database, or in the spool."""
        return not self._queue and not self._is_writing

    def close(self) -> None:
        """Record what waits, in the spool if need be, and let go of the database."""
        self._closing.set()
        self._wake.set()
        self._thread.join()
        self._spool.close()
        self._recall.close()
        self._store.close()

    # ------------------------------------------------------------------ the thread

    def _work(self) -> None:
        while not self._closing.is_set():
            self._wake.wait(_IDLE)
            self._wake.clear()
            self._is_writing = True
            self._write_down()
            self._is_writing = False
            self._closing.wait(_PAUSE)
        self._write_down()
        if self._queue:
            self._lose(len(self._queue))

    def _write_down(self) -> None:
        """Put all that waits where it belongs; after that, if the database takes it, what is in the spool."""
        while self._queue:
            waiting = [self._queue.popleft() for _ in range(min(len(self._queue), _BATCH))]
            try:
                self._put(make_batch(waiting, self._hide))
            except OSError as error:
                self._tell(f"neither the database nor the spool can be written now ({error.strerror})")
                self._queue.extendleft(reversed(waiting))
                return
            except Exception as error:  # noqa: BLE001 - one that cannot be recorded must not hold up the others
                _log.error("recorder: a batch is no such thing: %s", type(error).__name__)
                self._lose(len(waiting))
        self._replay()

    def _replay(self) -> None:
        if time.monotonic() < self._try_at:
            return
        try:
            self._spool.replay(self._take)
        except Exception as error:  # noqa: BLE001 - the file stays, and is tried again
            self._give_up(error)

    def _put(self, record: Record) -> None:
        """Into the database; into the spool while that cannot be written. OSError if neither can."""
        if time.monotonic() < self._try_at:
            with suppress(OSError):
                self._spool.append(record)
                return
        try:
            self._take(record)
        except Exception as error:  # noqa: BLE001 - locked, full, broken, older: it goes into the spool
            self._give_up(error)
            self._spool.append(record)

    def _take(self, record: Record) -> None:
        match record:
            case Batch():
                self._store.deliveries.keep(record)
            case Happened(account, kind, key, fields, received_at):
                self._store.record_event(account, kind, key, fields, received_at)
            case Forgotten(sender):
                self._store.deliveries.forget(sender)
        if self._try_at:
            self._try_at = 0.0
            self._tell("the database can be written again")

    def _give_up(self, error: Exception) -> None:
        self._try_at = time.monotonic() + _PATIENCE
        self._tell(f"the database cannot be written now ({type(error).__name__}); the spool is")

    def _tell(self, state: str) -> None:
        """Log how it stands, when that has changed."""
        if state != self._told:
            self._told = state
            _log.warning("recorder: %s", state)

    def _lose(self, number: int) -> None:
        """Log the 1st, 2nd, 4th, 8th … time: what is lost is not worth a full disk."""
        before, self._lost = self._lost, self._lost + number
        if before.bit_length() != self._lost.bit_length():
            _log.error("recorder: %d deliveries were answered but not recorded", self._lost)
