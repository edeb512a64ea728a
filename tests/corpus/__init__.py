"""Small documents, one per thing that an importer must do, with what it must give: golden/, by `tests.dump`."""

from __future__ import annotations

from pathlib import Path

GOLDEN = Path(__file__).parent / "golden"
WRITTEN = [
    path
    for folder in ("text", "html", "markdown")
    for path in sorted((Path(__file__).parent / folder).iterdir())
    if not path.name.startswith(".")
]
"""Files as the real programs write them; those of Word are made by program (`docx`)."""
