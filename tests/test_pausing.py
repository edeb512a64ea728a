"""An account with which something is wrong is paused as a whole."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import CliRunner

from publisher.app import Publisher
from publisher.cli import main
from publisher.errors import WrongMove
from publisher.issue import Issue, Status
from publisher.store import Pause
from publisher.worker import work_once
from tests.world import APPID, World, issue_text

ADD, SUBMIT, MASS = "/cgi-bin/draft/add", "/cgi-bin/freepublish/submit", "/cgi-bin/message/mass/sendall"
COUNT, STATUS = "/cgi-bin/draft/count", "/cgi-bin/freepublish/get"


def shut_out(world: World, appid: str = APPID) -> None:
    """The machine's address is taken from the account's list."""
    account = world.platform.account(appid)
    account.allowed_ips = frozenset({"203.0.113.9"})
    account.stable = ""


def let_in(world: World, appid: str = APPID) -> None:
    world.platform.account(appid).allowed_ips = None


def paused(world: World, publisher: Publisher) -> Issue:
    """An issue of an account that is paused, since its address is not listed."""
    shut_out(world)
    world.drop("spring.txt", issue_text())
    issue = world.work(publisher)
    assert [pause.account for pause in publisher.pauses()] == ["main"]
    return issue


def test_an_address_that_is_not_listed_pauses_the_account_and_the_issue_stays_where_it_is(world: World) -> None:
    publisher = world.open()
    issue = paused(world, publisher)
    assert issue.status is Status.SCHEDULED
    assert issue.next_try_at is not None
    for word in ("公众号 main 已暂停", "127.0.0.1", "40164", "publisher resume main"):
        assert word in issue.note
    let_in(world)
    publisher.resume("main")
    assert world.finish(publisher).status is Status.PUBLISHED
    assert (world.calls(ADD), world.publications, publisher.pauses()) == (1, 1, [])


def test_while_an_account_is_paused_it_is_not_called_and_another_goes_on(world: World) -> None:
    publisher = world.open_two()
    world.drop("main/one.txt", issue_text(1))
    shut_out(world)
    world.work(publisher)
    before = len(world.platform.calls)
    for total in (2, 3, 4):
        world.drop(f"main/{total}.txt", issue_text(total))
    world.work(publisher)
    world.finish(publisher)
    assert len(world.platform.calls) == before
    assert {issue.status for issue in publisher.issues()} == {Status.SCHEDULED}
    assert all("已暂停" in issue.note for issue in publisher.issues())
    world.drop("west/five.txt", issue_text(5))
    world.work(publisher)
    assert world.finish(publisher).status is Status.PUBLISHED


def test_there_is_one_message_for_the_account_and_not_one_for_each_issue(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    publisher = world.open()
    shut_out(world)
    for total in range(1, 6):
        world.drop(f"{total}.txt", issue_text(total))
    with caplog.at_level(logging.ERROR, logger="publisher"):
        world.work(publisher)
        for _ in range(5):
            world.wake(publisher, hours=2)
    told = [record.getMessage() for record in caplog.records if "paused" in record.getMessage()]
    assert len(told) == 1
    assert "errcode=40164" in told[0]
    assert "publisher resume main" in told[0]
    assert all(
        sum("已暂停" in past.why for past in publisher.story(issue.id).moves) == 1 for issue in publisher.issues()
    )


def test_a_probe_each_hour_ends_the_pause_by_itself(world: World) -> None:
    publisher = world.open()
    paused(world, publisher)
    world.wake(publisher, minutes=30)
    before = len(world.platform.calls)
    assert "已暂停" in world.wake(publisher, minutes=31).note
    assert len(world.platform.calls) == before + 1  # for a token, which is refused
    let_in(world)
    world.wake(publisher, minutes=61)
    assert publisher.pauses() == []
    assert world.finish(publisher).status is Status.PUBLISHED
    assert world.calls(COUNT) == 1


def test_a_worker_that_is_started_anew_probes_at_once(world: World) -> None:
    paused(world, world.open())
    let_in(world)
    again = world.open()
    world.wake(again, minutes=61)
    assert world.finish(again).status is Status.PUBLISHED


def test_a_probe_that_meets_another_fault_tells_of_that(world: World) -> None:
    publisher = world.open()
    paused(world, publisher)
    let_in(world)
    world.fault("/cgi-bin/stable_token", "errcode", 40125)
    assert "AppSecret 无效" in world.wake(publisher, minutes=61).note
    assert [pause.errcode for pause in publisher.pauses()] == [40125]


@pytest.mark.parametrize("kind", ["reset-before", "bad-gateway"])
def test_a_probe_without_an_answer_leaves_the_account_paused(world: World, kind: str) -> None:
    publisher = world.open()
    paused(world, publisher)
    let_in(world)
    world.fault(COUNT, kind)
    assert "已暂停" in world.wake(publisher, minutes=61).note
    assert publisher.pauses()
    world.wake(publisher, minutes=61)
    assert world.finish(publisher).status is Status.PUBLISHED


def test_a_token_that_stays_refused_pauses_the_account_and_is_soon_tried_again(world: World) -> None:
    publisher = world.open()
    world.fault(ADD, "errcode", 40001, times=2)
    world.drop("spring.txt", issue_text())
    issue = world.work(publisher)
    assert issue.status is Status.SCHEDULED
    assert "强制刷新 token" in issue.note
    world.wake(publisher, seconds=31)
    assert world.finish(publisher).status is Status.PUBLISHED
    assert (world.publications, publisher.pauses()) == (1, [])


def test_probes_of_a_refused_token_grow_rarer(world: World) -> None:
    publisher = world.open()
    world.fault("/cgi-bin/*", "errcode", 40001, times=1000)
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    before = len(world.platform.calls)
    for _ in range(24 * 60):
        world.wake(publisher, minutes=1)
    assert len(world.platform.calls) - before < 40


@pytest.mark.parametrize("errcode", [48003, 48004])
def test_a_refusal_of_which_a_probe_can_tell_nothing_waits_for_a_person(world: World, errcode: int) -> None:
    publisher = world.open(finish="mass")
    world.fault(MASS, "errcode", errcode)
    world.drop("spring.txt", issue_text())
    issue = world.work(publisher)
    assert issue.status is Status.DRAFTED
    assert "自动试一次" not in issue.note
    world.wake(publisher, hours=5)
    assert (publisher.pauses()[0].errcode, world.calls(COUNT)) == (errcode, 0)
    publisher.resume("main")
    assert world.wake(publisher).status is Status.SUBMITTED


@pytest.mark.parametrize("errcode", [40013, 40125, 50002])
def test_what_only_a_person_can_mend_pauses_before_anything_is_sent_twice(world: World, errcode: int) -> None:
    publisher = world.open()
    world.fault(SUBMIT, "errcode", errcode)
    world.drop("spring.txt", issue_text())
    issue = world.work(publisher)
    assert (issue.status, world.publications) == (Status.DRAFTED, 0)
    publisher.resume("main")
    assert world.finish(publisher).status is Status.PUBLISHED
    assert (world.publications, world.calls(SUBMIT)) == (1, 2)


def test_the_rows_of_the_status_say_whether_the_account_is_paused(world: World) -> None:
    publisher = world.open_two()
    world.drop("west/two.txt", issue_text(2))
    world.work(publisher)
    shut_out(world)
    world.drop("main/one.txt", issue_text(1))
    world.work(publisher)

    def rows() -> dict[str, bool]:
        told = CliRunner().invoke(main, ["--home", str(world.home), "status", "--json"])
        return {row["account"]: row["paused"] for row in json.loads(told.output)}

    assert rows() == {"main": True, "west": False}
    publisher.resume("main")
    assert rows() == {"main": False, "west": False}


def test_retrying_an_issue_of_a_paused_account_lets_the_account_go_on(world: World) -> None:
    publisher = world.open()
    issue = paused(world, publisher)
    let_in(world)
    assert publisher.retry(issue.id).status is Status.SCHEDULED
    assert publisher.pauses() == []
    assert world.finish(publisher).status is Status.PUBLISHED


def test_an_issue_that_was_submitted_is_confirmed_after_the_pause(world: World) -> None:
    publisher = world.open()
    world.drop("spring.txt", issue_text())
    assert world.work(publisher).status is Status.SUBMITTED
    world.fault(STATUS, "errcode", 50002)
    issue = world.wake(publisher, seconds=3)
    assert issue.status is Status.SUBMITTED
    assert "已暂停" in issue.note
    publisher.resume("main")
    assert world.finish(publisher).status is Status.PUBLISHED


def test_only_an_account_that_is_paused_can_be_resumed(world: World) -> None:
    publisher = world.open()
    with pytest.raises(WrongMove, match="not paused") as wrong:
        publisher.resume("main")
    assert "没有暂停" in wrong.value.note
    with pytest.raises(WrongMove) as wrong:
        publisher.resume("east")
    assert "main" in wrong.value.note


def test_a_pass_of_the_worker_tells_of_the_pause_and_asks_again_at_the_next(world: World) -> None:
    publisher = world.open()
    shut_out(world)
    done = work_once(publisher, timedelta())
    assert [pause.errcode for pause in done.pauses] == [40164]
    let_in(world)
    world.drop("spring.txt", issue_text())
    world.clock.turn(minutes=61)
    world.work(world.open())
    assert publisher.pauses() == []


def test_a_pause_is_news_only_once_for_each_reason(world: World) -> None:
    accounts = world.open().store.accounts
    first = Pause("main", world.clock.now, 40164, "stable_token", "rid", "note")
    assert accounts.pause(first)
    later = replace(first, since=world.clock.turn(hours=1))
    assert not accounts.pause(later)
    assert accounts.pause(replace(later, errcode=40125))
    assert accounts.pauses() == [replace(first, errcode=40125)]
    assert accounts.unpause("main", world.clock.now)
    assert not accounts.unpause("main", world.clock.now)
