"""How many mass sends an account still has: one a day, or four a month, as the platform counts them in Beijing.

The platform answers 45028 when they are used up, a day too late for whoever planned the issue. So they are counted
here: those that were sent, and those that are planned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from publisher.issue import Account, Status
from publisher.store import Store
from publisher.store.plans import Planned

BEIJING = ZoneInfo("Asia/Shanghai")
LIMITS = {"day": 1, "month": 4}
_LONGEST = timedelta(days=32)


@dataclass(frozen=True, slots=True)
class MassCount:
    """The mass sends of an account's other issues, by the day, or month, in which they count."""

    account: Account
    sent: Mapping[date, int]
    planned: Mapping[date, int]

    def has_room(self, moment: datetime) -> bool:
        """Whether one more may be planned for a moment."""
        return self.sent.get(day := self._day(moment), 0) + self.planned.get(day, 0) < LIMITS[self.account.mass_limit]

    def may_send(self, moment: datetime) -> bool:
        """Whether one more may be sent at a moment, whatever is planned after it."""
        return self.sent.get(self._day(moment), 0) < LIMITS[self.account.mass_limit]

    def full(self, moment: datetime) -> str:
        """That a day's, or month's, sends are used up, as editors read it."""
        day = self._day(moment)
        when = f"{day} 这一天" if self.account.mass_limit == "day" else f"{day.year} 年 {day.month} 月"
        return f"{when}（北京时间）的群发次数已满"

    def _day(self, moment: datetime) -> date:
        return counting_day(self.account, moment)


def counting_day(account: Account, moment: datetime) -> date:
    """The day in Beijing, or the first of the month, under which a mass send counts."""
    day = moment.astimezone(BEIJING).date()
    return day if account.mass_limit == "day" else day.replace(day=1)


def next_day(account: Account, moment: datetime) -> datetime:
    """When the platform begins to count anew: midnight in Beijing."""
    day = counting_day(account, moment)
    after = day + timedelta(days=1) if account.mass_limit == "day" else (day + _LONGEST).replace(day=1)
    return datetime.combine(after, time(), BEIJING)


def count_masses(store: Store, account: Account, but: int, now: datetime) -> MassCount:
    """The mass sends of the account's issues other than `but`."""
    sent = {issue: at for issue, at in store.plans.mass_sends(account.name, now - _LONGEST).items() if issue != but}
    plans = [plan for plan in store.plans.planned(account.name) if plan.issue_id not in sent and plan.issue_id != but]
    moments = [_going_out(plan, now) for plan in plans if _finish(plan, account) == "mass"]
    return MassCount(
        account,
        Counter(counting_day(account, at) for at in sent.values()),
        Counter(counting_day(account, at) for at in moments if at is not None),
    )


def _finish(plan: Planned, account: Account) -> str:
    return plan.send or account.finish


def _going_out(plan: Planned, now: datetime) -> datetime | None:
    """When an issue takes a send, as far as can be foreseen: not before now; None while it is held past its time."""
    if plan.status is Status.HELD:
        return plan.publish_at if plan.publish_at is not None and plan.publish_at > now else None
    return max(plan.publish_at or now, now)
