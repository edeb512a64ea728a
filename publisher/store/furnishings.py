"""What stands on an account beside its issues: its menu, the pictures of its replies, what is known of its
certification.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from publisher import schema as _t
from publisher.store.records import Heard

Transaction = Callable[[], AbstractContextManager[Connection]]
Buttons = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class PushedMenu:
    """The menu that was last pushed. `plan` is what was configured, whatever issue it stood for; `sent` what went out;
    `stored` what the platform listed right after.
    """

    plan: Buttons
    sent: Buttons
    stored: Buttons


@dataclass(frozen=True, slots=True)
class ReplyPicture:
    """A picture on the platform, and the bytes that the file had from which it was made."""

    fingerprint: str
    media_id: str


class Furnishings:
    """That part of the database. `read` and `write` open transactions."""

    def __init__(self, read: Transaction, write: Transaction) -> None:
        self._read = read
        self._write = write

    def menu(self, account: str) -> PushedMenu | None:
        """The menu that was last pushed to an account; None: none was, as far as this database knows."""
        query = select(_t.menu.c.plan, _t.menu.c.sent, _t.menu.c.stored).where(_t.menu.c.account == account)
        with self._read() as db:
            row = db.execute(query).one_or_none()
            return None if row is None else PushedMenu(*row)

    def keep_menu(self, account: str, menu: PushedMenu, now: datetime) -> None:
        """Remember what was pushed just now."""
        row = {"plan": list(menu.plan), "sent": list(menu.sent), "stored": list(menu.stored), "pushed_at": now}
        put = insert(_t.menu).values(account=account, **row)
        with self._write() as db:
            db.execute(put.on_conflict_do_update(["account"], set_=row))

    def reply_pictures(self, account: str) -> dict[str, ReplyPicture]:
        """The pictures of an account's replies by file name."""
        table = _t.reply_picture.c
        query = select(table.name, table.fingerprint, table.media_id).where(table.account == account)
        with self._read() as db:
            return {row.name: ReplyPicture(row.fingerprint, row.media_id) for row in db.execute(query)}

    def keep_reply_picture(self, account: str, name: str, picture: ReplyPicture, now: datetime) -> None:
        """Remember where the platform keeps the picture of a file."""
        row = {"fingerprint": picture.fingerprint, "media_id": picture.media_id, "uploaded_at": now}
        put = insert(_t.reply_picture).values(account=account, name=name, **row)
        with self._write() as db:
            db.execute(put.on_conflict_do_update(["account", "name"], set_=row))

    def heard(self, account: str, kinds: Sequence[str]) -> list[Heard]:
        """The kept events of some kinds (upper case), oldest first."""
        table = _t.event.c
        query = select(table.received_at, table.kind, table.fields)
        query = query.where(table.account == account, table.kind.in_(kinds)).order_by(table.id)
        with self._read() as db:
            return [Heard(*row) for row in db.execute(query)]
