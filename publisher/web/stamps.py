"""Which body came under which signature, in plain mode, whose signature covers no more than timestamp and nonce."""

from __future__ import annotations

import mmap
from hashlib import blake2b
from pathlib import Path
from typing import Final

from publisher.web.tables import SharedTable

_PLACES: Final = 1 << 15
"""A power of two."""
_HALF: Final = 8
_CELL: Final = 2 * _HALF
"""Bytes: a part of the signature, then the fingerprint of the body."""
_PLACE: Final = 4 * _CELL
"""The last four signatures that belong there: of the last eight thousand, one in ten thousand is forgotten."""


class Stamps(SharedTable):
    """The signatures in the file `path`, shared by the door's processes; without it each knows only its own."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, _PLACES * _PLACE, "each process looks for replays by itself")
        self._own = mmap.mmap(-1, _PLACES * _PLACE)

    def is_replay(self, signature: str, body: bytes, now: int) -> bool:
        """Whether an authentic signature (40 hexadecimal digits) came with another body before; `now` is in seconds."""
        if now != self._looked_at:
            self._follow(now)
        table = self._own if self._table is None else self._table
        digest = bytes.fromhex(signature)
        head, body_mark = digest[:_HALF], blake2b(body, digest_size=_HALF).digest()
        begin = int.from_bytes(digest[-4:], "big") % _PLACES * _PLACE
        known = table[begin : begin + _PLACE]
        for at in range(0, _PLACE, _CELL):
            if known.startswith(head, at):
                return not known.startswith(body_mark, at + _HALF)
        table[begin : begin + _PLACE] = head + body_mark + known[:-_CELL]
        return False
