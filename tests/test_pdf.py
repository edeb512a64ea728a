from __future__ import annotations

import subprocess
import sys
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from io import BytesIO

import pdfplumber
import pypdfium2
import pytest

from publisher.codec import dump, load
from publisher.document import (
    Align,
    Box,
    Document,
    Figure,
    Heading,
    Link,
    Mark,
    Newsletter,
    Paragraph,
    Span,
    Table,
    Text,
    plain_text,
    text_of,
    walk,
)
from publisher.errors import Unreadable
from publisher.importers.pdf import import_pdf
from publisher.importers.pdf.legible import legible
from publisher.importers.pdf.sheet import Glyph, Look, Sheet
from publisher.importers.pdf.signs import modern
from publisher.importers.remarks import Remarks
from publisher.newsletter import recover
from tests.builders import (
    Edition,
    Notation,
    assert_conserved,
    make_edition,
    recover_text,
    write_edition,
)
from tests.manuscripts import (
    SAMPLE,
    Piece,
    edition_manuscript,
    sample_manuscript,
    sample_newsletter,
    with_sections,
)
from tests.pdf_files import (
    Layout,
    assembled,
    column,
    page_issue,
    print_by_browser,
    print_by_office,
    shown,
    word_issue,
    written_pdf,
)
from tests.same_issue import assert_same_issue

_EDITION = make_edition((1, 4, 1, 2), sentences=4)
_TEXT = "会议强调，要坚持统防统治与绿色防控相结合，推广色板诱杀、以螨治螨等技术，减少化学农药使用量，"
_MORE = "并组织学员到示范园现场观摩，来自全市六十余家会员单位的技术骨干参加了培训和考核。"


def _wrapped(text: str, width: int = 36) -> list[str]:
    """A paragraph's printed lines, the first one indented by two signs."""
    indented = "　　" + text
    return [indented[start : start + width] for start in range(0, len(indented), width)]


def _read(*pages: str, page: str = "", objects: Sequence[str] = ()) -> Document:
    return import_pdf(written_pdf(pages, page, objects), "稿件.pdf")


def _texts(document: Document) -> list[str]:
    return [plain_text(block) for block in document.blocks]


def _codes(document: Document) -> dict[str, str]:
    return {note.code: note.lost for note in document.notes}


def _refused(data: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        import_pdf(data, "稿件.pdf")
    return caught.value.note


def _letters(texts: Iterable[str]) -> Counter[str]:
    plain = (modern(text).replace("ﬁ", "fi").replace("ﬂ", "fl") for text in texts)
    return Counter(sign for text in plain for sign in text if sign.isalnum())


def _assert_contract(data: bytes, document: Document) -> None:
    """What is printed on the pages is in the blocks or in the notes; and the rest of the contract."""
    with pypdfium2.PdfDocument(data) as pages:
        given = _letters(page.get_textpage().get_text_range() for page in pages)
    footnotes = [plain_text(block) for note in document.footnotes for block in note.blocks]
    found = _letters([*_texts(document), *footnotes, *(note.lost for note in document.notes)])
    assert given == found
    assert load(dump(document), Document) == document
    for block in walk(document.blocks):
        if isinstance(block, Table):
            _assert_rectangular(block)


def _assert_rectangular(table: Table) -> None:
    places = Counter[tuple[int, int]]()
    for number, row in enumerate(table.rows):
        at = 0
        for cell in row:
            while (number, at) in places:
                at += 1
            places.update((number + down, at + over) for down in range(cell.rowspan) for over in range(cell.colspan))
    width = 1 + max(at for _, at in places)
    assert set(places.values()) == {1}
    assert len(places) == len(table.rows) * width


# ---------------------------------------------------------------------------- the real issue


@cache
def _sample_printed(way: str) -> bytes:
    if way == "chromium":
        return print_by_browser(page_issue(sample_manuscript()))
    if way == "untagged":
        return _office_prints()["issue"]
    return print_by_office({"issue.docx": _sample_word()}, UseTaggedPDF=True)["issue.docx"]


def _sample_word() -> bytes:
    return word_issue(sample_manuscript(), Layout(size=14, title_size=20, spacing=25))


@pytest.fixture(scope="module", params=["untagged", "tagged", "chromium"])
def printed(request: pytest.FixtureRequest) -> tuple[bytes, Document, Newsletter]:
    if not SAMPLE.exists():
        pytest.skip("the real issue is not on this machine")
    data = _sample_printed(request.param)
    document = import_pdf(data, "issue.pdf")
    return data, document, recover(document)


def test_the_real_issue_as_pdf_is_that_of_its_text(printed: tuple[bytes, Document, Newsletter]) -> None:
    _, _, newsletter = printed
    assert_same_issue(newsletter, sample_newsletter())


def test_the_table_of_the_real_issue_is_whole_over_its_page_break(printed: tuple[bytes, Document, Newsletter]) -> None:
    _, _, newsletter = printed
    (table,) = [block for article in newsletter.articles for block in article.blocks if isinstance(block, Table)]
    assert text_of(table.caption) == "图表 2: 算力产业链国内外代表厂商"
    assert table.header_rows == 1
    assert [row[0].rowspan for row in table.rows if len(row) == 3] == [1, 4, 4, 2]
    assert [len(row) for row in table.rows] == [3, 3, 2, 2, 2, 3, 2, 2, 2, 3, 2]


def test_the_figures_of_the_real_issue_are_cut_out(printed: tuple[bytes, Document, Newsletter]) -> None:
    _, document, newsletter = printed
    figures = [block for article in newsletter.articles for block in article.blocks if isinstance(block, Figure)]
    assert [text_of(figure.caption)[:4] for figure in figures] == ["图表 1", "图表 3", "图表 4"]
    assets = {asset.fingerprint: asset for asset in document.assets}
    assert all(assets[figure.picture].data.startswith(b"\x89PNG") for figure in figures)


def test_nothing_of_the_real_issue_is_lost(printed: tuple[bytes, Document, Newsletter]) -> None:
    data, document, newsletter = printed
    _assert_contract(data, document)
    assert_conserved(document, newsletter)
    assert {note.code for note in document.notes} <= {"page-numbers", "running-heads", "table-header-repeated"}


# ---------------------------------------------------------------------------- other issues by other offices

_LAYOUTS: dict[str, tuple[Notation, Layout, bool]] = {
    "two-columns": (Notation(), Layout(columns=2, size=10.5, title_size=14, spacing=18), True),
    "squares": (
        Notation(section="■ {}", number="{}、{}", end="", repeated_sections=True),
        Layout(size=14, spacing=24),
        True,
    ),
    "leaders": (
        Notation(section="【{}】", number="（{}）{}", end="", leaders="……………"),
        Layout(size=12, spacing=20, title_size=18),
        True,
    ),
    "no-contents": (Notation(section="◆ {}"), Layout(size=12, spacing=20, title_size=18), False),
    "large-type": (Notation(section="● {}"), Layout(size=18, spacing=32, title_size=26, justified=False), True),
    "no-indents": (Notation(), Layout(size=12, spacing=20, title_size=18, indent=0, footer="{}"), True),
}


def _edition_pieces(edition: Edition, way: Notation, *, listed: bool) -> list[Piece]:
    """The issue as its editors have it, with their marks; without a contents list, the sections stand in the text."""
    pieces: list[Piece] = []
    for piece in with_sections(edition_manuscript(edition)):
        match piece.kind:
            case "listed":
                pieces += _entries(edition, way) if listed and pieces[-1].kind == "head" else []
            case "section" if way.repeated_sections or not listed:
                pieces.append(Piece("section", way.section.format(piece.text)))
            case "section":
                pass
            case _:
                pieces.append(piece)
    return pieces


def _entries(edition: Edition, way: Notation) -> Iterator[Piece]:
    for name, stories in edition.sections:
        yield Piece("listed", way.section.format(name))
        for number, story in enumerate(stories, 1):
            leaders = f"{way.leaders}{number}" * bool(way.leaders)
            yield Piece("listed", way.number.format(number, story.title) + way.end + leaders)


@cache
def _office_prints() -> dict[str, bytes]:
    """All that LibreOffice prints without tags, in one call: starting it takes longer than printing."""
    files = {"issue.docx": _sample_word()} if SAMPLE.exists() else {}
    files |= {
        f"{name}.docx": word_issue(_edition_pieces(_EDITION, way, listed=listed), layout)
        for name, (way, layout, listed) in _LAYOUTS.items()
    }
    return {name.removesuffix(".docx"): data for name, data in print_by_office(files, UseTaggedPDF=False).items()}


@pytest.fixture(scope="module")
def layouts() -> dict[str, bytes]:
    return _office_prints()


@pytest.mark.parametrize("name", _LAYOUTS)
def test_an_issue_in_any_layout_is_the_issue(layouts: dict[str, bytes], name: str) -> None:
    document = import_pdf(layouts[name], f"{name}.pdf")
    newsletter = recover(document)
    assert_same_issue(newsletter, recover_text(write_edition(_EDITION)))
    _assert_contract(layouts[name], document)
    assert_conserved(document, newsletter)


def test_another_reader_finds_the_same_letters(layouts: dict[str, bytes]) -> None:
    data = layouts["leaders"]
    document = import_pdf(data, "leaders.pdf")
    with pdfplumber.open(BytesIO(data)) as pages:
        given = _letters(str(sign["text"]) for page in pages.pages for sign in page.chars)
    assert given == _letters([*_texts(document), *(note.lost for note in document.notes)])


# ---------------------------------------------------------------------------- paragraphs


def test_lines_are_joined_to_paragraphs_over_a_page_break() -> None:
    first, second = _wrapped(_TEXT + _TEXT + _MORE), _wrapped(_MORE + _TEXT + _MORE)
    lines = first + second
    document = _read(column(lines[:3]), column(lines[3:]))
    assert _texts(document) == [_TEXT + _TEXT + _MORE, _MORE + _TEXT + _MORE]
    assert [block.span for block in document.blocks if isinstance(block, Paragraph)] == [
        Span("第 1 页", 1),
        Span("第 2 页", 2),
    ]


def test_latin_words_keep_their_blank_at_a_line_end() -> None:
    lines = ["These are the first words of a story", "that goes on in English."]
    document = _read(column([*lines, *_wrapped(_TEXT + _MORE)]))
    assert _texts(document)[0] == " ".join(lines)


def test_numbered_lines_and_ornaments_begin_paragraphs_of_their_own() -> None:
    entry = "1. " + "协会举办春茶机采与品质管理培训班并组织学员到示范园现场观摩学习交流。"[:34]
    lines = ["◆ 协会动态", entry[:36], "2. 清源茶场首批春茶开采上市。", "◆ 会员风采"]
    assert _texts(_read(column([*lines, *_wrapped(_TEXT + _MORE)])))[:4] == lines


def test_a_hanging_list_keeps_its_items_whole() -> None:
    items = [("1. " + _TEXT[:33], _MORE[:33]), ("2. " + _MORE[:33], _TEXT[:33])]
    body = "".join(
        shown(80, 700 - 40 * place, first, 12) + shown(116, 680 - 40 * place, second, 12)
        for place, (first, second) in enumerate(items)
    )
    texts = _texts(_read(body + column(_wrapped(_TEXT + _MORE), y=560)))
    assert texts[:2] == [first + second for first, second in items]


def test_footnotes_at_the_foot_of_a_page_do_not_cut_its_last_paragraph() -> None:
    lines = _wrapped(_TEXT + _MORE + _TEXT + _MORE)
    notes = shown(80, 100, "1 见《春茶采摘规范》第三条。", 9) + shown(80, 86, "2 数据来自茶业协会。", 9)
    document = _read(column(lines[:3]) + notes, column(lines[3:]))
    assert _texts(document) == [_TEXT + _MORE + _TEXT + _MORE, "1 见《春茶采摘规范》第三条。", "2 数据来自茶业协会。"]
    (note,) = (note for note in document.notes if note.code == "footnotes-as-text")
    assert note.text.startswith("从第 1 页起，页面下方的 2 条脚注成了普通段落")


def test_marks_that_hang_over_the_margin_do_not_move_it() -> None:
    words = "".join(sign for sign in _TEXT + _MORE if sign.isalnum())
    lines = [line for n in range(9) for line in (words[n : n + 33] + "，", words[n + 33 : n + 65])]
    assert _texts(_read(column(lines))) == ["".join(lines)]


def test_columns_are_columns_also_with_one_sign_between_them() -> None:
    words = "".join(sign for sign in _TEXT + _MORE if sign.isalnum())
    left, right = ([words[n : n + 17] for n in range(start, start + 8)] for start in (0, 40))
    assert _texts(_read(column(left) + column(right, x=80 + 18 * 12))) == ["".join(left + right)]


def test_a_raised_number_that_begins_a_line_is_part_of_it() -> None:
    lines = _wrapped(_TEXT + _MORE)
    body = column(lines[:2]) + shown(80, 725, "2", 7) + shown(87, 720, lines[2], 12)
    (paragraph,) = _read(body).blocks
    assert plain_text(paragraph) == f"{_TEXT + _MORE}"[:70] + "2" + lines[2]


def test_centred_and_right_aligned_lines_are_so() -> None:
    body = column(_wrapped(_TEXT + _MORE), y=600)
    document = _read(shown(236, 700, "春茶开采仪式侧记录", 12) + shown(404, 660, "信息来源：茶业日报", 12) + body)
    assert [block.align for block in document.blocks if isinstance(block, Paragraph)] == [
        Align.CENTER,
        Align.RIGHT,
        Align.START,
    ]


def test_larger_type_makes_headings_and_a_title_over_two_lines_is_one() -> None:
    title = shown(106, 720, "清源茶场联手农科院组建茶树良种繁育联盟", 20) + shown(206, 690, "携手共建种质资源库", 20)
    document = _read(title + shown(80, 650, "一、基本情况", 14) + column(_wrapped(_TEXT + _MORE), y=600))
    assert [(block.level, plain_text(block)) for block in document.blocks if isinstance(block, Heading)] == [
        (1, "清源茶场联手农科院组建茶树良种繁育联盟\n携手共建种质资源库"),
        (2, "一、基本情况"),
    ]


def test_words_keep_their_looks() -> None:
    line = (
        shown(80, 700, "截至三月", 12)
        + shown(128, 700, "开采面积", 12, "F2")
        + "1 0 0 rg "
        + shown(176, 700, "同比增长", 12)
        + "0 g "
        + shown(224, 700, "平方米", 12)
        + shown(260, 706, "2", 6)
    )
    (paragraph, *_) = _read(line + column(_wrapped(_TEXT + _MORE), y=600)).blocks
    assert isinstance(paragraph, Paragraph)
    assert paragraph.inlines == (
        Text("截至三月"),
        Text("开采面积", frozenset({Mark.BOLD})),
        Text("同比增长", color="#ff0000"),
        Text("平方米"),
        Text("2", frozenset({Mark.SUPERSCRIPT})),
    )


def test_links_are_kept_if_a_reader_may_follow_them() -> None:
    annotations = "".join(
        f"<</Type/Annot/Subtype/Link/Rect[{left} 695 {left + 48} 715]/A<</S/URI/URI({address})>>>>"
        for left, address in ((80, "https://tea.example/a"), (200, "javascript:alert(1)"))
    )
    body = shown(80, 700, "官方网站", 12) + shown(128, 700, "发布了通告，", 12) + shown(200, 700, "点击查看", 12)
    document = _read(body + column(_wrapped(_TEXT + _MORE), y=600), page=f"/Annots[{annotations}]")
    (paragraph, *_) = document.blocks
    assert isinstance(paragraph, Paragraph)
    assert paragraph.inlines == (Link("https://tea.example/a", (Text("官方网站"),)), Text("发布了通告，点击查看"))
    assert "link-dropped" in _codes(document)


# ---------------------------------------------------------------------------- what is no text of the issue


def test_running_heads_and_page_numbers_are_dropped_and_told() -> None:
    pages = [
        shown(200, 805, f"临江茶业简讯 第{number}期", 9) + column(_wrapped(text)) + shown(290, 40, f"— {number} —", 9)
        for number, text in ((1, _TEXT + _MORE), (2, _MORE + _TEXT), (3, _TEXT + _TEXT + _MORE))
    ]
    document = _read(*pages)
    assert _texts(document) == [_TEXT + _MORE, _MORE + _TEXT, _TEXT + _TEXT + _MORE]
    assert _codes(document)["page-numbers"] == "— 1 —\n— 2 —\n— 3 —"
    assert _codes(document)["running-heads"].startswith("临江茶业简讯 第1期\n")


def test_bare_numbers_are_page_numbers_only_if_they_count_the_pages() -> None:
    counted = _read(*(column(_wrapped(_TEXT + _MORE)) + shown(290, 40, str(number), 9) for number in (7, 8)))
    assert _codes(counted)["page-numbers"] == "7\n8"
    other = _read(*(column(_wrapped(_TEXT + _MORE)) + shown(290, 40, number, 9) for number in ("2024", "360")))
    assert "page-numbers" not in _codes(other)
    assert "2024" in "".join(_texts(other))


def test_watermarks_are_left_out_and_told() -> None:
    mark = f"BT /F1 40 Tf 0.7 0.7 -0.7 0.7 150 300 Tm <{'内部资料'.encode('utf-16-be').hex()}> Tj ET "
    document = _read(mark + column(_wrapped(_TEXT + _MORE)))
    assert _texts(document) == [_TEXT + _MORE]
    assert _codes(document) == {"slanted-text": "内部资料"}


def test_hidden_text_is_left_out_and_told_but_that_of_a_scanner_is_read() -> None:
    hidden = "3 Tr " + shown(80, 300, "看不见的字", 12) + "0 Tr "
    document = _read(hidden + column(_wrapped(_TEXT + _MORE)))
    assert _texts(document) == [_TEXT + _MORE]
    assert _codes(document) == {"hidden-text": "看不见的字"}
    recognised = _read("3 Tr " + column(_wrapped(_TEXT + _MORE)))
    assert _texts(recognised) == [_TEXT + _MORE]
    assert "text-recognised" in _codes(recognised)


def test_radicals_and_ligatures_become_the_characters_that_they_stand_for() -> None:
    document = _read(
        column(["　　⽂化⻓廊开⻔迎客，⻛光无限，", *_wrapped(_TEXT + _MORE)]) + shown(80, 500, "ﬁt \uf06e", 12)
    )
    texts = "".join(_texts(document))
    assert "文化长廊开门迎客，风光无限" in texts
    assert "fit ■" in texts
    (note,) = document.notes
    assert "4 个字" in note.text
    assert "⻓→长" in note.text


@pytest.mark.parametrize(("artifacts", "believed"), [(2, True), (8, False)])
def test_a_file_that_calls_most_of_its_text_no_text_is_not_believed(artifacts: int, believed: bool) -> None:
    glyphs = [Glyph("茶", 12.0 * n, 12.0 * n + 12, 80, Look(12, artifact=n < artifacts)) for n in range(10)]
    (sheet,) = legible([Sheet(1, 595, 842, tuple(glyphs))], Remarks())
    assert any(glyph.look.artifact for glyph in sheet.glyphs) is believed


def test_a_turned_page_is_read_as_a_reader_sees_it() -> None:
    lines = ("These words are printed", "on a page that lies on its side")
    turned = "".join(
        f"BT /F1 12 Tf 0 1 -1 0 {80 + 20 * place} 80 Tm ({line}) Tj ET\n" for place, line in enumerate(lines)
    )
    data = _one_page(_stream(5, zlib.compress(turned.encode()))).replace(b"/MediaBox", b"/Rotate 90/MediaBox")
    assert _texts(import_pdf(data, "稿件.pdf")) == [" ".join(lines)]


# ---------------------------------------------------------------------------- tables, frames, figures


def _table(top: float, rows: Sequence[Sequence[str]], open_first: int = 0) -> str:
    """A ruled table of three columns of 140 points and rows of 40, its text in 10 points, two lines a cell at most;
    the first column of the last `open_first` rows is one cell.
    """
    drawn = []
    for number, row in enumerate(rows):
        y = top - 40 * number
        merged = open_first and number > len(rows) - open_first
        drawn.append(f"{220 if merged else 80} {y} m 500 {y} l S")
        for place, text in enumerate(row):
            for line, part in enumerate(text.split("\n")):
                drawn.append(shown(86 + 140 * place, y - 14 - 14 * line, part, 10) if part else "")
    bottom = top - 40 * len(rows)
    drawn.append(f"80 {bottom} m 500 {bottom} l S")
    drawn += [f"{x} {top} m {x} {bottom} l S" for x in (80, 220, 360, 500)]
    return "\n".join(drawn)


_HEADER = ("门类", "产品", "代表企业")


def _grid(document: Document) -> list[list[tuple[str, int]]]:
    (table,) = [block for block in document.blocks if isinstance(block, Table)]
    _assert_rectangular(table)
    return [[("".join(map(plain_text, cell.blocks)), cell.rowspan) for cell in row] for row in table.rows]


def test_a_table_has_its_cells_merged_ones_and_broken_lines() -> None:
    rows = (_HEADER, ("茶叶", "绿茶", "国外：甲公司\n国内：乙公司"), ("", "红茶", "丙公司"))
    document = _read(column(_wrapped(_TEXT + _MORE)) + _table(600, rows, open_first=2))
    assert _grid(document) == [
        [("门类", 1), ("产品", 1), ("代表企业", 1)],
        [("茶叶", 2), ("绿茶", 1), ("国外：甲公司\n国内：乙公司", 1)],
        [("红茶", 1), ("丙公司", 1)],
    ]


def test_a_table_over_a_page_break_is_one_and_says_its_header_once() -> None:
    first = _table(200, (_HEADER, ("茶叶", "绿茶", "甲公司")))
    second = _table(780, (_HEADER, ("", "红茶", "乙公司"), ("茶具", "紫砂壶", "丙公司")))
    document = _read(column(_wrapped(_TEXT + _MORE)) + first, second + column(_wrapped(_MORE + _TEXT), y=500))
    assert _grid(document) == [
        [("门类", 1), ("产品", 1), ("代表企业", 1)],
        [("茶叶", 2), ("绿茶", 1), ("甲公司", 1)],
        [("红茶", 1), ("乙公司", 1)],
        [("茶具", 1), ("紫砂壶", 1), ("丙公司", 1)],
    ]
    assert _codes(document)["table-header-repeated"] == "门类\n产品\n代表企业"
    (table,) = [block for block in document.blocks if isinstance(block, Table)]
    assert table.header_rows == 1


def test_a_row_that_the_page_break_cut_is_whole_again() -> None:
    first = _table(200, (_HEADER, ("茶叶", "绿茶", "首批收集地方群体种资源二百\n四十份，由三家科研院所和十")))
    second = _table(780, (("", "", "二家企业共同发起。"), ("茶具", "紫砂壶", "丙公司")))
    document = _read(column(_wrapped(_TEXT + _MORE)) + first, second)
    assert _grid(document)[1] == [
        ("茶叶", 1),
        ("绿茶", 1),
        ("首批收集地方群体种资源二百四十份，由三家科研院所和十二家企业共同发起。", 1),
    ]
    assert [row[0][0] for row in _grid(document)] == ["门类", "茶叶", "茶具"]


def test_a_table_without_lines_is_read_by_its_columns() -> None:
    rows = (("地区", "面积", "产量"), ("清水镇", "120", "36"), ("龙潭镇", "98", "31"))
    drawn = "".join(
        shown(100 + 130 * place, 600 - 20 * number, text)
        for number, row in enumerate(rows)
        for place, text in enumerate(row)
    )
    document = _read(column(_wrapped(_TEXT + _MORE)) + drawn + column(_wrapped(_MORE + _TEXT), y=500))
    assert [[text for text, _ in row] for row in _grid(document)] == [list(row) for row in rows]


def test_a_framed_text_becomes_a_box() -> None:
    frame = "80 480 432 60 re S " + column(_wrapped(_MORE + "茶协供稿。", 34), x=88, y=520)
    document = _read(column(_wrapped(_TEXT + _MORE)) + frame + column(_wrapped(_MORE + _TEXT), y=440))
    (box,) = [block for block in document.blocks if isinstance(block, Box)]
    assert plain_text(box) == _MORE + "茶协供稿。"


_IMAGE = (
    "20 0 obj <</Type/XObject/Subtype/Image/Width 2/Height 2/BitsPerComponent 8/ColorSpace/DeviceGray/Length 4>> "
    "stream\n@@@@\nendstream endobj"
)


def test_pictures_stand_where_they_stood_before_their_caption() -> None:
    picture = "q 200 0 0 120 200 560 cm /Im Do Q " + shown(240, 540, "图 1：采茶现场", 10)
    document = _read(
        column(_wrapped(_TEXT + _MORE)) + picture + column(_wrapped(_MORE + _TEXT), y=500), objects=[_IMAGE]
    )
    assert [type(block) for block in document.blocks] == [Paragraph, Figure, Paragraph, Paragraph]
    figure = document.blocks[1]
    assert isinstance(figure, Figure)
    assert [asset.fingerprint for asset in document.assets] == [figure.picture]


def test_a_letterhead_on_every_page_is_no_figure() -> None:
    page = "q 100 0 0 40 80 790 cm /Im Do Q " + column(_wrapped(_TEXT + _MORE), y=740)
    assert not _read(page, page, page, objects=[_IMAGE]).assets


def test_the_words_in_a_drawing_stay_in_the_picture_and_are_told() -> None:
    drawing = "200 560 60 60 re S 300 560 60 60 re S 260 590 m 300 590 l S " + shown(210, 590, "上游", 10)
    document = _read(column(_wrapped(_TEXT + _MORE)) + drawing + shown(240, 540, "图 1：产业链", 10))
    assert [type(block) for block in document.blocks] == [Paragraph, Figure, Paragraph]
    assert _codes(document) == {"figure-text": "上游"}


# ---------------------------------------------------------------------------- refused


def test_a_scan_is_refused_with_what_to_do() -> None:
    note = _refused(written_pdf(["q 500 0 0 700 40 60 cm /Im Do Q"] * 3, objects=[_IMAGE]))
    assert "扫描件" in note
    assert "Word" in note
    assert "OCR" in note


def test_a_password_is_refused_but_mere_restrictions_are_read() -> None:
    file = {"issue.docx": word_issue([Piece("title", "春茶开采"), Piece("text", _TEXT + _MORE)])}
    locked = print_by_office(file, EncryptFile=True, DocumentOpenPassword="secret")["issue.docx"]
    assert "密码" in _refused(locked)
    restricted = print_by_office(file, RestrictPermissions=True, PermissionPassword="secret")["issue.docx"]
    assert b"/Encrypt" in restricted
    assert _TEXT + _MORE in _texts(import_pdf(restricted, "issue.pdf"))


def test_signs_that_no_one_can_read_are_told_or_refused() -> None:
    few = _read(column(_wrapped(_TEXT + _MORE)) + shown(80, 500, "\ufffd\ufffd", 12))
    assert "signs-unreadable" in _codes(few)
    assert "乱码" in _refused(written_pdf([column(_wrapped(_TEXT + "\ufffd" * 60))]))


@pytest.mark.parametrize("size", [9, 100, 1_000, 3_000, -400, -60])
def test_a_damaged_file_is_refused_or_read(size: int) -> None:
    data = written_pdf([column(_wrapped(_TEXT + _MORE))])[:size]
    done = _confined(data)
    assert done.stdout == b"read\n" or done.stdout.startswith(b"refused PDF"), done


# ---------------------------------------------------------------------------- hostile


def _stream(number: int, data: bytes, more: str = "", packing: str = "/FlateDecode") -> bytes:
    head = f"{number} 0 obj <</Length {len(data)}/Filter {packing}{more}>> stream\n"
    return head.encode() + data + b"\nendstream endobj"


def _one_page(
    content: bytes, *more: bytes | str, box: str = "0 0 595 842", kids: str = "4 0 R", count: int = 1
) -> bytes:
    resources = "<</Font<</F1 6 0 R>>/XObject<</X 7 0 R>>>>"
    body: list[bytes | str] = [
        "1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj",
        f"2 0 obj <</Type/Pages/Count {count}/Kids[{kids}]>> endobj",
        f"4 0 obj <</Type/Page/Parent 2 0 R/MediaBox[{box}]/Contents 5 0 R/Resources{resources}>> endobj",
        content,
        "6 0 obj <</Type/Font/Subtype/Type1/BaseFont/Helvetica>> endobj",
        *more,
    ]
    return assembled(body)


_WORDS = b"BT /F1 12 Tf 1 0 0 1 80 700 Tm (a few words, enough for a page of text) Tj ET "


@cache
def _hostile() -> dict[str, bytes]:
    plain = _stream(5, zlib.compress(_WORDS))
    inner = [
        f"{100 + n} 0 obj <</Type/Pages/Count 1/Kids[{101 + n} 0 R]/Parent {99 + n} 0 R>> endobj" for n in range(3000)
    ]
    form = "/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X {} 0 R>>>>"
    twice = zlib.compress(b"/X Do /X Do")
    image = "/Type/XObject/Subtype/Image/Width 30000/Height 30000/BitsPerComponent 1/ColorSpace/DeviceGray"
    return {
        "many-characters": _one_page(_stream(5, zlib.compress(b"BT /F1 1 Tf " + b"(a) Tj " * 3_000_000 + b" ET"))),
        "crowded-page": _one_page(_stream(5, zlib.compress(b"BT /F1 1 Tf " + b"(abcdefgh) Tj " * 60_000 + b" ET"))),
        "bomb": _one_page(_stream(5, zlib.compress(b" " * 300_000_000, 9))),
        "bomb-in-bomb": _one_page(
            _stream(5, zlib.compress(zlib.compress(b" " * 100_000_000, 9)), packing="[/FlateDecode/FlateDecode]")
        ),
        "many-pages": _one_page(plain, kids=" ".join(["4 0 R"] * 10_000), count=10_000),
        "deep-pages": _one_page(plain, *inner, kids="100 0 R"),
        "cyclic-pages": _one_page(plain, kids="2 0 R 2 0 R", count=5),
        "huge-picture": _one_page(
            _stream(5, zlib.compress(_WORDS + b"400 0 0 400 80 200 cm /X Do")),
            _stream(7, zlib.compress(bytes(30_000 * 30_000 // 8)), image),
        ),
        "cyclic-forms": _one_page(_stream(5, zlib.compress(b"/X Do " * 100)), _stream(7, twice, form.format(7))),
        "forms-in-forms": _one_page(
            _stream(5, zlib.compress(b"/X Do")), *(_stream(7 + n, twice, form.format(8 + n)) for n in range(30))
        ),
        "forms-of-the-page": _one_page(
            _stream(5, zlib.compress(b"/X Do")), _stream(7, twice, form.partition("/Resources")[0])
        ),
        "many-forms": _one_page(
            _stream(5, zlib.compress(b"/X Do " * 300_000)), _stream(7, zlib.compress(b"0 0 m"), form.format(9))
        ),
    }


@cache
def _harmless() -> dict[str, bytes]:
    return {
        "huge-page": _one_page(
            _stream(5, zlib.compress(b"0 0 9e8 9e8 re S " + _WORDS)), box="0 0 1000000000 1000000000"
        ),
        "no-page": _one_page(_stream(5, zlib.compress(_WORDS)), box="0 0 0 0"),
        "pages-that-are-none": _one_page(_stream(5, zlib.compress(_WORDS)), count=2_000_000_000),
        "many-lines": _one_page(_stream(5, zlib.compress(b"0 9 m 99 9 l S " * 40_000 + _WORDS))),
        "form-that-draws-itself-once": _one_page(
            _stream(5, zlib.compress(_WORDS + b"/X Do")),
            _stream(
                7,
                zlib.compress(b"/X Do"),
                "/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 7 0 R>>>>",
            ),
        ),
        "fax": _one_page(
            _stream(5, zlib.compress(_WORDS + b"400 0 0 400 80 200 cm /X Do")),
            _stream(
                7,
                bytes(99),
                "/DecodeParms<</K -1/Columns 60000/Rows 60000>>/Type/XObject/Subtype/Image/Width 60000/Height 60000"
                "/BitsPerComponent 1/ColorSpace/DeviceGray",
                "/CCITTFaxDecode",
            ),
        ),
    }


_CHILD = """
import resource, sys
for what, most in ((resource.RLIMIT_AS, 512 << 20), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
    resource.setrlimit(what, (most, most))
resource.setrlimit(resource.RLIMIT_CPU, (5, 5))
from publisher.errors import Unreadable
from publisher.importers.pdf import import_pdf
try:
    import_pdf(sys.stdin.buffer.read(), "x.pdf")
except Unreadable as error:
    print("refused", error.note)
else:
    print("read")
"""


def _confined(data: bytes) -> subprocess.CompletedProcess[bytes]:
    """A reading as the jail does it: in a child with 512 MB of memory, 5 s of the processor and no disk to write to."""
    return subprocess.run([sys.executable, "-c", _CHILD], input=data, capture_output=True, timeout=60, check=False)


@pytest.mark.parametrize("name", list(_hostile()))
def test_hostile_files_are_refused(name: str) -> None:
    done = _confined(_hostile()[name])
    assert done.stdout.startswith(b"refused"), done


@pytest.mark.parametrize("name", list(_harmless()))
def test_odd_files_are_read_within_the_limits(name: str) -> None:
    done = _confined(_harmless()[name])
    assert done.stdout == b"read\n", done
