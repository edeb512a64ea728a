"""The menu below an account's chat: read from menu.toml, put into the platform's form, compared with what is there.

    buttons     the words: Button, Submenu, and what a tap does
    reading     menu.toml -> buttons by account, or every fault at once
    wiring      buttons -> what menu/create takes, and the platform's listings -> the same form
    comparing   what an editor reads of menus in that form

Pure: no clock, no disk, no database, no platform.
"""

from __future__ import annotations

from publisher.menu.buttons import (
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
    buttons_of,
    cramped,
    follows_issues,
)
from publisher.menu.comparing import differences, outline
from publisher.menu.reading import KEYS, parse_menus
from publisher.menu.wiring import Find, Shown, canonical, compose

__all__ = [
    "KEYS", "Button", "Find", "Following", "Menu", "Press", "Program", "Reading", "Show", "Shown", "Signal", "Submenu",
    "Visit", "buttons_of", "canonical", "compose", "cramped", "differences", "follows_issues", "outline",
    "parse_menus",
]  # fmt: skip
