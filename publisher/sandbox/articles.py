"""One article on its way into the draft box and out of it: limits, sanitising, what reading back shows."""

from __future__ import annotations

import re

from .calls import Answer, Call, take_number, take_text
from .refusals import Refusal, refuse_when
from .sanitiser import plain_text, sanitise
from .state import Account, Picture, StoredArticle

MAX_TITLE, MAX_AUTHOR, MAX_DIGEST, AUTOMATIC_DIGEST = 32, 16, 120, 54
MAX_CONTENT, MAX_CONTENT_BYTES, MAX_URL_BYTES = 20_000, 1024 * 1024, 1024

_CROP = re.compile(r"(?:[01](?:\.\d{1,6})?_){3}[01](?:\.\d{1,6})?")
_CROP_TOLERANCE = 0.05


def accept_article(call: Call, given: object, count: int) -> StoredArticle:
    """The article as it is stored in a draft of `count` articles; a Refusal if the platform would not take it."""
    if not isinstance(given, dict):
        raise Refusal(47001)
    refuse_when(given.get("article_type", "news") != "news", 40035)
    title, author, digest = (take_text(given, name) for name in ("title", "author", "digest"))
    refuse_when(not title.strip(), 40227)
    refuse_when(len(title) > MAX_TITLE, 45003)
    refuse_when(len(author) > MAX_AUTHOR, 45110)
    refuse_when(len(digest) > MAX_DIGEST, 45004)
    content = take_text(given, "content")
    _check_content(content)
    article = StoredArticle(title=title, author=author, content=content, thumb_media_id="")
    article.content_source_url = _take_source_url(take_text(given, "content_source_url"))
    _take_cover(call.account, given, article)
    article.need_open_comment = take_number(given, "need_open_comment")
    article.only_fans_can_comment = take_number(given, "only_fans_can_comment")
    _store_content(call, article)
    # a digest is only honoured for a single article
    article.digest = (digest if count == 1 else "") or plain_text(article.content)[:AUTOMATIC_DIGEST]
    return article


def show_article(account: Account, article: StoredArticle, url: str) -> Answer:
    """The article as draft/get and freepublish/getarticle show it."""
    material = account.materials.get(article.thumb_media_id)
    return {
        "article_type": "news",
        "title": article.title,
        "author": article.author,
        "digest": article.digest,
        "content": article.content,
        "content_source_url": article.content_source_url,
        "thumb_media_id": article.thumb_media_id,
        "show_cover_pic": 0,
        "url": url,
        "thumb_url": material.url if material else "",
        "need_open_comment": article.need_open_comment,
        "only_fans_can_comment": article.only_fans_can_comment,
    }


def _check_content(content: str) -> None:
    refuse_when(not content.strip(), 44004)
    refuse_when(len(content) > MAX_CONTENT or len(content.encode()) > MAX_CONTENT_BYTES, 45002)


def _take_source_url(url: str) -> str:
    refuse_when(len(url.encode()) > MAX_URL_BYTES, 45005)
    refuse_when(url and not url.startswith(("http://", "https://")), 41039)
    return url


def _take_cover(account: Account, given: dict[str, object], article: StoredArticle) -> None:
    media_id = take_text(given, "thumb_media_id")
    refuse_when(media_id not in account.materials, 40007)
    article.thumb_media_id = media_id
    picture = account.materials[media_id].picture
    article.pic_crop_235_1 = _take_crop(take_text(given, "pic_crop_235_1"), picture, 2.35)
    article.pic_crop_1_1 = _take_crop(take_text(given, "pic_crop_1_1"), picture, 1.0)


def _take_crop(crop: str, picture: Picture, ratio: float) -> str:
    if not crop:
        return ""
    refuse_when(not _CROP.fullmatch(crop), 53402)
    left, top, right, bottom = (float(edge) for edge in crop.split("_"))
    width, height = (right - left) * picture.width, (bottom - top) * picture.height
    refuse_when(width <= 0 or height <= 0 or right > 1 or bottom > 1, 53402)
    refuse_when(abs(width / height / ratio - 1) > _CROP_TOLERANCE, 53402)
    return crop


def _store_content(call: Call, article: StoredArticle) -> None:
    call.platform.hosts.add(call.base.partition("://")[2])
    stored = sanitise(article.content, call.platform.hosts)
    article.content, article.losses = stored.html, stored.losses
