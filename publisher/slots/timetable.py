"""When an account's issues go out: the moments that its slots name, on the clocks of its zone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from publisher.slots.notation import Slot, parse_slot
from publisher.slots.workdays import is_workday, known_until, rest_before, workday_from

OFFICE_OPENS = time(9)
"""When an issue goes out that is promised for a day on which its account has no slot."""
_DAY = timedelta(days=1)
_FAR = 40 * 366
"""Days: how far a slot is looked for. A 29 February that is a Friday comes every 28 years, but for 1900 and 2100."""
_SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)
_FAR_FROM_THE_END = 366
"""Days that are left before the last date there is, for days off to be looked at."""


@dataclass(frozen=True, slots=True)
class Timetable:
    """The slots of an account, as written, in its zone. `workdays`: what falls on a day off moves to the next working
    day, at the same time of the clock.
    """

    slots: tuple[str, ...]
    zone: str
    workdays: bool = False

    def coming(self, after: datetime) -> Iterator[datetime]:
        """The moments (UTC) at or after `after`, each once, in order; none if the slots never come."""
        zone = ZoneInfo(self.zone)
        # A day earlier: where the clocks leave out a whole day, its slots go to the first moment after it.
        first = after.astimezone(zone).date() - _DAY
        last = None
        for number in range(min(_FAR, (date.max - first).days - _FAR_FROM_THE_END)):
            for moment in self._moments(first + number * _DAY, zone):
                if moment >= after and moment != last:
                    yield moment
                    last = moment

    def on(self, day: date, now: datetime) -> list[datetime]:
        """The moments of a day that are still to come."""
        zone = ZoneInfo(self.zone)
        begin = datetime.combine(day, time(), zone).astimezone(UTC)
        ends = datetime.combine(day + _DAY, time(), zone).astimezone(UTC)
        return list(takewhile(lambda moment: moment < ends, self.coming(max(begin, now)))) if self.slots else []

    def opening(self, day: date) -> datetime:
        """When the office opens on a day: for an issue that is promised for it and finds no slot."""
        return _real_moment(day, OFFICE_OPENS, ZoneInfo(self.zone))

    def next_opening(self, day: date) -> datetime:
        """When the office opens on a day, or on the first working day after it, if only those count."""
        return self.opening(workday_from(day) if self.workdays else day)

    def is_guess(self, moment: datetime) -> bool:
        """Whether a slot depends on working days of a year whose holidays are not known yet."""
        day = moment.astimezone(ZoneInfo(self.zone)).date()
        return self.needs_holidays and day > known_until()

    @property
    def needs_holidays(self) -> bool:
        """Whether the holidays are asked for at all."""
        return self.workdays or any(parse_slot(slot).workdays for slot in self.slots)

    def _moments(self, day: date, zone: ZoneInfo) -> list[datetime]:
        """The moments of one day, in order."""
        if self.workdays and not is_workday(day):
            return []
        days = (day, *rest_before(day)) if self.workdays else (day,)
        clocks = {clock for slot in map(parse_slot, self.slots) for clock in _clocks(slot, days)}
        return [_real_moment(day, clock, zone) for clock in sorted(clocks)]


def slot_fault(slot: str) -> str:
    """What is wrong with a slot as written ("" if nothing)."""
    try:
        coming = Timetable((slot,), "UTC").coming(_SOME_DAY)
        return "" if next(coming, None) else "it never comes"
    except ValueError as error:
        return str(error)


def _clocks(slot: Slot, days: Sequence[date]) -> tuple[time, ...]:
    return slot.times if any(map(slot.falls_on, days)) else ()


def _real_moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The one moment (UTC) at which clocks in a zone show this: the first of two when they are put back; when they
    skip it, the moment at which they are put forward.
    """
    early = datetime.combine(day, clock, zone)
    late = early.replace(fold=1)
    # In a gap the offset before it reads the clock as later than it ever was, the one after it as earlier.
    first, second = late.astimezone(UTC), early.astimezone(UTC)
    return second if second <= first else _jump(first, second, zone)


def _jump(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The moment between two at which the zone's offset changes, to the second."""
    offset = after.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after
