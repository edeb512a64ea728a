"""From a submission to the truth: published, refused, or taken down. Only the platform's own answer counts; an event
only brings the question forward.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from publisher.errors import NeedsPerson
from publisher.issue import Move, Status
from publisher.pipeline.job import Job
from publisher.pipeline.restoring import earliest
from publisher.wechat import Publication, PublicationState

POLLS = tuple(timedelta(seconds=s) for s in (3, 5, 10, 30, 120, 600, 3600, 4 * 3600, 12 * 3600, 24 * 3600, 48 * 3600))
"""When to ask again how a publication fares. The platform answers 100 such questions a day for a whole account."""
LINK_WAIT = timedelta(minutes=10)
"""How long to wait for the event with the links of a mass send, which no API lists."""

_REFUSED = {
    PublicationState.NOT_ORIGINAL: "原创校验没有通过",
    PublicationState.FAILED: "平台发布失败",
    PublicationState.REJECTED: "平台审核没有通过",
}


def confirm_issue(job: Job) -> Move:
    """SUBMITTED -> PUBLISHED with its links, HELD with the platform's reason, or REMOVED."""
    # What was submitted decides, not what the account is configured for by now.
    massed = any(effect.kind == "mass_send" for effect in job.edges.store.effects(job.issue.id))
    return _confirm_mass(job) if massed else _confirm_publication(job)


def _confirm_publication(job: Job) -> Move:
    issue = job.issue
    publication = Publication(PublicationState.PENDING, "", (), ())
    if issue.publish_id:
        publication = job.platform.publication(issue.publish_id)
    else:  # its answer was lost; the list of publications knows it by its cover
        found = job.platform.find_publication(issue.cover_media_id, earliest(job))
        publication = found or publication
    match publication.state:
        case PublicationState.SUCCESS:
            return _published(job, publication.urls, publication.article_id)
        case PublicationState.PENDING:
            return _ask_again(job)
        case PublicationState.DELETED | PublicationState.BANNED:
            return Move(Status.REMOVED, "发布后被删除或被平台下架", None, {"note": "文章发布后被删除，或被平台下架。"})
        case PublicationState.NOT_ORIGINAL | PublicationState.FAILED | PublicationState.REJECTED:
            raise NeedsPerson(f"publish_status {publication.state.value}", _refusal(job, publication))


def _refusal(job: Job, publication: Publication) -> str:
    rows = job.edges.store.articles(job.issue.id)
    titles = [f"第 {n} 篇《{rows[n - 1].title}》" for n in publication.failed if 0 < n <= len(rows)]
    which = f"（{'、'.join(titles)}）" if titles else ""
    return (
        f"{_REFUSED[publication.state]}{which}。请在公众号后台查看原因，修改稿件后以原文件名重新投放；"
        f"若原因已排除，可以 publisher retry {job.issue.id}。"
    )


def _confirm_mass(job: Job) -> Move:
    issue = job.issue
    event = _mass_event(job)
    status = str(event.get("Status", "")) if event else job.platform.mass_status(issue.publish_id)
    match status.lower().replace("_", " "):
        case "send success":
            urls = _mass_links(event)
            if not urls and job.now() - _submitted_at(job) < LINK_WAIT:
                return _ask_again(job)
            return _published(job, urls, "")
        case "sending" | "":
            return _ask_again(job)
        case "delete":
            return Move(Status.REMOVED, "群发后被删除", None, {"note": "群发后被删除。"})
        case _:
            note = (
                f"群发没有成功（平台答复：{status}）。请在公众号后台查看原因；排除后可以 publisher retry {issue.id}。"
            )
            raise NeedsPerson(f"mass send: {status}", note)


def _mass_event(job: Job) -> Mapping[str, Any]:
    events = job.edges.store.events(job.account.name, ("MASSSENDJOBFINISH",), job.issue.created_at)
    return next((event for event in events if str(event.get("MsgID", "")) == job.issue.publish_id), {})


def _mass_links(event: Mapping[str, Any]) -> tuple[str, ...]:
    """The links of the articles; the element may be absent or empty, its item one or several."""
    result = event.get("ArticleUrlResult")
    listed = result.get("ResultList") if isinstance(result, dict) else None
    items = listed.get("item") if isinstance(listed, dict) else None
    several = items if isinstance(items, list) else [items]
    return tuple(str(item["ArticleUrl"]) for item in several if isinstance(item, dict) and item.get("ArticleUrl"))


def _submitted_at(job: Job) -> Any:
    effects = [effect for effect in job.edges.store.effects(job.issue.id) if effect.kind == "mass_send"]
    return effects[-1].intent_at


def _published(job: Job, urls: tuple[str, ...], article_id: str) -> Move:
    note = "" if urls else f"平台没有给出文章链接。请运行 publisher published {job.issue.id} --url 文章链接"
    facts = {"article_urls": urls, "article_id": article_id, "published_at": job.now(), "note": note, "tries": 0}
    return Move(Status.PUBLISHED, "已发布", None, facts)


def _ask_again(job: Job) -> Move:
    tries = job.issue.tries
    if tries >= len(POLLS):
        question = f"提交后四天仍没有结果。请到公众号后台查看《{job.issue.title}》是否已发表。"
        raise NeedsPerson("no result after days", question)
    return job.wait("平台正在处理", job.now() + POLLS[tries], tries=tries + 1)
