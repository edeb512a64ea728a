"""What the engine and the worker ask every few seconds: questions that an index answers, however long the archive."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from publisher import schema
from publisher.issue import Status
from publisher.store.records import EffectState

_issue = schema.issue


def due(now: datetime, free: Any, lane: str = "") -> Select[Any]:
    """(id, account) of all that is to be done now and that nobody is doing, oldest wish first; of one lane, or all.
    `free` is the condition of a row that nobody holds.
    """
    query = select(_issue.c.id, _issue.c.account).where(_issue.c.next_try_at <= now, free)
    # Joined to nothing, the column keeps SQLite from the index of accounts: it leads through all that one ever had.
    query = query.where(_issue.c.account.op("||")("") == lane) if lane else query
    return query.order_by(_issue.c.next_try_at, _issue.c.id)


def published(columns: Sequence[Any], account: str) -> Select[Any]:
    """The published issues of an account, newest first: `columns`, the numbers of the masthead, the first digest, and
    what the upload of the cover gave: of the last one, since each revision has a cover of its own.
    """
    content, article, effect = schema.content, schema.article, schema.effect
    first = (article.c.issue_id == _issue.c.id) & (article.c.position == 0)
    covers = effect.alias()
    done = (covers.c.kind == "upload_cover") & (covers.c.state == EffectState.DONE)
    last = select(func.max(covers.c.id)).where(covers.c.issue_id == _issue.c.id, done).scalar_subquery()
    return (
        select(*columns, content.c.name.label("newsletter_name"), content.c.year)
        .add_columns(content.c.number, content.c.total_number, article.c.digest, effect.c.result)
        .select_from(schema.issue.outerjoin(content).outerjoin(article, first).outerjoin(effect, effect.c.id == last))
        .where(_issue.c.account == account, _issue.c.status == Status.PUBLISHED)
        .order_by(_issue.c.published_at.desc(), _issue.c.id.desc())
    )


def census(statuses: Collection[Status]) -> Select[Any]:
    """(status, how many) of the issues in some states."""
    return select(_issue.c.status, func.count()).where(_issue.c.status.in_(statuses)).group_by(_issue.c.status)


def counted(rows: Collection[Any]) -> Mapping[Status, int]:
    """The rows of a census."""
    return {row[0]: row[1] for row in rows}
