"""The transport under every call to the platform: wechatpy's client with what moves bytes or holds state replaced.

What stays wechatpy's are its API classes (`client.draft`, `client.freepublish` …): they build endpoints and payloads
and all end in `_request`. What is ours: timeouts for everything, a token that is fetched by POST and by one thread at
a time, one bounded second try after a stale token, raw UTF-8 JSON, and errors that say whether anything can have
happened and hold neither secrets nor live objects.

Proxies and certificates come from the environment, as offices expect (HTTPS_PROXY, NO_PROXY, REQUESTS_CA_BUNDLE), but
never for a loopback address.
"""

from __future__ import annotations

import copy
import json
import logging
import re
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from functools import cache
from http.client import HTTPException
from http.cookiejar import DefaultCookiePolicy
from time import monotonic
from typing import Any, TypedDict, Unpack
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError
from wechatpy import WeChatClient

from publisher.errors import ConfigError, OutcomeUnknown, Unpublishable, Unreachable, WeChatError
from publisher.issue import Account, api_base_fault, is_loopback
from publisher.wechat import guard
from publisher.wechat.errcodes import STALE_TOKEN, SYSTEM_BUSY, Verdict, refusal
from publisher.wechat.gate import OPEN, Gate

log = logging.getLogger("publisher.wechat")
for _name in ("urllib3", "urllib3.connectionpool"):
    logging.getLogger(_name).setLevel(logging.INFO)  # at DEBUG it writes whole URLs, and the token is in them

REPEATABLE = frozenset(
    {
        "article-bin/verify_article_structure",
        "stable_token",
        "draft/batchget", "draft/count", "draft/get", "draft/update",
        "freepublish/batchget", "freepublish/get", "freepublish/getarticle",
        "get_current_selfmenu_info", "menu/create", "menu/get",
        "material/batchget_material", "material/get_materialcount",
        "media/uploadimg",
        "message/mass/get",
    }
)  # fmt: skip
"""Calls that may be made again whatever became of the first: reads, and what a second time changes nothing that
anybody sees. Every other call whose answer is lost has an unknown outcome.
"""

RENEW_BEFORE = timedelta(minutes=5)
"""The platform rolls a stable token over about five minutes before its end."""
ASK_APART = timedelta(seconds=30)
"""Near the end the same token may come back for a while: it is not asked for before every call."""
JUST_FETCHED = timedelta(seconds=10)
FORCE_APART = timedelta(minutes=1)
"""Forced refreshes kill the token of other hosts and are limited to 20 a day."""
MAX_ANSWER = 16_000_000
MAX_ERRMSG = 1000
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: to connect; of silence on a call (also to send it); of silence on an upload. The body of an answer
    may take three times as long in all, so that a trickle ends as well.
    """

    connect: float = 5.0
    read: float = 20.0
    upload: float = 60.0


class Answer(dict[str, Any]):
    """The JSON object of an answer. A field that ought to be there and is not raises as a lost answer does."""

    def __init__(self, path: str, fields: Mapping[str, Any], errcode: int = 0) -> None:
        super().__init__(fields)
        self.path = path
        self.errcode = errcode

    def __missing__(self, name: str) -> Any:
        raise self.unusable(name)

    def text(self, name: str) -> str:
        """A field that is a text or, as ids sometimes are, a number."""
        value = self[name]
        if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
            raise self.unusable(name)
        return str(value)

    def entries(self, name: str) -> list[dict[str, Any]]:
        """A field that is a list of objects; an empty list may be left out where total_count says 0."""
        value = self.get(name)
        if value is None and self.get("total_count") == 0:
            return []
        if not isinstance(value, list):
            raise self.unusable(name)
        return [entry for entry in value if isinstance(entry, dict)]

    def unusable(self, name: str) -> WeChatError:
        """The error for an answer in which a field is absent or of no use."""
        return lost(self.path, f"answer without a usable {name}")


class _Given(TypedDict, total=False):
    """What wechatpy's API classes pass to `_request`, and `accept`: errcodes that the caller takes as answers."""

    params: Mapping[str, Any]
    data: Mapping[str, Any]
    files: Mapping[str, tuple[str, bytes, str]]
    result_processor: Callable[[Any], Any]
    api_base_url: str
    accept: Collection[int]


class _Mode(StrEnum):
    """How a token is asked for."""

    NORMAL = "normal"
    """The living token, whoever asks."""
    FORCED = "forced"
    """A new one; the old one dies at once."""


@dataclass(frozen=True, slots=True)
class _Token:
    value: str = field(repr=False)
    fetched_at: datetime
    expires_at: datetime

    def is_fresh(self, now: datetime) -> bool:
        """Whether it may be used without asking for another."""
        asked_lately = now < min(self.fetched_at + ASK_APART, self.expires_at)
        return asked_lately or now < self.expires_at - RENEW_BEFORE


@dataclass(frozen=True, slots=True)
class Call:
    """One call, ready to be sent any number of times: all bodies are bytes."""

    method: str
    path: str
    url: str
    params: Mapping[str, Any] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)
    files: Mapping[str, tuple[str, bytes, str]] | None = field(default=None, repr=False)

    def bearing(self, token: str) -> Call:
        """The same call with this token, whatever token it had."""
        return replace(self, params={**self.params, "access_token": token})


class Client(WeChatClient):  # type: ignore[misc]  # wechatpy has no types
    """wechatpy's client for one account. May be used by many threads; raises ConfigError for an api_base that is
    neither https nor on this machine.
    """

    def __init__(self, account: Account, clock: Callable[[], datetime], timeouts: Timeouts, gate: Gate = OPEN) -> None:
        self._base = _check_base(account)
        self._account = account
        self._clock = clock
        self._timeouts = timeouts
        self._gate = gate
        self._lock = threading.Lock()
        self._token = _Token("", _NEVER, _NEVER)
        self._forced_at = _NEVER
        self._failure: tuple[float, WeChatError] | None = None
        self.server_time: datetime | None = None
        """The platform's clock at its last answer, if it told."""
        self._told_at = 0.0
        super().__init__(account.appid, account.appsecret, auto_retry=False)
        self._http = open_session(self._base)

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    # -------------------------------------------------------------------- calls

    def _request(self, method: str, url_or_endpoint: str, **given: Unpack[_Given]) -> Any:
        """The answer, processed as wechatpy's API class wishes. Raises a WeChatError, or Unpublishable."""
        call = self._prepare(method, url_or_endpoint, given)
        token = self.access_token
        answer = self._exchange(call.bearing(token))
        if answer.errcode in STALE_TOKEN:
            renewed = self._renew(token)
            if renewed != token:
                answer = self._exchange(call.bearing(renewed))
        self._refuse(answer, given.get("accept", ()))
        process = given.get("result_processor")
        return process(answer) if process else answer

    def _prepare(self, method: str, endpoint: str, given: _Given) -> Call:
        absolute = endpoint if "://" in endpoint else given.get("api_base_url", self.API_BASE_URL) + endpoint
        path = urlsplit(absolute).path  # wechatpy spells hosts out; ours is api_base, for every one of them
        data = given.get("data")
        body = None if data is None else encode(data)
        name = path.removeprefix("/cgi-bin/").removeprefix("/")
        return Call(method.upper(), name, self._base + path, given.get("params", {}), body, given.get("files"))

    def _refuse(self, answer: Answer, accept: Collection[int] = ()) -> None:
        if answer.errcode == 0 or answer.errcode in accept:
            return
        verdict = Verdict(answer.path, answer.errcode, self._scrub(str(answer.get("errmsg", ""))))
        if answer.errcode == SYSTEM_BUSY and answer.path not in REPEATABLE:
            raise lost(answer.path, f"errcode -1: {verdict.errmsg}", verdict)
        error = refusal(verdict, self._clock(), self._account.appid)
        self._gate.refused(error)
        raise error

    def _exchange(self, call: Call) -> Answer:
        """One request and its answer, whatever its errcode; one line in the log."""
        self._gate.enter(call.path)
        guard.ask()
        began = monotonic()
        outcome = self._send(call)
        elapsed = round((monotonic() - began) * 1000)
        log.info("path=%s %s ms=%d account=%s", call.path, _tell(outcome), elapsed, self._account.name)
        if isinstance(outcome, WeChatError):
            raise outcome
        return outcome

    def _send(self, call: Call) -> Answer | WeChatError:
        outcome, date = send(self._http, call, self._timeouts)
        told = _parse_date(date)
        if told is not None:
            self.server_time, self._told_at = told, monotonic()
        return outcome

    def lead(self, within: timedelta) -> timedelta | None:
        """How far our clock is ahead of the platform's; None if it has not told its own within that time.

        What has passed since then is measured by the clock that nobody sets.
        """
        passed = timedelta(seconds=monotonic() - self._told_at)
        if self.server_time is None or passed > within:
            return None
        return self._clock() - (self.server_time + passed)

    def _scrub(self, errmsg: str) -> str:
        account, token = self._account, self._token
        known = (account.appsecret, account.token, account.aeskey, token.value)
        for secret in filter(None, known):
            errmsg = errmsg.replace(secret, "***")
        return _OPENID.sub("***", _PARAMETER.sub(r"\1=***", errmsg))[:MAX_ERRMSG]

    # -------------------------------------------------------------------- token

    @property
    def access_token(self) -> str:
        """A token that is good for some minutes. Raises what a call raises."""
        token = self._token  # wechatpy's __new__ reads every property before __init__: AttributeError is what it takes
        if token.is_fresh(self._clock()):
            return token.value
        return self._single_flight(lambda token: token.is_fresh(self._clock()), self._ask)

    def fetch_access_token(self) -> str:
        """Ask for the living token, even if the one at hand seems good."""
        return self._single_flight(lambda _token: False, self._ask)

    def _renew(self, stale: str) -> str:
        """Another token than `stale`, which the platform does not take, or `stale` where none is to be had now."""
        return self._single_flight(lambda token: token.value != stale, self._supersede)

    def _single_flight(self, is_good: Callable[[_Token], bool], fetch: Callable[[], _Token]) -> str:
        """The token after one thread has fetched it for all that wait; its failure is theirs as well."""
        arrived = monotonic()
        with self._lock:
            if is_good(self._token):
                return self._token.value
            if self._failure is not None and self._failure[0] > arrived:
                raise copy.copy(self._failure[1])
            try:
                self._token = fetch()
            except WeChatError as error:
                self._failure = (monotonic(), copy.copy(error))
                raise
            return self._token.value

    def _supersede(self) -> _Token:
        """Ask politely, unless that was only just done; then by force, which takes the token from other hosts."""
        now, current = self._clock(), self._token
        lately = now - current.fetched_at < JUST_FETCHED
        token = current if lately else self._ask()
        if token.value != current.value:
            return token
        if now - self._forced_at >= FORCE_APART:
            self._forced_at = now
            return self._ask(_Mode.FORCED)
        return self._ask() if lately else token

    def _ask(self, mode: _Mode = _Mode.NORMAL) -> _Token:
        account, now = self._account, self._clock()
        wish = {
            "grant_type": "client_credential",
            "appid": account.appid,
            "secret": account.appsecret,  # in the body: what stands in a URL ends in somebody's log
            "force_refresh": mode is _Mode.FORCED,
        }
        answer = self._exchange(replace(self._prepare("post", "stable_token", {"data": wish}), params={}))
        self._refuse(answer)
        try:
            lifetime = timedelta(seconds=int(answer.text("expires_in")))
        except (ValueError, OverflowError):
            lifetime = timedelta()
        if lifetime <= timedelta():
            raise answer.unusable("expires_in")
        return _Token(answer.text("access_token"), now, now + lifetime)


# ------------------------------------------------------------------------ errors


def lost(path: str, reason: str, verdict: Verdict | None = None) -> WeChatError:
    """The error for a call that was sent and not answered: its outcome is unknown, unless it may simply be repeated."""
    errcode, errmsg, rid = (verdict.errcode, verdict.errmsg, verdict.rid) if verdict else (0, "", "")
    if path in REPEATABLE:
        note = "微信平台没有正常回答。若一再出现，请检查服务器的网络和代理。"
        return Unreachable(f"{path}: {reason}", note, path=path, errcode=errcode, errmsg=errmsg, rid=rid)
    note = "平台没有回答，不知道这一步是否已经完成；在弄清之前不会重复。"
    return OutcomeUnknown(f"{path}: {reason}", note, path=path, errcode=errcode, errmsg=errmsg, rid=rid)


def _unreachable(path: str, reason: str) -> WeChatError:
    note = f"连不上微信平台（{reason}）。若一再出现，请检查服务器的网络、DNS、证书和代理设置。"
    return Unreachable(f"{path}: no connection: {reason}", note, path=path)


def _name_cause(error: BaseException) -> str:
    """The kind of the innermost error: texts are left out, they hold URLs."""
    inside = [getattr(error, "reason", None), *error.args]
    causes = [each for each in inside if isinstance(each, BaseException)]
    return _name_cause(causes[-1]) if causes else type(error).__name__


_PARAMETER = re.compile(r"\b(access_token|secret|appsecret)=[^&\s\"']+", re.IGNORECASE)
_OPENID = re.compile(r"(?<![\w-])o[\w-]{27}(?![\w-])", re.ASCII)

# ------------------------------------------------------------------------ bytes

_UNSENDABLE = re.compile(r"[\ud800-\udfff]|(?<!\\)(?:\\\\)*\\u")


def encode(data: Mapping[str, Any]) -> bytes:
    """Raw UTF-8 JSON: of escapes the platform shows readers the bare code, and counts six characters for one."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    if _UNSENDABLE.search(text):
        note = "文字里有不可见的控制字符或残缺的字符，平台不接受。请在稿件中删去后重新投放。"
        raise Unpublishable("the JSON would hold a lone surrogate or an escape", note)
    return text.encode()


def send(http: requests.Session, call: Call, timeouts: Timeouts) -> tuple[Answer | WeChatError, str]:
    """One request's answer, whatever its errcode, or the error that stands for it; and the Date that came with it."""
    silence = timeouts.upload if call.files else timeouts.read
    _wire.sent, _wire.patience = False, silence
    try:
        with http.request(
            call.method,
            call.url,
            params=call.params,
            data=call.body,
            files=call.files,
            headers={"Content-Type": "application/json; charset=utf-8"} if call.body else None,
            timeout=(timeouts.connect, silence),
            allow_redirects=False,  # the token would follow to wherever a gateway points
            stream=True,
        ) as response:
            body = _read_body(response, monotonic() + 3 * silence)
    except (OSError, HTTPError, HTTPException) as error:  # requests' own errors are OSErrors
        reason = _name_cause(error)
    else:
        return _read_answer(call.path, response.status_code, body), response.headers.get("Date", "")
    # Built out here, so that no context leads from the error back to the request with its token.
    return (lost(call.path, reason) if _wire.sent else _unreachable(call.path, reason)), ""


def _read_body(response: requests.Response, deadline: float) -> bytes:
    body = bytearray()
    # read1 gives what has come; requests' own iterator would wait in silence for a whole chunk of a trickle.
    while chunk := response.raw.read1(65536, decode_content=True):
        body += chunk
        if len(body) > MAX_ANSWER or monotonic() > deadline:
            raise TimeoutError  # a flood or a trickle: neither is an answer
    return bytes(body)


def _read_answer(path: str, status: int, body: bytes) -> Answer | WeChatError:
    if status >= requests.codes.server_error:
        return lost(path, f"HTTP {status}")
    try:
        # The charset is seldom named, and control characters do occur inside strings.
        fields = json.loads(body.decode("utf-8-sig", "replace"), strict=False)
        errcode = int(fields.get("errcode", 0))
    except (ValueError, TypeError, AttributeError, RecursionError):
        return lost(path, f"HTTP {status}, not a JSON answer")
    if status >= requests.codes.multiple_choices and errcode == 0:
        return lost(path, f"HTTP {status}")
    return Answer(path, fields, errcode)


def _tell(outcome: Answer | WeChatError) -> str:
    if isinstance(outcome, WeChatError):
        return f"errcode=- rid=- failed={type(outcome).__name__} ({outcome.detail})"
    rid = Verdict(outcome.path, outcome.errcode, str(outcome.get("errmsg", ""))).rid
    return f"errcode={outcome.errcode} rid={rid or '-'}"


def _parse_date(header: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(header)
    except ValueError:
        return None
    return date if date.tzinfo else None


# ------------------------------------------------------------------------ connections


class _Wire(threading.local):
    """What this thread's connection knows about the request in hand."""

    sent = False
    """Whether any byte of it may have left."""
    patience = 20.0
    """Seconds that sending may take."""


_wire = _Wire()


class _Marking(HTTPConnection):
    """A connection that says when a request begins to leave: before that, nothing can have happened."""

    def request(self, *args: Any, **options: Any) -> None:
        if self.sock is None:
            self.connect()
        # urllib3 would give the whole body only the seconds that are meant for connecting.
        self.timeout = _wire.patience
        _wire.sent = True
        super().request(*args, **options)


@cache
def _marking(kind: type[HTTPConnection]) -> type[HTTPConnection]:
    return kind if issubclass(kind, _Marking) else type(f"Marking{kind.__name__}", (_Marking, kind), {})


class _Adapter(HTTPAdapter):
    """Gives every pool, also those to proxies, connections that mark."""

    def get_connection_with_tls_context(self, *args: Any, **options: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **options)
        pool.ConnectionCls = _marking(pool.ConnectionCls)
        return pool


def open_session(base: str) -> requests.Session:
    """Connections to a platform that know whether a request has left, and keep no cookies."""
    session = requests.Session()
    session.trust_env = not is_loopback(base)
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # threads share the session: it keeps nothing
    adapter = _Adapter(pool_connections=4, pool_maxsize=16, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def _check_base(account: Account) -> str:
    fault = api_base_fault(account.api_base)
    if fault:
        raise ConfigError([f"accounts.{account.name}.api_base {fault}"])
    return account.api_base.rstrip("/")
