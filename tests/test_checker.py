"""The platform's own checker: what our client makes of its answers, and what the stand-in answers."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from publisher.errors import Refused, Unpublishable, Unreachable, WeChatError, WrongMove
from publisher.lint import Finding
from publisher.wechat import Timeouts, verify_structure
from tests.sandbox_world import World, open_world
from tests.wire import Reaction, Wire, hangs, resets, running_wire, says, says_bytes, trickles, truncates

PATH = "/article-bin/verify_article_structure"
HASTY = Timeouts(connect=5, read=0.1)
GOOD = '<section style="font-size:16px;line-height:1.75"><p>春茶开采</p><img src="a" style="width:400px"></section>'


@pytest.fixture(scope="module")
def running() -> Iterator[World]:
    with open_world() as world:
        yield world


@pytest.fixture
def world(running: World) -> World:
    return running.begin_again()


@pytest.fixture
def wire() -> Iterator[Wire]:
    with running_wire() as made:
        yield made


def answer(wire: Wire, *reactions: Reaction | dict[str, object]) -> None:
    wire.scripts[PATH].extend(each if callable(each) else says(each) for each in reactions)


# ---------------------------------------------------------------------------- the stand-in, under our client


def test_an_article_that_keeps_the_rules_is_valid(world: World) -> None:
    assert verify_structure(GOOD, world.server.url) == ()


@pytest.mark.parametrize(
    ("block", "name"),
    [
        ('<section style="width:500px">固定</section>', "width"),
        ('<table><tbody><tr><th style="min-width:60px">列</th></tr></tbody></table>', "width"),
        ('<p style="font-family:KaiTi">字</p>', "fontFamily"),
        ("<section>" * 16 + "深" + "</section>" * 16, "nesting"),
        ('<p style="background:linear-gradient(#fff,#000)">字</p>', "darkMode"),
        ('<p style="color:red!important">字</p>', "darkMode"),
    ],
)
def test_what_breaks_a_rule_is_told_with_its_element(world: World, block: str, name: str) -> None:
    (finding,) = verify_structure(block, world.server.url)
    assert finding.code == f"platform-{name}"
    assert f"（{name}）：" in finding.text
    assert finding.where in block


@pytest.mark.parametrize(
    "block",
    [
        '<section data-ignore-width="" style="width:500px">固定</section>',
        '<section style="width:300px;max-width:100%">窄</section>',
        '<p style="font-family:mp-quote, PingFang SC, system-ui">字</p>',
        "<section>" * 15 + "深" + "</section>" * 15,
        '<section style="background:linear-gradient(#fff,#000);height:4px"></section>',
        '<p data-ignore-dm="text-bg-gradient" style="background:linear-gradient(#fff,#000)">字</p>',
    ],
)
def test_what_the_rules_allow_is_valid(world: World, block: str) -> None:
    assert verify_structure(block, world.server.url) == ()


def test_it_asks_for_no_token_and_answers_in_the_platform_s_words(world: World) -> None:
    wide = '<p style="width:500px">wide</p>'
    told = json.loads(world.ask("POST", PATH, json.dumps({"content": wide}).encode()))
    assert told["isValid"] is False
    assert told["inValidInfo"]["width"]["items"] == [{"outerHTML": wide}]
    assert json.loads(world.ask("POST", PATH, json.dumps({"content": "<p>narrow</p>"}).encode())) == {"isValid": True}


def test_nothing_to_check_is_refused(world: World) -> None:
    with pytest.raises(Refused, match="errcode 44004"):
        verify_structure(" ", world.server.url)


@pytest.mark.parametrize("kind", ["html", "lost-answer", "truncated"])
def test_trouble_on_order_meets_this_call_too(world: World, kind: str) -> None:
    world.break_next(PATH, kind)
    with pytest.raises(Unreachable):
        verify_structure(GOOD, world.server.url)
    assert verify_structure(GOOD, world.server.url) == ()


# ---------------------------------------------------------------------------- our client, under a scripted server


def test_the_article_leaves_as_it_is_and_nothing_else_does(wire: Wire) -> None:
    answer(wire, {"isValid": True})
    verify_structure("<p>“春”\n茶</p>", wire.url)
    (request,) = wire.requests
    assert (request.method, request.path, request.query) == ("POST", PATH, {})
    assert request.body == '{"content":"<p>“春”\\n茶</p>"}'.encode()
    assert not {"cookie", "authorization"} & set(request.headers)


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        ({}, Finding("", "platform", "平台的检查器认为这篇文章不合格，但没有说原因。")),
        (None, Finding("", "platform", "平台的检查器认为这篇文章不合格，但没有说原因。")),
        ({"new": {}}, Finding("", "platform-new", "平台的检查器（new）：没有说明")),
        ({"new": "text"}, Finding("", "platform-new", "平台的检查器（new）：没有说明")),
        ({"new": {"violateRules": ["一", 2]}}, Finding("", "platform-new", "平台的检查器（new）：一；2")),
        (
            {"new": {"violateRules": "一", "items": ["<p>"]}},
            Finding("", "platform-new", "平台的检查器（new）：一", "<p>"),
        ),
        ({"new": {"violateRules": "一", "items": [{"x": 1}]}}, Finding("", "platform-new", "平台的检查器（new）：一")),
    ],
)
def test_fields_that_nobody_has_seen_yet_are_borne(wire: Wire, info: object, expected: Finding) -> None:
    answer(wire, {"isValid": False, "inValidInfo": info, "cost": 3})
    assert verify_structure(GOOD, wire.url) == (expected,)


def test_a_flood_of_findings_is_cut(wire: Wire) -> None:
    items = [{"outerHTML": "<p>" + "长" * 1000}] * 1000
    answer(wire, {"isValid": False, "inValidInfo": {"width": {"violateRules": "宽" * 9999, "items": items}}})
    found = verify_structure(GOOD, wire.url)
    assert len(found) == 200
    assert len(found[0].where) == 120
    assert len(found[0].text) < 600


@pytest.mark.parametrize(
    "reaction",
    [
        hangs, resets, truncates, trickles,
        says_bytes(b"<html>"), says_bytes(b"[]"), says_bytes(b"{}"), says({"isValid": "yes"}),
        says_bytes(b'{"isValid":true}', 302, Location="http://tea.example/"), says_bytes(b'{"isValid":true}', 502),
    ],
)  # fmt: skip
def test_what_is_no_verdict_is_an_error_that_may_be_tried_again(wire: Wire, reaction: Reaction) -> None:
    answer(wire, reaction)
    with pytest.raises(Unreachable):
        verify_structure(GOOD, wire.url, HASTY)


def test_a_refusal_tells_the_code(wire: Wire) -> None:
    answer(wire, {"errcode": 45009, "errmsg": "reach max api daily quota limit"})
    with pytest.raises(Refused) as raised:
        verify_structure(GOOD, wire.url)
    assert "45009" in raised.value.note


def test_nobody_there_is_told() -> None:
    with pytest.raises(WeChatError) as raised:
        verify_structure(GOOD, "http://127.0.0.1:9")
    assert "连不上" in raised.value.note


@pytest.mark.parametrize("base", ["mp.weixin.qq.com", "ftp://mp.weixin.qq.com", "http://", "http://[", "http://a:x"])
def test_a_base_that_is_no_address_is_refused(base: str) -> None:
    with pytest.raises(WrongMove, match="no address"):
        verify_structure(GOOD, base)


def test_text_that_cannot_be_sent_is_refused_before(wire: Wire) -> None:
    with pytest.raises(Unpublishable):
        verify_structure("<p>\ud800</p>", wire.url)
    assert wire.requests == []
