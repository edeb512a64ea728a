"""When an issue goes out."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.slots import (
    EXAMPLES,
    Timetable,
    backoff,
    in_zone,
    is_over,
    is_workday,
    known_until,
    parse_slot,
    parse_time,
    slot_fault,
)

SHANGHAI = "Asia/Shanghai"
TUESDAY_NINE = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai


def next_slot(slots: tuple[str, ...], zone: str, after: datetime) -> datetime:
    return next(Timetable(slots, zone).coming(after))


def test_without_slots_no_moment_comes() -> None:
    assert list(Timetable((), "Asia/Shanghai").coming(TUESDAY_NINE)) == []
    assert Timetable((), "Asia/Shanghai").on(date(2026, 11, 24), TUESDAY_NINE) == []


def test_the_earliest_of_several_slots_is_taken_in_the_accounts_zone() -> None:
    slots = ("30 17 * * fri", "0 12 * * *")
    assert next_slot(slots, "Asia/Shanghai", TUESDAY_NINE) == datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


def test_a_slot_that_is_now_is_not_missed() -> None:
    assert next_slot(("0 9 * * *",), "Asia/Shanghai", TUESDAY_NINE) == TUESDAY_NINE


@pytest.mark.parametrize(
    ("slot", "day"),
    [
        ("0 12 * * 5", 27),
        ("0 12 * * fri", 27),
        ("0 12 * * 0", 29),
        ("0 12 * * 7", 29),
        ("0 12 * * 6,7", 28),
        ("0 12 * * 1-5", 24),
    ],
)
def test_days_of_the_week_count_as_in_cron(slot: str, day: int) -> None:
    assert next_slot((slot,), "Asia/Shanghai", TUESDAY_NINE) == datetime(2026, 11, day, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "written", ["2026-11-24 17:30", " 2026-11-24T17:30 ", "2026-11-24 17:30:00", "2026-11-24T17:30:00+08:00"]
)
def test_a_time_may_be_written_in_several_ways(written: str) -> None:
    assert parse_time(written, "Asia/Shanghai") == datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("written", ["", "tomorrow", "2026-11-24", "2026-13-01 10:00", "17:30"])
def test_what_is_no_full_time_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="2026-11-24 17:30"):
        parse_time(written, "Asia/Shanghai")


@pytest.mark.parametrize("written", ["2026-10-25 02:30", "2026-03-29 02:30"])
def test_a_local_time_that_a_clock_change_doubles_or_skips_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="add an offset"):
        parse_time(written, "Europe/Berlin")


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)))
def test_a_time_as_shown_is_read_back(moment: datetime) -> None:
    whole = moment.replace(second=0, microsecond=0, tzinfo=UTC)
    assert parse_time(in_zone(whole, "Asia/Shanghai"), "Asia/Shanghai") == whole


@given(st.integers(0, 1000))
def test_patience_doubles_up_to_ten_minutes(tries: int) -> None:
    assert timedelta(seconds=5) <= backoff(tries) <= timedelta(minutes=10)
    assert backoff(tries + 1) >= backoff(tries)


@pytest.mark.parametrize(
    ("slots", "day", "moments"),
    [
        (("30 17 * * thu", "0 12 * * thu"), 26, ["2026-11-26 12:00", "2026-11-26 17:30"]),
        (("30 17 * * fri",), 26, []),
        (("0 8,10 * * *",), 24, ["2026-11-24 10:00"]),
        (("0 8 * * *",), 24, []),
    ],
)
def test_a_day_has_its_slots_that_are_still_to_come(slots: tuple[str, ...], day: int, moments: list[str]) -> None:
    coming = Timetable(slots, SHANGHAI).on(date(2026, 11, day), TUESDAY_NINE)
    assert [in_zone(moment, SHANGHAI) for moment in coming] == moments


def test_the_office_opens_at_nine_on_a_working_day_if_only_those_count() -> None:
    saturday, table = date(2026, 11, 28), Timetable((), SHANGHAI, workdays=True)
    assert in_zone(table.opening(saturday), SHANGHAI) == "2026-11-28 09:00"
    assert in_zone(table.next_opening(saturday), SHANGHAI) == "2026-11-30 09:00"
    assert in_zone(Timetable((), SHANGHAI).next_opening(saturday), SHANGHAI) == "2026-11-28 09:00"


def test_a_day_is_over_when_it_is_over_in_the_accounts_zone() -> None:
    late = TUESDAY_NINE + timedelta(hours=14, minutes=59)
    assert not is_over(date(2026, 11, 24), "Asia/Shanghai", late)
    assert is_over(date(2026, 11, 24), "Asia/Shanghai", late + timedelta(minutes=1))


# ---------------------------------------------------------------------------- slots in words

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))
CLOCKS = st.times().map(lambda clock: clock.replace(second=0, microsecond=0, tzinfo=None))
WEEK, ENGLISH_WEEK = "一二三四五六日", ("monday", "tue", "Wednesday", "thursdays", "fri", "sat", "sunday")


def shown(slot: str, after: datetime = TUESDAY_NINE) -> str:
    return in_zone(next_slot((slot,), SHANGHAI, after), SHANGHAI)


@pytest.mark.parametrize(
    ("slot", "moment"),
    [
        ("每月最后一个工作日 17:30", "2026-11-30 17:30"),
        ("last working day of the month 17:30", "2026-11-30 17:30"),
        ("每月第一个工作日 9:00", "2026-12-01 09:00"),
        ("first working day of the month 09:00", "2026-12-01 09:00"),
        ("每月倒数第二个工作日 9:00", "2026-11-27 09:00"),
        ("second to last working day of the month 9:00", "2026-11-27 09:00"),
        ("每月第十二个工作日 9:00", "2026-12-16 09:00"),
        ("每月 15 日 9:00", "2026-12-15 09:00"),
        ("每月1日、25号 9:00", "2026-11-25 09:00"),
        ("15th of the month 9:00", "2026-12-15 09:00"),
        ("day 15 of the month 9:00", "2026-12-15 09:00"),
        ("每月最后一天 17:30", "2026-11-30 17:30"),
        ("the last day of the month 17:30", "2026-11-30 17:30"),
        ("每月最后一个周五 17:30", "2026-11-27 17:30"),
        ("every friday 17:30", "2026-11-27 17:30"),
        ("每周五 17：30", "2026-11-27 17:30"),
        ("星期一、四 9:30", "2026-11-26 09:30"),
        ("monday and thursday 9:30", "2026-11-26 09:30"),
        ("每周六至周一 9:30", "2026-11-28 09:30"),
        ("sat to mon 9:30", "2026-11-28 09:30"),
        ("每月第三个周三 9:00", "2026-12-16 09:00"),
        ("3rd wednesday of every month 9:00", "2026-12-16 09:00"),
        ("每天 8:30", "2026-11-25 08:30"),
        ("daily 8:30", "2026-11-25 08:30"),
        ("工作日 8:30", "2026-11-25 08:30"),
        ("Working days 08:30", "2026-11-25 08:30"),
    ],
)
def test_a_slot_may_be_written_in_words(slot: str, moment: str) -> None:
    assert shown(slot) == moment


@pytest.mark.parametrize("example", EXAMPLES)
def test_what_is_named_as_an_example_is_one(example: str) -> None:
    assert slot_fault(example) == ""


@pytest.mark.parametrize(
    ("slot", "word"),
    [
        ("never", "neither words"),
        ("", "cron expression"),
        ("17:30", "the days are missing"),
        ("下周五 17:30", "no days are called"),
        ("每周五 25:30", "hour"),
        ("每月 31 日 9:00", "每月最后一天"),
        ("每月第五个周五 9:00", "write 1 to 4"),
        ("每月第二十个工作日 9:00", "write 1 to 15"),
        ("0 0 30 2 *", "never comes"),
        ("61 0 * * *", "cron expression"),
    ],
)
def test_a_slot_that_is_none_is_explained(slot: str, word: str) -> None:
    assert word in slot_fault(slot)


@given(st.text(), CLOCKS)
def test_no_text_breaks_the_reading_of_slots(text: str, clock: time) -> None:
    for slot in (text, f"{text} {clock:%H:%M}", f"每月{text}{clock:%H:%M}"):
        fault = slot_fault(slot)
        assert "每月最后一个工作日 17:30" in fault if fault else parse_slot(slot).times


@given(st.integers(0, 6), CLOCKS, MOMENTS)
def test_a_named_weekday_comes_within_a_week_at_its_time(number: int, clock: time, after: datetime) -> None:
    for word in (f"每周{WEEK[number]}", f"every {ENGLISH_WEEK[number]}"):
        moment = next_slot((f"{word} {clock:%H:%M}",), SHANGHAI, after)
        local = moment.astimezone(ZoneInfo(SHANGHAI))
        assert (local.weekday(), local.time()) == (number, clock)
        assert after <= moment < after + timedelta(days=7)


@given(st.sampled_from(["第一个", "最后一个", "第3个", "倒数第二个"]), CLOCKS, MOMENTS)
def test_a_counted_working_day_is_one_and_comes_every_month(which: str, clock: time, after: datetime) -> None:
    coming = list(islice(Timetable((f"每月{which}工作日 {clock:%H:%M}",), SHANGHAI).coming(after), 3))
    days = [moment.astimezone(ZoneInfo(SHANGHAI)).date() for moment in coming]
    assert all(map(is_workday, days))
    months = [day.year * 12 + day.month for day in days]
    assert months == list(range(months[0], months[0] + 3))
    assert coming[0] >= after


@given(st.sampled_from(["0 9 * * *", "30 17 * * fri", "0 12 1,15 * *", "每周六、日 10:00", "工作日 8:30"]), MOMENTS)
def test_with_working_days_every_slot_falls_on_one(slot: str, after: datetime) -> None:
    coming = list(islice(Timetable((slot,), SHANGHAI, workdays=True).coming(after), 5))
    assert coming == sorted(set(coming))
    assert all(is_workday(moment.astimezone(ZoneInfo(SHANGHAI)).date()) for moment in coming)


# ---------------------------------------------------------------------------- working days


@pytest.mark.parametrize(
    ("slot", "after", "moment"),
    [
        # the National Day of 2026 is off from the 1st to the 7th; the Saturday after it is worked
        ("0 9 * * *", "2026-10-01 08:00", "2026-10-08 09:00"),
        ("30 17 * * fri", "2026-10-01 08:00", "2026-10-08 17:30"),
        ("30 17 * * sat", "2026-10-08 18:00", "2026-10-10 17:30"),
        ("0 9 1 * *", "2026-10-01 08:00", "2026-10-08 09:00"),
    ],
)
def test_a_slot_on_a_day_off_moves_to_the_next_working_day(slot: str, after: str, moment: str) -> None:
    table = Timetable((slot,), SHANGHAI, workdays=True)
    assert in_zone(next(table.coming(parse_time(after, SHANGHAI))), SHANGHAI) == moment


def test_slots_that_move_to_the_same_moment_are_one() -> None:
    coming = Timetable(("0 9 * * *",), SHANGHAI, workdays=True).coming(parse_time("2026-11-27 08:00", SHANGHAI))
    assert [in_zone(moment, SHANGHAI) for moment in islice(coming, 3)] == [
        "2026-11-27 09:00", "2026-11-30 09:00", "2026-12-01 09:00",
    ]  # fmt: skip


def test_a_weekend_that_is_worked_to_make_up_is_a_working_day() -> None:
    assert is_workday(date(2026, 10, 10))
    assert not is_workday(date(2026, 10, 6))


def test_where_the_holidays_are_not_known_monday_to_friday_are_worked() -> None:
    year = known_until().year + 20
    days = [date(year, 10, 1) + timedelta(days=number) for number in range(14)]
    assert [is_workday(day) for day in days] == [day.weekday() < 5 for day in days]
    late = datetime(year, 10, 1, tzinfo=UTC)
    assert Timetable(("工作日 9:00",), SHANGHAI).is_guess(late)
    assert Timetable(("0 9 * * *",), SHANGHAI, workdays=True).is_guess(late)
    assert not Timetable(("0 9 * * *",), SHANGHAI).is_guess(late)


# ---------------------------------------------------------------------------- clock changes


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai"])
@pytest.mark.parametrize("clock", ["00:00", "01:30", "01:59", "02:00", "02:30", "03:00", "09:00"])
def test_a_daily_slot_comes_exactly_once_a_day_through_every_clock_change(zone: str, clock: str) -> None:
    begin = parse_time("2026-01-01 00:00", zone)
    coming = list(islice(Timetable((f"每天 {clock}",), zone).coming(begin), 365))
    days = [moment.astimezone(ZoneInfo(zone)).date() for moment in coming]
    assert days == [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]


@pytest.mark.parametrize(
    ("zone", "clock", "after", "moment"),
    [
        # put forward: 02:30 never comes, its issue goes out when the clocks jump
        ("Europe/Berlin", "02:30", datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 29, 1, tzinfo=UTC)),
        ("America/New_York", "02:30", datetime(2026, 3, 7, 12, tzinfo=UTC), datetime(2026, 3, 8, 7, tzinfo=UTC)),
        # asked at that very moment it is not missed
        ("Europe/Berlin", "02:30", datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 3, 29, 1, tzinfo=UTC)),
        # put back: 02:30 comes twice, the first counts
        ("Europe/Berlin", "02:30", datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("America/New_York", "01:30", datetime(2026, 10, 31, 12, tzinfo=UTC), datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        # between the two it is over for the day
        (
            "Europe/Berlin",
            "02:30",
            datetime(2026, 10, 25, 0, 31, tzinfo=UTC),
            datetime(2026, 10, 26, 1, 30, tzinfo=UTC),
        ),
        # a whole day that was left out goes to the moment after it
        ("Pacific/Apia", "09:00", datetime(2011, 12, 30, 0, tzinfo=UTC), datetime(2011, 12, 30, 10, tzinfo=UTC)),
    ],
)
def test_a_slot_that_a_clock_change_skips_or_doubles_comes_once(
    zone: str, clock: str, after: datetime, moment: datetime
) -> None:
    hour, minute = clock.split(":")
    assert next_slot((f"{minute} {hour} * * *",), zone, after) == moment


@given(st.sampled_from(["Europe/Berlin", "America/New_York"]), CLOCKS, MOMENTS)
def test_asking_again_at_any_moment_never_loses_or_doubles_a_slot(zone: str, clock: time, after: datetime) -> None:
    slots = (f"每天 {clock:%H:%M}",)
    first, second = islice(Timetable(slots, zone).coming(after), 2)
    assert after <= first < second <= first + timedelta(hours=25)
    assert next_slot(slots, zone, first) == first
    assert next_slot(slots, zone, first + timedelta(seconds=1)) == second
