"""Several processes behind one socket, as processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

MANY = 500


@dataclass
class Pack:
    """A supervisor and what it says."""

    process: subprocess.Popen[str]
    url: str

    def line(self, begin: str) -> str:
        """The next line that begins so."""
        assert self.process.stdout is not None
        return next(line for line in self.process.stdout if line.startswith(begin)).removeprefix(begin).strip()

    def read(self, path: str = "/") -> str:
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            return str(answer.read().decode())

    def pids(self, wanted: int = 2, without: int = 0) -> set[int]:
        """The processes that answer, as soon as so many are seen."""
        seen: set[int] = set()
        with ThreadPoolExecutor(8) as callers:
            for _ in range(MANY):
                seen |= {int(pid) for pid in callers.map(self.read, ["/"] * 8)} - {without}
                if len(seen) >= wanted:
                    return seen
        raise AssertionError(f"only {seen} answer")


@contextmanager
def running(application: str = "create") -> Iterator[Pack]:
    command = [sys.executable, "-m", "tests.supervised", application]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        pack = Pack(process, "")
        try:
            pack.url = pack.line("ready ")
            yield pack
        finally:
            process.kill()


def test_two_processes_answer_at_one_address_and_a_dead_or_hung_one_is_replaced() -> None:
    with running() as pack:
        first, second = pack.pids()
        os.kill(first, signal.SIGKILL)
        later = pack.pids(without=first)
        assert second in later
        with pytest.raises(OSError, match=r"closed|reset"):  # the process that was asked is killed
            pack.read("/hang")
        pack.line("well")
        assert len(later & pack.pids()) <= 1


def test_on_a_hangup_all_processes_are_made_anew_and_their_number_stays() -> None:
    with running() as pack:
        before, after = pack.pids(), set[int]()
        for number in (signal.SIGTTIN, signal.SIGTTOU, signal.SIGHUP):
            pack.process.send_signal(number)
        for _ in range(8 * MANY):
            after |= {int(pack.read())} - before
            if len(after) == len(before):
                break
        assert len(after) == len(before)
        assert pack.pids() == after


def test_the_watchdog_hears_nothing_while_one_process_stands_still() -> None:
    with running() as pack:
        stopped = pack.pids().pop()
        os.kill(stopped, signal.SIGSTOP)
        said = [pack.line("well ")]
        while f"{stopped}=" in said[-1]:
            said.append(pack.line("well "))
        assert sum(f"{stopped}=T" in states for states in said) <= 1  # stopped between its answer and the word
        assert stopped not in pack.pids()


def test_open_requests_are_finished_when_all_are_to_end() -> None:
    with running() as pack:
        answers: list[str] = []
        slow = threading.Thread(target=lambda: answers.append(pack.read("/linger")))
        slow.start()
        pack.line("lingering")
        pack.process.send_signal(signal.SIGTERM)
        slow.join(30)
        assert answers == ["to the end"]
        pack.line("ended")
        assert pack.process.wait(30) == 0


def test_processes_whose_supervisor_is_killed_end_too() -> None:
    with running() as pack:
        pack.process.kill()
        assert pack.process.stdout is not None
        pack.process.stdout.read()  # to its end: nobody holds the pipe any more
        port = int(pack.url.rpartition(":")[2])
        with socket.create_server(("127.0.0.1", port)):
            pass


def test_an_application_that_does_not_start_is_not_tried_for_ever() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "tests.supervised", "refuse"], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 1
    assert "did not start" in ended.stderr
