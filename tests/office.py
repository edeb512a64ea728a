"""An office for the model of moves: two accounts, editors who look and others who do not, a console, workers that die.

It knows what is true on the platform, and what may be true there at most.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import Connection

from publisher.app import Publisher, open_publisher
from publisher.config import write_defaults
from publisher.errors import PublisherError
from publisher.issue import Issue, Status
from publisher.pipeline import STEPS
from publisher.replies import Message
from publisher.sandbox.events import settle
from publisher.sandbox.publishing import take_out
from publisher.sandbox.state import RUNNING, SUCCEEDED, Account, Draft, Platform, Publication
from publisher.store import Store
from tests.clock import Clock
from tests.world import PUBLISHED_LINK, read_here

APPIDS = {"main": "wx0123456789abcdef", "west": "wxfedcba9876543210"}
SECRETS = {"PUBLISHER_MAIN_APPSECRET": "s3cr3t-0123456789abcdef", "PUBLISHER_WEST_APPSECRET": "0123456789abcdef-s3cr3t"}
WAITING = frozenset({Status.DRAFTED, Status.HELD, Status.WITHDRAWN, Status.PUBLISHED, Status.REMOVED})
"""States in which an issue may rest without a time: it waits for a person, or is at its end."""
LIVING = frozenset({Status.SCHEDULED, Status.DRAFTED, Status.SUBMITTED, Status.HELD})
AGAIN = ("作为新的一期再发", "重新做草稿再发")
"""The words of the questions whose answer «retry» makes a new draft, and so may be a wish for a second publication."""


class Killed(BaseException):
    """A stand-in for SIGKILL: nothing of the publisher's catches it."""


@dataclass
class Trap:
    """What happens before or after one of the coming transactions of a store; once `dead`, nothing is written."""

    store: Store
    number: int
    late: bool
    act: Callable[[], None]
    dead: bool = False

    def __post_init__(self) -> None:
        self.real = self.store._write
        self.store._write = self.write  # type: ignore[method-assign]

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """The real transaction, and the trap around it."""
        self.number -= 1
        if self.dead or (self.number == 0 and not self.late):
            self.spring()
        with self.real() as db:
            yield db
        if self.number == 0 and self.late:
            self.spring()

    def spring(self) -> None:
        try:
            self.act()
        except Killed:
            self.dead = True
            raise


@dataclass
class Office:
    """A workspace with two accounts, and everybody who has to do with it."""

    home: Path
    clock: Clock
    url: str
    platform: Platform
    publishers: list[Publisher] = field(default_factory=list)
    files: Counter[bytes] = field(default_factory=Counter)
    lying: dict[Path, bytes] = field(default_factory=dict)
    wishes: Counter[tuple[str, str]] = field(default_factory=Counter)
    said: set[int] = field(default_factory=set)
    withdrawn: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    issues: list[Issue] = field(default_factory=list)

    def configure(self, accounts: dict[str, str]) -> None:
        """Write the configuration: the lines of each account."""
        write_defaults(self.home)
        text = "".join(
            f'[accounts.{name}]\nappid = "{APPIDS[name]}"\napi_base = "{self.url}"\n{lines}\n'
            for name, lines in accounts.items()
        )
        (self.home / "config" / "accounts.toml").write_text(text, encoding="utf-8")
        (self.home / "config" / "publisher.toml").write_text("[worker]\nmax_drop_megabytes = 1\n", encoding="utf-8")

    def open(self) -> Publisher:
        """Another publisher over the workspace."""
        publisher = open_publisher(self.home, SECRETS, self.clock)
        publisher.edges = replace(publisher.edges, read=read_here)
        self.publishers.append(publisher)
        return publisher

    @property
    def publisher(self) -> Publisher:
        """The one at work."""
        return self.publishers[-1]

    def close(self) -> None:
        """Close all that were opened and forget the workspace."""
        for publisher in self.publishers:
            publisher.close()
        shutil.rmtree(self.home)

    # ------------------------------------------------------------------ the worker

    def restart(self, leases: str) -> None:
        """Another process takes over: the only worker of its workspace forgets all leases, one of many does not."""
        publisher = self.open()
        if leases == "dropped":
            publisher.drop_leases()
        with self.mortal():
            publisher.settle_files()

    @contextmanager
    def mortal(self) -> Iterator[None]:
        """Work at which the worker may be killed; then another one starts."""
        try:
            yield
        except Killed:
            self.restart("dropped" if len(self.publishers) % 2 else "kept")

    def set_trap(self, number: int, when: str, deed: str) -> None:
        """Kill the worker at one of its next transactions, or let another overtake it there."""
        act = self.die if deed == "kill" else self.overtake
        Trap(self.publisher.store, number, when == "after", act)

    def die(self) -> None:
        raise Killed

    def overtake(self) -> None:
        """The worker sleeps for longer than its lease; another one does what is due meanwhile."""
        self.clock.turn(seconds=61)
        other = self.open()
        self.publishers.insert(0, self.publishers.pop())
        self.wake_all(other)

    def look(self) -> None:
        """Look at the drop folder twice, far enough apart."""
        with self.mortal():
            self.publisher.take_in()
            self.clock.turn(seconds=5)
            self.publisher.take_in()
        self.lying = {path: data for path, data in self.lying.items() if path.exists()}

    def wake(self) -> None:
        """Do all that is due."""
        with self.mortal():
            self.wake_all(self.publisher)
        with self.platform.lock:
            settle(self.platform)

    def go_on(self, how_far: str) -> None:
        """What follows a drop: nothing yet, a look, a first wake, or all until its publication is confirmed."""
        if how_far:
            self.look()
        if how_far in {"wake", "finish"}:
            self.wake()
        if how_far == "finish":
            self.clock.turn(seconds=3)
            self.wake()

    def wake_all(self, publisher: Publisher) -> None:
        for issue_id, _ in publisher.due():
            with suppress(PublisherError):
                publisher.wake(issue_id)

    # ------------------------------------------------------------------ editors

    def drop(self, path: Path, data: bytes) -> None:
        """Put a file into the drop folder; an editor who saves over a file gives the old one up."""
        self.lying = {path: data for path, data in self.lying.items() if path.exists()}
        if path in self.lying:
            self.files[self.lying[path]] -= 1
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        self.lying[path] = data
        self.files[data] += 1

    def there_is(self, what: str) -> bool:
        """Whether there is an issue, a held one, a draft, or a publication."""
        match what:
            case "issue":
                return bool(self.issues)
            case "held":
                return any(issue.status is Status.HELD for issue in self.issues)
            case "draft":
                return any(self.account(name).drafts for name in APPIDS)
            case _:
                return any(self.account(name).publications for name in APPIDS)

    def issue(self, number: int) -> Issue | None:
        """One of the issues there are, whatever the number."""
        issues = self.publisher.issues()
        return issues[number % len(issues)] if issues else None

    def ask(self, verb: Callable[[], object]) -> None:
        """An editor's command, which may be refused."""
        with self.mortal(), suppress(PublisherError):
            verb()

    def retry(self, issue: Issue) -> None:
        """A retry by one who has looked in the console first."""
        if issue.status is not Status.HELD:
            return
        if AGAIN[0] not in issue.note and self.is_out(issue):
            self.record(issue)
            return
        self.retry_blindly(issue)

    def retry_blindly(self, issue: Issue) -> None:
        """A retry by one who says that nothing is out, and has not looked. Only where a new draft is to be made is that
        one's word the last.
        """
        if issue.status is not Status.HELD:
            return
        if any(words in issue.note for words in AGAIN):
            self.wishes[issue.account, issue.title or self.title_of(issue)] += 1
        self.ask(lambda: self.publisher.retry(issue.id))

    def withdraw(self, issue: Issue) -> None:
        """An editor takes back what is not out."""
        if not self.is_out(issue):
            self.ask(lambda: self.publisher.withdraw(issue.id))

    def record(self, issue: Issue) -> None:
        """An editor gives the link of what is out."""
        if self.is_out(issue):
            self.said.add(issue.id)
            self.ask(lambda: self.publisher.record_publication(issue.id, PUBLISHED_LINK))

    def title_of(self, issue: Issue) -> str:
        """The title that a question names: an issue that is asked about at its import has none yet."""
        return issue.note.partition("《")[2].partition("》")[0]

    # ------------------------------------------------------------------ the platform

    def account(self, name: str) -> Account:
        return self.platform.account(APPIDS[name])

    def publications(self, issue: Issue) -> list[Publication]:
        """What the platform has published, or is about to, with the issue's cover."""
        cover = issue.cover_media_id
        every = self.account(issue.account).publications
        return [each for each in every if cover and each.articles[0].thumb_media_id == cover]

    def is_out(self, issue: Issue) -> bool:
        """Whether readers see it, or may at any moment."""
        return any(is_alive(each) for each in self.publications(issue))

    def drafts(self, account: str) -> list[tuple[Draft, Issue | None]]:
        """The drafts in the box and the issues they belong to."""
        covers = {issue.cover_media_id: issue for issue in self.issues if issue.cover_media_id}
        box = self.account(account).drafts.values()
        return [(draft, covers.get(draft.articles[0].thumb_media_id)) for draft in box]

    def press_publish(self, account: str, number: int) -> None:
        """A person presses 发表 for a draft of an issue that is still wanted."""
        with self.platform.lock:
            wanted = [draft for draft, issue in self.drafts(account) if issue is not None and issue.status in LIVING]
            if wanted and not self.alive(account, wanted[number % len(wanted)].articles[0].title):
                draft = wanted[number % len(wanted)]
                take_out(self.platform, self.account(account), draft, "console", self.url)
                settle(self.platform)

    def throw_away(self, account: str, number: int) -> None:
        """A person deletes a draft in the console."""
        with self.platform.lock:
            box = self.account(account).drafts
            if box:
                del box[list(box)[number % len(box)]]

    def alive(self, account: str, title: str) -> list[Publication]:
        """What readers see, or may at any moment, under a title."""
        every = self.account(account).publications
        return [each for each in every if each.articles[0].title == title and is_alive(each)]

    def announce(self, account: str, fields: dict[str, object], kind: str, number: int) -> None:
        """An event arrives at the callback of an account."""
        message = Message("event", "o", "gh", "", kind, str(number), "", int(self.clock().timestamp()), fields)
        self.ask(lambda: self.publisher.record_event(account, message))

    # ------------------------------------------------------------------ what must be true

    def check(self) -> None:
        """What is true after every step."""
        with self.platform.lock:
            settle(self.platform)
        self.check_publications()
        self.issues = self.publisher.issues()
        for issue in self.issues:
            self.check_owner(issue)
            self.check_truth(issue)
        self.check_drafts()
        self.check_files()
        self.withdrawn |= {issue.cover_media_id for issue in self.issues if issue.status is Status.WITHDRAWN}

    def check_publications(self) -> None:
        """At most one publication of an issue, unless an editor wished for another; none of what was taken back."""
        for name in APPIDS:
            every = self.account(name).publications
            alive = Counter(each.articles[0].title for each in every if is_alive(each))
            for title, count in alive.items():
                assert count <= 1 + self.wishes[name, title], f"{title} went out {count} times"
            fresh = [each for each in every if each.publish_id not in self.seen and each.by != "console"]
            assert not {each.articles[0].thumb_media_id for each in fresh} & self.withdrawn, "sent though withdrawn"
            self.seen |= {each.publish_id for each in fresh}

    def check_owner(self, issue: Issue) -> None:
        """A next step, a person with a note, or an end."""
        if issue.next_try_at is None:
            assert issue.status in WAITING, f"nobody looks after {issue}"
        if issue.status is Status.HELD or (issue.status is Status.DRAFTED and issue.next_try_at is None):
            assert issue.note, f"nobody knows what to do with {issue}"
        if issue.next_try_at is not None:
            assert issue.status in STEPS, f"nothing is done with {issue}"
        assert self.publisher.store.history(issue.id)[-1].after is issue.status

    def check_truth(self, issue: Issue) -> None:
        """PUBLISHED is what the platform published, or of what a person gave the link."""
        if issue.status is Status.PUBLISHED:
            assert issue.id in self.said or self.publications(issue), f"nobody published {issue}"

    def check_drafts(self) -> None:
        """One draft for an issue, and none of another."""
        for name in APPIDS:
            covers = Counter(draft.articles[0].thumb_media_id for draft in self.account(name).drafts.values())
            assert not covers or max(covers.values()) == 1, "two drafts of one issue"

    def check_files(self) -> None:
        """Every dropped file lies somewhere."""
        folders = [self.home / name for name in ("drafts", "done", "failed")]
        found = Counter(path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file())
        lost = {data: count for data, count in self.files.items() if found[data] < count}
        assert not lost, f"files are lost: {[data[:80] for data in lost]}"

    # ------------------------------------------------------------------ the end

    def calm_down(self) -> None:
        """The trouble ends, days pass, and everything reaches an end or a person with a question."""
        with self.platform.lock:
            self.platform.faults.clear()
        self.restart("dropped")
        for hours in (0, 0.01, 0.05, 0.2, 0.5, 1, 3, 6, *[12] * 10):
            self.clock.turn(hours=hours)
            self.look()
            self.wake()
            self.check()
        for issue in self.publisher.issues():
            assert issue.status not in STEPS or self.has_owner(issue), f"days later: {issue}"
        self.check_litter()
        left = [path for path in (self.home / "drafts").rglob("*") if path.is_file() and not path.name.startswith(".")]
        assert not left, left

    def check_litter(self) -> None:
        """What lies in the box and no issue needs, `tidy` knows; nothing else does it want to delete."""
        litter = {each.media_id for each in self.publisher.litter() if each.kind == "draft"}
        for name in APPIDS:
            for draft, issue in self.drafts(name):
                is_over = issue is not None and issue.status in {Status.WITHDRAWN, Status.REMOVED}
                assert (draft.media_id in litter) == is_over, f"{draft.media_id} of {issue}"

    def has_owner(self, issue: Issue) -> bool:
        """Whether an open issue waits for a person, or is an end that only has this name."""
        if issue.status is Status.WITHDRAWN:
            return issue.next_try_at is None
        return issue.status is Status.DRAFTED and any(word in issue.note for word in ("审批", "点「发表」"))


def is_alive(publication: Publication) -> bool:
    """Whether readers see a publication, or may at any moment."""
    return publication.status in {SUCCEEDED, RUNNING}
