"""The worker process: one per workspace. Signals, systemd's notifications, and a single pass for `--once`."""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from publisher.app import Publisher, Taken
from publisher.engines.embedded import EmbeddedEngine
from publisher.errors import ConfigError
from publisher.issue import OPEN, Issue, Status
from publisher.pipeline.effects import may_be_out
from publisher.store import Pause

log = logging.getLogger("publisher.worker")

_BEAT_SECONDS = 30.0
_EARLY = frozenset({Status.RECEIVED, Status.IMPORTED, Status.SCHEDULED})


@dataclass(frozen=True, slots=True)
class Pass:
    """What one pass over the workspace did."""

    taken: tuple[Taken, ...]
    held: tuple[Issue, ...]
    pauses: tuple[Pause, ...] = ()


def work(publisher: Publisher, environment: Mapping[str, str]) -> None:
    """Work until SIGTERM or SIGINT. ConfigError when another worker has this workspace."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with _only_worker(publisher):
        publisher.drop_leases()
        publisher.mind_clock()
        publisher.settle_files()
        engine = EmbeddedEngine(publisher, lambda: _beat(publisher, environment), _beat_seconds(environment))
        sd_notify(environment, "READY=1")
        # Beside the work: a network that is down holds up nothing.
        threading.Thread(target=publisher.probe_rights, name="rights", daemon=True).start()
        threading.Thread(target=publisher.index_published, args=(stop,), name="index", daemon=True).start()
        log.info("worker ready home=%s accounts=%s", publisher.settings.home, ",".join(publisher.settings.accounts))
        engine.run(stop)
        sd_notify(environment, "STOPPING=1")


def work_once(publisher: Publisher, wait: timedelta) -> Pass:
    """Take in all that is complete, do all that is due, wait for open publications up to `wait`.

    ConfigError when another worker has this workspace.
    """
    with _only_worker(publisher):
        publisher.drop_leases()
        publisher.mind_clock()
        publisher.settle_files()
        publisher.ring()
        publisher.probe_rights()
        publisher.index_published()
        taken = _take_in_settled(publisher)
        deadline = time.monotonic() + wait.total_seconds()
        _drain(publisher)
        while (pause := _pause(publisher, deadline)) is not None:
            threading.Event().wait(pause)
            _drain(publisher)
    held = tuple(publisher.store.issues_in({Status.HELD}))
    return Pass(tuple(taken), held, tuple(publisher.pauses()))


def sd_notify(environment: Mapping[str, str], *lines: str) -> None:
    """Tell systemd, where it listens; nothing elsewhere."""
    path = environment.get("NOTIFY_SOCKET", "")
    if not path:
        return
    address = "\0" + path[1:] if path.startswith("@") else path
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as connection:
        connection.connect(address)
        connection.setblocking(False)
        # Where nobody reads, the work goes on: the next beat says the same.
        with suppress(BlockingIOError):
            connection.send("\n".join(lines).encode())


def watchdog_seconds(environment: Mapping[str, str]) -> float | None:
    """How often systemd wants to hear from this process (half its patience); None if it does not ask."""
    patience, pid = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", "")
    if not patience or (pid and int(pid) != os.getpid()):
        return None
    return int(patience) / 2e6


def _beat_seconds(environment: Mapping[str, str]) -> float:
    return min(watchdog_seconds(environment) or _BEAT_SECONDS, _BEAT_SECONDS)


def _beat(publisher: Publisher, environment: Mapping[str, str]) -> None:
    """Vouch for the work, with a line for `systemctl status`."""
    census = publisher.store.census({*OPEN, Status.HELD})
    held = census.get(Status.HELD, 0)
    waiting = sum(census.values()) - held
    sd_notify(environment, "WATCHDOG=1", f"STATUS={waiting} waiting, {held} held")


@contextmanager
def _only_worker(publisher: Publisher) -> Iterator[None]:
    """Hold the workspace's lock file; the kernel lets go of it even after SIGKILL."""
    path = publisher.settings.folder("state") / "worker.lock"
    with _locked(path):
        yield


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigError([f"another worker has this workspace ({path} is locked); stop it first"]) from None
        yield


def _take_in_settled(publisher: Publisher) -> list[Taken]:
    """Look twice, as far apart as a copy needs to settle."""
    first = publisher.take_in()
    if not any(taken.issue_id is None for taken in first):
        return first
    threading.Event().wait(publisher.settings.worker.settle_seconds)
    return [taken for taken in first if taken.issue_id is not None] + publisher.take_in()


def _drain(publisher: Publisher) -> None:
    """Wake all that is due until nothing new is."""
    seen: set[tuple[int, object]] = set()
    while True:
        due = [(issue_id, publisher.issue(issue_id).next_try_at) for issue_id, _ in publisher.due()]
        fresh = [entry for entry in due if entry not in seen]
        if not fresh:
            return
        seen.update(fresh)
        for issue_id, _ in fresh:
            publisher.wake(issue_id)


def _pause(publisher: Publisher, deadline: float) -> float | None:
    """Seconds until an open publication wants to be looked at; None if none does before the deadline."""
    now, left = publisher.clock(), deadline - time.monotonic()
    wishes = [issue.next_try_at for issue in publisher.store.issues_in(OPEN) if _is_open(publisher, issue)]
    pauses = [max((wish - now).total_seconds(), 0.05) for wish in wishes if wish is not None]
    return min((pause for pause in pauses if pause <= left), default=None)


def _is_open(publisher: Publisher, issue: Issue) -> bool:
    """Whether the issue is on its way: not waiting for its time, an approval, or a person in the console."""
    if issue.status is Status.SUBMITTED or issue.status in _EARLY:
        return True
    return issue.status is Status.DRAFTED and may_be_out(publisher.store.effects(issue.id))
