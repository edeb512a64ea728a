"""The last word before a request leaves. A call may wait for a token, a picture or its turn long after it was decided
on, so whether it is still wanted is asked at the wire.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


def _nothing_to_ask() -> None:
    """Calls that nobody guards go out."""


_check: ContextVar[Callable[[], None]] = ContextVar("check", default=_nothing_to_ask)


@contextmanager
def guarded(check: Callable[[], None]) -> Iterator[None]:
    """Within it, `check` is called right before every request of this thread; what it raises keeps the request in."""
    before = _check.set(check)
    try:
        yield
    finally:
        _check.reset(before)


def ask() -> None:
    """Raise what the guard raises, if there is one."""
    _check.get()()
