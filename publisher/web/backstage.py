"""What stands behind the door: the workspace, opened when it can be and read again and again.

The door itself never waits for it. While the database is locked, being migrated or gone, the last archives stand, also
those of an earlier process, and what is to be recorded is queued.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final

from publisher.app import Publisher, system_clock
from publisher.config import Settings
from publisher.errors import ConfigError, Unavailable
from publisher.replies import Archive, Hit, Message, Reply, Rule
from publisher.rulebook import Rulebook
from publisher.web.recording import Delivery, Kept, Recorder, open_recorder
from publisher.web.sightings import Sightings
from publisher.web.snapshots import Snapshots
from publisher.web.stamps import Stamps
from publisher.web.tally import Tally

REFRESH_SECONDS: Final = 2.0
"""How old an answer may be: what was published is found this soon."""
_READ_SECONDS: Final = 60.0
"""So often the archives are read though no issue has moved: the pictures of replies come without one."""
_REPORT_SECONDS: Final = 60.0
_START_SECONDS: Final = 5.0
"""So long a start waits for the database, if there is a snapshot to go on with; else it waits for ever."""
_MOST_WAITING: Final = 50_000
"""Deliveries that wait for the database to be opened for the first time."""

_log = logging.getLogger("publisher.door")


class Backstage:
    """One workspace behind a door. `open_` opens its publisher, and raises while it can't."""

    def __init__(
        self,
        settings: Settings,
        accounts: Iterable[str],
        tally: Tally,
        open_: Callable[[], Publisher],
        close: Callable[[Publisher], None],
    ) -> None:
        self._settings = settings
        self._tally = tally
        self._open = open_
        self._close = close
        self._snapshots = Snapshots(settings.folder("state") / "door", accounts)
        self.sightings = Sightings(settings.folder("state") / "door" / "sightings")
        self.stamps = Stamps(settings.folder("state") / "door" / "stamps")
        self._book = Rulebook(settings.home / "config" / "replies.toml", settings.accounts)
        self._rules: Sequence[Rule] = settings.rules
        self._clock = system_clock
        self._publisher: Publisher | None = None
        self._recorder: Recorder | None = None
        self._waiting: deque[Delivery] = deque(maxlen=_MOST_WAITING)
        self._file: tuple[int, int] | None = None
        self._seen: tuple[object, object] = (None, None)
        self._read_at = 0.0
        self._trouble = ""
        self._fault: ConfigError | None = None
        self._first = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="refresh", daemon=True)

    # ------------------------------------------------------------------ the life of the door

    def begin(self) -> None:
        """Go to work. Returns when there is something to answer from; ConfigError if the workspace can't be used."""
        self._thread.start()
        self._first.wait(_START_SECONDS if self._snapshots.is_known else None)
        if self._fault is not None and not self._snapshots.is_known:
            self._stop.set()
            raise self._fault

    def close(self) -> None:
        """Record what waits, and let go of the workspace."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()
        if self._recorder is not None:
            self._recorder.close()
        if self._publisher is not None:
            self._close(self._publisher)
        self.sightings.close()
        self.stamps.close()
        self._tally.report()

    # ------------------------------------------------------------------ what the door asks

    def clock(self) -> datetime:
        """The time."""
        return self._clock()

    def rules(self) -> Sequence[Rule]:
        """The rules as they were in replies.toml when it was last right."""
        return self._rules

    def archive(self, account: str) -> Archive:
        """The newest snapshot of one account."""
        return self._snapshots.archive(account)

    def recall(self, key: bytes) -> Kept | None:
        """What a delivery was answered with before, by any process."""
        return None if self._recorder is None else self._recorder.recall(key)

    def keep(self, delivery: Delivery) -> None:
        """Record a delivery soon."""
        if self._recorder is None:
            self._waiting.append(delivery)
        else:
            self._recorder.keep(delivery)

    def record_event(self, account: str, event: Message) -> None:
        """An event on the disk; Unavailable, or whatever the recorder says, if it is not."""
        self._require_recorder().record_event(account, event)

    def forget(self, openid: str) -> None:
        """Nothing is kept of a reader, as soon as the database can be written; the order is on the disk."""
        self._require_recorder().forget(openid)

    def search(self, account: str, text: str) -> Sequence[Hit]:
        """The published articles for a reader's words; Unavailable while the database cannot be read."""
        return self._require_publisher().search(account, text)

    def follow_up(self, account: str, openid: str, reply: Reply) -> None:
        """Send a reader what came too late to be a reply; see `Upkeep.follow_up`."""
        self._require_publisher().follow_up(account, openid, reply)

    def _require_publisher(self) -> Publisher:
        if self._publisher is None:
            raise Unavailable("the database has not been opened yet")
        return self._publisher

    def _require_recorder(self) -> Recorder:
        if self._recorder is None:
            raise Unavailable("the database has not been opened yet")
        return self._recorder

    # ------------------------------------------------------------------ the refresh thread

    def refresh(self) -> None:
        """Read the rules if they have changed, and all archives again; the last ones stand while that fails."""
        self._book.look()
        self._rules = self._rules if self._book.fault else self._book.rules
        try:
            self._refresh()
        except ConfigError as error:
            self._fault = error
            self._say("; ".join(error.faults))
        except Exception as error:  # noqa: BLE001 - locked, being migrated, gone: the door stays open
            self._say(type(error).__name__)
            return
        else:
            self._say("")
        self._first.set()

    def _run(self) -> None:
        report_at = time.monotonic() + _REPORT_SECONDS
        self.refresh()
        while not self._stop.wait(REFRESH_SECONDS):
            self.refresh()
            if time.monotonic() >= report_at:
                self._tally.report()
                report_at = time.monotonic() + _REPORT_SECONDS

    def _refresh(self) -> None:
        publisher = self._publisher or self._open_first()
        self._follow_file(publisher)
        # To read five hundred issues every two seconds would take a tenth of what answers readers.
        seen = self._file, publisher.store.last_move()
        if seen != self._seen or time.monotonic() >= self._read_at + _READ_SECONDS:
            self._snapshots.take({name: publisher.archive(name) for name in self._snapshots.accounts})
            self._seen, self._read_at = seen, time.monotonic()

    def _open_first(self) -> Publisher:
        if self._snapshots.is_known and not self._settings.database.exists():
            raise FileNotFoundError(self._settings.database)  # opening would make an empty one
        publisher = self._open()
        try:
            recorder = open_recorder(publisher)
        except BaseException:
            self._close(publisher)
            raise
        self._publisher, self._recorder, self._clock = publisher, recorder, publisher.clock
        while self._waiting:
            recorder.keep(self._waiting.popleft())
        return publisher

    def _follow_file(self, publisher: Publisher) -> None:
        """Open the file that is there now: another may have been put in its place, by a restore."""
        status = self._settings.database.stat()
        found = status.st_dev, status.st_ino
        if self._file not in (None, found):
            publisher.store.close()
        self._file = found

    def _say(self, trouble: str) -> None:
        """Once, when it begins and when it is over."""
        if trouble and not self._trouble:
            _log.error("the database cannot be read (%s); answering from the last snapshot", trouble)
        if self._trouble and not trouble:
            _log.info("the database can be read again")
        self._trouble = trouble
