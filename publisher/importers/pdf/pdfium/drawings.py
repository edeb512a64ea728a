"""What is drawn on a page: lines, shapes and pictures, as far as a newsletter may have drawings."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

import pypdfium2.raw as pdfium

from publisher.importers.pdf.pdfium.frame import Frame
from publisher.importers.pdf.sheet import Area

_MOST_OBJECTS: Final = 20_000
_MOST_PIXELS: Final = 64_000_000
_CROWDED: Final = _MOST_OBJECTS + 1
_DEEPEST_FORM: Final = 4
_CORNERS: Final = range(4, 7)
"""Segments of a path that is a frame, its last corner closed or not."""
_THIN: Final = 3.0
"""Points; what is drawn thinner is a line."""


@dataclass(slots=True)
class Drawn:
    """Lines and the borders of frames, all shapes, and pictures with their width in pixels."""

    strokes: list[Area] = field(default_factory=list)
    shapes: list[Area] = field(default_factory=list)
    images: list[tuple[Area, int]] = field(default_factory=list)
    left: int = _MOST_OBJECTS


_Place = Callable[[float, float, float, float], Area]


def find_drawings(page: Any, frame: Frame) -> Drawn:
    """What is drawn on a page, as far as a newsletter may have drawings."""
    drawn = Drawn()
    objects = (pdfium.FPDFPage_GetObject(page, number) for number in range(pdfium.FPDFPage_CountObjects(page)))
    _collect(objects, drawn, frame.area, 0)
    return drawn


def _collect(objects: Iterator[Any], drawn: Drawn, place: _Place, depth: int) -> None:
    for found in objects:
        match pdfium.FPDFPageObj_GetType(found):
            case pdfium.FPDF_PAGEOBJ_PATH:
                _take_path(found, drawn, place)
            case pdfium.FPDF_PAGEOBJ_SHADING:
                drawn.shapes.append(place(*_bounds(found)))
            case pdfium.FPDF_PAGEOBJ_IMAGE:
                wide, high = ctypes.c_uint(), ctypes.c_uint()
                pdfium.FPDFImageObj_GetImagePixelSize(found, wide, high)
                drawn.images.append((place(*_bounds(found)), wide.value))
                drawn.left -= _CROWDED if wide.value * high.value > _MOST_PIXELS else 0
            case pdfium.FPDF_PAGEOBJ_FORM if depth < _DEEPEST_FORM:
                count = max(0, pdfium.FPDFFormObj_CountObjects(found))
                inner = (pdfium.FPDFFormObj_GetObject(found, number) for number in range(count))
                _collect(inner, drawn, _inside(found, place), depth + 1)
            case _:
                continue
        drawn.left -= 1
        if drawn.left < 0:
            return


def _inside(form: Any, place: _Place) -> _Place:
    """Places of what a form holds: it has coordinates of its own."""
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(form, matrix)

    def inner(left: float, bottom: float, right: float, top: float) -> Area:
        corners = [(x, y) for x in (left, right) for y in (bottom, top)]
        xs = [matrix.a * x + matrix.c * y + matrix.e for x, y in corners]
        ys = [matrix.b * x + matrix.d * y + matrix.f for x, y in corners]
        return place(min(xs), min(ys), max(xs), max(ys))

    return inner


def _bounds(found: Any) -> tuple[float, float, float, float]:
    values = [ctypes.c_float() for _ in range(4)]
    pdfium.FPDFPageObj_GetBounds(found, *values)
    left, bottom, right, top = (value.value for value in values)
    return left, bottom, right, top


def _take_path(path: Any, drawn: Drawn, place: _Place) -> None:
    """A path that is seen: a line, or the four borders of a frame, or a shape."""
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(path, fill, stroke)
    if not fill.value and not stroke.value:
        return
    area = place(*_bounds(path))
    if min(area.width, area.height) <= _THIN:
        drawn.strokes.append(area)
    elif stroke.value and _is_frame(path):
        drawn.strokes += _borders(area)
    drawn.shapes.append(area)


def _is_frame(path: Any) -> bool:
    """Whether a path consists of lines along the axes only."""
    count = pdfium.FPDFPath_CountSegments(path)
    if count not in _CORNERS:
        return False
    x, y, points = ctypes.c_float(), ctypes.c_float(), []
    for number in range(count):
        segment = pdfium.FPDFPath_GetPathSegment(path, number)
        if pdfium.FPDFPathSegment_GetType(segment) == pdfium.FPDF_SEGMENT_BEZIERTO:
            return False
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        points.append((x.value, y.value))
    return all(min(abs(one[0] - other[0]), abs(one[1] - other[1])) < 1 for one, other in pairwise(points))


def _borders(area: Area) -> tuple[Area, ...]:
    left, top, right, bottom = area
    return (
        Area(left, top, right, top),
        Area(left, bottom, right, bottom),
        Area(left, top, left, bottom),
        Area(right, top, right, bottom),
    )
