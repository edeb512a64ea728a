"""The servers that the bench of the callback door compares, each as processes of its own on loopback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Final

from publisher.app import open_publisher
from publisher.config import write_defaults
from tests.bench.library import Past, fill, write_past
from tests.bench.meter import family, workers
from tests.cipher import Platform

PROCESSES: Final = 2
ACCOUNTS: Final = {
    "plain": Platform("wx00000000000bench", "benchTOKEN"),
    "encrypted": Platform("wx00000000000bench", "benchTOKEN", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP0"),
}
"""The account in each mode; the same keys, so that one server serves both."""
_PEERS: Final = Path(__file__).parents[2] / ".venv-peers" / "bin"
_PATIENCE: Final = 30.0


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers: its port and its first process."""

    port: int
    root: int

    @property
    def processes(self) -> list[int]:
        return family(self.root)

    @property
    def workers(self) -> list[int]:
        return workers(self.root)


@contextmanager
def echo() -> Iterator[Running]:
    """The constant answer, on the server that our door uses."""
    command = [sys.executable, "-m", "tests.bench.echo", str(PROCESSES)]
    with _running(command, os.environ, os.devnull) as running:
        yield running


@contextmanager
def door(home: Path, past: Sequence[Past]) -> Iterator[Running]:
    """Our door over a new workspace in which the past issues of both accounts are published; its log is a file."""
    secrets = open_workspace(home, past)
    command = [sys.executable, "-m", "publisher", "--home", str(home), "serve", "--processes", str(PROCESSES), "--port"]
    with _running(command, {**os.environ, **secrets}, home / "door.log") as running:
        yield running


@contextmanager
def flask(folder: Path, past: Sequence[Past], *options: str) -> Iterator[Running]:
    """Flask with wechatpy under gunicorn with further `options`, over the same past issues."""
    folder.mkdir()
    write_past(folder / "past.json", past)
    given = ACCOUNTS["encrypted"]
    keys = {"BENCH_APPID": given.appid, "BENCH_TOKEN": given.token, "BENCH_AESKEY": given.aeskey}
    environment = {**os.environ, **keys, "BENCH_PAST": str(folder / "past.json")}
    here = str(Path(__file__).parent)
    command = [str(_PEERS / "gunicorn"), "--chdir", here, "flask_peer:app", *options, "--workers", str(PROCESSES), "-b"]
    with _running(command, environment, folder / "flask.log") as running:
        yield running


def open_workspace(home: Path, past: Sequence[Past]) -> dict[str, str]:
    """The environment with the secrets of a new workspace with both accounts and their past issues."""
    home.mkdir(parents=True)
    write_defaults(home)
    tables = [f'[accounts.{name}]\nappid = "{platform.appid}"\n' for name, platform in ACCOUNTS.items()]
    (home / "config" / "accounts.toml").write_text("\n".join(tables), encoding="utf-8")
    secrets: dict[str, str] = {}
    for name, platform in ACCOUNTS.items():
        given = {"APPSECRET": "s3cr3t-0123456789abcdef", "TOKEN": platform.token, "AESKEY": platform.aeskey}
        secrets |= {f"PUBLISHER_{name.upper()}_{kind}": value for kind, value in given.items() if value}
    publisher = open_publisher(home, secrets)
    for name in ACCOUNTS:
        fill(publisher.settings.database, name, past)
    publisher.close()
    return secrets


@contextmanager
def _running(command: Sequence[str], environment: Mapping[str, str], log: Path | str) -> Iterator[Running]:
    """The server that a command with a free port behind it starts, once it answers."""
    port = _free_port()
    full = [*command, f"127.0.0.1:{port}" if command[-1] == "-b" else str(port)]
    with Path(log).open("ab") as file, subprocess.Popen(full, env=environment, stdout=file, stderr=file) as process:
        try:
            _wait(process, port, Path(log))
            yield Running(port, process.pid)
        finally:
            process.terminate()


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Nothing, once the server answers anything; RuntimeError with the end of its log where it does not."""
    latest = time.monotonic() + _PATIENCE
    while time.monotonic() < latest and process.poll() is None:
        with suppress(OSError, HTTPException):
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/")
            connection.getresponse().read()
            return
        time.sleep(0.05)
    said = "" if str(log) == os.devnull else log.read_text(encoding="utf-8", errors="replace")[-2000:]
    raise RuntimeError(f"a server did not start: {' '.join(process.args)}\n{said}")  # type: ignore[arg-type]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
