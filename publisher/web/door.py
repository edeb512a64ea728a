"""`publisher serve`: the callback door over a workspace, by processes of its own beside the worker."""

from __future__ import annotations

import gc
import logging
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from publisher.app import Publisher, open_publisher
from publisher.config import Settings, read_settings
from publisher.errors import ConfigError
from publisher.issue import Account
from publisher.journal import log_to_stderr
from publisher.replies import parse_rules
from publisher.store import check_is_database
from publisher.web.backstage import Backstage
from publisher.web.callback import Door, create_door
from publisher.web.server import Application
from publisher.web.supervision import Late, Watch, serve_many
from publisher.web.tally import Tally
from publisher.worker import sd_notify

log = logging.getLogger("publisher.door")

_COLLECT_AFTER: Final = (20_000, 20, 50)
"""What is kept of a message until it is recorded is no garbage: it is looked for more seldom than Python does."""

_PROCESS = "publisher.web.door:create_process"


def open_door(publisher: Publisher) -> tuple[Application, Backstage]:
    """The callback application for all accounts that have a token, over a publisher that is open (and is not closed
    with it), and what it answers from. ConfigError if no account has one.
    """
    return _build(publisher.settings, lambda: publisher, lambda _: None)


@dataclass(frozen=True, slots=True)
class Given:
    """The configuration that was found right when the door was opened: a process that takes another's place must not
    fall over a file that an editor is just changing. `replies` is replies.toml; the rules in it cannot travel.
    """

    settings: Settings
    replies: bytes


def create_process(given: Given) -> Application:
    """The same for a process of its own, which opens the publisher when it can."""
    log_to_stderr(logging.INFO)
    rules = parse_rules(tomllib.loads(given.replies.decode("utf-8-sig")), given.settings.accounts)
    settings = replace(given.settings, rules=rules)
    application, _ = _build(settings, lambda: _open(settings.home), Publisher.close)
    return application


def _open(home: Path) -> Publisher:
    """The publisher, for as long as the process lives: the collector of garbage need not go over all that is loaded by
    now, whenever some thousand messages have come in; that held up answers for a tenth of a second.
    """
    publisher = open_publisher(home)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)
    return publisher


def serve_door(
    home: Path, environment: Mapping[str, str], host: str | None, port: int | None, processes: int | None
) -> None:
    """Serve until SIGTERM or SIGINT; what is given overrides the configuration. ConfigError; OSError: port taken."""
    settings = read_settings(home, environment)
    check_is_database(settings.database)
    _check(settings)
    callback = settings.callback

    def ready(url: str) -> None:
        log.info("callback door ready url=%s", url)
        sd_notify(environment, "READY=1")

    watch = Watch(ready, lambda: sd_notify(environment, "WATCHDOG=1"))
    place = (host or callback.host, callback.port if port is None else port)
    given = Given(replace(settings, rules=()), _read_replies(home))
    try:
        serve_many(Late.pack(_PROCESS, given), *place, processes or callback.processes, watch)
    except RuntimeError:
        raise ConfigError(["the callback door did not start; its log says why"]) from None


def _build(
    settings: Settings, open_: Callable[[], Publisher], close: Callable[[Publisher], None]
) -> tuple[Application, Backstage]:
    accounts = _accounts(settings)
    tally = Tally()
    stage = Backstage(settings, accounts, tally, open_, close)
    door = Door(
        accounts=accounts,
        rules=stage.rules,
        archive=stage.archive,
        clock=stage.clock,
        recall=stage.recall,
        meet=stage.sightings.meet,
        is_replay=stage.stamps.is_replay,
        keep=stage.keep,
        record_event=stage.record_event,
        forget=stage.forget,
        search=stage.search,
        follow_up=stage.follow_up,
        begin=stage.begin,
        close=stage.close,
    )
    return create_door(door, tally), stage


def _read_replies(home: Path) -> bytes:
    path = home / "config" / "replies.toml"
    return path.read_bytes() if path.exists() else b""


def _check(settings: Settings) -> None:
    """Nothing, if there is a door to open; else ConfigError."""
    accounts = _accounts(settings)
    for name in set(settings.accounts) - set(accounts):
        log.warning("account=%s has no callback token: its readers get no answers", name)


def _accounts(settings: Settings) -> dict[str, Account]:
    accounts = {name: account for name, account in settings.accounts.items() if account.token}
    if not accounts:
        raise ConfigError(["no account has a callback token; see publisher doctor"])
    return accounts
