"""Trouble on order: answers that get lost, connections that break, pages where JSON should be.

performed   what the client sees
errcode         no      that errcode
reset-before    no      the connection breaks without an answer
hang-before     no      silence for `seconds`, then the connection breaks
html            no      HTTP 200 with a page of HTML
lost-answer     yes     the connection breaks without an answer
bad-gateway     yes     HTTP 502 with a page of HTML
truncated       yes     half of the JSON, then the connection breaks
hang            yes     silence for `seconds`, then the connection breaks
system-error    yes     errcode -1
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

BEFORE = frozenset({"errcode", "reset-before", "hang-before", "html"})
AFTER = frozenset({"lost-answer", "bad-gateway", "truncated", "hang", "system-error"})
WIRE = "publisher.sandbox.wire"
"""The key in the ASGI scope under which the server's own `send` is kept, below all middleware."""

_PAGE = "<!DOCTYPE html><html><head><title>{0}</title></head><body><center><h1>{0}</h1></center></body></html>"


@dataclass(slots=True)
class Fault:
    """One rule: after `after` calls of `path` (a final * matches any ending) have passed, the next `times` fail."""

    path: str
    kind: str
    errcode: int = -1
    times: int = 1
    after: int = 0
    seconds: float = 60.0

    def concerns(self, path: str) -> bool:
        """Whether the rule is still in force for this path."""
        matches = path.startswith(self.path[:-1]) if self.path.endswith("*") else path == self.path
        return matches and self.times > 0


def take_fault(faults: list[Fault], path: str) -> Fault | None:
    """The fault that meets this call, counted down; None if it goes well."""
    for fault in faults:
        if not fault.concerns(path):
            continue
        if fault.after > 0:
            fault.after -= 1
            continue
        fault.times -= 1
        return fault
    return None


def answer_before(fault: Fault) -> Response:
    """What a client gets instead of the call being performed (errcodes are the caller's business)."""
    match fault.kind:
        case "html":
            return HTMLResponse(_PAGE.format("系统维护中"))
        case "hang-before":
            return BrokenConnection(fault.seconds)
        case _:
            return BrokenConnection()


def answer_after(fault: Fault, answer: Response) -> Response:
    """What a client gets although the call was performed and `answer` was meant for it."""
    match fault.kind:
        case "bad-gateway":
            return HTMLResponse(_PAGE.format("502 Bad Gateway"), status_code=502)
        case "truncated":
            return BrokenConnection(answer=answer)
        case "hang":
            return BrokenConnection(fault.seconds)
        case "system-error":
            return JSONResponse({"errcode": -1, "errmsg": "system error"})
        case _:
            return BrokenConnection()


class BrokenConnection(Response):
    """No answer, or half of `answer`: the TCP connection is cut after `seconds` of silence."""

    def __init__(self, seconds: float = 0.0, answer: Response | None = None) -> None:
        super().__init__()
        self._seconds = seconds
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Play the broken server on this connection."""
        if self._seconds:
            await _wait_for_goodbye(receive, self._seconds)
        if self._answer is not None:
            await _send_half(self._answer, send)
        _cut(scope)
        await _wait_for_goodbye(receive, 5.0)


async def _send_half(answer: Response, send: Send) -> None:
    body = bytes(answer.body)
    await send({"type": "http.response.start", "status": 200, "headers": answer.raw_headers})
    await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})


def _cut(scope: Scope) -> None:
    """Close the socket under the answer. ASGI has no word for it, so it is uvicorn's transport that is closed."""
    cycle = getattr(scope[WIRE], "__self__", None)
    transport = getattr(cycle, "transport", None)
    if transport is None:
        raise ConnectionResetError("the connection was to break here, but this server has none")
    transport.close()  # what was written still goes out, unlike with abort()


async def _wait_for_goodbye(receive: Receive, seconds: float) -> None:
    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    try:
        await asyncio.wait_for(gone(), seconds)
    except TimeoutError:
        return
