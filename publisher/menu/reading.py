"""Reading menu.toml: every fault at once, in Chinese."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from publisher.errors import ConfigError
from publisher.menu.buttons import (
    Action,
    Button,
    Following,
    Menu,
    Press,
    Program,
    Reading,
    Show,
    Signal,
    Submenu,
    Visit,
)
from publisher.replies.numbers import read_issue
from publisher.replies.spelling import normalise

LATEST: Final = "最新"
"""What an editor writes for the newest issue."""
MAX_BUTTONS, MAX_ENTRIES = 3, 5
NAME_BYTES, ENTRY_NAME_BYTES, KEY_BYTES, URL_BYTES = 16, 60, 128, 1024
"""The platform's limits (wechat-api 6.1)."""

_KINDS: Final = (*Press, *Show, "view", "miniprogram")
_FIELDS: Final = ("key", "url", "appid", "pagepath", "article_id", "issue")
KEYS: Final = ("name", "account", "kind", *_FIELDS, "sub")
"""Everything that may stand in a [[button]]."""
_NEEDS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(Press, ("key",)),
    "view": ("url",),
    "miniprogram": ("appid", "pagepath", "url"),
}


def parse_menus(table: Mapping[str, object], accounts: Collection[str]) -> dict[str, Menu]:
    """The menus of a parsed menu.toml by account; an account without a button is left out. A button without
    `account` is everybody's. ConfigError with every fault (Chinese) if there is any.
    """
    faults = [f"menu.toml：不认识“{key}”{_nearest(key, ('button',))}" for key in table if key != "button"]
    entries = table.get("button", [])
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        raise ConfigError([*faults, "menu.toml：菜单要写成若干个 [[button]]"])
    readers = [_ButtonReader(entry, f"menu.toml 第 {place} 个按钮") for place, entry in enumerate(entries, 1)]
    tops = [(reader.owner(accounts), reader.read_top()) for reader in readers]
    faults += [fault for reader in readers for fault in reader.faults]
    menus = {name: tuple(top for owner, top in tops if owner in ("", name)) for name in accounts}
    for name, menu in menus.items():
        if len(menu) > MAX_BUTTONS:
            faults.append(
                f"menu.toml：公众号 {name} 有 {len(menu)} 个按钮，最多 {MAX_BUTTONS} 个；多的请收进 [[button.sub]]"
            )
    if faults:
        raise ConfigError(faults)
    return {name: menu for name, menu in menus.items() if menu}


def _nearest(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f"，是不是“{near[0]}”？" if near else f"，可以写：{'、'.join(known)}"


class _ButtonReader:
    """Reads one `[[button]]` or `[[button.sub]]` to the end, whatever is wrong with it, and keeps every fault."""

    def __init__(self, entry: Mapping[str, object], place: str) -> None:
        self.faults: list[str] = []
        self._entry = entry
        name = entry.get("name")
        self._place = f"{place}“{name}”" if isinstance(name, str) and name else place

    def owner(self, accounts: Collection[str]) -> str:
        """The account whose button it is, "" for everybody."""
        account = self._entry.get("account", "")
        if account and account not in accounts:
            self._blame(f"没有公众号“{account}”；accounts.toml 里有：{'、'.join(accounts) or '（还没有）'}")
        return account if isinstance(account, str) else ""

    def read_top(self) -> Button | Submenu:
        """A button of the bar; meaningless if `faults` are left behind."""
        if "sub" not in self._entry:
            return self.read(NAME_BYTES, KEYS)
        name = self._name(NAME_BYTES)
        self._refuse_others(("name", "account", "sub"), "有 sub 的按钮只打开列表，不能再写")
        entries = self._entry["sub"]
        if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
            self._blame("sub 要写成若干个 [[button.sub]]")
            entries = []
        elif not 1 <= len(entries) <= MAX_ENTRIES:
            self._blame(f"列表里有 {len(entries)} 项，要有 1 到 {MAX_ENTRIES} 项")
        readers = [_ButtonReader(entry, f"{self._place}的第 {place} 项") for place, entry in enumerate(entries, 1)]
        known = tuple(key for key in KEYS if key not in ("account", "sub"))
        buttons = tuple(reader.read(ENTRY_NAME_BYTES, known) for reader in readers)
        self.faults += [fault for reader in readers for fault in reader.faults]
        return Submenu(name, buttons)

    def read(self, name_bytes: int, known: Sequence[str]) -> Button:
        """One button that does something; meaningless if `faults` are left behind."""
        name = self._name(name_bytes)
        self._refuse_others(known, "不认识")
        return Button(name, self._action(self._kind()))

    def _blame(self, fault: str) -> None:
        self.faults.append(f"{self._place}：{fault}")

    def _refuse_others(self, known: Sequence[str], why: str) -> None:
        for key in self._entry:
            if key not in known:
                self._blame(f"{why}“{key}”" + (_nearest(key, known) if key not in KEYS else ""))

    def _string(self, key: str, most: int) -> str:
        value = self._entry.get(key, "")
        if not isinstance(value, str) or not value.strip():
            self._blame(f"{key} 要写一段文字")
            return ""
        value = value.strip()
        size = len(value.encode(errors="replace"))
        if size > most:
            self._blame(f"{key} 有 {size} 字节，最多 {most} 字节（一个汉字 3 字节）")
        if not value.isprintable():
            self._blame(f"{key} 里有看不见的字符，请删去")
        return value

    def _name(self, most: int) -> str:
        return self._string("name", most)

    def _kind(self) -> str:
        """The kind as written, or as what is written says; "" if nothing does."""
        given, kind = [key for key in _FIELDS if key in self._entry], self._entry.get("kind")
        if kind is not None:
            if kind in _KINDS:
                return str(kind)
            self._blame(f"kind 不认识“{kind}”{_nearest(str(kind), _KINDS)}")
            return ""
        guesses = (("issue", Show.AS_PAGE), ("article_id", Show.AS_PAGE), ("appid", "miniprogram"), ("url", "view"))
        for key, guess in (*guesses, ("key", Press.CLICK)):
            if key in given:
                return guess
        self._blame("没有写点了以后做什么：写 issue、key、url 或 [[button.sub]]")
        return ""

    def _action(self, kind: str) -> Action:
        if kind in tuple(Show):
            return self._article(Show(kind))
        needs = _NEEDS.get(kind, ())
        for key in _FIELDS:
            if kind and key in self._entry and key not in needs:
                self._blame(f"{kind} 用不着 {key}，请删去")
        match kind:
            case "view":
                return Visit(self._url())
            case "miniprogram":
                return Program(self._appid(), self._string("pagepath", URL_BYTES), self._url())
            case "":
                return Visit("")
            case _:
                return Signal(Press(kind), self._string("key", KEY_BYTES))

    def _article(self, show: Show) -> Reading | Following:
        given = [key for key in _FIELDS if key in self._entry]
        if given not in (["issue"], ["article_id"]):
            self._blame(f"{show} 要写 issue 或 article_id 中的一个，不要别的")
            return Reading(show, "")
        if given == ["article_id"]:
            return Reading(show, self._string("article_id", KEY_BYTES))
        return self._issue(show)

    def _issue(self, show: Show) -> Following:
        value = self._entry["issue"]
        written = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
        if normalise(written) in (LATEST, "最新一期"):
            return Following(show, None, written)
        said = f"第 {written.strip()} 期" if written.strip().isdecimal() else written
        if number := read_issue(said):
            return Following(show, number, said)
        self._blame(f'issue 要写 "{LATEST}" 或期号，例如 18、"总第18期"、"2026年第3期"')
        return Following(show, None, "")

    def _url(self) -> str:
        url = self._string("url", URL_BYTES)
        try:
            parts = urlsplit(url)
            fits = parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in url
        except ValueError:
            fits = False
        if url and not fits:
            self._blame("url 要以 http:// 或 https:// 开头，中间没有空格")
        return url

    def _appid(self) -> str:
        appid = self._string("appid", KEY_BYTES)
        if appid and not re.fullmatch(r"wx[0-9A-Za-z]{16}", appid):
            self._blame("appid 要写小程序的 AppID：wx 和 16 个字母数字")
        return appid
