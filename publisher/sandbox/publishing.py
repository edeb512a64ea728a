"""How drafts leave the box: freepublish, mass send, and a person's finger in the console."""

from __future__ import annotations

import secrets

from .articles import show_article
from .calls import Answer, Call, done, take_id, take_number, take_page
from .drafts import find_draft
from .refusals import refuse_when
from .state import (
    BANNED,
    DELETED,
    REJECTED,
    RUNNING,
    SUCCEEDED,
    UNORIGINAL,
    Account,
    Draft,
    Platform,
    Publication,
    new_id,
)


def submit(call: Call) -> Answer:
    """Accept a draft for publication: it leaves the box at once, the verdict comes later."""
    draft = find_draft(call.account, call.fields())
    publication = take_out(call.platform, call.account, draft, "freepublish", call.base)
    return done({"publish_id": publication.publish_id, "msg_data_id": publication.msg_data_id})


def get_status(call: Call) -> Answer:
    """How far a publication is; links only after success, bad articles only where they were the reason."""
    publish_id = take_id(call.fields(), "publish_id")
    found = [each for each in call.account.publications if each.publish_id == publish_id and each.by == "freepublish"]
    refuse_when(not found, 40035)
    return describe(found[0])


def describe(publication: Publication) -> Answer:
    """The status object of freepublish/get."""
    answer: Answer = {"publish_id": publication.publish_id, "publish_status": publication.status, "fail_idx": []}
    if publication.status == SUCCEEDED:
        items = [{"idx": idx, "article_url": article.url} for idx, article in enumerate(publication.articles, 1)]
        answer["article_id"] = publication.article_id
        answer["article_detail"] = {"count": len(items), "item": items}
    if publication.status in {UNORIGINAL, REJECTED}:
        answer["fail_idx"] = list(publication.fail_idx)
    return answer


def get_article(call: Call) -> Answer:
    """A published set of articles."""
    return _content(call.account, _find_publication(call), with_content=True)


def list_publications(call: Call) -> Answer:
    """One page of what was published without a push, newest first; mass-sent sets are never here."""
    fields = call.fields()
    full = take_number(fields, "no_content") == 0
    found = [each for each in reversed(call.account.publications) if each.by != "mass" and each.status == SUCCEEDED]
    items = [
        {
            "article_id": each.article_id,
            "content": _content(call.account, each, with_content=full),
            "update_time": int(each.due),
        }
        for each in found[take_page(fields)]
    ]
    return {"item": items, "total_count": len(found), "item_count": len(items)}


def delete_publication(call: Call) -> Answer:
    """Delete one article of a set, counted from 1; index 0 is the whole set."""
    publication = _find_publication(call)
    delete_articles(publication, take_number(call.fields(), "index"))
    return done()


def delete_articles(publication: Publication, index: int) -> None:
    """Blank the article at `index` (from 1) or, with 0, all; a set without articles is DELETED."""
    refuse_when(not 0 <= index <= len(publication.articles), 40114)
    for position, article in enumerate(publication.articles, 1):
        article.is_deleted = article.is_deleted or index in {0, position}
    if all(article.is_deleted for article in publication.articles):
        publication.status = DELETED


def take_out(platform: Platform, account: Account, draft: Draft, by: str, base: str) -> Publication:
    """Take a draft out of the box and set its publication going; in the console it is out at once."""
    del account.drafts[draft.media_id]
    now = platform.now()
    delay = 0.0 if by == "console" else platform.settings.publish_delay
    publication = Publication(
        draft, by, now + delay, str(platform.next_number()), platform.next_number(), new_id(43), started=now
    )
    if by != "console":
        publication.outcome, publication.fail_idx = account.outcome, account.fail_idx
        account.outcome, account.fail_idx = SUCCEEDED, ()
    for position, article in enumerate(draft.articles, 1):
        article.url = _article_url(base, account, publication.msg_data_id, position)
    account.publications.append(publication)
    platform.changed.notify_all()
    return publication


def settle(platform: Platform) -> list[tuple[Account, Publication]]:
    """Pass every verdict that is due, and say which were passed."""
    now = platform.now()
    passed = []
    for account in platform.accounts.values():
        for publication in account.publications:
            if publication.status == RUNNING and publication.due <= now:
                publication.status = publication.outcome
                passed.append((account, publication))
                _put_back(account, publication)
    return passed


def ban(publication: Publication) -> None:
    """Take a publication down, as the platform's own review does later."""
    publication.status = BANNED
    for article in publication.articles:
        article.is_deleted = True


def _put_back(account: Account, publication: Publication) -> None:
    # unconfirmed: a draft that the review refused is taken to be in the box again, for a person to mend
    if publication.status not in {SUCCEEDED, DELETED}:
        account.drafts[publication.draft.media_id] = publication.draft


def _find_publication(call: Call) -> Publication:
    article_id = take_id(call.fields(), "article_id")
    found = [
        each
        for each in call.account.publications
        if each.article_id == article_id and each.status in {SUCCEEDED, DELETED} and each.by != "mass"
    ]
    refuse_when(not found, 53600)
    return found[0]


def _content(account: Account, publication: Publication, *, with_content: bool) -> Answer:
    items = []
    for article in publication.articles:
        item = {**show_article(account, article, article.url), "is_deleted": article.is_deleted}
        if not with_content:
            del item["content"]
        items.append(item)
    return {
        "news_item": items,
        "create_time": publication.draft.create_time,
        "update_time": int(publication.due),
    }


def _article_url(base: str, account: Account, mid: int, position: int) -> str:
    sn, chksm = secrets.token_hex(16), secrets.token_hex(40)
    return f"{base}/s?__biz={account.biz}&mid={mid}&idx={position}&sn={sn}&chksm={chksm}#rd"
