"""Disasters of the machine: a full disk, a folder that cannot be written, a locked database. Each ends with one draft
or one publication, and no file lost.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from publisher.errors import Unavailable
from publisher.issue import Status
from publisher.store import Effect, Intent, Store
from tests.aftermath import nothing_is_lost, restart, until
from tests.processes import Workspace, running_workspace
from tests.recorders import wait_until
from tests.world import World, issue_text

ADD, SUBMIT = "/cgi-bin/draft/add", "/cgi-bin/freepublish/submit"
COVER, MASS = "/cgi-bin/material/add_material", "/cgi-bin/message/mass/sendall"
READ_ONLY = 'mount --bind "$0/drafts" "$0/drafts" && mount -o remount,ro,bind "$0/drafts" && shift && exec "$@"'
HALF_A_MINUTE = 34
"""Seconds, and some more: longer than anything of ours waits for the database."""
LOCKER = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
database.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with running_workspace(tmp_path) as made:
        yield made


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


@contextmanager
def locked(database: Path) -> Iterator[subprocess.Popen[str]]:
    """The database in the hands of another process, until it is told to let go."""
    command = [sys.executable, "-c", LOCKER, str(database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "locked\n"
        yield other


@contextmanager
def working(workspace: Workspace) -> Iterator[Callable[[], str]]:
    """A worker that goes on until the end, and then stops in peace. It gives what the worker has logged so far."""
    log = workspace.home / "worker.log"
    with (
        log.open("w") as file,
        subprocess.Popen(workspace.command("work"), env=workspace.environment, stderr=file) as process,
    ):
        yield lambda: log.read_text(encoding="utf-8")
        assert process.poll() is None, log.read_text(encoding="utf-8")
        process.terminate()
        assert process.wait(30) == 0


def test_a_worker_outlives_half_a_minute_of_a_locked_database(workspace: Workspace) -> None:
    """The lock falls while a draft is on the wire whose answer gets lost, and while another file comes."""
    fault = {"path": ADD, "kind": "hang", "seconds": 1}
    assert workspace.control("faults", fault)["ok"]
    with working(workspace) as log:
        workspace.drop("spring.txt", issue_text())
        wait_until(lambda: workspace.drafts == 1)
        with locked(workspace.home / "state" / "publisher.db") as other:
            workspace.drop("summer.txt", issue_text(19))
            with pytest.raises(subprocess.TimeoutExpired):
                other.wait(HALF_A_MINUTE)
            assert (workspace.drafts, workspace.publications) == (1, 0)
            other.communicate()
        wait_until(lambda: workspace.publications == 2, 60)
    assert "the next scan tries again: database: database is locked" in log()
    assert "Traceback" not in log()
    assert workspace.work().returncode == 0
    assert [row["status"] for row in workspace.status()] == ["PUBLISHED", "PUBLISHED"]
    assert (workspace.calls(ADD), workspace.calls(SUBMIT), workspace.publications, workspace.drafts) == (2, 2, 2, 0)
    assert (workspace.home / "done" / "spring.txt").read_text(encoding="utf-8") == issue_text()
    assert (workspace.home / "done" / "summer.txt").read_text(encoding="utf-8") == issue_text(19)


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
