"""The rows of outside effects: an intent, and what became of it.

A worker that was paused and overtaken comes back with an answer that nobody waits for any more. What really happened
is worth knowing: it goes into the row while that still is the same call of which nothing else is known, and otherwise
into the issue's history. What the new owner has recorded stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects.sqlite import insert

from publisher import schema
from publisher.issue import Undone
from publisher.store.calls import call_name, call_outcome, picture_names, remember_calls
from publisher.store.records import Effect, EffectState, Intent

_effect = schema.effect.c
# Built once: an issue asks them dozens of times on its way, and to put them together takes longer than to run them.
_NAMED = [_effect.issue_id == bindparam("of"), _effect.kind == bindparam("what"), _effect.key == bindparam("which")]
_ONE = select(schema.effect).where(*_NAMED)
_ALL = select(schema.effect).where(_effect.issue_id == bindparam("of")).order_by(_effect.intent_at, _effect.id)
_BEGIN = insert(schema.effect).on_conflict_do_nothing(["issue_id", "kind", "key"])
_SAME = (_effect.intent_at == bindparam("from")) & (_effect.state == EffectState.INTENT)
_CONCLUDE = schema.effect.update().where(*_NAMED, _SAME).returning(schema.effect)
_LATE = "回答来迟：这期间另有进程接手，以它的记录为准"


def read_effect(db: Connection, issue_id: int, kind: str, key: str) -> Effect | None:
    """What is known of one effect; None if it was never begun."""
    row = db.execute(_ONE, _named(issue_id, kind, key)).one_or_none()
    return None if row is None else _to_effect(row)


def read_effects(db: Connection, issue_id: int) -> list[Effect]:
    """All effects of an issue in the order of their intents."""
    return [_to_effect(row) for row in db.execute(_ALL, {"of": issue_id})]


def begin_effect(db: Connection, intent: Intent) -> None:
    """Write an intent, in the place of an earlier try, which the history keeps."""
    fresh = {
        "intent_at": intent.at, "state": EffectState.INTENT,
        "ended_at": None, "result": {}, "errcode": 0, "rid": "", "detail": "",
    }  # fmt: skip
    begun = {"issue_id": intent.issue_id, "kind": intent.kind, "key": intent.key, **fresh}
    if db.execute(_BEGIN, begun).rowcount == 0:
        remember_calls(db, _this(intent.issue_id, intent.kind, intent.key), "再做一次")
        db.execute(schema.effect.update().where(*_this(intent.issue_id, intent.kind, intent.key)).values(fresh))


def conclude_effect(db: Connection, intent: Intent, ending: Mapping[str, Any], now: datetime) -> Effect | None:
    """The effect as it is known after a call ended so (columns of its row); None if its row was struck meanwhile."""
    this = {**_named(intent.issue_id, intent.kind, intent.key), "from": intent.at}
    row = db.execute(_CONCLUDE, {**this, **ending}).one_or_none()
    if row is not None:
        return _to_effect(row)
    _remember_late(db, intent, ending, now)
    return read_effect(db, intent.issue_id, intent.kind, intent.key)


def undo_effect(db: Connection, issue_id: int, undone: Undone, now: datetime) -> None:
    """Write down that an effect which the platform had accepted came to nothing; what it gave stays, as its proof."""
    verdict = {"state": EffectState.REJECTED, "detail": undone.why, "ended_at": now}
    db.execute(schema.effect.update().where(*_this(issue_id, undone.kind, undone.key)).values(**verdict))


def forget_effect(db: Connection, issue_id: int, kind: str, key: str) -> None:
    """Strike an effect's row; the history keeps it."""
    remember_calls(db, _this(issue_id, kind, key), "后来知道不再作数")
    db.execute(schema.effect.delete().where(*_this(issue_id, kind, key)))


def _remember_late(db: Connection, intent: Intent, ending: Mapping[str, Any], now: datetime) -> None:
    """Write into the history what became of a call whose row is another's by now, or says something else."""
    blank: dict[str, Any] = {"ended_at": None, "result": {}, "errcode": 0, "rid": "", "detail": ""}
    told = {"state": EffectState.INTENT, **blank, **ending}
    late = Effect(intent.issue_id, intent.kind, intent.key, intent_at=intent.at, **told)
    known = read_effect(db, intent.issue_id, intent.kind, intent.key)
    if known is not None and known.intent == intent and (known.state, known.result) == (late.state, late.result):
        return  # found out already
    status = db.execute(select(schema.issue.c.status).where(schema.issue.c.id == intent.issue_id)).scalar_one()
    why = f"{call_name(late, picture_names(db, late))} {call_outcome(late)} → {_LATE}"
    row = {"issue_id": intent.issue_id, "at": now, "before": status, "after": status, "why": why}
    db.execute(schema.history.insert().values(row))


def _named(issue_id: int, kind: str, key: str) -> dict[str, Any]:
    return {"of": issue_id, "what": kind, "which": key}


def _this(issue_id: int, kind: str, key: str) -> list[Any]:
    return [_effect.issue_id == issue_id, _effect.kind == kind, _effect.key == key]


def _to_effect(row: Any) -> Effect:
    values = {field.name: getattr(row, field.name) for field in fields(Effect)}
    return Effect(**{**values, "state": EffectState(values["state"])})
