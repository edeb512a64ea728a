"""What may stand as a link, and what a picture's name says."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Final

from publisher.document import Level, Span
from publisher.importers.remarks import Remarks

_SAFE: Final = re.compile(r"(?:https?://|mailto:)[^\s\x00-\x1f\x7f]+", re.IGNORECASE)
# Browsers drop these wherever they stand: "java\tscript:" would be a script all the same.
_DROPPED: Final = re.compile(r"[\x00-\x1f\x7f]")
_MADE_BY_PROGRAM: Final = re.compile(
    r"(?:image|img|picture|screenshot|alt[ _]?text|图片|图像|截图|描述|微信图片|微信截图|clip)?[\d\s_.:-]*",
    re.IGNORECASE,
)


def safe_href(href: str) -> str:
    """The address if it is http, https or mailto, else ""."""
    cleaned = _DROPPED.sub("", href).strip().replace(" ", "%20")
    if cleaned.startswith("//"):
        cleaned = "https:" + cleaned
    return cleaned if _SAFE.fullmatch(cleaned) else ""


def check_href(href: str, remarks: Remarks, span: Span) -> str:
    """The address if a reader may follow it, else "" and a note: scripts, files and places in the page are dropped."""
    safe = safe_href(href)
    if href.strip() and not safe:
        remark = f"链接“{href.strip()[:60]}”不是网址，只保留了文字。"
        remarks.say("link-dropped", remark, Level.INFO, span, lost=href)
    return safe


def is_written(alt: str, source: str) -> bool:
    """Whether a picture's alternative text was written by a person; programs put the file's name, or 图片 1."""
    path = PurePosixPath(source.replace("\\", "/"))
    return alt not in {path.name, path.stem} and not _MADE_BY_PROGRAM.fullmatch(alt.strip())


def shown(address: str) -> str:
    """An address as a note may show it: short, and without the parts that may hold a key."""
    bare = re.sub(r"[?#;].*", "", address.strip(), flags=re.DOTALL)
    return re.sub(r"^((?:[A-Za-z][\w+.-]*:)?[/\\]*)[^/\\]*@", r"\1", bare)[:120]
