"""The database keeps its word."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import given
from hypothesis import strategies as st

from publisher import schema
from publisher.config import write_defaults
from publisher.document import Asset
from publisher.errors import ConfigError, StaleIssue, Unavailable, WrongMove
from publisher.issue import MOVES, OPEN, ArticleRow, Content, Issue, Move, Status, may_follow
from publisher.migrations import LAST
from publisher.store import LEASE, EffectState, Intent, Store, check_is_database
from publisher.store.plans import Planned
from tests.clock import Clock

PAPER = Asset("a" * 64, "image/png", b"png", "a.png", 10, 20)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "publisher.db")


def receive(store: Store, clock: Clock, name: str = "spring.txt", fingerprint: str = "f" * 64) -> Issue:
    return store.receive("main", name, fingerprint, {name: b"text"}, clock.now)


def content(title: str = "春天") -> Content:
    return Content("{}", "春天通讯", 2026, 3, 18, (PAPER,), (ArticleRow(title, "摘要", 120),))


def test_a_received_issue_is_due_at_once_and_keeps_its_files(store: Store, clock: Clock) -> None:
    issue = receive(store, clock)
    assert store.due(clock.now) == [(issue.id, "main")]
    assert store.originals(issue.id) == {"spring.txt": b"text"}
    assert [past.after for past in store.history(issue.id)] == [Status.RECEIVED]


def test_the_same_bytes_twice_are_one_issue(store: Store, clock: Clock) -> None:
    receive(store, clock)
    with pytest.raises(StaleIssue):
        receive(store, clock, name="another-name.txt")
    assert len(store.issues()) == 1


def test_a_move_stores_state_facts_content_and_history_together(store: Store, clock: Clock) -> None:
    issue = receive(store, clock)
    move = Move(Status.IMPORTED, "读出 1 篇", clock.now, {"title": "春天"}, content())
    after = store.move(issue, move, clock.now)
    assert (after.status, after.title) == (Status.IMPORTED, "春天")
    assert store.assets(issue.id) == (PAPER,)
    assert store.articles(issue.id) == [ArticleRow("春天", "摘要", 120)]
    assert store.originals(issue.id) == {}
    assert store.history(issue.id)[-1].why == "读出 1 篇"


def test_a_move_of_an_issue_that_has_moved_meanwhile_is_refused(store: Store, clock: Clock) -> None:
    issue = receive(store, clock)
    store.move(issue, Move(Status.HELD, "人工"), clock.now)
    with pytest.raises(StaleIssue):
        store.move(issue, Move(Status.IMPORTED, "晚了"), clock.now)


@pytest.mark.parametrize("before", list(Status))
@pytest.mark.parametrize("after", list(Status))
def test_only_moves_of_the_table_can_be_stored(before: Status, after: Status, tmp_path: Path, clock: Clock) -> None:
    store = Store(tmp_path / "publisher.db")
    issue = receive(store, clock)
    with sqlite3.connect(tmp_path / "publisher.db") as db:
        db.execute("UPDATE issue SET status = ?", (before.value,))
    db.close()
    issue = store.issue(issue.id)
    if may_follow(before, after):
        assert store.move(issue, Move(after, "x"), clock.now).status is after
    else:
        with pytest.raises(WrongMove):
            store.move(issue, Move(after, "x"), clock.now)
    store.close()


def test_every_status_has_its_moves_and_every_open_one_leads_to_the_end() -> None:
    assert set(MOVES) == set(Status)
    for status in OPEN:
        assert Status.HELD in MOVES[status]


def test_a_lease_keeps_others_away_until_it_ends(store: Store, clock: Clock) -> None:
    issue = receive(store, clock)
    assert store.lease(issue.id, "me", clock.now) is not None
    assert store.lease(issue.id, "you", clock.now) is None
    assert store.due(clock.now) == []
    clock.turn(seconds=LEASE.total_seconds())
    assert store.lease(issue.id, "you", clock.now) is not None
    with pytest.raises(StaleIssue):
        store.renew(issue.id, "me", clock.now)
    with pytest.raises(StaleIssue):
        store.intend(issue.id, "submit", "d", "me", clock.now)
    with pytest.raises(StaleIssue):
        store.move(issue, Move(Status.IMPORTED, "x"), clock.now, "me")
    store.release(issue.id, "me")  # not mine any more: changes nothing
    assert store.lease(issue.id, "third", clock.now) is None


def test_a_decision_waits_while_a_worker_holds_the_issue(store: Store, clock: Clock) -> None:
    issue = receive(store, clock)
    store.lease(issue.id, "worker", clock.now)
    with pytest.raises(StaleIssue):
        store.move(issue, Move(Status.WITHDRAWN, "编辑撤回"), clock.now)


def test_an_effect_is_an_intent_first_and_then_its_result(store: Store, clock: Clock) -> None:
    issue = receive(store, clock)
    store.lease(issue.id, "me", clock.now)
    assert store.effect(issue.id, "submit", "d") is None
    intent = store.intend(issue.id, "submit", "d", "me", clock.now)
    begun = store.effect(issue.id, "submit", "d")
    assert begun is not None
    assert begun.state is EffectState.INTENT
    store.remark(intent, "no answer", clock.now)
    done = store.finish(intent, {"publish_id": "7"}, clock.now)
    assert done == store.effect(issue.id, "submit", "d")
    assert done is not None
    assert (done.state, done.result, done.detail) == (EffectState.DONE, {"publish_id": "7"}, "no answer")
    again = store.intend(issue.id, "submit", "d", "me", clock.turn(seconds=1))
    store.reject(again, (48001, "rid", "no"), clock.now)
    assert store.effects(issue.id)[0].errcode == 48001
    store.forget_effect(issue.id, "submit", "d")
    assert store.effects(issue.id) == []


# ---------------------------------------------------------------------------- a worker that was paused and overtaken


def overtaken(store: Store, clock: Clock) -> Intent:
    """The intent of a worker that sleeps on its way back from the platform, while another one has its issue."""
    issue = receive(store, clock)
    store.lease(issue.id, "slow", clock.now)
    intent = store.intend(issue.id, "add_draft", "cover", "slow", clock.now)
    assert store.lease(issue.id, "quick", clock.turn(minutes=2)) is not None
    return intent


def remarks(store: Store, intent: Intent) -> list[str]:
    return [past.why for past in store.history(intent.issue_id) if past.before is past.after]


def test_a_late_answer_is_kept_while_nobody_knows_better(store: Store, clock: Clock) -> None:
    intent = overtaken(store, clock)
    known = store.finish(intent, {"media_id": "first"}, clock.now)
    assert known is not None
    assert (known.state, known.result) == (EffectState.DONE, {"media_id": "first"})
    assert remarks(store, intent) == []
    assert store.finish(intent, {"media_id": "first"}, clock.now) == known  # the other one found the same
    assert remarks(store, intent) == []


def test_a_late_answer_does_not_overwrite_a_later_try_and_is_not_lost(store: Store, clock: Clock) -> None:
    intent = overtaken(store, clock)
    again = store.intend(intent.issue_id, "add_draft", "cover", "quick", clock.now)
    store.finish(intent, {"media_id": "first"}, clock.now)
    known = store.effect(intent.issue_id, "add_draft", "cover")
    assert known is not None
    assert (known.state, known.intent, known.result) == (EffectState.INTENT, again, {})
    store.finish(again, {"media_id": "second"}, clock.now)
    store.reject(intent, (40007, "rid", "late"), clock.now)
    store.remark(intent, "no answer", clock.now)
    known = store.effect(intent.issue_id, "add_draft", "cover")
    assert known is not None
    assert (known.state, known.result, known.errcode, known.detail) == (
        EffectState.DONE, {"media_id": "second"}, 0, "",
    )  # fmt: skip
    told = remarks(store, intent)
    assert "media_id=first" in told[1]
    assert "40007" in told[2]
    assert "没有收到回答" in told[3]
    assert all("回答来迟" in why for why in told[1:])


def test_what_another_worker_found_out_of_the_same_try_stands(store: Store, clock: Clock) -> None:
    intent = overtaken(store, clock)
    found = store.finish(intent, {"media_id": "found"}, clock.now)
    assert store.finish(intent, {"media_id": "answered"}, clock.now) == found
    store.reject(intent, (-1, "", "busy"), clock.now)
    assert store.effects(intent.issue_id) == [found]
    assert "media_id=answered" in remarks(store, intent)[0]
    assert "errcode=-1" in remarks(store, intent)[1]


def test_a_late_answer_to_a_try_that_was_struck_is_told_by_the_history(store: Store, clock: Clock) -> None:
    intent = overtaken(store, clock)
    store.forget_effect(intent.issue_id, "add_draft", "cover")
    assert store.finish(intent, {"media_id": "first"}, clock.now) is None
    assert store.effects(intent.issue_id) == []
    assert "media_id=first" in remarks(store, intent)[-1]


def test_pictures_are_remembered_per_account(store: Store, clock: Clock) -> None:
    store.keep_pictures("main", {"a": "https://x/1"}, clock.now)
    store.keep_pictures("main", {"a": "https://x/2", "b": "https://x/3"}, clock.now)
    assert store.picture_urls("main", ["a", "b", "c"]) == {"a": "https://x/2", "b": "https://x/3"}
    assert store.picture_urls("other", ["a"]) == {}


def test_an_event_rings_once_for_what_waits_and_leaves_the_rest_alone(store: Store, clock: Clock) -> None:
    issue = receive(store, clock)
    later = clock.now + timedelta(hours=1)
    for status in (Status.IMPORTED, Status.SCHEDULED, Status.DRAFTED, Status.SUBMITTED):
        issue = store.move(issue, Move(status, "x", later), clock.now)
    planned = receive(store, clock, "later.txt", "e" * 64)
    for status in (Status.IMPORTED, Status.SCHEDULED, Status.DRAFTED):
        planned = store.move(planned, Move(status, "x", later, {"publish_at": later}), clock.now)
    for _ in range(2):
        store.record_event("main", "PUBLISHJOBFINISH", "k", {"a": [1]}, clock.now)
    assert store.due(clock.now) == [(issue.id, "main")]
    assert store.events("main", ["PUBLISHJOBFINISH"], clock.now) == [{"a": [1]}]
    assert store.events("main", ["PUBLISHJOBFINISH"], clock.now + timedelta(seconds=1)) == []
    assert store.events("other", ["PUBLISHJOBFINISH"], clock.now) == []


def test_published_issues_come_newest_first_with_cover_and_digest(store: Store, clock: Clock) -> None:
    for number, name in enumerate(("old", "new")):
        issue = receive(store, clock, name, str(number) * 64)
        store.lease(issue.id, "me", clock.now)
        for url in ("https://c/before-it-was-corrected", f"https://c/{name}"):  # each revision has a cover of its own
            intent = store.intend(issue.id, "upload_cover", url, "me", clock.now)
            store.finish(intent, {"url": url}, clock.now)
        issue = store.move(issue, Move(Status.IMPORTED, "", None, {"title": name}, content()), clock.now, "me")
        for status in (Status.SCHEDULED, Status.DRAFTED, Status.SUBMITTED):
            issue = store.move(issue, Move(status, ""), clock.now, "me")
        facts = {"published_at": clock.turn(hours=1), "article_urls": (f"https://a/{name}",)}
        store.move(issue, Move(Status.PUBLISHED, "", None, facts), clock.now, "me")
    listed = store.published("main")
    assert [row.issue.title for row in listed] == ["new", "old"]
    assert (listed[0].cover_url, listed[0].digest, listed[0].total_number) == ("https://c/new", "摘要", 18)
    assert listed[0].issue.article_urls == ("https://a/new",)


def test_plans_tell_the_times_and_the_mass_sends_of_one_account(store: Store, clock: Clock) -> None:
    issue, at = receive(store, clock), clock.now + timedelta(hours=3)
    store.receive("west", "a.txt", "a" * 64, {}, clock.now)
    newsletter = replace(content(), newsletter='{"metadata": {"send": "mass"}}')
    store.move(issue, Move(Status.IMPORTED, "读出", clock.now, {"publish_at": at}, newsletter), clock.now)
    assert store.plans.planned("main") == [Planned(issue.id, Status.IMPORTED, at, "mass")]
    assert store.plans.times("main", clock.now) == {issue.id: at}
    store.lease(issue.id, "w", clock.now)
    store.intend(issue.id, "mass_send", "key", "w", clock.now)
    assert store.plans.mass_sends("main", clock.now) == {issue.id: clock.now}
    assert store.plans.mass_sends("west", clock.now) == {}


def test_namesakes_share_the_file_name_or_the_title_and_are_alive(store: Store, clock: Clock) -> None:
    first = store.move(receive(store, clock), Move(Status.IMPORTED, "", None, {"title": "春天"}), clock.now)
    second = receive(store, clock, fingerprint="e" * 64)
    assert [one.id for one in store.namesakes(second)] == [first.id]
    store.move(first, Move(Status.WITHDRAWN, ""), clock.now)
    assert store.namesakes(second) == []


def test_filing_is_planned_before_it_is_done(store: Store, clock: Clock) -> None:
    issue = receive(store, clock)
    assert store.unfiled() == []
    store.move(issue, Move(Status.HELD, "x", None, {"held_from": Status.RECEIVED}), clock.now)
    assert store.unfiled()[0].archive_path is None
    store.plan_filing(issue.id, "failed/spring.txt")
    assert store.unfiled()[0].archive_path == "failed/spring.txt"
    assert not store.is_filed(issue.id)
    store.filed(issue.id, clock.now)
    assert store.unfiled() == []
    assert store.is_filed(issue.id)


def test_bytes_that_were_withdrawn_may_start_again_but_published_ones_may_not(store: Store, clock: Clock) -> None:
    issue = receive(store, clock)
    withdrawn = store.move(issue, Move(Status.WITHDRAWN, "x", None, {"note": "撤回"}), clock.now)
    again = store.receive_again(withdrawn.id, "new-name.txt", {"new-name.txt": b"text"}, clock.now)
    assert (again.status, again.note, again.name) == (Status.RECEIVED, "", "new-name.txt")
    for status in (Status.IMPORTED, Status.SCHEDULED, Status.DRAFTED, Status.PUBLISHED):
        again = store.move(again, Move(status, "x"), clock.now)
    with pytest.raises(WrongMove):
        store.receive_again(again.id, "x", {}, clock.now)


def test_the_steps_of_the_schema_lead_to_the_tables_of_the_code(store: Store) -> None:
    def is_ours(name: str | None, kind: str, _parents: object) -> bool:
        """The full-text tables are SQLite's own, and keep tables of their own."""
        return kind != "table" or not str(name).startswith(schema.TERMS)

    with store._engine.connect() as db:
        assert compare_metadata(MigrationContext.configure(db, opts={"include_name": is_ours}), schema.metadata) == []


def test_the_last_step_is_the_one_that_the_store_wants(store: Store) -> None:
    with store._engine.connect() as db:
        assert MigrationContext.configure(db).get_current_revision() == LAST
    scripts = Config()
    scripts.set_main_option("script_location", "publisher:migrations")
    assert ScriptDirectory.from_config(scripts).get_heads() == [LAST]


def test_a_start_with_all_steps_taken_loads_nothing_to_take_them(tmp_path: Path) -> None:
    """Neither the door nor a command carries what it costs."""
    program = "import sys; from pathlib import Path; from publisher.app import open_publisher"
    program += "; open_publisher(Path(sys.argv[1]), {}).close(); print('alembic' in sys.modules)"
    write_defaults(tmp_path)

    def start() -> str:
        command = [sys.executable, "-c", program, str(tmp_path)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    assert [start(), start()] == ["True", "False"]


def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    Store(tmp_path / "publisher.db").close()
    with sqlite3.connect(tmp_path / "publisher.db") as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    db.close()
    with pytest.raises(ConfigError, match="newer version"):
        Store(tmp_path / "publisher.db")


def test_a_file_that_is_no_database_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "publisher.db"
    path.write_bytes(b"a spreadsheet, by mistake")
    with pytest.raises(ConfigError, match="not an SQLite database"):
        check_is_database(path)
    assert path.read_bytes() == b"a spreadsheet, by mistake"


def test_commits_are_durable_and_readers_do_not_wait(store: Store) -> None:
    with store._engine.connect() as db:
        assert db.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert db.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert db.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_database_that_another_process_locks_is_unavailable_and_not_broken(tmp_path: Path, clock: Clock) -> None:
    store = Store(tmp_path / "publisher.db", patience=0.01)
    other = sqlite3.connect(tmp_path / "publisher.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(Unavailable) as caught:
        receive(store, clock)
    assert "稍后自动再试" in caught.value.note
    other.execute("ROLLBACK")
    other.close()
    assert receive(store, clock).status is Status.RECEIVED
    store.close()


def test_a_naive_time_is_never_stored(store: Store, clock: Clock) -> None:
    with pytest.raises(Exception, match="naive time"):
        store.receive("main", "x", "f" * 64, {}, clock.now.replace(tzinfo=None))


@given(st.binary(max_size=200), st.text(max_size=40).filter(lambda name: name.isprintable()))
def test_any_file_comes_back_as_it_was(data: bytes, name: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "publisher.db")
        issue = store.receive("main", name, "f" * 64, {name: data}, Clock().now)
        assert store.originals(issue.id) == {name: data}
        store.close()
