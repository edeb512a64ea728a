"""When an issue goes out: the account's slots, and what editors write as a time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from apscheduler.triggers.cron import CronTrigger

TIME_FORMATS = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")

OFFICE_OPENS = time(9)
"""When an issue goes out that is promised for a day on which its account has no slot."""

_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAY = re.compile(r"(?<![/\d])[0-7](?!\d)")


def next_slot(slots: Sequence[str], zone: str, after: datetime) -> datetime:
    """The first moment (UTC) at or after `after` that any of the cron expressions names; `after` itself without slots.

    Raises ValueError for an expression that is not one, or that never comes.
    """
    if not slots:
        return after
    times: list[datetime | None] = [parse_slot(slot, zone).get_next_fire_time(None, after) for slot in slots]
    coming = [time for time in times if time is not None]
    if not coming:
        raise ValueError(f"none of the slots ever comes: {', '.join(slots)}")
    return min(coming).astimezone(UTC)


def time_on(day: date, slots: Sequence[str], zone: str, now: datetime) -> datetime:
    """The moment (UTC) for an issue that is only promised for a day: the account's first slot on it that is still to
    come, else 09:00.
    """
    opens = datetime.combine(day, OFFICE_OPENS, ZoneInfo(zone)).astimezone(UTC)
    if not slots:
        return opens
    slot = next_slot(slots, zone, max(datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC), now))
    return slot if slot.astimezone(ZoneInfo(zone)).date() == day else opens


def is_over(day: date, zone: str, now: datetime) -> bool:
    """Whether a day is past in a zone."""
    return day < now.astimezone(ZoneInfo(zone)).date()


def parse_slot(slot: str, zone: str) -> CronTrigger:
    """The trigger of a five-field cron expression in a zone; ValueError says what is wrong with it."""
    from apscheduler.triggers.cron import CronTrigger

    fields = slot.split()
    # The library counts the days of the week from Monday = 0, cron and everybody else from Sunday = 0 or 7.
    weekdays = _WEEKDAY.sub(lambda found: _WEEKDAYS[int(found.group())], fields[-1]) if fields else ""
    return CronTrigger.from_crontab(" ".join([*fields[:-1], weekdays]), timezone=ZoneInfo(zone))


def parse_time(text: str, zone: str) -> datetime:
    """The moment (UTC) that an editor wrote: «2026-11-24 17:30», with or without seconds, T or offset; without
    an offset it is in `zone`. A bare date is refused, as is a local time that a DST change skips or doubles.

    Raises ValueError.
    """
    cleaned = text.strip()
    aware = _with_offset(cleaned)
    if aware is not None:
        return aware.astimezone(UTC)
    for form in TIME_FORMATS:
        try:
            naive = datetime.strptime(cleaned, form)  # noqa: DTZ007 - the zone is the account's, attached below
        except ValueError:
            continue
        return _in_zone(naive, ZoneInfo(zone))
    raise ValueError(f"not a time: {text!r}; write it as 2026-11-24 17:30")


def _with_offset(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _in_zone(naive: datetime, zone: ZoneInfo) -> datetime:
    early, late = naive.replace(tzinfo=zone, fold=0), naive.replace(tzinfo=zone, fold=1)
    if early.utcoffset() != late.utcoffset():
        raise ValueError(f"{naive} comes twice or never in {zone.key} (clock change); add an offset such as +08:00")
    return early.astimezone(UTC)


def in_zone(moment: datetime, zone: str) -> str:
    """«2026-11-24 17:30» as clocks in `zone` show it."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def backoff(tries: int) -> timedelta:
    """How long to wait before try number `tries + 1` of something that did not happen: 5 s doubling to 10 minutes."""
    return timedelta(seconds=min(5 * 2 ** min(tries, 10), 600))
