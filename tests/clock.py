"""Time as tests turn it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """A clock that only moves when a test turns it."""

    def __init__(self, now: datetime | None = None) -> None:
        self.now = now or datetime(2026, 11, 24, 1, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now
