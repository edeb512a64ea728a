"""The default engine: one process, APScheduler's threads, its memory job store. Nothing of worth lives in a job."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from publisher.app import Publisher

log = logging.getLogger("publisher.engine")

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
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(worker.threads + 2)},
            # A wake-up that is late is still wanted, and several that piled up are one.
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        )
        self._every(worker.scan_seconds, self._scan, "scan")
        self._every(worker.sweep_seconds, self.sweep, "sweep")
        self._every(beat_seconds, self._vouch, "beat")

    def wake(self, issue_id: int, lane: str, at: datetime | None = None) -> None:
        """Look at an issue's lane at a time, or now. A lane that is busy finds the issue by itself."""
        when = at or self._publisher.clock()
        self._scheduler.add_job(
            self._work, "date", run_date=when, args=[lane], id=f"wake:{lane}:{issue_id}", replace_existing=True
        )

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set; then finish what is under way."""
        self._scheduler.start()
        try:
            stop.wait()
        finally:
            self._scheduler.shutdown(wait=True)

    def sweep(self) -> None:
        """Wake every lane that has something due."""
        for lane in sorted({account for _, account in self._publisher.due()}):
            with self._lock:
                idle = lane not in self._busy
            if idle:
                self._scheduler.add_job(self._work, args=[lane], id=f"lane:{lane}", replace_existing=True)
        self._swept_at = self._publisher.clock()

    def _every(self, seconds: float, function: Callable[[], None], name: str) -> None:
        self._scheduler.add_job(function, "interval", seconds=seconds, id=name, next_run_time=self._publisher.clock())

    def _scan(self) -> None:
        for taken in self._publisher.take_in():
            if taken.issue_id is not None:
                self.sweep()
                return

    def _work(self, lane: str) -> None:
        """All that is due in one lane, one issue after the other; a lane is never worked on twice at once."""
        with self._lock:
            if lane in self._busy:
                return
            self._busy.add(lane)
        try:
            for issue_id, account in self._publisher.due():
                if account == lane:
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
        """Tell the watchdog that work goes on: only from our own pool, and only after a recent sweep."""
        if self._publisher.clock() - self._swept_at < STALE:
            self._beat()
