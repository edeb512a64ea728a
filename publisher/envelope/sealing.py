"""Signature and cipher, both ways."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import Final

from publisher.envelope.keys import Lock
from publisher.errors import NotFromWeChat

_BLOCK: Final = 32
"""The platform pads to 32 bytes, not to the cipher's 16."""
_RANDOM: Final = 16
_DRAWS: Final = 64
_HEAD: Final = 20
"""16 random bytes and the length of the message."""

_random: Final[list[bytes]] = []


def sign(*parts: str) -> str:
    """The platform's signature over a token, a timestamp, a nonce, and what else it covers: 40 hexadecimal digits."""
    return hashlib.sha1("".join(sorted(parts)).encode(errors="replace"), usedforsecurity=False).hexdigest()


def is_signed(signature: str, *parts: str) -> bool:
    """Whether `signature` is that of the parts; takes the same time wherever they differ."""
    return signature.isascii() and hmac.compare_digest(sign(*parts), signature)


def draw_random() -> bytes:
    """Sixteen random bytes. The kernel is asked for many at once: one call costs more than the cipher."""
    try:
        return _random.pop()
    except IndexError:
        many = secrets.token_bytes(_RANDOM * _DRAWS)
        _random.extend(many[at : at + _RANDOM] for at in range(_RANDOM, len(many), _RANDOM))
        return many[:_RANDOM]


def seal(lock: Lock, clear: bytes, timestamp: str, nonce: str) -> bytes:
    """`clear` encrypted and signed, as the platform takes it in encrypted mode."""
    plain = b"%b%b%b%b" % (draw_random(), len(clear).to_bytes(4, "big"), clear, lock.appid.encode())
    pad = _BLOCK - len(plain) % _BLOCK
    encrypted = base64.b64encode(lock.encrypt(plain + bytes([pad]) * pad)).decode("ascii")
    return (
        f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt>"
        f"<MsgSignature><![CDATA[{sign(lock.token, timestamp, nonce, encrypted)}]]></MsgSignature>"
        f"<TimeStamp>{timestamp}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
    ).encode()


def unseal(locks: Sequence[Lock], encrypted: str) -> tuple[bytes, Lock]:
    """What is inside, and the lock that fitted. NotFromWeChat, with what is wrong under the first, if none does."""
    sealed = _decode(encrypted)
    if not locks:
        raise NotFromWeChat("encrypted, but no AES key is configured")
    faults = []
    for lock in locks:
        try:
            return _open(lock, sealed), lock
        except NotFromWeChat as error:
            faults.append(error)
    raise faults[0]


def _decode(encrypted: str) -> bytes:
    try:
        sealed = base64.b64decode(encrypted.strip(), validate=True)
    except ValueError as error:
        raise NotFromWeChat("Encrypt is not base64") from error
    if not sealed or len(sealed) % 16:
        raise NotFromWeChat("Encrypt is not whole blocks")
    return sealed


def _open(lock: Lock, sealed: bytes) -> bytes:
    plain = lock.decrypt(sealed)
    pad = plain[-1]
    if not 1 <= pad <= _BLOCK or plain[-pad:] != bytes([pad]) * pad:
        raise NotFromWeChat("wrong padding")
    plain = plain[:-pad]
    end = _HEAD + int.from_bytes(plain[16:_HEAD], "big")
    if len(plain) < _HEAD or end > len(plain):
        raise NotFromWeChat("wrong length inside")
    if not hmac.compare_digest(plain[end:], lock.appid.encode()):
        raise NotFromWeChat("another appid inside")
    return plain[_HEAD:end]
