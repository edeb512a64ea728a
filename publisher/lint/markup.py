"""An article's HTML as a tree, whatever it is; its styles as declarations."""

from __future__ import annotations

import re
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

import tinycss2
from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml.etree import _Element as Element

_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_BEGINNING = 120


def parse(html: str) -> Element:
    """The tree of the HTML under one element of ours; comments are left out, what no browser shows is skipped."""
    # The plain elements of lxml: those of lxml.html cost as much again.
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    data = f"<html><body>{_UNWRITABLE.sub('', html)}".encode()
    root: Element = etree.fromstring(data, parser)
    return root


def inner(root: Element) -> str:
    """The HTML of a tree that `parse` made, without the elements that are ours."""
    parts = [etree.tostring(part, encoding="unicode", method="html") for part in root]
    return "".join(part.removeprefix("<body>").removesuffix("</body>") for part in parts)


@lru_cache(maxsize=4096)
def declarations(style: str) -> Mapping[str, str]:
    """Property -> value of a style attribute, in their order; of two of a name the last stands, at its place."""
    pairs = _careful_pairs(style) if re.search(r"[\"'(/\\@{]", style) else _plain_pairs(style)
    found: dict[str, str] = {}
    for name, value in pairs:
        found.pop(name, None)
        found[name] = value
    return MappingProxyType(found)


def attributes(element: Element) -> list[tuple[str, str]]:
    """The names and values of the element's attributes."""
    return [(str(name), str(value)) for name, value in element.items()]


def text_of(element: Element) -> str:
    """All text in the element, at any depth."""
    return "".join(map(str, element.itertext()))


def beginning(element: Element) -> str:
    """The first characters of the element's markup, for a person who looks for it."""
    written = "".join(f' {name}="{value}"' for name, value in attributes(element))
    markup = f"<{element.tag}{written}>{element.text or ''}"
    return markup if len(markup) <= _BEGINNING else markup[: _BEGINNING - 1] + "…"


def _plain_pairs(style: str) -> list[tuple[str, str]]:
    pairs = (part.partition(":") for part in style.split(";"))
    return [(name.strip().lower(), value.strip()) for name, _, value in pairs if name.strip() and value.strip()]


def _careful_pairs(style: str) -> list[tuple[str, str]]:
    """By the book, which costs more: semicolons may stand in strings and addresses."""
    nodes = tinycss2.parse_blocks_contents(style, skip_comments=True, skip_whitespace=True)
    return [
        (node.lower_name, tinycss2.serialize(node.value).strip() + (" !important" if node.important else ""))
        for node in nodes
        if node.type == "declaration"
    ]
