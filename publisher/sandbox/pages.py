"""What people see: the console's overview, articles as a phone shows them, and the pictures themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from .api import base_of
from .drafts import preview_url
from .events import settle
from .state import BANNED, Account, Draft, Platform, Publication, StoredArticle

BEIJING = timezone(timedelta(hours=8))
STATUSES = ("已发布", "发布中", "原创校验未过", "发布失败", "审核未过", "已删除", "已被平台下架")
_WAYS = {"freepublish": "发布", "mass": "群发", "console": "后台发表"}

# an article's HTML comes from outside; it was sanitised, and it cannot run or load anything all the same
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' http: https:; base-uri 'none'"

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Card:
    """One article in a list: `picture` is its cover's path or ""."""

    title: str
    digest: str
    url: str
    picture: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """A draft or publication in a list; `losses` is what the sanitiser took away, in all of it."""

    label: str
    time: str
    cards: tuple[Card, ...]
    losses: tuple[str, ...]


def show_index(request: Request) -> Response:
    """Every account with its draft box and what it has published."""
    platform: Platform = request.app.state.platform
    with platform.lock:
        settle(platform)
        rows = [
            (
                account,
                [_bundle_draft(account, draft, base_of(request)) for draft in reversed(account.drafts.values())],
                [_bundle_publication(account, each) for each in reversed(account.publications)],
            )
            for account in platform.accounts.values()
        ]
        return _page("index.html", {"rows": rows, "calls": len(platform.calls)})


def show_article(request: Request) -> Response:
    """GET /s: a published article by mid, idx and sn, or a draft's preview by tempkey and idx."""
    platform: Platform = request.app.state.platform
    with platform.lock:
        settle(platform)
        for account in platform.accounts.values():
            for publication in account.publications:
                for article in publication.articles:
                    if _is_asked(request, publication, article):
                        return _show_published(account, publication, article)
            for draft in account.drafts.values():
                if draft.tempkey == request.query_params.get("tempkey"):
                    return _show_draft(request, account, draft)
    return _page("gone.html", {"message": "链接已过期或不存在"}, 404)


def show_picture(request: Request) -> Response:
    """GET /mmbiz_…/{id}/0: an uploaded picture."""
    platform: Platform = request.app.state.platform
    with platform.lock:
        picture = platform.pictures.get(request.path_params["id"])
    if picture is None:
        return Response("no such picture", 404, media_type="text/plain")
    return Response(picture.data, media_type=f"image/{picture.format}", headers={"Cache-Control": "max-age=3600"})


ROUTES = [
    Route("/", show_index),
    Route("/s", show_article),
    *(Route(f"/{folder}/{{id}}/0", show_picture) for folder in ("mmbiz_jpg", "mmbiz_png", "mmbiz_gif", "mmbiz")),
]


def _is_asked(request: Request, publication: Publication, article: StoredArticle) -> bool:
    query = request.query_params
    sn = query.get("sn", "")
    return bool(sn) and query.get("mid") == str(publication.msg_data_id) and f"&sn={sn}&" in article.url


def _show_published(account: Account, publication: Publication, article: StoredArticle) -> Response:
    if publication.status == BANNED:
        return _page("gone.html", {"message": "此内容因违规无法查看"})
    if article.is_deleted:
        return _page("gone.html", {"message": "该内容已被发布者删除"})
    return _show(account, article, _time(publication.due), "")


def _show_draft(request: Request, account: Account, draft: Draft) -> Response:
    idx = request.query_params.get("idx", "1")
    position = int(idx) if idx.isascii() and idx.isdigit() else 0
    if not 1 <= position <= len(draft.articles):
        return _page("gone.html", {"message": "链接已过期或不存在"}, 404)
    return _show(account, draft.articles[position - 1], _time(draft.update_time), "草稿预览，链接将会过期")


def _show(account: Account, article: StoredArticle, time: str, banner: str) -> Response:
    facts = {
        "account": account,
        "article": article,
        "content": Markup(article.content),  # noqa: S704 -- sanitised when stored; the page's policy allows no script
        "time": time,
        "banner": banner,
    }
    return _page("article.html", facts)


def _page(template: str, facts: dict[str, object], status: int = 200) -> Response:
    html = _templates.get_template(template).render(facts)
    return HTMLResponse(html, status, headers={"Content-Security-Policy": _POLICY, "Referrer-Policy": "no-referrer"})


def _bundle_draft(account: Account, draft: Draft, base: str) -> Bundle:
    cards = tuple(
        _card(account, article, preview_url(base, account, draft, position))
        for position, article in enumerate(draft.articles, 1)
    )
    return Bundle("草稿", _time(draft.update_time), cards, _losses(draft))


def _bundle_publication(account: Account, publication: Publication) -> Bundle:
    label = f"{_WAYS[publication.by]} · {STATUSES[publication.status]}"
    cards = tuple(_card(account, article, article.url) for article in publication.articles)
    return Bundle(label, _time(publication.due), cards, _losses(publication.draft))


def _card(account: Account, article: StoredArticle, url: str) -> Card:
    material = account.materials.get(article.thumb_media_id)
    picture = f"/mmbiz_jpg/{material.picture.id}/0" if material else ""
    return Card(article.title, article.digest, url, picture)


def _losses(draft: Draft) -> tuple[str, ...]:
    return tuple(dict.fromkeys(loss for article in draft.articles for loss in article.losses))


def _time(unix: float) -> str:
    moment = datetime.fromtimestamp(unix, UTC).astimezone(BEIJING)
    return f"{moment.year}年{moment.month}月{moment.day}日 {moment:%H:%M}"
