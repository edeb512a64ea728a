"""An account with which something is wrong is paused as a whole: one message, and none of its calls is made before a
person has acted. Where one cheap call can tell that it is mended, it is made now and then, and ends the pause.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from publisher.errors import AccountRefused, WeChatError
from publisher.issue import Account, Move, Status
from publisher.pipeline.job import Edges, Job
from publisher.store import Pause
from publisher.wechat import NO_RIGHT

log = logging.getLogger("publisher.pipeline")

ON_THE_PLATFORM = frozenset({Status.SCHEDULED, Status.DRAFTED, Status.SUBMITTED, Status.WITHDRAWN})
"""The states in which a step calls the platform; before them an issue goes on even while its account is paused."""

_UNTOLD = frozenset({48001, 48003, 48004, 48009})
"""Refusals of one API only, of which the probe, another API, can tell nothing: a person ends such a pause."""
_SOON = frozenset({40001, 40014, 42001})
"""A token that another system keeps replacing: it may be over in a moment."""
FIRST_PROBE, PROBES_APART = timedelta(seconds=30), timedelta(hours=1)


def pause_account(account: Account, edges: Edges, error: AccountRefused) -> Pause:
    """Stop all that goes on with an account, and say so once."""
    now = edges.clock()
    pause = Pause(account.name, now, error.errcode, error.path, error.rid, _notice(account.name, error))
    if edges.store.accounts.pause(pause):
        edges.probes[account.name] = (0, now)
        log.error(
            "account=%s paused errcode=%d path=%s rid=%s: %s then run: publisher resume %s",
            account.name, error.errcode, error.path, error.rid or "-", error.note, account.name,
        )  # fmt: skip
    return pause


def wait_for_resumption(job: Job, pause: Pause) -> Move:
    """The issue stays where it is, and says why."""
    now, at = job.now(), _next_probe(job, pause)
    return job.wait(pause.note, at if at > now else now + PROBES_APART)


def find_pause(job: Job) -> Pause | None:
    """Why the issue's account is paused; None where it is not, also since a probe has just ended the pause."""
    pause = job.edges.store.accounts.pause_of(job.account.name)
    if pause is None or pause.errcode in _UNTOLD or job.now() < _next_probe(job, pause):
        return pause
    number, _ = job.edges.probes.get(job.account.name, (0, job.now()))
    job.edges.probes[job.account.name] = (number + 1, job.now())
    return _probe(job, pause)


def _notice(account: str, error: AccountRefused) -> str:
    """What editors read of a pause, and what to do."""
    itself = "" if error.errcode in _UNTOLD else "；程序也会不时自动试一次，恢复后自动继续"
    return f"公众号 {account} 已暂停：{error.note}处理好后请运行 publisher resume {account}{itself}。"


def _next_probe(job: Job, pause: Pause) -> datetime:
    """When the account may be probed: at once where this process has not yet done so."""
    number, last = job.edges.probes.get(pause.account, (0, job.now() - PROBES_APART))
    soon = FIRST_PROBE * 2 ** min(number, 10)
    return last + (min(soon, PROBES_APART) if pause.errcode in _SOON else PROBES_APART)


def _probe(job: Job, pause: Pause) -> Pause | None:
    try:
        job.platform.count_drafts()
    except AccountRefused as error:
        if error.errcode != NO_RIGHT:  # the account is still refused, perhaps for another reason by now
            return pause_account(job.account, job.edges, error)
    except WeChatError:
        return pause
    job.edges.probes.pop(job.account.name, None)
    job.edges.store.accounts.unpause(job.account.name, job.now())
    log.warning("account=%s goes on: a probe was answered", job.account.name)
    return None
