from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from publisher.errors import Unreadable
from publisher.pictures import BODY_BYTES, fit_body, fit_cover

RED = (200, 30, 30)


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


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF", "AVIF"])
def test_every_common_format_becomes_a_jpeg_or_png_of_its_size(kind: str) -> None:
    picture = fit_body(saved(photo(), kind), f"照片.{kind}")
    image = opened(picture.data)
    assert picture.media_type == f"image/{(image.format or '').lower()}"
    assert (picture.width, picture.height) == image.size == (300, 200)
    assert picture.notes == ()


def test_the_content_decides_and_not_the_name() -> None:
    assert fit_body(saved(photo(), "PNG"), "照片.jpg").width == 300


def test_a_large_picture_is_reduced_to_what_a_phone_shows() -> None:
    picture = fit_body(saved(photo(3000, 2000), "JPEG"), "大图.jpg")
    assert (picture.width, picture.height) == (1080, 720)
    assert opened(picture.data).mode == "RGB"


def test_flat_art_stays_sharp_as_a_small_png() -> None:
    chart = Image.new("RGB", (800, 600), "white")
    chart.paste(RED, (100, 100, 300, 500))
    picture = fit_body(saved(chart, "PNG"), "图表.png")
    assert picture.media_type == "image/png"
    assert len(picture.data) < 3000
    assert opened(picture.data).convert("RGB").getpixel((200, 200)) == RED


def test_a_picture_never_reaches_the_platforms_limit() -> None:
    picture = fit_body(saved(photo(1080, 2400), "PNG", compress_level=1), "噪点.png")
    assert len(picture.data) < BODY_BYTES
    assert picture.width == 1080


def test_a_picture_that_had_to_shrink_is_said() -> None:
    noise = Image.merge("RGB", [Image.effect_noise((1080, 3600), 200) for _ in range(3)])
    picture = fit_body(saved(noise, "JPEG", quality=95), "长图.jpg")
    assert len(picture.data) < BODY_BYTES
    assert picture.width < 1080
    assert [note.code for note in picture.notes] == ["picture-shrunk"]
    assert "长图.jpg" in picture.notes[0].text


def test_transparency_becomes_white() -> None:
    for image in (Image.new("RGBA", (40, 40), (0, 0, 0, 0)), Image.new("LA", (40, 40), (0, 0))):
        assert opened(fit_body(saved(image, "PNG"), "透明.png").data).convert("RGB").getpixel((5, 5)) == (255, 255, 255)
    palette = saved(Image.new("P", (40, 40)), "PNG", transparency=0)
    assert opened(fit_body(palette, "透明.png").data).convert("RGB").getpixel((5, 5)) == (255, 255, 255)


def test_sixteen_bits_are_scaled_and_not_cut_off() -> None:
    grey = Image.new("I;16", (40, 40), 128 * 257)
    value = opened(fit_body(saved(grey, "PNG"), "灰度.png").data).convert("L").getpixel((5, 5))
    assert value == 128
    dark = Image.new("I", (40, 40), 100)
    assert opened(fit_body(saved(dark, "TIFF"), "灰度.tif").data).convert("L").getpixel((5, 5)) == 100


def test_a_picture_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = fit_body(saved(photo(300, 200), "JPEG", exif=exif), "手机.jpg")
    assert (picture.width, picture.height) == (200, 300)
    assert not opened(picture.data).getexif()


def test_broken_exif_spoils_nothing() -> None:
    exif = b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\xff\xff\xff\xff\x06\x00"
    assert fit_body(saved(photo(), "JPEG", exif=exif), "手机.jpg").width in {200, 300}


def test_colours_come_to_srgb() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    # A profile of another colour space than the picture's cannot be used; the plain values are.
    data = saved(Image.new("RGB", (64, 64), RED), "PNG", icc_profile=profile)
    assert opened(fit_body(data, "色.png").data).convert("RGB").getpixel((5, 5)) == RED
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = saved(Image.new("RGBA", (64, 64), (*RED, 255)), "PNG", icc_profile=srgb)
    assert opened(fit_body(data, "色.png").data).convert("RGB").getpixel((5, 5)) == RED


def test_cmyk_without_a_profile_is_said() -> None:
    picture = fit_body(saved(photo().convert("CMYK"), "JPEG"), "印刷.jpg")
    assert opened(picture.data).mode == "RGB"
    assert [note.code for note in picture.notes] == ["picture-cmyk"]


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_of_an_animation_the_first_frame_is_taken_and_said(kind: str) -> None:
    frames = [Image.new("RGB", (60, 40), color) for color in (RED, (0, 0, 255))]
    picture = fit_body(saved(frames[0], kind, save_all=True, append_images=frames[1:]), "动图")
    red, _green, blue = opened(picture.data).convert("RGB").getpixel((30, 20))  # type: ignore[misc]
    assert red > blue
    assert [note.code for note in picture.notes] == ["picture-animated"]


@pytest.mark.parametrize("data", [b"", b"hello", b"\x89PNG\r\n\x1a\n", b"<svg xmlns='http://www.w3.org/2000/svg'/>"])
def test_what_is_no_picture_is_refused_by_name(data: bytes) -> None:
    for fit in (fit_body, fit_cover):
        with pytest.raises(Unreadable) as caught:
            fit(data, "会场.jpg")
        assert "会场.jpg" in caught.value.note


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_half_a_picture_is_refused_and_not_published(kind: str) -> None:
    data = saved(photo(), kind)
    with pytest.raises(Unreadable) as caught:
        fit_body(data[: len(data) // 2], "会场.jpg")
    assert "会场.jpg" in caught.value.note


def test_a_bomb_is_refused_before_it_is_decoded() -> None:
    for side in (8_000, 20_000):
        with pytest.raises(Unreadable) as caught:
            fit_body(saved(Image.new("1", (side, side)), "PNG"), "炸弹.png")
        assert "60 百万像素" in caught.value.note


@settings(max_examples=60)
@given(st.binary(max_size=60), st.integers(0, 600), st.sampled_from(["JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP"]))
def test_damage_anywhere_gives_a_picture_or_a_clear_refusal(damage: bytes, start: int, kind: str) -> None:
    data = bytearray(saved(photo(40, 30), kind))
    data[start : start + len(damage)] = damage
    with suppress(Unreadable):
        assert len(fit_body(bytes(data), "坏图").data) < BODY_BYTES


def test_a_cover_is_cut_to_the_platforms_ratio() -> None:
    for size, fitted in (((3000, 3000), (1800, 766)), ((1200, 500), (900, 383))):
        picture = fit_cover(saved(photo(*size), "JPEG"), "封面.jpg")
        assert (picture.width, picture.height, picture.media_type) == (*fitted, "image/jpeg")
        assert picture.notes == ()


def test_a_small_cover_is_said() -> None:
    picture = fit_cover(saved(photo(300, 200), "PNG"), "封面.png")
    assert (picture.width, picture.height) == (900, 383)
    assert "只有 300×200 像素" in picture.notes[0].text
