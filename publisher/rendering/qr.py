"""A QR code as a picture: black on white with its quiet zone, so that a phone reads it in dark mode, too."""

from __future__ import annotations

from functools import cache
from io import BytesIO

from publisher.document import Asset, fingerprint

LEAST = 540
"""Pixels of either side: half a phone's width stays sharp."""
QUIET = 4
"""Blank modules around the code, as the standard wants them."""

_BLACK_AND_WHITE = bytes((255, 0))


@cache
def qr_code(address: str) -> Asset:
    """The code of an address, of error level M, as a PNG of at least LEAST pixels."""
    import segno
    from PIL import Image

    code = segno.make_qr(address, error="m", boost_error=False)
    modules = code.symbol_size(border=QUIET)[0]
    rows = code.matrix_iter(scale=-(-LEAST // modules), border=QUIET)
    pixels = [bytes(row).translate(_BLACK_AND_WHITE.ljust(256, b"\0")) for row in rows]
    buffer = BytesIO()
    Image.frombytes("L", (len(pixels[0]), len(pixels)), b"".join(pixels)).save(buffer, "PNG", optimize=True)
    data = buffer.getvalue()
    return Asset(fingerprint(data), "image/png", data, "公众号二维码.png", len(pixels[0]), len(pixels))
