from __future__ import annotations

import struct
import subprocess
import sys
from contextlib import suppress
from io import BytesIO
from typing import Any

import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from PIL import Image, ImageCms

from publisher.document import (
    Article,
    Asset,
    Block,
    Cell,
    Figure,
    Footnote,
    InlineImage,
    Level,
    LineBreak,
    Link,
    Metadata,
    Newsletter,
    Paragraph,
    Quote,
    Section,
    Table,
    Text,
    fingerprint,
)
from publisher.errors import Unreadable
from publisher.pictures import BODY_BYTES, Picture, fit_body, fit_cover, fit_pictures

RED = (200, 30, 30)
pillow_heif.register_heif_opener()


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def photo(width: int = 300, height: int = 200) -> Image.Image:
    return Image.effect_noise((width, height), 60).convert("RGB")


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


def body(data: bytes, name: str) -> Picture:
    """The picture for a text, which is in one piece."""
    (picture,) = fit_body(data, name)
    return picture


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF", "AVIF", "HEIF"])
def test_every_common_format_becomes_a_jpeg_or_png_of_its_size(kind: str) -> None:
    picture = body(saved(photo(), kind), f"照片.{kind}")
    image = opened(picture.data)
    assert picture.media_type == f"image/{(image.format or '').lower()}"
    assert (picture.width, picture.height) == image.size == (300, 200)
    assert picture.notes == ()


def test_the_content_decides_and_not_the_name() -> None:
    assert body(saved(photo(), "PNG"), "照片.jpg").width == 300


def test_a_large_picture_is_reduced_to_what_a_phone_shows() -> None:
    picture = body(saved(photo(3000, 2000), "JPEG"), "大图.jpg")
    assert (picture.width, picture.height) == (1080, 720)
    assert opened(picture.data).mode == "RGB"


def test_flat_art_stays_sharp_as_a_small_png() -> None:
    chart = Image.new("RGB", (800, 600), "white")
    chart.paste(RED, (100, 100, 300, 500))
    picture = body(saved(chart, "PNG"), "图表.png")
    assert picture.media_type == "image/png"
    assert len(picture.data) < 3000
    assert opened(picture.data).convert("RGB").getpixel((200, 200)) == RED


def test_a_picture_never_reaches_the_platforms_limit() -> None:
    picture = body(saved(photo(1080, 2400), "PNG", compress_level=1), "噪点.png")
    assert len(picture.data) < BODY_BYTES
    assert picture.width == 1080


def test_a_picture_that_had_to_shrink_is_said() -> None:
    noise = Image.merge("RGB", [Image.effect_noise((1080, 3600), 200) for _ in range(3)])
    picture = body(saved(noise, "JPEG", quality=95), "长图.jpg")
    assert len(picture.data) < BODY_BYTES
    assert picture.width < 1080
    assert [note.code for note in picture.notes] == ["picture-shrunk"]
    assert "长图.jpg" in picture.notes[0].text


def test_transparency_becomes_white() -> None:
    for image in (Image.new("RGBA", (40, 40), (0, 0, 0, 0)), Image.new("LA", (40, 40), (0, 0))):
        assert opened(body(saved(image, "PNG"), "透明.png").data).convert("RGB").getpixel((5, 5)) == (255, 255, 255)
    palette = saved(Image.new("P", (40, 40)), "PNG", transparency=0)
    assert opened(body(palette, "透明.png").data).convert("RGB").getpixel((5, 5)) == (255, 255, 255)


def test_sixteen_bits_are_scaled_and_not_cut_off() -> None:
    grey = Image.new("I;16", (40, 40), 128 * 257)
    value = opened(body(saved(grey, "PNG"), "灰度.png").data).convert("L").getpixel((5, 5))
    assert value == 128
    dark = Image.new("I", (40, 40), 100)
    assert opened(body(saved(dark, "TIFF"), "灰度.tif").data).convert("L").getpixel((5, 5)) == 100


def test_a_picture_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = body(saved(photo(300, 200), "JPEG", exif=exif), "手机.jpg")
    assert (picture.width, picture.height) == (200, 300)
    assert not opened(picture.data).getexif()


def test_broken_exif_spoils_nothing() -> None:
    exif = b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\xff\xff\xff\xff\x06\x00"
    assert body(saved(photo(), "JPEG", exif=exif), "手机.jpg").width in {200, 300}


def test_colours_come_to_srgb() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    # A profile of another colour space than the picture's cannot be used; the plain values are.
    data = saved(Image.new("RGB", (64, 64), RED), "PNG", icc_profile=profile)
    assert opened(body(data, "色.png").data).convert("RGB").getpixel((5, 5)) == RED
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = saved(Image.new("RGBA", (64, 64), (*RED, 255)), "PNG", icc_profile=srgb)
    assert opened(body(data, "色.png").data).convert("RGB").getpixel((5, 5)) == RED


def test_cmyk_without_a_profile_is_said() -> None:
    picture = body(saved(photo().convert("CMYK"), "JPEG"), "印刷.jpg")
    assert opened(picture.data).mode == "RGB"
    assert [note.code for note in picture.notes] == ["picture-cmyk"]


def animation(kind: str, frames: int = 2, size: tuple[int, int] = (60, 40)) -> bytes:
    colors = [RED if number % 2 == 0 else (0, 0, 255) for number in range(frames)]
    first, *rest = (Image.new("RGB", size, color) for color in colors)
    return saved(first, kind, save_all=True, append_images=rest, duration=120, loop=0)


def test_a_moving_gif_is_kept_as_it_is() -> None:
    data = animation("GIF")
    picture = body(data, "动图.gif")
    assert (picture.data, picture.media_type, picture.width, picture.height) == (data, "image/gif", 60, 40)
    assert picture.notes == ()


@pytest.mark.parametrize("kind", ["WEBP", "PNG", "AVIF"])
def test_other_moving_pictures_become_a_gif_and_it_is_said(kind: str) -> None:
    picture = body(animation(kind, 3), "动图")
    image: Any = opened(picture.data)
    assert (picture.media_type, image.n_frames, image.info["duration"], image.info["loop"]) == ("image/gif", 3, 120, 0)
    assert [note.code for note in picture.notes] == ["picture-animated"]
    assert "转成 GIF" in picture.notes[0].text


@pytest.mark.parametrize(
    "data",
    [
        animation("GIF", 301, (4, 4)),
        animation("GIF", 2, (2100, 2000)),
        animation("WEBP", 302, (4, 4)),
        animation("GIF") + bytes(10_000_000),
    ],
    ids=["frames", "pixels", "frames of a WebP", "bytes"],
)
def test_of_a_moving_picture_too_large_for_phones_the_first_frame_is_taken_and_said(data: bytes) -> None:
    picture = body(data, "动图")
    red, _green, blue = opened(picture.data).convert("RGB").getpixel((2, 2))  # type: ignore[misc]
    assert red > blue
    assert picture.media_type != "image/gif"
    assert [note.code for note in picture.notes] == ["picture-animated"]
    assert "只取第一帧" in picture.notes[0].text


def test_a_gif_without_its_end_mark_gets_one_and_half_a_gif_is_refused() -> None:
    data = animation("GIF")
    assert body(data[:-1], "动图").data == data
    for end in (len(data) - 8, len(data) // 2):
        with pytest.raises(Unreadable, match="damaged"):
            fit_body(data[:end], "动图")


def test_the_cover_of_a_moving_picture_stands_still() -> None:
    cover = fit_cover(animation("GIF", 2, (1000, 500)), "动图.gif")
    assert isinstance(cover, Picture)
    assert cover.media_type == "image/jpeg"


@pytest.mark.parametrize("data", [b"", b"hello", b"\x89PNG\r\n\x1a\n", b"<svg xmlns='http://www.w3.org/2000/svg'/>"])
def test_what_is_no_picture_is_refused_by_name(data: bytes) -> None:
    for fit in (fit_body, fit_cover):
        with pytest.raises(Unreadable) as caught:
            fit(data, "会场.jpg")
        assert "会场.jpg" in caught.value.note


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "AVIF", "HEIF"])
def test_half_a_picture_is_refused_and_not_published(kind: str) -> None:
    data = saved(photo(), kind)
    with pytest.raises(Unreadable) as caught:
        body(data[: len(data) // 2], "会场.jpg")
    assert "会场.jpg" in caught.value.note


def test_a_bomb_is_refused_before_it_is_decoded() -> None:
    for side in (8_000, 20_000):
        with pytest.raises(Unreadable) as caught:
            fit_body(saved(Image.new("1", (side, side)), "PNG"), "炸弹.png")
        assert "60 百万像素" in caught.value.note


def declared(kind: str) -> bytes:
    """A small picture whose header claims 12,000 × 12,000 pixels or more."""
    data = bytearray(saved(photo(64, 64), kind))
    if kind == "GIF":
        data[6:10] = struct.pack("<HH", 12_000, 12_000)
    if kind == "BMP":
        data[18:26] = struct.pack("<ii", 12_000, 12_000)
    if kind == "JPEG":
        at = data.index(b"\xff\xc0") + 5
        data[at : at + 4] = struct.pack(">HH", 12_000, 12_000)
    if kind == "WEBP":
        at = data.index(b"\x9d\x01\x2a") + 3
        data[at : at + 4] = struct.pack("<HH", 12_000, 12_000)
    if kind in {"AVIF", "HEIF"}:
        at = data.index(b"ispe") + 8
        data[at : at + 8] = struct.pack(">II", 12_000, 12_000)
    if kind == "TIFF":
        # The first two entries of the directory: tag, type (a long), count, value.
        data[10:34] = struct.pack("<HHII", 256, 4, 1, 12_000) + struct.pack("<HHII", 257, 4, 1, 12_000)
    return bytes(data)


@pytest.mark.parametrize("kind", ["JPEG", "GIF", "BMP", "TIFF", "WEBP", "AVIF", "HEIF"])
def test_what_claims_too_many_pixels_is_refused_whatever_its_format(kind: str) -> None:
    with pytest.raises(Unreadable) as caught:
        fit_body(declared(kind), "炸弹")
    assert "「炸弹」" in caught.value.note


@pytest.mark.parametrize(("kind", "most"), [("WEBP", 28), ("AVIF", 48)])
def test_formats_whose_libraries_need_much_memory_have_a_limit_of_their_own(kind: str, most: int) -> None:
    height = most * 1_000_000 // 7000 + 1
    quick = {"WEBP": {"method": 0}, "AVIF": {"speed": 10}}[kind]
    with pytest.raises(Unreadable) as caught:
        fit_body(saved(Image.new("L", (7000, height)), kind, **quick), "大图")
    assert f"{most} 百万像素" in caught.value.note


WHOLE = {
    **{kind: saved(photo(40, 30), kind) for kind in ("JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "AVIF", "HEIF")},
    "moving GIF": animation("GIF", 4),
    "moving WebP": animation("WEBP", 4),
    "CMYK": saved(photo(40, 30).convert("CMYK"), "TIFF", compression="tiff_lzw"),
}


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=40), st.floats(0, 1), st.booleans(), st.sampled_from(sorted(WHOLE)))
def test_damage_anywhere_gives_a_picture_or_a_clear_refusal(
    damage: bytes, where: float, inserted: bool, kind: str
) -> None:
    data = WHOLE[kind]
    start = int(len(data) * where)
    broken = data[:start] + damage + data[start if inserted else start + len(damage) :]
    with suppress(Unreadable):
        for picture in fit_body(broken, "坏图"):
            assert len(picture.data) < BODY_BYTES
            assert opened(picture.data).size == (picture.width, picture.height)


# ---------------------------------------------------------------------------- long pictures


def page(width: int = 1080, height: int = 9000, line: int = 50) -> Image.Image:
    """A long screenshot: dark bars on white with blank rows between them."""
    image = Image.new("RGB", (width, height), "white")
    for top in range(10, height - line, line):
        image.paste((20, 20, 60), (20, top, width - 20, top + line - 20))
    return image


def test_a_long_picture_is_cut_in_blank_rows_and_nothing_of_it_is_lost() -> None:
    pieces = fit_body(saved(page(), "PNG"), "长图.png")
    assert len(pieces) == 3
    assert all((piece.width, piece.height <= 4000) == (1080, True) for piece in pieces)
    assert sum(piece.height for piece in pieces) == 9000
    joined = Image.new("RGB", (1080, 9000))
    top = 0
    for piece in pieces:
        image = opened(piece.data).convert("RGB")
        for row in (0, image.height - 1):
            assert image.getpixel((500, row)) == (255, 255, 255)
        joined.paste(image, (0, top))
        top += image.height
    assert joined.tobytes() == page().tobytes()
    assert [[note.code for note in piece.notes] for piece in pieces] == [["picture-sliced"], [], []]


def test_a_long_picture_is_measured_as_it_is_shown() -> None:
    assert len(fit_body(saved(page(2160, 7800), "PNG"), "长图.png")) == 1
    pieces = fit_body(saved(page(2160, 12_000), "PNG"), "长图.png")
    assert [piece.width for piece in pieces] == [1080, 1080]
    assert sum(piece.height for piece in pieces) == pytest.approx(6000, abs=2)


def test_a_long_picture_without_a_blank_row_is_cut_evenly() -> None:
    pieces = fit_body(saved(photo(200, 9000), "JPEG"), "长图.jpg")
    assert [piece.height for piece in pieces] == [3000, 3000, 3000]


def test_a_mere_strip_is_refused_by_name() -> None:
    with pytest.raises(Unreadable) as caught:
        fit_body(saved(Image.new("L", (2, 65_000)), "PNG"), "竖线.png")
    assert "竖线.png" in caught.value.note


# ---------------------------------------------------------------------------- the pictures of an issue


def asset(data: bytes, name: str = "图.png") -> Asset:
    return Asset(fingerprint(data), "", data, name)


def issue(blocks: tuple[Block, ...], *assets: Asset, cover: str = "") -> Newsletter:
    notes = (Footnote("1", blocks[:1]),)
    sections = (Section("", (Article("植树", blocks),)),)
    return Newsletter(None, sections, footnotes=notes, assets=assets, metadata=Metadata(cover=cover))


def test_the_same_picture_is_converted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def fit(data: bytes, name: str) -> tuple[Picture, ...]:
        made.append(name)
        return fit_body(data, name)

    monkeypatch.setattr("publisher.pictures.fit_body", fit)
    one = asset(saved(photo(), "PNG"))
    fitted = fit_pictures(issue((Figure(one.fingerprint), Figure(one.fingerprint)), one, replace(one, name="又.png")))
    assert made == ["图.png"]
    assert [each.fingerprint for each in fitted.assets] == [one.fingerprint]
    assert fitted.assets[0].media_type == "image/jpeg"


def test_a_long_picture_becomes_several_wherever_it_stands() -> None:
    long = asset(saved(page(200), "PNG"), "长图.png")
    figure = Figure(long.fingerprint, (Text("图 1：长图"),), "长")
    inline = Paragraph((Text("见"), Link("https://example.com", (InlineImage(long.fingerprint),)), Text("。")))
    cell = Table(((Cell((figure,)),),))
    fitted = fit_pictures(issue((figure, Quote((figure,)), inline, cell), long))
    names = [each.fingerprint for each in fitted.assets]
    assert len(set(names)) == 3
    assert long.fingerprint not in names
    *upper, last = figures = tuple(replace(figure, picture=name, caption=()) for name in names)
    figures = (*upper, replace(last, caption=figure.caption))
    first, second, third = (InlineImage(name) for name in names)
    link = Link("https://example.com", (first, LineBreak(), second, LineBreak(), third))
    (article,) = fitted.articles
    assert article.blocks == (
        *figures,
        Quote(figures),
        Paragraph((Text("见"), link, Text("。"))),
        Table(((Cell(figures),),)),
    )
    assert fitted.footnotes == (Footnote("1", figures),)
    assert [note.code for note in fitted.notes] == ["picture-sliced"]


def test_a_cover_that_stands_in_the_text_too_has_sizes_of_its_own() -> None:
    tall = asset(saved(photo(1200, 1600), "JPEG"))
    fitted = fit_pictures(issue((Figure(tall.fingerprint),), tall, cover=tall.fingerprint))
    sizes = {each.fingerprint: (each.width, each.height) for each in fitted.assets}
    assert sizes == {fitted.metadata.cover: (1200, 1600), tall.fingerprint: (1080, 1440)}


def test_a_cover_that_stands_nowhere_else_is_only_a_cover() -> None:
    wide = asset(saved(photo(1200, 600), "JPEG"))
    fitted = fit_pictures(issue((Paragraph(()),), wide, cover=wide.fingerprint))
    assert [(each.fingerprint, each.width) for each in fitted.assets] == [(fitted.metadata.cover, 1200)]


def test_a_picture_that_cannot_be_used_is_an_error_with_its_name() -> None:
    bad = asset(b"no picture", "会场.jpg")
    fitted = fit_pictures(issue((Figure(bad.fingerprint),), bad, cover=bad.fingerprint))
    assert fitted.assets == ()
    assert [(note.code, note.level) for note in fitted.notes] == [("picture-unusable", Level.ERROR)]
    assert "会场.jpg" in fitted.notes[0].text


def test_a_picture_that_cannot_be_used_leaves_a_gap_that_nobody_complains_of_again() -> None:
    bad = asset(b"no picture", "image8.png")
    line = Paragraph((Text("见"), InlineImage(bad.fingerprint), Text("。")))
    (article,) = fit_pictures(issue((Figure(bad.fingerprint, (Text("图 1"),)), line), bad)).articles
    assert article.blocks == (Figure("", (Text("图 1"),)), Paragraph((Text("见"), Text("。"))))


def test_a_note_on_a_picture_tells_where_it_stands_since_only_word_knows_its_name() -> None:
    bad, worse = asset(b"no picture", "image8.png"), asset(b"none either", "image9.png")
    captioned = Figure(bad.fingerprint, (Text("图 6：签约现场"),))
    inside = Table(((Cell((Paragraph((InlineImage(worse.fingerprint),)),)),),))
    first, second = (note.text for note in fit_pictures(issue((captioned, inside), bad, worse)).notes)
    title = issue((), bad).articles[0].title
    assert first.endswith(f"它在“{title}”里，图注是“图 6：签约现场”。")
    assert second.endswith(f"它在“{title}”里。")


def test_nothing_of_the_house_that_needs_the_network_or_the_database_is_loaded() -> None:
    code = "import publisher.pictures, sys; print(*(set(sys.modules) & {'requests', 'sqlalchemy', 'wechatpy'}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
