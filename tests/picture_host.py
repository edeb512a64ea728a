"""A server of pictures that answers as the test says."""

from __future__ import annotations

import io
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from PIL import Image

from publisher.importers.supplies import Supply
from publisher.remote import PUBLIC, USUAL, Guard, Limits, fetch_pictures

NAME = "pictures.example"
SHORT = Limits(seconds=0.4)


def png(width: int = 8) -> bytes:
    memory = io.BytesIO()
    Image.new("RGB", (width, 4), "green").save(memory, "PNG")
    return memory.getvalue()


def answer(body: bytes, status: str = "200 OK", **headers: str) -> bytes:
    given = {"Content-Type": "image/png", "Content-Length": str(len(body))}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in given.items() if value)
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body


def redirect(location: str) -> bytes:
    return answer(b"", "302 Found", Location=location)


Wire = Callable[[socket.socket], None]


@dataclass
class Server:
    """A web server on loopback that says by path what it is told to; `heard` are the requests."""

    pages: Mapping[str, bytes | Wire]
    tls: ssl.SSLContext | None = None
    heard: list[str] = field(default_factory=list)
    port: int = 0

    def answer(self, connected: socket.socket) -> None:
        with connected:
            try:
                wire = self.tls.wrap_socket(connected, server_side=True) if self.tls else connected
                with wire:
                    self._say(wire)
            except OSError:  # the client left: that is what some tests are about
                return

    def _say(self, wire: socket.socket) -> None:
        wire.settimeout(5)
        request = wire.recv(65536).decode("latin-1")
        self.heard.append(request)
        page = self.pages.get(request.split(" ")[1] if request else "", answer(b"gone", "404 Not Found"))
        if callable(page):
            page(wire)
        else:
            wire.sendall(page)


@contextmanager
def serving(
    pages: Mapping[str, bytes | Wire], tls: ssl.SSLContext | None = None, host: str = "127.0.0.1", port: int = 0
) -> Iterator[Server]:
    with socket.create_server((host, port)) as listening:
        server = Server(pages, tls, port=listening.getsockname()[1])
        threads = []

        def run() -> None:
            while True:
                connected, _ = listening.accept()
                if not server.port:
                    connected.close()
                    return
                threads.append(threading.Thread(target=server.answer, args=[connected]))
                threads[-1].start()

        runner = threading.Thread(target=run)
        runner.start()
        try:
            yield server
        finally:
            port, server.port = server.port, 0
            socket.create_connection((host, port)).close()
            for thread in (runner, *threads):
                thread.join()


def guard(server: Server, *answers: Sequence[str]) -> Guard:
    """A guard that lets us talk to 127.0.0.1 alone; names have these answers, one after the other."""
    left = list(answers) or [["127.0.0.1"]]

    def resolve(_host: str, _port: int) -> Sequence[str]:
        return left.pop(0) if len(left) > 1 else left[0]

    return Guard(lambda ip: str(ip) == "127.0.0.1", resolve, frozenset({server.port}))


def fetch(server: Server, path: str, limits: Limits = USUAL) -> Supply:
    address = f"http://{NAME}:{server.port}{path}"
    return fetch_pictures([address], guard(server), limits)[address]


def refusal(address: str, given: Guard = PUBLIC, limits: Limits = USUAL) -> str:
    fetched = fetch_pictures([address], given, limits)[address]
    assert fetched.data == b""
    return fetched.refusal
