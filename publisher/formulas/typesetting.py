"""One formula, TeX or MathML -> a PNG, and where the line runs through it: ziamath sets it, resvg draws it.

This module is run as a program, in a child process with limits: a few characters of TeX can ask for hours.
"""

from __future__ import annotations

import importlib
import re
import signal
import sys
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import as_file, files
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from publisher.codec import pack, unpack
from publisher.confinement import confine, read_limits
from publisher.formulas.words import EM, Answer, Drawing, Formula, Question

if TYPE_CHECKING:
    from PIL import Image

INK: Final = "#333333"

_MARGIN: Final = 40
"""Around what ziamath takes for the formula's box: large signs stand out of it."""
_PADDING: Final = 6
"""White that stays around the ink: in dark mode, the formula stands on a white card."""
_PAPER: Final = 8
"""How far from white is still the paper."""
_COLORS: Final = 32
_WIDEST, _TALLEST = 45, 40
"""In em. What is wider than two phones would be shrunk to letters that nobody can read."""
_SECONDS: Final = 2.0
"""Of work for one formula: an honest one takes a fiftieth of a second."""
_MOST_SLOW: Final = 5
"""Formulas that may take all their time; after them, none is drawn."""

_INVISIBLE: Final = {ord(char): None for char in "\u200b\u2060\u2061\u2062\u2063\u2064\ufeff\ufe0e\ufe0f"}
_VARIANTS: Final = {"double-struck": "double", "sans-serif": "sans", "monospace": "mono", "-": " "}
"""As MathML says, and as ziamath does."""
_VARIANT: Final = re.compile("|".join(_VARIANTS))
_BESIDE: Final = {"munder": "msub", "mover": "msup", "munderover": "msubsup"}
_LARGE: Final = tuple("∑∏∐⋂⋃⋁⋀∫")
_COMMAND: Final = re.compile(r"\\[A-Za-z]*")
_MENDED: Final = tuple(
    (re.compile(pattern), ours)
    for pattern, ours in (
        (r"\\(?:label\{[^{}]*\}|nonumber\b|notag\b)", ""),
        # Numbers of equations would begin at 1 in each formula: only those that the editor wrote are right.
        (r"\\(begin|end)\{align\}", r"\\\1{align*}"),
        (r"\\tag\*?\{([^{}]*)\}", r"\\qquad(\1)"),
        (r"\\not\s*=", r"\\neq "),
        (r"\\not\s*\\in\b", r"\\notin "),
    )
)
"""What latex2mathml does not know, or sets badly."""
_HAN: Final = "Noto Sans CJK SC"
_THINNING: Final = 0.035
"""The font that comes with the program is bold; a white edge of so many em makes it as light as the formula."""

_BROKEN: Final = "写法有误或不完整"
_TOO_LARGE: Final = "太宽或太高，手机上看不清"
_TOO_SLOW: Final = "太复杂"


class Undrawable(Exception):
    """A formula cannot be drawn; the text tells the editor why."""


def main() -> None:
    """What the child does."""
    confine(read_limits(sys.argv[1:]))
    question = unpack(sys.stdin.buffer.read(), Question)
    sys.stdout.buffer.write(pack(Answer(tuple(_draw_all(question.formulas)))))


def _draw_all(formulas: tuple[Formula, ...]) -> Iterator[Drawing]:
    slow = 0
    for formula in formulas:
        if slow >= _MOST_SLOW:
            yield Drawing(refusal=_TOO_SLOW)
            continue
        try:
            yield draw(formula)
        except TimeoutError:
            slow += 1
            yield Drawing(refusal=_TOO_SLOW)
        except Undrawable as error:
            yield Drawing(refusal=str(error))


def draw(formula: Formula) -> Drawing:
    """The drawing of a formula. Raises Undrawable, or TimeoutError where it takes too long."""
    _load()
    with _patience():
        try:
            svg, above = _typeset(formula)
        except (Undrawable, TimeoutError):
            raise
        except Exception as error:  # their parsers raise whatever they meet, and it is all the editor's typing
            raise Undrawable(_BROKEN) from error
        return _cropped(_pixels(svg), above)


def _load() -> None:
    """Loads ziamath, which warns of its own old ways, before the clock runs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        importlib.import_module("ziamath.zmath")


@contextmanager
def _patience() -> Iterator[None]:
    """A time limit on what is done inside: a signal breaks it off."""

    def give_up(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGPROF, give_up)
    # Again and again: where the first one meets a destructor, Python swallows what it raises.
    signal.setitimer(signal.ITIMER_PROF, _SECONDS, _SECONDS / 10)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


# ---------------------------------------------------------------------------- ziamath


def _typeset(formula: Formula) -> tuple[str, float]:
    """The SVG, and how many of its pixels are above the line."""
    from ziamath.config import config
    from ziamath.zmath import Math

    config.svg2, config.precision, config.math.color = False, 2, INK
    tree = ET.fromstring(_mathml(formula))  # noqa: S314 - made by us or by latex2mathml, without a DTD
    for element in tree.iter():
        _prepare(element, displayed=formula.displayed)
    tree.set("display", "block" if formula.displayed else "inline")
    math = Math(tree, size=EM, font=_font_name(), margin=_MARGIN)
    wide, high = math.getsize()
    if not 0 < wide <= _WIDEST * EM or not 0 < high <= _TALLEST * EM:
        raise Undrawable(_TOO_LARGE if max(wide, high) > 0 else _BROKEN)
    svg = math.svgxml()
    for element in svg.iter():
        if element.get("fill") == "black":  # lines above and below take no colour
            element.set("fill", INK)
    return ET.tostring(svg, encoding="unicode"), math.node.bbox.ymax + _MARGIN


def _mathml(formula: Formula) -> str:
    from ziamath.tex import tex2mml

    if formula.markup.startswith("<math"):
        return formula.markup
    tex = formula.markup.strip().removeprefix("\\(").removesuffix("\\)")
    tex = tex.strip().removeprefix("\\[").removesuffix("\\]")
    for pattern, ours in _MENDED:
        tex = pattern.sub(ours, tex)
    return str(tex2mml(tex, inline=not formula.displayed))


def _prepare(element: ET.Element, *, displayed: bool) -> None:
    """Says in ziamath's words what MathML says in its own."""
    element.tag = element.tag.rpartition("}")[2]
    if not displayed and element.tag in _BESIDE and (element[0].text or "").strip() in _LARGE:
        element.tag = _BESIDE[element.tag]  # in a line, limits make no room above and below
    text = (element.text or "").translate(_INVISIBLE)
    unknown = _COMMAND.search(text) if element.tag != "mtext" else None
    if unknown:
        raise Undrawable(f"不认识“{unknown[0]}”")
    element.text = "−" if element.tag == "mo" and text.strip() == "-" else text
    variant = element.get("mathvariant", "")
    if variant:
        words = _VARIANT.sub(lambda found: _VARIANTS[found[0]], variant)
        element.set("mathvariant", "bold normal" if words == "bold" else words)


@cache
def _font_name() -> str:
    """The name under which ziamath knows its own font, with Chinese characters added to it."""
    from ziafont.fonttypes import BBox
    from ziafont.glyph import SimpleGlyph
    from ziamath import zmath
    from ziamath.mathfont import MathFont

    class Han(SimpleGlyph):
        """A Chinese character, which resvg draws: a square of one em, a little below the line."""

        def __init__(self, char: str, font: Any) -> None:
            super().__init__(0, [], BBox(20, 980, -100, 860), font)
            self._char = char

        def advance(self, nextchr: Any = None) -> int:  # noqa: ARG002 - no two Chinese characters move together
            return 1000

        def svgpath(self, x0: float = 0, y0: float = 0, scale_factor: float = 1) -> ET.Element:
            size = self.DFLT_SIZE_PT * scale_factor
            place = {"x": f"{x0:.2f}", "y": f"{y0:.2f}", "font-size": f"{size:.2f}"}
            text = ET.Element("text", place | {"stroke": "#fff", "stroke-width": f"{size * _THINNING:.2f}"})
            text.text = self._char
            return text

    class Font(MathFont):
        def findglyph(self, char: str, variant: Any) -> Any:
            if self.glyphindex(char):
                return super().findglyph(char, variant)
            if not _is_in_gbk(char):
                raise Undrawable(f"字体里没有“{char}”")
            return Han(char, self)

    zmath.loadedfonts[_HAN] = Font(zmath.fontname, EM)
    return _HAN


def _is_in_gbk(char: str) -> bool:
    """Whether the Chinese font has it."""
    try:
        return len(char.encode("gbk")) > 1
    except UnicodeEncodeError:
        return False


# ---------------------------------------------------------------------------- pixels


def _pixels(svg: str) -> Image.Image:
    from PIL import Image
    from resvg_py import svg_to_bytes

    with as_file(files("publisher.rendering").joinpath("fonts", "NotoSansCJKsc-Bold-GBK.otf")) as font:
        png = svg_to_bytes(
            svg_string=svg,
            background="white",
            font_files=[str(font)] if "<text" in svg else None,
            font_family=_HAN,
            serif_family=_HAN,
            skip_system_fonts=True,
        )
    with Image.open(BytesIO(bytes(png))) as image:
        return image.convert("RGB")


def _cropped(image: Image.Image, above: float) -> Drawing:
    """The picture without the paper around it."""
    from PIL import Image, ImageChops

    ink = ImageChops.difference(image, Image.new("RGB", image.size, "white")).convert("L")
    box = ink.point(lambda value: 255 * (value > _PAPER)).getbbox()
    if box is None:
        raise Undrawable(_BROKEN)
    left, top, right, bottom = box
    # ziamath's margin is wider than this one, unless something stands far out of its box.
    left, top = max(0, left - _PADDING), max(0, top - _PADDING)
    right, bottom = min(image.width, right + _PADDING), min(image.height, bottom + _PADDING)
    card = image.crop((left, top, right, bottom))
    buffer = BytesIO()
    card.quantize(_COLORS, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
    return Drawing(buffer.getvalue(), card.width, card.height, bottom - round(above))


if __name__ == "__main__":
    main()
