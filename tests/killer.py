"""Runs the command line, and kills this process with SIGKILL at one point of the first effect of a kind.

python -m tests.killer KIND POINT COMMAND…        POINT: before-intent after-intent after-call after-commit
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from publisher.cli import main
from publisher.store import Store

KIND, POINT = sys.argv[1:3]
METHOD, LATE = {
    "before-intent": ("intend", False),
    "after-intent": ("intend", True),
    "after-call": ("finish", False),
    "after-commit": ("finish", True),
}[POINT]

real = getattr(Store, METHOD)


def deadly(self: Store, issue_id: int, kind: str, *arguments: Any) -> None:
    """The real thing, with death before or after it."""
    if kind == KIND and not LATE:
        os.kill(os.getpid(), signal.SIGKILL)
    real(self, issue_id, kind, *arguments)
    if kind == KIND:
        os.kill(os.getpid(), signal.SIGKILL)


setattr(Store, METHOD, deadly)
main(sys.argv[3:])
