from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.document import (
    Align,
    Block,
    Box,
    Cell,
    Document,
    Figure,
    Flow,
    Heading,
    Items,
    Mark,
    Metadata,
    Newsletter,
    Paragraph,
    Quote,
    Table,
    Text,
    plain_text,
)
from publisher.importers.text import import_text
from publisher.newsletter import recover
from publisher.newsletter.lines import key
from tests.builders import (
    Edition,
    Notation,
    assert_conserved,
    broken,
    codes_of,
    lines_document,
    make_edition,
    meant_titles,
    recover_blocks,
    recover_text,
    titles_of,
    write_edition,
)

# ---------------------------------------------------------------------------- invented issues in all notations

_NOISE = ((), ("- {page} -",), ("— {page} —", "临江茶业简讯"), ("临江茶业简讯 第 {page} 页",), ("{page}/20",))
_notations = st.builds(
    Notation,
    section=st.sampled_from(("◆ {}", "■{}", "● {}", "▲ {}", "★ {}", "【{}】", "◆【{}】", "一、{}")),
    number=st.sampled_from(("{}. {}", "{}.{}", "{}、{}", "{}．{}", "（{}）{}", "{1}", "• {1}")),
    end=st.sampled_from(("。", "")),
    leaders=st.sampled_from(("", "......", "……", "\t", " ········ ")),
    heading=st.sampled_from(("", "目录", "目  录", "本期要目", "【本期目录】", "CONTENTS")),
    repeated_sections=st.booleans(),
    title_pieces=st.integers(1, 3),
    cut=st.booleans(),
    noise=st.sampled_from(_NOISE),
    blank_lines=st.booleans(),
    indent=st.sampled_from(("", "　　", "\u00a0\u00a0", "\u200b", "    ")),
    newline=st.sampled_from(("\n", "\r\n")),
    quotes=st.sampled_from(("", "corner", "half")),
    extra=st.sampled_from(({}, {"digits": "wide"})),
)
_counts = st.lists(st.integers(1, 3), min_size=2, max_size=4)


@given(_counts, _notations)
@settings(max_examples=150, deadline=None)
def test_every_notation_of_an_issue_gives_its_structure(counts: list[int], way: Notation) -> None:
    edition = make_edition(counts)
    newsletter = recover_text(write_edition(edition, way))
    assert titles_of(newsletter) == meant_titles(edition)
    assert [_keys(article.blocks) for article in newsletter.articles] == _meant_keys(edition)
    assert [article.source for article in newsletter.articles] == [story.source for story in edition.stories]
    assert newsletter.masthead
    assert (newsletter.masthead.year, newsletter.masthead.issue, newsletter.masthead.total_issue) == (2025, 3, 41)
    assert newsletter.masthead.phone == "0123-4567890"
    assert newsletter.copyright.split("\n") == list(edition.copyright)


@given(_counts, _notations)
@settings(max_examples=60, deadline=None)
def test_without_a_contents_list_all_titles_are_found(counts: list[int], way: Notation) -> None:
    # The first half of a cut paragraph can look like a title in every respect: only a contents list tells.
    way = replace(way, listed=False, title_pieces=1, section="◆ {}", quotes="", cut=False)
    edition = make_edition(counts)
    newsletter = recover_text(write_edition(edition, way))
    assert [article.title for article in newsletter.articles] == [story.title for story in edition.stories]
    if way.repeated_sections:
        assert titles_of(newsletter) == meant_titles(edition)


@given(_counts)
@settings(max_examples=40, deadline=None)
def test_a_wrong_letter_in_every_title_is_told_and_does_no_harm(counts: list[int]) -> None:
    edition = make_edition(counts)
    slipped = [replace(story, title=story.title[:-2] + "茗" + story.title[-1]) for story in edition.stories]
    stories = iter(slipped)
    wrong = Edition(tuple((name, tuple(next(stories) for _ in old)) for name, old in edition.sections))
    front = write_edition(edition).split("4567890\n\n", 1)[0]
    body = write_edition(wrong, Notation(listed=False)).split("4567890\n\n", 1)[1]
    newsletter = recover_text(f"{front}4567890\n\n{body}")
    assert titles_of(newsletter) == meant_titles(edition)
    assert "title-differs" in codes_of(newsletter)


@given(st.permutations(range(4)))
@settings(max_examples=20, deadline=None)
def test_sections_may_come_in_any_order(order: list[int]) -> None:
    sections = make_edition((1, 4, 1, 2)).sections
    edition = Edition(tuple(sections[place] for place in order))
    assert titles_of(recover_text(write_edition(edition))) == meant_titles(edition)


def _keys(blocks: tuple[Block, ...]) -> list[str]:
    return [key(plain_text(block)) for block in blocks]


def _meant_keys(edition: Edition) -> list[list[str]]:
    return [[key(paragraph) for paragraph in story.paragraphs] for story in edition.stories]


# ---------------------------------------------------------------------------- the real issue, mutated

_SAMPLE = Path(__file__).parents[2] / "shared" / "samples" / "jinlian-2024-06.txt"


@pytest.fixture(scope="module")
def real() -> str:
    if not _SAMPLE.exists():
        pytest.skip("the real issue is not on this machine")
    return _SAMPLE.read_text("utf-8")


def _recovered(text: str) -> Newsletter:
    document = import_text(text.encode(), "issue.txt")
    newsletter = recover(document)
    assert_conserved(document, newsletter)
    return newsletter


def _structure(newsletter: Newsletter) -> list[tuple[str, str, str, list[tuple[str, str]]]]:
    return [
        (
            section.name,
            article.title,
            article.source,
            [(type(block).__name__, key(plain_text(block))) for block in blocks],
        )
        for section in newsletter.sections
        for article in section.articles
        for blocks in (article.blocks,)
    ]


def _in_contents(text: str, old: str, new: str) -> str:
    head, mark, body = text.partition("地址：")
    return head.replace(old, new) + mark + body


def _over_lines(text: str, pieces: int) -> str:
    titles = {key(article.title) for article in _recovered(text).articles}
    head, mark, body = text.partition("电话：")
    lines = ["\n\n".join(broken(line, pieces)) if key(line) in titles else line for line in body.split("\n")]
    return head + mark + "\n".join(lines)


def _noisy(text: str) -> str:
    """Page numbers and running heads in every gap of the text."""
    head, mark, body = text.partition("电话：")
    pieces = body.split("\n\n")
    noisy = [f"{piece}\n\n浙江金联信息 2024 年第 6 期\n\n- {page} -" for page, piece in enumerate(pieces, start=1)]
    return head + mark + "\n\n".join(noisy)


_NUMBERED = [f"{number}." for number in range(1, 10)]
_MUTATIONS: dict[str, Callable[[str], str]] = {
    "crlf": lambda text: text.replace("\n", "\r\n"),
    "bom": lambda text: "\ufeff" + text,
    "indents": lambda text: "\n".join(
        "　　" + line if line and "\t" not in line else line for line in text.split("\n")
    ),
    "nbsp": lambda text: text.replace(" ", "\u00a0"),
    "zero-width": lambda text: text.replace("，", "，\u200b"),
    "no full stops": lambda text: _in_contents(text, "。\n", "\n"),
    "dot leaders": lambda text: _in_contents(text, "。\n", "……………12\n").replace("，携\n", "，携\n"),
    "full-width numbers": lambda text: _in_contents(text, "\n1. ", "\n１．"),
    "no blank lines": lambda text: "\n".join(line for line in text.split("\n") if line.strip()),
    "two lines": lambda text: _over_lines(text, 2),
    "three lines": lambda text: _over_lines(text, 3),
    "noise": _noisy,
    "squares": lambda text: text.replace("◆", "■"),
    "circles": lambda text: text.replace("◆ ", "●"),
    "half-width": lambda text: _body(text, "：", ":"),
    "corners": lambda text: _body(_body(text, "“", "「"), "”", "」"),
    "heading": lambda text: text.replace("◆", "目录\n\n◆", 1),
    "unnumbered": lambda text: "\n".join(
        line[3:].strip() if line[:2] in _NUMBERED else line for line in text.split("\n")
    ),
}


def _body(text: str, old: str, new: str) -> str:
    """Only in lines that are short: titles and headings."""
    head, mark, body = text.partition("电话：")
    lines = [line.replace(old, new) if len(line) < 60 and "。" not in line else line for line in body.split("\n")]
    return head + mark + "\n".join(lines)


@pytest.mark.parametrize(
    "name", [name for name in _MUTATIONS if name not in ("unnumbered", "half-width", "corners", "nbsp")]
)
def test_the_real_issue_survives(name: str, real: str) -> None:
    assert _structure(_recovered(_MUTATIONS[name](real))) == _structure(_recovered(real))


@pytest.mark.parametrize("name", ["unnumbered", "half-width", "corners", "nbsp"])
def test_the_titles_of_the_real_issue_survive(name: str, real: str) -> None:
    found = [[key(title) for title in titles] for _, titles in titles_of(_recovered(_MUTATIONS[name](real)))]
    assert found == [[key(title) for title in titles] for _, titles in titles_of(_recovered(real))]


def test_the_table_of_the_real_issue_may_be_drawn_with_blanks(real: str) -> None:
    blanks = _structure(_recovered(real.replace("\n\t", "\n").replace("\t", "    ")))
    assert blanks == _structure(_recovered(real))


def test_the_real_issue_without_contents_has_the_same_titles(real: str) -> None:
    head, _, rest = real.partition("◆")
    text = head + "地址：" + rest.partition("地址：")[2]
    titles = [key(article.title) for article in _recovered(text).articles]
    assert titles == [key(article.title) for article in _recovered(real).articles]


# ---------------------------------------------------------------------------- anything at all

_WORDS = (
    """
◆ 工作动态|■ 研究|【政策】|一、背景|（一）上游|1. 标题一二三四五六|2. 标题二三四五六七|１．标题三四五六七八
标题一二三四五六|标题二三四五六七|标题三四五六七八|标题一二三四五六……3|标题二三四五六七\t5|工作动态|目录|CONTENTS
2025年第3期（总第41期）|金联简讯 2025年第3期|Vol.18|第十八期|2024年7月|二〇二四年七月|〔6〕期|Ⅳ期 ½|总第³期|No.5 Vol.6
0000年0月|第零期|协会编|主办：协会|编辑：张三  电话：0571-1|地址：杭州路 1 号|邮箱：a@b.cn|信息来源：新华社|来源：研究院
图表 1: 结构图|表 2：数据|-----【小故事】-----|------|- 3 -|第 3 页 共 20 页|版权声明：|版权及免责声明：本刊内容归作者。
作者：李四|甲\t乙\t丙|a\t1\t2|\tb\t3|名称   数量   金额|茶叶   12   30|Ａ|①第一
近日，协会举办培训班，来自全市六十余家会员单位参加了培训。|近日，协会举办培训班，来自全市六十余家会员单位|参加了培训，效果良好。
截至 2024 年，增速达 12%|截至 6 月，全部完成。|（以下简称“协会|”）的工作，继续推进。
""".strip()
    .replace("\n", "|")
    .split("|")
)
_lines = st.one_of(st.sampled_from(_WORDS), st.sampled_from(_WORDS), st.text(max_size=40))
_inlines = st.builds(
    lambda text, marks: (Text(text, marks),),
    _lines,
    st.sampled_from((frozenset[Mark](), frozenset({Mark.BOLD}))),
)
_paragraphs = st.builds(Paragraph, _inlines, st.sampled_from(Align))
_inner = st.lists(_paragraphs, max_size=3).map(tuple)
_cells = st.builds(Cell, _inner)
_any_block: st.SearchStrategy[Block] = st.one_of(
    _paragraphs,
    _paragraphs,
    st.builds(Heading, st.integers(1, 6), _inlines, st.sampled_from(("", "一、", "1."))),
    st.builds(Items, st.booleans(), st.lists(_inner, max_size=3).map(tuple)),
    st.builds(Table, st.lists(st.lists(_cells, min_size=1, max_size=3).map(tuple), max_size=3).map(tuple)),
    st.builds(Figure, st.sampled_from(("", "ab")), _inlines),
    st.builds(Box, _lines, _inner),
    st.builds(Quote, _inner),
)


@given(st.lists(_lines, max_size=30))
@settings(max_examples=300, deadline=None)
def test_any_lines_are_conserved(lines: list[str]) -> None:
    recover_text("\n".join(lines))


def test_a_name_on_two_lines_stays_as_wide_as_it_was_written() -> None:
    numbers, name = (Cell((Paragraph((Text(text),)),)) for text in ("2025年第3期（总第41期）", "Ａ区 工作动态"))
    newsletter = recover_blocks(["安澜", Table(((numbers, name),))])
    assert newsletter.masthead is not None
    assert newsletter.masthead.name == "安澜Ａ区工作动态"


@given(st.lists(_any_block, max_size=14), st.sampled_from(Flow), st.sampled_from(("", "标题一二三四五六", "春茶")))
@settings(max_examples=300, deadline=None)
def test_any_blocks_are_conserved(blocks: list[Block], flow: Flow, title: str) -> None:
    document = Document(tuple(blocks), flow, metadata=Metadata(title=title))
    assert_conserved(document, recover(document))


@given(st.text(alphabet="1.．、。（【◆图表：…- \t第期编", min_size=2000, max_size=2100))
@settings(max_examples=10, deadline=None)
@pytest.mark.timeout(60)  # a rule that is not linear takes hours
def test_no_line_takes_for_ever(line: str) -> None:
    document = lines_document(f"题\n\n{line}\n{line[:900]}\n")
    assert_conserved(document, recover(document))
