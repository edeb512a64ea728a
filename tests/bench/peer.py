"""How fast another converter reads a file, and how much memory that takes: one line of JSON.

PEERS/bin/python tests/bench/peer.py NAME FILE SECONDS      NAME: mammoth, markitdown; knows nothing of the publisher
"""

from __future__ import annotations

import io
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path


def _mammoth() -> Callable[[bytes], object]:
    import mammoth

    def convert(data: bytes) -> object:
        return mammoth.convert_to_html(io.BytesIO(data)).value

    return convert


def _markitdown() -> Callable[[bytes], object]:
    import markitdown

    converter = markitdown.MarkItDown()

    def convert(data: bytes) -> object:
        return converter.convert_stream(io.BytesIO(data), file_extension=".docx").text_content

    return convert


PEERS = {"mammoth": _mammoth, "markitdown": _markitdown}


def measure(convert: Callable[[bytes], object], data: bytes, seconds: float) -> dict[str, float]:
    """Readings a second over at least `seconds` and three readings, after one that is not counted; peak megabytes."""
    convert(data)
    count, start = 0, time.perf_counter()
    while count < 3 or time.perf_counter() - start < seconds:
        convert(data)
        count += 1
    rate = count / (time.perf_counter() - start)
    return {"rate": rate, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


if __name__ == "__main__":
    name, path, span = sys.argv[1:]
    sys.stdout.write(json.dumps(measure(PEERS[name](), Path(path).read_bytes(), float(span))) + "\n")
