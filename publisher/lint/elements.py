"""What about an element the platform takes away or a phone shows badly: each function gives it, or "" for nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from .markup import attributes, text_of
from .nodes import DEEPEST, number, pixels
from .styles import has_scheme, is_outside

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.etree import _Element as Element

    from .nodes import Node

ARTICLE_HOST = "mp.weixin.qq.com"
WIDEST = 677
"""The width of the article on a computer, in pixels."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


LOST = _words(
    "script style link meta base title noscript iframe frame frameset object embed applet video audio canvas form input"
    " select option textarea button label fieldset template marquee dialog"
)
_BLOCKS = _words(
    "section p h1 h2 h3 h4 h5 h6 blockquote ul ol li dl dt dd table caption colgroup col thead tbody tfoot tr th td pre"
    " figure figcaption hr div article header footer main nav aside"
)
_INLINE = _words(
    "span strong b em i u s del sub sup br code a ruby rt rp rb small big mark font ins strike tt q cite kbd var"
    " samp img"
)
_KEPT = (_BLOCKS | _INLINE | _words("svg")) - _words(
    "div article header footer main nav aside mark font ins strike tt q cite kbd var samp big rb"
)
_ATTRIBUTES = _words(
    "style src alt width height href target title align valign colspan rowspan start type value leaf nodeleaf data-w"
    " data-ratio data-src data-type data-s data-mode data-no-dark data-ignore-width data-ignore-dm"
    " data-miniprogram-appid data-miniprogram-path data-miniprogram-title data-miniprogram-imageurl"
    " data-miniprogram-type data-miniprogram-servicetype data-miniprogram-nickname"
)
_SHOWN = _words("img svg hr video iframe")
"""What is seen without any text in it."""
_LAID_OUT = _words("br td th col")
"""What may be empty without being in the way."""
_ADDRESSES = ("href", "src", "data-src", "xlink:href", "action", "formaction", "background", "poster", "data")
_OFFICIAL_FRAMES = ("mp.weixin.qq.com", "v.qq.com")
_CROWD, _HOLLOW = 20, 15
_PHONE = 300
"""About the room for text on a narrow phone, in pixels."""


def lost_element(node: Node) -> str:
    """An element that goes with all that is in it."""
    if node.tag not in LOST or (node.tag == "iframe" and _host(node.get("src")) in _OFFICIAL_FRAMES):
        return ""
    return "" if node.around.drawing and node.tag in {"style", "title"} else node.tag


def unknown_element(node: Node) -> str:
    """An element of which only the contents stay."""
    known = node.tag in _KEPT or node.tag in LOST or node.tag == "div" or node.around.drawing
    return "" if known or node.tag.startswith("mp") else node.tag


def lost_attribute(node: Node) -> str:
    """An attribute that goes, and has no rule of its own."""
    if node.around.drawing or node.tag in LOST or node.tag.startswith("mp"):
        return ""
    names = (name for name, _ in attributes(node.element) if name not in _ATTRIBUTES and name not in {"class", "id"})
    return next((name for name in names if not name.startswith("on")), "")


def attribute(name: str, node: Node) -> str:
    """The attribute's value, or its name if it is empty; components of the platform may have any."""
    value = node.element.get(name)
    return "" if value is None or node.tag.startswith("mp") else value or name


def event_handler(node: Node) -> str:
    """A script that waits for something."""
    return next((name for name, _ in attributes(node.element) if name.startswith("on")), "")


def script_address(node: Node) -> str:
    """An address that is a script."""
    return _address(node, lambda value: has_scheme(value, "javascript") or has_scheme(value, "vbscript"))


def data_address(node: Node) -> str:
    """A picture that is written into the page."""
    return "" if node.tag == "a" else _address(node, lambda value: has_scheme(value, "data"))[:40]


def dead_anchor(node: Node) -> str:
    """A link that leads nowhere."""
    href = node.get("href").strip()
    return (href or "没有地址") if not _is_mini_program(node) and (not href or href.startswith("#")) else ""


def foreign_link(node: Node) -> str:
    """A link that the platform takes away."""
    href = node.get("href").strip()
    if not href or href.startswith("#") or has_scheme(href, "javascript") or _is_mini_program(node):
        return ""
    return "" if _host(href) == ARTICLE_HOST else href[:80]


def outside_picture(node: Node) -> str:
    """A picture that lies elsewhere."""
    return node.get("src")[:80] if is_outside(node.get("src").strip()) else ""


def without_address(node: Node) -> str:
    """A picture without a picture."""
    return "" if node.get("src").strip() or node.get("data-src").strip() else "src"


def without_width(node: Node) -> str:
    """A picture whose own width is not told."""
    told = node.get("data-w").strip().isdigit() or node.around.ignores_width
    return "" if told else "data-w"


def too_wide(node: Node) -> str:
    """A picture or drawing wider than the page."""
    if node.around.ignores_width or "max-width" in node.style or (node.tag == "svg" and node.depth == 0):
        return ""
    width = node.style.get("width", "") or (node.get("width") if node.tag == "svg" else "")
    shown = pixels(width) or (float(width) if width.isdigit() else 0)
    return width if shown > WIDEST else ""


def width_attribute(node: Node) -> str:
    """A column whose width doesn't follow the screen's."""
    width = node.get("width").strip()
    return "" if node.around.ignores_width or not width or width.endswith("%") or width in {"0", "auto"} else width


def deep(node: Node) -> str:
    """An element that is one too deep; what is in it is not told again."""
    if node.around.drawing or node.tag in _words("img br svg video"):
        return ""
    parent = node.element.getparent()
    raised = 2 if node.tag == "tr" and parent is not None and parent.tag == "table" else 1
    return str(node.depth) if node.depth - raised <= DEEPEST else ""


def blank_between_blocks(node: Node) -> str:
    """White space that shows as a gap."""
    element = node.element
    if node.around.drawing:
        return ""
    gaps = [element.text] if element[0].tag in _BLOCKS else []
    gaps += [child.tail for child in element if child.tag in _BLOCKS]
    return "空白" if any(gap and not gap.strip(" \t\r\n\f") for gap in gaps) else ""


def hollow_crowd(node: Node) -> str:
    """Very many children, nearly all of them empty."""
    if len(node.element) <= _CROWD or node.around.drawing:
        return ""
    hollow = sum(1 for child in node.element if child.tag not in _LAID_OUT and _is_hollow(child))
    return f"{hollow} 个空节点" if hollow > _HOLLOW else ""


def overlapping_lines(node: Node) -> str:
    """Lines lower than their letters, where there is more than one line on a phone."""
    if node.around.moving or not (text := node.own_text):
        return ""
    wraps = node.text_width > _PHONE or any(child.tag == "br" for child in node.element)
    return text[:12] if wraps else ""


def cramped(node: Node) -> bool:
    """Whether text may need more than the height that it is given."""
    if node.around.moving or not node.holds_text:
        return False
    height = pixels(node.style.get("height", "") or node.style.get("max-height", ""), node.around.font)
    lines = 1 + sum(1 for inner in node.element.iter() if inner is not node.element and inner.tag in _BLOCKS | {"br"})
    return lines > 1 or node.text_width > _PHONE or height < node.around.font


def touch_alone(node: Node) -> str:
    """A movement that only a finger begins."""
    begins = [begin.strip() for begin in node.get("begin").split(";")]
    touch = next((begin for begin in begins if begin.startswith("touchstart")), "")
    return "" if not touch or any(begin.startswith("click") for begin in begins) else touch


def block_in_leaf(node: Node) -> str:
    """A block where only text may be."""
    if node.element.get("leaf") is None:
        return ""
    return next((inner.tag for inner in node.element.iterdescendants() if inner.tag in _BLOCKS), "")


def stranger_in_nodeleaf(node: Node) -> str:
    """Something else where only a component of the platform may be."""
    if node.element.get("nodeleaf") is None:
        return ""
    strange = (child.tag for child in node.element if child.tag not in {"img", "svg", "iframe", "br"})
    return next((tag for tag in strange if not tag.startswith("mp")), "")


def deep_list(node: Node) -> str:
    """A list in a list in a list."""
    levels = 1 + sum(1 for outer in node.element.iterancestors("ul", "ol"))
    return f"第 {levels} 层" if levels == 3 else ""  # noqa: PLR2004 - two survive a re-save


def hollow_item(node: Node) -> str:
    """An item with nothing in it."""
    return "li" if _is_hollow(node.element) else ""


def break_after_bold(node: Node) -> str:
    """A line break behind the bold beginning of an item."""
    element = node.element
    if (element.text or "").strip() or len(element) < 2 or element[0].tag not in {"strong", "b"}:  # noqa: PLR2004
        return ""
    return "br" if element[1].tag == "br" and not (element[0].tail or "").strip() else ""


def drawing_reference(node: Node) -> str:
    """A part of a drawing that names another, whose name the platform takes away."""
    if not node.around.drawing:
        return ""
    if node.tag == "use":
        return "use"
    for name, value in attributes(node.element):
        if name.endswith("href") and value.startswith("#"):
            return f"{name}={value}"
        if "url(" in value and re.search(r"url\(\s*[\"']?#", value):
            return f"{name}={value}"[:40]
    return ""


def dark_writing(node: Node) -> str:
    """Writing in a drawing that stands on the page itself and doesn't take the page's colour."""
    if node.around.ignores_dark:
        return ""
    parts = list(node.element.iter())
    grounded = "background" in node.get("style") or any(part.tag in {"rect", "image", "circle"} for part in parts)
    values = {value.lower() for part in parts for name, value in attributes(part) if name in {"fill", "style", "color"}}
    follows = any("currentcolor" in value for value in values)
    return "" if grounded or follows or not any(part.tag == "text" for part in parts) else "text"


def stranger_in_foreign_object(node: Node) -> str:
    """Something other than a section in a drawing's window for text."""
    return next((child.tag for child in node.element if child.tag not in {"section", "p", "svg"}), "")


def unseen_picture(node: Node) -> str:
    """A picture that nobody sees."""
    return "opacity:0" if number(node.style.get("opacity", "1")) <= 0 else ""


def styled_code(node: Node) -> str:
    """A style where the platform takes it away."""
    return node.get("style")[:40]


def _is_hollow(element: Element) -> bool:
    if text_of(element).strip():
        return False
    return not any(inner.tag in _SHOWN or inner.tag.startswith("mp") for inner in element.iter())


def _address(node: Node, is_bad: Callable[[str], bool]) -> str:
    values = (node.get(name) for name in _ADDRESSES)
    return next((value for value in values if value and is_bad(value)), "")


def _is_mini_program(node: Node) -> bool:
    return bool(node.get("data-miniprogram-appid"))


def _host(address: str) -> str:
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return ""
    return parts.netloc.lower() if parts.scheme in {"", "http", "https"} else ""
