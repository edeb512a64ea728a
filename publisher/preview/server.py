"""`publisher preview`: a private page on this machine that follows the file while it is being written."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path
from typing import Final

import anyio
from anyio import to_thread
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route

from publisher.errors import WrongMove
from publisher.preview.desk import Desk
from publisher.preview.page import SHADES, Setting, View, read_view, settle, write_desk, write_frame
from publisher.preview.proof import Proof, Shape
from publisher.preview.themes import choose
from publisher.web.server import serve

HOST: Final = "127.0.0.1"
TICK_SECONDS: Final = 0.5

_SAFE: Final = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
_DESK_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# An article comes from outside: no script runs in it and it loads nothing but the file's own pictures. It keeps its
# origin, so that the desk, whose script is ours, can put the page back to where the reader was.
_FRAME_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-same-origin"
)
_KINDS: Final = {"desk.js": "text/javascript", "desk.css": "text/css"}

Tick = Callable[[], Awaitable[None]]


async def half_a_second() -> None:
    """The pause between two looks at the files."""
    await anyio.sleep(TICK_SECONDS)


class Bell:
    """Counts the changes, and wakes who waits for the next."""

    def __init__(self) -> None:
        self.revision = 0
        self._event = anyio.Event()

    def ring(self) -> None:
        """One more change."""
        self.revision += 1
        rung, self._event = self._event, anyio.Event()
        rung.set()

    async def revisions(self) -> AsyncIterator[int]:
        """The number of changes, now and after each."""
        while True:
            event = self._event
            yield self.revision
            await event.wait()


def create_preview(desk: Desk, preferred: View, tick: Tick = half_a_second) -> Starlette:
    """The application that shows a desk and follows its file while it runs; `preferred` is the command's choice."""

    @asynccontextmanager
    async def follow(app: Starlette) -> AsyncIterator[None]:
        app.state.bell = Bell()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_follow, desk, app.state.bell, tick)
            yield
            tasks.cancel_scope.cancel()

    app = Starlette(
        routes=_ROUTES,
        lifespan=follow,
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"], www_redirect=False)],
    )
    app.state.desk, app.state.preferred = desk, preferred
    return app


def preview(home: Path, file: Path, preferred: View, port: int, ready: Callable[[str], None]) -> None:
    """Show the file until interrupted; `ready` gets the address. WrongMove for an unknown theme or a taken port."""
    desk = Desk(home, file)
    if preferred.theme:
        choose(desk.themes(), preferred.theme)
    try:
        serve(create_preview(desk, preferred), HOST, port, ready)
    except OSError as error:
        note = f"端口 {port} 用不了（{error.strerror}）。请用 --port 换一个端口，--port 0 任选一个空闲的。"
        raise WrongMove(f"port {port}: {error}", note) from None


async def _follow(desk: Desk, bell: Bell, tick: Tick) -> None:
    """Look, read what has changed, and ring, again and again."""
    seen = None
    while True:
        look = await to_thread.run_sync(desk.look, abandon_on_cancel=True)
        if seen is None or look.files != seen.files:
            desk.reading = True
            bell.ring()
            await to_thread.run_sync(desk.read, abandon_on_cancel=True)
            bell.ring()
        elif look.themes != seen.themes:
            desk.forget()
            bell.ring()
        seen = look
        await tick()


# ---------------------------------------------------------------------------- what is asked


def show_desk(request: Request) -> Response:
    """GET /: the desk."""
    state = request.app.state
    html = write_desk(state.desk, _setting(request), state.bell.revision)
    return HTMLResponse(html, headers={**_SAFE, "Content-Security-Policy": _DESK_POLICY})


def show_frame(request: Request) -> Response:
    """GET /frame: the article inside a phone."""
    sheet, shade = _setting(request).sheet, request.query_params.get("shade", "")
    if sheet is None or shade not in SHADES:
        return _missing()
    return HTMLResponse(write_frame(sheet, shade), headers={**_SAFE, "Content-Security-Policy": _FRAME_POLICY})


def show_picture(request: Request) -> Response:
    """GET /picture/FINGERPRINT: a picture of the file."""
    asset = request.app.state.desk.picture(request.path_params["fingerprint"])
    return Response(asset.data, media_type=asset.media_type, headers=_SAFE) if asset else _missing()


def show_cover(request: Request) -> Response:
    """GET /cover: what stands for the issue in lists, wide or square."""
    shape: Shape = "square" if request.query_params.get("shape") == "square" else "wide"
    proof = _setting(request).proof
    cover = request.app.state.desk.cover(proof, shape) if isinstance(proof, Proof) else b""
    return Response(cover, media_type="image/jpeg", headers=_SAFE) if cover else _missing()


def show_own(request: Request) -> Response:
    """GET /own/NAME: the desk's own style and script."""
    name = request.path_params["name"]
    if name not in _KINDS:
        return _missing()
    text = (files("publisher.preview") / "templates" / name).read_text(encoding="utf-8")
    return Response(text, media_type=_KINDS[name], headers=_SAFE)


def show_no_icon(_request: Request) -> Response:
    """GET /favicon.ico: browsers ask for it unasked."""
    return Response(status_code=204, headers=_SAFE)


async def tell_changes(request: Request) -> Response:
    """GET /changes: the revision, now and whenever it changes, as server-sent events."""

    async def events() -> AsyncIterator[str]:
        async for revision in request.app.state.bell.revisions():
            yield f"data: {revision}\n\n"

    return StreamingResponse(events(), media_type="text/event-stream", headers=_SAFE)


_ROUTES: Final = [
    Route("/", show_desk),
    Route("/frame", show_frame),
    Route("/picture/{fingerprint}", show_picture),
    Route("/cover", show_cover),
    Route("/own/{name}", show_own),
    Route("/favicon.ico", show_no_icon),
    Route("/changes", tell_changes),
]


def _setting(request: Request) -> Setting:
    state = request.app.state
    return settle(state.desk, read_view(request.query_params), state.preferred)


def _missing() -> Response:
    return Response("没有这一页。", 404, media_type="text/plain", headers=_SAFE)
