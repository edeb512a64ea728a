"""How fast issues go out: one with many pictures, many over several accounts, and the pass over a long archive.

The platform is a process of its own, beside us on the same cores, that lets every call wait.
"""

from __future__ import annotations

import math
import sqlite3
import threading
import time
from pathlib import Path
from statistics import median
from typing import Final

from rich.console import Console
from rich.table import Table

from publisher.app import Publisher
from publisher.engines.embedded import EmbeddedEngine
from publisher.issue import OPEN, Status
from publisher.pipeline.confirming import LIST, PLENTY
from tests.bench.office import add_issue, office, photograph, stand_in

_PICTURES: Final = 30
_SLOW, _QUICK = 0.1, 0.02
"""Seconds that each call waits."""
_ISSUES, _ACCOUNTS = 200, 10
_FINISHED: Final = 100_000
_ALONE: Final = 4
"""Calls that wait for each other: token, cover, draft, submission."""
_MOST_OF_PATH, _LEAST_RATE, _LONGEST_TICK = 1.3, 15.0, 5.0
_ADD: Final = (
    "INSERT INTO issue (account, name, fingerprint, status, created_at, publish_at, archived_at, archive_path)"
    " VALUES ('a0', ?, ?, 'PUBLISHED', ?, ?, ?, 'x')"
)
_LONG_AGO: Final = "2026-01-01T00:00:00.000000+00:00"


def measure_pipeline(console: Console, folder: Path) -> list[str]:
    """Prints the table of the pipeline; the wishes that were not fulfilled."""
    faults: list[str] = []
    table = Table("what", "measured", "wanted", "beside it", title="from a scheduled issue to its submission")
    taken, path, serial = _one_issue(folder / "one")
    beside = f"critical path {path:.2f} s, one call after the other {serial:.2f} s"
    share = f"{taken / path:.2f} × the critical path"
    table.add_row(f"{_PICTURES} pictures, {_SLOW * 1000:.0f} ms a call", f"{taken:.2f} s, {share}", "1.30 ×", beside)
    faults += [f"{_PICTURES} pictures: {share}, at most {_MOST_OF_PATH} wanted"] if taken > _MOST_OF_PATH * path else []
    rate = _many_issues(folder / "many")
    what = f"{_ISSUES} issues of {_ACCOUNTS} accounts, {_QUICK * 1000:.0f} ms a call"
    table.add_row(
        what, f"{rate:.1f} issues a second", f"{_LEAST_RATE:.0f}", "two pictures, cover, draft, submission each"
    )
    faults += [f"{rate:.1f} issues a second, {_LEAST_RATE:.0f} wanted"] if rate < _LEAST_RATE else []
    tick = _tick(folder / "archive")
    table.add_row(f"a pass over {_FINISHED:,} finished issues", f"{tick:.1f} ms", f"{_LONGEST_TICK:.0f} ms", "")
    faults += [f"a pass: {tick:.1f} ms, at most {_LONGEST_TICK:.0f} wanted"] if tick > _LONGEST_TICK else []
    console.print(table)
    return faults


def _one_issue(folder: Path) -> tuple[float, float, float]:
    """Seconds that an issue with many pictures takes, those of its critical path, and of its calls in a row."""
    taken = []
    for attempt in range(3):
        with stand_in(_SLOW) as url, office(folder / str(attempt), url) as publisher:
            issue = add_issue(publisher, "a0", 1, [photograph(number) for number in range(_PICTURES)])
            publisher.settle_files()
            start = time.perf_counter()
            publisher.wake(issue)
            taken.append(time.perf_counter() - start)
            waves = math.ceil(_PICTURES / publisher.settings.worker.upload_threads)
    return median(taken), (waves + _ALONE) * _SLOW, (_PICTURES + _ALONE) * _SLOW


def _many_issues(folder: Path) -> float:
    """Issues a second that the embedded engine submits."""
    with stand_in(_QUICK) as url, office(folder, url, _ACCOUNTS) as publisher:
        for number in range(_ISSUES):
            pictures = [photograph(2 * number), photograph(2 * number + 1)]
            add_issue(publisher, f"a{number % _ACCOUNTS}", number, pictures)
        for number in range(_ACCOUNTS * (PLENTY + 1)):  # on a day with so many the quick looks at verdicts are used up
            publisher.store.accounts.count(f"a{number % _ACCOUNTS}", LIST, publisher.clock())
        publisher.settle_files()
        stop = threading.Event()
        worker = threading.Thread(target=EmbeddedEngine(publisher, lambda: None, 30).run, args=(stop,))
        start = time.perf_counter()
        worker.start()
        while _submitted(publisher) < _ISSUES:
            time.sleep(0.05)
        taken = time.perf_counter() - start
        stop.set()
        worker.join()
    return _ISSUES / taken


def _submitted(publisher: Publisher) -> int:
    counts = publisher.store.census({Status.SUBMITTED, Status.PUBLISHED})
    return sum(counts.values())


def _tick(folder: Path) -> float:
    """Milliseconds of what the worker asks every few seconds, the median of many."""
    with office(folder, "http://127.0.0.1:9") as publisher:
        database = sqlite3.connect(publisher.settings.database)
        rows = ((f"n{number}", f"{number:064}", _LONG_AGO, _LONG_AGO, _LONG_AGO) for number in range(_FINISHED))
        with database:
            database.executemany(_ADD, rows)
        database.close()
        taken = []
        for _ in range(31):
            start = time.perf_counter()
            publisher.take_in()
            publisher.due()
            publisher.store.census({*OPEN, Status.HELD})
            taken.append((time.perf_counter() - start) * 1000)
    return median(taken[1:])
