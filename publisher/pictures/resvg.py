"""Draws one SVG, as a program of its own: a few lines of SVG can ask for hours or for the whole memory, and resvg
ends its process when memory is short. It reads a request on standard input and writes a PNG.

It is run by its path and imports nothing of the house, so that it starts at once.
"""

from __future__ import annotations

import json
import resource
import sys

from resvg_py import svg_to_bytes


def main() -> None:
    """Draw what is asked for, into the box of `width` and `height`, within `seconds` of work and `memory` bytes."""
    request = json.load(sys.stdin.buffer)
    for what, most in (
        (resource.RLIMIT_CPU, request["seconds"]),
        (resource.RLIMIT_AS, request["memory"]),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (least, least))
    family = request["family"]
    drawn = svg_to_bytes(
        svg_string=request["svg"],
        width=request["width"],
        height=request["height"],
        dpi=96,  # without it, sizes in inches, points and centimetres are refused
        font_files=[request["font"]],
        font_family=family,
        serif_family=family,
        sans_serif_family=family,
        cursive_family=family,
        fantasy_family=family,
        monospace_family=family,
    )
    sys.stdout.buffer.write(drawn)


if __name__ == "__main__":
    main()
