"""The configuration of a workspace: config/*.toml and credentials, read once, all faults at once.

Secrets come from the environment (`PUBLISHER_NAME_APPSECRET`, `…_TOKEN`, `…_AESKEY`, and the last two with `_PREVIOUS`
while they are being changed) or from files `NAME.appsecret` and so on in `$CREDENTIALS_DIRECTORY`; a secret in a TOML
file is a fault.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args
from zoneinfo import ZoneInfo

from publisher.errors import ConfigError
from publisher.issue import Account, Finish, Layout, MassLimit, api_base_fault, qr_fault
from publisher.rendering import shipped_themes
from publisher.rendering.theme import parse_theme

if TYPE_CHECKING:
    from publisher.replies import Rule

CONFIG_FILES = ("publisher.toml", "accounts.toml", "replies.toml")
_T = TypeVar("_T")
SECRETS = ("appsecret", "token", "aeskey", "token_previous", "aeskey_previous")
MOST_JITTER = 12 * 60
"""Minutes by which slots may be spread."""


@dataclass(frozen=True, slots=True)
class Folders:
    """Where things are, relative to the workspace or absolute."""

    drafts: str = "drafts"
    done: str = "done"
    failed: str = "failed"
    state: str = "state"


@dataclass(frozen=True, slots=True)
class Worker:
    """The worker's rhythm. Seconds and minutes; `threads` is how many issues are worked on at once."""

    scan_seconds: float = 5
    sweep_seconds: float = 5
    settle_seconds: float = 5
    give_up_minutes: float = 10
    threads: int = 8
    upload_threads: int = 8
    max_drop_megabytes: int = 100


@dataclass(frozen=True, slots=True)
class Callback:
    """Where the callback door listens, by how many processes, and for how many days it is kept what readers sent."""

    host: str = "127.0.0.1"
    port: int = 8080
    processes: int = 1
    keep_days: int = 30


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that is configured. `themes` holds the CSS of shipped and own themes by name."""

    home: Path
    folders: Folders = Folders()
    worker: Worker = Worker()
    callback: Callback = Callback()
    default_account: str = ""
    accounts: Mapping[str, Account] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    themes: Mapping[str, str] = field(default_factory=dict)

    def folder(self, name: str) -> Path:
        """The absolute path of one of `folders`."""
        return self.home / str(getattr(self.folders, name))

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.folder("state") / "publisher.db"


def read_settings(home: Path, environment: Mapping[str, str]) -> Settings:
    """The settings of the workspace `home`; a missing file stands for its defaults. ConfigError lists all faults."""
    faults: list[str] = []
    tables = {name: _read_toml(home / "config" / name, faults) for name in CONFIG_FILES}
    settings = _read_publisher(home, tables["publisher.toml"], faults)
    themes = {**shipped_themes(), **_read_themes(home, faults)}
    accounts = _read_accounts(tables["accounts.toml"], themes, faults)
    accounts = {name: _with_secrets(account, environment, faults) for name, account in accounts.items()}
    if settings.default_account and settings.default_account not in accounts:
        faults.append(f"publisher.toml: default_account: no account {settings.default_account!r} in accounts.toml")
    rules = _read_rules(tables["replies.toml"], accounts, faults)
    if faults:
        raise ConfigError(faults)
    return replace(settings, themes=themes, accounts=accounts, rules=rules)


def require_work(settings: Settings) -> None:
    """Nothing, if the worker has what it needs: accounts, their appsecrets, a drop folder; else ConfigError."""
    faults = [
        f"accounts.{name}: no appsecret: set {secret_variable(name, 'appsecret')}, "
        f"or put a file {name}.appsecret in $CREDENTIALS_DIRECTORY"
        for name, account in settings.accounts.items()
        if not account.appsecret
    ]
    if not settings.accounts:
        where = settings.home / "config" / "accounts.toml"
        faults.append(f"no account is configured: add an [accounts.NAME] table to {where}")
    if not settings.folder("drafts").is_dir():
        faults.append(f"no drop folder {settings.folder('drafts')}: run publisher init, or mount the share")
    if faults:
        raise ConfigError(faults)


def write_defaults(home: Path) -> list[Path]:
    """The files that were written: commented defaults in `home`/config and an empty drop folder. None is replaced."""
    written = []
    (home / "config" / "themes").mkdir(parents=True, exist_ok=True)
    (home / "drafts").mkdir(parents=True, exist_ok=True)
    for name in CONFIG_FILES:
        target = home / "config" / name
        if not target.exists():
            target.write_bytes((files("publisher") / "defaults" / name).read_bytes())
            written.append(target)
    return written


def own_themes(home: Path) -> dict[str, str]:
    """The CSS of the themes in the workspace `home`, by name, with their faults, if any."""
    folder = home / "config" / "themes"
    return {path.stem: path.read_text(encoding="utf-8", errors="replace") for path in sorted(folder.glob("*.css"))}


def secret_variable(account: str, secret: str) -> str:
    """The environment variable that holds an account's secret."""
    return f"PUBLISHER_{re.sub(r'[^0-9A-Za-z]', '_', account).upper()}_{secret.upper()}"


# ---------------------------------------------------------------------------- the files


def _read_toml(path: Path, faults: list[str]) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        faults.append(f"{path.name}: not valid TOML: {error}")
    except OSError as error:
        faults.append(f"{path.name}: cannot be read: {error.strerror}")
    return {}


def _read_publisher(home: Path, table: Mapping[str, Any], faults: list[str]) -> Settings:
    parts = {"folders": Folders, "worker": Worker, "callback": Callback}
    known = [*parts, "default_account"]
    faults += [f"publisher.toml: {_unknown(key, known)}" for key in table if key not in known]
    read = {
        name: _read_record(kind, table.get(name, {}), f"publisher.toml: {name}", faults) for name, kind in parts.items()
    }
    default_account = table.get("default_account", "")
    if not isinstance(default_account, str):
        faults.append("publisher.toml: default_account: a text is wanted")
        default_account = ""
    return Settings(home, default_account=default_account, **read)


def _read_themes(home: Path, faults: list[str]) -> dict[str, str]:
    """The themes without a fault; the faults of the others are noted."""

    def is_fine(name: str, css: str) -> bool:
        return _collect(lambda: parse_theme(name, css), None, "", faults) is not None

    return {name: css for name, css in own_themes(home).items() if is_fine(name, css)}


def _read_rules(table: Mapping[str, Any], accounts: Collection[str], faults: list[str]) -> tuple[Rule, ...]:
    if not table:
        return ()
    from publisher.replies import parse_rules

    none: tuple[Rule, ...] = ()
    return _collect(lambda: parse_rules(table, accounts), none, "replies.toml", faults)


def _read_accounts(table: Mapping[str, Any], themes: Mapping[str, str], faults: list[str]) -> dict[str, Account]:
    faults += [f"accounts.toml: {_unknown(key, ['accounts'])}" for key in table if key != "accounts"]
    accounts = {}
    tables = table.get("accounts", {})
    if not isinstance(tables, dict):
        faults.append("accounts.toml: write each account as a table [accounts.NAME]")
        return {}
    for name, entry in tables.items():
        where = f"accounts.toml: {name}"
        if not re.fullmatch(r"[0-9A-Za-z_-]{1,32}", name):
            faults.append(f"{where}: an account's name has letters, digits, - and _ only")
            continue
        account = _read_account(name, entry, where, faults)
        faults += [f"{where}: {fault}" for fault in _account_faults(account, themes)]
        accounts[name] = account
    return accounts


def _read_account(name: str, entry: object, where: str, faults: list[str]) -> Account:
    if isinstance(entry, dict):
        faults += [
            f"{where}: {secret}: secrets do not belong in a file here; set {secret_variable(name, secret)}"
            for secret in SECRETS
            if secret in entry
        ]
        entry = {key: value for key, value in entry.items() if key not in SECRETS}
    account: Account = _read_record(Account, entry, where, faults, given={"name": name})
    return account


def _account_faults(account: Account, themes: Mapping[str, str]) -> list[str]:
    faults = []
    if not account.appid:
        faults.append("appid: missing; it is shown in the platform's console")
    if api_base_fault(account.api_base):
        faults.append(f"api_base: {api_base_fault(account.api_base)}")
    if account.finish not in get_args(Finish):
        faults.append(f"finish: {_choice(account.finish, get_args(Finish))}")
    if account.layout not in get_args(Layout):
        faults.append(f"layout: {_choice(account.layout, get_args(Layout))}")
    if account.mass_limit not in get_args(MassLimit):
        faults.append(f"mass_limit: {_choice(account.mass_limit, get_args(MassLimit))}")
    if account.jitter_minutes > MOST_JITTER:
        faults.append(f"jitter_minutes: at most {MOST_JITTER}, or issues would leave their day")
    if account.qr and qr_fault(account.qr):
        faults.append(f"qr: {qr_fault(account.qr)}")
    if account.theme not in themes:
        faults.append(f"theme: {_choice(account.theme, sorted(themes))}")
    try:
        ZoneInfo(account.zone)
    except (KeyError, ValueError, OSError):
        return [*faults, f"zone: no time zone {account.zone!r}; write an IANA name such as Asia/Shanghai"]
    return [*faults, *_slot_faults(account)] if account.slots else faults


def _slot_faults(account: Account) -> Iterator[str]:
    from publisher.slots import slot_fault

    for slot in account.slots:
        if fault := slot_fault(slot):
            yield f"slots: {slot!r}: {fault}"


def _with_secrets(account: Account, environment: Mapping[str, str], faults: list[str]) -> Account:
    found = {secret: _secret(account.name, secret, environment, faults) for secret in SECRETS}
    where = f"the credentials of {account.name}"
    faults += [
        f"{where}: the {secret} must have exactly 43 letters and digits, as the console shows it"
        for secret in ("aeskey", "aeskey_previous")
        if found[secret] and not re.fullmatch(r"[0-9A-Za-z+/]{43}", found[secret])
    ]
    faults += [
        f"{where}: the {secret} must have 3 to 32 letters and digits, as entered in the console"
        for secret in ("token", "token_previous")
        if found[secret] and not re.fullmatch(r"[0-9A-Za-z]{3,32}", found[secret])
    ]
    secrets: dict[str, Any] = found
    return replace(account, **secrets)


def _secret(account: str, secret: str, environment: Mapping[str, str], faults: list[str]) -> str:
    directory = environment.get("CREDENTIALS_DIRECTORY", "")
    path = Path(directory) / f"{account}.{secret}"
    if directory and path.is_file():
        try:
            return path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            faults.append(f"the credential file {path.name} cannot be read")
    return environment.get(secret_variable(account, secret), "").strip()


# ---------------------------------------------------------------------------- one record


def _read_record(
    kind: type[Any], table: object, where: str, faults: list[str], given: Mapping[str, Any] | None = None
) -> Any:
    """An instance of the dataclass `kind` from a TOML table: unknown keys and wrong types are faults."""
    known = {item.name: item for item in fields(kind) if item.name not in SECRETS and item.name not in (given or {})}
    values: dict[str, Any] = {"appid": ""} if "appid" in known else {}
    if not isinstance(table, dict):
        faults.append(f"{where}: a table is wanted")
        table = {}
    for key, value in table.items():
        if key not in known:
            faults.append(f"{where}: {_unknown(key, list(known))}")
            continue
        converted, fault = _convert(value, str(known[key].type))
        if fault:
            faults.append(f"{where}: {key}: {fault}")
        else:
            values[key] = converted
    return kind(**values, **(given or {}))


def _convert(value: object, annotation: str) -> tuple[Any, str]:
    """The value as the field wants it, and what is wrong with it ("" if nothing)."""
    match annotation, value:
        case "bool", bool():
            return value, ""
        case "bool", _:
            return None, "true or false is wanted"
        case (("int" | "float" | "Minutes"), bool()):
            return None, "a number is wanted"
        case "int", int() if value > 0:
            return value, ""
        case "float", int() | float() if value > 0:
            return float(value), ""
        case "Minutes", int() if value >= 0:
            return value, ""
        case "Minutes", _:
            return None, "a number of minutes is wanted, 0 or more"
        case (("int" | "float"), _):
            return None, "a number greater than 0 is wanted"
        case "tuple[str, ...]", list() if all(isinstance(item, str) for item in value):
            return tuple(value), ""
        case "tuple[str, ...]", _:
            return None, 'a list of texts is wanted, such as ["30 17 * * 5"]'
        case _, str():
            return value, ""
        case _:
            return None, "a text in quotes is wanted"


def _unknown(key: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    return f"unknown key {key!r}" + (f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(known)}")


def _choice(value: str, choices: Sequence[str]) -> str:
    return f"{value!r} is not one of {', '.join(choices)}"


def _collect(make: Callable[[], _T], default: _T, where: str, faults: list[str]) -> _T:
    try:
        return make()
    except ConfigError as error:
        faults += [f"{where}: {fault}" if where and not fault.startswith(where) else fault for fault in error.faults]
        return default
