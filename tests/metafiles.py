"""Drawings made by hand, record by record: what Excel and Visio leave in Word files; and the same one as SVG."""

from __future__ import annotations

import struct

_RED = 0x0000C0
SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100">'
    b'<rect x="10" y="10" width="80" height="80" fill="#c00000"/>'
    b'<ellipse cx="145" cy="50" rx="45" ry="40" fill="#c00000"/></svg>'
)


def emf() -> bytes:
    """A red rectangle and a red ellipse beside each other, 100 by 50 millimetres."""
    records = (
        _emf_record(17, 8),  # SETMAPMODE: anisotropic
        _emf_record(9, 2000, 1000),  # SETWINDOWEXTEX
        _emf_record(11, 320, 160),  # SETVIEWPORTEXTEX
        _emf_record(39, 1, 0, _RED, 0),  # CREATEBRUSHINDIRECT
        _emf_record(37, 1),  # SELECTOBJECT
        _emf_record(43, 100, 100, 900, 900),  # RECTANGLE
        _emf_record(42, 1000, 100, 1900, 900),  # ELLIPSE
        _emf_record(14, 0, 0, 20),  # EOF
    )
    drawing = b"".join(records)
    bounds = struct.pack("<8i", 0, 0, 320, 160, 0, 0, 10_000, 5_000)
    counts = struct.pack("<4sIIIHHIII", b" EMF", 0x10000, 88 + len(drawing), len(records) + 1, 2, 0, 0, 0, 0)
    return struct.pack("<II", 1, 88) + bounds + counts + struct.pack("<4i", 1024, 512, 320, 160) + drawing


def wmf(*, placeable: bool) -> bytes:
    """The same drawing in the older format, with or without the header that tells its size."""
    drawing = b"".join(
        (
            _wmf_record(0x020B, 0, 0),  # SETWINDOWORG
            _wmf_record(0x020C, 1000, 2000),  # SETWINDOWEXT
            _wmf_record(0x02FC, 0, _RED, 0, 0),  # CREATEBRUSHINDIRECT
            _wmf_record(0x012D, 0),  # SELECTOBJECT
            _wmf_record(0x041B, 900, 900, 100, 100),  # RECTANGLE
            _wmf_record(0x0418, 900, 1900, 100, 1000),  # ELLIPSE
            _wmf_record(0),
        )
    )
    head = struct.pack("<HHHIHIH", 1, 9, 0x300, 9 + len(drawing) // 2, 1, 8, 0)
    return (_placement() if placeable else b"") + head + drawing


def _placement() -> bytes:
    head = struct.pack("<IH4hHI", 0x9AC6CDD7, 0, 0, 0, 2000, 1000, 1000, 0)
    checksum = 0
    for (word,) in struct.iter_unpack("<H", head):
        checksum ^= word
    return head + struct.pack("<H", checksum)


def _emf_record(kind: int, *values: int) -> bytes:
    return struct.pack(f"<II{len(values)}i", kind, 8 + 4 * len(values), *values)


def _wmf_record(kind: int, *values: int) -> bytes:
    return struct.pack(f"<IH{len(values)}h", 3 + len(values), kind, *values)
