"""What is done with a submission that comes after its time: a little late it goes out and says so, later a person is
asked, since a greeting for yesterday's holiday is worse than none.

Late is what the machine is to blame for: it was off, the account was paused, a quota was used up. An approval that
came after the time starts the clock anew, and what a person lets go on has no time any more (see `scheduling`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from publisher.errors import NeedsPerson
from publisher.issue import Finish, Move, Status
from publisher.pipeline.effects import SUBMISSIONS
from publisher.pipeline.job import Job, Step
from publisher.pipeline.planner import anywhere
from publisher.pipeline.scheduling import planner_of
from publisher.store import EffectState

WORTH_TELLING = timedelta(minutes=1)


def submit_in_time(job: Job, finish: Finish, submit: Step) -> Move:
    """The move of `submit`, which says how late it is. Before anything is sent a person is asked about what is too
    late, or would be one mass send too many; a submission that was begun is gone on with.
    """
    begun = [
        effect.intent_at
        for effect in job.edges.store.effects(job.issue.id)
        if effect.kind in SUBMISSIONS and effect.state is not EffectState.REJECTED
    ]
    late = _lateness(job, begun[-1] if begun else job.now())
    if not begun:
        _ask_when_late(job, finish, late)
        if finish == "mass":
            planner = planner_of(job)
            planner.ask_about_masses(planner.now, planner.masses().may_send)
    move = submit(job)
    if move.to is not Status.SUBMITTED or late < WORTH_TELLING:
        return move
    return replace(move, why=f"{move.why}（比原定时间晚 {_duration(late)}）")


def _lateness(job: Job, at: datetime) -> timedelta:
    """By how much a submission at a moment misses its time."""
    due = job.issue.publish_at
    if due is None:
        return timedelta()
    approved = job.issue.approved_at if job.account.approve else None
    return max(at - max(due, approved or due), timedelta())


def _ask_when_late(job: Job, finish: Finish, late: timedelta) -> None:
    issue, planner = job.issue, planner_of(job)
    if issue.publish_at is None or late <= timedelta(minutes=job.account.late_minutes):
        return
    other = planner.other_time(planner.masses().has_room if finish == "mass" else anywhere)
    note = (
        f"《{issue.title}》错过了发布时间 {planner.show(issue.publish_at)}，已晚 {_duration(late)}"
        f"（当时程序没有运行、公众号暂停，或平台次数用完）。请三选一：现在就发 → publisher retry {issue.id}；"
        f"换个时间 → {other}；不发了 → publisher withdraw {issue.id}"
    )
    raise NeedsPerson(f"late by {late}", note)


def _duration(late: timedelta) -> str:
    """«7 分钟», «3 小时 20 分钟», «1 天 3 小时»."""
    days, hours, minutes = late.days, late.seconds // 3600, late.seconds // 60 % 60
    parts = [(days, "天"), (hours, "小时"), (0 if days else minutes, "分钟")]
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "不到 1 分钟"
