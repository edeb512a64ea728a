"""What the callback door weighs while it answers very many messages.

python -m tests.bench.soak [MESSAGES]      the door alone; a million by default
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from tests.bench.library import past_issues
from tests.bench.load import press
from tests.bench.meter import Weight, weigh
from tests.bench.readers import Readers
from tests.bench.servers import ACCOUNTS, Running, door

_WARM: Final = 60_000
"""Messages after which all that is remembered for a while is full."""
_SECONDS: Final = 4
_MOST: Final = 120.0
_MOST_GROWTH: Final = 4.0
"""Megabytes that a process may differ by: allocators breathe."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The heaviest process of a server after so many messages, and what of them went wrong."""

    answered: int
    weight: Weight
    broken: int


def soak(running: Running, readers: Sequence[Readers], messages: int, folder: Path) -> list[Mark]:
    """The marks after the warming up, and as often as windows end, until so many messages more were answered."""
    marks: list[Mark] = []
    answered, broken, rate = 0, 0, 10_000.0
    for each in cycle(readers):
        window = press(running, each, int(1.5 * _SECONDS * rate) + 2000, _SECONDS, folder)
        answered, broken, rate = answered + window.answers, broken + window.refused + window.broken, window.rate
        if answered >= _WARM:
            marks.append(Mark(answered, _heaviest(running), broken))
        if marks and answered - marks[0].answered >= messages:
            break
    return marks


def describe(marks: Sequence[Mark]) -> Table:
    """The first mark, the last, and a few between them."""
    table = Table("messages answered", "PSS MB", "RSS MB", title="the heavier of the door's two processes")
    for mark in [*marks[:: max(1, len(marks) // 5)][:5], marks[-1]]:
        table.add_row(f"{mark.answered:,}", f"{mark.weight.shared:.1f}", f"{mark.weight.whole:.1f}")
    return table


def too_heavy(marks: Sequence[Mark]) -> Iterator[str]:
    """The wishes that were not fulfilled."""
    first, last = marks[0].weight, marks[-1].weight
    if last.shared >= _MOST:
        yield f"a process of the door weighs {last.shared:.0f} MB, less than {_MOST:.0f} wanted"
    if last.shared - first.shared > _MOST_GROWTH:
        messages = marks[-1].answered - marks[0].answered
        yield f"a process of the door grew by {last.shared - first.shared:.1f} MB over {messages:,} messages"
    if marks[-1].broken:
        yield f"{marks[-1].broken} messages of the soak got no answer"


def _heaviest(running: Running) -> Weight:
    return max(map(weigh, running.workers), key=lambda weight: weight.shared)


def main() -> int:
    """Prints the marks; 1 where the door is heavier than it may be, or grows."""
    console = Console()
    messages = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory(prefix="publisher-soak-") as name:
        readers = [Readers(platform, f"/wechat/{account}") for account, platform in ACCOUNTS.items()]
        with door(Path(name) / "door", past_issues()) as running:
            marks = soak(running, readers, messages, Path(name))
    console.print(describe(marks))
    faults = list(too_heavy(marks))
    for fault in faults:
        console.print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
