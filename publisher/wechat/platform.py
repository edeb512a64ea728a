"""The platform's verbs for one account, in our words."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from functools import partial
from typing import Any

from publisher.errors import AccountRefused, Refused, Unpublishable
from publisher.issue import Account, is_loopback
from publisher.replies import Reply
from publisher.wechat.client import Answer, Client, Timeouts
from publisher.wechat.errcodes import NO_RIGHT, NO_SUCH_MEDIA, REPEATED_MASS_SEND
from publisher.wechat.gate import OPEN, Gate
from publisher.wechat.menus import Menus
from publisher.wechat.messages import Messages

DEFAULT_TIMEOUTS = Timeouts()
PAGE = 20
"""The most that a list gives at once."""
PAGES = 5
STALE_PAGES = 2
"""Lists come newest first, but nobody promises it: one old page is not yet the end."""
MOST_PAGES = 50
"""Where a list is read to its end: a thousand entries."""
REMEMBERED = timedelta(days=31)
"""How far back the pictures are looked through that were there before we came."""


@dataclass(frozen=True, slots=True)
class DraftArticle:
    """One article of a draft; `content` is HTML, `thumb_media_id` a permanent picture. Empty texts are not sent; an
    empty digest is the first 54 characters of the text. Crops are "X1_Y1_X2_Y2" in fractions of the cover.
    """

    title: str
    author: str
    digest: str
    content: str
    thumb_media_id: str
    content_source_url: str = ""
    need_open_comment: int = 0
    only_fans_can_comment: int = 0
    pic_crop_235_1: str = ""
    pic_crop_1_1: str = ""


@dataclass(frozen=True, slots=True)
class Cover:
    """A permanent picture; `url` may be ""."""

    media_id: str
    url: str


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """A permanent picture as the platform lists it."""

    media_id: str
    name: str
    url: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """A draft as the platform lists it: its first title and the covers of its articles."""

    media_id: str
    title: str
    covers: tuple[str, ...]
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Submission:
    """An accepted publication task, which is not yet a publication. `msg_data_id` may be ""."""

    publish_id: str
    msg_data_id: str


@dataclass(frozen=True, slots=True)
class MassSend:
    """An accepted mass send; `repeated`: the platform had it already, under the same clientmsgid."""

    msg_id: str
    msg_data_id: str
    repeated: bool = False


class PublicationState(IntEnum):
    """The platform's publish_status."""

    SUCCESS = 0
    PENDING = 1
    NOT_ORIGINAL = 2
    FAILED = 3
    REJECTED = 4
    DELETED = 5
    BANNED = 6


@dataclass(frozen=True, slots=True)
class Publication:
    """How a publication fares; `failed` are the numbers (from 1) of the articles that were not accepted."""

    state: PublicationState
    article_id: str = ""
    urls: tuple[str, ...] = ()
    failed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftState:
    """A draft in the box: its articles' covers, in order; `updated_at` None if the platform does not tell."""

    thumb_media_ids: tuple[str, ...]
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class PublishedArticle:
    """A published set of articles: the covers and links of those that are not deleted."""

    thumb_media_ids: tuple[str, ...]
    urls: tuple[str, ...]


class Platform:
    """One account's connection to the platform; may be used by many threads at once.

    Every verb raises a WeChatError: its class says whether to come back later, to ask a person, or to look first.
    The constructor raises ConfigError for an api_base that cannot be used.
    """

    def __init__(
        self,
        account: Account,
        clock: Callable[[], datetime],
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
        gate: Gate = OPEN,
    ) -> None:
        self._client = Client(account, clock, timeouts, gate)
        self._clock = clock
        self._messages = Messages(self._client)
        self.menus = Menus(self._client)
        self._earlier: tuple[StoredPicture, ...] | None = None
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    @property
    def server_time(self) -> datetime | None:
        """The platform's clock at its last answer; None before the first, or if it does not tell."""
        return self._client.server_time

    def lead(self, within: timedelta) -> timedelta | None:
        """How far our clock is ahead of the platform's; None if it has not told its own within that time."""
        return self._client.lead(within)

    def count_pictures(self) -> int:
        """How many permanent pictures there are: of all calls the one that costs least of any quota."""
        answer: Answer = self._client.material.get_count()
        return _number(answer, "image_count")

    def send_message(self, openid: str, reply: Reply) -> None:
        """Send a reader a customer-service message (see `messages`). Never to be repeated unasked."""
        self._messages.send(openid, reply)

    # -------------------------------------------------------------------- pictures

    def upload_image(self, data: bytes, name: str) -> str:
        """The URL of a picture for the body of an article: JPEG or PNG, under 1 MB."""
        answer: Answer = self._client.post("media/uploadimg", files={"media": _file(data, name)})
        return _secure(answer.text("url"))

    def upload_animation(self, data: bytes, name: str) -> str:
        """The URL of a moving picture for the body of an article: a GIF under 10 MB. It becomes permanent, since the
        platform takes no GIF otherwise, and is found again as a cover is.
        """
        return _secure(self._add_picture(data, name).text("url"))

    def upload_cover(self, data: bytes, name: str) -> Cover:
        """A permanent picture, under 10 MB; each upload makes a new one."""
        answer = self._add_picture(data, name)
        return Cover(answer.text("media_id"), _secure(str(answer.get("url", ""))))

    def find_cover(self, name: str, since: datetime) -> Cover | None:
        """The newest permanent picture that was uploaded under `name` since then, whatever its extension became."""
        wanted = (each for each in self._pictures(since, PAGES) if _stem(each.name) == _stem(name))
        found = next(wanted, None)
        return None if found is None else Cover(found.media_id, found.url)

    def earlier_pictures(self) -> tuple[StoredPicture, ...]:
        """The permanent pictures of the last month that were there when this was first asked, newest first. It is
        asked once: what comes later is our own, and known.
        """
        with self._lock:
            if self._earlier is None:
                theirs = self.server_time or self._clock()
                self._earlier = tuple(self._pictures(min(self._clock(), theirs) - REMEMBERED, PAGES))
            return self._earlier

    def all_pictures(self) -> tuple[StoredPicture, ...]:
        """The permanent pictures, newest first, a thousand at most."""
        return tuple(self._pictures(_EVER, MOST_PAGES))

    def delete_picture(self, media_id: str) -> None:
        """Delete a permanent picture for good."""
        self._client.material.delete(media_id)

    def _pictures(self, since: datetime, pages: int) -> Iterator[StoredPicture]:
        for item in _recent(partial(self._client.material.batchget, "image"), since, pages):
            if item.get("media_id"):
                url = _secure(str(item.get("url", "")))
                yield StoredPicture(str(item["media_id"]), str(item.get("name", "")), url, _updated(item))

    def _add_picture(self, data: bytes, name: str) -> Answer:
        wanted = {"type": "image"}
        answer: Answer = self._client.post("material/add_material", params=wanted, files={"media": _file(data, name)})
        return answer

    # -------------------------------------------------------------------- drafts

    def add_draft(self, articles: Sequence[DraftArticle]) -> str:
        """The media id of a new draft of 1 to 8 articles."""
        # Not wechatpy's draft.add: it drops every field that it does not know.
        answer: Answer = self._client.post("draft/add", data={"articles": [_fields(each) for each in articles]})
        return answer.text("media_id")

    def find_drafts(self, thumb_media_id: str, since: datetime) -> tuple[str, ...]:
        """The media ids of the drafts touched since then that have an article with this cover, newest first."""
        pages = partial(self._client.draft.batchget, no_content=1)
        found = [item for item in _recent(pages, since) if thumb_media_id in _covers(_articles(item))]
        found.sort(key=_updated, reverse=True)
        return tuple(dict.fromkeys(str(item["media_id"]) for item in found if item.get("media_id")))

    def has_draft(self, media_id: str) -> bool:
        """Whether the draft is in the box: it leaves it when it is published, sent or deleted."""
        return self.read_draft(media_id) is not None

    def read_draft(self, media_id: str) -> DraftState | None:
        """The draft, as far as it tells whose it is; None if it is not in the box."""
        try:
            answer: Answer = self._client.draft.get(media_id)
        except Refused as error:
            if error.errcode != NO_SUCH_MEDIA:
                raise
            return None
        covers = tuple(str(each.get("thumb_media_id", "")) for each in _objects(answer.get("news_item")))
        updated = _updated(answer)
        return DraftState(covers, updated if updated != _NOBODY_KNOWS else None)

    def all_drafts(self) -> tuple[StoredDraft, ...]:
        """The drafts in the box, the last changed first, a thousand at most."""
        pages = partial(self._client.draft.batchget, no_content=1)
        return tuple(
            StoredDraft(str(item["media_id"]), _title(item), _covers(_articles(item)), _updated(item))
            for item in _recent(pages, _EVER, MOST_PAGES)
            if item.get("media_id")
        )

    def update_draft(self, media_id: str, index: int, article: DraftArticle) -> None:
        """Replace the article at `index`, counted from 0."""
        self._client.draft.update(media_id, index, _fields(article))

    def delete_draft(self, media_id: str) -> None:
        """Delete a draft for good."""
        self._client.draft.delete(media_id)

    def count_drafts(self) -> int:
        """How many drafts there are."""
        answer: Answer = self._client.draft.count()
        return _number(answer, "total_count")

    # -------------------------------------------------------------------- rights

    def may_draft(self) -> bool:
        """Whether the account has the right to the draft box by API; one cheap call."""
        return _is_allowed(self.count_drafts)

    def may_publish(self) -> bool:
        """Whether the account has the right to publish by API; one cheap call."""
        return _is_allowed(lambda: self._client.freepublish.batchget(0, 1, no_content=1))

    # -------------------------------------------------------------------- publishing

    def submit(self, media_id: str) -> Submission:
        """Ask for the publication of a draft; the verdict comes later. Never to be repeated unasked."""
        answer: Answer = self._client.freepublish.submit(media_id)
        return Submission(answer.text("publish_id"), str(answer.get("msg_data_id") or ""))

    def publication(self, publish_id: str) -> Publication:
        """How a submission fares; the platform answers 100 such questions a day."""
        answer: Answer = self._client.freepublish.get(publish_id)
        try:
            state = PublicationState(_number(answer, "publish_status"))
        except ValueError:
            raise answer.unusable("publish_status") from None
        detail = answer.get("article_detail")
        items = detail.get("item") if isinstance(detail, dict) else None
        urls = tuple(_secure(str(item["article_url"])) for item in _objects(items) if item.get("article_url"))
        return Publication(state, str(answer.get("article_id") or ""), urls, _numbers(answer.get("fail_idx")))

    def published_article(self, article_id: str) -> PublishedArticle:
        """A published set of articles."""
        answer: Answer = self._client.freepublish.getarticle(article_id)
        articles = _alive(answer.entries("news_item"))
        return PublishedArticle(_covers(articles), _links(articles))

    def find_publication(self, thumb_media_id: str, since: datetime) -> Publication | None:
        """The newest publication since then that has an article with this cover. Mass sends are never listed."""
        return next((found for covers, found in self._publications(since) if thumb_media_id in covers), None)

    def publications(self, since: datetime) -> dict[str, Publication]:
        """All publications since then by the covers of their articles, the newest of each: one look for many issues."""
        listed: dict[str, Publication] = {}
        for covers, publication in self._publications(since):
            for cover in covers:
                listed.setdefault(cover, publication)
        return listed

    def _publications(self, since: datetime) -> Iterator[tuple[tuple[str, ...], Publication]]:
        for item in _recent(partial(self._client.freepublish.batchget, no_content=1), since):
            articles = _articles(item)
            alive = _alive(articles)
            state = PublicationState.SUCCESS if alive else PublicationState.DELETED
            yield _covers(articles), Publication(state, str(item.get("article_id") or ""), _links(alive))

    def published_covers(self) -> frozenset[str]:
        """The covers of the publications in the list, a hundred sets at most."""
        pages = partial(self._client.freepublish.batchget, no_content=1)
        return frozenset(cover for item in _recent(pages, _EVER) for cover in _covers(_articles(item)))

    def mass_send(self, media_id: str, clientmsgid: str) -> MassSend:
        """Send a draft to all followers; `clientmsgid` (at most 64 bytes) keeps it from going twice within 24 hours."""
        wish = {
            "filter": {"is_to_all": True},
            "mpnews": {"media_id": media_id},
            "msgtype": "mpnews",
            "send_ignore_reprint": 0,
            "clientmsgid": clientmsgid,
        }
        answer: Answer = self._client.post("message/mass/sendall", data=wish, accept={REPEATED_MASS_SEND})
        repeated = answer.errcode == REPEATED_MASS_SEND
        return MassSend(answer.text("msg_id"), str(answer.get("msg_data_id") or ""), repeated)

    def mass_status(self, msg_id: str) -> str:
        """How a mass send fares, in the platform's word: SEND_SUCCESS, SENDING, SEND_FAIL, DELETE."""
        answer: Answer = self._client.message.get_mass(msg_id)
        return answer.text("msg_status")


# ------------------------------------------------------------------------ rights


def _is_allowed(probe: Callable[[], object]) -> bool:
    """Whether a call that changes nothing is answered otherwise than by 48001."""
    try:
        probe()
    except AccountRefused as error:
        if error.errcode != NO_RIGHT:
            raise
        return False
    return True


# ------------------------------------------------------------------------ lists


_EVER = datetime(1970, 1, 1, tzinfo=UTC)


def _recent(fetch: Callable[[int, int], Answer], since: datetime, pages: int = PAGES) -> Iterator[dict[str, Any]]:
    """The entries of a list that are not older than `since`, until two pages running had none."""
    stale = 0
    for page in range(pages):
        answer = fetch(page * PAGE, PAGE)
        items = answer.entries("item")
        recent = [item for item in items if _updated(item) >= since]
        yield from recent
        stale = 0 if recent else stale + 1
        total = answer.get("total_count")
        ended = isinstance(total, int) and (page + 1) * PAGE >= total
        if not items or ended or stale == STALE_PAGES:
            return


_NOBODY_KNOWS = datetime.max.replace(tzinfo=UTC)


def _updated(item: Mapping[str, Any]) -> datetime:
    """When an entry was last touched; what has no time counts as new, since it must not be overlooked."""
    content = item.get("content")
    inner = content.get("update_time") if isinstance(content, dict) else None
    try:
        return datetime.fromtimestamp(int(str(item.get("update_time") or inner)), UTC)
    except (ValueError, OverflowError, OSError):
        return _NOBODY_KNOWS


def _articles(item: Mapping[str, Any]) -> list[dict[str, Any]]:
    content = item.get("content")
    return _objects(content.get("news_item")) if isinstance(content, dict) else []


def _title(item: Mapping[str, Any]) -> str:
    return next((str(article.get("title", "")) for article in _articles(item)), "")


def _alive(articles: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [article for article in articles if not article.get("is_deleted")]


def _covers(articles: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(str(article["thumb_media_id"]) for article in articles if article.get("thumb_media_id"))


def _links(articles: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(_secure(str(article["url"])) for article in articles if article.get("url"))


# ------------------------------------------------------------------------ values


def _fields(article: DraftArticle) -> dict[str, str | int]:
    return {name: value for name, value in asdict(article).items() if value != ""}


def _secure(url: str) -> str:
    """The platform says http:// of what it serves over https; the sandbox means it."""
    return url if is_loopback(url) else re.sub("^http://", "https://", url)


def _number(answer: Answer, name: str) -> int:
    try:
        return int(answer.text(name))
    except ValueError:
        raise answer.unusable(name) from None


def _numbers(value: object) -> tuple[int, ...]:
    """One number or a list of them, as texts or not."""
    several = value if isinstance(value, list) else [value]
    return tuple(int(str(each)) for each in several if str(each).isdecimal())


def _objects(value: object) -> list[dict[str, Any]]:
    """One object or a list of them."""
    several = value if isinstance(value, list) else [value]
    return [each for each in several if isinstance(each, dict)]


# ------------------------------------------------------------------------ files

_KINDS = (
    (b"\xff\xd8\xff", "jpg", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png", "image/png"),
    (b"GIF8", "gif", "image/gif"),
    (b"BM", "bmp", "image/bmp"),
)


def _file(data: bytes, name: str) -> tuple[str, bytes, str]:
    """A file as the platform takes it: an ASCII name whose extension is that of the bytes, and their type."""
    for magic, extension, media_type in _KINDS:
        if data.startswith(magic):
            return (f"{_stem(name)}.{extension}", data, media_type)
    note = "图片不是平台接受的格式（JPG、PNG、GIF、BMP）。请另存为 JPG 或 PNG 后重新投放。"
    raise Unpublishable("a picture is of no format that the platform takes", note)


def _stem(name: str) -> str:
    stem = name.rpartition(".")[0] or name
    return re.sub(r"[^A-Za-z0-9_-]+", "-", stem) or "picture"
