"""The units: without a typo, closed tightly, and yet the worker and the callback door can work inside."""

from __future__ import annotations

import ctypes.util
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path

import pytest

from publisher.cli import WRONG_USE, main
from publisher.config import SECRETS
from publisher.worker import sd_notify
from tests.docx_files import p, word_file
from tests.docx_files import picture as drawing
from tests.metafiles import SVG, emf
from tests.test_office import rtf

REPOSITORY = Path(__file__).parent.parent
UNITS = sorted((REPOSITORY / "systemd").glob("*.service"))
WORKER, CALLBACK = (REPOSITORY / "systemd" / f"publisher-{name}.service" for name in ("worker", "callback"))
PROGRAM = Path(sys.executable).with_name("publisher")
MOST_EXPOSED = 1.5
PATIENCE = 30

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is missing: apt-get install systemd"
)
each_unit = pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)


def settings(unit: Path, key: str) -> list[str]:
    """All values that a unit gives to a key."""
    return re.findall(rf"^{key}=(.*)$", unit.read_text(encoding="utf-8"), re.MULTILINE)


def setting(unit: Path, key: str) -> str:
    (value,) = settings(unit, key)
    return value


def analyze(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SYSTEMD_COLORS": "0", "LC_ALL": "C.UTF-8"}
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, env=environment, check=False)


def with_program(unit: Path, folder: Path, more: str = "") -> Path:
    """A copy of a unit whose program exists here; `more` goes to the end of it."""
    text = unit.read_text(encoding="utf-8").replace("/opt/publisher/bin/publisher", str(PROGRAM))
    copy = folder / unit.name
    copy.write_text(text.replace("[Install]", f"{more}\n[Install]"), encoding="utf-8")
    return copy


# ---------------------------------------------------------------------------- as systemd reads them


def test_there_are_two_units() -> None:
    assert sorted([WORKER, CALLBACK]) == UNITS


@needs_systemd
@each_unit
def test_systemd_has_nothing_to_say_about_a_unit(unit: Path, tmp_path: Path) -> None:
    found = analyze("verify", "--man=no", with_program(unit, tmp_path))
    assert (found.stdout, found.stderr, found.returncode) == ("", "", 0)


@needs_systemd
@pytest.mark.parametrize("typo", ["ProtectHom=yes", "ProtectSystem=strictest", "Type=notfy"])
def test_systemd_would_say_something_about_a_typo(typo: str, tmp_path: Path) -> None:
    found = analyze("verify", "--man=no", with_program(WORKER, tmp_path, typo))
    assert found.stderr


@needs_systemd
@each_unit
def test_a_unit_is_closed_tightly(unit: Path, tmp_path: Path) -> None:
    copy = with_program(unit, tmp_path)
    told = analyze("security", "--offline=true", f"--threshold={MOST_EXPOSED * 10:.0f}", copy)
    assert told.returncode == 0, told.stdout
    (overall,) = re.findall(r"Overall exposure level for \S+: ([\d.]+)", told.stdout)
    assert float(overall) <= MOST_EXPOSED


@needs_systemd
@each_unit
def test_what_stays_open_is_what_the_work_needs(unit: Path, tmp_path: Path) -> None:
    listed = json.loads(analyze("security", "--offline=true", "--json=short", with_program(unit, tmp_path)).stdout)
    still_open = {check["json_field"] for check in listed if not check["set"] and float(check["exposure"] or 0) >= 0.2}
    network = {"PrivateNetwork", "RestrictAddressFamilies_AF_INET_INET6"}
    # The platform's addresses are not stable: the worker cannot name them.
    assert still_open <= network | ({"IPAddressDeny"} if unit == WORKER else set())


# ---------------------------------------------------------------------------- as the program needs them


@each_unit
def test_the_watchdog_and_readiness_come_from_the_program_itself(unit: Path) -> None:
    assert setting(unit, "Type") == "notify"
    assert setting(unit, "NotifyAccess") == "main"
    assert float(setting(unit, "WatchdogSec")) >= 60  # the worker beats every 30 s, the door every 2 s
    assert setting(unit, "Restart") == "on-failure"
    assert int(setting(unit, "RestartPreventExitStatus")) == WRONG_USE


@pytest.mark.parametrize(("unit", "command"), [(WORKER, "work"), (CALLBACK, "serve")])
def test_the_program_has_the_command(unit: Path, command: str) -> None:
    program, option, home, name = setting(unit, "ExecStart").split()
    assert Path(program).name == "publisher"
    assert (option, name) == ("--home", command)
    assert name in main.commands
    assert Path(setting(unit, "ReadWritePaths")).is_relative_to(home)


@pytest.mark.parametrize(
    ("unit", "secrets"),
    [(WORKER, ("appsecret", "token", "aeskey")), (CALLBACK, ("token", "aeskey", "token_previous", "aeskey_previous"))],
)
def test_credentials_have_the_names_that_the_configuration_looks_for(unit: Path, secrets: tuple[str, ...]) -> None:
    assert settings(unit, "LoadCredential") == [f"main.{secret}" for secret in secrets]
    assert set(secrets) <= set(SECRETS)


@needs_systemd
@each_unit
def test_the_program_may_make_the_calls_that_the_file_reader_needs(unit: Path) -> None:
    allowed = allowed_calls(unit)
    assert {"prlimit64", "setsid", "unshare", "fsync", "flock"} <= allowed
    assert not {"chown", "ptrace", "mount", "setpriority"} & allowed


# ---------------------------------------------------------------------------- at work, inside the filter

CAGE = """
import ctypes, ctypes.util, json, os, sys
calls, command = json.loads(sys.argv[1]), sys.argv[2:]
library = ctypes.CDLL(ctypes.util.find_library("seccomp"))
library.seccomp_init.restype = ctypes.c_void_p
filter = ctypes.c_void_p(library.seccomp_init(0x00050001))  # anything else: EPERM
for call in calls:
    number = library.seccomp_syscall_resolve_name(call.encode())
    if number >= 0:
        assert library.seccomp_rule_add(filter, 0x7FFF0000, number, 0) == 0, call
assert library.seccomp_load(filter) == 0
assert ctypes.CDLL(None).prctl(65, 1, 0, 0, 0) in (0, -1)  # MemoryDenyWriteExecute=, where the kernel knows it
os.execv(command[0], command)
"""
"""Runs a program under a system call filter, as systemd does it."""

needs_seccomp = pytest.mark.skipif(ctypes.util.find_library("seccomp") is None, reason="libseccomp is missing")


@cache
def call_sets() -> dict[str, set[str]]:
    """The names in systemd's sets of system calls, such as @system-service; sets in them by name."""
    sets: dict[str, set[str]] = {}
    for line in analyze("syscall-filter").stdout.splitlines():
        if line.startswith("@"):
            sets[line.strip()] = current = set()
        elif line.strip() and not line.strip().startswith("#"):
            current.add(line.strip())
    return sets


def members(name: str) -> set[str]:
    """A call, or all calls of a set."""
    return set().union(*map(members, call_sets()[name])) if name.startswith("@") else {name}


def allowed_calls(unit: Path) -> set[str]:
    """What a unit's SystemCallFilter= lines leave; @default is always there."""
    first, *more = settings(unit, "SystemCallFilter")
    allowed = set().union(*map(members, first.split()))
    for line in more:
        assert line.startswith("~")
        allowed -= set().union(*map(members, line[1:].split()))
    return allowed | members("@default")


def caged(unit: Path, *command: str | Path) -> list[str]:
    """A command line that runs another inside the filter of a unit."""
    return [sys.executable, "-c", CAGE, json.dumps(sorted(allowed_calls(unit))), *map(str, command)]


def workspace(home: Path, platform: str) -> dict[str, str]:
    """A workspace with an account on a stand-in platform; what its programs find in their environment."""
    (home / "config").mkdir(parents=True)
    (home / "drafts").mkdir()
    (home / "config" / "accounts.toml").write_text(f'[accounts.main]\nappid = "wxcaged"\napi_base = "{platform}"\n')
    (home / "config" / "publisher.toml").write_text("[worker]\nsettle_seconds = 0.1\n[callback]\nport = 65535\n")
    secrets = {"PUBLISHER_MAIN_APPSECRET": "caged0secret", "PUBLISHER_MAIN_TOKEN": "cagedtoken"}
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **secrets}


@contextmanager
def notifications(path: Path) -> Iterator[socket.socket]:
    """What a program tells systemd."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(path))
        listening.settimeout(PATIENCE)
        yield listening


def hear(listening: socket.socket, word: str, process: subprocess.Popen[str]) -> None:
    """Wait until the program has said a word; fail with its last words when it ends before."""
    while select.select([listening], [], [], 0.2)[0] or process.poll() is None:
        if select.select([listening], [], [], 0)[0] and word in listening.recv(4096).decode():
            return
    pytest.fail(f"{word} was never said: {process.communicate()[1]}")


@needs_systemd
@needs_seccomp
@each_unit
def test_the_filter_refuses_what_it_should(unit: Path) -> None:
    polite = caged(unit, sys.executable, "-c", "import os; os.nice(1)")
    run = subprocess.run(polite, capture_output=True, text=True, check=False)
    assert "PermissionError" in run.stderr


TEXT = ("协会召开理事会", "会议审议通过了前三季度的工作报告。")


def with_drawings() -> bytes:
    """A Word file with an EMF and an SVG."""
    body = p(TEXT[0], more='<w:jc w:val="center"/>') + p(TEXT[1], inside=drawing("r1")) + p(inside=drawing("r2"))
    parts = {"word/media/a.emf": emf(), "word/media/b.svg": SVG}
    return word_file(body, parts=parts, relations=[("r1", "image", "media/a.emf"), ("r2", "image", "media/b.svg")])


@needs_systemd
@needs_seccomp
@pytest.mark.parametrize("name", ["云溪.md", "云溪.rtf", "云溪.docx"])
def test_the_worker_publishes_inside_the_filter_of_its_unit(tmp_path: Path, name: str) -> None:
    """Of an .rtf LibreOffice must make a .docx; the .docx has a picture that it, and one that resvg must draw: they,
    too, live inside the filter, and without executable memory.
    """
    from publisher.sandbox import create_sandbox
    from publisher.web.server import start

    with start(create_sandbox()) as platform:
        environment = workspace(tmp_path, platform.url)
        text = "# 云溪通讯\n\n## {}\n\n{}\n".format(*TEXT)
        contents: dict[str, Callable[[], bytes]] = {
            ".md": text.encode,
            ".rtf": partial(rtf, *TEXT),
            ".docx": with_drawings,
        }
        (tmp_path / "drafts" / name).write_bytes(contents[name[2:]]())
        command = caged(WORKER, PROGRAM, "--home", tmp_path, "work", "--once", "--wait", str(PATIENCE))
        run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=90, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "已发布" in run.stdout


@needs_systemd
@needs_seccomp
@pytest.mark.parametrize(("unit", "command"), [(WORKER, "work"), (CALLBACK, "serve")], ids=["worker", "callback"])
def test_a_program_is_ready_beats_and_stops_inside_the_filter_of_its_unit(
    unit: Path, command: str, tmp_path: Path
) -> None:
    environment = workspace(tmp_path, "http://127.0.0.1:9")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    arguments = ["--port", str(port)] if command == "serve" else []
    with notifications(tmp_path / "notify") as listening:
        environment |= {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "1000000"}
        process = subprocess.Popen(
            caged(unit, PROGRAM, "--home", tmp_path, command, *arguments),
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            hear(listening, "READY=1", process)
            hear(listening, "WATCHDOG=1", process)
            if command == "serve":
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
                    assert answer.status == 200
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE) == 0
        finally:
            process.kill()
            process.communicate()


def test_a_systemd_that_does_not_read_holds_up_nothing(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as deaf:
        deaf.bind(str(tmp_path / "notify"))
        for _ in range(1_000):
            sd_notify({"NOTIFY_SOCKET": str(tmp_path / "notify")}, "WATCHDOG=1")
        assert deaf.recv(100) == b"WATCHDOG=1"
