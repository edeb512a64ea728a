"""How fast an importer reads a file and its structure is recovered, and how much memory that takes: one line of JSON.

python -m tests.bench.ours VERB FILE SECONDS      VERB: read (the importer alone), understand (the structure, too)
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from publisher.document import Document, Newsletter
from publisher.importers.bundle import import_bundle
from publisher.newsletter import recover
from tests.bench.peer import measure


def main() -> None:
    """Measures the file that the arguments name."""
    verb, path, seconds = sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])

    def read(data: bytes) -> Document:
        document = import_bundle({path.name: data})
        if not isinstance(document, Document):
            raise TypeError(f"{path.name} must be converted first")
        return document

    def understand(data: bytes) -> Newsletter:
        return recover(read(data))

    sys.stdout.write(
        json.dumps(measure({"read": read, "understood": understand}[verb], path.read_bytes(), seconds)) + "\n"
    )


if __name__ == "__main__":
    main()
