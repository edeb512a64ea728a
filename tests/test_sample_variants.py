"""The real issue as other editors would have made it: renamed, reordered, renumbered, recoded, cut by pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.document import (
    Align,
    Block,
    Cell,
    Document,
    Figure,
    Heading,
    Mark,
    Newsletter,
    Paragraph,
    Text,
    plain_text,
)
from publisher.importers import import_file
from publisher.newsletter import recover
from publisher.newsletter.lines import key
from tests.builders import assert_conserved, paragraphs_document, titles_of
from tests.manuscripts import SAMPLE, Piece, sample_manuscript, sample_newsletter
from tests.sample_files import page_saved

pytestmark = pytest.mark.skipif(not SAMPLE.exists(), reason="the real issue is not on this machine")

_NAMES = ("春江要闻", "会员之窗", "一线观察", "政策与市场", "读者来信", "News 专栏")


@dataclass(frozen=True)
class Way:
    """How an editor would have made it."""

    names: tuple[str, ...]
    seed: int
    mark: str
    number: str
    end: str
    listed: bool = True
    noise: tuple[str, ...] = ()


_ways = st.builds(
    Way,
    names=st.permutations(_NAMES).map(lambda names: tuple(names[:4])),
    seed=st.integers(0, 10_000),
    mark=st.sampled_from(("◆ {}", "●{}", "■ {}", "【{}】", "{roman}、{}")),
    number=st.sampled_from(("{number}. {}", "{number}、{}", "（{number}）{}", "{number}．{}")),
    end=st.sampled_from(("。", "", "……………{page}", "\t{page}")),
)


@cache
def _issue() -> tuple[tuple[Piece, ...], tuple[tuple[Piece, ...], ...], tuple[Piece, ...]]:
    """The head, the articles and the closing notice of the real issue."""
    pieces = sample_manuscript()
    starts = [place for place, piece in enumerate(pieces) if piece.kind == "title"]
    head = tuple(piece for piece in pieces[: starts[0]] if piece.kind != "listed")
    notice = len(pieces) - 2
    parts = zip(starts, [*starts[1:], notice], strict=True)
    return head, tuple(pieces[start:end] for start, end in parts), pieces[notice:]


def _sections(way: Way) -> list[tuple[str, list[tuple[Piece, ...]]]]:
    """The articles in another order, in sections of other names."""
    articles = list(_issue()[1])
    turn = way.seed % len(articles)
    articles = articles[turn:] + articles[:turn]
    cut = 1 + way.seed % 4
    ends = [0, cut, cut + 4, cut + 7, len(articles)]
    return [(name, articles[one:two]) for name, one, two in zip(way.names, ends, ends[1:], strict=False)]


def _pieces(way: Way) -> list[Piece]:
    head, _, notice = _issue()
    sections = _sections(way)
    listed = [Piece("listed", line) for line in _listed(way, sections)] if way.listed else []
    body = [piece for _, articles in sections for article in articles for piece in article]
    return [*head[:4], *listed, *head[4:], *body, *notice]


def _listed(way: Way, sections: Sequence[tuple[str, Sequence[tuple[Piece, ...]]]]) -> list[str]:
    lines, page = [], 1
    for roman, (name, articles) in zip("一二三四", sections, strict=True):
        lines.append(way.mark.format(name, roman=roman))
        for number, article in enumerate(articles, start=1):
            page += 2
            lines.append(way.number.format(_clean(article[0]), number=number) + way.end.format(page=page))
    return lines


def _clean(title: Piece) -> str:
    return title.text.replace("\n", "")


def _text(way: Way) -> str:
    """As a text file, each paragraph cut by a page's end where the editor's printer does so."""
    lines: list[str] = []
    for number, piece in enumerate(_pieces(way)):
        noise = [line.format(page=number) for line in way.noise] if piece.kind == "text" else []
        lines += noise if piece.kind == "text" and number % 3 == 0 else []
        lines += _printed(piece, noise if number % 3 else [])
    return "\n\n".join(line for line in lines if line)


def _printed(piece: Piece, noise: Sequence[str]) -> list[str]:
    match piece.kind:
        case "table" if piece.table:
            return ["\n".join(map(_row, piece.table.rows))]
        case "box":
            return [f"-----【{piece.text}】-----", *(inner.text for inner in piece.inside)]
        case "text" if noise and len(piece.text) > 120:
            place = next(place for place in range(60, 120) if _may_break(piece.text, place))
            return [piece.text[:place], *noise, piece.text[place:]]
        case _:
            return [piece.text.replace("\n", " " if piece.kind == "title" else "")]


def _row(row: tuple[Cell, ...]) -> str:
    cells = [" ".join(plain_text(block).replace("\n", " ") for block in cell.blocks) for cell in row]
    return "\t".join([""] * (3 - len(cells)) + cells)


def _may_break(text: str, place: int) -> bool:
    return all("\u4e00" <= char <= "\u9fff" for char in text[place - 2 : place + 2])


def _blocks(way: Way) -> list[Block | str]:
    """As Word's importer gives it, titles bold and centred."""
    blocks: list[Block | str] = []
    for piece in _pieces(way):
        match piece.kind:
            case "title":
                blocks.append(Paragraph((Text(_clean(piece), frozenset({Mark.BOLD})),), Align.CENTER))
            case "heading":
                blocks.append(Heading(2 + piece.level, (Text(piece.text),)))
            case "picture":
                blocks.append(Figure("ab"))
            case "table" if piece.table:
                blocks.append(piece.table)
            case "box":
                blocks += [f"-----【{piece.text}】-----", *(inner.text for inner in piece.inside)]
            case _:
                blocks.append(piece.text)
    return blocks


def _recovered(document: Document) -> Newsletter:
    newsletter = recover(document)
    assert_conserved(document, newsletter)
    return newsletter


def _meant(way: Way) -> list[tuple[str, list[str]]]:
    return [(name, [_clean(article[0]) for article in articles]) for name, articles in _sections(way)]


@cache
def _bodies() -> dict[str, list[str]]:
    return {article.title: _keys(article.blocks) for article in sample_newsletter().articles}


def _keys(blocks: Sequence[Block]) -> list[str]:
    return [key(plain_text(block)) for block in blocks]


def _assert_meant(newsletter: Newsletter, way: Way) -> None:
    assert titles_of(newsletter) == _meant(way)
    for article in newsletter.articles:
        assert _keys(article.blocks) == _bodies()[article.title]


@given(_ways)
@settings(max_examples=25, deadline=None)
def test_other_editors_texts_of_the_real_issue_have_its_structure(way: Way) -> None:
    _assert_meant(_recovered(import_file(_text(way).encode(), "issue.txt")), way)


@given(_ways)
@settings(max_examples=15, deadline=None)
def test_other_editors_word_files_of_the_real_issue_have_its_structure(way: Way) -> None:
    _assert_meant(_recovered(paragraphs_document(_blocks(way))), way)


@given(_ways)
@settings(max_examples=8, deadline=None)
def test_other_editors_pages_of_the_real_issue_have_its_structure(way: Way) -> None:
    way = replace(way, end="" if "\t" in way.end else way.end)  # a page has no tabs
    _assert_meant(_recovered(import_file(page_saved(_pieces(way)), "issue.html")), way)


@given(_ways, st.sampled_from((("- {page} -",), ("— {page} —", "春江月报 第 {page} 页"), ("第 {page} 页 共 40 页",))))
@settings(max_examples=20, deadline=None)
def test_noise_at_page_breaks_of_the_real_issue_leaves_its_structure(way: Way, noise: tuple[str, ...]) -> None:
    way = replace(way, noise=noise)
    _assert_meant(_recovered(import_file(_text(way).encode(), "issue.txt")), way)


@given(_ways)
@settings(max_examples=10, deadline=None)
def test_the_real_issue_without_contents_has_all_titles(way: Way) -> None:
    way = replace(way, listed=False)
    titles = [title for _, titles in _meant(way) for title in titles]
    for document in (import_file(_text(way).encode(), "issue.txt"), paragraphs_document(_blocks(way))):
        found = [key(article.title) for article in _recovered(document).articles]
        assert found == list(map(key, titles))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"])
def test_the_real_issue_is_the_same_in_every_encoding(encoding: str) -> None:
    way = Way(_NAMES[:4], 0, "◆ {}", "{number}. {}", "。")
    bom = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    text = _text(way).encode(encoding, "ignore" if encoding == "gbk" else "strict")
    _assert_meant(_recovered(import_file(bom + text, "issue.txt")), way)
