"""The house's one face: the dozen verbs that every door uses. `open_publisher` is the only place that wires it.

Time is read here and nowhere else.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import blake2b
from pathlib import Path

from publisher import reading
from publisher.archive import read_archive
from publisher.config import Settings, read_settings
from publisher.errors import StaleIssue, Unavailable, Unreadable, WrongMove
from publisher.filing import FilingRoom
from publisher.inbox import Changed, Claim, Drop, Inbox, Waiting
from publisher.issue import STATES, Account, Issue, Move, Status
from publisher.pipeline import Edges, wake
from publisher.pipeline.effects import SUBMISSIONS, is_unsure, may_be_out
from publisher.pipeline.planner import Planner
from publisher.pipeline.quota import open_gate
from publisher.pipeline.rights import refresh_rights
from publisher.pipeline.scheduling import reschedule, time_after_retry
from publisher.readership import Readership, read_readership
from publisher.rendering.theme import parse_theme
from publisher.replies import Archive, Hit, Message, Reply
from publisher.slots import in_zone, parse_time
from publisher.store import Effect, Heard, Past, Pause, Store, check_is_database
from publisher.store.counting import day_of
from publisher.store.readers import Hide, open_reader_key
from publisher.tidying import Litter, find_litter, remove
from publisher.upkeep import Upkeep
from publisher.wechat import Platform

log = logging.getLogger("publisher.app")

Clock = Callable[[], datetime]
SET_BACK = timedelta(minutes=1)
"""By so much a clock may go back by itself."""
SHOWN = 5
"""So many articles a reader is shown at once."""
_FINDABLE_OR_GONE = frozenset({Status.PUBLISHED, Status.REMOVED, Status.WITHDRAWN})
_NOBODYS_BUSINESS = frozenset({"FromUserName", "ToUserName", "OpenID"})
"""Fields of an event that name a person; they are not kept."""


def system_clock() -> datetime:
    """The time of this machine, UTC."""
    return datetime.now(UTC)  # noqa: TID251 - this is the one place


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one drop at a look: a new issue, a repeated one, or a wait. `text` is for editors."""

    name: str
    text: str
    issue_id: int | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """One issue's whole history: its moves, its outside effects, and the platform's events that speak of it.

    `pictures` are the file names of its pictures by fingerprint.
    """

    issue: Issue
    moves: Sequence[Past]
    effects: Sequence[Effect]
    events: Sequence[Heard]
    pictures: Mapping[str, str]


@dataclass(slots=True)
class Publisher:
    """A workspace at work. Every method may be called from any thread."""

    settings: Settings
    store: Store
    edges: Edges
    inbox: Inbox
    filing: FilingRoom
    clock: Clock
    owner: str
    hide: Hide
    upkeep: Upkeep
    _platforms: dict[str, Platform] = field(default_factory=dict)

    # ------------------------------------------------------------------ the worker's verbs

    def take_in(self) -> list[Taken]:
        """Look at the drop folder once: what is complete becomes issues; then archive what is decided."""
        look = self.inbox.look(self.clock())
        waiting = (*look.waiting, *self._strays(look.complete))
        self.filing.report_waiting(waiting, self.clock())
        taken = [entry for drop in look.complete if (entry := self._take(drop)) is not None]
        self.filing.settle(self.clock())
        return taken + [Taken(wait.drop.name, wait.why) for wait in waiting]

    def due(self, lane: str = "") -> list[tuple[int, str]]:
        """(issue, account) of all that is to be done now; of one account, or of all."""
        known = self.settings.accounts
        return [(issue_id, account) for issue_id, account in self.store.due(self.clock(), lane) if account in known]

    def wake(self, issue_id: int) -> Issue | None:
        """The issue after all that could be done now; None if another worker holds it."""
        account = self.settings.accounts[self.store.issue(issue_id).account]
        issue = wake(issue_id, account, self.edges, self.owner)
        if issue is not None:
            self.filing.settle(self.clock())
            self.filing.report(issue, self.clock())
            self._keep_index(issue)
        return issue

    def settle_files(self) -> None:
        """Archive every dropped file whose fate is decided, also after a crash."""
        self.filing.settle(self.clock())

    def index_published(self, stop: threading.Event | None = None) -> None:
        """Bring the index that readers search in to what is published, until `stop` is set; a fault is logged, and what
        is left is done the next time.
        """
        try:
            done = self.store.search.catch_up(stop)
        except Exception as error:  # noqa: BLE001 - what is published stays so, whether it can be found or not
            why = error.detail if isinstance(error, Unavailable) else type(error).__name__
            log.warning("the index of articles is behind: %s", why)
            return
        if done:
            log.info("indexed=%d", done)

    def drop_leases(self) -> None:
        """Forget all leases: only for the one worker of the workspace, when it starts."""
        self.store.drop_leases()

    def ring_all(self) -> None:
        """Look now at all that waits for some time: the clock was set."""
        self.store.ring_all(self.clock())

    def mind_clock(self) -> None:
        """Look at all that waits if the clock was set back since the last work: its times may lie days ahead."""
        _, last = self.store.last_move() or (0, None)
        if last is not None and last - self.clock() > SET_BACK:
            log.warning("the clock was set back: the last move is of %s", last.isoformat(timespec="seconds"))
            self.ring_all()

    def ring(self) -> None:
        """Look now at all that only waits for the platform or for a person in the console."""
        self.store.ring(self.clock())

    def probe_rights(self) -> None:
        """Ask what each account may do, where that was not asked within a day; two cheap calls each."""
        accounts = [account for account in self.settings.accounts.values() if account.appsecret]
        if accounts:
            with ThreadPoolExecutor(min(len(accounts), 8), thread_name_prefix="rights") as pool:
                list(pool.map(lambda account: refresh_rights(account, self.edges), accounts))

    # ------------------------------------------------------------------ what people ask and decide

    def pauses(self) -> list[Pause]:
        """The accounts with which nothing goes on before a person has acted, the longest paused first."""
        return self.store.accounts.pauses()

    def resume(self, account: str) -> None:
        """Let a paused account go on after a person has acted, and try again what is closed for the day or was not
        allowed.
        """
        self._check_account(account)
        if not self.store.accounts.resume(account, self.clock()):
            raise WrongMove(f"account {account} is not paused", f"公众号 {account} 没有暂停，不需要恢复。")
        log.info("account=%s resumed", account)

    def issues(self) -> list[Issue]:
        """All issues, oldest first."""
        return self.store.issues()

    def issue(self, issue_id: int) -> Issue:
        """One issue; WrongMove if there is none of that number."""
        try:
            return self.store.issue(issue_id)
        except KeyError:
            raise WrongMove(f"no issue {issue_id}", f"没有第 {issue_id} 号稿件；用 publisher status 查看。") from None

    def zone_of(self, issue_id: int) -> str:
        """The time zone of an issue's account."""
        return self._zone(self.issue(issue_id))

    def story(self, issue_id: int) -> Story:
        """The whole history of an issue."""
        issue, effects = self.issue(issue_id), self.store.effects(issue_id)
        ids = {issue.publish_id, issue.article_id, *(str(effect.result.get("publish_id", "")) for effect in effects)}
        heard = self.store.heard(issue.account, issue.created_at)
        events = [event for event in heard if _speaks_of(event) & (ids - {""})]
        pictures = {asset.fingerprint: asset.name for asset in self.store.assets(issue_id)}
        return Story(issue, self.store.history(issue_id), effects, events, pictures)

    def approve(self, issue_id: int) -> Issue:
        """Let a drafted issue go out at its time."""
        issue = self.issue(issue_id)
        if issue.status not in {Status.RECEIVED, Status.IMPORTED, Status.SCHEDULED, Status.DRAFTED}:
            raise WrongMove(
                f"issue {issue_id} is {issue.status}", f"第 {issue_id} 号稿件{STATES[issue.status]}，不需要审批。"
            )
        now = self.clock()
        return self._decide(issue, Move(issue.status, "编辑审批通过", now, {"approved_at": now, "note": ""}))

    def schedule(self, issue_id: int, time: str) -> Issue:
        """Give an issue that is not submitted yet another time, as an editor writes it; one that is held for its time
        goes on with it.
        """
        issue = self.issue(issue_id)
        zone = self._zone(issue)
        try:
            publish_at = parse_time(time, zone)
        except ValueError as error:
            raise WrongMove(str(error), f"时间「{time}」看不懂，请写成 2026-11-24 17:30。") from None
        return self._decide(issue, reschedule(self._planner(issue), publish_at))

    def retry(self, issue_id: int) -> Issue:
        """Let a held issue go on from where it was held, at once if its time is over. For a submission of unknown
        outcome this is the editor's word that it did not go out. Where its account is paused, this is also the word
        that the account may go on.
        """
        issue = self.issue(issue_id)
        if self.store.accounts.pause_of(issue.account) is not None:
            self.resume(issue.account)
            if issue.status is not Status.HELD:
                return self.issue(issue_id)
        if issue.status is not Status.HELD or issue.held_from is None:
            raise WrongMove(f"issue {issue_id} is {issue.status}", f"第 {issue_id} 号稿件没有停住，不需要重试。")
        for effect in self.store.effects(issue_id):
            if effect.kind in SUBMISSIONS and (is_unsure(effect) or issue.held_from is Status.SUBMITTED):
                self.store.forget_effect(issue_id, effect.kind, effect.key)
        back = Status.DRAFTED if issue.held_from is Status.SUBMITTED else issue.held_from
        why, time = time_after_retry(self._planner(issue))
        facts = {"note": "", "tries": 0, "publish_id": "", **time}
        return self._decide(issue, Move(back, why, self.clock(), facts))

    def withdraw(self, issue_id: int) -> Issue:
        """Take an issue back; its draft leaves the box. WrongMove once readers can see it."""
        issue = self.issue(issue_id)
        if issue.status is Status.PUBLISHED and issue.article_urls:
            note = f"第 {issue_id} 号稿件已经发布，撤不回来；要让读者看不到，请在公众号后台删除文章。"
            raise WrongMove(f"issue {issue_id} is out", note)
        if issue.status is Status.DRAFTED and may_be_out(self.store.effects(issue_id)):
            note = f"第 {issue_id} 号稿件正在核对是否已经发出，最多半小时；核对完再决定。"
            raise WrongMove(f"issue {issue_id} may be out", note)
        return self._decide(issue, Move(Status.WITHDRAWN, "编辑撤回", self.clock(), {"note": ""}))

    def record_publication(self, issue_id: int, url: str) -> Issue:
        """Record what a person did in the console: the issue is out, under this link."""
        if not url.startswith(("https://", "http://")):
            raise WrongMove(f"not a link: {url!r}", "链接要以 http:// 或 https:// 开头，请从已发表的文章里复制。")
        issue = self.issue(issue_id)
        published_at = issue.published_at or self.clock()
        facts = {"article_urls": (url,), "published_at": published_at, "note": ""}
        return self._decide(issue, Move(Status.PUBLISHED, "编辑登记已发表", None, facts))

    def litter(self) -> list[Litter]:
        """What we left on the platform and nobody needs, of every account with credentials; nothing is changed."""
        accounts = [account for account in self.settings.accounts.values() if account.appsecret]
        return [each for account in accounts for each in find_litter(account, self.edges)]

    def remove(self, litter: Litter) -> str:
        """Delete one piece of litter on the platform; why it could not be done (Chinese), "" if it was."""
        return remove(litter, self.settings.accounts[litter.account], self.edges, self.owner)

    # ------------------------------------------------------------------ the callback door's verbs

    def archive(self, account: str) -> Archive:
        """The published issues of an account, newest first, as readers may ask for them."""
        return read_archive(self.store, account)

    def reply_pictures(self, account: str) -> Mapping[str, str]:
        """The media id of each picture that replies show, by its file in config/, as far as the platform has it."""
        return self.upkeep.reply_pictures(account)

    def follow_up(self, account: str, openid: str, reply: Reply) -> None:
        """Send a reader an answer that came too late to be a reply; see `Upkeep.follow_up`."""
        self.upkeep.follow_up(account, openid, reply)

    def search(self, account: str, text: str) -> Sequence[Hit]:
        """The published articles in which a reader's words stand, the best first, one more than can be shown at most.

        Unavailable while the database cannot be read.
        """
        found = self.store.search.find(account, text, SHOWN + 1)
        return [Hit(one.title, one.digest, one.url, one.cover_url, one.published_at) for one in found]

    def record_event(self, account: str, event: Message) -> None:
        """Keep a result event of the platform and ring for the issues that wait for one."""
        self.store.record_event(account, *facts_of(event), self.clock())

    # ------------------------------------------------------------------ readers

    def readership(self, days: int, account: str = "") -> Readership:
        """What readers asked in the last days, today among them; of one account, or of all."""
        self._check_account(account)
        return read_readership(self.store.deliveries, day_of(self.clock()), days, account)

    def forget(self, openid: str, account: str = "") -> Mapping[str, int]:
        """How many deliveries of a reader were kept, by account; now they are only counted. Of one account, or of
        all.
        """
        self._check_account(account)
        forgotten = self.store.deliveries.forget(self.hide(openid), account)
        log.info("a reader is forgotten deliveries=%d", sum(forgotten.values()))
        return forgotten

    def purge(self) -> None:
        """Keep of what readers sent longer ago than is configured nothing but counts."""
        before = self.clock() - timedelta(days=self.settings.callback.keep_days)
        purged = self.store.deliveries.purge(int(before.timestamp()))
        if purged:
            log.info("purged deliveries=%d before=%s", purged, before.isoformat(timespec="seconds"))

    # ------------------------------------------------------------------ below

    def close(self) -> None:
        """Let go of the database and of all connections."""
        for platform in self._platforms.values():
            platform.close()
        self.store.close()

    def _decide(self, issue: Issue, move: Move) -> Issue:
        after = self.store.move(issue, move, self.clock())
        self.filing.report(after, self.clock())
        log.info("issue=%d account=%s decided=%s->%s", issue.id, issue.account, issue.status, after.status)
        self._keep_index(after)
        return after

    def _check_account(self, account: str) -> None:
        """WrongMove if there is no account of that name; "" stands for all."""
        if account and account not in self.settings.accounts:
            known = "、".join(self.settings.accounts)
            raise WrongMove(f"no account {account}", f"没有名为 {account} 的公众号；已配置的有：{known}。")

    def _keep_index(self, issue: Issue) -> None:
        """Let readers find what is out, and not what is out no more."""
        if issue.status in _FINDABLE_OR_GONE:
            self.index_published()

    def _planner(self, issue: Issue) -> Planner:
        account = self.settings.accounts.get(issue.account) or Account(issue.account, "")
        return Planner(self.store, account, issue, self.clock())

    def _zone(self, issue: Issue) -> str:
        account = self.settings.accounts.get(issue.account)
        return account.zone if account else "Asia/Shanghai"

    def _strays(self, drops: Sequence[Drop]) -> list[Waiting]:
        """The drops of which nobody can tell whose they are."""
        why = f"不知道属于哪个公众号：请放进 drafts/ 下以公众号命名的文件夹（{'、'.join(self.settings.accounts)}）。"
        return [Waiting(drop, why) for drop in drops if self._account_of(drop) is None]

    def _take(self, drop: Drop) -> Taken | None:
        """What becomes of one complete drop; None if it is a stray, or an issue's own file, not archived yet."""
        account = self._account_of(drop)
        if account is None:
            return None
        try:
            claim, refusal = self.inbox.claim(drop), None
        except (Changed, OSError) as error:
            log.info("drop=%s not quiet yet: %s", drop.name, type(error).__name__)
            return Taken(drop.name, "正在等待文件复制完成。")
        except Unreadable as error:
            claim, refusal = Claim({}, self.inbox.fingerprint(drop)), error
        known = self.store.find(account.name, claim.fingerprint)
        if known is not None and known.status is Status.WITHDRAWN and known.next_try_at is not None:
            return Taken(drop.name, "上一次的草稿正在删除，删完后自动处理。")
        if known is None or self._revives(known):
            return self._receive(drop, claim, refusal, account, known)
        if not self.store.is_filed(known.id) and drop.name == known.name:
            return None
        return self._repeat(drop, known)

    def _receive(
        self, drop: Drop, claim: Claim, refusal: Unreadable | None, account: Account, known: Issue | None
    ) -> Taken:
        """The drop as an issue: a new one, or the one that these bytes were before."""
        now = self.clock()
        if known is None:
            issue = self.store.receive(account.name, drop.name, claim.fingerprint, claim.files, now)
        else:
            issue = self.store.receive_again(known.id, drop.name, claim.files, now)
        self._supersede_unread(issue)
        if refusal is not None:
            facts = {"note": refusal.note, "held_from": Status.RECEIVED}
            with suppress(StaleIssue):  # another worker was quicker: it finds no file, and says so
                issue = self.store.move(issue, Move(Status.HELD, refusal.note, None, facts), now)
        log.info("issue=%d account=%s received=%s", issue.id, account.name, drop.name)
        return Taken(drop.name, f"已收到，编号 {issue.id}", issue.id)

    def _revives(self, known: Issue) -> bool:
        """Whether the same bytes, dropped again, start over: after a withdrawal or a file that could not be used."""
        unread = known.status is Status.HELD and known.held_from is Status.RECEIVED
        return (known.status is Status.WITHDRAWN or unread) and self.store.is_filed(known.id)

    def _supersede_unread(self, issue: Issue) -> None:
        """A new file under the name of one that could not be used replaces it."""
        for other in self.store.namesakes(issue):
            if other.status is Status.HELD and other.held_from is Status.RECEIVED and other.name == issue.name:
                why = f"同名的新稿件（第 {issue.id} 号）取代了它"
                with suppress(StaleIssue):  # it is just being tried again: what comes of that is said of it
                    withdrawn = self.store.move(other, Move(Status.WITHDRAWN, why, None, {"note": why}), self.clock())
                    self.filing.report(withdrawn, self.clock())

    def _repeat(self, drop: Drop, known: Issue) -> Taken:
        """The same bytes once more: archived with a report that says so; nothing is published."""
        where = next(iter(known.article_urls), "")
        when = in_zone(known.published_at or known.created_at, self._zone(known))
        state = STATES[known.status]
        text = f"内容与第 {known.id} 号稿件《{known.title or known.name}》完全相同（{state}，{when}），不再发布。"
        self.filing.file_repeat(drop, "\n".join(part for part in (text, where) if part), self.clock())
        log.info("issue=%d account=%s repeated=%s", known.id, known.account, drop.name)
        return Taken(drop.name, text, known.id)

    def _account_of(self, drop: Drop) -> Account | None:
        accounts = self.settings.accounts
        if drop.account:
            return accounts.get(drop.account)
        if len(accounts) == 1:
            return next(iter(accounts.values()))
        return accounts.get(self.settings.default_account)


def facts_of(event: Message) -> tuple[str, str, dict[str, object]]:
    """(kind, key, fields) of a result event: the same key means that it came again. Without what names a person."""
    fields = {name: value for name, value in event.fields.items() if name not in _NOBODYS_BUSINESS}
    # Two publications may end in one second, and nothing but their fields tells them apart.
    whole = blake2b(json.dumps(fields, sort_keys=True).encode(), digest_size=8).hexdigest()
    key = f"{event.created}:{whole}:{event.message_id}:{event.event_key}"
    return event.event.upper(), key[:160], fields


def _speaks_of(event: Heard) -> set[str]:
    """The ids of publications and mass sends in an event of the platform."""
    info = event.fields.get("PublishEventInfo")
    named = [info.get("publish_id"), info.get("article_id")] if isinstance(info, dict) else []
    return {str(each) for each in (*named, event.fields.get("MsgID")) if each}


def open_publisher(home: Path, environment: Mapping[str, str] | None = None, clock: Clock = system_clock) -> Publisher:
    """A publisher over the workspace `home`. ConfigError lists everything that is wrong with its configuration."""
    settings = read_settings(home, os.environ if environment is None else environment)
    check_is_database(settings.database)
    store = Store(settings.database)
    platforms: dict[str, Platform] = {}
    lock = threading.Lock()

    def platform(account: Account) -> Platform:
        with lock:  # an issue's pictures go up in parallel, and one connection has one token
            if account.name not in platforms:
                gate = open_gate(account.name, store.accounts, clock)
                platforms[account.name] = Platform(account, clock, gate=gate)
            return platforms[account.name]

    worker = settings.worker
    themes = {name: parse_theme(name, css) for name, css in settings.themes.items()}
    inbox = Inbox(
        drafts=settings.folder("drafts"),
        accounts=tuple(settings.accounts),
        settle=timedelta(seconds=worker.settle_seconds),
        give_up=timedelta(minutes=worker.give_up_minutes),
        max_bytes=worker.max_drop_megabytes * 1_000_000,
    )
    filing = FilingRoom(settings, store, inbox)

    def hand_out(issue: Issue, files: Mapping[str, bytes]) -> str:
        return filing.hand_out(issue, files, clock())

    edges = Edges(store, platform, reading.read, themes, clock, hand_out, worker.upload_threads)
    hide = open_reader_key(settings.folder("state") / "reader.key")
    upkeep = Upkeep(settings, edges, partial(read_archive, store))
    return Publisher(settings, store, edges, inbox, filing, clock, secrets.token_hex(8), hide, upkeep, platforms)
