from __future__ import annotations

import base64
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from publisher.errors import Unreadable
from publisher.pictures import Picture, fit_body, fit_cover
from publisher.pictures.vector import from_pdf

NAMES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
RECTANGLE = '<rect width="40" height="40" fill="#c81e1e"/>'
RED, WHITE = (200, 30, 30), (255, 255, 255)


def svg(inner: str, size: str = 'width="400" height="200"', head: str = "") -> bytes:
    return f"{head}<svg {NAMES} {size}>{inner}</svg>".encode()


def drawn(data: bytes) -> Picture:
    (picture,) = fit_body(data, "图表.svg")
    return picture


def pixels(picture: Picture) -> Image.Image:
    return Image.open(BytesIO(picture.data)).convert("RGB")


def is_red(color: object) -> bool:
    return isinstance(color, tuple) and color[0] > 150 and color[1] < 90


def written(image: Image.Image, kind: str = "PNG") -> str:
    buffer = BytesIO()
    image.save(buffer, kind)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(buffer.getvalue()).decode()}"


def refusal(data: bytes, name: str = "图表.svg") -> str:
    with pytest.raises(Unreadable) as caught:
        fit_body(data, name)
    assert name in caught.value.note
    return caught.value.note


def test_an_svg_is_drawn_as_wide_as_a_phone_shows_and_on_white() -> None:
    picture = drawn(svg(RECTANGLE))
    assert (picture.width, picture.height, picture.notes) == (1080, 540, ())
    assert is_red(pixels(picture).getpixel((20, 20)))
    assert pixels(picture).getpixel((800, 300)) == WHITE


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ('width="60" height="30"', (60, 30)),
        ('width="1in" height="48px"', (96, 48)),
        ('viewBox="0 0 200 100"', (200, 100)),
        ('viewBox="0 0 200 100" width="100%" height="100%"', (200, 100)),
        ('viewBox="0 0 200 100" width="100"', (100, 50)),
        ('viewBox="0 0 200 100" height="100"', (200, 100)),
        ('width="4000" height="2000"', (1080, 540)),
        ("", (1080, 1080)),
    ],
)
def test_the_size_is_what_the_file_says(size: str, expected: tuple[int, int]) -> None:
    picture = drawn(svg(RECTANGLE, size))
    assert (picture.width, picture.height) == expected


@pytest.mark.parametrize(
    "text",
    [
        '<text x="10" y="90" font-size="60" font-family="没有的字体">会议</text>',
        '<text x="10" y="90" style="font-family:没有的字体;font-size:60px">会议</text>',
        '<style>.a { font: 60px "没有的字体" }</style><text class="a" x="10" y="90">会议</text>',
        '<style>.a { font-family: 没有的字体 !important; font-size: 60px }</style><text class="a" y="90">会</text>',
        '<text x="10" y="90" font-size="60">会议</text>',
    ],
)
def test_chinese_is_drawn_whatever_font_the_file_wants(text: str) -> None:
    inked = pixels(drawn(svg(text))).convert("L").point(lambda value: 255 * (value < 128))
    assert sum(inked.histogram()[255:]) > 500


def test_a_document_type_without_entities_does_no_harm() -> None:
    head = '<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://127.0.0.1:9/svg11.dtd">'
    assert drawn(svg(RECTANGLE, head=head)).notes == ()


def test_a_picture_written_into_the_file_is_drawn() -> None:
    held = written(Image.new("RGB", (50, 50), RED))
    picture = drawn(svg(f'<image width="200" height="200" xlink:href="{held}"/>'))
    assert is_red(pixels(picture).getpixel((270, 270)))
    assert picture.notes == ()


def test_places_within_the_file_still_work() -> None:
    inner = (
        '<defs><linearGradient id="g"><stop stop-color="#c81e1e"/></linearGradient>'
        '<rect id="r" width="40" height="40" fill="url(#g)"/></defs><use xlink:href="#r"/>'
    )
    assert is_red(pixels(drawn(svg(inner))).getpixel((20, 20)))


@pytest.mark.parametrize("way", ['xlink:href="{}"', 'href="{}"', 'href="file://{}"', 'src="{}"'])
def test_no_file_of_the_machine_is_read_and_it_is_said(way: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    Image.new("RGB", (50, 50), RED).save(secret)
    picture = drawn(svg(f'<rect width="9" height="9"/><image width="400" height="200" {way.format(secret)}/>'))
    assert pixels(picture).getpixel((500, 300)) == WHITE
    assert [note.code for note in picture.notes] == ["picture-svg-reduced"]


def test_an_svg_within_an_svg_and_pages_within_it_are_left_out_and_said() -> None:
    inner = base64.b64encode(svg(RECTANGLE)).decode()
    for lost in (
        f'<image width="400" height="200" href="data:image/svg+xml;base64,{inner}"/>',
        f'<image width="400" height="200" href="data:image/png;base64,{inner}"/>',
        '<foreignObject><p xmlns="http://www.w3.org/1999/xhtml">字</p></foreignObject>',
    ):
        picture = drawn(svg(f'<rect width="9" height="9"/>{lost}'))
        assert pixels(picture).getpixel((60, 60)) == WHITE
        assert [note.code for note in picture.notes] == ["picture-svg-reduced"]


def nested_uses(levels: int) -> str:
    """Ten to the power of `levels` rectangles."""
    groups = "".join(f'<g id="a{n}">' + f'<use xlink:href="#a{n - 1}"/>' * 10 + "</g>" for n in range(1, levels + 1))
    return f'<defs><rect id="a0" width="9" height="9"/>{groups}</defs><use xlink:href="#a{levels}"/>'


HOSTILE: dict[str, Callable[[], bytes]] = {
    "entities": lambda: svg("<text>&a;</text>", head='<!DOCTYPE svg [<!ENTITY a "b">]>'),
    "uses of uses": lambda: svg(nested_uses(12)),
    "a filter of hours": lambda: svg(
        '<filter id="f"><feMorphology radius="500"/></filter><rect filter="url(#f)" width="999" height="999"/>',
        'width="1000" height="1000"',
    ),
    "layers": lambda: svg(
        '<g opacity="0.5">' * 200 + '<rect width="999" height="9000"/>' + "</g>" * 200, 'width="1000" height="9000"'
    ),
    "depth": lambda: svg("<g>" * 50_000 + "</g>" * 50_000),
    "pixels": lambda: svg(f'<image width="9" height="9" href="{written(Image.new("1", (12_000, 12_000)))}"/>'),
    "pixels of several": lambda: svg(
        f'<image width="9" height="9" href="{written(Image.new("1", (3000, 3000)))}"/>' * 3
    ),
    "bytes": lambda: svg(" " * 10_000_001),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_svg_is_refused_by_name(what: str) -> None:
    refusal(HOSTILE[what]())


def test_long_nonsense_costs_no_time() -> None:
    refusal(svg(f"<style>{'url(' * 500_000}{'font:' * 100_000}{'@import' * 100_000}</style>"))
    refusal(svg("", f'width="{"1" * 500_000}" viewBox="{"1" * 500_000}"'))


@pytest.mark.parametrize(
    "data", [svg(""), svg(RECTANGLE)[:-9], b"<svg xmlns='urn:other'></g>", b"<?xml?><a><svg/></a>"]
)
def test_an_svg_that_shows_nothing_or_is_none_is_refused(data: bytes) -> None:
    refusal(data)


def test_an_svg_may_be_a_cover() -> None:
    cover = fit_cover(svg(RECTANGLE, 'width="1800" height="766"'), "封面.svg")
    assert isinstance(cover, Picture)
    assert (cover.media_type, cover.width, cover.height) == ("image/jpeg", 1800, 766)


WHOLE = svg(f'<g opacity=".5">{RECTANGLE}</g><text font-family="a">会议</text>', 'viewBox="0 0 20 10"')


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=8), st.floats(0, 1))
def test_a_damaged_svg_gives_a_picture_or_a_clear_refusal(damage: bytes, where: float) -> None:
    start = int(len(WHOLE) * where)
    with suppress(Unreadable):
        fit_body(WHOLE[:start] + damage + WHOLE[start + len(damage) :], "坏图.svg")


# ---------------------------------------------------------------------------- EMF and WMF, and the PDF of one


def pdf(size: tuple[int, int] = (600, 800), ink: tuple[int, int, int, int] = (100, 100, 200, 150)) -> bytes:
    page = Image.new("RGB", size, "white")
    ImageDraw.Draw(page).rectangle(ink, fill=RED if ink != (0, 0, 0, 0) else WHITE)
    buffer = BytesIO()
    page.save(buffer, "PDF", resolution=72)
    return buffer.getvalue()


def test_of_a_page_what_is_drawn_is_left_at_four_times_its_size() -> None:
    with Image.open(BytesIO(from_pdf(pdf(), "图.emf"))) as image:
        assert image.width == pytest.approx(4 * 101 + 16, abs=64)  # Pillow's PDF holds a JPEG, whose edges are soft
        assert image.height == pytest.approx(4 * 51 + 16, abs=64)
        assert is_red(image.convert("RGB").getpixel((image.width // 2, image.height // 2)))


def test_a_huge_page_is_drawn_with_bounded_pixels() -> None:
    with Image.open(BytesIO(from_pdf(pdf((3000, 3000), (0, 0, 2999, 2999)), "图.emf"))) as image:
        assert image.width * image.height < 19_000_000


@pytest.mark.parametrize("data", [pdf(ink=(0, 0, 0, 0)), b"%PDF-1.7", b""])
def test_a_page_that_shows_nothing_or_is_none_is_refused_by_name(data: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        from_pdf(data, "图.emf")
    assert "图.emf" in caught.value.note


@pytest.mark.parametrize("data", [b"\xd7\xcd\xc6\x9a" + bytes(60), b"\x01\0\0\0" + bytes(36) + b" EMF" + bytes(60)])
def test_an_emf_or_wmf_that_nothing_converted_is_to_be_saved_as_png(data: bytes) -> None:
    assert "另存为 PNG" in refusal(data, "图.emf")
