"""Dark mode, against figures that the published algorithm itself gave.

`dark_mode.txt` holds HTML and, for each of its texts, the colour and the ground that a reader sees. The figures were
measured in Chromium after the conversion rules that Tencent publishes (github.com/wechatjs/mp-darkmode, its sources of
late 2025) had been run there on the HTML; they are not ours. A gradient is told by its first colour.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.lint.colors import colors_in, contrast, css
from publisher.lint.dark import Run, appearance, darken
from publisher.lint.markup import declarations

FIGURES = Path(__file__).with_name("dark_mode.txt").read_text(encoding="utf-8")
PARTS = ("border-left", "text-shadow", "box-shadow", "text-decoration")
PICTURE = "background-image:url(https://mmbiz.qpic.cn/a.png)"


def _cases() -> Iterator[tuple[str, str]]:
    for block in FIGURES.split("\n<")[:]:
        html, _, expected = block.removeprefix("<").partition("\n")
        yield f"<{html}", expected.rstrip("\n")


def _told(html: str) -> str:
    """What `dark_mode.txt` tells of the HTML, by our own conversion."""
    converted = appearance(darken(html))
    return "\n".join(_line(run, after) for run, after in zip(appearance(html), converted, strict=True))


def _line(run: Run, converted: Run) -> str:
    style = declarations(converted.element.get("style", ""))
    parts = [f", {name} {css(colors_in(style[name])[0])}" for name in PARTS if name in style]
    return f"  {run.text} {css(run.dark.text)} on {css(run.dark.background)}{''.join(parts)}"


def _only(html: str) -> Run:
    (run,) = appearance(html)
    return run


@pytest.mark.parametrize(("html", "expected"), list(_cases()))
def test_every_colour_is_what_the_published_conversion_makes_of_it(html: str, expected: str) -> None:
    assert _told(html) == expected


def test_contrast_is_that_of_wcag_for_colours_and_their_spelling() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert contrast(colors_in("white")[0], "#fff") == 1


@pytest.mark.parametrize(
    ("spelling", "expected"),
    [
        ("#C00", "#cc0000"),
        ("#cc000080", "rgba(204,0,0,0.502)"),
        ("rgb(204, 0, 0)", "#cc0000"),
        ("rgb(204 0 0 / 50%)", "rgba(204,0,0,0.5)"),
        ("rgb(80%,0%,0%)", "#cc0000"),
        ("hsl(0,100%,40%)", "#cc0000"),
        ("hsla(120, 100%, 25%, .5)", "rgba(0,128,0,0.5)"),
        ("Red", "#ff0000"),
        ("1px solid whitesmoke", "#f5f5f5"),
    ],
)
def test_a_colour_is_read_however_it_is_spelt(spelling: str, expected: str) -> None:
    assert [css(color) for color in colors_in(spelling)] == [expected]


@pytest.mark.parametrize(
    "value",
    ["", "inherit", "currentcolor", "#12", "url(red.png)", "rgb(1,2)", "solid", "#ggg", f"hsl({'9' * 400},1%,1%)"],
)
def test_what_is_no_colour_is_not_taken_for_one(value: str) -> None:
    assert colors_in(value) == ()


def test_what_has_no_style_of_its_own_is_left_as_it_stands() -> None:
    html = '<section><p>甲<br>乙</p><img src="a.png" data-w="600"></section>'
    assert darken(html) == html


def test_only_the_colours_of_a_style_are_written_anew() -> None:
    assert darken('<p style="margin:0;color:#333;line-height:1.75">字</p>') == (
        '<p style="margin:0;color:#a3a3a3;line-height:1.75">字</p>'
    )


def test_a_picture_beneath_text_gets_the_light_background_beneath_it() -> None:
    dark = darken(f'<section style="{PICTURE};background-size:cover">字</section>')
    assert "url(https://mmbiz.qpic.cn/a.png),linear-gradient(#ffffff,#ffffff)" in dark
    assert "background-size:cover,100%" in dark
    assert darken(f'<section style="{PICTURE};color:#333"></section>').count("gradient") == 0


def test_a_gradient_without_text_stays_a_gradient() -> None:
    html = '<section style="background-image:linear-gradient(#ffffff,#c00000);color:#333333">{}</section>'
    assert "linear-gradient(#ffffff,#c00000)" in darken(html.format(""))
    assert "linear-gradient(#cc0000,#cc0000)" not in darken(html.format("字"))
    assert "linear-gradient(#c00000,#c00000)" in darken(html.format("字"))


def test_of_a_gradient_counts_the_part_where_its_text_is_read_worst() -> None:
    run = _only('<p style="background:linear-gradient(#ffffff,#c00000);color:#ffffff">字</p>')
    assert run.light.contrast == 1


def test_what_shows_through_is_seen_with_what_lies_beneath() -> None:
    run = _only('<section style="background:#000000"><p style="color:rgba(255,255,255,0.5)">字</p></section>')
    assert css(run.light.text) == "#808080"


def test_opacity_makes_text_paler() -> None:
    assert css(_only('<p style="color:#000000;opacity:0.5">字</p>').light.text) == "#808080"
    assert css(_only('<p style="color:#000000;opacity:50%">字</p>').light.text) == "#808080"
    assert css(_only('<p style="color:#000000;opacity:half">字</p>').light.text) == "#000000"


def test_a_link_without_a_colour_has_that_of_the_page() -> None:
    run = _only('<section style="color:#333"><a href="https://mp.weixin.qq.com/s/a">链接</a></section>')
    assert (css(run.light.text), css(run.dark.text)) == ("#576b95", "#7d90a9")
    run = _only('<section style="color:#333333"><a style="color:inherit">链接</a></section>')
    assert css(run.light.text) == "#333333"


def test_runs_come_in_reading_order_with_the_markup_around_them() -> None:
    runs = appearance('<p style="color:#333">甲<b>乙<i>丙</i></b>丁</p>戊')
    assert [run.text for run in runs] == ["甲", "乙", "丙", "丁", "戊"]
    assert [run.where for run in runs[:3]] == ['<p style="color:#333">甲', "<b>乙", "<i>丙"]
    assert runs[3].where == runs[0].where


def test_what_no_reader_sees_is_no_run() -> None:
    assert appearance('<p style="display:none">藏<b>着</b></p><svg><text>图</text></svg><style>p{}</style>') == ()


def test_drawings_and_components_are_not_converted() -> None:
    assert darken('<svg><path fill="#000000"></path></svg>') == '<svg><path fill="#000000"></path></svg>'
    assert darken('<mpcps style="color:#333">字</mpcps>') == '<mpcps style="color:#333">字</mpcps>'


@given(
    st.lists(
        st.sampled_from(
            ["<p style='", "'>", "color:", "background:", "url(", ")", ";", "#c00", "rgba(0,0,0,", "0.5", "字"]
        )
        | st.text(max_size=6)
    ).map("".join)
)
def test_whatever_the_html_is_it_is_converted_without_an_error(html: str) -> None:
    assert isinstance(darken(html), str)
    assert all(1 <= run.dark.contrast <= 21 for run in appearance(html))
