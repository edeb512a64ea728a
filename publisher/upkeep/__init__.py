"""What an account needs beside its issues: a menu that follows the newest one, and the pictures of its replies.

    menus           what is configured, what is there, and the push
    pictures        files of config/ that replies show -> the platform
    certification   what the platform said of an account's certificate

and the messages by which an answer follows that came too late.

Nothing here holds up or fails a publication: the worker tends the accounts beside its work, and what goes wrong is
logged and left alone for a while.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from publisher.config import Settings
from publisher.errors import AccountRefused, Busy, NotYet, PublisherError, Retry, WrongMove
from publisher.issue import Account
from publisher.pipeline import Edges
from publisher.replies import Archive, Reply
from publisher.rulebook import Rulebook
from publisher.upkeep.certification import EVENTS, Alert, find_alerts
from publisher.upkeep.menus import MenuView, Strange, push_menu, renew_menu, view_menu
from publisher.upkeep.pictures import Marks, mark_files, pictures_of, upload_pictures

__all__ = ["MenuView", "Strange", "Upkeep"]

log = logging.getLogger("publisher.upkeep")

SOON, LATER, MUCH_LATER = timedelta(minutes=5), timedelta(hours=1), timedelta(days=1)
"""How long a task is left alone after it failed: by itself, by a person's fault, by what the account may not do."""


class Upkeep:
    """The accounts of a workspace as they stand on the platform. May be used by many threads."""

    def __init__(self, settings: Settings, edges: Edges, archive: Callable[[str], Archive]) -> None:
        self._settings = settings
        self._edges = edges
        self._archive = archive
        self._rests: dict[tuple[str, str], datetime] = {}
        self._done: dict[str, Marks] = {}
        self._rulebook = Rulebook(settings.home / "config" / "replies.toml", settings.accounts)

    # ------------------------------------------------------------------ menus

    def accounts(self, account: str) -> list[str]:
        """All accounts, or the one of that name; WrongMove if there is none."""
        return _choose(account, list(self._settings.accounts), "没有名为 {0} 的公众号；已配置的有：{1}。")

    def with_menu(self, account: str) -> list[str]:
        """The accounts that have a menu in menu.toml, or the one of that name; WrongMove if there is none."""
        configured = list(self._settings.menus)
        if not configured:
            raise WrongMove("no menu is configured", "config/menu.toml 里还没有菜单；文件里有例子。")
        return _choose(account, configured, "menu.toml 里没有公众号 {0} 的菜单；有菜单的：{1}。")

    def view_menu(self, account: str) -> MenuView:
        """The configured menu, which may have no button, and the platform's, side by side."""
        configured = self._settings.menus.get(account, ())
        return view_menu(self._settings.accounts[account], configured, self._archive(account), self._edges)

    def push_menu(self, account: str, strange: Strange) -> MenuView:
        """Push the configured menu if the platform's differs; both as they were before."""
        chosen, menu = self._settings.accounts[account], self._settings.menus[account]
        return push_menu(chosen, menu, self._archive(account), self._edges, strange)

    # ------------------------------------------------------------------ reply pictures

    def reply_pictures(self, account: str) -> Mapping[str, str]:
        """The media id of every reply picture that the platform has, by file name."""
        known = self._edges.store.furnishings.reply_pictures(account)
        return {name: picture.media_id for name, picture in known.items()}

    # ------------------------------------------------------------------ customer messages

    def follow_up(self, account: str, openid: str, reply: Reply) -> None:
        """Send a reader what came too late to be a reply. Never to be repeated: a WeChatError may mean that it arrived.
        NotYet for a day after the platform said that the account may send none.
        """
        now, key = self._edges.clock(), (account, "messages")
        until = self._rests.get(key, now)
        if now < until:
            raise NotYet("the account may send no customer messages", "公众号没有发客服消息的权限。", until)
        try:
            self._edges.platform(self._settings.accounts[account]).send_message(openid, reply)
        except AccountRefused as error:
            self._rests[key] = _wait(error, now)
            raise

    # ------------------------------------------------------------------ certification

    def alerts(self) -> list[tuple[str, Alert]]:
        """What a person must see to about the accounts' certification, by account."""
        now, heard = self._edges.clock(), self._edges.store.furnishings.heard
        return [(name, alert) for name in self._settings.accounts for alert in find_alerts(heard(name, EVENTS), now)]

    # ------------------------------------------------------------------ the worker's rounds

    def tend(self) -> None:
        """Renew menus and upload pictures where something has changed; cheap while nothing has. Never raises."""
        for account in self._settings.accounts.values():
            if account.appsecret:
                self._try(account, "menu", self._renew_menu)
                self._try(account, "pictures", self._upload_pictures)

    def _renew_menu(self, account: Account) -> None:
        menu = self._settings.menus.get(account.name)
        if menu:
            renew_menu(account, menu, lambda: self._archive(account.name), self._edges)

    def _upload_pictures(self, account: Account) -> None:
        folder = self._settings.home / "config"
        self._rulebook.look()
        names = pictures_of(self._rulebook.rules, account.name)
        marks = mark_files(folder, names)
        if marks == self._done.get(account.name, {}):
            return
        for error in upload_pictures(account, folder, names, self._edges):
            log.warning("account=%s %s", account.name, error.detail)
        self._done[account.name] = marks

    def _try(self, account: Account, task: str, do: Callable[[Account], None]) -> None:
        now, key = self._edges.clock(), (account.name, task)
        try:
            if now < self._rests.get(key, now) or self._edges.store.accounts.pause_of(account.name) is not None:
                return
            do(account)
        except PublisherError as error:
            log.warning("account=%s upkeep of %s: %s", account.name, task, error.detail)
            self._rests[key] = _wait(error, now)
        except Exception:
            log.exception("account=%s upkeep of %s failed", account.name, task)
            self._rests[key] = now + LATER


def _choose(account: str, known: list[str], note: str) -> list[str]:
    if account and account not in known:
        raise WrongMove(f"no account {account}", note.format(account, "、".join(known)))
    return [account] if account else known


def _wait(error: PublisherError, now: datetime) -> datetime:
    if isinstance(error, Busy) and error.not_before is not None:
        return error.not_before
    if isinstance(error, AccountRefused):
        return now + MUCH_LATER
    return now + (LATER if error.retry is Retry.NEVER else SOON)
