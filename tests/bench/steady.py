"""Requests at a constant rate, whether the server keeps up or not: one line of JSON with the latencies in milliseconds.

python -m tests.bench.steady PORT FILE RATE SECONDS CONNECTIONS      FILE: see readers.py

Every request has its time beforehand, and its latency counts from that time to the last byte of its answer: a request
that finds all connections busy waits for one, and its waiting counts. So a server that stalls is charged for all that
would have come meanwhile, and not only for the one request that it held up (the "coordinated omission"). Our own
lateness is charged to the server, too.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final, cast

import uvloop

from tests.bench.readers import DIGITS

_LENGTH: Final = b"content-length: "
_PATIENCE: Final = 10.0


class Caller(asyncio.Protocol):
    """One connection, with one request under way at most. `told` hears of each answer that is complete."""

    def __init__(self, told: Callable[[Caller, int], None]) -> None:
        self._told = told
        self._answer = b""
        self.transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.WriteTransport", transport)  # uvloop's is none of asyncio's classes

    def data_received(self, data: bytes) -> None:
        self._answer += data
        size = whole_size(self._answer)
        if size is not None and len(self._answer) >= size:
            status = int(self._answer[9:12])
            self._answer = b""
            self._told(self, status)


def whole_size(answer: bytes) -> int | None:
    """The bytes that an HTTP answer with a length has in all; None before its head is complete."""
    head = answer.find(b"\r\n\r\n")
    if head < 0:
        return None
    start = answer[:head].lower().index(_LENGTH) + len(_LENGTH)
    length = answer[start:head].partition(b"\r\n")[0]
    return head + 4 + int(length)


class Schedule:
    """The requests, each with its time, and what became of them."""

    def __init__(self, requests: Sequence[bytes], rate: float, clock: Callable[[], float] = time.perf_counter) -> None:
        self._requests = requests
        self._gap = 1 / rate
        self._clock = clock
        self._free: deque[Caller] = deque()
        self._under_way: dict[Caller, float] = {}
        self._next = 0
        self.start = clock()
        self.latencies: list[float] = []
        self.refused = 0

    def add(self, caller: Caller) -> None:
        """A connection that waits for work."""
        self._free.append(caller)

    def pump(self) -> float:
        """Send what is due, as far as connections are free; seconds until the next is due."""
        now = self._clock()
        while self._free and self._next < len(self._requests):
            due = self.start + self._next * self._gap
            if due > now:
                return due - now
            caller = self._free.popleft()
            self._under_way[caller] = due
            assert caller.transport is not None
            caller.transport.write(self._requests[self._next])
            self._next += 1
        return self._gap

    def told(self, caller: Caller, status: int) -> None:
        """An answer is complete: its latency counts from the time that its request had."""
        self.latencies.append(self._clock() - self._under_way.pop(caller))
        self.refused += status != 200
        self._free.append(caller)
        self.pump()

    @property
    def is_over(self) -> bool:
        return len(self.latencies) == len(self._requests)


def read_requests(file: BinaryIO, count: int) -> Iterator[bytes]:
    """The first `count` records of the file."""
    for _ in range(count):
        yield file.read(int(file.read(DIGITS)))


async def run(port: int, requests: Sequence[bytes], rate: float, connections: int) -> Schedule:
    """What became of the requests."""
    loop = asyncio.get_running_loop()
    schedule = Schedule(requests, rate)
    callers = [
        await loop.create_connection(lambda: Caller(schedule.told), "127.0.0.1", port) for _ in range(connections)
    ]
    for _, caller in callers:
        schedule.add(caller)
    schedule.start = time.perf_counter() + 0.05
    latest = schedule.start + len(requests) / rate + _PATIENCE
    while not schedule.is_over and time.perf_counter() < latest:  # noqa: ASYNC110 - time is what it waits for
        await asyncio.sleep(min(schedule.pump(), 0.001))
    return schedule


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that so large a share of all does not exceed."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def main() -> None:
    """Sends what the arguments name."""
    port, path, rate, seconds, connections = sys.argv[1:]
    with Path(path).open("rb") as file:
        requests = list(read_requests(file, int(float(rate) * float(seconds))))
    gc.disable()
    schedule = uvloop.run(run(int(port), requests, float(rate), int(connections)))
    found = [1000 * latency for latency in schedule.latencies]
    told = {"answers": len(found), "wanted": len(requests), "refused": schedule.refused}
    shares = {"p50": percentile(found, 0.5), "p99": percentile(found, 0.99), "longest": max(found)}
    sys.stdout.write(json.dumps(told | shares) + "\n")


if __name__ == "__main__":
    main()
