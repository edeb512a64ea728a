"""The day's calls: counted, kept in reserve, and what happens when they are used up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from publisher.app import Publisher
from publisher.errors import Busy
from publisher.issue import Status
from publisher.pipeline.confirming import DAILY, GET, LIST, PLENTY, RESERVE
from publisher.replies import Message
from publisher.sandbox.state import FAILED
from publisher.store import Store
from tests.clock import Clock
from tests.world import APPID, World, issue_text

ADD, MASS = "/cgi-bin/draft/add", "/cgi-bin/message/mass/sendall"
STATUS, LISTED = "/cgi-bin/freepublish/get", "/cgi-bin/freepublish/batchget"


def test_a_day_that_is_used_up_closes_one_api_and_not_the_others(world: World) -> None:
    publisher = world.open()
    world.drop("one.txt", issue_text(1))
    assert world.work(publisher).status is Status.SUBMITTED
    world.fault("/cgi-bin/material/add_material", "errcode", 45009)
    for total in (2, 3, 4):
        world.drop(f"{total}.txt", issue_text(total))
    world.work(publisher)
    world.finish(publisher)
    assert [issue.status for issue in publisher.issues()] == [Status.PUBLISHED, *[Status.SCHEDULED] * 3]
    assert world.calls("/cgi-bin/material/add_material") == 2
    world.clock.turn(hours=15)
    world.finish(publisher)
    assert {issue.status for issue in publisher.issues()} == {Status.PUBLISHED}


def test_a_closed_api_is_not_asked_again_by_a_worker_that_is_started_anew(world: World) -> None:
    publisher = world.open()
    world.fault(ADD, "errcode", 45009)
    world.drop("one.txt", issue_text(1))
    world.work(publisher)
    again = world.open()
    world.drop("two.txt", issue_text(2))
    issue = world.work(again)
    assert world.calls(ADD) == 1
    assert "draft/add 的调用次数已用完" in issue.note
    assert issue.next_try_at is not None
    assert issue.next_try_at.isoformat()[:16] >= "2026-11-24T16:01"


def test_a_person_who_has_cleared_the_quota_opens_the_api(world: World) -> None:
    publisher = world.open()
    world.fault(ADD, "errcode", 45009)
    world.drop("one.txt", issue_text(1))
    world.work(publisher)
    world.open().resume("main")  # another process
    assert world.finish(publisher).status is Status.PUBLISHED


def test_a_month_of_mass_sends_that_is_used_up_is_waited_for(world: World) -> None:
    publisher = world.open(finish="mass")
    world.fault(MASS, "errcode", 45028)
    world.drop("one.txt", issue_text(1))
    assert world.work(publisher).status is Status.DRAFTED
    world.wake(publisher, hours=10)
    assert world.calls(MASS) == 1
    assert world.wake(publisher, hours=6).status is Status.SUBMITTED


def test_calls_are_counted_by_account_and_day_in_beijing_and_survive_the_process(world: World) -> None:
    publisher = world.open_two()
    world.drop("main/one.txt", issue_text(1))
    world.work(publisher)
    again = world.open().store.accounts
    now = world.clock.now
    assert again.calls("main", "draft/add", now) == 1
    assert again.calls("main", "stable_token", now) == 1
    assert again.calls("west", "draft/add", now) == 0
    assert again.calls("main", "draft/add", now + timedelta(hours=16)) == 0


def test_counting_costs_no_transaction_of_its_own(world: World) -> None:
    store = Store(world.home / "state" / "count.db")
    commits = []
    real = store._write
    store.accounts._write = lambda: commits.append(1) or real()  # type: ignore[func-returns-value]
    for _ in range(100):
        store.accounts.count("main", "freepublish/get", world.clock.now)
    assert (store.accounts.calls("main", "freepublish/get", world.clock.now), commits) == (100, [])
    store.drop_leases()
    store.accounts.count("main", "freepublish/get", world.clock.now)
    store.drop_leases()
    other = Store(world.home / "state" / "count.db")
    assert other.accounts.calls("main", "freepublish/get", world.clock.now) == 101
    for opened in (store, other):
        opened.close()


def spend(publisher: Publisher, path: str, calls: int, clock: Clock) -> None:
    for _ in range(calls):
        publisher.store.accounts.count("main", path, clock.now)


def test_polls_leave_a_reserve_of_the_day_and_go_on_after_midnight(world: World) -> None:
    publisher = world.open()
    world.drop("one.txt", issue_text(1))
    world.work(publisher)
    spend(publisher, GET, DAILY - RESERVE, world.clock)
    issue = world.finish(publisher)
    assert issue.status is Status.SUBMITTED
    assert "零点后再查" in issue.note
    assert world.calls(STATUS) == 0
    world.clock.turn(hours=15)
    assert world.finish(publisher).status is Status.PUBLISHED


def test_what_an_event_announces_may_use_the_reserve(world: World) -> None:
    publisher = world.open()
    world.drop("one.txt", issue_text(1))
    issue = world.work(publisher)
    spend(publisher, GET, DAILY - RESERVE, world.clock)
    world.finish(publisher)
    info = {"PublishEventInfo": {"publish_id": issue.publish_id, "publish_status": "0"}}
    publisher.record_event("main", Message("event", "o", "gh", "", "PUBLISHJOBFINISH", "", "", 1, info))
    assert world.wake(publisher).status is Status.PUBLISHED
    assert world.calls(STATUS) == 1


def test_the_first_minute_is_looked_at_closely_only_while_there_is_plenty(world: World) -> None:
    publisher = world.open()
    spend(publisher, GET, PLENTY, world.clock)
    world.drop("one.txt", issue_text(1))
    issue = world.work(publisher)
    assert issue.next_try_at == world.clock.now + timedelta(seconds=30)
    world.platform.account(APPID).publications[0].due = world.platform.now() + 1e7
    looks = []
    for _ in range(9):
        assert issue.next_try_at is not None
        world.clock.now = issue.next_try_at
        looks.append(world.clock.now)
        issue = world.wake(publisher)
    assert world.calls(STATUS) == 9
    assert looks[-1] - looks[0] > timedelta(hours=40)


def submit_many(world: World, publisher: Publisher, number: int) -> None:
    for total in range(1, number + 1):
        world.drop(f"{total}.txt", issue_text(total))
    world.work(publisher)
    assert {issue.status for issue in publisher.issues()} == {Status.SUBMITTED}


def test_one_look_at_the_list_settles_all_that_wait(world: World) -> None:
    publisher = world.open()
    submit_many(world, publisher, 25)
    world.wake(publisher, seconds=30)
    assert {issue.status for issue in publisher.issues()} == {Status.PUBLISHED}
    assert all(issue.article_urls for issue in publisher.issues())
    assert len({issue.article_urls for issue in publisher.issues()}) == 25
    assert (world.calls(LISTED), world.calls(STATUS)) == (2, 0)


def test_what_no_list_shows_is_asked_for_by_itself_in_the_end(world: World) -> None:
    publisher = world.open()
    submit_many(world, publisher, 2)
    publications = world.platform.account(APPID).publications
    for publication in publications:
        publication.outcome = FAILED
    for _ in range(60):
        world.wake(publisher, seconds=20)
    assert {issue.status for issue in publisher.issues()} == {Status.HELD}
    assert all("平台发布失败" in issue.note for issue in publisher.issues())
    assert world.calls(STATUS) == 2


def test_the_list_has_a_budget_as_well(world: World) -> None:
    publisher = world.open()
    submit_many(world, publisher, 2)
    spend(publisher, LIST, DAILY - RESERVE, world.clock)
    world.wake(publisher, seconds=30)
    assert {issue.status for issue in publisher.issues()} == {Status.SUBMITTED}
    assert world.calls(LISTED) == 0


def test_an_api_is_closed_for_one_account_until_its_time(world: World) -> None:
    publisher = world.open_two()
    accounts, now = publisher.store.accounts, world.clock.now
    accounts.close("main", "draft/add", now + timedelta(hours=1), now)
    assert accounts.closed_until("main", "draft/add", now) == now + timedelta(hours=1)
    assert accounts.closed_until("main", "draft/get", now) is None
    assert accounts.closed_until("west", "draft/add", now) is None
    assert accounts.closed_until("main", "draft/add", now + timedelta(hours=1)) is None
    with pytest.raises(Busy):
        publisher.edges.platform(publisher.settings.accounts["main"])._client._gate.enter("draft/add")
