"""Any ASGI application behind a listening socket: in a thread of this process, or as the process itself."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Final, Self

import uvicorn

Application = Callable[..., Any]
"""An ASGI application; uvicorn and starlette spell its type differently, so it is left open here."""

START_SECONDS = 20.0
GRACE_SECONDS = 2
KEEP_SECONDS = 75
"""An idle connection is kept longer than a reverse proxy keeps it (nginx: 60): only the proxy may close it, or a
request could meet the closing.
"""
OPTIONS: Final[Mapping[str, Any]] = {
    "loop": "uvloop",
    "http": "httptools",
    "ws": "none",
    "interface": "asgi3",
    "access_log": False,  # it would hold tokens and openids
    "log_config": None,
    "log_level": "warning",
    "proxy_headers": False,  # nobody asks who called
    "server_header": False,
    "timeout_keep_alive": KEEP_SECONDS,
    "timeout_graceful_shutdown": GRACE_SECONDS,
}
"""How uvicorn runs everywhere here."""


class Server:
    """A running server. `url` is its root without a final slash; leaving the `with` stops it."""

    def __init__(self, app: Application, host: str, port: int) -> None:
        self._socket = listen(host, port)
        self.host = host
        self.port: int = self._socket.getsockname()[1]
        self._ready = threading.Event()
        self._uvicorn = _Uvicorn(_configure(app), self._ready.set)
        self._thread = threading.Thread(target=self._run, name=f"server-{self.port}", daemon=True)

    @property
    def url(self) -> str:
        """The root URL, for instance `http://127.0.0.1:8080`."""
        return name_url(self.host, self.port)

    def stop(self) -> None:
        """End open requests within two seconds, close the socket and wait for the thread. May be repeated."""
        self._uvicorn.should_exit = True
        self._thread.join()
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _begin(self) -> None:
        self._thread.start()
        self._ready.wait(START_SECONDS)
        if not self._uvicorn.started:
            self.stop()
            raise RuntimeError("the application did not start; its own log says why")

    def _run(self) -> None:
        try:
            # uvicorn ends a failed start by SystemExit, which is for processes, not for threads
            with contextlib.suppress(SystemExit):
                self._uvicorn.run(sockets=[self._socket])
        finally:
            self._ready.set()


def start(app: Application, host: str = "127.0.0.1", port: int = 0) -> Server:
    """A server that accepts connections already; port 0 takes a free one.

    Raises OSError where the port is taken and RuntimeError where the application refuses to start.
    """
    server = Server(app, host, port)
    server._begin()  # noqa: SLF001 -- the same module: a Server is only ever made here
    return server


def serve(app: Application, host: str, port: int, ready: Callable[[str], None] = lambda _: None) -> None:
    """Serve until SIGINT or SIGTERM, then finish open requests; `ready` gets the URL once connections are accepted."""
    with listen(host, port) as listening:
        url = name_url(host, listening.getsockname()[1])
        server = _Uvicorn(_configure(app), lambda: ready(url))
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listening])


class _Uvicorn(uvicorn.Server):
    """uvicorn that tells when it has started; installs signal handlers only in the main thread, by itself."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._tell()


def _configure(app: Application) -> uvicorn.Config:
    return uvicorn.Config(app, date_header=not getattr(app, "tells_time", False), **OPTIONS)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; OSError: the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, port), family=family)
    return _prompt(listening)


def listen_together(host: str, port: int, number: int) -> list[socket.socket]:
    """Sockets that listen at one address, among which the kernel spreads new connections; OSError: the port is taken.

    On one socket the process that wakes first takes all connections that wait, and the others stand idle.
    """
    # One that shares with nobody finds out whether the port is taken, and which one a port of 0 is.
    with listen(host, port) as alone:
        family, port = alone.family, alone.getsockname()[1]
    return [_prompt(socket.create_server((host, port), family=family, reuse_port=True)) for _ in range(number)]


def _prompt(listening: socket.socket) -> socket.socket:
    # What is accepted inherits it. Without, the body of an answer waits 40 ms for the receipt of its head.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def name_url(host: str, port: int) -> str:
    """The root URL of what listens there, for somebody on this machine."""
    name = "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104 -- only how to name it, not where to listen
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"
