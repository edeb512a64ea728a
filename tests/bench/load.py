"""Load on one server, and what it came to: as much as it takes, or at a constant rate."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.bench.meter import Reading, read_meter
from tests.bench.readers import Readers
from tests.bench.servers import Running

CONNECTIONS: Final = 32
QUIET: Final = 0.15
"""Cores that others may use while a window counts."""
_SCRIPT: Final = str(Path(__file__).with_name("requests.lua"))
_CALM_SECONDS: Final = 0.4


@dataclass(frozen=True, slots=True)
class Window:
    """What a server did in one window: answers, answers a second, their bytes and latencies (ms), its CPU for each
    (µs), the cores that others used, and what went wrong: answers that were no 200, connections that broke.
    """

    answers: int
    rate: float
    answer_bytes: float
    p50: float
    p99: float
    cpu: float
    others: float
    refused: int
    broken: int


def press(running: Running, readers: Readers, count: int, seconds: int, folder: Path) -> Window:
    """One window in which wrk asks as much as the server answers, on keep-alive connections, from one thread.

    `count` requests are prepared before it; should they be too few, it is repeated with twice as many.
    """
    file = readers.write(folder / "requests", count)
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", _SCRIPT, f"http://127.0.0.1:{running.port}"]
    processes = running.processes
    before = read_meter(processes)
    done = subprocess.run(
        [*command, "--", str(file)], check=False, capture_output=True, text=True, preexec_fn=_stand_back
    )
    after = read_meter(processes)
    if "too few requests" in done.stderr:
        return press(running, readers, 2 * count, seconds, folder)
    if done.returncode or not done.stdout.rstrip().endswith("}"):
        raise RuntimeError(f"wrk: {done.stderr or done.stdout}")
    return _to_window(json.loads(done.stdout.splitlines()[-1]), before, after)


def _stand_back() -> None:
    """What asks does not interrupt what answers, whenever an answer comes: it would not, on a reader's telephone."""
    os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def _to_window(told: dict[str, float], before: Reading, after: Reading) -> Window:
    answers, seconds = max(told["answers"], 1), told["seconds"]
    server, ours = after.server - before.server, after.ours - before.ours
    return Window(
        answers=int(told["answers"]),
        rate=told["answers"] / seconds,
        answer_bytes=told["bytes"] / answers,
        p50=told["p50"],
        p99=told["p99"],
        cpu=1e6 * server / answers,
        others=max(0.0, after.machine - before.machine - server - ours) / seconds,
        refused=int(told["refused"]),
        broken=int(told["broken"]),
    )


@dataclass(frozen=True, slots=True)
class Pace:
    """Latencies (ms) at a constant rate, from when each request was due."""

    rate: float
    p50: float
    p99: float
    unanswered: int
    others: float


def keep_pace(running: Running, readers: Readers, rate: float, seconds: float, folder: Path) -> Pace:
    """One window with a constant rate of requests, see `steady`."""
    file = readers.write(folder / "requests", int(rate * seconds))
    command = [sys.executable, "-m", "tests.bench.steady", str(running.port), str(file), str(rate), str(seconds)]
    before = read_meter(running.processes)
    start = time.monotonic()
    done = subprocess.run([*command, str(CONNECTIONS)], check=True, stdout=subprocess.PIPE, text=True)
    after, taken = read_meter(running.processes), time.monotonic() - start
    told = json.loads(done.stdout)
    rest = after.machine - before.machine - (after.server - before.server) - (after.ours - before.ours)
    unanswered = told["wanted"] - told["answers"] + told["refused"]
    return Pace(rate, told["p50"], told["p99"], unanswered, max(0.0, rest) / taken)


def wait_for_calm(patience: float) -> float:
    """The cores that others use, once they are few or the patience is at its end."""
    latest = time.monotonic() + patience
    while True:
        before = read_meter([])
        time.sleep(_CALM_SECONDS)
        after = read_meter([])
        others = (after.machine - before.machine - (after.ours - before.ours)) / _CALM_SECONDS
        if others < QUIET or time.monotonic() > latest:
            return others
