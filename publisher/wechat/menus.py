"""The platform's calls about the menu below an account's chat.

There are two listings (wechat-api 6.1): menu/get has what was made over the interface, with the menus for some readers
only; get_current_selfmenu_info has what readers see, also what a person made in the console.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from publisher.menu import canonical
from publisher.wechat.client import Answer, Client
from publisher.wechat.errcodes import NO_MENU


@dataclass(frozen=True, slots=True)
class StoredMenu:
    """The menu that an account's readers see, its buttons in canonical form (see `publisher.menu`), none if there is
    no menu. `by_api` is False for one that a person made in the console; `is_open` False while it is switched off
    there; `conditional` counts the menus for some readers only, which stay whatever becomes of this one.
    """

    buttons: Sequence[Mapping[str, Any]] = ()
    by_api: bool = False
    is_open: bool = True
    conditional: int = 0


class Menus:
    """The menu of one account."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def read(self) -> StoredMenu:
        """The menu as it is now; two cheap calls."""
        # Not wechatpy's menu.get, which swallows every error and cannot tell «none» from «not allowed».
        made: Answer = self._client.get("menu/get", accept={NO_MENU})
        shown: Answer = self._client.get("get_current_selfmenu_info", accept={NO_MENU})
        by_api = canonical(_inside(made, "menu").get("button"))
        visible = canonical(_inside(shown, "selfmenu_info").get("button"))
        # Of kinds newer than itself the second listing is vague: whether it is the same menu shows by the names.
        is_ours = bool(by_api) and (not visible or _names(visible) == _names(by_api))
        conditional = made.get("conditionalmenu")
        return StoredMenu(
            buttons=by_api if is_ours else visible,
            by_api=is_ours,
            is_open=shown.get("is_menu_open", 1) != 0,
            conditional=len(conditional) if isinstance(conditional, list) else 0,
        )

    def create(self, buttons: Sequence[Mapping[str, Any]]) -> None:
        """Let these buttons take the place of the menu there is."""
        self._client.post("menu/create", data={"button": list(buttons)})


def _inside(answer: Answer, name: str) -> Mapping[str, Any]:
    value = answer.get(name)
    return value if isinstance(value, dict) else {}


def _names(buttons: Sequence[Mapping[str, Any]]) -> list[object]:
    return [(button.get("name"), _names(button.get("sub_button", ()))) for button in buttons]
