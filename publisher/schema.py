"""The tables. Times are UTC as ISO 8601 text with microseconds, so that text order is time order."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator

from publisher.issue import Status


class Moment(TypeDecorator[datetime]):
    """An aware datetime, stored as UTC text; a naive one is refused."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """UTC text."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive time would be stored: {value!r}")
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """An aware datetime in UTC."""
        return None if value is None else datetime.fromisoformat(value)


class Standing(TypeDecorator[Status]):
    """A `Status`, stored by its name."""

    impl = String(16)
    cache_ok = True

    def process_bind_param(self, value: Status | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """The name."""
        return None if value is None else Status(value).value

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Status | None:  # noqa: ARG002
        """The status; a name that this version does not know is a ValueError."""
        return None if value is None else Status(value)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

issue = Table(
    "issue",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("status", Standing, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("title", Text, nullable=False, server_default=""),
    Column("publish_at", Moment),
    Column("next_try_at", Moment),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("approved_at", Moment),
    Column("held_from", Standing),
    Column("draft_media_id", String(128), nullable=False, server_default=""),
    Column("cover_media_id", String(128), nullable=False, server_default=""),
    Column("publish_id", String(64), nullable=False, server_default=""),
    Column("msg_data_id", String(64), nullable=False, server_default=""),
    Column("article_id", String(128), nullable=False, server_default=""),
    Column("article_urls", JSON, nullable=False, server_default="[]"),
    Column("published_at", Moment),
    Column("note", Text, nullable=False, server_default=""),
    Column("revision", Integer, nullable=False, server_default="1"),
    # what only the store and the inbox use
    Column("lease_owner", String(64)),
    Column("lease_until", Moment),
    Column("archive_path", Text),
    Column("archived_at", Moment),
    Column("to_index", Integer, nullable=False, server_default="0"),
    # the same bytes twice are one issue
    UniqueConstraint("account", "fingerprint"),
    # the schedule is a query
    Index("ix_issue_next_try_at", "next_try_at"),
    Index("ix_issue_status", "status"),
    # the slots that are taken
    Index("ix_issue_account_publish_at", "account", "publish_at"),
)

Index("ix_issue_unfiled", issue.c.id, sqlite_where=issue.c.archived_at.is_(None))
Index("ix_issue_to_index", issue.c.id, sqlite_where=issue.c.to_index == 1)

original = Table(
    "original",
    metadata,
    Column("issue_id", ForeignKey("issue.id"), primary_key=True),
    Column("path", Text, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)
"""The dropped files of an issue that is not imported yet."""

content = Table(
    "content",
    metadata,
    Column("issue_id", ForeignKey("issue.id"), primary_key=True),
    Column("newsletter", Text, nullable=False),
    Column("name", Text, nullable=False, server_default=""),
    Column("year", Integer),
    Column("number", Integer),
    Column("total_number", Integer),
)
"""What was recovered from an issue's file, without its pictures; the numbers of its masthead for readers' questions."""

asset = Table(
    "asset",
    metadata,
    Column("issue_id", ForeignKey("issue.id"), primary_key=True),
    Column("fingerprint", String(64), primary_key=True),
    Column("media_type", String(32), nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("name", Text, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
)
"""The pictures of an issue, as the platform takes them."""

article = Table(
    "article",
    metadata,
    Column("issue_id", ForeignKey("issue.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("title", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("characters", Integer, nullable=False),
    Column("text", Text, nullable=False, server_default=""),
)
"""The articles of the draft that an issue becomes; `text` is what readers search in."""

found = Table(
    "found",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("issue_id", ForeignKey("issue.id"), nullable=False, index=True),
    Column("account", String(64), nullable=False),
    Column("title", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("cover_url", Text, nullable=False),
    Column("published_at", Moment, nullable=False),
    Column("text", Text, nullable=False),
)
"""Every published article that has a link, as it is in the index; the lower the id, the newer."""

TERMS = ("found_titles", "found_texts")
"""Full-text tables (FTS5, made by migration 0004): the terms of each row of `found` under its id, and nothing else."""

history = Table(
    "history",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("issue_id", ForeignKey("issue.id"), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("before", Standing),
    Column("after", Standing, nullable=False),
    Column("why", Text, nullable=False),
)
"""Every move, in the transaction that made it."""

effect = Table(
    "effect",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("issue_id", ForeignKey("issue.id"), nullable=False, index=True),
    Column("kind", String(32), nullable=False),
    Column("key", String(128), nullable=False),
    Column("state", String(16), nullable=False),
    Column("intent_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("result", JSON, nullable=False, server_default="{}"),
    Column("errcode", Integer, nullable=False, server_default="0"),
    Column("rid", String(64), nullable=False, server_default=""),
    Column("detail", Text, nullable=False, server_default=""),
    UniqueConstraint("issue_id", "kind", "key"),
)
"""Every call that changes the platform: the intent is committed before it is sent, the result right after."""

picture = Table(
    "picture",
    metadata,
    Column("account", String(64), primary_key=True),
    Column("fingerprint", String(64), primary_key=True),
    Column("url", Text, nullable=False),
    Column("uploaded_at", Moment, nullable=False),
)
"""Where the platform keeps a picture of an account: the same bytes are uploaded once."""

event = Table(
    "event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", String(64), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("key", String(160), nullable=False),
    Column("fields", JSON, nullable=False),
    Column("received_at", Moment, nullable=False),
    UniqueConstraint("account", "kind", "key"),
)
"""Result events of the platform, as they came; each is a bell, never a verdict."""

rights = Table(
    "rights",
    metadata,
    Column("account", String(64), primary_key=True),
    Column("may_publish", Integer, nullable=False),
    Column("may_draft", Integer, nullable=False, server_default="1"),
    Column("may_mass", Integer, nullable=False, server_default="1"),
    Column("probed_at", Moment, nullable=False),
)
"""Whether the platform lets an account publish, draft and send to all by API, as far as it has shown."""

pause = Table(
    "pause",
    metadata,
    Column("account", String(64), primary_key=True),
    Column("since", Moment, nullable=False),
    Column("errcode", Integer, nullable=False),
    Column("path", Text, nullable=False),
    Column("rid", String(64), nullable=False, server_default=""),
    Column("note", Text, nullable=False),
)
"""The accounts with which nothing goes on before a person has acted, and why."""

usage = Table(
    "usage",
    metadata,
    Column("account", String(64), primary_key=True),
    Column("path", String(128), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("calls", Integer, nullable=False, server_default="0"),
    Column("closed_until", Moment),
)
"""Calls of each API by each account on each day in Beijing; `closed_until`: no more are to be had until then."""
