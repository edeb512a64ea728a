"""The recorder: what several doors answer is recorded once, whatever becomes of the database or of a door."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from publisher.errors import Unavailable
from publisher.replies import Message, Outcome, TextReply
from publisher.store import Store
from publisher.web.recording import Recorder, open_recorder
from publisher.web.spool import Forgotten, Happened, Record, Spool
from tests.clock import Clock
from tests.recorders import delivery, make_recorder, recording, text_of, wait_until
from tests.world import World

FINISHED = Message("event", "oReader", "gh", event="PUBLISHJOBFINISH", created=1, fields={
    "FromUserName": "oReader", "PublishEventInfo": {"publish_id": "7", "publish_status": "0"},
})  # fmt: skip


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The folder of a database."""
    Store(tmp_path / "publisher.db").close()
    return tmp_path


@pytest.fixture
def recorder(state: Path) -> Iterator[Recorder]:
    made = make_recorder(state)
    yield made
    made.close()


def kept(state: Path) -> list[int]:
    """The numbers of the deliveries in the database, and a check that each is counted once."""
    store = Store(state / "publisher.db")
    with sqlite3.connect(state / "publisher.db") as db:
        numbers = [int.from_bytes(key, "big") for (key,) in db.execute("SELECT key FROM delivery ORDER BY key")]
    db.close()
    counted = store.deliveries.count(date(2026, 11, 24))
    store.close()
    assert sum(number for count, number in counted.items() if count.what == "message") == len(numbers)
    return numbers


def spooled(state: Path) -> list[Path]:
    return list((state / "spool").glob("*.jsonl"))


@contextmanager
def locked(state: Path) -> Iterator[None]:
    """The database in the hands of somebody who does not let go."""
    other = sqlite3.connect(state / "publisher.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


# ---------------------------------------------------------------------------- one process


def test_what_was_kept_is_recalled_with_its_answer(recorder: Recorder) -> None:
    assert recorder.recall(delivery(1).key) is None
    recorder.keep(delivery(1))
    wait_until(lambda: recorder.is_settled)
    assert text_of(recorder.recall(delivery(1).key)) == "answer 1"
    assert recorder.recall(delivery(2).key) is None


def test_closing_records_what_waits(state: Path) -> None:
    recorder = make_recorder(state)
    for number in range(3000):
        recorder.keep(delivery(number))
    recorder.close()
    assert kept(state) == list(range(3000))
    assert not spooled(state)


def test_while_the_database_is_locked_answers_are_recalled_and_deliveries_wait_in_the_spool(
    recorder: Recorder, state: Path
) -> None:
    recorder.keep(delivery(1))
    wait_until(lambda: recorder.is_settled)
    with locked(state):
        for number in range(2, 1500):
            recorder.keep(delivery(number))
        wait_until(lambda: recorder.is_settled)
        assert text_of(recorder.recall(delivery(1).key)) == "answer 1"
        assert kept(state) == [1]
        assert len(spooled(state)) == 1
        assert spooled(state)[0].stat().st_mode & 0o777 == 0o600
        assert b"oReader-2" not in spooled(state)[0].read_bytes()
    wait_until(lambda: not spooled(state))
    assert kept(state) == list(range(1, 1500))
    assert text_of(recorder.recall(delivery(1000).key)) == "answer 1000"


def test_closing_while_the_database_is_locked_leaves_the_spool_to_the_next(state: Path) -> None:
    recorder = make_recorder(state)
    with locked(state):
        recorder.keep(delivery(1))
        recorder.close()
        assert kept(state) == []
    make_recorder(state).close()
    assert kept(state) == [1]
    assert not spooled(state)


def test_a_database_that_is_away_is_waited_for(recorder: Recorder, state: Path) -> None:
    recorder.keep(delivery(1))
    wait_until(lambda: recorder.is_settled)
    (state / "publisher.db").rename(state / "away.db")
    recorder.keep(delivery(2))
    wait_until(lambda: recorder.is_settled)
    assert not (state / "publisher.db").exists()
    (state / "away.db").rename(state / "publisher.db")
    wait_until(lambda: not spooled(state))
    assert kept(state) == [1, 2]
    wait_until(lambda: text_of(recorder.recall(delivery(2).key)) == "answer 2")


def test_a_restored_database_is_recorded_in_from_then_on(state: Path) -> None:
    with sqlite3.connect(state / "publisher.db") as db, sqlite3.connect(state / "backup.db") as backup:
        db.backup(backup)
    db.close()
    backup.close()
    recorder = make_recorder(state)
    recorder.keep(delivery(1))
    wait_until(lambda: recorder.is_settled)
    assert text_of(recorder.recall(delivery(1).key)) == "answer 1"
    for end in ("-wal", "-shm"):
        (state / f"publisher.db{end}").unlink()
    (state / "backup.db").replace(state / "publisher.db")
    recorder.keep(delivery(2))
    wait_until(lambda: recorder.is_settled)
    wait_until(lambda: text_of(recorder.recall(delivery(2).key)) == "answer 2")
    assert recorder.recall(delivery(1).key) is None
    recorder.close()
    assert kept(state) == [2]


def test_what_cannot_be_encoded_does_not_hold_up_the_others(recorder: Recorder, state: Path) -> None:
    recorder.keep(delivery(1, reply=object()))
    wait_until(lambda: recorder.is_settled)
    recorder.keep(delivery(2))
    wait_until(lambda: recorder.is_settled)
    assert kept(state) == [2]


def test_memory_is_bounded_where_nothing_can_be_written(state: Path, caplog: pytest.LogCaptureFixture) -> None:
    (state / "spool").write_text("a file where the folder should be")
    recorder = make_recorder(state)
    with locked(state):
        for number in range(60_000):
            recorder.keep(delivery(number))
        assert len(recorder._queue) <= 51_000
        assert "answered but not recorded" in caplog.text
    wait_until(lambda: recorder.is_settled)
    recorder.close()
    assert kept(state)[:50_000] == list(range(50_000))
    assert "oReader" not in caplog.text


# ---------------------------------------------------------------------------- events


def events(state: Path) -> list[tuple[str, str, dict[str, object]]]:
    with sqlite3.connect(state / "publisher.db") as db:
        rows = list(db.execute("SELECT account, kind, fields FROM event ORDER BY id"))
    db.close()
    return [(account, kind, json.loads(fields)) for account, kind, fields in rows]


HEARD = ("main", "PUBLISHJOBFINISH", {"PublishEventInfo": {"publish_id": "7", "publish_status": "0"}})


def test_an_event_is_in_the_database_on_return_once(recorder: Recorder, state: Path) -> None:
    recorder.record_event("main", FINISHED)
    recorder.record_event("main", FINISHED)
    assert events(state) == [HEARD]


def test_two_publications_that_end_in_one_second_are_two_events(recorder: Recorder, state: Path) -> None:
    other = Message("event", "oReader", "gh", event="PUBLISHJOBFINISH", created=1, fields={"PublishEventInfo": {}})
    recorder.record_event("main", FINISHED)
    recorder.record_event("main", other)
    assert len(events(state)) == 2


def test_an_event_is_on_the_disk_though_the_database_is_locked(recorder: Recorder, state: Path) -> None:
    with locked(state):
        recorder.record_event("main", FINISHED)
        (file,) = spooled(state)
        assert b'"publish_id":"7"' in file.read_bytes()
        assert b"oReader" not in file.read_bytes()
    wait_until(lambda: not spooled(state))
    assert events(state) == [HEARD]


def test_an_event_that_can_be_written_nowhere_is_an_error(state: Path) -> None:
    (state / "spool").write_text("a file where the folder should be")
    recorder = make_recorder(state)
    with locked(state), pytest.raises(OSError, match="spool"):
        recorder.record_event("main", FINISHED)
    recorder.record_event("main", FINISHED)
    assert events(state) == [HEARD]
    recorder.close()


def test_an_event_rings_for_the_issue_that_waits(world: World) -> None:
    from tests.world import issue_text

    publisher = world.open()
    world.drop("spring.txt", issue_text())
    issue = world.work(publisher)
    assert issue.next_try_at is not None
    assert issue.next_try_at > world.clock()
    recorder = open_recorder(publisher)
    recorder.record_event("main", FINISHED)
    assert publisher.issue(issue.id).next_try_at == world.clock()
    recorder.close()


def test_a_reader_is_forgotten_also_while_the_database_is_locked(recorder: Recorder, state: Path) -> None:
    recorder.keep(delivery(1))
    wait_until(lambda: recorder.is_settled)
    with locked(state):
        recorder.keep(delivery(2, sender="oReader-1"))
        wait_until(lambda: recorder.is_settled)
        recorder.forget("oReader-1")
    wait_until(lambda: not spooled(state))
    with sqlite3.connect(state / "publisher.db") as db:
        assert db.execute("SELECT count(*) FROM delivery").fetchone() == (0,)
        assert db.execute("SELECT count FROM tally WHERE what = 'message'").fetchone() == (2,)
    db.close()


# ---------------------------------------------------------------------------- several processes


def test_what_two_processes_keep_is_there_once_and_both_recall_the_same_answer(state: Path) -> None:
    with recording(state, 2) as (first, second):
        first.ask("keep 1 400")
        second.ask("keep 200 600")
        first.ask("settle")
        second.ask("settle")
        assert kept(state) == list(range(1, 601))
        for number in (1, 200, 300, 400, 600):
            assert first.ask(f"recall {number}") == second.ask(f"recall {number}") != ""
        first.close()
        second.close()


def test_a_killed_process_loses_at_most_what_waited_and_doubles_nothing(state: Path) -> None:
    with recording(state, 2) as (first, second):
        first.ask("keep 1 500")
        first.ask("settle")
        first.ask("keep 501 5000")
        first.kill()
        survived = kept(state)
        assert survived == list(range(1, len(survived) + 1))
        assert len(survived) >= 500
        second.ask("keep 1 5000")  # the platform delivers all of it again
        second.ask("settle")
        assert kept(state) == list(range(1, 5001))
        second.close()


def test_the_spool_of_a_dead_process_is_taken_over_by_another(state: Path) -> None:
    with recording(state, 2) as (first, second):
        with locked(state):
            first.ask("keep 1 300")
            first.ask("settle")
            second.ask("keep 200 400")
            second.ask("settle")
            first.kill()
            assert len(spooled(state)) == 2
        wait_until(lambda: not spooled(state))
        assert kept(state) == list(range(1, 401))
        second.close()


def test_a_full_disk_keeps_nothing_from_being_recorded_when_there_is_room_again(state: Path) -> None:
    with recording(state, 1) as (process,):
        process.ask("keep 1 10")
        process.ask("settle")
        process.ask("limit 30000")  # too little for the database's log, and soon for the spool
        process.ask("keep 11 2000")
        wait_until(lambda: spooled(state) and spooled(state)[0].stat().st_size == 0)
        assert kept(state) == list(range(1, 11))
        process.ask("limit -1")
        process.ask("settle")
        wait_until(lambda: not spooled(state))
        assert kept(state) == list(range(1, 2001))
        process.close()


# ---------------------------------------------------------------------------- the spool


def _collect(spool: Spool) -> list[Record]:
    taken: list[Record] = []
    spool.replay(taken.append)
    return taken


def happened(number: int) -> Happened:
    return Happened("main", "KIND", str(number), {"a": ["b", {"c": "汉字"}]}, Clock()())


def test_records_come_back_in_order_and_once(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    assert _collect(spool) == []
    for number in range(3):
        spool.append(happened(number))
    spool.append(Forgotten(b"hash"))
    assert _collect(spool) == [happened(0), happened(1), happened(2), Forgotten(b"hash")]
    assert _collect(spool) == []
    assert not spooled(tmp_path)


def test_what_could_not_be_taken_stays(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.append(happened(1))
    taken: list[Record] = []

    def refuse(record: Record) -> None:
        taken.append(record)
        raise Unavailable("locked")

    with pytest.raises(Unavailable):
        spool.replay(refuse)
    spool.append(happened(2))
    assert taken == [happened(1)]
    assert sorted(_collect(spool), key=repr) == [happened(1), happened(2)]


def test_half_a_record_is_left_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    spool = Spool(tmp_path / "spool")
    spool.append(happened(1))
    spool.append(happened(2))
    spool.close()
    (path,) = spooled(tmp_path)
    path.write_bytes(path.read_bytes()[:-20])
    assert _collect(Spool(tmp_path / "spool")) == [happened(1)]
    assert "cannot be read" in caplog.text


def test_the_file_of_a_living_process_is_left_to_it(tmp_path: Path) -> None:
    mine, theirs = Spool(tmp_path / "spool"), Spool(tmp_path / "spool")
    theirs.append(happened(1))
    assert _collect(mine) == []
    assert _collect(theirs) == [happened(1)]


def test_threads_may_append_while_another_replays(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    taken: list[Record] = []

    def write(first: int) -> None:
        for number in range(first, first + 50):
            spool.append(happened(number))

    writers = [threading.Thread(target=write, args=(first,)) for first in (0, 50, 100)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        spool.replay(taken.append)
    spool.replay(taken.append)
    assert sorted(int(record.key) for record in taken if isinstance(record, Happened)) == list(range(150))


def test_an_outcome_is_kept_by_its_name(recorder: Recorder, state: Path) -> None:
    recorder.keep(delivery(1, outcome=Outcome.MISSED, reply=TextReply("?")))
    wait_until(lambda: recorder.is_settled)
    with sqlite3.connect(state / "publisher.db") as db:
        assert db.execute("SELECT outcome, text FROM delivery").fetchone() == ("missed", "最新")
    db.close()
