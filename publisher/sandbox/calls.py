"""One call of the platform's interface, as its handlers see it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from .refusals import Refusal, refuse_when
from .state import Account, Platform

Answer = dict[str, object]
MAX_COUNT = 20

_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\u([0-9a-fA-F]{4})")


@dataclass(frozen=True, slots=True)
class Upload:
    """The multipart part named `media`."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """A call that passed token, right and quota. `base` is the platform's own root URL as this client sees it."""

    platform: Platform
    account: Account
    query: Mapping[str, str]
    body: bytes
    upload: Upload | None
    base: str

    @property
    def now(self) -> float:
        """The platform's unix time."""
        return self.platform.now()

    def fields(self) -> dict[str, object]:
        """The JSON object in the body; 44002 or 47001 if there is none."""
        return parse_body(self.body)


class Key(Enum):
    """By what a call proves whose it is."""

    TOKEN = auto()
    SECRET = auto()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One line of the interface: who answers, how it is called, which right it needs, how often a day."""

    handler: Callable[[Call], Answer]
    method: str
    right: str
    daily: int
    key: Key = Key.TOKEN


def parse_body(body: bytes) -> dict[str, object]:
    r"""The JSON object in `body`, with the platform's trap in it.

    `\uXXXX` escapes of other than ASCII characters are not decoded: they stay six characters each, so that
    limits trip early and the console shows them literally.
    """
    refuse_when(not body.strip(), 44002)
    try:
        parsed = json.loads(_ESCAPE.sub(_keep_escape, body.decode()), strict=False)
    except (ValueError, RecursionError) as error:
        raise Refusal(47001) from error
    if not isinstance(parsed, dict):
        raise Refusal(47001)
    return parsed


def take_text(fields: Mapping[str, object], name: str) -> str:
    """The text in a field, "" if it is absent; 47001 if it is something else."""
    value = fields.get(name)
    refuse_when(value is not None and not isinstance(value, str), 47001)
    return value if isinstance(value, str) else ""


def take_id(fields: Mapping[str, object], name: str = "media_id") -> str:
    """The id in a field, sent as text or number; 41006 if it is absent."""
    value = fields.get(name)
    refuse_when(value is None or value == "", 41006)
    return str(value)


def take_number(fields: Mapping[str, object], name: str, default: int = 0) -> int:
    """The whole number in a field; 47001 if it is something else."""
    value = fields.get(name, default)
    if not isinstance(value, int):
        raise Refusal(47001)
    return int(value)


def take_page(fields: Mapping[str, object]) -> slice:
    """What `offset` and `count` (1 to 20) select; 40035 if they are out of range."""
    offset, count = take_number(fields, "offset"), take_number(fields, "count", MAX_COUNT)
    refuse_when(offset < 0 or not 1 <= count <= MAX_COUNT, 40035)
    return slice(offset, offset + count)


def done(facts: Mapping[str, object] | None = None) -> Answer:
    """The answer of calls that do say errcode 0."""
    return {"errcode": 0, "errmsg": "ok", **(facts or {})}


def _keep_escape(match: re.Match[str]) -> str:
    if int(match[2], 16) < 0x80:  # noqa: PLR2004 -- ASCII ends here
        return match[0]
    return f"{match[1]}\\\\u{match[2]}"
