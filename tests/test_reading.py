"""How a drop is read, whatever it takes of the outside world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path

import pytest
from msgspec.structs import replace
from PIL import Image

from publisher import office
from publisher.document import Article, Asset, Figure, Level, Newsletter, Paragraph, Section, Text, plain_text, text_of
from publisher.errors import Unreadable
from publisher.importers.supplies import Conversion, Supplies, Supply, Wants
from publisher.pictures import fit_pictures
from publisher.reading import Reader, read
from tests.docx_files import issue_file, p, word_file
from tests.docx_files import picture as drawing
from tests.metafiles import SVG, emf, wmf
from tests.test_office import rtf
from tests.test_vector import is_red
from tests.world import picture

SAMPLE = Path(__file__).parents[2] / "shared" / "samples" / "jinlian-2024-06.txt"
NEWSLETTER = Newsletter(None, (Section("", (Article("题", (Paragraph((Text("正文。"),)),)),)),))


def texts(newsletter: Newsletter) -> list[str]:
    return [plain_text(block) for article in newsletter.articles for block in article.blocks]


# ---------------------------------------------------------------------------- for real


def test_an_rtf_file_becomes_a_newsletter_by_way_of_libreoffice() -> None:
    newsletter = read({"稿.rtf": rtf("春茶开采", "首批鲜叶今日下山，品质好于去年。")})
    assert newsletter.articles[0].title == "春茶开采"
    assert texts(newsletter) == ["首批鲜叶今日下山，品质好于去年。"]


def test_an_old_word_file_in_a_folder_becomes_a_newsletter_with_the_pictures_inside_it() -> None:
    assert SAMPLE.exists(), f"the sample is absent: {SAMPLE}"
    old = office._convert({"document.docx": issue_file(SAMPLE)}, "doc", ".docx")["document"]
    newsletter = read({"稿.doc": old})
    assert newsletter.masthead is not None
    assert newsletter.masthead.total_issue == 18
    assert len(newsletter.articles) == 15


def test_drawings_of_every_kind_become_pictures_that_show_them() -> None:
    """By way of LibreOffice and of resvg, each in its cage; a .wmf comes with and without the header of its size."""
    drawings = {"emf": emf(), "wmf": wmf(placeable=True), "bare.wmf": wmf(placeable=False), "svg": SVG}
    parts = {f"word/media/drawing.{kind}": data for kind, data in drawings.items()}
    body = p("产量变化", more='<w:jc w:val="center"/>') + p("近三年产量稳步上升，结构持续优化。")
    body += "".join(p(inside=drawing(f"r{number}")) + p(f"图 {number}：产量") for number in range(len(drawings)))
    relations = [(f"r{number}", "image", f"media/drawing.{kind}") for number, kind in enumerate(drawings)]
    drawn = read({"稿.docx": word_file(body, parts=parts, relations=relations)})
    figures = [block for article in drawn.articles for block in article.blocks if isinstance(block, Figure)]
    pictures = {one.fingerprint: Image.open(BytesIO(one.data)).convert("RGB") for one in drawn.assets}
    assert [note for note in drawn.notes if note.level is Level.ERROR] == []
    assert [text_of(figure.caption) for figure in figures] == [f"图 {number}：产量" for number in range(4)]
    assert {one.media_type for one in drawn.assets} == {"image/png"}
    for figure in figures:
        shown = pictures[figure.picture]
        wide, high = shown.size
        assert is_red(shown.getpixel((wide // 4, high // 2))), figure.caption
        assert is_red(shown.getpixel((wide * 3 // 4, high // 2))), figure.caption
        assert not is_red(shown.getpixel((wide // 2, 3))), figure.caption


# ---------------------------------------------------------------------------- in what order


class Asked:
    """Answers that are given one after the other, and the supplies with which they were asked for."""

    def __init__(self, *answers: Newsletter | Wants) -> None:
        self.answers = list(answers)
        self.supplies: list[Supplies] = []

    def __call__(self, files: Mapping[str, bytes], supplies: Supplies) -> Newsletter | Wants:
        del files
        self.supplies.append(supplies)
        return self.answers.pop(0)


DOC = Wants(conversions=(Conversion("稿.doc", ".doc", b"old"),))


def test_a_file_is_converted_then_its_pictures_are_fetched_then_it_is_read() -> None:
    asked = Asked(DOC, Wants(addresses=("https://a.cn/x",)), NEWSLETTER)

    def fetch(addresses: Sequence[str]) -> Mapping[str, Supply]:
        return {address: Supply(b"picture") for address in addresses}

    found = Reader(ask=asked, convert=lambda data, suffix: data + suffix.encode(), fetch=fetch).read({})
    assert found is NEWSLETTER
    assert asked.supplies == [
        Supplies(),
        Supplies({"稿.doc": Supply(b"old.doc")}),
        Supplies({"稿.doc": Supply(b"old.doc")}, {"https://a.cn/x": Supply(b"picture")}),
    ]


def test_a_file_that_cannot_be_converted_is_told_of_by_its_name() -> None:
    def fail(data: bytes, suffix: str) -> bytes:
        raise office.NotConverted(office.MISSING.format(suffix=suffix))

    asked = Asked(DOC, NEWSLETTER)
    Reader(ask=asked, convert=fail).read({})
    assert "“稿.doc”" in asked.supplies[1].converted["稿.doc"].refusal
    assert "LibreOffice" in asked.supplies[1].converted["稿.doc"].refusal


def test_a_drop_that_always_wants_more_is_given_up() -> None:
    with pytest.raises(Unreadable, match="more and more"):
        Reader(ask=lambda *_: DOC, convert=lambda data, _: data).read({})


# ---------------------------------------------------------------------------- pictures


def asset(name: str, media_type: str, data: bytes = b"x") -> Asset:
    return Asset(name, media_type, data, f"{name}.bin")


def holding(*assets: Asset) -> Newsletter:
    figures = tuple(Figure(one.fingerprint) for one in assets)
    return replace(NEWSLETTER, sections=(Section("", (Article("题", figures),)),), assets=assets)


def test_drawings_become_pages_all_at_once_and_what_cannot_be_drawn_stays_what_it_is() -> None:
    drawn: list[Mapping[str, bytes]] = []
    fitted: list[Newsletter] = []

    def draw(drawings: Mapping[str, bytes]) -> Mapping[str, bytes]:
        drawn.append(drawings)
        return {"a": b"%PDF"}

    def fit(newsletter: Newsletter) -> Newsletter:
        fitted.append(newsletter)
        return newsletter

    given = holding(asset("a", "image/emf"), asset("b", "image/wmf"), asset("c", "image/png"))
    Reader(ask=lambda *_: given, draw=draw, fit=fit).read({})
    assert drawn == [{"a.emf": b"x", "b.wmf": b"x"}]
    assert [(one.media_type, one.data) for one in fitted[0].assets] == [
        ("application/pdf", b"%PDF"),
        ("image/wmf", b"x"),
        ("image/png", b"x"),
    ]


def test_without_libreoffice_a_drawing_stops_the_issue_and_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "_PLACES", ())
    found = Reader(ask=lambda *_: holding(asset("a", "image/emf")), fit=lambda newsletter: newsletter).read({})
    assert [(note.level, "PNG" in note.text) for note in found.notes] == [(Level.ERROR, True)]


def test_a_picture_that_kills_its_child_costs_only_itself() -> None:
    def fit(newsletter: Newsletter) -> Newsletter:
        if any(one.fingerprint == "bad" for one in newsletter.assets):
            raise Unreadable("child: -11", "坏")
        return fit_pictures(newsletter)

    good = asset("good", "image/png", picture())
    other = asset("other", "image/png", picture(size=(100, 100)))
    found = Reader(ask=lambda *_: holding(good, asset("bad", "image/png"), other), fit=fit).read({})
    assert [one.fingerprint for one in found.assets] == ["good", "other"]
    assert [(note.code, note.level) for note in found.notes] == [("picture-unusable", Level.ERROR)]
    assert "bad.bin" in found.notes[0].text
