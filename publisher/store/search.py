"""The index of all published articles: what readers search in.

It is filled beside the moves, never in them: a move to or from PUBLISHED only marks its issue (`to_index`), and
`catch_up` takes the marks off. So no fault of the index keeps an issue from being recorded as published, or lasts.

What a term is, and what a question looks for, is `publisher.segmentation`'s; how both are written for SQLite is
`found`'s. Another database has an index of its own behind the same class.
"""

from __future__ import annotations

import logging
import sqlite3
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Event
from typing import Final

from sqlalchemy import Connection, literal_column, select

from publisher import schema as _t
from publisher.errors import Unavailable
from publisher.issue import Issue, Move, Status
from publisher.segmentation import SCHEME, Question, Way, ask
from publisher.store.found import (
    TEXTS,
    TITLES,
    Found,
    Look,
    empty,
    entries_of,
    expression,
    look,
    replace_entries,
    scheme_of,
    state_of,
)

log = logging.getLogger("publisher.search")

Transaction = Callable[[], AbstractContextManager[Connection]]

PATIENCE: Final = 0.05
"""Seconds that a reader's question waits for a locked database."""
BATCH: Final = 16
"""Issues that are indexed in one transaction: others wait for it, for some tenths of a second."""
_MARKED = _t.issue.c.to_index == literal_column("1")  # no parameter: SQLite must see that its index is of these


def mark(issue: Issue, move: Move) -> Mapping[str, object]:
    """The column that a move sets if the issue's rows in the index are not what they ought to be after it."""
    return {"to_index": 1} if Status.PUBLISHED in (issue.status, move.to) else {}


class SearchIndex:
    """The index's part of the database at `path`. `read` and `write` open transactions; questions have connections of
    their own, since they are many and must not wait.
    """

    def __init__(self, path: Path, read: Transaction, write: Transaction) -> None:
        self._uri = f"{path.absolute().as_uri()}?mode=rw"
        self._read = read
        self._write = write
        self._idle: deque[sqlite3.Connection] = deque()

    def close(self) -> None:
        """Let go of the connections."""
        while self._idle:
            self._idle.pop().close()

    def find(self, account: str, text: str, limit: int) -> list[Found]:
        """The articles of an account for what a reader sent, at most `limit`: first those with it in the title, the
        newest first. Unavailable if the database cannot be read.
        """
        question = ask(text)
        hits: dict[int, Found] = {}
        if question.phrase:
            with self._asking() as db:
                for what in _looks(question, account):
                    if (what.is_guess and hits) or len(hits) >= limit:
                        break
                    # as many more as are found already: they may come again
                    hits |= look(db, what, limit + len(hits))
        return list(hits.values())[:limit]

    def catch_up(self, stop: Event | None = None) -> int:
        """Bring the index to what is published, until `stop` is set; how many issues that took. An issue that cannot be
        indexed is logged, and tried again the next time.
        """
        self._begin_anew()
        marked, done = self._marked(), 0
        for start in range(0, len(marked), BATCH):
            if stop is not None and stop.is_set():
                break
            done += self._put_all(marked[start : start + BATCH])
        return done

    def put(self, *issue_ids: int) -> None:
        """Write the rows of issues, given in the order of their publication, as they ought to be: one for each article
        with a link of those that are published, none for the others.
        """
        with self._read() as db:
            seen = {issue_id: state_of(db, issue_id) for issue_id in issue_ids}
            entries = {issue_id: entries_of(db, issue_id, issue) for issue_id, issue in seen.items()}
        with self._write() as db:
            # What moved meanwhile is marked again.
            still = [issue_id for issue_id, issue in seen.items() if state_of(db, issue_id) == issue]
            replace_entries(db, {issue_id: entries[issue_id] for issue_id in still})
            db.execute(_t.issue.update().where(_t.issue.c.id.in_(still)).values(to_index=0))

    def _put_all(self, issue_ids: Sequence[int]) -> int:
        """How many of the issues are as they ought to be; where one is at fault, the others are put in without it."""
        try:
            self.put(*issue_ids)
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the others shall be found
            if len(issue_ids) > 1:
                return sum(self._put_all([issue_id]) for issue_id in issue_ids)
            # Its text may hold an article.
            log.error("issue=%d cannot be indexed: %s", issue_ids[0], type(error).__name__)  # noqa: TRY400
            return 0
        return len(issue_ids)

    def _marked(self) -> Sequence[int]:
        """The issues whose rows may be wrong, in the order of their publication."""
        query = select(_t.issue.c.id).where(_MARKED).order_by(_t.issue.c.published_at, _t.issue.c.id)
        with self._read() as db:
            return db.execute(query).scalars().all()

    def _begin_anew(self) -> None:
        """Empty the index, and mark all that is published, if its terms are of another scheme than this version's."""
        with self._read() as db:
            if scheme_of(db) == SCHEME:
                return
        with self._write() as db:
            if scheme_of(db) != SCHEME:
                empty(db)
                db.execute(_t.issue.update().where(_t.issue.c.status == Status.PUBLISHED).values(to_index=1))

    @contextmanager
    def _asking(self) -> Iterator[sqlite3.Connection]:
        """A connection that nobody else uses. After a fault it is not used again."""
        try:
            db = self._take()
            try:
                yield db
            except BaseException:
                db.close()
                raise
        except sqlite3.Error as error:
            # Not its text: it may quote what the reader wrote.
            name = getattr(error, "sqlite_errorname", type(error).__name__)
            raise Unavailable(f"database: a search failed: {name}", "现在不能搜索，请稍后再试。") from None
        self._idle.append(db)

    def _take(self) -> sqlite3.Connection:
        try:
            return self._idle.pop()
        except IndexError:
            pass
        db = sqlite3.connect(self._uri, PATIENCE, isolation_level=None, check_same_thread=False, uri=True)
        db.execute("PRAGMA query_only=ON")
        return db


def _looks(question: Question, account: str) -> Iterator[Look]:
    """Where to look, and for what, the best first."""
    whole: Way = (question.phrase,)
    for table in (TITLES, TEXTS):
        yield Look(table, expression([whole], account), account)
        if question.words != whole:
            yield Look(table, expression([question.words], account), account)
    if question.guesses:
        for table in (TITLES, TEXTS):
            yield Look(table, expression(question.guesses, account), account, is_guess=True)
