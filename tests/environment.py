"""The environment of processes that tests start."""

from __future__ import annotations

from collections.abc import Mapping


def unmeasured(environment: Mapping[str, str]) -> dict[str, str]:
    """One for a process whose coverage is not measured: that takes each as long again."""
    return {name: value for name, value in environment.items() if not name.startswith("COV")}
