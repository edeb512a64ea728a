"""A file that was corrected and dropped again: the next revision of the issue that waits, or a question to a person.

The same title and date mean the same issue: offices reuse file names week after week.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from publisher import codec
from publisher.document import Newsletter
from publisher.errors import NeedsPerson
from publisher.importers.file_name import read_file_name
from publisher.issue import Content, Issue, Move, Revision, Status
from publisher.pipeline.job import Job
from publisher.store.records import questions_of

_OUT = frozenset({Status.SUBMITTED, Status.PUBLISHED})
_READ = frozenset({Status.IMPORTED, Status.SCHEDULED, Status.DRAFTED})


def settle_namesakes(job: Job, issue: Issue, newsletter: Newsletter, content: Content) -> Move | None:
    """The move of a file that belongs to an issue which waits already; None if it is an issue of its own.

    NeedsPerson if that issue has gone out, or may have.
    """
    same = [other for other in job.edges.store.namesakes(issue) if _is_same(job, issue, newsletter, other)]
    waiting = [other for other in same if not _is_out(job, other) and _stage(other) in _READ]
    if waiting:
        newest = waiting[0]
        older = _came(job, issue) < _came(job, newest)
        return _give_way(newest) if older else _revise(job, issue, newest, content)
    for other in same:
        if _is_out(job, other):
            _ask_about_namesake(job, issue, other)
    return None


def _is_same(job: Job, issue: Issue, newsletter: Newsletter, other: Issue) -> bool:
    """Whether the titles are the same, and the dates of the two mastheads, if any: a letter without numbers has only
    its date.
    """
    stored = job.edges.store.newsletter(other.id)
    if not issue.title or other.title != issue.title or not stored:
        return False
    heads = (newsletter.masthead, codec.load(stored, Newsletter).masthead)
    return len({head.date for head in heads if head and head.date}) < 2  # noqa: PLR2004 - two dates that differ


def _is_out(job: Job, other: Issue) -> bool:
    return _stage(other) in _OUT or job.edges.store.is_submission_begun(other)


def _stage(issue: Issue) -> Status:
    return issue.held_from if issue.status is Status.HELD and issue.held_from else issue.status


def _ask_about_namesake(job: Job, issue: Issue, other: Issue) -> None:
    """Ask whether to publish once more; nothing if a person answered the same question with a retry."""
    question = (
        f"《{issue.title}》已经发布过，或可能已经发出（第 {other.id} 号）。若要把这份改动过的稿件作为新的一期再发，请 "
        f"publisher retry {issue.id}；不发，请 publisher withdraw {issue.id}。"
    )
    if question not in questions_of(job.edges.store.history(issue.id)):
        raise NeedsPerson(f"issue {other.id} with the same title is out", question)


def _came(job: Job, issue: Issue) -> tuple[datetime, int]:
    """Since when an issue is wanted as it is: its last drop, or the word of an editor to read it again."""
    history = job.edges.store.history(issue.id)
    return max(past.at for past in history if past.after is Status.RECEIVED), issue.id


def _give_way(other: Issue) -> Move:
    why = f"更新的稿件（第 {other.id} 号）已在处理，这一份不再发布"
    return Move(Status.WITHDRAWN, why, None, {"note": why})


def _revise(job: Job, issue: Issue, other: Issue, content: Content) -> Move:
    """This issue ends, and the other begins anew with its content: same number, same draft, next revision."""
    # A file that comes back after it was replaced has been a revision before, and its cover has that one's name.
    former = max(issue.revision, other.revision)
    number = former + 1
    facts: dict[str, object] = {"revision": number, "title": issue.title, "note": "", "tries": 0, "held_from": None}
    why = f"收到改正稿 {issue.name}（曾编号 {issue.id}），成为第 {number} 稿：合为 {len(content.articles)} 篇图文"
    if other.approved_at is not None:
        facts["approved_at"] = None
        why += "。内容已改，原来的审批作废，请重新审批"
    if issue.publish_at is not None or _wishes_another_time(job, issue, other, content):
        facts["publish_at"] = issue.publish_at
    renewed = Move(Status.IMPORTED, why, job.now(), facts, content)
    note = f"这份改正稿成为第 {other.id} 号稿件的第 {number} 稿；本编号只留着原来的第 {other.revision} 稿，不会发布。"
    rest = {"note": note, "title": issue.title, "revision": former}
    return Move(Status.WITHDRAWN, note, None, rest, revises=Revision(other, renewed))


def _wishes_another_time(job: Job, issue: Issue, other: Issue, content: Content) -> bool:
    """Whether the corrected file, or its name, says a time that the former did not say."""
    before = _wishes(job.edges.store.newsletter(other.id), other.name)
    return any(new and new != old for new, old in zip(_wishes(content.newsletter, issue.name), before, strict=True))


def _wishes(newsletter: str, name: str) -> Sequence[str | tuple[date, time | None] | None]:
    named = read_file_name(name)
    return (
        codec.load(newsletter, Newsletter).metadata.publish_at,
        (named.day, named.time) if named.day is not None else None,
    )
