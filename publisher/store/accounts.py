"""What is known of the accounts themselves: which are paused, what each may do, and what it has called today.

Calls are counted in memory and written down with the next transaction, so that counting costs no commit of its own; a
crash loses a few of them.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import fields
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy.dialects.sqlite import insert

from publisher import schema as _t
from publisher.issue import Status
from publisher.store.records import Pause, Rights

Transaction = Callable[[], AbstractContextManager[Connection]]

_BEIJING = ZoneInfo("Asia/Shanghai")
_USAGE_KEY = ["account", "path", "day"]
_PAUSE_COLUMNS = [_t.pause.c[field.name] for field in fields(Pause)]
# Built once: each step of every issue asks them.
_PAUSE = select(*_PAUSE_COLUMNS).where(_t.pause.c.account == bindparam("of"))
_RIGHTS = select(_t.rights.c.may_publish, _t.rights.c.may_draft, _t.rights.c.may_mass, _t.rights.c.probed_at).where(
    _t.rights.c.account == bindparam("of")
)
_MORE = insert(_t.usage)
_COUNT = _MORE.on_conflict_do_update(_USAGE_KEY, set_={"calls": _t.usage.c.calls + _MORE.excluded.calls})
_ON_THE_PLATFORM = (Status.SCHEDULED, Status.DRAFTED, Status.SUBMITTED, Status.WITHDRAWN)


class Accounts:
    """The accounts' part of the database. `read` and `write` open transactions."""

    def __init__(self, read: Transaction, write: Transaction) -> None:
        self._read = read
        self._write = write
        self._lock = threading.Lock()
        self._counted: Counter[tuple[str, str, str]] = Counter()
        self._closed: dict[str, dict[str, datetime]] = {}

    # ------------------------------------------------------------------ pauses

    def pauses(self) -> list[Pause]:
        """The paused accounts, the longest paused first."""
        with self._read() as db:
            rows = db.execute(select(*_PAUSE_COLUMNS).order_by(_t.pause.c.since, _t.pause.c.account))
            return [Pause(*row) for row in rows]

    def pause_of(self, account: str) -> Pause | None:
        """Why an account is paused; None while it is not."""
        with self._read() as db:
            row = db.execute(_PAUSE, {"of": account}).one_or_none()
            return None if row is None else Pause(*row)

    def pause(self, pause: Pause) -> bool:
        """Pause an account. False if it was paused for the same reason before: then everybody knows already."""
        row = {field.name: getattr(pause, field.name) for field in fields(Pause)}
        fresh = {name: value for name, value in row.items() if name not in {"account", "since"}}
        with self._write() as db:
            known = select(_t.pause.c.errcode).where(_t.pause.c.account == pause.account)
            before = db.execute(known).scalar_one_or_none()
            db.execute(insert(_t.pause).values(row).on_conflict_do_update(["account"], set_=fresh))
            return before != pause.errcode

    def unpause(self, account: str, now: datetime) -> bool:
        """End an account's pause and let its issues be looked at now; False if it was not paused."""
        with self._write() as db:
            ended = db.execute(_t.pause.delete().where(_t.pause.c.account == account)).rowcount
            if ended:
                _wake_all(db, account, now)
        return bool(ended)

    def resume(self, account: str, now: datetime) -> bool:
        """End all that keeps an account from going on: its pause, what is closed for the day, the rights that it
        lacked. Its issues are looked at now; False if nothing kept it.
        """
        rights, usage = _t.rights.c, _t.usage.c
        lacking = (rights.may_publish == 0) | (rights.may_draft == 0) | (rights.may_mass == 0)
        closed = _t.usage.update().where(usage.account == account, usage.closed_until > now)
        with self._write() as db:
            ended = [
                db.execute(_t.pause.delete().where(_t.pause.c.account == account)),
                db.execute(closed.values(closed_until=None)),
                db.execute(_t.rights.delete().where(rights.account == account, lacking)),
            ]
            if any(result.rowcount for result in ended):
                _wake_all(db, account, now)
        return any(result.rowcount for result in ended)

    # ------------------------------------------------------------------ rights

    def rights(self, account: str) -> Rights:
        """What an account may do by API, as far as the platform has shown; what is not known is taken to be allowed."""
        with self._read() as db:
            row = db.execute(_RIGHTS, {"of": account}).one_or_none()
        if row is None:
            return Rights()
        return Rights(bool(row.may_publish), bool(row.may_draft), bool(row.may_mass), row.probed_at)

    def keep_rights(self, account: str, rights: Rights, now: datetime) -> None:
        """Remember what an account may do, as found just now."""
        may = {"may_publish": int(rights.publish), "may_draft": int(rights.draft), "may_mass": int(rights.mass)}
        row = {"account": account, "probed_at": now, **may}
        with self._write() as db:
            db.execute(insert(_t.rights).values(row).on_conflict_do_update(["account"], set_=row))

    # ------------------------------------------------------------------ calls and quotas

    def count(self, account: str, path: str, now: datetime) -> None:
        """Count one call; it is written down with the next transaction."""
        with self._lock:
            self._counted[account, path, _day(now)] += 1

    def calls(self, account: str, path: str, now: datetime) -> int:
        """How many calls of an API the account has made on this day in Beijing."""
        key = account, path, _day(now)
        where = [_t.usage.c[name] == value for name, value in zip(_USAGE_KEY, key, strict=True)]
        with self._read() as db:
            written = db.execute(select(_t.usage.c.calls).where(*where)).scalar_one_or_none() or 0
        with self._lock:
            return written + self._counted[key]

    def close(self, account: str, path: str, until: datetime, now: datetime) -> None:
        """No more calls of this API by this account until then."""
        row = {"account": account, "path": path, "day": _day(now), "closed_until": until}
        with self._write() as db:
            db.execute(insert(_t.usage).values(row).on_conflict_do_update(_USAGE_KEY, set_={"closed_until": until}))
        with self._lock:
            self._closed.setdefault(account, {})[path] = until

    def closed_until(self, account: str, path: str, now: datetime) -> datetime | None:
        """When an API that is closed for the day opens again; None while it is open."""
        with self._lock:
            known = self._closed.get(account)
        if known is not None and known.get(path, now) <= now:
            return None  # the ordinary case, without a look into the database
        found = self._read_closed(account, now)
        with self._lock:
            self._closed[account] = found
        return found.get(path)

    def pending(self, account: str) -> tuple[int, datetime | None]:
        """How many issues of an account wait for the platform's verdict, and when the oldest was dropped."""
        query = select(func.count(), func.min(_t.issue.c.created_at))
        query = query.where(_t.issue.c.account == account, _t.issue.c.status == Status.SUBMITTED)
        with self._read() as db:
            number, oldest = db.execute(query).one()
            return number, oldest

    def write_down(self, db: Connection) -> None:
        """Write the counted calls in a transaction that is under way."""
        with self._lock:
            counted, self._counted = self._counted, Counter()
        if not counted:
            return
        rows = [{**dict(zip(_USAGE_KEY, key, strict=True)), "calls": number} for key, number in counted.items()]
        db.execute(_COUNT, rows)

    def _read_closed(self, account: str, now: datetime) -> dict[str, datetime]:
        query = select(_t.usage.c.path, _t.usage.c.closed_until)
        query = query.where(_t.usage.c.account == account, _t.usage.c.closed_until > now)
        with self._read() as db:
            return {row.path: row.closed_until for row in db.execute(query)}


def _wake_all(db: Connection, account: str, now: datetime) -> None:
    waiting = _t.issue.c.status.in_(_ON_THE_PLATFORM) & (_t.issue.c.next_try_at > now)
    db.execute(_t.issue.update().where(_t.issue.c.account == account, waiting).values(next_try_at=now))


def _day(now: datetime) -> str:
    return now.astimezone(_BEIJING).date().isoformat()
