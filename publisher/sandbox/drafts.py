"""The draft box."""

from __future__ import annotations

from collections.abc import Mapping

from .articles import accept_article, show_article
from .calls import Answer, Call, done, take_id, take_number, take_page
from .refusals import Refusal, refuse_when
from .state import Account, Draft, new_id

MAX_ARTICLES = 8


def add_draft(call: Call) -> Answer:
    """Store one to eight articles as a new draft; two equal calls make two drafts."""
    articles = call.fields().get("articles", [])
    if not isinstance(articles, list):
        raise Refusal(47001)
    refuse_when(not articles or isinstance(articles[0], list), 44003)
    refuse_when(len(articles) > MAX_ARTICLES, 45008)
    stored = [accept_article(call, article, len(articles)) for article in articles]
    now = int(call.now)
    draft = Draft(new_id(64), stored, now, now)
    call.account.drafts[draft.media_id] = draft
    return {"media_id": draft.media_id, "item": []}


def update_draft(call: Call) -> Answer:
    """Replace the article at `index`, counted from 0; `articles` is one object here, not a list."""
    fields = call.fields()
    draft = find_draft(call.account, fields)
    index = take_number(fields, "index")
    refuse_when(not 0 <= index < len(draft.articles), 40114)
    refuse_when("articles" not in fields, 44003)
    draft.articles[index] = accept_article(call, fields["articles"], len(draft.articles))
    draft.update_time = int(call.now)
    return done()


def get_draft(call: Call) -> Answer:
    """One draft as it was stored."""
    return _content(call, find_draft(call.account, call.fields()), with_content=True)


def list_drafts(call: Call) -> Answer:
    """One page of the box, the last changed first."""
    fields = call.fields()
    found = sorted(call.account.drafts.values(), key=lambda draft: draft.update_time)[::-1]
    full = take_number(fields, "no_content") == 0
    items = [
        {
            "media_id": draft.media_id,
            "content": _content(call, draft, with_content=full),
            "update_time": draft.update_time,
        }
        for draft in found[take_page(fields)]
    ]
    return {"item": items, "total_count": len(found), "item_count": len(items)}


def count_drafts(call: Call) -> Answer:
    """How many drafts there are."""
    return {"total_count": len(call.account.drafts)}


def delete_draft(call: Call) -> Answer:
    """Delete one draft for good."""
    del call.account.drafts[find_draft(call.account, call.fields()).media_id]
    return done()


def find_draft(account: Account, fields: Mapping[str, object]) -> Draft:
    """The draft that a field `media_id` names; 40007 if it is not, or no longer, in the box."""
    media_id = take_id(fields)
    refuse_when(media_id not in account.drafts, 40007)
    return account.drafts[media_id]


def preview_url(base: str, account: Account, draft: Draft, position: int) -> str:
    """Where an article of a draft (counted from 1) can be looked at."""
    return f"{base}/s?__biz={account.biz}&idx={position}&tempkey={draft.tempkey}#rd"


def _content(call: Call, draft: Draft, *, with_content: bool) -> Answer:
    items = []
    for position, article in enumerate(draft.articles, 1):
        item = show_article(call.account, article, preview_url(call.base, call.account, draft, position))
        if not with_content:
            del item["content"]
        items.append(item)
    return {"news_item": items, "create_time": draft.create_time, "update_time": draft.update_time}
