"""The ground of a cover: one ornament for each border-style that a theme's role `cover` may have.

Ornaments fade out towards the middle: the text in the central square stands on the plain ground.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from PIL import Image, ImageChops, ImageDraw

from publisher.rendering.lettering import SCALE
from publisher.rendering.palette import Palette, channels, shades

WIDTH, HEIGHT = 900, 383

_SIDE: Final = (WIDTH - HEIGHT) // 2
_EDGE: Final = 14
Box = tuple[float, float, float, float]


def ground(colors: Palette) -> Image.Image:
    """The cover without its text, SCALE times as large; an ornament that is not known is a plain frame."""
    return _painted(colors).copy()


@lru_cache(maxsize=4)
def _painted(colors: Palette) -> Image.Image:
    # Most of the work on a cover, and the same for every issue in a theme; six megabytes each.
    size = (WIDTH * SCALE, HEIGHT * SCALE)
    shade = Image.linear_gradient("L").resize(size)
    top, bottom = (Image.new("RGB", size, channels(color)) for color in shades(colors))
    canvas = Image.composite(bottom, top, shade)
    draw = ORNAMENTS.get(colors.ornament, _draw_frame)
    draw(canvas, channels(colors.accent))
    return canvas


# ---------------------------------------------------------------------------- strokes

Ink = tuple[int, int, int]


class _Layer:
    """A drawing in one colour, as a mask: strokes in pixels of the finished cover, `strength` from 0 to 1."""

    def __init__(self) -> None:
        self._mask = Image.new("L", (WIDTH * SCALE, HEIGHT * SCALE))
        self._draw = ImageDraw.Draw(self._mask)

    def disc(self, x: float, y: float, radius: float, strength: float) -> None:
        self._draw.ellipse(_scaled((x - radius, y - radius, x + radius, y + radius)), fill=_grey(strength))

    def ring(self, x: float, y: float, radius: float, strength: float, stroke: float = 1) -> None:
        box = _scaled((x - radius, y - radius, x + radius, y + radius))
        self._draw.ellipse(box, outline=_grey(strength), width=round(stroke * SCALE))

    def frame(self, inset: float, strength: float, stroke: float = 1) -> None:
        box = _scaled((inset, inset, WIDTH - inset, HEIGHT - inset))
        inner = (box[0], box[1], box[2] - 1, box[3] - 1)
        self._draw.rectangle(inner, outline=_grey(strength), width=round(stroke * SCALE))

    def bar(self, box: Box, strength: float) -> None:
        left, top, right, bottom = _scaled(box)
        self._draw.rectangle((left, top, right - 1, bottom - 1), fill=_grey(strength))

    def line(self, points: list[tuple[float, float]], strength: float, stroke: float = 1) -> None:
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        self._draw.line(scaled, fill=_grey(strength), width=round(stroke * SCALE), joint="curve")

    def shape(self, points: list[tuple[float, float]], strength: float) -> None:
        self._draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=_grey(strength))

    def lay(self, canvas: Image.Image, ink: Ink) -> None:
        """Put the drawing onto the canvas as it is."""
        canvas.paste(ink, (0, 0), self._mask)

    def lay_aside(self, canvas: Image.Image, ink: Ink) -> None:
        """Put the drawing onto the canvas, whole at the sides, gone before the central square."""
        canvas.paste(ink, (0, 0), ImageChops.multiply(self._mask, _faded()))


def _scaled(box: Box) -> Box:
    left, top, right, bottom = (value * SCALE for value in box)
    return left, top, right, bottom


def _grey(strength: float) -> int:
    return round(255 * strength)


def _faded() -> Image.Image:
    """White at both sides, black in the middle."""
    row = Image.new("L", (WIDTH, 1))
    away = (min(x, WIDTH - 1 - x) for x in range(WIDTH))
    row.putdata([round(255 * _eased((_SIDE - 6 - x) / (_SIDE * 0.75))) for x in away])
    return row.resize((WIDTH * SCALE, HEIGHT * SCALE), Image.Resampling.BILINEAR)


def _eased(share: float) -> float:
    """A way from 0 to 1 that begins and ends softly."""
    return (1 - math.cos(math.pi * min(1.0, max(0.0, share)))) / 2


# ---------------------------------------------------------------------------- ornaments


def _draw_frame(canvas: Image.Image, accent: Ink) -> None:
    """A thin frame, and two quiet glows in opposite corners."""
    glow = _Layer()
    for x, y, radius, strength in ((20, 360, 230, 0.05), (0, 400, 150, 0.1)):
        glow.disc(x, y, radius, strength)
        glow.disc(WIDTH - x, HEIGHT - y, radius, strength)
    glow.lay_aside(canvas, accent)
    frame = _Layer()
    frame.frame(_EDGE, 0.5)
    frame.lay(canvas, accent)


def _draw_bands(canvas: Image.Image, accent: Ink) -> None:
    """Bands with double rules at top and bottom, and rays from below: the head of an official paper."""
    rays = _Layer()
    for number in range(0, 36, 2):
        first, second = (math.pi * (number + step) / 36 for step in (0, 1))
        ends = [(WIDTH / 2 + 900 * math.cos(turn), HEIGHT - 900 * math.sin(turn)) for turn in (first, second)]
        rays.shape([(WIDTH / 2, HEIGHT), *ends], 0.13)
    rays.lay_aside(canvas, accent)
    bands = _Layer()
    for top, height, strength in ((0, 10, 0.85), (14, 2, 0.85)):
        bands.bar((0, top, WIDTH, top + height), strength)
        bands.bar((0, HEIGHT - top - height, WIDTH, HEIGHT - top), strength)
    bands.lay(canvas, accent)


_HILLS: Final = ((262, 40, 410, 0.4, 0.14), (302, 30, 300, 2.1, 0.18), (340, 20, 230, 4.4, 0.24))
"""From back to front: height of the ridge, its swing, its length, where it begins, its strength."""


def _draw_hills(canvas: Image.Image, accent: Ink) -> None:
    """A moon over three rows of hills, and no frame: quiet, for long reads."""
    moon = _Layer()
    moon.disc(786, 92, 42, 0.5)
    moon.lay(canvas, accent)
    for base, swing, length, start, strength in _HILLS:
        hills = _Layer()
        ridge = [(x, base - swing * math.sin(start + x / length * math.tau)) for x in range(0, WIDTH + 6, 6)]
        hills.shape([(0.0, HEIGHT + 1.0), *ridge, (WIDTH + 1.0, HEIGHT + 1.0)], strength)
        hills.lay_aside(canvas, accent)


def _draw_waves(canvas: Image.Image, accent: Ink) -> None:
    """Rows of overlapping waves at both sides, and a frame with cut corners: festive."""
    waves, radius = _Layer(), 34
    for row in range(-1, 2 * HEIGHT // radius):
        for place in range(-1, WIDTH // (2 * radius) + 2):
            x, y = (place * 2 + row % 2) * radius, row * radius / 2 + radius
            waves.disc(x, y, radius, 0)  # hides what is behind: each wave overlaps the row above
            for share, strength in ((1.0, 0.62), (0.72, 0.5), (0.44, 0.4)):
                waves.ring(x, y, radius * share, strength, 1.4)
    waves.lay_aside(canvas, accent)
    frame, corner = _Layer(), 16
    for inset, strength, stroke in ((10, 0.9, 2.0), (17, 0.6, 1.0)):
        frame.line(_cut_corners(inset, corner), strength, stroke)
    frame.lay(canvas, accent)


def _cut_corners(inset: float, corner: float) -> list[tuple[float, float]]:
    left, top, right, bottom = inset, inset, WIDTH - inset, HEIGHT - inset
    return [
        *((left + corner, top), (right - corner, top), (right - corner, top + corner), (right, top + corner)),
        *((right, bottom - corner), (right - corner, bottom - corner), (right - corner, bottom)),
        *((left + corner, bottom), (left + corner, bottom - corner), (left, bottom - corner)),
        *((left, top + corner), (left + corner, top + corner), (left + corner, top)),
    ]


def _draw_chart(canvas: Image.Image, accent: Ink) -> None:
    """A fine grid, columns that rise at both sides and a line over them: for figures and markets."""
    grid = _Layer()
    for x in range(0, WIDTH + 1, 36):
        grid.bar((x, 0, x + 1, HEIGHT), 0.2)
    for y in range(23, HEIGHT, 36):
        grid.bar((0, y, WIDTH, y + 1), 0.2)
    grid.lay_aside(canvas, accent)
    chart = _Layer()
    heights = (52, 84, 70, 118, 104, 160)
    for number, height in enumerate(heights):
        for left in (24 + number * 36, WIDTH - 24 - 6 * 36 + number * 36):
            chart.bar((left + 8, HEIGHT - 40 - height, left + 28, HEIGHT - 40), 0.42)
    for start in (24, WIDTH - 24 - 6 * 36):
        tops = [(start + number * 36 + 18.0, HEIGHT - 66.0 - height) for number, height in enumerate(heights)]
        chart.line(tops, 0.9, 2.4)
        for across, down in tops:
            chart.disc(across, down, 4.5, 0.9)
    chart.lay(canvas, accent)
    rules = _Layer()
    rules.bar((0, HEIGHT - 8, WIDTH, HEIGHT), 0.9)
    rules.lay(canvas, accent)


ORNAMENTS: Final[Mapping[str, Callable[[Image.Image, Ink], None]]] = MappingProxyType(
    {
        "solid": _draw_frame,
        "double": _draw_waves,
        "none": _draw_hills,
        "dashed": _draw_chart,
        "groove": _draw_bands,
    }
)
"""What each border-style of a theme's role `cover` draws."""
