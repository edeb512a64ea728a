"""Sequences that the model of moves found, or that were thought of beside it: each once doubled or lost an issue."""

from __future__ import annotations

import pytest

from publisher.issue import Status
from publisher.store import Store
from tests.aftermath import restart
from tests.world import APPID, World, issue_text

ADD, SUBMIT = "/cgi-bin/draft/add", "/cgi-bin/freepublish/submit"
CORRECTED = issue_text(body="改正：全体会员种下了六百棵香樟树。")


class Killed(BaseException):
    """A stand-in for SIGKILL."""


def test_a_worker_killed_while_it_refuses_a_file_leaves_it_with_its_reason(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    (world.home / "config" / "publisher.toml").write_text("[worker]\nmax_drop_megabytes = 1\n", encoding="utf-8")
    publisher = world.open()
    world.drop("big.txt", b"x" * 1_100_000)

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Store, "move", killed)
        with pytest.raises(Killed):
            world.take_in(publisher)
    again = world.open()
    world.work(again)
    assert world.wake(again, seconds=60).status is Status.HELD
    assert "太大" in world.report("failed/big.txt.报告.txt")


def test_a_file_under_the_name_of_one_that_is_just_tried_again_is_taken_in(world: World) -> None:
    publisher = world.open()
    world.drop("spring.txt", b"\x00\x01\x02\xff\xfe\x00\x03" * 50)
    unread = world.work(publisher)
    assert unread.status is Status.HELD
    assert publisher.store.lease(unread.id, "another", world.clock.now) is not None
    world.drop("spring.txt", issue_text())
    world.take_in(publisher)
    assert world.finish(publisher).status is Status.PUBLISHED
    assert publisher.issue(unread.id).status is Status.HELD
    assert (world.publications, world.drafts) == (1, 0)


def test_an_issue_that_is_read_after_its_correction_gives_way_to_it(world: World) -> None:
    publisher = world.open(slots=["30 17 * * *"])
    world.drop("spring.txt", issue_text())
    world.take_in(publisher)
    first = publisher.issues()[0]
    assert publisher.store.lease(first.id, "another", world.clock.now) is not None  # it dies while it reads
    world.drop("spring.txt", CORRECTED)
    world.take_in(publisher)
    world.wake(publisher)
    world.wake(publisher, minutes=2)
    world.wake(publisher, hours=8.5)
    world.finish(publisher)
    assert [issue.status for issue in publisher.issues()] == [Status.WITHDRAWN, Status.PUBLISHED]
    assert (world.drafts, world.publications) == (0, 1)


@pytest.mark.parametrize("meanwhile", ["held", "withdrawn"])
def test_a_corrected_file_that_is_dropped_once_more_is_no_answer_to_the_question_about_it(
    world: World, meanwhile: str
) -> None:
    publisher = world.open()
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    world.finish(publisher)
    for _ in range(3):
        world.drop("spring.txt", CORRECTED)
        world.work(publisher)
        world.wake(publisher, minutes=2)
        assert (publisher.issue(2).status, world.publications) == (Status.HELD, 1)
        assert "作为新的一期再发" in publisher.issue(2).note
        if meanwhile == "withdrawn":
            publisher.withdraw(2)
            world.wake(publisher)
    world.drop("spring.txt", CORRECTED)
    world.work(publisher)
    publisher.retry(2)
    world.finish(publisher)
    assert (publisher.issue(2).status, world.publications) == (Status.PUBLISHED, 2)


def test_a_file_that_was_withdrawn_as_a_revision_gets_a_new_cover_when_it_comes_back(world: World) -> None:
    """Else its old one, by which a lost draft is found, would be taken for one that the database has forgotten."""
    publisher = world.open(slots=["30 17 * * *"])
    for body in ("第一种写法。", "第二种写法。"):
        world.drop("spring.txt", issue_text(body=body))
        world.work(publisher)
        world.wake(publisher, minutes=2)
    publisher.withdraw(1)
    world.wake(publisher)
    publisher = restart(world, slots=["30 17 * * *"])
    for body in ("第三种写法。", "第二种写法。"):
        world.drop("spring.txt", issue_text(body=body))
        world.work(publisher)
        world.wake(publisher, minutes=2)
    world.wake(publisher, hours=8.5)
    world.finish(publisher)
    issue = publisher.issue(3)
    assert (issue.status, issue.note, world.publications, world.drafts) == (Status.PUBLISHED, "", 1, 0)
    (publication,) = world.platform.account(APPID).publications
    assert "第二种写法" in publication.articles[0].content
    assert world.calls("/cgi-bin/material/add_material") == 4
    assert publication.articles[0].thumb_media_id == issue.cover_media_id


def test_a_corrected_file_of_what_a_person_just_published_is_asked_about(world: World) -> None:
    publisher = world.open(slots=["30 17 * * *"])
    world.drop("spring.txt", issue_text())
    world.press_publish(world.work(publisher).draft_media_id)
    world.drop("spring.txt", CORRECTED)
    world.work(publisher)
    issue = world.wake(publisher)
    assert (issue.status, publisher.issue(1).status) == (Status.WITHDRAWN, Status.HELD)
    assert "发表了旧稿" in publisher.issue(1).note
    world.wake(publisher, hours=8.5)
    world.finish(publisher)
    assert world.publications == 1


def test_a_draft_of_which_nothing_is_known_leaves_the_box_when_its_issue_is_withdrawn(world: World) -> None:
    publisher = world.open()
    world.fault(ADD, "lost-answer")
    world.drop("spring.txt", issue_text())
    issue = world.work(publisher)
    assert (issue.status, world.drafts) == (Status.SCHEDULED, 1)
    publisher.withdraw(issue.id)
    world.finish(publisher)
    assert (publisher.issue(issue.id).status, world.drafts) == (Status.WITHDRAWN, 0)


def test_a_former_version_dropped_again_takes_the_place_of_its_correction(world: World) -> None:
    publisher = world.open(slots=["30 17 * * *"])
    for text in (issue_text(), CORRECTED, issue_text()):
        world.drop("spring.txt", text)
        world.work(publisher)
        world.wake(publisher)
    world.wake(publisher, hours=8.5)
    world.finish(publisher)
    assert [issue.status for issue in publisher.issues()] == [Status.PUBLISHED, Status.WITHDRAWN]
    assert (world.drafts, world.publications) == (0, 1)


def test_a_question_about_a_former_submission_does_not_stop_a_withdrawal(world: World) -> None:
    publisher = world.open()
    world.fault(SUBMIT, "reset-before")
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    issue = world.wake(publisher, minutes=31)
    publisher.withdraw(issue.id)
    world.wake(publisher)
    world.drop("spring.txt", issue_text())
    world.take_in(publisher)
    publisher.schedule(issue.id, "2026-11-24 17:30")
    assert world.wake(publisher).status is Status.DRAFTED
    assert publisher.withdraw(issue.id).status is Status.WITHDRAWN
