"""A running stand-in platform, and the words in which tests speak to it over HTTP."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

from PIL import Image

from publisher.sandbox import Platform, SandboxSettings, create_sandbox
from publisher.web.server import Server, start

APPID, SECRET = "wx0123456789abcdef", "s3cret"
NOON = datetime(2026, 8, 7, 4, 0, tzinfo=UTC)
"""Noon in Beijing, where the platform is."""


@dataclass
class World:
    """A running sandbox whose clock stands still until the test turns it."""

    server: Server
    platform: Platform
    token: str = ""

    def begin_again(self) -> Self:
        self.platform.reset()
        self.token = self.fetch_token()
        return self

    def ask(self, method: str, target: str, body: bytes = b"", content_type: str = "application/json") -> bytes:
        connection = HTTPConnection("127.0.0.1", self.server.port, timeout=10)
        try:
            connection.request(method, target, body or None, {"Content-Type": content_type})
            return connection.getresponse().read()
        finally:
            connection.close()

    def post(self, path: str, given: object, /, **query: str) -> dict[str, Any]:
        body = json.dumps(given, ensure_ascii=False).encode()
        answer = self.ask("POST", f"{path}?{urlencode({'access_token': self.token, **query})}", body)
        return dict(json.loads(answer))

    def encode(self, articles: list[dict[str, object]]) -> bytes:
        return json.dumps({"articles": articles}, ensure_ascii=False).encode()

    def page(self, url: str) -> str:
        parts = urlsplit(url)
        return self.ask("GET", f"{parts.path}?{parts.query}").decode()

    def get(self, path: str, /, **query: str) -> dict[str, Any]:
        return dict(json.loads(self.ask("GET", f"{path}?{urlencode({'access_token': self.token, **query})}")))

    def upload(self, path: str, data: bytes, name: str = "a.jpg", field: str = "media", **query: str) -> dict[str, Any]:
        filename = f'; filename="{name}"' if name else ""
        head = f'--B\r\nContent-Disposition: form-data; name="{field}"{filename}\r\n\r\n'.encode()
        target = f"{path}?{urlencode({'access_token': self.token, **query})}"
        body = head + data + b"\r\n--B--\r\n"
        return dict(json.loads(self.ask("POST", target, body, "multipart/form-data; boundary=B")))

    def fetch_token(self, **extra: object) -> str:
        given = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET, **extra}
        return str(self.post("/cgi-bin/stable_token", given)["access_token"])

    def cover(self) -> str:
        answer = self.upload("/cgi-bin/material/add_material", picture(900, 383), type="image")
        return str(answer["media_id"])

    def article(self, **changes: object) -> dict[str, object]:
        thumb = changes.get("thumb_media_id") or self.cover()
        return {"title": "第一期", "content": "<p>正文</p>", **changes, "thumb_media_id": thumb}

    def draft(self, count: int = 1, **changes: object) -> str:
        articles = [self.article(**changes) for _ in range(count)]
        return str(self.post("/cgi-bin/draft/add", {"articles": articles})["media_id"])

    def errcode(self, path: str, given: object, **query: str) -> int:
        return int(self.post(path, given, **query).get("errcode", 0))

    def refused_article(self, **changes: object) -> int:
        return self.errcode("/cgi-bin/draft/add", {"articles": [self.article(**changes)]})

    def submit(self, media_id: str) -> str:
        return str(self.post("/cgi-bin/freepublish/submit", {"media_id": media_id})["publish_id"])

    def status(self, publish_id: str) -> dict[str, Any]:
        return self.post("/cgi-bin/freepublish/get", {"publish_id": publish_id})

    def publish(self, count: int = 1) -> dict[str, Any]:
        publish_id = self.submit(self.draft(count))
        self.wait(2)
        return self.status(publish_id)

    def mass_send(self, media_id: str, clientmsgid: str = "job-1") -> dict[str, Any]:
        given = {"filter": {"is_to_all": True}, "mpnews": {"media_id": media_id}, "msgtype": "mpnews"}
        return self.post("/cgi-bin/message/mass/sendall", {**given, "clientmsgid": clientmsgid})

    def set_account(self, **facts: object) -> dict[str, Any]:
        return self.post(f"/sandbox/accounts/{APPID}", facts)

    def break_next(self, path: str, kind: str, **more: object) -> None:
        assert self.post("/sandbox/faults", {"path": path, "kind": kind, **more}) == {"ok": True}

    def wait(self, seconds: float) -> None:
        self.post("/sandbox/clock", {"advance": seconds})


@contextmanager
def open_world() -> Iterator[World]:
    app = create_sandbox(SandboxSettings(clock=lambda: NOON))
    with start(app) as server:
        yield World(server, app.state.platform)


def picture(width: int = 40, height: int = 30, kind: str = "JPEG") -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (width, height), "#07c160").save(data, kind)
    return data.getvalue()
