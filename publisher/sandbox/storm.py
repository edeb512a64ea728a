"""Trouble by chance: a share of all calls fails, each in one of many ways.

The kinds are those of `faults`, and errcodes, written as numbers. What becomes of the n-th call of a path depends on
the seed alone, whatever else is called in between.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from .faults import AFTER, BEFORE, Fault

ERRCODES = ("-1", "40001", "45009", "45011")
KINDS: Mapping[str, float] = MappingProxyType(dict.fromkeys([*sorted((BEFORE | AFTER) - {"errcode"}), *ERRCODES], 1.0))
"""How often each kind comes, in proportion to the others, unless the order says otherwise."""


@dataclass(slots=True)
class Storm:
    """Of the calls of `path` (a final * matches any ending) the share `chance` fails; silences last `seconds`."""

    path: str = "/cgi-bin/*"
    chance: float = 0.0
    seed: int = 0
    seconds: float = 1.0
    kinds: Mapping[str, float] = field(default_factory=lambda: KINDS)
    _calls: Counter[str] = field(default_factory=Counter)

    def strike(self, path: str) -> Fault | None:
        """The fault that meets this call; None if it goes well."""
        if not Fault(self.path, "").concerns(path):
            return None
        self._calls[path] += 1
        fate = random.Random(f"{self.seed} {path} {self._calls[path]}")  # noqa: S311 -- to be repeated, not secret
        if fate.random() >= self.chance:
            return None
        kind = fate.choices(list(self.kinds), list(self.kinds.values()))[0]
        if is_errcode(kind):
            return Fault(path, "errcode", int(kind))
        return Fault(path, kind, seconds=self.seconds)


def is_errcode(kind: str) -> bool:
    """Whether a kind is an errcode, written as a number."""
    return kind.removeprefix("-").isdecimal()
