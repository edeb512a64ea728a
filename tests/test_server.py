"""The small server that carries every ASGI application."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from publisher.web.server import start


def greet(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"hello from {threading.current_thread().name}")


def application() -> Starlette:
    return Starlette(routes=[Route("/", greet)])


def read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return str(answer.read().decode())


def test_a_started_server_answers_at_its_url() -> None:
    with start(application()) as server:
        assert server.url == f"http://127.0.0.1:{server.port}"
        assert read(server.url + "/").startswith("hello from ")


def test_two_servers_run_side_by_side() -> None:
    with start(application()) as one, start(application()) as other:
        assert one.port != other.port
        assert read(one.url)
        assert read(other.url)


def test_a_stopped_server_lets_its_port_go_and_may_be_stopped_again() -> None:
    server = start(application())
    server.stop()
    server.stop()
    with socket.create_server(("127.0.0.1", server.port)):
        pass


def test_a_taken_port_is_an_os_error() -> None:
    with start(application()) as server, pytest.raises(OSError, match="ddress"):
        start(application(), port=server.port)


def test_an_ipv6_address_stands_in_brackets() -> None:
    try:
        server = start(application(), host="::1")
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    with server:
        assert server.url.startswith("http://[::1]:")
        assert read(server.url)


def test_an_application_that_refuses_to_start_is_an_error_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    @contextlib.asynccontextmanager
    async def fail(app: Starlette) -> AsyncIterator[None]:
        if app.routes == []:
            raise RuntimeError("no database")
        yield

    with pytest.raises(RuntimeError, match="did not start"):
        start(Starlette(lifespan=fail))


def test_the_lifespan_of_the_application_is_run() -> None:
    seen: list[str] = []

    @contextlib.asynccontextmanager
    async def note(app: Starlette) -> AsyncIterator[None]:
        seen.append("up")
        yield
        seen.append("down")

    with start(Starlette(lifespan=note)):
        assert seen == ["up"]
    assert seen == ["up", "down"]


def test_a_blocking_server_tells_its_url_and_ends_cleanly_when_interrupted() -> None:
    program = "from publisher.sandbox import run; run('127.0.0.1', 0); print('ended')"
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().removeprefix("sandbox: ").strip()
        assert "公众号" in read(url)
        process.send_signal(signal.SIGINT)
        assert process.stdout.read() == "ended\n"
        assert process.wait(10) == 0
