"""Two rows, one issue: a corrected file that came as an issue of its own becomes the next revision of another."""

from __future__ import annotations

from sqlalchemy import Connection, Update, select

from publisher import schema
from publisher.errors import StaleIssue
from publisher.issue import Issue
from publisher.store.records import EffectState

_FILE = [schema.issue.c[name] for name in ("fingerprint", "name", "archive_path", "archived_at")]
_NOBODYS = "-"
"""A fingerprint that no bytes have: what stands in the row between two that are exchanged."""


def exchange_files(db: Connection, former: Issue, newer: Issue) -> None:
    """Let the waiting issue own the corrected file, and the newcomer the former one, wherever that is archived.

    So the former bytes are still known: dropped again, they are a revision once more. StaleIssue if the waiting issue
    is not as it was seen, or its submission has begun.
    """
    seen = {row.id: row for row in db.execute(select(schema.issue).where(schema.issue.c.id.in_([former.id, newer.id])))}
    if seen[former.id].fingerprint != former.fingerprint:
        raise StaleIssue(f"issue {former.id} took another revision")
    if is_submission_begun(db, former):
        raise StaleIssue(f"issue {former.id} is being submitted")
    db.execute(_row(newer.id).values(fingerprint=_NOBODYS))
    for to, source in ((former.id, newer.id), (newer.id, former.id)):
        db.execute(_row(to).values({column.name: getattr(seen[source], column.name) for column in _FILE}))
    db.execute(schema.original.delete().where(schema.original.c.issue_id == newer.id))


def is_submission_begun(db: Connection, issue: Issue) -> bool:
    """Whether the issue's present draft was submitted, or sent to all, or may have been."""
    effect = schema.effect.c
    sent = (effect.kind == "mass_send") | (effect.kind == "submit") & (effect.key == issue.draft_media_id)
    unsure = effect.kind.in_(["mass_send", "submit"]) & (effect.state == EffectState.INTENT)
    query = select(effect.id).where(effect.issue_id == issue.id, effect.state != EffectState.REJECTED, sent | unsure)
    return db.execute(query.limit(1)).first() is not None


def _row(issue_id: int) -> Update:
    return schema.issue.update().where(schema.issue.c.id == issue_id)
