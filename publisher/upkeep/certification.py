"""What the platform said of an account's certification: it costs every right to the interface when it lapses.

The events come through the callback door and are kept as they came (wechat-api 5.4); this reads them together. A later
success ends what was wrong before, and tells until when it is good.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from publisher.slots import in_zone
from publisher.store import Heard

EVENTS: Final = (
    "QUALIFICATION_VERIFY_SUCCESS", "QUALIFICATION_VERIFY_FAIL", "NAMING_VERIFY_SUCCESS", "NAMING_VERIFY_FAIL",
    "ANNUAL_RENEW", "VERIFY_EXPIRED",
)  # fmt: skip
"""The events that tell of it, in upper case."""
AHEAD: Final = timedelta(days=30)
"""How long before its end a certificate is spoken of, whether or not the platform did."""


class Trouble(StrEnum):
    """What is wrong."""

    ENDING = "ending"
    ENDED = "ended"
    QUALIFICATION = "qualification"
    """The papers were not accepted."""
    NAMING = "naming"
    """The name was not accepted."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing that a person must see to; `when` and `reason` as the platform told, None and "" if it did not."""

    trouble: Trouble
    when: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Standing:
    """What is known after some events."""

    until: datetime | None = None
    ending: bool = False
    ended: bool = False
    failures: Mapping[Trouble, Alert] | None = None


def find_alerts(events: Iterable[Heard], now: datetime) -> list[Alert]:
    """What is wrong by now, from the events in the order in which they came."""
    known = _Standing()
    for event in sorted(events, key=_happened):
        known = _learn(known, event)
    alerts = [] if known.failures is None else list(known.failures.values())
    if known.ended or (known.until is not None and known.until <= now):
        return [Alert(Trouble.ENDED, known.until), *alerts]
    if known.ending or (known.until is not None and known.until - now <= AHEAD):
        return [Alert(Trouble.ENDING, known.until), *alerts]
    return alerts


def _learn(known: _Standing, event: Heard) -> _Standing:
    failures, until = dict(known.failures or {}), _time(event.fields, "ExpiredTime")
    topic = Trouble.NAMING if event.kind.startswith("NAMING") else Trouble.QUALIFICATION
    match event.kind.rpartition("_")[2]:
        case "SUCCESS":
            # The name is looked at after the papers: when it is good, so are they.
            over = {topic} | ({Trouble.QUALIFICATION} if topic is Trouble.NAMING else set())
            return _Standing(until, failures={key: alert for key, alert in failures.items() if key not in over})
        case "FAIL":
            reason = str(event.fields.get("FailReason") or "")
            failures[topic] = Alert(topic, _time(event.fields, "FailTime"), reason)
            return replace(known, failures=failures)
        case "RENEW":
            return replace(known, until=until or known.until, ending=True)
        case _:
            return replace(known, until=until or known.until, ended=True)


def _happened(event: Heard) -> datetime:
    return _time(event.fields, "CreateTime") or event.at


def _time(fields: Mapping[str, Any], name: str) -> datetime | None:
    """A time in unix seconds; None if it is absent or none."""
    try:
        return datetime.fromtimestamp(int(str(fields.get(name))), UTC)
    except (ValueError, OverflowError, OSError):
        return None


# ---------------------------------------------------------------------------- in words

_CHINESE: Final = {
    Trouble.ENDING: "认证将{when}到期，请在公众号后台办理年审；到期后接口权限会失效",
    Trouble.ENDED: "认证已{when}到期，接口权限可能已经失效，请在公众号后台重新认证",
    Trouble.QUALIFICATION: "资质认证{when}没有通过{reason}，请在公众号后台修改后重新提交",
    Trouble.NAMING: "名称认证{when}没有通过{reason}，请在公众号后台修改后重新提交",
}
_ENGLISH: Final = {
    Trouble.ENDING: "certification ends{when}; renew it in the console, or the rights to the API lapse",
    Trouble.ENDED: "certification ended{when}; renew it in the console: the rights to the API may have lapsed",
    Trouble.QUALIFICATION: "certification: the papers were refused{when}{reason}; submit them again in the console",
    Trouble.NAMING: "certification: the name was refused{when}{reason}; submit it again in the console",
}


def in_chinese(alert: Alert, zone: str) -> str:
    """A sentence for editors."""
    when = f"于 {_day(alert.when, zone)} " if alert.when else ""
    reason = f"（{_on_one_line(alert.reason)}）" if alert.reason else ""
    return f"{_CHINESE[alert.trouble].format(when=when, reason=reason)}。"


def in_english(alert: Alert, zone: str) -> str:
    """A sentence for the doctor."""
    when = f" on {_day(alert.when, zone)}" if alert.when else ""
    reason = f" ({_on_one_line(alert.reason)})" if alert.reason else ""
    return _ENGLISH[alert.trouble].format(when=when, reason=reason)


def _day(when: datetime, zone: str) -> str:
    return in_zone(when, zone)[:10]


def _on_one_line(reason: str) -> str:
    """The platform's words without what a terminal would obey."""
    return "".join(char if char.isprintable() else " " for char in reason)
