"""The client against a scripted server: what becomes of trouble, and what must never be told."""

from __future__ import annotations

import json
import logging
import pickle
import socket
from datetime import timedelta
from typing import Any

import pytest

from publisher.errors import (
    AccountRefused,
    Busy,
    OutcomeUnknown,
    Refused,
    Unreachable,
    WeChatError,
)
from publisher.wechat import (
    Platform,
    Timeouts,
)
from publisher.wechat.client import Client, _Token
from tests.client import (  # noqa: F401 - fixtures
    AGAIN,
    ARTICLE,
    EVERY,
    JPEG,
    OK,
    ONCE,
    OPENID,
    OTHER,
    PATIENT,
    SECRET,
    TOKEN,
    _clock,
    _hasty,
    _platform,
    _wire,
    account,
    failure,
    wechat_failure,
)
from tests.clock import Clock
from tests.wire import Reaction, Wire, hangs, resets, says_bytes, trickles, truncates

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
