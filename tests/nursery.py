"""Real processes of the publisher without the second that each would need to start: one process imports everything,
and forks a child for every command. A child opens its own database and connections, and dies alone.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import IO, Any, NoReturn

from publisher.cli import main
from tests.environment import unmeasured
from tests.killer import Blow

STOPPED = "stopped"


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code (-9: killed), or STOPPED; and what it said."""

    pid: int
    code: int | str
    output: str


@dataclass(frozen=True)
class Nursery:
    """The process that forks, as a test speaks to it."""

    process: subprocess.Popen[str]

    def rehearse(self, home: Path) -> None:
        """Do the work of a workspace in the nursery itself, so that its children are quick."""
        self._ask({"rehearse": str(home)})

    def run(self, home: Path, *arguments: str, ahead: timedelta = timedelta(), blow: Blow | None = None) -> Ended:
        """A command, as a process of its own whose clock is `ahead`, until it ended or was stopped."""
        order = {"home": str(home), "arguments": arguments, "ahead": ahead.total_seconds()}
        return self._end_of({**order, "blow": blow and asdict(blow)}, home)

    def go_on(self, home: Path, stopped: Ended) -> Ended:
        """Let a stopped process run to its end."""
        return self._end_of({"go_on": stopped.pid}, home)

    def _end_of(self, order: Mapping[str, object], home: Path) -> Ended:
        answer = self._ask(order)
        return Ended(answer["pid"], answer["code"], (home / "output.txt").read_text(encoding="utf-8"))

    def _ask(self, order: Mapping[str, object]) -> Any:
        stdin, stdout = _pipes(self.process)
        print(json.dumps(order), file=stdin, flush=True)
        return json.loads(stdout.readline())


@contextmanager
def open_nursery(environment: Mapping[str, str]) -> Iterator[Nursery]:
    """A nursery; at the end nothing that it made is alive."""
    clean = unmeasured(os.environ)  # of what dies by SIGKILL no coverage can be written
    command = [sys.executable, "-W", "error", "-m", "tests.nursery"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**clean, **environment}
    ) as process:
        stdin, _ = _pipes(process)
        yield Nursery(process)
        stdin.close()


def _pipes(process: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    if process.stdin is None or process.stdout is None:
        raise ValueError("a nursery is spoken to over pipes")
    return process.stdin, process.stdout


# ---------------------------------------------------------------------------- inside


def serve() -> None:
    """Fork for every line of standard input until it is closed; what is still stopped then is killed."""
    stopped: set[int] = set()
    for line in sys.stdin:
        pid, code = _carry_out(json.loads(line))
        (stopped.add if code == STOPPED else stopped.discard)(pid)
        print(json.dumps({"pid": pid, "code": code}), flush=True)
    for pid in stopped:
        os.kill(pid, signal.SIGKILL)


def _carry_out(order: Mapping[str, Any]) -> tuple[int, int | str]:
    match order:
        case {"rehearse": home}:
            _rehearse(Path(home))
            return 0, 0
        case {"go_on": pid}:
            os.kill(pid, signal.SIGCONT)
        case _:
            pid = _fork(order)
    _, status = os.waitpid(pid, os.WUNTRACED)
    return pid, STOPPED if os.WIFSTOPPED(status) else os.waitstatus_to_exitcode(status)


def _rehearse(home: Path) -> None:
    """Do a worker's work in this process, so that children find every library imported and its tables made."""
    import publisher.terminal  # noqa: F401
    from publisher import app, reading
    from publisher.rendering.theme import parse_theme
    from publisher.worker import work_once
    from tests.world import read_here

    reading.read = read_here
    setattr(app, "parse_theme", cache(parse_theme))  # noqa: B010 - mypy forbids it spelt out
    worker = app.open_publisher(home, os.environ)
    for _ in range(2):
        work_once(worker, timedelta())
    worker.close()
    gc.collect()
    gc.freeze()  # what children never write to is never copied for them


def _fork(order: Mapping[str, Any]) -> int:
    # A connection of the database or the platform, or a lock that a thread holds, must never be shared.
    shared = [path for path in Path("/proc/self/fd").iterdir() if int(path.name) > 2 and path.is_symlink()]
    if shared or threading.active_count() != 1:
        raise RuntimeError(f"a child would share {shared}, {threading.enumerate()}")
    pid = os.fork()
    if not pid:
        _be_a_worker(order)
    return pid


def _be_a_worker(order: Mapping[str, Any]) -> NoReturn:
    home = Path(order["home"])
    output = os.open(home / "output.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    code = 70
    try:
        _turn_clock(timedelta(seconds=order["ahead"]))
        if order["blow"]:
            Blow(**order["blow"]).arm()
        main(["--home", str(home), *order["arguments"]])
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 70
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _turn_clock(ahead: timedelta) -> None:
    """Let the command line's publishers live in a later time."""
    from publisher import app

    real = app.open_publisher

    def open_later(home: Path) -> app.Publisher:
        return real(home, os.environ, lambda: app.system_clock() + ahead)

    setattr(app, "open_publisher", open_later)  # noqa: B010 - mypy forbids it spelt out


if __name__ == "__main__":
    serve()
