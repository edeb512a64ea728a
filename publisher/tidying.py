"""What the publisher left on the platform and nobody needs any more: found by what is recorded and by covers' names.

Only what is surely ours counts, and of that only what no living or published issue has. A cover that this database does
not know stays for a month, since by it an older database recognises what is out; one that any draft or publication
shows stays for good.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from publisher.errors import AccountRefused, StaleIssue, WeChatError
from publisher.issue import Account, Status
from publisher.pipeline import Edges
from publisher.pipeline.effects import Hold, NothingFound, Result
from publisher.store import Belongings, Effect
from publisher.wechat import Platform, StoredDraft, StoredPicture

log = logging.getLogger("publisher.tidying")

UNKNOWN_FOR = timedelta(days=1)
"""A draft of an issue that this database does not know is left alone for so long: another worker may be at it."""
COVERS_FOR = timedelta(days=32)

_OVER = frozenset({Status.WITHDRAWN, Status.REMOVED})
_NAME = re.compile(r"wx-(?P<print>[0-9a-f]{24})(-r(?P<revision>\d+))?(\.\w+)?")


@dataclass(frozen=True, slots=True)
class Litter:
    """One thing to remove: `kind` is draft, cover or animation; `why` is for editors; `issue_id` None: unknown."""

    account: str
    kind: str
    media_id: str
    name: str
    why: str
    issue_id: int | None


def find_litter(account: Account, edges: Edges) -> list[Litter]:
    """All litter of ours on one account; a WeChatError if the platform does not say."""
    platform = edges.platform(account)
    yard = _Yard(account.name, edges.clock(), edges.store.belongings(account.name), platform.all_pictures())
    drafts = platform.all_drafts()
    litter = [each for draft in drafts if (each := yard.judge_draft(draft)) is not None]
    gone = {each.media_id for each in litter}
    shown = {cover for draft in drafts if draft.media_id not in gone for cover in draft.covers}
    return litter + list(yard.judge_pictures(shown | _published(platform)))


def remove(litter: Litter, account: Account, edges: Edges, owner: str) -> str:
    """Delete it; what kept it from being deleted (Chinese), "" if nothing did."""
    try:
        if litter.issue_id is None:
            _delete(litter, account, edges)
        else:
            _delete_for_issue(litter, account, edges, owner)
    except WeChatError as error:
        return error.note
    except StaleIssue:
        return "这一期正在处理，请稍后再试。"
    log.info("account=%s tidied=%s media_id=%s issue=%s", account.name, litter.kind, litter.media_id, litter.issue_id)
    return ""


def _delete_for_issue(litter: Litter, account: Account, edges: Edges, owner: str) -> None:
    """Delete what is an issue's, recorded as an effect of it, while nobody else works on it."""
    issue_id = litter.issue_id or 0
    if edges.store.lease(issue_id, owner, edges.clock()) is None:
        raise StaleIssue(f"issue {issue_id} is being worked on")

    def delete() -> Result:
        _delete(litter, account, edges)
        return {}

    try:
        hold = Hold(edges.store, issue_id, owner, edges.clock)
        hold.once(f"delete_{litter.kind}", litter.media_id, delete, _not_found)
    finally:
        edges.store.release(issue_id, owner)


def _not_found(_effect: Effect) -> Result:
    raise NothingFound


def _delete(litter: Litter, account: Account, edges: Edges) -> None:
    platform = edges.platform(account)
    if litter.kind == "draft":
        platform.delete_draft(litter.media_id)
        return
    named = _NAME.fullmatch(litter.name)
    if named and litter.kind == "animation":
        edges.store.forget_picture(account.name, named["print"], edges.clock())  # first: nobody shall use it meanwhile
    platform.delete_picture(litter.media_id)


def _published(platform: Platform) -> frozenset[str]:
    try:
        return platform.published_covers()
    except AccountRefused:  # without the right to publish nothing is listed
        return frozenset()


class _Yard:
    """What is known of one account, by which each thing on the platform is judged."""

    def __init__(
        self, account: str, now: datetime, issues: Sequence[Belongings], pictures: Sequence[StoredPicture]
    ) -> None:
        self._account = account
        self._now = now
        self._pictures = [picture for picture in pictures if _NAME.fullmatch(picture.name)]
        self._issues = issues
        self._of_print = {issue.fingerprint[:24]: issue for issue in issues}
        self._of_draft = {draft: issue for issue in issues for draft in issue.drafts}
        self._of_cover = {cover: issue for issue in issues for cover in issue.covers}
        # A draft in the box has our cover only because we, or somebody who knows it, made it with that very id.
        self._named = {picture.media_id: picture for picture in self._pictures if _revision(picture.name)}

    def judge_draft(self, draft: StoredDraft) -> Litter | None:
        """The draft as litter; None if it is needed, or not ours."""
        # All articles of a draft of ours show one cover: a mixed one is somebody's work.
        cover = draft.covers[0] if len(set(draft.covers)) == 1 else ""
        issue = self._of_draft.get(draft.media_id) or self._issue_of(cover)
        if issue is not None:
            why = "这一期已撤回、被取代或被撤下"
            return self._litter("draft", draft.media_id, draft.title, why, issue) if issue.status in _OVER else None
        if cover not in self._named or self._now - draft.updated_at < UNKNOWN_FOR:
            return None
        return self._litter("draft", draft.media_id, draft.title, "封面是本程序的，但数据库里没有这一期", None)

    def judge_pictures(self, shown: Iterable[str]) -> Iterator[Litter]:
        """The covers and moving pictures that nothing shows and no issue needs."""
        shown = frozenset(shown)
        needed = {name[:24] for issue in self._issues if issue.status not in _OVER for name in issue.pictures}
        for picture in self._pictures:
            found = self._judge_cover(picture) if _revision(picture.name) else self._judge_animation(picture, needed)
            if found is not None and picture.media_id not in shown:
                yield found

    def _judge_cover(self, picture: StoredPicture) -> Litter | None:
        issue = self._of_cover.get(picture.media_id) or self._of_print.get(_print(picture.name))
        if issue is None:
            old = self._now - picture.updated_at > COVERS_FOR
            why = "数据库里没有这一期，一个多月没有用到"
            return self._litter("cover", picture.media_id, picture.name, why, None) if old else None
        replaced = picture.media_id not in issue.covers and _revision(picture.name) < issue.revision
        if issue.status not in _OVER and not replaced:
            return None
        return self._litter("cover", picture.media_id, picture.name, "没有一期再用它", issue)

    def _judge_animation(self, picture: StoredPicture, needed: frozenset[str] | set[str]) -> Litter | None:
        if _print(picture.name) in needed or self._now - picture.updated_at < COVERS_FOR:
            return None
        return self._litter("animation", picture.media_id, picture.name, "没有一期再用它", None)

    def _issue_of(self, cover: str) -> Belongings | None:
        named = self._named.get(cover)
        return self._of_cover.get(cover) or (self._of_print.get(_print(named.name)) if named else None)

    def _litter(self, kind: str, media_id: str, name: str, why: str, issue: Belongings | None) -> Litter:
        return Litter(self._account, kind, media_id, name, why, issue.issue_id if issue else None)


def _print(name: str) -> str:
    named = _NAME.fullmatch(name)
    return named["print"] if named else ""


def _revision(name: str) -> int:
    """The revision in a cover's name; 0 for a picture that is no cover."""
    named = _NAME.fullmatch(name)
    return int(named["revision"] or 0) if named else 0
