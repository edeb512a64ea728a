"""`publisher doctor`: is everything there that the work needs? Each finding says fine, or what to do."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from publisher import diagrams, office
from publisher.app import system_clock
from publisher.config import Settings, read_settings, secret_variable
from publisher.errors import ConfigError, WeChatError
from publisher.issue import Account
from publisher.menu import Press, Signal, buttons_of
from publisher.pipeline.timekeeping import TOLERANCE
from publisher.rendering.cover import check_cover
from publisher.replies import Archive, Message, answer
from publisher.slots import Timetable, in_zone, known_until
from publisher.store import Rights, Store, check_is_database
from publisher.upkeep.certification import EVENTS, find_alerts, in_english
from publisher.wechat import Platform

ENOUGH_DISK = 500_000_000
"""Bytes: a busy year of issues with their pictures."""
HOLIDAYS_AHEAD = timedelta(days=31)
"""How far ahead the public holidays should be known where issues are planned by working days."""
CLOCK_TOLERANCE = timedelta(minutes=2)
"""Callbacks are refused beyond ten minutes; two leave room."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the examination."""

    fine: bool
    text: str


def examine(home: Path, environment: Mapping[str, str]) -> Iterator[Finding]:
    """All findings about the workspace `home`; a broken configuration ends the examination."""
    try:
        settings = read_settings(home, environment)
    except ConfigError as error:
        yield from (Finding(fine=False, text=fault) for fault in error.faults)
        return
    yield Finding(
        fine=True, text=f"configuration of {home}: {len(settings.accounts)} accounts, {len(settings.rules)} reply rules"
    )
    yield from _folders(settings)
    yield _database(settings)
    yield _font()
    yield _office()
    yield _mermaid()
    if any(_needs_holidays(account) for account in settings.accounts.values()):
        yield _holidays()
    if not settings.accounts:
        yield Finding(
            fine=False, text=f"no account: add an [accounts.NAME] table to {home / 'config' / 'accounts.toml'}"
        )
    yield from _pauses(settings)
    yield from _certificates(settings)
    yield from _menu_keys(settings)
    yield from _reply_pictures(settings)
    for account in settings.accounts.values():
        yield from _credentials(account)
        if account.appsecret:
            yield from _platform(account, settings)


def _folders(settings: Settings) -> Iterator[Finding]:
    for name in ("drafts", "done", "failed", "state"):
        folder = settings.folder(name)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            probe = folder / ".publisher-probe.tmp"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            yield Finding(
                fine=False, text=f"{folder}: cannot be written ({error.strerror}); give the worker's user the right"
            )
        else:
            yield Finding(fine=True, text=f"{folder}: can be written")
    free = shutil.disk_usage(settings.home).free
    text = f"disk: {free / 1e9:.1f} GB free"
    yield Finding(fine=free >= ENOUGH_DISK, text=text if free >= ENOUGH_DISK else f"{text}; free at least 0.5 GB")


def _database(settings: Settings) -> Finding:
    try:
        check_is_database(settings.database)
        Store(settings.database).close()
    except (ConfigError, OSError) as error:
        return Finding(fine=False, text=f"database: {error}")
    return Finding(fine=True, text=f"database: {settings.database}")


def _font() -> Finding:
    if check_cover("金融信息第一期昇喆", "协会", "总第 18 期"):
        return Finding(fine=False, text="cover font: cannot draw Chinese; reinstall the package")
    return Finding(fine=True, text="cover font: draws Chinese")


def _office() -> Finding:
    """Optional: an office that saves everything as .docx needs none."""
    if office.is_installed():
        return Finding(fine=True, text="LibreOffice: reads .doc, .wps, .odt, .rtf and EMF/WMF drawings")
    return Finding(
        fine=True,
        text="LibreOffice: not installed, so .doc, .wps, .odt, .rtf and EMF/WMF drawings are refused; "
        "apt-get install libreoffice-writer-nogui libreoffice-draw-nogui to read them",
    )


def _mermaid() -> Finding:
    """Optional, too: few newsletters hold diagrams as text."""
    if diagrams.is_installed():
        return Finding(fine=True, text="Mermaid: diagrams are drawn by mmdc")
    return Finding(
        fine=True, text=f"Mermaid: mmdc is not installed, so diagrams stay code; {diagrams.INSTALL} to draw them"
    )


def _needs_holidays(account: Account) -> bool:
    """Whether the slots of an account ask for working days."""
    return bool(account.slots) and Timetable(account.slots, account.zone, account.workdays).needs_holidays


def _holidays() -> Finding:
    """The government announces a year's holidays in the November before it; the package follows."""
    text = f"public holidays: known until {known_until()}; later days count as working days from Monday to Friday"
    if known_until() >= (system_clock() + HOLIDAYS_AHEAD).date():
        return Finding(fine=True, text=text)
    return Finding(fine=False, text=f"{text}; pip install --upgrade chinesecalendar")


def _credentials(account: Account) -> Iterator[Finding]:
    name = account.name
    if not account.appsecret:
        variable = secret_variable(name, "appsecret")
        yield Finding(
            fine=False, text=f"{name}: no appsecret; set {variable} or {name}.appsecret in $CREDENTIALS_DIRECTORY"
        )
    if not account.token:
        variable = secret_variable(name, "token")
        yield Finding(
            fine=False, text=f"{name}: no callback token, so readers get no answers; set {variable} as in the console"
        )
    elif not account.aeskey:
        variable = secret_variable(name, "aeskey")
        yield Finding(fine=True, text=f"{name}: callbacks in clear; set {variable} and choose 安全模式 in the console")


def _platform(account: Account, settings: Settings) -> Iterator[Finding]:
    platform = Platform(account, system_clock)
    try:
        drafts = platform.count_drafts() if platform.may_draft() else 0
        yield Finding(fine=True, text=f"{account.name}: the platform answers; {drafts} drafts in the box")
        yield from _rights(account, platform, settings)
        yield _clock(account, platform)
    except WeChatError as error:
        yield Finding(fine=False, text=f"{account.name}: {error.note}")
    finally:
        platform.close()


def _rights(account: Account, platform: Platform, settings: Settings) -> Iterator[Finding]:
    """What the account may do, asked now and remembered for the worker. Only a mass send tells of mass sends."""
    found = Rights(platform.may_publish(), platform.may_draft())
    with suppress(ConfigError):  # a file that is no database has been told of
        check_is_database(settings.database)
        store = Store(settings.database)
        found = replace(found, mass=store.accounts.rights(account.name).mass)
        store.accounts.keep_rights(account.name, found, system_clock())
        store.close()
    if found.publish and found.draft and found.mass:
        yield Finding(fine=True, text=f"{account.name}: may draft and publish by API")
    if not found.draft:
        text = f"{account.name}: may not put drafts by API (48001); a person copies the pages beside the report"
        yield Finding(fine=False, text=text)
    elif not found.publish:
        text = (
            f"{account.name}: may not publish by API (48001); drafts are made, a person publishes them in the console"
        )
        yield Finding(fine=account.finish != "mass", text=text)
    if not found.mass:
        text = f"{account.name}: may not send to all by API (48001); what was to be sent is published, if it may be"
        yield Finding(fine=account.finish != "mass", text=text)


def _pauses(settings: Settings) -> Iterator[Finding]:
    """The paused accounts, and what to do."""
    with suppress(ConfigError):  # a file that is no database has been told of
        check_is_database(settings.database)
        store = Store(settings.database)
        for pause in store.accounts.pauses():
            since = in_zone(pause.since, "Asia/Shanghai")
            yield Finding(fine=False, text=f"{pause.account}: paused since {since}: {pause.note}")
        store.close()


def _certificates(settings: Settings) -> Iterator[Finding]:
    """What the platform said of the accounts' certification, as far as it still holds."""
    with suppress(ConfigError):  # a file that is no database has been told of
        check_is_database(settings.database)
        store = Store(settings.database)
        for name, account in settings.accounts.items():
            for alert in find_alerts(store.furnishings.heard(name, EVENTS), system_clock()):
                yield Finding(fine=False, text=f"{name}: {in_english(alert, account.zone)}")
        store.close()


def _menu_keys(settings: Settings) -> Iterator[Finding]:
    """The keys of menus that no rule answers: a tap on them would do nothing."""
    for name, menu in settings.menus.items():
        keys = dict.fromkeys(
            button.action.key
            for button in buttons_of(menu)
            if isinstance(button.action, Signal) and button.action.press is Press.CLICK
        )
        for key in keys:
            tap = Message("event", "", "", event="CLICK", event_key=key)
            if not answer(tap, settings.rules, Archive(account=name)).rule:
                text = (
                    f'{name}: no rule answers the menu\'s key {key!r}; add a [[reply]] with event = "CLICK" and '
                    f'key = "{key}" to replies.toml'
                )
                yield Finding(fine=False, text=text)


def _reply_pictures(settings: Settings) -> Iterator[Finding]:
    """The pictures that replies show and that are not there."""
    for name in sorted({rule.picture for rule in settings.rules if rule.picture}):
        if not (settings.home / "config" / name).is_file():
            text = f"replies.toml: no picture {settings.home / 'config' / name}; put it there, or name another one"
            yield Finding(fine=False, text=text)


def _clock(account: Account, platform: Platform) -> Finding:
    now, theirs = system_clock(), platform.server_time
    if theirs is None:
        return Finding(
            fine=True, text=f"clock: {in_zone(now, account.zone)} in {account.zone}; the platform did not say its own"
        )
    off, way = abs(now - theirs), "ahead of" if now > theirs else "behind"
    text = f"clock: {in_zone(now, account.zone)} in {account.zone}, {off.total_seconds():.0f} s {way} the platform's"
    if off <= CLOCK_TOLERANCE:
        return Finding(fine=True, text=text)
    stopped = "; nothing is published before that" if off > TOLERANCE else ""
    return Finding(fine=False, text=f"{text}; set the machine's clock (NTP){stopped}")
