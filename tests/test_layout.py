from __future__ import annotations

import pytest
from msgspec.structs import replace

from publisher.document import (
    Article,
    Block,
    Heading,
    Masthead,
    Metadata,
    Newsletter,
    Paragraph,
    Section,
    Text,
    plain_text,
)
from publisher.errors import Unpublishable
from publisher.issue import Layout
from publisher.rendering import render, shipped_themes
from publisher.rendering.layout import Part, chinese_date, divide, issue_name, issue_number
from publisher.rendering.limits import fits_title
from publisher.rendering.theme import parse_theme

HEAD = Masthead("江南联合信息", 2024, 6, 18)


def article(title: str, size: int) -> Article:
    return Article(title, (Paragraph((Text("字" * size),)),))


def measure(part: Part) -> int:
    return sum(len(plain_text(block)) for article in part.articles for block in article.blocks)


def divided(*sections: Section, layout: Layout = "auto", head: Masthead | None = HEAD) -> list[tuple[str, int]]:
    parts = divide(Newsletter(head, sections), layout, measure)
    assert [part.first for part in parts] == [True] + [False] * (len(parts) - 1)
    assert [part.last for part in parts] == [False] * (len(parts) - 1) + [True]
    return [(part.title, len(part.articles)) for part in parts]


SMALL = (Section("动态", (article("甲", 100),)), Section("成果", (article("乙", 100), article("丙", 100))))
LARGE = (
    Section("动态", (article("甲", 900),)),
    Section("成果", tuple(article(f"果{number}", 900) for number in range(10))),
    Section("研究", (article("算力研究", 11_000),)),
    Section("要闻", (article("丁", 900), article("戊", 900))),
)


def test_an_issue_that_fits_is_one_article() -> None:
    assert divided(*SMALL) == [("江南联合信息 2024 年第 6 期（总第 18 期）", 3)]


def test_an_issue_that_does_not_fit_is_one_article_a_section() -> None:
    name = "江南联合信息 2024 年第 6 期（总第 18 期）"
    assert divided(*LARGE) == [(name, 1), ("成果", 10), ("算力研究", 1), ("要闻", 2)]


def test_sections_may_be_asked_for() -> None:
    assert [title for title, _count in divided(*SMALL, layout="sections")][1:] == ["成果"]


def test_one_article_may_be_asked_for_and_is_refused_with_the_figures_when_too_big() -> None:
    assert len(divided(*LARGE, layout="single")) == 1
    theme = parse_theme("official", shipped_themes()["official"])
    with pytest.raises(Unpublishable) as caught:
        render(Newsletter(HEAD, LARGE), theme, {}, layout="single")
    assert "字符" in caught.value.note
    assert "20,000" in caught.value.note


def test_a_section_that_is_too_big_is_cut_between_its_articles() -> None:
    big = Section("重大成果", tuple(article(f"果{number}", 8_000) for number in range(5)))
    assert divided(SMALL[0], big, SMALL[1])[1:] == [
        ("重大成果（一）", 2),
        ("重大成果（二）", 2),
        ("重大成果（三）", 1),
        ("成果", 2),
    ]


def test_articles_without_sections_are_divided_too() -> None:
    loose = Section("", tuple(article(f"文{number}", 10_000) for number in range(3)))
    assert divided(loose, head=None) == [("文0", 1), ("文1", 1), ("文2", 1)]


def long_article(*sizes: int, headings: frozenset[int] = frozenset()) -> Article:
    """Paragraphs of so many characters; before those at `headings` stands a heading of ten."""
    blocks: list[Block] = []
    for index, size in enumerate(sizes):
        blocks += [Heading(1, (Text("小标题小标题小标题十"),))] if index in headings else []
        blocks.append(Paragraph((Text("字" * size),)))
    return Article("长文", tuple(blocks), source="虚构社", digest="摘要")


def test_an_article_that_is_too_long_by_itself_is_divided_before_a_heading() -> None:
    long = long_article(*[2_000] * 14, headings=frozenset({3, 6, 11}))
    parts = divide(Newsletter(None, (Section("", (long,)),)), "auto", measure)
    assert [part.title for part in parts] == ["长文（一）", "长文（二）"]
    assert [measure(part) for part in parts] == [12_010, 16_020]
    assert [part.articles[0].source for part in parts] == ["", "虚构社"]
    assert [part.articles[0].digest for part in parts] == ["摘要", ""]
    assert isinstance(parts[1].articles[0].blocks[0], Heading)


def test_no_block_is_lost_or_moved_where_an_article_is_divided() -> None:
    long = long_article(*range(900, 1_600, 13), headings=frozenset(range(0, 54, 5)))
    parts = divide(Newsletter(None, (Section("", (long,)),)), "auto", measure)
    assert tuple(block for part in parts for block in part.articles[0].blocks) == long.blocks
    assert max(map(measure, parts)) < 20_000
    assert min(map(measure, parts)) > 10_000


def test_a_long_title_keeps_its_number_when_its_article_is_divided() -> None:
    long = replace(
        long_article(*[9_000] * 3), title="关于进一步推动全省数字经济和人工智能产业高质量发展的若干指导意见全文"
    )
    titles = [part.title for part in divide(Newsletter(None, (Section("", (long,)),)), "auto", measure)]
    assert [title[-3:] for title in titles] == ["（一）", "（二）"]
    assert {fits_title(title) for title in titles} == {True}


def test_one_paragraph_that_is_too_long_cannot_be_divided() -> None:
    (part,) = divide(Newsletter(None, (Section("", (long_article(30_000),)),)), "auto", measure)
    assert part.title == "长文"


def test_in_a_section_the_portions_are_counted_with_the_other_articles() -> None:
    section = Section("研究", (article("甲", 9_000), long_article(*[5_000] * 6), article("乙", 8_000)))
    parts = divide(Newsletter(HEAD, (section,)), "auto", measure)
    assert [[each.title for each in part.articles] for part in parts] == [
        ["甲"], ["长文（一）"], ["长文（二）"], ["乙"],
    ]  # fmt: skip


def test_more_than_eight_groups_are_joined_the_smallest_first() -> None:
    sections = [Section(f"栏{number}", (article(f"文{number}", 2_000 + number),)) for number in range(10)]
    titles = [title for title, _count in divided(*sections, layout="sections")]
    assert len(titles) == 8
    assert titles[1:3] == ["栏2、栏3", "文4"]


def test_what_no_draft_holds_is_refused_with_the_figures() -> None:
    sections = [Section(f"栏{number}", (article(f"文{number}", 10_000),)) for number in range(9)]
    with pytest.raises(Unpublishable) as caught:
        divided(*sections)
    assert "90,000 字符，需要 9 篇图文，而一份草稿最多 8 篇" in caught.value.note


@pytest.mark.parametrize("sections", [(), (Section("空", ()),)])
def test_an_empty_issue_is_refused(sections: tuple[Section, ...]) -> None:
    with pytest.raises(Unpublishable, match="no articles"):
        divided(*sections)


def test_an_article_alone_is_called_by_its_own_title() -> None:
    assert divided(SMALL[0], head=None) == [("甲", 1)]
    assert divided(*SMALL, head=None) == [("甲", 3)]


def test_the_editors_title_comes_first() -> None:
    parts = divide(Newsletter(HEAD, SMALL, metadata=Metadata(title="特刊")), "sections", measure)
    assert [part.title for part in parts] == ["特刊", "成果"]


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (None, ""),
        (Masthead(year=2024, issue=6), ""),
        (Masthead("简报"), "简报"),
        (Masthead("简报", date="2024-07-31"), "简报 2024 年 7 月 31 日"),
        (Masthead("简报", 2024, 6), "简报 2024 年第 6 期"),
        (Masthead("简报", total_issue=18), "简报 总第 18 期"),
    ],
)
def test_an_issue_is_called_by_name_and_number(head: Masthead | None, name: str) -> None:
    assert issue_name(head) == name


def test_a_number_needs_more_than_a_year() -> None:
    assert issue_number(Masthead("简报", 2024)) == ""


def test_only_an_iso_date_is_respelled() -> None:
    assert chinese_date("2024-07-01") == "2024 年 7 月 1 日"
    assert chinese_date("七月一日") == "七月一日"
