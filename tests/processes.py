"""Real processes of the publisher over a workspace, and the sandbox they talk to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from publisher.app import open_publisher
from publisher.config import write_defaults
from publisher.sandbox import Platform, SandboxSettings, create_sandbox
from publisher.terminal import status_rows
from publisher.web.server import start
from tests.environment import unmeasured
from tests.world import APPID, SECRETS

SAMPLE = Path(__file__).parents[2] / "shared" / "samples" / "jinlian-2024-06.txt"


@dataclass(frozen=True)
class Workspace:
    """A workspace on disk, its platform in this process, and commands that run as processes of their own."""

    home: Path
    url: str
    platform: Platform
    measured: bool = False
    """Whether the coverage of its processes is measured."""

    def configure(self, **account: object) -> None:
        given = {"appid": APPID, "api_base": self.url, "finish": "publish", **account}
        lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in given.items())
        (self.home / "config" / "accounts.toml").write_text(f"[accounts.main]\n{lines}", encoding="utf-8")

    def drop(self, name: str, content: str | bytes) -> None:
        path = self.home / "drafts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def run(self, *arguments: str, module: str = "publisher.cli") -> subprocess.CompletedProcess[str]:
        """A command that ends by itself."""
        return subprocess.run(
            self.command(*arguments, module=module),
            env=self.environment, capture_output=True, text=True, timeout=90, check=False,
        )  # fmt: skip

    def command(self, *arguments: str, module: str = "publisher.cli") -> list[str]:
        return [sys.executable, "-m", module, *arguments]

    @property
    def environment(self) -> dict[str, str]:
        outer = os.environ if self.measured else unmeasured(os.environ)
        return {**outer, **SECRETS, "PUBLISHER_HOME": str(self.home), "PYTHONIOENCODING": "utf-8"}

    def kill(self, kind: str, point: str) -> int:
        """The exit code of one pass of the worker that was killed (-9) at a point of an effect."""
        return self.run(kind, point, "work", "--once", "--wait", "5", module="tests.killer").returncode

    def work(self) -> subprocess.CompletedProcess[str]:
        return self.run("work", "--once", "--wait", "15")

    def status(self) -> list[dict[str, Any]]:
        """The rows of `publisher status --json`, without a process for it."""
        publisher = open_publisher(self.home, self.environment)
        try:
            rows: list[dict[str, Any]] = json.loads(json.dumps(status_rows(publisher.issues(), publisher.pauses())))
        finally:
            publisher.close()
        return rows

    def calls(self, path: str) -> int:
        with self.platform.lock:
            return sum(call.path == path for call in self.platform.calls)

    @property
    def drafts(self) -> int:
        return len(self.platform.account(APPID).drafts)

    @property
    def publications(self) -> int:
        return len(self.platform.account(APPID).publications)

    def control(self, path: str, given: Mapping[str, object] | None = None) -> dict[str, Any]:
        """One call behind the sandbox's stage."""
        body = json.dumps(given or {}).encode()
        with urllib.request.urlopen(f"{self.url}/sandbox/{path}", body, timeout=10) as answer:
            value: dict[str, Any] = json.loads(answer.read())
        return value


@contextmanager
def running_workspace(home: Path, *, measured: bool = False) -> Iterator[Workspace]:
    """A workspace whose platform runs in this process."""
    write_defaults(home)
    (home / "config" / "publisher.toml").write_text(
        "[worker]\nsettle_seconds = 0.2\nscan_seconds = 0.3\nsweep_seconds = 0.3\n"
    )
    app = create_sandbox(SandboxSettings(publish_delay=0.5))
    with start(app) as server:
        workspace = Workspace(home, server.url, app.state.platform, measured)
        workspace.configure()
        yield workspace
