"""What is said to the editor of a picture that cannot be used, and the limits that decide it."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from PIL import Image, UnidentifiedImageError

from publisher.errors import Unreadable

PIXELS: Final = 60_000_000
PIXELS_OF: Final[Mapping[str, int]] = {"WEBP": 28_000_000, "AVIF": 48_000_000}
"""Formats whose libraries hold several copies of a picture: measured, a pixel costs 16 bytes and 9, others 4 to 7."""

DAMAGE: Final = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    OverflowError,
    TypeError,
    IndexError,
    KeyError,
    RuntimeError,
    ArithmeticError,
    AttributeError,
    struct.error,
)
"""What Pillow, libheif, lxml and pdfium raise over bad bytes; Pillow's readers do not wrap what their parsing meets."""


@contextmanager
def guarded(name: str) -> Iterator[None]:
    """Whatever a library raises over a bad file, as Unreadable."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            yield
        except Unreadable:
            raise
        except UnidentifiedImageError as error:
            note = (
                f"「{name}」不是可用的图片（支持 JPEG、PNG、GIF、WebP、HEIC、AVIF、TIFF、BMP、SVG）。"
                "请另存为 JPEG 或 PNG 后重新投放。"
            )
            raise Unreadable(f"{name}: not a picture", note) from error
        except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
            raise too_large(name) from error
        except (*DAMAGE, MemoryError) as error:
            note = f"图片「{name}」已损坏或不完整，无法读出。请重新导出或另存后再投放。"
            raise Unreadable(f"{name}: damaged: {type(error).__name__}", note) from error


def too_large(name: str, size: tuple[int, int] = (0, 0), most: int = PIXELS) -> Unreadable:
    """That a picture has too many pixels."""
    shown = f"（{size[0]}×{size[1]}）" if all(size) else ""
    note = f"图片「{name}」的像素太多{shown}，上限为 {most // 1_000_000} 百万像素。请缩小后重新投放。"
    return Unreadable(f"{name}: more than {most} pixels", note)


def too_long(name: str, size: tuple[int, int]) -> Unreadable:
    """That a picture is a strip which no phone can show."""
    note = f"图片「{name}」太窄太长（{size[0]}×{size[1]}），在手机上无法显示。请裁剪或分成几张后重新投放。"
    return Unreadable(f"{name}: too long for its width", note)


def unconverted(name: str) -> Unreadable:
    """That nothing has turned a vector picture of Windows into one that can be read."""
    note = f"图片「{name}」是 EMF/WMF 矢量图，公众号不能显示。请在 Word 里把它另存为 PNG 图片，再重新插入。"
    return Unreadable(f"{name}: an EMF or WMF that was not converted", note)


def blank(name: str) -> Unreadable:
    """That a vector picture shows nothing."""
    note = f"矢量图「{name}」转换后是空白的。请在 Word 里把它另存为 PNG 图片，再重新插入。"
    return Unreadable(f"{name}: blank", note)


def hostile_svg(name: str, why: str) -> Unreadable:
    """That an SVG holds what a picture of a newsletter never needs; `why` is for the log."""
    note = f"SVG 图片「{name}」太复杂，或含有不安全的内容，画不出来。请导出为 PNG 后重新投放。"
    return Unreadable(f"{name}: {why}", note)
