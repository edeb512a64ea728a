"""A tiny tree of HTML elements and the one place that escapes and serialises.

HTML is a tree until the last moment: nothing in this package replaces strings in markup.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from msgspec import Struct

VOID = frozenset({"br", "hr", "img"})

# Control characters are not allowed in HTML and make the platform refuse the whole JSON body.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_SPECIAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff&<>\xa0]")


class Element(Struct, frozen=True, gc=False):
    """One element; `style` is the text of its style attribute, "" for none."""

    tag: str
    children: tuple[Node, ...] = ()
    style: str = ""
    attributes: tuple[tuple[str, str], ...] = ()


Node = Element | str
Nodes = tuple[Node, ...]

BREAK = Element("br")


def serialise(nodes: Iterable[Node]) -> str:
    """The markup of `nodes`, with no blank between tags: the platform's editor shows every such blank."""
    parts: list[str] = []
    _write(nodes, parts.append)
    return "".join(parts)


def _write(nodes: Iterable[Node], write: Callable[[str], None]) -> None:
    for node in nodes:
        if isinstance(node, str):
            write(_escape(node))
            continue
        attributes = (
            "".join([f' {name}="{_quote(value)}"' for name, value in node.attributes]) if node.attributes else ""
        )
        write(f"<{node.tag}{attributes}{_style(node.style) if node.style else ''}>")
        if node.tag not in VOID:
            _write(node.children, write)
            write(f"</{node.tag}>")


@lru_cache(maxsize=512)
def _style(style: str) -> str:
    """The style attribute; the elements of an article share a few dozen of them."""
    return f' style="{_quote(style)}"' if style else ""


def _escape(text: str) -> str:
    # Most texts hold nothing to escape, and of those most can be told from it faster than by a search.
    if (text.isprintable() and not ("&" in text or "<" in text or ">" in text)) or not _SPECIAL.search(text):
        return text
    text = _CONTROLS.sub("", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # Spelled out, since editors and the platform turn a bare U+00A0 into a common blank.
    return text.replace("\u00a0", "&nbsp;")


def _quote(value: str) -> str:
    return _escape(value).replace('"', "&quot;")


def join(groups: Iterable[Nodes], separator: Node = BREAK) -> Nodes:
    """The groups in a row with `separator` between them; empty groups are left out."""
    nodes: list[Node] = []
    for group in groups:
        if group and nodes:
            nodes.append(separator)
        nodes.extend(group)
    return tuple(nodes)


def height(nodes: Nodes) -> int:
    """How many levels of elements the nodes take, as they are written."""
    return max((1 + height(node.children) for node in nodes if isinstance(node, Element)), default=0)
