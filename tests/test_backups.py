"""A database from a backup, or a new one: what is out already is not published again."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any, cast

import pytest

from publisher.app import Publisher
from publisher.issue import Status
from tests.aftermath import close, nothing_is_lost, restart, until
from tests.world import APPID, PUBLISHED_LINK, World, issue_text, moving

ADD, SUBMIT = "/cgi-bin/draft/add", "/cgi-bin/freepublish/submit"
COVER, MASS = "/cgi-bin/material/add_material", "/cgi-bin/message/mass/sendall"
LISTS = ("/cgi-bin/draft/batchget", "/cgi-bin/freepublish/batchget", "/cgi-bin/draft/get")
AT_HALF_PAST_FIVE = {"slots": ["30 17 * * *"]}


def back_up(world: World, publisher: Publisher) -> Callable[[], None]:
    """Copy the database as a nightly job does; what is returned puts the copy back."""
    database, kept = publisher.settings.database, world.home / "yesterday.db"
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(kept)) as target:
        source.backup(target)

    def restore() -> None:
        close(world)
        for leftover in database.parent.glob(database.name + "-*"):
            leftover.unlink()
        shutil.copy(kept, database)

    return restore


@pytest.mark.parametrize("slots", [[], ["30 17 * * *"]])
@pytest.mark.parametrize("status", [Status.RECEIVED, Status.IMPORTED, Status.SCHEDULED, Status.DRAFTED])
def test_yesterday_s_database_does_not_publish_again_what_is_out(
    world: World, status: Status, slots: list[str]
) -> None:
    publisher = world.open(slots=slots)
    world.drop("spring.txt", issue_text())
    assert until(world, publisher, status).status is status
    restore = back_up(world, publisher)
    world.wake(publisher)
    world.wake(publisher, hours=8.5)
    first = world.finish(publisher)
    assert first.status is Status.PUBLISHED
    restore()
    world.clock.turn(hours=20)
    publisher = restart(world, slots=slots)
    issue = world.finish(publisher)
    assert (issue.status, issue.article_urls) == (Status.PUBLISHED, first.article_urls)
    assert (world.calls(COVER), world.calls(ADD), world.calls(SUBMIT)) == (1, 1, 1)
    assert (world.publications, world.drafts) == (1, 0)
    assert nothing_is_lost(world)


def test_a_file_that_lies_there_again_is_known_though_the_database_is_new(world: World) -> None:
    publisher = world.open()
    world.drop("spring.txt", issue_text())
    world.drop("other.txt", issue_text(19))
    world.work(publisher)
    assert world.finish(publisher).status is Status.PUBLISHED
    close(world)
    for file in (world.home / "state").iterdir():
        file.unlink()
    (world.home / "done" / "spring.txt").rename(world.home / "drafts" / "again.txt")
    world.drop("new.txt", issue_text(20))
    world.clock.turn(days=3)
    publisher = restart(world)
    world.work(publisher)
    world.finish(publisher)
    assert {issue.status for issue in publisher.issues()} == {Status.PUBLISHED}
    assert all(issue.article_urls for issue in publisher.issues())
    assert (world.publications, world.calls(ADD), world.calls(SUBMIT)) == (3, 3, 3)


def test_a_draft_that_waits_is_taken_up_by_an_older_database(world: World) -> None:
    publisher = world.open(**AT_HALF_PAST_FIVE)
    world.drop("spring.txt", issue_text())
    until(world, publisher, Status.RECEIVED)
    restore = back_up(world, publisher)
    world.wake(publisher)
    restore()
    world.clock.turn(hours=1)
    publisher = restart(world, **AT_HALF_PAST_FIVE)
    assert world.finish(publisher).status is Status.DRAFTED
    world.wake(publisher, hours=7.5)
    assert world.finish(publisher).status is Status.PUBLISHED
    assert (world.calls(COVER), world.calls(ADD), world.publications, world.drafts) == (1, 1, 1, 0)


@pytest.mark.parametrize("status", [Status.SCHEDULED, Status.DRAFTED])
def test_a_mass_send_that_an_older_database_forgot_is_recognised_within_a_day(world: World, status: Status) -> None:
    publisher = world.open(finish="mass")
    world.drop("spring.txt", issue_text())
    until(world, publisher, status)
    restore = back_up(world, publisher)
    sent = world.wake(publisher)
    assert sent.status is Status.SUBMITTED
    restore()
    world.clock.turn(hours=3)
    issue = world.wake(restart(world, finish="mass"))
    # Of a draft that the older database never knew, only a person can tell what became of it.
    if status is Status.SCHEDULED:
        assert (issue.status, "三选一" in issue.note) == (Status.HELD, True)
    else:
        assert (issue.status, issue.publish_id) == (Status.SUBMITTED, sent.publish_id)
    assert (world.publications, world.calls(ADD)) == (1, 1)


@pytest.mark.parametrize("status", [Status.SCHEDULED, Status.DRAFTED])
def test_a_mass_send_that_an_older_database_forgot_is_asked_about_after_a_day(world: World, status: Status) -> None:
    publisher = world.open(finish="mass")
    world.drop("spring.txt", issue_text())
    until(world, publisher, status)
    restore = back_up(world, publisher)
    world.wake(publisher)
    restore()
    world.clock.turn(hours=30)
    publisher = restart(world, finish="mass")
    issue = world.wake(publisher)
    assert issue.status is Status.HELD
    for choice in ("publisher published", "publisher retry", "publisher withdraw"):
        assert choice in issue.note
    assert (world.calls(MASS), world.publications) == (1, 1)
    publisher.retry(issue.id)
    assert world.wake(publisher).status is Status.SUBMITTED  # a person has said so
    assert world.publications == 2


def test_what_was_published_and_deleted_since_is_asked_about(world: World) -> None:
    publisher = world.open()
    world.drop("spring.txt", issue_text())
    until(world, publisher, Status.SCHEDULED)
    restore = back_up(world, publisher)
    world.wake(publisher)
    world.finish(publisher)
    restore()
    from publisher.wechat import Platform, Publication, PublicationState

    publisher = restart(world)
    world.clock.turn(hours=3)
    platform = publisher.edges.platform(publisher.settings.accounts["main"])
    gone = Publication(PublicationState.DELETED, "A")
    cast("Any", platform).find_publication = lambda *_: gone
    assert isinstance(platform, Platform)
    issue = world.wake(publisher)
    assert issue.status is Status.HELD
    assert "后来在公众号后台被删除" in issue.note
    assert (world.calls(ADD), world.publications) == (1, 1)


def test_a_moving_picture_of_an_older_database_is_not_uploaded_again(world: World) -> None:
    publisher = world.open(**AT_HALF_PAST_FIVE)
    world.drop("trip/note.md", "# 春游\n\n我们去了城东公园。\n\n![一](a.gif)\n")
    world.drop("trip/a.gif", moving())
    until(world, publisher, Status.SCHEDULED)
    restore = back_up(world, publisher)
    world.wake(publisher)
    restore()
    assert world.wake(restart(world, **AT_HALF_PAST_FIVE), hours=1).status is Status.DRAFTED
    assert (world.calls(COVER), world.calls(ADD), world.drafts) == (2, 1, 1)


def test_a_withdrawn_file_that_is_dropped_anew_is_published_anew(world: World) -> None:
    publisher = world.open(**AT_HALF_PAST_FIVE)
    world.drop("spring.txt", issue_text())
    publisher.withdraw(world.work(publisher).id)
    world.wake(publisher, hours=1)
    publisher = restart(world)
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    assert world.finish(publisher).status is Status.PUBLISHED
    assert (world.calls(COVER), world.calls(ADD), world.publications) == (2, 2, 1)


def test_an_issue_that_is_on_time_asks_nothing(world: World) -> None:
    publisher = world.open()
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    assert world.finish(publisher).status is Status.PUBLISHED
    assert [world.calls(path) for path in LISTS] == [0, 0, 0]
    world.drop("next.txt", issue_text(19))
    world.work(publisher)
    assert world.finish(publisher).status is Status.PUBLISHED
    assert [world.calls(path) for path in LISTS] == [0, 0, 0]
    # The pictures that were there before are asked for once by each worker, not by each issue.
    assert world.calls("/cgi-bin/material/batchget_material") == 1


def test_a_person_s_word_on_an_issue_of_an_older_database_ends_the_question(world: World) -> None:
    publisher = world.open()
    world.drop("spring.txt", issue_text())
    until(world, publisher, Status.SCHEDULED)
    restore = back_up(world, publisher)
    world.wake(publisher)
    restore()
    with world.platform.lock:  # somebody sent it to all in the console: no list knows of it
        world.platform.account(APPID).publications.clear()
    world.clock.turn(hours=3)
    publisher = restart(world)
    issue = world.wake(publisher)
    assert (issue.status, world.calls(ADD)) == (Status.HELD, 1)
    assert publisher.record_publication(issue.id, PUBLISHED_LINK).status is Status.PUBLISHED
    assert publisher.due() == []
