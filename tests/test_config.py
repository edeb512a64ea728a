"""The configuration: read once, every fault at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.config import (
    CONFIG_FILES,
    Settings,
    read_settings,
    require_work,
    secret_variable,
    write_defaults,
)
from publisher.errors import ConfigError

AESKEY = "a" * 43


def write(home: Path, name: str, text: str) -> None:
    (home / "config").mkdir(exist_ok=True)
    (home / "config" / name).write_text(text, encoding="utf-8")


def faults(home: Path, environment: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read_settings(home, environment or {})
    return list(caught.value.faults)


def read(home: Path, environment: dict[str, str] | None = None) -> Settings:
    return read_settings(home, environment or {})


def test_an_empty_workspace_has_the_defaults(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert settings.worker.scan_seconds == 5
    assert settings.folder("drafts") == tmp_path / "drafts"
    assert settings.database == tmp_path / "state" / "publisher.db"
    assert settings.accounts == {}
    assert "official" in settings.themes


def test_what_init_writes_is_read_without_a_fault(tmp_path: Path) -> None:
    written = write_defaults(tmp_path)
    assert {path.name for path in written} == set(CONFIG_FILES)
    assert read(tmp_path).rules
    assert write_defaults(tmp_path) == []


def test_init_replaces_nothing(tmp_path: Path) -> None:
    write(tmp_path, "accounts.toml", "# mine\n")
    write_defaults(tmp_path)
    assert (tmp_path / "config" / "accounts.toml").read_text() == "# mine\n"


def test_an_account_is_read_with_its_secrets_from_the_environment(tmp_path: Path) -> None:
    write(
        tmp_path,
        "accounts.toml",
        '[accounts.east-1]\nappid = "wx1"\nfinish = "draft"\napprove = true\nslots = ["30 17 * * fri"]\n',
    )
    environment = {
        "PUBLISHER_EAST_1_APPSECRET": "secret",
        "PUBLISHER_EAST_1_TOKEN": "token1",
        "PUBLISHER_EAST_1_AESKEY": AESKEY,
    }
    account = read(tmp_path, environment).accounts["east-1"]
    assert (account.appid, account.finish, account.approve, account.slots) == ("wx1", "draft", True, ("30 17 * * fri",))
    assert (account.appsecret, account.token, account.aeskey) == ("secret", "token1", AESKEY)


def test_an_account_has_its_times(tmp_path: Path) -> None:
    table = '[accounts.main]\nappid = "wx1"\nslots = ["每月最后一个工作日 17:30"]\nworkdays = true\nlate_minutes = 0\n'
    write(tmp_path, "accounts.toml", table)
    account = read(tmp_path).accounts["main"]
    assert (account.slots, account.workdays) == (("每月最后一个工作日 17:30",), True)
    assert (account.late_minutes, account.jitter_minutes, account.mass_limit) == (0, 0, "day")


def test_a_credential_file_wins_over_the_environment(tmp_path: Path) -> None:
    write(tmp_path, "accounts.toml", '[accounts.main]\nappid = "wx1"\n')
    (tmp_path / "main.appsecret").write_text("from-file\n")
    environment = {"CREDENTIALS_DIRECTORY": str(tmp_path), "PUBLISHER_MAIN_APPSECRET": "from-environment"}
    assert read(tmp_path, environment).accounts["main"].appsecret == "from-file"


def test_secrets_are_never_shown(tmp_path: Path) -> None:
    write(tmp_path, "accounts.toml", '[accounts.main]\nappid = "wx1"\n')
    environment = {"PUBLISHER_MAIN_APPSECRET": "top-secret", "PUBLISHER_MAIN_TOKEN": "hushhush"}
    shown = repr(read(tmp_path, environment))
    assert "top-secret" not in shown
    assert "hushhush" not in shown


@pytest.mark.parametrize(
    "address",
    ["weixin.qq.com/r/a", "ftp://a.cn/r", "http://", "http://[", "http://a.cn/r b", "http://a.cn/" + "r" * 200],
)
def test_a_code_that_phones_could_not_read_is_a_fault(tmp_path: Path, address: str) -> None:
    write(tmp_path, "accounts.toml", f'[accounts.main]\nappid = "wx1"\nqr = "{address}"\n')
    (fault,) = faults(tmp_path)
    assert fault.startswith("accounts.toml: main: qr: ")


def test_an_account_has_the_address_of_its_code(tmp_path: Path) -> None:
    write(tmp_path, "accounts.toml", '[accounts.main]\nappid = "wx1"\nqr = "http://weixin.qq.com/r/abc"\n')
    assert read(tmp_path).accounts["main"].qr == "http://weixin.qq.com/r/abc"


def test_every_fault_is_listed_with_the_nearest_known_name(tmp_path: Path) -> None:
    write(tmp_path, "publisher.toml", "[worker]\nscan_second = 3\nthreads = 0\n[folder]\n[callback]\nport = '80'\n")
    write(
        tmp_path,
        "accounts.toml",
        '[accounts.main]\napid = "wx1"\nfinish = "publsh"\ntheme = "offical"\nlayout = 3\nslots = ["never"]\n'
        'appsecret = "oops"\napi_base = "http://api.weixin.qq.com"\n'
        '[accounts."a b"]\nappid = "x"\n[accounts.far]\nappid = "x"\nzone = "Mars/Base"\n',
    )
    write(tmp_path, "replies.toml", "[[replie]]\n")
    listed = "\n".join(faults(tmp_path))
    for part in (
        "did you mean 'scan_seconds'",
        "threads: a number greater than 0",
        "did you mean 'folders'",
        "port: a number greater than 0",
        "did you mean 'appid'",
        "appid: missing",
        "'publsh' is not one of publish, draft, mass",
        "'offical' is not one of",
        "layout: a text in quotes",
        "'never': neither words for a slot nor a cron expression",
        "api_base: must be https",
        "secrets do not belong in a file",
        "letters, digits, - and _ only",
        "no time zone 'Mars/Base'",
        "replies.toml",
    ):
        assert part in listed
    assert "oops" not in listed


@pytest.mark.parametrize("text", ["[worker\n", "x = \xff", 'a = "\n'])
def test_broken_toml_is_one_of_the_faults(tmp_path: Path, text: str) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "publisher.toml").write_bytes(text.encode("latin-1"))
    assert "publisher.toml: not valid TOML" in faults(tmp_path)[0]


@pytest.mark.parametrize(
    ("table", "part"),
    [
        ("accounts = 3\n", "write each account as a table"),
        ("[acounts.main]\n", "did you mean 'accounts'"),
        ("accounts.main = 3\n", "a table is wanted"),
        ('[accounts.main]\nappid = "x"\napprove = "yes"\n', "true or false"),
        ('[accounts.main]\nappid = "x"\nslots = "30 17 * * *"\n', "a list of texts"),
        ('[accounts.main]\nappid = "x"\nslots = ["每月 31 日 9:00"]\n', "每月最后一天"),
        ('[accounts.main]\nappid = "x"\nslots = ["0 0 30 2 *"]\n', "never comes"),
        ('[accounts.main]\nappid = "x"\nlate_minutes = -1\n', "a number of minutes"),
        ('[accounts.main]\nappid = "x"\nlate_minutes = true\n', "a number is wanted"),
        ('[accounts.main]\nappid = "x"\njitter_minutes = 721\n', "at most 720"),
        ('[accounts.main]\nappid = "x"\nmass_limit = "year"\n', "is not one of day, month"),
    ],
)
def test_wrong_types_are_explained(tmp_path: Path, table: str, part: str) -> None:
    write(tmp_path, "accounts.toml", table)
    assert any(part in fault for fault in faults(tmp_path))


@pytest.mark.parametrize(("secret", "value"), [("AESKEY", "too-short"), ("TOKEN", "no spaces allowed")])
def test_a_secret_of_the_wrong_form_is_refused_but_not_repeated(tmp_path: Path, secret: str, value: str) -> None:
    write(tmp_path, "accounts.toml", '[accounts.main]\nappid = "wx1"\n')
    listed = faults(tmp_path, {f"PUBLISHER_MAIN_{secret}": value})
    assert secret.lower() in listed[0]
    assert value not in listed[0]


def test_the_default_account_must_exist(tmp_path: Path) -> None:
    write(tmp_path, "publisher.toml", 'default_account = "nobody"\n')
    assert "no account 'nobody'" in faults(tmp_path)[0]
    write(tmp_path, "publisher.toml", "default_account = 3\n")
    assert "a text is wanted" in faults(tmp_path)[0]


def test_work_needs_an_account_and_its_secret(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no account is configured"):
        require_work(read(tmp_path))
    write(tmp_path, "accounts.toml", '[accounts.main]\nappid = "wx1"\n')
    with pytest.raises(ConfigError, match="PUBLISHER_MAIN_APPSECRET"):
        require_work(read(tmp_path))
    environment = {secret_variable("main", "appsecret"): "x"}
    with pytest.raises(ConfigError, match="no drop folder"):
        require_work(read(tmp_path, environment))
    (tmp_path / "drafts").mkdir()
    require_work(read(tmp_path, environment))


def test_a_theme_of_the_workspace_can_be_chosen_and_a_bad_one_is_a_fault(tmp_path: Path) -> None:
    from publisher.rendering import shipped_themes

    write(tmp_path, "accounts.toml", '[accounts.main]\nappid = "wx1"\ntheme = "ours"\n')
    (tmp_path / "config" / "themes").mkdir()
    (tmp_path / "config" / "themes" / "ours.css").write_text(shipped_themes()["official"], encoding="utf-8")
    assert read(tmp_path).accounts["main"].theme == "ours"
    (tmp_path / "config" / "themes" / "bad.css").write_text("p { position: fixed }", encoding="utf-8")
    assert any("bad" in fault and "position" in fault for fault in faults(tmp_path))
