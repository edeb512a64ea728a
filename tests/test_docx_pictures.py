from __future__ import annotations

import io

import pytest
from PIL import Image

from publisher.document import Asset, Document, Figure, fingerprint, plain_text
from publisher.importers.docx import cropping, import_docx
from publisher.importers.docx.cropping import Crop, Cutter
from tests.corpus.docx.pictures import PICT, blip, halves
from tests.docx_files import PNG, field, p, picture, r, sdt, word_file


def read(body: str, data: bytes) -> Document:
    parts = {"word/media/halves.png": data}
    return import_docx(word_file(body, parts=parts, relations=[("rHalves", "image", "media/halves.png")]), "x.docx")


def asset(data: bytes, media_type: str = "image/png") -> Asset:
    return Asset(fingerprint(data), media_type, data, "图.png")


def size(data: bytes) -> tuple[int, int]:
    return Image.open(io.BytesIO(data)).size


@pytest.mark.parametrize(
    ("sides", "expected"),
    [
        ('l="25000" b="50000"', (60, 20)),
        ('r="10%"', (72, 40)),
        ('t="99999"', (80, 1)),
        ('l="90000" r="90000"', (1, 40)),
    ],
)
def test_a_picture_is_cut_at_each_side(sides: str, expected: tuple[int, int]) -> None:
    document = read(p(inside=blip('<a:blip r:embed="rHalves"/>', f"<a:srcRect {sides}/>")), halves())
    assert [size(found.data) for found in document.assets] == [expected]
    assert document.notes == ()


@pytest.mark.parametrize(
    ("said", "expected"), [("32768f", (40, 40)), (".5", (40, 40)), ("odd", (80, 40)), ("0", (80, 40))]
)
def test_old_drawings_say_their_crop_in_ways_of_their_own(said: str, expected: tuple[int, int]) -> None:
    shape = f'<v:shape><v:imagedata r:id="rHalves" cropright="{said}"/></v:shape>'
    document = read(p(inside=PICT.format(shape)), halves())
    assert [size(found.data) for found in document.assets] == [expected]


def test_a_photograph_stays_one_and_the_same_cut_is_made_once() -> None:
    photograph = blip('<a:blip r:embed="rHalves"/>', '<a:srcRect l="50000"/>')
    document = read(p(inside=photograph) + p("文") + p(inside=photograph), halves("JPEG"))
    (found,) = document.assets
    assert (found.media_type, size(found.data)) == ("image/jpeg", (40, 40))
    assert [block.picture for block in document.blocks if isinstance(block, Figure)] == [found.fingerprint] * 2


def test_what_cannot_be_cut_stays_whole_and_is_said() -> None:
    document = read(p(inside=blip('<a:blip r:embed="rHalves"/>', '<a:srcRect l="50000"/>')), halves()[:60])
    assert [found.data for found in document.assets] == [halves()[:60]]
    assert [found.code for found in document.notes] == ["picture-uncropped"]


def test_more_pixels_than_the_limit_are_left_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cropping, "_MOST_PIXELS", 80 * 40 + 1)
    cutter, whole = Cutter(), asset(halves())
    assert size(cutter.cut(whole, Crop(left=0.5)).data) == (40, 40)
    assert cutter.cut(whole, Crop(right=0.5)) is whole
    assert cutter.cut(asset(b"GIF89a", "image/gif"), Crop(left=0.5)).data == b"GIF89a"


def test_a_figure_shows_the_whole_and_the_part_of_one_picture() -> None:
    document = read(
        p(inside=picture("rHalves") + blip('<a:blip r:embed="rHalves"/>', '<a:srcRect l="50000"/>')), halves()
    )
    assert sorted(size(found.data) for found in document.assets) == [(40, 40), (80, 40)]


def test_the_word_over_a_contents_list_goes_with_it() -> None:
    gallery = '<w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj>'
    document = import_docx(word_file(p("目　录") + sdt(p("第一章"), gallery) + p("目录") + p("文")), "x.docx")
    assert [plain_text(block) for block in document.blocks] == ["目录", "文"]
    assert [found.lost for found in document.notes] == ["目　录第一章"]


def test_equations_of_old_files_are_readable() -> None:
    char = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    code = "<w:r><w:instrText>{}</w:instrText></w:r>"
    made = "".join(
        p("见", inside=char.format("begin") + code.format(text) + char.format("end"))
        for text in (" EQ \\f(a,b) ", "EQ \\r(x)", "EQ \\o\\ac(□,章)", "eq \\o\\ac(○,60)", "PAGE", "EQ ")
    )
    document = import_docx(word_file(made + p("末", inside=field("EQ \\f(1,2)", r("二分之一")))), "x.docx")
    shown = [plain_text(block) for block in document.blocks]
    assert shown == ["见a/b", "见√(x)", "见（章）", "见（60）", "见", "见", "末二分之一"]


def test_an_object_shows_its_picture_and_is_said() -> None:
    shape = '<v:shape><v:imagedata r:id="rPng"/></v:shape><o:OLEObject ProgID="Equation.3" r:id="rX"/>'
    document = import_docx(word_file(p("甲", inside=f"<w:r><w:object>{shape}</w:object></w:r>")), "x.docx")
    assert [found.data for found in document.assets] == [PNG]
    assert [found.code for found in document.notes] == ["embedded-object"]
