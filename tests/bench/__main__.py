"""`make bench`: documents a second and peak memory of each format, for the real issue, beside other converters;
then pages, how fast issues go out, and how fast readers get their answers.

A figure of a format is the median of three processes that were run in turn, so that a machine that slows down slows
all of them.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from rich.console import Console
from rich.table import Table

from publisher import office
from publisher.reading import read
from tests.bench.door import measure_door
from tests.bench.pages import measure_pages
from tests.bench.peer import PEERS
from tests.bench.pipeline import measure_pipeline
from tests.bench.search import measure_search
from tests.libreoffice import convert as converted
from tests.manuscripts import SAMPLE, sample_manuscript
from tests.pdf_files import print_by_office
from tests.sample_files import markdown, page_saved, word_with_styles

ROUNDS: Final = 3
SECONDS: Final = 2.0
_PEERS: Final = Path(__file__).parents[2] / ".venv-peers" / "bin" / "python"
_VERBS: Final = ("read", "understood")
"""The importer alone, as the other converters; and the newsletter's structure, too."""
_WANTED: Final = {"issue.txt understood": 50.0, "issue.docx understood": 30.0, "issue.pdf understood": 1 / 1.5}
"""Documents a second, at least."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What one subject came to: documents a second, and megabytes at most."""

    rate: float
    peak: float


def main() -> int:
    """Prints the tables; 1 where a format is slower than it must be."""
    console = Console()
    if not SAMPLE.exists():
        console.print(f"the issue that is measured is absent: {SAMPLE}")
        return 2
    with tempfile.TemporaryDirectory(prefix="publisher-bench-") as name:
        files = _write_files(Path(name))
        ours = {f"{path.name} {verb}": _ours(verb, path) for path in files for verb in _VERBS}
        figures = _measure(ours | _peers(Path(name) / "issue.docx"))
        console.print(_table(figures))
        console.print(_ratios(figures))
        console.print(_office_table(Path(name)))
        faults = measure_pages(console, Path(name) / "article")
        faults += measure_pipeline(console, Path(name) / "office")
        faults += measure_search(console, Path(name) / "archive")
        faults += measure_door(console, Path(name) / "door")
    slow = [name for name, least in _WANTED.items() if figures[name].rate < least]
    for name in slow:
        console.print(f"{name}: {figures[name].rate:.2f} documents a second, {_WANTED[name]:.2f} are wanted")
    for fault in faults:
        console.print(fault)
    return 1 if slow or faults else 0


def _write_files(folder: Path) -> list[Path]:
    """The real issue in every format that is read without LibreOffice."""
    pieces = sample_manuscript()
    word = word_with_styles(pieces)
    contents = {
        "issue.txt": SAMPLE.read_bytes(),
        "issue.md": markdown(pieces),
        "issue.html": page_saved(pieces),
        "issue.docx": word,
        "issue.pdf": print_by_office({"issue.docx": word})["issue.docx"],
    }
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    return [folder / name for name in contents]


def _ours(verb: str, path: Path) -> list[str]:
    return [sys.executable, "-m", "tests.bench.ours", verb, str(path), str(SECONDS)]


def _peers(path: Path) -> dict[str, list[str]]:
    script = str(Path(__file__).with_name("peer.py"))
    return {name: [str(_PEERS), script, name, str(path), str(SECONDS)] for name in PEERS}


def _measure(commands: Mapping[str, Sequence[str]]) -> dict[str, Figure]:
    """The median of each subject over several rounds, in each of which all of them take their turn."""
    found: dict[str, list[Figure]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
            found[name].append(Figure(**json.loads(done.stdout)))
    return {
        name: Figure(median(figure.rate for figure in figures), median(figure.peak for figure in figures))
        for name, figures in found.items()
    }


def _table(figures: Mapping[str, Figure]) -> Table:
    table = Table("subject", "documents a second", "milliseconds", "peak MB", title="the real issue")
    for name, figure in figures.items():
        table.add_row(name, f"{figure.rate:.1f}", f"{1000 / figure.rate:.0f}", f"{figure.peak:.0f}")
    return table


def _ratios(figures: Mapping[str, Figure]) -> Table:
    """How many times as fast, and with what part of the memory, a .docx is read."""
    ours = figures["issue.docx read"]
    table = Table("issue.docx read, ours to", "speed", "memory", title="ratios")
    for name in PEERS:
        table.add_row(name, f"{ours.rate / figures[name].rate:.1f} ×", f"{ours.peak / figures[name].peak:.2f} ×")
    return table


def _office_table(folder: Path) -> Table:
    """Whole readings, by LibreOffice and in child processes, one each: what an editor waits for."""
    table = Table("drop", "seconds", title="whole readings, child processes and LibreOffice included")
    word = {"issue.docx": (folder / "issue.docx").read_bytes()}
    drops = {name: (folder / name).read_bytes() for name in ("issue.txt", "issue.docx", "issue.pdf")}
    if office.is_installed():
        for suffix in ("odt", "doc"):
            drops |= converted(word, suffix, folder)
    for name, data in drops.items():
        start = time.perf_counter()
        read({name: data})
        table.add_row(name, f"{time.perf_counter() - start:.2f}")
    return table


if __name__ == "__main__":
    sys.exit(main())
