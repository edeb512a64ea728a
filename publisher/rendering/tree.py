"""A tiny tree of HTML elements and the one place that escapes and serialises.

HTML is a tree until the last moment: nothing in this package replaces strings in markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

VOID = frozenset({"br", "hr", "img"})

# Control characters are not allowed in HTML and make the platform refuse the whole JSON body.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Element:
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
    return "".join(_markup(node) for node in nodes)


def _markup(node: Node) -> str:
    if isinstance(node, str):
        return _escape(node)
    attributes = "".join(f' {name}="{_quote(value)}"' for name, value in node.attributes)
    style = f' style="{_quote(node.style)}"' if node.style else ""
    if node.tag in VOID:
        return f"<{node.tag}{attributes}{style}>"
    return f"<{node.tag}{attributes}{style}>{serialise(node.children)}</{node.tag}>"


def _escape(text: str) -> str:
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
