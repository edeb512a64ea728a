"""What happened at the door, counted: one line in the log for many messages."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from typing import Final

REFUSED: Final = "refused"
_log = logging.getLogger("publisher.door")


class Tally:
    """Counts by account and by what became of it; nothing in it names a reader or holds a word."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        self._refusals: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    def add(self, account: str, what: str) -> None:
        """One more of it; also from threads."""
        with self._lock:
            self._counts[account, what] += 1

    def refuse(self, account: str, why: str) -> None:
        """One more refusal; the 1st, 2nd, 4th … of a kind is logged: a flood of forgeries must not fill the disk."""
        self.add(account, REFUSED)
        self._refusals[account, why] += 1
        count = self._refusals[account, why]
        if count & (count - 1) == 0:
            _log.warning("callback refused account=%s why=%r count=%d", account, why, count)

    def report(self) -> None:
        """Log what was counted since the last report, a line for each account that had any."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        for account in sorted({account for account, _ in counts}):
            parts = (f"{what}={count}" for (name, what), count in sorted(counts.items()) if name == account)
            _log.info("callback account=%s %s", account, " ".join(parts))
