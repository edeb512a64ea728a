"""Pages as the platform shows them, in real Chromium: what a reader sees of an article, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageChops

from publisher.document import Newsletter
from publisher.lint.dark import darken
from publisher.rendering import placeholder_addresses, render
from tests.specimen import specimen, theme

CHROMIUM: Final = Path("/usr/bin/chromium")
GOLDEN: Final = Path(__file__).parent / "golden" / "pages"
WIDTHS: Final = (375, 414, 677)
MODES: Final = ("light", "dark")

# As the platform's page does: all margins gone, headings like text.
_PAGE: Final = """<!doctype html><meta charset=utf-8><style>*{{margin:0;padding:0}}
h1,h2,h3,h4,h5,h6{{font-weight:400;font-size:16px}}body{{padding:16px;font:17px/1.6 sans-serif;{ground}}}
a{{color:#576b95;text-decoration:none}}</style>{content}"""
_GROUNDS: Final = {"light": "color:#191919;background:#fff", "dark": "color:#a3a3a3;background:#191919"}
_SCALE: Final = 4
_TILE: Final = 8
_COLORS: Final = 48


@contextmanager
def chromium() -> Iterator[Any]:
    """The system's browser, without a screen."""
    from playwright.sync_api import sync_playwright

    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--font-render-hinting=none"]
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=arguments)
        try:
            yield launched
        finally:
            launched.close()


@contextmanager
def page_of(browser: Any, newsletter: Newsletter, width: int) -> Iterator[Any]:
    """An empty page so many pixels wide, where the newsletter's pictures have their sizes and nothing else loads."""
    sizes = {
        name: asset for asset in newsletter.assets for name in (placeholder_addresses(newsletter)[asset.fingerprint],)
    }
    page = browser.new_page(viewport={"width": width, "height": 844})

    def answer(route: Any) -> None:
        asset = sizes.get(route.request.url)
        if asset is None:
            route.abort()
        else:
            route.fulfill(body=_picture(asset.width, asset.height), content_type="image/png")

    page.route("**/*", answer)
    yield page
    page.close()


def show(page: Any, content: str, mode: str = "light") -> None:
    """Shows an article's content as the platform does, all pictures loaded."""
    page.set_content(_PAGE.format(content=darken(content) if mode == "dark" else content, ground=_GROUNDS[mode]))
    page.wait_for_function("[...document.images].every(image => image.complete && image.naturalWidth)")


def contents(name: str) -> list[str]:
    """The specimen's articles in a theme, divided by section."""
    rendering = render(specimen(), theme(name), placeholder_addresses(specimen()), layout="sections")
    return [piece.content for piece in rendering.pieces]


def screenshot(page: Any) -> Image.Image:
    """The whole page."""
    return Image.open(BytesIO(page.screenshot(full_page=True))).convert("RGB")


def reduced(image: Image.Image) -> Image.Image:
    """The picture small and in few colours, to be kept and compared."""
    small = image.reduce(_SCALE)
    return small.quantize(_COLORS, dither=Image.Dither.NONE)


def difference(seen: Image.Image, expected: Image.Image) -> float:
    """How much the worst tile of two reduced pictures differs, 0 to 255; 255 where their sizes do."""
    if abs(seen.width - expected.width) > 1 or abs(seen.height - expected.height) > _TILE:
        return 255.0
    size = (min(seen.width, expected.width), min(seen.height, expected.height))
    pair = [picture.convert("RGB").crop((0, 0, *size)) for picture in (seen, expected)]
    tiles = ImageChops.difference(*pair).convert("L").reduce(_TILE)
    return float(tiles.getextrema()[1])  # type: ignore[arg-type] # one band


@cache
def _picture(width: int, height: int) -> bytes:
    buffer = BytesIO()
    Image.linear_gradient("L").resize((width, height)).save(buffer, "PNG")
    return buffer.getvalue()


def write_goldens() -> None:
    """Write what is seen now as what is expected; look at it before committing."""
    from publisher.rendering import shipped_themes

    GOLDEN.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        for name in sorted(shipped_themes()):
            for width in WIDTHS:
                with page_of(browser, specimen(), width) as page:
                    for mode in MODES:
                        show(page, "".join(contents(name)), mode)
                        reduced(screenshot(page)).save(GOLDEN / f"{name}-{mode}-{width}.png", optimize=True)


if __name__ == "__main__":
    write_goldens()
