"""Reads an editor's files, and makes their pictures fit, in child processes with limits: memory, time, no disk, no
network.

A hostile or damaged file costs one refusal, never the worker. The child is this module, run as a program: it gets a
question on its standard input and gives the answer, or what is wrong, on its standard output.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from publisher.codec import pack, unpack
from publisher.confinement import MEGABYTE, Ended, Limits, confine, read_limits, run_module
from publisher.document import Newsletter
from publisher.errors import NeedsPerson, PublisherError, Unpublishable, Unreadable
from publisher.importers.supplies import NOTHING, Supplies, Wants

_THIS: Final = "publisher.jail"
_MOST_BYTES: Final = 120 * MEGABYTE
_turn: Final = threading.BoundedSemaphore(2)
"""Children at once: a dozen accounts with a drop each must not want more memory than the service may have."""
_CRASHES: Final = frozenset({signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGILL, signal.SIGFPE})
"""How a library ends a child; one that uses too much ends by SIGKILL."""
_RAISED: Final = {cls.__name__: cls for cls in (Unreadable, Unpublishable, NeedsPerson)}
_TOO_MUCH: Final = (
    "文件太大或已损坏：读取它用的时间或内存超过了上限（{seconds:g} 秒、{megabytes} MB）。"
    "请用 Word、WPS 或浏览器打开检查，另存一份，或拆成几份后重新投放。"
)
_BROKEN: Final = "读取文件时程序出错，没有读完。请另存一份后重新投放；如果还是这样，请把文件交给系统管理员。"

READING: Final = Limits(seconds=60, memory=512 * MEGABYTE)
"""Far more than any newsletter needs, far less than would harm the machine."""
FITTING: Final = Limits(seconds=60, memory=1024 * MEGABYTE)
"""A picture of 60 megapixels is 180 MB before anything is done with it."""


def read(files: Mapping[str, bytes], supplies: Supplies = NOTHING, limits: Limits = READING) -> Newsletter | Wants:
    """The newsletter that `files` (by relative POSIX path) hold, or what must be supplied before it can be read.

    Raises Unreadable, or what the importers raise, with a note for the editor. Any thread may call it.
    """
    _check_size(files)
    return _ask(_Question(files=files, supplies=supplies), limits)


@dataclass(frozen=True, slots=True)
class Fitted:
    """A newsletter whose pictures are as the platform takes them."""

    newsletter: Newsletter


def read_and_fit(
    files: Mapping[str, bytes], supplies: Supplies = NOTHING, limits: Limits = READING
) -> Newsletter | Fitted | Wants:
    """As `read`; but where all pictures are small, the same child makes them fit, under the limits of reading: a child
    of their own would take longer to start than they take.
    """
    _check_size(files)
    ended = _run(_Question(files=files, supplies=supplies, fitting=True), limits)
    if -ended.code in _CRASHES:
        # Perhaps a picture's fault, which must cost no more than the picture: they get a child of their own.
        return _ask(_Question(files=files, supplies=supplies), limits)
    said = _unpacked(_checked(ended, limits))
    found = _found(said)
    return Fitted(found) if said.fitted and isinstance(found, Newsletter) else found


def fit(newsletter: Newsletter, limits: Limits = FITTING) -> Newsletter:
    """The newsletter with its pictures as the platform takes them. Raises Unreadable where the child did not live."""
    found = _ask(_Question(newsletter=newsletter), limits)
    if isinstance(found, Wants):
        raise Unreadable("pictures want nothing", _BROKEN)
    return found


def main() -> None:
    """What the child does. It exits with 0 when it has answered, be it with an error."""
    confine(read_limits(sys.argv[1:]))
    sys.stdout.buffer.write(answer(sys.stdin.buffer.read()))


# ---------------------------------------------------------------------------- what is said


@dataclass(frozen=True, slots=True)
class _Question:
    """Files to read, with small pictures made to fit where `fitting`; or a newsletter whose pictures must fit."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    supplies: Supplies = NOTHING
    newsletter: Newsletter | None = None
    fitting: bool = False


@dataclass(frozen=True, slots=True)
class _Answer:
    """A newsletter, `fitted` if its pictures are, or what it takes to read it, or an error by its class, its detail and
    its note.
    """

    newsletter: Newsletter | None = None
    fitted: bool = False
    wants: Wants | None = None
    error: str = ""
    detail: str = ""
    note: str = ""


# ---------------------------------------------------------------------------- in the parent


def _check_size(files: Mapping[str, bytes]) -> None:
    if sum(map(len, files.values())) > _MOST_BYTES:
        note = f"文件一共超过了 {_MOST_BYTES // MEGABYTE} MB 的上限，请压缩图片后重新投放。"
        raise Unreadable("more bytes than a drop may have", note)


def _ask(question: _Question, limits: Limits) -> Newsletter | Wants:
    return understand(_checked(_run(question, limits), limits))


def _run(question: _Question, limits: Limits) -> Ended:
    message = pack(question)
    with _turn:
        return run_module(_THIS, limits.words(), message, limits)


def _checked(ended: Ended, limits: Limits) -> bytes:
    """What the child said, if it came to its end."""
    detail = f"no answer after {limits.seconds:g} s" if ended.overran else f"child: {ended.code}: {ended.complaint}"
    if ended.code == 0:
        return ended.output
    if ended.code < 0 or "emory" in ended.complaint:  # Python and libxml2 spell it each in its own way
        note = _TOO_MUCH.format(seconds=limits.seconds, megabytes=limits.memory // MEGABYTE)
        raise Unreadable(detail, note)
    raise Unreadable(detail, _BROKEN)


def understand(message: bytes) -> Newsletter | Wants:
    """What the child's message says; the error that it tells of is raised here."""
    return _found(_unpacked(message))


def _unpacked(message: bytes) -> _Answer:
    try:
        return unpack(message, _Answer)
    except ValueError as error:
        raise Unreadable(f"the child's answer is unreadable: {error}", _BROKEN) from error


def _found(said: _Answer) -> Newsletter | Wants:
    found = said.newsletter or said.wants
    if found is None:
        raise _RAISED.get(said.error, Unreadable)(said.detail, said.note or _BROKEN)
    return found


# ---------------------------------------------------------------------------- in the child


def answer(message: bytes) -> bytes:
    """The answer to a question, both as messages."""
    question = unpack(message, _Question)
    try:
        return pack(_work_on(question))
    except PublisherError as error:
        return pack(_Answer(error=type(error).__name__, detail=error.detail, note=error.note))


def _work_on(question: _Question) -> _Answer:
    if question.newsletter is not None:
        from publisher.pictures import fit_pictures

        return _Answer(fit_pictures(question.newsletter))
    from publisher.importers.bundle import import_bundle
    from publisher.newsletter import recover

    found = import_bundle(question.files, question.supplies)
    if isinstance(found, Wants):
        return _Answer(wants=found)
    newsletter = recover(found)
    return _fitted_if_small(newsletter) if question.fitting and newsletter.assets else _Answer(newsletter)


def _fitted_if_small(newsletter: Newsletter) -> _Answer:
    from publisher.pictures import are_small, fit_pictures

    if are_small(newsletter.assets):
        return _Answer(fit_pictures(newsletter), fitted=True)
    return _Answer(newsletter)


if __name__ == "__main__":
    main()
