"""Nothing goes out while this machine's clock is wrong: by a wrong clock it would go out on the wrong day."""

from __future__ import annotations

from datetime import timedelta

from publisher.errors import NotYet
from publisher.pipeline.job import Job

TOLERANCE = timedelta(minutes=5)
RECENT = timedelta(minutes=10)
"""For how long the platform's clock is believed to go on as it did at its last answer."""
LOOK_AGAIN = timedelta(minutes=5)


def check_clock(job: Job) -> None:
    """Nothing, if our clock agrees with the platform's; else NotYet, with a note for whoever can set it."""
    lead = job.platform.lead(RECENT)
    if lead is None or abs(lead) > TOLERANCE:
        # Also a machine that has slept seems wrong until it is asked anew: the clock that nobody sets slept, too.
        job.platform.count_pictures()
        lead = job.platform.lead(RECENT)
    if lead is not None and abs(lead) > TOLERANCE:
        note = (
            f"这台机器的时钟{'快' if lead > timedelta() else '慢'}了{_length(lead)}，暂不发布，以免发错时间。"
            "请管理员校准系统时间（打开 NTP 自动对时）；校准后会自动继续。"
        )
        detail = f"this machine's clock is {lead.total_seconds():+.0f} s from the platform's"
        raise NotYet(detail, note, job.now() + LOOK_AGAIN)


def _length(lead: timedelta) -> str:
    minutes = round(abs(lead).total_seconds() / 60)
    days, hours = divmod(minutes // 60, 24)
    if days:
        return f" {days} 天 {hours} 小时"
    return f" {hours} 小时 {minutes % 60} 分钟" if hours else f" {minutes} 分钟"
