"""The default engine: one process, APScheduler as its clock, a pool of threads. Nothing of worth lives in a job."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from apscheduler.schedulers.background import BackgroundScheduler

from publisher.app import Publisher

log = logging.getLogger("publisher.engine")
# At INFO the scheduler logs every tick, twelve a minute and more.
logging.getLogger("apscheduler").setLevel(logging.WARNING)

STALE = timedelta(seconds=60)
"""A sweep older than this means that the engine does not work any more."""


class EmbeddedEngine:
    """Scans the drop folder, sweeps over the due issues, and works on several accounts at once."""

    def __init__(self, publisher: Publisher, beat: Callable[[], None], beat_seconds: float) -> None:
        self._publisher = publisher
        self._busy: set[str] = set()
        self._lock = threading.Lock()
        self._swept_at = publisher.clock()
        self._beat = beat
        worker = publisher.settings.worker
        self._pool = ThreadPoolExecutor(worker.threads, thread_name_prefix="lane")
        # A tick that is late is still wanted, and several that piled up are one.
        defaults = {"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
        self._clock = BackgroundScheduler(timezone="UTC", job_defaults=defaults)
        self._every(worker.scan_seconds, self._scan)
        self._every(worker.sweep_seconds, self.sweep)
        self._every(beat_seconds, self._vouch)

    def wake(self, lane: str) -> None:
        """Look at a lane now. One that is being worked on is left alone: the sweep comes again."""
        with self._lock:
            if lane in self._busy:
                return
            self._busy.add(lane)
        # Not a job of the scheduler: a job that adds jobs can lock itself out while the scheduler shuts down.
        self._pool.submit(self._work, lane)

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set; then finish what is under way."""
        self._clock.start()
        try:
            stop.wait()
        finally:
            self._clock.shutdown(wait=True)
            self._pool.shutdown(wait=True, cancel_futures=True)

    def sweep(self) -> None:
        """Wake every lane that has something due."""
        for lane in sorted({account for _, account in self._publisher.due()}):
            self.wake(lane)
        self._swept_at = self._publisher.clock()

    def _every(self, seconds: float, function: Callable[[], None]) -> None:
        self._clock.add_job(function, "interval", seconds=seconds, next_run_time=self._publisher.clock())

    def _scan(self) -> None:
        try:
            taken = self._publisher.take_in()
        except OSError as error:
            log.warning("the drop folder cannot be read (is the share mounted?): %s", error)
            return
        if any(entry.issue_id is not None for entry in taken):
            self.sweep()

    def _work(self, lane: str) -> None:
        """All that is due in one lane, one issue after the other; a lane is never worked on twice at once."""
        try:
            for issue_id, _ in self._publisher.due(lane):
                self._wake_one(issue_id)
        finally:
            with self._lock:
                self._busy.discard(lane)

    def _wake_one(self, issue_id: int) -> None:
        try:
            self._publisher.wake(issue_id)
        except Exception:
            # One issue's trouble (a locked database, a full disk) must not stop the others; the sweep comes again.
            log.exception("issue=%d wake-up failed", issue_id)

    def _vouch(self) -> None:
        """Tell the watchdog that work goes on: only after a recent sweep."""
        if self._publisher.clock() - self._swept_at < STALE:
            self._beat()
