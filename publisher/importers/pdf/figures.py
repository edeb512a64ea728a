"""Figures: pictures, and drawings made of lines, as parts of a page that are cut out whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from publisher.importers.pdf.lines import Line
from publisher.importers.pdf.sheet import Area, Sheet, hull

_SMALLEST: Final = 24.0
"""Points; what is smaller is a bullet or a line's ornament."""
_LOWEST: Final = 36.0
_CLOSE: Final = 12.0
_BESIDE: Final = 48.0
_BEHIND: Final = 0.6
"""Of a page; a picture that covers more, with text on it, is the page's background."""
_REPEATED: Final = 0.4
_MOST_SHAPES: Final = 3_000
_LABEL: Final = 20
_MOST_PIXELS: Final = 1080
_SHARPEST: Final = 4.0
"""Pixels a point at most for what is drawn: a small drawing is not blown up."""


@dataclass(frozen=True, slots=True)
class Cutting:
    """A part of a page that is a figure, so many pixels wide."""

    area: Area
    pixels: int


def repeated_images(sheets: Sequence[Sheet]) -> set[Area]:
    """Pictures that stand at the same place of many pages: a letterhead, a background."""
    places = Counter(_rounded(area) for sheet in sheets for area in {area for area, _ in sheet.images})
    often = {area for area, count in places.items() if count >= max(2, _REPEATED * len(sheets))}
    return {area for sheet in sheets for area, _ in sheet.images if len(sheets) > 2 and _rounded(area) in often}  # noqa: PLR2004 # of two pages, nothing is often


def find_figures(sheet: Sheet, lines: Sequence[Line], taken: Iterable[Area], left_out: set[Area]) -> list[Cutting]:
    """The figures of a page. `taken` are its tables, `left_out` pictures that are none."""
    page = Area(0, 0, sheet.width, sheet.height)
    tables = list(taken)
    images = [(_inside(area, page), wide) for area, wide in sheet.images if area not in left_out]
    shapes = [area for area in sheet.shapes[:_MOST_SHAPES] if not any(_covers(table, area) for table in tables)]
    drawn = [_inside(area, page) for area in shapes if not _is_rule(area, lines)]
    parts = [area for area, _ in images if not _is_tiny(area)] + drawn
    groups = _merged([area for area in parts if not _is_background(area, page, lines)])
    figures = _gathered([area for area in groups if _is_figure(area, lines)], lines)
    return [Cutting(area, _pixels(area, images)) for area in sorted(figures, key=lambda area: (area.top, area.left))]


def is_label(line: Line, figures: Sequence[Cutting]) -> bool:
    """Whether a line is part of a figure: it goes with the picture."""
    middle = (line.area.left + line.area.right) / 2, (line.area.top + line.area.bottom) / 2
    return any(figure.area.holds(*middle) for figure in figures)


def _merged(areas: Sequence[Area]) -> list[Area]:
    """Areas that overlap or nearly touch, as one each."""
    merged: list[Area] = []
    for area in sorted(areas):
        grown, apart = area, merged
        while True:
            near = [other for other in apart if other.meets(grown, _CLOSE)]
            if not near:
                break
            apart = [other for other in apart if not other.meets(grown, _CLOSE)]
            grown = hull([grown, *near])
        merged = [*apart, grown]
    return merged


def _gathered(figures: Sequence[Area], lines: Sequence[Line]) -> list[Area]:
    """Figures of which nothing but white is between them, as one: the parts of a diagram, pictures side by side."""
    found: list[Area] = []
    for figure in sorted(figures, key=lambda area: (area.top, area.left)):
        near = next((other for other in found if other.meets(figure, _BESIDE) and _belong(other, figure, lines)), None)
        if near:
            found.remove(near)
        found.append(hull([near, figure]) if near else figure)
    return found


def _belong(one: Area, other: Area, lines: Sequence[Line]) -> bool:
    whole = hull([one, other])
    side_by_side = min(one.bottom, other.bottom) - max(one.top, other.top) > min(one.height, other.height) / 2
    between = [
        line for line in lines if whole.meets(line.area) and not one.meets(line.area) and not other.meets(line.area)
    ]
    return side_by_side and not between


def _is_figure(area: Area, lines: Sequence[Line]) -> bool:
    """Whether something is drawn there, rather than a frame or a colour behind running text."""
    if area.height < _LOWEST or area.width < _LOWEST:
        return False
    inside = [line for line in lines if area.holds((line.x0 + line.x1) / 2, line.y - line.look.size / 3)]
    running = sum(len(line.text) for line in inside if _runs(line, area))
    return running < _LABEL or running * 2 < sum(len(line.text) for line in inside)


def _runs(line: Line, area: Area) -> bool:
    return line.area.width > area.width * 0.6 and len(line.text) > _LABEL // 2


def _is_rule(area: Area, lines: Sequence[Line]) -> bool:
    """Whether a thin line only underlines, or parts: it is no part of a drawing unless others are near."""
    return area.height < 3 and any(_underlines(area, line) for line in lines[:2_000])  # noqa: PLR2004 # points


def _underlines(area: Area, line: Line) -> bool:
    return line.x0 - 2 <= area.left and area.right <= line.x1 + 2 and 0 <= area.top - line.y < line.look.size / 2


def _is_tiny(area: Area) -> bool:
    return area.width < _SMALLEST and area.height < _SMALLEST


def _is_background(area: Area, page: Area, lines: Sequence[Line]) -> bool:
    large = area.width * area.height > _BEHIND * page.width * page.height
    return large and any(area.meets(line.area) for line in lines)


def _covers(table: Area, area: Area) -> bool:
    return table.holds((area.left + area.right) / 2, (area.top + area.bottom) / 2) or table.meets(area, 1)


def _inside(area: Area, page: Area) -> Area:
    return Area(
        min(max(area.left, 0), page.right), min(max(area.top, 0), page.bottom),
        max(min(area.right, page.right), 0), max(min(area.bottom, page.bottom), 0),
    )  # fmt: skip


def _pixels(area: Area, images: Sequence[tuple[Area, int]]) -> int:
    """As many as a reader's telephone shows; no more than the pictures in it have, unless it is drawn."""
    own = [wide * area.width / max(image.width, 1) for image, wide in images if area.meets(image)]
    most = max(own) if own else area.width * _SHARPEST
    return max(1, min(_MOST_PIXELS, round(max(most, area.width))))


def _rounded(area: Area) -> Area:
    return Area(*(round(value / 4) * 4.0 for value in area))
