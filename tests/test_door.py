"""The callback door over a workspace: fresh answers, and the last ones while the database is away."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from publisher.app import open_publisher
from publisher.errors import ConfigError
from publisher.issue import Move, Status
from publisher.replies import Message as ReaderMessage
from publisher.replies import NewsReply, TextReply, answer
from publisher.web import backstage
from publisher.web.backstage import Backstage
from publisher.web.door import open_door
from tests.world import PUBLISHED_LINK, SECRETS, World

EVENT = ReaderMessage("event", "mphelper", "gh_1", event="PUBLISHJOBFINISH", created=1)


def ask(text: str, stage: Backstage) -> NewsReply | TextReply:
    message = ReaderMessage("text", "oReader", "gh_1", text, "", "", "1", 1, {})
    reply = answer(message, stage.rules(), stage.archive("main")).reply
    assert isinstance(reply, NewsReply | TextReply)
    return reply


def publish(world: World, title: str = "春天") -> None:
    publisher = world.publishers[-1]
    issue = publisher.store.receive("main", title, title.encode().hex().ljust(64, "0"), {}, world.clock.now)
    for status in (Status.IMPORTED, Status.SCHEDULED, Status.DRAFTED):
        issue = publisher.store.move(issue, Move(status, "", None, {"title": title}), world.clock.now)
    publisher.record_publication(issue.id, PUBLISHED_LINK)


@contextmanager
def begun(world: World) -> Iterator[Backstage]:
    """What stands behind a door that has begun, as another process would have it."""
    publisher = world.publishers[-1]
    _, stage = open_door(publisher)
    stage.begin()
    try:
        yield stage
    finally:
        stage.close()


def test_what_was_published_is_answered_after_the_next_refresh(world: World) -> None:
    world.open()
    with begun(world) as stage:
        assert isinstance(ask("最新", stage), TextReply)
        publish(world)
        stage.refresh()
        reply = ask("最新", stage)
        assert isinstance(reply, NewsReply)
        assert (reply.articles[0].title, reply.articles[0].url) == ("春天", PUBLISHED_LINK)


def test_while_the_database_cannot_be_read_the_last_answers_stand_and_it_is_said_once(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    publisher = world.open()
    publish(world)
    caplog.set_level(logging.INFO)
    with begun(world) as stage:
        last_move = publisher.store.last_move

        def broken(*_: object) -> object:
            raise OSError("database is gone")

        publisher.store.last_move = broken  # type: ignore[assignment, method-assign]
        stage.refresh()
        stage.refresh()
        assert isinstance(ask("最新", stage), NewsReply)
        publisher.store.last_move = last_move  # type: ignore[method-assign]
        stage.refresh()
    assert caplog.text.count("cannot be read (OSError)") == 1
    assert caplog.text.count("can be read again") == 1


def test_a_database_that_is_deleted_is_not_made_anew_and_one_put_in_its_place_is_read(world: World) -> None:
    publisher = world.open()
    database = publisher.settings.database
    publish(world)
    with begun(world) as stage:
        with closing(sqlite3.connect(database)) as old, closing(sqlite3.connect(database.with_suffix(".bak"))) as copy:
            old.backup(copy)
        publish(world, "夏天")
        stage.refresh()
        for suffix in ("", "-wal", "-shm"):
            database.with_name(database.name + suffix).unlink(missing_ok=True)
        stage.refresh()
        assert not database.exists()
        newest = ask("最新", stage)
        assert isinstance(newest, NewsReply)
        assert newest.articles[0].title == "夏天"
        database.with_suffix(".bak").rename(database)
        stage.refresh()
        restored = ask("最新", stage)
        assert isinstance(restored, NewsReply)
        assert restored.articles[0].title == "春天"


def test_a_door_that_starts_without_its_database_answers_from_the_last_snapshot(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher = world.open()
    publish(world)
    with begun(world):
        pass
    monkeypatch.setattr(backstage, "_START_SECONDS", 0.05)
    with _locked(world), begun(world) as stage:
        assert isinstance(ask("最新", stage), NewsReply)
    hidden = publisher.settings.database.rename(publisher.settings.database.with_suffix(".away"))
    with begun(world) as stage:
        assert isinstance(ask("最新", stage), NewsReply)
        with pytest.raises(Exception, match="not been opened"):
            stage.record_event("main", EVENT)
        assert not publisher.settings.database.exists()
        hidden.rename(publisher.settings.database)
        stage.refresh()
        stage.record_event("main", EVENT)
    assert len(publisher.store.events("main", ["PUBLISHJOBFINISH"], world.clock.now)) == 1


@contextmanager
def _locked(world: World) -> Iterator[None]:
    """The database as a migration or a backup holds it."""
    with closing(sqlite3.connect(world.publishers[-1].settings.database, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


@pytest.mark.parametrize("content", [b"", b"{", b'{"entries":[{"issue_id":"x"}]}'])
def test_a_snapshot_that_cannot_be_read_is_as_none(world: World, content: bytes) -> None:
    publisher = world.open()
    publish(world)
    folder = publisher.settings.folder("state") / "door"
    folder.mkdir()
    (folder / "main.json").write_bytes(content)
    with begun(world) as stage:
        assert isinstance(ask("最新", stage), NewsReply)
    with begun(world) as stage:
        assert isinstance(ask("最新", stage), NewsReply)
    assert b"https" in (folder / "main.json").read_bytes()
    assert [path.name for path in folder.iterdir()] == ["main.json"]


def test_a_door_without_any_token_says_so(world: World) -> None:
    world.open()
    publisher = open_publisher(world.home, {"PUBLISHER_MAIN_APPSECRET": "x"}, world.clock)
    world.publishers.append(publisher)
    with pytest.raises(ConfigError, match="no account has a callback token"):
        open_door(publisher)


def test_previous_secrets_are_read_and_shown_nowhere(world: World) -> None:
    world.open()
    more = {"PUBLISHER_MAIN_TOKEN_PREVIOUS": "oldTOKEN", "PUBLISHER_MAIN_AESKEY_PREVIOUS": "z" * 43}
    publisher = open_publisher(world.home, {**SECRETS, **more}, world.clock)
    world.publishers.append(publisher)
    account = publisher.settings.accounts["main"]
    assert (account.token_previous, account.aeskey_previous) == ("oldTOKEN", "z" * 43)
    assert "oldTOKEN" not in repr(account)
    assert "zzz" not in repr(account)
