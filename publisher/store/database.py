"""The SQLite file: how it is opened, and what is no such file."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import QueuePool

from publisher.errors import ConfigError


def open_database(path: Path, patience: float) -> Engine:
    """The engine of an SQLite file: WAL, synchronous=FULL; transactions begin as told by the option `write`.
    With the option `single` there is none: each statement sees the database as it is at its time.

    The file is made if there is none, but only now: one that goes away later is waited for, and one that is put in its
    place is used from then on.
    """
    if not path.exists():
        path.touch()

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(f"file:{quote(str(path))}?mode=rw", patience, check_same_thread=False, uri=True)

    engine = create_engine(f"sqlite:///{path}", creator=connect, poolclass=QueuePool)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, record: Any) -> None:
        record.info["file"] = _file(path)
        connection.isolation_level = None  # transactions are ours: see _begin
        cursor = connection.cursor()
        # FULL: a committed intent must survive a power cut, or an effect could be repeated.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "checkout")
    def _follow(_connection: object, record: Any, _proxy: object) -> None:
        if record.info["file"] != _file(path):
            raise DisconnectionError("the file was exchanged")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # IMMEDIATE: a write that began as a read could be refused half-way when another process writes.
        options = connection.get_execution_options()
        if options.get("write"):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        elif not options.get("single"):
            connection.exec_driver_sql("BEGIN")

    return engine


def check_is_database(path: Path) -> None:
    """Nothing, if `path` is absent or an SQLite file; else ConfigError."""
    if not path.exists() or not path.stat().st_size:
        return
    with path.open("rb") as file:
        begins = file.read(15)
    if begins != b"SQLite format 3":
        raise ConfigError([f"{path}: not an SQLite database; move it away or restore a backup"])


def _file(path: Path) -> tuple[int, int] | None:
    """Which file that is, whatever its name; None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
