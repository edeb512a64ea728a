"""A storm over a whole workspace: a share of all calls fails, the worker is killed (-9) every few seconds, and at the
end every issue must be out exactly once.

The worker is the real process, under a clock that goes 60 times as fast (`tests.hasty`), so that a minute of storm is
an hour of back-off and patience; now and then a night passes, and with it the day's quotas. A person is there, too:
where the worker asks, he looks at the platform and answers.

python -m tests.storm [SECONDS]
"""

from __future__ import annotations

import json
import os
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from time import monotonic
from zoneinfo import ZoneInfo

from PIL import Image

from publisher.app import Publisher, open_publisher
from publisher.config import write_defaults
from publisher.errors import StaleIssue, WrongMove
from publisher.issue import Issue, Status
from publisher.sandbox import Platform, SandboxSettings, create_sandbox
from publisher.web.server import start
from tests.environment import unmeasured
from tests.hasty import FastClock

FACTOR = 60.0
"""How much faster than this machine's the clock of the worker and the platform goes."""
KINDS = {
    "lost-answer": 1, "reset-before": 1, "hang": 0.5, "hang-before": 0.5, "bad-gateway": 1, "html": 1, "truncated": 1,
    "system-error": 1, "-1": 1, "40001": 0.5, "45009": 0.4, "45011": 1,
}  # fmt: skip
"""45009 closes an API of an account until the next night, so a little of it goes a long way."""
EARLY = 0.15
"""How many of the kills meet a worker that is only starting."""
PATIENCE = 120.0
"""How many seconds after the storm all must be done."""
UNSURE = "没有收到平台的回答"
QUESTIONS = {
    "unsure submission": UNSURE,
    "token refused (40001)": "平台错误码 40001",
    "past its time": "错过|迟|过了",
    "long since begun": "如果数据库是从备份恢复的",
    "draft gone": "草稿已不在草稿箱",
}
"""What the worker may ask a person for in a storm; everything else is a fault of ours."""
NUMBER = re.compile(r"风暴来稿第(\d{4})篇")


@dataclass(frozen=True)
class Plan:
    """How long it storms, how hard, and over how much work. Times are real seconds."""

    seconds: float = 60.0
    issues: int = 300
    accounts: int = 10
    chance: float = 0.2
    seed: int = 20261125
    drop_share: float = 0.6
    night_every: int = 4
    patience: float = PATIENCE
    reading: str = "here"

    def account(self, number: int) -> str:
        """The account of an issue."""
        return f"a{number % self.accounts}"

    def finish(self, number: int) -> str:
        """How an issue goes out: of an account's thirty, one by mass send, three as a draft for a person."""
        turn = number // self.accounts
        return "mass" if turn % 30 == 4 else "draft" if turn % 10 == 7 else "publish"


@dataclass
class Figures:
    """What came of a storm."""

    issues: int = 0
    calls: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    kills: int = 0
    nights: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    doubles: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    drafts_left: list[str] = field(default_factory=list)
    not_done: list[str] = field(default_factory=list)
    unarchived: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    """Drafts that have left the box and are not out: nobody but we ourselves can have removed them."""
    calm_seconds: float | None = None

    def is_fine(self, patience: float) -> bool:
        """Whether everything is out exactly once, and was so soon enough."""
        wrong = [*self.doubles, *self.lost, *self.drafts_left, *self.not_done, *self.unarchived, *self.gone]
        return not wrong and self.calm_seconds is not None and self.calm_seconds <= patience

    def __str__(self) -> str:
        total = sum(self.faults.values())
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(self.faults.items()))
        asked = ", ".join(f"{what} {count}" for what, count in sorted(self.asked.items())) or "nothing"
        end = "not all done" if self.calm_seconds is None else f"all done {self.calm_seconds:.1f} s after the storm"
        wrong = {
            "doubles": self.doubles, "lost": self.lost, "drafts left over": self.drafts_left,
            "not done": self.not_done, "files not archived": self.unarchived, "drafts gone": self.gone,
        }  # fmt: skip
        counts = ", ".join(f"{len(all_)} {what}" for what, all_ in wrong.items())
        lines = [
            f"storm: {self.issues} issues, {self.calls} calls, {total} faults ({kinds})",
            f"       {self.kills} kills, {self.nights} nights, a person was asked: {asked}",
            f"       {counts}; {end}",
        ]
        return "\n".join(lines + [f"       {what}: {each}" for what, all_ in wrong.items() for each in all_])


class Worker:
    """The worker process: started, killed, started again."""

    def __init__(self, home: Path, environment: Mapping[str, str], reading: str) -> None:
        self._home = home
        self._reading = reading
        # A process that is killed tells nothing of what it covered, and measuring would only slow it.
        self._environment = unmeasured(environment)
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._ready_at: float | None = None
        self._lives = 0

    def start(self, clock: FastClock) -> None:
        hasty = ["-m", "tests.hasty", *clock.arguments, self._reading]
        program = [sys.executable, "-X", "faulthandler", *hasty, "--home", str(self._home), "work"]
        self._lives += 1
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(program, env=self._environment, stderr=log)
        self._started_at, self._ready_at = monotonic(), None

    @property
    def _log(self) -> Path:
        """What this process says: one file for each life."""
        return self._home / f"worker-{self._lives}.log"

    def age(self) -> float:
        """Seconds since it was started."""
        return monotonic() - self._started_at

    def at_work(self) -> float:
        """Seconds since it was ready for work; 0 before."""
        if self._ready_at is None and b"worker ready" in self._log.read_bytes():
            self._ready_at = monotonic()
        return 0.0 if self._ready_at is None else monotonic() - self._ready_at

    def kill(self) -> None:
        """SIGKILL. AssertionError if it had ended by itself: it never should."""
        assert self._process is not None
        ended = self._process.poll()
        self._process.kill()
        self._process.wait()
        if ended is not None:
            said = self._log.read_text(errors="replace")
            raise AssertionError(f"the worker ended by itself: {ended}; it said last:\n{said[-20_000:]}")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(60)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


@dataclass
class Person:
    """Whoever answers the worker's questions, by looking at the platform."""

    publisher: Publisher
    platform: Platform
    asked: Counter[str] = field(default_factory=Counter)
    gone: list[str] = field(default_factory=list)

    def answer_all(self) -> None:
        """Answer every question that has an answer, and let paused accounts go on."""
        for account in self._paused():
            self.asked["pause of an account"] += 1
            with suppress(WrongMove):
                self._resume(account)
        for issue in self.publisher.issues():
            question = question_of(issue)
            if question:
                self.asked[question] += 1
                if question == "draft gone" and not self._link(issue):
                    self.gone.append("\n".join([self.tell(issue), *self._calls(issue.account)]))
                with suppress(StaleIssue, WrongMove):  # the worker was quicker
                    self._answer(issue)

    def tell(self, issue: Issue) -> str:
        """An issue with its whole history."""
        story = self.publisher.story(issue.id)
        moves = [f"{past.at} {past.before}->{past.after} {past.why}" for past in story.moves]
        calls = [
            f"{effect.intent_at} {effect.kind} {effect.state} {effect.errcode} {effect.detail}"
            for effect in story.effects
        ]
        return "\n".join([f"{issue.id} {issue.status} {issue.note}", *moves, *calls])

    def _calls(self, account: str) -> list[str]:
        """The last calls of an account as the platform saw them."""
        with self.platform.lock:
            appid = self.publisher.settings.accounts[account].appid
            calls = [call for call in self.platform.calls if call.appid == appid][-60:]
        return [f"{datetime.fromtimestamp(c.time, UTC)} {c.path} {c.errcode} {c.fault} {c.rid}" for c in calls]

    def _answer(self, issue: Issue) -> None:
        url = self._link(issue) if re.search(f"{UNSURE}|草稿已不在草稿箱|从备份恢复", issue.note) else ""
        if url:
            self.publisher.record_publication(issue.id, url)
        else:
            self.publisher.retry(issue.id)

    def _link(self, issue: Issue) -> str:
        """Where the platform shows the issue; "" if it is not out."""
        with self.platform.lock:
            account = self.platform.account(self.publisher.settings.accounts[issue.account].appid)
            articles = [article for publication in account.publications for article in publication.articles]
            return next((article.url for article in articles if article.title == issue.title), "")

    def _resume(self, account: str) -> None:
        resume = getattr(self.publisher, "resume", None)
        if resume is not None:
            resume(account)

    def _paused(self) -> list[str]:
        with closing(sqlite3.connect(self.publisher.settings.database)) as database:
            return [account for (account,) in database.execute("SELECT account FROM pause")]


def question_of(issue: Issue) -> str:
    """What the worker asks of a person; "" if nothing, or nothing that a storm explains."""
    if issue.status is not Status.HELD:
        return ""
    return next((name for name, words in QUESTIONS.items() if re.search(words, issue.note)), "")


class Storm:
    """One storm, from the first drop to the last publication."""

    def __init__(self, home: Path, plan: Plan) -> None:
        self.home, self.plan = home, plan
        self.figures = Figures(issues=plan.issues)
        self._clock = FastClock.started(FACTOR)
        self._chance = random.Random(plan.seed)
        self._secrets = {f"PUBLISHER_A{number}_APPSECRET": f"s3cr3t-{number}" for number in range(plan.accounts)}
        self._worker = Worker(home, {**os.environ, **self._secrets}, plan.reading)
        self._dropped = 0

    def run(self) -> Figures:
        """All of it."""
        # Seconds between submission and verdict, by the fast clock.
        app = create_sandbox(SandboxSettings(clock=self._now, publish_delay=20))
        with start(app) as server:
            self._url, self._platform = server.url, app.state.platform
            self._configure()
            with self._person() as person:
                self._worker.start(self._clock)
                try:
                    self._rage(person)
                    self._calm(person)
                finally:
                    self._worker.stop()
                self._examine(person)
        return self.figures

    @contextmanager
    def _person(self) -> Iterator[Person]:
        publisher = open_publisher(self.home, self._secrets, self._now)
        try:
            yield Person(publisher, self._platform, self.figures.asked, self.figures.gone)
        finally:
            publisher.close()

    def _now(self) -> datetime:
        return self._clock()

    # ------------------------------------------------------------------ before

    def _configure(self) -> None:
        write_defaults(self.home)
        rhythm = "settle_seconds = 1\nscan_seconds = 0.5\nsweep_seconds = 0.3\n"
        (self.home / "config" / "publisher.toml").write_text(f"[worker]\n{rhythm}", encoding="utf-8")
        tables = [
            f'[accounts.a{number}]\nappid = "wx{number:016x}"\napi_base = "{self._url}"\nfinish = "publish"\n'
            for number in range(self.plan.accounts)
        ]
        (self.home / "config" / "accounts.toml").write_text("\n".join(tables), encoding="utf-8")
        for number in range(self.plan.accounts):
            (self.home / "drafts" / f"a{number}").mkdir(parents=True, exist_ok=True)

    def _drop(self, number: int) -> None:
        """One small issue, every fourth with a picture."""
        folder = self.home / "drafts" / self.plan.account(number)
        has_picture = number % 4 == 0
        text = issue_text(number, self.plan.finish(number), has_picture)
        if has_picture:
            folder /= f"{number:04}"
            folder.mkdir()
            picture = Image.new("RGB", (320, 200), (number % 256, number // 256, 80))
            memory = BytesIO()
            picture.save(memory, "PNG")
            (folder / "picture.png").write_bytes(memory.getvalue())
        (folder / f"{number:04}.md").write_text(text, encoding="utf-8")

    # ------------------------------------------------------------------ the storm, and after it

    def _rage(self, person: Person) -> None:
        self._control("storm", {"chance": self.plan.chance, "seed": self.plan.seed, "seconds": 1, "kinds": KINDS})
        began, is_over = monotonic(), self._choose_death()
        while (passed := monotonic() - began) < self.plan.seconds:
            self._drop_until(passed / (self.plan.seconds * self.plan.drop_share))
            person.answer_all()
            if is_over():
                self._strike()
                is_over = self._choose_death()
            threading.Event().wait(0.25)
        self._drop_until(1)

    def _drop_until(self, share: float) -> None:
        """Drop so much of the whole by now."""
        while self._dropped < min(share, 1) * self.plan.issues:
            self._drop(self._dropped)
            self._dropped += 1

    def _choose_death(self) -> Callable[[], bool]:
        """Whether the worker's life is over: some seconds after it is ready for work, now and then before."""
        if self._chance.random() < EARLY:
            moment = self._chance.uniform(0.2, 1.5)
            return lambda: self._worker.age() > moment
        life = self._chance.uniform(2, 6)
        return lambda: self._worker.at_work() > life

    def _strike(self) -> None:
        """Kill the worker and start it again, at times after a night."""
        self._worker.kill()
        self.figures.kills += 1
        if self.figures.kills % self.plan.night_every == 0:
            self._pass_night()
        self._worker.start(self._clock)

    def _pass_night(self) -> None:
        """Turn all clocks to ten past midnight in Beijing: the day's quotas are new."""
        now = self._now().astimezone(ZoneInfo("Asia/Shanghai"))
        midnight = datetime(now.year, now.month, now.day, tzinfo=now.tzinfo) + timedelta(days=1, minutes=10)
        self._clock = self._clock.turned((midnight - now).total_seconds())
        self.figures.nights += 1

    def _calm(self, person: Person) -> None:
        self._control("storm", {})
        began = monotonic()
        self._worker.kill()
        self._pass_night()
        self._worker.start(self._clock)
        while monotonic() - began < self.plan.patience:
            person.answer_all()
            if self._all_done(person.publisher):
                self.figures.calm_seconds = monotonic() - began
                return
            threading.Event().wait(0.5)

    def _all_done(self, publisher: Publisher) -> bool:
        issues = publisher.issues()
        return len(issues) >= self.plan.issues and all(map(self._is_done, issues)) and not self._lying()

    def _is_done(self, issue: Issue) -> bool:
        return issue.status is Status.PUBLISHED or (issue.status is Status.DRAFTED and self._is_draft(issue.title))

    def _is_draft(self, title: str) -> bool:
        return self.plan.finish(number_of(title)) == "draft"

    def _lying(self) -> list[str]:
        return [path.name for path in (self.home / "drafts").glob("a*/*")]

    # ------------------------------------------------------------------ what came of it

    def _examine(self, person: Person) -> None:
        figures, issues = self.figures, person.publisher.issues()
        with self._platform.lock:
            figures.calls = len(self._platform.calls)
            figures.faults = Counter(
                str(call.errcode) if call.fault == "errcode" else call.fault
                for call in self._platform.calls
                if call.fault
            )
            out, drafts = self._shown()
        for number in range(self.plan.issues):
            title, published = title_of(number), out[title_of(number)]
            wanted = 0 if self._is_draft(title) else 1
            figures.doubles += [f"{title}: {published} publications"] if published > wanted else []
            figures.lost += [f"{title}: no publication"] if published < wanted else []
            figures.lost += [f"{title}: no draft"] if drafts[title] + wanted < 1 else []
            figures.drafts_left += [f"{title}: {drafts[title]} drafts"] if drafts[title] + wanted > 1 else []
        figures.not_done = [person.tell(issue) for issue in issues if not self._is_done(issue)]
        figures.unarchived = self._lying() + [name for name in self._expected_files() if not self._is_archived(name)]

    def _shown(self) -> tuple[Counter[str], Counter[str]]:
        """How often each title is out, and how often it lies in a draft box."""
        accounts = self._platform.accounts.values()
        published = [each.articles[0].title for account in accounts for each in account.publications]
        drafts = [draft.articles[0].title for account in accounts for draft in account.drafts.values()]
        return Counter(published), Counter(drafts)

    def _expected_files(self) -> list[str]:
        suffixes = ("", ".md")
        return [f"{self.plan.account(n)}/{n:04}{suffixes[n % 4 != 0]}" for n in range(self.plan.issues)]

    def _is_archived(self, name: str) -> bool:
        return (self.home / "done" / name).exists()

    def _control(self, path: str, given: Mapping[str, object]) -> None:
        with urllib.request.urlopen(f"{self._url}/sandbox/{path}", json.dumps(given).encode(), timeout=10):
            pass


def title_of(number: int) -> str:
    """The title of an issue, by which it is known everywhere."""
    return f"风暴来稿第{number:04}篇"


def number_of(title: str) -> int:
    found = NUMBER.search(title)
    return int(found[1]) if found else -1


def issue_text(number: int, finish: str, has_picture: bool) -> str:
    """A short article."""
    picture = "\n\n![植树现场](picture.png)" if has_picture else ""
    return (
        f"---\ntitle: {title_of(number)}\nsend: {finish}\n---\n\n"
        f"近日，春天协会举办第 {number + 1} 次植树活动。全体会员冒雨种下五百棵香樟树，活动圆满结束。{picture}\n"
    )


def main() -> None:
    """The nightly storm: ten minutes, or as many seconds as are given."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 600.0
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        figures = Storm(Path(folder), Plan(seconds=seconds, reading="jailed")).run()
        print(figures)
    sys.exit(0 if figures.is_fine(PATIENCE) else 1)


if __name__ == "__main__":
    main()
