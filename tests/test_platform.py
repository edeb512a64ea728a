"""The client against a scripted server: what leaves, what comes back as what, and what must never be told."""

from __future__ import annotations

import json
import logging
import pickle
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from publisher.errors import (
    AccountRefused,
    Busy,
    ConfigError,
    OutcomeUnknown,
    PublisherError,
    Refused,
    Unpublishable,
    Unreachable,
    WeChatError,
)
from publisher.issue import Account
from publisher.replies import TextReply
from publisher.sandbox import SandboxSettings, create_sandbox
from publisher.web.server import start
from publisher.wechat import (
    Cover,
    DraftArticle,
    MassSend,
    Platform,
    Publication,
    PublicationState,
    PublishedArticle,
    Submission,
    Timeouts,
)
from publisher.wechat.client import Client, _parse_date, _Token
from tests import sandbox_world
from tests.clock import Clock
from tests.wire import Reaction, Wire, hangs, resets, running_wire, says_bytes, trickles, truncates

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


@pytest.fixture
def wire() -> Iterator[Wire]:
    with running_wire() as made:
        yield made


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def platform(wire: Wire, clock: Clock) -> Iterator[Platform]:
    made = Platform(account(wire.url), clock, PATIENT)
    yield made
    made.close()


@pytest.fixture
def hasty(wire: Wire, clock: Clock) -> Iterator[Platform]:
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


# ---------------------------------------------------------------------------- what leaves


def test_chinese_goes_out_raw_and_the_body_says_that_it_is_json(wire: Wire, platform: Platform) -> None:
    wire.on("draft/add", {"media_id": "D"})
    assert platform.add_draft([ARTICLE]) == "D"
    (request,) = wire.calls("draft/add")
    assert "协会举办春季植树活动".encode() in request.body
    assert b"\\u" not in request.body
    assert request.headers["content-type"] == "application/json; charset=utf-8"
    assert request.query == {"access_token": TOKEN}


def test_an_article_keeps_every_field_that_is_given_and_sends_no_empty_one(wire: Wire, platform: Platform) -> None:
    wire.on("draft/add", {"media_id": "D"})
    cropped = DraftArticle("题", "", "", "<p>文</p>", "C", pic_crop_235_1="0_0_1_0.5", only_fans_can_comment=1)
    platform.add_draft([cropped, ARTICLE])
    (request,) = wire.calls("draft/add")
    assert request.json()["articles"][0] == {
        "title": "题",
        "content": "<p>文</p>",
        "thumb_media_id": "C",
        "need_open_comment": 0,
        "only_fans_can_comment": 1,
        "pic_crop_235_1": "0_0_1_0.5",
    }
    assert len(request.json()["articles"]) == 2


def test_an_update_sends_one_article_and_not_a_list(wire: Wire, platform: Platform) -> None:
    wire.on("draft/update", OK)
    platform.update_draft("D", 1, ARTICLE)
    sent = wire.calls("draft/update")[0].json()
    assert (sent["media_id"], sent["index"], sent["articles"]["title"]) == ("D", 1, ARTICLE.title)


@pytest.mark.parametrize("text", ["坏\ud83d字", "看不见\x0b的", "\x00"])
def test_text_that_only_an_escape_could_carry_is_not_sent(wire: Wire, platform: Platform, text: str) -> None:
    broken = DraftArticle(text, "", "", "<p>文</p>", "C")
    error = failure(lambda: platform.add_draft([broken]))
    assert isinstance(error, Unpublishable)
    assert "字符" in error.note
    assert wire.requests == []


@pytest.mark.parametrize("text", [r"C:\users\u4f60", "行\n\t“”\u2028", "\U0001f600", "\\", r"\\u0041"])
def test_backslashes_line_ends_and_emoji_are_ordinary_text(wire: Wire, platform: Platform, text: str) -> None:
    wire.on("draft/add", {"media_id": "D"})
    platform.add_draft([DraftArticle(text, "", "", "<p>文</p>", "C")])
    assert wire.calls("draft/add")[0].json()["articles"][0]["title"] == text


@pytest.mark.parametrize(
    ("data", "name", "sent_name", "media_type"),
    [
        (JPEG, "a.jpg", b'filename="a.jpg"', b"image/jpeg"),
        (PNG, "cover.jpg", b'filename="cover.png"', b"image/png"),
        (b"GIF89a...", "x", b'filename="x.gif"', b"image/gif"),
        (JPEG, "第一期 封面.jpeg", b'filename="-.jpg"', b"image/jpeg"),
        (JPEG, ".jpg", b'filename="-jpg.jpg"', b"image/jpeg"),
    ],
)
def test_a_file_goes_with_an_ascii_name_that_agrees_with_its_bytes(
    wire: Wire, platform: Platform, data: bytes, name: str, sent_name: bytes, media_type: bytes
) -> None:
    wire.on("media/uploadimg", {"url": "http://mmbiz.qpic.cn/a/0"})
    platform.upload_image(data, name)
    (request,) = wire.calls("media/uploadimg")
    assert b'name="media"; ' + sent_name in request.body
    assert b"Content-Type: " + media_type in request.body
    assert data in request.body
    assert request.headers["content-type"].startswith("multipart/form-data; boundary=")


def test_bytes_that_are_no_picture_are_not_sent(wire: Wire, platform: Platform) -> None:
    assert isinstance(failure(lambda: platform.upload_image(b"RIFF....WEBP", "a.webp")), Unpublishable)
    assert isinstance(failure(lambda: platform.upload_cover(b"", "a.jpg")), Unpublishable)
    assert wire.requests == []


def test_a_cover_is_a_permanent_picture_of_type_image(wire: Wire, platform: Platform) -> None:
    wire.on("material/add_material", {"media_id": "M", "url": "http://mmbiz.qpic.cn/c/0?wx_fmt=jpeg", "item": []})
    assert platform.upload_cover(JPEG, "c.jpg") == Cover("M", "https://mmbiz.qpic.cn/c/0?wx_fmt=jpeg")
    assert wire.calls("material/add_material")[0].query["type"] == "image"


def test_every_api_of_wechatpy_goes_to_our_base(wire: Wire, clock: Clock) -> None:
    client = Client(account(f"{wire.url}/gate/"), clock, PATIENT)
    wire.scripts["/gate/cgi-bin/stable_token"] = wire.scripts["/cgi-bin/stable_token"]
    wire.scripts["/gate/datacube/getusersummary"].append(says_bytes(b'{"list":[{"new_user":3}]}'))
    wire.scripts["/gate/cgi-bin/media/get"].append(says_bytes(b'{"video_url":"v"}'))
    assert client.datacube.get_user_summary("2026-01-01", "2026-01-01") == [{"new_user": 3}]
    assert client.get("https://api.weixin.qq.com/cgi-bin/media/get", params={"media_id": "M"})["video_url"] == "v"
    wire.scripts["/gate/datacube/getusersummary"][0] = says_bytes(b"{}")
    error = failure(lambda: client.datacube.get_user_summary("2026-01-01", "2026-01-01"))
    assert isinstance(error, OutcomeUnknown)
    client.close()


def test_parameters_of_the_caller_are_left_alone(wire: Wire, clock: Clock) -> None:
    client = Client(account(wire.url), clock, PATIENT)
    wire.on("draft/count", STALE, {"total_count": 0})
    wire.on("stable_token", {"access_token": TOKEN, "expires_in": 7200}, {"access_token": OTHER, "expires_in": 7200})
    params = {"access_token": "of-old", "x": "1"}
    client.get("draft/count", params=params)
    assert params == {"access_token": "of-old", "x": "1"}
    assert [call.query["access_token"] for call in wire.calls("draft/count")] == [TOKEN, OTHER]
    client.close()


# ---------------------------------------------------------------------------- the base


@pytest.mark.parametrize(
    "base",
    [
        "http://api.weixin.qq.com", "ftp://127.0.0.1", "api.weixin.qq.com", "", "https://", "https://a/?x=1",
        "https://me:pass@api.weixin.qq.com", "http://[::1", "https://a:b", "http://10.0.0.1",
    ],
)  # fmt: skip
def test_a_base_that_is_neither_https_nor_this_machine_is_a_fault_of_configuration(base: str) -> None:
    with pytest.raises(ConfigError, match=r"accounts\.main\.api_base"):
        Platform(account(base), Clock())


@pytest.mark.parametrize(
    "base", ["https://api.weixin.qq.com/", "http://localhost:1", "http://[::1]:1", "http://127.0.0.1:1/x"]
)
def test_https_and_this_machine_are_fine(base: str) -> None:
    Platform(account(base), Clock()).close()


def test_a_proxy_of_the_environment_does_not_stand_before_this_machine(
    wire: Wire, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    wire.on("draft/count", {"total_count": 4})
    assert platform.count_drafts() == 4


def test_a_proxy_that_opens_no_tunnel_means_that_nothing_happened(
    wire: Wire, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, wire.url)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    away = Platform(account("https://api.example.invalid"), clock, PATIENT)
    assert isinstance(failure(lambda: away.submit("D")), Unreachable)
    away.close()


# ---------------------------------------------------------------------------- the token


def test_the_secret_travels_in_the_body_of_a_post(wire: Wire, platform: Platform) -> None:
    wire.on("draft/count", {"total_count": 0})
    platform.count_drafts()
    (request,) = wire.calls("stable_token")
    assert (request.method, request.query) == ("POST", {})
    assert request.json() == {
        "grant_type": "client_credential",
        "appid": "wx0123456789abcdef",
        "secret": SECRET,
        "force_refresh": False,
    }


def test_a_token_is_kept_until_five_minutes_before_its_end(wire: Wire, platform: Platform, clock: Clock) -> None:
    wire.on("draft/count", {"total_count": 0})
    platform.count_drafts()
    clock.turn(seconds=7200 - 301)
    platform.count_drafts()
    assert len(wire.calls("stable_token")) == 1
    clock.turn(seconds=2)
    platform.count_drafts()
    assert len(wire.calls("stable_token")) == 2


def test_a_token_near_its_end_is_not_asked_for_before_every_call(wire: Wire, platform: Platform, clock: Clock) -> None:
    wire.on("draft/count", {"total_count": 0})
    wire.on("stable_token", {"access_token": TOKEN, "expires_in": 40})
    for seconds in (0, 10, 19):
        clock.turn(seconds=seconds)
        platform.count_drafts()
    assert len(wire.calls("stable_token")) == 1
    clock.turn(seconds=2)
    platform.count_drafts()
    assert len(wire.calls("stable_token")) == 2


def test_a_connection_is_kept_for_the_next_call(wire: Wire, platform: Platform) -> None:
    wire.on("draft/count", {"total_count": 7})
    platform.count_drafts()
    platform.count_drafts()
    assert len({request.port for request in wire.requests}) == 1


def test_twenty_threads_on_a_cold_client_make_one_token_fetch(wire: Wire, platform: Platform) -> None:
    wire.on("draft/count", {"total_count": 7})
    barrier = threading.Barrier(20)

    def count(_: int) -> int:
        barrier.wait()
        return platform.count_drafts()

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(count, range(20))) == [7] * 20
    assert len(wire.calls("stable_token")) == 1


def test_threads_that_wait_for_a_token_share_its_failure(wire: Wire, clock: Clock) -> None:
    brisk = Platform(account(wire.url), clock, Timeouts(connect=5, read=0.4, upload=0.4))
    wire.on("stable_token", hangs)
    barrier = threading.Barrier(8)

    def count(_: int) -> PublisherError:
        barrier.wait()
        return failure(brisk.count_drafts)

    with ThreadPoolExecutor(8) as pool:
        errors = list(pool.map(count, range(8)))
    assert {type(error) for error in errors} == {Unreachable}
    assert len({id(error) for error in errors}) == 8
    assert len(wire.calls("stable_token")) <= 2
    brisk.close()


def test_a_failure_to_get_a_token_is_not_remembered(wire: Wire, platform: Platform) -> None:
    wire.on("stable_token", {"errcode": -1}, {"access_token": TOKEN, "expires_in": 7200})
    wire.on("draft/count", {"total_count": 7})
    assert isinstance(failure(platform.count_drafts), Busy)
    assert platform.count_drafts() == 7


@pytest.mark.parametrize("errcode", [40001, 40014, 42001, "42001"])
def test_a_stale_token_is_renewed_once_without_force(
    wire: Wire, platform: Platform, clock: Clock, errcode: object
) -> None:
    wire.on("draft/count", {"total_count": 1}, {"errcode": errcode}, {"total_count": 2})
    wire.on("stable_token", {"access_token": TOKEN, "expires_in": 7200}, {"access_token": OTHER, "expires_in": 7200})
    platform.count_drafts()
    clock.turn(minutes=1)
    assert platform.count_drafts() == 2
    assert [call.json()["force_refresh"] for call in wire.calls("stable_token")] == [False, False]
    assert [call.query["access_token"] for call in wire.calls("draft/count")] == [TOKEN, TOKEN, OTHER]


def test_a_stale_token_that_comes_back_is_renewed_by_force(wire: Wire, platform: Platform, clock: Clock) -> None:
    same = {"access_token": TOKEN, "expires_in": 7200}
    wire.on("draft/count", {"total_count": 1}, STALE, {"total_count": 2})
    wire.on("stable_token", same, same, {"access_token": OTHER, "expires_in": 7200})
    platform.count_drafts()
    clock.turn(minutes=1)
    assert platform.count_drafts() == 2
    assert [call.json()["force_refresh"] for call in wire.calls("stable_token")] == [False, False, True]


@pytest.mark.parametrize("age", [0, 3600])
def test_a_persistent_42001_costs_at_most_two_token_fetches_and_two_calls(
    wire: Wire, platform: Platform, clock: Clock, age: float
) -> None:
    wire.on("draft/count", {"total_count": 1})
    platform.count_drafts()
    clock.turn(seconds=age)
    wire.requests.clear()
    wire.on("draft/add", STALE)
    assert isinstance(failure(lambda: platform.add_draft([ARTICLE])), AccountRefused)
    assert len(wire.calls("stable_token")) <= 2
    assert len(wire.calls("draft/add")) <= 2


def test_a_persistent_42001_is_bounded_on_a_cold_client_too(wire: Wire, platform: Platform) -> None:
    wire.on("draft/add", STALE)
    wire.on("stable_token", {"access_token": TOKEN, "expires_in": 7200}, {"access_token": OTHER, "expires_in": 7200})
    error = wechat_failure(lambda: platform.add_draft([ARTICLE]))
    assert (error.errcode, error.rid) == (42001, "66b1f0aa-0c1d2e3f-5a6b7c8d")
    assert len(wire.calls("stable_token")) == 2
    assert len(wire.calls("draft/add")) == 2


def test_a_token_is_forced_at_most_once_a_minute(wire: Wire, platform: Platform, clock: Clock) -> None:
    wire.on("draft/count", STALE)
    for _ in range(6):
        failure(platform.count_drafts)
        clock.turn(seconds=9)
    assert [call.json()["force_refresh"] for call in wire.calls("stable_token")].count(True) == 1
    clock.turn(seconds=60)
    failure(platform.count_drafts)
    assert [call.json()["force_refresh"] for call in wire.calls("stable_token")].count(True) == 2


def test_a_second_try_sends_the_whole_picture_again(wire: Wire, platform: Platform) -> None:
    wire.on("stable_token", {"access_token": TOKEN, "expires_in": 7200}, {"access_token": OTHER, "expires_in": 7200})
    wire.on("media/uploadimg", STALE, {"url": "http://mmbiz.qpic.cn/a/0"})
    assert platform.upload_image(PNG, "a.png") == "https://mmbiz.qpic.cn/a/0"
    first, second = wire.calls("media/uploadimg")
    assert PNG in first.body
    assert PNG in second.body
    assert len(first.body) == len(second.body)


def test_a_token_can_be_asked_for_outright(wire: Wire, clock: Clock) -> None:
    client = Client(account(wire.url), clock, PATIENT)
    assert client.fetch_access_token() == TOKEN
    assert client.fetch_access_token() == TOKEN
    assert client.access_token == TOKEN
    assert len(wire.calls("stable_token")) == 2
    client.close()


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"access_token": TOKEN},
        {"access_token": "", "expires_in": 7200},
        {"access_token": TOKEN, "expires_in": "soon"},
        {"access_token": TOKEN, "expires_in": 0},
        {"access_token": TOKEN, "expires_in": 10**18},
        {"access_token": [TOKEN], "expires_in": 7200},
    ],
)
def test_a_token_answer_without_a_token_or_a_lifetime_is_tried_again_later(
    wire: Wire, platform: Platform, answer: dict[str, object]
) -> None:
    wire.on("stable_token", answer)
    assert isinstance(failure(lambda: platform.submit("D")), Unreachable)
    assert wire.calls("freepublish/submit") == []


def test_an_address_that_is_not_whitelisted_is_named_to_the_editor(wire: Wire, platform: Platform) -> None:
    errmsg = "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 66b1f0aa-0c1d2e3f-5a6b7c8d"
    wire.on("stable_token", {"errcode": 40164, "errmsg": errmsg})
    error = failure(lambda: platform.add_draft([ARTICLE]))
    assert isinstance(error, AccountRefused)
    assert "203.0.113.7" in error.note
    assert error.path == "stable_token"


# ---------------------------------------------------------------------------- what becomes of trouble

TROUBLE = {
    "reset": resets,
    "truncated JSON": truncates,
    "HTML": says_bytes("<html>系统维护中</html>".encode(), Content_Type="text/html"),
    "HTTP 502": says_bytes(b"<html>Bad Gateway</html>", 502),
    "HTTP 503 with JSON": says_bytes(b'{"media_id":"M"}', 503),
    "HTTP 403": says_bytes(b"{}", 403),
    "redirect": says_bytes(b"", 302, Location="http://127.0.0.1:9/login"),
    "a list": says_bytes(b"[1]"),
    "nothing": says_bytes(b""),
    "deep": says_bytes(b'{"a":' + b"[" * 100_000),
    "no number": says_bytes(b'{"errcode":"x"}'),
    "null": says_bytes(b'{"errcode":null}'),
}


@pytest.mark.parametrize("trouble", TROUBLE)
@pytest.mark.parametrize("path", ONCE)
def test_a_lost_answer_leaves_the_outcome_of_what_must_not_be_repeated_unknown(
    wire: Wire, platform: Platform, path: str, trouble: str
) -> None:
    wire.on(path, TROUBLE[trouble])
    error = failure(lambda: ONCE[path](platform))
    assert isinstance(error, OutcomeUnknown)
    assert error.path == path
    assert len(wire.calls(path)) == 1


@pytest.mark.parametrize("trouble", TROUBLE)
@pytest.mark.parametrize("path", ["draft/batchget", "media/uploadimg", "draft/update"])
def test_a_lost_answer_of_what_may_be_repeated_is_asked_for_again_later(
    wire: Wire, platform: Platform, path: str, trouble: str
) -> None:
    wire.on(path, TROUBLE[trouble])
    assert isinstance(failure(lambda: AGAIN[path](platform)), Unreachable)
    assert len(wire.calls(path)) == 1


@pytest.mark.parametrize("trouble", TROUBLE)
def test_trouble_with_the_token_means_that_nothing_happened(wire: Wire, platform: Platform, trouble: str) -> None:
    wire.on("stable_token", TROUBLE[trouble])
    assert isinstance(failure(lambda: platform.submit("D")), Unreachable)
    assert wire.calls("freepublish/submit") == []


@pytest.mark.parametrize("path", EVERY)
def test_silence_ends_within_the_time_that_is_given(wire: Wire, hasty: Platform, path: str) -> None:
    wire.on(path, hangs)
    error = failure(lambda: EVERY[path](hasty))
    assert isinstance(error, OutcomeUnknown if path in ONCE else Unreachable)
    assert "Timeout" in error.detail


def test_a_redirection_is_not_followed_with_the_token(wire: Wire, platform: Platform) -> None:
    wire.on("draft/count", says_bytes(b"", 307, Location=f"{wire.url}/cgi-bin/elsewhere"))
    assert isinstance(failure(platform.count_drafts), Unreachable)
    assert wire.calls("elsewhere") == []


def test_silence_instead_of_a_token_ends_too(wire: Wire, hasty: Platform, clock: Clock) -> None:
    clock.turn(hours=2)
    wire.on("stable_token", hangs)
    assert isinstance(failure(lambda: hasty.submit("D")), Unreachable)


def test_a_trickle_ends_as_well(wire: Wire, hasty: Platform) -> None:
    wire.on("draft/add", trickles)
    assert isinstance(failure(lambda: hasty.add_draft([ARTICLE])), OutcomeUnknown)


@pytest.mark.parametrize("path", EVERY)
def test_a_busy_system_is_waited_for_unless_the_call_may_have_happened(
    wire: Wire, platform: Platform, path: str
) -> None:
    wire.on(path, {"errcode": -1, "errmsg": "system error"})
    error = failure(lambda: EVERY[path](platform))
    assert isinstance(error, OutcomeUnknown if path in ONCE else Busy)


@pytest.mark.parametrize("path", EVERY)
def test_no_connection_means_that_nothing_happened(clock: Clock, path: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    away = Platform(account(f"http://127.0.0.1:{port}"), clock, PATIENT)
    error = failure(lambda: EVERY[path](away))
    assert isinstance(error, Unreachable)
    assert "连不上" in error.note
    away.close()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_connection_that_fails_after_the_token_means_that_nothing_happened(
    wire: Wire, clock: Clock, scheme: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        nobody = f"http://127.0.0.1:{closed.getsockname()[1]}"
    no_tls = wire.url.replace("http:", "https:")
    client = Client(account(nobody if scheme == "http" else no_tls), clock, PATIENT)
    client._token = _Token(TOKEN, clock.now, clock.now + timedelta(hours=2))
    error = failure(lambda: client.post("freepublish/submit", data={"media_id": "D"}))
    assert isinstance(error, Unreachable)
    assert error.path == "freepublish/submit"
    assert ("NewConnection" if scheme == "http" else "SSL") in error.detail
    assert wire.requests == []
    client.close()


def test_sending_a_large_picture_may_take_longer_than_connecting(wire: Wire, clock: Clock) -> None:
    patient = Platform(account(wire.url), clock, Timeouts(connect=0.1, read=10, upload=10))
    wire.on("draft/count", {"total_count": 0})
    wire.on("material/add_material", {"media_id": "M"})
    patient.count_drafts()
    wire.read_after = 0.4
    assert patient.upload_cover(JPEG + b"j" * 10_000_000, "c.jpg").media_id == "M"
    patient.close()


def test_an_answer_without_end_is_not_read_to_its_end(wire: Wire, clock: Clock) -> None:
    patient = Platform(account(wire.url), clock, Timeouts(read=10))
    wire.on("draft/count", says_bytes(b" " * 17_000_000))
    assert isinstance(failure(patient.count_drafts), Unreachable)
    patient.close()


def test_quotas_say_when_to_come_back(wire: Wire, platform: Platform, clock: Clock) -> None:
    for errcode, soonest, latest in ((45011, 1, 2), (45009, 15 * 60 + 1, 15 * 60 + 5), (45028, 901, 905)):
        wire.on("draft/add", {"errcode": errcode, "errmsg": "quota"})
        error = failure(lambda: platform.add_draft([ARTICLE]))
        assert isinstance(error, Busy)
        assert error.not_before is not None
        assert timedelta(minutes=soonest) <= error.not_before - clock.now <= timedelta(minutes=latest)


def test_a_refusal_says_the_code_the_sentence_and_the_rid(wire: Wire, platform: Platform) -> None:
    wire.on("draft/add", {"errcode": "45003", "errmsg": "title size out of limit rid: 66b1f0aa-0c1d2e3f-5a6b7c8d"})
    error = failure(lambda: platform.add_draft([ARTICLE]))
    assert isinstance(error, Refused)
    assert not isinstance(error, AccountRefused)
    assert (error.errcode, error.rid, error.path) == (45003, "66b1f0aa-0c1d2e3f-5a6b7c8d", "draft/add")
    assert "标题太长" in error.note


def test_an_answer_is_utf_8_whatever_it_says_and_may_hold_control_characters(wire: Wire, platform: Platform) -> None:
    body = '\ufeff{"errcode":45003,"errmsg":"标题\x01太长"}'.encode() + b" \xff"
    wire.on("draft/add", says_bytes(body[:-2], Content_Type="text/plain; charset=latin-1"))
    assert "标题\x01太长" in wechat_failure(lambda: platform.add_draft([ARTICLE])).errmsg
    wire.on("draft/add", says_bytes(b'{"media_id":"D","title":"\xff\xfe"}'))
    assert platform.add_draft([ARTICLE]) == "D"


def test_a_mutation_whose_answer_lacks_its_fruit_is_not_taken_for_success(wire: Wire, platform: Platform) -> None:
    wire.on("draft/add", OK)
    wire.on("freepublish/submit", {"errcode": 0, "publish_id": None})
    wire.on("material/add_material", {"media_id": True})
    for path in ("draft/add", "freepublish/submit", "material/add_material"):
        assert isinstance(failure(lambda path=path: ONCE[path](platform)), OutcomeUnknown)  # type: ignore[misc]


# ---------------------------------------------------------------------------- secrets


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG)
    return caplog


def all_texts(error: BaseException) -> str:
    notes = f"{error.note} {error.errmsg}" if isinstance(error, WeChatError) else ""
    return f"{error} {error!r} {error.args} {vars(error)} {notes} {pickle.dumps(error)!r}"


LEAKY = f"bad {TOKEN} of {SECRET} for {OPENID} at https://x/?access_token={OTHER}&secret=abc"


@pytest.mark.parametrize(
    "reaction",
    [*TROUBLE.values(), hangs, says_bytes(json.dumps({"errcode": 45003, "errmsg": LEAKY}).encode())],
    ids=[*TROUBLE, "hang", "refusal"],
)
@pytest.mark.parametrize("path", ["stable_token", "freepublish/submit", "draft/batchget"])
def test_no_secret_is_in_any_exception_or_log(
    wire: Wire, hasty: Platform, clock: Clock, told: pytest.LogCaptureFixture, path: str, reaction: Reaction
) -> None:
    if path == "stable_token":
        clock.turn(hours=2)
    wire.on(path, reaction)
    error = failure(lambda: EVERY["freepublish/submit" if path == "stable_token" else path](hasty))
    assert wire.calls(path) != []
    logged = "\n".join(record.getMessage() + str(record.exc_text) for record in told.records)
    everything = all_texts(error) + logged
    for secret in (SECRET, TOKEN, OTHER, OPENID, "secret=abc", "access_token=t"):
        assert secret not in everything
    # nothing that leads back to the request, its URL or the client
    assert (error.__cause__, error.__context__) == (None, None)


@pytest.mark.parametrize("reaction", [says_bytes(b'{"errcode":45009,"errmsg":"quota rid: 1-2-3"}'), truncates, resets])
def test_an_error_survives_pickling_whole(wire: Wire, platform: Platform, reaction: Any) -> None:
    wire.on("draft/add", reaction)
    error = failure(lambda: platform.add_draft([ARTICLE]))
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 -- our own bytes
    assert type(again) is type(error)
    assert vars(again) == vars(error)
    assert (str(again), again.note) == (str(error), error.note)


def test_one_line_of_the_log_tells_a_call(wire: Wire, platform: Platform, told: pytest.LogCaptureFixture) -> None:
    wire.on("draft/add", {"errcode": 45003, "errmsg": "too long rid: 66b1f0aa-0c1d2e3f-5a6b7c8d"})
    failure(lambda: platform.add_draft([ARTICLE]))
    lines = [record for record in told.records if record.name == "publisher.wechat"]
    assert [record.levelno for record in lines] == [logging.INFO] * 2
    assert lines[1].getMessage().startswith("path=draft/add errcode=45003 rid=66b1f0aa-0c1d2e3f-5a6b7c8d ms=")
    assert lines[1].getMessage().endswith("account=main")


def test_a_call_without_an_answer_is_told_too(wire: Wire, platform: Platform, told: pytest.LogCaptureFixture) -> None:
    wire.on("draft/add", resets)
    failure(lambda: platform.add_draft([ARTICLE]))
    line = next(record.getMessage() for record in told.records if "path=draft/add" in record.getMessage())
    assert "failed=OutcomeUnknown" in line


# ---------------------------------------------------------------------------- the verbs


def test_a_draft_is_there_until_the_platform_says_40007(wire: Wire, platform: Platform) -> None:
    wire.on("draft/get", {"news_item": [{"title": "题"}]}, {"errcode": 40007, "errmsg": "invalid media_id"}, STALE)
    assert platform.has_draft("D")
    assert not platform.has_draft("D")
    assert isinstance(failure(lambda: platform.has_draft("D")), AccountRefused)


def test_the_right_to_publish_is_denied_by_48001_and_by_nothing_else(wire: Wire, platform: Platform) -> None:
    wire.on("freepublish/batchget", {"total_count": 0}, {"errcode": 48001}, {"errcode": 50002}, {"errcode": 45009})
    assert platform.may_publish()
    assert not platform.may_publish()
    assert isinstance(failure(platform.may_publish), AccountRefused)
    assert isinstance(failure(platform.may_publish), Busy)
    assert wire.calls("freepublish/batchget")[0].json() == {"offset": 0, "count": 1, "no_content": 1}


@pytest.mark.parametrize(
    ("answer", "submission"),
    [
        ({"errcode": 0, "publish_id": "100000001", "msg_data_id": 2247503051}, Submission("100000001", "2247503051")),
        ({"errcode": 0, "publish_id": 100000001}, Submission("100000001", "")),
        ({"publish_id": "7", "msg_data_id": None}, Submission("7", "")),
    ],
)
def test_a_submission_s_ids_may_be_texts_or_numbers(
    wire: Wire, platform: Platform, answer: dict[str, object], submission: Submission
) -> None:
    wire.on("freepublish/submit", answer)
    assert platform.submit("D") == submission
    assert wire.calls("freepublish/submit")[0].json() == {"media_id": "D"}


LINK = {"idx": 1, "article_url": "http://mp.weixin.qq.com/s?__biz=x"}
HTTPS = "https://mp.weixin.qq.com/s?__biz=x"


@pytest.mark.parametrize(
    ("answer", "publication"),
    [
        (
            {"publish_status": 0, "article_id": "A", "article_detail": {"count": 1, "item": [LINK]}, "fail_idx": []},
            Publication(PublicationState.SUCCESS, "A", (HTTPS,)),
        ),
        (
            {"publish_status": "0", "article_id": "A", "article_detail": {"count": 1, "item": LINK}},
            Publication(PublicationState.SUCCESS, "A", (HTTPS,)),
        ),
        ({"publish_status": 1, "fail_idx": []}, Publication(PublicationState.PENDING)),
        ({"publish_status": 2, "fail_idx": [1, "3"]}, Publication(PublicationState.NOT_ORIGINAL, failed=(1, 3))),
        ({"publish_status": 4, "fail_idx": 2}, Publication(PublicationState.REJECTED, failed=(2,))),
        ({"publish_status": 6, "article_detail": []}, Publication(PublicationState.BANNED)),
    ],
)
def test_a_publication_is_read_however_the_platform_spells_it(
    wire: Wire, platform: Platform, answer: dict[str, object], publication: Publication
) -> None:
    wire.on("freepublish/get", answer)
    assert platform.publication("1") == publication


@pytest.mark.parametrize("status", [None, 7, "soon", True])
def test_a_publication_of_unknown_status_is_asked_for_again(wire: Wire, platform: Platform, status: object) -> None:
    wire.on("freepublish/get", {"publish_status": status})
    assert isinstance(failure(lambda: platform.publication("1")), Unreachable)


def test_a_mass_send_goes_to_all_under_its_clientmsgid(wire: Wire, platform: Platform) -> None:
    wire.on("message/mass/sendall", {"errcode": 0, "errmsg": "ok", "msg_id": 34182, "msg_data_id": 206227730})
    assert platform.mass_send("D", "issue-1") == MassSend("34182", "206227730")
    sent = wire.calls("message/mass/sendall")[0].json()
    assert (sent["filter"], sent["mpnews"]) == ({"is_to_all": True}, {"media_id": "D"})
    assert (sent["msgtype"], sent["clientmsgid"]) == ("mpnews", "issue-1")


def test_a_mass_send_that_the_platform_knows_already_is_a_success(wire: Wire, platform: Platform) -> None:
    wire.on(
        "message/mass/sendall", {"errcode": 45065, "errmsg": "clientmsgid exist", "msg_id": 34182}, {"errcode": 45065}
    )
    assert platform.mass_send("D", "issue-1") == MassSend("34182", "", repeated=True)
    assert isinstance(failure(lambda: platform.mass_send("D", "issue-1")), OutcomeUnknown)


def test_the_status_of_a_mass_send_is_the_platform_s_word(wire: Wire, platform: Platform) -> None:
    wire.on("message/mass/get", {"msg_id": 34182, "msg_status": "SEND_SUCCESS"})
    assert platform.mass_status("34182") == "SEND_SUCCESS"


def test_a_published_article_tells_covers_and_links_of_what_is_not_deleted(wire: Wire, platform: Platform) -> None:
    items = [
        {"thumb_media_id": "C1", "url": "http://mp.weixin.qq.com/1", "is_deleted": False},
        {"thumb_media_id": "C2", "url": "http://mp.weixin.qq.com/2", "is_deleted": True},
    ]
    wire.on("freepublish/getarticle", {"news_item": items})
    assert platform.published_article("A") == PublishedArticle(("C1",), ("https://mp.weixin.qq.com/1",))


def test_the_platform_s_clock_is_known_after_an_answer(wire: Wire, platform: Platform) -> None:
    wire.on("draft/count", {"total_count": 0})
    before = platform.server_time
    platform.count_drafts()
    after = platform.server_time
    assert before is None
    assert after is not None
    assert after.tzinfo is not None


@pytest.mark.parametrize("date", ["nonsense", "", "Tue, 24 Nov 2026 01:00:00 -0000"])
def test_a_clock_that_cannot_be_read_is_not_told(date: str) -> None:
    assert _parse_date(date) is None


# ---------------------------------------------------------------------------- lists


def listed(key: str, minutes: float, **more: object) -> dict[str, object]:
    when = int((SINCE + timedelta(minutes=minutes)).timestamp())
    article = {"thumb_media_id": f"C-{key}", "url": f"http://mp.weixin.qq.com/{key}"}
    return {
        "media_id": key,
        "article_id": key,
        "name": f"{key}.jpg",
        "url": f"http://mmbiz.qpic.cn/{key}",
        "update_time": when,
        "content": {"news_item": [article], "update_time": when},
        **more,
    }


def pages(wire: Wire, path: str, items: list[dict[str, object]]) -> None:
    cuts = [items[at : at + 20] for at in range(0, len(items), 20)] or [[]]
    wire.on(path, *({"total_count": len(items), "item_count": len(cut), "item": cut} for cut in cuts))


def test_drafts_with_a_cover_are_found_newest_first_and_old_ones_left_out(wire: Wire, platform: Platform) -> None:
    mine = {"news_item": [{"thumb_media_id": "X"}, {"thumb_media_id": "C"}]}
    items = [listed("other", 9), listed("older", 2, content=mine), listed("newer", 5, content=mine)]
    pages(wire, "draft/batchget", [*items, listed("ancient", -1, content=mine)])
    assert platform.find_drafts("C", SINCE) == ("newer", "older")
    assert wire.calls("draft/batchget")[0].json() == {"offset": 0, "count": 20, "no_content": 1}


def test_a_list_is_read_page_by_page_as_far_as_it_goes(wire: Wire, platform: Platform) -> None:
    pages(wire, "draft/batchget", [listed(f"d{number}", 100 - number) for number in range(45)])
    assert platform.find_drafts("C-d44", SINCE) == ("d44",)
    assert [call.json()["offset"] for call in wire.calls("draft/batchget")] == [0, 20, 40]


def test_a_list_is_left_after_two_old_pages_or_five(wire: Wire, platform: Platform) -> None:
    pages(wire, "draft/batchget", [listed(f"d{number}", -1 - number) for number in range(100)])
    assert platform.find_drafts("C", SINCE) == ()
    assert len(wire.calls("draft/batchget")) == 2
    pages(wire, "draft/batchget", [listed(f"d{number}", 200 - number) for number in range(180)])
    assert platform.find_drafts("C-d150", SINCE) == ()
    assert len(wire.calls("draft/batchget")) == 7


def test_a_list_without_a_count_ends_with_an_empty_page(wire: Wire, platform: Platform) -> None:
    wire.on("draft/batchget", {"item": [listed("d", 1)]}, {"item": []})
    assert platform.find_drafts("C-d", SINCE) == ("d",)
    assert len(wire.calls("draft/batchget")) == 2


def test_an_empty_list_may_leave_its_items_out_but_a_full_one_may_not(wire: Wire, platform: Platform) -> None:
    wire.on("draft/batchget", {"total_count": 0, "item_count": 0}, {"total_count": 3, "item_count": 3}, OK)
    assert platform.find_drafts("C", SINCE) == ()
    assert isinstance(failure(lambda: platform.find_drafts("C", SINCE)), Unreachable)
    assert isinstance(failure(lambda: platform.find_drafts("C", SINCE)), Unreachable)


@pytest.mark.parametrize("when", [None, "", "soon", 10**20])
def test_an_entry_without_a_time_is_not_overlooked(wire: Wire, platform: Platform, when: object) -> None:
    item = listed("d", 1, update_time=when, content={"news_item": {"thumb_media_id": "C"}})
    pages(wire, "draft/batchget", [item, {"media_id": "strange"}])
    assert platform.find_drafts("C", SINCE) == ("d",)


def test_a_cover_is_found_by_the_name_under_which_it_was_uploaded(wire: Wire, platform: Platform) -> None:
    pages(wire, "material/batchget_material", [listed("other", 1), listed("wx-1-ab", 2, name="wx-1-ab.png")])
    assert platform.find_cover("wx-1-ab.jpg", SINCE) == Cover("wx-1-ab", "https://mmbiz.qpic.cn/wx-1-ab")
    assert platform.find_cover("wx-1-a.jpg", SINCE) is None
    assert wire.calls("material/batchget_material")[0].json() == {"type": "image", "offset": 0, "count": 20}


def test_a_publication_is_found_by_its_cover_and_may_be_deleted(wire: Wire, platform: Platform) -> None:
    gone = {"news_item": [{"thumb_media_id": "G", "url": "http://mp.weixin.qq.com/g", "is_deleted": True}]}
    pages(wire, "freepublish/batchget", [listed("a", 1), listed("g", 2, content=gone)])
    link = "https://mp.weixin.qq.com/a"
    assert platform.find_publication("C-a", SINCE) == Publication(PublicationState.SUCCESS, "a", (link,))
    assert platform.find_publication("G", SINCE) == Publication(PublicationState.DELETED, "g")
    assert platform.find_publication("C-b", SINCE) is None


# ---------------------------------------------------------------------------- against the stand-in platform


@pytest.fixture(scope="module")
def sandbox() -> Iterator[sandbox_world.World]:
    app = create_sandbox(SandboxSettings(clock=Clock()))
    with start(app) as server:
        yield sandbox_world.World(server, app.state.platform)


@pytest.fixture
def live(sandbox: sandbox_world.World) -> Iterator[Platform]:
    sandbox.platform.reset()
    made = Platform(account(sandbox.server.url), Clock(), Timeouts(read=5))
    yield made
    made.close()


def an_issue(platform: Platform) -> tuple[str, str]:
    cover = platform.upload_cover(sandbox_world.picture(900, 383), "wx-1-ab.jpg").media_id
    return cover, platform.add_draft([DraftArticle("第一期", "秘书处", "", "<p>正文</p>", cover)])


def test_the_whole_way_from_a_cover_to_a_publication(sandbox: sandbox_world.World, live: Platform) -> None:
    cover, draft = an_issue(live)
    found = live.find_cover("wx-1-ab.jpg", SINCE)
    assert found is not None
    assert found.media_id == cover
    assert live.find_drafts(cover, SINCE) == (draft,)
    live.update_draft(draft, 0, DraftArticle("第一期（改）", "", "", "<p>正文</p>", cover))
    assert live.count_drafts() == 1
    publish_id = live.submit(draft).publish_id
    assert not live.has_draft(draft)
    sandbox.platform.advance(60)
    publication = live.publication(publish_id)
    assert publication.state is PublicationState.SUCCESS
    assert publication.urls[0].startswith(sandbox.server.url)
    assert live.published_article(publication.article_id).thumb_media_ids == (cover,)
    assert live.find_publication(cover, SINCE) == publication


def test_a_picture_of_the_stand_in_platform_keeps_its_plain_address(
    sandbox: sandbox_world.World, live: Platform
) -> None:
    url = live.upload_image(sandbox_world.picture(), "a.jpg")
    assert url.startswith(sandbox.server.url)


@pytest.mark.parametrize("how", ["dead", "aged"])
def test_tokens_that_die_are_replaced_in_flight(sandbox: sandbox_world.World, live: Platform, how: str) -> None:
    live.count_drafts()
    sandbox.set_account(tokens=how)
    assert live.count_drafts() == 0


def test_a_mass_send_that_is_repeated_is_the_first(live: Platform) -> None:
    _, draft = an_issue(live)
    first = live.mass_send(draft, "issue-1")
    again = live.mass_send(draft, "issue-1")
    assert (again.msg_id, again.repeated, first.repeated) == (first.msg_id, True, False)
    assert live.mass_status(first.msg_id) in {"SENDING", "SEND_SUCCESS"}


@pytest.mark.parametrize("kind", ["lost-answer", "bad-gateway", "truncated", "html", "reset-before"])
def test_a_draft_whose_answer_is_lost_can_be_looked_for(
    sandbox: sandbox_world.World, live: Platform, kind: str
) -> None:
    live.count_drafts()
    cover = live.upload_cover(sandbox_world.picture(900, 383), "c.jpg").media_id
    sandbox.break_next("/cgi-bin/draft/add", kind)
    article = DraftArticle("第一期", "", "", "<p>正文</p>", cover)
    assert isinstance(failure(lambda: live.add_draft([article])), OutcomeUnknown)
    assert len(live.find_drafts(cover, SINCE)) == (kind not in {"html", "reset-before"})


def test_an_account_without_the_right_cannot_publish(sandbox: sandbox_world.World, live: Platform) -> None:
    assert live.may_publish()
    sandbox.set_account(rights=["draft", "material"])
    assert not live.may_publish()


def test_a_wrong_secret_concerns_the_account(sandbox: sandbox_world.World, live: Platform) -> None:
    sandbox.set_account(secret="another")
    error = failure(live.count_drafts)
    assert isinstance(error, AccountRefused)
    assert error.errcode == 40125


def test_a_moving_picture_becomes_permanent_and_its_url_is_given(wire: Wire, platform: Platform) -> None:
    wire.on("material/add_material", {"media_id": "M", "url": "http://mmbiz.qpic.cn/g/0?wx_fmt=gif"})
    assert platform.upload_animation(b"GIF89a", "a.gif") == "https://mmbiz.qpic.cn/g/0?wx_fmt=gif"
    (request,) = wire.calls("material/add_material")
    assert b'filename="a.gif"' in request.body
    wire.on("material/add_material", {"media_id": "M"})
    failure(lambda: platform.upload_animation(b"GIF89a", "a.gif"))
