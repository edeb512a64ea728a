"""A look at what a PDF's compressed streams come to, before any library unpacks them."""

from __future__ import annotations

import re
import zlib
from typing import Final

from publisher.errors import Unreadable

_MEGABYTE: Final = 1024 * 1024
_MOST: Final = 300 * _MEGABYTE
_MOST_OF: Final = ((b"/Image", 100 * _MEGABYTE), (b"/Length1", 40 * _MEGABYTE), (b"FontType", 40 * _MEGABYTE))
"""Pictures and whole fonts are large; all other streams, the pages' text above all, are not."""
_MOST_OF_OTHERS: Final = 10 * _MEGABYTE
_MOST_STREAMS: Final = 50_000
_STEP: Final = 65_536
_OUTPUT: Final = _MEGABYTE
_DICTIONARY: Final = 2_048
_STREAM: Final = re.compile(rb"stream\r?\n")
_FILTERS: Final = re.compile(rb"/F(?:ilter)?\s*\[([^\]]*)\]")
_PACKING: Final = re.compile(rb"/(?:FlateDecode|Fl|LZWDecode|LZW|RunLengthDecode|RL)\b")
_DEFLATED: Final = b"\x08\x18\x28\x38\x48\x58\x68\x78"
_NOTE: Final = "PDF 里压缩的内容展开后过大，可能有问题，没有读取。请检查文件，或改用 Word 文件后重新投放。"


def check_streams(data: bytes, name: str) -> None:
    """Nothing, if all deflated streams of the file are of a sane size; else raises Unreadable."""
    total = 0
    for number, start in enumerate(_STREAM.finditer(data)):
        before = data[max(0, start.start() - _DICTIONARY) : start.start()]
        dictionary = before[before.rfind(b"obj") + 1 :]
        filters = _FILTERS.search(dictionary)
        if filters and len(_PACKING.findall(filters[1])) > 1:
            raise Unreadable(f"{name}: a stream that is packed twice", _NOTE)
        most = next((size for word, size in _MOST_OF if word in dictionary), _MOST_OF_OTHERS)
        size = _inflated(data, start.end(), most)
        total += size
        if size > most or total > _MOST or number > _MOST_STREAMS:
            raise Unreadable(f"{name}: a stream of {size} bytes, {total} in all", _NOTE)


def _inflated(data: bytes, position: int, most: int) -> int:
    """The size of what is deflated there, counted no further than the limit; 0 for what is not."""
    if data[position : position + 1] not in _DEFLATED:
        return 0
    inflater, size, rest = zlib.decompressobj(), 0, b""
    try:
        while size <= most and not inflater.eof:
            if not rest:
                rest = data[position : position + _STEP]
                position += len(rest)
            if not rest:
                break
            size += len(inflater.decompress(rest, _OUTPUT))
            rest = inflater.unconsumed_tail
    except zlib.error:
        return size
    return size
