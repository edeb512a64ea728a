from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from publisher.rendering import cover
from publisher.rendering.cover import break_lines, check_cover, draw_cover, fit_lines

LINE = "2024 年第 6 期 · 总第 18 期 · 2024-07-31"
TITLES = [
    "江南联合信息 2024 年第 6 期（总第 18 期）",
    "某某金控：高新区“车联未来”产业功能型综合党委召开人才交流座谈会",
    "四部门联合印发《关于加强商务和金融协同 更大力度支持跨境贸易和投资高质量发展的意见》",
    "AIGC+药物研发协同发展",
    "春",
    "",
]


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


@pytest.mark.parametrize("title", TITLES)
def test_a_cover_is_a_jpeg_of_the_platforms_size(title: str) -> None:
    image = opened(draw_cover(title, "江南联合信息", LINE))
    assert (image.format, image.size) == ("JPEG", (900, 383))


@pytest.mark.parametrize("title", TITLES)
def test_all_text_stands_inside_the_central_square(title: str) -> None:
    drawn, empty = opened(draw_cover(title, "江南联合信息", LINE)), opened(draw_cover("", "", ""))
    difference = ImageChops.difference(drawn.convert("L"), empty.convert("L")).point(lambda value: 255 * (value > 40))
    left, top, right, bottom = difference.getbbox() or (300, 100, 300, 100)
    assert left >= (900 - 383) // 2
    assert right <= (900 + 383) // 2
    assert top >= 15
    assert bottom <= 383 - 15


def test_a_title_that_says_only_name_and_number_leaves_the_name() -> None:
    with_title = draw_cover("江南联合信息 2024 年第 6 期（总第 18 期）", "江南联合信息", LINE)
    assert with_title == draw_cover("江南联合信息", "江南联合信息", LINE)
    assert with_title != draw_cover("江南联合信息 特刊", "江南联合信息", LINE)


def test_a_short_title_stands_on_one_line_and_a_long_one_is_balanced() -> None:
    assert fit_lines("江南联合信息")[1] == ["江南联合信息"]
    _size, lines = fit_lines("某某金控召开人才交流座谈会及相关活动")
    assert len({len(line) for line in lines}) == 1


def test_no_closing_mark_begins_a_line_and_no_opening_one_ends_it() -> None:
    lines = break_lines("甲乙丙《丁戊》（己庚）“辛壬”，癸", 40, 120)
    assert all(line[0] not in "》）”，" and line[-1] not in "《（“" for line in lines)
    assert "".join(lines) == "甲乙丙《丁戊》（己庚）“辛壬”，癸"


def test_latin_words_stay_whole() -> None:
    lines = break_lines("推动 AIGC+5G 与 DeepLearning 发展", 40, 240)
    assert any("AIGC+5G" in line for line in lines)
    assert any("DeepLearning" in line for line in lines)


@settings(max_examples=40)
@given(st.text(st.sampled_from("甲乙丙丁，。《》“”AIGC 1"), max_size=200))
def test_whatever_the_title_at_most_five_lines_fit_the_column(title: str) -> None:
    size, lines = fit_lines(title)
    assert len(lines) <= 5
    assert all(cover._width(line, size) <= cover._COLUMN + size for line in lines)


def test_a_title_too_long_for_any_size_ends_with_an_ellipsis() -> None:
    assert fit_lines("甲" * 200)[1][-1].endswith("…")
    assert fit_lines("W" * 400)[1][-1].endswith("…")


def test_rare_but_real_characters_are_in_the_font_and_others_are_said() -> None:
    assert check_cover("昇腾 喆堃玥翀昉芃", "江南联合信息", LINE) == ()
    (note,) = check_cover("甲𠀀乙𠀀", "", "")
    assert "：𠀀，" in note.text
