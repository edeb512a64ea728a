"""The embedded engine: wakes what is due, one issue per account at a time, and vouches only for work."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

from publisher.app import Publisher
from publisher.config import Worker
from publisher.engines.embedded import STALE, EmbeddedEngine
from tests.clock import Clock

PATIENCE = 20.0


class Workshop:
    """A publisher whose work is only counted; the engine cannot tell."""

    def __init__(self, due: list[tuple[int, str]]) -> None:
        self.settings = SimpleNamespace(worker=Worker(scan_seconds=0.05, sweep_seconds=0.05, threads=4))
        # The scheduler lives by the real time: it would make up for all that lies between.
        self.clock = Clock(datetime.now(UTC))
        self.waiting = list(due)
        self.woken: list[int] = []
        self.busy: dict[str, int] = {}
        self.most_busy = 0
        self.lock = threading.Lock()
        self.all_done = threading.Event()
        self.broken: set[int] = set()
        self.gate: threading.Event | None = None

    def take_in(self) -> list[Any]:
        return []

    def due(self, lane: str = "") -> list[tuple[int, str]]:
        with self.lock:
            return [entry for entry in self.waiting if lane in {"", entry[1]}]

    def wake(self, issue_id: int) -> None:
        lane = dict(self.waiting)[issue_id]
        with self.lock:
            self.busy[lane] = self.busy.get(lane, 0) + 1
            self.most_busy = max(self.most_busy, self.busy[lane])
        if self.gate is not None:
            self.gate.wait(PATIENCE)
        with self.lock:
            self.busy[lane] -= 1
            self.woken.append(issue_id)
            self.waiting = [entry for entry in self.waiting if entry[0] != issue_id]
            if not self.waiting:
                self.all_done.set()
        if issue_id in self.broken:
            raise OSError("disk full")


@contextmanager
def running(workshop: Workshop, beat: threading.Event | None = None) -> Iterator[EmbeddedEngine]:
    beats = beat or threading.Event()
    engine = EmbeddedEngine(cast("Publisher", workshop), beats.set, 0.05)
    stop = threading.Event()
    thread = threading.Thread(target=engine.run, args=(stop,))
    thread.start()
    try:
        yield engine
    finally:
        stop.set()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def test_everything_due_is_woken_and_an_account_is_never_worked_on_twice_at_once() -> None:
    workshop = Workshop([(number, "east" if number % 2 else "west") for number in range(1, 21)])
    with running(workshop):
        assert workshop.all_done.wait(PATIENCE)
    assert sorted(workshop.woken) == list(range(1, 21))
    assert workshop.most_busy == 1


def test_two_accounts_are_worked_on_side_by_side() -> None:
    workshop = Workshop([(1, "east"), (2, "west")])
    workshop.gate = threading.Event()
    with running(workshop):
        started = threading.Event()

        def watch() -> None:
            while sum(workshop.busy.values()) < 2 and not started.wait(0.01):
                pass
            started.set()

        watcher = threading.Thread(target=watch)
        watcher.start()
        assert started.wait(PATIENCE)
        watcher.join()
        workshop.gate.set()
        assert workshop.all_done.wait(PATIENCE)


def test_one_issue_s_trouble_does_not_stop_the_others() -> None:
    workshop = Workshop([(1, "east"), (2, "east"), (3, "east")])
    workshop.broken = {1}
    with running(workshop):
        assert workshop.all_done.wait(PATIENCE)
    assert sorted(workshop.woken) == [1, 2, 3]


def test_a_worker_that_is_to_stop_finishes_the_issue_in_hand_and_begins_no_other() -> None:
    workshop = Workshop([(1, "east"), (2, "east"), (3, "east")])
    workshop.gate = threading.Event()
    engine = EmbeddedEngine(cast("Publisher", workshop), lambda: None, 60)
    stop = threading.Event()
    thread = threading.Thread(target=engine.run, args=(stop,))
    thread.start()
    engine.wake("east")
    stop.set()
    assert engine._stopping.wait(PATIENCE)
    workshop.gate.set()
    thread.join(PATIENCE)
    assert workshop.woken in ([], [1])


def test_a_lane_that_is_woken_twice_is_worked_on_once() -> None:
    workshop = Workshop([])
    with running(workshop) as engine:
        workshop.waiting = [(7, "east")]
        engine.wake("east")
        engine.wake("east")
        assert workshop.all_done.wait(PATIENCE)
    assert workshop.woken == [7]


def test_the_watchdog_hears_of_work_and_nothing_when_the_sweep_is_stale() -> None:
    beat = threading.Event()
    with running(Workshop([]), beat):
        assert beat.wait(PATIENCE)
    workshop = Workshop([])
    silent = threading.Event()
    engine = EmbeddedEngine(cast("Publisher", workshop), silent.set, 1)
    engine._swept_at -= STALE.total_seconds()
    engine._vouch()
    assert not silent.is_set()
    engine.sweep()
    engine._vouch()
    assert silent.is_set()


def test_a_share_that_is_not_mounted_is_logged_and_the_sweep_goes_on(caplog: Any) -> None:
    workshop = Workshop([(1, "east")])

    def gone() -> list[Any]:
        raise FileNotFoundError("drafts")

    workshop.take_in = gone  # type: ignore[method-assign]
    with running(workshop):
        assert workshop.all_done.wait(PATIENCE)
    assert "is the share mounted" in caplog.text
