from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hostile_files import MEMORY, SECONDS

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("suffix", [".txt", ".md", ".html"])
def test_a_hostile_text_costs_seconds_and_little_memory(suffix: str) -> None:
    """The limits are of processor time, so that a busy machine fails nobody."""
    command = [sys.executable, "-m", "tests.hostile_files", suffix]
    # A bare environment: measuring coverage in the child would take most of its time.
    done = subprocess.run(command, cwd=ROOT, env={"LANG": "C.UTF-8"}, capture_output=True, text=True, check=True)
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(results) > 10
    for result in results:
        assert result["outcome"].startswith(("read", "refused")), result
        assert result["seconds"] < SECONDS, result
        assert result["megabytes"] * 1024 * 1024 < MEMORY, result
