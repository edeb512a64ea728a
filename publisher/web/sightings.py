"""Which deliveries none of the door's processes has met: a table of marks in a file that all of them map.

Nearly every delivery is new, and to look for each in the database costs as much as to answer it. Here a delivery that
any process has met within the last minute and a half has a mark; what has none, and was sent within the last minute,
need not be looked for. Others' marks in the same place only mean that the database is asked.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from publisher.web.tables import SharedTable

_PLACES: Final = 1 << 21
"""Bytes, a power of two: at 2,500 messages a second one in twenty is looked for in vain."""
_MASK: Final = _PLACES - 1
_STEP: Final = 10
_STEPS: Final = 250
_VALID: Final = 3
"""A mark counts the steps of ten seconds modulo 250; it stands for this one and so many before, and, since a clock may
be set back a little, after. A mark of an hour ago may look like a new one, which does no harm.
"""
_OLD: Final = 20
_AHEAD: Final = 10
"""Seconds by which the platform's time of a message may be before and after ours, so that a mark that matters is still
valid. The platform repeats within fifteen; what comes later than that is looked for.
"""


class Sightings(SharedTable):
    """The marks in the file `path`, which is made if there is none. Without it nothing is certainly new."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, _PLACES, "every delivery is looked for")

    def meet(self, key: bytes, created: int, now: int) -> bool:
        """Mark a delivery, whose `key` ends with what is different in each, as met at a time (seconds). Whether no
        process has met it before, for certain: what the platform dates `created` long ago may have lost its mark.
        """
        if now != self._looked_at:
            self._follow(now)
        marks = self._table
        if marks is None:
            return False
        place, mark = int.from_bytes(key[-4:], "big") & _MASK, now // _STEP % _STEPS + 1
        before = marks[place]
        marks[place] = mark
        is_young = max(self._since, now - _OLD) <= created <= now + _AHEAD
        return is_young and (before == 0 or _VALID < (mark - before) % _STEPS < _STEPS - _VALID)
