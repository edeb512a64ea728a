"""What in a style the platform takes away or a phone shows badly: each function gives it, or "" if there is nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping

from .nodes import number, pixels

Style = Mapping[str, str]
"""Property -> value."""
Broken = Callable[[Style], str]

_FUNCTION = re.compile(r"(?<![\w-])(?:calc|env|min|max|clamp)\(", re.IGNORECASE)
_NEGATIVE = re.compile(r"(?:^|\s)-(?=[\d.]*[1-9])")
_ADDRESS = re.compile(r"url\(\s*[\"']?\s*([^\"')]*)", re.IGNORECASE)
_FIXED = re.compile(r"[\d.]+\s*(?:px|pt|pc|cm|mm|in|q|r?em|ch|ex|vw|vh)\b", re.IGNORECASE)
_OFFICIAL_FONTS = ("mp-quote", "pingfang sc", "system-ui", "-apple-system")
_PLATFORM_PICTURES = re.compile(r"https?://[\w.-]*(?:qpic\.cn|qlogo\.cn|weixin\.qq\.com|wx\.qq\.com)(?::\d+)?/")
_NEAR = re.compile(r"https?://(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?(?:/|$)")
WIDEST_PHONE = 320


def declares(*names: str) -> Broken:
    """Finds the first of these properties; one that ends in "*" stands for all that begin so."""
    exact = frozenset(name for name in names if not name.endswith("*"))
    beginnings = tuple(name.rstrip("*") for name in names if name.endswith("*"))

    def find(style: Style) -> str:
        return next((name for name in style if name in exact or (beginnings and name.startswith(beginnings))), "")

    return find


def says(name: str, values: Collection[str]) -> Broken:
    """Finds the property with one of these values."""

    def find(style: Style) -> str:
        return (
            f"{name}:{style[name]}" if style.get(name, "").lower().removesuffix("!important").strip() in values else ""
        )

    return find


def either(*finders: Broken) -> Broken:
    """Finds what the first of these finds."""
    return lambda style: next((found for find in finders if (found := find(style))), "")


def important(style: Style) -> str:
    """The first property that is !important."""
    return next((name for name, value in style.items() if "!" in value and "important" in value.lower()), "")


def variable(style: Style) -> str:
    """The first custom property, or use of one."""
    return next((name for name, value in style.items() if name.startswith("--") or "var(" in value.lower()), "")


def calculation(style: Style) -> str:
    """The first value that has to be calculated."""
    return next((f"{name}:{value}" for name, value in style.items() if "(" in value and _FUNCTION.search(value)), "")


def positioned(style: Style) -> str:
    """A position other than the normal one."""
    value = style.get("position", "").lower()
    return "" if value in {"", "static"} else f"position:{value}"


def foreign_font(style: Style) -> str:
    """A font of one's own, unless it begins as the platform's own list does."""
    for name in ("font-family", "font"):
        value = style.get(name, "")
        families = [family.strip(" '\"").lower() for family in value.split(",")]
        if value and tuple(families[: len(_OFFICIAL_FONTS)]) != _OFFICIAL_FONTS:
            return f"{name}:{value}"
    return ""


def fixed_width(style: Style) -> str:
    """A width that doesn't follow the screen's."""
    value = style.get("width", "")
    return f"width:{value}" if _FIXED.search(value) and pixels(value) != 0 else ""


def wide_minimum(style: Style) -> str:
    """A least width that a phone doesn't have."""
    value = style.get("min-width", "")
    return f"min-width:{value}" if pixels(value) > WIDEST_PHONE else ""


def negative_margin(style: Style) -> str:
    """A margin below zero."""
    for name, value in style.items():
        if name.startswith("margin") and "-" in value and _NEGATIVE.search(value):
            return f"{name}:{value}"
    return ""


def no_height(style: Style) -> str:
    """A height of nothing."""
    value = style.get("height", "")
    return f"height:{value}" if value and value[0] == "0" and number(value.rstrip("pxemt")) == 0 else ""


def fixed_height(style: Style) -> str:
    """A height that may be too low for what is in it, where that can't be scrolled."""
    overflow = " ".join(style.get(name, "") for name in ("overflow", "overflow-y"))
    if "auto" in overflow or "scroll" in overflow:
        return ""
    names = ("height", "max-height") if "hidden" in overflow else ("height",)
    return next((f"{name}:{style[name]}" for name in names if pixels(style.get(name, "")) > 0), "")


def transparent_caret(style: Style) -> str:
    """A caret that nobody sees."""
    value = style.get("caret-color", "").replace(" ", "").lower()
    return value if value == "transparent" or re.search(r"(?:,|/)0(?:\.0+)?%?\)$", value) else ""


def invisible(style: Style) -> str:
    """An opacity of nothing."""
    return f"opacity:{style['opacity']}" if "opacity" in style and number(style["opacity"]) <= 0 else ""


def gradient(style: Style) -> str:
    """A gradient as background."""
    return next((name for name in ("background", "background-image") if "gradient(" in style.get(name, "").lower()), "")


def clipped_to_text(style: Style) -> str:
    """A background that shows through the letters only."""
    return next((name for name in ("-webkit-background-clip", "background-clip") if style.get(name) == "text"), "")


def addresses(style: Style) -> list[str]:
    """The addresses that a style loads."""
    return [found.strip() for value in style.values() if "(" in value for found in _ADDRESS.findall(value)]


def data_address(style: Style) -> str:
    """A picture written into the style itself."""
    return next((address[:40] for address in addresses(style) if has_scheme(address, "data")), "")


def script_address(style: Style) -> str:
    """A script in the place of an address."""
    return next((address[:40] for address in addresses(style) if has_scheme(address, "javascript")), "")


def outside_address(style: Style) -> str:
    """A picture from elsewhere."""
    return next((address for address in addresses(style) if is_outside(address)), "")


def reference(style: Style) -> str:
    """An address within the page."""
    return next((address for address in addresses(style) if address.startswith("#")), "")


def has_scheme(address: str, scheme: str) -> bool:
    """Whether the address is of a scheme, as browsers read it: white space within it is no hindrance."""
    return re.sub(r"[\x00-\x20]+", "", address[:64]).lower().startswith(f"{scheme}:")


def is_outside(address: str) -> bool:
    """Whether a picture's address is on the net, but neither on the platform nor on this computer."""
    if address.startswith("//"):
        address = f"https:{address}"
    return address.lower().startswith("http") and not (_PLATFORM_PICTURES.match(address) or _NEAR.match(address))
