"""The roles that a theme gives a style to, and the properties that survive on the platform."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

ROLES: Mapping[str, str] = MappingProxyType(
    {
        "root": "",
        "p": "root",
        **dict.fromkeys(("h1", "h2", "h3", "h4"), "root"),
        "masthead": "root",
        "masthead-name": "masthead",
        "masthead-issue": "masthead",
        "masthead-line": "masthead",
        "running-head": "root",
        "contents": "root",
        "contents-title": "contents",
        "contents-section": "contents",
        "contents-items": "contents",
        "contents-item": "contents-items",
        "section-title": "root",
        "title": "root",
        "byline": "root",
        "figure": "root",
        "img": "figure",
        "caption": "root",
        "source": "root",
        "scroll": "root",
        "table": "root",
        "tr": "table",
        "tr-even": "table",
        "tr-head": "table",
        "th": "tr-head",
        "td": "tr",
        "quote": "root",
        "box": "root",
        "box-title": "box",
        "code": "root",
        **dict.fromkeys(("code-keyword", "code-string", "code-comment", "code-number", "code-name"), "code"),
        "code-inline": "root",
        "hr": "root",
        "list": "root",
        "item": "root",
        "link": "root",
        "strong": "root",
        "mark": "root",
        "math": "root",
        "noteref": "root",
        "notes": "root",
        "notes-title": "notes",
        "notice": "root",
        "cover": "",
    }
)
"""Every role and the role around it ("" for the outermost). `cover` is the picture that is drawn for an issue."""

HEADINGS = ("h1", "h2", "h3", "h4", "section-title", "title")
"""Roles written as <h2> … <h6>, which the platform's page resets."""

CODE_COLORS = frozenset(role for role in ROLES if ROLES[role] == "code")
"""The roles of coloured code, the first to go from an article that is too long."""

UNADORNED = frozenset({"root", "img", "scroll", "table", "hr", "list", "cover", *CODE_COLORS}) | {
    role for role in ROLES if role.startswith("tr")
}
"""Roles that cannot take a ::before or ::after: there is no place for text in them."""

INHERITED = frozenset(
    {"color", "font-size", "font-style", "font-weight", "letter-spacing", "line-height", "list-style-type"}
    | {"text-align", "text-indent", "white-space", "word-break"}
)
"""The allowed properties that an inner role takes over from the one around it."""

_SIDES = ("top", "right", "bottom", "left")
PROPERTIES = (
    INHERITED
    | {"background", "background-color", "border-collapse", "border-radius", "border-style", "border-color"}
    | {"border", "border-width", *(f"border-{side}" for side in _SIDES)}
    | {"margin", "padding", *(f"{name}-{side}" for name in ("margin", "padding") for side in _SIDES)}
    | {"display", "max-width", "opacity", "overflow-x", "text-decoration", "vertical-align", "width"}
)
"""What survives on the platform."""

COVER_PROPERTIES = frozenset({"background-color", "color", "border-color", "border-style"})
"""What the drawn cover has: its ground, its text, its ornament's colour and kind."""
