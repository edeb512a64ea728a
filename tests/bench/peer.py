"""How fast another converter reads a file, and how much memory that takes: one line of JSON.

PEERS/bin/python tests/bench/peer.py NAME FILE SECONDS      NAME: mammoth, markitdown; knows nothing of the publisher
"""

from __future__ import annotations

import io
import json
import re
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
    """Readings a second over at least `seconds` and three readings, after one that is not counted; peak megabytes of
    that first one.
    """
    convert(data)
    peak = _peak()
    count, start = 0, time.perf_counter()
    while count < 3 or time.perf_counter() - start < seconds:
        convert(data)
        count += 1
    return {"rate": count / (time.perf_counter() - start), "peak": peak}


def _peak() -> float:
    """Megabytes of memory at most since this program began; what getrusage says begins with its parent's."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    return int(found[1]) / 1024 if found else 0.0


if __name__ == "__main__":
    name, path, span = sys.argv[1:]
    sys.stdout.write(json.dumps(measure(PEERS[name](), Path(path).read_bytes(), float(span))) + "\n")
