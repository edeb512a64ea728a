"""A theme: one CSS file whose selectors are roles, read and refused where the platform would drop it.

The roles are the parts that the renderer knows; `ROLES` names each with the role that encloses it, from which it
inherits. Only properties survive on the platform that stand in `PROPERTIES`; classes, pseudo-elements, media queries
and variables do not, so a theme cannot use them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import tinycss2

from publisher.errors import ConfigError

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
        "section-title": "root",
        "title": "root",
        "byline": "root",
        "figure": "root",
        "img": "figure",
        "caption": "root",
        "source": "root",
        "scroll": "root",
        "table": "root",
        "tr-head": "table",
        "th": "tr-head",
        "td": "table",
        "quote": "root",
        "box": "root",
        "box-title": "box",
        "code": "root",
        "code-inline": "root",
        "hr": "root",
        "list": "root",
        "item": "root",
        "link": "root",
        "mark": "root",
        "math": "root",
        "noteref": "root",
        "notes": "root",
        "notes-title": "notes",
        "notice": "root",
    }
)
"""Every role and the role around it ("" for the outermost)."""

HEADINGS = ("h1", "h2", "h3", "h4", "section-title", "title")
"""Roles written as <h2> … <h6>, which the platform's page resets."""

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

_REASONS = {
    "position": "the platform removes positioning",
    "float": "floats break the platform's page",
    "font-family": "the platform allows its own fonts only",
    "height": "a fixed height clips text",
    "z-index": "the platform removes positioning",
}
_DISPLAYS = frozenset({"block", "inline", "inline-block"})
_FUNCTIONS = frozenset({"rgb", "rgba"})


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme that survives: for each role its declarations, property -> value, and the same as a style text."""

    name: str
    declarations: Mapping[str, Mapping[str, str]]
    styles: Mapping[str, str]

    def style(self, role: str, *extra: str) -> str:
        """The style attribute of a role, with further declarations behind its own; "" if there are none."""
        own = self.styles.get(role, "")
        return ";".join(part for part in (own, *extra) if part)


def parse_theme(name: str, css: str) -> Theme:
    """The theme in a CSS text. ConfigError lists every fault as «name.css:line: reason»."""
    declarations: dict[str, dict[str, str]] = {}
    faults: list[str] = []
    for rule in tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True):
        faults += [f"{name}.css:{line}: {reason}" for line, reason in _read_rule(rule, declarations)]
    faults += [f"{name}.css:1: {reason}" for reason in _missing(declarations)]
    if faults:
        raise ConfigError(faults)
    styles = {role: _style(own) for role, own in declarations.items()}
    return Theme(name, MappingProxyType(declarations), MappingProxyType(styles))


def _style(declarations: Mapping[str, str]) -> str:
    return ";".join(f"{name}:{value}" for name, value in declarations.items())


def _missing(declarations: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    if "root" not in declarations:
        yield "root: missing; it carries what all parts share"
    for role in HEADINGS:
        for name in ("font-size", "font-weight"):
            if role in declarations and name not in declarations[role]:
                yield f"{role}: {name} must be stated, since the platform resets headings"


# ---------------------------------------------------------------------------- rules

Fault = tuple[int, str]


def _read_rule(rule: Any, declarations: dict[str, dict[str, str]]) -> Iterator[Fault]:
    if rule.type == "error":
        yield rule.source_line, f"not valid CSS: {rule.message}"
        return
    if rule.type == "at-rule":
        yield rule.source_line, f"@{rule.at_keyword}: the platform drops at-rules; state plain values"
        return
    roles = [part.strip() for part in tinycss2.serialize(rule.prelude).split(",")]
    yield from ((rule.source_line, _unknown_role(role)) for role in roles if role not in ROLES)
    read: dict[str, str] = {}
    for item in tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True):
        yield from _read_declaration(item, read)
    for role in roles:
        declarations.setdefault(role, {}).update(read)


def _unknown_role(selector: str) -> str:
    if re.fullmatch(r"[a-z][a-z0-9-]*", selector):
        return f"{selector}: no such role; known are {', '.join(ROLES)}"
    return f"{selector}: the platform drops classes, ids and pseudo-elements; a selector is the name of a role"


def _read_declaration(item: Any, read: dict[str, str]) -> Iterator[Fault]:
    if item.type != "declaration":
        yield item.source_line, f"not a declaration: {getattr(item, 'message', item.type)}"
        return
    value = re.sub(r"\s+", " ", tinycss2.serialize(item.value)).strip()
    yield from ((item.source_line, f"{item.lower_name}: {reason}") for reason in _faults_of(item, value))
    read[item.lower_name] = value


def _faults_of(item: Any, value: str) -> Iterator[str]:
    name = item.lower_name
    if name not in PROPERTIES:
        yield _REASONS.get(name, "the platform drops this property")
    if item.important:
        yield "!important keeps the platform's dark mode from working"
    yield from _token_faults(item.value)
    yield from _value_faults(name, value)
    yield from _number_faults(name, [token for token in item.value if hasattr(token, "value")])


def _token_faults(tokens: Sequence[Any]) -> Iterator[str]:
    for token in tokens:
        if token.type == "function" and token.lower_name not in _FUNCTIONS:
            yield f"{token.lower_name}(): the platform drops it or draws it badly in dark mode; state a plain value"
        if token.type == "url":
            yield "url(): the platform drops pictures that are not its own"


def _value_faults(name: str, value: str) -> Iterator[str]:
    if name == "text-align" and value in {"start", "end"}:
        yield "start and end are not understood by the platform; use left or right"
    if name == "display" and value not in _DISPLAYS:
        yield f"{value}: the platform keeps {', '.join(sorted(_DISPLAYS))} only"


def _number_faults(name: str, tokens: Sequence[Any]) -> Iterator[str]:
    for token in tokens:
        unit = getattr(token, "lower_unit", "")
        if token.type == "dimension" and name in {"width", "max-width"} and unit == "px":
            yield "fixed widths do not fit every phone; use %"
        if name.startswith("margin") and isinstance(token.value, int | float) and token.value < 0:
            yield "negative margins run out of the page"
        if name == "line-height" and token.type == "number" and 0 < token.value < 1:
            yield "lines overlap below 1"
