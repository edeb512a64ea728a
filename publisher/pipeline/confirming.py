"""From a submission to the truth: published, refused, or taken down. Only the platform's own answer counts; an event
only brings the question forward.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from publisher.errors import NeedsPerson, NotYet
from publisher.issue import Issue, Move, Status, Undone
from publisher.pipeline.effects import SUBMISSIONS
from publisher.pipeline.job import Job
from publisher.pipeline.restoring import CLOCKS_DIFFER
from publisher.store import Effect, EffectState
from publisher.wechat import Publication, PublicationState, next_day

GET, LIST = "freepublish/get", "freepublish/batchget"
DAILY = 100
"""How many of each of these the platform answers in a day, for all issues of an account together (wechat-api 4.1)."""
RESERVE = 20
"""So many of them are not used by polling: they are left for what an event announces, and for people."""
PLENTY = 20
"""As long as no more of them are used, the first minute is looked at closely."""
QUICK = tuple(timedelta(seconds=s) for s in (2, 3, 5, 10))
POLLS = tuple(timedelta(minutes=m) for m in (0.5, 1.5, 8, 50, 180, 480, 720, 1440, 1440))
"""From one look to the next: half a minute after the submission, then at 2 and 10 minutes, 1, 4, 12, 24, 48, 72 hours.
The event comes first, as a rule.
"""
PATIENCE_WITH_LISTS = len(QUICK) + 2
"""From this look on, an issue that no list shows is asked for by itself: a refused publication is in no list."""
LISTED_FOR = timedelta(seconds=10)
"""So long one list serves all issues of an account."""
PATIENCE = (timedelta(minutes=2), timedelta(minutes=10), timedelta(minutes=30))
"""When to look again for a submission whose outcome is unknown, or for a draft that is gone; after the last a person is
asked.
"""
LINK_WAIT = timedelta(minutes=10)
"""How long to wait for the event with the links of a mass send, which no API lists."""

PUBLISH_EVENTS = ("PUBLISHJOBFINISH", "FREEPUBLISHJOBFINISH")
log = logging.getLogger("publisher.pipeline")

_PENDING = Publication(PublicationState.PENDING)

_REFUSED = {
    PublicationState.NOT_ORIGINAL: "原创校验没有通过",
    PublicationState.FAILED: "平台发布失败",
    PublicationState.REJECTED: "平台审核没有通过",
}


def confirm_issue(job: Job) -> Move:
    """SUBMITTED -> PUBLISHED with its links, HELD with the platform's reason, or REMOVED."""
    # What was submitted decides, not what the account is configured for by now.
    effects = job.edges.store.effects(job.issue.id)
    massed = any(effect.kind == "mass_send" and _is_under_way(effect) for effect in effects)
    return _confirm_mass(job) if massed else _confirm_publication(job)


def _confirm_publication(job: Job) -> Move:
    publication = _look(job)
    match publication.state:
        case PublicationState.SUCCESS:
            return _published(job, publication.urls, publication.article_id)
        case PublicationState.PENDING:
            return _ask_again(job)
        case PublicationState.DELETED | PublicationState.BANNED:
            return Move(Status.REMOVED, "发布后被删除或被平台下架", None, {"note": "文章发布后被删除，或被平台下架。"})
        case PublicationState.NOT_ORIGINAL | PublicationState.FAILED | PublicationState.REJECTED:
            return _refused(job, f"publish_status={publication.state.value}", _refusal(job, publication))


def _look(job: Job) -> Publication:
    """How the publication fares, by the cheapest look: one list for all that wait, else a question for this one."""
    issue, announced = job.issue, _is_announced(job)
    waiting, oldest = job.edges.store.accounts.pending(job.account.name)
    if not issue.publish_id or ((waiting > 1 or _fresh_list(job)) and not announced):
        found = _listed(job, oldest or issue.created_at)
        # Without a publish_id, its answer was lost; the list knows it by its cover.
        if found is not None or not issue.publish_id or issue.tries < PATIENCE_WITH_LISTS:
            return found or _PENDING
    if not announced:
        _spare(job, GET)
    return job.platform.publication(issue.publish_id)


def _is_announced(job: Job) -> bool:
    """Whether an event says that there is a result."""
    events = job.edges.store.events(job.account.name, PUBLISH_EVENTS, job.issue.created_at)
    told = [event.get("PublishEventInfo") for event in events]
    ids = {str(info.get("publish_id", "")) for info in told if isinstance(info, dict)}
    return bool(job.issue.publish_id) and job.issue.publish_id in ids


def _listed(job: Job, since: datetime) -> Publication | None:
    """The issue's publication in the account's list, which is fetched once for all that ask in these seconds."""
    listed = _fresh_list(job)
    if listed is None:
        _spare(job, LIST)
        listed = job.platform.publications(since - CLOCKS_DIFFER)
        job.edges.listings[job.account.name] = (job.now(), listed)
    return listed.get(job.issue.cover_media_id)


def _fresh_list(job: Job) -> Mapping[str, Publication] | None:
    """The account's list as another issue fetched it a moment ago; None if none did."""
    fetched_at, listed = job.edges.listings.get(job.account.name, (None, {}))
    fresh = fetched_at is not None and timedelta() <= job.now() - fetched_at < LISTED_FOR
    return listed if fresh else None


def _spare(job: Job, path: str) -> None:
    """Nothing while the day's budget for polling lasts; then NotYet, until the platform counts anew."""
    if job.edges.store.accounts.calls(job.account.name, path, job.now()) < DAILY - RESERVE:
        return
    note = "已提交。今天向平台查询结果的次数快用完了，余下的留给人工；平台通知结果时立即更新，否则零点后再查。"
    raise NotYet(f"{path}: the day's budget for polling is used", note, next_day(job.now(), job.account.appid))


def _refusal(job: Job, publication: Publication) -> str:
    rows = job.edges.store.articles(job.issue.id)
    titles = [f"第 {n} 篇《{rows[n - 1].title}》" for n in publication.failed if 0 < n <= len(rows)]
    which = f"（{'、'.join(titles)}）" if titles else ""
    return (
        f"{_REFUSED[publication.state]}{which}。请在公众号后台查看原因，修改稿件后以原文件名重新投放；"
        f"若原因已排除，可以 publisher retry {job.issue.id}。"
    )


def _refused(job: Job, verdict: str, note: str) -> Move:
    """HELD as the draft that it was: what had been accepted is known not to be out, and a person must mend it."""
    log.warning("issue=%d account=%s refused %s", job.issue.id, job.account.name, verdict)
    sent = [effect for effect in job.edges.store.effects(job.issue.id) if _is_under_way(effect)]
    undone = Undone(sent[-1].kind, sent[-1].key, verdict) if sent else None
    facts = {"note": note, "held_from": Status.DRAFTED, "tries": 0, "publish_id": ""}
    return Move(Status.HELD, note, None, facts, undone=undone)


def _is_under_way(effect: Effect) -> bool:
    return effect.kind in SUBMISSIONS and effect.state is not EffectState.REJECTED


def _confirm_mass(job: Job) -> Move:
    issue, event = job.issue, _mass_event(job)
    told = str(event.get("Status", ""))
    # After a failure it is sent anew under another clientmsgid: that there was one, the platform itself must say.
    status = told if _plain(told) == "send success" else job.platform.mass_status(issue.publish_id)
    match _plain(status):
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
            why = told or status
            note = (
                f"群发没有成功（平台答复：{why}）。请在公众号后台查看原因，修改稿件后以原文件名重新投放；"
                f"若原因已排除，可以 publisher retry {issue.id}。"
            )
            return _refused(job, f"msg_status={why}", note)


def _plain(status: str) -> str:
    """A status as the event and the answer spell it."""
    return status.lower().replace("_", " ")


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


def _submitted_at(job: Job) -> datetime:
    sent = [effect.intent_at for effect in job.edges.store.effects(job.issue.id) if _is_under_way(effect)]
    return max(sent, default=job.issue.created_at)


def _published(job: Job, urls: tuple[str, ...], article_id: str) -> Move:
    note = "" if urls else f"平台没有给出文章链接。请运行 publisher published {job.issue.id} --url 文章链接"
    facts = {"article_urls": urls, "article_id": article_id, "published_at": job.now(), "note": note, "tries": 0}
    return Move(Status.PUBLISHED, "已发布", None, facts)


def first_look(job: Job) -> timedelta:
    """How soon after its submission an issue is looked at."""
    return QUICK[0] if _is_plenty(job) else POLLS[0]


def unknown_outcome(issue: Issue) -> str:
    """The question about a submission that was never answered."""
    return (
        "提交发布时没有收到平台的回答，半小时后仍查不到结果。请到公众号后台看《"
        f"{issue.title}》是否已发表（若还在审核，请等它有结果），然后三选一：已发表 → publisher published {issue.id} "
        f"--url 文章链接；没有发表，再提交一次 → publisher retry {issue.id}；不发了 → publisher withdraw {issue.id}"
    )


def _ask_again(job: Job) -> Move:
    move = _ask_later(job)
    if job.issue.publish_id or move.next_try_at is None:
        return move
    # The answer with its publish_id was lost: the list tells of a success, and nothing would ever tell of a refusal.
    since = min(_submitted_at(job), job.now())
    if job.now() - since >= PATIENCE[-1]:
        raise NeedsPerson("accepted, but never answered and never listed", unknown_outcome(job.issue))
    return replace(move, next_try_at=min(move.next_try_at, since + PATIENCE[-1]))


def _ask_later(job: Job) -> Move:
    looks = (*QUICK[1:], *POLLS)
    # Where quick looks would eat up the day's budget, they are left out.
    tries = job.issue.tries if _is_plenty(job) else max(job.issue.tries, len(QUICK) - 1)
    if tries >= len(looks):
        question = f"提交后三天仍没有结果。请到公众号后台查看《{job.issue.title}》是否已发表。"
        raise NeedsPerson("no result after days", question)
    return job.wait("平台正在处理", job.now() + looks[tries], tries=tries + 1)


def _is_plenty(job: Job) -> bool:
    accounts, now = job.edges.store.accounts, job.now()
    return sum(accounts.calls(job.account.name, path, now) for path in (GET, LIST)) < PLENTY
