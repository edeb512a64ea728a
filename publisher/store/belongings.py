"""What each issue of an account has, or had, on the platform: read for tidying up, from the rows of its effects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from publisher import schema
from publisher.issue import Status

_KINDS = ("upload_cover", "add_draft")


@dataclass(frozen=True, slots=True)
class Belongings:
    """One issue's drafts and covers by their media ids, and the fingerprints of its pictures."""

    issue_id: int
    status: Status
    title: str
    fingerprint: str
    revision: int
    drafts: frozenset[str]
    covers: frozenset[str]
    pictures: frozenset[str]


def read_belongings(db: Connection, account: str) -> list[Belongings]:
    """Those of every issue of an account."""
    issue, effect, asset = schema.issue.c, schema.effect.c, schema.asset.c
    recorded: Mapping[tuple[int, str], set[str]] = defaultdict(set)
    mine = select(effect.issue_id, effect.kind, effect.result).join_from(schema.effect, schema.issue)
    for row in db.execute(mine.where(issue.account == account, effect.kind.in_(_KINDS))):
        recorded[row.issue_id, row.kind].add(str((row.result or {}).get("media_id", "")))
    pictures: Mapping[int, set[str]] = defaultdict(set)
    held = select(asset.issue_id, asset.fingerprint).join_from(schema.asset, schema.issue)
    for picture in db.execute(held.where(issue.account == account)):
        pictures[picture.issue_id].add(picture.fingerprint)
    return [
        Belongings(
            row.id, row.status, row.title or row.name, row.fingerprint, row.revision,
            frozenset(recorded[row.id, "add_draft"] | {row.draft_media_id}) - {""},
            frozenset(recorded[row.id, "upload_cover"] | {row.cover_media_id}) - {""},
            frozenset(pictures[row.id]),
        )
        for row in db.execute(select(schema.issue).where(issue.account == account))
    ]  # fmt: skip


def forget_picture(db: Connection, account: str, fingerprint: str, until: datetime) -> None:
    """Strike the address of a picture that was uploaded before `until` and is no longer on the platform."""
    picture = schema.picture.c
    this = (picture.account == account) & picture.fingerprint.startswith(fingerprint) & (picture.uploaded_at <= until)
    db.execute(schema.picture.delete().where(this))
