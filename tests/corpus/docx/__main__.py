"""Writes the Word corpus into a folder, and what is read from it now as its goldens: look before committing."""

from __future__ import annotations

import sys
from pathlib import Path

from publisher.importers.docx import import_docx
from tests.corpus.docx import ITEMS
from tests.corpus.docx.shelf import GOLDEN
from tests.corpus.dump import dump


def main() -> None:
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for name, make in ITEMS.items():
        data = make()
        for folder in sys.argv[1:]:
            (Path(folder) / f"{name}.docx").write_bytes(data)
        (GOLDEN / f"{name}.txt").write_text(dump(import_docx(data, f"{name}.docx")), encoding="utf-8")


if __name__ == "__main__":
    main()
