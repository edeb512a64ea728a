"""An SVG that refers to nothing outside itself -> PNG, drawn by a child process with limits (`resvg`)."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

FAMILY: Final = "Noto Sans CJK SC"
"""The font that comes with the program, in which Chinese is drawn wherever the wanted font is not there."""

_FONT: Final = files("publisher").joinpath("rendering", "fonts", "NotoSansCJKsc-Bold-GBK.otf")
_PROGRAM: Final = Path(__file__).with_name("resvg.py")
_SECONDS: Final = 2
"""Of work: an honest chart takes a tenth of one."""
_PATIENCE: Final = 20.0
"""Seconds by the wall clock, on a busy machine."""
_MEMORY: Final = 512 * 1024 * 1024


def draw(svg: str, width: int, height: int) -> bytes:
    """The PNG, of the width or the height of a box. OSError if it cannot be drawn within the limits."""
    with as_file(_FONT) as font:
        request = {"svg": svg, "width": width, "height": height, "font": str(font), "family": FAMILY}
        question = json.dumps(request | {"seconds": _SECONDS, "memory": _MEMORY}).encode()
        command = [sys.executable, "-I", "-X", "utf8", str(_PROGRAM)]
        try:
            done = subprocess.run(  # noqa: S603 # our own program in our own interpreter
                command, input=question, capture_output=True, timeout=_PATIENCE, check=False
            )
        except subprocess.TimeoutExpired:
            raise OSError("resvg gave no answer") from None
    if done.returncode or not done.stdout:
        last = (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no word"])[-1]
        raise OSError(f"resvg ended by {done.returncode}: {last[:200]}")
    return done.stdout
