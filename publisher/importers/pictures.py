"""Pictures as a text refers to them: by address, or written into the text itself."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from publisher.document import Asset, Figure, Level, Span, Text, fingerprint
from publisher.importers.links import is_written
from publisher.importers.remarks import Remarks
from publisher.importers.signatures import media_type

_DATA_URI: Final = re.compile(r"data:image/[\w.+-]++(?:;[\w=-]++)*;base64,", re.IGNORECASE)
_WRITTEN_IN: Final = re.compile(
    # Letters by class and not by flag: only so are all other characters skipped fast.
    r"[Dd][Aa][Tt][Aa]:(?i:image/[\w.+-]{1,40}(?:;[\w=-]{1,40}){0,4},[A-Za-z0-9+/=%]{200,}+)"
)
_PLACE: Final = "data:lifted/"
_TAKEN: Final = {"image/png", "image/jpeg", "image/gif", "image/webp"}
_NOT_BASE64: Final = re.compile(r"[^A-Za-z0-9+/=]+")


class Pictures:
    """Makes figures, and keeps what pictures the text itself holds."""

    def __init__(self, remarks: Remarks) -> None:
        self._remarks = remarks
        self._assets: dict[str, Asset] = {}
        self._lifted: list[str] = []

    @property
    def assets(self) -> tuple[Asset, ...]:
        """What the text itself held, each once."""
        return tuple(self._assets.values())

    def lift(self, markup: str) -> str:
        """The markup with short addresses in place of long data: addresses; figure() knows what they stand for.

        Megabytes in one word would cost each parser more than all the rest.
        """
        return _WRITTEN_IN.sub(self._put_aside, markup)

    def _put_aside(self, found: re.Match[str]) -> str:
        self._lifted.append(found[0])
        return f"{_PLACE}{len(self._lifted) - 1}"

    def figure(self, source: str, alt: str, title: str, span: Span) -> Figure:
        """The figure of one reference. Its caption is the title, else the alternative text, if a person wrote it."""
        source = self._restored(source)
        said = (text.strip() for text in (title, alt) if is_written(text, source))
        caption = next(filter(None, said), "")
        inlines = (Text(caption),) if caption else ()
        if source[:5].lower() == "data:":
            return Figure(self._take_in(source, span), inlines, alt, span=span)
        return Figure("", inlines, alt, source, span)

    def _restored(self, source: str) -> str:
        number = source.removeprefix(_PLACE) if source.startswith(_PLACE) else ""
        return self._lifted[int(number)] if number.isdecimal() and int(number) < len(self._lifted) else source

    def _take_in(self, uri: str, span: Span) -> str:
        """The fingerprint of the picture that a data: address holds, or "" and a note."""
        head = _DATA_URI.match(uri)
        data = _decode(uri[head.end() :]) if head else b""
        kind = media_type(data)
        if kind not in _TAKEN:
            remark = "文字里嵌入的一张图片读不出来，请把图片另存为 PNG 或 JPEG 后重新插入。"
            self._remarks.say("picture-unreadable", remark, Level.ERROR, span)
            return ""
        name = fingerprint(data)
        self._assets.setdefault(name, Asset(name, kind, data))
        return name


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(_NOT_BASE64.sub("", text.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=")))
    except (binascii.Error, ValueError):
        return b""
