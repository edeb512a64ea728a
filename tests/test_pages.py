"""What a reader sees, measured in Chromium at the widths of phones and of the platform's page on a computer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image, ImageChops

from publisher.rendering import shipped_themes
from publisher.sandbox.sanitiser import sanitise
from tests.pages import (
    CHROMIUM,
    GOLDEN,
    MODES,
    WIDTHS,
    chromium,
    contents,
    difference,
    page_of,
    reduced,
    screenshot,
    show,
)
from tests.specimen import specimen

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is missing: apt-get install chromium")
THEMES = sorted(shipped_themes())
PICTURES = frozenset({"mmbiz.qpic.cn"})

OVERFLOWING = """() => [...document.querySelectorAll('section *')].filter(node => {
  const scroller = node.closest('[style*="overflow-x"]');
  const right = node.getBoundingClientRect().right;
  return (!scroller || scroller === node) && right > document.documentElement.clientWidth - 15;
}).map(node => node.outerHTML.slice(0, 120))"""
OVERLAPPING = """() => [...document.querySelectorAll('section p, section h2, section h3, section h4, section li')]
  .filter(node => {
    const style = getComputedStyle(node);
    return node.innerText.trim() && parseFloat(style.lineHeight) < parseFloat(style.fontSize);
  }).map(node => node.outerHTML.slice(0, 120))"""
SQUEEZED = """() => [...document.querySelectorAll('td, th')].filter(cell => {
  const inner = cell.clientWidth - 12;
  return cell.innerText.length > 2 && inner < 2 * parseFloat(getComputedStyle(cell).fontSize);
}).map(cell => cell.innerText)"""
LINKED = "() => [...document.querySelectorAll('a')].map(node => getComputedStyle(node).color)"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as launched:
        yield launched


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_runs_out_of_the_page_and_no_lines_overlap(browser: Any, name: str, width: int) -> None:
    with page_of(browser, specimen(), width) as page:
        for content in contents(name):
            show(page, content)
            assert page.evaluate("document.documentElement.scrollWidth") == width
            assert page.evaluate(OVERFLOWING) == []
            assert page.evaluate(OVERLAPPING) == []
            assert page.evaluate(SQUEEZED) == []


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_specimen_looks_as_it_did_when_somebody_looked_at_it(
    browser: Any, name: str, mode: str, width: int
) -> None:
    with page_of(browser, specimen(), width) as page:
        show(page, "".join(contents(name)), mode)
        with Image.open(GOLDEN / f"{name}-{mode}-{width}.png") as expected:
            assert difference(reduced(screenshot(page)), expected) < 32


@pytest.mark.parametrize("name", THEMES)
def test_a_reader_sees_the_same_after_the_platform_stored_the_html(browser: Any, name: str) -> None:
    with page_of(browser, specimen(), 390) as page:
        for content in contents(name):
            show(page, content)
            before = screenshot(page)
            stored = sanitise(content, PICTURES)
            show(page, stored.html)
            assert stored.losses == ()
            assert ImageChops.difference(before, screenshot(page)).getbbox() is None


def test_a_reader_sees_the_same_after_a_browser_read_and_wrote_the_html(browser: Any) -> None:
    with page_of(browser, specimen(), 390) as page:
        show(page, "".join(contents("official")))
        first = screenshot(page)
        page.evaluate("document.body.innerHTML = document.body.innerHTML")
        page.wait_for_function("[...document.images].every(image => image.complete && image.naturalWidth)")
        assert ImageChops.difference(first, screenshot(page)).getbbox() is None


def test_two_pictures_differ_where_one_has_a_mark_that_the_other_has_not() -> None:
    white = Image.new("RGB", (400, 400), "white")
    marked = white.copy()
    marked.paste("black", (100, 100, 140, 140))
    assert difference(reduced(white), reduced(white)) == 0
    assert difference(reduced(white), reduced(marked)) > 32
    assert difference(reduced(white), reduced(white.resize((400, 500)))) == 255
