"""Every kind of message and event, in plain, compatible and safe mode, through HTTP."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from lxml import etree

from publisher.replies import parse_rules
from tests.cipher import GOLDEN, GOLDEN_PLAIN
from tests.doorway import LATEST, PLAIN, SAFE, STAMP, World, _stage, _world  # noqa: F401 - fixtures
from tests.kinds import CERTIFICATION, EVENTS, MESSAGES, PRIVACY, RESULTS, event_of, message_xml

every_mode = pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
RULES = parse_rules(
    {
        "reply": [
            {"name": "最新", "words": ["最新"], "answer": "latest"},
            {"name": "关注", "event": "subscribe", "text": "欢迎关注"},
            {"name": "扫码", "event": ["SCAN", "scancode_waitmsg"], "text": "扫到了"},
            {"name": "菜单", "event": "CLICK", "answer": "latest"},
            {"name": "其他", "default": True, "text": "回复“最新”"},
        ]
    }
)
SAYS = {"subscribe": "欢迎关注", "SCAN": "扫到了", "scancode_waitmsg": "扫到了"}


def send(world: World, mode: str, xml: str, nonce: str) -> tuple[int, bytes]:
    """One delivery; in compatible mode the clear part says something else than the encrypted one."""
    if mode == "plain":
        query, body = GOLDEN_PLAIN.post(xml, STAMP, nonce)
        return world.call("POST", PLAIN, query, body)
    query, body = GOLDEN.post(xml, STAMP, nonce)
    if mode == "compatible":
        encrypted = etree.fromstring(body).findtext("Encrypt")
        clear = xml.replace("oReader-1", "oForged").replace("最新", "forged")
        body = clear.replace("</xml>", f"<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>").encode()
    return world.call("POST", SAFE, query, body)


def read(mode: str, body: bytes) -> dict[str, str]:
    root = (GOLDEN_PLAIN if mode == "plain" else GOLDEN).open_reply(body)
    return {child.tag: child.text or "" for child in root.iter() if len(child) == 0}


def deliver(world: World, mode: str, xml: str) -> dict[str, str]:
    """What the platform hears, which is the same the second time; empty for success."""
    world.rules = RULES
    (status, first), (again, second) = (send(world, mode, xml, nonce) for nonce in ("1", "2"))
    assert (status, again) == (200, 200)
    if first == b"success":
        assert second == first
        return {}
    answered = read(mode, first)
    assert read(mode, second) == answered
    assert (answered["ToUserName"], answered["FromUserName"]) == ("oReader-1", "gh_sample")
    return answered


@every_mode
@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_is_answered_as_the_rules_say_and_recorded_once(world: World, mode: str, name: str) -> None:
    answered = deliver(world, mode, message_xml(name, MESSAGES[name], STAMP))
    if name.startswith("text"):
        assert (answered["MsgType"], answered["Title"], answered["Url"]) == ("news", LATEST.title, LATEST.url)
    else:
        assert (answered["MsgType"], answered["Content"]) == ("text", "回复“最新”")
    (kept,) = world.deliveries
    assert (kept.kind, kept.event, kept.sender, kept.strange) == (name.partition(",")[0], "", "oReader-1", ())
    assert world.events == []


@every_mode
@pytest.mark.parametrize("name", EVENTS)
def test_an_event_is_answered_as_the_rules_say_or_acknowledged_and_recorded_once(
    world: World, mode: str, name: str
) -> None:
    answered = deliver(world, mode, event_of(name, EVENTS[name], STAMP))
    event = name.partition(",")[0]
    if event == "CLICK":
        assert answered["Title"] == LATEST.title
    else:
        assert answered.get("Content", "") == SAYS.get(event, "")
    (kept,) = world.deliveries
    assert (kept.kind, kept.event, kept.strange) == ("event", event, ())
    assert world.events == []


@every_mode
@pytest.mark.parametrize("name", RESULTS)
def test_a_result_is_recorded_whole_before_success(world: World, mode: str, name: str) -> None:
    assert deliver(world, mode, event_of(name, RESULTS[name], STAMP)) == {}
    ((account, event),) = world.events
    assert (account, event.event) == ("plain" if mode == "plain" else "safe", name.partition(",")[0])
    assert len(world.deliveries) == 1
    assert world.deliveries[0].strange == ()
    info: Any = event.fields.get("PublishEventInfo", {"publish_status": ""})
    match info["publish_status"]:
        case "0":
            items = info["article_detail"]["item"]
            assert isinstance(items, list if "several" in name else dict)
        case "2":
            assert info["fail_idx"] == "1"
        case "4":
            assert info["fail_idx"][:2] == ["1", "2"]
        case "3":
            assert set(info) == {"publish_id", "publish_status"}
        case _:
            assert event.fields["MsgID"] == "1000001625"


@every_mode
@pytest.mark.parametrize("name", CERTIFICATION)
def test_certification_is_recorded_for_the_operator_and_said_loudly(
    world: World, mode: str, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert deliver(world, mode, event_of(name, CERTIFICATION[name], STAMP)) == {}
    assert [event.event for _, event in world.events] == [name]
    (warning,) = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert name.upper() in warning.getMessage()
    assert "oReader" not in caplog.text


@every_mode
@pytest.mark.parametrize("name", PRIVACY)
def test_a_reader_who_takes_back_their_word_is_forgotten(world: World, mode: str, name: str) -> None:
    assert deliver(world, mode, event_of(name, PRIVACY[name], STAMP)) == {}
    assert world.forgotten == ["oGone"]
    assert world.events == []
    assert [kept.sender for kept in world.deliveries] == [""]


def test_results_are_told_apart_by_what_they_are_about_alone(world: World) -> None:
    for nonce, (name, later) in enumerate([("PUBLISHJOBFINISH", 0), ("FREEPUBLISHJOBFINISH", 3)]):
        xml = event_of(name, RESULTS["PUBLISHJOBFINISH"], STAMP + later)
        assert send(world, "safe", xml, str(nonce)) == (200, b"success")
    assert len(world.events) == 1
    failed = event_of("PUBLISHJOBFINISH", RESULTS["PUBLISHJOBFINISH, failed"], STAMP)
    assert send(world, "safe", failed, "9") == (200, b"success")
    assert len(world.events) == 2


@pytest.mark.parametrize(
    ("xml", "strange"),
    [
        (event_of("future_event", "<New><deep>1</deep></New>", STAMP), ("event future_event", "field New")),
        (message_xml("hologram", "<Beam>1</Beam><Aura/>", STAMP), ("kind hologram", "field Aura", "field Beam")),
        (message_xml("text", "<Content>最新</Content><Mood>7</Mood>", STAMP), ("field Mood",)),
    ],
)
@every_mode
def test_what_nobody_knows_is_tolerated_and_counted(world: World, mode: str, xml: str, strange: tuple[str]) -> None:
    deliver(world, mode, xml)
    assert [kept.strange for kept in world.deliveries] == [strange]
