"""From a scheduled issue to a draft on the platform: pictures, cover, draft; and taking a draft back."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor

from publisher.document import Asset, Newsletter, pictures_of
from publisher.importers.signatures import EXTENSIONS
from publisher.issue import Move, Status
from publisher.pictures.cropping import Crops, central, crops
from publisher.pipeline.effects import NothingFound, Result
from publisher.pipeline.importing import account_code, draw_issue_cover, render_issue, with_code
from publisher.pipeline.job import Job
from publisher.pipeline.renewing import DraftGone, ask_about_lost_draft, renew_draft
from publisher.pipeline.restoring import (
    CLOCKS_DIFFER,
    cover_name,
    recall_cover,
    recall_draft,
    recall_picture,
    recall_publication,
)
from publisher.rendering import Piece
from publisher.rendering.ornaments import HEIGHT, WIDTH
from publisher.store import Effect, EffectState
from publisher.wechat import DraftArticle


def draft_issue(job: Job) -> Move:
    """SCHEDULED -> DRAFTED. It is drafted at once, whatever its time, so that the real draft can be looked at."""
    newsletter = with_code(job.account, job.newsletter())
    (addresses, cover), shown = upload_all(job, newsletter), cover_crops(newsletter)
    out = recall_publication(job, cover)
    if out is not None:
        return out
    pieces = render_issue(job, newsletter, addresses).pieces
    articles = [_draft_article(piece, newsletter, cover, shown) for piece in pieces]
    try:
        renewed = renew_draft(job, articles)
    except DraftGone:
        return ask_about_lost_draft(job, cover)
    draft = renewed or _replace_draft(job, articles)
    words = f"草稿箱里的草稿已更新为第 {job.issue.revision} 稿" if renewed else "草稿已放入公众号草稿箱"
    why = f"{words}（{len(pieces)} 篇）"
    return job.go(Status.DRAFTED, why, draft_media_id=draft, cover_media_id=cover)


def discard_draft(job: Job) -> Move:
    """WITHDRAWN: the draft that nobody wants any more leaves the box; what is gone already is fine."""
    drafts = _drafts(job)
    for draft in drafts:
        _take_out(job, draft)
    return Move(Status.WITHDRAWN, "草稿箱里的草稿已删除" if drafts else "", None, {"draft_media_id": ""})


def _drafts(job: Job) -> Sequence[str]:
    """The issue's draft; before it is known to the issue, what the call that was to make it left behind."""
    if job.issue.draft_media_id:
        return (job.issue.draft_media_id,)
    found: list[str] = []
    for effect in job.edges.store.effects(job.issue.id):
        if effect.kind == "add_draft" and effect.state is EffectState.DONE:
            found.append(str(effect.result["media_id"]))
        elif effect.kind == "add_draft" and effect.state is EffectState.INTENT:
            found += job.platform.find_drafts(effect.key, effect.intent_at - CLOCKS_DIFFER)
    return found


def _replace_draft(job: Job, articles: Sequence[DraftArticle]) -> str:
    """A new draft; that of the former revision, which could not be updated, leaves the box."""
    draft = add_draft(job, articles)
    if draft != job.issue.draft_media_id:  # it may be known from an earlier try
        _take_out(job, job.issue.draft_media_id)
    return draft


def _take_out(job: Job, draft: str) -> None:
    if draft and job.platform.has_draft(draft):
        _remove_draft(job, draft)


def upload_all(job: Job, newsletter: Newsletter) -> tuple[dict[str, str], str]:
    """Where the platform keeps each picture of the text, by fingerprint, and the cover's media id: all go up side by
    side, the cover first, since it is drawn while the token is on its way.
    """
    with ThreadPoolExecutor(job.edges.upload_threads, thread_name_prefix="upload") as pool:
        cover = pool.submit(upload_cover, job, newsletter)
        addresses = upload_pictures(job, newsletter, pool)
        return addresses, cover.result()


def upload_pictures(job: Job, newsletter: Newsletter, pool: Executor) -> dict[str, str]:
    """Where the platform keeps each picture of the text, by fingerprint; the same bytes are uploaded once."""
    store, account = job.edges.store, job.account.name
    used = {name for article in newsletter.articles for name in pictures_of(article.blocks)}
    used |= {name for note in newsletter.footnotes for name in pictures_of(note.blocks)}
    used |= {asset.fingerprint for asset in account_code(job.account)}
    wanted = [asset for asset in newsletter.assets if asset.fingerprint in used]
    known = store.picture_urls(account, [asset.fingerprint for asset in wanted])
    missing = [asset for asset in wanted if asset.fingerprint not in known]
    return {**known, **_upload(job, missing, pool)}


def _upload(job: Job, assets: Sequence[Asset], pool: Executor) -> dict[str, str]:
    urls: dict[str, str] = {}
    try:
        for asset, url in zip(assets, pool.map(lambda asset: _upload_one(job, asset), assets), strict=True):
            urls[asset.fingerprint] = url
    finally:  # what is up before another fails is known to the account's next issue, too
        job.edges.store.keep_pictures(job.account.name, urls, job.now())
    return urls


def _upload_one(job: Job, asset: Asset) -> str:
    return _upload_moving(job, asset) if asset.media_type == "image/gif" else _upload_still(job, asset)


def _upload_still(job: Job, asset: Asset) -> str:
    def upload() -> Result:
        return {"url": job.platform.upload_image(asset.data, _file_name(asset))}

    # An upload that may have arrived is simply repeated: a second copy costs nothing and nobody sees it.
    return str(job.hold.once("upload_image", asset.fingerprint, upload, _not_found)["url"])


def _upload_moving(job: Job, asset: Asset) -> str:
    name = f"wx-{_file_name(asset)}"  # permanent, so that it can be told from what people keep there

    def upload() -> Result:
        return {"url": job.platform.upload_animation(asset.data, name)}

    def find(effect: Effect) -> Result:
        # It takes one of the account's places for permanent pictures, so one that did arrive is not sent again.
        known = job.platform.find_cover(name, effect.intent_at - CLOCKS_DIFFER)
        if known is None or not known.url:
            raise NothingFound
        return {"url": known.url}

    def recall() -> Result:
        return recall_picture(job, name)

    return str(job.hold.once("upload_animation", asset.fingerprint, upload, find, recall)["url"])


def upload_cover(job: Job, newsletter: Newsletter) -> str:
    """The cover's media id: one upload per revision, never shared, since it is the natural key by which a draft or a
    publication of ours is found again on the platform.
    """
    name = cover_name(job.issue)

    def upload() -> Result:
        cover = job.platform.upload_cover(given_cover(newsletter) or draw_issue_cover(job, newsletter), name)
        return {"media_id": cover.media_id, "url": cover.url}

    def find(effect: Effect) -> Result:
        cover = job.platform.find_cover(name, effect.intent_at - CLOCKS_DIFFER)
        if cover is None:
            raise NothingFound
        return {"media_id": cover.media_id, "url": cover.url}

    def recall() -> Result:
        return recall_cover(job)

    return str(job.hold.once("upload_cover", name, upload, find, recall)["media_id"])


def add_draft(job: Job, articles: Sequence[DraftArticle]) -> str:
    """The draft's media id; a draft whose answer was lost is found again by its cover."""
    cover = articles[0].thumb_media_id

    def add() -> Result:
        return {"media_id": job.platform.add_draft(articles)}

    def find(effect: Effect) -> Result:
        drafts = job.platform.find_drafts(cover, effect.intent_at - CLOCKS_DIFFER)
        if not drafts:
            raise NothingFound
        for double in drafts[1:]:
            _remove_draft(job, double)
        return {"media_id": drafts[0]}

    def recall() -> Result:
        return recall_draft(job, cover)

    return str(job.hold.once("add_draft", cover, add, find, recall)["media_id"])


def cover_crops(newsletter: Newsletter) -> Crops:
    """Which parts of the issue's cover lists show."""
    given = given_cover(newsletter)
    return crops(given) if given else central(WIDTH, HEIGHT)


def given_cover(newsletter: Newsletter) -> bytes:
    """The picture that the file brings for a cover, b"" if it brings none."""
    given = newsletter.metadata.cover
    return next((asset.data for asset in newsletter.assets if given and asset.fingerprint == given), b"")


def _draft_article(piece: Piece, newsletter: Newsletter, cover: str, shown: Crops) -> DraftArticle:
    # All pieces share the one cover, and lists show the later ones by its square.
    comments = newsletter.metadata.comments
    return DraftArticle(
        title=piece.title,
        author=piece.author,
        digest=piece.digest,
        content=piece.content,
        thumb_media_id=cover,
        content_source_url=piece.source_url,
        need_open_comment=int(comments in {"all", "fans"}),
        only_fans_can_comment=int(comments == "fans"),
        pic_crop_235_1=shown.wide,
        pic_crop_1_1=shown.square,
    )


def _file_name(asset: Asset) -> str:
    # ASCII, by content, with the extension of the real bytes: the platform refuses what disagrees.
    return f"{asset.fingerprint[:24]}.{EXTENSIONS[asset.media_type]}"


def _remove_draft(job: Job, draft: str) -> None:
    def delete() -> Result:
        job.platform.delete_draft(draft)
        return {}

    job.hold.once("delete_draft", draft, delete, _not_found)


def _not_found(_effect: Effect) -> Result:
    raise NothingFound
