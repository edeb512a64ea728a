"""Answers authentic messages: the same again to the same delivery, and within the platform's patience.

What the rules answer by themselves is answered at once, on the loop. A search touches the database and runs in a
thread; what it finds too late follows as a customer message. The answer is remembered here and told to the recorder,
from which another process knows it.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import traceback
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final, NoReturn

import anyio.to_thread
from msgspec.structs import replace

from publisher.issue import Account
from publisher.replies import Answered, Archive, Hit, Message, Reply, Rule, Silence, answer
from publisher.web.incoming import Duty, Identity, find_duty, find_person, find_strange
from publisher.web.memory import Recent
from publisher.web.recording import Delivery, Kept
from publisher.web.tally import Tally

PATIENCE: Final = 4.0
"""Seconds: after 5 the platform hangs up, and sends the same again."""
_REMEMBERED: Final = 8192
"""Answers: more than a viral minute brings within one redelivery's time; each is a few hundred bytes."""
_SAID: Final = 1024
"""Words whose answers are remembered while nothing changes, of at most `_SAID_LENGTH` characters."""
_SAID_LENGTH: Final = 32
_SEARCHERS: Final = 4
_MOST_SEARCHES: Final = 1000
"""Searches that wait or run; more readers than that get no answer."""
_SENDERS: Final = 2
_MOST_FOLLOWING: Final = 200

_log = logging.getLogger(__name__)


def nothing_is_found(_account: str, _text: str) -> Sequence[Hit]:
    """A search where there is none."""
    return ()


def nobody_hears(_account: str, _openid: str, _reply: Reply) -> None:
    """A follow-up where the account may not send any."""


@dataclass(frozen=True, slots=True)
class Door:
    """What the door needs to know, and whom it tells; all by account name.

    These are asked for every message, and take microseconds: `archive` and `rules`; `recall`, what a delivery was
    answered with before, unless `meet` knows that nobody has met it yet, from its key, when the platform says it was
    sent, and the time (seconds); `is_replay`, whether a signature came with another body before; `keep`, what is to be
    recorded. The others may take their time, in threads: `search`; `record_event`, after whose return the platform
    hears success (if it raises, the platform sends the event again); `forget` of an openid, likewise; `follow_up` with
    an answer that came too late for the platform to wait. `begin` and `close` are called with the application's own
    life; ConfigError in `begin`: it can't be used.
    """

    accounts: Mapping[str, Account]
    rules: Callable[[], Sequence[Rule]]
    archive: Callable[[str], Archive]
    clock: Callable[[], datetime]
    recall: Callable[[bytes], Kept | None]
    keep: Callable[[Delivery], None]
    record_event: Callable[[str, Message], None]
    forget: Callable[[str], None]
    is_replay: Callable[[str, bytes, int], bool]
    meet: Callable[[bytes, int, int], bool] = lambda _key, _created, _now: False
    search: Callable[[str, str], Sequence[Hit]] = nothing_is_found
    follow_up: Callable[[str, str, Reply], None] = nobody_hears
    begin: Callable[[], None] = lambda: None
    close: Callable[[], None] = lambda: None


class NotRecorded(Exception):
    """An event is not on the disk: the platform is to send it again. Its text is for the log."""


class Clerk:
    """Answers the messages of one account."""

    def __init__(self, account: Account, door: Door, tally: Tally) -> None:
        self._name = account.name
        self._door = door
        self._tally = tally
        self._identify = Identity(account.name, account.token)
        self._answered: Recent[bytes, Kept] = Recent(_REMEMBERED)
        self._said: Recent[str, Answered] = Recent(_SAID)
        self._said_from: tuple[object, object] = (None, None)
        self._searches: dict[bytes, Future[Answered]] = {}
        self._room = threading.Semaphore(_MOST_FOLLOWING)
        self._searchers = ThreadPoolExecutor(_SEARCHERS, thread_name_prefix="search")
        self._senders = ThreadPoolExecutor(_SENDERS, thread_name_prefix="follow-up")

    def answer(self, message: Message, now: int) -> Kept | Coroutine[Any, Any, Kept]:
        """The reply to a message, and when (seconds) it was first given; or what is to be awaited for that, where it
        takes more than the rules. NotRecorded from that: the platform is to send the event again. Nothing else is
        raised: a reader gets no answer rather than 该公众号提供的服务出现故障.
        """
        key = self._identify(message)
        if not self._door.meet(key, message.created, now):
            kept = self._answered.get(key) or self._door.recall(key)
            if kept is not None:
                self._tally.add(self._name, "repeated")
                return kept
        if message.kind == "event":
            duty = find_duty(message)
            if duty is not Duty.NONE:
                return self._oblige(duty, key, message, now)
        return self._reply(key, message, now)

    async def _oblige(self, duty: Duty, key: bytes, message: Message, now: int) -> Kept:
        """What an event obliges to is done before it is answered."""
        await self._do(duty, message)
        kept = self._reply(key, replace(message, sender="") if duty is Duty.FORGET else message, now)
        return kept if isinstance(kept, Kept) else await kept

    def _reply(self, key: bytes, message: Message, now: int) -> Kept | Coroutine[Any, Any, Kept]:
        answered = self._answer_at_once(message)
        return self._search(key, message, now) if answered is None else self._settle(key, message, answered, now)

    def close(self) -> None:
        """Begin nothing any more; what runs goes on to its end."""
        self._searchers.shutdown(wait=False, cancel_futures=True)
        self._senders.shutdown(wait=False, cancel_futures=True)

    def _settle(self, key: bytes, message: Message, answered: Answered, now: int) -> Kept:
        """The answer remembered, recorded and counted."""
        kept = Kept(answered.reply, now)
        self._answered.put(key, kept)
        self._door.keep(
            Delivery(
                key, self._name, now, message.sender, message.kind, message.event, message.text,
                answered.rule, answered.outcome, answered.reply, find_strange(message),
            )
        )  # fmt: skip
        self._tally.add(self._name, "silent" if isinstance(answered.reply, Silence) else "answered")
        return kept

    # ------------------------------------------------------------------ answering

    def _answer_at_once(self, message: Message) -> Answered | None:
        """The rules' answer; None where a search is wanted."""
        try:
            rules, archive = self._door.rules(), self._door.archive(self._name)
            if message.kind == "text" and len(message.text) <= _SAID_LENGTH:
                return self._answer_word(message, rules, archive)
            return answer(message, rules, archive, _search_later)
        except _SearchWanted:
            return None
        except Exception as error:  # noqa: BLE001 - see answer()
            _log.error("callback answer failed account=%s kind=%r %s", self._name, message.kind[:20], trace(error))
            return Answered(Silence())

    def _answer_word(self, message: Message, rules: Sequence[Rule], archive: Archive) -> Answered:
        """When a post goes viral, very many send the same word: it has the same answer, while rules and archive are
        the same.
        """
        if self._said_from[0] is not rules or self._said_from[1] is not archive:
            self._said, self._said_from = Recent(_SAID), (rules, archive)
        answered = self._said.get(message.text)
        if answered is None:
            answered = answer(message, rules, archive, _search_later)
            self._said.put(message.text, answered)
        return answered

    async def _search(self, key: bytes, message: Message, now: int) -> Kept:
        """The answer of a search; silence where it takes too long, and the answer follows by itself."""
        running = self._searches.get(key)
        if running is None:
            if len(self._searches) >= _MOST_SEARCHES:
                self._tally.add(self._name, "too-many-searches")
                return Kept(Silence(), now)
            running = self._searches[key] = self._searchers.submit(self._look_up, message)
        waiting = asyncio.wrap_future(running)
        try:
            answered = await asyncio.wait_for(asyncio.shield(waiting), PATIENCE)
        except TimeoutError:
            return self._answer_later(key, message, running, now)
        self._searches.pop(key, None)
        return self._answered.get(key) or self._settle(key, message, answered, now)

    def _look_up(self, message: Message) -> Answered:
        """In a thread. Where the search fails (locked, being migrated, away), what is said when nothing is found."""
        rules, archive = self._door.rules(), self._door.archive(self._name)
        try:
            answered = answer(message, rules, archive, partial(self._door.search, self._name))
        except Exception as error:  # noqa: BLE001 - see answer()
            _log.error("callback answer failed account=%s kind=%r %s", self._name, message.kind[:20], trace(error))
            return Answered(Silence())
        if answered.fault:
            _log.error("callback search failed account=%s error=%s", self._name, answered.fault)
            self._tally.add(self._name, "search-failed")
        return answered

    def _answer_later(self, key: bytes, message: Message, running: Future[Answered], now: int) -> Kept:
        """Silence, once; whoever asks again meanwhile gets the same."""
        kept = self._answered.get(key)
        if kept is None:
            kept = Kept(Silence(), now)
            self._answered.put(key, kept)
            self._tally.add(self._name, "late")
            loop = asyncio.get_running_loop()
            running.add_done_callback(
                lambda done: done.cancelled() or loop.call_soon_threadsafe(self._follow, key, message, done.result())
            )
        return kept

    def _follow(self, key: bytes, message: Message, answered: Answered) -> None:
        """Record what was said (nothing), and send what was found."""
        now = int(self._door.clock().timestamp())
        self._searches.pop(key, None)
        self._settle(key, message, Answered(Silence(), answered.rule, answered.outcome), now)
        if isinstance(answered.reply, Silence):
            return
        if not self._room.acquire(blocking=False):
            self._tally.add(self._name, "too-many-follow-ups")
            return
        sending = self._senders.submit(self._door.follow_up, self._name, message.sender, answered.reply)
        sending.add_done_callback(self._note_sent)

    def _note_sent(self, sending: Future[None]) -> None:
        self._room.release()
        error = None if sending.cancelled() else sending.exception()
        self._tally.add(self._name, "followed-up" if error is None else "not-followed-up")
        if error is not None:
            _log.error("callback follow-up failed account=%s error=%s", self._name, type(error).__name__)

    # ------------------------------------------------------------------ duties

    async def _do(self, duty: Duty, message: Message) -> None:
        """What an event obliges to, done; NotRecorded if it is not, in time."""
        match duty:
            case Duty.FORGET:
                work: Callable[[], None] = partial(self._door.forget, find_person(message))
            case _:
                work = partial(self._door.record_event, self._name, message)
        try:
            async with asyncio.timeout(PATIENCE):
                await anyio.to_thread.run_sync(work, abandon_on_cancel=True)
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the platform is to send it again
            raise NotRecorded(f"event={message.event[:40]!r} {trace(error)}") from None
        level = logging.WARNING if duty is Duty.CERTIFICATION else logging.INFO
        _log.log(level, "callback event account=%s event=%s %s", self._name, message.event.upper(), duty.value)


class _SearchWanted(BaseException):
    """A rule searches. No Exception: those are taken for a search that failed."""


def _search_later(_text: str) -> NoReturn:
    raise _SearchWanted


def trace(error: BaseException) -> str:
    """Where it failed and the error's class; its text could hold what the reader wrote."""
    return f"error={type(error).__name__}\n{''.join(traceback.format_tb(error.__traceback__))}"
