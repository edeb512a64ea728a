"""What the stand-in platform knows: accounts with their tokens, material, drafts, publications and counters.

Everything is in memory. Whoever reads or changes it holds `Platform.lock`.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from .faults import Fault
from .storm import Storm

DAY = 86_400
GRACE_SECONDS = 300
"""How long a token lives on that a newer one has replaced."""
RIGHTS = frozenset({"draft", "material", "publish", "mass", "menu", "custom"})

SUCCEEDED, RUNNING, UNORIGINAL, FAILED, REJECTED, DELETED, BANNED = range(7)
"""The seven values of publish_status."""
REFUSED = frozenset({UNORIGINAL, FAILED, REJECTED})
"""Accepted at first, and never out."""


def system_clock() -> datetime:
    """The time of day in UTC."""
    return datetime.now(UTC)  # noqa: TID251 -- the platform is another machine and has its own clock


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """How the stand-in behaves. Times are seconds; `base_url` "" means the host under which a call came in."""

    clock: Callable[[], datetime] = system_clock
    publish_delay: float = 1.5
    push_timeout: float = 5.0
    token_seconds: int = 7200
    base_url: str = ""
    latency: float = 0.0
    """How long each call of the interface is on its way before it is answered."""


@dataclass(slots=True)
class Token:
    """An access token; `dies_at` is when a newer one's grace ends, `expires_at` its own age."""

    value: str
    appid: str
    expires_at: float
    dies_at: float = float("inf")


@dataclass(frozen=True, slots=True)
class Picture:
    """The bytes of an upload, under the id that its URL has; `format` is jpeg, png, gif or bmp."""

    id: str
    format: str
    width: int
    height: int
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Material:
    """Permanent material: `kind` is image or thumb."""

    media_id: str
    kind: str
    name: str
    picture: Picture
    url: str
    update_time: int


@dataclass(slots=True)
class StoredArticle:
    """One article as the platform keeps it; `losses` says in Chinese what the sanitiser took away."""

    title: str
    content: str
    thumb_media_id: str
    author: str = ""
    digest: str = ""
    content_source_url: str = ""
    need_open_comment: int = 0
    only_fans_can_comment: int = 0
    pic_crop_235_1: str = ""
    pic_crop_1_1: str = ""
    losses: tuple[str, ...] = ()
    url: str = ""
    is_deleted: bool = False


@dataclass(slots=True)
class Draft:
    """One set of articles in the draft box; `tempkey` opens its preview."""

    media_id: str
    articles: list[StoredArticle]
    create_time: int
    update_time: int
    tempkey: str = field(default_factory=lambda: secrets.token_urlsafe(24))


@dataclass(slots=True)
class Publication:
    """A draft that left the box: by freepublish, by a person in the console, or pushed to all (`mass`).

    `status` is a publish_status; while it is RUNNING, `outcome` is what it becomes at `due`.
    """

    draft: Draft
    by: str
    due: float
    publish_id: str
    msg_data_id: int
    article_id: str
    msg_id: int = 0
    clientmsgid: str = ""
    started: float = 0.0
    status: int = RUNNING
    outcome: int = SUCCEEDED
    fail_idx: tuple[int, ...] = ()

    @property
    def articles(self) -> list[StoredArticle]:
        """The articles in their order."""
        return self.draft.articles


@dataclass(frozen=True, slots=True)
class Callback:
    """Where an account's messages and events are pushed; with an `aeskey` they are encrypted, in the mode "safe" alone,
    in "compatible" beside the clear text.
    """

    url: str = ""
    token: str = ""
    aeskey: str = ""
    mode: str = "safe"


@dataclass(slots=True)
class Credit:
    """How many customer-service messages something that a reader did still allows, and until when."""

    left: int
    until: float


@dataclass(slots=True)
class Account:
    """One official account and all that belongs to it."""

    appid: str
    name: str
    original_id: str
    biz: str
    openid: str
    secret: str = ""
    callback: Callback = Callback()
    rights: frozenset[str] = RIGHTS
    allowed_ips: frozenset[str] | None = None
    limits: dict[str, int] = field(default_factory=dict)
    mass_per_day: int = 1
    pushes_events: bool = True
    outcome: int = SUCCEEDED
    fail_idx: tuple[int, ...] = ()
    classic: str = ""
    stable: str = ""
    forced: list[float] = field(default_factory=list)
    clearings: list[float] = field(default_factory=list)
    materials: dict[str, Material] = field(default_factory=dict)
    drafts: dict[str, Draft] = field(default_factory=dict)
    publications: list[Publication] = field(default_factory=list)
    menu: dict[str, object] = field(default_factory=dict)
    conditional_menus: list[dict[str, object]] = field(default_factory=list)
    console_menu: list[object] = field(default_factory=list)
    menu_open: bool = True
    followers: dict[str, bool] = field(default_factory=dict)
    """By openid: True follows, False has left; who is not here has never been seen."""
    credits: dict[str, dict[str, Credit]] = field(default_factory=dict)
    """By openid, by what the reader did."""
    sent: list[dict[str, object]] = field(default_factory=list)
    used: dict[tuple[int, str], int] = field(default_factory=dict)


@dataclass(slots=True)
class Parcel:
    """An event on its way to an account's callback; `attempt` counts from 1."""

    appid: str
    event: str
    xml: str
    due: float
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One line of the log of calls."""

    time: float
    method: str
    path: str
    appid: str
    errcode: int
    fault: str
    rid: str


class Platform:
    """The whole stand-in. `lock` guards every part; `changed` is notified when something new may be due."""

    def __init__(self, settings: SandboxSettings) -> None:
        self.settings = settings
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self._ahead = 0.0
        self.reset()

    def reset(self) -> None:
        """Forget everything except the settings and the clock's advance."""
        with self.lock:
            self.accounts: dict[str, Account] = {}
            self.tokens: dict[str, Token] = {}
            self.pictures: dict[str, Picture] = {}
            self.faults: list[Fault] = []
            self.storm = Storm()
            self.calls: list[CallRecord] = []
            self.parcels: list[Parcel] = []
            self.deliveries: list[dict[str, object]] = []
            self.hosts = {"mmbiz.qpic.cn", "mmbiz.qlogo.cn"}
            self._number = 2_247_480_000 + secrets.randbelow(2000)

    def now(self) -> float:
        """The platform's unix time in seconds."""
        return self.settings.clock().timestamp() + self._ahead

    def advance(self, seconds: float) -> None:
        """Put the platform's clock forward; what falls due in between happens now."""
        with self.lock:
            self._ahead += seconds
            self.changed.notify_all()

    def account(self, appid: str) -> Account:
        """The account with this appid, made on first sight."""
        if appid not in self.accounts:
            self.accounts[appid] = _open_account(appid)
        return self.accounts[appid]

    def next_number(self) -> int:
        """A ten-digit number that was not given out before."""
        self._number += 1
        return self._number

    def today(self) -> int:
        """The number of the day by which quotas count; it changes at midnight in Beijing."""
        return int(self.now() + 8 * 3600) // DAY


def new_id(length: int) -> str:
    """Random url-safe characters."""
    return secrets.token_urlsafe(length)[:length]


def _open_account(appid: str) -> Account:
    mark = hashlib.sha256(appid.encode()).hexdigest()
    return Account(
        appid=appid,
        name=f"公众号 {appid[-6:]}",
        original_id=f"gh_{mark[:12]}",
        biz=base64.b64encode(str(3_000_000_000 + int(mark[:7], 16)).encode()).decode(),
        openid=f"o{mark[12:39]}",
    )
