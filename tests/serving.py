"""Callback doors as processes: `publisher serve` over one workspace, spoken to as the platform does."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import ClassVar

from publisher.app import Publisher, open_publisher
from publisher.config import write_defaults
from publisher.issue import Move, Status
from tests.cipher import Platform

SAFE = Platform("wx0123456789abcdef", "callbackTOKEN1", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP0")
PLAIN = Platform("wx0123456789abcde0", "callbackTOKEN2")
ACCOUNTS = {"safe": SAFE, "plain": PLAIN}
_SECRETS = {
    "PUBLISHER_SAFE_TOKEN": SAFE.token,
    "PUBLISHER_SAFE_AESKEY": SAFE.aeskey,
    "PUBLISHER_PLAIN_TOKEN": PLAIN.token,
}


@dataclass
class Serving:
    """One `publisher serve`."""

    process: subprocess.Popen[str]
    port: int
    log: list[str]
    reading: threading.Thread
    nonces: ClassVar[Iterator[int]] = count(10**9)
    """The platform gives none twice, whichever door it calls."""

    def send(self, account: str, xml: str, stamp: int | None = None) -> tuple[int, bytes]:
        """One delivery, now, under a nonce of its own."""
        query, body = ACCOUNTS[account].post(xml, stamp or now(), str(next(self.nonces)))
        return self.post(f"/wechat/{account}?{query}", body)

    def post(self, target: str, body: bytes) -> tuple[int, bytes]:
        """Anything."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("POST", target, body)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def ask(self, account: str, xml: str) -> bytes:
        """The answer as the platform reads it."""
        status, body = self.send(account, xml)
        assert status == 200, status
        if account == "plain" or body == b"success":
            return body
        found = re.search(rb"<Encrypt><!\[CDATA\[(.*?)\]\]>", body)
        assert found is not None
        return SAFE.decrypt(found[1].decode())[1]

    def workers(self) -> list[int]:
        """The processes that answer."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]

    def end(self) -> None:
        """As systemd does it."""
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(30) == 0
        self.reading.join(30)


def now() -> int:
    """The time, in seconds, as the doors have it."""
    return int(time.time())


def make_workspace(home: Path) -> Publisher:
    """A workspace of two accounts, one for each mode, and what is beside the doors."""
    write_defaults(home)
    tables = (f'[accounts.{name}]\nappid = "{platform.appid}"\n' for name, platform in ACCOUNTS.items())
    (home / "config" / "accounts.toml").write_text("\n".join(tables), encoding="utf-8")
    return open_publisher(home, _SECRETS)


def publish(publisher: Publisher, account: str, title: str) -> None:
    """An issue that is out, as an editor would have told it."""
    at = publisher.clock()
    issue = publisher.store.receive(account, title, title.encode().hex().ljust(64, "0")[:64], {}, at)
    for status in (Status.IMPORTED, Status.SCHEDULED, Status.DRAFTED):
        issue = publisher.store.move(issue, Move(status, "", None, {"title": title}), at)
    publisher.record_publication(issue.id, "https://mp.weixin.qq.com/s/1")


@contextmanager
def serving(home: Path, processes: int = 1) -> Iterator[Serving]:
    """A door that is ready."""
    command = [sys.executable, "-m", "publisher.cli", "--home", str(home), "serve", "--port", "0"]
    with subprocess.Popen(
        [*command, "--processes", str(processes)], env={**os.environ, **_SECRETS}, stderr=subprocess.PIPE, text=True
    ) as process:
        reading: threading.Thread | None = None
        try:
            assert process.stderr is not None
            ready = next(line for line in process.stderr if "callback door ready" in line)
            log: list[str] = []
            # Read on, or the door would stand still once the pipe is full.
            reading = threading.Thread(target=log.extend, args=(process.stderr,))
            reading.start()
            yield Serving(process, int(ready.rpartition(":")[2]), log, reading)
        finally:
            process.kill()
            if reading is not None:
                reading.join()
