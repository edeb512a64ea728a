"""What readers sent and what they were answered: each delivery once, whichever process took it, however often it came.

Who sent it stands here as a keyed hash only (see `readers`), what was sent only where no rule answered it. Rows pass
in batches, each batch in a few statements: a statement is carried out without Python's lock, so that the door goes on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from itertools import chain
from typing import Any, Final, NamedTuple, get_args

import msgspec
from sqlalchemy import func, select

from publisher import schema
from publisher.replies import Outcome, Reply, normalise
from publisher.store.accounts import Transaction
from publisher.store.counting import Count, count, drop_unused_replies, retire, start_of
from publisher.store.readers import Hide

_WORD_LENGTH: Final = 100
_NAME_LENGTH: Final = 64
_MOST_STRANGE: Final = 8
"""Names of unknown things that one delivery may bring."""
_SIZES: Final = (64, 16, 4, 1)
"""How many rows a statement takes: few different statements, so that SQLite has them ready."""
_AT_ONCE: Final = 1000
"""Rows that are removed in one transaction: others want to write, too."""
_COLUMNS: Final = len(schema.delivery.c)
_ROW: Final = f"({', '.join('?' * _COLUMNS)})"
_delivery = schema.delivery.c
# Made once, before any thread asks: two that learn a class at the same time can bring the process down (see `codec`).
_HEAD: Final = msgspec.json.Decoder(tuple[str, msgspec.Raw])
_READERS: Final[dict[str, msgspec.json.Decoder[Any]]] = {
    kind.__name__: msgspec.json.Decoder(kind) for kind in get_args(Reply)
}


class Delivery(msgspec.Struct, frozen=True, gc=False):
    """One authentic message or event and its answer. `key` is the same when the platform delivers it again, and no
    other delivery's: 16 bytes, best beginning with what grows (MsgId, CreateTime), since then writing costs a third.
    `received_at` is in seconds; `strange` names the events and fields in it that nobody knows.
    """

    key: bytes
    account: str
    received_at: int
    sender: str
    kind: str
    event: str
    text: str
    rule: str
    outcome: Outcome
    reply: Reply
    strange: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Delivery({self.account}, {self.kind} {self.event})"


class Kept(msgspec.Struct, frozen=True, gc=False):
    """What a delivery was answered with, by whichever process; `answered_at` is in seconds."""

    reply: Reply
    answered_at: int


class Line(NamedTuple):
    """A delivery as it is kept: `schema.delivery`, column by column."""

    key: bytes
    account: str
    received_at: int
    sender: bytes
    kind: str
    event: str
    rule: str
    outcome: str
    text: str
    strange: str
    reply: bytes


class Batch(msgspec.Struct, frozen=True, tag="batch"):
    """Deliveries with the different replies that they had, by fingerprint. Nothing in it names a reader."""

    lines: tuple[Line, ...]
    replies: tuple[tuple[bytes, bytes], ...]


def make_batch(deliveries: Sequence[Delivery], hide: Hide) -> Batch:
    """The deliveries as they are kept."""
    replies: dict[bytes, bytes] = {}
    lines = []
    for delivery in deliveries:
        fingerprint, body = _dumped(delivery.reply)
        replies[fingerprint] = body
        lines.append(_line(delivery, hide, fingerprint))
    return Batch(tuple(lines), tuple(replies.items()))


def dump_reply(reply: Reply) -> bytes:
    """A reply as it is kept."""
    return msgspec.json.encode((type(reply).__name__, reply))


def load_reply(body: bytes) -> Reply:
    """The reply that was given to dump_reply(). ValueError for anything else, also for kinds of a newer version."""
    try:
        kind, value = _HEAD.decode(body)
        reply: Reply = _READERS[kind].decode(value)
    except (msgspec.MsgspecError, KeyError) as error:
        raise ValueError(f"no reply: {type(error).__name__}") from None
    return reply


class Deliveries:
    """The deliveries' part of the database. `read` and `write` open transactions."""

    def __init__(self, read: Transaction, write: Transaction) -> None:
        self._read = read
        self._write = write

    def keep(self, batch: Batch) -> None:
        """Keep what is not kept yet."""
        with self._write() as db:
            for size, values in _portions(batch.lines):
                db.exec_driver_sql(_insert(size), values)
            for fingerprint, body in batch.replies:
                db.exec_driver_sql("INSERT OR IGNORE INTO reply VALUES (?, ?)", (fingerprint, body))

    def forget(self, sender: bytes, account: str = "") -> dict[str, int]:
        """How many deliveries of a reader there were, by account; they are only counted from now on. Of one account,
        or of all ("").
        """
        sent = _delivery.sender == sender
        return self._retire(sent & (_delivery.account == account) if account else sent)

    def purge(self, before: int) -> int:
        """How many deliveries were received before a time (in seconds); they are only counted from now on."""
        return sum(self._retire(_delivery.received_at < before).values())

    def count(self, since: date) -> Counter[Count]:
        """How many deliveries there were, of each account, from a day in Beijing on."""
        with self._read() as db:
            return count(db, since)

    def words(self, outcome: Outcome, since: date, account: str, limit: int) -> list[tuple[str, int]]:
        """What readers sent, normalised, that came to `outcome`: with how often, the most frequent first; of one
        account, or of all ("").
        """
        number = func.count().label("number")
        query = select(_delivery.text, number).where(_delivery.text != "", _delivery.outcome == outcome)
        query = query.where(_delivery.received_at >= start_of(since))
        query = query.where(_delivery.account == account) if account else query
        query = query.group_by(_delivery.text).order_by(number.desc(), _delivery.text).limit(limit)
        with self._read() as db:
            return [(row.text, row.number) for row in db.execute(query)]

    def _retire(self, which: Any) -> Counter[str]:
        gone: Counter[str] = Counter()
        while keys := self._some(which):
            with self._write() as db:
                gone += retire(db, keys)
        if gone:
            with self._write() as db:
                drop_unused_replies(db)
        return gone

    def _some(self, which: Any) -> list[bytes]:
        with self._read() as db:
            return list(db.execute(select(_delivery.key).where(which).limit(_AT_ONCE)).scalars())


def _line(delivery: Delivery, hide: Hide, reply: bytes) -> Line:
    return Line(
        delivery.key,
        delivery.account,
        delivery.received_at,
        hide(delivery.sender),
        _name(delivery.kind),
        _name(delivery.event),
        _name(delivery.rule),
        str(delivery.outcome),
        _word(delivery.text) if delivery.outcome is not Outcome.RULE and delivery.kind != "event" else "",
        "\n".join(_names(delivery.strange)) if delivery.strange else "",
        reply,
    )


def _word(text: str) -> str:
    return _clean(normalise(text), _WORD_LENGTH)


def _names(strange: Sequence[str]) -> Iterator[str]:
    for name in strange[:_MOST_STRANGE]:
        yield "".join(char for char in _name(name) if char.isprintable()) or "?"


@lru_cache(1024)
def _name(text: str) -> str:
    return _clean(text, _NAME_LENGTH)


def _clean(text: str, length: int) -> str:
    """No more than is kept, and nothing that cannot be: half a character would spoil its whole batch."""
    return text[:length].encode(errors="replace").decode()


@lru_cache(1024)
def _dumped(reply: Reply) -> tuple[bytes, bytes]:
    """A reply's fingerprint and body: a hundred thousand readers get the same few."""
    body = dump_reply(reply)
    return blake2b(body, digest_size=12).digest(), body


@lru_cache(len(_SIZES))
def _insert(size: int) -> str:
    return "INSERT OR IGNORE INTO delivery VALUES " + ", ".join([_ROW] * size)  # noqa: S608 - question marks


def _portions(lines: Sequence[Line]) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """All lines in as few statements as may be: how many rows, and their values one after the other."""
    at = 0
    for size in _SIZES:
        while len(lines) - at >= size:
            yield size, tuple(chain.from_iterable(lines[at : at + size]))
            at += size
