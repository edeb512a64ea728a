"""How far an account may go by API: send to all, publish, put drafts; where it may not, a person does the rest.

What the platform refuses with 48001 is remembered for a day and then tried again: rights come back when a certificate
is renewed.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Literal

from publisher.errors import AccountRefused, PublisherError, WeChatError
from publisher.issue import Account, Finish, Move, Status
from publisher.pipeline.job import Edges, Job
from publisher.pipeline.pausing import pause_account, wait_for_resumption
from publisher.store import Rights

log = logging.getLogger("publisher.pipeline")

PROBED_FOR = timedelta(days=1)

Right = Literal["publish", "draft", "mass"]
_RIGHTS: dict[str, Right] = {
    "draft": "draft", "media": "draft", "material": "draft",  # a draft is nothing without its cover
    "freepublish": "publish",
    "message": "mass",
}  # fmt: skip
_LACKS: dict[Right, str] = {
    "publish": "平台不允许这个公众号用接口发布（48001），改为由人工在后台发表。",
    "draft": "平台不允许这个公众号用接口放草稿（48001），改为由人工复制粘贴。",
    "mass": "平台不允许这个公众号用接口群发（48001），改为发布，不推送给粉丝。",
}


def rights_of(job: Job) -> Rights:
    """What the issue's account may do; what it could not do a day ago is asked again."""
    known = job.edges.store.accounts.rights(job.account.name)
    lacks = not (known.publish and known.draft and known.mass)
    return probe_rights(job.account, job.edges) if lacks and is_stale(known, job.edges) else known


def reach(job: Job) -> Finish:
    """How the issue goes out: as it is meant to, or as near to it as the account may."""
    wish, rights = job.finish(), rights_of(job)
    if wish == "mass" and not rights.mass:
        wish = "publish"
    return "draft" if wish == "publish" and not rights.publish else wish


def probe_rights(account: Account, edges: Edges) -> Rights:
    """What the account may do, asked with two cheap calls and kept. No cheap call tells of mass sends: they are allowed
    until refused. A refusal by an API itself stands for a day, whatever its neighbour answers.
    """
    platform, known = edges.platform(account), edges.store.accounts.rights(account.name)
    before = Rights() if is_stale(known, edges) else known
    publish = platform.may_publish() and before.publish
    rights = Rights(publish, platform.may_draft() and before.draft, before.mass, edges.clock())
    edges.store.accounts.keep_rights(account.name, rights, edges.clock())
    return rights


def refresh_rights(account: Account, edges: Edges) -> None:
    """Probe an account that was not probed within a day; what is wrong with it is said, and pauses it."""
    accounts = edges.store.accounts
    if accounts.pause_of(account.name) is not None or not is_stale(accounts.rights(account.name), edges):
        return
    try:
        probe_rights(account, edges)
    except AccountRefused as error:
        pause_account(account, edges, error)
    except PublisherError as error:
        log.warning("account=%s rights cannot be probed now: %s", account.name, error.detail)


def is_stale(rights: Rights, edges: Edges) -> bool:
    """Whether an account has not been probed for a day."""
    return rights.probed_at is None or edges.clock() - rights.probed_at >= PROBED_FOR


def after_no_right(job: Job, error: AccountRefused) -> Move:
    """Go on with less after a 48001: the rights are probed again, and the next step goes as far as the account may."""
    accounts, right = job.edges.store.accounts, _RIGHTS.get(error.path.partition("/")[0])
    known = accounts.rights(job.account.name)
    known = Rights() if is_stale(known, job.edges) else known
    if job.issue.status is Status.SUBMITTED:
        return _ask_for_result(job)
    if right is None or not getattr(known, right):  # it was to be avoided, and could not
        return wait_for_resumption(job, pause_account(job.account, job.edges, error))
    accounts.keep_rights(job.account.name, _without(known, right), job.now())
    try:
        probe_rights(job.account, job.edges)
    except WeChatError as failure:  # what was refused is known already; the rest shows
        log.warning("account=%s rights cannot be probed now: %s", job.account.name, failure.detail)
    return job.wait(_LACKS[right], job.now())


def _without(rights: Rights, right: Right) -> Rights:
    match right:
        case "publish":
            return replace(rights, publish=False)
        case "draft":
            return replace(rights, draft=False)
        case "mass":
            return replace(rights, mass=False)


def _ask_for_result(job: Job) -> Move:
    issue = job.issue
    note = (
        f"《{issue.title}》已提交，但平台不允许这个公众号用接口查询结果（48001）。请到公众号后台看是否已发表，然后运行 "
        f"publisher published {issue.id} --url 文章链接"
    )
    return Move(Status.HELD, note, None, {"note": note, "held_from": issue.status, "tries": 0})
