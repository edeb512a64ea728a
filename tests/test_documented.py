"""What can be typed or set is documented, and the shipped configuration is true."""

from __future__ import annotations

import re
import tomllib
from dataclasses import Field, fields
from importlib.metadata import metadata
from pathlib import Path
from typing import Any

import click
import pytest
from packaging.specifiers import SpecifierSet

from publisher.cli import main
from publisher.config import (
    CONFIG_FILES,
    SECRETS,
    Callback,
    Folders,
    Settings,
    Worker,
    read_settings,
    secret_variable,
    write_defaults,
)
from publisher.document import Metadata
from publisher.importers import IMPORTERS
from publisher.issue import STATES, Account, Status
from publisher.menu import KEYS as MENU_KEYS
from publisher.replies.rulefile import ARTICLE_KEYS, KEYS
from publisher.replies.rules import Answer

REPOSITORY = Path(__file__).parent.parent
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
EDITORS = (REPOSITORY / "README.zh-CN.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in README.splitlines() if line.startswith("|")]
SETTING = re.compile(r"^# (\[[a-z.]+\]|[a-z_]+ = )")


def commands(group: click.Group = main, name: str = "") -> dict[str, click.Command]:
    """Every command by the words that are typed for it."""
    found: dict[str, click.Command] = {}
    for word, command in group.commands.items():
        inner = f"{name} {word}".lstrip()
        found |= commands(command, inner) if isinstance(command, click.Group) else {inner: command}
    return found


def parameters() -> list[Any]:
    """Every parameter of the program and of its commands, with the command's name."""
    return [
        pytest.param(name, parameter, id=f"{name or main.name} {parameter.name}")
        for name, command in {"": main, **commands()}.items()
        for parameter in command.params
    ]


def row(first: str) -> list[str]:
    """The one row of a table in the README that is about `first`."""
    found = [cells for cells in ROWS if cells[0] == f"`{first}`" or cells[0].startswith(f"`{first} ")]
    assert len(found) == 1, f"{first}: {len(found)} rows in README.md"
    return found[0]


def settings_of(*kinds: type[Any]) -> list[Any]:
    """The fields of records that may be set in a file."""
    skipped = {"name", *SECRETS}
    return [pytest.param(item, id=f"{kind.__name__}.{item.name}") for kind in kinds for item in fields(kind)
            if item.name not in skipped]  # fmt: skip


def written(value: object) -> str:
    """A default as TOML has it."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"'
        case tuple():
            return str(list(value))
        case _:
            return f"{value:g}" if isinstance(value, float) else str(value)


def uncommented(name: str) -> str:
    """A shipped file with every commented setting in force."""
    lines = (REPOSITORY / "config" / name).read_text(encoding="utf-8").splitlines()
    return "\n".join(line[2:] if SETTING.match(line) else line for line in lines)


# ---------------------------------------------------------------------------- the README


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_has_a_row(name: str) -> None:
    assert row(f"publisher {name}")[1]


@pytest.mark.parametrize(("command", "parameter"), parameters())
def test_every_option_and_argument_is_named_where_its_command_is(command: str, parameter: click.Parameter) -> None:
    place = row(f"publisher {command}") if command else [README.split("## Commands")[1]]
    words = parameter.opts if isinstance(parameter, click.Option) else [parameter.human_readable_name]
    shown = " ".join(place).replace("[DIR]", "[DIRECTORY]")
    assert all(re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", shown) for word in words)


def test_no_command_is_named_that_does_not_exist() -> None:
    named = re.findall(r"^\| `publisher ([a-z]+)", README, re.MULTILINE)
    named += re.findall(r"publisher(?: --home \S+)? ([a-z]+) ?(?:\d|ISSUE|--)", README + EDITORS)
    assert set(named) <= set(main.commands)


@pytest.mark.parametrize("setting", settings_of(Folders, Worker, Callback, Account))
def test_every_setting_has_a_row_with_its_default(setting: Field[Any]) -> None:
    given = row(setting.name)[1]
    assert given == ("none" if setting.name == "appid" else f"`{written(setting.default)}`")


def test_the_tables_of_publisher_toml_are_named() -> None:
    known = {item.name for item in fields(Settings)} - {"home", "accounts", "rules", "menus", "themes"}
    for name in known:
        assert f"`{name}`" in README or f"`[{name}]`" in README


@pytest.mark.parametrize("status", Status)
def test_every_state_is_explained_with_what_editors_read(status: Status) -> None:
    assert row(status.value)[1] == STATES[status]
    assert f"| {STATES[status]} |" in EDITORS


@pytest.mark.parametrize("secret", SECRETS)
def test_every_secret_has_its_file_and_its_variable(secret: str) -> None:
    for text in (f"`main.{secret}`", f"`{secret_variable('main', secret)}`"):
        assert text in README


@pytest.mark.parametrize("key", [*KEYS, *ARTICLE_KEYS])
def test_every_key_of_a_reply_is_named(key: str) -> None:
    assert f"`{key}`" in README


@pytest.mark.parametrize("key", MENU_KEYS)
def test_every_key_of_a_button_is_named(key: str) -> None:
    section = README.split("### menu.toml")[1].split("###")[0]
    assert f"`{key}`" in section
    assert re.search(rf"\b{key}\b", (REPOSITORY / "config" / "menu.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("answer", Answer)
def test_every_answer_is_named(answer: Answer) -> None:
    assert f'`"{answer.value}"`' in README


@pytest.mark.parametrize("name", Metadata.__struct_fields__)
def test_every_key_of_the_front_matter_is_named_in_both_languages(name: str) -> None:
    assert f"`{name}`" in README
    assert f"| `{name}` |" in EDITORS


@pytest.mark.parametrize("suffix", IMPORTERS)
def test_every_format_is_named(suffix: str) -> None:
    assert f"`{suffix}`" in README


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md", "CHANGELOG.md"])
def test_links_to_files_lead_somewhere(name: str) -> None:
    text = (REPOSITORY / name).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (REPOSITORY / target).exists(), target


# ---------------------------------------------------------------------------- the shipped configuration


@pytest.mark.parametrize("name", CONFIG_FILES)
def test_the_workspace_and_the_package_ship_the_same(name: str) -> None:
    packaged = REPOSITORY / "publisher" / "defaults" / name
    assert (REPOSITORY / "config" / name).read_bytes() == packaged.read_bytes()


def test_the_package_ships_nothing_else() -> None:
    assert {path.name for path in (REPOSITORY / "publisher" / "defaults").iterdir()} == set(CONFIG_FILES)


def test_what_is_shipped_changes_nothing_but_the_replies(tmp_path: Path) -> None:
    write_defaults(tmp_path)
    read, bare = read_settings(tmp_path, {}), read_settings(tmp_path / "nowhere", {})
    assert (read.folders, read.worker, read.callback) == (bare.folders, bare.worker, bare.callback)
    assert (read.default_account, read.accounts) == ("", {})
    assert len(read.rules) > 3


@pytest.mark.parametrize(
    ("name", "kinds"), [("publisher.toml", (Folders, Worker, Callback)), ("accounts.toml", (Account,))]
)
def test_every_setting_stands_commented_in_its_file(name: str, kinds: tuple[type[Any], ...]) -> None:
    text = uncommented(name)
    for parameter in settings_of(*kinds):
        (item,) = parameter.values
        assert len(re.findall(rf"^{item.name} = ", text, re.MULTILINE)) == 1, item.name


def test_the_commented_settings_are_the_defaults(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    for name in ("publisher.toml", "accounts.toml"):
        text = uncommented(name)
        assert tomllib.loads(text)
        (tmp_path / "config" / name).write_text(text, encoding="utf-8")
    read = read_settings(tmp_path, {})
    assert (read.folders, read.worker, read.callback) == (Folders(), Worker(), Callback())
    (account,) = read.accounts.values()
    assert account == Account(name="main", appid=account.appid)
    assert read.default_account == ""


def test_the_locked_packages_take_the_python_of_debian_12() -> None:
    """The lock is made by whatever Python is at hand; one that is a little newer locks what Debian's cannot install."""
    lock = (Path(__file__).parents[1] / "requirements.lock").read_text()
    names = re.findall(r"^([\w.-]+)(?:\[[^\]]*\])?==", lock, re.MULTILINE)
    wanted = {name: metadata(name)["Requires-Python"] or "" for name in names}
    assert len(wanted) > 50
    assert [name for name, versions in wanted.items() if "3.11.2" not in SpecifierSet(versions)] == []
