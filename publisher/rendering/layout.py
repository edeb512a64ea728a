"""How an issue is divided over the articles of its draft: all in one, or by section, and what each is called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from msgspec.structs import replace

from publisher.document import Article, Masthead, Newsletter, Section
from publisher.errors import Unpublishable
from publisher.issue import Layout
from publisher.rendering.limits import ARTICLES, CONTENT_POINTS
from publisher.rendering.portions import numeral, portions


@dataclass(frozen=True, slots=True)
class Part:
    """What goes into one article of the draft. `title` is whole, however long; `first` and `last` say whether the
    masthead and the closing notice stand in it.
    """

    title: str
    sections: tuple[Section, ...]
    first: bool = False
    last: bool = False

    @property
    def articles(self) -> tuple[Article, ...]:
        """All its articles in reading order."""
        return tuple(article for section in self.sections for article in section.articles)


Measure = Callable[[Part], int]
"""How many characters a part takes once it is written."""


def divide(newsletter: Newsletter, layout: Layout, measure: Measure) -> tuple[Part, ...]:
    """The parts, at most 8. Unpublishable, with the figures, if the platform would refuse them however divided."""
    sections = tuple(section for section in newsletter.sections if section.articles)
    if not sections:
        raise Unpublishable(
            "no articles", "稿件里没有读出任何文章，无法发布。请检查稿件是否为空，或标题是否写成了正文。"
        )
    whole = _titled(newsletter, [sections])
    if layout == "single" or (layout == "auto" and measure(whole[0]) < CONTENT_POINTS):
        return whole
    groups = [group for section in sections for group in _split(section, sections, measure)]
    return _titled(newsletter, _joined(groups, measure))


def issue_name(masthead: Masthead | None) -> str:
    """The newsletter's name and number, as its readers call the issue: «浙江金联信息 2024 年第 6 期（总第 18 期）»."""
    if masthead is None or not masthead.name:
        return ""
    return " ".join(part for part in (masthead.name, issue_number(masthead) or chinese_date(masthead.date)) if part)


def issue_number(masthead: Masthead) -> str:
    """«2024 年第 6 期（总第 18 期）», as far as it is known."""
    year = f"{masthead.year} 年" if masthead.year is not None else ""
    issue = f"第 {masthead.issue} 期" if masthead.issue is not None else ""
    total = f"总第 {masthead.total_issue} 期" if masthead.total_issue is not None else ""
    if issue and total:
        total = f"（{total}）"
    return (year + issue + total) if issue or total else ""


def chinese_date(date: str) -> str:
    """«2024 年 7 月 31 日» of an ISO date; any other text as it is."""
    parts = date.split("-")
    if len(parts) == len(("year", "month", "day")) and all(part.isdigit() for part in parts):
        return "{} 年 {} 月 {} 日".format(*(int(part) for part in parts))
    return date


# ---------------------------------------------------------------------------- dividing

Group = tuple[Section, ...]


def _split(section: Section, sections: Group, measure: Measure) -> list[Group]:
    """The section, cut between its articles, and where one is too long by itself inside it, into as few groups as the
    limit allows.
    """
    first, last = section is sections[0], section is sections[-1]
    if measure(Part("", (section,), first, last)) < CONTENT_POINTS:
        return [(section,)]

    def size(articles: tuple[Article, ...], *, leads: bool) -> int:
        return measure(Part("", (replace(section, articles=articles),), first and leads, last))

    groups: list[tuple[Article, ...]] = []
    for article in section.articles:
        for portion in portions(article, lambda part: size((part,), leads=not groups)):
            longer = (*groups[-1], portion) if groups else (portion,)
            if groups and size(longer, leads=len(groups) == 1) < CONTENT_POINTS:
                groups[-1] = longer
            else:
                groups.append((portion,))
    return [(replace(section, articles=articles),) for articles in groups]


def _joined(groups: list[Group], measure: Measure) -> list[Group]:
    """The groups, neighbours put together, the smallest first, until the draft holds them."""
    while len(groups) > ARTICLES:
        sizes = [
            measure(Part("", groups[index] + groups[index + 1], index == 0, index + 2 == len(groups)))
            for index in range(len(groups) - 1)
        ]
        smallest = min(range(len(sizes)), key=sizes.__getitem__)
        if sizes[smallest] >= CONTENT_POINTS:
            raise _too_much(groups, measure)
        groups = [*groups[:smallest], groups[smallest] + groups[smallest + 1], *groups[smallest + 2 :]]
    return groups


def _too_much(groups: list[Group], measure: Measure) -> Unpublishable:
    total = sum(measure(Part("", group)) for group in groups)
    note = (
        f"整期排版后约 {total:,} 字符，需要 {len(groups)} 篇图文，而一份草稿最多 {ARTICLES} 篇、每篇不到 "
        f"{CONTENT_POINTS:,} 字符。请分成两期，或删减后重新投放。"
    )
    return Unpublishable(f"{total} characters in {len(groups)} groups", note)


# ---------------------------------------------------------------------------- titles


def _titled(newsletter: Newsletter, groups: list[Group]) -> tuple[Part, ...]:
    titles = [_title(groups, index) for index in range(len(groups))]
    titles[0] = newsletter.metadata.title or issue_name(newsletter.masthead) or titles[0]
    return tuple(
        Part(title, group, index == 0, index == len(groups) - 1)
        for index, (title, group) in enumerate(zip(titles, groups, strict=True))
    )


def _title(groups: list[Group], index: int) -> str:
    """What a group is called: its section, with a number if that is spread over several; the title of an article that
    is alone in its section; or its first article's.
    """
    group = groups[index]
    same = [number for number, other in enumerate(groups) if _name(other) == _name(group)]
    if len(group) == 1 and len(same) > 1 and group[0].name:
        return f"{group[0].name}（{numeral(same.index(index))}）"
    articles = [article for section in group for article in section.articles]
    names = list(dict.fromkeys(section.name for section in group if section.name))
    if len(articles) == 1 or not names or len(groups) == 1:
        return articles[0].title
    return "、".join(names)


def _name(group: Group) -> str:
    return group[0].name if len(group) == 1 else ""
