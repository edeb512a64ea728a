"""The callback door: what the platform sends us, opened, answered and sealed again.

A bare ASGI callable, since a framework's routing and request objects cost as much as the answer itself.
Everything but reading and writing HTTP is done by `publisher.envelope` and `publisher.replies`.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
import traceback
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, Generic, TypeVar
from urllib.parse import parse_qsl

import anyio.to_thread
from starlette.types import ASGIApp, Receive, Scope, Send

from publisher.envelope import BODY_LIMIT, Keys, open_envelope, read_message, seal, verify, write_reply
from publisher.errors import ConfigError, NotFromWeChat
from publisher.issue import Account
from publisher.replies import Archive, Message, Reply, Rule, Silence, answer

RESULT_EVENTS: Final = frozenset({"PUBLISHJOBFINISH", "FREEPUBLISHJOBFINISH", "MASSSENDJOBFINISH"})
"""What the platform says when a publication or a mass send is done; the first two are the same."""

_PATIENCE: Final = 4.5
"""Seconds: after 5 the platform hangs up, and sends the same again."""
_REMEMBERED: Final = 8192
"""Deliveries: more than a viral minute brings; each is a kilobyte or two."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Door:
    """What the door needs to know. `archive` (by account name) and `rules` are asked for every message and
    must be cheap. `record_event` (account name, event) may block: it runs in a thread, and the platform
    hears `success` only after it has returned; if it raises, the platform sends the event again.
    """

    accounts: Mapping[str, Account]
    rules: Callable[[], Sequence[Rule]]
    archive: Callable[[str], Archive]
    record_event: Callable[[str, Message], None]
    clock: Callable[[], datetime]


def create_door(door: Door) -> ASGIApp:
    """The ASGI application: /wechat/NAME for each account, and /healthz. ConfigError (Chinese) with every
    fault of every account's token and AES key.
    """
    guests, faults = {}, []
    for name, account in door.accounts.items():
        try:
            guests[f"/wechat/{name}"] = _Guest(name, Keys(account.appid, account.token, account.aeskey))
        except ConfigError as error:
            faults += [f"账号 {name}：{fault}" for fault in error.faults]
    if faults:
        raise ConfigError(faults)
    return _Callback(door, guests)


# ---------------------------------------------------------------------------- HTTP


@dataclass(frozen=True, slots=True)
class _Guest:
    """An account at the door."""

    name: str
    keys: Keys


@dataclass(frozen=True, slots=True)
class _Response:
    status: int
    body: bytes = b""
    media_type: bytes = b"text/plain; charset=utf-8"
    headers: tuple[tuple[bytes, bytes], ...] = ()


_SUCCESS = _Response(200, b"success")
_FORBIDDEN = _Response(403)
_NOT_FOUND = _Response(404)
_NOT_ALLOWED = _Response(405, headers=((b"allow", b"GET, POST"),))
# Closing the connection is what keeps the rest of the body from being read.
_TIMEOUT = _Response(408, headers=((b"connection", b"close"),))
_TOO_LARGE = _Response(413, headers=((b"connection", b"close"),))
_FAILED = _Response(500)


class _Callback:
    """The application."""

    def __init__(self, door: Door, guests: Mapping[str, _Guest]) -> None:
        self._door = door
        self._guests = guests
        self._answered: _Recent[_Response] = _Recent(_REMEMBERED)
        self._stamps: _Recent[bytes] = _Recent(_REMEMBERED)
        self._refused: Counter[tuple[str, str]] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match scope["type"]:
            case "http":
                await _respond(send, await self._serve(scope, receive))
            case "lifespan":
                await _live(receive, send)
            case _:
                await send({"type": "websocket.close", "code": 1000})

    async def _serve(self, scope: Scope, receive: Receive) -> _Response:
        path, method = scope["path"], scope["method"]
        guest = self._guests.get(path)
        if guest is None:
            return _Response(200, b"ok") if path == "/healthz" else _NOT_FOUND
        if method not in ("GET", "POST"):
            return _NOT_ALLOWED
        try:
            query = _read_query(scope["query_string"])
            if method == "GET":
                return _Response(200, verify(guest.keys, query).encode(errors="replace"))
            return await self._take(guest, query, await _read_body(scope, receive))
        except NotFromWeChat as error:
            self._count(guest, error.detail)
            return _FORBIDDEN
        except _BodyTooLarge:
            self._count(guest, "body too large")
            return _TOO_LARGE
        except TimeoutError:
            self._count(guest, "body too slow")
            return _TIMEOUT

    def _count(self, guest: _Guest, why: str) -> None:
        """Log the 1st, 2nd, 4th, 8th … refusal of a kind: a flood of forgeries must not fill the disk."""
        self._refused[guest.name, why] += 1
        count = self._refused[guest.name, why]
        if count & (count - 1) == 0:
            _log.warning("callback refused account=%s why=%r count=%d", guest.name, why, count)

    async def _take(self, guest: _Guest, query: Mapping[str, str], body: bytes) -> _Response:
        now = self._door.clock()
        opened = open_envelope(guest.keys, query, body, now)
        message = read_message(opened.fields)
        self._check_replay(query, body)
        if message.kind == "event" and message.event.upper() in RESULT_EVENTS:
            return await self._record(guest, message)
        delivery = _identify(guest, message)
        response = self._answered.get(delivery)
        if response is None:
            response = self._answer(guest, message, now)
            self._answered.put(delivery, response)
        return response

    def _check_replay(self, query: Mapping[str, str], body: bytes) -> None:
        """In plain mode the signature does not cover the body: who has seen one URL could send any."""
        stamp = " ".join(query.get(name, "") for name in ("timestamp", "nonce", "signature", "msg_signature"))
        fingerprint = hashlib.blake2b(body, digest_size=16).digest()
        if self._stamps.get(stamp) not in (None, fingerprint):
            raise NotFromWeChat("timestamp and nonce used before, with another body")
        self._stamps.put(stamp, fingerprint)

    async def _record(self, guest: _Guest, message: Message) -> _Response:
        """Not answered from memory: recording twice does no harm, and two results may share a second."""
        record = partial(self._door.record_event, guest.name, message)
        try:
            async with asyncio.timeout(_PATIENCE):
                await anyio.to_thread.run_sync(record, abandon_on_cancel=True)
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the platform is to send it again
            _log.error("callback event not recorded account=%s event=%s %s", guest.name, message.event, _trace(error))
            return _FAILED
        _log.info("callback event recorded account=%s event=%s", guest.name, message.event)
        return _SUCCESS

    def _answer(self, guest: _Guest, message: Message, now: datetime) -> _Response:
        """Never fails: a reader gets no answer rather than 该公众号提供的服务出现故障."""
        try:
            reply = answer(message, self._door.rules(), self._door.archive(guest.name)).reply
            return _SUCCESS if isinstance(reply, Silence) else _write(guest.keys, reply, message, now)
        except Exception as error:  # noqa: BLE001 - see above
            _log.error("callback answer failed account=%s kind=%r %s", guest.name, message.kind, _trace(error))
            return _SUCCESS


def _write(keys: Keys, reply: Reply, message: Message, now: datetime) -> _Response:
    clear = write_reply(reply, message, now)
    if keys.aeskey:
        clear = seal(keys, clear, str(int(now.timestamp())), str(secrets.randbelow(10**10)))
    return _Response(200, clear.encode(), b"text/xml; charset=utf-8")


def _identify(guest: _Guest, message: Message) -> str:
    """What is the same when the platform delivers the same again; events have no MsgId."""
    parts = (message.message_id,) if message.message_id else (message.created, message.event, message.event_key)
    return " ".join(map(str, (guest.name, message.sender, *parts)))


def _trace(error: BaseException) -> str:
    """Where it failed and the error's class; its text could hold what the reader wrote."""
    return f"error={type(error).__name__}\n{''.join(traceback.format_tb(error.__traceback__))}"


# ---------------------------------------------------------------------------- reading and writing


class _BodyTooLarge(Exception):
    pass


def _read_query(raw: bytes) -> dict[str, str]:
    """The parameters; one that comes twice is refused, since it could be checked once and used once."""
    try:
        pairs = parse_qsl(raw.decode("latin-1"), keep_blank_values=True, max_num_fields=32)
    except ValueError:
        raise NotFromWeChat("too many parameters") from None
    query = dict(pairs)
    if len(query) != len(pairs):
        raise NotFromWeChat("a parameter twice")
    return query


async def _read_body(scope: Scope, receive: Receive) -> bytes:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and int(value[:9]) > BODY_LIMIT:
            raise _BodyTooLarge
    async with asyncio.timeout(_PATIENCE):
        event = await receive()
        body: bytes = event.get("body", b"")
        while event.get("more_body", False) and len(body) <= BODY_LIMIT:
            event = await receive()
            body += event.get("body", b"")
    if len(body) > BODY_LIMIT:
        raise _BodyTooLarge
    return body


async def _respond(send: Send, response: _Response) -> None:
    headers = [
        (b"content-type", response.media_type),
        (b"content-length", b"%d" % len(response.body)),
        *response.headers,
    ]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})


async def _live(receive: Receive, send: Send) -> None:
    """Nothing to open or close: say so when the server asks."""
    while True:
        event = await receive()
        await send({"type": f"{event['type']}.complete"})
        if event["type"] == "lifespan.shutdown":
            return


Value = TypeVar("Value")


class _Recent(Generic[Value]):
    """The last `size` things by name."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[str, Value] = OrderedDict()

    def get(self, name: str) -> Value | None:
        return self._values.get(name)

    def put(self, name: str, value: Value) -> None:
        self._values[name] = value
        self._values.move_to_end(name)
        if len(self._values) > self._size:
            self._values.popitem(last=False)
