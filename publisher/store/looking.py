"""What the engine and the worker ask every few seconds: questions that an index answers, however long the archive."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from publisher import schema
from publisher.issue import Status

_issue = schema.issue


def due(now: datetime, free: Any, lane: str = "") -> Select[Any]:
    """(id, account) of all that is to be done now and that nobody is doing, oldest wish first; of one lane, or all.
    `free` is the condition of a row that nobody holds.
    """
    query = select(_issue.c.id, _issue.c.account).where(_issue.c.next_try_at <= now, free)
    # Joined to nothing, the column keeps SQLite from the index of accounts: it leads through all that one ever had.
    query = query.where(_issue.c.account.op("||")("") == lane) if lane else query
    return query.order_by(_issue.c.next_try_at, _issue.c.id)


def census(statuses: Collection[Status]) -> Select[Any]:
    """(status, how many) of the issues in some states."""
    return select(_issue.c.status, func.count()).where(_issue.c.status.in_(statuses)).group_by(_issue.c.status)


def counted(rows: Collection[Any]) -> Mapping[Status, int]:
    """The rows of a census."""
    return {row[0]: row[1] for row in rows}
