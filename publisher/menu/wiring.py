"""A menu in the form of the platform: what menu/create takes, and what its listings come to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from publisher.errors import NeedsPerson
from publisher.menu.buttons import Button, Following, Menu, Program, Reading, Show, Signal, Submenu, Visit
from publisher.replies.numbers import Number


@dataclass(frozen=True, slots=True)
class Shown:
    """A published issue as a menu can show it; `article_id` is "" where it was sent to all, or by a person."""

    article_id: str
    url: str


Find = Callable[[Number | None], Shown | None]
"""The published issue of a number, or the newest; None: there is none."""


def compose(menu: Menu, find: Find) -> list[dict[str, Any]]:
    """The buttons as menu/create takes them. NeedsPerson (Chinese, all at once) if an issue is not there yet."""
    missing: list[str] = []

    def put(button: Button) -> dict[str, Any]:
        action = button.action
        if not isinstance(action, Following):
            return {"name": button.name, **_wire(action)}
        shown = find(action.number)
        if shown is None:
            missing.append(f"“{button.name}”要的{_label(action)}还没有发布，或没有登记链接")
            return {}
        return {"name": button.name, **_wire_issue(action.show, shown)}

    wired = [
        {"name": top.name, "sub_button": [put(entry) for entry in top.buttons]}
        if isinstance(top, Submenu) else put(top)
        for top in menu
    ]  # fmt: skip
    if missing:
        raise NeedsPerson("the menu names an issue that is not published", f"菜单：{'；'.join(missing)}。")
    return wired


def _wire(action: Signal | Visit | Program | Reading) -> dict[str, str]:
    match action:
        case Signal(press=press, key=key):
            return {"type": press.value, "key": key}
        case Visit(url=url):
            return {"type": "view", "url": url}
        case Program(appid=appid, pagepath=pagepath, url=url):
            return {"type": "miniprogram", "appid": appid, "pagepath": pagepath, "url": url}
        case Reading(show=show, article_id=article_id):
            return {"type": show.value, "article_id": article_id}


def _wire_issue(show: Show, issue: Shown) -> dict[str, str]:
    """What was sent to all, or published by a person, has no article_id: its page is opened by its link."""
    if issue.article_id:
        return {"type": show.value, "article_id": issue.article_id}
    return {"type": "view", "url": issue.url}


def _label(action: Following) -> str:
    return "最新一期" if action.number is None else action.written


def canonical(buttons: object) -> list[dict[str, Any]]:
    """A menu's buttons in one form, whether sent by us, or listed by menu/get or get_current_selfmenu_info: entries
    that say nothing are left out, a list of entries is a list.
    """
    return [_canonical_button(each) for each in _entries(buttons)]


def _canonical_button(button: Mapping[str, Any]) -> dict[str, Any]:
    entries = _entries(button.get("sub_button"))
    if entries:
        return {"name": str(button.get("name", "")), "sub_button": [_canonical_button(each) for each in entries]}
    return {name: value for name, value in button.items() if name != "sub_button" and value not in ("", None, [], {})}


def _entries(value: object) -> list[Mapping[str, Any]]:
    listed = value.get("list") if isinstance(value, Mapping) else value
    return [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []
