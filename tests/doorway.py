"""A callback door on loopback, with everything behind it turned by the tests."""

from __future__ import annotations

import http.client
import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from queue import Queue
from typing import Any, cast

import pytest
from lxml import etree
from starlette.types import ASGIApp, Receive, Scope, Send

from publisher.issue import Account
from publisher.replies import Archive, Entry, Hit, Message, Reply, Rule, parse_rules
from publisher.store.deliveries import Delivery, Kept
from publisher.web.callback import Door, create_door
from publisher.web.server import start
from publisher.web.stamps import Stamps
from tests import cipher
from tests.cipher import GOLDEN, GOLDEN_PLAIN

STAMP = cipher.PUSH_TIME
NOW = datetime.fromtimestamp(STAMP, UTC)
SAFE, PLAIN = "/wechat/safe", "/wechat/plain"
LATEST = Entry(
    issue_id=18,
    title="协会简报 第18期",
    digest="六月要闻",
    url="http://mp.weixin.qq.com/s?__biz=MzA==&mid=1&idx=1#rd",
    cover_url="https://mmbiz.qpic.cn/cover",
    name="协会简报",
    year=2024,
    issue=6,
    total_issue=18,
    published_at=NOW,
)
RULES = parse_rules(
    {
        "reply": [
            {"name": "最新", "words": ["最新"], "answer": "latest"},
            {"name": "目录", "words": ["目录"], "answer": "contents"},
            {"name": "期", "notation": ["第N期"], "answer": "issue"},
            {"name": "嘘", "words": ["嘘"], "answer": "nothing"},
            {"name": "关注", "event": "subscribe", "text": "欢迎关注"},
            {"name": "其他", "default": True, "text": "回复“最新”"},
        ]
    }
)


class LostDatabaseError(Exception):
    pass


@dataclass
class World:
    """Everything behind the door, turned by the tests."""

    url: str = ""
    stage: Stage = field(default_factory=lambda: cast("Stage", None))
    now: datetime = NOW
    rules: tuple[Rule, ...] = RULES
    archives: dict[str, Archive] = field(
        default_factory=lambda: {"safe": Archive((LATEST,)), "plain": Archive((LATEST,))}
    )
    events: list[tuple[str, Message]] = field(default_factory=list)
    kept: dict[bytes, Kept] = field(default_factory=dict)
    deliveries: list[Delivery] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    searched: Queue[str] = field(default_factory=Queue)
    unreachable: bool = False
    followed: Queue[tuple[str, str, Reply]] = field(default_factory=Queue)
    lost: bool = False
    gate: threading.Event = field(default_factory=threading.Event)
    nonces: Iterator[int] = field(default_factory=lambda: count(1514711492))
    folder: Path = Path(os.devnull)

    def record(self, account: str, event: Message) -> None:
        assert threading.current_thread() is not threading.main_thread()
        self.gate.wait(20)
        if self.lost:
            raise LostDatabaseError(event.sender)
        self.events.append((account, event))

    def search(self, account: str, text: str) -> Sequence[Hit]:
        assert threading.current_thread().name.startswith("search")
        self.searched.put(text)
        self.gate.wait(20)
        if self.lost:
            raise LostDatabaseError(text)
        return [Hit("算力白皮书", "摘要", "https://mp.weixin.qq.com/s/1", "", NOW)] if text == "算力" else []

    def follow_up(self, account: str, openid: str, reply: Reply) -> None:
        self.followed.put((account, openid, reply))
        if self.unreachable:
            raise LostDatabaseError(openid)

    def door(self) -> Door:
        accounts = {
            "safe": Account("safe", GOLDEN.appid, token=GOLDEN.token, aeskey=GOLDEN.aeskey),
            "plain": Account("plain", GOLDEN.appid, token=GOLDEN.token),
        }
        self.gate.set()
        return Door(
            accounts=accounts,
            rules=lambda: self.rules,
            archive=self.archives.__getitem__,
            clock=lambda: self.now,
            recall=self.kept.get,
            keep=self.deliveries.append,
            record_event=self.record,
            forget=self.forgotten.append,
            is_replay=Stamps(self.folder / "stamps").is_replay,
            search=self.search,
            follow_up=self.follow_up,
        )

    def call(self, method: str, path: str, query: str = "", body: Any = None) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=20)
        try:
            connection.request(method, f"{path}?{query}" if query else path, body)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def post(self, path: str, xml: str, nonce: str = "") -> tuple[int, bytes]:
        platform = GOLDEN if path == SAFE else GOLDEN_PLAIN
        query, body = platform.post(xml, STAMP, nonce or str(next(self.nonces)))
        return self.call("POST", path, query, body)

    def reply(self, path: str, xml: str) -> dict[str, str]:
        """The fields of the answer, opened by the tests' own cipher."""
        status, body = self.post(path, xml)
        assert status == 200
        root = (GOLDEN if path == SAFE else GOLDEN_PLAIN).open_reply(body)
        return {child.tag: child.text or "" for child in root.iter() if len(child) == 0}

    def clear(self, path: str, xml: str, nonce: str = "") -> bytes:
        """The whole answer as the platform reads it: in encrypted mode, what is inside."""
        status, body = self.post(path, xml, nonce)
        assert status == 200
        if path == PLAIN or body == b"success":
            return body
        encrypted = etree.fromstring(body).findtext("Encrypt") or ""
        return GOLDEN.decrypt(encrypted)[1]

    def restart(self) -> None:
        """Another process, in the same place."""
        self.stage.door = create_door(self.door())


class Stage:
    """One server for all tests of this file, with a new door for each."""

    def __init__(self) -> None:
        self.door: ASGIApp = create_door(World().door())
        self.server = start(self)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.door(scope, receive, send)


@pytest.fixture(name="stage", scope="module")
def _stage() -> Iterator[Stage]:
    stage = Stage()
    yield stage
    stage.server.stop()


@pytest.fixture(name="world")
def _world(stage: Stage, tmp_path: Path) -> Iterator[World]:
    world = World(stage.server.url, stage, folder=tmp_path)
    world.restart()
    yield world
    world.gate.set()
