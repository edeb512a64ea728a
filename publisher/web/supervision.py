"""One address, several processes behind it: the dead and the hung are replaced."""

from __future__ import annotations

import contextlib
import pickle
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Self

import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess
from uvicorn.supervisors.multiprocess import Process

from publisher.web.server import OPTIONS, Application, listen_together, name_url

HANG_SECONDS = 10
"""A process whose loop has not turned for so long is hung; so is one that has not come up to answering at all."""


@dataclass(frozen=True, slots=True)
class Late:
    """An application that each process makes for itself: `target` is "module:function", called with what was given to
    `pack`.

    The module is imported by the call, not when a process begins: it says that it lives before it is loaded.
    """

    target: str
    given: bytes

    @classmethod
    def pack(cls, target: str, given: object) -> Self:
        """The same for any value that can be pickled."""
        return cls(target, pickle.dumps(given))

    def __call__(self) -> Application:
        """The application."""
        module, _, function = self.target.partition(":")
        made: Application = getattr(import_module(module), function)(pickle.loads(self.given))  # noqa: S301 - our own
        return made


@dataclass(frozen=True, slots=True)
class Watch:
    """Who hears of the processes: `ready` once, with the URL, when all accept connections; `well` about twice a
    second while all of them answer. A process may be silent for `patience` seconds.
    """

    ready: Callable[[str], None] = lambda _: None
    well: Callable[[], None] = lambda: None
    patience: int = HANG_SECONDS


def serve_many(make: Late, host: str, port: int, processes: int, watch: Watch) -> None:
    """Serve by several processes until SIGINT or SIGTERM, then let each finish its open requests. RuntimeError
    where the application refuses to start; OSError: the port is taken.
    """
    config = uvicorn.Config(make, factory=True, workers=processes, timeout_worker_healthcheck=watch.patience, **OPTIONS)
    with contextlib.ExitStack() as stack:
        listening = [stack.enter_context(each) for each in listen_together(host, port, processes)]
        supervisor = _Supervisor(config, listening)
        supervisor.watch(name_url(host, listening[0].getsockname()[1]), watch)
        supervisor.run()
    if supervisor.has_failed:
        raise RuntimeError("the application did not start; its own log says why")


class _Supervisor(Multiprocess):
    """uvicorn's supervisor, with children that know when they hang."""

    has_failed = False

    def watch(self, url: str, watch: Watch) -> None:
        self._url, self._watch, self._told = url, watch, False

    def init_processes(self) -> None:
        for place in range(self.processes_num):
            self.processes.append(self._start(place))

    def keep_subprocess_alive(self) -> None:
        """Replace what is dead or hung; tell when nothing is."""
        for place, process in enumerate(self.processes):
            if self.should_exit.is_set() or process.is_alive(timeout=self._watch.patience):
                continue
            process.kill()
            process.join()
            if process.exitcode == STARTUP_FAILURE:
                self.has_failed = True
                self.should_exit.set()
                return
            self.processes[place] = self._start(place)
        if not self.should_exit.is_set() and all(process.is_ready() for process in self.processes):
            self._tell()

    def restart_all(self) -> None:
        """Each process anew, one after the other (SIGHUP); who waits at its socket waits for the next."""
        for place, process in enumerate(self.processes):
            process.terminate()
            process.join()
            self.processes[place] = self._start(place)

    def handle_ttin(self) -> None:
        """Nothing: each process has a socket of its own, and how many there are is configured."""

    handle_ttou = handle_ttin

    def _start(self, place: int) -> _Child:
        # Who takes a dead one's place answers those, too, that wait at its socket.
        child = _Child(self.config, [self.sockets[place]])
        child.start()
        return child

    def _tell(self) -> None:
        if not self._told:
            self._told = True
            self._watch.ready(self._url)
        self._watch.well()


class _Child(Process):
    """One process: it answers the supervisor only while its loop turns, and ends with the supervisor."""

    def target(self, sockets: list[Any] | None = None) -> None:
        # Held here, the supervisor's end of the pipe would outlive the supervisor.
        self.parent_conn.close()
        self._server = self._turning = _Turning(self.config)
        super().target(sockets)

    def pong(self) -> None:
        self.child_conn.recv()
        if self._turning.is_turning():
            self.child_conn.send(self.server.started)

    def always_pong(self) -> None:
        with contextlib.suppress(EOFError, OSError):
            super().always_pong()
        self.server.should_exit = True


class _Turning(uvicorn.Server):
    """A server that notes each turn of its loop."""

    _turned = 0.0

    async def on_tick(self, counter: int) -> bool:
        self._turned = time.monotonic()
        return bool(await super().on_tick(counter))

    def is_turning(self) -> bool:
        """Whether the loop has turned lately, or is yet to begin."""
        patience: float = self.config.timeout_worker_healthcheck
        return not self.started or self.should_exit or time.monotonic() - self._turned < patience
