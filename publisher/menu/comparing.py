"""Menus in canonical form, as editors read them and what differs between two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from publisher.menu.buttons import Press

Wire = Mapping[str, Any]
"""One button as the platform has it."""


def outline(buttons: Sequence[Wire]) -> list[str]:
    """A line for each button and entry of a canonical menu, as editors read it."""
    return [f"{' › '.join(path)}：{what}" for path, what in _walk(buttons)]


def differences(wished: Sequence[Wire], there: Sequence[Wire]) -> list[str]:
    """What changes if `wished` takes the place of `there` (both canonical), a line each; empty if they are alike."""
    if list(wished) == list(there):
        return []
    before, after = dict(_walk(there)), dict(_walk(wished))
    lines = [f"去掉 {' › '.join(path)}：{what}" for path, what in before.items() if path not in after]
    lines += [f"增加 {' › '.join(path)}：{what}" for path, what in after.items() if path not in before]
    lines += [
        f"改动 {' › '.join(path)}：{before[path]} → {what}"
        for path, what in after.items()
        if path in before and before[path] != what
    ]
    return lines or ["顺序不同"]


def _walk(buttons: Sequence[Wire]) -> Iterator[tuple[tuple[str, ...], str]]:
    for button in buttons:
        name = str(button.get("name", ""))
        for entry in button.get("sub_button", ()):
            yield (name, str(entry.get("name", ""))), _describe(entry)
        if "sub_button" not in button:
            yield (name,), _describe(button)


_PRESSES: Final = {
    Press.CLICK: "按规则回答",
    Press.SCAN: "扫码",
    Press.SCAN_AND_WAIT: "扫码并等待回答",
    Press.PHOTO: "拍照",
    Press.PHOTO_OR_ALBUM: "拍照或选图",
    Press.ALBUM: "选图",
    Press.PLACE: "发送位置",
}
_OTHERS: Final = {
    "view": "打开网页",
    "miniprogram": "打开小程序",
    "article_id": "发送文章",
    "article_view_limited": "打开文章",
}
_FACTS: Final = ("url", "appid", "pagepath", "article_id", "media_id", "value")


def _describe(button: Wire) -> str:
    kind = str(button.get("type", ""))
    if kind in _PRESSES:
        return f"{_PRESSES[Press(kind)]}（key {button.get('key', '')}）"
    words = {
        "view": "打开网页",
        "miniprogram": "打开小程序",
        "article_id": "发送文章",
        "article_view_limited": "打开文章",
    }
    facts = [str(button[name]) for name in _FACTS if button.get(name)]
    return " ".join([words.get(kind, kind or "没有内容"), *facts])
