"""Where workers are killed and paused: a workspace on disk, real worker processes, and a platform that both processes
and the test look at. The clock runs, and the test turns it ahead for all of them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

from publisher.app import Publisher, open_publisher
from publisher.config import write_defaults
from publisher.sandbox import Platform, SandboxSettings, create_sandbox
from publisher.sandbox.faults import Fault
from publisher.store import Store
from publisher.web.server import start
from tests.killer import PATHS, Blow
from tests.nursery import Ended, Nursery, open_nursery
from tests.world import APPID, SECRETS, moving, picture

_NUMERALS = "一二三四五六七八"


class Hands:
    """The hands of a running clock."""

    ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass(frozen=True)
class Stage:
    """What all scenes of one test process share, since it takes long to set up."""

    url: str
    platform: Platform
    nursery: Nursery
    hands: Hands
    empty: Path
    """A database that holds nothing yet."""


@dataclass(frozen=True)
class Scene:
    """One workspace of one account whose only issue is number 1."""

    home: Path
    stage: Stage
    dropped: dict[str, bytes] = field(default_factory=dict)

    def configure(self, finish: str, *, approve: bool = False) -> None:
        facts = {"appid": APPID, "api_base": self.stage.url, "finish": finish, "layout": "sections", "approve": approve}
        lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in facts.items())
        (self.home / "config" / "accounts.toml").write_text(f"[accounts.main]\n{lines}", encoding="utf-8")

    def drop(self, articles: int, *, animated: bool = False) -> None:
        """Drop a newsletter whose draft will have so many articles."""
        names = ["a.gif" if animated else "a.png", "b.png", "c.png"]
        self.dropped["note.md"] = _newsletter(articles, names).encode()
        for number, name in enumerate(names[:articles]):
            self.dropped[name] = moving() if name == "a.gif" else picture(size=(40 + number, 30))
        (self.home / "drafts" / "trip").mkdir()
        for name, data in self.dropped.items():
            (self.home / "drafts" / "trip" / name).write_bytes(data)

    def fault(self, kind: str, trouble: str) -> None:
        """Order trouble for the first call of an effect."""
        with self.stage.platform.lock:
            self.stage.platform.faults.append(Fault(f"/cgi-bin/{PATHS[kind]}", trouble))

    # ------------------------------------------------------------------ processes

    def run(self, *command: str, blow: Blow | None = None) -> Ended:
        return self.stage.nursery.run(self.home, *command, ahead=self.stage.hands.ahead, blow=blow)

    def work(self, blow: Blow | None = None) -> Ended:
        """A worker that does all that is due now."""
        return self.run("work", "--once", "--wait", "0", blow=blow)

    def turn(self, **by: float) -> None:
        self.stage.hands.ahead += timedelta(**by)

    def settle(self, is_settled: Callable[[], bool]) -> None:
        """Start workers, later and later, until it is settled what becomes of the issue."""
        for minutes in (0, 12, 45):
            self.turn(minutes=minutes)
            ended = self.work()
            assert ended.code in {0, 1}, ended
            if is_settled():
                return
        raise AssertionError(f"not settled: {self.issue}")

    @contextmanager
    def another_host(self) -> Iterator[Publisher]:
        """A worker of another host, over the same database."""
        publisher = open_publisher(self.home, SECRETS, self.stage.hands.now)
        yield publisher
        publisher.close()

    # ------------------------------------------------------------------ what became of it

    @property
    def issue(self) -> Mapping[str, str]:
        """The row of the issue, as the database has it."""
        with closing(sqlite3.connect(self.home / "state" / "publisher.db")) as database:
            database.row_factory = sqlite3.Row
            return dict(database.execute("SELECT * FROM issue").fetchone() or {})

    @property
    def unsure(self) -> int:
        """How many effects have an unknown outcome."""
        with closing(sqlite3.connect(self.home / "state" / "publisher.db")) as database:
            return int(database.execute("SELECT count(*) FROM effect WHERE state = 'intent'").fetchone()[0])

    def done(self, kind: str) -> int:
        """How often the platform did what an effect asks for."""
        platform = self.stage.platform
        with platform.lock:
            calls = [call for call in platform.calls if call.path == f"/cgi-bin/{PATHS[kind]}" and not call.errcode]
            return sum(call.fault != "reset-before" for call in calls)

    @property
    def drafts(self) -> list[str]:
        return list(self.stage.platform.account(APPID).drafts)

    @property
    def publications(self) -> list[tuple[str, int]]:
        """How each publication went out, and its number of articles."""
        return [(each.by, len(each.articles)) for each in self.stage.platform.account(APPID).publications]

    @property
    def pictures(self) -> int:
        """How many permanent pictures the account has."""
        return len(self.stage.platform.account(APPID).materials)

    def press_publish(self) -> str:
        """A person publishes the one draft in the console; its link."""
        from publisher.sandbox.publishing import take_out

        platform = self.stage.platform
        with platform.lock:
            account = platform.account(APPID)
            (draft,) = account.drafts.values()
            return take_out(platform, account, draft, "console", self.stage.url).articles[0].url

    def assert_filed(self) -> None:
        """Every dropped file lies in done/, as it was, with one report, and nothing is left in the drop folder."""
        done = self.home / "done"
        assert {path.name: path.read_bytes() for path in (done / "trip").iterdir()} == self.dropped
        assert len(list(done.glob("*.报告.txt"))) == 1
        assert not [path for path in (self.home / "drafts").iterdir() if not path.name.startswith(".")]
        assert not (self.home / "failed").exists() or not list((self.home / "failed").iterdir())


@contextmanager
def open_stage(home: Path) -> Iterator[Stage]:
    """A platform and a nursery, for any number of scenes one after the other; `home` is for what they share."""
    hands, empty = Hands(), home / "empty.db"
    Store(empty).close()
    app = create_sandbox(SandboxSettings(clock=hands.now, publish_delay=0.0))
    with start(app) as server, open_nursery(SECRETS) as nursery:
        stage = Stage(server.url, app.state.platform, nursery, hands, empty)
        rehearsal = open_scene(home / "rehearsal", stage)
        rehearsal.configure("publish")
        rehearsal.drop(8)
        nursery.rehearse(rehearsal.home)
        assert rehearsal.issue["status"] == "PUBLISHED"
        yield stage


@contextmanager
def quick_folder() -> Iterator[Path]:
    """A folder in memory, where there is such a place: a kill, unlike a power cut, loses nothing that was written, so
    nobody need wait for a disk here.
    """
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


def open_scene(home: Path, stage: Stage) -> Scene:
    """A scene whose platform knows nothing yet."""
    stage.platform.reset()
    stage.hands.ahead = timedelta()
    write_defaults(home)
    (home / "config" / "publisher.toml").write_text("[worker]\nsettle_seconds = 0.01\n", encoding="utf-8")
    (home / "state").mkdir()
    copyfile(stage.empty, home / "state" / "publisher.db")
    return Scene(home, stage)


def _newsletter(articles: int, pictures: list[str]) -> str:
    titles = [f"第{numeral}组参观城东公园" for numeral in _NUMERALS[:articles]]
    contents = "\n\n".join(f"◆ 第{n}栏\n\n1. {title}。" for n, title in zip(_NUMERALS, titles, strict=False))
    text = "近日，春天协会的会员参观了城东公园。天气晴朗，大家玩得很开心，活动圆满结束。"
    bodies = "\n\n".join(
        f"{title}\n\n{text}\n\n![合影]({pictures[number % len(pictures)]})" for number, title in enumerate(titles)
    )
    head = "春天通讯\n\n2026 第〔3〕期（总第 18 期）\n\n2026 年 3 月 31 日"
    return f"{head}\n\n{contents}\n\n{bodies}\n\n信息来源：春天协会\n"
