"""A corrected issue's draft, updated in place: the same draft in the box, article by article.

Each update may be repeated blindly, since it says the whole article. The issue is not DRAFTED, and nothing is
submitted, before all of them are done.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from publisher.errors import Refused
from publisher.issue import Issue, Move, Status
from publisher.pipeline.effects import NothingFound, Result
from publisher.pipeline.job import Job
from publisher.pipeline.restoring import earliest
from publisher.store import Effect
from publisher.wechat import DraftArticle, PublicationState
from publisher.wechat.errcodes import NO_SUCH_MEDIA

_CLOCKS_APART = timedelta(minutes=10)
"""A draft that was touched later than this after our last word was touched by somebody else."""


class DraftGone(Exception):
    """The draft of the former revision has left the box: somebody deleted it, or sent it."""


def renew_draft(job: Job, articles: Sequence[DraftArticle]) -> str:
    """The media id of the issue's draft with its new text in it; "" where a new draft is to be made: for a first
    revision, for another number of articles, where somebody has worked on the draft in the console, and where the
    platform has refused what was in it.

    Raises DraftGone.
    """
    issue, cover = job.issue, articles[0].thumb_media_id
    if not issue.draft_media_id or job.edges.store.effect(issue.id, "add_draft", cover) is not None:
        return ""
    if _was_refused(job):
        return _leave_refused_draft(job, cover)
    if not _is_begun(job) and not _can_be_renewed(job, len(articles)):
        return ""
    for index, article in enumerate(articles):
        _update(job, index, article)
    return issue.draft_media_id


def ask_about_lost_draft(job: Job, cover: str) -> Move:
    """HELD: whether the former text is out already, only a person can know."""
    issue, url = job.issue, _published_under(job, cover) or "文章链接"
    note = (
        f"《{issue.title}》的第 {issue.revision} 稿还没有放进草稿箱，原来的草稿就已不在：可能有人删除了它，或者已在后台"
        f"发表了旧稿。请三选一：已发表 → publisher published {issue.id} --url {url}；用新稿重新做草稿再发 → "
        f"publisher retry {issue.id}；不发了 → publisher withdraw {issue.id}"
    )
    facts = {"note": note, "held_from": Status.SCHEDULED, "draft_media_id": "", "tries": 0}
    return Move(Status.HELD, note, None, facts)


def _was_refused(job: Job) -> bool:
    undone = [effect for effect in job.edges.store.effects(job.issue.id) if effect.is_undone]
    return any(effect.kind == "mass_send" or effect.key == job.issue.draft_media_id for effect in undone)


def _leave_refused_draft(job: Job, cover: str) -> str:
    """Nothing to renew: nobody knows whether a refused draft comes back into the box. DraftGone if a person published
    it from there.
    """
    if not job.platform.has_draft(job.issue.draft_media_id) and _published_under(job, cover):
        raise DraftGone
    return ""


def _is_begun(job: Job) -> bool:
    """Whether an update of this revision was sent, or may have been."""
    mine = _key(job.issue, "")
    return any(e.kind == "update_draft" and e.key.startswith(mine) for e in job.edges.store.effects(job.issue.id))


def _can_be_renewed(job: Job, articles: int) -> bool:
    found = job.platform.read_draft(job.issue.draft_media_id)
    if found is None:
        raise DraftGone
    ours = set(found.thumb_media_ids) == {job.issue.cover_media_id}
    written = [
        _last_moment(e) for e in job.edges.store.effects(job.issue.id) if e.kind in {"add_draft", "update_draft"}
    ]
    touched = found.updated_at is not None and found.updated_at > max(written, default=job.now()) + _CLOCKS_APART
    return len(found.thumb_media_ids) == articles and ours and not touched


def _last_moment(effect: Effect) -> datetime:
    return effect.ended_at or effect.intent_at


def _update(job: Job, index: int, article: DraftArticle) -> None:
    draft = job.issue.draft_media_id

    def update() -> Result:
        job.platform.update_draft(draft, index, article)
        return {}

    try:
        job.hold.once("update_draft", _key(job.issue, str(index)), update, _repeat)
    except Refused as error:
        # The same code is said of a cover that is gone.
        if error.errcode != NO_SUCH_MEDIA or job.platform.has_draft(draft):
            raise
        raise DraftGone from None


def _key(issue: Issue, index: str) -> str:
    return f"r{issue.revision}-{index}"


def _repeat(_effect: Effect) -> Result:
    raise NothingFound


def _published_under(job: Job, cover: str) -> str:
    """The link under which the draft, with the former cover or the new one, was published; "" if nobody can tell."""
    if not job.edges.store.accounts.rights(job.account.name).publish:
        return ""
    for known in dict.fromkeys((job.issue.cover_media_id, cover)):
        found = job.platform.find_publication(known, earliest(job))
        if found is not None and found.state is PublicationState.SUCCESS:
            return next(iter(found.urls), "")
    return ""
