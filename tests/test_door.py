"""The callback door over a workspace: fresh answers, and the last ones while the database is away."""

from __future__ import annotations

import pytest

from publisher.app import open_publisher
from publisher.errors import ConfigError
from publisher.issue import Move, Status
from publisher.replies import Message as ReaderMessage
from publisher.replies import NewsReply, TextReply, answer
from publisher.web.door import Snapshots, open_door
from tests.world import PUBLISHED_LINK, World


def ask(text: str, snapshots: Snapshots, world: World) -> NewsReply | TextReply:
    rules = world.publishers[-1].settings.rules
    message = ReaderMessage("text", "oReader", "gh_1", text, "", "", "1", 1, {})
    reply = answer(message, rules, snapshots.archive("main")).reply
    assert isinstance(reply, NewsReply | TextReply)
    return reply


def publish(world: World, title: str = "春天") -> None:
    publisher = world.publishers[-1]
    issue = publisher.store.receive("main", title, title.encode().hex().ljust(64, "0"), {}, world.clock.now)
    for status in (Status.IMPORTED, Status.SCHEDULED, Status.DRAFTED):
        issue = publisher.store.move(issue, Move(status, "", None, {"title": title}), world.clock.now)
    publisher.record_publication(issue.id, PUBLISHED_LINK)


def test_what_was_published_is_answered_after_the_next_refresh(world: World) -> None:
    publisher = world.open()
    _, snapshots = open_door(publisher)
    assert isinstance(ask("最新", snapshots, world), TextReply)
    publish(world)
    snapshots.refresh()
    reply = ask("最新", snapshots, world)
    assert isinstance(reply, NewsReply)
    assert (reply.articles[0].title, reply.articles[0].url) == ("春天", PUBLISHED_LINK)


def test_while_the_database_cannot_be_read_the_last_answers_stand(world: World) -> None:
    publisher = world.open()
    publish(world)
    _, snapshots = open_door(publisher)

    def broken(*_: object) -> object:
        raise OSError("database is gone")

    publisher.store.published = broken  # type: ignore[assignment, method-assign]
    snapshots.refresh()
    assert isinstance(ask("最新", snapshots, world), NewsReply)


def test_a_door_without_any_token_says_so(world: World) -> None:
    world.open()
    publisher = open_publisher(world.home, {"PUBLISHER_MAIN_APPSECRET": "x"}, world.clock)
    world.publishers.append(publisher)
    with pytest.raises(ConfigError, match="no account has a callback token"):
        open_door(publisher)
