"""Outside effects, each at most once: the intent is committed before the call, the result right after it.

`once` is the whole mechanism. What stands as an intent when it is met again may have happened: then `find` looks on the
platform, and only what it knows not to have happened is sent again. A lost lease stops everything before the wire.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from publisher.errors import OutcomeUnknown, PublisherError, StaleIssue, WeChatError
from publisher.store import Effect, EffectState, Intent, Store
from publisher.wechat import guarded

Result = Mapping[str, Any]


SUBMISSIONS = ("submit", "mass_send")
"""The kinds of effects that readers see."""


class NothingFound(Exception):
    """The platform knows nothing of an effect: it did not happen and may be sent."""


def nothing_known() -> Result:
    """Nothing is looked for."""
    raise NothingFound


@dataclass(frozen=True, slots=True)
class Hold:
    """One worker's hold on one issue while it works on it."""

    store: Store
    issue_id: int
    owner: str
    clock: Callable[[], datetime]

    def once(
        self,
        kind: str,
        key: str,
        do: Callable[[], Result],
        find: Callable[[Effect], Result],
        recall: Callable[[], Result] = nothing_known,
    ) -> Result:
        """What the effect gave, now or at an earlier try.

        `find` returns the result of an earlier try that did arrive, raises NothingFound if it surely did not, or raises
        something else (OutcomeUnknown, a postponement) when nobody can tell yet. `recall` does the same for an effect
        of which this database has no trace: it may have come from a backup.
        """
        # Before every single request: a token may be fetched, or a cover drawn, between the intent and the call.
        with guarded(self.renew):
            return self._once(kind, key, do, find, recall)

    def _once(
        self,
        kind: str,
        key: str,
        do: Callable[[], Result],
        find: Callable[[Effect], Result],
        recall: Callable[[], Result],
    ) -> Result:
        known = self.store.effect(self.issue_id, kind, key)
        if known is not None and known.state is EffectState.DONE:
            return known.result
        try:
            if known is None:
                return self._adopt(kind, key, recall())
            if known.state is EffectState.INTENT:
                if not known.detail:
                    self.store.remark(known.intent, "the worker ended before it kept an answer", self.clock())
                return self._finish(known.intent, find(known))
        except NothingFound:
            pass
        return self._send(kind, key, do)

    def is_begun(self, kind: str, key: str) -> bool:
        """Whether the effect happened, or may have."""
        known = self.store.effect(self.issue_id, kind, key)
        return known is not None and known.state is not EffectState.REJECTED

    def renew(self) -> None:
        """A full lease from now on; StaleIssue if it was lost. The last thing to do before the wire."""
        self.store.renew(self.issue_id, self.owner, self.clock())

    def _adopt(self, kind: str, key: str, result: Result) -> Result:
        return self._finish(self._intend(kind, key), result)

    def _intend(self, kind: str, key: str) -> Intent:
        return self.store.intend(self.issue_id, kind, key, self.owner, self.clock())

    def _send(self, kind: str, key: str, do: Callable[[], Result]) -> Result:
        intent = self._intend(kind, key)
        try:
            result = do()
        except StaleIssue:  # whose row it is now, nobody here knows
            raise
        except OutcomeUnknown as error:
            self.store.remark(intent, error.detail, self.clock())
            raise
        except PublisherError as error:
            errcode, rid = (error.errcode, error.rid) if isinstance(error, WeChatError) else (0, "")
            self.store.reject(intent, (errcode, rid, error.detail), self.clock())
            raise
        return self._finish(intent, result)

    def _finish(self, intent: Intent, result: Result) -> Result:
        known = self.store.finish(intent, result, self.clock())
        return known.result if known is not None and known.state is EffectState.DONE else result


def is_unsure(effect: Effect) -> bool:
    """Whether an effect was begun and its outcome is not known."""
    return effect.state is EffectState.INTENT


def may_be_out(effects: Iterable[Effect]) -> bool:
    """Whether, of an issue's effects, a submission was begun whose outcome is not known."""
    return any(effect.kind in SUBMISSIONS and is_unsure(effect) for effect in effects)
