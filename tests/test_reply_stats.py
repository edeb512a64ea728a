"""What editors see of their readers, and how a reader is forgotten."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from publisher.app import Publisher, open_publisher
from publisher.cli import main
from publisher.config import read_settings, write_defaults
from publisher.engines.embedded import EmbeddedEngine
from publisher.errors import Unavailable, WrongMove
from publisher.readership import Readership
from publisher.replies import Outcome
from publisher.store.deliveries import Delivery, make_batch
from publisher.terminal import readership_row, show_readership
from tests.clock import Clock
from tests.recorders import NOON, delivery, wait_until

DAY = 86_400
MISSED: Mapping[str, Any] = {"outcome": Outcome.MISSED, "rule": ""}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A workspace with two accounts."""
    write_defaults(tmp_path)
    accounts = '[accounts.main]\nappid = "wx0123456789abcdef"\n[accounts.second]\nappid = "wxfedcba9876543210"\n'
    (tmp_path / "config" / "accounts.toml").write_text(accounts)
    return tmp_path


def opened(home: Path, clock: Clock | None = None, *deliveries: Delivery) -> Publisher:
    """A publisher over the workspace after some deliveries."""
    publisher = open_publisher(home, {}, clock or Clock())
    publisher.store.deliveries.keep(make_batch(deliveries, publisher.hide))
    return publisher


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(home), *arguments])


ASKED = [
    delivery(1),
    delivery(2, rule="issue by number"),
    delivery(3, text="算力", **MISSED),
    delivery(4, text=" 算力！", **MISSED),
    delivery(5, text="会费", **MISSED),
    delivery(6, text="会费", outcome=Outcome.FOUND, rule=""),
    delivery(7, kind="event", event="subscribe", rule="welcome"),
    delivery(8, kind="event", event="unsubscribe", rule="", outcome=Outcome.MISSED, strange=("Mood",)),
    delivery(9, received_at=NOON - 29 * DAY),
    delivery(10, received_at=NOON - 30 * DAY, rule="too old", text="x"),
    delivery(11, account="second"),
]


# ---------------------------------------------------------------------------- counting


def test_each_day_has_its_messages_by_what_they_came_to(home: Path) -> None:
    readership = opened(home, None, *ASKED).readership(30, "main")
    assert len(readership.days) == 30
    first, *_, last = readership.days
    assert (first.day, first.messages, first.answered) == (date(2026, 10, 26), 1, 1)
    assert (last.day, last.messages, last.answered, last.found, last.missed) == (date(2026, 11, 24), 6, 2, 1, 3)
    assert (last.follows, last.unfollows) == (1, 1)
    assert readership.rules == {"latest": 2, "issue by number": 1, "welcome": 1}
    assert readership.strange == {"Mood": 1}


def test_unanswered_words_come_with_the_most_frequent_first(home: Path) -> None:
    readership = opened(home, None, *ASKED).readership(1)
    assert list(readership.missed.items()) == [("算力", 2), ("会费", 1)]
    assert readership.found == {"会费": 1}


def test_all_accounts_are_counted_together_unless_one_is_named(home: Path) -> None:
    publisher = opened(home, None, *ASKED)
    assert [publisher.readership(1, name).days[0].messages for name in ("", "main", "second")] == [7, 6, 1]
    with pytest.raises(WrongMove, match="third"):
        publisher.readership(1, "third")


def test_counts_outlive_the_messages(home: Path) -> None:
    clock = Clock()
    publisher = opened(home, clock, *ASKED)
    before = publisher.readership(60)
    clock.turn(days=31)
    publisher.purge()
    after = publisher.readership(91)
    assert [day for day in after.days if day.messages] == [day for day in before.days if day.messages]
    assert (after.rules, after.strange) == (before.rules, before.strange)
    assert (after.missed, after.found) == ({}, {})


# ---------------------------------------------------------------------------- the commands


def test_the_command_shows_days_rules_and_words_and_no_reader(home: Path) -> None:
    now = int(open_publisher(home, {}).clock().timestamp())
    opened(
        home,
        None,
        *(delivery(n, received_at=now, text="算力", **MISSED) for n in range(3)),
        delivery(9, received_at=now),
    )
    shown = run(home, "replies", "stats")
    assert shown.exit_code == 0
    for words in ("没有答上的话", "算力", "latest", "█"):
        assert words in shown.stdout
    assert "oReader" not in shown.stdout
    assert "没有收到" in run(home, "replies", "stats", "--account", "second").stdout


def test_the_command_gives_json(home: Path) -> None:
    now = int(open_publisher(home, {}).clock().timestamp())
    opened(home, None, delivery(1, received_at=now, text="算力", **MISSED))
    rows = json.loads(run(home, "replies", "stats", "--days", "2", "--json").stdout)
    assert [day["missed"] for day in rows["days"]] == [0, 1]
    assert rows["missed"] == {"算力": 1}


def test_the_command_refuses_an_account_that_is_not_there(home: Path) -> None:
    refused = run(home, "replies", "stats", "--account", "third")
    assert refused.exit_code == 2
    assert "main、second" in refused.stderr
    assert run(home, "forget", "oReader-1", "--account", "third").exit_code == 2


def test_a_word_cannot_give_orders_to_the_terminal(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    evil = "[bold]\x1b[2J\r\n[/nothing]"
    readership = opened(home, None, delivery(1, text=f"问{evil}问", **MISSED)).readership(1)
    show_readership(readership)
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "[bold]" in shown
    assert json.loads(json.dumps(readership_row(readership)))["days"][0]["day"] == "2026-11-24"


def test_days_without_messages_still_show_who_followed(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    publisher = opened(home, None, delivery(1, kind="event", event="subscribe", rule=""))
    show_readership(publisher.readership(3))
    shown = capsys.readouterr().out
    assert "2026-11-24" in shown
    assert "2026-11-23" not in shown
    show_readership(Readership((), {}, {}, {}, {}))
    assert "最近 0 天没有收到" in capsys.readouterr().out


def test_a_reader_is_forgotten_by_command(home: Path) -> None:
    mine = [delivery(number, sender="oA-_9") for number in (1, 2)]
    publisher = opened(home, None, *mine, delivery(3, sender="oA-_9", account="second"), delivery(4))
    assert run(home, "forget", "oA-_9", "--account", "second").stdout == "公众号 second：已删除这位读者的 1 条记录。\n"
    assert run(home, "forget", "oA-_9").stdout == "公众号 main：已删除这位读者的 2 条记录。\n"
    assert run(home, "forget", "oA-_9").stdout == "没有这位读者的记录。\n"
    assert publisher.readership(1).days[0].messages == 4
    with sqlite3.connect(home / "state" / "publisher.db") as db:
        assert db.execute("SELECT count(*) FROM delivery").fetchone() == (1,)
    db.close()


def test_a_reader_who_is_forgotten_is_not_named_in_the_log(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    opened(home, None, delivery(1)).forget("oReader-1")
    assert "deliveries=1" in caplog.text
    assert "oReader" not in caplog.text


# ---------------------------------------------------------------------------- after thirty days


def kept(home: Path) -> list[int]:
    with sqlite3.connect(home / "state" / "publisher.db") as db:
        keys = [int.from_bytes(key, "big") for (key,) in db.execute("SELECT key FROM delivery ORDER BY key")]
    db.close()
    return keys


def test_what_is_older_than_configured_goes_to_the_second(home: Path) -> None:
    (home / "config" / "publisher.toml").write_text("[callback]\nkeep_days = 7\n")
    assert read_settings(home, {}).callback.keep_days == 7
    clock = Clock()
    now = int(clock().timestamp())
    publisher = opened(home, clock, delivery(1, received_at=now - 7 * DAY), delivery(2, received_at=now - 7 * DAY - 1))
    publisher.purge()
    assert kept(home) == [1]
    clock.turn(seconds=1)
    publisher.purge()
    assert kept(home) == []


def test_the_worker_purges_by_itself_as_soon_as_it_runs(home: Path) -> None:
    import threading

    clock = Clock()
    publisher = opened(home, clock, delivery(1, received_at=NOON - 40 * DAY), delivery(2))
    engine, stop = EmbeddedEngine(publisher, lambda: None, 30), threading.Event()
    thread = threading.Thread(target=engine.run, args=(stop,))
    thread.start()
    wait_until(lambda: kept(home) == [2])
    stop.set()
    thread.join()


def test_one_pass_of_the_worker_purges_too(home: Path) -> None:
    from publisher.worker import work_once

    publisher = opened(home, Clock(), delivery(1, received_at=NOON - 40 * DAY), delivery(2))
    work_once(publisher, timedelta())
    assert kept(home) == [2]


def test_a_locked_database_is_purged_another_time(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    publisher = opened(home)

    def refuse(_before: int) -> int:
        raise Unavailable("database is locked")

    publisher.store.deliveries.purge = refuse  # type: ignore[assignment,method-assign]
    EmbeddedEngine(publisher, lambda: None, 30)._purge()
    assert "database is locked" in caplog.text
