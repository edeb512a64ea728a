"""Writers share one commit, and nobody believes in what was not kept."""

from __future__ import annotations

import os
import resource
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from publisher import schema
from publisher.errors import Unavailable
from publisher.store import Store
from tests.clock import Clock

NAMES = ("first", "second", "third")
Write = Callable[[Connection, str], None]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "publisher.db")
    yield opened
    opened.close()


def note(db: Connection, name: str) -> None:
    row = {"account": "main", "kind": "NOTE", "key": name, "fields": {"name": name}, "received_at": Clock().now}
    db.execute(schema.event.insert().values(row))


def noted(store: Store) -> set[str]:
    return {str(fields["name"]) for fields in store.events("main", ["NOTE"], Clock().now)}


def write_together(store: Store, *writes: Write) -> list[Future[None]]:
    """What became of writers that shared one transaction: the first waits in it until all the others stand in line."""
    entered = threading.Event()

    def begin() -> None:
        with store._write() as db:
            entered.set()
            while store._writer._waiting < len(writes) - 1:
                os.sched_yield()
            writes[0](db, NAMES[0])

    def follow(write: Write, name: str) -> None:
        entered.wait()
        with store._write() as db:
            write(db, name)

    with ThreadPoolExecutor(len(writes)) as pool:
        done = [pool.submit(begin)]
        done += [pool.submit(follow, *each) for each in zip(writes[1:], NAMES[1:], strict=False)]
    return done


@contextmanager
def refused_commits(store: Store) -> Iterator[list[str]]:
    """Every COMMIT fails as on a full disk; each is noted."""
    refused: list[str] = []

    @event.listens_for(store._writer._engine, "commit")
    def _refuse(_db: Connection) -> None:
        refused.append("COMMIT")
        raise OperationalError("COMMIT", None, sqlite3.OperationalError("database or disk is full"))

    yield refused
    event.remove(store._writer._engine, "commit", _refuse)


@contextmanager
def no_room(path: Path) -> Iterator[None]:
    """The write-ahead log may not grow: what was written in memory does not reach the disk at COMMIT."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = path.with_name(path.name + "-wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_three_writers_share_one_commit(store: Store) -> None:
    commits: list[Connection] = []
    event.listen(store._writer._engine, "commit", commits.append)
    for each in write_together(store, note, note, note):
        each.result()
    assert (len(commits), noted(store)) == (1, set(NAMES))


def test_when_the_commit_fails_nobody_of_the_batch_believes_that_it_was_kept(store: Store) -> None:
    with refused_commits(store) as refused:
        done = write_together(store, note, note, note)
    assert [type(each.exception()) for each in done] == [Unavailable] * 3
    assert (refused, noted(store)) == (["COMMIT"], set())
    with store._write() as db:  # the next one is not harmed
        note(db, "fourth")
    assert noted(store) == {"fourth"}


def test_a_disk_that_is_full_at_the_commit_keeps_nothing_of_the_batch(store: Store, tmp_path: Path) -> None:
    with no_room(tmp_path / "publisher.db"):
        done = write_together(store, note, note, note)
    assert [type(each.exception()) for each in done] == [Unavailable] * 3
    assert noted(store) == set()
    for each in write_together(store, note, note, note):
        each.result()
    assert noted(store) == set(NAMES)


def test_a_disk_that_is_full_in_one_s_part_undoes_all_parts(store: Store) -> None:
    def full(db: Connection, name: str) -> None:
        note(db, name)
        raise OperationalError("INSERT", None, sqlite3.OperationalError("database or disk is full"))

    done = write_together(store, note, full)
    assert [type(each.exception()) for each in done] == [Unavailable] * 2
    assert noted(store) == set()


def test_who_changes_his_mind_takes_only_his_own_part_back(store: Store) -> None:
    def think_better(db: Connection, name: str) -> None:
        note(db, name)
        raise KeyError(name)

    first, second, third = write_together(store, note, think_better, note)
    assert (first.exception(), type(second.exception()), third.exception()) == (None, KeyError, None)
    assert noted(store) == {"first", "third"}


def test_a_first_writer_who_changes_his_mind_leaves_no_transaction_behind(store: Store) -> None:
    def think_better(_db: Connection, name: str) -> None:
        raise KeyError(name)

    first, second = write_together(store, think_better, note)
    assert (type(first.exception()), second.exception()) == (KeyError, None)
    assert noted(store) == {"second"}
