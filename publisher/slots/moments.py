"""Moments as editors write and read them, on the clocks of a zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

TIME_FORMATS = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")


def is_over(day: date, zone: str, now: datetime) -> bool:
    """Whether a day is past in a zone."""
    return day < now.astimezone(ZoneInfo(zone)).date()


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
