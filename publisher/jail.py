"""Reads an editor's files in a child process that may not use much memory, much time, the disk or the network.

A hostile or damaged file costs one refusal, never the worker. The child is this module, run as a program:
it gets the files on its standard input and gives the newsletter, or what is wrong, on its standard output.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from publisher.codec import dump, load
from publisher.document import Newsletter
from publisher.errors import NeedsPerson, PublisherError, Unpublishable, Unreadable

_MEGABYTE: Final = 1024 * 1024
_MOST_BYTES: Final = 200 * _MEGABYTE
_OPEN_FILES: Final = 64
_NEW_USER_AND_NETWORK: Final = 0x10000000 | 0x40000000
"""CLONE_NEWUSER | CLONE_NEWNET: without the first, only root may ask for the second."""
_ENVIRONMENT: Final = {"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"}
_RAISED: Final = {cls.__name__: cls for cls in (Unreadable, Unpublishable, NeedsPerson)}
_TOO_MUCH: Final = (
    "文件太大或已损坏：读取它用的时间或内存超过了上限（{seconds:g} 秒、{megabytes} MB）。"
    "请用 Word、WPS 或浏览器打开检查，另存一份，或拆成几份后重新投放。"
)
_BROKEN: Final = "读取文件时程序出错，没有读完。请另存一份后重新投放；如果还是这样，请把文件交给系统管理员。"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one reading may use: seconds by the wall clock, and bytes of address space."""

    seconds: float = 60.0
    memory: int = 1024 * _MEGABYTE


USUAL: Final = Limits()
"""Far more than any newsletter needs, far less than would harm the machine."""


def read(files: Mapping[str, bytes], limits: Limits = USUAL) -> Newsletter:
    """The newsletter that `files` (by relative POSIX path) hold.

    Raises Unreadable, or what the importers raise, with a note for the editor. Any thread may call it.
    """
    if sum(map(len, files.values())) > _MOST_BYTES:
        note = f"文件一共超过了 {_MOST_BYTES // _MEGABYTE} MB 的上限，请压缩图片后重新投放。"
        raise Unreadable("more bytes than a drop may have", note)
    return _understand(_run_child(_pack(json.dumps(list(files)), list(files.values())), limits))


def main() -> None:
    """What the child does. It exits with 0 when it has answered, be it with an error."""
    _confine(float(sys.argv[1]), int(sys.argv[2]))
    sys.stdout.buffer.write(_answer(sys.stdin.buffer.read()))


# ---------------------------------------------------------------------------- in the parent


def _run_child(question: bytes, limits: Limits) -> bytes:
    """The child's answer. It leads a process group of its own, so that nothing of it outlives its time."""
    command = [sys.executable, "-I", "-X", "utf8", "-m", "publisher.jail", str(limits.seconds), str(limits.memory)]
    with subprocess.Popen(  # noqa: S603 # our own module in our own interpreter
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_ENVIRONMENT,
        cwd="/",
        start_new_session=True,
    ) as child:
        try:
            answer, complaint = child.communicate(question, timeout=limits.seconds)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            raise _too_much(limits, f"no answer after {limits.seconds:g} s") from None
        except BaseException:
            os.killpg(child.pid, signal.SIGKILL)
            raise
    if child.returncode == 0:
        return answer
    last = (complaint.decode("utf-8", "replace").strip().splitlines() or ["no word"])[-1][:300]
    if child.returncode < 0 or b"emory" in complaint:  # Python and libxml2 spell it each in its own way
        raise _too_much(limits, f"child ended by {child.returncode}: {last}")
    raise Unreadable(f"child ended by {child.returncode}: {last}", _BROKEN)


def _too_much(limits: Limits, detail: str) -> Unreadable:
    return Unreadable(detail, _TOO_MUCH.format(seconds=limits.seconds, megabytes=limits.memory // _MEGABYTE))


def _understand(answer: bytes) -> Newsletter:
    """The newsletter of the child's answer, or the error that it tells of, raised here."""
    try:
        head, parts = _unpack(answer)
        reply = json.loads(head)
        if "error" not in reply:
            newsletter = load(reply["newsletter"], Newsletter)
            assets = zip(newsletter.assets, parts, strict=True)
            return replace(newsletter, assets=tuple(replace(asset, data=data) for asset, data in assets))
    except (ValueError, KeyError, TypeError) as error:
        raise Unreadable(f"the child's answer is unreadable: {error}", _BROKEN) from error
    raise _RAISED.get(reply["error"], Unreadable)(reply["detail"], reply["note"])


# ---------------------------------------------------------------------------- in the child


def _confine(seconds: float, memory: int) -> None:
    """Limits, for good. They are set here and not by the parent: between fork and exec a parent with threads
    may run next to nothing.
    """
    cpu = max(1, round(seconds))
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (least, least))
    # Where the system does not allow it, the network stays; the importers do not use it anyway.
    ctypes.CDLL(None).unshare(_NEW_USER_AND_NETWORK)


def _answer(question: bytes) -> bytes:
    """The newsletter of the files in `question`, or the error that names itself."""
    from publisher.importers.bundle import import_bundle
    from publisher.newsletter import recover

    names, parts = _unpack(question)
    try:
        newsletter = recover(import_bundle(dict(zip(json.loads(names), parts, strict=True))))
    except PublisherError as error:
        reply = {"error": type(error).__name__, "detail": error.detail, "note": error.note}
        return _pack(json.dumps(reply), [])
    bare = tuple(replace(asset, data=b"") for asset in newsletter.assets)
    reply = {"newsletter": dump(replace(newsletter, assets=bare))}
    return _pack(json.dumps(reply, ensure_ascii=False), [asset.data for asset in newsletter.assets])


# ---------------------------------------------------------------------------- between them


def _pack(head: str, parts: Sequence[bytes]) -> bytes:
    """A line with the sizes of what follows, then the head and the parts as they are: pictures need no base64."""
    pieces = [head.encode(), *parts]
    return b"".join([json.dumps([len(piece) for piece in pieces]).encode(), b"\n", *pieces])


def _unpack(message: bytes) -> tuple[str, list[bytes]]:
    sizes, _, rest = message.partition(b"\n")
    pieces, start = [], 0
    for size in json.loads(sizes):
        pieces.append(rest[start : start + size])
        start += size
    if start != len(rest):
        raise ValueError("cut short")
    return pieces[0].decode(), pieces[1:]


if __name__ == "__main__":
    main()
