"""The menu of an account: what is configured, what is there, and the one taking the place of the other.

A push is no recorded effect, as everything is that may not happen twice: the same menu created again changes nothing,
and whether it arrived is seen by reading. So it is only pushed where it differs, and an answer that got lost is asked
for at the next look. What is remembered is what was pushed last, since a menu that is not that is somebody else's.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from publisher.errors import NeedsPerson, WeChatError
from publisher.issue import Account
from publisher.menu import Find, Menu, Shown, canonical, compose, cramped, differences, follows_issues
from publisher.pipeline import Edges
from publisher.replies import Archive, Entry
from publisher.replies.numbers import Number
from publisher.store import Store
from publisher.store.furnishings import PushedMenu
from publisher.wechat import StoredMenu

log = logging.getLogger("publisher.upkeep")

Buttons = Sequence[Mapping[str, Any]]


class Strange(StrEnum):
    """What becomes of a menu that is there and was not pushed by us."""

    KEEP = "keep"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class MenuView:
    """Both menus of an account side by side. `changes` is what a push would change, a line each; `is_ours`: there is
    none, or it is the one that was pushed last; `cramped` are names of which a phone does not show the whole.
    """

    account: str
    wished: Buttons
    there: StoredMenu
    is_ours: bool
    changes: Sequence[str]
    cramped: Sequence[str]


def view_menu(account: Account, menu: Menu, archive: Archive, edges: Edges) -> MenuView:
    """Both menus, the platform's as it is now. NeedsPerson if an issue is not out that the configured one shows."""
    wished = canonical(compose(menu, _finder(archive, edges.store)))
    there, pushed = edges.platform(account).menus.read(), edges.store.furnishings.menu(account.name)
    is_pushed = pushed is not None and there.by_api and there.buttons == pushed.stored
    # The platform may list a menu otherwise than it was sent: then it is the same if nobody has touched it.
    changes = [] if pushed and is_pushed and pushed.sent == wished else differences(wished, there.buttons)
    return MenuView(account.name, wished, there, is_pushed or not there.buttons, changes, cramped(menu))


def push_menu(account: Account, menu: Menu, archive: Archive, edges: Edges, strange: Strange) -> MenuView:
    """The menus as they were before the configured one took the place of the other, if they differed. NeedsPerson
    if it is somebody else's and is to be kept.
    """
    view = view_menu(account, menu, archive, edges)
    if view.changes and not view.is_ours and strange is Strange.KEEP:
        raise NeedsPerson(f"{account.name}: the menu there is somebody else's", _ask(account, view))
    stored = view.there.buttons
    if view.changes:
        edges.platform(account).menus.create(view.wished)
        stored = _read_back(account, edges, view.wished)
        log.info("account=%s menu pushed changes=%d", account.name, len(view.changes))
    pushed = PushedMenu(plan_of(menu), view.wished, stored)
    if edges.store.furnishings.menu(account.name) != pushed:
        edges.store.furnishings.keep_menu(account.name, pushed, edges.clock())
    return view


def renew_menu(account: Account, menu: Menu, archive: Callable[[], Archive], edges: Edges) -> None:
    """Push a menu that shows another issue by now. One that was never pushed, or is configured otherwise since then,
    waits for a person's push; while nothing is to be done, the platform is not asked.
    """
    pushed = edges.store.furnishings.menu(account.name)
    if not follows_issues(menu) or pushed is None or pushed.plan != plan_of(menu):
        return
    known = archive()
    if canonical(compose(menu, _finder(known, edges.store))) != pushed.sent:
        push_menu(account, menu, known, edges, Strange.KEEP)


def plan_of(menu: Menu) -> list[dict[str, Any]]:
    """The menu with every issue standing for itself, whatever is published."""
    return compose(menu, lambda number: Shown(f"issue {number}", ""))


def _ask(account: Account, view: MenuView) -> str:
    maker = "别的程序做的" if view.there.by_api else "在后台做的"
    return (
        f"公众号 {account.name} 上的菜单是{maker}，没有覆盖。用 publisher menu show 查看；要换成 menu.toml 里的，"
        f"运行 publisher menu push --account {account.name} --replace"
    )


def _read_back(account: Account, edges: Edges, sent: Buttons) -> Buttons:
    """The menu as the platform lists it now, by which it is known again."""
    try:
        return edges.platform(account).menus.read().buttons
    except WeChatError as error:
        log.info("account=%s the pushed menu cannot be read back: %s", account.name, error.detail)
        return sent


def _finder(archive: Archive, store: Store) -> Find:
    def show(entry: Entry) -> Shown:
        return Shown(store.issue(entry.issue_id).article_id, entry.url)

    def find(number: Number | None) -> Shown | None:
        entries = archive.entries if number is None else archive.find(number)
        return next((each for each in map(show, entries) if each.article_id or each.url), None)

    return find
