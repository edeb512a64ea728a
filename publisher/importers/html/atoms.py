"""Elements that are read as a whole: preformatted text, ruby, and a picture's address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bs4.element import NavigableString, PageElement, PreformattedString, Tag

from publisher.document import Code, Ruby, Span
from publisher.importers.html.regions import visible_text
from publisher.importers.html_styles import Attributes

_LANGUAGE: Final = re.compile(r"\b(?:language|lang)-([\w+#-]+)|^(mermaid)$")
# Pages that load pictures late keep the address apart, and a grey square in src until the reader scrolls there.
_ADDRESSES: Final = ("data-src", "data-original", "data-lazy-src", "data-actualsrc", "src")
_UNSEEN: Final = frozenset({"0", "1", "0px", "1px"})


def picture_address(attributes: Attributes) -> str:
    """Where the picture is; "" where there is none, or one of a single point, which only counts readers."""
    if attributes.get("width") in _UNSEEN and attributes.get("height") in _UNSEEN:
        return ""
    said = next((attributes[name] for name in _ADDRESSES if attributes.get(name, "").strip()), "")
    return (said or attributes.get("srcset", "").partition(",")[0].strip().partition(" ")[0]).strip()


def read_code(tag: Tag, span: Span) -> Code:
    """Preformatted text as it stands; WeChat writes one <code> for each line."""
    lines = tag.find_all("code", recursive=False)
    parts = [_raw(line) for line in lines] if len(lines) > 1 else [_raw(tag)]
    named = _LANGUAGE.search(" ".join(map(str, _classes(tag))))
    language = named[1] or named[2] if named else str(tag.get("data-lang") or "")
    return Code("\n".join(parts).strip("\n"), language, span)


def _raw(tag: Tag) -> str:
    pieces = ("\n" if isinstance(node, Tag) else str(node) for node in tag.descendants if _is_raw(node))
    return "".join(pieces)


def _is_raw(node: PageElement) -> bool:
    if isinstance(node, Tag):
        return node.name == "br"
    return isinstance(node, NavigableString) and not isinstance(node, PreformattedString)


def _classes(tag: Tag) -> list[str]:
    inner = tag.find("code")
    return [*tag.get_attribute_list("class"), *(inner.get_attribute_list("class") if isinstance(inner, Tag) else [])]


def read_ruby(tag: Tag) -> Iterator[Ruby]:
    """Each base with the annotation that follows it."""
    base = ""
    for node in tag.children:
        name = node.name if isinstance(node, Tag) else ""
        if name == "rt":
            yield Ruby(base, visible_text(node))
            base = ""
        elif name != "rp":
            base += visible_text(node)
    if base:
        yield Ruby(base, "")
