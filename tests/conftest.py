"""Fixtures for everybody."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from tests.scene import Scene, Stage
    from tests.world import World

# The same examples each time, so that a change is judged by what it changes; `make nightly` looks for new ones.
settings.register_profile(
    "quick", max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("nightly", max_examples=2000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

_MATRIX = "test_kill_matrix.py::test_killed"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures that tests recorded (`record_property("figures", …)`), whichever process ran them, and how many
    deaths the run has seen.
    """
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.getreports(outcome)]
    for report in reports:
        for name, value in report.user_properties:
            if name == "figures" and report.when == "call":
                terminalreporter.write_line(str(value))
    killed = [report for report in terminalreporter.getreports("passed") if _MATRIX in report.nodeid]
    if killed:
        seconds = sum(report.duration for report in killed)
        terminalreporter.write_line(f"kill matrix: {len(killed)} cases, {seconds:.0f} s of work")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A workspace, the sandbox, and a clock that the test turns."""
    from tests.world import running_world

    with running_world(tmp_path) as made:
        yield made


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """A platform and a nursery of worker processes."""
    from tests.scene import open_stage, quick_folder

    with quick_folder() as folder, open_stage(folder) as made:
        yield made


@pytest.fixture
def scene(stage: Stage) -> Iterator[Scene]:
    """A workspace whose workers are real processes that can be killed and paused."""
    from tests.scene import open_scene, quick_folder

    with quick_folder() as folder:
        yield open_scene(folder, stage)
