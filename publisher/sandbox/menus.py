"""The menu below the chat: made over the interface, or by a person in the console; and menus for some readers only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from .calls import Answer, Call, done
from .refusals import Refusal, refuse_when
from .state import SUCCEEDED, Account

MAX_KEY_BYTES, MAX_URL_BYTES = 128, 1024
_WITH_KEY = frozenset(
    {
        "click", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin",
        "location_select",
    }
)  # fmt: skip
_WITH_ARTICLE = frozenset({"article_id", "article_view_limited"})


@dataclass(frozen=True, slots=True)
class _Level:
    """The limits of one level, and the errcodes of whoever passes them."""

    most: int
    name_bytes: int
    count: int
    kind: int
    name: int
    key: int
    url: int
    host: int


_BAR = _Level(3, 16, 40016, 40017, 40018, 40019, 40020, 40055)
_LIST = _Level(5, 60, 40023, 40024, 40025, 40026, 40027, 40054)


def create_menu(call: Call) -> Answer:
    """Take a menu of one to three buttons; it replaces the one before, whoever made that."""
    _check(call, call.fields().get("button"), _BAR)
    call.account.menu = {"button": call.fields()["button"], "menuid": call.platform.next_number()}
    call.account.console_menu = []
    call.platform.changed.notify_all()
    return done()


def get_menu(call: Call) -> Answer:
    """The menu that was made over the interface, and those for some readers."""
    refuse_when(not call.account.menu, 46003)
    menu = {**call.account.menu, "button": _listed(call.account.menu["button"])}
    answer: Answer = {"menu": menu}
    return {**answer, "conditionalmenu": call.account.conditional_menus} if call.account.conditional_menus else answer


def delete_menu(call: Call) -> Answer:
    """Do away with the menu and with those for some readers."""
    call.account.menu, call.account.conditional_menus = {}, []
    return done()


def add_conditional(call: Call) -> Answer:
    """Take a menu for some readers beside the one for all."""
    fields = call.fields()
    refuse_when(not call.account.menu, 65303)
    rule = fields.get("matchrule")
    refuse_when(not isinstance(rule, dict) or not any(rule.values()), 65305)
    _check(call, fields.get("button"), _BAR)
    menuid = call.platform.next_number()
    call.account.conditional_menus.append({"button": fields["button"], "matchrule": rule, "menuid": menuid})
    return {"menuid": str(menuid)}


def get_shown_menu(call: Call) -> Answer:
    """The menu that readers see, whoever made it."""
    account = call.account
    shown = account.console_menu or account.menu.get("button")
    info = {"button": _shown(shown)} if shown else {}
    return {"is_menu_open": int(account.menu_open), "selfmenu_info": info}


def make_in_console(account: Account, buttons: list[object], is_open: object) -> None:
    """A person makes a menu in the console, which the interface's own listing does not show, or closes it."""
    account.menu_open = bool(is_open)
    if buttons:
        account.console_menu, account.menu = buttons, {}


def _listed(buttons: object) -> list[Answer]:
    """Buttons as menu/get has them: each with its list of entries, though it be empty."""
    return [{**button, "sub_button": _listed(button.get("sub_button"))} for button in _buttons(buttons)]


def _shown(buttons: object) -> list[Answer]:
    """Buttons as the other listing has them: entries wrapped once more."""
    return [
        {"name": button["name"], "sub_button": {"list": _shown(button["sub_button"])}}
        if button.get("sub_button") else button
        for button in _buttons(buttons)
    ]  # fmt: skip


def _buttons(value: object) -> list[Answer]:
    return value if isinstance(value, list) else []


def _check(call: Call, buttons: object, level: _Level) -> None:
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= level.most:
        raise Refusal(level.count)
    for button in buttons:
        if not isinstance(button, dict):
            raise Refusal(47001)
        name = button.get("name")
        refuse_when(not isinstance(name, str) or not 1 <= len(name.encode()) <= level.name_bytes, level.name)
        if level is _BAR and button.get("sub_button"):
            _check(call, button["sub_button"], _LIST)
        else:
            _check_action(call, button, level)


def _check_action(call: Call, button: Mapping[str, object], level: _Level) -> None:
    kind = button.get("type")
    if kind in _WITH_KEY:
        refuse_when(not 1 <= len(str(button.get("key", "")).encode()) <= MAX_KEY_BYTES, level.key)
    elif kind in _WITH_ARTICLE:
        known = {each.article_id for each in call.account.publications if each.status == SUCCEEDED}
        refuse_when(button.get("article_id") not in known, 53600)
    elif kind in {"view", "miniprogram"}:
        url = str(button.get("url", ""))
        refuse_when(not 1 <= len(url.encode()) <= MAX_URL_BYTES, level.url)
        refuse_when(urlsplit(url).scheme not in {"http", "https"}, level.host)
        refuse_when(kind == "miniprogram" and not (button.get("appid") and button.get("pagepath")), level.kind)
    else:
        raise Refusal(level.kind)
