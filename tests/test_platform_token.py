"""The access token against a scripted server: fetched once, shared, renewed, never asked for in vain."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from publisher.errors import (
    AccountRefused,
    Busy,
    PublisherError,
    Unreachable,
)
from publisher.wechat import (
    Platform,
    Timeouts,
)
from publisher.wechat.client import Client
from tests.client import (  # noqa: F401 - fixtures
    ARTICLE,
    OTHER,
    PATIENT,
    PNG,
    SECRET,
    STALE,
    TOKEN,
    _clock,
    _platform,
    _wire,
    account,
    failure,
    wechat_failure,
)
from tests.clock import Clock
from tests.wire import Wire, hangs


def test_the_secret_travels_in_the_body_of_a_post(wire: Wire, platform: Platform) -> None:
    wire.on("draft/count", {"total_count": 0})
    platform.count_drafts()
    (request,) = wire.calls("stable_token")
    assert (request.method, request.query) == ("POST", {})
    assert request.json() == {
        "grant_type": "client_credential",
        "appid": "wx0123456789abcdef",
        "secret": SECRET,
        "force_refresh": False,
    }


def test_a_token_is_kept_until_five_minutes_before_its_end(wire: Wire, platform: Platform, clock: Clock) -> None:
    wire.on("draft/count", {"total_count": 0})
    platform.count_drafts()
    clock.turn(seconds=7200 - 301)
    platform.count_drafts()
    assert len(wire.calls("stable_token")) == 1
    clock.turn(seconds=2)
    platform.count_drafts()
    assert len(wire.calls("stable_token")) == 2


def test_a_token_near_its_end_is_not_asked_for_before_every_call(wire: Wire, platform: Platform, clock: Clock) -> None:
    wire.on("draft/count", {"total_count": 0})
    wire.on("stable_token", {"access_token": TOKEN, "expires_in": 40})
    for seconds in (0, 10, 19):
        clock.turn(seconds=seconds)
        platform.count_drafts()
    assert len(wire.calls("stable_token")) == 1
    clock.turn(seconds=2)
    platform.count_drafts()
    assert len(wire.calls("stable_token")) == 2


def test_a_connection_is_kept_for_the_next_call(wire: Wire, platform: Platform) -> None:
    wire.on("draft/count", {"total_count": 7})
    platform.count_drafts()
    platform.count_drafts()
    assert len({request.port for request in wire.requests}) == 1


def test_twenty_threads_on_a_cold_client_make_one_token_fetch(wire: Wire, platform: Platform) -> None:
    wire.on("draft/count", {"total_count": 7})
    barrier = threading.Barrier(20)

    def count(_: int) -> int:
        barrier.wait()
        return platform.count_drafts()

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(count, range(20))) == [7] * 20
    assert len(wire.calls("stable_token")) == 1


def test_threads_that_wait_for_a_token_share_its_failure(wire: Wire, clock: Clock) -> None:
    brisk = Platform(account(wire.url), clock, Timeouts(connect=5, read=0.4, upload=0.4))
    wire.on("stable_token", hangs)
    barrier = threading.Barrier(8)

    def count(_: int) -> PublisherError:
        barrier.wait()
        return failure(brisk.count_drafts)

    with ThreadPoolExecutor(8) as pool:
        errors = list(pool.map(count, range(8)))
    assert {type(error) for error in errors} == {Unreachable}
    assert len({id(error) for error in errors}) == 8
    assert len(wire.calls("stable_token")) <= 2
    brisk.close()


def test_a_failure_to_get_a_token_is_not_remembered(wire: Wire, platform: Platform) -> None:
    wire.on("stable_token", {"errcode": -1}, {"access_token": TOKEN, "expires_in": 7200})
    wire.on("draft/count", {"total_count": 7})
    assert isinstance(failure(platform.count_drafts), Busy)
    assert platform.count_drafts() == 7


@pytest.mark.parametrize("errcode", [40001, 40014, 42001, "42001"])
def test_a_stale_token_is_renewed_once_without_force(
    wire: Wire, platform: Platform, clock: Clock, errcode: object
) -> None:
    wire.on("draft/count", {"total_count": 1}, {"errcode": errcode}, {"total_count": 2})
    wire.on("stable_token", {"access_token": TOKEN, "expires_in": 7200}, {"access_token": OTHER, "expires_in": 7200})
    platform.count_drafts()
    clock.turn(minutes=1)
    assert platform.count_drafts() == 2
    assert [call.json()["force_refresh"] for call in wire.calls("stable_token")] == [False, False]
    assert [call.query["access_token"] for call in wire.calls("draft/count")] == [TOKEN, TOKEN, OTHER]


def test_a_stale_token_that_comes_back_is_renewed_by_force(wire: Wire, platform: Platform, clock: Clock) -> None:
    same = {"access_token": TOKEN, "expires_in": 7200}
    wire.on("draft/count", {"total_count": 1}, STALE, {"total_count": 2})
    wire.on("stable_token", same, same, {"access_token": OTHER, "expires_in": 7200})
    platform.count_drafts()
    clock.turn(minutes=1)
    assert platform.count_drafts() == 2
    assert [call.json()["force_refresh"] for call in wire.calls("stable_token")] == [False, False, True]


@pytest.mark.parametrize("age", [0, 3600])
def test_a_persistent_42001_costs_at_most_two_token_fetches_and_two_calls(
    wire: Wire, platform: Platform, clock: Clock, age: float
) -> None:
    wire.on("draft/count", {"total_count": 1})
    platform.count_drafts()
    clock.turn(seconds=age)
    wire.requests.clear()
    wire.on("draft/add", STALE)
    assert isinstance(failure(lambda: platform.add_draft([ARTICLE])), AccountRefused)
    assert len(wire.calls("stable_token")) <= 2
    assert len(wire.calls("draft/add")) <= 2


def test_a_persistent_42001_is_bounded_on_a_cold_client_too(wire: Wire, platform: Platform) -> None:
    wire.on("draft/add", STALE)
    wire.on("stable_token", {"access_token": TOKEN, "expires_in": 7200}, {"access_token": OTHER, "expires_in": 7200})
    error = wechat_failure(lambda: platform.add_draft([ARTICLE]))
    assert (error.errcode, error.rid) == (42001, "66b1f0aa-0c1d2e3f-5a6b7c8d")
    assert len(wire.calls("stable_token")) == 2
    assert len(wire.calls("draft/add")) == 2


def test_a_token_is_forced_at_most_once_a_minute(wire: Wire, platform: Platform, clock: Clock) -> None:
    wire.on("draft/count", STALE)
    for _ in range(6):
        failure(platform.count_drafts)
        clock.turn(seconds=9)
    assert [call.json()["force_refresh"] for call in wire.calls("stable_token")].count(True) == 1
    clock.turn(seconds=60)
    failure(platform.count_drafts)
    assert [call.json()["force_refresh"] for call in wire.calls("stable_token")].count(True) == 2


def test_a_second_try_sends_the_whole_picture_again(wire: Wire, platform: Platform) -> None:
    wire.on("stable_token", {"access_token": TOKEN, "expires_in": 7200}, {"access_token": OTHER, "expires_in": 7200})
    wire.on("media/uploadimg", STALE, {"url": "http://mmbiz.qpic.cn/a/0"})
    assert platform.upload_image(PNG, "a.png") == "https://mmbiz.qpic.cn/a/0"
    first, second = wire.calls("media/uploadimg")
    assert PNG in first.body
    assert PNG in second.body
    assert len(first.body) == len(second.body)


def test_a_token_can_be_asked_for_outright(wire: Wire, clock: Clock) -> None:
    client = Client(account(wire.url), clock, PATIENT)
    assert client.fetch_access_token() == TOKEN
    assert client.fetch_access_token() == TOKEN
    assert client.access_token == TOKEN
    assert len(wire.calls("stable_token")) == 2
    client.close()


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"access_token": TOKEN},
        {"access_token": "", "expires_in": 7200},
        {"access_token": TOKEN, "expires_in": "soon"},
        {"access_token": TOKEN, "expires_in": 0},
        {"access_token": TOKEN, "expires_in": 10**18},
        {"access_token": [TOKEN], "expires_in": 7200},
    ],
)
def test_a_token_answer_without_a_token_or_a_lifetime_is_tried_again_later(
    wire: Wire, platform: Platform, answer: dict[str, object]
) -> None:
    wire.on("stable_token", answer)
    assert isinstance(failure(lambda: platform.submit("D")), Unreachable)
    assert wire.calls("freepublish/submit") == []


def test_an_address_that_is_not_whitelisted_is_named_to_the_editor(wire: Wire, platform: Platform) -> None:
    errmsg = "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 66b1f0aa-0c1d2e3f-5a6b7c8d"
    wire.on("stable_token", {"errcode": 40164, "errmsg": errmsg})
    error = failure(lambda: platform.add_draft([ARTICLE]))
    assert isinstance(error, AccountRefused)
    assert "203.0.113.7" in error.note
    assert error.path == "stable_token"
