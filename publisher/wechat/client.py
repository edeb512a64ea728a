"""The wire to the platform: wechatpy's client with everything that moves bytes or holds state replaced.

wechatpy's API classes build the calls; all of them end in `_request`, and that is ours: timeouts everywhere, one
bounded token refresh, raw UTF-8 JSON, and errors that say what happened and hold no secret, no token, no URL.
"""

from __future__ import annotations

import ipaddress
import json
import logging
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import requests
from requests.adapters import HTTPAdapter
from wechatpy import WeChatClient

from publisher.errors import (
    AccountRefused,
    Busy,
    ConfigError,
    OutcomeUnknown,
    Refused,
    Unpublishable,
    Unreachable,
    WeChatError,
)
from publisher.issue import Account
from publisher.wechat.errcodes import Kind, explain

log = logging.getLogger("publisher.wechat")
# At DEBUG urllib3 logs whole URLs, and the token is in them.
logging.getLogger("urllib3").setLevel(logging.INFO)

ONCE = frozenset(
    {
        "draft/add",
        "draft/delete",
        "freepublish/submit",
        "freepublish/delete",
        "material/add_material",
        "material/del_material",
        "message/mass/sendall",
        "message/custom/send",
    }
)
"""Calls that must not be repeated blindly: without an answer, nobody knows whether they happened."""

EARLY = timedelta(minutes=5)
"""A stable token is asked for again when it has less left; asking earlier returns the same (wechat-api 1.1)."""
FORCE_EVERY = timedelta(minutes=1)
"""The platform allows 20 forced refreshes a day, 30 s apart (wechat-api 1.2)."""
_POOL = 16
_BEIJING = ZoneInfo("Asia/Shanghai")
_RID = re.compile(r"rid:\s*([0-9a-f]+(?:-[0-9a-f]+)+)")
_ADDRESS = re.compile(r"(?:invalid ip|requestIP:?)\s*([0-9a-fA-F.:]+)")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait for a connection, for an answer, and for the answer to an upload."""

    connect: float = 5
    read: float = 20
    upload: float = 60


_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class _Token:
    value: str = ""
    expires_at: datetime = _NEVER


class Client(WeChatClient):  # type: ignore[misc] # wechatpy has no types
    """One account's connection. Safe for threads; the token lives in memory only.

    Proxies are taken from the environment, as `requests` does: offices often need one.
    """

    def __init__(self, account: Account, clock: Callable[[], datetime], timeouts: Timeouts) -> None:
        # wechatpy looks at every attribute in __new__, before this runs: no property of ours may fail then.
        self._account = account
        self._base = _checked_base(account)
        self._clock = clock
        self._timeouts = timeouts
        self._token = _Token()
        self._forced_at = _NEVER
        self._token_lock = threading.Lock()
        self.server_time: datetime | None = None
        super().__init__(account.appid, "", timeout=timeouts.read, auto_retry=False)
        for scheme in ("http://", "https://"):
            self._http.mount(scheme, HTTPAdapter(pool_connections=2, pool_maxsize=_POOL, max_retries=0))

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    # ------------------------------------------------------------------ what wechatpy calls

    def _request(self, method: str, url_or_endpoint: str, **given: Any) -> Any:
        """The answer as JSON, through `result_processor` if there is one; our errors, and no others. `accept` is an
        errcode that counts as success: 45065 carries the first mass send's msg_id.
        """
        path = _path_of(url_or_endpoint)
        params = {key: value for key, value in (given.get("params") or {}).items() if key != "access_token"}
        body = _body_of(given.get("data"))
        token = self._fresh_token()
        for last in (False, True):
            answer = self._call(method, path, {**params, "access_token": token}, body, given.get("files"))
            errcode = _errcode_of(answer)
            if errcode in {0, given.get("accept", 0)}:
                process = given.get("result_processor")
                return process(answer) if process else answer
            if explain(errcode)[0] is not Kind.TOKEN or last:
                raise self._refusal(path, errcode, answer)
            token = self._renewed_token(token)
        raise AssertionError(path)  # the loop always ends in the branches above

    @property
    def access_token(self) -> str:
        """The live token; before `__init__` has run, when wechatpy looks around, an empty one."""
        return self._fresh_token() if hasattr(self, "_token_lock") else ""

    def fetch_access_token(self) -> dict[str, Any]:
        """The current stable token in wechatpy's shape."""
        return {"access_token": self._fresh_token(), "expires_in": int(EARLY.total_seconds())}

    # ------------------------------------------------------------------ the token

    def _fresh_token(self) -> str:
        with self._token_lock:
            if self._token.expires_at - self._clock() < EARLY:
                self._ask_token(force=False)
            return self._token.value

    def _renewed_token(self, refused: str) -> str:
        """A token other than the refused one, if one is to be had: asked for normally, then by force, once a minute."""
        with self._token_lock:
            if self._token.value != refused:
                return self._token.value  # another thread was quicker
            self._ask_token(force=False)
            if self._token.value == refused and self._clock() - self._forced_at >= FORCE_EVERY:
                self._forced_at = self._clock()
                self._ask_token(force=True)
            return self._token.value

    def _ask_token(self, *, force: bool) -> None:
        """POST stable_token: the secret travels in the body, and other systems of the appid are not knocked out."""
        wanted = {
            "grant_type": "client_credential",
            "appid": self._account.appid,
            "secret": self._account.appsecret,
            "force_refresh": force,
        }
        answer = self._call("post", "stable_token", {}, _body_of(wanted), None)
        errcode = _errcode_of(answer)
        if errcode or not isinstance(answer.get("access_token"), str):
            raise self._token_refusal(errcode, answer)
        seconds = int(answer.get("expires_in") or 0)
        self._token = _Token(answer["access_token"], self._clock() + timedelta(seconds=seconds))

    def _token_refusal(self, errcode: int, answer: Mapping[str, Any]) -> WeChatError:
        error = self._refusal("stable_token", errcode, answer)
        if explain(errcode)[0] is Kind.TOKEN:  # here 40001 means that the secret is wrong
            return AccountRefused(error.detail, error.note, path=error.path, errcode=errcode, errmsg=error.errmsg)
        return error

    # ------------------------------------------------------------------ the wire

    def _call(
        self, method: str, path: str, params: Mapping[str, Any], body: bytes | None, files: Mapping[str, Any] | None
    ) -> Mapping[str, Any]:
        """The decoded answer of one call, whatever its errcode; transport errors as ours."""
        began = time.monotonic()
        read = self._timeouts.upload if files else self._timeouts.read
        headers = {"Content-Type": "application/json; charset=utf-8"} if body is not None else {}
        try:
            response = self._http.request(
                method, f"{self._base}/cgi-bin/{path}", params=params, data=body, files=files, headers=headers,
                timeout=(self._timeouts.connect, read), allow_redirects=False,
            )  # fmt: skip
        except requests.RequestException as error:
            failure = self._transport_error(path, error)
        else:
            answer = _decode(response)
            self._note_time(response)
            if answer is not None:
                self._log(path, _errcode_of(answer), _rid_of(answer), began)
                return answer
            failure = self._unclear(path, f"HTTP {response.status_code}, not JSON")
        self._log(path, type(failure).__name__, "", began)
        raise failure

    def _transport_error(self, path: str, error: requests.RequestException) -> WeChatError:
        """Our error for what `requests` raised; its own text has the URL, and with it the token."""
        cause = type(error).__name__
        if _never_connected(error):
            note = "连不上微信平台，请检查服务器的网络。"
            return Unreachable(f"{path}: no connection ({cause})", note, path=path)
        return self._unclear(path, cause)

    def _unclear(self, path: str, what: str) -> WeChatError:
        note = "微信平台没有给出明确的回答。"
        kind = OutcomeUnknown if path in ONCE else Unreachable
        return kind(f"{path}: no clear answer ({what})", note, path=path)

    def _refusal(self, path: str, errcode: int, answer: Mapping[str, Any]) -> WeChatError:
        """Our error for an errcode."""
        errmsg = self._scrub(str(answer.get("errmsg", "")))
        found = _ADDRESS.search(errmsg)
        kind, note = explain(errcode, found.group(1) if found else "")
        facts: dict[str, Any] = {"path": path, "errcode": errcode, "errmsg": errmsg, "rid": _rid_of(answer)}
        detail = f"{path}: errcode {errcode} {errmsg}"
        match kind:
            case Kind.BUSY if path in ONCE:
                return OutcomeUnknown(detail, note, **facts)
            case Kind.BUSY | Kind.MINUTE | Kind.DAY:
                busy = Busy(detail, note, **facts)
                busy.not_before = self._not_before(kind)
                return busy
            case Kind.ACCOUNT | Kind.TOKEN:
                return AccountRefused(detail, note, **facts)
            case _:
                return Refused(detail, note, **facts)

    def _not_before(self, kind: Kind) -> datetime | None:
        """When a quota is open again; accounts are spread over five minutes by their appid."""
        now = self._clock()
        spread = sum(self._account.appid.encode()) % 240
        if kind is Kind.DAY:
            day = now.astimezone(_BEIJING).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
            return day.astimezone(UTC) + timedelta(seconds=60 + spread)
        if kind is Kind.MINUTE:
            return now.replace(second=0, microsecond=0) + timedelta(minutes=1, seconds=1 + spread % 10)
        return None

    def _scrub(self, text: str) -> str:
        """A text of the platform without our secrets, should it echo one."""
        for secret in (self._account.appsecret, self._token.value):
            if secret:
                text = text.replace(secret, "***")
        return text[:300]

    def _note_time(self, response: requests.Response) -> None:
        try:
            self.server_time = parsedate_to_datetime(response.headers["Date"]).astimezone(UTC)
        except (KeyError, ValueError, TypeError):
            self.server_time = None

    def _log(self, path: str, outcome: object, rid: str, began: float) -> None:
        milliseconds = (time.monotonic() - began) * 1000
        log.info("account=%s call=%s result=%s rid=%s ms=%.0f", self._account.name, path, outcome, rid, milliseconds)


def _checked_base(account: Account) -> str:
    """The account's api_base without a final slash; plain HTTP is for this machine only."""
    parts = urlsplit(account.api_base)
    if parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname or "")):
        return account.api_base.rstrip("/")
    raise ConfigError([f"accounts.toml: {account.name}: api_base: https:// is wanted (http:// only for 127.0.0.1)"])


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _path_of(url_or_endpoint: str) -> str:
    """The call's path below /cgi-bin, also where an API class has a host of its own."""
    path = urlsplit(url_or_endpoint).path if "://" in url_or_endpoint else url_or_endpoint
    return path.removeprefix("/cgi-bin/").strip("/")


def _body_of(data: object) -> bytes | None:
    """JSON in raw UTF-8: with escapes the platform counts six characters for one (wechat-api 0)."""
    if data is None:
        return None
    try:
        return json.dumps(data, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        note = "正文含有损坏的字符（半个表情符号），请删去后重新投放。"
        raise Unpublishable("a lone surrogate in the text", note) from None


def _decode(response: requests.Response) -> Mapping[str, Any] | None:
    """The JSON object of an answer; None where it is anything else."""
    if response.status_code >= 300:  # noqa: PLR2004 - the platform answers 200 even to errors; all else is in between
        return None
    try:
        answer = json.loads(response.content.decode("utf-8"), strict=False)
    except (UnicodeDecodeError, ValueError):
        return None
    return answer if isinstance(answer, dict) else None


def _errcode_of(answer: Mapping[str, Any]) -> int:
    """The verdict; an absent one is success."""
    try:
        return int(answer.get("errcode") or 0)
    except (TypeError, ValueError):
        return -1


def _rid_of(answer: Mapping[str, Any]) -> str:
    found = _RID.search(str(answer.get("errmsg", "")))
    return found.group(1) if found else ""


def _never_connected(error: requests.RequestException) -> bool:
    """Whether not a byte of the call can have arrived: no address, no route, refused, no TLS."""
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.SSLError | requests.exceptions.ProxyError):
        return True
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(error, requests.ConnectionError) and type(reason).__name__ in {
        "NewConnectionError",
        "NameResolutionError",
        "ConnectTimeoutError",
    }
