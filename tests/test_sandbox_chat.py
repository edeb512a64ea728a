"""What the stand-in's readers can do, what an account may say to them, and which menus it takes."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from lxml import etree
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from publisher.sandbox import deliver, scan, send, write
from publisher.sandbox.envelope import decrypt, parse_xml, sign
from publisher.sandbox.happenings import EVENTS, MESSAGES
from publisher.web.server import start
from tests.sandbox_world import APPID, World, open_world

TOKEN, KEY = "AAAAA", "A" * 43
READER = "oReader"
DESK = f"/sandbox/accounts/{APPID}"
SEND = "/cgi-bin/message/custom/send"
HOUR = 3600


@dataclass
class Door:
    """An account's callback: what came in, and what is to be said."""

    heard: queue.Queue[tuple[dict[str, str], str]] = field(default_factory=queue.Queue)
    articles: int = 0

    async def take(self, request: Request) -> Response:
        body = (await request.body()).decode()
        self.heard.put((dict(request.query_params), body))
        return Response(self._news(parse_xml(body)) if self.articles else "success")

    def _news(self, message: etree._Element) -> str:
        sender, recipient = message.findtext("FromUserName"), message.findtext("ToUserName")
        return (
            f"<xml><ToUserName>{sender}</ToUserName><FromUserName>{recipient}</FromUserName><CreateTime>1</CreateTime>"
            f"<MsgType>news</MsgType><ArticleCount>{self.articles}</ArticleCount>"
            f"<Articles>{'<item><Title>t</Title></item>' * self.articles}</Articles></xml>"
        )

    def next(self) -> etree._Element:
        return parse_xml(self.heard.get(timeout=10)[1])


@pytest.fixture(scope="module")
def running() -> Iterator[World]:
    with open_world() as world:
        yield world


@pytest.fixture
def world(running: World) -> World:
    return running.begin_again()


@pytest.fixture
def door(world: World) -> Iterator[Door]:
    door = Door()
    with start(Starlette(routes=[Route("/cb", door.take, methods=["POST"])])) as server:
        world.set_account(callback_url=f"{server.url}/cb", token=TOKEN)
        yield door


def say(world: World, **body: object) -> int:
    given = {"touser": READER, "msgtype": "text", "text": {"content": "你好"}, **body}
    return world.errcode(SEND, given)


# ---------------------------------------------------------------------------- what readers do


@pytest.mark.parametrize("kind", [*MESSAGES, *EVENTS])
def test_every_message_and_event_arrives_with_its_elements(world: World, door: Door, kind: str) -> None:
    assert world.post(f"{DESK}/message", {"openid": READER, "kind": kind})["kind"] == "none"
    heard = door.next()
    assert heard.findtext("FromUserName") == READER
    assert (heard.findtext("MsgType") == kind) if kind in MESSAGES else (heard.findtext("Event") == kind)
    assert (heard.findtext("MsgId") is not None) is (kind in MESSAGES)
    assert all(heard.find(name) is not None for name in {**MESSAGES, **EVENTS}[kind])


def test_elements_can_be_any_and_events_new_ones(world: World, door: Door) -> None:
    fields = {"ScanCodeInfo": {"ScanResult": "]]>"}, "List": [1, 2], "EventKey": "k"}
    world.post(f"{DESK}/message", {"kind": "wholly_new", "fields": fields})
    heard = door.next()
    assert heard.findtext("Event") == "wholly_new"
    assert heard.findtext("ScanCodeInfo/ScanResult") == "]]>"
    assert [each.text for each in heard.iterfind("List")] == ["1", "2"]
    assert "error" in world.post(f"{DESK}/message", {"kind": "text", "fields": {"a b": "x"}})
    assert "error" in world.post(f"{DESK}/message", {"kind": "text", "fields": []})


def test_a_letter_can_be_delivered_again_word_for_word(world: World, door: Door) -> None:
    letter = write(world.platform, APPID, "CLICK", {"EventKey": "目录"}, READER)
    assert [deliver(world.platform, letter).kind for _ in range(3)] == ["none"] * 3
    assert len({door.heard.get(timeout=10)[1] for _ in range(3)}) == 1


def test_a_code_with_a_scene_makes_a_follower_and_then_greets_one(world: World, door: Door) -> None:
    scan(world.platform, APPID, "18", READER)
    world.post(f"{DESK}/scan", {"openid": READER, "scene": "19"})
    send(world.platform, APPID, "unsubscribe", {}, READER)
    scan(world.platform, APPID, "20", READER)
    heard = [door.next() for _ in range(4)]
    assert [(each.findtext("Event"), each.findtext("EventKey")) for each in heard] == [
        ("subscribe", "qrscene_18"),
        ("SCAN", "19"),
        ("unsubscribe", ""),
        ("subscribe", "qrscene_20"),
    ]
    assert heard[0].findtext("Ticket") == heard[1].findtext("Ticket") == "TICKET"


def test_in_compatible_mode_both_texts_come(world: World, door: Door) -> None:
    world.set_account(aeskey=KEY, mode="compatible")
    send(world.platform, APPID, "text", {"Content": "在吗"}, READER)
    query, body = door.heard.get(timeout=10)
    heard = parse_xml(body)
    encrypted = heard.findtext("Encrypt") or ""
    assert heard.findtext("Content") == parse_xml(decrypt(encrypted, APPID, KEY)).findtext("Content") == "在吗"
    assert query["msg_signature"] == sign(TOKEN, query["timestamp"], query["nonce"], encrypted)
    assert query["signature"] == sign(TOKEN, query["timestamp"], query["nonce"])
    assert "error" in world.set_account(mode="open")


@pytest.mark.parametrize(("kind", "articles", "seen"), [
    ("text", 1, "news"), ("text", 2, "fault"), ("CLICK", 8, "news"), ("CLICK", 9, "fault"),
])  # fmt: skip
def test_a_message_is_answered_with_one_card_an_event_with_up_to_eight(
    world: World, door: Door, kind: str, articles: int, seen: str
) -> None:
    door.articles = articles
    assert send(world.platform, APPID, kind, {}, READER).kind == seen


# ---------------------------------------------------------------------------- what an account may say


@pytest.mark.parametrize(
    ("kind", "number", "seconds"),
    [("voice", 5, 48 * HOUR), ("CLICK", 3, 60), ("subscribe", 3, 60), ("SCAN", 3, 60), ("location_select", 3, 60)],
)
def test_what_a_reader_does_allows_some_messages_for_some_time(
    world: World, door: Door, kind: str, number: int, seconds: int
) -> None:
    assert say(world) == 45015
    send(world.platform, APPID, kind, {}, READER)
    assert [say(world) for _ in range(number + 1)] == [0] * number + [45047]
    send(world.platform, APPID, kind, {}, READER)
    world.wait(seconds)
    world.token = world.fetch_token()
    assert say(world) == 0
    world.wait(1)
    assert say(world) == 45015


def test_a_tap_on_a_word_in_the_chat_counts_as_one_on_the_menu(world: World, door: Door) -> None:
    send(world.platform, APPID, "text", {"Content": "目录", "bizmsgmenuid": "1"}, READER)
    world.wait(61)
    assert say(world) == 45015


def test_who_has_left_hears_nothing(world: World, door: Door) -> None:
    send(world.platform, APPID, "text", {}, READER)
    send(world.platform, APPID, "unsubscribe", {}, READER)
    assert say(world) == 43004


def test_a_customer_message_is_looked_at_as_closely_as_a_reply(world: World, door: Door) -> None:
    send(world.platform, APPID, "text", {}, READER)
    card = {"title": "t", "url": "https://a.cn"}
    assert say(world, touser="") == 40003
    assert say(world, msgtype="poem") == 40008
    assert say(world, msgtype="image", image={"media_id": "none"}) == 40007
    assert say(world, msgtype="image", image={"media_id": world.cover()}) == 0
    assert say(world, msgtype="news", news={"articles": [card, card]}) == 45008
    assert say(world, msgtype="news", news={"articles": []}) == 44003
    assert say(world, msgtype="news", news={"articles": [card]}) == 0
    assert say(world, text={"content": ""}) == 44004
    assert say(world, text="words") == 47001


# ---------------------------------------------------------------------------- menus

CLICK = {"type": "click", "name": "目录", "key": "k"}


@pytest.mark.parametrize(
    ("buttons", "errcode"),
    [
        ([], 40016),
        ([1], 47001),
        ([{**CLICK, "type": "poem"}], 40017),
        ([{**CLICK, "key": "长" * 43}], 40019),
        ([{"type": "view", "name": "网", "url": ""}], 40020),
        ([{"type": "view", "name": "网", "url": "weixin://a"}], 40055),
        ([{"type": "miniprogram", "name": "程", "url": "https://a.cn"}], 40017),
        ([{"type": "article_id", "name": "文", "article_id": "none"}], 53600),
        ([{"name": "表", "sub_button": [CLICK] * 6}], 40023),
        ([{"name": "表", "sub_button": [{**CLICK, "type": "poem"}]}], 40024),
        ([{"name": "表", "sub_button": [{**CLICK, "name": "长" * 21}]}], 40025),
        ([{"name": "表", "sub_button": [{**CLICK, "key": ""}]}], 40026),
        ([{"name": "表", "sub_button": [{"type": "view", "name": "网", "url": "a" * 1025}]}], 40027),
        ([{"name": "表", "sub_button": [{"type": "view", "name": "网", "url": "ftp://a.cn"}]}], 40054),
        ([CLICK, {"name": "表", "sub_button": [CLICK]}], 0),
    ],
)
def test_a_menu_is_looked_at_closely(world: World, buttons: list[object], errcode: int) -> None:
    assert world.errcode("/cgi-bin/menu/create", {"button": buttons}) == errcode


def test_an_article_must_be_published_before_a_menu_shows_it(world: World) -> None:
    article_id = world.publish()["article_id"]
    button = {"type": "article_view_limited", "name": "最新", "article_id": article_id}
    assert world.errcode("/cgi-bin/menu/create", {"button": [button]}) == 0


def test_a_menu_made_in_the_console_is_in_one_listing_only(world: World) -> None:
    assert world.get("/cgi-bin/get_current_selfmenu_info") == {"is_menu_open": 1, "selfmenu_info": {}}
    buttons = [{"name": "表", "sub_button": [{"type": "view", "name": "网", "url": "https://a.cn"}]}]
    world.post(f"{DESK}/menu", {"button": buttons})
    assert world.get("/cgi-bin/menu/get")["errcode"] == 46003
    (shown,) = world.get("/cgi-bin/get_current_selfmenu_info")["selfmenu_info"]["button"]
    assert shown == {"name": "表", "sub_button": {"list": buttons[0]["sub_button"]}}
    world.errcode("/cgi-bin/menu/create", {"button": [CLICK]})
    assert world.get("/cgi-bin/get_current_selfmenu_info")["selfmenu_info"]["button"] == [CLICK]
    world.post(f"{DESK}/menu", {"open": False})
    assert world.get("/cgi-bin/get_current_selfmenu_info")["is_menu_open"] == 0
    assert "error" in world.post(f"{DESK}/menu", {"button": "x"})


def test_a_menu_for_some_readers_stays_until_all_are_deleted(world: World) -> None:
    given = {"button": [CLICK], "matchrule": {"tag_id": "2"}}
    assert world.errcode("/cgi-bin/menu/addconditional", given) == 65303
    world.errcode("/cgi-bin/menu/create", {"button": [CLICK]})
    assert world.errcode("/cgi-bin/menu/addconditional", {**given, "matchrule": {}}) == 65305
    assert world.errcode("/cgi-bin/menu/addconditional", given) == 0
    world.errcode("/cgi-bin/menu/create", {"button": [{**CLICK, "name": "新"}]})
    assert len(world.get("/cgi-bin/menu/get")["conditionalmenu"]) == 1
    world.get("/cgi-bin/menu/delete")
    world.errcode("/cgi-bin/menu/create", {"button": [CLICK]})
    assert "conditionalmenu" not in world.get("/cgi-bin/menu/get")
