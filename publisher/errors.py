"""Every error that the publisher raises on purpose.

    PublisherError                    detail: English, for the log; note: Chinese, for the editor
      Unreadable            NEVER     the file is not what its name says, or is hostile
      Unpublishable         NEVER     the platform would refuse it: a limit is passed
      NotFromWeChat         NEVER     a callback whose envelope does not open
      NeedsPerson           NEVER     only a person can know, or decide, what comes next
      NotYet                LATER     nothing is wrong; look again at not_before
      StaleIssue            LATER     somebody else moved the issue first
      Unavailable           LATER     the database cannot be read or written now: locked, disk full
      WrongMove             NEVER     an editor asked for a move that the issue's state does not allow
      WeChatError                     path, errcode, errmsg, rid; never the URL, a token or a secret
        Unreachable         LATER     no connection was made: nothing happened
        Busy                LATER     -1, 45009, 45011 and the like: carries not_before
        Refused             NEVER     any other errcode: the platform said no
        AccountRefused      NEVER     a Refused that concerns the whole account (40164, 48001, 40125 …)
        OutcomeUnknown      UNKNOWN   sent, but not answered: look before repeating
    ConfigError                       outside the tree: nothing may swallow it; lists every fault at once

Only the classes decide what happens next: LATER postpones, NEVER holds the issue for a person,
UNKNOWN looks first.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import ClassVar


class Retry(StrEnum):
    """What an error says about trying again."""

    LATER = "later"
    """Nothing happened; the same call may be made again later."""
    NEVER = "never"
    """Refused; a person must act first."""
    UNKNOWN = "unknown"
    """It may have happened; look before repeating."""


class PublisherError(Exception):
    """An error with an English detail for the log and a Chinese note for the editor."""

    retry: ClassVar[Retry] = Retry.NEVER

    def __init__(self, detail: str, note: str = "") -> None:
        super().__init__(detail, note)
        self.detail = detail
        self.note = note or detail

    def __str__(self) -> str:
        return self.detail


class Unreadable(PublisherError):
    """The file is not what its name says, is damaged, or is hostile."""


class Unpublishable(PublisherError):
    """The platform would refuse it; the note has the figures."""


class NotFromWeChat(PublisherError):
    """A callback whose envelope does not open."""


class NeedsPerson(PublisherError):
    """Only a person can know, or decide, what comes next; the note asks the question."""


class NotYet(PublisherError):
    """Nothing is wrong, but it is too early; `not_before` (aware, UTC) says when to look again."""

    retry: ClassVar[Retry] = Retry.LATER

    def __init__(self, detail: str, note: str, not_before: datetime) -> None:
        super().__init__(detail, note)
        self.not_before = not_before


class StaleIssue(PublisherError):
    """Somebody else moved the issue first, or holds its lease."""

    retry: ClassVar[Retry] = Retry.LATER


class Unavailable(PublisherError):
    """The database cannot be read or written now: it is locked, or the disk is full."""

    retry: ClassVar[Retry] = Retry.LATER


class WrongMove(PublisherError):
    """The issue's state does not allow what the editor asked for."""


class WeChatError(PublisherError):
    """A call to the platform that did not succeed."""

    def __init__(
        self, detail: str, note: str = "", *, path: str = "", errcode: int = 0, errmsg: str = "", rid: str = ""
    ) -> None:
        super().__init__(detail, note)
        self.path = path
        self.errcode = errcode
        self.errmsg = errmsg
        self.rid = rid


class Unreachable(WeChatError):
    """No connection was made: nothing happened."""

    retry: ClassVar[Retry] = Retry.LATER


class Busy(WeChatError):
    """The platform asks for patience; `not_before` (aware, UTC) says until when, None: as the caller likes."""

    retry: ClassVar[Retry] = Retry.LATER
    not_before: datetime | None = None


class Refused(WeChatError):
    """The platform said no to this call."""


class AccountRefused(Refused):
    """The platform said no to the whole account: every issue of it would meet the same answer."""


class OutcomeUnknown(WeChatError):
    """The call was sent but not answered: it may have happened."""

    retry: ClassVar[Retry] = Retry.UNKNOWN


class ConfigError(Exception):
    """The configuration cannot be used; `faults` lists everything that is wrong, one sentence each."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)
