"""The words of a menu: its buttons, and what a tap on each does."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from publisher.replies.numbers import Number

_WIDTH, _ENTRY_WIDTH = 8, 16
"""Half-width characters that a phone shows of a name; the rest becomes “…” (wechat-api 6.1)."""


class Press(StrEnum):
    """What a tap does that comes back to us as an event with the button's key."""

    CLICK = "click"
    SCAN = "scancode_push"
    SCAN_AND_WAIT = "scancode_waitmsg"
    PHOTO = "pic_sysphoto"
    PHOTO_OR_ALBUM = "pic_photo_or_album"
    ALBUM = "pic_weixin"
    PLACE = "location_select"


class Show(StrEnum):
    """How a published article is shown."""

    AS_MESSAGE = "article_id"
    """A card in the chat."""
    AS_PAGE = "article_view_limited"
    """The page opens at once."""


@dataclass(frozen=True, slots=True)
class Signal:
    """A tap that the rules answer: `key` is what they are told."""

    press: Press
    key: str


@dataclass(frozen=True, slots=True)
class Visit:
    """A tap that opens a web page."""

    url: str


@dataclass(frozen=True, slots=True)
class Program:
    """A tap that opens a mini-program; `url` is for phones that cannot."""

    appid: str
    pagepath: str
    url: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A tap that shows an article whose article_id is known."""

    show: Show
    article_id: str


@dataclass(frozen=True, slots=True)
class Following:
    """A tap that shows an issue: the newest (None) or the one of a number."""

    show: Show
    number: Number | None
    written: str


Action = Signal | Visit | Program | Reading | Following


@dataclass(frozen=True, slots=True)
class Button:
    """One name in the menu, and what its tap does."""

    name: str
    action: Action


@dataclass(frozen=True, slots=True)
class Submenu:
    """A name that opens a list of buttons."""

    name: str
    buttons: tuple[Button, ...]


Menu = tuple[Button | Submenu, ...]


def buttons_of(menu: Menu) -> Iterator[Button]:
    """Every button of a menu that does something, in order."""
    for top in menu:
        yield from top.buttons if isinstance(top, Submenu) else (top,)


def follows_issues(menu: Menu) -> bool:
    """Whether what a menu shows depends on what has been published."""
    return any(isinstance(button.action, Following) for button in buttons_of(menu))


def cramped(menu: Menu) -> list[str]:
    """The names of which a phone does not show the whole."""
    tops = [(top.name, _WIDTH) for top in menu]
    entries = [(entry.name, _ENTRY_WIDTH) for top in menu if isinstance(top, Submenu) for entry in top.buttons]
    return [name for name, width in (*tops, *entries) if _width(name) > width]


def _width(name: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in name)
