"""The life of an issue as a table of steps, and the loop that takes them.

A step looks at the issue, does one thing with the outside world, and returns a `Move`; `wake` stores it and goes on
until nothing is to be done now. An error decides by its class alone: LATER postpones, NEVER holds the issue for a
person, UNKNOWN comes back to look before anything is repeated; what concerns the account pauses the account.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from publisher.errors import AccountRefused, Busy, NotYet, PublisherError, Retry, StaleIssue
from publisher.issue import Account, Issue, Move, Status
from publisher.pipeline.confirming import confirm_issue
from publisher.pipeline.copying import draft_or_hand_out
from publisher.pipeline.drafting import discard_draft
from publisher.pipeline.effects import Hold
from publisher.pipeline.importing import import_issue
from publisher.pipeline.job import Edges, Job, Step
from publisher.pipeline.pausing import ON_THE_PLATFORM, find_pause, pause_account, wait_for_resumption
from publisher.pipeline.rights import after_no_right
from publisher.pipeline.scheduling import schedule_issue
from publisher.pipeline.submitting import submit_issue
from publisher.slots import backoff, in_zone
from publisher.wechat import NO_RIGHT

__all__ = ["STEPS", "Edges", "wake"]

STEPS: Mapping[Status, Step] = MappingProxyType(
    {
        Status.RECEIVED: import_issue,
        Status.IMPORTED: schedule_issue,
        Status.SCHEDULED: draft_or_hand_out,
        Status.DRAFTED: submit_issue,
        Status.SUBMITTED: confirm_issue,
        Status.WITHDRAWN: discard_draft,
    }
)
"""What is done with an issue in each state. States that are not here wait for a person, or are the end."""

_MOST_STEPS = 12
"""One wake never takes more steps: whatever asks to be looked at «now» for ever is left to the next wake."""

log = logging.getLogger("publisher.pipeline")


def wake(issue_id: int, account: Account, edges: Edges, owner: str) -> Issue | None:
    """The issue after all steps that could be taken now; None if another worker holds it."""
    issue = edges.store.lease(issue_id, owner, edges.clock())
    if issue is None:
        return None
    hold = Hold(edges.store, issue_id, owner, edges.clock)
    try:
        for _ in range(_MOST_STEPS):
            if not _is_due(issue, edges.clock()):
                break
            issue = _advance(Job(issue, account, edges, hold))
    except StaleIssue as error:
        log.warning("issue=%d account=%s left to another worker: %s", issue_id, account.name, error.detail)
        return None
    finally:
        edges.store.release(issue_id, owner)
    return issue


def _is_due(issue: Issue, now: datetime) -> bool:
    return issue.status in STEPS and issue.next_try_at is not None and issue.next_try_at <= now


def _advance(job: Job) -> Issue:
    """The issue after one step, stored and logged."""
    try:
        move = _take_step(job)
    except StaleIssue:
        raise
    except PublisherError as error:
        move = _after_error(job, error)
    except Exception:
        log.exception("issue=%d account=%s step=%s failed", job.issue.id, job.account.name, job.issue.status)
        move = _hold(job, "程序内部出错，已记入日志。请联系管理员；修复后可以 retry。")
    after = job.edges.store.move(job.issue, move, job.now(), job.hold.owner)
    if move.why or move.to is not job.issue.status:
        log.info("issue=%d account=%s move=%s->%s", job.issue.id, job.account.name, job.issue.status, move.to)
    return after


def _take_step(job: Job) -> Move:
    pause = find_pause(job) if job.issue.status in ON_THE_PLATFORM else None
    return STEPS[job.issue.status](job) if pause is None else wait_for_resumption(job, pause)


def _after_error(job: Job, error: PublisherError) -> Move:
    log.warning(
        "issue=%d account=%s step=%s error=%s retry=%s detail=%s",
        job.issue.id, job.account.name, job.issue.status, type(error).__name__, error.retry, error.detail,
    )  # fmt: skip
    if isinstance(error, AccountRefused):
        return _after_refusal(job, error)
    match error.retry:
        case Retry.LATER:
            return _postpone(job, error)
        case Retry.NEVER:
            return _hold(job, error.note)
        case Retry.UNKNOWN:
            note = "平台没有回答，不知道这一步是否已完成；正在核对，弄清之前不会重复。"
            return job.wait(note, job.now() + backoff(job.issue.tries), tries=job.issue.tries + 1)


def _after_refusal(job: Job, error: AccountRefused) -> Move:
    """The account goes on with less, where it lacks a right, or is paused."""
    if error.errcode == NO_RIGHT and job.issue.status is not Status.WITHDRAWN:
        return after_no_right(job, error)
    if error.errcode == NO_RIGHT:
        return _hold(job, error.note)
    return wait_for_resumption(job, pause_account(job.account, job.edges, error))


def _postpone(job: Job, error: PublisherError) -> Move:
    now, wish = job.now(), error.not_before if isinstance(error, Busy | NotYet) else None
    at = wish if wish is not None and wish > now else now + backoff(job.issue.tries)
    note = error.note if isinstance(error, NotYet) else f"{error.note}（{in_zone(at, job.account.zone)} 自动再试）"
    # The note changes with every time in it; the history only keeps the first of a row of postponements.
    move = job.wait(note, at, tries=job.issue.tries + 1)
    return move if job.issue.tries == 0 else Move(move.to, "", at, move.facts)


def _hold(job: Job, note: str) -> Move:
    if job.issue.status is Status.WITHDRAWN:  # taking a draft back is a courtesy: it is not worth a person's time
        return Move(Status.WITHDRAWN, note, None, {"note": note, "draft_media_id": ""})
    return Move(Status.HELD, note, None, {"note": note, "held_from": job.issue.status, "tries": 0})
