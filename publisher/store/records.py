"""What the store gives back: values, never rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from publisher.issue import Issue, Status


class EffectState(StrEnum):
    """What is known of a call that changes the platform."""

    INTENT = "intent"
    """About to be sent, or sent: whether it arrived is not known here."""
    DONE = "done"
    """Answered with success; `result` has what it gave."""
    REJECTED = "rejected"
    """Answered with an error code, or accepted and then refused: it did not happen."""


@dataclass(frozen=True, slots=True)
class Intent:
    """One try of an effect, and when it was begun: by that it is told from an earlier and from a later one."""

    issue_id: int
    kind: str
    key: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Effect:
    """One outside effect of an issue. `key` tells several of a kind apart."""

    issue_id: int
    kind: str
    key: str
    state: EffectState
    intent_at: datetime
    ended_at: datetime | None
    result: Mapping[str, Any]
    errcode: int
    rid: str
    detail: str

    @property
    def intent(self) -> Intent:
        """The try that this is."""
        return Intent(self.issue_id, self.kind, self.key, self.intent_at)

    @property
    def is_undone(self) -> bool:
        """Whether the platform accepted it and refused it later; `detail` has its verdict."""
        return self.state is EffectState.REJECTED and bool(self.result)


@dataclass(frozen=True, slots=True)
class Past:
    """One line of an issue's history: a move."""

    at: datetime
    before: Status | None
    after: Status
    why: str


RECEIVED_AGAIN: Final = "再次收到同一稿件"
"""How the move begins with which an issue starts over, since its file was dropped once more."""


def questions_of(history: Sequence[Past]) -> list[str]:
    """What a person was asked about an issue since its file came last. An issue that goes on after a question has its
    answer, unless that was only the file once more.
    """
    last = max((at for at, past in enumerate(history) if past.why.startswith(RECEIVED_AGAIN)), default=0)
    return [past.why for past in history[last:] if past.after is Status.HELD]


@dataclass(frozen=True, slots=True)
class Heard:
    """A result event of the platform, and when it came."""

    at: datetime
    kind: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Published:
    """A published issue as readers may ask for it."""

    issue: Issue
    name: str
    year: int | None
    number: int | None
    total_number: int | None
    digest: str
    cover_url: str


@dataclass(frozen=True, slots=True)
class Filing:
    """Where a dropped file is, or is about to be, archived (a path relative to the workspace)."""

    issue: Issue
    archive_path: str | None


@dataclass(frozen=True, slots=True)
class Pause:
    """An account with which nothing goes on before a person has acted; `note` says what to do."""

    account: str
    since: datetime
    errcode: int
    path: str
    rid: str
    note: str


@dataclass(frozen=True, slots=True)
class Rights:
    """What an account may do by API: publish, put drafts, send to all; None: never asked."""

    publish: bool = True
    draft: bool = True
    mass: bool = True
    probed_at: datetime | None = None
