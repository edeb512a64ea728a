"""Drop a newsletter, watch it become a published issue, ask for it as a reader would, look at it as on a phone.

Everything is the real thing except the platform, which is the sandbox on a loopback port.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import shutil
import string
import sys
import tempfile
import threading
import urllib.request
import webbrowser
from collections.abc import Mapping
from datetime import timedelta
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.logging import RichHandler
from rich.panel import Panel
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from publisher.app import Publisher, open_publisher
from publisher.config import write_defaults
from publisher.issue import STATES, Issue, Status
from publisher.sandbox import create_sandbox
from publisher.web.door import open_door
from publisher.web.server import start
from publisher.worker import work_once

ACCOUNT = "yunxi"
APPID = "wx00d3m000d3m000d3"
READER = "oDEMOreader00000000000000000"
ROAD = (Status.RECEIVED, Status.IMPORTED, Status.SCHEDULED, Status.DRAFTED, Status.SUBMITTED, Status.PUBLISHED)

console = Console()


def main(arguments: list[str]) -> int:
    """Run the demo; with --once end by itself. 0 when the issue was published and the reader got it."""
    with tempfile.TemporaryDirectory(prefix="publisher-demo-") as folder, start(create_sandbox()) as platform:
        home, credentials = Path(folder), _credentials()
        _write_workspace(home, platform.url)
        publisher = open_publisher(home, credentials)
        app, snapshots = open_door(publisher)
        with start(app) as door:
            callback = {"name": "云溪数金", "callback_url": f"{door.url}/wechat/{ACCOUNT}", **_shared(credentials)}
            _post(f"{platform.url}/sandbox/accounts/{APPID}", callback)
            console.print(f"[dim]sandbox {platform.url} · callback door {door.url} · workspace {home}[/]")
            _drop_sample(home)
            issue = _publish(publisher)
            snapshots.refresh()
            answered = _ask(platform.url, "最新")
            _show(issue, home)
            if "--once" not in arguments and issue.article_urls:
                _wait(issue.article_urls[0])
        publisher.close()
    return 0 if issue.status is Status.PUBLISHED and answered else 1


def _credentials() -> dict[str, str]:
    letters = string.ascii_letters + string.digits
    values = {"APPSECRET": 32, "TOKEN": 16, "AESKEY": 43}
    return {
        f"PUBLISHER_{ACCOUNT.upper()}_{name}": "".join(secrets.choice(letters) for _ in range(length))
        for name, length in values.items()
    }


def _shared(credentials: Mapping[str, str]) -> dict[str, str]:
    return {name: credentials[f"PUBLISHER_{ACCOUNT.upper()}_{name.upper()}"] for name in ("token", "aeskey")}


def _write_workspace(home: Path, platform: str) -> None:
    write_defaults(home)
    (home / "config" / "accounts.toml").write_text(
        f'[accounts.{ACCOUNT}]\nappid = "{APPID}"\napi_base = "{platform}"\nfinish = "publish"\n', encoding="utf-8"
    )
    (home / "config" / "publisher.toml").write_text("[worker]\nsettle_seconds = 1\n", encoding="utf-8")


def _drop_sample(home: Path) -> None:
    target = home / "drafts" / "云溪数金通讯 2026-10"
    with as_file(files("publisher.demo") / "sample") as sample:
        shutil.copytree(sample, target)
    console.print(f"\n[bold]1. An editor drops a folder[/]  drafts/{target.name}/")
    for path in sorted(target.rglob("*.*")):
        console.print(f"   [dim]{path.relative_to(target)}  {path.stat().st_size:,} bytes[/]")


def _publish(publisher: Publisher) -> Issue:
    """The issue after the worker's pass, each move shown as it happens."""
    console.print("\n[bold]2. The worker takes it in and publishes it[/]")
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(24), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("等待文件复制完成", total=len(ROAD))
        watcher = _Moves(progress, task)
        logger = logging.getLogger("publisher")
        logger.setLevel(logging.INFO)
        logger.propagate = False  # shown here, and not a second time
        logger.addHandler(watcher)
        try:
            done = work_once(publisher, timedelta(seconds=30))
        finally:
            logger.removeHandler(watcher)
            logger.propagate = True
    for taken in done.taken:
        console.print(f"   {taken.text}")
    return publisher.issues()[-1]


class _Moves(logging.Handler):
    """Shows the worker's own log as progress: the calls it makes, the moves of the issue."""

    def __init__(self, progress: Progress, task: Any) -> None:
        super().__init__(logging.INFO)
        self._progress = progress
        self._task = task

    def emit(self, record: logging.LogRecord) -> None:
        """One line of the log."""
        text = record.getMessage()
        self._progress.console.print(f"   [dim]{text}[/]", highlight=False, soft_wrap=True)
        for number, status in enumerate(ROAD, 1):
            if f"->{status}" in text:
                self._progress.update(self._task, completed=number, description=STATES[status])


def _ask(platform: str, text: str) -> bool:
    """Send a word as a subscriber would, in encrypted mode, and show the answer. False if it is not one article."""
    reply = _post(f"{platform}/sandbox/accounts/{APPID}/message", {"openid": READER, "text": text})
    console.print(f"\n[bold]3. A reader sends[/] {text} [dim](encrypted)[/]")
    for article in reply.get("articles", []):
        body = f"[bold]{article['title']}[/]\n{article['description']}\n[dim]{article['url']}[/]"
        console.print(Panel(body, title="公众号回复", width=76, border_style="green"))
    if not reply.get("articles"):
        console.print(f"   [red]no article in the reply: {reply}[/]")
    return len(reply.get("articles", [])) == 1


def _show(issue: Issue, home: Path) -> None:
    console.print(f"[bold]4. The published issue[/]  《{issue.title}》 {STATES[issue.status]}")
    for url in issue.article_urls:
        console.print(f"   {url}", highlight=False, soft_wrap=True)
    for report in sorted((home / "done").glob("*.txt")):
        console.print(f"\n[bold]5. The report beside the archived file[/]  done/{report.name}")
        console.print(Panel(report.read_text(encoding="utf-8-sig").strip(), width=96, border_style="dim"))


def _wait(url: str) -> None:
    console.print(
        f"\nOpen this page, shown as on a phone (Ctrl-C ends the demo):\n  [link={url}]{url}[/]", soft_wrap=True
    )
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):  # elsewhere a text browser would take over
        webbrowser.open(url)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        console.print("bye")


def _post(url: str, body: Mapping[str, str]) -> dict[str, Any]:
    data = json.dumps(body, ensure_ascii=False).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})  # noqa: S310 - our own loopback
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - our own loopback
        value: dict[str, Any] = json.loads(answer.read())
    return value


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, handlers=[RichHandler(console=console, show_path=False)])
    sys.exit(main(sys.argv[1:]))
