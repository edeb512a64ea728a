"""What stands between the client and the wire: asked before each call, told of each refusal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from publisher.errors import WeChatError


def _let_pass(_path: str) -> None:
    """Nothing is closed."""


def _say_nothing(_error: WeChatError) -> None:
    """Nobody keeps account."""


@dataclass(frozen=True, slots=True)
class Gate:
    """`enter` is given the path of a call that is about to be sent, counts it, or raises Busy while that API is closed
    for the day; `refused` is given the error of an answer that was a refusal. Both are called by many threads.
    """

    enter: Callable[[str], None] = _let_pass
    refused: Callable[[WeChatError], None] = _say_nothing


OPEN = Gate()
"""Everything may pass and nothing is counted."""
