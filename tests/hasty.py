"""Runs the command line under a clock that goes fast: hours of patience pass in minutes.

python -m tests.hasty SINCE SHOWS FACTOR COMMAND…        at the unix time SINCE the clock showed SHOWS
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from publisher import app


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


def main(arguments: list[str]) -> None:
    from publisher.cli import main as run

    since, shows, factor = map(float, arguments[:3])
    clock = FastClock(since, shows, factor)
    app.open_publisher = partial(app.open_publisher, clock=clock)  # type: ignore[assignment]
    run(arguments[3:])


if __name__ == "__main__":
    main(sys.argv[1:])
