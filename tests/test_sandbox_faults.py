"""Trouble on order, and the strings behind the stage."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from http.client import HTTPConnection, IncompleteRead, RemoteDisconnected

import pytest

from tests.sandbox_world import APPID, World, open_world


@pytest.fixture(scope="module")
def running() -> Iterator[World]:
    with open_world() as world:
        yield world


@pytest.fixture
def world(running: World) -> World:
    return running.begin_again()


# ---------------------------------------------------------------------------- trouble on order


def test_a_lost_answer_is_a_draft_that_nobody_was_told_of(world: World) -> None:
    article = world.article()
    world.break_next("/cgi-bin/draft/add", "lost-answer")
    with pytest.raises(RemoteDisconnected):
        world.post("/cgi-bin/draft/add", {"articles": [article]})
    assert world.get("/cgi-bin/draft/count") == {"total_count": 1}


def test_half_an_answer_and_a_bad_gateway_come_after_the_effect(world: World) -> None:
    article = world.article()
    world.break_next("/cgi-bin/draft/add", "truncated")
    with pytest.raises(IncompleteRead):
        world.post("/cgi-bin/draft/add", {"articles": [article]})
    world.break_next("/cgi-bin/draft/add", "bad-gateway")
    assert b"502" in world.ask("POST", f"/cgi-bin/draft/add?access_token={world.token}", world.encode([article]))
    assert world.get("/cgi-bin/draft/count") == {"total_count": 2}


def test_a_broken_connection_and_a_page_come_without_the_effect(world: World) -> None:
    article = world.article()
    world.break_next("/cgi-bin/draft/*", "reset-before")
    with pytest.raises(RemoteDisconnected):
        world.post("/cgi-bin/draft/add", {"articles": [article]})
    world.break_next("/cgi-bin/draft/*", "html")
    assert world.ask("POST", f"/cgi-bin/draft/add?access_token={world.token}").startswith(b"<!DOCTYPE html>")
    assert world.get("/cgi-bin/draft/count") == {"total_count": 0}


@pytest.mark.parametrize(("kind", "drafts"), [("hang", 1), ("hang-before", 0)])
def test_silence_lasts_until_the_client_or_the_fault_gives_up(world: World, kind: str, drafts: int) -> None:
    target, body = f"/cgi-bin/draft/add?access_token={world.token}", world.encode([world.article()])
    world.break_next("/cgi-bin/draft/add", kind, seconds=30)
    impatient = HTTPConnection("127.0.0.1", world.server.port, timeout=0.2)
    impatient.request("POST", target, body)
    with pytest.raises(TimeoutError):
        impatient.getresponse()
    impatient.close()
    assert world.get("/cgi-bin/draft/count") == {"total_count": drafts}
    world.break_next("/cgi-bin/draft/add", kind, seconds=0.05)
    with pytest.raises(RemoteDisconnected):
        world.ask("POST", target, body)


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=B"])
def test_a_client_that_dies_while_it_speaks_is_no_error_of_the_platform(
    caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    with caplog.at_level(logging.INFO), open_world() as world:
        head = f"POST /cgi-bin/draft/add HTTP/1.1\r\nHost: a\r\nContent-Type: {kind}\r\nContent-Length: 1000\r\n\r\n"
        with socket.create_connection(("127.0.0.1", world.server.port)) as dying:
            dying.sendall(head.encode() + b'--B\r\nContent-Disposition: form-data; name="media"\r\n\r\nhal')
            world.get("/sandbox/calls")  # by now it listens to the other, too
        assert world.get("/sandbox/calls")["calls"] == []
    assert [record for record in caplog.records if record.exc_info or record.levelno >= logging.ERROR] == []


def test_an_errcode_comes_after_some_calls_and_for_some_times(world: World) -> None:
    world.break_next("/cgi-bin/draft/count", "errcode", errcode=-1, after=1, times=2)
    answers = [world.get("/cgi-bin/draft/count").get("errcode", 0) for _ in range(4)]
    assert answers == [0, -1, -1, 0]
    log = world.get("/sandbox/calls", path="/cgi-bin/draft/count")
    assert [(call["errcode"], call["fault"]) for call in log["calls"]] == [
        (0, ""),
        (-1, "errcode"),
        (-1, "errcode"),
        (0, ""),
    ]
    assert log["counts"] == {"/cgi-bin/draft/count": 4}


def test_busy_may_be_said_of_what_was_done_all_the_same(world: World) -> None:
    article = world.article()
    world.break_next("/cgi-bin/draft/add", "system-error")
    assert world.post("/cgi-bin/draft/add", {"articles": [article]})["errcode"] == -1
    assert world.get("/cgi-bin/draft/count") == {"total_count": 1}


# ---------------------------------------------------------------------------- trouble by chance

COUNT = "/cgi-bin/draft/count"
CODES = {"-1": 1, "45011": 1, "48001": 2}


def count_in_a_storm(world: World, **storm: object) -> list[int]:
    world.post("/sandbox/storm", storm)
    return [world.get(COUNT).get("errcode", 0) for _ in range(100)]


def test_a_storm_meets_a_share_of_all_calls_and_the_same_ones_again_with_the_same_seed(world: World) -> None:
    first = count_in_a_storm(world, chance=0.5, seed=7, kinds=CODES)
    assert set(first) == {0, -1, 45011, 48001}
    assert 30 < first.count(0) < 70
    assert count_in_a_storm(world, chance=0.5, seed=7, kinds=CODES) == first
    assert count_in_a_storm(world, chance=0.5, seed=8, kinds=CODES) != first


def test_a_storm_keeps_to_its_path_and_ends(world: World) -> None:
    assert count_in_a_storm(world, chance=1, path="/cgi-bin/freepublish/*") == [0] * 100
    assert count_in_a_storm(world, chance=1, kinds={"-1": 1}) == [-1] * 100
    assert count_in_a_storm(world) == [0] * 100


def test_a_storm_breaks_what_breaks_and_the_log_says_how(world: World) -> None:
    world.post("/sandbox/storm", {"chance": 1, "kinds": {"html": 1}})
    assert world.ask("GET", f"{COUNT}?access_token={world.token}").startswith(b"<!DOCTYPE html>")
    assert [call["fault"] for call in world.get("/sandbox/calls", path=COUNT)["calls"]] == ["html"]


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("/sandbox/faults", {"path": "/x", "kind": "earthquake"}),
        ("/sandbox/faults", {"path": "/x", "kind": "hang", "colour": "red"}),
        ("/sandbox/faults", {"path": "/x", "kind": "hang", "times": "once"}),
        ("/sandbox/faults", {"kind": "hang"}),
        ("/sandbox/storm", {"chance": "high"}),
        ("/sandbox/storm", {"kinds": {}}),
        ("/sandbox/storm", {"kinds": {"earthquake": 1}}),
        ("/sandbox/storm", {"kinds": {"hang": 0}}),
        ("/sandbox/clock", {"advance": "soon"}),
        (f"/sandbox/accounts/{APPID}", {"colour": "red"}),
        (f"/sandbox/accounts/{APPID}", {"rights": ["fly"]}),
        (f"/sandbox/accounts/{APPID}", {"rights": "draft"}),
        (f"/sandbox/accounts/{APPID}", {"limits": []}),
        (f"/sandbox/accounts/{APPID}", {"mass_per_day": "1"}),
        (f"/sandbox/accounts/{APPID}", {"token": 1}),
        (f"/sandbox/accounts/{APPID}", [1]),
    ],
)
def test_a_wrong_control_call_says_why(world: World, path: str, given: object) -> None:
    assert "error" in world.post(path, given)


def test_a_control_call_that_is_no_json_says_so_and_an_empty_one_changes_nothing(world: World) -> None:
    assert b"not JSON" in world.ask("POST", f"/sandbox/accounts/{APPID}", b"{")
    assert world.ask("POST", f"/sandbox/accounts/{APPID}") == b'{"ok":true}'


def test_a_reset_forgets_everything(world: World) -> None:
    world.draft()
    world.post("/sandbox/reset", {})
    assert world.get("/sandbox/state")["accounts"] == []
