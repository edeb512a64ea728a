"""What an issue holds: its dropped files, until they are imported, then what was made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

from msgspec.structs import asdict
from sqlalchemy import Connection

from publisher import schema
from publisher.issue import ArticleRow, Content

_t = schema


def keep_originals(db: Connection, issue_id: int, files: Mapping[str, bytes]) -> None:
    """Store an issue's dropped files in place of those of an earlier drop."""
    db.execute(_t.original.delete().where(_t.original.c.issue_id == issue_id))
    for path, data in files.items():
        db.execute(_t.original.insert().values(issue_id=issue_id, path=path, data=data))


def keep_content(db: Connection, issue_id: int, content: Content) -> None:
    """Store what an import gave in place of the dropped files and of an earlier import."""
    for table in (_t.content, _t.asset, _t.article, _t.original):
        # The originals go, too: the dropped file itself is archived, and what it became is stored here.
        db.execute(table.delete().where(table.c.issue_id == issue_id))
    values = {"newsletter": content.newsletter, "name": content.name, "year": content.year}
    numbers = {"number": content.number, "total_number": content.total_number}
    db.execute(_t.content.insert().values(issue_id=issue_id, **values, **numbers))
    for asset in content.assets:
        db.execute(_t.asset.insert().values(issue_id=issue_id, **asdict(asset)))
    for position, row in enumerate(content.articles):
        kept = {field.name: getattr(row, field.name) for field in fields(ArticleRow)}
        db.execute(_t.article.insert().values(issue_id=issue_id, position=position, **kept))
