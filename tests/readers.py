"""Readers, and the archive that they ask."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from publisher.replies import (
    Answered,
    Archive,
    Entry,
    Hit,
    Message,
    NewsReply,
    Reply,
    Rules,
    Search,
    TextReply,
    answer,
    nothing_found,
    parse_rules,
)

SHIPPED = Path(__file__).parent.parent / "config" / "replies.toml"
RULES = parse_rules(tomllib.loads(SHIPPED.read_text("utf-8")))
NEW_YEAR = datetime(2024, 1, 1, 20, tzinfo=UTC)
LINK = re.compile(r'<a href="([^"<>]*)">([^<>]*)</a>')


def entry(
    year: int | None, issue: int | None, total: int | None, url: str = "http://mp/s", dated: date | None = None
) -> Entry:
    """An issue named by its numbers, published in their order."""
    days = timedelta(days=total if total is not None else issue or 0)
    return Entry(
        issue_id=total or 0,
        title=f"题{year}-{issue}-{total}",
        digest="摘",
        url=url,
        cover_url="https://mmbiz.qpic.cn/c",
        name="协会简报",
        year=year,
        issue=issue,
        total_issue=total,
        published_at=NEW_YEAR + days,
        dated=dated,
    )


ARCHIVE = Archive(tuple(entry(2023 + (n > 12), n - 12 * (n > 12), n) for n in range(18, 0, -1)))
"""Twelve issues of 2023, six of 2024, counted on to 18."""
BY_YEAR = Archive((entry(2024, 2, None), entry(2024, 1, None), entry(2023, 3, None), entry(2023, 1, None)))


def hit(title: str, url: str = "https://mp.weixin.qq.com/s/1") -> Hit:
    """An article that was found."""
    return Hit(title, "摘要", url, "https://mmbiz.qpic.cn/c", NEW_YEAR)


def text_message(text: str) -> Message:
    return Message("text", "oReader", "gh_1", text=text)


def event(name: str, key: str = "") -> Message:
    return Message("event", "oReader", "gh_1", event=name, event_key=key)


def answered(text: str, archive: Archive = ARCHIVE, search: Search = nothing_found) -> Answered:
    """What the shipped rules answer."""
    return answer(text_message(text), RULES, archive, search)


def ask(text: str, archive: Archive = ARCHIVE) -> Reply:
    return answered(text, archive).reply


def rules_of(*replies: Mapping[str, object]) -> Rules:
    return parse_rules({"reply": list(replies)})


def title_of(reply: Reply) -> str:
    assert isinstance(reply, NewsReply)
    (article,) = reply.articles
    return article.title


def text_of(reply: Reply) -> str:
    """A text as it is sent: within the limit, every link whole."""
    assert isinstance(reply, TextReply)
    assert 0 < len(reply.text.encode(errors="replace")) <= 2048
    assert "<" not in LINK.sub("", reply.text)
    return reply.text


def seen(reply: Reply) -> str:
    """A text as the reader sees it."""
    return LINK.sub(r"\2", text_of(reply))


def links(reply: Reply) -> dict[str, str]:
    """The links of a text: what is shown -> where it leads."""
    return {shown: address for address, shown in LINK.findall(text_of(reply))}
