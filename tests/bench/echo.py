"""A bare Starlette application that always answers the same: what the server can do at most.

python -m tests.bench.echo PROCESSES PORT
"""

from __future__ import annotations

import sys

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from publisher.web.supervision import Late, Watch, serve_many

BODY = b"<xml>" + b"x" * 690 + b"</xml>"


async def echo(_: Request) -> Response:
    return Response(BODY, media_type="text/xml")


def make(_: None) -> Starlette:
    """The application, for one process."""
    return Starlette(routes=[Route("/wechat/{name}", echo, methods=["POST"])])


if __name__ == "__main__":
    serve_many(Late.pack("tests.bench.echo:make", None), "127.0.0.1", int(sys.argv[2]), int(sys.argv[1]), Watch())
