"""How fast readers get their answers: our door beside a bare echo on the same server, and beside Flask with wechatpy.

All servers are up together, and one at a time is asked, in short windows by turns. A ratio is taken of two windows of
the same round, so that a machine that slows down slows both; a window in which others were busy is repeated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from rich.console import Console
from rich.table import Table

from tests.bench.library import ISSUES, past_issues
from tests.bench.load import QUIET, Pace, Window, keep_pace, press, wait_for_calm
from tests.bench.readers import WORDS, Readers, expected_number
from tests.bench.servers import ACCOUNTS, Running, door, echo, flask
from tests.bench.soak import describe, soak, too_heavy

ROUNDS: Final = 5
SECONDS: Final = 2
_ATTEMPTS: Final = 3
_SPARE: Final = 12
"""Windows that are repeated in all: a busy machine makes the bench longer, but not much."""
_ENOUGH: Final = 3
"""Quiet windows that speak for themselves; where there are fewer, the others are heard, too."""
_FIRST: Final = 40_000
_ECHO, _OURS, _FLASK = "echo", "publisher", "wechatpy, Flask, gunicorn"
_LEAST_OF_ECHO: Final = {"plain": 0.55, "encrypted": 0.40}
_LEAST_TO_FLASK: Final = 3.0
_LONGEST: Final = 25.0
"""Milliseconds within which 99 of 100 answers are there, at half the peak rate."""
_PACES: Final = 3
_MESSAGES: Final = 200_000
"""How many the door answers while its memory is watched."""

Windows = Mapping["Subject", list[Window]]


@dataclass(frozen=True, slots=True)
class Subject:
    """One server in one mode."""

    name: str
    readers: Readers
    running: Running

    @property
    def mode(self) -> str:
        return "encrypted" if self.readers.platform.aeskey else "plain"

    def __hash__(self) -> int:
        return hash((self.name, self.mode))

    def __str__(self) -> str:
        return f"{self.name}, {self.mode}"


def measure_door(console: Console, folder: Path) -> list[str]:
    """Prints the tables of the callback door; the wishes that were not fulfilled."""
    folder.mkdir()
    with ExitStack() as stack:
        subjects = _start(stack, folder)
        faults = [fault for subject in subjects if subject.name != _ECHO for fault in _check(subject)]
        if faults:
            return faults
        ours = [subject for subject in subjects if subject.name == _OURS]
        expected = {subject: _press(subject, _FIRST, 1, folder).answer_bytes for subject in subjects}
        windows = _measure(subjects, folder)
        console.print(_speed_table(windows))
        faults += [*_broken(windows, expected), *_too_slow(windows)]
        paces = {subject: _pace(subject, windows[subject], folder) for subject in ours}
        console.print(_pace_table(paces))
        faults += [fault for subject, found in paces.items() for fault in _too_late(subject, found)]
        memory = soak(ours[0].running, [subject.readers for subject in ours], _MESSAGES, folder)
        console.print(describe(memory))
        faults += too_heavy(memory)
    return faults


def _start(stack: ExitStack, folder: Path) -> list[Subject]:
    """The servers, once they answer."""
    past = past_issues()
    readers = {name: Readers(platform, f"/wechat/{name}") for name, platform in ACCOUNTS.items()}
    plain, encrypted = readers["plain"], readers["encrypted"]
    bare = stack.enter_context(echo())
    ours = stack.enter_context(door(folder / "door", past))
    peer = stack.enter_context(flask(folder / "flask", past))
    return [
        Subject(_ECHO, plain, bare),
        Subject(_OURS, plain, ours),
        Subject(_FLASK, plain, peer),
        Subject(_OURS, encrypted, ours),
        Subject(_FLASK, encrypted, peer),
    ]


# ---------------------------------------------------------------------------- right answers


def _check(subject: Subject) -> Iterator[str]:
    """What is wrong with the answers of a server: every word must give its issue, a wrong signature nothing."""
    past = {each.number: each for each in past_issues()}
    for word in dict.fromkeys(WORDS):
        status, body = subject.readers.ask(subject.running.port, word)
        found = subject.readers.platform.open_reply(body).findtext("Articles/item/Url") if status == 200 else ""
        if found != past[expected_number(word)].url:
            yield f"{subject}: {word} was answered with {status} and {found!r}"
    status, _ = subject.readers.ask(subject.running.port, WORDS[0], "anotherTOKEN")
    if status != 403:
        yield f"{subject}: a wrong signature was answered with {status}"


def _broken(windows: Windows, expected: Mapping[Subject, float]) -> Iterator[str]:
    """Answers under load that were none."""
    for subject, found in windows.items():
        refused, broken = sum(each.refused for each in found), sum(each.broken for each in found)
        if refused or broken:
            yield f"{subject}: {refused} answers were no 200, {broken} connections broke"
        if any(abs(each.answer_bytes / expected[subject] - 1) > 0.05 for each in found):
            yield f"{subject}: under load the answers are not as long as they should be"


# ---------------------------------------------------------------------------- speed


def _measure(subjects: list[Subject], folder: Path) -> dict[Subject, list[Window]]:
    """A window of each subject in every round; there and back, so that what drifts is shared."""
    found: dict[Subject, list[Window]] = {subject: [] for subject in subjects}
    spare = iter(range(_SPARE))
    for number in range(ROUNDS):
        for subject in subjects if number % 2 == 0 else reversed(subjects):
            before = found[subject]
            count = int(1.5 * SECONDS * before[-1].rate) + 2000 if before else _FIRST
            found[subject].append(_quiet_window(subject, count, folder, spare))
    return found


def _quiet_window(subject: Subject, count: int, folder: Path, spare: Iterator[int]) -> Window:
    """A window in which others did little; the quietest, if there is none."""
    found = [_press(subject, count, SECONDS, folder)]
    while found[-1].others > QUIET and len(found) < _ATTEMPTS and next(spare, None) is not None:
        wait_for_calm(SECONDS)
        found.append(_press(subject, count, SECONDS, folder))
    return min(found, key=lambda window: max(window.others, QUIET))


def _press(subject: Subject, count: int, seconds: int, folder: Path) -> Window:
    return press(subject.running, subject.readers, count, seconds, folder)


def _ratio(windows: Windows, one: Subject, other: Subject) -> float:
    """The median over the rounds of one rate to another."""
    pairs = list(zip(windows[one], windows[other], strict=True))
    quiet = [pair for pair in pairs if all(each.others <= QUIET for each in pair)]
    return median(mine.rate / theirs.rate for mine, theirs in (quiet if len(quiet) >= _ENOUGH else pairs))


def _find(windows: Windows, name: str, mode: str) -> Subject:
    return next(subject for subject in windows if (subject.name, subject.mode) == (name, mode))


def _too_slow(windows: Windows) -> Iterator[str]:
    bare = _find(windows, _ECHO, "plain")
    for mode, least in _LEAST_OF_ECHO.items():
        ours, peer = _find(windows, _OURS, mode), _find(windows, _FLASK, mode)
        of_echo, to_peer = _ratio(windows, ours, bare), _ratio(windows, ours, peer)
        if of_echo < least:
            yield f"{ours}: {of_echo:.2f} of a bare echo, {least:.2f} wanted"
        if to_peer < _LEAST_TO_FLASK:
            yield f"{ours}: {to_peer:.1f} times as fast as {_FLASK}, {_LEAST_TO_FLASK:.0f} wanted"


def _speed_table(windows: Windows) -> Table:
    columns = ("answers a second", "to echo", "CPU µs each", "p50 ms", "p99 ms", "others' cores", "quiet windows")
    table = Table("server", "mode", *columns, title=f"text to news, {ISSUES} past issues, 2 processes, 32 connections")
    bare = _find(windows, _ECHO, "plain")
    for subject, found in windows.items():
        quiet = [each for each in found if each.others <= QUIET]
        heard = quiet if len(quiet) >= _ENOUGH else found
        rate, cpu, p50, p99, others = (
            median(getattr(each, name) for each in heard) for name in ("rate", "cpu", "p50", "p99", "others")
        )
        cells = f"{rate:,.0f}", f"{_ratio(windows, subject, bare):.2f}", f"{cpu:.0f}", f"{p50:.1f}", f"{p99:.1f}"
        table.add_row(subject.name, subject.mode, *cells, f"{others:.2f}", f"{len(quiet)} of {len(found)}")
    return table


# ---------------------------------------------------------------------------- waiting


def _pace(subject: Subject, windows: list[Window], folder: Path) -> list[Pace]:
    """Windows at half of what the server can at most."""
    rate = median(each.rate for each in windows) / 2
    found = []
    for _ in range(_PACES):
        wait_for_calm(SECONDS)
        found.append(keep_pace(subject.running, subject.readers, rate, SECONDS, folder))
    return found


def _too_late(subject: Subject, paces: list[Pace]) -> Iterator[str]:
    p99 = median(pace.p99 for pace in paces)
    if p99 >= _LONGEST:
        yield f"{subject}: p99 {p99:.1f} ms at half the peak rate, less than {_LONGEST:.0f} wanted"
    if lost := sum(pace.unanswered for pace in paces):
        yield f"{subject}: {lost} messages at half the peak rate got no answer"


def _pace_table(paces: Mapping[Subject, list[Pace]]) -> Table:
    table = Table("mode", "messages a second", "p50 ms", "p99 ms", "others' cores", title="at half the peak rate")
    for subject, found in paces.items():
        p50, p99, others = (median(getattr(each, name) for each in found) for name in ("p50", "p99", "others"))
        table.add_row(subject.mode, f"{found[0].rate:,.0f}", f"{p50:.1f}", f"{p99:.1f}", f"{others:.2f}")
    return table
