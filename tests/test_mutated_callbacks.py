"""Ten thousand broken, forged and hostile callbacks: no failure, no growth, no word to anybody but the platform.

Most go to the application itself, some hundreds through HTTP to a real door. The mutations are seeded: the same ones
every time, of bodies and of query strings, with the signatures left as they are or made anew, so that what is behind
the signature is reached as well.
"""

from __future__ import annotations

import asyncio
import gc
import http.client
import random
import resource
from collections import Counter
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from starlette.types import ASGIApp

from publisher.web.callback import create_door
from tests import doorway
from tests.cipher import GOLDEN, GOLDEN_PLAIN, Platform
from tests.doorway import STAMP, World
from tests.kinds import CERTIFICATION, EVENTS, MESSAGES, PRIVACY, RESULTS, event_of, message_xml
from tests.serving import PLAIN, SAFE, Serving, make_workspace, now, publish, serving

IN_PROCESS = 9_500
THROUGH_HTTP = 500
FORBIDDEN = frozenset({403, 408, 413})
MARK = b"<xml>"
"""How every reply begins."""
GROWTH_KILOBYTES = 8_000
"""What caches may still take after the first thousand: answers, signatures and records of thousands of deliveries."""
ENTITIES = (
    b'<!DOCTYPE xml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><xml><Content>&b;</Content></xml>',
    b'<!DOCTYPE xml [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><Content>&a;</Content></xml>',
    b'<!DOCTYPE xml SYSTEM "http://127.0.0.1:1/x.dtd"><xml><Content>1</Content></xml>',
)
INSTEAD = (b"", b"]]>", b"<![CDATA[", b"&#0;", b"\xff\xfe", b"%00", b"&", b"=")
RARE = 0.05
STRANGE = ("truncated", "doubled", "nested", "entities", "encoding", "inside", "deep JSON")
FORGED = ("bytes", "signature", "query", "old", "foreign", "large", "downgraded", "replayed")
ENCODINGS = ("gb18030", "utf-16", "utf-8-sig", "big5")


@dataclass(frozen=True)
class Sent:
    """One request, and whether it is as the platform would send it: rightly signed now, and opened by our keys."""

    account: str
    query: bytes
    body: bytes
    how: str
    is_authentic: bool


class Forger:
    """Makes requests that something is wrong with."""

    def __init__(self, seed: int, stamp: int, plain: Platform, safe: Platform) -> None:
        self._random = random.Random(seed)
        self._stamp = stamp
        self._platforms = {"plain": plain, "safe": safe}
        self._nonce = 0
        self.taken = dict.fromkeys((True, False), b"")
        """The last query that was taken, by whether it was encrypted."""
        self._messages = [
            *(message_xml(name, inside, stamp) for name, inside in MESSAGES.items()),
            *(
                event_of(name, inside, stamp)
                for table in (EVENTS, RESULTS, CERTIFICATION, PRIVACY)
                for name, inside in table.items()
            ),
        ]

    def make(self) -> Sent:
        """The next one."""
        account = self._random.choice(("plain", "safe"))
        platform = self._platforms[account]
        how = self._random.choice((*STRANGE, *FORGED))
        clear = self._random.choice(self._messages).encode()
        query, body, is_authentic = self._make(how, platform, clear)
        return Sent(account, query, body, how, is_authentic)

    def _make(self, how: str, platform: Platform, clear: bytes) -> tuple[bytes, bytes, bool]:
        """Query, body, and whether it is authentic: what is strange in itself may be, under a right signature."""
        if how in STRANGE:
            return *self._sign(platform, self._distort(how, clear)), True
        signer, stamp = self._signer(how, platform)
        query, body = self._sign(signer, clear, stamp)
        match how:
            case "bytes":
                body = self._mutate(body)
            case "large":
                sizes = (70_000, 1_000_000, 10_000_000) if self._random.random() < RARE else (70_000,)
                body = body.ljust(self._random.choice(sizes), b" ")
            case "query":
                query = self._mutate(query)
            case "replayed":
                other = clear.replace(b"</xml>", b"<!--%d--></xml>" % self._nonce)
                return self.taken[bool(platform.aeskey)], self._sign(platform, other)[1], False
            case _:
                pass
        is_authentic = how not in ("large", "old") and is_signed(platform, query, body)
        return query, body, is_authentic and (how != "foreign" or not platform.aeskey)

    def _distort(self, how: str, clear: bytes) -> bytes:
        match how:
            case "truncated":
                return clear[: self._random.randrange(len(clear))]
            case "doubled":
                return clear * 2
            case "nested":
                levels = self._random.choice((3, 9, 200, 5000))
                return b"<xml>" + b"<a>" * levels + clear + b"</a>" * levels + b"</xml>"
            case "entities":
                return self._random.choice(ENTITIES)
            case "encoding":
                return clear.decode().encode(self._random.choice(ENCODINGS), errors="replace")
            case "deep JSON":
                return b'{"a":' * self._random.choice((5, 9, 9000)) + b"1"
            case _:
                return self._mutate(clear)

    def _signer(self, how: str, platform: Platform) -> tuple[Platform, int]:
        """Who signs, and when."""
        match how:
            case "signature":
                return Platform(platform.appid, "wrongTOKEN", platform.aeskey), self._stamp
            case "foreign":
                return Platform("wx9999999999999999", platform.token, platform.aeskey), self._stamp
            case "downgraded":
                return Platform(platform.appid, platform.token), self._stamp
            case "old":
                return platform, self._stamp - 10_000
            case _:
                return platform, self._stamp

    def _sign(self, platform: Platform, clear: bytes, stamp: int = 0) -> tuple[bytes, bytes]:
        """As the platform would send it, whatever it is."""
        self._nonce += 1
        at, nonce = stamp or self._stamp, str(10**9 + self._nonce)
        if not platform.aeskey:
            return platform.query(at, nonce).encode(), clear
        encrypted = platform.encrypt(clear)
        signature = platform.sign(str(at), nonce, encrypted)
        query = platform.query(at, nonce, encrypt_type="aes", msg_signature=signature)
        return query.encode(), f"<xml><ToUserName>gh</ToUserName><Encrypt>{encrypted}</Encrypt></xml>".encode()

    def _mutate(self, content: bytes) -> bytes:
        """A piece of it cut out, repeated, or exchanged for something else; never the same as before."""
        start = self._random.randrange(len(content))
        end = min(len(content), start + self._random.randrange(1, 40))
        piece = content[start:end]
        instead = self._random.choice((*INSTEAD, piece * 3, self._random.randbytes(len(piece))))
        changed = content[:start] + instead + content[end:]
        return changed if changed != content else content + b"x"


def encrypted_part(body: bytes) -> str:
    return body.partition(b"<Encrypt>")[2].partition(b"</Encrypt>")[0].decode("latin-1")


def is_signed(platform: Platform, query: bytes, body: bytes) -> bool:
    """Whether a query is one that the platform could have made for the body, now."""
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    given = dict(pairs)
    covered = [given.get("timestamp", ""), given.get("nonce", "")]
    is_right = given.get("signature") == platform.sign(*covered) and len(given) == len(pairs)
    if not platform.aeskey:
        return is_right
    return is_right and given.get("msg_signature") == platform.sign(*covered, encrypted_part(body))


def check(sent: Sent, status: int, answered: bytes) -> None:
    """What holds for every answer."""
    where = (sent.how, sent.account, status)
    assert status in FORBIDDEN | {200}, where
    if status != 200:
        assert answered == b"", where
    else:
        assert sent.is_authentic, where
        assert answered == b"success" or answered.startswith(MARK), where


# ---------------------------------------------------------------------------- the application itself


async def exchange(application: ASGIApp, sent: Sent) -> tuple[int, bytes]:
    scope = {
        "type": "http", "method": "POST", "path": f"/wechat/{sent.account}", "query_string": sent.query,
        "headers": [(b"content-length", b"%d" % len(sent.body))],
    }  # fmt: skip
    pieces: Iterator[MutableMapping[str, Any]] = iter([{"type": "http.request", "body": sent.body, "more_body": False}])
    told: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return next(pieces)

    async def send(event: MutableMapping[str, Any]) -> None:
        told.append(event)

    await application(scope, receive, send)
    return told[0]["status"], told[1]["body"]


def test_the_application_survives_thousands_without_a_failure_a_word_or_growth() -> None:
    world = World()
    world.rules = doorway.RULES
    application = create_door(world.door())
    forger = Forger(6, STAMP, GOLDEN_PLAIN, GOLDEN)
    seen: Counter[tuple[str, int]] = Counter()

    async def attack(number: int) -> None:
        for _ in range(number):
            sent = forger.make()
            status, answered = await exchange(application, sent)
            check(sent, status, answered)
            if status == 200:
                forger.taken[sent.account == "safe"] = sent.query
            seen[sent.how, status] += 1

    asyncio.run(attack(1000))
    world.deliveries.clear()
    gc.collect()
    before = resident()
    asyncio.run(attack(IN_PROCESS - 1000))
    assert {how for how, _ in seen} == {*STRANGE, *FORGED}
    # Behind the signatures, too: what is rightly signed and only strange is taken.
    assert sum(number for (_, status), number in seen.items() if status == 200) > IN_PROCESS / 20
    assert {("signature", 403), ("old", 403), ("large", 413), ("entities", 403), ("replayed", 403)} <= set(seen)
    assert not {("replayed", 200), ("signature", 200), ("old", 200), ("large", 200), ("entities", 200)} & set(seen)
    world.deliveries.clear()
    gc.collect()
    assert resident() - before < GROWTH_KILOBYTES


def resident(process: int | str = "self") -> int:
    """Kilobytes of memory that a process has."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * resource.getpagesize() // 1024


# ---------------------------------------------------------------------------- a door


def attempt(door: Serving, sent: Sent) -> tuple[int, bytes] | None:
    """The door's answer. None where it hangs up, which it may on what is too large, or where http.client itself does
    not send such a query. What is no HTTP at all (400) is refused by the server before the door.
    """
    may_fail = {"large": (ConnectionError,), "query": (ValueError, http.client.InvalidURL)}
    try:
        status, answered = door.post(f"/wechat/{sent.account}?{sent.query.decode('latin-1')}", sent.body)
    except may_fail.get(sent.how, ()):
        return None
    return (403, b"") if status == 400 and sent.how == "query" else (status, answered)


def test_a_door_survives_hundreds_and_goes_on_answering(tmp_path: Path) -> None:
    publisher = make_workspace(tmp_path)
    for account in ("safe", "plain"):
        publish(publisher, account, "春天")
    publisher.close()
    with serving(tmp_path) as door:
        (worker,) = door.workers()
        forger = Forger(7, now(), PLAIN, SAFE)
        sizes = []
        for place in range(THROUGH_HTTP):
            sent = forger.make()
            answer = attempt(door, sent)
            if answer is not None:
                check(sent, *answer)
                if answer[0] == 200:
                    forger.taken[sent.account == "safe"] = sent.query
            if place in (100, THROUGH_HTTP - 1):
                sizes.append(resident(worker))
        assert door.workers() == [worker]
        assert sizes[-1] - sizes[0] < GROWTH_KILOBYTES
        for account in ("safe", "plain"):
            xml = message_xml("text", MESSAGES["text"], now()).replace("22345678901234567", "99")
            assert "春天".encode() in door.ask(account, xml)
        door.end()
    assert not [line for line in door.log if "ERROR" in line or "Traceback" in line]
    assert "oReader" not in "".join(door.log)
    assert "最新" not in "".join(door.log)


@pytest.mark.parametrize("platform", [GOLDEN_PLAIN, GOLDEN], ids=["plain", "safe"])
def test_the_forger_can_sign_what_is_taken(platform: Platform) -> None:
    world = World()
    application = create_door(world.door())
    forger = Forger(1, STAMP, GOLDEN_PLAIN, GOLDEN)
    query, body = forger._sign(platform, message_xml("text", MESSAGES["text"], STAMP).encode())
    sent = Sent("safe" if platform.aeskey else "plain", query, body, "none", is_authentic=True)
    status, answered = asyncio.run(exchange(application, sent))
    assert (status, answered[:5]) == (200, MARK)
