"""Spoilt files by the hundred: each is read or refused, in its time and its memory, and nothing else.

`make fuzz` tries 10,000; FUZZ_CASES says how many are tried in all.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz_corpus import FAMILIES, files_of
from tests.mutations import Spoil, spoil, spoils

CASES = int(os.environ.get("FUZZ_CASES", "500"))


class Server:
    """A fuzz server, asked over its standard input."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.fuzz_server"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        atexit.register(self.close)

    def ask(self, name: str, data: bytes) -> Mapping[str, str]:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps({"name": name, "size": len(data)}).encode() + b"\n" + data)
        stdin.flush()
        answer: Mapping[str, str] = json.loads(stdout.readline())
        return answer

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()


@cache
def server() -> Server:
    return Server()


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("family", FAMILIES)
@settings(
    max_examples=max(1, CASES // len(FAMILIES)),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
@given(choice=st.floats(0, 1, exclude_max=True), changes=spoils, member=st.floats(0, 1))
def test_a_spoilt_file_is_read_or_refused(family: str, choice: float, changes: list[Spoil], member: float) -> None:
    files = files_of(family)
    name = sorted(files)[int(choice * len(files))]
    answer = server().ask(name, spoil(files[name], changes, member))
    assert answer["end"] in {"read", "refused", "wants"}, f"{name}: {answer['end']}: {answer['said']}"


@pytest.mark.parametrize("family", FAMILIES)
def test_the_files_that_are_spoilt_are_sound(family: str) -> None:
    ends = {name: server().ask(name, data)["end"] for name, data in files_of(family).items()}
    assert set(ends.values()) <= {"read", "wants"}, ends


def test_the_server_tells_what_it_is_there_to_find() -> None:
    """Otherwise nothing that the other tests say would mean anything."""
    code = "import tests.fuzz_server as s\ns._read = lambda *_: {}\ns.main()"
    asked = json.dumps({"name": "a.txt", "size": 1}).encode() + b"\nx"
    for body, end in (
        ("1/0", "exception"),
        ("bytearray(600 * 2**20)", "memory"),
        ("__import__('time').sleep(60)", "hang"),
        ("__import__('os').abort()", "crash"),
        ("(_ for _ in ()).throw(s.Unreadable('no note'))", "mute"),
    ):
        program = [sys.executable, "-c", code.format(body)]
        done = subprocess.run(program, input=asked, capture_output=True, check=True)
        assert json.loads(done.stdout)["end"] == end
