"""The gate of one account: each call is counted, and an API whose day is used up is not asked in vain."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from publisher.errors import Busy, WeChatError
from publisher.store import Accounts
from publisher.wechat import Gate, closed, is_spent


def open_gate(account: str, accounts: Accounts, clock: Callable[[], datetime]) -> Gate:
    """The gate for all calls of an account. Only the API that is used up is closed: the others go on."""

    def enter(path: str) -> None:
        until = accounts.closed_until(account, path, clock())
        if until is not None:
            raise closed(path, until)
        accounts.count(account, path, clock())

    def refused(error: WeChatError) -> None:
        if isinstance(error, Busy) and error.not_before is not None and is_spent(error):
            accounts.close(account, error.path, error.not_before, clock())

    return Gate(enter, refused)
