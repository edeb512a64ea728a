"""An article that is too long for the platform by itself, in portions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, pairwise

from msgspec.structs import replace

from publisher.document import Article, Block, Heading
from publisher.rendering.limits import ARTICLES, CONTENT_POINTS, short_title

_NUMERALS = "一二三四五六七八九十"
_NEAR = 0.3
"""How far from an even division a cut may lie to fall before a heading, as a part of a portion."""

Size = Callable[[Article], int]
"""How many characters an article takes alone in a piece of the draft."""


def portions(article: Article, size: Size) -> tuple[Article, ...]:
    """The article itself if it fits; else its text in as few and as even portions as do, cut before headings where they
    are near, each with a number in its title; the article as it is if there is no such division.
    """
    if size(article) < CONTENT_POINTS:
        return (article,)
    bare = size(replace(article, blocks=()))
    weights = [size(replace(article, blocks=(block,))) - bare for block in article.blocks]
    for count in range(2, min(ARTICLES, len(weights)) + 1):
        cut = tuple(_cut(article.blocks, weights, count))
        if all(size(replace(article, blocks=blocks)) < CONTENT_POINTS for blocks in cut):
            return tuple(_numbered(article, blocks, index, count) for index, blocks in enumerate(cut))
    return (article,)


def numeral(index: int) -> str:
    """The Chinese number of what comes at `index`, counted from 0."""
    return _NUMERALS[index] if index < len(_NUMERALS) else str(index + 1)


def _cut(blocks: tuple[Block, ...], weights: Sequence[int], count: int) -> Iterator[tuple[Block, ...]]:
    before = [0, *accumulate(weights)]
    share = before[-1] / count
    places = [0]
    for number in range(1, count):
        latest = len(blocks) - (count - number)
        places.append(_place(blocks, before, range(places[-1] + 1, latest + 1), number * share, share * _NEAR))
    yield from (blocks[start:end] for start, end in pairwise([*places, len(blocks)]))


def _place(blocks: Sequence[Block], before: Sequence[int], allowed: range, target: float, near: float) -> int:
    """Before which block to cut: the highest heading that is near the target, else the block that is nearest."""

    def distance(index: int) -> float:
        return abs(before[index] - target)

    headings = [
        (block.level, distance(index), index)
        for index in allowed
        if isinstance(block := blocks[index], Heading) and distance(index) <= near
    ]
    return min(headings)[2] if headings else min(allowed, key=distance)


def _numbered(article: Article, blocks: tuple[Block, ...], index: int, count: int) -> Article:
    """A portion; the source stands under the last one only."""
    number = f"（{numeral(index)}）"
    last = index == count - 1
    return replace(
        article,
        title=short_title(article.title, len(number)) + number,
        blocks=blocks,
        source=article.source if last else "",
        digest=article.digest if index == 0 else "",
    )
