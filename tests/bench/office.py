"""An office at work for the bench: a workspace with several accounts, its imported issues, and the stand-in platform
as a process of its own.
"""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from PIL import Image

from publisher.app import Publisher, open_publisher
from publisher.config import write_defaults
from publisher.issue import Move, Status
from publisher.pipeline.effects import Hold
from publisher.pipeline.importing import import_issue
from publisher.pipeline.job import Job
from tests.world import read_here

_TEXT = """协会在城东公园举办春季植树活动，全体会员冒雨种下五百棵香樟树。会议审议通过年度工作报告，
选举产生了新一届理事会，并部署了下一阶段工作。本文观察今年以来的市场变化，并提出三点建议，供会员单位参考。
"""


@contextmanager
def stand_in(latency: float) -> Iterator[str]:
    """The URL of a platform that answers each call after `latency` seconds."""
    command = [sys.executable, "-m", "tests.bench.stand_in", str(latency)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield (process.stdout.readline() if process.stdout else "").strip()
        finally:
            process.terminate()


@contextmanager
def office(home: Path, url: str, accounts: int = 1) -> Iterator[Publisher]:
    """A publisher over a new workspace with accounts named a0, a1 …"""
    home.mkdir(parents=True)
    write_defaults(home)
    names = [f"a{number}" for number in range(accounts)]
    tables = [f'[accounts.{name}]\nappid = "{_appid(name)}"\napi_base = "{url}"\n' for name in names]
    (home / "config" / "accounts.toml").write_text("\n".join(tables), encoding="utf-8")
    publisher = open_publisher(home, {f"PUBLISHER_{name.upper()}_APPSECRET": f"secret-{name:>10}" for name in names})
    publisher.edges = replace(publisher.edges, read=read_here)
    yield publisher
    publisher.close()


def add_issue(publisher: Publisher, account: str, number: int, pictures: Sequence[bytes]) -> int:
    """The number of an issue of the account that is imported, has its time, and is due now."""
    names = [f"p{place}.jpg" for place in range(len(pictures))]
    text = f"# 第 {number} 期通讯\n\n" + "\n\n".join(f"{_TEXT}\n\n![图](p{place}.jpg)" for place in range(len(names)))
    files = {"note.md": text.encode(), **dict(zip(names, pictures, strict=True))}
    store, now = publisher.store, publisher.clock()
    issue = store.receive(account, f"note-{number}", f"{number:064}", files, now)
    job = Job(
        issue, publisher.settings.accounts[account], publisher.edges, Hold(store, issue.id, "bench", publisher.clock)
    )
    imported = store.move(issue, import_issue(job), now)
    scheduled = Move(Status.SCHEDULED, "定于现在发布", now, {"publish_at": now})
    return store.move(imported, scheduled, now).id


def photograph(seed: int, size: tuple[int, int] = (640, 480)) -> bytes:
    """The bytes of a JPEG that no other seed gives."""
    noise = Image.frombytes("L", (size[0] // 8, size[1] // 8), random.Random(seed).randbytes(size[0] * size[1] // 64))
    memory = BytesIO()
    noise.resize(size).convert("RGB").save(memory, "JPEG", quality=85)
    return memory.getvalue()


def _appid(name: str) -> str:
    return f"wx{name:0>16}"
