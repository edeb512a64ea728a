"""Issues by other editors: their marks, contents lists, notices, pictures; and shapes that no editor means."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from publisher.confinement import MEGABYTE, Limits
from publisher.document import (
    Align,
    Block,
    Box,
    Cell,
    Figure,
    Heading,
    Items,
    Link,
    Mark,
    Masthead,
    Newsletter,
    Paragraph,
    Table,
    Text,
    plain_text,
    text_of,
)
from tests.builders import codes_of, make_edition, meant_titles, recover_blocks, recover_text, titles_of
from tests.jailed import read

_EDITION = make_edition((2, 2, 1))
_HEAD = [_EDITION.name, _EDITION.numbers]
_ONE = "近日，协会在清水镇举办培训班，来自全市六十余家会员单位的技术骨干参加了培训。"
_TWO = "会议强调，要坚持统防统治与绿色防控相结合，推广色板诱杀等技术，减少化学农药使用量。"
_THREE = "截至三月二十日，全市春茶开采面积达十八万亩，名优茶产量同比增长，均价每公斤上涨。"


def _bold(text: str) -> Paragraph:
    return Paragraph((Text(text, frozenset({Mark.BOLD})),), Align.CENTER)


def _cell(text: str, rowspan: int = 1) -> Cell:
    return Cell((Paragraph((Text(text),)),), rowspan=rowspan)


def _body() -> list[Block | str]:
    blocks: list[Block | str] = []
    for story in _EDITION.stories:
        blocks += [_bold(story.title), *story.paragraphs]
    return blocks


def _recovered(*contents: Block | str) -> Newsletter:
    return recover_blocks([*_HEAD, *contents, *_body()])


def _recovered_then(*closing: Block | str) -> Newsletter:
    body = [Heading(2, block.inlines) if isinstance(block, Paragraph) else block for block in _body()]
    return recover_blocks([*_HEAD, *body, *closing])


def _titles() -> list[str]:
    return [story.title for story in _EDITION.stories]


# ---------------------------------------------------------------------------- contents


def test_a_table_of_contents_may_have_columns_for_numbers_and_pages() -> None:
    rows = [(_cell("序号"), _cell("标题"), _cell("页码"))]
    rows += [(_cell(str(page)), _cell(title), _cell(str(page * 2))) for page, title in enumerate(_titles(), start=1)]
    assert titles_of(_recovered("目录", Table(tuple(rows)))) == [("", _titles())]


def test_a_table_of_contents_may_have_rows_or_a_column_for_sections() -> None:
    rows: list[tuple[Cell, ...]] = []
    for name, stories in _EDITION.sections:
        rows.append((Cell((Paragraph((Text(name),)),), colspan=2),))
        rows += [(_cell(story.title), _cell("3")) for story in stories]
    assert titles_of(_recovered("本期目录", Table(tuple(rows)))) == meant_titles(_EDITION)
    rows = []
    for name, stories in _EDITION.sections:
        rows.append((_cell(name, rowspan=len(stories)), _cell(stories[0].title)))
        rows += [(_cell(story.title),) for story in stories[1:]]
    assert titles_of(_recovered("本期目录", Table(tuple(rows)))) == meant_titles(_EDITION)


def test_contents_may_be_links_or_a_list_with_leaders() -> None:
    links = [Paragraph((Link(f"https://tea.example/{title}", (Text(title),)), Text("\t5"))) for title in _titles()]
    assert titles_of(_recovered("目  录", *links)) == [("", _titles())]
    items = Items(True, tuple((Paragraph((Text(f"{title}……3"),)),) for title in _titles()))
    assert titles_of(_recovered("CONTENTS", items)) == [("", _titles())]
    assert titles_of(recover_blocks(["目录", items, *_body()])) == [("", _titles())]


def test_a_sentence_said_twice_is_no_title() -> None:
    newsletter = recover_text("\n\n".join([*_HEAD, "春茶机采培训班开班", _ONE, _TWO, "收购专项贷款推出", _TWO, _ONE]))
    assert titles_of(newsletter) == [("", ["春茶机采培训班开班", "收购专项贷款推出"])]


# ---------------------------------------------------------------------------- numbers and marks


def _numbered(section: str, title: str) -> str:
    lines, number = list(_HEAD), 0
    for place, (name, stories) in enumerate(_EDITION.sections):
        lines += [section.format("一二三"[place], name)] if section else []
        number = 0 if section else number
        for story in stories:
            number += 1
            lines += [title.format("一二三四五"[number - 1], number, story.title), *story.paragraphs]
    return "\n\n".join(lines)


@pytest.mark.parametrize(
    ("section", "title"), [("{0}、{1}", "{1}. {2}"), ("{0}、{1}", "（{0}）{2}"), ("（{0}）{1}", "{1}、{2}")]
)
def test_numbers_alone_announce_sections_and_articles(section: str, title: str) -> None:
    newsletter = recover_text(_numbered(section, title))
    assert titles_of(newsletter) == meant_titles(_EDITION)
    assert "numbered-titles" in codes_of(newsletter)


@pytest.mark.parametrize("title", ["{0}、{2}", "{1}. {2}"])
def test_numbers_alone_announce_articles(title: str) -> None:
    assert titles_of(recover_text(_numbered("", title))) == [("", _titles())]


def test_a_report_with_numbered_headings_is_one_article_also_in_an_issue() -> None:
    report = ["春茶产业发展报告", "一、产业现状", _ONE, "（一）种植情况", _TWO, "二、对策建议", _THREE]
    for lines in (report, [*_HEAD, *report]):
        for newsletter in (recover_text("\n\n".join(lines)), recover_blocks(lines)):
            (article,) = newsletter.articles
            assert article.title == "春茶产业发展报告"
            levels = [block.level for block in article.blocks if isinstance(block, Heading)]
            assert levels == [1, 2, 1]


def test_numbered_headings_below_bold_titles_are_no_articles() -> None:
    chapters: list[Block | str] = [
        part for name in ("一、产业现状", "二、对策建议") for part in (Heading(3, (Text(name),)), _ONE)
    ]
    newsletter = recover_blocks([*_HEAD, _bold("春茶产业发展报告"), _TWO, *chapters, _bold("夏茶开采上市"), _THREE])
    assert titles_of(newsletter) == [("", ["春茶产业发展报告", "夏茶开采上市"])]


def test_a_notice_keeps_its_signature_and_date() -> None:
    lines = ["关于举办培训班的通知", "各会员单位：", _ONE, "一、培训时间", "三月二十八日，共两天。"]
    lines += ["临江市茶业协会", "2025年3月10日"]
    newsletter = recover_text("\n\n".join(lines))
    assert newsletter.masthead is None
    (article,) = newsletter.articles
    assert [plain_text(block) for block in article.blocks[-2:]] == lines[-2:]


def test_titles_may_be_books_or_bilingual_or_very_long() -> None:
    long = "五部门联合印发《关于进一步支持茶产业高质量发展、促进茶农持续增收、加快建设现代产业体系的若干措施（试行）》"
    titles = ["《茶山纪行》：Notes from the Tea Hills", "《临江茶志》正式出版", long]
    body = [titles[0], _ONE, titles[1], _TWO, long[:30], long[30:], _THREE]
    text = "\n\n".join([*_HEAD, "目录", *(f"{place}. {title}" for place, title in enumerate(titles, 1)), *body])
    assert titles_of(recover_text(text)) == [("", titles)]


# ---------------------------------------------------------------------------- pictures and frames


def _figures(*blocks: Block | str) -> list[tuple[str, str]]:
    (article,) = recover_blocks(["春茶开采", _ONE, *blocks, _TWO]).articles
    return [(block.picture, text_of(block.caption)) for block in article.blocks if isinstance(block, Figure)]


def test_captions_bind_to_the_right_picture() -> None:
    one, two = Figure("ab"), Figure("cd")
    wanted = [("ab", "图 1：产量"), ("cd", "图 2：价格")]
    first, second = (caption for _, caption in wanted)
    assert _figures(one, first, _THREE, two, second) == wanted
    assert _figures(first, one, _THREE, second, two) == wanted
    assert _figures(one, first, two, second) == wanted
    assert _figures(first, one, second, two) == wanted
    assert _figures(one, two, first, second) == wanted
    assert _figures(_bold(first), one) == wanted[:1]


def test_a_table_that_only_sets_a_picture_beside_text_is_no_table() -> None:
    beside = Table(((Cell((Paragraph((Text(_ONE),)),)), Cell((Figure("a" * 64),))),))
    grid = Table(((Cell((Figure("b" * 64),)), Cell((Figure("c" * 64),))),))
    (article,) = recover_blocks(["春茶开采", _TWO, beside, grid]).articles
    assert [type(block) for block in article.blocks] == [Paragraph, Paragraph, Figure, Table]


@pytest.mark.parametrize("caption", ["动图1 采茶", "照片 2：采茶", "插图三　采茶"])
def test_photographs_and_animations_have_captions_too(caption: str) -> None:
    (article,) = recover_blocks(["春茶开采", _TWO, Figure("a" * 64), caption]).articles
    (figure,) = [block for block in article.blocks if isinstance(block, Figure)]
    assert text_of(figure.caption) == caption


def test_any_frame_with_a_title_is_a_box() -> None:
    inside = (Paragraph((Text(_ONE),)), Paragraph((Text(_THREE),)))
    for title in (_bold("小故事"), Paragraph((Text("【小故事】"),)), Heading(4, (Text("小故事"),))):
        for frame in (Box("", (title, *inside)), Table(((Cell((title, *inside)),),))):
            (article,) = recover_blocks(["春茶开采", _TWO, frame]).articles
            assert article.blocks[-1] == Box("小故事", inside)
    plain = Table(((Cell(inside),),))
    assert recover_blocks(["春茶开采", _TWO, plain]).articles[0].blocks[-1] == Box("", inside)


def test_long_lines_of_a_list_are_not_joined() -> None:
    rules = [
        f"《关于支持茶产业高质量发展，促进茶农持续增收，加快品牌建设的若干意见》（临茶〔2025〕{n}号）" for n in range(9)
    ]
    (article,) = recover_blocks(["政策目录汇编", _ONE, *rules, _TWO]).articles
    assert len(article.blocks) == 11


# ---------------------------------------------------------------------------- heads and imprints of office staff


@pytest.mark.parametrize(
    ("line", "editor"),
    [
        ("第18期　2025年6月15日　主编：安澜", "安澜"),
        ("主编：安澜　第18期　2025年6月15日", "安澜"),
        ("第18期 2025年6月15日 主办：海桐联合会", "海桐联合会"),
    ],
)
def test_number_and_date_are_read_beside_a_label_too(line: str, editor: str) -> None:
    head = recover_blocks(["海桐志愿通讯", line, *_body()]).masthead
    assert head == Masthead("海桐志愿通讯", 2025, 18, editor=editor, date="2025-06-15")


def test_a_name_on_two_lines_and_an_office_beside_the_date_are_read() -> None:
    lines = ("海桐科普协会", "工 作 简 报", "〔2025〕第12期（总第108期）", "海桐科普协会办公室　　2025年12月1日")
    newsletter = recover_blocks([*lines, *_body()])
    assert newsletter.masthead == Masthead(
        "海桐科普协会工作简报", 2025, 12, 108, editor="海桐科普协会办公室", date="2025-12-01"
    )
    assert "masthead-spare" not in codes_of(newsletter)


def test_a_reporter_under_a_title_is_its_author() -> None:
    first, *others = _body()
    newsletter = recover_blocks([*_HEAD, first, "□ 通讯员　安澜", *others])
    assert newsletter.articles[0].author == "安澜"


def test_the_last_of_a_marked_list_before_a_title_is_no_section() -> None:
    body = _body()
    place = body.index(_bold(_titles()[1]))
    prizes = ["★ 一等奖：林屿", "★ 二等奖：陈垚", "★ 三等奖：安澜"]
    contents = ["本期导读", *(f"▲ {title}" for title in _titles())]
    newsletter = recover_blocks([*_HEAD, *contents, *body[:place], *prizes, *body[place:]])
    assert [section.name for section in newsletter.sections] == [""]
    assert [plain_text(block) for block in newsletter.articles[0].blocks[-3:]] == prizes


def test_the_official_imprint_ends_an_issue_and_the_source_before_it_is_the_articles() -> None:
    imprint = ("地址：海桐市青岭路18号　电话：0123-45", "报：市农业局　　送：各会员单位", "（共印120份）")
    newsletter = recover_blocks([*_HEAD, *_body(), "信息来源：市农业局", *imprint])
    assert newsletter.articles[-1].source == "市农业局"
    assert newsletter.masthead is not None
    assert newsletter.masthead.address == "海桐市青岭路18号"
    (spare,) = [note for note in newsletter.notes if note.code == "masthead-spare"]
    assert "各会员单位" in spare.text


def test_a_notice_under_a_heading_of_its_own_is_no_article() -> None:
    notice = "版权声明：未经许可不得转载。"
    newsletter = _recovered_then(Heading(2, (Text("声明"),)), notice)
    assert newsletter.copyright == f"声明\n{notice}"
    assert [article.title for article in newsletter.articles] == _titles()


# ---------------------------------------------------------------------------- shapes that no editor means

_MANY = 9_900
"""As many lines as an importer lets through, nearly."""


def _shapes() -> dict[str, Sequence[str]]:
    titles = [f"第{chr(0x4E00 + number)}家合作社春茶{number}上市" for number in range(_MANY // 2)]
    return {
        "letters": [chr(0x4E00 + number) for number in range(_MANY)],
        "equal titles": [*_HEAD, *["春茶机采与品质管理培训班"] * _MANY],
        "contents": [*_HEAD, "目录", *(f"{number % 99 + 1}. {title}" for number, title in enumerate(titles)), *titles],
        "rows": ["春茶产量", _ONE, *(f"清水{number}\t{number}\t三" for number in range(_MANY))],
        "rows that are none": ["春茶产量", _ONE, *["清水\t12", f"\t{_ONE}"] * (_MANY // 2)],
        "numbers": ["春茶产量", *(f"{number % 9 + 1}. 春茶{number}" for number in range(_MANY))],
        "captions": ["春茶产量", *(f"图 {number % 99}：产量" for number in range(_MANY // 3))],
        "cells": ["春茶产量", "甲\t" * 499_000, "甲\t乙"],
        "brackets": ["春茶产量", "（一）《" * 249_000],
        "dashes": ["春茶产量", "- " * 499_000 + "x"],
    }


@pytest.mark.parametrize("name", _shapes())
def test_no_shape_of_text_takes_long_or_much(name: str) -> None:
    # A rule that is not linear needs minutes here; the limit leaves room for a busy machine.
    text = "\n".join(_shapes()[name])
    assert read({"稿.txt": text.encode()}, Limits(30, 400 * MEGABYTE)).articles


@pytest.mark.parametrize("mark", ["bold", "heading"])
def test_many_titles_take_not_long(mark: str) -> None:
    start, end = {"bold": ("<p align=center><b>", "</b></p>"), "heading": ("<h2>", "</h2>")}[mark]
    titles = "".join(f"{start}第{number}家合作社春茶上市{end}<p>{_ONE}</p>" for number in range(3_000))
    page = f"<p>{_HEAD[0]}</p><p>{_HEAD[1]}</p>{titles}"
    assert len(read({"稿.html": page.encode()}, Limits(30, 512 * MEGABYTE)).articles) == 3_000
