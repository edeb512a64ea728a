"""From a draft to a submission: by the account's right to publish, by mass send, or by a person in the console, as
the file says or, where it is silent, the account.

freepublish/submit takes no idempotency key. Once its intent stands it is never repeated unasked: the events, the list
of publications and the draft itself are looked at, and after half an hour without a trace a person is asked.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from publisher.errors import NeedsPerson, NotYet, Refused
from publisher.issue import Move, Status
from publisher.pipeline.confirming import PATIENCE, PUBLISH_EVENTS, first_look, unknown_outcome
from publisher.pipeline.effects import Result, may_be_out
from publisher.pipeline.job import Job
from publisher.pipeline.lateness import submit_in_time
from publisher.pipeline.restoring import (
    CLIENTMSGID_LIVES,
    CLOCKS_DIFFER,
    ask_for_draft,
    clientmsgid,
    earliest,
    recall_submission,
)
from publisher.pipeline.rights import PROBED_FOR, reach, rights_of
from publisher.pipeline.timekeeping import check_clock
from publisher.slots import in_zone
from publisher.store import Effect
from publisher.wechat import Publication, PublicationState

GONE = 40007
WATCH = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 10, 10, 30))
"""How often to see whether a person has published a draft in the console; the last goes on. The platform answers 500
such looks a day for the whole account: enough for ten drafts that nobody presses 发表 for.
"""
_GONE = "草稿已不在草稿箱，正在核对是否已经发表；查不到时会请人确认。"
_EVENTS_EARLIER = timedelta(minutes=10)
"""How much earlier than an intent an event is looked for; both times are by our own clock."""


def submit_issue(job: Job) -> Move:
    """DRAFTED -> SUBMITTED when its time has come; DRAFTED -> PUBLISHED when a person did it in the console."""
    issue, account, finish = job.issue, job.account, reach(job)
    if finish == "draft":
        return watch_draft(job)
    # What may be out already is looked for, also if the clock was set back to before its time.
    if not may_be_out(job.edges.store.effects(issue.id)):
        if account.approve and issue.approved_at is None:
            return job.wait(f"草稿已就绪，等待审批：publisher approve {issue.id}", None)
        if issue.publish_at is not None and issue.publish_at > job.now():
            return job.wait(f"等待发布时间 {in_zone(issue.publish_at, account.zone)}", issue.publish_at)
        # What went out long ago is recognised before anybody is asked about its being late.
        if (out := _before_sending(job)) is not None:
            return out
    return submit_in_time(job, finish, _mass_send if finish == "mass" else _submit)


def watch_draft(job: Job) -> Move:
    """Wait for a person to press 发表 in the console, and recognise it: our cover appears among the publications. A
    draft that is gone without that may have been deleted, or sent to all: then that person is asked.
    """
    issue, rights = job.issue, rights_of(job)
    if not rights.draft:  # nobody can look into the box: only a person's word goes on
        command = f"publisher published {issue.id} --url 文章链接"
        note = f"草稿已在公众号草稿箱，但平台不再允许用接口查看它。发表后请运行 {command}"
        return job.wait(note, job.now() + PROBED_FOR)
    if job.platform.has_draft(issue.draft_media_id):
        then = "发表后会自动识别，也可以运行" if rights.publish else "发表后请运行"
        note = (
            f"草稿已在公众号草稿箱。请{_when(job)}登录 mp.weixin.qq.com → 草稿箱，打开它并点「发表」；"
            f"{then} publisher published {issue.id} --url 文章链接"
        )
        return job.wait(note, job.now() + WATCH[min(issue.tries, len(WATCH) - 1)], tries=issue.tries + 1)
    found = _listed(job, earliest(job)) if rights.publish else None
    if found is not None:
        return _by_person(job, found.urls, found.article_id)
    return _look_for_draft(job) if rights.publish else ask_for_draft(job)


def _look_for_draft(job: Job) -> Move:
    """Wait for the list to show what a person has published; after the last look that person is asked."""
    since, now = _gone_since(job), job.now()
    for patience in PATIENCE:
        if now - since < patience:
            return job.wait(_GONE, min(since, now) + patience, tries=0)
    return ask_for_draft(job)


def _gone_since(job: Job) -> datetime:
    if job.issue.note != _GONE:
        return job.now()
    return max(past.at for past in job.edges.store.history(job.issue.id) if past.why == _GONE)


def _when(job: Job) -> str:
    """The planned time, while it is still to come."""
    publish_at = job.issue.publish_at
    coming = publish_at is not None and publish_at > job.now()
    return f"在 {in_zone(publish_at, job.account.zone)} " if publish_at is not None and coming else ""


def _by_person(job: Job, urls: tuple[str, ...], article_id: str) -> Move:
    command = f"publisher published {job.issue.id} --url 文章链接"
    note = "" if urls else f"平台列出了这次发表，但没有给出链接。请运行 {command}"
    facts = {"article_urls": urls, "article_id": article_id, "published_at": job.now(), "note": note}
    return Move(Status.PUBLISHED, "编辑在公众号后台发表", None, facts)


def _submit(job: Job) -> Move:
    draft = job.issue.draft_media_id

    def submit() -> Result:
        submission = job.platform.submit(draft)
        return {"publish_id": submission.publish_id, "msg_data_id": submission.msg_data_id}

    try:
        result = job.hold.once("submit", draft, submit, lambda effect: _find_submission(job, effect))
    except Refused as error:
        return _after_refusal(job, error)
    facts = {"publish_id": result.get("publish_id", ""), "msg_data_id": result.get("msg_data_id", "")}
    return job.go(Status.SUBMITTED, "已提交发布，等待平台结果", job.now() + first_look(job), **facts)


def _before_sending(job: Job) -> Move | None:
    """Nothing, if the issue may go out now; what has become of it already, if it may not."""
    check_clock(job)
    return recall_submission(job)


def _after_refusal(job: Job, error: Refused) -> Move:
    """A refused submission that is nobody's fault: the draft has left the box."""
    if error.errcode != GONE:
        raise error
    found = _listed(job, earliest(job))
    if found is not None:
        return _by_person(job, found.urls, found.article_id)
    return ask_for_draft(job)


def _find_submission(job: Job, effect: Effect) -> Result:
    """What became of a submission whose answer we do not have: the ladder, cheapest and surest rung first."""
    announced = _announced(job, effect.intent_at - _EVENTS_EARLIER)
    if announced or _listed(job, effect.intent_at - CLOCKS_DIFFER) is not None:
        return {"publish_id": ""}
    if not job.platform.has_draft(job.issue.draft_media_id):
        return {"publish_id": ""}  # a draft leaves the box once it is accepted
    waited = job.now() - effect.intent_at
    for patience in PATIENCE:
        if waited < patience:
            note = "提交发布时没有收到平台的回答，正在核对是否已经发出；在弄清之前不会重复提交。"
            # From now on where the clock was set back meanwhile: a day of waiting would be for nothing.
            raise NotYet("submit: outcome unknown", note, min(effect.intent_at, job.now()) + patience)
    raise NeedsPerson("submit: outcome unknown after 30 minutes", unknown_outcome(job.issue))


def _announced(job: Job, since: datetime) -> bool:
    """Whether a result event speaks of an article with our cover."""
    for fields in job.edges.store.events(job.account.name, PUBLISH_EVENTS, since):
        info = fields.get("PublishEventInfo")
        article_id = str(info.get("article_id") or "") if isinstance(info, dict) else ""
        if article_id and _has_our_cover(job, article_id):
            return True
    return False


def _has_our_cover(job: Job, article_id: str) -> bool:
    try:
        return job.issue.cover_media_id in job.platform.published_article(article_id).thumb_media_ids
    except Refused:  # an article that is gone, or was never there: an event proves nothing
        return False


def _listed(job: Job, since: datetime) -> Publication | None:
    found = job.platform.find_publication(job.issue.cover_media_id, since)
    return found if found is not None and found.state is PublicationState.SUCCESS else None


def _mass_send(job: Job) -> Move:
    key = clientmsgid(job.issue, job.edges.store.effects(job.issue.id))

    def send() -> Result:
        sent = job.platform.mass_send(job.issue.draft_media_id, key)
        return {"publish_id": sent.msg_id, "msg_data_id": sent.msg_data_id}

    def find(effect: Effect) -> Result:
        # The same clientmsgid is refused with the first send's msg_id, which is the answer that was lost.
        if job.now() - effect.intent_at > CLIENTMSGID_LIVES:
            raise NeedsPerson("mass send: outcome unknown for too long", unknown_outcome(job.issue))
        job.hold.renew()
        return send()

    try:
        result = job.hold.once("mass_send", key, send, find)
    except Refused as error:
        if error.errcode != GONE:
            raise
        return ask_for_draft(job)
    facts = {"publish_id": result["publish_id"], "msg_data_id": result["msg_data_id"]}
    return job.go(Status.SUBMITTED, "已提交群发，等待平台结果", job.now() + timedelta(seconds=2), **facts)
