"""The callback door: what the platform sends us, opened, answered and sealed again.

A bare ASGI callable, since a framework's routing and request objects cost as much as the answer itself.
Everything but reading and writing HTTP is done by `publisher.envelope` and `publisher.web.clerk`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Generator, Mapping
from dataclasses import dataclass
from types import coroutine
from typing import Any, Final
from urllib.parse import unquote_plus

import anyio.to_thread
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from publisher.envelope import (
    BODY_LIMIT,
    Keys,
    Lock,
    draw_random,
    open_envelope,
    read_message,
    seal,
    verify,
    write_reply,
)
from publisher.errors import ConfigError, NotFromWeChat
from publisher.replies import Message as WeChatMessage
from publisher.web.clerk import PATIENCE, Clerk, Door, NotRecorded
from publisher.web.recording import Kept
from publisher.web.tally import Tally

__all__ = ["Door", "create_door"]

_MOST_PARAMETERS: Final = 32

_log = logging.getLogger(__name__)


def create_door(door: Door, tally: Tally | None = None) -> ASGIApp:
    """The ASGI application: /wechat/NAME for each account, and /healthz. ConfigError (Chinese) with every
    fault of every account's tokens and AES keys.
    """
    counted = tally or Tally()
    guests, faults = {}, []
    for name, account in door.accounts.items():
        try:
            keys = Keys(account.appid, account.token, account.aeskey, account.token_previous, account.aeskey_previous)
        except ConfigError as error:
            faults += [f"账号 {name}：{fault}" for fault in error.faults]
        else:
            guests[f"/wechat/{name}"] = _Guest(name, keys, Clerk(account, door, counted))
    if faults:
        raise ConfigError(faults)
    return _Callback(door, guests, counted)


# ---------------------------------------------------------------------------- HTTP


@dataclass(frozen=True, slots=True)
class _Guest:
    """An account at the door."""

    name: str
    keys: Keys
    clerk: Clerk


_Response = tuple[Message, Message]
"""Both events of an answer, and a plain tuple: one is made for every message."""


def _make_response(status: int, body: bytes = b"", *headers: tuple[bytes, bytes]) -> _Response:
    length = b"content-length", b"%d" % len(body)
    return (
        {"type": "http.response.start", "status": status, "headers": [_PLAIN, length, *headers]},
        {"type": "http.response.body", "body": body},
    )


_PLAIN: Final = (b"content-type", b"text/plain; charset=utf-8")
_XML: Final = (b"content-type", b"text/xml; charset=utf-8")
_CLOSE: Final = (b"connection", b"close")
"""Closing the connection is what keeps the rest of the body from being read."""

_SUCCESS = _make_response(200, b"success")
_HEALTHY = _make_response(200, b"ok")
_FORBIDDEN = _make_response(403)
_NOT_FOUND = _make_response(404)
_NOT_ALLOWED = _make_response(405, b"", (b"allow", b"GET, POST"))
_TIMEOUT = _make_response(408, b"", _CLOSE)
_TOO_LARGE = _make_response(413, b"", _CLOSE)
_FAILED = _make_response(500)


class _Callback:
    """The application."""

    def __init__(self, door: Door, guests: Mapping[str, _Guest], tally: Tally) -> None:
        self._door = door
        self._guests = guests
        self._tally = tally

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match scope["type"]:
            case "http":
                begin, end = await self._serve(scope, receive)
                await send(begin)
                await send(end)
            case "lifespan":
                await self._live(receive, send)
            case _:
                await send({"type": "websocket.close", "code": 1000})

    async def _serve(self, scope: Scope, receive: Receive) -> _Response:
        guest = self._guests.get(scope["path"])
        if guest is None:
            return _HEALTHY if scope["path"] == "/healthz" else _NOT_FOUND
        method = scope["method"]
        try:
            if method == "POST":
                query, body = _read_query(scope["query_string"]), await _read_body(scope, receive)
                now = int(self._door.clock().timestamp())
                message, lock = self._open(guest, query, body, now)
                kept = guest.clerk.answer(message, now)
                return _answer(message, kept if isinstance(kept, Kept) else await kept, lock, now)
            if method == "GET":
                echo = verify(guest.keys, _read_query(scope["query_string"]))
                return _make_response(200, echo.encode(errors="replace"))
        except NotRecorded as error:
            _log.error("callback event not recorded account=%s %s", guest.name, error)
            return _FAILED
        except NotFromWeChat as error:
            return self._refuse(guest, error.detail, _FORBIDDEN)
        except _BodyTooLarge:
            return self._refuse(guest, "body too large", _TOO_LARGE)
        except TimeoutError:
            return self._refuse(guest, "body too slow", _TIMEOUT)
        return _NOT_ALLOWED

    def _refuse(self, guest: _Guest, why: str, response: _Response) -> _Response:
        self._tally.refuse(guest.name, why)
        return response

    def _open(
        self, guest: _Guest, query: Mapping[str, str], body: bytes, now: int
    ) -> tuple[WeChatMessage, Lock | None]:
        """The message in an authentic delivery, and the lock that its answer goes under."""
        opened = open_envelope(guest.keys, query, body, now)
        message = read_message(opened.fields)
        # In plain mode the signature covers only timestamp and nonce: who has seen one URL could send any body. What
        # else stands in the URL may be changed.
        if opened.lock is None and self._door.is_replay(query["signature"], body, now):
            raise NotFromWeChat("timestamp and nonce used before, with another body")
        return message, opened.lock

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await anyio.to_thread.run_sync(self._door.begin)
        except ConfigError as error:
            await send({"type": "lifespan.startup.failed", "message": "; ".join(error.faults)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for guest in self._guests.values():
            guest.clerk.close()
        await anyio.to_thread.run_sync(self._door.close)
        await send({"type": "lifespan.shutdown.complete"})


# ---------------------------------------------------------------------------- reading and writing


class _BodyTooLarge(Exception):
    pass


def _read_query(raw: bytes) -> dict[str, str]:
    """The parameters; one that comes twice is refused, since it could be checked once and used once."""
    pairs = raw.decode("latin-1").split("&")
    if len(pairs) > _MOST_PARAMETERS:
        raise NotFromWeChat("too many parameters")
    if b"%" in raw or b"+" in raw:
        parts = [pair.partition("=") for pair in pairs]
        query = {unquote_plus(name): unquote_plus(value) for name, _, value in parts}
    else:
        query = {name: value for name, _, value in [pair.partition("=") for pair in pairs]}
    if len(query) != len(pairs):
        raise NotFromWeChat("a parameter twice")
    return query


async def _read_body(scope: Scope, receive: Receive) -> bytes:
    """The body. One that is there already, as nearly every one is, costs neither a timer nor a look at its length."""
    coming: Coroutine[Any, Any, Message] = receive()  # type: ignore[assignment]
    try:
        awaited = coming.send(None)
    except StopIteration as done:
        event: Message = done.value
    else:
        event = await _await_first(scope, coming, awaited)
    body: bytes = event.get("body", b"")
    if event.get("more_body", False):
        _refuse_announced(scope)
        async with asyncio.timeout(PATIENCE):
            while event.get("more_body", False) and len(body) <= BODY_LIMIT:
                event = await receive()
                body += event.get("body", b"")
    if len(body) > BODY_LIMIT:
        raise _BodyTooLarge
    return body


def _refuse_announced(scope: Scope) -> None:
    """_BodyTooLarge, where the headers say so already: nothing of it is waited for."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and int(value[:9]) > BODY_LIMIT:
            raise _BodyTooLarge


async def _await_first(scope: Scope, coming: Coroutine[Any, Any, Message], awaited: object) -> Message:
    """What is yet to come, for as long as the platform waits."""
    try:
        _refuse_announced(scope)
    except _BodyTooLarge:
        coming.close()
        raise
    async with asyncio.timeout(PATIENCE):
        return await _go_on(awaited, coming)


@coroutine
def _go_on(awaited: object, coming: Coroutine[Any, Any, Message]) -> Generator[object, None, Message]:
    """The result of a coroutine that awaits something already."""
    try:
        while True:
            yield awaited
            awaited = coming.send(None)
    except StopIteration as done:
        event: Message = done.value
        return event
    finally:
        coming.close()


def _answer(message: WeChatMessage, kept: Kept, lock: Lock | None, now: int) -> _Response:
    """What goes back: sealed, where it came sealed."""
    clear = write_reply(kept.reply, message, message.created)
    if not clear:
        return _SUCCESS
    if lock is not None:
        clear = seal(lock, clear, str(now), str(int.from_bytes(draw_random()[:4])))
    return _write(clear)


def _write(body: bytes) -> _Response:
    headers = [_XML, (b"content-length", b"%d" % len(body))]
    return (
        {"type": "http.response.start", "status": 200, "headers": headers},
        {"type": "http.response.body", "body": body},
    )
