"""The long article as WeChat HTML: conversions a second, characters and their ratio to the text, beside other tools."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from rich.console import Console
from rich.table import Table

from tests.bench import article

OURS: Final = "publisher"
ROUNDS: Final = 3
SECONDS: Final = 2.0
_ROOT: Final = Path(__file__).parents[2]
_WANTED: Final = 100.0
"""Articles a second, at least."""
_WHOLE: Final = 0.5
"""Seconds that a whole process may take."""


@dataclass(frozen=True, slots=True)
class Page:
    """What one tool came to: articles a second, characters of HTML, characters of text a reader sees."""

    rate: float
    characters: int
    visible: int

    @property
    def ratio(self) -> float:
        """Characters of HTML for each character that is seen."""
        return self.characters / self.visible


def measure_pages(console: Console, folder: Path) -> list[str]:
    """Prints the tables of the long article; the wishes that were not fulfilled."""
    folder.mkdir()
    for name, data in article.files().items():
        (folder / name).write_bytes(data)
    path = folder / article.NAME
    pages, faults = _measure(_commands(path))
    console.print(_table(pages))
    if OURS not in pages:
        return faults
    seconds = _whole_process(path, folder.with_name("rendered"))
    console.print(f"a whole `publisher render` of the article: {seconds:.2f} s")
    if pages[OURS].rate <= _WANTED:
        faults.append(f"{OURS}: {pages[OURS].rate:.1f} articles a second, more than {_WANTED:.0f} are wanted")
    if seconds > _WHOLE:
        faults.append(f"publisher render: {seconds:.2f} s, at most {_WHOLE} s are wanted")
    return faults


def visible(markup: str) -> int:
    """Characters that a reader sees: what is no tag and no white space."""
    text = html.unescape(re.sub(r"<(style|script)\b.*?</\1>|<[^>]*>", "", markup, flags=re.DOTALL))
    return len("".join(text.split()))


def _commands(path: Path) -> dict[str, list[str]]:
    here, tail = Path(__file__).parent, [str(path), str(SECONDS)]
    return {
        OURS: [sys.executable, "-m", "tests.bench.page", *tail],
        "md2wechat": [str(_ROOT / ".venv-peers" / "bin" / "python"), str(here / "page_peer.py"), *tail],
        "wenyan": ["node", str(here / "npm" / "wenyan.js"), *tail],
    }


def _measure(commands: Mapping[str, Sequence[str]]) -> tuple[dict[str, Page], list[str]]:
    """The median of each tool over several rounds, in each of which all take their turn; and who failed, and how."""
    found: dict[str, list[Page]] = {name: [] for name in commands}
    faults: dict[str, str] = {}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            done = subprocess.run(command, check=False, capture_output=True, text=True)
            if done.returncode:
                faults[name] = f"{name}: {(done.stderr.strip().splitlines() or ['failed'])[-1]}"
            else:
                told = json.loads(done.stdout.splitlines()[-1])
                found[name].append(Page(told["rate"], len(told["html"]), visible(told["html"])))
    pages = {
        name: Page(median(page.rate for page in pages), pages[0].characters, pages[0].visible)
        for name, pages in found.items()
        if pages
    }
    return pages, list(faults.values())


def _whole_process(path: Path, target: Path) -> float:
    """Seconds from start to file written, the median of five processes, compiled before, as an installation is."""
    command = [sys.executable, "-m", "publisher", "render", str(path.parent), "--output", str(target / "article.html")]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    target.mkdir()
    taken = []
    for _ in range(6):
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
        taken.append(time.perf_counter() - start)
    return median(taken[1:])


def _table(pages: Mapping[str, Page]) -> Table:
    ours = pages.get(OURS)
    columns = ("articles a second", "characters", "text seen", "ratio", "our speed", "our characters")
    table = Table("tool", *columns, title="the long article: Markdown to WeChat HTML")
    for name, page in pages.items():
        beside = (f"{ours.rate / page.rate:.1f} ×", f"{ours.characters / page.characters:.2f} ×") if ours else ("", "")
        cells = (f"{page.rate:.1f}", f"{page.characters:,}", f"{page.visible:,}", f"{page.ratio:.2f}")
        table.add_row(name, *cells, *beside)
    return table
