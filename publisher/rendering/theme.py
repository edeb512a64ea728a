"""A theme: one CSS file whose selectors are roles, read and refused where the platform would drop it.

The roles are the parts that the renderer knows (roles.py). Only properties survive on the platform that stand in
`PROPERTIES`; classes, media queries and variables do not, so a theme cannot use them. What a theme may use beyond them:

    title::before { content: "◆ "; color: #b3181e }     becomes a real element at the beginning of the part
    root { text-autospace: normal }                     a blank between Chinese and Latin
    @lean { td { padding: 4px } }                       the styles of an article that would be too long otherwise
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import tinycss2

from publisher.errors import ConfigError
from publisher.rendering.roles import CODE_COLORS, COVER_PROPERTIES, HEADINGS, PROPERTIES, ROLES, UNADORNED

CODE_COLORING = "代码配色"
"""What a variant is without, first of all, in an editor's words."""
_LEAN = "lean"
_AUTOSPACE = "text-autospace"
_PSEUDO = re.compile(r"([a-z][a-z0-9-]*)::(before|after)")
_REASONS = {
    "position": "the platform removes positioning",
    "float": "floats break the platform's page",
    "font-family": "the platform allows its own fonts only",
    "height": "a fixed height clips text",
    "z-index": "the platform removes positioning",
    "content": "content is for ::before and ::after",
    _AUTOSPACE: "text-autospace belongs to root, and is normal or no-autospace",
}
_DISPLAYS = frozenset({"block", "inline", "inline-block"})
_FUNCTIONS = frozenset({"rgb", "rgba"})

Declarations = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Ornament:
    """A text of the theme's own inside a part, and its style."""

    text: str
    style: str


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme that survives: for each role its declarations, property -> value, and the same as a style text.

    `ornaments` stand at the beginning and end of a role («title::before»); `about` is the file's first comment;
    `autospace` sets a blank between Chinese and Latin; `without` names in Chinese what this variant leaves out, and a
    `terse` one is written in as few characters as the same look can have.
    """

    name: str
    declarations: Declarations
    styles: Mapping[str, str]
    ornaments: Mapping[str, Ornament] = field(default_factory=dict)
    about: str = ""
    autospace: bool = False
    lean: Theme | None = None
    without: tuple[str, ...] = ()
    terse: bool = False

    def style(self, role: str, *extra: str) -> str:
        """The style attribute of a role, further declarations in place of or behind its own; "" if there are none."""
        own = self.styles.get(role, "")
        further = [declaration for declaration in extra if declaration] if extra else ()
        if not further:
            return own
        stated = {declaration.partition(":")[0] for declaration in further}
        declared = self.declarations.get(role, {})
        if own and not stated.isdisjoint(declared):
            own = style_of({name: value for name, value in declared.items() if name not in stated})
        return ";".join([own, *further] if own else further)

    def style_inside(self, role: str, outer: str) -> str:
        """The style of a role that stands inside another than the one around it, without what it inherits there."""
        own = self.declarations.get(role, {})
        return style_of({name: own[name] for name in own if own[name] != self.inherited(outer, name)})

    def inherited(self, role: str, name: str) -> str:
        """The value of an inherited property for a role, its own or that of the roles around it; "" if unstated."""
        while role:
            value = self.declarations.get(role, {}).get(name, "")
            if value:
                return value
            role = ROLES[role]
        return ""

    def variants(self) -> tuple[Theme, ...]:
        """The theme as it should be, and what it becomes for an article that is too long, step by step."""
        uncoloured = replace(self, styles=_without(self.styles, CODE_COLORS), without=(CODE_COLORING,))
        lean = self.lean or replace(self, ornaments=MappingProxyType({}))
        leanest = replace(
            lean, styles=_without(lean.styles, CODE_COLORS), without=(CODE_COLORING, "部分装饰"), terse=True
        )
        return (self, uncoloured, leanest)


def parse_theme(name: str, css: str) -> Theme:
    """The theme in a CSS text. ConfigError lists every fault as «name.css:line: reason»."""
    sheet = _Sheet()
    nodes = tinycss2.parse_stylesheet(css, skip_comments=False, skip_whitespace=True)
    faults = list(sheet.read(node for node in nodes if node.type != "comment"))
    lean = sheet.leaned()
    faults += [(1, reason) for reason in dict.fromkeys((*_missing(sheet.declarations), *_missing(lean.declarations)))]
    if faults:
        raise ConfigError([f"{name}.css:{line}: {reason}" for line, reason in faults])
    about = _about(nodes)
    return replace(sheet.theme(name), about=about, lean=replace(lean.theme(name), about=about))


def _without(styles: Mapping[str, str], roles: frozenset[str]) -> Mapping[str, str]:
    return MappingProxyType({role: style for role, style in styles.items() if role not in roles})


def _about(nodes: Sequence[Any]) -> str:
    first = next((node.value for node in nodes if node.type == "comment"), "")
    return " ".join(first.split())


def _missing(declarations: Declarations) -> Iterator[str]:
    if "root" not in declarations:
        yield "root: missing; it carries what all parts share"
    for role in HEADINGS:
        for name in ("font-size", "font-weight"):
            if role in declarations and name not in declarations[role]:
                yield f"{role}: {name} must be stated, since the platform resets headings"


# ---------------------------------------------------------------------------- rules

Fault = tuple[int, str]


@dataclass(slots=True)
class _Sheet:
    """What has been read of a theme so far; selectors with ::before and ::after stand as they are written."""

    declarations: dict[str, Mapping[str, str]] = field(default_factory=dict)
    lean: _Sheet | None = None

    def theme(self, name: str) -> Theme:
        """What was read, as a theme without a lean variant."""
        roles = {role: own for role, own in self.declarations.items() if role in ROLES}
        shown = {role: style_of(_drawn(own)) for role, own in roles.items() if role != "cover"}
        ornaments = {
            selector: Ornament(own["content"], style_of({key: own[key] for key in own if key != "content"}))
            for selector, own in self.declarations.items()
            if selector not in ROLES
        }
        autospace = roles.get("root", {}).get(_AUTOSPACE) == "normal"
        return Theme(name, MappingProxyType(roles), MappingProxyType(shown), MappingProxyType(ornaments), "", autospace)

    def leaned(self) -> _Sheet:
        """What @lean makes of it: its roles in place of those of the same name, and no ornaments but its own."""
        roles = {role: own for role, own in self.declarations.items() if role in ROLES}
        return _Sheet({**roles, **(self.lean.declarations if self.lean else {})})

    def read(self, nodes: Iterable[Any]) -> Iterator[Fault]:
        """Read rules; yields what is wrong with them."""
        for node in nodes:
            yield from self._read_rule(node)

    def _read_rule(self, rule: Any) -> Iterator[Fault]:
        if rule.type == "error":
            yield rule.source_line, f"not valid CSS: {rule.message}"
        elif rule.type == "at-rule" and rule.lower_at_keyword == _LEAN and self.lean is None and rule.content:
            self.lean = _Sheet()
            yield from self.lean.read(tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True))
        elif rule.type == "at-rule":
            yield rule.source_line, f"@{rule.at_keyword}: the platform drops at-rules; state plain values"
        else:
            yield from self._read_styles(rule)

    def _read_styles(self, rule: Any) -> Iterator[Fault]:
        selectors = [part.strip() for part in tinycss2.serialize(rule.prelude).split(",")]
        yield from ((rule.source_line, fault) for selector in selectors for fault in _selector_faults(selector))
        for selector in selectors:
            read = dict(self.declarations.get(selector, {}))
            faults = list(_read_declarations(selector, rule, read))
            # The same declarations for several roles are at fault once.
            yield from faults if selector == selectors[0] else ()
            self.declarations[selector] = read


def _selector_faults(selector: str) -> Iterator[str]:
    ornament = _PSEUDO.fullmatch(selector)
    role = ornament[1] if ornament else selector
    if not re.fullmatch(r"[a-z][a-z0-9-]*", role):
        yield f"{selector}: the platform drops classes and ids; a selector is the name of a role"
    elif role not in ROLES:
        yield f"{role}: no such role; known are {', '.join(ROLES)}"
    elif ornament and role in UNADORNED:
        yield f"{selector}: there is no place for text in {role}"


def _read_declarations(selector: str, rule: Any, read: dict[str, str]) -> Iterator[Fault]:
    for item in tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True):
        yield from _read_declaration(selector, item, read)
    if "::" in selector and not read.get("content", "").strip():
        yield rule.source_line, f"{selector}: content must be a text; the platform removes empty elements"


def _read_declaration(selector: str, item: Any, read: dict[str, str]) -> Iterator[Fault]:
    if item.type != "declaration":
        yield item.source_line, f"not a declaration: {getattr(item, 'message', item.type)}"
        return
    name = item.lower_name
    if name == "content" and "::" in selector:
        read[name] = "".join(token.value for token in item.value if token.type == "string")
        return
    read[name] = _short(tinycss2.serialize(item.value))
    if name == _AUTOSPACE and selector == "root" and read[name] in {"normal", "no-autospace"}:
        return
    if selector == "cover" and name not in COVER_PROPERTIES:
        yield item.source_line, f"{name}: a cover has {', '.join(sorted(COVER_PROPERTIES))} only"
        return
    yield from ((item.source_line, f"{name}: {reason}") for reason in _faults_of(item, read[name]))


# ---------------------------------------------------------------------------- values


def _drawn(declarations: Mapping[str, str]) -> Mapping[str, str]:
    return {name: value for name, value in declarations.items() if name != _AUTOSPACE}


def style_of(declarations: Mapping[str, str]) -> str:
    """Declarations as the text of a style attribute."""
    return ";".join(f"{name}:{value}" for name, value in declarations.items())


def _short(value: str) -> str:
    """The value in as few characters as it can have: each of them is repeated in every element of its role."""
    value = re.sub(r"\s+", " ", value).strip()
    value = re.sub(r"\s*,\s*", ",", value)
    value = re.sub(r"(?<![\w.])0(?=\.\d)", "", value)
    value = re.sub(r"(?<![\w.])0(?:px|em|%)", "0", value)
    return re.sub(r"#([0-9a-fA-F])\1([0-9a-fA-F])\2([0-9a-fA-F])\3(?![0-9a-fA-F])", r"#\1\2\3", value)


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
