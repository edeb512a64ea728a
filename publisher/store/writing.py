"""Writing: one thread at a time, and those that wait for their turn share one commit.

A commit waits for the disk, which is most of what a write costs. So whoever has written while others wait leaves the
transaction open to the next, and the last one commits for all. Nobody goes on before what he wrote is on the disk.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError


class Writer:
    """The one way to write to a database. Its threads queue here, other processes at the database's own lock."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(write=True)
        self._turn = threading.Lock()
        self._counting = threading.Lock()
        self._waiting = 0
        self._batch: _Batch | None = None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is on the disk when the block is left, and undone if it raises.

        OperationalError if it could not be written, though the block itself went well.
        """
        with self._in_turn():
            batch = self._batch = self._batch or _Batch(self._engine)
            try:
                with batch.part() as db:
                    yield db
            finally:
                if batch.error is not None or batch.is_empty or not self._waiting:
                    self._batch = None
                    batch.close()
        batch.wait()

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        with self._counting:
            self._waiting += 1
        with self._turn:
            with self._counting:
                self._waiting -= 1
            yield


class _Batch:
    """One transaction, in which one thread writes after another."""

    def __init__(self, engine: Engine) -> None:
        self._db = engine.connect()
        try:
            self._transaction = self._db.begin()
        except OperationalError:
            self._db.close()
            raise
        self._closed = threading.Event()
        self._kept = False
        self.is_empty = True
        self.error: OperationalError | None = None

    @contextmanager
    def part(self) -> Iterator[Connection]:
        """One thread's part; if it raises, the others' stay."""
        savepoint = None if self.is_empty else self._db.begin_nested()
        try:
            yield self._db
            if savepoint is not None:
                savepoint.commit()
        except OperationalError as error:
            # A full disk or a broken file may have undone the whole transaction: then nobody's part is kept.
            self.error = error
            raise
        except BaseException:
            if savepoint is not None:
                savepoint.rollback()
            raise
        self.is_empty = False

    def close(self) -> None:
        """Commit for all; undo a transaction that failed, or in which nothing was written."""
        try:
            if self.error is None and not self.is_empty:
                self._transaction.commit()
                self._kept = True
        except OperationalError as error:
            self.error = error
            self._db.invalidate()  # whether it still is in the transaction, nobody knows: it goes back into no pool
        finally:
            self._db.close()
            self._closed.set()

    def wait(self) -> None:
        """Wait until all is on the disk; OperationalError if it is not."""
        self._closed.wait()
        if not self._kept:
            raise self.error or OperationalError("COMMIT", None, Exception("the transaction was not kept"))
