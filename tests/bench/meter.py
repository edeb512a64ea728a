"""What processes cost: CPU and memory of a server and its workers, and what the rest of the machine does meanwhile."""

from __future__ import annotations

import os
import re
import resource
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_PROC: Final = Path("/proc")


@dataclass(frozen=True, slots=True)
class Reading:
    """Seconds of CPU until now: of a server's processes, of us with the children that have ended, of the machine."""

    server: float
    ours: float
    machine: float


def read_meter(servers: Sequence[int]) -> Reading:
    """The reading for the server with these processes."""
    ours = sum(_spent(resource.getrusage(whose)) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return Reading(sum(map(_cpu, servers)), ours, _machine())


def family(root: int) -> list[int]:
    """The process, and all that descend from it."""
    found = [root]
    for each in found:
        children = _read(_PROC / str(each) / "task" / str(each) / "children")
        found.extend(map(int, children.split()))
    return found


def workers(root: int) -> list[int]:
    """The processes of a server's family that do its work: those that have no children."""
    return [each for each in family(root) if family(each) == [each]]


@dataclass(frozen=True, slots=True)
class Weight:
    """Megabytes of a process: with shared pages by its share of them (PSS), and with all of them (RSS)."""

    shared: float
    whole: float


def weigh(process: int) -> Weight:
    """What the process holds of memory now."""
    said = _read(_PROC / str(process) / "smaps_rollup")
    pss, rss = (re.search(rf"^{name}:\s+(\d+) kB", said, re.MULTILINE) for name in ("Pss", "Rss"))
    return Weight(*(int(found[1]) * 1024 / 1e6 if found else 0.0 for found in (pss, rss)))


def _cpu(process: int) -> float:
    """Seconds of CPU of a process with all its threads."""
    _, _, rest = _read(_PROC / str(process) / "stat").rpartition(") ")
    fields = rest.split()
    return (int(fields[11]) + int(fields[12])) / _TICKS if fields else 0.0


def _machine() -> float:
    """Seconds in which any CPU was busy, or wanted to be and was not let; what serves interrupts is nobody's."""
    user, nice, system, _idle, _wait, _irq, _softirq, steal = map(int, _read(_PROC / "stat").split()[1:9])
    return (user + nice + system + steal) / _TICKS


def _spent(usage: resource.struct_rusage) -> float:
    return usage.ru_utime + usage.ru_stime


def _read(path: Path) -> str:
    """What the file says; nothing where the process has ended."""
    try:
        return path.read_text()
    except OSError:
        return ""
