"""HTML as the importer reads it."""

from __future__ import annotations

import base64

from publisher.document import (
    Block,
    Document,
    Heading,
    Inline,
    Paragraph,
    plain_text,
)
from publisher.importers.html import import_html

PIXEL = base64.b64encode(b"\xff\xd8\xff\xe0" + bytes(16)).decode()


def read(markup: str) -> Document:
    return import_html(markup.encode(), "a.html")


def only(markup: str) -> Block:
    (block,) = read(markup).blocks
    return block


def inlines(markup: str) -> tuple[Inline, ...]:
    block = only(markup)
    assert isinstance(block, Paragraph | Heading)
    return block.inlines


def texts(document: Document) -> list[str]:
    return [plain_text(block) for block in document.blocks]
