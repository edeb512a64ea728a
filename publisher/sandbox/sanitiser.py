"""What the platform makes of an article's HTML when it stores it, and what it takes away.

The result is never byte for byte what was sent: text is wrapped, colours are respelt, a hidden paragraph
is appended. What is taken away is told, for whoever looks at the draft.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

import lxml.html
from lxml import etree

from .styles import clean_style

ARTICLE_HOST = "mp.weixin.qq.com"
_APPENDED = '<p style="display: none;"><mp-style-type data-value="3"></mp-style-type></p>'


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_KEPT = _words(
    """
    section p span strong b em i u s del sub sup br hr h1 h2 h3 h4 h5 h6 blockquote ul ol li dl dt dd
    table caption colgroup col thead tbody tfoot tr th td pre code img figure figcaption a div ruby rt
    rp svg small
    """
)
_DROPPED_WHOLE = _words(
    """
    script style link meta base title head noscript iframe frame object embed applet video audio canvas
    input select textarea button template
    """
)
_ATTRIBUTES = _words(
    """
    style src alt width height href target title align valign colspan rowspan start type value leaf
    nodeleaf data-w data-ratio data-src data-type data-s data-mode data-no-dark data-ignore-width
    data-ignore-dm data-miniprogram-appid data-miniprogram-path data-miniprogram-type
    """
)
_UNWRAPPED_TEXT = frozenset({"svg", "table", "thead", "tbody", "tfoot", "tr", "colgroup", "ul", "ol", "dl", "ruby"})


@dataclass(frozen=True, slots=True)
class Sanitised:
    """What is stored; `losses` tells in Chinese what was taken away, each kind once."""

    html: str
    losses: tuple[str, ...]


def sanitise(html: str, hosts: Collection[str]) -> Sanitised:
    """The HTML as the platform stores it. Pictures and article links must be on one of `hosts`."""
    root = _parse(html)
    losses: dict[str, None] = {}
    for element in list(root.iter()):
        if element is not root:
            _clean(element, hosts, losses)
    _wrap_text(root)
    return Sanitised(_serialise(root) + _APPENDED, tuple(losses))


def plain_text(html: str) -> str:
    """What a reader sees of stored HTML, white space folded: the source of an automatic digest."""
    root = _parse(html)
    return re.sub(r"\s+", " ", "".join(map(str, root.itertext()))).strip()


def is_platform_url(url: str, hosts: Collection[str]) -> bool:
    """Whether `url` is on one of the platform's hosts."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and parts.netloc in hosts


def _parse(html: str) -> etree._Element:
    parser = lxml.html.HTMLParser(remove_comments=True, remove_pis=True)
    root: etree._Element = lxml.html.fragment_fromstring(html or " ", create_parent="div", parser=parser)
    return root


def _clean(element: etree._Element, hosts: Collection[str], losses: dict[str, None]) -> None:
    if element.tag in _DROPPED_WHOLE:
        losses[f"<{element.tag}> 被删除"] = None
        _drop(element)
    elif element.tag == "mp-style-type":
        _drop(element.getparent() if _is_hidden_mark(element) else element)
    elif element.tag == "img" and not _is_picture(element.get("src", ""), hosts):
        losses["外部图片被删除"] = None
        _drop(element)
    elif _inside_svg(element):
        _clean_attributes(element, hosts, losses, drawing=True)
    elif element.tag == "a" and not _may_link(element, hosts):
        losses["外部链接被去掉，只留文字"] = None
        _unwrap(element)
    elif element.tag in _KEPT or element.tag.startswith("mp-"):
        _clean_attributes(element, hosts, losses, drawing=element.tag == "svg")
    else:
        losses[f"<{element.tag}> 被去掉，只留内容"] = None
        _unwrap(element)


def _clean_attributes(
    element: etree._Element, hosts: Collection[str], losses: dict[str, None], *, drawing: bool
) -> None:
    for name, value in [(str(name), str(value)) for name, value in element.attrib.items()]:
        allowed = _allows_in_drawing(name, value) if drawing else _allows(element, name)
        if name == "style":
            style = clean_style(value, element.tag, lambda url: _is_picture(url, hosts))
            losses.update(dict.fromkeys(style.losses))
            element.set("style", style.css)
        if not allowed or (name == "style" and not element.get("style")):
            del element.attrib[name]
        if not allowed and name != "class":
            losses[f"属性 {name} 被删除"] = None


def _allows(element: etree._Element, name: str) -> bool:
    component = str(element.tag).startswith("mp-") and not name.startswith("on")
    return component or name in _ATTRIBUTES


def _allows_in_drawing(name: str, value: str) -> bool:
    if name in {"id", "class"} or name.startswith("on"):
        return False
    # ids vanish, and with them every reference inside the drawing
    return not (name.endswith("href") or "url(" in value)


def _is_picture(url: str, hosts: Collection[str]) -> bool:
    return is_platform_url(url, hosts) and urlsplit(url).path.startswith(("/mmbiz", "/sz_mmbiz", "/mmopen"))


def _may_link(element: etree._Element, hosts: Collection[str]) -> bool:
    if element.get("data-miniprogram-appid"):
        return True
    href = element.get("href", "")
    return is_platform_url(href, [ARTICLE_HOST, *hosts]) and urlsplit(href).path.startswith("/s")


def _inside_svg(element: etree._Element) -> bool:
    return any(up.tag == "svg" for up in element.iterancestors())


def _is_hidden_mark(element: etree._Element) -> bool:
    parent = element.getparent()
    return parent is not None and parent.tag == "p" and len(parent) == 1


def _drop(element: etree._Element | None) -> None:
    parent = None if element is None else element.getparent()
    if element is None or parent is None:
        return
    _append_text(element, element.tail or "")
    element.tail = None
    parent.remove(element)


def _unwrap(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is None:
        return
    _append_text(element, element.text or "")
    place = parent.index(element)
    for child in list(element):
        parent.insert(place, child)
        place += 1
    tail, element.tail = element.tail or "", None
    parent.remove(element)
    _append_after(parent, place - 1, tail)


def _append_text(element: etree._Element, text: str) -> None:
    """Put `text` just before `element`."""
    parent = element.getparent()
    if parent is not None:
        _append_after(parent, parent.index(element) - 1, text)


def _append_after(parent: etree._Element, place: int, text: str) -> None:
    if place < 0:
        parent.text = (parent.text or "") + text
    else:
        parent[place].tail = (parent[place].tail or "") + text


def _wrap_text(root: etree._Element) -> None:
    """Put every run of text into <span leaf="">, as the platform's editor does."""
    for element in list(root.iter()):
        if _inside_svg(element) or element.tag in _UNWRAPPED_TEXT or element.tag.startswith("mp-"):
            continue
        for child in list(element):
            if (child.tail or "").strip():
                leaf = _leaf(child.tail or "")
                child.tail = None
                child.addnext(leaf)
        if (element.text or "").strip() and element.get("leaf") is None:
            leaf = _leaf(element.text or "")
            element.text = None
            element.insert(0, leaf)


def _leaf(text: str) -> etree._Element:
    leaf = etree.Element("span", leaf="")
    leaf.text = text
    return leaf


def _serialise(root: etree._Element) -> str:
    html: str = lxml.html.tostring(root, encoding="unicode")
    return html.removeprefix("<div>").removesuffix("</div>").replace("<br>", "<br  />")
