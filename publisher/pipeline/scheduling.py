"""When an issue goes out: as an editor says, else as its file or its file's name says, else in the account's next slot.

Only slots are moved: to one that no other issue has, to a day on which the account may still send to all, and by the
few minutes that spread accounts. What an editor says is done as said, or asked about before anything is sent.

An issue without a time goes out as soon as it is ready, and is never late. So does one whose time was over when its
file came, or when a person let it go on: nobody else missed it.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from publisher.errors import NeedsPerson, WrongMove
from publisher.importers.file_name import read_file_name
from publisher.issue import STATES, Move, Status
from publisher.pipeline.effects import may_be_out
from publisher.pipeline.job import Job
from publisher.pipeline.planner import Planner, anywhere
from publisher.slots import in_zone, is_over, parse_time

JUST_NOW = timedelta(minutes=5)
"""An editor who gives a time that is over by less means now."""
_BROUGHT = frozenset({None, Status.HELD, Status.WITHDRAWN})
"""What a move comes from that a person made: a file that is dropped, a word that lets it go on."""


def schedule_issue(job: Job) -> Move:
    """IMPORTED -> SCHEDULED: the editor's word, else the file's, else its name's, else the account's next slot."""
    planner, metadata = planner_of(job), job.metadata()
    told = job.issue.publish_at or _time_in_file(job, metadata.publish_at) or _time_in_name(job, planner)
    has_room = planner.masses().has_room if (metadata.send or job.account.finish) == "mass" else anywhere
    if told is not None:
        planner.ask_about_masses(max(told, planner.now), has_room)
        return _as_told(job, planner, told)
    if not job.account.slots and has_room(planner.now):
        return job.go(Status.SCHEDULED, "没有指定时间，做好就发", publish_at=None)
    moment = planner.next_time(has_room)
    if moment is None:
        raise NeedsPerson("no time is free", f"没有空的时间了。请用 publisher schedule {job.issue.id} 指定时间。")
    why = f"定于 {planner.show(moment)} 发布{planner.guess(moment)}"
    return job.go(Status.SCHEDULED, why, publish_at=moment)


def reschedule(planner: Planner, publish_at: datetime) -> Move:
    """The move of an editor who gives an issue another time; WrongMove where the issue, or the time, is past that."""
    issue, back = planner.issue, _state_to_go_on(planner)
    if publish_at < planner.now - JUST_NOW:
        note = f"时间 {planner.show(publish_at)} 已经过去。要马上发布，请写现在的时间 {planner.show(planner.now)}。"
        raise WrongMove(f"issue {issue.id}: a time in the past", note)
    coming = publish_at > planner.now
    facts = {"publish_at": publish_at if coming else None, "note": "", "tries": 0}
    if back is not Status.RECEIVED and planner.is_massed():  # what is not read yet is asked about when it is scheduled
        try:
            planner.ask_about_masses(max(publish_at, planner.now), planner.masses().has_room)
        except NeedsPerson as question:
            return Move(Status.HELD, question.note, None, {**facts, "note": question.note, "held_from": back})
    said = f"定于 {planner.show(publish_at)} 发布" if coming else "要求马上发布"
    return Move(back, f"编辑{said}{planner.company(publish_at)}", planner.now, facts)


def time_after_retry(planner: Planner) -> tuple[str, dict[str, object]]:
    """Why, and with which facts, a held issue goes on: at its time, or as soon as it is ready if that is over."""
    publish_at = planner.issue.publish_at
    if publish_at is None or publish_at > planner.now:
        return "编辑要求重试", {}
    return f"编辑要求重试；原定的 {planner.show(publish_at)} 已过，做好就发", {"publish_at": None}


def planner_of(job: Job) -> Planner:
    """The planner of the issue in hand."""
    return Planner(job.edges.store, job.account, job.issue, job.now())


# ---------------------------------------------------------------------------- what was said


def _time_in_file(job: Job, wish: str) -> datetime | None:
    try:
        return parse_time(wish, job.account.zone) if wish else None
    except ValueError as error:
        note = (
            f"稿件里的发布时间「{wish}」看不懂。请写成 2026-11-24 17:30 的样子后重新投放，"
            f"或用 publisher schedule {job.issue.id} 指定时间。"
        )
        raise NeedsPerson(f"publish_at: {error}", note) from None


def _time_in_name(job: Job, planner: Planner) -> datetime | None:
    """When the dropped file's name says; None if it says nothing, or a day that is over: old issues have old names."""
    named, zone = read_file_name(job.issue.name), job.account.zone
    if named.day is None or is_over(named.day, zone, job.now()):
        return None
    try:
        return parse_time(f"{named.day} {named.time:%H:%M}", zone) if named.time else _time_on(planner, named.day)
    except ValueError:  # a clock change skips or doubles that hour
        return _time_on(planner, named.day)


def _time_on(planner: Planner, day: date) -> datetime:
    """The moment for an issue that is only promised for a day: its first free slot to come, else one that it shares,
    else when the office opens.
    """
    slots = planner.timetable.on(day, planner.now)
    free = [moment for slot in slots if (moment := planner.free(slot)) is not None]
    today = [moment for moment in free if in_zone(moment, planner.account.zone).startswith(str(day))]
    return next(iter([*today, *slots]), planner.timetable.opening(day))


def _as_told(job: Job, planner: Planner, told: datetime) -> Move:
    if told < _brought_at(job):
        why = f"指定的时间 {planner.show(told)} 在收到时已经过去，做好就发"
        return job.go(Status.SCHEDULED, why, publish_at=None)
    why = f"定于 {planner.show(told)} 发布{planner.company(told)}"
    return job.go(Status.SCHEDULED, why, publish_at=told)


def _brought_at(job: Job) -> datetime:
    """When a person last brought the issue in, or let it go on."""
    history = job.edges.store.history(job.issue.id)
    return max((past.at for past in history if past.before in _BROUGHT), default=job.issue.created_at)


def _state_to_go_on(planner: Planner) -> Status:
    """The state in which an issue waits for its new time."""
    issue = planner.issue
    if issue.status in {Status.RECEIVED, Status.IMPORTED, Status.SCHEDULED, Status.DRAFTED}:
        return issue.status
    waits = issue.status is Status.HELD and issue.held_from in {Status.IMPORTED, Status.DRAFTED}
    if issue.held_from is None or not waits or may_be_out(planner.store.effects(issue.id)):
        note = f"第 {issue.id} 号稿件{STATES[issue.status]}，不能再改时间。"
        raise WrongMove(f"issue {issue.id} is {issue.status}", note)
    return issue.held_from
