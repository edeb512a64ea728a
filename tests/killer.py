"""Runs the command line, and stops this process at one point of the first effect of a kind: for ever (SIGKILL), or
until somebody lets it go on (SIGSTOP).

python -m tests.killer KIND POINT COMMAND…      POINT: before-intent after-intent before-wire after-call after-commit
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from publisher.cli import main
from publisher.store import Store
from publisher.wechat.client import Client

POINTS = ("before-intent", "after-intent", "after-call", "after-commit")
ENDS = ("finish", "reject", "remark")
"""How what became of a call is committed: with an answer, with a refusal, without any."""
PATHS = {
    "upload_image": "media/uploadimg",
    "upload_animation": "material/add_material",
    "upload_cover": "material/add_material",
    "add_draft": "draft/add",
    "submit": "freepublish/submit",
    "mass_send": "message/mass/sendall",
    "delete_draft": "draft/delete",
}
"""Every kind of effect, and the call that it is."""


Strike = Callable[[], None]
_blows = threading.Semaphore(1)


def _spare() -> None:
    """No blow."""


@dataclass(frozen=True)
class Blow:
    """What hits the process, and where."""

    kind: str
    point: str
    signal: signal.Signals = signal.SIGKILL

    def arm(self) -> None:
        """Strike when this process comes to the point."""
        match self.point:
            case "before-intent":
                self._surround("intend", before=self._strike)
            case "after-intent":
                self._surround("intend", after=self._strike)
            case "before-wire":
                self._surround_preparation()
            case "after-call":
                for end in ENDS:
                    self._surround(end, before=self._strike)
            case "after-commit":
                for end in ENDS:
                    self._surround(end, after=self._strike)
            case _:
                raise ValueError(self.point)

    def _strike(self) -> None:
        # Once: pictures and the cover go up side by side, and who was let go on is not stopped again.
        if _blows.acquire(blocking=False):
            # To this thread: of a process that is stopped as a whole, each thread goes on for a moment.
            signal.pthread_kill(threading.get_ident(), self.signal)

    def _surround(self, name: str, *, before: Strike = _spare, after: Strike = _spare) -> None:
        real = getattr(Store, name)

        def surrounded(store: Store, *arguments: Any) -> Any:
            hit = self.kind in (arguments[1], getattr(arguments[0], "kind", ""))
            if hit:
                before()
            done = real(store, *arguments)
            if hit:
                after()
            return done

        setattr(Store, name, surrounded)

    def _surround_preparation(self) -> None:
        real = Client._prepare

        def prepare(client: Client, method: str, endpoint: str, given: Any) -> Any:
            call = real(client, method, endpoint, given)
            if call.path == PATHS[self.kind]:
                self._strike()
            return call

        setattr(Client, "_prepare", prepare)  # noqa: B010 - mypy forbids it spelt out


if __name__ == "__main__":
    Blow(sys.argv[1], sys.argv[2]).arm()
    main(sys.argv[3:])
