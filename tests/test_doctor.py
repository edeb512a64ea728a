"""The doctor says fine, or what to do."""

from __future__ import annotations

from datetime import timedelta

import pytest

from publisher import diagrams, doctor
from publisher.doctor import Finding, examine
from publisher.store import Pause, Rights
from tests.world import APPID, SECRETS, World


def faults(world: World, environment: dict[str, str] | None = None) -> str:
    findings = examine(world.home, SECRETS if environment is None else environment)
    return "\n".join(finding.text for finding in findings if not finding.fine)


@pytest.fixture(autouse=True)
def _the_sandbox_and_we_have_one_clock(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.open()
    monkeypatch.setattr(doctor, "system_clock", world.clock)


def test_secrets_that_are_missing_are_named_with_the_variable_to_set(world: World) -> None:
    assert "PUBLISHER_MAIN_APPSECRET" in faults(world, {})
    assert "PUBLISHER_MAIN_TOKEN" in faults(world, {})
    clear = {name: value for name, value in SECRETS.items() if not name.endswith("AESKEY")}
    assert any("callbacks in clear" in finding.text for finding in examine(world.home, clear))


@pytest.mark.parametrize("there", [True, False])
def test_a_machine_may_have_the_program_for_diagrams_or_not(
    world: World, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    monkeypatch.setattr(diagrams, "is_installed", lambda: there)
    (finding,) = [found for found in examine(world.home, SECRETS) if found.text.startswith("Mermaid")]
    assert finding.fine
    assert ("npm install" in finding.text) is not there


def test_a_broken_configuration_ends_the_examination(world: World) -> None:
    (world.home / "config" / "accounts.toml").write_text("[accounts.main]\napid = 3\n", encoding="utf-8")
    findings = list(examine(world.home, SECRETS))
    assert not any(finding.fine for finding in findings)
    assert any("did you mean 'appid'" in finding.text for finding in findings)


def test_a_folder_that_cannot_be_written_and_a_database_that_is_none_are_found(world: World) -> None:
    (world.home / "done").write_text("in the way")
    for path in (world.home / "state").iterdir():
        path.unlink()
    (world.home / "state" / "publisher.db").write_bytes(b"a spreadsheet, by mistake")
    found = faults(world)
    assert "done: cannot be written" in found
    assert "not an SQLite database" in found


def test_a_platform_that_is_away_is_found(world: World) -> None:
    accounts = world.home / "config" / "accounts.toml"
    accounts.write_text(accounts.read_text().replace(world.url, "http://127.0.0.1:9"))
    assert "连不上" in faults(world)


def test_an_account_that_may_not_publish_is_fine_unless_it_shall_push(world: World) -> None:
    world.platform.account(APPID).rights -= {"publish"}
    told = [finding for finding in examine(world.home, SECRETS) if "48001" in finding.text]
    assert [finding.fine for finding in told] == [True]
    assert not world.open().store.accounts.rights("main").publish
    world.open(finish="mass")
    assert "may not publish by API" in faults(world)


def test_an_account_that_may_not_draft_or_send_to_all_is_told(world: World) -> None:
    world.platform.account(APPID).rights -= {"draft"}
    assert "may not put drafts by API (48001)" in faults(world)
    store = world.open(finish="mass").store
    store.accounts.keep_rights("main", Rights(mass=False), world.clock.now)
    assert "may not send to all by API (48001)" in faults(world)


def test_a_paused_account_is_told_with_what_to_do(world: World) -> None:
    pause = Pause("main", world.clock.now, 50002, "draft/add", "", "公众号 main 已暂停。请运行 publisher resume main。")
    world.open().store.accounts.pause(pause)
    assert "main: paused since 2026-11-24 09:00: 公众号 main 已暂停" in faults(world)


def test_a_clock_that_is_wrong_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "system_clock", world.clock)
    right = [finding for finding in examine(world.home, SECRETS) if finding.text.startswith("clock")]
    assert [finding.fine for finding in right] == [True]
    monkeypatch.setattr(doctor, "system_clock", lambda: world.clock() + timedelta(minutes=7))
    assert "420 s ahead of the platform's; set the machine's clock (NTP); nothing is published" in faults(world)


def test_a_disk_that_is_nearly_full_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "ENOUGH_DISK", 10**18)
    assert "free at least" in faults(world)


def test_a_font_that_cannot_draw_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "check_cover", lambda *_: ("missing",))
    assert doctor._font() == Finding(fine=False, text="cover font: cannot draw Chinese; reinstall the package")


@pytest.mark.parametrize("account", [{"slots": ["工作日 8:30"]}, {"slots": ["0 9 * * *"], "workdays": True}])
def test_holidays_that_will_not_be_known_are_told_where_working_days_count(
    world: World, monkeypatch: pytest.MonkeyPatch, account: dict[str, object]
) -> None:
    ends = world.clock.now.date() + timedelta(days=31)
    monkeypatch.setattr(doctor, "known_until", lambda: ends)
    assert "public holidays" not in " ".join(finding.text for finding in examine(world.home, SECRETS))
    world.open(**account)
    (known,) = [finding for finding in examine(world.home, SECRETS) if finding.text.startswith("public holidays")]
    assert known.fine
    world.clock.turn(days=1)
    assert "upgrade chinesecalendar" in faults(world)
