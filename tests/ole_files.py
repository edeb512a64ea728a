"""Makes OLE containers (.doc, .wps, and what only looks like them): no library writes them."""

from __future__ import annotations

import struct
from collections.abc import Mapping

_SECTOR = 512
_END = 0xFFFFFFFE
_FREE = 0xFFFFFFFF
_FAT = 0xFFFFFFFD
_LEAST = 4096
"""Shorter streams would lie in a container of their own inside the container."""


def ole_file(streams: Mapping[str, bytes]) -> bytes:
    """A container ([MS-CFB]) with those streams, each filled up with zeros to 4096 bytes."""
    padded = {
        name: data.ljust(max(_LEAST, -(-len(data) // _SECTOR) * _SECTOR), b"\0") for name, data in streams.items()
    }
    directory, fat, body = [_entry("Root Entry", 5, 1, _END, 0)], [_FAT, _END], b""
    for number, (name, data) in enumerate(padded.items(), start=1):
        start, count = len(fat), len(data) // _SECTOR
        fat += [*range(start + 1, start + count), _END]
        body += data
        directory.append(_entry(name, 2, number + 1 if number < len(padded) else _FREE, start, len(data)))
    listing = b"".join(directory).ljust(_SECTOR, b"\0")
    fat += [_FREE] * (_SECTOR // 4 - len(fat))
    return _header() + struct.pack(f"<{len(fat)}I", *fat) + listing + body


def _filled(data: bytes) -> bytes:
    return data.ljust(max(_LEAST, -(-len(data) // _SECTOR) * _SECTOR), b"\0")


def _header() -> bytes:
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    head += bytes(6) + struct.pack("<IIIIIIIII", 0, 1, 1, 0, _LEAST, _END, 0, _END, 0)
    return head + struct.pack("<109I", 0, *[_FREE] * 108)


def _entry(name: str, kind: int, beside: int, start: int, size: int) -> bytes:
    """A directory entry; the root's `beside` is its child, a stream's its right sibling."""
    written = name.encode("utf-16-le") + b"\0\0"
    right, child = (_FREE, beside) if kind == 5 else (beside, _FREE)
    entry = written.ljust(64, b"\0") + struct.pack("<HBBIII", len(written), kind, 1, _FREE, right, child)
    return entry + bytes(36) + struct.pack("<IQ", start, size)


def old_word(flags: int = 0) -> bytes:
    """A .doc as far as its container and the first words of its text stream go."""
    return ole_file({"WordDocument": b"\xec\xa5\xc1\0" + bytes(6) + struct.pack("<H", flags), "1Table": b""})


OLD_WORD = old_word()
