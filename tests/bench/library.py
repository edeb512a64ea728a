"""The past issues from which every server of the bench answers: invented, and the same at every call."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

ISSUES: Final = 500
_FIRST: Final = datetime(2016, 1, 8, 9, 30, tzinfo=UTC)
_ISSUE: Final = (
    "INSERT INTO issue (id, account, name, fingerprint, status, created_at, title, published_at, article_urls,"
    " archived_at, archive_path) VALUES (?, ?, ?, ?, 'PUBLISHED', ?, ?, ?, ?, ?, 'x')"
)
_CONTENT: Final = (
    "INSERT INTO content (issue_id, newsletter, name, year, total_number) VALUES (?, '', '会员通讯', ?, ?)"
)
_ARTICLE: Final = "INSERT INTO article (issue_id, position, title, digest, characters) VALUES (?, 0, ?, ?, 9000)"
_COVER: Final = (
    "INSERT INTO effect (issue_id, kind, key, state, intent_at, ended_at, result)"
    " VALUES (?, 'upload_cover', 'cover', 'done', ?, ?, ?)"
)


@dataclass(frozen=True, slots=True)
class Past:
    """One published issue. `day` is aware; `number` counts from the beginning."""

    number: int
    title: str
    digest: str
    picture: str
    url: str
    day: datetime

    @property
    def moment(self) -> str:
        """The day as the database has it."""
        return self.day.isoformat(timespec="microseconds")


def past_issues(count: int = ISSUES) -> list[Past]:
    """One issue a week, the newest first, with links as long as the platform's."""
    return [_past(number) for number in range(count, 0, -1)]


def fill(database: Path, account: str, past: Sequence[Past]) -> None:
    """The database holds the issues as published ones of the account, as if they had gone out by our own work."""
    connection = sqlite3.connect(database)
    (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM issue").fetchone()
    rows = [(last + place, each) for place, each in enumerate(reversed(past), 1)]
    with connection:
        connection.executemany(_ISSUE, [_issue_row(key, account, each) for key, each in rows])
        connection.executemany(_CONTENT, [(key, each.day.year, each.number) for key, each in rows])
        connection.executemany(_ARTICLE, [(key, each.title, each.digest) for key, each in rows])
        covers = [
            (key, each.moment, each.moment, json.dumps({"media_id": "m", "url": each.picture})) for key, each in rows
        ]
        connection.executemany(_COVER, covers)
    connection.close()


def write_past(path: Path, past: Sequence[Past]) -> None:
    """The issues as JSON, for servers that know nothing of the publisher."""
    path.write_text(json.dumps([{**asdict(each), "day": each.moment} for each in past]), encoding="utf-8")


def _past(number: int) -> Past:
    day = _FIRST + timedelta(weeks=number)
    return Past(
        number=number,
        title=f"会员通讯第{number}期：春季植树、年度大会与产业观察",
        digest="协会在城东公园举办春季植树活动，全体会员冒雨种下五百棵香樟树；会议审议通过年度工作报告。",
        picture=f"https://mmbiz.qpic.cn/mmbiz_jpg/{number:04}{'iaB7cD9eF' * 7}/0?wx_fmt=jpeg",
        url=f"https://mp.weixin.qq.com/s?__biz=MzA5OTk5OTk5OQ==&mid={2650000000 + number}&idx=1&sn={number:032x}",
        day=day,
    )


def _issue_row(key: int, account: str, each: Past) -> tuple[object, ...]:
    moment = each.moment
    fingerprint, urls = f"{each.number:064}", json.dumps([each.url])
    return key, account, f"note-{each.number}", fingerprint, moment, each.title, moment, urls, moment


def _cover_row(key: int, each: Past) -> tuple[object, ...]:
    return key, each.moment, each.moment, json.dumps({"media_id": "m", "url": each.picture})
