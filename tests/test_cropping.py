"""The parts of a cover that the platform shows, and pictures that give no good part."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image, ImageChops, ImageDraw

from publisher.document import Article, Asset, Figure, Level, Metadata, Newsletter, Section, fingerprint
from publisher.issue import Status
from publisher.pictures import Picture, fit_cover, fit_pictures
from publisher.pictures.cropping import central, crops
from publisher.rendering.cover import draw_cover
from publisher.rendering.palette import Palette
from publisher.sandbox.state import StoredArticle
from tests.world import APPID, World, issue_text

SKIN = (226, 180, 150)


def saved(image: Image.Image, kind: str = "PNG") -> bytes:
    memory = BytesIO()
    image.save(memory, kind)
    return memory.getvalue()


def sky(width: int, height: int) -> Image.Image:
    """A calm ground without a subject."""
    return Image.linear_gradient("L").resize((width, height)).point(lambda value: 90 + value // 3).convert("RGB")


def with_face(size: tuple[int, int], centre: tuple[int, int], radius: int = 150) -> Image.Image:
    """Somebody before the sky."""
    image, (x, y) = sky(*size), centre
    draw = ImageDraw.Draw(image)
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=SKIN)
    for eye in (x - radius // 3, x + radius // 3):
        draw.ellipse((eye - 20, y - 50, eye + 20, y - 10), fill=(30, 20, 20))
    draw.rectangle((x - radius // 3, y + 40, x + radius // 3, y + 60), fill=(150, 40, 40))
    return image


def box_of(crop: str, size: tuple[int, int]) -> tuple[float, float, float, float]:
    """A crop in pixels."""
    left, top, right, bottom = (float(edge) for edge in crop.split("_"))
    assert 0 <= left < right <= 1
    assert 0 <= top < bottom <= 1
    return left * size[0], top * size[1], right * size[0], bottom * size[1]


def ratio_of(crop: str, size: tuple[int, int]) -> float:
    left, top, right, bottom = box_of(crop, size)
    return (right - left) / (bottom - top)


def cover_of(image: Image.Image, name: str = "封面.png") -> Picture:
    cover = fit_cover(saved(image), name)
    assert isinstance(cover, Picture)
    assert cover.media_type == "image/jpeg"
    return cover


def shown(cover: Picture, crop: str) -> Image.Image:
    """What a reader sees of a cover."""
    with Image.open(BytesIO(cover.data)) as image:
        left, top, right, bottom = (round(edge) for edge in box_of(crop, image.size))
        return image.crop((left, top, right, bottom))


# ---------------------------------------------------------------------------- crops


@pytest.mark.parametrize(
    "size", [(900, 383), (1800, 766), (1800, 1200), (1200, 1600), (1400, 3000), (901, 384), (640, 640)]
)
def test_crops_have_the_platforms_ratios_and_at_most_six_decimals(size: tuple[int, int]) -> None:
    found = crops(saved(sky(*size), "JPEG"))
    assert ratio_of(found.wide, size) == pytest.approx(2.35, rel=0.006)
    assert ratio_of(found.square, size) == pytest.approx(1, rel=0.001)
    edges = f"{found.wide}_{found.square}".split("_")
    assert all(len(edge.partition(".")[2]) <= 6 and edge[0] in "01" for edge in edges)


def test_a_crop_is_as_large_as_the_picture_allows() -> None:
    left, top, right, bottom = box_of(crops(saved(sky(1800, 1200), "JPEG")).wide, (1800, 1200))
    assert (left, right) == (0, 1800)
    left, top, right, bottom = box_of(crops(saved(sky(1800, 1200), "JPEG")).square, (1800, 1200))
    assert (top, bottom) == (0, 1200)


@pytest.mark.parametrize("centre", [(600, 300), (600, 800), (600, 1350)])
def test_the_wide_crop_of_a_portrait_has_the_face_wherever_it_is(centre: tuple[int, int]) -> None:
    found = crops(saved(with_face((1200, 1600), centre), "JPEG"))
    _left, top, _right, bottom = box_of(found.wide, (1200, 1600))
    assert top <= centre[1] - 150
    assert bottom >= centre[1] + 150


@pytest.mark.parametrize("centre", [(300, 500), (1200, 500), (2100, 500)])
def test_the_square_crop_of_a_landscape_has_the_face_wherever_it_is(centre: tuple[int, int]) -> None:
    found = crops(saved(with_face((2400, 1000), centre), "JPEG"))
    left, _top, right, _bottom = box_of(found.square, (2400, 1000))
    assert left <= centre[0] - 150
    assert right >= centre[0] + 150


def test_where_nothing_is_a_subject_the_middle_is_shown() -> None:
    assert crops(saved(Image.new("RGB", (1200, 1600), "white"), "JPEG")) == central(1200, 1600)


def test_a_picture_of_the_platforms_ratio_is_shown_whole() -> None:
    assert central(900, 383) == crops(saved(sky(900, 383), "JPEG"))
    assert central(900, 383).wide == "0_0_1_1"
    assert central(900, 383).square == "0.287222_0_0.712778_1"


# ---------------------------------------------------------------------------- what is sent


@pytest.mark.parametrize(
    ("given", "sent"), [((3000, 3000), (1800, 1800)), ((1200, 500), (1200, 500)), ((4000, 2000), (1800, 900))]
)
def test_a_cover_is_sent_whole_and_in_its_own_shape(given: tuple[int, int], sent: tuple[int, int]) -> None:
    cover = cover_of(with_face(given, (given[0] // 2, given[1] // 2)))
    assert (cover.width, cover.height, cover.notes) == (*sent, ())


def test_a_cover_that_is_a_little_small_is_made_larger_and_that_is_said() -> None:
    cover = cover_of(sky(600, 400))
    assert (cover.width, cover.height) == (900, 600)
    (note,) = cover.notes
    assert (note.code, note.level) == ("cover-small", Level.WARNING)
    assert "600×400" in note.text


def test_a_logo_stands_in_the_middle_of_its_own_ground_in_both_crops() -> None:
    logo = Image.new("RGB", (200, 160), (240, 240, 250))
    ImageDraw.Draw(logo).ellipse((40, 20, 160, 140), fill="red")
    cover = cover_of(logo)
    assert (cover.width, cover.height) == (900, 383)
    assert [note.code for note in cover.notes] == ["cover-logo"]
    found = crops(cover.data)
    assert found == central(900, 383)
    for crop in (found.wide, found.square):
        seen = shown(cover, crop)
        assert seen.getpixel((3, 3)) == pytest.approx((240, 240, 250), abs=6)
        assert seen.getpixel((seen.width // 2, seen.height // 2)) == pytest.approx((254, 0, 0), abs=12)


def test_both_crops_have_the_whole_of_a_banner() -> None:
    banner = Image.new("RGB", (3000, 200), (30, 60, 120))
    draw = ImageDraw.Draw(banner)
    draw.rectangle((0, 0, 120, 200), fill="red")
    draw.rectangle((2880, 0, 3000, 200), fill="yellow")
    cover = cover_of(banner)
    assert [note.code for note in cover.notes] == ["cover-banner"]
    found = crops(cover.data)
    for crop in (found.wide, found.square):
        seen = shown(cover, crop)
        middle = seen.height // 2
        assert seen.getpixel((seen.width // 50, middle)) == pytest.approx((254, 0, 0), abs=30)
        assert seen.getpixel((seen.width - seen.width // 50, middle)) == pytest.approx((254, 254, 0), abs=30)


def test_a_tall_poster_is_sent_whole_on_ground_and_shown_around_its_subject() -> None:
    cover = cover_of(with_face((800, 3000), (400, 2200), 200))
    assert (cover.width, cover.height) == (1400, 3000)
    assert [note.code for note in cover.notes] == ["cover-poster"]
    found = crops(cover.data)
    for crop in (found.wide, found.square):
        _left, top, _right, bottom = box_of(crop, (1400, 3000))
        assert top <= 2000
        assert bottom >= 2400
    assert ratio_of(found.wide, (1400, 3000)) == pytest.approx(2.35, rel=0.001)


def test_of_a_strip_the_top_is_used() -> None:
    strip = sky(400, 9000)
    ImageDraw.Draw(strip).rectangle((0, 0, 400, 300), fill="red")
    cover = cover_of(strip)
    assert cover.height / cover.width == pytest.approx(5 / 1.75, rel=0.01)
    assert [note.code for note in cover.notes] == ["cover-strip"]
    assert "400×9000" in cover.notes[0].text


@pytest.mark.parametrize("size", [(1, 1), (40, 40), (3000, 60)])
def test_what_is_nothing_for_a_cover_is_refused_with_a_note(size: tuple[int, int]) -> None:
    note = fit_cover(saved(sky(*size)), "线.png")
    assert not isinstance(note, Picture)
    assert (note.code, note.level) == ("cover-unfit", Level.WARNING)
    assert "「线.png」" in note.text
    assert f"{size[0]}×{size[1]}" in note.text


@pytest.mark.parametrize("size", [(64, 64), (200, 3000), (3000, 200), (450, 191), (500, 900), (320, 200), (100, 400)])
def test_whatever_the_shape_the_crops_are_large_enough_for_the_platform(size: tuple[int, int]) -> None:
    cover = cover_of(with_face(size, (size[0] // 2, size[1] // 2), min(size) // 3))
    found = crops(cover.data)
    left, top, right, bottom = box_of(found.wide, (cover.width, cover.height))
    assert right - left >= 899
    left, top, right, bottom = box_of(found.square, (cover.width, cover.height))
    assert bottom - top >= 382


def test_the_size_that_a_note_names_is_that_of_the_upright_picture() -> None:
    image = with_face((4000, 1000), (2000, 500))
    turned = image.getexif()
    turned[0x0112] = 6  # the camera was held upright
    memory = BytesIO()
    image.save(memory, "JPEG", exif=turned)
    cover = fit_cover(memory.getvalue(), "会场.jpg")
    assert isinstance(cover, Picture)
    assert "1000×4000" in cover.notes[0].text


def test_an_issue_whose_cover_is_refused_has_none() -> None:
    data = saved(sky(40, 40))
    dot = Asset(fingerprint(data), "image/png", data, "点.png")
    sections = (Section("", (Article("植树", (Figure(dot.fingerprint),)),)),)
    fitted = fit_pictures(Newsletter(None, sections, assets=(dot,), metadata=Metadata(cover=dot.fingerprint)))
    assert fitted.metadata.cover == ""
    assert [note.code for note in fitted.notes] == ["cover-unfit"]
    assert [asset.fingerprint for asset in fitted.assets] == [dot.fingerprint]


# ---------------------------------------------------------------------------- through the platform

FOLDER = "---\ncover: {cover}\nlayout: sections\n---\n{text}"


def cover_on_the_platform(world: World) -> Image.Image:
    """The one cover that was uploaded, as the platform has it."""
    (material,) = world.platform.account(APPID).materials.values()
    with Image.open(BytesIO(material.picture.data)) as image:
        return image.convert("RGB")


def drafted(world: World) -> list[StoredArticle]:
    """The articles of the one draft that the world's drop becomes."""
    publisher = world.open(finish="draft")
    world.work(publisher)
    issue = world.finish(publisher)
    assert issue.status is Status.DRAFTED, issue.note
    (draft,) = world.platform.account(APPID).drafts.values()
    return draft.articles


def test_the_crops_of_a_given_cover_go_out_with_every_piece(world: World) -> None:
    world.drop("spring/issue.txt", FOLDER.format(cover="face.jpg", text=issue_text()))
    world.drop("spring/face.jpg", saved(with_face((1200, 1600), (600, 300)), "JPEG"))
    articles = drafted(world)
    assert len(articles) == 2
    assert cover_on_the_platform(world).size == (1200, 1600)
    assert {article.thumb_media_id for article in articles} == set(world.platform.account(APPID).materials)
    ((wide, square),) = {(article.pic_crop_235_1, article.pic_crop_1_1) for article in articles}
    for crop in (wide, square):
        _left, top, _right, bottom = box_of(crop, (1200, 1600))
        assert top <= 150
        assert bottom >= 450


def test_a_drawn_cover_is_shown_whole_and_by_its_central_square(world: World) -> None:
    world.drop("spring.txt", issue_text())
    (article,) = drafted(world)
    assert cover_on_the_platform(world).size == (900, 383)
    assert (article.pic_crop_235_1, article.pic_crop_1_1) == ("0_0_1_1", "0.287222_0_0.712778_1")


def test_a_drawn_cover_has_the_colours_of_the_issues_theme_and_its_headlines(world: World) -> None:
    css = "root { color: #333 } cover { background-color: #12304f; border-style: none }"
    (world.home / "config" / "themes" / "blue.css").write_text(css, encoding="utf-8")
    world.drop("spring.txt", f"---\ntheme: blue\n---\n{issue_text()}")
    (article,) = drafted(world)
    drawn = cover_on_the_platform(world)
    assert drawn.getpixel((450, 5)) == pytest.approx((0x12, 0x30, 0x4F), abs=6)
    line = "2026 年第 3 期（总第 18 期） · 2026-03-31"
    headlines = ("协会举办春季植树活动", "协会召开会员大会", "园林产业观察")
    colors = Palette(background="#12304f", ornament="none")
    with Image.open(BytesIO(draw_cover(article.title, "春天通讯", line, colors, headlines))) as image:
        assert ImageChops.difference(drawn, image.convert("RGB")).getbbox() is None


def test_an_issue_whose_cover_is_no_cover_gets_a_drawn_one_and_its_report_says_so(world: World) -> None:
    world.drop("spring/issue.txt", FOLDER.format(cover="dot.png", text=issue_text()))
    world.drop("spring/dot.png", saved(sky(20, 20)))
    drafted(world)
    assert cover_on_the_platform(world).size == (900, 383)
    assert "封面改为自动画的" in world.report("done/spring.报告.txt")
