"""Counts of deliveries by account and day in Beijing: of those that are kept, and of those that were.

A delivery is counted where it lies, or in the tally once it is gone: one transaction takes it from the one to the
other, so that it is never in both and never in none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert

from publisher import schema

_BEIJING: Final = ZoneInfo("Asia/Shanghai")
_AHEAD: Final = 8 * 3600
"""Seconds: Beijing has no summer time."""
_MOST_NAMES: Final = 200
OTHERS: Final = "其他"
"""All names of a day beyond the two hundred that came first."""

_delivery = schema.delivery.c
_tally = schema.tally.c
_DAY = func.date(_delivery.received_at + _AHEAD, "unixepoch")
_IS_EVENT = _delivery.kind == "event"


class What(StrEnum):
    """What is counted by name."""

    MESSAGE = "message"
    """Messages, no events, by `Outcome`."""
    EVENT = "event"
    RULE = "rule"
    """Messages and events that a rule answered, by the rule's name."""
    STRANGE = "strange"
    """Events and fields that nobody knows."""


class Count(NamedTuple):
    """What is counted; `day` is ISO 8601."""

    account: str
    day: str
    what: str
    name: str


def start_of(day: date) -> int:
    """The first second of a day in Beijing."""
    return int(datetime(day.year, day.month, day.day, tzinfo=_BEIJING).timestamp())


def day_of(moment: datetime) -> date:
    """The day that it is in Beijing."""
    return moment.astimezone(_BEIJING).date()


def count(db: Connection, since: date) -> Counter[Count]:
    """Everything from a day on."""
    counted = count_kept(db, _delivery.received_at >= start_of(since))
    rows = db.execute(select(schema.tally).where(_tally.day >= since.isoformat()))
    counted.update({Count(row.account, row.day, row.what, row.name): row.count for row in rows})
    return counted


def count_kept(db: Connection, which: Any) -> Counter[Count]:
    """The deliveries of a condition that are kept."""
    same: list[Any] = [_delivery.account, _DAY.label("day"), _IS_EVENT.label("is_event"), _delivery.event]
    same += [_delivery.rule, _delivery.outcome, _delivery.strange]
    counted: Counter[Count] = Counter()
    for row in db.execute(select(*same, func.count().label("number")).where(which).group_by(*same)):
        first = (What.EVENT, row.event) if row.is_event else (What.MESSAGE, row.outcome)
        names = [first, *((What.STRANGE, name) for name in row.strange.splitlines())]
        names += [(What.RULE, row.rule)] if row.rule else []
        counted.update({Count(row.account, row.day, what, name): row.number for what, name in names})
    return counted


def retire(db: Connection, keys: Sequence[bytes]) -> Counter[str]:
    """Keep nothing of some deliveries but their counts: how many there were, by account."""
    those = _delivery.key.in_(keys)
    rows = db.execute(select(_delivery.account, func.count()).where(those).group_by(_delivery.account))
    gone = Counter({row[0]: row[1] for row in rows})
    _add(db, count_kept(db, those))
    db.execute(schema.delivery.delete().where(those))
    return gone


def drop_unused_replies(db: Connection) -> None:
    """Forget the replies that no delivery had: they may repeat what a reader wrote."""
    used = select(_delivery.reply)
    db.execute(schema.reply.delete().where(schema.reply.c.fingerprint.not_in(used)))


def _add(db: Connection, counted: Counter[Count]) -> None:
    put = insert(schema.tally)
    more = put.on_conflict_do_update(_tally.keys()[:4], set_={"count": _tally["count"] + put.excluded["count"]})
    known: dict[tuple[str, str, str], set[str]] = {}
    for counted_as, number in counted.items():
        of_day = counted_as[:3]
        names = known.setdefault(of_day, _names(db, of_day))
        name = counted_as.name if counted_as.name in names or len(names) < _MOST_NAMES else OTHERS
        names.add(name)
        db.execute(more, {**counted_as._replace(name=name)._asdict(), "count": number})


def _names(db: Connection, of_day: tuple[str, str, str]) -> set[str]:
    account, day, what = of_day
    query = select(_tally.name).where(_tally.account == account, _tally.day == day, _tally.what == what)
    return set(db.execute(query).scalars())
