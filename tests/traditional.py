"""Writes publisher/replies/characters.py anew from OpenCC's data: `python -m tests.traditional`."""

from __future__ import annotations

from pathlib import Path

from opencc import OpenCC

TARGET = Path(__file__).parent.parent / "publisher" / "replies" / "characters.py"
_IDEOGRAPHS = (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))
_HEAD = '''"""Traditional characters and the simplified ones that stand for them, one to one.

Written by `python -m tests.traditional` from the data of OpenCC (Apache-2.0), and compared with it by the tests: the
table costs a process 0.3 MB and no time, the library's dictionaries 12 MB and 50 ms.
"""

from __future__ import annotations

from typing import Final
'''


def pairs() -> dict[str, str]:
    """Each traditional character that OpenCC replaces when it stands alone, and by what."""
    characters = [chr(code) for code in _IDEOGRAPHS]
    simplified = OpenCC("t2s").convert("\n".join(characters)).split("\n")
    together = zip(characters, simplified, strict=True)
    # Beyond the Basic Multilingual Plane are characters that few phones can show, and nobody types.
    return {before: after for before, after in together if before != after and len(after) == 1 and after <= "\uffff"}


def write() -> str:
    """The text of the module."""
    table = pairs()
    return f"{_HEAD}\n{_constant('TRADITIONAL', ''.join(table))}\n{_constant('SIMPLIFIED', ''.join(table.values()))}"


def _constant(name: str, text: str) -> str:
    rows = "\n".join(f'    "{text[start : start + 100]}"' for start in range(0, len(text), 100))
    return f"{name}: Final = (\n{rows}\n)\n"


if __name__ == "__main__":
    TARGET.write_text(write(), encoding="utf-8")
