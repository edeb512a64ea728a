"""The platform's checker of articles: no token, no account; HTML in, what breaks its rules out. An imitation, with the
rules that matter most; the constants are those that the platform's own tool was seen to use.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import lxml.html
import tinycss2
from lxml import etree
from tinycss2.ast import Declaration

from .calls import Answer, parse_body, take_text
from .refusals import refuse_when

PATH = "/article-bin/verify_article_structure"
PAGE_WIDTH = 677
PHONE_WIDTH = 375
MOST_NESTED = 15
ITEMS = 20
MARKUP = 2000

_PIXELS = re.compile(r"(\d+(?:\.\d+)?)px")
_WIDTHS = frozenset({"width", "min-width"})
_FONTS = ('"mp-quote"', "'mp-quote'", "mp-quote")

Rule = Callable[[etree._Element], bool]  # noqa: SLF001 -- lxml's types have no public names


def verify(body: bytes) -> Answer:
    """The verdict on the article in `content`; 44004 where there is none."""
    content = take_text(parse_body(body), "content")
    refuse_when(not content.strip(), 44004)
    found = {name: _break(content, rule, words) for name, (rule, words) in _RULES.items()}
    broken = {name: facts for name, facts in found.items() if facts["items"]}
    return {"isValid": not broken, **({"inValidInfo": broken} if broken else {})}


def _break(content: str, rule: Rule, words: str) -> dict[str, object]:
    root = lxml.html.fragment_fromstring(content, create_parent="div")
    offenders = [each for each in root.iterdescendants(etree.Element) if rule(each)]
    return {"violateRules": words, "items": [{"outerHTML": _markup(each)} for each in offenders[:ITEMS]]}


def _is_too_wide(element: etree._Element) -> bool:
    if element.tag == "img" or _has_ancestor(element, "svg") or _is_ignored(element, "data-ignore-width"):
        return False
    return any(
        float(pixels) > PHONE_WIDTH or element.tag == "th"
        for each in _declarations(element)
        if each.lower_name in _WIDTHS
        for pixels in _PIXELS.findall(tinycss2.serialize(each.value))
    )


def _has_own_font(element: etree._Element) -> bool:
    fonts = [
        tinycss2.serialize(each.value).strip() for each in _declarations(element) if each.lower_name == "font-family"
    ]
    return any(not font.startswith(_FONTS) for font in fonts)


def _is_nested_deeply(element: etree._Element) -> bool:
    """Whether it is the innermost of a chain of single children that are all alike."""
    if any(_is_shell(element, child) for child in element):
        return False
    depth, inner = 1, element
    while (outer := inner.getparent()) is not None and _is_shell(outer, inner):
        depth, inner = depth + 1, outer
    return depth > MOST_NESTED


def _is_shell(outer: etree._Element, inner: etree._Element) -> bool:
    return len(outer) == 1 and outer.tag == inner.tag and outer.get("style") == inner.get("style")


def _breaks_dark_mode(element: etree._Element) -> bool:
    if _is_ignored(element, "data-ignore-dm"):
        return False
    return any(each.important or _is_gradient(each) for each in _declarations(element)) and bool(_text(element))


def _is_gradient(declaration: Declaration) -> bool:
    return "gradient(" in tinycss2.serialize(declaration.value).lower()


def _text(element: etree._Element) -> str:
    return "".join(map(str, element.itertext())).strip()


_RULES: dict[str, tuple[Rule, str]] = {
    "width": (_is_too_wide, f"固定宽度超过手机屏幕，PC 最宽 {PAGE_WIDTH}px，请使用百分比或 max-width"),
    "fontFamily": (_has_own_font, "不应指定字体，请使用系统默认字体"),
    "nesting": (_is_nested_deeply, f"相同的标签和样式嵌套超过 {MOST_NESTED} 层"),
    "darkMode": (_breaks_dark_mode, "文字下不应有渐变背景，也不应使用 !important，否则深色模式无法转换"),
}


def _declarations(element: etree._Element) -> Iterator[Declaration]:
    nodes = tinycss2.parse_blocks_contents(element.get("style", ""), skip_comments=True, skip_whitespace=True)
    return (node for node in nodes if isinstance(node, Declaration))


def _is_ignored(element: etree._Element, attribute: str) -> bool:
    return any(each.get(attribute) is not None for each in (element, *element.iterancestors()))


def _has_ancestor(element: etree._Element, tag: str) -> bool:
    return any(each.tag == tag for each in (element, *element.iterancestors()))


def _markup(element: etree._Element) -> str:
    return str(lxml.html.tostring(element, encoding="unicode", with_tail=False))[:MARKUP]
