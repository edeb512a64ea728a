"""What the platform pushes by itself: the result of a publication or mass send, three times if need be."""

from __future__ import annotations

import threading
from http.client import HTTPException

from . import publishing
from .envelope import cdata
from .posting import post_message
from .state import FAILED, REJECTED, RUNNING, SUCCEEDED, UNORIGINAL, Account, Parcel, Platform, Publication

ATTEMPTS = 3
FOLLOWERS = 100
OK = 200
_MASS_FAILURES = {UNORIGINAL: "err(30002)", FAILED: "send fail", REJECTED: "err(20001)"}


def settle(platform: Platform) -> None:
    """Pass every verdict that is due and hand its event to the postman."""
    for account, publication in publishing.settle(platform):
        if publication.by == "console" or not account.pushes_events or not account.callback.url:
            continue
        event = "MASSSENDJOBFINISH" if publication.by == "mass" else "PUBLISHJOBFINISH"
        facts = _mass_facts(publication) if publication.by == "mass" else _publish_facts(publication)
        now = platform.now()
        platform.parcels.append(Parcel(account.appid, event, _event_xml(account, event, facts, int(now)), now))
        platform.changed.notify_all()


class Postman:
    """The thread that waits for what falls due and carries it to the accounts' callbacks."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="sandbox-postman", daemon=True)

    def begin(self) -> None:
        """Start carrying."""
        self._thread.start()

    def end(self) -> None:
        """Stop after the parcel in hand."""
        with self._platform.lock:
            self._ended = True
            self._platform.changed.notify_all()
        self._thread.join(self._platform.settings.push_timeout + 1)

    def _run(self) -> None:
        while (parcel := self._next()) is not None:
            self._carry(parcel)

    def _next(self) -> Parcel | None:
        platform = self._platform
        with platform.lock:
            while not self._ended:
                settle(platform)
                now = platform.now()
                ready = [parcel for parcel in platform.parcels if parcel.due <= now]
                if ready:
                    platform.parcels.remove(ready[0])
                    return ready[0]
                platform.changed.wait(_seconds_to_next(platform, now))
        return None

    def _carry(self, parcel: Parcel) -> None:
        platform = self._platform
        with platform.lock:
            account, began = platform.account(parcel.appid), platform.now()
        try:
            answer = post_message(account, parcel.xml, account.openid, int(began), platform.settings.push_timeout)
            status = answer.status
        except (OSError, HTTPException, ValueError):
            status = 0
        with platform.lock:
            record = {"appid": parcel.appid, "event": parcel.event, "attempt": parcel.attempt, "status": status}
            platform.deliveries.append(record)
            if status != OK and parcel.attempt < ATTEMPTS:
                parcel.attempt += 1
                parcel.due = began + platform.settings.push_timeout
                platform.parcels.append(parcel)
            platform.changed.notify_all()


def _seconds_to_next(platform: Platform, now: float) -> float | None:
    dues = [parcel.due for parcel in platform.parcels]
    for account in platform.accounts.values():
        dues += [each.due for each in account.publications if each.status == RUNNING]
    return max(min(dues) - now, 0.001) if dues else None


def _event_xml(account: Account, event: str, facts: str, now: int) -> str:
    return (
        f"<xml><ToUserName>{cdata(account.original_id)}</ToUserName>"
        f"<FromUserName>{cdata(account.openid)}</FromUserName><CreateTime>{now}</CreateTime>"
        f"<MsgType>{cdata('event')}</MsgType><Event>{cdata(event)}</Event>{facts}</xml>"
    )


def _publish_facts(publication: Publication) -> str:
    status = publication.outcome
    facts = f"<publish_id>{publication.publish_id}</publish_id><publish_status>{status}</publish_status>"
    if status == SUCCEEDED:
        items = "".join(
            f"<item><idx>{idx}</idx><article_url>{cdata(article.url)}</article_url></item>"
            for idx, article in enumerate(publication.articles, 1)
        )
        facts += f"<article_id>{cdata(publication.article_id)}</article_id>"
        facts += f"<article_detail><count>{len(publication.articles)}</count>{items}</article_detail>"
    if status in {UNORIGINAL, REJECTED}:
        facts += "".join(f"<fail_idx>{idx}</fail_idx>" for idx in publication.fail_idx)
    return f"<PublishEventInfo>{facts}</PublishEventInfo>"


def _mass_facts(publication: Publication) -> str:
    if publication.outcome != SUCCEEDED:
        return _mass_failure(publication)
    items = "".join(
        f"<item><ArticleIdx>{idx}</ArticleIdx><ArticleUrl>{cdata(article.url)}</ArticleUrl></item>"
        for idx, article in enumerate(publication.articles, 1)
    )
    return (
        f"<MsgID>{publication.msg_id}</MsgID><Status>{cdata('send success')}</Status>"
        f"<TotalCount>{FOLLOWERS}</TotalCount><FilterCount>{FOLLOWERS}</FilterCount>"
        f"<SentCount>{FOLLOWERS}</SentCount><ErrorCount>0</ErrorCount>"
        "<CopyrightCheckResult><Count>0</Count><ResultList></ResultList><CheckState>1</CheckState>"
        "</CopyrightCheckResult>"
        f"<ArticleUrlResult><Count>{len(publication.articles)}</Count><ResultList>{items}</ResultList>"
        "</ArticleUrlResult>"
    )


def _mass_failure(publication: Publication) -> str:
    return (
        f"<MsgID>{publication.msg_id}</MsgID><Status>{cdata(_MASS_FAILURES[publication.outcome])}</Status>"
        f"<TotalCount>{FOLLOWERS}</TotalCount><FilterCount>0</FilterCount><SentCount>0</SentCount>"
        "<ErrorCount>0</ErrorCount><ArticleUrlResult><Count>0</Count><ResultList></ResultList></ArticleUrlResult>"
    )
