"""The colours that editors give their text, made readable by day and by night."""

from __future__ import annotations

import colorsys
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from publisher.lint.dark import appearance
from publisher.rendering.tree import Element, serialise

CONTRAST: Final = 4.5
"""The least contrast of a text with its ground (WCAG AA), in light mode and as dark mode converts it."""
PAGE: Final = "#fff"
"""What an article stands on where nothing else lies beneath it."""
_MARGIN: Final = 0.3
_STEP: Final = 0.01
_BLUES: Final = (220 / 360, 260 / 360)
_TOWARDS_CYAN: Final = 25 / 360
_WHITE: Final = 0.97
_BLACK: Final = 0x38


@lru_cache(maxsize=256)
def legible(color: str, ground: str = PAGE) -> str:
    """The colour ("#rrggbb") as it can be read on a ground, its hue kept and its lightness lowered as far as must be;
    "" for what is as good as black, which is the theme's to colour, or white, which was made for a ground that is gone,
    and where no such colour can be read on this one.
    """
    hue, lightness, saturation = colorsys.rgb_to_hls(*(int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)))
    if lightness >= _WHITE:
        return ""
    for candidate in _nearby(hue, lightness, saturation):
        if least_contrast(candidate, ground) >= CONTRAST + _MARGIN:
            return "" if max(int(candidate[at : at + 2], 16) for at in (1, 3, 5)) <= _BLACK else candidate
    return ""


@lru_cache(maxsize=1024)
def least_contrast(color: str, ground: str = PAGE) -> float:
    """The lesser of the contrasts of a text with its ground by day and by night."""
    text = Element("span", ("字",), f"color:{color}")
    (run,) = appearance(serialise((Element("p", (text,), f"background:{ground}"),)))
    return min(run.light.contrast, run.dark.contrast)


def _nearby(hue: float, lightness: float, saturation: float) -> Iterator[str]:
    """Ever darker colours of the hue; of blue, which is dark however light it is, also what lies towards cyan."""
    hues = (hue, hue - _TOWARDS_CYAN) if _BLUES[0] <= hue <= _BLUES[1] else (hue,)
    while lightness > 0:
        for candidate in hues:
            channels = colorsys.hls_to_rgb(candidate, lightness, saturation)
            yield "#{:02x}{:02x}{:02x}".format(*(round(channel * 255) for channel in channels))
        lightness -= _STEP
