"""A scripted HTTP server on loopback: it says what a test tells it to, breaks off where told, and records requests."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

TOKEN = "/cgi-bin/stable_token"

Reaction = Callable[["_Handler"], None]
"""What the server does once it has read a request."""


@dataclass(frozen=True)
class Request:
    """One request as it arrived."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    port: int
    """The client's: one connection, one port."""

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Wire:
    """The server's script and its record. The last reaction of a path goes on for ever."""

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    scripts: dict[str, deque[Reaction]] = field(default_factory=lambda: defaultdict(deque))
    over: threading.Event = field(default_factory=threading.Event)
    read_after: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def on(self, path: str, *reactions: Reaction | Mapping[str, Any]) -> None:
        """What the next calls of a path meet; a mapping is a JSON answer."""
        script = self.scripts[f"/cgi-bin/{path}"]
        script.clear()
        script.extend(each if callable(each) else says(each) for each in reactions)

    def calls(self, path: str) -> list[Request]:
        """The requests for a path."""
        return [request for request in self.requests if request.path == f"/cgi-bin/{path}"]

    def next_reaction(self, request: Request) -> Reaction:
        with self.lock:
            self.requests.append(request)
            script = self.scripts.get(request.path)
            if not script:
                return says({"errcode": 76021, "errmsg": "cgi_path not found"})
            return script.popleft() if len(script) > 1 else script[0]


def says(answer: Mapping[str, Any]) -> Reaction:
    """A JSON answer."""
    return says_bytes(json.dumps(answer, ensure_ascii=False).encode())


def says_bytes(body: bytes, status: int = 200, **headers: str) -> Reaction:
    """Any answer; a header's `_` stands for `-`."""

    def react(handler: _Handler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return react


def hangs(handler: _Handler) -> None:
    """Silence for as long as the test lasts."""
    handler.wire.over.wait(30)
    handler.close_connection = True


def resets(handler: _Handler) -> None:
    """The connection is torn down without an answer."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.rfile.close()
    handler.connection.close()
    handler.close_connection = True


def truncates(handler: _Handler) -> None:
    """Half of an answer, then the end of the connection."""
    handler.send_response(200)
    handler.send_header("Content-Length", "100")
    handler.end_headers()
    handler.wfile.write(b'{"media_id":"M')
    handler.close_connection = True


def trickles(handler: _Handler) -> None:
    """An answer that never ends, a byte at a time."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000000")
    handler.end_headers()
    while not handler.wire.over.wait(0.02):
        try:
            handler.wfile.write(b" ")
        except OSError:
            break
    handler.close_connection = True


@contextmanager
def running_wire() -> Iterator[Wire]:
    """A server that hands out one good token."""
    wire = Wire()
    wire.on("stable_token", {"access_token": "tok-en_A", "expires_in": 7200})
    kind = type("Handler", (_Handler,), {"wire": wire})
    with _Server(("127.0.0.1", 0), kind) as server:
        wire.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield wire
        finally:
            wire.over.set()
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, *_: Any) -> None:
        """A client that has given up is no news."""


class _Handler(BaseHTTPRequestHandler):
    wire: Wire
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self.react()

    def do_POST(self) -> None:
        self.react()

    def react(self) -> None:
        if self.wire.read_after:
            self.wire.over.wait(self.wire.read_after)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, parts.path, dict(parse_qsl(parts.query)), headers, body, self.client_address[1])
        self.wire.next_reaction(request)(self)

    def log_message(self, *_: Any) -> None:
        """Quiet."""
