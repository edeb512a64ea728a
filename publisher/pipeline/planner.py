"""Whoever gives one issue its time: the account's slots, what other issues have taken of them, and the mass sends."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from publisher.errors import NeedsPerson
from publisher.issue import Account, Issue
from publisher.pipeline.masses import MassCount, count_masses, next_day
from publisher.slots import Timetable, in_zone
from publisher.store import Store
from publisher.store.records import questions_of

_DAYS = 36
"""How many days, or months, are searched for room for a mass send of an account without slots."""

HasRoom = Callable[[datetime], bool]


@dataclass(frozen=True, slots=True)
class Planner:
    """What must be known to give an issue a time, now."""

    store: Store
    account: Account
    issue: Issue
    now: datetime

    @property
    def timetable(self) -> Timetable:
        """The account's slots."""
        return Timetable(self.account.slots, self.account.zone, self.account.workdays)

    def show(self, moment: datetime) -> str:
        """A moment on the account's clocks."""
        return in_zone(moment, self.account.zone)

    def masses(self) -> MassCount:
        """The mass sends of the account's other issues."""
        return count_masses(self.store, self.account, self.issue.id, self.now)

    def is_massed(self) -> bool:
        """Whether the issue goes out by mass send, as its file or, where it is silent, its account says."""
        said = [plan.send for plan in self.store.plans.planned(self.account.name) if plan.issue_id == self.issue.id]
        return ("".join(said) or self.account.finish) == "mass"

    def next_time(self, has_room: HasRoom) -> datetime | None:
        """The next slot that is free and has room, spread; without slots the next opening with room. None: none is."""
        if not self.account.slots:
            return self._next_opening(has_room)
        free = (self.free(slot) for slot in self.timetable.coming(self.now))
        return next((moment for moment in free if moment is not None and has_room(moment)), None)

    def free(self, slot: datetime) -> datetime | None:
        """When the issue goes out in a slot; None if another issue has it."""
        moment = slot + spread(self.account, self.issue.id)
        return None if not self.account.share_slots and {slot, moment} & self._taken() else moment

    def company(self, moment: datetime) -> str:
        """Which issues go out at the same time, as a remark: nobody but the editor knows whether that is meant."""
        others = [f"第 {issue} 号" for issue, at in self._others(moment).items() if at == moment]
        return f"（与{'、'.join(others)}同一时间）" if others else ""

    def guess(self, moment: datetime) -> str:
        """That a slot was found without knowing the year's holidays, as a remark."""
        if not self.account.slots or not self.timetable.is_guess(moment):
            return ""
        return f"（{self.show(moment)[:4]} 年的放假安排还不知道，工作日按周一至周五算）"

    def other_time(self, has_room: HasRoom) -> str:
        """The command that gives another time, with the next one that may be had."""
        moment = self.next_time(has_room)
        when = f' "{self.show(moment)}"' if moment else " 时间"
        return f"publisher schedule {self.issue.id}{when}{'（下一个空的时段）' if self.account.slots else ''}"

    def ask_about_masses(self, moment: datetime, has_room: HasRoom) -> None:
        """Ask whether to send to all once more than the account may; nothing if there is room, or if a person has said
        so already.
        """
        if has_room(moment):
            return
        masses, issue = self.masses(), self.issue
        full = masses.full(moment)
        if any(full in question for question in questions_of(self.store.history(issue.id))):
            return
        note = (
            f"《{issue.title}》要在 {self.show(moment)} 群发，但{full}。请三选一：换个时间 → "
            f"{self.other_time(masses.has_room)}；后台还有次数，照发 → publisher retry {issue.id}；"
            f"不发了 → publisher withdraw {issue.id}"
        )
        raise NeedsPerson(f"mass limit: one too many a {self.account.mass_limit}", note)

    def _next_opening(self, has_room: HasRoom) -> datetime | None:
        """When the office opens on the first day on which there is room: nobody wants a message at midnight."""
        moment = self.now
        for _ in range(_DAYS):
            moment = next_day(self.account, moment)
            opening = self.timetable.next_opening(moment.date())
            if has_room(opening):
                return opening
        return None

    def _taken(self) -> frozenset[datetime]:
        """The slots that other issues have: their times, and these without what each was spread by."""
        others = self._others(self.now)
        return frozenset([*others.values(), *(at - spread(self.account, issue) for issue, at in others.items())])

    def _others(self, since: datetime) -> dict[int, datetime]:
        times = self.store.plans.times(self.account.name, since)
        return {issue: at for issue, at in times.items() if issue != self.issue.id}


def spread(account: Account, issue_id: int) -> timedelta:
    """By how much an issue goes out after its slot: always the same for it, whoever asks."""
    number = int.from_bytes(hashlib.sha256(f"{account.name}/{issue_id}".encode()).digest()[:8])
    return timedelta(seconds=number % (account.jitter_minutes * 60 + 1))


def anywhere(_moment: datetime) -> bool:
    """There is always room for an issue that is not sent to all."""
    return True
