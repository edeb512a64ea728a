"""The client against a scripted server: what its tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from publisher.errors import (
    PublisherError,
    WeChatError,
)
from publisher.issue import Account
from publisher.replies import TextReply
from publisher.wechat import (
    DraftArticle,
    Platform,
    Timeouts,
)
from publisher.wechat.client import _Token
from tests.clock import Clock
from tests.wire import Wire, running_wire

SECRET = "5ecr3t-of-the-account"
TOKEN = "tok-en_A"
OTHER = "tok-en_B"
PNG = b"\x89PNG\r\n\x1a\n" + b"p" * 2000
JPEG = b"\xff\xd8\xff\xe0" + b"j" * 2000
OPENID = "oSubscriber0000000000000000_"
PATIENT = Timeouts(connect=5, read=10, upload=10)
HASTY = Timeouts(connect=5, read=0.1, upload=0.1)
ARTICLE = DraftArticle("协会举办春季植树活动", "秘书处", "五百棵香樟树", "<p>正文，“引号”。</p>", "COVER")
STALE = {"errcode": 42001, "errmsg": "access_token expired rid: 66b1f0aa-0c1d2e3f-5a6b7c8d"}
OK = {"errcode": 0, "errmsg": "ok"}
SINCE = datetime(2026, 11, 24, tzinfo=UTC)


def account(url: str, **facts: Any) -> Account:
    return Account("main", "wx0123456789abcdef", url, appsecret=SECRET, **facts)


@pytest.fixture(name="wire")
def _wire() -> Iterator[Wire]:
    with running_wire() as made:
        yield made


@pytest.fixture(name="clock")
def _clock() -> Clock:
    return Clock()


@pytest.fixture(name="platform")
def _platform(wire: Wire, clock: Clock) -> Iterator[Platform]:
    made = Platform(account(wire.url), clock, PATIENT)
    yield made
    made.close()


@pytest.fixture(name="hasty")
def _hasty(wire: Wire, clock: Clock) -> Iterator[Platform]:
    """One with a token that does not wait for long."""
    made = Platform(account(wire.url), clock, HASTY)
    made._client._token = _Token(TOKEN, clock.now, clock.now + timedelta(hours=2))
    yield made
    made.close()


Verb = Callable[[Platform], object]

ONCE: dict[str, Verb] = {
    "draft/add": lambda platform: platform.add_draft([ARTICLE]),
    "draft/delete": lambda platform: platform.delete_draft("D"),
    "freepublish/submit": lambda platform: platform.submit("D"),
    "message/mass/sendall": lambda platform: platform.mass_send("D", "issue-1"),
    "material/add_material": lambda platform: platform.upload_cover(JPEG, "cover.jpg"),
    "message/custom/send": lambda platform: platform.send_message(OPENID, TextReply("你好")),
}
AGAIN: dict[str, Verb] = {
    "draft/get": lambda platform: platform.has_draft("D"),
    "draft/batchget": lambda platform: platform.find_drafts("C", SINCE),
    "draft/count": lambda platform: platform.count_drafts(),
    "draft/update": lambda platform: platform.update_draft("D", 0, ARTICLE),
    "freepublish/get": lambda platform: platform.publication("1"),
    "freepublish/batchget": lambda platform: platform.find_publication("C", SINCE),
    "freepublish/getarticle": lambda platform: platform.published_article("A"),
    "material/batchget_material": lambda platform: platform.find_cover("cover.jpg", SINCE),
    "media/uploadimg": lambda platform: platform.upload_image(PNG, "a.png"),
    "menu/create": lambda platform: platform.menus.create([{"type": "click", "name": "目录", "key": "k"}]),
    "menu/get": lambda platform: platform.menus.read(),
    "message/mass/get": lambda platform: platform.mass_status("1"),
}
EVERY = {**ONCE, **AGAIN}


def failure(verb: Callable[[], object]) -> PublisherError:
    with pytest.raises(PublisherError) as caught:
        verb()
    return caught.value


def wechat_failure(verb: Callable[[], object]) -> WeChatError:
    error = failure(verb)
    assert isinstance(error, WeChatError)
    return error
