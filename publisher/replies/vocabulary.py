"""The words of a conversation: what came in, what has been published, what may be answered.

What is made anew for every message, or compared for every answer, is a msgspec.Struct: a frozen dataclass costs many
times as much to make and to hash.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Final

import msgspec

from publisher.replies.numbers import (
    Before,
    First,
    MonthNumber,
    Number,
    PlainNumber,
    TotalNumber,
    YearNumber,
)

_BEIJING: Final = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Entry:
    """One published issue as readers may ask for it. `published_at` is aware; `url` is "" where a person
    published it and nobody has told us the link; the numbers are None where the masthead has none, and so is
    `dated`, its date.
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
    dated: date | None = None

    @property
    def day(self) -> date:
        """The day that readers connect with it: of the masthead, else of its publication, in Beijing."""
        return self.dated or self.published_at.astimezone(_BEIJING).date()


@dataclass(frozen=True, slots=True)
class Archive:
    """Every published issue of one account, newest first; the account's name; and the media_ids of the pictures that
    its rules may answer with, by their file names in replies.toml.
    """

    entries: tuple[Entry, ...] = ()
    account: str = ""
    pictures: Mapping[str, str] = field(default_factory=dict)
    _totals: dict[int, Entry] = field(default_factory=dict, init=False, repr=False, compare=False)
    _years: dict[tuple[int | None, int], Entry] = field(default_factory=dict, init=False, repr=False, compare=False)
    _issues: dict[int, Entry] = field(default_factory=dict, init=False, repr=False, compare=False)
    _months: dict[tuple[int, int], list[Entry]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _drafts: list[tuple[object, dict[str, str]]] = field(default_factory=list, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for entry in self.entries:
            if entry.total_issue is not None:
                self._totals.setdefault(entry.total_issue, entry)
            if entry.issue is not None:
                self._years.setdefault((entry.year, entry.issue), entry)
                known = self._issues.setdefault(entry.issue, entry)
                self._issues[entry.issue] = entry if (entry.year or 0) > (known.year or 0) else known
            self._months.setdefault((entry.day.year, entry.day.month), []).append(entry)

    def latest(self) -> Entry | None:
        """The newest issue; None: nothing has been published yet."""
        return self.entries[0] if self.entries else None

    def drafts(self, rules: object) -> dict[str, str]:
        """The texts that were made of this archive under some rules, by name: a list is made once, and not for each of
        the thousands who ask for it.
        """
        kept = self._drafts[0] if self._drafts else None
        if kept is None or kept[0] is not rules:
            kept = (rules, {})
            self._drafts[:] = [kept]
        return kept[1]

    def find(self, number: Number) -> Sequence[Entry]:
        """The issues that a reader means by `number`, newest first: one, or all of a month, or none. A number without
        a year is first the one counted from the beginning, then the one within the latest year that has it; a month
        without a year is the latest that has any.
        """
        match number:
            case TotalNumber(value=value):
                return _one(self._totals.get(value))
            case YearNumber(year=year, value=value):
                return _one(self._years.get((year, value)))
            case PlainNumber(value=value):
                return _one(self._totals.get(value) or self._issues.get(value))
            case MonthNumber(year=year, month=month):
                years = [known for known, its in self._months if its == month] if year is None else [year]
                return self._months.get((max(years, default=0), month), ())
            case Before(steps=steps):
                return self.entries[steps : steps + 1]
            case First():
                return self.entries[-1:]


def _one(entry: Entry | None) -> tuple[Entry, ...]:
    return () if entry is None else (entry,)


class Message(msgspec.Struct, frozen=True, gc=False):
    """One authentic message or event. `kind` is the platform's MsgType ("text", "event", "image" …); `event`
    is as the platform writes it; `created` is its clock in seconds; `message_id` is "" for events; `fields`
    holds everything that came, also what we do not know: text, or nested mappings and lists of text.
    """

    kind: str
    sender: str
    recipient: str
    text: str = ""
    event: str = ""
    event_key: str = ""
    message_id: str = ""
    created: int = 0
    fields: Mapping[str, object] = msgspec.field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Message({self.kind} {self.event})"


class NewsArticle(msgspec.Struct, frozen=True, gc=False):
    """One card of a news reply; `picture_url` is "" or http(s)."""

    title: str
    description: str
    picture_url: str
    url: str


class TextReply(msgspec.Struct, frozen=True, gc=False):
    """Text of 1 to 2,048 bytes of UTF-8."""

    text: str


class NewsReply(msgspec.Struct, frozen=True, gc=False):
    """Cards: the platform shows one in answer to a message, up to eight in answer to an event."""

    articles: tuple[NewsArticle, ...]


class PictureReply(msgspec.Struct, frozen=True, gc=False):
    """A picture that the platform keeps."""

    media_id: str


class HandOver(msgspec.Struct, frozen=True, gc=False):
    """A person of the account's customer service takes over: `desk` is that person's account, "" for anybody."""

    desk: str = ""


class Silence(msgspec.Struct, frozen=True, gc=False):
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
"""The articles for what a reader sent, manners included, in lower case and simplified characters, with one blank
between its words: the best first, no more than can be shown and one."""


class Outcome(StrEnum):
    """What a message came to."""

    RULE = "rule"
    """A rule of its own answered it."""
    FOUND = "found"
    """It was searched for and found."""
    MISSED = "missed"
    """It was asked for and is not there: an issue's number, a word."""


class Answered(msgspec.Struct, frozen=True, gc=False):
    """A reply, and how it came about; `rule` is the name of the rule that fired, "" if none did; `fault` the class of
    the error that kept a search from answering, "" if none did: for the log, and never with a reader's words.
    """

    reply: Reply
    rule: str = ""
    outcome: Outcome = Outcome.RULE
    fault: str = ""
