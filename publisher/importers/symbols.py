"""Signs of symbol fonts as Unicode. A file holds only a place in the font's table, so "n" in Wingdings is ■."""

from __future__ import annotations

import re
from typing import Final

_BYTES: Final = range(0x100)
_PRIVATE: Final = range(0xF020, 0xF100)
"""Where Word puts the signs of symbol fonts, so that no other font is taken for them."""
_PRIVATE_SIGN: Final = re.compile("[\uf020-\uf0ff]")
_SIGN: Final = re.compile("[!-\u00ff\uf020-\uf0ff]")
_CHARACTERS: Final = range(0x20, 0xD800)
_MORE_CHARACTERS: Final = range(0xF900, 0x11_0000)
_GREEK_CAPITALS: Final = "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ"
_GREEK_SMALL: Final = "αβχδεφγηιϕκλμνοπθρστυϖωξψζ"
_SYMBOL: Final = (
    {0x41 + place: sign for place, sign in enumerate(_GREEK_CAPITALS)}
    | {0x61 + place: sign for place, sign in enumerate(_GREEK_SMALL)}
    | dict(zip((0xA3, 0xA5, 0xAC, 0xAD, 0xAE, 0xAF, 0xB0, 0xB1, 0xB2), "≤∞←↑→↓°±″", strict=True))
    | dict(zip((0xB3, 0xB4, 0xB7, 0xB8, 0xB9, 0xBA, 0xBB, 0xA8, 0xD6), "≥×•÷≠≡≈♦√", strict=True))
    | dict(zip((0xE5, 0xF2, 0xD7, 0xDE, 0xCE, 0xD5, 0xC7, 0xC8), "∑∫⋅⇒∈∏∩∪", strict=True))
)
_WINGDINGS: Final = (
    {0x81 + place: chr(ord("①") + place) for place in range(10)}
    | {0x8C + place: chr(ord("❶") + place) for place in range(10)}
    | dict(zip((0x21, 0x22, 0x26, 0x28, 0x2A, 0x36, 0x3F, 0x45, 0x46, 0x47, 0x48), "✏✂📖☎✉⌛✍☜☞☝☟", strict=True))
    | dict(zip((0x4A, 0x4C, 0x6C, 0x6D, 0x6E, 0x6F, 0x70, 0x71, 0x72, 0x73, 0x74), "☺☹●❍■□◻❑❒⬧⧫", strict=True))
    | dict(zip((0x75, 0x76, 0x77, 0x78, 0x7B, 0x9E, 0x9F, 0xA1, 0xA4, 0xA7, 0xA8), "◆❖⬥⌧❀·•○◉▪◻", strict=True))
    | dict(zip((0xAB, 0xAC, 0xD8, 0xDF, 0xE0, 0xE1, 0xE2, 0xE8, 0xF0, 0xFB, 0xFC), "★✶➢←→↑↓➔⇨✗✓", strict=True))
    | dict(zip((0xFD, 0xFE, 0x52, 0xB2), "☒☑☼✧", strict=True))
)
_TABLES: Final[dict[str, dict[int, str]]] = {
    "symbol": _SYMBOL,
    "wingdings": _WINGDINGS,
    "wingdings 2": dict(zip((0x4F, 0x50, 0x51, 0x52, 0x53, 0xA3, 0x97, 0x98), "✗✓☒☑☒□●●", strict=True)),
    "wingdings 3": dict(zip((0x70, 0x71, 0x74, 0x75, 0x7D, 0xC6, 0xC5), "▲▼◀▶▶▶▲", strict=True)),
}


def symbol(font: str, code: int) -> str:
    """The sign at that place of the font, or "" if nobody knows it. In an ordinary font, the character itself."""
    table = _TABLES.get(font.strip().lower())
    if table is not None and (code in _BYTES or code in _PRIVATE):
        return table.get(code & 0xFF, "")
    return chr(code) if code in _CHARACTERS or code in _MORE_CHARACTERS else ""


def readable(text: str, font: str) -> str:
    """Text with private-use characters of the font made readable, and, in a font of signs, letters too: LibreOffice
    writes ☑ as an R in Wingdings 2. What nobody knows stays.
    """
    signs = _SIGN if font.strip().lower() in _TABLES else _PRIVATE_SIGN
    return signs.sub(lambda match: symbol(font, ord(match[0])) or match[0], text)
