"""Ways to spoil a file, as values: a list of spoils always does the same to the same bytes."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hypothesis import strategies as st

_LARGEST = 3_000_000
_TOKENS = (
    b"\0", b"\xff\xfe", b"\xef\xbb\xbf", "。".encode(), "一、".encode("gb18030"), b"<", b"<!--", b"]]>", b"&#0;",
    b"&x;", b"<table><tr><td rowspan=65535 colspan=65535>", b"</p>", b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b'"', b"|" * 50,
    b"*" * 99, b"[" * 99, b"`" * 99, b"> " * 99, b"\n---\n", b"\n\n", b"\t", b"99999999999", b"-1", b"[^1]",
    b"../../../etc/passwd", b"<w:tbl>", b'<w:gridSpan w:val="2000000000"/>', b"<w:p>", b"</w:p>", b"endobj",
    b"stream\n", b"/Kids [1 0 R]", b"/Length 0",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spoil:
    """One change: what is done, where (a part of the length, 0 to 1), how far it reaches, and with what."""

    kind: str
    at: float
    length: int
    token: bytes

    def apply(self, data: bytes) -> bytes:
        """The spoilt bytes."""
        start = int(self.at * len(data))
        return _KINDS[self.kind](data, start, self.length, self.token)[:_LARGEST]


def _flip(data: bytes, start: int, length: int, token: bytes) -> bytes:
    piece = bytes(
        byte ^ (1 << (length + place) % 8) for place, byte in enumerate(data[start : start + length % 16 + 1])
    )
    return data[:start] + piece + data[start + len(piece) :]


def _cut(data: bytes, start: int, length: int, token: bytes) -> bytes:
    return data[:start] + data[start + length :]


def _end(data: bytes, start: int, length: int, token: bytes) -> bytes:
    return data[:start]


def _insert(data: bytes, start: int, length: int, token: bytes) -> bytes:
    return data[:start] + token * (length % 40 + 1) + data[start:]


def _repeat(data: bytes, start: int, length: int, token: bytes) -> bytes:
    piece = data[start : start + length]
    return data[:start] + piece * (length % 30 + 2) + data[start + length :]


def _swap(data: bytes, start: int, length: int, token: bytes) -> bytes:
    one, other = data[start : start + length], data[start + length : start + 2 * length]
    return data[:start] + other + one + data[start + 2 * length :]


def _fill(data: bytes, start: int, length: int, token: bytes) -> bytes:
    return data[:start] + (token * length)[:length] + data[start + length :]


_KINDS: Mapping[str, Callable[[bytes, int, int, bytes], bytes]] = {
    "flip": _flip,
    "cut": _cut,
    "end": _end,
    "insert": _insert,
    "repeat": _repeat,
    "swap": _swap,
    "fill": _fill,
}

spoils = st.lists(
    st.builds(
        Spoil,
        st.sampled_from(sorted(_KINDS)),
        st.floats(0, 1, allow_nan=False),
        st.integers(1, 400),
        st.sampled_from(_TOKENS),
    ),
    min_size=1,
    max_size=6,
)


def spoil(data: bytes, changes: list[Spoil], member: float) -> bytes:
    """The file with the changes made: to a member of it where it is a zip (`member` below 0.8 says which), so that
    what is spoilt is not found out by the checksum at once.
    """
    if data[:2] != b"PK" or member >= 0.8:
        return _all(data, changes)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, OSError):
        return _all(data, changes)
    if not members:
        return _all(data, changes)
    chosen = sorted(members)[int(member / 0.8 * len(members))]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, _all(content, changes) if name == chosen else content)
    return stream.getvalue()


def _all(data: bytes, changes: list[Spoil]) -> bytes:
    for change in changes:
        data = change.apply(data)
    return data
