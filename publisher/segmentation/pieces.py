"""What a reader sees of each article of a draft, as one text to be searched."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from publisher.document import Article, Footnote, Newsletter, Section, notes_of, plain_text
from publisher.segmentation.folding import fold

_NUMBER: Final = re.compile(r"\([一二三四五六七八九十\d]+\)$")
"""Which portion of a long section or story it is: （二）."""

_Footnotes: TypeAlias = Mapping[str, Footnote]


def text_of_sections(sections: Iterable[Section], footnotes: Sequence[Footnote] = ()) -> str:
    """The names of sections, titles, authors and text of their articles, tables and lists too, a line each; after an
    article those of the `footnotes` that it refers to.
    """
    known = _by_id(footnotes)
    lines = (line for section in sections for line in (section.name, *_articles(section.articles, known)))
    return "\n".join(filter(None, lines))


def share_out(newsletter: Newsletter, titles: Sequence[str]) -> list[str]:
    """The text of each article of a draft of which only the `titles` are known: each begins with the first section or
    story that it is named after. What cannot be told apart stays with the one before.
    """
    stories = [(section, article) for section in newsletter.sections for article in section.articles]
    starts = [0]
    for title in titles[1:]:
        places = (place for place in range(starts[-1] + 1, len(stories)) if _is_named(title, stories, place))
        starts.append(next(places, starts[-1]))
    # Of several that begin at the same place, the first has the text, and the others their titles alone.
    ends = [next((start for start in starts[index + 1 :] if start > begin), len(stories))
            for index, begin in enumerate(starts)]  # fmt: skip
    known = _by_id(newsletter.footnotes)
    return [
        "" if index and begin == starts[index - 1] else "\n".join(_stories(stories[begin:end], known))
        for index, (begin, end) in enumerate(zip(starts, ends, strict=True))
    ]


def _is_named(title: str, stories: Sequence[tuple[Section, Article]], place: int) -> bool:
    section, article = stories[place]
    begins = bool(section.name) and section is not stories[place - 1][0]
    name = _NUMBER.sub("", fold(title))
    if begins and fold(section.name) in {name, name.partition("、")[0]}:
        return True
    return _is_short_form(name, fold(article.title))


def _is_short_form(title: str, whole: str) -> bool:
    """Whether the platform's title is a story's, whole or shortened: without its beginning or end, … for what is left
    out.
    """
    place = 0
    for part in title.split("..."):
        place = whole.find(part.strip(), place)
        if place < 0:
            return False
    return bool(title.strip(". "))


def _stories(stories: Sequence[tuple[Section, Article]], footnotes: _Footnotes) -> Iterator[str]:
    before = None
    for section, article in stories:
        if section is not before and section.name:
            yield section.name
        before = section
        yield from filter(None, _articles([article], footnotes))


def _articles(articles: Iterable[Article], footnotes: _Footnotes) -> Iterator[str]:
    for article in articles:
        yield article.title
        yield article.author
        yield from map(plain_text, article.blocks)
        for name in notes_of(article.blocks):
            yield from map(plain_text, footnotes[name].blocks if name in footnotes else ())


def _by_id(footnotes: Iterable[Footnote]) -> _Footnotes:
    return {footnote.id: footnote for footnote in footnotes}
