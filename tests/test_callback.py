from __future__ import annotations

import asyncio
import http.client
import logging
import socket
import threading
from collections.abc import MutableMapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.envelope import BODY_LIMIT
from publisher.errors import ConfigError
from publisher.issue import Account
from publisher.replies import parse_rules
from publisher.store.deliveries import Kept
from publisher.web import callback, clerk
from publisher.web.callback import create_door
from publisher.web.memory import Recent
from tests import cipher
from tests.cipher import GOLDEN, GOLDEN_PLAIN, Platform, event_xml, text_xml
from tests.doorway import LATEST, NOW, PLAIN, SAFE, STAMP, World, _stage, _world  # noqa: F401 - fixtures

# ---------------------------------------------------------------------------- URL check


@pytest.mark.parametrize("path", [SAFE, PLAIN])
def test_the_published_url_check_is_answered(world: World, path: str) -> None:
    assert world.call("GET", path, cipher.CHECK_QUERY) == (200, cipher.CHECK_ECHO.encode())


@pytest.mark.parametrize(
    "query", ["", "echostr=1", cipher.CHECK_QUERY.replace("f464", "f465"), cipher.CHECK_QUERY + "&nonce=1"]
)
def test_a_forged_url_check_is_refused_without_a_word(world: World, query: str) -> None:
    assert world.call("GET", SAFE, query) == (403, b"")


@pytest.mark.parametrize("path", ["/", "/wechat", "/wechat/", "/wechat/other", "/wechat/safe/", "/healthz/x"])
def test_an_unknown_path_is_not_found(world: World, path: str) -> None:
    assert world.call("GET", path, cipher.CHECK_QUERY) == (404, b"")
    assert world.call("POST", path, "", b"x") == (404, b"")


def test_other_methods_are_not_allowed(world: World) -> None:
    assert world.call("PUT", SAFE, cipher.CHECK_QUERY, b"x") == (405, b"")


def test_health_is_told(world: World) -> None:
    assert world.call("GET", "/healthz") == (200, b"ok")


def test_accounts_that_cannot_be_keyed_are_all_named() -> None:
    accounts = {"甲": Account("甲", "wx1"), "乙": Account("乙", "wx2", token="T", aeskey="short")}
    with pytest.raises(ConfigError) as refused:
        create_door(replace(World().door(), accounts=accounts))
    assert [fault[:4] for fault in refused.value.faults] == ["账号 甲", "账号 乙"]


# ---------------------------------------------------------------------------- answers


@pytest.mark.parametrize("path", [SAFE, PLAIN])
def test_the_latest_issue_is_answered_with_one_card(world: World, path: str) -> None:
    assert world.reply(path, text_xml("最新", STAMP)) == {
        "ToUserName": "oReader-1",
        "FromUserName": "gh_sample",
        "CreateTime": str(STAMP),
        "MsgType": "news",
        "ArticleCount": "1",
        "Title": LATEST.title,
        "Description": LATEST.digest,
        "PicUrl": LATEST.cover_url,
        "Url": LATEST.url,
    }


@pytest.mark.parametrize("path", [SAFE, PLAIN])
def test_contents_numbers_and_the_default_are_answered(world: World, path: str) -> None:
    assert "第18期</a> 2024-04-26 协会简报 第18期" in world.reply(path, text_xml("目录", STAMP, "1"))["Content"]
    assert world.reply(path, text_xml("第十八期", STAMP, "2"))["Title"] == LATEST.title
    assert world.reply(path, text_xml("第99期", STAMP, "3"))["Content"].startswith("没有找到第 99 期")
    assert world.reply(path, text_xml("你好", STAMP, "4"))["Content"] == "回复“最新”"


def test_a_follower_is_greeted(world: World) -> None:
    assert world.reply(SAFE, event_xml("subscribe", STAMP, "<EventKey></EventKey>"))["Content"] == "欢迎关注"


@pytest.mark.parametrize("path", [SAFE, PLAIN])
def test_silence_is_success_in_clear(world: World, path: str) -> None:
    assert world.post(path, text_xml("嘘", STAMP)) == (200, b"success")
    assert world.post(path, event_xml("a_future_event", STAMP, "<New><x>1</x></New>")) == (200, b"success")


def test_a_reply_is_xml_of_known_length(world: World) -> None:
    query, body = GOLDEN.post(text_xml("最新", STAMP), STAMP)
    connection = http.client.HTTPConnection(world.url.removeprefix("http://"), timeout=20)
    connection.request("POST", f"{SAFE}?{query}", body)
    response = connection.getresponse()
    assert response.getheader("content-type") == "text/xml; charset=utf-8"
    assert response.getheader("content-length") == str(len(response.read()))
    connection.close()


def test_a_compatible_body_is_answered_from_its_encrypted_part(world: World) -> None:
    query, body = GOLDEN.post(text_xml("最新", STAMP), STAMP)
    both = body.replace(b"<Encrypt>", b"<MsgType>text</MsgType><Content>forged</Content><Encrypt>")
    status, sealed = world.call("POST", SAFE, query, both)
    assert status == 200
    assert GOLDEN.open_reply(sealed).findtext("MsgType") == "news"


def test_a_message_in_json_is_understood(world: World) -> None:
    message = '{"ToUserName":"gh_1","FromUserName":"o1","CreateTime":1,"MsgType":"text","Content":"最新","MsgId":7}'
    assert world.reply(SAFE, message)["MsgType"] == "news"


def test_a_failure_while_answering_is_success_and_logged_without_the_message(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.archives.clear()
    assert world.post(PLAIN, text_xml("最新", STAMP)) == (200, b"success")
    assert "error=KeyError" in caplog.text
    assert "clerk.py" in caplog.text
    assert "最新" not in caplog.text
    assert "oReader" not in caplog.text


# ---------------------------------------------------------------------------- delivered again


@pytest.mark.parametrize("path", [SAFE, PLAIN])
def test_the_same_delivery_gets_the_same_answer_and_is_recorded_once(world: World, path: str) -> None:
    first = world.clear(path, text_xml("最新", STAMP), nonce="1")
    world.archives.clear()
    assert world.clear(path, text_xml("最新", STAMP), nonce="1") == first
    assert world.clear(path, text_xml("最新", STAMP), nonce="2") == first
    assert len(world.deliveries) == 1
    assert world.clear(path, text_xml("最新", STAMP, "23456"), nonce="3") != first


@pytest.mark.parametrize("path", [SAFE, PLAIN])
def test_what_another_process_answered_is_answered_again(world: World, path: str) -> None:
    first = world.clear(path, text_xml("最新", STAMP))
    (delivery,) = world.deliveries
    world.restart()
    world.kept[delivery.key] = Kept(delivery.reply, delivery.received_at)
    world.now += timedelta(seconds=9)
    world.archives.clear()
    assert world.clear(path, text_xml("最新", STAMP)) == first
    assert len(world.deliveries) == 1


def test_events_of_one_second_are_told_apart(world: World) -> None:
    world.rules = parse_rules(
        {"reply": [{"name": "a", "event": "subscribe", "text": "甲"}, {"name": "b", "event": "SCAN", "text": "乙"}]}
    )
    assert world.reply(PLAIN, event_xml("subscribe", STAMP))["Content"] == "甲"
    world.rules = world.rules[1:]
    assert world.reply(PLAIN, event_xml("subscribe", STAMP))["Content"] == "甲"


def test_another_body_under_a_used_signature_is_refused(world: World) -> None:
    query, body = GOLDEN_PLAIN.post(text_xml("最新", STAMP), STAMP)
    assert world.call("POST", PLAIN, query, body)[0] == 200
    forged = text_xml("目录", STAMP, "999").encode()
    assert world.call("POST", PLAIN, query, forged) == (403, b"")
    for more in ("msg_signature=1", "encrypt_type=raw", "openid=oReader-1"):
        assert world.call("POST", PLAIN, f"{query}&{more}", forged) == (403, b""), more
    assert world.call("POST", PLAIN, query, body)[0] == 200
    world.restart()
    assert world.call("POST", PLAIN, query, forged) == (403, b"")
    assert world.call("POST", PLAIN, query, body)[0] == 200


def test_what_is_remembered_is_bounded() -> None:
    recent: Recent[str, int] = Recent(3)
    for number in range(100):
        recent.put(str(number), number)
        known = [each for each in range(number + 1) if recent.get(str(each)) is not None]
        assert known == list(range(number + 1))[-len(known) :]
        assert min(3, number + 1) <= len(known) <= 6


# ---------------------------------------------------------------------------- results


RESULT = "<PublishEventInfo><publish_id>2247503051</publish_id><publish_status>0</publish_status></PublishEventInfo>"


@pytest.mark.parametrize("event", ["PUBLISHJOBFINISH", "FREEPUBLISHJOBFINISH", "MASSSENDJOBFINISH"])
@pytest.mark.parametrize("path", [SAFE, PLAIN])
def test_a_result_is_recorded_before_success(world: World, path: str, event: str) -> None:
    assert world.post(path, event_xml(event, STAMP, RESULT, sender="mphelper")) == (200, b"success")
    ((account, recorded),) = world.events
    assert (account, recorded.event) == (path.removeprefix("/wechat/"), event)
    assert recorded.fields["PublishEventInfo"] == {"publish_id": "2247503051", "publish_status": "0"}


def test_two_results_of_one_second_are_both_recorded(world: World) -> None:
    world.post(SAFE, event_xml("PUBLISHJOBFINISH", STAMP, RESULT), nonce="1")
    world.post(SAFE, event_xml("PUBLISHJOBFINISH", STAMP, RESULT.replace("3051", "3052")), nonce="2")
    assert len(world.events) == 2


def test_a_result_that_cannot_be_recorded_is_to_be_sent_again(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.lost = True
    xml = event_xml("PUBLISHJOBFINISH", STAMP, RESULT)
    assert world.post(SAFE, xml) == (500, b"")
    assert "error=LostDatabaseError" in caplog.text
    assert "oReader" not in caplog.text
    world.lost = False
    assert world.post(SAFE, xml) == (200, b"success")
    assert len(world.events) == 1


def test_a_result_that_takes_too_long_is_to_be_sent_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clerk, "PATIENCE", 0.1)
    world.gate.clear()
    assert world.post(SAFE, event_xml("PUBLISHJOBFINISH", STAMP, RESULT)) == (500, b"")


def test_readers_are_answered_while_a_result_is_being_recorded(world: World) -> None:
    world.gate.clear()
    slow = threading.Thread(target=world.post, args=(SAFE, event_xml("PUBLISHJOBFINISH", STAMP, RESULT)))
    slow.start()
    assert world.reply(PLAIN, text_xml("最新", STAMP))["MsgType"] == "news"
    assert world.events == []
    world.gate.set()
    slow.join()
    assert len(world.events) == 1


def test_a_forged_result_rings_no_bell(world: World) -> None:
    query, body = GOLDEN_PLAIN.post(event_xml("PUBLISHJOBFINISH", STAMP, RESULT), STAMP)
    assert world.call("POST", SAFE, query, body) == (403, b"")
    assert world.events == []


# ---------------------------------------------------------------------------- forged, malformed, enormous


def test_a_forgery_is_counted_and_logged_without_its_contents(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    query, body = Platform(GOLDEN.appid, "BBBBB").post(text_xml("secret words", STAMP), STAMP)
    for _ in range(5):
        assert world.call("POST", PLAIN, query, body) == (403, b"")
    logged = [record.getMessage() for record in caplog.records if record.name == "publisher.door"]
    assert logged == [f"callback refused account=plain why='wrong signature' count={count}" for count in (1, 2, 4)]


@pytest.mark.parametrize("path", [SAFE, PLAIN])
def test_an_old_delivery_is_refused(world: World, path: str) -> None:
    world.now = datetime.fromtimestamp(STAMP + 700, UTC)
    assert world.post(path, text_xml("最新", STAMP)) == (403, b"")


def test_a_plain_message_to_an_encrypted_account_is_refused(world: World) -> None:
    query, body = GOLDEN_PLAIN.post(text_xml("最新", STAMP), STAMP)
    assert world.call("POST", SAFE, query, body) == (403, b"")


@pytest.mark.parametrize("body", [b"", b"<xml>", b"\xff", b"<xml><MsgType>text</MsgType></xml>", b"{}", b"[]"])
def test_a_malformed_message_is_refused(world: World, body: bytes) -> None:
    query = GOLDEN_PLAIN.query(STAMP, "1")
    assert world.call("POST", PLAIN, query, body) == (403, b"")


def test_too_many_parameters_are_refused(world: World) -> None:
    assert world.call("GET", PLAIN, cipher.CHECK_QUERY + "&a=1" * 40) == (403, b"")


def test_an_announced_enormous_body_is_refused_unread(world: World) -> None:
    host, port = world.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(f"POST {PLAIN} HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n".encode())
        answer = connection.recv(1000)
        assert answer.startswith(b"HTTP/1.1 413 ")
        assert b"connection: close" in answer


def test_an_enormous_body_in_pieces_is_refused(world: World) -> None:
    status, body = world.call("POST", PLAIN, "", iter([b"x" * 40_000] * 2))
    assert (status, body) == (413, b"")


def test_a_body_just_within_the_limit_is_read(world: World) -> None:
    xml = text_xml("最新", STAMP).replace("</xml>", f"<!--{'x' * 60_000}--></xml>")
    assert len(xml) < BODY_LIMIT
    assert world.post(PLAIN, xml)[0] == 200


def test_a_body_that_never_ends_is_given_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callback, "PATIENCE", 0.1)
    host, port = world.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(f"POST {PLAIN} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n<xml>".encode())
        assert connection.recv(1000).startswith(b"HTTP/1.1 408 ")


# ---------------------------------------------------------------------------- as ASGI

VALID = [
    (PLAIN, *GOLDEN_PLAIN.post(text_xml("最新", STAMP), STAMP)),
    (SAFE, *GOLDEN.post(text_xml("最新", STAMP), STAMP)),
    (SAFE, *GOLDEN.post(event_xml("PUBLISHJOBFINISH", STAMP, RESULT), STAMP)),
]
DOOR_WORLD = World()
APPLICATION = create_door(DOOR_WORLD.door())


async def talk(scope: MutableMapping[str, Any], *events: MutableMapping[str, Any]) -> list[MutableMapping[str, Any]]:
    sent: list[MutableMapping[str, Any]] = []
    waiting = list(events)

    async def receive() -> MutableMapping[str, Any]:
        return waiting.pop(0)

    async def send(event: MutableMapping[str, Any]) -> None:
        sent.append(event)

    await APPLICATION(scope, receive, send)
    return sent


def exchange(method: str, path: str, query: bytes, body: bytes) -> tuple[int, bytes]:
    scope = {"type": "http", "method": method, "path": path, "query_string": query, "headers": []}
    begin, end = asyncio.run(talk(scope, {"type": "http.request", "body": body, "more_body": False}))
    return begin["status"], end["body"]


@settings(max_examples=300)
@given(st.data())
def test_a_mutated_delivery_never_fails_and_is_never_answered_unless_authentic(data: st.DataObject) -> None:
    path, query, body = data.draw(st.sampled_from(VALID))
    raw, content = query.encode(), body
    if data.draw(st.booleans()):
        raw = mutate(data, raw)
    else:
        content = mutate(data, content)
    status, answered = exchange("POST", path, raw, content)
    assert status in (200, 403, 413)
    if path == SAFE and (raw, content) != (query.encode(), body) and status == 200:
        # Only what neither signature covers was changed, for instance the openid or ToUserName.
        assert answered == b"success" or GOLDEN.open_reply(answered).findtext("ToUserName") == "oReader-1"
    if status != 200:
        assert answered == b""


def mutate(data: st.DataObject, content: bytes) -> bytes:
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 40)))
    middle = data.draw(st.one_of(st.binary(max_size=12), st.just(content[start:end] * 2), st.just(b"<a>" * 20)))
    return content[:start] + middle + content[end:]


@given(st.sampled_from(["GET", "POST"]), st.sampled_from([SAFE, PLAIN]), st.binary(max_size=80), st.binary(max_size=80))
def test_what_is_not_signed_is_refused(method: str, path: str, query: bytes, body: bytes) -> None:
    assert exchange(method, path, query, body) == (403, b"")


def test_a_sender_that_hangs_up_is_refused() -> None:
    scope = {"type": "http", "method": "POST", "path": PLAIN, "query_string": b"", "headers": []}
    part = {"type": "http.request", "body": b"<xml>", "more_body": True}
    begin, _ = asyncio.run(talk(scope, part, {"type": "http.disconnect"}))
    assert begin["status"] == 403


def test_the_server_is_told_that_there_is_nothing_to_open() -> None:
    sent = asyncio.run(talk({"type": "lifespan"}, {"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}))
    assert [event["type"] for event in sent] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def test_a_websocket_is_closed() -> None:
    assert asyncio.run(talk({"type": "websocket"})) == [{"type": "websocket.close", "code": 1000}]
