"""Setting an account up from the control side: a table of what can be set, and how."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from .state import RIGHTS, Account, Platform
from .tokens import end_tokens


class Unset(ValueError):
    """A control call that cannot be carried out."""


def set_up_account(platform: Platform, appid: str, given: Mapping[str, object]) -> None:
    """Set what is given for an account; nothing at all if any part of it is wrong.

    secret, name, original_id, callback_url, token, aeskey: text · mode: "safe" or "compatible" (both texts) ·
    rights: a list · allowed_ips: a list, or null for any · limits: path -> calls a day · mass_per_day: number ·
    events: whether results are pushed · outcome: the next submission's publish_status · fail_idx: its bad
    articles · tokens: "dead" or "aged"
    """
    unknown = given.keys() - _SETTERS.keys() - {"tokens"}
    if unknown:
        raise Unset(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(sorted(_SETTERS))}, tokens")
    account = platform.account(appid)
    for target in (replace(account), account):  # first a copy, so that a mistake changes nothing
        for name, value in given.items():
            if name in _SETTERS:
                _SETTERS[name](target, value)
    if "tokens" in given:
        end_tokens(platform, appid, _text(given["tokens"]))


def _set_text(name: str) -> Callable[[Account, object], None]:
    return lambda account, value: setattr(account, name, _text(value))


def _set_callback(name: str) -> Callable[[Account, object], None]:
    def set_part(account: Account, value: object) -> None:
        account.callback = replace(account.callback, **{name: _text(value)})

    return set_part


def _set_mode(account: Account, value: object) -> None:
    if value not in {"safe", "compatible"}:
        raise Unset("mode is safe or compatible; without an aeskey everything goes in clear")
    account.callback = replace(account.callback, mode=_text(value))


def _set_rights(account: Account, value: object) -> None:
    rights = frozenset(_texts(value))
    if not rights <= RIGHTS:
        raise Unset(f"rights are among {', '.join(sorted(RIGHTS))}")
    account.rights = rights


def _set_allowed_ips(account: Account, value: object) -> None:
    account.allowed_ips = None if value is None else frozenset(_texts(value))


def _set_limits(account: Account, value: object) -> None:
    if not isinstance(value, dict):
        raise Unset("limits is an object: path to calls a day")
    account.limits = {str(path): _number(limit) for path, limit in value.items()}


def _set_fail_idx(account: Account, value: object) -> None:
    account.fail_idx = tuple(_number(idx) for idx in value) if isinstance(value, list) else ()


def _set_mass_per_day(account: Account, value: object) -> None:
    account.mass_per_day = _number(value)


def _set_outcome(account: Account, value: object) -> None:
    account.outcome = _number(value)


def _set_events(account: Account, value: object) -> None:
    account.pushes_events = bool(value)


_SETTERS: Mapping[str, Callable[[Account, object], None]] = {
    "secret": _set_text("secret"),
    "name": _set_text("name"),
    "original_id": _set_text("original_id"),
    "callback_url": _set_callback("url"),
    "token": _set_callback("token"),
    "aeskey": _set_callback("aeskey"),
    "mode": _set_mode,
    "rights": _set_rights,
    "allowed_ips": _set_allowed_ips,
    "limits": _set_limits,
    "mass_per_day": _set_mass_per_day,
    "events": _set_events,
    "outcome": _set_outcome,
    "fail_idx": _set_fail_idx,
}


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Unset(f"a text was expected, not {value!r}")
    return value


def _texts(value: object) -> list[str]:
    if not isinstance(value, list):
        raise Unset(f"a list of texts was expected, not {value!r}")
    return [_text(item) for item in value]


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise Unset(f"a whole number was expected, not {value!r}")
    return value
