"""The platform's verbs, as the pipeline needs them: values in, values out, our errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any

from publisher.errors import AccountRefused, OutcomeUnknown, Refused
from publisher.issue import Account
from publisher.wechat.client import Client, Timeouts

PAGE = 20
"""What a list gives at most for one call."""
PAGES = 5
"""How far back a list is searched; what we look for is minutes old."""
GONE, DUPLICATE, NO_RIGHT = 40007, 45065, 48001


@dataclass(frozen=True, slots=True)
class DraftArticle:
    """One article of a draft, in the platform's own field names (wechat-api 3.2)."""

    title: str
    content: str
    thumb_media_id: str
    author: str = ""
    digest: str = ""
    content_source_url: str = ""
    need_open_comment: int = 0
    only_fans_can_comment: int = 0


@dataclass(frozen=True, slots=True)
class Cover:
    """An uploaded cover: its id for drafts, its address for readers' replies."""

    media_id: str
    url: str


@dataclass(frozen=True, slots=True)
class Submission:
    """What an accepted submission is called; success of it is not publication."""

    publish_id: str
    msg_data_id: str


@dataclass(frozen=True, slots=True)
class MassSend:
    """What an accepted mass send is called, now or at an earlier try with the same clientmsgid."""

    msg_id: str
    msg_data_id: str


class PublicationState(IntEnum):
    """publish_status (wechat-api 4.1)."""

    SUCCESS = 0
    PENDING = 1
    NOT_ORIGINAL = 2
    FAILED = 3
    REJECTED = 4
    DELETED = 5
    BANNED = 6


@dataclass(frozen=True, slots=True)
class Publication:
    """How a publication fares. `failed` holds the refused articles' numbers, from 1."""

    state: PublicationState
    article_id: str
    urls: tuple[str, ...]
    failed: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PublishedArticle:
    """What the platform keeps of something published."""

    thumb_media_ids: tuple[str, ...]
    urls: tuple[str, ...]


class Platform:
    """One account's connection to the platform; safe for threads."""

    def __init__(self, account: Account, clock: Callable[[], datetime], timeouts: Timeouts | None = None) -> None:
        self._client = Client(account, clock, timeouts or Timeouts())

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    @property
    def server_time(self) -> datetime | None:
        """The platform's clock (UTC) at its last answer; None if it did not say."""
        return self._client.server_time

    # ------------------------------------------------------------------ pictures

    def upload_image(self, data: bytes, name: str) -> str:
        """The https address of a picture of the text; JPEG or PNG under 1 MB, an ASCII name with the right suffix."""
        url = self._client.media.upload_image(_file(data, name))
        return _secure(str(url))

    def upload_cover(self, data: bytes, name: str) -> Cover:
        """The cover as permanent material, found again by its name."""
        answer = self._client.post(
            "material/add_material", params={"type": "image"}, files={"media": _file(data, name)}
        )
        return Cover(str(answer["media_id"]), _secure(str(answer.get("url", ""))))

    def find_cover(self, name: str, since: datetime) -> Cover | None:
        """The newest cover of that name uploaded since then; None if there is none."""
        for item in self._pages("material/batchget_material", {"type": "image"}, since):
            if item.get("name") == name:
                return Cover(str(item["media_id"]), _secure(str(item.get("url", ""))))
        return None

    # ------------------------------------------------------------------ drafts

    def add_draft(self, articles: Sequence[DraftArticle]) -> str:
        """The media id of a new draft. wechatpy's own `draft.add` would drop newer fields, so the call is ours."""
        return str(self._client.post("draft/add", data={"articles": [asdict(one) for one in articles]})["media_id"])

    def find_drafts(self, thumb_media_id: str, since: datetime) -> tuple[str, ...]:
        """The media ids of drafts whose first article has this cover, newest first."""
        found = [
            (int(item.get("update_time") or 0), str(item["media_id"]))
            for item in self._pages("draft/batchget", {"no_content": 1}, since)
            if _first_cover(item) == thumb_media_id
        ]
        return tuple(media_id for _, media_id in sorted(found, reverse=True))

    def has_draft(self, media_id: str) -> bool:
        """Whether a draft still lies in the box; it leaves it once it is published or mass-sent (wechat-api 3.1)."""
        try:
            self._client.draft.get(media_id)
        except Refused as error:
            if error.errcode == GONE:
                return False
            raise
        return True

    def update_draft(self, media_id: str, index: int, article: DraftArticle) -> None:
        """Replace one article (counted from 0) of a draft in place."""
        self._client.draft.update(media_id, index, asdict(article))

    def delete_draft(self, media_id: str) -> None:
        """Take a draft out of the box; one that is gone already is fine."""
        try:
            self._client.draft.delete(media_id)
        except Refused as error:
            if error.errcode != GONE:
                raise

    def count_drafts(self) -> int:
        """How many drafts lie in the box: the cheapest call that shows that everything is in order."""
        return int(self._client.draft.count().get("total_count", 0))

    # ------------------------------------------------------------------ publication

    def submit(self, media_id: str) -> Submission:
        """Hand a draft over for publication (without a push to followers)."""
        answer = self._client.freepublish.submit(media_id)
        return Submission(str(answer.get("publish_id", "")), str(answer.get("msg_data_id", "")))

    def publication(self, publish_id: str) -> Publication:
        """How a submission fares. The platform answers 100 such questions a day for the whole account."""
        return _publication(self._client.freepublish.get(publish_id))

    def published_article(self, article_id: str) -> PublishedArticle:
        """The covers and addresses of something published."""
        return _published(self._client.freepublish.getarticle(article_id).get("news_item"))

    def find_publication(self, thumb_media_id: str, since: datetime) -> Publication | None:
        """The publication whose first article has this cover; None if the list has none. Mass sends are not listed."""
        for item in self._pages("freepublish/batchget", {"no_content": 1}, since):
            if _first_cover(item) == thumb_media_id:
                published = _published(_news_of(item))
                return Publication(PublicationState.SUCCESS, str(item.get("article_id", "")), published.urls, ())
        return None

    def may_publish(self) -> bool:
        """Whether the account has the right to publish by API, asked by the cheapest call that needs it."""
        try:
            self._client.freepublish.batchget(0, 1, 1)
        except AccountRefused as error:
            if error.errcode == NO_RIGHT:
                return False
            raise
        return True

    # ------------------------------------------------------------------ mass send

    def mass_send(self, media_id: str, clientmsgid: str) -> MassSend:
        """Push a draft to all followers. The same clientmsgid again gives the first send, and sends nothing."""
        message = {
            "filter": {"is_to_all": True},
            "mpnews": {"media_id": media_id},
            "msgtype": "mpnews",
            "send_ignore_reprint": 0,
            "clientmsgid": clientmsgid,
        }
        answer = self._client.post("message/mass/sendall", data=message, accept=DUPLICATE)
        if not answer.get("msg_id"):
            raise OutcomeUnknown(
                "message/mass/sendall: no msg_id", "微信平台没有给出群发编号。", path="message/mass/sendall"
            )
        return MassSend(str(answer["msg_id"]), str(answer.get("msg_data_id", "")))

    def mass_status(self, msg_id: str) -> str:
        """SEND_SUCCESS, SENDING, SEND_FAIL or DELETE."""
        return str(self._client.post("message/mass/get", data={"msg_id": msg_id}).get("msg_status", ""))

    # ------------------------------------------------------------------ lists

    def _pages(self, path: str, given: Mapping[str, Any], since: datetime) -> Iterator[Mapping[str, Any]]:
        """The items of a list, page by page. Newest first is usual but not promised: the search ends only where a whole
        page is older than `since`, at the list's end, or after PAGES pages.
        """
        oldest = (since - timedelta(minutes=1)).timestamp()
        for page in range(PAGES):
            answer = self._client.post(path, data={**given, "offset": page * PAGE, "count": PAGE})
            items = answer.get("item") or []
            yield from items
            if len(items) < PAGE or all(int(item.get("update_time") or 0) < oldest for item in items):
                return


def _file(data: bytes, name: str) -> tuple[str, bytes, str]:
    return name, data, "image/png" if name.endswith(".png") else "image/jpeg"


def _secure(url: str) -> str:
    """The https form of the platform's addresses, which it writes with http."""
    for host in ("mmbiz.qpic.cn", "mmbiz.qlogo.cn", "mp.weixin.qq.com"):
        if url.startswith(f"http://{host}/"):
            return f"https://{url[7:]}"
    return url


def _news_of(item: Mapping[str, Any]) -> Any:
    content = item.get("content")
    return content.get("news_item") if isinstance(content, dict) else None


def _first_cover(item: Mapping[str, Any]) -> str:
    news = _news_of(item) or []
    return str(news[0].get("thumb_media_id", "")) if news else ""


def _published(news: Any) -> PublishedArticle:
    items = [item for item in news or [] if isinstance(item, dict)]
    covers = tuple(str(item.get("thumb_media_id", "")) for item in items)
    return PublishedArticle(covers, tuple(_secure(str(item["url"])) for item in items if item.get("url")))


def _publication(answer: Mapping[str, Any]) -> Publication:
    """The status object of wechat-api 4.1; what may be one or several is read as several."""
    detail = answer.get("article_detail") or {}
    items = _several(detail.get("item")) if isinstance(detail, dict) else []
    ordered = sorted((item for item in items if isinstance(item, dict)), key=lambda item: int(item.get("idx") or 0))
    urls = tuple(_secure(str(item["article_url"])) for item in ordered if item.get("article_url"))
    failed = tuple(int(number) for number in _several(answer.get("fail_idx")))
    state = PublicationState(int(answer.get("publish_status", PublicationState.PENDING)))
    return Publication(state, str(answer.get("article_id") or ""), urls, failed)


def _several(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
