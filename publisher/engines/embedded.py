"""The default engine: one process, APScheduler as its clock, a pool of threads. Nothing of worth lives in a job."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from apscheduler.schedulers.background import BackgroundScheduler

from publisher.app import Publisher, system_clock
from publisher.errors import Unavailable

log = logging.getLogger("publisher.engine")
# At INFO the scheduler logs every tick, twelve a minute and more.
logging.getLogger("apscheduler").setLevel(logging.WARNING)

STALE = timedelta(seconds=60)
"""A sweep older than this means that the engine does not work any more."""
STEP = timedelta(seconds=60)
"""By so much a clock does not drift, it is set (or the machine has slept)."""
LOOK_SECONDS = 5.0
"""How often the clock is compared with the one that nobody sets."""
PURGE_SECONDS = 6 * 3600.0
"""How often what readers sent is looked through for what has been kept long enough."""


class EmbeddedEngine:
    """Scans the drop folder, sweeps over the due issues, and works on several accounts at once."""

    def __init__(self, publisher: Publisher, beat: Callable[[], None], beat_seconds: float) -> None:
        self._publisher = publisher
        self._busy: set[str] = set()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._swept_at = time.monotonic()
        self._offset = self._measure()
        self._beat = beat
        worker = publisher.settings.worker
        self._pool = ThreadPoolExecutor(worker.threads, thread_name_prefix="lane")
        # A tick that is late is still wanted, and several that piled up are one.
        defaults = {"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
        self._clock = BackgroundScheduler(timezone="UTC", job_defaults=defaults)
        self._every(worker.scan_seconds, self._scan)
        self._every(worker.sweep_seconds, self.sweep)
        self._every(PURGE_SECONDS, self._purge)
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
            while not stop.wait(LOOK_SECONDS):
                self.mind_clock()
        finally:
            self._stopping.set()
            self._clock.shutdown(wait=True)
            self._pool.shutdown(wait=True, cancel_futures=True)

    def sweep(self) -> None:
        """Wake every lane that has something due."""
        for lane in sorted({account for _, account in self._publisher.due()}):
            self.wake(lane)
        self._swept_at = time.monotonic()

    def mind_clock(self) -> None:
        """Start the ticks and every wait anew after the clock was set: those set by it may lie days ahead."""
        before, self._offset = self._offset, self._measure()
        if abs(self._offset - before) < STEP.total_seconds():
            return
        log.warning("the clock was set by %+.0f s: everything that waits is looked at", self._offset - before)
        try:
            self._publisher.ring_all()
        except Unavailable as error:
            log.warning("not now: %s", error.detail)
            self._offset = before  # a locked database: the next look finds the step again
        for tick in self._clock.get_jobs():
            tick.reschedule("interval", seconds=tick.trigger.interval_length)

    def _measure(self) -> float:
        return self._publisher.clock().timestamp() - time.monotonic()

    def _every(self, seconds: float, function: Callable[[], None]) -> None:
        # The scheduler lives by this machine's time, whatever the publisher's clock says.
        self._clock.add_job(function, "interval", seconds=seconds, next_run_time=system_clock())

    def _scan(self) -> None:
        try:
            taken = self._publisher.take_in()
        except OSError as error:
            log.warning("the drop folder cannot be read (is the share mounted?): %s", error)
            return
        except Unavailable as error:
            log.warning("nothing is taken in now, the next scan tries again: %s", error.detail)
            return
        if any(entry.issue_id is not None for entry in taken):
            self.sweep()

    def _purge(self) -> None:
        try:
            self._publisher.purge()
        except Unavailable as error:
            log.warning("what readers sent is not looked through now: %s", error.detail)

    def _work(self, lane: str) -> None:
        """All that is due in one lane, one issue after the other; a lane is never worked on twice at once."""
        try:
            for issue_id, _ in self._publisher.due(lane):
                # A lane may be long: what is not begun when the worker is to stop waits for its next start.
                if not self._stopping.is_set():
                    self._wake_one(issue_id)
        finally:
            with self._lock:
                self._busy.discard(lane)

    def _wake_one(self, issue_id: int) -> None:
        try:
            self._publisher.wake(issue_id)
        except Unavailable as error:
            log.warning("issue=%d not now, the next sweep tries again: %s", issue_id, error.detail)
        except Exception:
            # One issue's trouble must not stop the others; the sweep comes again.
            log.exception("issue=%d wake-up failed", issue_id)

    def _vouch(self) -> None:
        """Tell the watchdog that work goes on: only after a recent sweep."""
        if time.monotonic() - self._swept_at < STALE.total_seconds():
            self._beat()
