"""How fast md2wechat converts a Markdown file, and the HTML that comes out: one line of JSON.

PEERS/bin/python tests/bench/page_peer.py FILE SECONDS      knows nothing of the publisher

Called is what its own command calls for a .md file: the parser of its scripts, with its default style.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable


def _md2wechat(path: str) -> Callable[[], str]:
    from skills.md2wechat.scripts.parsers import MarkdownParser  # type: ignore[import-not-found]

    parser = MarkdownParser()
    return lambda: str(parser.parse(path).content)


def measure_page(convert: Callable[[], str], seconds: float) -> dict[str, object]:
    """Conversions a second over at least `seconds` and three conversions, after one whose HTML is kept; without the
    collection of garbage, as `timeit` measures.
    """
    html = convert()
    gc.collect()
    gc.disable()
    count, start = 0, time.perf_counter()
    while count < 3 or time.perf_counter() - start < seconds:
        convert()
        count += 1
    return {"rate": count / (time.perf_counter() - start), "html": html}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure_page(_md2wechat(sys.argv[1]), float(sys.argv[2]))) + "\n")
