"""Searches, and answers that come too late: the platform waits for nobody."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import QueueHandler
from queue import SimpleQueue

import pytest

from publisher.replies import NewsReply, Outcome, Silence, parse_rules
from publisher.web import clerk
from tests.cipher import text_xml
from tests.doorway import PLAIN, SAFE, STAMP, World, _stage, _world  # noqa: F401 - fixtures

RULES = parse_rules(
    {
        "reply": [
            {"name": "最新", "words": ["最新"], "answer": "latest"},
            {"name": "搜", "default": True, "answer": "search", "text": "没找到，回复“最新”"},
        ]
    }
)


@pytest.fixture(autouse=True)
def _searching(world: World) -> None:
    world.rules = RULES


@contextmanager
def held(world: World) -> Iterator[None]:
    """While nothing behind the door that may take its time comes to an end."""
    world.gate.clear()
    yield
    world.gate.set()


def reply(world: World, path: str, text: str, message_id: str = "1") -> dict[str, str]:
    return world.reply(path, text_xml(text, STAMP, message_id))


@pytest.mark.parametrize("path", [SAFE, PLAIN])
def test_a_word_that_is_no_rule_is_searched_for_and_recorded_as_found_or_not(world: World, path: str) -> None:
    assert reply(world, path, "算力")["Title"] == "算力白皮书"
    assert reply(world, path, "量子", "2")["Content"] == "没找到，回复“最新”"
    assert [(kept.rule, kept.outcome) for kept in world.deliveries] == [("搜", Outcome.FOUND), ("搜", Outcome.MISSED)]


def test_readers_are_answered_while_a_search_takes_its_time(world: World) -> None:
    with held(world):
        found: list[dict[str, str]] = []
        slow = threading.Thread(target=lambda: found.append(reply(world, PLAIN, "算力")))
        slow.start()
        assert reply(world, PLAIN, "最新", "2")["MsgType"] == "news"
        assert found == []
    slow.join()
    assert found[0]["Title"] == "算力白皮书"


def test_a_delivery_that_comes_again_while_it_is_searched_for_is_searched_once(world: World) -> None:
    found: list[dict[str, str]] = []
    with held(world):
        threads = [threading.Thread(target=lambda: found.append(reply(world, SAFE, "算力"))) for _ in range(5)]
        for thread in threads:
            thread.start()
        world.searched.get(timeout=20)
        assert reply(world, PLAIN, "最新", "2")  # all five are read by now, or will find the answer
    for thread in threads:
        thread.join()
    assert [each["Title"] for each in found] == ["算力白皮书"] * 5
    assert world.searched.empty()
    assert len(world.deliveries) == 2


@pytest.mark.parametrize("path", [SAFE, PLAIN])
def test_what_takes_too_long_is_acknowledged_at_once_and_follows_once(
    world: World, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clerk, "PATIENCE", 0.2)
    with held(world):
        assert world.post(path, text_xml("算力", STAMP)) == (200, b"success")
        assert world.post(path, text_xml("算力", STAMP)) == (200, b"success")
    account, openid, sent = world.followed.get(timeout=20)
    assert (account, openid) == (path.removeprefix("/wechat/"), "oReader-1")
    assert isinstance(sent, NewsReply)
    assert sent.articles[0].title == "算力白皮书"
    assert world.post(path, text_xml("算力", STAMP)) == (200, b"success")
    assert world.followed.empty()
    ((kept),) = world.deliveries
    assert (kept.reply, kept.rule, kept.outcome) == (Silence(), "搜", Outcome.FOUND)


def test_a_follow_up_that_fails_is_logged_by_its_class_alone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clerk, "PATIENCE", 0.2)
    logged: SimpleQueue[logging.LogRecord] = SimpleQueue()
    handler = QueueHandler(logged)
    logging.getLogger(clerk.__name__).addHandler(handler)
    with held(world):
        assert world.post(PLAIN, text_xml("算力", STAMP)) == (200, b"success")
        world.unreachable = True
    message = logged.get(timeout=20).getMessage()
    logging.getLogger(clerk.__name__).removeHandler(handler)
    assert message == "callback follow-up failed account=plain error=LostDatabaseError"


def test_a_search_that_fails_is_answered_as_one_that_found_nothing(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.lost = True
    assert reply(world, PLAIN, "算力")["Content"] == "没找到，回复“最新”"
    assert "error=LostDatabaseError" in caplog.text
    assert "算力" not in caplog.text


def test_beyond_so_many_searches_readers_get_no_answer_and_nothing_piles_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clerk, "_MOST_SEARCHES", 1)
    with held(world):
        slow = threading.Thread(target=reply, args=(world, PLAIN, "算力"))
        slow.start()
        world.searched.get(timeout=20)
        assert world.post(PLAIN, text_xml("量子", STAMP, "2")) == (200, b"success")
    slow.join()
    assert reply(world, PLAIN, "量子", "2")["Content"] == "没找到，回复“最新”"
