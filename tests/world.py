"""A small world: a workspace, the sandbox under the real client, and a clock that tests turn."""

from __future__ import annotations

import io
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from PIL import Image

from publisher import newsletter
from publisher.app import Publisher, Taken, open_publisher
from publisher.config import write_defaults
from publisher.document import Newsletter
from publisher.importers.bundle import import_bundle
from publisher.importers.supplies import Supplies, Wants
from publisher.issue import Issue
from publisher.pictures import fit_pictures
from publisher.reading import Reader
from publisher.sandbox import Platform, SandboxSettings, create_sandbox
from publisher.sandbox.faults import Fault
from publisher.sandbox.state import Callback
from publisher.web.server import start
from tests.clock import Clock

APPID = "wx0123456789abcdef"
SECRETS = {
    "PUBLISHER_MAIN_APPSECRET": "s3cr3t-0123456789abcdef",
    "PUBLISHER_MAIN_TOKEN": "callbackTOKEN1",
    "PUBLISHER_MAIN_AESKEY": "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP0",
}
PUBLISHED_LINK = "https://mp.weixin.qq.com/s/by-hand"


def issue_text(total: int = 18, body: str = "全体会员冒雨种下五百棵香樟树，活动圆满结束。") -> str:
    """A newsletter of an invented association, with two sections and three articles."""
    return f"""春天通讯

2026 第〔3〕期（总第 {total} 期）

春天协会秘书处编

2026 年 3 月 31 日

◆ 协会动态

1. 协会举办春季植树活动。
2. 协会召开会员大会。

◆ 产业观察

1. 园林产业观察。

协会举办春季植树活动

近日，春天协会在城东公园举办春季植树活动。{body}

协会召开会员大会

3 月 20 日，协会召开会员大会，审议通过年度工作报告。会议选举产生了新一届理事会，并部署了下一阶段工作。

园林产业观察

园林产业是城市建设的重要部分。本文观察今年以来的市场变化，并提出三点建议，供会员单位参考。

信息来源：春天协会
"""


def picture(kind: str = "PNG", size: tuple[int, int] = (320, 200), mode: str = "RGB") -> bytes:
    """The bytes of a picture of some format."""
    memory = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert(mode).save(memory, kind)
    return memory.getvalue()


def moving() -> bytes:
    """A GIF of two frames."""
    memory = io.BytesIO()
    frames = [Image.new("RGB", (60, 40), color) for color in ("red", "blue")]
    frames[0].save(memory, "GIF", save_all=True, append_images=frames[1:], duration=200)
    return memory.getvalue()


def read_here(files: Mapping[str, bytes]) -> Newsletter:
    """What the jail's child does, in this process: quick enough for hundreds of tests."""

    def ask(files: Mapping[str, bytes], supplies: Supplies) -> Newsletter | Wants:
        found = import_bundle(files, supplies)
        return found if isinstance(found, Wants) else newsletter.recover(found)

    return Reader(ask=ask, fit=fit_pictures).read(files)


@dataclass
class World:
    """Everything that a test of the pipeline needs."""

    home: Path
    clock: Clock
    """The true time, which the platform has."""
    url: str
    platform: Platform
    publishers: list[Publisher] = field(default_factory=list)
    wrong: timedelta = timedelta()
    """How far the clock of the publisher's machine is ahead of the true time."""

    def machine_clock(self) -> datetime:
        """The time as the publisher's machine has it."""
        return self.clock() + self.wrong

    def open(self, **account: object) -> Publisher:
        """A publisher over the workspace whose account is configured so."""
        given = {"appid": APPID, "api_base": self.url, "finish": "publish", **account}
        lines = "".join(f"{key} = {_toml(value)}\n" for key, value in given.items())
        (self.home / "config" / "accounts.toml").write_text(f"[accounts.main]\n{lines}", encoding="utf-8")
        publisher = open_publisher(self.home, SECRETS, self.machine_clock)
        publisher.edges = replace(publisher.edges, read=read_here)
        self.publishers.append(publisher)
        return publisher

    def open_two(self) -> Publisher:
        """A publisher with the accounts main and west."""
        self.open()
        accounts = self.home / "config" / "accounts.toml"
        accounts.write_text(accounts.read_text() + f'[accounts.west]\nappid = "wxwest"\napi_base = "{self.url}"\n')
        publisher = open_publisher(self.home, {**SECRETS, "PUBLISHER_WEST_APPSECRET": "x" * 32}, self.clock)
        publisher.edges = replace(publisher.edges, read=read_here)
        self.publishers.append(publisher)
        return publisher

    def drop(self, name: str, content: str | bytes = "") -> Path:
        """Put a file into the drop folder."""
        path = self.home / "drafts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def take_in(self, publisher: Publisher) -> list[Taken]:
        """Look twice, far enough apart for everything to be complete."""
        publisher.take_in()
        self.clock.turn(seconds=5)
        return publisher.take_in()

    def work(self, publisher: Publisher) -> Issue:
        """Take in what lies there, do what is due, and return the newest issue."""
        self.take_in(publisher)
        return self.wake(publisher)

    def wake(self, publisher: Publisher, **later: float) -> Issue:
        """Turn the clock, do all that is due then, and return the newest issue."""
        self.clock.turn(**later)
        for issue_id, _ in publisher.due():
            publisher.wake(issue_id)
        return publisher.issues()[-1]

    def finish(self, publisher: Publisher) -> Issue:
        """Go on until nothing is due within the next minute, and return the newest issue."""
        issue = self.wake(publisher)
        for _ in range(30):
            issue = self.wake(publisher, seconds=2)
        return issue

    def fault(self, path: str, kind: str, errcode: int = -1, times: int = 1, after: int = 0) -> None:
        """Order trouble from the platform."""
        with self.platform.lock:
            self.platform.faults.append(Fault(path, kind, errcode, times, after, seconds=0.2))

    def call_back(self, url: str) -> None:
        """Let the platform push the account's messages and events to this address."""
        token, aeskey = SECRETS["PUBLISHER_MAIN_TOKEN"], SECRETS["PUBLISHER_MAIN_AESKEY"]
        with self.platform.lock:
            self.platform.account(APPID).callback = Callback(url, token, aeskey)

    def press_publish(self, draft: str) -> None:
        """What a person does in the console."""
        urllib.request.urlopen(f"{self.url}/sandbox/publish/{draft}", b"").close()

    def calls(self, path: str) -> int:
        """How often a path was called."""
        with self.platform.lock:
            return sum(call.path == path for call in self.platform.calls)

    @property
    def drafts(self) -> int:
        """How many drafts lie in the box."""
        return len(self.platform.account(APPID).drafts)

    @property
    def publications(self) -> int:
        """How many publications and mass sends there were."""
        return len(self.platform.account(APPID).publications)

    def report(self, name: str) -> str:
        """A report that lies in the workspace."""
        return (self.home / name).read_text(encoding="utf-8-sig")


@contextmanager
def running_world(home: Path) -> Iterator[World]:
    """A world with the sandbox running."""
    clock = Clock()
    app = create_sandbox(SandboxSettings(clock=clock))
    write_defaults(home)
    with start(app) as server:
        world = World(home, clock, server.url, app.state.platform)
        yield world
        for publisher in world.publishers:
            publisher.close()


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return f'"{value}"'
