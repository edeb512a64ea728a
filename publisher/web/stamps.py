"""Which body came under which signature, in plain mode, whose signature covers no more than timestamp and nonce."""

from __future__ import annotations

import mmap
from hashlib import blake2b
from pathlib import Path
from typing import Final

from publisher.web.tables import SharedTable

_PLACES: Final = 1 << 17
"""How many signatures are known, a power of two; a later one takes the place of one before."""
_HALF: Final = 8
_CELL: Final = 2 * _HALF
"""Bytes: a part of the signature, then the fingerprint of the body. Both are written by one instruction."""


class Stamps(SharedTable):
    """The signatures in the file `path`, shared by the door's processes; without it each knows only its own."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, _PLACES * _CELL, "each process looks for replays by itself")
        self._own = mmap.mmap(-1, _PLACES * _CELL)

    def is_replay(self, signature: str, body: bytes, now: int) -> bool:
        """Whether an authentic signature (40 hexadecimal digits) came with another body before; `now` is in seconds."""
        if now != self._looked_at:
            self._follow(now)
        table = self._own if self._table is None else self._table
        digest = bytes.fromhex(signature)
        begin = int.from_bytes(digest[-4:], "big") % _PLACES * _CELL
        cell = digest[:_HALF] + blake2b(body, digest_size=_HALF).digest()
        before = table[begin : begin + _CELL]
        if before != cell and before[:_HALF] == cell[:_HALF]:
            return True
        table[begin : begin + _CELL] = cell
        return False
