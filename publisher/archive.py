"""The published issues of an account, as readers may ask for them."""

from __future__ import annotations

from datetime import date

from publisher.replies import Archive, Entry
from publisher.store import Store


def read_archive(store: Store, account: str) -> Archive:
    """All of them, newest first, with the day and the numbers of their mastheads."""
    rows = store.published(account)
    dates = store.dates.of([row.issue.id for row in rows])
    entries = (
        Entry(
            issue_id=row.issue.id,
            title=row.issue.title,
            digest=row.digest,
            url=next(iter(row.issue.article_urls), ""),
            cover_url=row.cover_url,
            name=row.name,
            year=row.year,
            issue=row.number,
            total_issue=row.total_number,
            published_at=row.issue.published_at or row.issue.created_at,
            dated=_read_day(dates[row.issue.id]),
        )
        for row in rows
    )
    pictures = store.furnishings.reply_pictures(account)
    return Archive(tuple(entries), account, {name: picture.media_id for name, picture in pictures.items()})


def _read_day(written: str) -> date | None:
    """The day of a masthead's date; None where it has none, or is none that the calendar has."""
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None
