"""The pictures of the specimen, drawn: hills in the mist, and a chart."""

from __future__ import annotations

import math
from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw, ImageFont

_WIDTH, _HEIGHT = 720, 405
_SKY, _MIST = (236, 241, 236), (214, 226, 218)
_HILLS: Final = (
    (210, 30, 150, (176, 200, 184)),
    (255, 26, 110, (128, 168, 142)),
    (305, 22, 85, (82, 134, 102)),
    (350, 16, 60, (46, 98, 70)),
)
"""Of each range, far to near: its height on the picture, how much it waves, how wide, its colour."""
_SHARES: Final = {"2021": 18, "2022": 22, "2023": 27, "2024": 31, "2025": 37, "2026": 42}
_INK, _LINE, _BAR, _LAST = (80, 84, 90), (222, 225, 229), (150, 178, 190), (46, 98, 120)


def draw_hills() -> bytes:
    """A PNG of a tea garden in the morning."""
    canvas = Image.new("RGB", (_WIDTH, _HEIGHT), _SKY)
    draw = ImageDraw.Draw(canvas)
    draw.ellipse((520, 60, 590, 130), fill=(244, 214, 170))
    for number, (level, swing, length, color) in enumerate(_HILLS):
        ridge = [(x, _ridge(x, level, swing, length, number)) for x in range(0, _WIDTH + 8, 8)]
        draw.polygon([(0, _HEIGHT), *ridge, (_WIDTH, _HEIGHT)], fill=color)
        if number < len(_HILLS) - 1:
            draw.rounded_rectangle((90 * number, level + 34, 90 * number + 380, level + 42), 4, fill=_MIST)
    return _png(canvas)


def draw_chart() -> bytes:
    """A PNG of a bar chart, its last bar in a stronger colour."""
    canvas = Image.new("RGB", (_WIDTH, _HEIGHT), (255, 255, 255))
    draw = ImageDraw.Draw(canvas)
    font = ImageFont.load_default(20)
    bottom, scale = 350, 6.4
    for share in range(0, 50, 10):
        y = bottom - share * scale
        draw.line((70, y, 690, y), fill=_LINE, width=1)
        draw.text((56, y), f"{share}%", fill=_INK, font=font, anchor="rm")
    for number, (year, share) in enumerate(_SHARES.items()):
        left, top = 100 + number * 100, bottom - share * scale
        draw.rectangle((left, top, left + 56, bottom), fill=_LAST if year == max(_SHARES) else _BAR)
        draw.text((left + 28, top - 8), f"{share}%", fill=_INK, font=font, anchor="mb")
        draw.text((left + 28, bottom + 12), year, fill=_INK, font=font, anchor="mt")
    return _png(canvas)


def _ridge(x: int, level: int, swing: int, length: int, number: int) -> float:
    return level + swing * math.sin(x / length + number * 2) + swing / 3 * math.sin(x / length * 2.7 + number)


def _png(canvas: Image.Image) -> bytes:
    buffer = BytesIO()
    canvas.quantize(64).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
