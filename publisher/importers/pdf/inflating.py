"""A look at what a PDF's compressed streams come to, before any library unpacks them."""

from __future__ import annotations

import re
import zlib
from typing import Final

from publisher.errors import Unreadable

_MEGABYTE: Final = 1024 * 1024
_MOST_IN_STREAM: Final = 100 * _MEGABYTE
_MOST: Final = 300 * _MEGABYTE
_STEP: Final = _MEGABYTE
_MOST_STREAMS: Final = 50_000
_STREAM: Final = re.compile(rb"stream\r?\n(?=[\x08\x18\x28\x38\x48\x58\x68\x78])")


def check_streams(data: bytes, name: str) -> None:
    """Nothing, if all deflated streams of the file are of a sane size; else raises Unreadable."""
    total = 0
    for number, start in enumerate(_STREAM.finditer(data)):
        size = _inflated(memoryview(data)[start.end() :])
        total += size
        if size > _MOST_IN_STREAM or total > _MOST or number > _MOST_STREAMS:
            note = "PDF 里压缩的内容展开后过大，可能有问题，没有读取。请检查文件，或改用 Word 文件后重新投放。"
            raise Unreadable(f"{name}: a stream of {size} bytes, {total} in all", note)


def _inflated(data: memoryview) -> int:
    """The size of what is deflated there, counted no further than the limit; 0 for what is not."""
    inflater = zlib.decompressobj()
    size, rest = 0, bytes(data[:65536])
    position = len(rest)
    try:
        while size <= _MOST_IN_STREAM and not inflater.eof:
            size += len(inflater.decompress(rest, _STEP))
            rest = inflater.unconsumed_tail
            if not rest:
                rest = bytes(data[position : position + 65536])
                position += len(rest)
                if not rest:
                    break
    except zlib.error:
        return size
    return size
