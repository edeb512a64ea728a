"""A callback opened: whose it is, when it was signed, what is inside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from publisher.envelope.fields import Fields, is_number, parse
from publisher.envelope.keys import Keys, Lock
from publisher.envelope.sealing import is_signed, unseal
from publisher.errors import NotFromWeChat

BODY_LIMIT: Final = 64 * 1024
"""Bytes of a callback's body: messages have a few hundred, an event with eight articles a few thousand."""

_WINDOW: Final = 600
"""Seconds by which the platform's clock and ours may differ, a repeated delivery included."""


class Opened(msgspec.Struct, frozen=True):
    """The fields of an authentic body, and the lock that it came under (then so does the answer); None: in clear."""

    fields: Fields
    lock: Lock | None

    def __repr__(self) -> str:
        return "Opened()"


def verify(keys: Keys, query: Mapping[str, str]) -> str:
    """The echostr that proves to the platform that this is our address; decrypted where it comes encrypted
    (then msg_signature covers it). NotFromWeChat if the signature is wrong.
    """
    echo = query.get("echostr", "")
    if not echo:
        raise NotFromWeChat("no echostr")
    if "msg_signature" in query:
        token = _find_token(keys, query, "msg_signature", echo)
        return _read_text(unseal(keys.locks(token), echo)[0])
    _find_token(keys, query, "signature")
    return echo


def open_envelope(keys: Keys, query: Mapping[str, str], body: bytes, now: int) -> Opened:
    """The message inside, at a time (seconds). With an AES key configured only the encrypted part is believed, and a
    plain body is refused. NotFromWeChat if any check fails.
    """
    if len(body) > BODY_LIMIT:
        raise NotFromWeChat("body too large")
    _check_time(query.get("timestamp", ""), now)
    token = _find_token(keys, query, "signature")
    fields = parse(body)
    if not keys.aeskey:
        return Opened(fields, None)
    encrypted = fields.get("Encrypt")
    if not isinstance(encrypted, str):
        raise NotFromWeChat("plain, but an AES key is configured")
    if _find_token(keys, query, "msg_signature", encrypted) != token:
        raise NotFromWeChat("wrong msg_signature")
    clear, lock = unseal(keys.locks(token), encrypted)
    return Opened(parse(clear), lock)


def _find_token(keys: Keys, query: Mapping[str, str], name: str, *covered: str) -> str:
    """The token that it is signed with: `signature` over timestamp and nonce, `msg_signature` over more."""
    signature, covered = query.get(name, ""), (query.get("timestamp", ""), query.get("nonce", ""), *covered)
    for token in keys.tokens:
        if is_signed(signature, token, *covered):
            return token
    raise NotFromWeChat(f"wrong {name}")


def _check_time(timestamp: str, now: int) -> None:
    if not is_number(timestamp) or abs(now - int(timestamp)) > _WINDOW:
        raise NotFromWeChat("timestamp out of the window")


def _read_text(clear: bytes) -> str:
    try:
        return clear.decode()
    except UnicodeDecodeError:
        raise NotFromWeChat("echostr is not text") from None
