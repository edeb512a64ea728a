"""What a database that came back from a backup has forgotten, asked of the platform before anything goes out again.

The cover is what an issue is known by. Its name is made of the file's own bytes, not of the issue's number, so that a
file that was dropped again into an older database finds the cover, and by the cover the draft and the publication. An
issue that is on time and whose cover was uploaded just now asks nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import chain, count

from publisher.errors import NeedsPerson, Refused
from publisher.issue import Issue, Move, Status
from publisher.pipeline.effects import SUBMISSIONS, NothingFound, Result
from publisher.pipeline.job import Job
from publisher.store import Effect
from publisher.store.records import questions_of
from publisher.wechat import NO_RIGHT, Publication, PublicationState, StoredPicture

CLOCKS_DIFFER = timedelta(days=2)
"""How far the clock that wrote a time and the platform's may be apart when its lists are searched. What is searched for
is unique, so that looking too far back costs a page, and not far enough a second draft.
"""
ON_TIME = timedelta(minutes=1)
"""An issue that is later than this may be older than its database knows."""
CLIENTMSGID_LIVES = timedelta(hours=20)
"""The platform remembers a clientmsgid for 24 hours (wechat-api 4.4); we trust it a little less."""

_REVISION = re.compile(r"-r(\d+)$")


# ------------------------------------------------------------------------ names


def cover_name(issue: Issue) -> str:
    """The file name of an issue's cover: one for each file and revision, whatever number the issue has."""
    return f"{_cover_stem(issue)}-r{issue.revision}.jpg"


def clientmsgid(issue: Issue, effects: Sequence[Effect]) -> str:
    """What keeps a mass send from going twice within 24 hours, also from an older database. After one that the platform
    has refused it is another one: under the same, the platform would answer with the refused one for a day.
    """
    first = f"{_cover_stem(issue)}-r{issue.revision}"
    undone = {effect.key for effect in effects if effect.kind == "mass_send" and effect.is_undone}
    return next(key for key in chain([first], (f"{first}-{number}" for number in count(2))) if key not in undone)


def _cover_stem(issue: Issue) -> str:
    return f"wx-{issue.fingerprint[:24]}"


# ------------------------------------------------------------------------ pictures


def recall_cover(job: Job) -> Result:
    """The cover of this file that an earlier database knew, of this or of a later revision; else NothingFound."""
    for picture in job.platform.earlier_pictures():
        stem = picture.name.rpartition(".")[0] or picture.name
        revision = _REVISION.search(stem)
        ours = stem.startswith(f"{_cover_stem(job.issue)}-r") and revision is not None
        if ours and revision is not None and int(revision.group(1)) >= job.issue.revision:
            return _still_there(job, picture)
    raise NothingFound


def recall_picture(job: Job, name: str) -> Result:
    """The permanent picture that an earlier database uploaded under this name; else NothingFound."""
    for picture in job.platform.earlier_pictures():
        if picture.name.rpartition(".")[0] == name.rpartition(".")[0] and picture.url:
            return _still_there(job, picture)
    raise NothingFound


def _still_there(job: Job, picture: StoredPicture) -> Result:
    cover = job.platform.find_cover(picture.name, picture.updated_at)
    if cover is None or cover.media_id != picture.media_id:
        raise NothingFound
    return {"media_id": cover.media_id, "url": cover.url, "uploaded_at": picture.updated_at.isoformat()}


# ------------------------------------------------------------------------ before a draft


def recall_draft(job: Job, cover: str) -> Result:
    """The draft with a cover that is not of this moment; else NothingFound."""
    effect = _cover_effect(job)
    if effect is None or not _is_old(job, effect):
        raise NothingFound
    drafts = job.platform.find_drafts(cover, _since(effect))
    if not drafts:
        raise NothingFound
    return {"media_id": drafts[0]}


def recall_publication(job: Job, cover: str) -> Move | None:
    """What became of an issue, before its first draft is made; None if the platform knows of nothing.

    Raises NeedsPerson where only a person can know.
    """
    effect = _cover_effect(job)
    begun = job.edges.store.effect(job.issue.id, "add_draft", cover) is not None
    if begun or effect is None or not _is_old(job, effect):
        return None
    out = _listed(job, cover, _since(effect))
    if out is not None or job.platform.find_drafts(cover, _since(effect)):
        return out
    if _is_forgotten(effect):  # a cover that the database does not know had a draft, which is gone
        _ask(job, missing_draft(job.issue))
    elif job.finish() == "mass" and job.now() - _uploaded_at(effect) > CLIENTMSGID_LIVES:
        _ask(job, _long_begun(job.issue), missing_draft(job.issue))
    return None


# ------------------------------------------------------------------------ before a submission


def recall_submission(job: Job) -> Move | None:
    """What became of a draft that is submitted for the first time, but late; None if nothing speaks against it."""
    issue = job.issue
    effects = job.edges.store.effects(issue.id)
    drafts = [effect for effect in effects if effect.kind == "add_draft"]
    late = issue.publish_at is None or job.now() - issue.publish_at > ON_TIME
    young = any(not _is_old(job, effect) for effect in drafts)
    keys = {issue.draft_media_id, clientmsgid(issue, effects)}
    if not late or young or any(effect.kind in SUBMISSIONS and effect.key in keys for effect in effects):
        return None
    massed = job.finish() == "mass"
    out = None if massed else _listed(job, issue.cover_media_id, earliest(job))
    if out is not None or job.platform.has_draft(issue.draft_media_id):
        return out
    if massed and drafts and job.now() - drafts[0].intent_at <= CLIENTMSGID_LIVES:
        return None  # sent again under the same clientmsgid it is answered with the first send
    return ask_for_draft(job)


def ask_for_draft(job: Job) -> Move:
    """The draft is gone: somebody deleted it, published it, or sent it to all. A retry makes a new one."""
    job.edges.store.forget_effect(job.issue.id, "add_draft", job.issue.cover_media_id)
    note = missing_draft(job.issue)
    facts = {"note": note, "held_from": Status.SCHEDULED, "draft_media_id": "", "tries": 0}
    return Move(Status.HELD, note, None, facts)


def missing_draft(issue: Issue) -> str:
    """The question about a draft that is gone."""
    return (
        f"《{issue.title}》的草稿已不在草稿箱：可能有人删除了它，或者已在后台发表、群发。请三选一：已发表 → "
        f"publisher published {issue.id} --url 文章链接；重新做草稿再发 → publisher retry {issue.id}；"
        f"不发了 → publisher withdraw {issue.id}"
    )


def _long_begun(issue: Issue) -> str:
    """The question about a mass send that was begun a day ago and has no draft: if that day is missing in the database,
    it is out, and the platform has no list of mass sends that would tell.
    """
    return (
        f"《{issue.title}》的封面将近一天前就上传了，却还没有草稿。如果数据库是从备份恢复的，它可能早已群发，而群发无法用接口查到。"
        f"请到公众号后台的「发表记录」看一下：已群发 → publisher published {issue.id} --url 文章链接；"
        f"没有 → publisher retry {issue.id}；不发了 → publisher withdraw {issue.id}"
    )


def earliest(job: Job) -> datetime:
    """The time from which on the platform may know anything of an issue, whatever the clock was when it was written."""
    issue = job.issue
    return min([issue.created_at, *(_since(effect) for effect in job.edges.store.effects(issue.id))]) - CLOCKS_DIFFER


# ------------------------------------------------------------------------ below


def _listed(job: Job, cover: str, since: datetime) -> Move | None:
    """The publication with our cover, if the platform lists one."""
    if not job.edges.store.accounts.rights(job.account.name).publish:
        return None
    try:
        found = job.platform.find_publication(cover, since)
    except Refused as error:
        if error.errcode != NO_RIGHT:
            raise
        return None  # an account without this right has published nothing by it; its submission will tell the rest
    if found is None:
        return None
    if found.state is PublicationState.DELETED:
        _ask(job, _deleted(job.issue))
        return None
    return _is_out(job, cover, found)


def _is_out(job: Job, cover: str, found: Publication) -> Move:
    facts = {"article_urls": found.urls, "article_id": found.article_id, "published_at": job.now(), "note": ""}
    why = "向平台核对：这一期早已发布，不再重复（数据库可能是从备份恢复的）"
    return Move(Status.PUBLISHED, why, None, {**facts, "cover_media_id": cover, "tries": 0})


def _deleted(issue: Issue) -> str:
    return (
        f"《{issue.title}》以前发布过，后来在公众号后台被删除。要重新发布，请 publisher retry {issue.id}；"
        f"不发了，请 publisher withdraw {issue.id}"
    )


def _ask(job: Job, question: str, *alike: str) -> None:
    """Ask a person; nothing if this, or what comes to the same, was asked before and answered with a retry."""
    if {question, *alike}.isdisjoint(questions_of(job.edges.store.history(job.issue.id))):
        raise NeedsPerson("an older database may have sent this issue", question)


def _cover_effect(job: Job) -> Effect | None:
    return job.edges.store.effect(job.issue.id, "upload_cover", cover_name(job.issue))


def _is_forgotten(effect: Effect) -> bool:
    """Whether the platform knew of an effect before this database did."""
    return bool(effect.result.get("uploaded_at"))


def _is_old(job: Job, effect: Effect) -> bool:
    return _is_forgotten(effect) or job.now() - effect.intent_at > ON_TIME


def _uploaded_at(effect: Effect) -> datetime:
    told = effect.result.get("uploaded_at")
    return datetime.fromisoformat(str(told)) if told else effect.intent_at


def _since(effect: Effect) -> datetime:
    return min(effect.intent_at, _uploaded_at(effect)) - CLOCKS_DIFFER
