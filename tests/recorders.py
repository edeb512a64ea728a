"""A process of its own that records deliveries, told by lines on its standard input (`python -m tests.recorders HOME`).

    keep FIRST LAST     put these deliveries into its queue
    settle              answer when all is in the database or in the spool
    recall NUMBER       answer with the kept text, or nothing
    limit BYTES         no file may grow beyond that, as on a full disk; -1: any may

Each is answered by one line.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from publisher.replies import Outcome, TextReply
from publisher.store.deliveries import Delivery, Kept
from publisher.store.readers import open_reader_key
from publisher.web.recording import Recorder
from publisher.web.spool import Spool
from tests.clock import Clock

NOON = 1_795_492_800
"""24 November 2026 in Beijing, noon."""


def delivery(number: int, **given: object) -> Delivery:
    """One of many deliveries, each from a reader of its own."""
    usual: dict[str, object] = {
        "key": number.to_bytes(16, "big"), "account": "main", "received_at": NOON, "sender": f"oReader-{number}",
        "kind": "text", "event": "", "text": "最新", "rule": "latest", "outcome": Outcome.RULE,
        "reply": TextReply(f"answer {number}"), "strange": (),
    }  # fmt: skip
    return Delivery(**{**usual, **given})  # type: ignore[arg-type]


def text_of(kept: Kept | None) -> str:
    """What was answered; "" if nothing is known."""
    return kept.reply.text if kept is not None and isinstance(kept.reply, TextReply) else ""


def make_recorder(state: Path) -> Recorder:
    """A recorder over a folder with nothing else in it."""
    hide = open_reader_key(state / "reader.key")
    return Recorder(state / "publisher.db", hide, Spool(state / "spool"), Clock())


def wait_until(happens: object, seconds: float = 30) -> None:
    """Wait for something that another thread or process does; it is a failure if it does not come about."""
    assert callable(happens)
    pause = threading.Event()
    for _ in range(int(seconds * 100)):
        if happens():
            return
        pause.wait(0.01)
    raise AssertionError("it did not come about")


class Process:
    """A recorder in a process of its own."""

    def __init__(self, state: Path) -> None:
        command = [sys.executable, "-m", "tests.recorders", str(state)]
        self._child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._answer()

    def ask(self, line: str) -> str:
        """Send a line, return the answer to it."""
        assert self._child.stdin is not None
        self._child.stdin.write(f"{line}\n")
        self._child.stdin.flush()
        return self._answer()

    def kill(self) -> None:
        """End it as a power cut would."""
        self._child.send_signal(signal.SIGKILL)
        self._end()

    def close(self) -> None:
        """Let it end by itself."""
        assert self._child.stdin is not None
        self._child.stdin.close()
        assert self._end() == 0

    def stop(self) -> None:
        """Whatever it does, end it."""
        if self._child.poll() is None:
            self.kill()

    def _answer(self) -> str:
        assert self._child.stdout is not None
        return self._child.stdout.readline().rstrip("\n")

    def _end(self) -> int:
        ended = self._child.wait(30)
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None and not pipe.closed:
                pipe.close()
        return ended


@contextmanager
def recording(state: Path, number: int) -> Iterator[list[Process]]:
    """Several processes over one database."""
    processes = [Process(state) for _ in range(number)]
    try:
        yield processes
    finally:
        for process in processes:
            process.stop()


def _serve(state: Path) -> None:
    recorder = make_recorder(state)
    print("ready", flush=True)
    for line in sys.stdin:
        match line.split():
            case ["keep", first, last]:
                for number in range(int(first), int(last) + 1):
                    recorder.keep(delivery(number, reply=TextReply(f"answer {number} of {os.getpid()}")))
                print("kept", flush=True)
            case ["settle"]:
                wait_until(lambda: recorder.is_settled)
                print("settled", flush=True)
            case ["limit", size]:
                resource.setrlimit(resource.RLIMIT_FSIZE, (int(size), resource.RLIM_INFINITY))
                print("limited", flush=True)
            case ["recall", number]:
                print(text_of(recorder.recall(int(number).to_bytes(16, "big"))), flush=True)
            case _:
                raise ValueError(line)
    recorder.close()


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
