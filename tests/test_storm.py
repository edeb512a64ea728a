"""A minute of storm over ten accounts: nothing twice, nothing lost. `make storm` does ten minutes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.storm import PATIENCE, Plan, Storm


@pytest.mark.timeout(400)
def test_a_storm_of_faults_and_kills_doubles_nothing_and_loses_nothing(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    figures = Storm(tmp_path, Plan(seconds=60, issues=300)).run()
    record_property("figures", str(figures))
    assert figures.is_fine(PATIENCE), str(figures)
    # Otherwise it was no storm, and nothing is proved.
    assert figures.kills >= 5, str(figures)
    assert sum(figures.faults.values()) >= 20, str(figures)
