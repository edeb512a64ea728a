"""Disasters of the machine: a full disk, a folder that cannot be written, a locked or an old database, a wrong clock.
Each ends with one draft or one publication, and no file lost.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import event

from publisher.app import Publisher
from publisher.engines.embedded import EmbeddedEngine
from publisher.errors import Unavailable
from publisher.issue import Issue, Status
from publisher.store import Effect, Intent, Store
from tests.processes import Workspace, running_workspace
from tests.world import APPID, PUBLISHED_LINK, World, issue_text, moving

ADD, SUBMIT = "/cgi-bin/draft/add", "/cgi-bin/freepublish/submit"
COVER, MASS = "/cgi-bin/material/add_material", "/cgi-bin/message/mass/sendall"
LISTS = ("/cgi-bin/draft/batchget", "/cgi-bin/freepublish/batchget", "/cgi-bin/draft/get")
AT_HALF_PAST_FIVE = {"slots": ["30 17 * * *"]}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with running_workspace(tmp_path) as made:
        yield made


def nothing_is_lost(world: World, name: str = "spring.txt") -> bool:
    return any((world.home / folder / name).exists() for folder in ("done", "drafts"))


def close(world: World) -> None:
    """Stop the worker: nothing of it is left but its files."""
    while world.publishers:
        world.publishers.pop().close()


def restart(world: World, **account: object) -> Publisher:
    close(world)
    publisher = world.open(**account)
    publisher.drop_leases()
    publisher.mind_clock()
    publisher.settle_files()
    return publisher


# ------------------------------------------------------------------------ a database from a backup


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


def until(world: World, publisher: Publisher, status: Status) -> Issue:
    """Work until the issue stands where it shall be when the backup is made."""
    world.take_in(publisher)
    store = publisher.store
    real = store.move

    def move(*arguments: Any) -> Issue:
        after = real(*arguments)
        if after.status is status:
            store.release(after.id, publisher.owner)
            raise Unavailable("the power fails")
        return after

    store.move = move  # type: ignore[assignment, method-assign]
    if store.issue(1).status is not status:
        with pytest.raises(Unavailable):
            publisher.wake(1)
    store.move = real  # type: ignore[method-assign]
    return store.issue(1)


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


# ------------------------------------------------------------------------ clocks


@pytest.mark.parametrize("days", [1, -1])
def test_nothing_goes_out_while_the_clock_is_a_day_wrong(world: World, days: int) -> None:
    publisher = world.open()
    world.wrong = timedelta(days=days)
    world.drop("spring.txt", issue_text())
    issue = world.work(publisher)
    assert issue.status is Status.DRAFTED
    assert ("快了 1 天" if days > 0 else "慢了 1 天") in issue.note
    assert "NTP" in issue.note
    assert world.calls(SUBMIT) == 0
    world.wake(publisher, minutes=6)
    assert world.calls(SUBMIT) == 0
    world.wrong = timedelta()
    publisher = restart(world)
    world.wake(publisher)
    world.wake(publisher, hours=24)  # «at once» was tomorrow by the clock of then
    assert world.finish(publisher).status is Status.PUBLISHED
    assert (world.calls(ADD), world.calls(SUBMIT), world.publications) == (1, 1, 1)
    assert nothing_is_lost(world)


def test_a_mass_send_waits_for_the_right_time_too(world: World) -> None:
    publisher = world.open(finish="mass", **AT_HALF_PAST_FIVE)
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    world.wrong = timedelta(days=1)
    assert "时钟快了" in world.wake(publisher).note
    assert world.calls(MASS) == 0
    world.wrong = timedelta()
    publisher = restart(world, finish="mass", **AT_HALF_PAST_FIVE)
    assert "17:30" in world.wake(publisher).note
    assert world.wake(publisher, hours=8.5).status is Status.SUBMITTED
    assert world.publications == 1


@pytest.mark.parametrize("path", [COVER, ADD])
@pytest.mark.parametrize("days", [1, -1])
def test_a_lost_answer_is_found_though_the_clock_is_a_day_wrong(world: World, path: str, days: int) -> None:
    publisher = world.open()
    world.wrong = timedelta(days=days)
    world.fault(path, "lost-answer")
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    world.wake(publisher, hours=2)
    world.wrong = timedelta()
    world.wake(restart(world), minutes=1)
    world.wake(world.publishers[-1], hours=24)
    assert world.finish(world.publishers[-1]).status is Status.PUBLISHED
    assert (world.calls(COVER), world.calls(ADD), world.publications, world.drafts) == (1, 1, 1, 0)


@pytest.mark.parametrize("days", [1, -1])
def test_a_clock_that_is_set_between_submission_and_answer_loses_nothing(world: World, days: int) -> None:
    publisher = world.open()
    world.fault(SUBMIT, "lost-answer")
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    world.wrong = timedelta(days=days)
    publisher.ring_all()  # as the engine does when it sees the step
    world.wake(publisher, minutes=3)
    assert world.finish(publisher).status is Status.PUBLISHED
    assert (world.calls(SUBMIT), world.publications) == (1, 1)


def test_a_lease_from_before_the_clock_was_set_back_is_not_kept_for_a_day(world: World) -> None:
    publisher = world.open()
    world.drop("spring.txt", issue_text())
    world.take_in(publisher)
    assert publisher.store.lease(1, "another", world.clock() + timedelta(days=1)) is not None
    publisher.ring_all()
    assert world.finish(publisher).status is Status.PUBLISHED


def test_a_lease_of_this_minute_is_kept_when_the_clock_trembles(world: World) -> None:
    publisher = world.open()
    world.drop("spring.txt", issue_text())
    world.take_in(publisher)
    assert publisher.store.lease(1, "another", world.clock() + timedelta(seconds=2)) is not None
    assert publisher.due() == []
    assert publisher.wake(1) is None


def test_a_postponement_of_a_clock_that_ran_ahead_is_not_waited_for(world: World) -> None:
    publisher = world.open()
    world.wrong = timedelta(days=1)
    world.fault(ADD, "errcode", 45011)
    world.drop("spring.txt", issue_text())
    assert world.work(publisher).status is Status.SCHEDULED
    world.wrong = timedelta()
    publisher = restart(world)
    assert world.finish(publisher).status is Status.PUBLISHED
    assert (world.publications, world.drafts) == (1, 0)


def test_a_drop_is_not_waited_for_a_day_when_the_clock_is_set_back(world: World) -> None:
    publisher = world.open()
    world.drop("spring.txt", issue_text())
    publisher.take_in()
    world.wrong = timedelta(days=-1)
    publisher.take_in()
    world.clock.turn(seconds=5)
    assert [taken.issue_id for taken in publisher.take_in()] == [1]


class Steady:
    """A publisher of which the engine needs little: a clock, and ears for the bell."""

    def __init__(self, world: World) -> None:
        self.settings = world.open().settings
        self.clock = world.machine_clock
        self.rung = threading.Event()

    def ring_all(self) -> None:
        self.rung.set()


@pytest.mark.parametrize("days", [1, -1])
def test_the_engine_notices_that_the_clock_was_set(world: World, days: int) -> None:
    steady = Steady(world)
    engine = EmbeddedEngine(cast("Publisher", steady), lambda: None, 30)
    engine.mind_clock()
    assert not steady.rung.is_set()
    world.wrong = timedelta(days=days)
    engine.mind_clock()
    assert steady.rung.is_set()
    steady.rung.clear()
    engine.mind_clock()
    assert not steady.rung.is_set()


def test_the_engine_s_ticks_do_not_wait_for_the_day_on_which_they_were_set(world: World) -> None:
    steady = Steady(world)
    engine = EmbeddedEngine(cast("Publisher", steady), lambda: None, 30)
    engine._clock.start(paused=True)
    try:
        for tick in engine._clock.get_jobs():
            tick.modify(next_run_time=tick.next_run_time + timedelta(days=400))
        far = min(tick.next_run_time for tick in engine._clock.get_jobs())
        world.wrong = timedelta(days=-1)
        engine.mind_clock()
        assert all(far - tick.next_run_time > timedelta(days=1) for tick in engine._clock.get_jobs())
    finally:
        engine._clock.shutdown()


# ------------------------------------------------------------------------ a full disk


@contextmanager
def full_disk(store: Store) -> Iterator[None]:
    """SQLite may not make its file any larger: what it says then is what it says on a full disk."""
    engine = store._engine

    def limit(connection: Any) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count={pages}")

    @event.listens_for(engine, "checkout")
    def _full(connection: Any, *_: object) -> None:
        limit(connection)

    yield
    event.remove(engine, "checkout", _full)

    @event.listens_for(engine, "checkout")
    def _free(connection: Any, *_: object) -> None:
        connection.execute("PRAGMA max_page_count=1073741823")


def fill(store: Store) -> None:
    """Use up what is left of the pages that the database has already."""
    now, number = store.issue(1).created_at, 0
    with suppress(Unavailable):
        while True:
            store.record_event("main", "NOISE", str(number), {"noise": "x" * 3000}, now)
            number += 1


@pytest.mark.parametrize("status", [Status.RECEIVED, Status.SCHEDULED, Status.DRAFTED])
def test_a_full_disk_sends_nothing_that_is_not_written_down(world: World, status: Status) -> None:
    publisher = world.open()
    world.drop("spring.txt", issue_text())
    until(world, publisher, status)
    with full_disk(publisher.store):
        fill(publisher.store)
        for _ in range(3):
            world.clock.turn(minutes=1)
            for issue_id, _account in publisher.due():
                with suppress(Unavailable):
                    publisher.wake(issue_id)
    written = [effect.kind for effect in publisher.store.effects(1)]
    for path, kind in ((COVER, "upload_cover"), (ADD, "add_draft"), (SUBMIT, "submit")):
        assert world.calls(path) <= written.count(kind)
    publisher = restart(world)
    assert world.finish(publisher).status is Status.PUBLISHED
    assert (world.calls(ADD), world.calls(SUBMIT), world.publications, world.drafts) == (1, 1, 1, 0)
    assert nothing_is_lost(world)


def test_a_disk_that_is_full_when_a_file_comes_leaves_it_where_it_is(world: World) -> None:
    publisher = world.open()
    world.drop("first.txt", issue_text())
    world.work(publisher)
    world.finish(publisher)
    path = world.drop("next.txt", issue_text(19, "大家冒雨种下了香樟树。" * 900))
    with full_disk(publisher.store):
        fill(publisher.store)
        with pytest.raises(Unavailable):
            world.take_in(publisher)
    assert path.exists()
    publisher = restart(world)
    world.work(publisher)
    assert world.finish(publisher).status is Status.PUBLISHED
    assert world.publications == 2
    assert nothing_is_lost(world, "next.txt")


# ------------------------------------------------------------------------ a folder that cannot be written


READ_ONLY = 'mount --bind "$0/drafts" "$0/drafts" && mount -o remount,ro,bind "$0/drafts" && shift && exec "$@"'


def read_only_command(home: Path, command: list[str]) -> list[str]:
    """The command in a world of its own where the drop folder cannot be written."""
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    return ["unshare", *user, "--mount", "sh", "-c", READ_ONLY, str(home), "-", *command]


def test_a_read_only_drop_folder_publishes_once_and_the_file_stays(workspace: Workspace) -> None:
    workspace.drop("spring.txt", issue_text())
    command = read_only_command(workspace.home, workspace.command("work", "--once", "--wait", "5"))
    for _ in range(2):
        done = subprocess.run(command, env=workspace.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert "Read-only file system" in done.stderr
        assert [row["status"] for row in workspace.status()] == ["PUBLISHED"]
    assert (workspace.publications, workspace.drafts) == (1, 0)
    assert (workspace.home / "drafts" / "spring.txt").read_text(encoding="utf-8") == issue_text()
    workspace.work()
    assert (workspace.home / "done" / "spring.txt").exists()
    assert not (workspace.home / "drafts" / "spring.txt").exists()
    assert workspace.publications == 1


# ------------------------------------------------------------------------ a locked database

LOCKER = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
"""


@contextmanager
def locked(database: Path) -> Iterator[subprocess.Popen[str]]:
    """The database in the hands of another process, until it is told to let go."""
    command = [sys.executable, "-c", LOCKER, str(database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "locked\n"
        yield other


@pytest.mark.parametrize("status", [Status.RECEIVED, Status.SCHEDULED, Status.DRAFTED])
def test_a_database_that_is_locked_longer_than_our_patience_sends_nothing_meanwhile(
    world: World, status: Status
) -> None:
    publisher = world.open()
    world.drop("spring.txt", issue_text())
    until(world, publisher, status)
    publisher.store.close()
    publisher.store = Store(publisher.settings.database, patience=0.1)
    publisher.edges = replace(publisher.edges, store=publisher.store)
    sent = len(world.platform.calls)
    with locked(publisher.settings.database):
        for _ in range(3):
            with pytest.raises(Unavailable):
                publisher.wake(1)
        assert len(world.platform.calls) == sent
    assert world.finish(publisher).status is Status.PUBLISHED
    assert (world.calls(ADD), world.calls(SUBMIT), world.publications, world.drafts) == (1, 1, 1, 0)
    assert nothing_is_lost(world)


@pytest.mark.parametrize("path", [COVER, ADD, SUBMIT])
def test_a_database_that_is_locked_after_the_call_finds_the_answer_again(world: World, path: str) -> None:
    publisher = world.open()
    world.drop("spring.txt", issue_text())
    world.take_in(publisher)
    publisher.store.close()
    publisher.store = Store(publisher.settings.database, patience=0.1)
    publisher.edges = replace(publisher.edges, store=publisher.store)
    real = publisher.store.finish
    kind = {COVER: "upload_cover", ADD: "add_draft", SUBMIT: "submit"}[path]

    def late(intent: Intent, *rest: Any) -> Effect | None:
        with locked(publisher.settings.database) if intent.kind == kind else nullcontext():
            return real(intent, *rest)

    publisher.store.finish = late  # type: ignore[assignment, method-assign]
    publisher.wake(1)
    publisher.store.finish = real  # type: ignore[method-assign]
    assert world.finish(publisher).status is Status.PUBLISHED
    assert (world.calls(COVER), world.calls(ADD), world.calls(SUBMIT), world.publications) == (1, 1, 1, 1)


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
