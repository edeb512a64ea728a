"""The rows of the index: what is written for an issue, and what is found again.

A row's id falls as the time of its publication rises. FTS5 gives rows by id, so it gives the newest first, and a word
that stands in every article costs no more than the few rows that are shown.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zlib import crc32

from sqlalchemy import Connection, Row, select

from publisher import codec
from publisher import schema as _t
from publisher.document import Newsletter
from publisher.issue import Status
from publisher.segmentation import SCHEME, Way, share_out, text_terms, title_terms

TITLES, TEXTS = _t.TERMS
_BLOCK: Final = 8
"""Ids of one issue: as many as a draft has articles."""
_FAR: Final = datetime(2200, 1, 1, tzinfo=UTC)
_MINUTE: Final = timedelta(minutes=1)
_STATE = [_t.issue.c[name] for name in ("status", "account", "title", "article_urls", "published_at", "created_at")]


@dataclass(frozen=True, slots=True)
class Found:
    """A published article in which something was found."""

    title: str
    digest: str
    url: str
    cover_url: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the index without its id, and what goes into each full-text table for it."""

    row: Mapping[str, Any]
    terms: tuple[tuple[str, str], ...]


# ---------------------------------------------------------------------------- looking


@dataclass(frozen=True, slots=True)
class Look:
    """What to look for, as FTS5 reads it, and in which table; a guess is only worth it where nothing else was found."""

    table: str
    expression: str
    account: str
    is_guess: bool = False


def look(db: sqlite3.Connection, what: Look, limit: int) -> dict[int, Found]:
    """The rows that are found, the newest first, at most `limit`."""
    table, columns = what.table, "id, title, digest, url, cover_url, published_at"
    rows = db.execute(
        f"SELECT {columns} FROM {table} CROSS JOIN found ON found.id = {table}.rowid"  # noqa: S608 - names of ours
        f" WHERE {table} MATCH ? AND account = ? ORDER BY {table}.rowid LIMIT ?",
        (what.expression, what.account, limit),
    ).fetchall()
    rows.sort(key=lambda row: str(row[-1]), reverse=True)  # the ids say it to the minute
    return {
        number: Found(title, digest, url, cover_url, datetime.fromisoformat(at))
        for number, title, digest, url, cover_url, at in rows
    }


def expression(ways: Sequence[Way], account: str) -> str:
    """Any of the ways as FTS5 reads it. Every phrase is quoted, and no term has a quotation mark in it."""
    prefix = _prefix(account)
    return " OR ".join("(" + " AND ".join(f'"{_prefixed(phrase, prefix)}"' for phrase in way) + ")" for way in ways)


def _prefix(account: str) -> str:
    """Three letters that an account's terms begin with, so that others' articles need not be gone through. Two
    accounts may have the same, at that price.
    """
    number, letters = crc32(account.encode()), ""
    for _ in range(3):
        number, rest = divmod(number, 26)
        letters += chr(ord("a") + rest)
    return letters


def _prefixed(terms: Sequence[str], prefix: str) -> str:
    return prefix + f" {prefix}".join(terms) if terms else ""


# ---------------------------------------------------------------------------- writing


def state_of(db: Connection, issue_id: int) -> Row[Any] | None:
    """What the rows of an issue depend on; None if there is no such issue."""
    return db.execute(select(*_STATE).where(_t.issue.c.id == issue_id)).one_or_none()


def entries_of(db: Connection, issue_id: int, issue: Row[Any] | None) -> list[Entry]:
    """What the index ought to have of an issue: its articles that have a link, in order, if it is published; `issue` is
    its state.
    """
    if issue is None or issue.status is not Status.PUBLISHED:
        return []
    shared = {
        "issue_id": issue_id, "account": issue.account, "cover_url": _cover_url(db, issue_id),
        "published_at": issue.published_at or issue.created_at,
    }  # fmt: skip
    articles = _articles(db, issue_id) or [(issue.title, "", "")]
    rows: list[dict[str, Any]] = [
        {**shared, "title": title, "digest": digest, "text": text, "url": url}
        for (title, digest, text), url in zip(articles[:_BLOCK], issue.article_urls, strict=False)
        if str(url).startswith(("https://", "http://"))
    ]
    return [Entry(row, _terms(row)) for row in rows]


def replace_entries(db: Connection, issues: Mapping[int, Sequence[Entry]]) -> None:
    """Write the rows of issues, given in the order of their publication, in place of those that they have."""
    numbered: list[tuple[int, Entry]] = []
    for issue_id, entries in issues.items():
        _take_out(db, issue_id)
        for number, entry in _numbered(db, entries):
            db.execute(_t.found.insert(), {**entry.row, "id": number})
            numbered.append((number, entry))
    # By rising numbers: else FTS5 would begin a file of its own for each.
    for number, entry in sorted(numbered, key=lambda each: each[0]):
        for table, terms in entry.terms:
            sql = f"INSERT INTO {table}(rowid, terms) VALUES (?, ?)"  # noqa: S608 - names of ours
            db.exec_driver_sql(sql, (number, terms))


def scheme_of(db: Connection) -> int:
    """Of which scheme the terms in the index are; 0: it was never filled."""
    return int(db.exec_driver_sql("PRAGMA user_version").scalar_one())


def empty(db: Connection) -> None:
    """Remove all rows; those that come are of this version's scheme."""
    for table in _t.TERMS:
        db.exec_driver_sql(f"INSERT INTO {table}({table}) VALUES ('delete-all')")  # noqa: S608 - names of ours
    db.execute(_t.found.delete())
    db.exec_driver_sql(f"PRAGMA user_version = {SCHEME}")


def _articles(db: Connection, issue_id: int) -> list[tuple[str, str, str]]:
    """Title, digest and text of each article."""
    columns = [_t.article.c[name] for name in ("title", "digest", "text")]
    query = select(*columns).where(_t.article.c.issue_id == issue_id).order_by(_t.article.c.position)
    articles = [(row.title, row.digest, row.text) for row in db.execute(query)]
    if any(text for _title, _digest, text in articles):
        return articles
    texts = _older_texts(db, issue_id, [title for title, *_ in articles])
    return [(title, digest, text) for (title, digest, _), text in zip(articles, texts, strict=True)]


def _older_texts(db: Connection, issue_id: int, titles: Sequence[str]) -> Sequence[str]:
    """The text of each article where the version that imported them kept none; "" if there is no way to know."""
    stored = db.execute(select(_t.content.c.newsletter).where(_t.content.c.issue_id == issue_id)).scalar_one_or_none()
    try:
        return share_out(codec.load(stored or "", Newsletter), titles) if titles else []
    except ValueError:
        return [""] * len(titles)


def _cover_url(db: Connection, issue_id: int) -> str:
    effect = _t.effect.c
    query = select(effect.result).where(effect.issue_id == issue_id, effect.kind == "upload_cover")
    latest = db.execute(query.order_by(effect.id.desc()).limit(1)).scalar_one_or_none()
    return str((latest or {}).get("url", ""))


def _numbered(db: Connection, entries: Sequence[Entry]) -> Iterator[tuple[int, Entry]]:
    """The rows of an issue with their ids: a block for each minute, counted down. Where several issues share a minute,
    the later ones take the next that is free.
    """
    if not entries:
        return
    block = (_FAR - entries[0].row["published_at"]) // _MINUTE
    taken = "SELECT 1 FROM found WHERE id BETWEEN ? AND ?"
    while db.exec_driver_sql(taken, (block * _BLOCK, block * _BLOCK + _BLOCK - 1)).first():
        block -= 1
    yield from enumerate(entries, block * _BLOCK)


def _take_out(db: Connection, issue_id: int) -> None:
    """Remove an issue's rows. Of the terms nothing is kept but where they stand, so they are named once more."""
    mine = _t.found.c.issue_id == issue_id
    for row in db.execute(select(_t.found).where(mine)).mappings().all():
        for table, terms in _terms(dict(row)):
            sql = f"INSERT INTO {table}({table}, rowid, terms) VALUES ('delete', ?, ?)"  # noqa: S608 - names of ours
            db.exec_driver_sql(sql, (row["id"], terms))
    db.execute(_t.found.delete().where(mine))


def _terms(row: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """What each full-text table has of a row."""
    prefix, title = _prefix(row["account"]), row["title"]
    text = text_terms(f"{title}\n{row['text']}")
    return (TITLES, _prefixed(title_terms(title), prefix)), (TEXTS, _prefixed(text, prefix))
