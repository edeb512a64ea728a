"""Runs the command line under a clock that goes fast: hours of patience pass in minutes.

python -m tests.hasty SINCE SHOWS FACTOR READING COMMAND…    at the unix time SINCE the clock showed SHOWS;
                                                             files are read by a child each (jailed), or here
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from publisher import app, reading
from publisher.document import Newsletter


@dataclass(frozen=True, slots=True)
class FastClock:
    """A clock that goes `factor` times as fast as this machine's, and is the same in every process."""

    since: float
    shows: float
    factor: float

    @classmethod
    def started(cls, factor: float) -> FastClock:
        """A clock that is right at this moment."""
        now = time.time()
        return cls(now, now, factor)

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(self.shows + (time.time() - self.since) * self.factor, UTC)

    def turned(self, seconds: float) -> FastClock:
        """The same clock, put forward."""
        return FastClock(self.since, self.shows + seconds, self.factor)

    @property
    def arguments(self) -> list[str]:
        """How a process is told of this clock."""
        return [repr(self.since), repr(self.shows), repr(self.factor)]


def read_here(files: Mapping[str, bytes]) -> Newsletter:
    """What the jail's child does, in this process: a third of a second less for each file."""
    from publisher import newsletter
    from publisher.importers.bundle import import_bundle
    from publisher.importers.supplies import Supplies, Wants
    from publisher.pictures import fit_pictures

    def ask(files: Mapping[str, bytes], supplies: Supplies) -> Newsletter | Wants:
        found = import_bundle(files, supplies)
        return found if isinstance(found, Wants) else newsletter.recover(found)

    return reading.Reader(ask=ask, fit=fit_pictures).read(files)


def main(arguments: list[str]) -> None:
    from publisher.cli import main as run

    since, shows, factor = map(float, arguments[:3])
    clock = FastClock(since, shows, factor)
    app.open_publisher = partial(app.open_publisher, clock=clock)
    time.monotonic = partial(_go_fast, time.monotonic, factor)  # the clock that nobody sets must not fall behind
    if arguments[3] == "here":
        reading.read = read_here
    run(arguments[4:])


def _go_fast(monotonic: Callable[[], float], factor: float) -> float:
    return monotonic() * factor


if __name__ == "__main__":
    main(sys.argv[1:])
