"""The gallery of the themes over one specimen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from publisher.cli import main
from publisher.document import Level, Newsletter
from publisher.lint import lint
from publisher.preview.drawings import draw_chart, draw_hills
from publisher.preview.gallery import gallery, read_specimen
from publisher.preview.proof import make_proof
from publisher.preview.themes import Choice, find_themes
from publisher.rendering import placeholder_addresses, shipped_themes
from publisher.rendering.roles import HEADINGS, ROLES
from tests.pages import CHROMIUM, chromium

NOWHERE = Path("/nonexistent")
SHIPPED = sorted(shipped_themes())


@cache
def specimen() -> Newsletter:
    """The specimen is the same for every test."""
    return read_specimen()


# ---------------------------------------------------------------------------- the specimen


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"cover"}))
def test_the_specimen_shows_every_role(role: str) -> None:
    heading = "font-size: 17px; font-weight: bold;" if role in HEADINGS else ""
    css = f"root {{ color: #333 }} {role} {{ {heading} color: #123456 }}"
    theme = Choice("one", css, "").theme()
    proof = make_proof(specimen(), theme, placeholder_addresses(specimen()), "sections")
    assert any("#123456" in sheet.piece.content for sheet in proof.sheets)


def test_nothing_of_the_specimen_is_lost_or_complained_of() -> None:
    assert [note.text for note in specimen().notes if note.level is not Level.INFO] == []
    # The formula is a picture, too.
    assert (len(specimen().sections), len(specimen().articles), len(specimen().assets)) == (2, 3, 3)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_specimen_fits_whole_into_every_theme_without_a_finding(name: str) -> None:
    theme = find_themes(NOWHERE)[name].theme()
    proof = make_proof(specimen(), theme, placeholder_addresses(specimen()), "auto")
    assert [note for note in proof.notes if note.code == "content-degraded"] == []
    assert [finding for sheet in proof.sheets for finding in lint(sheet.piece.content)] == []


def test_the_pictures_are_drawn_alike_each_time() -> None:
    assert (draw_hills(), draw_chart()) == (draw_hills(), draw_chart())


# ---------------------------------------------------------------------------- the page


def test_the_page_shows_every_theme_in_both_shades_and_needs_no_other_file() -> None:
    html = gallery(find_themes(NOWHERE), specimen())
    for name in SHIPPED:
        assert f'<section class="theme" id="{name}">' in html
    for shade in ("light", "dark"):
        assert html.count(f'<article class="wx wx-{shade}"') >= len(SHIPPED)
    assert set(re.findall(r'(?:src|srcset)="([a-z]+:)', html)) == {"data:"}
    assert html.count("data:image/png") == 2 * len(SHIPPED) * len(specimen().assets)


def test_a_theme_with_a_fault_stands_there_with_its_line() -> None:
    own = Choice("own", "root { color: #333 }\np { position: fixed }", "config/themes/own.css")
    html = gallery({"own": own}, specimen())
    assert "<li>own.css:2: position: the platform removes positioning</li>" in html
    assert "<article" not in html


def test_what_an_article_says_is_no_markup_of_the_page() -> None:
    masthead = specimen().masthead
    assert masthead is not None
    named = replace(specimen(), masthead=replace(masthead, name="<script>alert(1)</script>"))
    assert "<script" not in gallery({"official": find_themes(NOWHERE)["official"]}, named)


# ---------------------------------------------------------------------------- the command


def run(home: Path, *arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["--home", str(home), "themes", *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_the_command_lists_every_theme_with_what_it_is_and_where(tmp_path: Path) -> None:
    folder = tmp_path / "config" / "themes"
    folder.mkdir(parents=True)
    (folder / "own.css").write_text("/* 试用：绿。 */ root { color: #123456 }", encoding="utf-8")
    output = tmp_path / "themes.html"
    code, out, _err = run(tmp_path, "-o", str(output))
    *lines, written = out.splitlines()
    rows = [line.split("\t") for line in lines]
    assert (code, written) == (0, str(output))
    assert [row[0] for row in rows] == sorted([*SHIPPED, "own"])
    assert ["own", "config/themes/own.css", "试用：绿。"] in rows
    assert all(row[2] for row in rows)


def test_a_faulty_theme_is_told_after_the_others(tmp_path: Path) -> None:
    folder = tmp_path / "config" / "themes"
    folder.mkdir(parents=True)
    (folder / "own.css").write_text("p { float: left }", encoding="utf-8")
    output = tmp_path / "out" / "gallery.html"
    code, out, err = run(tmp_path, "-o", str(output))
    assert code == 2
    assert "official\t" in out
    assert "own.css:1: float" in err
    assert "own.css:1: float" in output.read_text(encoding="utf-8")


# ---------------------------------------------------------------------------- in the browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as launched:
        yield launched


@pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is missing: apt-get install chromium")
def test_every_article_is_390_pixels_wide_and_all_of_it_is_seen(browser: Any, tmp_path: Path) -> None:
    output = tmp_path / "gallery.html"
    output.write_text(gallery(find_themes(NOWHERE), specimen()), encoding="utf-8")
    page = browser.new_page(viewport={"width": 900, "height": 900})
    page.goto(output.as_uri())
    assert set(page.evaluate("[...document.querySelectorAll('.shade')].map(one => one.offsetWidth)")) == {390}
    assert page.evaluate("[...document.querySelectorAll('.wx-rich')].filter(one => one.scrollWidth > 358).length") == 0
    assert page.evaluate("[...document.images].every(one => one.complete && one.naturalWidth)") is True
    page.close()
