"""How fast we convert a Markdown file with its pictures to the draft's HTML, and that HTML: one line of JSON.

python -m tests.bench.page FILE SECONDS
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from publisher.document import Document
from publisher.errors import Unpublishable
from publisher.importers.bundle import import_bundle
from publisher.newsletter import recover
from publisher.rendering import placeholder_addresses, render, shipped_themes
from publisher.rendering.theme import parse_theme
from tests.bench.page_peer import measure_page


def main() -> None:
    """Measures the file that the arguments name; ends with the reason where we refuse it."""
    path, seconds = Path(sys.argv[1]), float(sys.argv[2])
    files = {each.name: each.read_bytes() for each in path.parent.iterdir() if each.suffix in {path.suffix, ".png"}}
    theme = parse_theme("official", shipped_themes()["official"])

    def convert() -> str:
        document = import_bundle(files)
        if not isinstance(document, Document):
            raise TypeError(f"{path.name} must be converted first")
        newsletter = recover(document)
        return "".join(piece.content for piece in render(newsletter, theme, placeholder_addresses(newsletter)).pieces)

    try:
        sys.stdout.write(json.dumps(measure_page(convert, seconds)) + "\n")
    except Unpublishable as error:
        sys.exit(f"refused: {error}")


if __name__ == "__main__":
    main()
