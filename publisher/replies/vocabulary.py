"""The words of a conversation: what came in, what has been published, what may be answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from publisher.replies.numbers import Number, PlainNumber, TotalNumber, YearNumber


@dataclass(frozen=True, slots=True)
class Entry:
    """One published issue as readers may ask for it. `published_at` is aware; `url` is "" where a person
    published it and nobody has told us the link; the numbers are None where the masthead has none.
    """

    issue_id: int
    title: str
    digest: str
    url: str
    cover_url: str
    name: str
    year: int | None
    issue: int | None
    total_issue: int | None
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Archive:
    """Every published issue of one account, newest first."""

    entries: tuple[Entry, ...] = ()

    def latest(self) -> Entry | None:
        """The newest issue; None: nothing has been published yet."""
        return self.entries[0] if self.entries else None

    def by_number(self, number: Number) -> Entry | None:
        """The issue that a reader means by `number`; None: there is none. A number without a year is first
        the one counted from the beginning, then the one within the latest year that has it.
        """
        match number:
            case TotalNumber(value=value):
                found = self._by_total(value)
            case YearNumber(year=year, value=value):
                found = (entry for entry in self.entries if (entry.year, entry.issue) == (year, value))
            case PlainNumber(value=value):
                return next(self._by_total(value), None) or max(
                    (entry for entry in self.entries if entry.issue == value),
                    key=lambda entry: entry.year or 0,
                    default=None,
                )
        return next(found, None)

    def _by_total(self, value: int) -> Iterator[Entry]:
        return (entry for entry in self.entries if entry.total_issue == value)


@dataclass(frozen=True, slots=True)
class Message:
    """One authentic message or event. `kind` is the platform's MsgType ("text", "event", "image" …); `event`
    is as the platform writes it; `created` is its clock in seconds; `message_id` is "" for events; `fields`
    holds everything that came, also what we do not know: text, or nested mappings and lists of text.
    """

    kind: str
    sender: str = field(repr=False)
    recipient: str
    text: str = field(default="", repr=False)
    event: str = ""
    event_key: str = ""
    message_id: str = ""
    created: int = 0
    fields: Mapping[str, object] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class NewsArticle:
    """One card of a news reply; `picture_url` is "" or http(s)."""

    title: str
    description: str
    picture_url: str
    url: str


@dataclass(frozen=True, slots=True)
class TextReply:
    """Text of 1 to 2,048 bytes of UTF-8."""

    text: str


@dataclass(frozen=True, slots=True)
class NewsReply:
    """Cards: the platform shows one in answer to a message, up to eight in answer to an event."""

    articles: tuple[NewsArticle, ...]


@dataclass(frozen=True, slots=True)
class PictureReply:
    """A picture that the platform keeps."""

    media_id: str


@dataclass(frozen=True, slots=True)
class HandOver:
    """A person of the account's customer service takes over: `desk` is that person's account, "" for anybody."""

    desk: str = ""


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing is said."""


Reply = TextReply | NewsReply | PictureReply | HandOver | Silence


@dataclass(frozen=True, slots=True)
class Hit:
    """One published article in which a reader's word was found; `published_at` is aware, `url` http(s)."""

    title: str
    digest: str
    url: str
    cover_url: str
    published_at: datetime


Search = Callable[[str], Sequence[Hit]]
"""The articles for what a reader sent, normalised: the best first, no more than can be shown and one."""


class Outcome(StrEnum):
    """What a message came to."""

    RULE = "rule"
    """A rule of its own answered it."""
    FOUND = "found"
    """It was searched for and found."""
    MISSED = "missed"
    """It was asked for and is not there: an issue's number, a word."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A reply, and how it came about; `rule` is the name of the rule that fired, "" if none did."""

    reply: Reply
    rule: str = ""
    outcome: Outcome = Outcome.RULE
