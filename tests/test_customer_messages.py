"""What is said to a reader by itself: in the platform's form, never twice, and his name nowhere."""

from __future__ import annotations

import logging
import pickle
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from publisher.errors import AccountRefused, NotYet, OutcomeUnknown, Refused, WeChatError
from publisher.issue import Account
from publisher.replies import HandOver, NewsArticle, NewsReply, PictureReply, Reply, Silence, TextReply
from publisher.sandbox import send
from publisher.sandbox.state import RIGHTS
from publisher.wechat import Platform
from tests.clock import Clock
from tests.sandbox_world import APPID, SECRET, World, open_world
from tests.wire import Wire, running_wire
from tests.world import World as WorkingWorld
from tests.world import running_world

READER = "oReader-of-whom-nobody-may-know"
PATH = "message/custom/send"
HELLO = TextReply("你好")
CARD = NewsArticle("第十八期", "摘要", "https://mmbiz.qpic.cn/a/0", "https://mp.weixin.qq.com/s/18")


@pytest.fixture(scope="module")
def running() -> Iterator[World]:
    with open_world() as world:
        yield world


@pytest.fixture
def world(running: World) -> World:
    return running.begin_again()


@pytest.fixture
def world_of_work(tmp_path: Path) -> Iterator[WorkingWorld]:
    with running_world(tmp_path) as made:
        yield made


def account(url: str) -> Account:
    return Account("main", APPID, url, appsecret=SECRET)


@pytest.fixture
def platform(world: World) -> Iterator[Platform]:
    made = Platform(account(world.server.url), Clock())
    yield made
    made.close()


@pytest.fixture
def wire() -> Iterator[Wire]:
    with running_wire() as made:
        yield made


@pytest.fixture
def wired(wire: Wire) -> Iterator[Platform]:
    made = Platform(account(wire.url), Clock())
    yield made
    made.close()


def hear(world: World, kind: str = "text") -> None:
    """The reader does something; that nobody answers him here is no matter."""
    send(world.platform, APPID, kind, {}, READER)


def refusal(platform: Platform, reply: Reply = HELLO) -> WeChatError:
    with pytest.raises(WeChatError) as caught:
        platform.send_message(READER, reply)
    return caught.value


def test_text_picture_and_card_arrive_as_they_are(world: World, platform: Platform) -> None:
    hear(world)
    picture = world.cover()
    for reply in (TextReply("“第十八期”\n正文"), PictureReply(picture), NewsReply((CARD, CARD))):
        platform.send_message(READER, reply)
    card = {"title": "第十八期", "description": "摘要", "url": CARD.url, "picurl": CARD.picture_url}
    assert world.platform.account(APPID).sent == [
        {"touser": READER, "msgtype": "text", "text": {"content": "“第十八期”\n正文"}},
        {"touser": READER, "msgtype": "image", "image": {"media_id": picture}},
        {"touser": READER, "msgtype": "news", "news": {"articles": [card]}},
    ]


@pytest.mark.parametrize("reply", [Silence(), HandOver(), HandOver("desk@gh"), NewsReply(())])
def test_where_there_is_nothing_to_say_nothing_is_sent(wire: Wire, wired: Platform, reply: Reply) -> None:
    wired.send_message(READER, reply)
    assert wire.requests == []


def test_the_platform_s_bounds_are_told_in_an_editor_s_words(world: World, platform: Platform) -> None:
    assert "48 小时内没有互动" in refusal(platform).note
    hear(world, "CLICK")
    for _ in range(3):
        platform.send_message(READER, TextReply("你好"))
    spent = refusal(platform)
    assert (spent.errcode, type(spent)) == (45047, Refused)
    assert "已到上限" in spent.note
    hear(world, "unsubscribe")
    assert "没有关注公众号" in refusal(platform).note
    world.set_account(rights=["draft"])
    assert isinstance(refusal(platform), AccountRefused)


@pytest.mark.parametrize(
    ("errcode", "word"),
    [(45015, "48 小时"), (45047, "上限"), (43004, "没有关注"), (45080, "30 秒"), (45050, "不支持"), (45087, "限制")],
)
def test_every_no_to_a_message_has_its_sentence(wire: Wire, wired: Platform, errcode: int, word: str) -> None:
    wire.on(PATH, {"errcode": errcode, "errmsg": "no rid: 1-2-3"})
    error = refusal(wired)
    assert isinstance(error, Refused)
    assert word in error.note


def test_a_lost_answer_is_not_asked_for_again(world: World, platform: Platform) -> None:
    hear(world)
    world.break_next(f"/cgi-bin/{PATH}", "lost-answer")
    assert isinstance(refusal(platform), OutcomeUnknown)
    assert len(world.platform.account(APPID).sent) == 1


def test_a_busy_platform_may_have_taken_it(wire: Wire, wired: Platform) -> None:
    wire.on(PATH, {"errcode": -1, "errmsg": "system error"})
    assert isinstance(refusal(wired), OutcomeUnknown)
    assert len(wire.calls(PATH)) == 1


def test_a_stale_token_is_renewed_and_the_message_goes_out_once(world: World, platform: Platform) -> None:
    hear(world)
    platform.send_message(READER, TextReply("一"))
    world.set_account(tokens="dead")
    platform.send_message(READER, TextReply("二"))
    assert [each["text"] for each in world.platform.account(APPID).sent] == [{"content": "一"}, {"content": "二"}]


def test_an_answer_follows_once_the_account_may_speak(world_of_work: WorkingWorld) -> None:
    publisher, sandbox = world_of_work.open(), world_of_work.platform
    account = sandbox.account(APPID)
    send(sandbox, APPID, "text", {}, READER)
    account.rights = frozenset({"draft"})
    with pytest.raises(AccountRefused):
        publisher.follow_up("main", READER, HELLO)
    with pytest.raises(NotYet):  # the platform is not asked again for every reader
        publisher.follow_up("main", READER, HELLO)
    assert world_of_work.calls(f"/cgi-bin/{PATH}") == 1
    account.rights = RIGHTS
    world_of_work.clock.turn(days=1)
    publisher.follow_up("main", READER, HELLO)
    assert account.sent == [{"touser": READER, "msgtype": "text", "text": {"content": "你好"}}]


@pytest.mark.parametrize("errcode", [-1, 40003, 45015, 48001, 45009])
def test_the_reader_is_named_nowhere(
    wire: Wire, wired: Platform, caplog: pytest.LogCaptureFixture, errcode: int
) -> None:
    caplog.set_level(logging.DEBUG)
    wire.on(PATH, {"errcode": errcode, "errmsg": f"invalid openid {READER} hint: [{READER}] rid: 1-2-3"})
    error = refusal(wired, TextReply("秘密的话"))
    told = "".join(traceback.format_exception(error)) + repr(error) + error.note + error.errmsg + caplog.text
    told += pickle.dumps(error).decode("latin-1") + str(vars(error))
    assert "***" in told
    assert READER not in told
    assert "秘密的话" not in told
