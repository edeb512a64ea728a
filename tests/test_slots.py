"""When an issue goes out."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.slots import backoff, in_zone, is_over, next_slot, parse_time, time_on

TUESDAY_NINE = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai


def test_without_slots_it_goes_out_as_soon_as_it_is_ready() -> None:
    assert next_slot((), "Asia/Shanghai", TUESDAY_NINE) == TUESDAY_NINE


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


def test_a_slot_that_never_comes_is_an_error() -> None:
    with pytest.raises(ValueError, match="ever comes"):
        next_slot(("0 0 30 2 *",), "Asia/Shanghai", TUESDAY_NINE)


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
    ("slots", "day", "moment"),
    [
        ((), 26, "2026-11-26 09:00"),
        (("30 17 * * thu", "0 12 * * thu"), 26, "2026-11-26 12:00"),
        (("30 17 * * fri",), 26, "2026-11-26 09:00"),
        (("0 8,10 * * *",), 24, "2026-11-24 10:00"),
        (("0 8 * * *",), 24, "2026-11-24 09:00"),
    ],
)
def test_a_day_means_its_first_slot_to_come_or_nine_oclock(slots: tuple[str, ...], day: int, moment: str) -> None:
    given = time_on(date(2026, 11, day), slots, "Asia/Shanghai", TUESDAY_NINE)
    assert in_zone(given, "Asia/Shanghai") == moment


def test_a_day_is_over_when_it_is_over_in_the_accounts_zone() -> None:
    late = TUESDAY_NINE + timedelta(hours=14, minutes=59)
    assert not is_over(date(2026, 11, 24), "Asia/Shanghai", late)
    assert is_over(date(2026, 11, 24), "Asia/Shanghai", late + timedelta(minutes=1))
