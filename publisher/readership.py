"""What readers ask, by day, by rule, and by word, so that editors see what is missing. Nothing names a reader."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from publisher.replies import Outcome
from publisher.store.counting import Count, What
from publisher.store.deliveries import Deliveries

_MOST_WORDS = 20


@dataclass(frozen=True, slots=True)
class Day:
    """One day in Beijing: how many messages came and what they came to, how many readers followed and left."""

    day: date
    messages: int
    answered: int
    found: int
    missed: int
    follows: int
    unfollows: int


@dataclass(frozen=True, slots=True)
class Readership:
    """Every day of a time, oldest first; the rules that answered in it, the most frequent first; the words, normalised,
    that were not answered and those that were found by search; the events and fields that nobody knows.
    """

    days: Sequence[Day]
    rules: Mapping[str, int]
    missed: Mapping[str, int]
    found: Mapping[str, int]
    strange: Mapping[str, int]


def read_readership(deliveries: Deliveries, last: date, days: int, account: str) -> Readership:
    """The `days` up to `last`, of one account, or of all ("")."""
    since = last - timedelta(days=days - 1)
    counted = {
        count: number for count, number in deliveries.count(since).items() if not account or count.account == account
    }
    by_day = _by_day(counted)
    return Readership(
        days=tuple(_day(day, by_day[day.isoformat()]) for day in (since + timedelta(n) for n in range(days))),
        rules=_by_name(counted, What.RULE),
        missed=dict(deliveries.words(Outcome.MISSED, since, account, _MOST_WORDS)),
        found=dict(deliveries.words(Outcome.FOUND, since, account, _MOST_WORDS)),
        strange=_by_name(counted, What.STRANGE),
    )


def _by_day(counted: Mapping[Count, int]) -> defaultdict[str, Counter[tuple[str, str]]]:
    days: defaultdict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for count, number in counted.items():
        days[count.day][count.what, count.name.lower()] += number
    return days


def _day(day: date, counted: Counter[tuple[str, str]]) -> Day:
    answered, found, missed = (counted[What.MESSAGE, outcome] for outcome in Outcome)
    follows, unfollows = counted[What.EVENT, "subscribe"], counted[What.EVENT, "unsubscribe"]
    return Day(day, answered + found + missed, answered, found, missed, follows, unfollows)


def _by_name(counted: Mapping[Count, int], what: What) -> dict[str, int]:
    names: Counter[str] = Counter()
    for count, number in counted.items():
        if count.what == what:
            names[count.name] += number
    return dict(names.most_common())
