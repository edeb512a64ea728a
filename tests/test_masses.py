"""Mass sends: found again by their clientmsgid, told of by events, and refused by the platform."""

from __future__ import annotations

import pytest

from publisher.issue import Status
from publisher.replies import Message
from publisher.sandbox.publishing import delete_articles
from publisher.sandbox.state import FAILED, SUCCEEDED
from tests.world import APPID, PUBLISHED_LINK, World, issue_text

SEND = "/cgi-bin/message/mass/sendall"


def test_a_mass_send_is_published_with_the_links_of_its_event(world: World) -> None:
    from publisher.web.door import open_door
    from publisher.web.server import start

    publisher = world.open(finish="mass")
    app, _ = open_door(publisher)
    with start(app) as door:
        world.call_back(f"{door.url}/wechat/main")
        world.fault(SEND, "lost-answer")
        world.drop("spring.txt", issue_text())
        world.work(publisher)
        for _ in range(20):
            world.platform.advance(2)
            issue = world.wake(publisher, seconds=2)
    assert issue.status is Status.PUBLISHED
    assert world.publications == 1
    assert world.calls(SEND) == 2  # the second is answered 45065 with the first's msg_id


@pytest.mark.parametrize(
    ("status", "state", "word"),
    [
        ("send success", Status.PUBLISHED, ""),
        ("err(10001)", Status.HELD, "err(10001)"),
        ("send fail", Status.HELD, "send fail"),
    ],
)
def test_the_event_of_a_mass_send_tells_how_it_fared(world: World, status: str, state: Status, word: str) -> None:
    publisher = world.open(finish="mass")
    world.platform.account(APPID).outcome = SUCCEEDED if state is Status.PUBLISHED else FAILED
    world.drop("spring.txt", issue_text())
    issue = world.work(publisher)
    assert issue.status is Status.SUBMITTED
    urls = {"ResultList": {"item": {"ArticleIdx": "1", "ArticleUrl": PUBLISHED_LINK}}}
    fields = {"MsgID": issue.publish_id, "Status": status, "ArticleUrlResult": urls}
    publisher.record_event("main", Message("event", "o", "gh", "", "MASSSENDJOBFINISH", "", "", 1, fields))
    issue = world.wake(publisher, seconds=2)
    assert issue.status is state
    assert word in issue.note
    assert (issue.article_urls == (PUBLISHED_LINK,)) == (state is Status.PUBLISHED)


def test_a_failure_that_only_an_event_tells_of_is_not_believed(world: World) -> None:
    publisher = world.open(finish="mass")
    world.drop("spring.txt", issue_text())
    issue = world.work(publisher)
    fields = {"MsgID": issue.publish_id, "Status": "send fail"}
    publisher.record_event("main", Message("event", "o", "gh", "", "MASSSENDJOBFINISH", "", "", 1, fields))
    world.finish(publisher)
    assert world.wake(publisher, minutes=11).status is Status.PUBLISHED
    assert world.publications == 1


def test_a_mass_send_that_was_deleted_is_removed(world: World) -> None:
    publisher = world.open(finish="mass")
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    with world.platform.lock:
        delete_articles(world.platform.account(APPID).publications[0], 0)
    assert "删除" in world.wake(publisher, seconds=2).note
    assert publisher.issue(1).status is Status.REMOVED


def test_a_mass_send_that_failed_and_is_retried_goes_out_as_another_one(world: World) -> None:
    publisher = world.open(finish="mass")
    account = world.platform.account(APPID)
    world.drop("spring.txt", issue_text())
    for number in (1, 2):
        account.outcome = FAILED
        world.work(publisher)
        issue = world.wake(publisher, seconds=2)
        assert (issue.status, world.publications) == (Status.HELD, number)
        publisher.retry(issue.id)
    world.finish(publisher)
    assert world.wake(publisher, minutes=11).status is Status.PUBLISHED
    assert [each.status for each in account.publications] == [FAILED, FAILED, SUCCEEDED]
    assert len({each.clientmsgid for each in account.publications}) == 3
    assert account.publications[2].clientmsgid == f"{account.publications[0].clientmsgid}-3"
    told = [past.why for past in publisher.story(issue.id).moves]
    assert [effect.detail for effect in publisher.story(issue.id).effects if effect.kind == "mass_send"][:2] == [
        "msg_status=SEND_FAIL", "msg_status=SEND_FAIL",
    ]  # fmt: skip
    assert sum("群发没有成功" in why for why in told) == 2


def test_a_mass_send_of_unknown_outcome_that_is_retried_is_the_same_one(world: World) -> None:
    publisher = world.open(finish="mass")
    world.fault(SEND, "lost-answer")
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    assert "三选一" in world.wake(publisher, hours=21).note
    for _ in range(2):  # once for the question whether it is out, once for the draft that is gone
        publisher.retry(1)  # though it did go out
        world.finish(publisher)
    (sent,) = world.platform.account(APPID).publications
    assert (publisher.issue(1).publish_id, world.calls(SEND)) == (str(sent.msg_id), 2)


def test_a_mass_send_of_which_nothing_is_known_for_a_day_is_asked_about(world: World) -> None:
    publisher = world.open(finish="mass")
    world.fault(SEND, "reset-before")
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    issue = world.wake(publisher, hours=21)
    assert issue.status is Status.HELD
    assert "三选一" in issue.note


def test_a_mass_send_of_a_deleted_draft_is_asked_about_and_a_retry_makes_it_anew(world: World) -> None:
    publisher = world.open(finish="mass", slots=["30 17 * * *"])
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    world.platform.account(APPID).drafts.clear()
    issue = world.wake(publisher, hours=8.5)
    assert issue.status is Status.HELD
    assert "不在草稿箱" in issue.note
    publisher.retry(issue.id)
    assert world.wake(publisher).status is Status.SUBMITTED
