from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from publisher.app import open_publisher
from publisher.envelope import Keys, open_envelope, read_message
from publisher.replies import Message, NewsReply, answer
from tests.bench.library import ISSUES, past_issues, write_past
from tests.bench.meter import family, read_meter, weigh, workers
from tests.bench.readers import WORDS, Readers, expected_number
from tests.bench.servers import ACCOUNTS, open_workspace
from tests.bench.steady import Caller, Schedule, percentile, read_requests, whole_size


def arrive(readers: Readers, path: Path, count: int) -> Iterator[tuple[str, Message]]:
    """Nonce and message of each request in the file, opened by our own envelope."""
    keys = Keys(readers.platform.appid, readers.platform.token, readers.platform.aeskey)
    with readers.write(path, count).open("rb") as file:
        for request in read_requests(file, count):
            head, _, body = request.partition(b"\r\n\r\n")
            query = dict(parse_qsl(head.split()[1].decode().partition("?")[2]))
            opened = open_envelope(keys, query, body, int(time.time()))
            yield query["nonce"], read_message(opened.fields)


@pytest.mark.parametrize("account", ACCOUNTS)
def test_the_benchs_messages_are_authentic_and_no_two_alike(account: str, tmp_path: Path) -> None:
    readers = Readers(ACCOUNTS[account], f"/wechat/{account}")
    first = list(arrive(readers, tmp_path / "requests", 50))
    second = list(arrive(readers, tmp_path / "requests", 50))
    assert len({nonce for nonce, _ in first + second}) == 100
    assert len({message.message_id for _, message in first + second}) == 100
    assert len({message.sender for _, message in first + second}) == 100
    assert {message.text for _, message in first} == set(WORDS)


def test_our_rules_answer_every_word_of_the_bench_with_its_issue(tmp_path: Path) -> None:
    secrets = open_workspace(tmp_path / "home", past_issues())
    publisher = open_publisher(tmp_path / "home", secrets)
    archive = publisher.archive("encrypted")
    past = {each.number: each for each in past_issues()}
    assert len(archive.entries) == ISSUES
    for word in WORDS:
        reply = answer(Message("text", "o", "gh", word), publisher.settings.rules, archive).reply
        assert isinstance(reply, NewsReply)
        wanted = past[expected_number(word)]
        (card,) = reply.articles
        assert (card.title, card.url, card.picture_url) == (wanted.title, wanted.url, wanted.picture)
    publisher.close()


def test_the_peer_is_given_the_same_issues(tmp_path: Path) -> None:
    write_past(tmp_path / "past.json", past_issues())
    told = json.loads((tmp_path / "past.json").read_text(encoding="utf-8"))
    assert [each["url"] for each in told] == [each.url for each in past_issues()]


class Line:
    """A connection of which only what was written is looked at."""

    def __init__(self) -> None:
        self.written: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.written.append(data)


def test_a_request_that_finds_no_free_connection_is_charged_for_its_waiting() -> None:
    now = [100.0]
    schedule = Schedule([b"1", b"2", b"3"], 10, lambda: now[0])
    caller, line = Caller(schedule.told), Line()
    caller.connection_made(line)  # type: ignore[arg-type]
    schedule.add(caller)
    schedule.pump()
    for _ in range(3):
        now[0] += 1.0
        caller.data_received(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n")
        caller.data_received(b"ok")
    assert line.written == [b"1", b"2", b"3"]
    assert schedule.latencies == pytest.approx([1.0, 1.9, 2.8])
    assert schedule.is_over
    assert schedule.refused == 0


def test_nothing_is_sent_before_its_time() -> None:
    now = [5.0]
    schedule = Schedule([b"1", b"2"], 2, lambda: now[0])
    lines = []
    for _ in range(2):
        caller, line = Caller(schedule.told), Line()
        caller.connection_made(line)  # type: ignore[arg-type]
        schedule.add(caller)
        lines.append(line)
    assert schedule.pump() == pytest.approx(0.5)
    assert [line.written for line in lines] == [[b"1"], []]
    now[0] += 0.5
    schedule.pump()
    assert [line.written for line in lines] == [[b"1"], [b"2"]]


def test_an_answer_is_whole_when_its_length_is_there() -> None:
    assert whole_size(b"HTTP/1.1 200 OK\r\nContent-Le") is None
    assert whole_size(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nsucc") == 45


def test_percentiles_are_values_that_occurred() -> None:
    values = [float(value) for value in range(100, 0, -1)]
    assert percentile(values, 0.5) == 51
    assert percentile(values, 0.99) == 100
    assert percentile([3.0], 0.99) == 3


def test_the_meter_sees_a_server_with_its_workers() -> None:
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'print(1, flush=True); input()'])"
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        root, worker = family(process.pid)
        assert root == process.pid
        assert workers(root) == [worker]
        assert 1 < weigh(worker).shared <= weigh(worker).whole
        assert read_meter([root, worker]).server > 0
        process.communicate("\n")
    assert family(root) == [root]
    assert weigh(worker).whole == 0


def test_our_own_cpu_is_no_other_processes() -> None:
    before = read_meter([])
    sum(number * number for number in range(300_000))
    os.times()
    after = read_meter([])
    assert after.ours > before.ours
    assert after.machine >= before.machine
