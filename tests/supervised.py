"""An application for several processes: it says which one answers, hangs and fails on demand."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from publisher.web.supervision import Late, Watch, serve_many

PATIENCE = 2


async def tell(request: Request) -> PlainTextResponse:
    time.sleep(0.01)  # noqa: ASYNC251 - busy, so that another process takes the next connection
    return PlainTextResponse(str(os.getpid()))


async def hang(request: Request) -> PlainTextResponse:
    time.sleep(600)  # noqa: ASYNC251 - the loop is to stand still
    return PlainTextResponse("never")


async def linger(request: Request) -> PlainTextResponse:
    print(f"lingering {os.getpid()}", flush=True)
    await asyncio.sleep(0.5)
    return PlainTextResponse("to the end")


def create(place: Path) -> Starlette:
    return Starlette(routes=[Route("/", tell), Route("/hang", hang), Route("/linger", linger)])


def refuse(place: Path) -> Starlette:
    @contextlib.asynccontextmanager
    async def fail(app: Starlette) -> AsyncIterator[None]:
        if app.routes == []:
            raise RuntimeError("no database")
        yield

    return Starlette(lifespan=fail)


def states() -> str:
    """What the kernel says of the processes: T is stopped."""
    stats = [Path(f"/proc/{child.pid}/stat").read_text().split() for child in multiprocessing.active_children()]
    return " ".join(f"{stat[0]}={stat[2]}" for stat in stats)


if __name__ == "__main__":
    watch = Watch(
        ready=lambda url: print(f"ready {url}", flush=True),
        well=lambda: print(f"well {states()}", flush=True),
        patience=PATIENCE,
    )
    serve_many(Late.pack(f"tests.supervised:{sys.argv[1]}", Path()), "127.0.0.1", 0, 2, watch)
    print("ended", flush=True)
