"""What the platform allows in one article of a draft, and how a text is brought within it.

A length is counted in code points; `units` counts as the console does, where two Latin letters are one 字.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from urllib.parse import urlsplit

from publisher.document import Level, Note
from publisher.errors import Unpublishable
from publisher.rendering.digest import PAIRS, cut_digest

TITLE_POINTS, TITLE_UNITS = 32, 64
AUTHOR_UNITS = 16
DIGEST_POINTS = 120
CONTENT_POINTS, CONTENT_WARN = 20_000, 18_000
CONTENT_BYTES = 1_000_000
SOURCE_URL_BYTES = 1_024
ARTICLES = 8

_NARROW = 0x2000  # below: Latin, Greek, Cyrillic; what stands above is drawn as wide as a Han character
_SHORTEST_TITLE = 6


def units(text: str) -> int:
    """The width of a text in half-width units: 1 for a Latin letter, 2 for a Han character or an emoji."""
    return sum(1 if ord(character) < _NARROW else 2 for character in text)


def fits_title(title: str, reserve: int = 0) -> bool:
    """Whether the platform takes it as a title, with so many further characters behind it."""
    return len(title) + reserve <= TITLE_POINTS and units(title) + 2 * reserve <= TITLE_UNITS


def short_title(title: str, reserve: int = 0) -> str:
    """The title, or its longest natural short form that the platform takes: without the organisation before ：,
    with 《…》 shortened inside, cut at a blank or ，; else cut at the limit, with …. `reserve` keeps so many characters
    free.
    """
    candidates = chain((title,), _bodies(title), _shortened_works(title), _clauses(title), _cuts(title))
    return next((candidate for candidate in candidates if fits_title(candidate, reserve)), title[:_SHORTEST_TITLE])


def _bodies(title: str) -> Iterator[str]:
    _organisation, mark, rest = title.partition("：")
    if mark and len(rest) >= _SHORTEST_TITLE:
        yield rest
        yield from _shortened_works(rest)
        yield from _clauses(rest)
        yield from _cuts(rest)


def _shortened_works(title: str) -> Iterator[str]:
    work = re.fullmatch(r"(.{1,24}?)《(.+)》(.{0,4})", title)
    if work:
        before, name, after = work.groups()
        for end in _ends(name, r"[\s，、：]"):
            yield f"{before}《{name[:end]}…》{after}"


def _clauses(title: str) -> Iterator[str]:
    for end in _ends(title, r"[\s，；。！？]"):
        if end >= _SHORTEST_TITLE and balanced(title[:end]):
            yield title[:end]


def _ends(text: str, marks: str) -> Iterator[int]:
    """Where the text could end, the longest form first."""
    yield from reversed([match.start() for match in re.finditer(marks, text) if match.start()])


def _cuts(title: str) -> Iterator[str]:
    for end in range(TITLE_POINTS - 1, _SHORTEST_TITLE, -1):
        if balanced(title[:end]):
            yield title[:end].rstrip("，、：；（《“ ") + "…"
    yield title[: TITLE_POINTS - 1] + "…"


def balanced(text: str) -> bool:
    """Whether every bracket and quotation mark that opens also closes."""
    return all(text.count(opening) == text.count(closing) for opening, closing in PAIRS.items())


def fit_title(title: str) -> tuple[str, tuple[Note, ...]]:
    """The title as the platform takes it, and a note if that is a short form. Unpublishable if it is empty."""
    title = " ".join(title.split())
    if not title:
        raise Unpublishable("no title", "稿件没有标题，平台不接受没有标题的图文。请在稿件开头写上标题后重新投放。")
    short = short_title(title)
    if short == title:
        return title, ()
    text = f"标题超过 {TITLE_POINTS} 字，列表里显示为：{short}，正文保留全题（{title}）"
    return short, (Note("title-shortened", text, Level.INFO),)


def fit_author(author: str) -> tuple[str, tuple[Note, ...]]:
    """The author as the platform takes it, and a note if it had to be cut."""
    author = " ".join(author.split())
    if units(author) <= AUTHOR_UNITS:
        return author, ()
    cut = author
    while units(cut) > AUTHOR_UNITS:
        cut = cut[:-1]
    cut = cut.rstrip("、，, /")
    text = f"作者「{author}」超过 {AUTHOR_UNITS // 2} 个汉字，平台上显示为：{cut}"
    return cut, (Note("author-shortened", text, Level.WARNING),)


def fit_digest(digest: str) -> tuple[str, tuple[Note, ...]]:
    """The editor's own digest as the platform takes it, and a note if it had to be cut."""
    digest = " ".join(digest.split())
    if len(digest) <= DIGEST_POINTS:
        return digest, ()
    cut = cut_digest(digest, DIGEST_POINTS)
    text = f"摘要有 {len(digest)} 字，超过平台的 {DIGEST_POINTS} 字，截为：{cut}"
    return cut, (Note("digest-shortened", text, Level.WARNING),)


def fit_source_url(url: str) -> tuple[str, tuple[Note, ...]]:
    """The 阅读原文 address as the platform takes it, or "" with a note."""
    url = url.strip()
    if not url:
        return "", ()
    if urlsplit(url).scheme in {"http", "https"} and len(url.encode()) <= SOURCE_URL_BYTES:
        return url, ()
    text = f"「阅读原文」的网址不可用（须为 http(s) 开头且不超过 {SOURCE_URL_BYTES} 字节），已略去：{url[:80]}"
    return "", (Note("source-url-dropped", text, Level.WARNING, lost=url),)


def fits_content(content: str) -> bool:
    """Whether the platform takes it as an article's content."""
    return size_of(content) < CONTENT_POINTS and len(content.encode()) < CONTENT_BYTES


def size_of(content: str) -> int:
    """The characters of an article's content; one outside the first 65,536, such as an emoji, counts twice, as it may
    do on the platform (wechat-api 3.3).
    """
    return len(content.encode("utf-16-le", "surrogatepass")) // 2


def check_content(title: str, content: str, without: str) -> tuple[Note, ...]:
    """What there is to say about an article's length: `without` names what was left out to make it fit. Unpublishable,
    with the figures, if it is over all the same.
    """
    points, size = size_of(content), len(content.encode())
    if not fits_content(content):
        raise Unpublishable(f"content of {points} characters, {size} bytes", _too_long(title, points, size))
    if without:
        text = f"《{title}》太长，已略去{without}，排版后有 {points:,} 字符（平台上限 {CONTENT_POINTS:,}）"
        return (Note("content-degraded", text, Level.INFO),)
    if points < CONTENT_WARN:
        return ()
    text = f"《{title}》排版后有 {points:,} 字符，接近平台的上限 {CONTENT_POINTS:,}"
    return (Note("content-near-limit", text, Level.INFO),)


def _too_long(title: str, points: int, size: int) -> str:
    return (
        f"《{title}》排版后有 {points:,} 字符（{size:,} 字节），平台要求少于 {CONTENT_POINTS:,} 字符、"
        f"{CONTENT_BYTES:,} 字节。请把文章分成几篇或删减后重新投放。"
    )
