"""What may be written as a slot: a cron expression of five fields, or words such as 每月最后一个工作日 17:30.

Each is read into the same value: on which days it falls, and at what times of the clock.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache, partial

from publisher.slots.workdays import is_workday

EXAMPLES = (
    "每月最后一个工作日 17:30", "每月第一个工作日 9:00", "每月 15 日 9:00", "每周五 17:30", "工作日 8:30",
    "last working day of the month 17:30", "every friday 17:30", "working days 08:30", "30 17 * * fri",
)  # fmt: skip

_Days = Callable[[date], bool]
_DAY = timedelta(days=1)
_COMMON_MONTH, _FEWEST_WORKDAYS, _FEWEST_WEEKDAYS = 28, 15, 4
"""What every month has: so many days, working days, and Fridays. More would fall out in some months unseen."""

_CHINESE = "一二三四五六七八九十"
_WEEK = "一二三四五六日"
_ORDINALS = ("first", "second", "third", "fourth", "fifth")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ENGLISH_DAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:days?)?"
_CHINESE_DAY = r"(?:周|星期)[一二三四五六日天]"
_COUNT = rf"第(?P<nth>\d{{1,2}}|[{_CHINESE}]{{1,3}})个?|倒数第(?P<back>\d{{1,2}}|[{_CHINESE}]{{1,3}})个?|最后一?个?"
_ENGLISH_COUNT = rf"(?P<nth>{'|'.join(_ORDINALS)}|\d{{1,2}}(?:st|nd|rd|th))(?P<back> to last)?|last"
_OF_MONTH = r" of (?:the|each|every) month"


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot: whether it falls on a day, at which times (earliest first), and whether it asks for working days."""

    falls_on: _Days
    times: tuple[time, ...]
    workdays: bool = False


@lru_cache(maxsize=256)
def parse_slot(text: str) -> Slot:
    """The slot that was written; ValueError says what is wrong and what may be written."""
    plain = " ".join(unicodedata.normalize("NFKC", text).lower().split())
    split = re.fullmatch(r"(?P<days>.*?) ?(?P<hour>\d{1,2}):(?P<minute>\d{2})", plain)
    try:
        if split is None:
            return _parse_cron(text)
        clock = time(int(split["hour"]), int(split["minute"]))
        return Slot(_parse_days(split["days"]), (clock,), "工作日" in plain or "work" in plain)
    except ValueError as error:
        raise ValueError(f"{error}; write, for example, {', '.join(EXAMPLES)}") from None


# ---------------------------------------------------------------------------- words


def _parse_days(words: str) -> _Days:
    """The days that words name, in Chinese (where spaces mean nothing) or English."""
    for text, patterns in ((words.replace(" ", ""), _CHINESE_WORDS), (words, _ENGLISH_WORDS)):
        for pattern, read in patterns.items():
            found = re.fullmatch(pattern, text)
            if found:
                return read(found)
    raise ValueError(f"no days are called {words!r}" if words else "the days are missing")


def _read_every_day(_found: re.Match[str]) -> _Days:
    return lambda _day: True


def _read_working_days(_found: re.Match[str]) -> _Days:
    return is_workday


def _read_weekdays(found: re.Match[str]) -> _Days:
    """Several days of the week, or from one to another."""
    said = re.findall(rf"[{_WEEK}天]|{'|'.join(_WEEKDAYS)}", found["days"])
    wanted = [_weekday_number(name) for name in said]
    if found.groupdict().get("to"):
        last = _weekday_number(found["to"])
        wanted = [number % 7 for number in range(wanted[0], last + (7 if last < wanted[0] else 0) + 1)]
    return lambda day: day.weekday() in wanted


def _weekday_number(name: str) -> int:
    return _WEEK.index(name.replace("天", "日")[-1]) if name[-1] in _WEEK + "天" else _WEEKDAYS.index(name[:3])


def _read_dates(found: re.Match[str]) -> _Days:
    wanted = [int(number) for number in re.findall(r"\d+", found["days"])]
    if not all(1 <= number <= _COMMON_MONTH for number in wanted):
        raise ValueError(f"not every month has a day {max(wanted)}: write 1 to {_COMMON_MONTH}, or 每月最后一天")
    return lambda day: day.day in wanted


def _read_nth(found: re.Match[str]) -> _Days:
    """The nth day of a kind in the month, counted from either end."""
    said, kind = found.groupdict(), found["kind"]
    number = _number(said["nth"] or said.get("back") or "1")
    from_end = said["nth"] is None or bool(said.get("back"))
    is_kind, most = _kind(kind)
    if not 1 <= number <= most:
        raise ValueError(f"not every month has so many of {kind!r}: write 1 to {most}")
    return partial(_is_nth, is_kind, number, -1 if from_end else 1)


def _kind(name: str) -> tuple[_Days, int]:
    if name in {"工作日", "working day", "workday"}:
        return is_workday, _FEWEST_WORKDAYS
    if name in {"天", "日", "day"}:
        return lambda _day: True, _COMMON_MONTH
    number = _weekday_number(name)
    return lambda day: day.weekday() == number, _FEWEST_WEEKDAYS


def _number(said: str) -> int:
    """«3», «3rd», «third», 三 or 十三."""
    if said in _ORDINALS:
        return _ORDINALS.index(said) + 1
    if said[0].isdecimal():
        return int(re.sub(r"\D", "", said))
    tens, found, ones = said.rpartition("十")
    value = _CHINESE.find(ones) + 1
    return value + 10 * (_CHINESE.find(tens) + 1 if tens else 1) if found else value


def _is_nth(is_kind: _Days, number: int, step: int, day: date) -> bool:
    return is_kind(day) and sum(map(is_kind, _days_of_month(day, -step))) == number


def _days_of_month(day: date, step: int) -> Iterator[date]:
    """The day and those before it (step -1) or after it (1) in its month."""
    month = day.month
    while day.month == month:
        yield day
        day += step * _DAY


_CHINESE_WORDS = {
    r"每[天日]": _read_every_day,
    r"(?:每个?)?工作日": _read_working_days,
    rf"每?(?P<days>{_CHINESE_DAY})[至到-](?:周|星期)?(?P<to>[一二三四五六日天])": _read_weekdays,
    rf"每?(?P<days>{_CHINESE_DAY}(?:[、,和](?:周|星期)?[一二三四五六日天])*)": _read_weekdays,
    r"每个?月(?P<days>\d{1,2}[日号]?(?:[、,和]\d{1,2}[日号]?)*)": _read_dates,
    rf"每个?月(?:的)?(?:{_COUNT})(?P<kind>工作日|天|{_CHINESE_DAY})": _read_nth,
}
_ENGLISH_WORDS = {
    r"every day|daily": _read_every_day,
    r"(?:every )?(?:working ?days?|workdays?)": _read_working_days,
    rf"(?:every )?(?P<days>{_ENGLISH_DAY}) (?:to|-) (?P<to>{_ENGLISH_DAY})": _read_weekdays,
    rf"(?:every )?(?P<days>{_ENGLISH_DAY}(?:(?:, | and |, and ){_ENGLISH_DAY})*)": _read_weekdays,
    rf"(?:the )?(?P<days>\d{{1,2}}(?:st|nd|rd|th)){_OF_MONTH}": _read_dates,
    rf"(?P<days>day \d{{1,2}}){_OF_MONTH}": _read_dates,
    rf"(?:the )?(?:{_ENGLISH_COUNT}) (?P<kind>working day|workday|day|{_ENGLISH_DAY}){_OF_MONTH}": _read_nth,
}

# ---------------------------------------------------------------------------- cron

_CRON_WEEKDAYS = ("sun", *_WEEKDAYS)
_CRON_WEEKDAY = re.compile(r"(?<![/\d])[0-7](?!\d)")


def _parse_cron(text: str) -> Slot:
    from apscheduler.triggers.cron import CronTrigger

    fields = text.split()
    # The library counts the days of the week from Monday = 0, cron and everybody else from Sunday = 0 or 7.
    weekdays = _CRON_WEEKDAY.sub(lambda found: _CRON_WEEKDAYS[int(found.group())], fields[-1]) if fields else ""
    try:
        trigger = CronTrigger.from_crontab(" ".join([*fields[:-1], weekdays]), timezone=UTC)
    except ValueError as error:
        raise ValueError(f"neither words for a slot nor a cron expression of five fields: {error}") from None
    read = {field.name: field for field in trigger.fields}
    some_day = datetime(2000, 1, 1, tzinfo=UTC)
    hours = [hour for hour in range(24) if _takes(read["hour"], some_day.replace(hour=hour))]
    minutes = [minute for minute in range(60) if _takes(read["minute"], some_day.replace(minute=minute))]
    times = tuple(time(hour, minute) for hour in hours for minute in minutes)
    return Slot(partial(_takes_all, (read["month"], read["day"], read["day_of_week"])), times)


def _takes_all(fields: Sequence[object], day: date) -> bool:
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return all(_takes(field, moment) for field in fields)


def _takes(field: object, moment: datetime) -> bool:
    """Whether one field of a cron expression allows a moment."""
    asked: bool = field.get_next_value(moment) == field.get_value(moment)  # type: ignore[attr-defined]
    return asked
