"""What the stand-in platform pushes, and what a subscriber reads."""

from __future__ import annotations

import json
import queue
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from lxml import etree
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from publisher.sandbox import SandboxSettings, create_sandbox, send_message
from publisher.sandbox.envelope import Unopened, cdata, decrypt, encrypt, parse_xml, sign
from publisher.web.server import start
from tests.sandbox_world import APPID, World, open_world

TOKEN, KEY = "AAAAA", "A" * 43
GOLDEN_APPID = "wxba5fad812f8e6fb9"
GOLDEN = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8XGT"
    "740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8Y"
    "L/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
)


@dataclass
class Door:
    """An account's callback, as bare as can be: what came in, and what is to be said."""

    url: str = ""
    heard: queue.Queue[tuple[dict[str, str], str]] = field(default_factory=queue.Queue)
    answer: Callable[[dict[str, str], str], Response] = lambda query, body: Response("success")

    async def take(self, request: Request) -> Response:
        query, body = dict(request.query_params), (await request.body()).decode()
        if request.method == "POST":
            self.heard.put((query, body))
        return self.answer(query, body)

    def next(self) -> tuple[dict[str, str], str]:
        return self.heard.get(timeout=10)


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
    with start(Starlette(routes=[Route("/cb", door.take, methods=["GET", "POST"])])) as server:
        door.url = server.url + "/cb"
        world.set_account(callback_url=door.url, token=TOKEN)
        yield door


def wait_for_deliveries(world: World, count: int) -> list[object]:
    with world.platform.changed:
        assert world.platform.changed.wait_for(lambda: len(world.platform.deliveries) >= count, 10)
        return [delivery["status"] for delivery in world.platform.deliveries]


def wrap(reply: str, now: str = "1714112445") -> Response:
    encrypted = encrypt(reply, APPID, KEY)
    signature = sign(TOKEN, now, "7", encrypted)
    return Response(
        f"<xml><Encrypt>{cdata(encrypted)}</Encrypt><MsgSignature>{cdata(signature)}</MsgSignature>"
        f"<TimeStamp>{now}</TimeStamp><Nonce>{cdata('7')}</Nonce></xml>"
    )


def reply_to(body: str, inner: str) -> str:
    message = etree.fromstring(body.encode())
    to, sender = message.findtext("FromUserName") or "", message.findtext("ToUserName") or ""
    return (
        f"<xml><ToUserName>{cdata(to)}</ToUserName><FromUserName>{cdata(sender)}</FromUserName>"
        f"<CreateTime>1</CreateTime>{inner}</xml>"
    )


def news(count: int) -> str:
    item = "<item><Title>题</Title><Description>述</Description><PicUrl>http://p</PicUrl><Url>http://u</Url></item>"
    return f"<MsgType>news</MsgType><ArticleCount>{count}</ArticleCount><Articles>{item * count}</Articles>"


# ---------------------------------------------------------------------------- the envelope


def test_the_published_vectors_sign_open_and_seal() -> None:
    assert sign(TOKEN, "1714036504", "1514711492") == "f464b24fc39322e44b38aa78f5edd27bd1441696"
    assert sign(TOKEN, "1714037059", "486452656") == "899cf89e464efb63f54ddac96b0a0a235f53aa78"
    assert sign(TOKEN, "1714112445", "415670741", GOLDEN) == "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3"
    opened = json.loads(decrypt(GOLDEN, GOLDEN_APPID, KEY))
    assert (opened["Event"], opened["CreateTime"]) == ("debug_demo", 1714112445)
    sealed = encrypt('{"demo_resp":"good luck"}', GOLDEN_APPID, KEY, b"707722b803182950")
    assert sealed == "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="
    assert sign(TOKEN, "1713424427", "415670741", sealed) == "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1"


@pytest.mark.parametrize("damaged", ["", "AAAA", "x", GOLDEN[4:], "A" * 64])
def test_a_damaged_or_foreign_text_does_not_open(damaged: str) -> None:
    with pytest.raises(Unopened):
        decrypt(damaged, GOLDEN_APPID, KEY)
    with pytest.raises(Unopened):
        decrypt(GOLDEN, APPID, KEY)


def test_user_text_cannot_leave_its_cdata() -> None:
    assert parse_xml(f"<a>{cdata('x]]><b/>')}</a>").text == "x]]><b/>"


# ---------------------------------------------------------------------------- pushed events


def test_success_is_pushed_with_the_links_and_a_signature(world: World, door: Door) -> None:
    publish_id = world.submit(world.draft(2))
    world.wait(2)
    query, body = door.next()
    assert query["signature"] == sign(TOKEN, query["timestamp"], query["nonce"])
    assert "encrypt_type" not in query
    event = etree.fromstring(body.encode())
    assert event.findtext("Event") == "PUBLISHJOBFINISH"
    assert event.findtext("PublishEventInfo/publish_id") == publish_id
    assert event.findtext("PublishEventInfo/publish_status") == "0"
    urls = [item["article_url"] for item in world.status(publish_id)["article_detail"]["item"]]
    assert [node.text for node in event.iter("article_url")] == urls
    assert wait_for_deliveries(world, 1) == [200]


def test_a_failure_is_pushed_with_its_bad_articles_encrypted_where_there_is_a_key(world: World, door: Door) -> None:
    world.set_account(aeskey=KEY, outcome=4, fail_idx=[1, 2])
    world.submit(world.draft(2))
    world.wait(2)
    query, body = door.next()
    outer = etree.fromstring(body.encode())
    encrypted = outer.findtext("Encrypt") or ""
    assert query["encrypt_type"] == "aes"
    assert query["msg_signature"] == sign(TOKEN, query["timestamp"], query["nonce"], encrypted)
    info = etree.fromstring(decrypt(encrypted, APPID, KEY).encode()).find("PublishEventInfo")
    assert info is not None
    assert [node.text for node in info.iter("fail_idx")] == ["1", "2"]
    assert info.find("article_id") is None


def test_a_mass_send_that_failed_is_pushed_with_the_reason_and_without_links(world: World, door: Door) -> None:
    world.set_account(outcome=4)
    world.mass_send(world.draft())
    world.wait(2)
    event = etree.fromstring(door.next()[1].encode())
    assert (event.findtext("Event"), event.findtext("Status")) == ("MASSSENDJOBFINISH", "err(20001)")
    assert not list(event.iter("ArticleUrl"))


def test_a_mass_send_is_pushed_with_its_links(world: World, door: Door) -> None:
    sent = world.mass_send(world.draft())
    world.wait(2)
    event = etree.fromstring(door.next()[1].encode())
    assert event.findtext("Event") == "MASSSENDJOBFINISH"
    assert (event.findtext("MsgID"), event.findtext("Status")) == (str(sent["msg_id"]), "send success")
    url = event.findtext("ArticleUrlResult/ResultList/item/ArticleUrl") or ""
    assert "第一期" in world.page(url)


def test_an_event_is_tried_three_times_five_seconds_apart(world: World, door: Door) -> None:
    door.answer = lambda query, body: Response("no", 500)
    world.publish()
    for count in (1, 2, 3):
        door.next()
        assert wait_for_deliveries(world, count) == [500] * count
        world.wait(5)
    assert world.platform.parcels == []
    assert door.heard.empty()


def test_an_event_to_nobody_is_given_up_and_said_in_the_state(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    world.set_account(callback_url=f"http://127.0.0.1:{port}/cb")
    world.publish()
    wait_for_deliveries(world, 1)
    assert world.get("/sandbox/state")["deliveries"][0] == {
        "appid": APPID,
        "event": "PUBLISHJOBFINISH",
        "attempt": 1,
        "status": 0,
    }


def test_events_can_be_kept_back(world: World, door: Door) -> None:
    world.set_account(events=False)
    world.publish()
    world.set_account(events=True)
    publish_id = world.publish()["publish_id"]
    assert publish_id in door.next()[1]
    assert door.heard.empty()


# ---------------------------------------------------------------------------- subscribers


def test_the_callback_url_is_verified_by_its_echo(world: World, door: Door) -> None:
    door.answer = lambda query, body: Response(query.get("echostr", ""))
    assert world.post(f"/sandbox/accounts/{APPID}/verify", {}) == {"verified": True}
    door.answer = lambda query, body: Response("other")
    assert world.post(f"/sandbox/accounts/{APPID}/verify", {}) == {"verified": False}
    world.set_account(callback_url="gopher://x")
    assert world.post(f"/sandbox/accounts/{APPID}/verify", {}) == {"verified": False}


def test_a_subscriber_reads_a_plain_news_reply(world: World, door: Door) -> None:
    door.answer = lambda query, body: Response(reply_to(body, news(1)))
    reply = world.post(f"/sandbox/accounts/{APPID}/message", {"openid": "oReader", "text": "最新"})
    assert reply["kind"] == "news"
    assert reply["articles"] == [{"title": "题", "description": "述", "url": "http://u", "picurl": "http://p"}]
    message = etree.fromstring(door.next()[1].encode())
    assert (message.findtext("Content"), message.findtext("FromUserName")) == ("最新", "oReader")
    assert (message.findtext("MsgId") or "").isdigit()


def test_a_subscriber_reads_an_encrypted_text_reply(world: World, door: Door) -> None:
    def answer(query: dict[str, str], body: str) -> Response:
        encrypted = etree.fromstring(body.encode()).findtext("Encrypt") or ""
        message = decrypt(encrypted, APPID, KEY)
        return wrap(reply_to(message, "<MsgType>text</MsgType><Content>目录</Content>"))

    world.set_account(aeskey=KEY)
    door.answer = answer
    reply = send_message(world.platform, APPID, "目录", "oReader")
    assert (reply.kind, reply.text) == ("text", "目录")


def test_success_is_no_reply(world: World, door: Door) -> None:
    assert send_message(world.platform, APPID, "嗯", "oReader").kind == "none"


@pytest.mark.parametrize(
    ("inner", "fault"),
    [
        (news(2), "2 articles"),
        ("<MsgType>text</MsgType><Content></Content>", "0 bytes"),
        (f"<MsgType>text</MsgType><Content>{'长' * 683}</Content>", "2049 bytes"),
        ("<MsgType>text", "tag"),
    ],
)
def test_a_reply_that_the_platform_would_not_deliver_is_a_fault(
    world: World, door: Door, inner: str, fault: str
) -> None:
    door.answer = lambda query, body: Response(reply_to(body, inner))
    reply = send_message(world.platform, APPID, "最新", "oReader")
    assert (reply.kind, reply.text) == ("fault", "该公众号提供的服务出现故障，请稍后再试")
    assert fault in reply.raw


def test_a_reply_by_the_wrong_hand_is_a_fault(world: World, door: Door) -> None:
    door.answer = lambda query, body: Response(body)
    assert "swapped" in send_message(world.platform, APPID, "最新", "oReader").raw
    door.answer = lambda query, body: Response("sorry", 503)
    assert "503" in send_message(world.platform, APPID, "最新", "oReader").raw
    world.set_account(aeskey=KEY)
    door.answer = lambda query, body: Response("<xml><Encrypt>x</Encrypt></xml>")
    assert "MsgSignature" in send_message(world.platform, APPID, "最新", "oReader").raw


def test_a_silent_callback_gets_three_attempts(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        platform = create_sandbox(SandboxSettings(push_timeout=0.05)).state.platform
        platform.account(APPID).callback = world.platform.account(APPID).callback.__class__(
            f"http://127.0.0.1:{silent.getsockname()[1]}/cb"
        )
        assert send_message(platform, APPID, "最新", "oReader").raw == "no answer: TimeoutError"
        silent.settimeout(5)
        for _ in range(3):
            silent.accept()[0].close()


def test_five_customer_messages_follow_a_subscriber_s_word(world: World, door: Door) -> None:
    def send(content: str = "你好") -> int:
        given = {"touser": "oReader", "msgtype": "text", "text": {"content": content}}
        return world.errcode("/cgi-bin/message/custom/send", given)

    assert send() == 45015
    send_message(world.platform, APPID, "在吗", "oReader")
    assert send("长" * 683) == 45002
    assert [send() for _ in range(6)] == [0] * 5 + [45047]
    world.post(f"/sandbox/accounts/{APPID}/message", {"openid": "oReader", "text": "再问"})
    assert send() == 0
    world.wait(2 * 86_400 + 1)
    world.token = world.fetch_token()
    assert send() == 45015
