"""What of a page is its article: by the roles that the page itself gives to its parts, and by plain names.

The rules are few, so that an editor can foresee them. What they leave out is told, and never more than half.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, PreformattedString, Tag

from publisher.document import Level, Properties
from publisher.importers.html_styles import names
from publisher.importers.remarks import Remarks

INVISIBLE: Final = names("script style head title meta link base template noscript area param")

_ASIDE_ROLES: Final = names("navigation banner contentinfo complementary search dialog menu menubar")
_STORIES: Final = names("article blockquote")
_NAMES: Final = names(
    "nav navbar navigation menu topbar crumb crumbs breadcrumb breadcrumbs share sharebox bdsharebuttonbox sidebar "
    "pagination pager toolbar footer foot copyright header"
)
_HEADS: Final = names("header")
"""A name that also stands over an article's own title: only links make it beside the point."""
_IMPRINT: Final = re.compile("版权所有|ICP备|公网安备|主办单位|网站标识码|Copyright", re.IGNORECASE)
_SHORT: Final = 60
_FROM_WECHAT: Final = "网页来自公众号文章，只采用了正文，没有采用页面上的其他文字。请确认有权转载，图片需要重新提供。"
_FROM_ARTICLE: Final = "只采用了网页标明的正文，没有采用正文以外的文字：“{}”。请检查正文是否完整。"
_WITHOUT_ASIDE: Final = "网页上的导航、页脚等没有采用：“{}”。如果其中有正文，请复制到稿件里重新投放。"


@dataclass(frozen=True, slots=True)
class Page:
    """The parts of a page that are read, in order; `left_out` are the identities of tags inside them that are not."""

    roots: tuple[Tag, ...]
    left_out: frozenset[int]


def find_article(page: BeautifulSoup, remarks: Remarks) -> Page:
    """What to read of a page; what is left out is said, with its text."""
    article = page.find(id="js_content")
    if isinstance(article, Tag):
        remarks.say("page-around", _FROM_WECHAT, Level.WARNING, lost="\n".join(_outside(page, (article,))))
        return Page((article,), frozenset())
    sums = _measure(page)
    roots = _declared(page, sums)
    if roots != (page,) and (around := "\n".join(_outside(page, roots))):
        remarks.say("page-around", _FROM_ARTICLE.format(_begin(around)), Level.WARNING, lost=around)
    left_out = [tag for root in roots for tag in _asides(root, sums)]
    if left_out:
        lost = "\n".join(filter(None, map(visible_text, left_out)))
        remarks.say("navigation-dropped", _WITHOUT_ASIDE.format(_begin(lost)), Level.INFO, lost=lost)
    return Page(roots, frozenset(map(id, left_out)))


def read_properties(page: BeautifulSoup) -> Properties:
    """What the page says of itself; the sites of authorities give the bare title under a name of their own."""
    title = page.title.get_text(" ", strip=True) if page.title else ""
    said = {str(tag.get("name") or tag.get("property")): str(tag.get("content") or "") for tag in page.find_all("meta")}
    title = said.get("ArticleTitle") or title or said.get("og:title", "")
    return Properties(
        title=" ".join(title.split()),
        author=(said.get("author") or said.get("Author") or "").strip(),
        digest=(said.get("description") or said.get("Description") or "").strip(),
    )


def visible_text(node: PageElement) -> str:
    """What of a part could have been read, blanks made single."""
    if isinstance(node, Tag):
        return "" if node.name in INVISIBLE else " ".join(" ".join(_texts(node)).split())
    hidden = isinstance(node, PreformattedString) or (node.parent is not None and node.parent.name in INVISIBLE)
    return "" if hidden else str(node).strip()


def count_signs(tag: Tag) -> int:
    """How many characters of a part could be read, blanks included."""
    return sum(map(len, _texts(tag)))


def _texts(tag: Tag) -> Iterator[str]:
    return (
        str(node)
        for node in tag.descendants
        if isinstance(node, NavigableString)
        and not isinstance(node, PreformattedString)
        and not (node.parent is not None and node.parent.name in INVISIBLE)
    )


@dataclass(slots=True)
class _Sum:
    """What a part holds: characters, those of them in links, paragraphs or pictures, main titles, imprints."""

    size: int = 0
    linked: int = 0
    solid: int = 0
    titles: int = 0
    imprints: int = 0

    def take(self, inner: _Sum) -> None:
        self.size += inner.size
        self.linked += inner.linked
        self.solid += inner.solid
        self.titles += inner.titles
        self.imprints += inner.imprints


_Sums = Mapping[int, _Sum]


def _measure(page: Tag) -> _Sums:
    """The sums of all tags by identity, in one walk: parts nest in parts by the thousand."""
    sums: defaultdict[int, _Sum] = defaultdict(_Sum)
    tags = [page, *(node for node in page.descendants if isinstance(node, Tag) and node.name not in INVISIBLE)]
    for tag in reversed(tags):  # inner before outer
        own = sums[id(tag)]
        for node in tag.children:
            if isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
                own.size += len("".join(node.split()))
                own.imprints += bool(_IMPRINT.search(node))
        own.linked = own.size if tag.name == "a" else own.linked
        own.solid = 0 if tag.name == "a" else own.solid + (tag.name in {"p", "img"})
        own.titles += tag.name == "h1"
        if tag.parent is not None and tag is not page and tag.name != "button":
            sums[id(tag.parent)].take(own)
    return sums


def _begin(text: str) -> str:
    short = " ".join(text.split())
    return short[:40] + ("……" if len(short) > 40 else "")  # noqa: PLR2004 # a line of a note


def _outside(page: Tag, roots: tuple[Tag, ...]) -> Iterator[str]:
    inside = {id(node) for root in roots for node in root.descendants}
    strings = (node for node in page.descendants if isinstance(node, NavigableString) and id(node) not in inside)
    return filter(None, map(visible_text, strings))


def _declared(page: BeautifulSoup, sums: _Sums) -> tuple[Tag, ...]:
    """The only <main> or <article> if it holds most of the text, after the page's only h1, if that stands before it."""
    for found in (page.find_all("main") or page.find_all(role="main"), page.find_all("article")):
        if len(found) == 1 and sums[id(found[0])].size * 2 > sums[id(page)].size:
            titles = page.find_all("h1") if sums[id(found[0])].titles == 0 else []
            is_before = len(titles) == 1 and found[0] in titles[0].find_all_next(found[0].name)
            return (titles[0], found[0]) if is_before else (found[0],)
    return (page,)


def _asides(root: Tag, sums: _Sums) -> Iterator[Tag]:
    """The outermost parts that are no article: by role, or by a name that their text bears out."""
    waiting = [(root, False)]
    while waiting:
        tag, in_story = waiting.pop()
        part = sums[id(tag)]
        # Half of a page is never beside the point.
        if tag is not root and part.size * 2 <= sums[id(root)].size and _is_aside(tag, part, in_story=in_story):
            yield tag
            continue
        inner = in_story or tag.name in _STORIES
        waiting += [(child, inner) for child in tag.children if isinstance(child, Tag)][::-1]


def _is_aside(tag: Tag, part: _Sum, *, in_story: bool) -> bool:
    if tag.name == "nav" or str(tag.get("role") or "") in _ASIDE_ROLES:
        return True
    if tag.name in {"header", "footer", "aside"}:
        return not in_story and (tag.name != "header" or part.titles == 0)
    if tag.name == "form":
        return part.size <= _SHORT
    said = _names_of(tag)
    return bool(said & _NAMES) and _bears_out(part, is_head=bool(said & _HEADS))


def _names_of(tag: Tag) -> set[str]:
    said = [*tag.get_attribute_list("class"), tag.get("id")]
    return {part for name in said if name for part in re.split(r"[-_]", str(name).lower()[:60])}


def _bears_out(part: _Sum, *, is_head: bool) -> bool:
    """Whether a part is nothing but links and their pictures, mostly links, a few words, or an imprint."""
    if part.titles or (is_head and part.solid):
        return False
    few = part.size <= _SHORT and part.solid == 0 and not is_head
    return part.linked * 2 >= part.size or few or (part.imprints > 0 and part.size <= 10 * _SHORT)
