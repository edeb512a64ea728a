"""Working days in China: public holidays, and the weekends that are worked to make up for them (调休)."""

from __future__ import annotations

from datetime import date, timedelta

_DAY = timedelta(days=1)
_SATURDAY = 5


def is_workday(day: date) -> bool:
    """Whether people work on a day; Monday to Friday where the holidays of its year are not known."""
    import chinese_calendar

    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < _SATURDAY


def rest_before(day: date) -> list[date]:
    """The days off that end on the day before, latest first: what falls on them moves to `day`."""
    found = []
    while not is_workday(before := day - _DAY):
        found.append(before)
        day = before
    return found


def workday_from(day: date) -> date:
    """The first working day at or after a day."""
    while not is_workday(day):
        day += _DAY
    return day


def known_until() -> date:
    """The last day whose holidays are known: the government announces a year's in the November before it."""
    import chinese_calendar

    return date(max(chinese_calendar.holidays).year, 12, 31)
