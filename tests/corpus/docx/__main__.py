"""Writes the Word files of the corpus into a folder, to be opened in Word, WPS or LibreOffice."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.corpus.docx import ITEMS

for name, make in ITEMS.items():
    (Path(sys.argv[1]) / f"{name}.docx").write_bytes(make())
