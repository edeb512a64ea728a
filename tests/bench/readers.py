"""What readers send in the bench: authentic messages, no two alike, as the bytes of HTTP requests.

A file of them holds one record after the other: five digits that count the bytes, and the request.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Final

from tests.bench.library import ISSUES
from tests.cipher import Platform, text_xml

DIGITS: Final = 5
WORDS: Final = ("最新", "第18期", "最新一期", "总第407期", "最新", "第二百三十六期", "newest", "１２期")
"""What they ask: each is answered with one issue, as a card."""
_FIRST: Final = 24_000_000_000_000_000


@dataclass(frozen=True, slots=True)
class Readers:
    """The readers of one account: `platform` signs, and encrypts where it has a key, what they send to `path`."""

    platform: Platform
    path: str
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def write(self, target: Path, count: int) -> Path:
        """`target`, holding so many requests; none of them was in an earlier file."""
        with target.open("wb") as file:
            for _ in range(count):
                request = self.request()
                file.write(b"%0*d%b" % (DIGITS, len(request), request))
        return target

    def request(self) -> bytes:
        """The next reader's message, signed now."""
        query, body = self.message()
        head = (
            f"POST {self.path}?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Mozilla/4.0\r\nAccept: */*\r\n"
            f"Content-Type: text/xml\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def message(self, word: str = "") -> tuple[str, bytes]:
        """Query and body of the next reader's message; `word` is what it says, "" for what comes next."""
        number = next(self.numbers)
        now = int(time.time())
        xml = text_xml(word or WORDS[number % len(WORDS)], now, str(_FIRST + number), f"oBench{number:022}")
        return self.platform.post(xml, now, str(1_000_000_000 + number))

    def ask(self, port: int, word: str, token: str = "") -> tuple[int, bytes]:
        """Status and body of a server's answer to `word`; signed with another `token`, if there is one."""
        signer = self.platform if not token else Platform(self.platform.appid, token, self.platform.aeskey)
        query, body = Readers(signer, self.path, self.numbers).message(word)
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("POST", f"{self.path}?{query}", body, {"Content-Type": "text/xml"})
        answer = connection.getresponse()
        found = answer.status, answer.read()
        connection.close()
        return found


def expected_number(word: str) -> int:
    """The number of the issue that a word of `WORDS` asks for."""
    given = {"第18期": 18, "总第407期": 407, "第二百三十六期": 236, "１２期": 12}
    return given.get(word, ISSUES)
