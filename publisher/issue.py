"""The life of an issue: its states, the table of moves between them, and the account it belongs to."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Literal
from urllib.parse import urlsplit

from publisher.document import Asset


class Status(StrEnum):
    """Where an issue stands."""

    RECEIVED = "RECEIVED"
    """The dropped file is ours: copied, fingerprinted, committed."""
    IMPORTED = "IMPORTED"
    """Its structure is recovered and it fits the platform's limits."""
    SCHEDULED = "SCHEDULED"
    """It has a time to go out."""
    DRAFTED = "DRAFTED"
    """The platform holds its draft; it waits for its time, an approval, or a person in the console."""
    SUBMITTED = "SUBMITTED"
    """The platform accepted it; success is not yet known."""
    PUBLISHED = "PUBLISHED"
    """Readers can see it."""
    HELD = "HELD"
    """A person must look; the note says why and what to do."""
    WITHDRAWN = "WITHDRAWN"
    """An editor took it back before it went out."""
    REMOVED = "REMOVED"
    """The platform, or somebody in the console, took it down after publication."""


STATES = {
    Status.RECEIVED: "已收到，正在读取",
    Status.IMPORTED: "已读取",
    Status.SCHEDULED: "已安排时间",
    Status.DRAFTED: "草稿已就绪",
    Status.SUBMITTED: "已提交，等待平台结果",
    Status.PUBLISHED: "已发布",
    Status.HELD: "需要处理",
    Status.WITHDRAWN: "已撤回",
    Status.REMOVED: "发布后被撤下",
}
"""What editors read for each state."""

_S = Status
MOVES: Mapping[Status, frozenset[Status]] = MappingProxyType(
    {
        _S.RECEIVED: frozenset({_S.IMPORTED, _S.HELD, _S.WITHDRAWN}),
        _S.IMPORTED: frozenset({_S.SCHEDULED, _S.HELD, _S.WITHDRAWN}),
        # PUBLISHED at once: a database from a backup learns that the issue went out long ago
        _S.SCHEDULED: frozenset({_S.IMPORTED, _S.DRAFTED, _S.PUBLISHED, _S.HELD, _S.WITHDRAWN}),
        _S.DRAFTED: frozenset({_S.IMPORTED, _S.SUBMITTED, _S.PUBLISHED, _S.HELD, _S.WITHDRAWN}),
        _S.SUBMITTED: frozenset({_S.PUBLISHED, _S.HELD, _S.REMOVED}),
        _S.PUBLISHED: frozenset({_S.REMOVED, _S.WITHDRAWN}),
        _S.HELD: frozenset(
            {_S.RECEIVED, _S.IMPORTED, _S.SCHEDULED, _S.DRAFTED, _S.SUBMITTED, _S.PUBLISHED, _S.WITHDRAWN}
        ),
        _S.WITHDRAWN: frozenset({_S.RECEIVED}),
        _S.REMOVED: frozenset(),
    }
)
"""What may follow what. A move that is not here cannot be stored. A corrected file takes what waits to IMPORTED."""

OPEN = frozenset({_S.RECEIVED, _S.IMPORTED, _S.SCHEDULED, _S.DRAFTED, _S.SUBMITTED})
"""The states in which the worker has something to do, now or later."""

Finish = Literal["publish", "draft", "mass"]
Layout = Literal["single", "sections", "auto"]
MassLimit = Literal["day", "month"]
Minutes = int
"""A setting in minutes that may be 0."""

QR_BYTES = 200
"""The longest address in a code: beyond it, the squares are too small for half a phone's width."""


@dataclass(frozen=True, slots=True)
class Account:
    """One official account as configured. `slots` are cron expressions or words in `zone` (IANA name); none: as soon
    as ready. `mass_limit`: one mass send a day, or four a month. `qr` is the address in the account's QR code.
    `appsecret`, `token` and `aeskey` come from credentials and are never shown.
    """

    name: str
    appid: str
    api_base: str = "https://api.weixin.qq.com"
    finish: Finish = "publish"
    approve: bool = False
    slots: tuple[str, ...] = ()
    workdays: bool = False
    share_slots: bool = False
    jitter_minutes: Minutes = 0
    late_minutes: Minutes = 15
    mass_limit: MassLimit = "day"
    theme: str = "official"
    layout: Layout = "auto"
    author: str = ""
    qr: str = ""
    zone: str = "Asia/Shanghai"
    appsecret: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    aeskey: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Issue:
    """What one drop became: one draft of 1 to 8 articles, one publication. Times are aware, UTC.

    `name` is the path inside `drafts/`; `fingerprint` that of the dropped bytes; `next_try_at` None means
    that nothing is to be done before a person acts; `held_from` is the state to which a retry returns; `revision` is 1,
    and one more for each corrected file and each new beginning.
    """

    id: int
    account: str
    name: str
    fingerprint: str
    status: Status
    created_at: datetime
    title: str = ""
    publish_at: datetime | None = None
    next_try_at: datetime | None = None
    tries: int = 0
    approved_at: datetime | None = None
    held_from: Status | None = None
    draft_media_id: str = ""
    cover_media_id: str = ""
    publish_id: str = ""
    msg_data_id: str = ""
    article_id: str = ""
    article_urls: tuple[str, ...] = ()
    published_at: datetime | None = None
    note: str = ""
    revision: int = 1


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """One article of the draft as people see it listed; `characters` counts its HTML, `text` is for the
    search.
    """

    title: str
    digest: str
    characters: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """What the import of an issue gave. `newsletter` is its JSON (see `codec`), without pictures; the numbers
    are those of the masthead; `assets` are the pictures as the platform takes them.
    """

    newsletter: str
    name: str
    year: int | None
    number: int | None
    total_number: int | None
    assets: tuple[Asset, ...]
    articles: tuple[ArticleRow, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """A decision about an issue: the next state (the same state: only facts change), why (Chinese, for its
    history; "" leaves no trace there), when to look again (None: not before a person acts), the facts that come
    with it (field names of `Issue`), what an import gave, and whose revision the file of this issue turned out to be.
    """

    to: Status
    why: str
    next_try_at: datetime | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
    content: Content | None = None
    revises: Revision | None = None


@dataclass(frozen=True, slots=True)
class Revision:
    """The waiting issue, as it was seen, that takes a corrected file as its next revision, and the move that this is
    for it.
    """

    of: Issue
    move: Move


def may_follow(before: Status, after: Status) -> bool:
    """Whether the table of moves allows it; staying is always allowed."""
    return before is after or after in MOVES[before]


def api_base_fault(api_base: str) -> str:
    """What is wrong with an account's api_base ("" if nothing): https, or plain http on this machine only."""
    try:
        parts = urlsplit(api_base.rstrip("/"))
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "is not a URL"
    if parts.scheme not in {"https", "http"} or not host or parts.query or parts.fragment or parts.username:
        return "must look like https://api.weixin.qq.com"
    if parts.scheme == "http" and not is_loopback(api_base):
        return "must be https; http is only for this machine"
    return ""


def qr_fault(address: str) -> str:
    """What is wrong with an account's qr ("" if nothing): an address, short enough for a code that phones can read."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return "is not a URL"
    if parts.scheme not in {"http", "https"} or not host or not address.isprintable() or " " in address:
        return "must look like http://weixin.qq.com/r/…, the address in the account's QR code"
    if len(address.encode()) > QR_BYTES:
        return f"is longer than {QR_BYTES} bytes; its code would be too fine for a phone"
    return ""


def is_loopback(url: str) -> bool:
    """Whether a URL points at this machine, as those of the sandbox do."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
