"""Inline styles as the platform stores them: some declarations vanish, colours are written rgb()."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import tinycss2
from tinycss2.ast import Declaration

_HEX = re.compile(r"#([0-9a-fA-F]{6}|[0-9a-fA-F]{3})(?![0-9a-fA-F])")
_URL = re.compile(r"url\(\s*['\"]?(.*?)['\"]?\s*\)", re.IGNORECASE)
_POSITIONS_DROPPED = frozenset({"fixed", "sticky"})
_DROPPED = frozenset({"behavior", "-moz-binding", "filter", "clip-path"})
# "styles on <code> get lost in part": whoever relies on its box must wrap it in a span
_DROPPED_ON_CODE = ("background", "padding", "margin", "border")


@dataclass(frozen=True, slots=True)
class CleanStyle:
    """The style attribute's new value, "" if nothing is left, and what was taken away (Chinese)."""

    css: str
    losses: tuple[str, ...]


def clean_style(css: str, tag: str, may_load: Callable[[str], bool]) -> CleanStyle:
    """The declarations that survive on an element `tag`; `may_load` says which url() the platform lets through."""
    kept, losses = [], []
    for node in tinycss2.parse_blocks_contents(css, skip_comments=True, skip_whitespace=True):
        if not isinstance(node, Declaration):
            losses.append("样式里的错误写法被删除")
            continue
        value = tinycss2.serialize(node.value).strip()
        if loss := _why_dropped(node.lower_name, value, tag, may_load):
            losses.append(loss)
            continue
        losses.extend(_doubts(node.lower_name, value))
        kept.append(f"{node.lower_name}: {_respell(value)}{' !important' if node.important else ''};")
    return CleanStyle("".join(kept), tuple(losses))


def _why_dropped(name: str, value: str, tag: str, may_load: Callable[[str], bool]) -> str:
    lowered = value.lower()
    if name.startswith("--") or "var(" in lowered:
        return "样式变量被删除"
    if name == "position" and lowered in _POSITIONS_DROPPED:
        return f"position:{lowered} 被删除"
    if name in _DROPPED or name.startswith("animation") or "javascript:" in lowered or "expression(" in lowered:
        return f"样式 {name} 被删除"
    if tag == "code" and name.startswith(_DROPPED_ON_CODE):
        return f"<code> 的样式 {name} 被删除"
    if any(not may_load(url) for url in _URL.findall(value)):
        return "外部背景图被删除"
    return ""


def _doubts(name: str, value: str) -> list[str]:
    if name in {"position", "z-index"} or (name == "display" and "grid" in value):
        return [f"样式 {name}:{value} 不一定保留"]
    return []


def _respell(value: str) -> str:
    return value if "url(" in value else _HEX.sub(_to_rgb, value)


def _to_rgb(match: re.Match[str]) -> str:
    digits = match[1] if len(match[1]) == 6 else "".join(digit * 2 for digit in match[1])  # noqa: PLR2004 -- rrggbb
    return "rgb({}, {}, {})".format(*(int(digits[at : at + 2], 16) for at in (0, 2, 4)))
