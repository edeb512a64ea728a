"""What bytes are, by their first bytes: names lie, signatures rarely do."""

from __future__ import annotations

from typing import Final

MSWORD: Final = "application/msword"
"""An OLE container, whatever lies in it."""
ODT: Final = "application/vnd.oasis.opendocument.text"

EXTENSIONS: Final = {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif"}
"""All that a picture can become for the platform, and how its file is called."""

_SIGNATURES: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"\xd7\xcd\xc6\x9a", "image/wmf"),
    # Without Aldus's header, which tells the size: as old programs put it on the clipboard, in memory or from disk.
    (b"\x01\0\x09\0\0\x03", "image/wmf"),
    (b"\x02\0\x09\0\0\x03", "image/wmf"),
    (b"\x01\0\x09\0\0\x01", "image/wmf"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"%PDF-", "application/pdf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", MSWORD),
    (b"{\\rtf", "application/rtf"),
)
_HEIF_BRANDS: Final = {
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"mif1": "image/heic",
}
_ODT_MARK: Final = b"mimetype" + ODT.encode()
"""An OpenDocument file begins with its media type, stored as it is."""
_EMF_MARK: Final = slice(40, 44)


def media_type(data: bytes) -> str:
    """The media type that the bytes themselves show, "" if they show none."""
    for signature, name in _SIGNATURES:
        if data.startswith(signature):
            return ODT if name == "application/zip" and _ODT_MARK in data[:100] else name
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp":
        return _HEIF_BRANDS.get(data[8:12], "")
    if data[:4] == b"\x01\0\0\0" and data[_EMF_MARK] == b" EMF":
        return "image/emf"
    return _short_signature(data)


def _short_signature(data: bytes) -> str:
    """BMP's two letters could begin a text, so its reserved zeros are asked for, too."""
    if data[:2] == b"BM" and data[6:10] == b"\0\0\0\0":
        return "image/bmp"
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return "image/svg+xml" if head.startswith((b"<?xml", b"<svg", b"<!doctype svg")) and b"<svg" in head else ""
