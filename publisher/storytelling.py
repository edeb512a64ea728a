"""The whole story of an issue in plain words: moves, outside calls and the platform's events, by time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.text import Text

from publisher.issue import STATES, Status
from publisher.store import Effect, Heard, Past, call_name, call_outcome
from publisher.terminal import describe, issue_row
from publisher.wechat.errcodes import MEANINGS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.app import Story

_BEFORE_CALLS = frozenset({Status.RECEIVED, Status.IMPORTED, Status.SCHEDULED})
_PUBLISH_STATUS = {
    "0": "发布成功",
    "2": "原创校验没有通过",
    "3": "发布失败",
    "4": "平台审核没有通过",
    "5": "发布后被删除",
    "6": "发布后被平台下架",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened: `facts` are for programs, `words` for people. `rank` orders what has the same time."""

    at: datetime
    rank: int
    words: str
    facts: dict[str, Any]


def show_story(story: Story, zone: str) -> None:
    """Every move, call and event of an issue, one a line, by time in its account's zone."""
    console = Console()
    console.print(Text(describe(story.issue), style="bold"), soft_wrap=True)
    for line in tell(story):
        moment = line.at.astimezone(ZoneInfo(zone))
        console.print(Text(f"{moment:%Y-%m-%d %H:%M:%S}  {line.words}"), soft_wrap=True)


def story_rows(story: Story, zone: str) -> dict[str, Any]:
    """A story as `history --json` prints it; times ISO 8601 in the account's zone."""
    rows = [
        {"time": line.at.astimezone(ZoneInfo(zone)).isoformat(), "words": line.words.strip(), **line.facts}
        for line in tell(story)
    ]
    return {"issue": issue_row(story.issue), "story": rows}


def tell(story: Story) -> list[Line]:
    """All that happened, in the order of time."""
    return sorted(_lines(story), key=lambda line: (line.at, line.rank))


def _lines(story: Story) -> Iterator[Line]:
    yield from (_move(past) for past in story.moves)
    for effect in story.effects:
        yield _call(effect, call_name(effect, story.pictures))
    yield from (_event(event) for event in story.events)


def _move(past: Past) -> Line:
    """A move; one that stays in its state is a remark, such as a call of an earlier try."""
    moved = past.before is not past.after
    facts = {"kind": "move" if moved else "remark", "before": past.before, "after": past.after}
    words = f"{STATES[past.after]}  {past.why}" if moved else f"  {past.why}"
    return Line(past.at, 0 if past.after in _BEFORE_CALLS else 2, words, facts)


def _call(effect: Effect, name: str) -> Line:
    words = f"  {name} {call_outcome(effect)}"
    meaning = MEANINGS.get(effect.errcode)
    if meaning is not None:
        words += f"（{meaning.note.replace('{ip}', '')}）"
    facts = {
        "kind": "call",
        "call": effect.kind,
        "state": effect.state,
        "ended": effect.ended_at.isoformat() if effect.ended_at else None,
        "result": dict(effect.result),
        "errcode": effect.errcode,
        "rid": effect.rid,
        "detail": effect.detail,
    }
    return Line(effect.intent_at, 1, words, facts)


def _event(event: Heard) -> Line:
    info = event.fields.get("PublishEventInfo")
    status = str(info.get("publish_status", "") if isinstance(info, dict) else event.fields.get("Status", ""))
    words = f"  收到平台通知 {event.kind}：{_PUBLISH_STATUS.get(status, status) or '没有说结果'}"
    return Line(event.at, 3, words, {"kind": "event", "event": event.kind, "status": status})
