"""What a step is given: an issue, its account, the worker's hold on it, and the outside world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import get_args

from msgspec.structs import replace

from publisher import codec
from publisher.document import Metadata, Newsletter
from publisher.issue import Account, Finish, Issue, Move, Status
from publisher.pipeline.effects import Hold
from publisher.rendering.theme import Theme
from publisher.store import Store
from publisher.wechat import Platform, Publication

HandOut = Callable[[Issue, Mapping[str, bytes]], str]
"""Puts files that a person needs where editors reach them; gives the place, in their words."""


@dataclass(frozen=True, slots=True)
class Edges:
    """The owners of the outside worlds, as the pipeline knows them.

    What this process remembers until it ends: `probes` has, by account, how often and when last a pause was probed;
    `listings` the latest list of an account's publications by cover, and when it was fetched.
    """

    store: Store
    platform: Callable[[Account], Platform]
    read: Callable[[Mapping[str, bytes]], Newsletter]
    themes: Mapping[str, Theme]
    clock: Callable[[], datetime]
    hand_out: HandOut
    upload_threads: int = 8
    probes: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    listings: dict[str, tuple[datetime, Mapping[str, Publication]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Job:
    """One issue in the hands of one worker."""

    issue: Issue
    account: Account
    edges: Edges
    hold: Hold

    @property
    def platform(self) -> Platform:
        """The connection to the platform for this issue's account."""
        return self.edges.platform(self.account)

    def now(self) -> datetime:
        """The time, UTC."""
        return self.edges.clock()

    def newsletter(self) -> Newsletter:
        """What the import stored, with its pictures."""
        stored = codec.load(self.edges.store.newsletter(self.issue.id), Newsletter)
        return replace(stored, assets=self.edges.store.assets(self.issue.id))

    def metadata(self) -> Metadata:
        """What the file says of the issue outside its text, as the import stored it."""
        return codec.load(self.edges.store.newsletter(self.issue.id), Newsletter).metadata

    def finish(self) -> Finish:
        """How the issue goes out: the file's word, else the account's."""
        said = self.metadata().send
        return next((known for known in get_args(Finish) if known == said), self.account.finish)

    def go(self, to: Status, why: str, at: datetime | None = None, **facts: object) -> Move:
        """A move to the next state, looked at again at once unless `at` says when."""
        return Move(to, why, at or self.now(), {"note": "", "tries": 0, **facts})

    def wait(self, note: str, at: datetime | None, **facts: object) -> Move:
        """No move: the note says what is waited for; None: only a person's word goes on."""
        why = "" if note == self.issue.note else note
        return Move(self.issue.status, why, at, {"note": note, **facts})


Step = Callable[[Job], Move]
