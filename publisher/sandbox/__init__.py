"""A stand-in for the WeChat platform, for the demo and the tests: the interface, the pushed events, a subscriber,
and pages that show articles as a phone does. It shares no code with the client that it is there to try.

Everything is in memory and guarded by one lock; `app.state.platform` is the whole of it. Nothing needs setting
up: an appid exists from its first call on, and the first secret seen is its secret. The rest is turned under
/sandbox (see `control`), trouble as well: one fault on order (`faults`), or a share of all calls by chance (`storm`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from publisher.web.server import serve

from . import api, checker, control, pages
from .accounts import Unset
from .events import Postman
from .faults import WIRE
from .state import Platform, SandboxSettings
from .subscriber import ReceivedReply, ReplyArticle, deliver, scan, send, send_message, write

__all__ = [
    "Platform",
    "ReceivedReply",
    "ReplyArticle",
    "Sandbox",
    "SandboxSettings",
    "create_sandbox",
    "deliver",
    "run",
    "scan",
    "send",
    "send_message",
    "write",
]


class Sandbox(Starlette):
    """The application; it hands the server's own `send` down, for faults that break the connection itself."""

    tells_time = True
    """Its answers bear the date of its own clock, so the server must not add the machine's."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        scope[WIRE] = send
        await super().__call__(scope, receive, send)


def create_sandbox(settings: SandboxSettings | None = None) -> Starlette:
    """A fresh stand-in platform; results are pushed while it runs under a server (or another ASGI lifespan)."""
    platform = Platform(settings or SandboxSettings())

    @asynccontextmanager
    async def carry_events(_app: Starlette) -> AsyncIterator[None]:
        postman = Postman(platform)
        postman.begin()
        yield
        postman.end()

    interface = Route("/cgi-bin/{path:path}", api.answer_call, methods=["GET", "POST"])
    verification = Route(checker.PATH, api.answer_call, methods=["POST"])
    app = Sandbox(
        routes=[interface, verification, *control.ROUTES, *pages.ROUTES],
        lifespan=carry_events,
        exception_handlers={Unset: control.explain, ClientDisconnect: api.end_quietly},
    )
    app.state.platform = platform
    return app


def run(host: str, port: int) -> None:
    """Serve a stand-in platform until interrupted; prints its URL once it answers."""
    serve(create_sandbox(), host, port, lambda url: print(f"sandbox: {url}", flush=True))  # noqa: T201 -- its output
