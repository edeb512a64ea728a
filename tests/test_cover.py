from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from publisher.lint.colors import contrast
from publisher.rendering import shipped_themes
from publisher.rendering.cover import check_cover, draw_cover
from publisher.rendering.lettering import COLUMN, break_lines, fit_lines, width
from publisher.rendering.ornaments import HEIGHT, ORNAMENTS, WIDTH, ground
from publisher.rendering.palette import DEFAULT, Palette, ink_on, palette, shades
from publisher.rendering.theme import Theme, parse_theme

NAME = "江南联合信息"
LINE = "2024 年第 6 期（总第 18 期） · 2024-07-31"
ISSUE = f"{NAME} 2024 年第 6 期（总第 18 期）"
TITLES = [
    ISSUE,
    "某某金控：高新区“车联未来”产业功能型综合党委召开人才交流座谈会",
    "四部门联合印发《关于加强商务和金融协同 更大力度支持跨境贸易和投资高质量发展的意见》",
    "Spring Planting Report: Five Hundred Trees in One Rainy Weekend",
    "AIGC+药物研发协同发展",
    "春",
    "",
]
HEADLINES = ("春天协会举办春季植树活动", "园林产业观察：今年以来的市场变化和三点建议", "协会召开会员大会")
PALETTES = [
    *(Palette(ornament=name) for name in ORNAMENTS),
    Palette("#ffffff", "#222222", "#999999"),
    Palette("#777777", "#888888", "#7f7f7f", "double"),
]


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data)).convert("RGB")


def text_box(drawn: bytes, colors: Palette) -> tuple[int, int, int, int]:
    """What a text, and nothing else, changes of a cover; the middle where there is none."""
    empty = ground(colors).resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    difference = ImageChops.difference(opened(drawn).convert("L"), empty.convert("L"))
    return difference.point(lambda value: 255 * (value > 40)).getbbox() or (450, 190, 450, 190)


def differs(first: bytes, second: bytes) -> bool:
    return ImageChops.difference(opened(first), opened(second)).getbbox() is not None


# ---------------------------------------------------------------------------- the picture


@pytest.mark.parametrize("title", TITLES)
def test_a_cover_is_a_jpeg_of_the_platforms_size(title: str) -> None:
    with Image.open(BytesIO(draw_cover(title, NAME, LINE, headlines=HEADLINES))) as image:
        assert (image.format, image.size) == ("JPEG", (900, 383))


@pytest.mark.parametrize("colors", PALETTES, ids=lambda colors: f"{colors.ornament} {colors.background}")
@pytest.mark.parametrize("title", TITLES)
def test_all_text_stands_inside_the_central_square(title: str, colors: Palette) -> None:
    left, top, right, bottom = text_box(draw_cover(title, NAME, LINE, colors, HEADLINES), colors)
    assert left >= (900 - 383) // 2 + 10
    assert right <= (900 + 383) // 2 - 10
    assert top >= 15
    assert bottom <= 383 - 15


@settings(max_examples=25, deadline=None)
@given(
    *[st.text(st.sampled_from("甲乙丙丁，。《》“”（AIGC 1）"), max_size=80)] * 2,
    st.lists(st.text("甲乙，《》W ", max_size=40), max_size=4),
)
def test_whatever_is_said_it_stands_inside_the_central_square(title: str, name: str, headlines: list[str]) -> None:
    left, top, right, bottom = text_box(draw_cover(title, name, LINE, headlines=headlines), DEFAULT)
    assert (left >= 258, right <= 642, top >= 8, bottom <= 375) == (True, True, True, True)


@pytest.mark.parametrize("name", ORNAMENTS)
def test_an_ornament_leaves_the_ground_of_the_text_alone(name: str) -> None:
    colors = Palette(ornament=name)
    image = ground(colors).resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    for y in range(30, HEIGHT - 30):
        row = image.crop(((WIDTH - COLUMN) // 2, y, (WIDTH + COLUMN) // 2, y + 1))
        assert row.getcolors(1), y


def test_every_ornament_looks_different() -> None:
    looks = [ground(Palette(ornament=name)).resize((90, 38)).tobytes() for name in ORNAMENTS]
    assert len(set(looks)) == len(ORNAMENTS) >= 4


def test_an_unknown_ornament_is_the_plain_frame() -> None:
    assert ground(Palette(ornament="inset")).tobytes() == ground(Palette(ornament="solid")).tobytes()


# ---------------------------------------------------------------------------- colours


def theme_with(css: str) -> Theme:
    """A theme whose role `cover` says this."""
    name, _, rest = css.partition(":")
    declarations = dict(part.split(":") for part in (f"{name}:{rest}").split(";")) if css else {}
    return Theme("t", {"cover": declarations}, {})


def test_a_theme_without_colours_of_its_own_has_a_red_cover() -> None:
    assert palette(theme_with("")) == DEFAULT
    assert palette(parse_theme("bare", "root { color: #333 }")) == DEFAULT


@pytest.mark.parametrize(
    ("css", "expected"),
    [
        ("background-color:#FFF", Palette(background="#ffffff")),
        ("background:#12304f;color:white", Palette("#12304f", "#ffffff")),
        ("border-color:rgb(1, 2, 3);border-style:double", Palette(accent="#010203", ornament="double")),
        ("border-color:red blue", Palette(accent="#ff0000")),
        ("background-color:transparent;color:inherit;border-color:rgba(0,0,0,.5)", DEFAULT),
    ],
)
def test_a_themes_role_cover_tells_colours_and_ornament(css: str, expected: Palette) -> None:
    assert palette(theme_with(css)) == expected


@given(*[st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")] * 2)
def test_text_can_be_read_on_any_ground(background: str, text: str) -> None:
    grounds = shades(Palette(background, text))
    assert min(contrast(ink_on(text, grounds), shade) for shade in grounds) >= 4.5


def test_a_colour_that_can_be_read_is_kept() -> None:
    assert ink_on("#f0cd8c", ["#a51419"]) == "#f0cd8c"
    assert ink_on("#888888", ["#777777"]) == "#1f1f1f" or ink_on("#888888", ["#777777"]) == "#000000"


@pytest.mark.parametrize("name", sorted(shipped_themes()))
def test_the_covers_of_shipped_themes_keep_their_own_ink(name: str) -> None:
    colors = palette(parse_theme(name, shipped_themes()[name]))
    assert ink_on(colors.text, shades(colors)) == colors.text
    assert colors.ornament in ORNAMENTS


# ---------------------------------------------------------------------------- what is said


def test_headlines_stand_below_the_newsletters_name() -> None:
    with_headlines = draw_cover(ISSUE, NAME, LINE, headlines=HEADLINES)
    assert differs(with_headlines, draw_cover(ISSUE, NAME, LINE))
    assert differs(with_headlines, draw_cover(ISSUE, NAME, LINE, headlines=HEADLINES[:2]))


def test_three_headlines_are_the_most() -> None:
    assert not differs(
        draw_cover(ISSUE, NAME, LINE, headlines=(*HEADLINES, "另一篇")),
        draw_cover(ISSUE, NAME, LINE, headlines=HEADLINES),
    )


@pytest.mark.parametrize("bad", ["甲" * 40, "W" * 60, "甲𠀀乙", "  ", ISSUE, NAME])
def test_a_headline_that_does_not_fit_or_says_nothing_new_is_left_out_whole(bad: str) -> None:
    given = (HEADLINES[0], bad, HEADLINES[2])
    assert not differs(
        draw_cover(ISSUE, NAME, LINE, headlines=given), draw_cover(ISSUE, NAME, LINE, headlines=(given[0], given[2]))
    )


def test_a_long_title_leaves_no_room_for_headlines_and_keeps_its_size() -> None:
    long = TITLES[2]
    assert not differs(draw_cover(long, NAME, LINE, headlines=HEADLINES), draw_cover(long, NAME, LINE))


def test_a_name_too_long_for_two_lines_is_left_out() -> None:
    assert not differs(draw_cover("植树", "名" * 60, LINE), draw_cover("植树", "名" * 70, LINE))
    assert differs(draw_cover("植树", "名" * 30, LINE), draw_cover("植树", "名" * 60, LINE))


def test_a_title_that_says_only_name_and_number_leaves_the_name() -> None:
    with_title = draw_cover(ISSUE, NAME, LINE)
    assert with_title == draw_cover(NAME, NAME, LINE)
    assert with_title != draw_cover(f"{NAME} 特刊", NAME, LINE)


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
    assert all(width(line, size) <= COLUMN + size for line in lines)


def test_a_title_too_long_for_any_size_ends_with_an_ellipsis() -> None:
    assert fit_lines("甲" * 200)[1][-1].endswith("…")
    assert fit_lines("W" * 400)[1][-1].endswith("…")


def test_rare_but_real_characters_are_in_the_font_and_others_are_said() -> None:
    assert check_cover("昇腾 喆堃玥翀昉芃", NAME, LINE) == ()
    (note,) = check_cover("甲𠀀乙𠀀", "", "")
    assert "：𠀀，" in note.text
