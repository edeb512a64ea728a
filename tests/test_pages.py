"""What a reader sees, measured in Chromium at the width of a phone and of the platform's page on a computer."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from publisher.rendering import render, shipped_themes
from tests.specimen import ICON, PICTURE, specimen, theme

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is missing: apt-get install chromium")

# As the platform's page does: all margins gone, headings like text.
PAGE = """<!doctype html><meta charset=utf-8><style>*{{margin:0;padding:0}}
h1,h2,h3,h4,h5,h6{{font-weight:400;font-size:16px}}body{{padding:16px;font:17px sans-serif}}</style>{}"""

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


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=arguments)
        yield launched
        launched.close()


def _address(width: int, height: int) -> str:
    buffer = BytesIO()
    Image.new("RGB", (width, height), "#888").save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


@pytest.mark.parametrize("name", sorted(shipped_themes()))
@pytest.mark.parametrize("width", [390, 677])
def test_nothing_runs_out_of_the_page_and_no_lines_overlap(browser: Any, name: str, width: int) -> None:
    addresses = {asset.fingerprint: _address(asset.width, asset.height) for asset in (PICTURE, ICON)}
    for piece in render(specimen(), theme(name), addresses, layout="sections").pieces:
        page = browser.new_page(viewport={"width": width, "height": 844})
        page.set_content(PAGE.format(piece.content))
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.evaluate(OVERFLOWING) == []
        assert page.evaluate(OVERLAPPING) == []
        assert page.evaluate(SQUEEZED) == []
        page.close()


def test_a_reader_sees_the_same_after_a_browser_read_and_wrote_the_html(browser: Any) -> None:
    addresses = {asset.fingerprint: _address(asset.width, asset.height) for asset in (PICTURE, ICON)}
    (piece,) = render(specimen(), theme(), addresses, layout="single").pieces
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.set_content(PAGE.format(piece.content))
    first = page.screenshot(full_page=True)
    page.evaluate("document.body.innerHTML = document.body.innerHTML")
    assert page.screenshot(full_page=True) == first
    page.close()
