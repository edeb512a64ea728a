"""What is asked every few seconds is answered by an index, and threads that write share their commits."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import event

from publisher.errors import StaleIssue
from publisher.issue import OPEN, Status
from publisher.store import Store
from tests.clock import Clock

NOW = Clock().now
QUESTIONS: dict[str, Callable[[Store], object]] = {
    "due": lambda store: store.due(NOW),
    "due in one lane": lambda store: store.due(NOW, "main"),
    "what lies in the drop folder still": lambda store: store.unfiled(),
    "the beat's count": lambda store: store.census({*OPEN, Status.HELD}),
    "what is on its way": lambda store: store.issues_in(OPEN),
    "the ring": lambda store: store.ring(NOW),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_question_of_every_few_seconds_reads_the_whole_archive(tmp_path: Path, question: str) -> None:
    store = Store(tmp_path / "publisher.db")
    asked: list[tuple[str, object]] = []
    event.listen(
        store._engine,
        "before_cursor_execute",
        lambda _db, _cursor, text, given, *_: asked.append((text, given)),
    )
    QUESTIONS[question](store)
    plans = []
    with store._engine.connect() as db:
        for text, given in [entry for entry in asked if " issue" in entry[0]]:
            plans += [row[3] for row in db.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", given)]  # type: ignore[arg-type]
    assert plans
    # A partial index holds only what is still to do: going through all of it is no scan of the archive.
    assert not [plan for plan in plans if plan.startswith("SCAN issue") and "ix_issue_unfiled" not in plan], plans
    assert not [plan for plan in plans if "ix_issue_account" in plan], plans
    store.close()


def test_due_in_one_lane_leaves_the_others_out(tmp_path: Path) -> None:
    store = Store(tmp_path / "publisher.db")
    for account in ("east", "west"):
        store.receive(account, "a.txt", "f" * 64, {"a.txt": b"a"}, NOW)
    assert store.due(NOW, "west") == [(2, "west")]
    assert len(store.due(NOW)) == 2
    store.close()


def test_a_part_of_a_shared_commit_that_is_refused_leaves_the_others_whole(tmp_path: Path) -> None:
    store = Store(tmp_path / "publisher.db")
    for number in range(8):
        store.receive("main", f"{number}.txt", f"{number:064}", {"a.txt": b"a"}, NOW)
    gate = threading.Barrier(16)

    def receive(number: int) -> bool:
        gate.wait()
        try:
            store.receive("main", f"{number}.txt", f"{number:064}", {"a.txt": b"a"}, NOW)
        except StaleIssue:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        taken = list(pool.map(receive, range(16)))
    assert taken == [False] * 8 + [True] * 8
    assert len(store.issues()) == 16
    assert all(len(store.history(issue.id)) == 1 for issue in store.issues())
    store.close()
