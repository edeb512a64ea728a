"""`publisher serve`: the callback door over a workspace, as a process of its own beside the worker."""

from __future__ import annotations

import logging
import signal
import threading
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from publisher.app import Publisher, open_publisher
from publisher.errors import ConfigError
from publisher.issue import Account
from publisher.replies import Archive
from publisher.web.callback import Door, create_door
from publisher.web.server import Application, serve
from publisher.worker import sd_notify, watchdog_seconds

log = logging.getLogger("publisher.door")

REFRESH_SECONDS = 2.0
"""How old an answer may be: what was published is found this soon."""


class Snapshots:
    """The archives of all accounts, read again and again; the last ones while the database cannot be read."""

    def __init__(self, publisher: Publisher, accounts: Mapping[str, Account]) -> None:
        self._publisher = publisher
        self._archives = {name: publisher.archive(name) for name in accounts}

    def archive(self, account: str) -> Archive:
        """The newest snapshot of one account."""
        return self._archives[account]

    def refresh(self) -> None:
        """Read all archives again."""
        try:
            self._archives = {name: self._publisher.archive(name) for name in self._archives}
        except Exception:
            log.exception("the archive cannot be read; answering from the last snapshot")


def open_door(publisher: Publisher) -> tuple[Application, Snapshots]:
    """The callback application for all accounts that have a token, and the snapshots it answers from.

    ConfigError if no account has one.
    """
    accounts = {name: account for name, account in publisher.settings.accounts.items() if account.token}
    for name in set(publisher.settings.accounts) - set(accounts):
        log.warning("account=%s has no callback token: its readers get no answers", name)
    if not accounts:
        raise ConfigError(["no account has a callback token; see publisher doctor"])
    snapshots = Snapshots(publisher, accounts)
    rules = publisher.settings.rules
    door = Door(accounts, lambda: rules, snapshots.archive, publisher.record_event, publisher.clock)
    return create_door(door), snapshots


def serve_door(home: Path, environment: Mapping[str, str], host: str | None, port: int | None) -> None:
    """Serve until SIGTERM or SIGINT; `host` and `port` override the configuration. ConfigError; OSError: port taken."""
    publisher = open_publisher(home, environment)
    configured = publisher.settings.callback
    callback = replace(configured, host=host or configured.host, port=configured.port if port is None else port)
    app, snapshots = open_door(publisher)
    stop = threading.Event()
    # The server ends gracefully on SIGTERM and then raises it again for whoever was there before it: that is here.
    signal.signal(signal.SIGTERM, lambda *_: stop.set())

    def ready(url: str) -> None:
        log.info("callback door ready url=%s", url)
        sd_notify(environment, "READY=1")
        threading.Thread(target=_refresh, args=(snapshots, url, environment, stop), daemon=True, name="refresh").start()

    try:
        serve(app, callback.host, callback.port, ready)
    finally:
        stop.set()
        publisher.close()


def _refresh(snapshots: Snapshots, url: str, environment: Mapping[str, str], stop: threading.Event) -> None:
    """Keep the snapshots fresh; vouch to the watchdog only for a door that answers."""
    patience = watchdog_seconds(environment)
    while not stop.wait(REFRESH_SECONDS):
        snapshots.refresh()
        if patience is not None and _answers(url):
            sd_notify(environment, "WATCHDOG=1")


def _answers(url: str) -> bool:
    with suppress(OSError), urllib.request.urlopen(f"{url}/healthz", timeout=5) as answer:  # noqa: S310 - our own URL
        return bool(answer.status == 200)  # noqa: PLR2004 - HTTP's «fine»
    return False
