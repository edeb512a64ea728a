"""What is planned and what was sent to all: the questions of whoever gives an issue its time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from publisher import schema
from publisher.issue import OPEN, Status
from publisher.store.accounts import Transaction
from publisher.store.records import EffectState

_t = schema
_SEND = func.json_extract(schema.content.c.newsletter, "$.metadata.send")
_WAITING = [*sorted(OPEN), Status.HELD]


@dataclass(frozen=True, slots=True)
class Planned:
    """An issue that is not out yet: when it is to go out (None: as soon as ready) and how, if its file says so."""

    issue_id: int
    status: Status
    publish_at: datetime | None
    send: str


class Plans:
    """The plans' part of the database, which is only read. `read` opens a transaction."""

    def __init__(self, read: Transaction) -> None:
        self._read = read

    def times(self, account: str, since: datetime) -> dict[int, datetime]:
        """Issue and time of all that go out, or went out at their time, at or after `since`."""
        issue = _t.issue.c
        went_out = (issue.status == Status.PUBLISHED) & (issue.published_at >= issue.publish_at)
        query = select(issue.id, issue.publish_at).where(issue.account == account, issue.publish_at >= since)
        with self._read() as db:
            return {row.id: row.publish_at for row in db.execute(query.where(issue.status.in_(_WAITING) | went_out))}

    def planned(self, account: str) -> list[Planned]:
        """All issues of an account that are not out yet, oldest first."""
        issue = _t.issue.c
        query = (
            select(issue.id, issue.status, issue.publish_at, _SEND.label("send"))
            .select_from(_t.issue.outerjoin(_t.content))
            .where(issue.account == account, issue.status.in_(_WAITING))
            .order_by(issue.id)
        )
        with self._read() as db:
            return [Planned(row.id, row.status, row.publish_at, row.send or "") for row in db.execute(query)]

    def mass_sends(self, account: str, since: datetime) -> dict[int, datetime]:
        """Issue and time of the mass sends that were done, or may have been, since then."""
        effect = _t.effect.c
        query = (
            select(effect.issue_id, effect.intent_at)
            .select_from(_t.effect.join(_t.issue))
            .where(_t.issue.c.account == account, effect.kind == "mass_send", effect.intent_at >= since)
            .where(effect.state != EffectState.REJECTED)
        )
        with self._read() as db:
            return {row.issue_id: row.intent_at for row in db.execute(query)}
