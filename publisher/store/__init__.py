"""The database: every state of every issue, in SQLite.

One transaction per decision. A move is a guarded update (`WHERE id AND status AND lease`) that writes its own
history row, so history cannot disagree with state; a lost race is `StaleIssue`. Nothing here waits for the network.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, bindparam, select, true
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import IntegrityError, OperationalError

from publisher import schema as _t
from publisher.document import Asset
from publisher.errors import StaleIssue, Unavailable, WrongMove
from publisher.issue import OPEN, ArticleRow, Issue, Move, Status, may_follow
from publisher.migrations import migrate
from publisher.store import effects, looking, records
from publisher.store.accounts import Accounts
from publisher.store.belongings import Belongings, forget_picture, read_belongings
from publisher.store.calls import call_name, call_outcome, remember_calls
from publisher.store.contents import keep_content, keep_originals
from publisher.store.database import check_is_database, open_database
from publisher.store.dates import Dates
from publisher.store.deliveries import Deliveries
from publisher.store.furnishings import Furnishings
from publisher.store.plans import Plans
from publisher.store.records import Effect, EffectState, Filing, Heard, Intent, Past, Pause, Published, Rights
from publisher.store.revisions import exchange_files, is_submission_begun
from publisher.store.search import SearchIndex, mark
from publisher.store.writing import Writer

__all__ = [
    "LEASE", "Accounts", "Belongings", "Effect", "EffectState", "Filing", "Heard", "Intent", "Past", "Pause",
    "Published", "Rights", "Store", "call_name", "call_outcome", "check_is_database",
]  # fmt: skip

LEASE = timedelta(seconds=60)
"""How long a worker owns an issue unless it renews: the fail-over time when another host's worker dies."""
_FRESH = timedelta(seconds=5)
"""A lease that was renewed no longer ago is as good as a full one."""

_ISSUE_COLUMNS = [_t.issue.c[field.name] for field in fields(Issue)]
# Built once: to put them together takes longer than to run them.
_ISSUE = select(*_ISSUE_COLUMNS).where(_t.issue.c.id == bindparam("of"))
_IS_MINE = (_t.issue.c.id == bindparam("of")) & (_t.issue.c.lease_owner == bindparam("whose"))
_MINE = _t.issue.update().where(_IS_MINE)
_LEASE_UNTIL = select(_t.issue.c.lease_until).where(_IS_MINE)


class Store:
    """The database of one workspace. Safe for threads and for several processes."""

    def __init__(self, path: Path, patience: float = 30) -> None:
        """Open, or make, the database; `patience` is how many seconds to wait while another process writes."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._engine = open_database(path, patience)
        migrate(self._engine)
        self._single = self._engine.execution_options(single=True)
        self._writer = Writer(self._engine)
        self.accounts = Accounts(self._read, self._write)
        self.plans = Plans(self._view)
        self.deliveries = Deliveries(self._view, self._write)
        self.dates = Dates(self._view)
        self.furnishings = Furnishings(self._view, self._write)
        self.search = SearchIndex(path, self._view, self._write)

    def close(self) -> None:
        """Let go of every connection."""
        self.search.close()
        self._engine.dispose()

    # ------------------------------------------------------------------ issues

    def receive(self, account: str, name: str, fingerprint: str, files: Mapping[str, bytes], now: datetime) -> Issue:
        """A new issue in RECEIVED with its files; StaleIssue if these bytes are an issue of the account already."""
        row = {
            "account": account,
            "name": name,
            "fingerprint": fingerprint,
            "status": Status.RECEIVED,
            "created_at": now,
            # Without files it is refused in the next move; if that is never made, the import says so.
            "next_try_at": now if files else now + LEASE,
        }
        with self._write() as db:
            try:
                issue_id = db.execute(_t.issue.insert().values(row).returning(_t.issue.c.id)).scalar_one()
            except IntegrityError:
                raise StaleIssue(f"{account}: {name} is an issue already") from None
            keep_originals(db, issue_id, files)
            _record(db, issue_id, now, (None, Status.RECEIVED), f"收到稿件 {name}")
            return _issue(db, issue_id)

    def receive_again(self, issue_id: int, name: str, files: Mapping[str, bytes], now: datetime) -> Issue:
        """The issue whose bytes were dropped once more after it was withdrawn or unreadable: back to RECEIVED."""
        with self._write() as db:
            before = _issue(db, issue_id)
            if not may_follow(before.status, Status.RECEIVED):
                raise WrongMove(f"issue {issue_id} is {before.status}", f"第 {issue_id} 号稿件不能重新开始")
            keep_originals(db, issue_id, files)
            clean = {
                "status": Status.RECEIVED, "name": name, "next_try_at": now if files else now + LEASE,
                "tries": 0, "note": "", "held_from": None,
                "approved_at": None, "publish_at": None, "archive_path": None, "archived_at": None,
                "draft_media_id": "", "cover_media_id": "",
                # another name for its cover: what went out, or not, under the old one is another story
                "revision": before.revision + 1,
            }  # fmt: skip
            db.execute(_t.issue.update().where(_t.issue.c.id == issue_id).values(clean))
            # A submission is kept for the story; one that nobody knows the outcome of was settled by the withdrawal.
            over = (_t.effect.c.kind != "submit") | (_t.effect.c.state == EffectState.INTENT)
            old = [_t.effect.c.issue_id == issue_id, over]
            remember_calls(db, old, "稿件后来重新开始")
            db.execute(_t.effect.delete().where(*old))
            _record(db, issue_id, now, (before.status, Status.RECEIVED), f"{records.RECEIVED_AGAIN} {name}")
            return _issue(db, issue_id)

    def issue(self, issue_id: int) -> Issue:
        """One issue; KeyError if there is none."""
        with self._read() as db:
            return _issue(db, issue_id)

    def issues(self) -> list[Issue]:
        """All issues, oldest first."""
        with self._read() as db:
            return [_to_issue(row) for row in db.execute(select(*_ISSUE_COLUMNS).order_by(_t.issue.c.id))]

    def find(self, account: str, fingerprint: str) -> Issue | None:
        """The issue that these bytes became, if any."""
        query = select(*_ISSUE_COLUMNS).where(_t.issue.c.account == account, _t.issue.c.fingerprint == fingerprint)
        with self._read() as db:
            row = db.execute(query).one_or_none()
            return None if row is None else _to_issue(row)

    def namesakes(self, issue: Issue) -> list[Issue]:
        """Other live issues of the account under the same file name or the same title, newest first."""
        same = _t.issue.c.name == issue.name
        if issue.title:
            same = same | (_t.issue.c.title == issue.title)
        query = (
            select(*_ISSUE_COLUMNS)
            .where(_t.issue.c.account == issue.account, _t.issue.c.id != issue.id, same)
            .where(_t.issue.c.status.not_in([Status.WITHDRAWN, Status.REMOVED]))
            .order_by(_t.issue.c.id.desc())
        )
        with self._read() as db:
            return [_to_issue(row) for row in db.execute(query)]

    def due(self, now: datetime, lane: str = "") -> list[tuple[int, str]]:
        """(issue, account) of all that is to be done now and that nobody is doing, oldest wish first; of one account,
        or of all.
        """
        with self._read() as db:
            return [(row.id, row.account) for row in db.execute(looking.due(now, _unleased(now), lane))]

    def issues_in(self, statuses: Collection[Status]) -> list[Issue]:
        """The issues in some states, oldest first."""
        query = select(*_ISSUE_COLUMNS).where(_t.issue.c.status.in_(statuses)).order_by(_t.issue.c.id)
        with self._read() as db:
            return [_to_issue(row) for row in db.execute(query)]

    def census(self, statuses: Collection[Status]) -> Mapping[Status, int]:
        """How many issues there are in each of some states."""
        with self._read() as db:
            return looking.counted(db.execute(looking.census(statuses)).all())

    # ------------------------------------------------------------------ leases and moves

    def lease(self, issue_id: int, owner: str, now: datetime) -> Issue | None:
        """The issue, owned by `owner` until `now` + LEASE; None while somebody else owns it."""
        free = _unleased(now) | (_t.issue.c.lease_owner == owner)
        update = _t.issue.update().where(_t.issue.c.id == issue_id, free)
        with self._write() as db:
            if db.execute(update.values(lease_owner=owner, lease_until=now + LEASE)).rowcount == 0:
                return None
            return _issue(db, issue_id)

    def renew(self, issue_id: int, owner: str, now: datetime) -> None:
        """Nearly a full lease from now on; StaleIssue if it was lost. The last thing to do before the wire."""
        with self._read() as db:  # right after an intent the lease is fresh: then there is nothing to commit
            until = db.execute(_LEASE_UNTIL, {"of": issue_id, "whose": owner}).scalar_one_or_none()
        if until is None or until < now + LEASE - _FRESH or until > now + LEASE:
            with self._write() as db:
                _extend(db, issue_id, owner, now)

    def release(self, issue_id: int, owner: str) -> None:
        """Give the issue back."""
        nobodys = {"lease_owner": None, "lease_until": None}
        with self._write() as db:
            db.execute(_MINE, {"of": issue_id, "whose": owner, **nobodys})

    def drop_leases(self) -> None:
        """Forget all leases: only for the one worker of the workspace, when it starts."""
        held = _t.issue.update().where(_t.issue.c.lease_owner.is_not(None))
        with self._write() as db:
            db.execute(held.values(lease_owner=None, lease_until=None))

    def move(self, issue: Issue, move: Move, now: datetime, owner: str | None = None) -> Issue:
        """The issue after the move, stored with its history row (and its content) in one transaction.

        Raises WrongMove for a move that the table does not allow, StaleIssue if the issue is no longer as given.
        """
        with self._write() as db:
            if move.revises is not None:
                _move(db, move.revises.of, move.revises.move, now, _unleased(now))
                exchange_files(db, move.revises.of, issue)
            _move(db, issue, move, now, _t.issue.c.lease_owner == owner if owner else _unleased(now))
            if move.undone is not None:
                effects.undo_effect(db, issue.id, move.undone, now)
            return _issue(db, issue.id)

    def history(self, issue_id: int) -> list[Past]:
        """All moves of an issue, oldest first."""
        query = select(_t.history).where(_t.history.c.issue_id == issue_id).order_by(_t.history.c.id)
        with self._read() as db:
            return [Past(row.at, row.before, row.after, row.why) for row in db.execute(query)]

    # ------------------------------------------------------------------ what an issue holds

    def originals(self, issue_id: int) -> dict[str, bytes]:
        """The dropped files, by path; empty once the issue is imported."""
        query = select(_t.original.c.path, _t.original.c.data).where(_t.original.c.issue_id == issue_id)
        with self._read() as db:
            return {row.path: row.data for row in db.execute(query)}

    def newsletter(self, issue_id: int) -> str:
        """The stored newsletter (see `codec`), without pictures; "" before the import."""
        query = select(_t.content.c.newsletter).where(_t.content.c.issue_id == issue_id)
        with self._read() as db:
            return db.execute(query).scalar_one_or_none() or ""

    def assets(self, issue_id: int) -> tuple[Asset, ...]:
        """The pictures of an issue, as the platform takes them."""
        query = select(_t.asset).where(_t.asset.c.issue_id == issue_id).order_by(_t.asset.c.fingerprint)
        with self._read() as db:
            return tuple(
                Asset(row.fingerprint, row.media_type, row.data, row.name, row.width, row.height)
                for row in db.execute(query)
            )

    def articles(self, issue_id: int) -> list[ArticleRow]:
        """The articles of the draft, in order."""
        query = select(_t.article).where(_t.article.c.issue_id == issue_id).order_by(_t.article.c.position)
        with self._read() as db:
            return [ArticleRow(row.title, row.digest, row.characters) for row in db.execute(query)]

    def published(self, account: str, limit: int = 500) -> list[Published]:
        """The published issues of an account, newest first."""
        query = looking.published(_ISSUE_COLUMNS, account).limit(limit)
        with self._read() as db:
            return [_to_published(row) for row in db.execute(query)]

    # ------------------------------------------------------------------ effects

    def effect(self, issue_id: int, kind: str, key: str) -> Effect | None:
        """What is known of one effect; None if it was never begun."""
        with self._read() as db:
            return effects.read_effect(db, issue_id, kind, key)

    def is_submission_begun(self, issue: Issue) -> bool:
        """Whether its draft was submitted, or may have been."""
        with self._view() as db:
            return is_submission_begun(db, issue)

    def effects(self, issue_id: int) -> list[Effect]:
        """All effects of an issue in the order of their intents."""
        with self._read() as db:
            return effects.read_effects(db, issue_id)

    def intend(self, issue_id: int, kind: str, key: str, owner: str, now: datetime) -> Intent:
        """Commit that an effect is about to be sent, with a full lease; StaleIssue if the lease was lost."""
        intent = Intent(issue_id, kind, key, now)
        with self._write() as db:
            _extend(db, issue_id, owner, now)
            effects.begin_effect(db, intent)
        return intent

    def finish(self, intent: Intent, result: Mapping[str, Any], now: datetime) -> Effect | None:
        """Commit what an effect gave. What is known of it then: something else, if another worker was quicker."""
        # A detail stays: it says that the answer was lost at first, and the result found later.
        with self._write() as db:
            ending = {"state": EffectState.DONE, "result": dict(result), "ended_at": now}
            return effects.conclude_effect(db, intent, ending, now)

    def reject(self, intent: Intent, error: tuple[int, str, str], now: datetime) -> None:
        """Commit that the platform refused an effect: (errcode, rid, detail)."""
        errcode, rid, detail = error
        ending = {"state": EffectState.REJECTED, "errcode": errcode, "rid": rid, "detail": detail, "ended_at": now}
        with self._write() as db:
            effects.conclude_effect(db, intent, ending, now)

    def remark(self, intent: Intent, detail: str, now: datetime) -> None:
        """Note why the outcome of an effect is not known; its state stays."""
        with self._write() as db:
            effects.conclude_effect(db, intent, {"detail": detail}, now)

    def forget_effect(self, issue_id: int, kind: str, key: str) -> None:
        """Strike an effect that a person, or the platform, knows not to have happened. The history keeps it."""
        with self._write() as db:
            effects.forget_effect(db, issue_id, kind, key)

    # ------------------------------------------------------------------ pictures, events

    def picture_urls(self, account: str, fingerprints: Sequence[str]) -> dict[str, str]:
        """Where the platform keeps those of the pictures that were uploaded before."""
        query = select(_t.picture.c.fingerprint, _t.picture.c.url)
        query = query.where(_t.picture.c.account == account, _t.picture.c.fingerprint.in_(fingerprints))
        with self._read() as db:
            return {row.fingerprint: row.url for row in db.execute(query)}

    def keep_pictures(self, account: str, urls: Mapping[str, str], now: datetime) -> None:
        """Remember where the platform keeps pictures, by fingerprint."""
        if not urls:
            return
        rows = [{"account": account, "fingerprint": f, "url": url, "uploaded_at": now} for f, url in urls.items()]
        put = insert(_t.picture)
        fresh = {"url": put.excluded.url, "uploaded_at": put.excluded.uploaded_at}
        with self._write() as db:
            db.execute(put.on_conflict_do_update(_PICTURE_KEY, set_=fresh), rows)

    def belongings(self, account: str) -> list[Belongings]:
        """What each issue of an account has, or had, on the platform."""
        with self._view() as db:
            return read_belongings(db, account)

    def forget_picture(self, account: str, fingerprint: str, now: datetime) -> None:
        """Forget where the platform kept a picture whose fingerprint begins so: it is deleted there."""
        with self._write() as db:
            forget_picture(db, account, fingerprint, now)

    def record_event(self, account: str, kind: str, key: str, fields: Mapping[str, Any], now: datetime) -> None:
        """Keep a result event (once) and ring for every issue of the account that waits for one."""
        row = {"account": account, "kind": kind, "key": key, "fields": dict(fields), "received_at": now}
        with self._write() as db:
            db.execute(insert(_t.event).values(row).on_conflict_do_nothing())
            _ring(db, now, _t.issue.c.account == account)

    def ring(self, now: datetime) -> None:
        """Let every issue that only waits for the platform, or for a person in the console, be looked at now."""
        with self._write() as db:
            _ring(db, now, true())

    def ring_all(self, now: datetime) -> None:
        """Let every issue that waits for some time be looked at now: the clock by which it waits was set."""
        waiting = _t.issue.c.status.in_([*OPEN, Status.WITHDRAWN]) & (_t.issue.c.next_try_at > now)
        with self._write() as db:
            db.execute(_t.issue.update().where(waiting).values(next_try_at=now))

    def last_move(self) -> tuple[int, datetime] | None:
        """The number of the newest move of any issue, and when it was recorded; None in an empty database."""
        with self._read() as db:
            query = select(_t.history.c.id, _t.history.c.at).order_by(_t.history.c.id.desc()).limit(1)
            row = db.execute(query).one_or_none()
            return None if row is None else (row.id, row.at)

    def events(self, account: str, kinds: Sequence[str], since: datetime) -> list[Mapping[str, Any]]:
        """The fields of the kept events of some kinds received since then, newest first, at most 200."""
        query = select(_t.event.c.fields).where(_t.event.c.account == account, _t.event.c.kind.in_(kinds))
        query = query.where(_t.event.c.received_at >= since).order_by(_t.event.c.id.desc()).limit(200)
        with self._read() as db:
            return list(db.execute(query).scalars())

    def heard(self, account: str, since: datetime) -> list[Heard]:
        """The kept events of an account received since then, oldest first."""
        query = select(_t.event).where(_t.event.c.account == account, _t.event.c.received_at >= since)
        with self._read() as db:
            rows = db.execute(query.order_by(_t.event.c.id))
            return [Heard(row.received_at, row.kind, row.fields) for row in rows]

    # ------------------------------------------------------------------ the dropped files

    def unfiled(self) -> list[Filing]:
        """Issues whose dropped file is not archived yet though what it became is decided."""
        query = select(*_ISSUE_COLUMNS, _t.issue.c.archive_path).where(
            _t.issue.c.archived_at.is_(None), _t.issue.c.status != Status.RECEIVED
        )
        with self._read() as db:
            return [Filing(_to_issue(row), row.archive_path) for row in db.execute(query)]

    def filing(self, issue_id: int) -> Filing:
        """Where an issue's dropped file was archived."""
        query = select(*_ISSUE_COLUMNS, _t.issue.c.archive_path).where(_t.issue.c.id == issue_id)
        with self._read() as db:
            row = db.execute(query).one()
            return Filing(_to_issue(row), row.archive_path)

    def plan_filing(self, issue_id: int, archive_path: str) -> None:
        """Commit where a file is about to be moved."""
        with self._write() as db:
            db.execute(_t.issue.update().where(_t.issue.c.id == issue_id).values(archive_path=archive_path))

    def filed(self, issue_id: int, now: datetime) -> None:
        """Commit that the file is where it was planned."""
        with self._write() as db:
            db.execute(_t.issue.update().where(_t.issue.c.id == issue_id).values(archived_at=now))

    def is_filed(self, issue_id: int) -> bool:
        """Whether the dropped file of an issue has been archived."""
        query = select(_t.issue.c.archived_at).where(_t.issue.c.id == issue_id)
        with self._read() as db:
            return db.execute(query).scalar_one() is not None

    # ------------------------------------------------------------------ transactions

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with _told_apart(), self._writer.write() as db:
            yield db
            self.accounts.write_down(db)

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        """For one question: each statement by itself, without a transaction around it."""
        with _told_apart(), self._single.connect() as db:
            yield db

    @contextmanager
    def _view(self) -> Iterator[Connection]:
        """For several questions whose answers must be of one moment."""
        with _told_apart(), self._engine.connect() as db:
            yield db


@contextmanager
def _told_apart() -> Iterator[None]:
    """A locked or full database passes; every other failure of it is a fault of ours."""
    try:
        yield
    except OperationalError as error:
        detail = f"database: {error.orig}"
        raise Unavailable(detail, "数据库暂时不能读写（被占用，或磁盘已满），稍后自动再试。") from None


_PICTURE_KEY = ["account", "fingerprint"]


def _issue(db: Connection, issue_id: int) -> Issue:
    row = db.execute(_ISSUE, {"of": issue_id}).one_or_none()
    if row is None:
        raise KeyError(issue_id)
    return _to_issue(row)


def _move(db: Connection, issue: Issue, move: Move, now: datetime, may_move: Any) -> None:
    if not may_follow(issue.status, move.to):
        raise WrongMove(f"issue {issue.id}: {issue.status} -> {move.to}", f"第 {issue.id} 号稿件现在不能这样处理")
    values: dict[str, object] = {"status": move.to, "next_try_at": move.next_try_at, **move.facts, **mark(issue, move)}
    guard = [_t.issue.c.id == issue.id, _t.issue.c.status == issue.status, may_move]
    if db.execute(_t.issue.update().where(*guard).values(values)).rowcount == 0:
        raise StaleIssue(f"issue {issue.id} was moved by somebody else", "稿件正在处理，请稍后再试")
    if move.content is not None:
        keep_content(db, issue.id, move.content)
    if move.why:
        _record(db, issue.id, now, (issue.status, move.to), move.why)


def _to_issue(row: Any) -> Issue:
    values = {field.name: getattr(row, field.name) for field in fields(Issue)}
    return Issue(**{**values, "article_urls": tuple(values["article_urls"])})


def _to_published(row: Any) -> Published:
    cover_url = (row.result or {}).get("url", "")
    name = row.newsletter_name or ""
    return Published(_to_issue(row), name, row.year, row.number, row.total_number, row.digest or "", cover_url)


def _ring(db: Connection, now: datetime, which: Any) -> None:
    waiting = _t.issue.c.status.in_([Status.DRAFTED, Status.SUBMITTED]) & (_t.issue.c.next_try_at > now)
    its_time = (_t.issue.c.publish_at.is_(None)) | (_t.issue.c.publish_at <= now)
    db.execute(_t.issue.update().where(waiting, its_time, which).values(next_try_at=now))


def _extend(db: Connection, issue_id: int, owner: str, now: datetime) -> None:
    if db.execute(_MINE, {"of": issue_id, "whose": owner, "lease_until": now + LEASE}).rowcount == 0:
        raise StaleIssue(f"issue {issue_id}: the lease was lost")


def _unleased(now: datetime) -> Any:
    until = _t.issue.c.lease_until
    # No lease reaches so far ahead: it was given before the clock was set back.
    return until.is_(None) | (until <= now) | (until > now + 2 * LEASE)


def _record(db: Connection, issue_id: int, now: datetime, change: tuple[Status | None, Status], why: str) -> None:
    before, after = change
    db.execute(_t.history.insert().values(issue_id=issue_id, at=now, before=before, after=after, why=why))
