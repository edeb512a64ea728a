"""Pictures made of lines and letters -> PNG: SVG, and the one-page PDF that an EMF or WMF was turned into."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final

from lxml import etree
from PIL import Image, ImageChops

from publisher.document import Note
from publisher.pictures.decoding import Remarks
from publisher.pictures.drawing import FAMILY, draw
from publisher.pictures.refusing import blank, guarded, hostile_svg, too_large

_SVG_BYTES: Final = 10_000_000
_PHONE: Final = 360
"""A picture as wide as a phone fills it, and is drawn as sharp as phones are; a smaller one keeps its size."""
_TALLEST: Final = 16_000
_DRAWN_PIXELS: Final = 18_000_000
_HELD_PIXELS: Final = 24_000_000
"""Of all the pictures that are written into an SVG."""

_REFERENCES: Final = frozenset({"href", "src"})
_PICTURE: Final = re.compile(r"data:image/(?:png|jpe?g|gif|webp)(?:;[\w=-]+)*;base64,", re.IGNORECASE)
_HELD_FORMATS: Final = ("PNG", "JPEG", "GIF", "WEBP")
_OUTSIDE: Final = re.compile(r"""@import[^;]*;?|url\(\s*+(?!["']?#)[^)]*\)?""", re.IGNORECASE)
_FAMILY: Final = re.compile(r"(\bfont(?:-family)?\s*:[^;}!]*[^;}!\s])", re.IGNORECASE)
_LENGTH: Final = re.compile(r"\s*(\d*\.?\d+(?:e[+-]?\d+)?)\s*(px|pt|pc|mm|cm|in|)\s*", re.IGNORECASE)
_DIGITS: Final = 40
"""Of a number that a program would write; more would only cost time."""
_PIXELS_PER: Final = {"": 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}

_PDF_SCALE: Final = 4.0
_BORDER: Final = 8
"""How far from white is still the paper, and the pixels of it that stay around what is drawn."""


def from_svg(data: bytes, name: str, width: int, remarks: Remarks) -> bytes:
    """The PNG of an SVG, at most `width` wide. Unreadable if it is none, or holds what no honest picture needs."""
    root = _parse(data, name)
    if _clean(root, name):
        text = f"SVG 图片「{name}」里引用的外部文件或嵌入的网页文字没有画出，请核对；需要时请导出为 PNG 后重新投放。"
        remarks.append(Note("picture-svg-reduced", text))
    box = _box(root, width)
    try:
        drawn = draw(etree.tostring(root, encoding="unicode", with_tail=False), *box)
    except OSError as error:
        raise hostile_svg(name, str(error)) from error
    with Image.open(BytesIO(drawn)) as image:
        if image.getchannel("A").getbbox() is None:
            raise blank(name)
    return drawn


def from_pdf(data: bytes, name: str) -> bytes:
    """The PNG of the first page of a PDF, without the white around it. Unreadable if nothing is on it."""
    with guarded(name):
        page = _first_page(data)
        ink = ImageChops.difference(page, Image.new("RGB", page.size, "white")).convert("L")
        box = ink.point(lambda value: 255 * (value > _BORDER)).getbbox()
        if box is None:
            raise blank(name)
        left, top, right, bottom = box
        # crop() gives black for what is outside of the page.
        kept = (
            max(0, left - _BORDER),
            max(0, top - _BORDER),
            min(page.width, right + _BORDER),
            min(page.height, bottom + _BORDER),
        )
        buffer = BytesIO()
        page.crop(kept).save(buffer, "PNG", compress_level=1)
        return buffer.getvalue()


# ---------------------------------------------------------------------------- SVG


def _parse(data: bytes, name: str) -> etree._Element:
    if len(data) > _SVG_BYTES:
        raise hostile_svg(name, "more than 10 MB")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError("no XML") from error
    declared: Any = root.getroottree().docinfo.internalDTD  # the stubs know nothing of its entities
    if declared is not None and any(True for _ in declared.iterentities()):
        raise hostile_svg(name, "declares entities")
    if _local(root.tag) != "svg":
        raise ValueError("no SVG")
    return root


def _clean(root: etree._Element, name: str) -> bool:
    """Takes out whatever is outside the file, and gives every text a font with Chinese; whether something is lost."""
    lost, pixels = False, 0
    for element in root.iter():
        lost = lost or _local(element.tag) == "foreignObject"
        if element.text and _local(element.tag) == "style":
            element.text = _clean_css(element.text)
        for key, value in [(str(key), str(value)) for key, value in element.attrib.items()]:
            held = _held_pixels(value) if _local(key) in _REFERENCES else 0
            pixels += max(0, held)
            if held < 0:
                lost = True
                del element.attrib[key]
            elif key == "font-family":
                element.set(key, f"{value}, {FAMILY}")
            elif _local(key) not in _REFERENCES:
                element.set(key, _clean_css(value))
    if pixels > _HELD_PIXELS:
        raise too_large(name, most=_HELD_PIXELS)
    return lost


def _clean_css(text: str) -> str:
    return _FAMILY.sub(rf"\1, {FAMILY}", _OUTSIDE.sub("none", text))


def _held_pixels(reference: str) -> int:
    """The pixels of a picture that is written into the file, 0 for a place in the file, -1 for anything else."""
    if reference.lstrip().startswith("#"):
        return 0
    head = _PICTURE.match(reference)
    if not head:
        return -1
    try:
        with Image.open(BytesIO(base64.b64decode(reference[head.end() :])), formats=_HELD_FORMATS) as image:
            return image.width * image.height
    except (OSError, SyntaxError, ValueError):
        return -1


def _local(tag: object) -> str:
    """The name without its namespace; "" for an entity, which is no element."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _box(root: etree._Element, width: int) -> tuple[int, int]:
    """The pixels to draw: as many as the file says, but a picture as wide as a phone gets all of `width`."""
    wide, high = _natural_size(root)
    if not wide or not high:
        return width, _TALLEST
    shown = width if wide >= _PHONE else max(1, round(wide))
    scale = min(shown / wide, _TALLEST / high, math.sqrt(_DRAWN_PIXELS / wide / high))
    return max(1, round(wide * scale)), max(1, round(high * scale))


def _natural_size(root: etree._Element) -> tuple[float, float]:
    """Width and height as the root says, else those of its viewBox, else zeros."""
    view = [*_numbers(str(root.get("viewBox", "")))]
    inner = (view[2], view[3]) if len(view) == 4 else (0.0, 0.0)  # noqa: PLR2004 - x, y, width, height
    given = (_pixels(str(root.get("width", ""))), _pixels(str(root.get("height", ""))))
    if all(given) or not all(inner):
        return given if all(given) else inner
    if given[0]:
        return given[0], given[0] * inner[1] / inner[0]
    return (given[1] * inner[0] / inner[1], given[1]) if given[1] else inner


def _numbers(text: str) -> Iterator[float]:
    for word in re.split(r"[\s,]+", text.strip()):
        found = _LENGTH.fullmatch(word[:_DIGITS].lstrip("-"))
        if found and not found[2]:
            yield min(float(found[1]), 1e9)


def _pixels(text: str) -> float:
    """A length in pixels, 0 where it is none or depends on the page."""
    found = _LENGTH.fullmatch(text[:_DIGITS])
    return min(float(found[1]) * _PIXELS_PER[found[2].lower()], 1e9) if found else 0.0


# ---------------------------------------------------------------------------- PDF


def _first_page(data: bytes) -> Image.Image:
    from pypdfium2 import PdfDocument

    document = PdfDocument(data)
    try:
        page = document[0]
        wide, high = page.get_size()
        scale = min(_PDF_SCALE, math.sqrt(_DRAWN_PIXELS / max(1.0, wide * high)))
        drawn: Image.Image = page.render(scale=scale).to_pil()
        return drawn.convert("RGB")
    finally:
        document.close()
