"""The dates of issues, as their mastheads have them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager

from sqlalchemy import Connection, func, select

from publisher import schema as _t

_HEAD = 4_000
"""Characters of a stored newsletter in which its masthead is: it is written first."""
_DATE = re.compile(r'"date":"([^"\\]*)"')


class Dates:
    """The dates of published issues, each read once: it never changes, and the door asks for all of them every two
    seconds, while SQLite would read a whole newsletter for its first line. `read` opens a transaction.
    """

    def __init__(self, read: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._read = read
        self._known: dict[int, str] = {}

    def of(self, issue_ids: Collection[int]) -> Mapping[int, str]:
        """The dates of some issues, ISO 8601; "" where the masthead has none."""
        for issue_id in set(issue_ids) - self._known.keys():
            self._known[issue_id] = self._date(issue_id)
        return {issue_id: self._known[issue_id] for issue_id in issue_ids}

    def _date(self, issue_id: int) -> str:
        head = func.substr(_t.content.c.newsletter, 1, _HEAD)
        with self._read() as db:
            stored = db.execute(select(head).where(_t.content.c.issue_id == issue_id)).scalar_one_or_none() or ""
        masthead, _, _ = stored.partition(',"sections":')
        dated = _DATE.search(masthead)
        return dated[1] if dated else ""
