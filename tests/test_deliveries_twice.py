"""Two doors on one database: whichever is asked, however often, a delivery has one answer and one record."""

from __future__ import annotations

import http.client
import os
import signal
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from publisher.app import Publisher
from tests.cipher import text_xml
from tests.kinds import RESULTS, event_of
from tests.serving import Serving, make_workspace, now, publish, serving

TIMES = 3
MESSAGES = 10


@pytest.fixture(name="publisher")
def _publisher(tmp_path: Path) -> Iterator[Publisher]:
    publisher = make_workspace(tmp_path)
    for account in ("safe", "plain"):
        publish(publisher, account, "春天")
    yield publisher
    publisher.close()


@pytest.fixture(name="doors")
def _doors(publisher: Publisher) -> Iterator[tuple[Serving, Serving]]:
    home = publisher.settings.home
    with serving(home) as one, serving(home) as other:
        yield one, other


@dataclass
class Reader:
    """Sends new messages, and counts them."""

    sent: int = field(default_factory=now)
    messages: int = 0

    def write(self) -> str:
        self.messages += 1
        return text_xml("最新", self.sent, str(2 * 10**16 + self.messages))


def deliver_at_once(doors: tuple[Serving, Serving], account: str, xml: str) -> list[bytes]:
    """The answers to one message that comes to either door at the same moment, three times to each."""
    together = threading.Barrier(2 * TIMES)

    def send(place: int) -> bytes:
        together.wait(60)
        return doors[place % 2].ask(account, xml)

    with ThreadPoolExecutor(2 * TIMES) as pool:
        return list(pool.map(send, range(2 * TIMES)))


def test_a_delivery_that_comes_again_and_again_to_two_doors_has_one_answer_and_one_record(
    publisher: Publisher, doors: tuple[Serving, Serving]
) -> None:
    reader = Reader()
    for account in ("safe", "plain") * MESSAGES:
        answers = deliver_at_once(doors, account, reader.write())
        assert len(set(answers)) == 1
        assert "春天".encode() in answers[0]

    first = {account: reader.write() for account in ("safe", "plain")}
    answered = {account: doors[0].ask(account, xml) for account, xml in first.items()}
    for account in first:
        publish(publisher, account, "夏天")
    for door in doors:  # until it would answer otherwise
        while "夏天".encode() not in door.ask("plain", reader.write()):
            pass
    for door in doors * TIMES:
        assert {account: door.ask(account, xml) for account, xml in first.items()} == answered

    result = event_of("PUBLISHJOBFINISH", RESULTS["PUBLISHJOBFINISH"], reader.sent)
    assert [door.ask("safe", result) for door in doors * TIMES] == [b"success"] * 2 * TIMES

    for door in doors:
        door.end()
        counted = [line for line in door.log if "account=plain " in line]
        assert any("answered=" in line and "repeated=" in line for line in counted)
        assert len(counted) < MESSAGES  # a line a minute, not a line a message
        assert "oReader" not in "".join(door.log)
        assert "最新" not in "".join(door.log)
    with closing(sqlite3.connect(publisher.settings.database)) as database:
        assert database.execute("SELECT count(*) FROM delivery").fetchone() == (reader.messages + 1,)
        assert database.execute("SELECT count(*) FROM event").fetchone() == (1,)


def test_a_door_of_two_processes_answers_as_one_and_goes_on_when_one_is_killed(publisher: Publisher) -> None:
    reader = Reader()
    with serving(publisher.settings.home, processes=2) as door:
        xml = reader.write()
        answers = deliver_at_once((door, door), "plain", xml)
        before = door.workers()
        assert len(before) == 2
        os.kill(before[0], signal.SIGKILL)
        while len(set(door.workers()) - set(before)) == 0:
            with suppress(ConnectionError, http.client.HTTPException):  # it had taken this one when it was killed
                answers.append(door.ask("plain", xml))
        assert len(set(answers)) == 1
        door.end()
    with closing(sqlite3.connect(publisher.settings.database)) as database:
        assert database.execute("SELECT count(*) FROM delivery").fetchone() == (1,)
