"""The HTML of a file as it will be published, with pictures by local path: `publisher render`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

from msgspec.structs import replace

from publisher.document import Newsletter
from publisher.importers.signatures import EXTENSIONS
from publisher.issue import Layout
from publisher.lint import Finding, lint
from publisher.preview.themes import choose, find_themes
from publisher.rendering import Piece, render


def write_preview(
    home: Path, newsletter: Newsletter, output: Path, theme: str, layout: str
) -> Iterator[tuple[Path, Piece, tuple[Finding, ...]]]:
    """Write OUT.html, OUT-2.html … and the pictures into OUT.assets/; yields each file with its article and what the
    linter finds in it.

    Unpublishable when it cannot fit the platform's limits; WrongMove for an unknown theme.
    """
    chosen = choose(find_themes(home), theme).theme()
    addresses = {
        asset.fingerprint: _address(output, asset.fingerprint, asset.media_type) for asset in newsletter.assets
    }
    sizes = replace(newsletter, assets=tuple(replace(asset, data=b"") for asset in newsletter.assets))
    rendering = render(sizes, chosen, addresses, layout=cast("Layout", layout))
    for asset in newsletter.assets:
        path = output.parent / addresses[asset.fingerprint]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(asset.data)
    for number, piece in enumerate(rendering.pieces, 1):
        path = output if number == 1 else output.with_name(f"{output.stem}-{number}{output.suffix}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(piece.content, encoding="utf-8")
        yield path, piece, lint(piece.content)


def _address(output: Path, fingerprint: str, media_type: str) -> str:
    return f"{output.stem}.assets/{fingerprint[:16]}.{EXTENSIONS[media_type]}"
