"""Child processes that may not use much memory, much time, the disk or the network.

What a child may do is set by the child itself, before it does anything else: between fork and exec a parent with
threads may run next to nothing. A program of somebody else's is started through this module, run as one.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

MEGABYTE: Final = 1024 * 1024
UNLIMITED: Final = resource.RLIM_INFINITY
_NEW_USER_AND_NETWORK: Final = 0x10000000 | 0x40000000
"""CLONE_NEWUSER | CLONE_NEWNET: without the first, only root may ask for the second."""
_ORDINARY: Final = 1000
_PATH: Final = "/usr/bin:/bin"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one child may use: seconds by the wall clock and of computing, bytes of address space, bytes of any file
    that it writes, open files, and bytes of memory that it may write to, which is less than its address space.
    """

    seconds: float
    memory: int
    file_size: int = 0
    open_files: int = 64
    own_memory: int = UNLIMITED

    def words(self) -> tuple[str, ...]:
        """The limits as a child's arguments."""
        return (
            str(self.seconds), str(self.memory), str(self.file_size), str(self.open_files), str(self.own_memory)
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended: its code (negative: the signal), its output, its last words, and whether its time was up."""

    code: int
    output: bytes
    complaint: str
    overran: bool = False


_AFTER_LIMITS: Final = 1 + len(fields(Limits))


def read_limits(words: Sequence[str]) -> Limits:
    """The limits that `Limits.words` wrote."""
    seconds, *others = words
    return Limits(float(seconds), *map(int, others))


def confine(limits: Limits) -> None:
    """Sets the limits on this process, for good, and takes the network from it."""
    for what, most in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_DATA, limits.own_memory),
        (resource.RLIMIT_CPU, max(1, round(limits.seconds))),
        (resource.RLIMIT_FSIZE, limits.file_size),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        least = min((bound for bound in (most, hard) if bound != UNLIMITED), default=UNLIMITED)
        resource.setrlimit(what, (least, least))
    user, group = os.geteuid(), os.getegid()
    # Where the system does not allow it, the network stays; what is run here does not use it anyway.
    if ctypes.CDLL(None).unshare(_NEW_USER_AND_NETWORK) == 0:
        _be_ordinary(user, group)


def _be_ordinary(user: int, group: int) -> None:
    """Goes on under an ordinary user's number: root, and nobody, which is what it would be otherwise, cannot build the
    sandbox that a browser has of its own.
    """
    with suppress(OSError):
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"{_ORDINARY} {user} 1", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"{_ORDINARY} {group} 1", encoding="ascii")


def run_module(module: str, words: Sequence[str], question: bytes, limits: Limits) -> Ended:
    """How a module of ours ended that confines itself; `question` is its standard input."""
    command = [sys.executable, "-I", "-X", "utf8", "-m", module, *words]
    return _run(command, question, limits.seconds, {}, "/")


def run_program(program: Sequence[str], folder: Path, limits: Limits) -> Ended:
    """How a program of somebody else's ended, confined, at home in `folder`. It finds what lies beside it."""
    command = [sys.executable, "-I", "-m", __name__, *limits.words(), *program]
    home = {"HOME": str(folder), "TMPDIR": str(folder), "PATH": f"{Path(program[0]).parent}:{_PATH}"}
    return _run(command, b"", limits.seconds, home, str(folder))


def main() -> None:
    """Confines itself, then becomes the program that the arguments name after the limits."""
    limits, program = sys.argv[1:_AFTER_LIMITS], sys.argv[_AFTER_LIMITS:]
    confine(read_limits(limits))
    os.execv(program[0], program)  # noqa: S606 - the program is looked up by us, and there is no shell


def _run(command: Sequence[str], question: bytes, seconds: float, more: Mapping[str, str], folder: str) -> Ended:
    """How the child ended. It leads a process group of its own, so that nothing of it outlives its time."""
    with subprocess.Popen(  # noqa: S603 # ours, or a program that we looked up
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"LANG": "C.UTF-8", "PATH": _PATH, **more},
        cwd=folder,
        start_new_session=True,
    ) as child:
        try:
            output, complaint = child.communicate(question, timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            return Ended(-signal.SIGKILL, b"", "", overran=True)
        except BaseException:
            os.killpg(child.pid, signal.SIGKILL)
            raise
    last = (complaint.decode("utf-8", "replace").strip().splitlines() or ["no word"])[-1][:300]
    return Ended(child.returncode, output, last)


if __name__ == "__main__":
    main()
