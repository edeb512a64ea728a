from __future__ import annotations

import re
from pathlib import Path
from typing import TypeVar

import pytest
from msgspec.structs import replace

from publisher.document import (
    Align,
    Article,
    Block,
    Box,
    Cell,
    Code,
    Divider,
    Document,
    Figure,
    Flow,
    Footnote,
    Heading,
    Items,
    LineBreak,
    Mark,
    Masthead,
    Metadata,
    Newsletter,
    Note,
    Paragraph,
    Properties,
    Quote,
    Span,
    Table,
    Text,
    plain_text,
    text_of,
)
from publisher.importers.text import import_text
from publisher.newsletter import recover
from tests.builders import (
    Edition,
    Notation,
    assert_conserved,
    codes_of,
    lines_document,
    make_edition,
    meant_titles,
    paragraphs_document,
    recover_blocks,
    recover_text,
    styled_blocks,
    titles_of,
    write_edition,
)

_SAMPLE = Path(__file__).parents[2] / "shared" / "samples" / "jinlian-2024-06.txt"
_LONG = "近日，协会在清水镇举办培训班，来自全市六十余家会员单位的技术骨干参加了培训。"

_Kind = TypeVar("_Kind", bound=Block)


def _paragraph(text: str) -> Paragraph:
    return Paragraph((Text(text),))


def _heading(level: int, text: str) -> Heading:
    return Heading(level, (Text(text),))


# ---------------------------------------------------------------------------- the real issue


@pytest.fixture(scope="module")
def document() -> Document:
    if not _SAMPLE.exists():
        pytest.skip("the real issue is not on this machine")
    return import_text(_SAMPLE.read_bytes(), _SAMPLE.name)


@pytest.fixture(scope="module")
def sample(document: Document) -> Newsletter:
    return recover(document)


def _listed(document: Document) -> list[str]:
    """The titles as the contents list of the real issue has them, its one broken entry joined."""
    lines = [plain_text(block) for block in document.blocks if 11 <= block.span.line <= 39]
    joined = "\n".join(lines).replace("，携\n", "，携").split("\n")
    return [re.sub(r"^\d+\. ", "", line).removesuffix("。") for line in joined if line[0].isdigit()]


def _kinds(article: Article, kind: type[_Kind]) -> list[_Kind]:
    return [block for block in article.blocks if isinstance(block, kind)]


def _report(sample: Newsletter) -> Article:
    return sample.sections[2].articles[0]


def test_the_masthead_of_the_real_issue(sample: Newsletter) -> None:
    assert sample.masthead == Masthead(
        name="浙江金联信息",
        year=2024,
        issue=6,
        total_issue=18,
        editor="浙江金联秘书处",
        date="2024-07-31",
        address="浙江省杭州市拱墅区环城北路 167 号汇金国际 D1403",
        email="hanr@zjfh.cn",
        phone="0571-85273882",
    )


def test_the_titles_of_the_real_issue_are_those_of_its_contents_list(sample: Newsletter, document: Document) -> None:
    assert [len(section.articles) for section in sample.sections] == [1, 11, 1, 2]
    assert [section.name for section in sample.sections] == [
        "金联工作动态", "重大工作成果", "产业研究报告", "行业最新动态",
    ]  # fmt: skip
    titles = [article.title for article in sample.articles]
    assert titles == _listed(document)
    assert titles[6] == "温州国金公司联手粤科金融组建全国性创投联盟，携手共促创投高质量发展"
    assert "探索共建私募生态 助力创投创新发展" in titles[0]


def test_paragraphs_of_the_real_issue_are_whole_again(sample: Newsletter) -> None:
    paragraphs = [block for article in sample.articles for block in _kinds(article, Paragraph)]
    boxes = [block for article in sample.articles for block in _kinds(article, Box)]
    assert len(paragraphs) == 69
    assert [(box.title, len(box.blocks)) for box in boxes] == [("金联故事", 2)]
    texts = [plain_text(block) for block in (*paragraphs, *boxes[0].blocks)]
    ends = [text[-1] for text in texts if not text.endswith(("。", "。”"))]
    assert ends == ["%"]  # the full stop that the author forgot
    assert any("更好的服务科技创新、服务新质生产力" in text for text in texts)
    assert any("以 GPU、FPGA、AI 芯片为代表" in text for text in texts)


def test_headings_of_the_real_issue_have_the_levels_of_their_numbers(sample: Newsletter) -> None:
    headings = _kinds(_report(sample), Heading)
    assert [heading.level for heading in headings] == [1, 2, 2, 2, 1, 1, 2, 3, 3, 3, 3, 3, 2, 2]
    assert plain_text(headings[0]) == "一、产业趋势"
    assert plain_text(headings[7]) == "1.芯片"
    assert not any(_kinds(article, Heading) for article in sample.articles if article != _report(sample))


def test_the_table_of_the_real_issue(sample: Newsletter) -> None:
    (table,) = _kinds(_report(sample), Table)
    assert text_of(table.caption) == "图表 2: 算力产业链国内外代表厂商"
    assert text_of(table.source).startswith("来源：中国信通院")
    assert table.header_rows == 1
    assert all(cell.header for cell in table.rows[0])
    assert [len(row) for row in table.rows] == [3, 3, 2, 2, 2, 3, 2, 2, 2, 3, 2]
    assert [row[0].rowspan for row in table.rows if len(row) == 3] == [1, 4, 4, 2]
    (cell,) = table.rows[1][2].blocks
    assert isinstance(cell, Paragraph)
    assert [type(inline) for inline in cell.inlines] == [Text, LineBreak, Text]
    assert plain_text(cell).split("\n")[1].startswith("国内代表厂商：")


def test_captions_of_the_real_issue_wait_for_their_pictures(sample: Newsletter) -> None:
    figures = _kinds(_report(sample), Figure)
    assert [text_of(figure.caption)[:4] for figure in figures] == ["图表 1", "图表 3", "图表 4"]
    assert {figure.picture for figure in figures} == {""}
    assert [note.code for note in sample.notes].count("picture-absent") == 3


def test_sources_and_notice_of_the_real_issue(sample: Newsletter) -> None:
    assert [article.source for article in sample.articles if article.source] == ["浙江金控", "证监会", "新华社"]
    heading, text = sample.copyright.split("\n")
    assert heading == "版权及免责声明："
    assert text.startswith("本刊所涉及内容")


def test_what_is_doubtful_in_the_real_issue_is_noted(sample: Newsletter) -> None:
    lines = {note.code: note.span.line for note in sample.notes if note.code != "picture-absent"}
    assert lines["missing-full-stop"] == 171
    assert lines["doubled-at-join"] == 302
    assert lines["stray-english"] == 63
    assert "title-differs" not in lines


def test_the_real_issue_is_conserved(sample: Newsletter, document: Document) -> None:
    assert_conserved(document, sample)


# ---------------------------------------------------------------------------- the head


def _head(*lines: str) -> Masthead | None:
    edition = write_edition(make_edition((2,)), Notation()).split("\n\n")
    start = next(place for place, line in enumerate(edition) if line.startswith("◆"))
    contacts = {"地", "邮", "电"}
    body = [line for line in edition[start:] if line[0] not in contacts]
    return recover_text("\n\n".join([*lines, *body])).masthead


@pytest.mark.parametrize(
    ("line", "year", "issue", "total"),
    [
        ("2024 第〔6〕期（总第 18 期）", 2024, 6, 18),
        ("2024年第6期（总第18期）", 2024, 6, 18),
        ("2024年第6期（總第18期）", 2024, 6, 18),
        ("２０２４年第６期【总第１８期】", 2024, 6, 18),
        ("第 6 期 [总 18 期]", None, 6, 18),
        ("二〇二四年第六期（总第十八期）", 2024, 6, 18),
        ("第十八期", None, 18, None),
        ("总第一百零八期", None, None, 108),
        ("Vol.18", None, None, 18),
        ("Vol.3 No.18", None, 18, None),
        ("第二十期 2024.7.31", 2024, 20, None),
    ],
)
def test_issue_numbers_in_all_notations(line: str, year: int | None, issue: int | None, total: int | None) -> None:
    head = _head("临江茶业简讯", line)
    assert head == Masthead(
        "临江茶业简讯", year=year, issue=issue, total_issue=total, date="2024-07-31" if line.endswith("31") else ""
    )


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("2024 年 7 月 31 日", "2024-07-31"),
        ("2024-07-31", "2024-07-31"),
        ("2024/7/31", "2024-07-31"),
        ("2024年7月", "2024-07"),
        ("二〇二四年七月三十一日 星期三", "2024-07-31"),
        ("日期：2024年7月31日", "2024-07-31"),
        ("2024年13月45日", ""),
    ],
)
def test_dates_in_all_notations(line: str, date: str) -> None:
    head = _head("临江茶业简讯", "第3期", line)
    assert head
    assert head.date == date


@pytest.mark.parametrize(
    "line", ["临江茶协秘书处编", "主办：临江茶协秘书处", "编辑：临江茶协秘书处", "临江茶协秘书处 主办"]
)
def test_editors_in_all_notations(line: str) -> None:
    head = _head("临江茶业简讯", "第3期", line)
    assert head
    assert head.editor == "临江茶协秘书处"


def test_a_line_may_hold_several_fields() -> None:
    head = _head("《临江茶业简讯》2025年第3期", "主办：茶协　编辑：张三", "电话：0123-456  E-mail：desk@tea.example")
    assert head == Masthead("临江茶业简讯", 2025, 3, editor="茶协", email="desk@tea.example", phone="0123-456")


def test_what_has_no_place_in_the_head_is_told() -> None:
    text = f"内部资料 注意保存\n\n临江茶业简讯\n\n第3期\n\n传真：0123-9\n\n{_LONG}"
    newsletter = recover_text(text)
    assert newsletter.masthead == Masthead("临江茶业简讯", issue=3)
    spare = next(note for note in newsletter.notes if note.code == "masthead-spare")
    assert "内部资料" in spare.lost


def test_an_imprint_at_the_end_joins_the_head() -> None:
    edition = make_edition((2, 2))
    text = write_edition(Edition(edition.sections, contacts=()))
    newsletter = recover_text(text + "\n主办：临江市茶业协会\n\n地址：清水街道 12 号\n\n电话：0123-45\n")
    assert newsletter.masthead
    assert newsletter.masthead.address == "清水街道 12 号"
    assert newsletter.masthead.phone == "0123-45"
    assert newsletter.copyright.endswith("秘书处处理。")


# ---------------------------------------------------------------------------- contents and titles


def test_a_title_missing_from_the_text_is_told_and_not_invented() -> None:
    edition = make_edition((2, 2))
    lost = edition.stories[1].title
    before, after = write_edition(edition).split("\n\n地址")
    newsletter = recover_text(before + "\n\n地址" + after.replace(f"{lost}\n", "新年新气象话发展\n"))
    assert lost not in [article.title for article in newsletter.articles]
    (note,) = [note for note in newsletter.notes if note.code == "title-not-found"]
    assert lost in note.text


def test_a_slip_of_the_pen_in_a_title_is_told() -> None:
    edition = make_edition((2, 2))
    title = edition.stories[1].title
    before, after = write_edition(edition).split("\n\n地址")
    newsletter = recover_text(before + "\n\n地址" + after.replace(title, title.replace("开采", "采开")))
    assert titles_of(newsletter) == meant_titles(edition)
    assert "title-differs" in codes_of(newsletter)


def test_a_story_that_the_contents_list_forgot_keeps_its_title() -> None:
    edition = make_edition((2, 2))
    first = edition.stories[0].title
    text = write_edition(edition).replace(f"\n\n{first}\n", f"\n\n茶山新貌引来八方客商\n\n{_LONG}\n\n{first}\n")
    newsletter = recover_text(text)
    assert [article.title for article in newsletter.articles][:2] == ["茶山新貌引来八方客商", first]


def test_text_before_the_first_title_is_kept_and_told() -> None:
    edition = make_edition((2, 2))
    first = edition.stories[0].title
    newsletter = recover_text(write_edition(edition).replace(f"\n\n{first}\n", f"\n\n{_LONG}\n\n{first}\n"))
    assert plain_text(newsletter.articles[0].blocks[0]) == _LONG
    assert "text-before-title" in codes_of(newsletter)


def test_articles_come_in_the_order_of_the_contents_list() -> None:
    edition = make_edition((1, 4, 1))
    listed = write_edition(edition).split("\n\n临江茶协举办")[0]
    turned = Edition(tuple(reversed(edition.sections)))
    body = write_edition(turned, Notation(listed=False)).split("4567890\n\n", 1)[1]
    assert titles_of(recover_text(f"{listed}\n\n{body}")) == meant_titles(edition)


def test_a_contents_list_may_be_a_list_or_a_table() -> None:
    edition = make_edition((2, 2))
    bullets = Items(
        ordered=False,
        items=tuple(
            (
                Paragraph((Text(name),)),
                Items(ordered=True, items=tuple((_paragraph(story.title),) for story in stories)),
            )
            for name, stories in edition.sections
        ),
    )
    body: list[Block | str] = [block for story in edition.stories for block in (story.title, *story.paragraphs)]
    newsletter = recover_blocks([edition.name, edition.numbers, bullets, *body])
    assert titles_of(newsletter) == meant_titles(edition)
    rows = tuple(
        (Cell((Paragraph((Text(story.title),)),)), Cell((Paragraph((Text(str(page)),)),)))
        for page, story in enumerate(edition.stories, start=2)
    )
    newsletter = recover_blocks([edition.name, edition.numbers, "目录", Table(rows), *body])
    assert titles_of(newsletter) == [("", [story.title for story in edition.stories])]


def test_a_head_in_a_frame_or_table_is_a_head() -> None:
    edition = make_edition((2, 2))
    head = Box("临江茶业简讯", (Paragraph((Text(edition.numbers),)), Quote((Paragraph((Text(edition.date),)),))))
    blocks = styled_blocks(edition, "heading", listed=True)
    newsletter = recover_blocks([head, *blocks[4:]])
    assert newsletter.masthead
    assert newsletter.masthead.name == "临江茶业简讯"
    assert newsletter.masthead.date == "2025-03-28"
    assert titles_of(newsletter) == meant_titles(edition)


def test_an_enumeration_is_no_contents_list() -> None:
    listed = "1. 抓好生产\n\n2. 抓好销售"
    text = f"关于三项工作的报告\n\n{listed}\n\n{_LONG}\n\n1. 抓好生产\n\n{_LONG}\n\n2. 抓好销售\n\n{_LONG}"
    newsletter = recover_text(text)
    assert titles_of(newsletter) == [("", ["关于三项工作的报告"])]


@pytest.mark.parametrize("style", ["heading", "bold", "plain"])
@pytest.mark.parametrize("listed", [True, False])
def test_word_processors_issues_have_the_same_structure(style: str, listed: bool) -> None:
    edition = make_edition((1, 4, 1, 2))
    newsletter = recover_blocks(styled_blocks(edition, style, listed=listed))
    assert titles_of(newsletter) == meant_titles(edition)
    texts = [[plain_text(block) for block in article.blocks] for article in newsletter.articles]
    assert texts == [list(story.paragraphs) for story in edition.stories]
    assert newsletter.copyright.startswith("版权")


def test_one_level_of_headings_are_articles() -> None:
    edition = make_edition((3,))
    body: list[Block | str] = []
    for story in edition.stories:
        body += [_heading(2, story.title), *story.paragraphs]
    newsletter = recover_blocks([edition.name, edition.numbers, *body])
    assert titles_of(newsletter) == [("", [story.title for story in edition.stories])]


def test_sections_of_one_name_are_one() -> None:
    one, two, three = make_edition((3,)).stories
    body: list[Block | str] = ["临江茶业简讯", "第3期"]
    for story in (one, two, three):
        body += [_heading(1, "协会动态"), _heading(2, story.title), *story.paragraphs]
    newsletter = recover_blocks(body)
    assert titles_of(newsletter) == [("协会动态", [one.title, two.title, three.title])]
    assert "sections-merged" in codes_of(newsletter)


def test_sections_that_only_the_text_announces() -> None:
    edition = make_edition((2, 2))
    lines = write_edition(edition, Notation(listed=False, repeated_sections=True)).split("4567890\n\n", 1)[1]
    newsletter = recover_text(lines)
    assert newsletter.masthead is None
    assert titles_of(newsletter) == meant_titles(edition)


# ---------------------------------------------------------------------------- what is no newsletter


def test_a_single_text_has_its_short_first_line_as_title() -> None:
    newsletter = recover_text(f"春茶开采\n\n作者：李四\n\n{_LONG}\n\n（来源：茶业日报）\n")
    article = newsletter.articles[0]
    assert newsletter.masthead is None
    assert (article.title, article.author, article.source) == ("春茶开采", "李四", "茶业日报")
    assert [plain_text(block) for block in article.blocks] == [_LONG]


def test_text_without_a_title_gets_its_first_words() -> None:
    newsletter = recover_text(_LONG)
    assert newsletter.articles[0].title == _LONG.rstrip("。")
    assert plain_text(newsletter.articles[0].blocks[0]) == _LONG
    assert "title-made" in codes_of(newsletter)


def test_metadata_describes_the_single_article() -> None:
    said = Metadata(title="春茶开采", author="李四", digest="摘要", source_url="https://tea.example", cover="ab")
    document = Document((Paragraph((Text(_LONG),)),), metadata=said)
    (article,) = recover(document).articles
    assert article == Article("春茶开采", document.blocks, "李四", "摘要", "", "https://tea.example", "ab")
    same = Document((Paragraph((Text("春茶 开采"),)), *document.blocks), Flow.LINES, metadata=said)
    assert recover(same).articles[0].blocks == document.blocks
    assert_conserved(same, recover(same))


def test_the_only_highest_heading_is_the_title() -> None:
    inner: list[Block | str] = [
        _heading(2, "一、背景"),
        _paragraph(_LONG),
        _heading(4, "（一）产量"),
        _paragraph(_LONG),
    ]
    blocks: list[Block | str] = [_heading(1, "春茶开采"), _LONG, *inner]
    (article,) = recover_blocks(blocks).articles
    assert article.title == "春茶开采"
    assert [heading.level for heading in _kinds(article, Heading)] == [1, 2]


def test_several_highest_headings_with_text_are_several_articles() -> None:
    newsletter = recover_blocks([_heading(1, "春茶开采"), _LONG, _heading(1, "夏茶减产"), _LONG])
    assert titles_of(newsletter) == [("", ["春茶开采", "夏茶减产"])]
    numbered: list[Block | str] = [
        _heading(1, "春茶报告"),
        _heading(1, "一、背景"),
        _LONG,
        _heading(1, "二、做法"),
        _LONG,
    ]
    assert titles_of(recover_blocks(numbered)) == [("", ["春茶报告"])]


def test_nothing_gives_nothing() -> None:
    assert recover(Document()) == Newsletter(None, ())
    empty = recover_blocks([Table(((Cell(()),),))])
    assert [article.title for article in empty.articles] == ["无标题"]


def test_what_the_importer_said_and_found_passes_through() -> None:
    note, foot = Note("x", "看一下", span=Span(line=9)), Footnote("1", ())
    document = Document((Paragraph((Text("题"),)), Paragraph((Text(_LONG),))), footnotes=(foot,), notes=(note,))
    newsletter = recover(document)
    assert newsletter.notes == (note,)
    assert newsletter.footnotes == (foot,)


def test_notes_are_in_the_order_of_pages() -> None:
    pages = ("第 2 页", "第 10 页")
    lines = [Paragraph((Text(f"图 {number}：采茶"),), span=Span(page, 3)) for number, page in enumerate(pages, 1)]
    newsletter = recover(Document((Paragraph((Text("采茶"),), span=Span("第 1 页", 1)), *reversed(lines))))
    assert [note.span.part for note in newsletter.notes if note.code == "picture-absent"] == list(pages)


# ---------------------------------------------------------------------------- blocks of an article


def _blocks(*lines: str) -> tuple[Block, ...]:
    return recover_text("\n\n".join(["春茶开采", *lines])).articles[0].blocks


def _texts(*lines: str) -> list[str]:
    return [plain_text(block) for block in _blocks(*lines)]


def test_a_cut_paragraph_is_joined_and_latin_words_keep_a_blank() -> None:
    long = "临江市茶业协会发布首个用于茶园巡检和管理的 AI"
    assert _texts(long, "Agent 平台，受到欢迎。") == [f"{long} Agent 平台，受到欢迎。"]
    assert _texts(_LONG[:-6], "加了培训。")[0] == _LONG[:-6] + "加了培训。"


def test_an_open_bracket_joins_even_after_a_full_stop() -> None:
    opened = "会议印发《关于支持茶产业高质量发展的意见（以下称意见。"
    assert _texts(opened, "一、二两条先行）》，要求各地落实。") == [opened + "一、二两条先行）》，要求各地落实。"]


def test_a_numbered_paragraph_is_not_joined() -> None:
    unended = "今年以来，协会会同有关部门着力做好以下几个方面的工作，取得了明显成效，受到各方好评"
    newsletter = recover_text(f"春茶开采\n\n{unended}\n\n1. {_LONG}\n\n2. {_LONG}")
    assert len(newsletter.articles[0].blocks) == 3
    assert "missing-full-stop" in codes_of(newsletter)


def test_a_heading_after_an_unended_paragraph_is_told() -> None:
    newsletter = recover_text(f"春茶开采\n\n{_LONG}{_LONG[:-1]}\n\n一、背景\n\n{_LONG}")
    assert "missing-full-stop" in codes_of(newsletter)


def test_a_short_list_is_no_run_of_headings() -> None:
    blocks = _blocks(_LONG, "1. 生产", "2. 销售", "3. 品牌", _LONG)
    assert not any(isinstance(block, Heading) for block in blocks)
    assert len(blocks) == 5


def test_a_short_line_of_its_own_is_a_heading_below_the_number_before_it() -> None:
    blocks = _blocks("一、背景", _LONG, "主要做法和成效", _LONG)
    assert [(block.level) for block in blocks if isinstance(block, Heading)] == [1, 2]


def test_captions_find_their_tables() -> None:
    table, outro = _blocks("表 1：春茶产量", "地区\t产量\t均价", "清水\t12\t30", "\t8\t28", "来源：统计部门", _LONG)
    assert isinstance(table, Table)
    assert text_of(table.caption) == "表 1：春茶产量"
    assert text_of(table.source) == "来源：统计部门"
    assert table.rows[1][0].rowspan == 2
    assert plain_text(outro) == _LONG


def test_a_table_of_blanks_may_lack_its_covered_cells() -> None:
    (table, _) = _blocks("地区   产量   均价", "清水   12   30", "8   28", _LONG)
    assert isinstance(table, Table)
    assert [len(row) for row in table.rows] == [3, 3, 2]


def test_a_header_that_every_page_repeats_is_kept_once() -> None:
    newsletter = recover_text(f"春茶开采\n\n{_LONG}\n\n地区\t产量\n清水\t12\n地区\t产量\n云岭\t9\n\n{_LONG}")
    (table,) = _kinds(newsletter.articles[0], Table)
    assert len(table.rows) == 3
    assert "table-header-repeated" in codes_of(newsletter)


def test_indented_paragraphs_are_no_table() -> None:
    blocks = _blocks(f"\t{_LONG}", f"\t{_LONG}")
    assert [type(block) for block in blocks] == [Paragraph, Paragraph]
    table, text = _blocks("地区\t产量", "清水\t12", f"\t{_LONG}")
    assert isinstance(table, Table)
    assert plain_text(text) == _LONG


def test_a_frame_ends_at_a_drawn_line() -> None:
    box, divider, text = _blocks("---【小故事】---", _LONG, "--------", "--------", _LONG)
    assert isinstance(box, Box)
    assert box.title == "小故事"
    assert isinstance(divider, Divider)
    assert isinstance(text, Paragraph)


def test_a_sentence_on_a_figure_is_no_caption() -> None:
    (text,) = _blocks("图 1 展示了全市春茶产量，" + _LONG)
    assert isinstance(text, Paragraph)


def test_pictures_take_the_caption_beside_them() -> None:
    picture = Figure("ab")
    (below,) = _kinds(recover_blocks(["题", _LONG, picture, "图 1：产量", _LONG]).articles[0], Figure)
    assert text_of(below.caption) == "图 1：产量"
    (above,) = _kinds(recover_blocks(["题", _LONG, "图 1：产量", picture, "资料来源：部门", _LONG]).articles[0], Figure)
    assert text_of(above.caption) == "图 1：产量\n资料来源：部门"
    table = Table(((Cell(()),),))
    (under,) = _kinds(recover_blocks(["题", _LONG, table, "表 1：产量", _LONG]).articles[0], Table)
    assert text_of(under.caption) == "表 1：产量"


def test_a_source_under_a_picture_or_table_is_not_the_articles() -> None:
    table = Table(((Cell(()),),))
    newsletter = recover_blocks(["题", _LONG, table, "来源：部门"])
    assert newsletter.articles[0].source == ""
    newsletter = recover_blocks(["题", "来源：日报", _LONG])
    assert newsletter.articles[0].source == "日报"
    newsletter = recover_blocks(["题", _LONG, "来源：日报", _LONG])
    assert len(newsletter.articles[0].blocks) == 3


def test_bold_short_paragraphs_are_headings_where_there_are_no_others() -> None:
    bold = Paragraph((Text("主要做法", frozenset({Mark.BOLD})),), Align.START)
    (article,) = recover_blocks(["题", _LONG, bold, _LONG]).articles
    assert [heading.level for heading in _kinds(article, Heading)] == [1]


def test_marks_and_other_blocks_survive() -> None:
    rich = Paragraph(
        (Text("春", frozenset({Mark.BOLD})), Text("茶开采，"), LineBreak(), Text("增收明显。")), Align.CENTER
    )
    others: list[Block] = [rich, Code("x"), Quote((rich,)), Divider(), Items(False, ((rich,),))]
    (article,) = recover_blocks(["题", *others]).articles
    assert list(article.blocks) == others


def test_a_text_wrapped_at_its_margin_is_made_paragraphs() -> None:
    whole = "".join(story.paragraphs[0] for story in make_edition((4,)).stories)
    lines = [whole[start : start + 30] for start in range(0, len(whole), 30)]
    newsletter = recover_text("春茶开采\n\n" + "\n".join(lines) + f"\n\n{_LONG}\n")
    texts = [plain_text(block).replace(" ", "") for block in newsletter.articles[0].blocks]
    assert texts == [whole.replace(" ", ""), _LONG]


def test_page_numbers_and_running_heads_are_dropped_and_told() -> None:
    pages = [f"{_LONG}\n\n临江茶业简讯 第 {page} 期\n\n— {page} —\n\n第 {page} 页 共 9 页" for page in range(1, 5)]
    newsletter = recover_text("春茶开采\n\n" + "\n\n".join(pages))
    assert [plain_text(block) for block in newsletter.articles[0].blocks] == [_LONG] * 4
    assert {"page-numbers", "running-heads"} <= codes_of(newsletter)
    numbers = recover_text("- 1 -\n\n- 2 -")
    assert len(numbers.articles) == 1


def test_repeated_sources_and_headings_are_no_running_heads() -> None:
    texts = _texts(*["一、基本情况", _LONG, "来源：日报", _LONG] * 3)
    assert texts.count("一、基本情况") == 3
    assert texts.count("来源：日报") == 3


def test_a_notice_may_stand_on_one_line() -> None:
    newsletter = recover_text(f"春茶开采\n\n{_LONG}\n\n版权声明：本文版权归协会所有，转载请注明。")
    assert newsletter.copyright == "版权声明：本文版权归协会所有，转载请注明。"


def test_an_article_without_text_is_told() -> None:
    document = paragraphs_document(["春茶开采"])
    assert codes_of(recover(document)) == {"empty-article"}


def test_lines_know_where_they_stand() -> None:
    newsletter = recover(lines_document(f"春茶开采\n\n\n{_LONG}\n"))
    assert newsletter.articles[0].blocks[0].span == Span(line=4)


def test_what_a_template_left_in_the_properties_never_names_a_newsletter_and_only_helps_an_untitled_text() -> None:
    leftover = Properties("空白模板", "zhangsan-pc", "由某程序生成")
    edition = paragraphs_document(write_edition(make_edition((1, 2)), Notation()))
    issue = recover(replace(edition, properties=leftover))
    assert issue == recover(edition)
    alone = recover(Document((Paragraph((Text(_LONG),)),), properties=leftover)).articles[0]
    assert (alone.title, alone.author, alone.digest) == ("空白模板", "zhangsan-pc", "由某程序生成")
    titled = recover(Document((_heading(1, "春茶开采"), _paragraph(_LONG)), properties=leftover)).articles[0]
    assert titled.title == "春茶开采"
