"""The signatures of plain messages, by which the door's processes know a replay."""

from __future__ import annotations

import secrets
import subprocess
import sys
from hashlib import sha1
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.web.stamps import Stamps

NOW = 1_796_000_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "door" / "stamps"


def signature(name: str = "") -> str:
    return sha1((name or secrets.token_hex()).encode(), usedforsecurity=False).hexdigest()


def test_the_same_body_under_a_signature_is_no_replay_and_another_is(path: Path) -> None:
    stamps = Stamps(path)
    seen = [(signature(), secrets.token_bytes(9)) for _ in range(50)]
    assert not any(stamps.is_replay(name, body, NOW) for name, body in seen)
    assert not any(stamps.is_replay(name, body, NOW + 5) for name, body in seen)
    assert all(stamps.is_replay(name, body + b" ", NOW + 5) for name, body in seen)
    assert not any(stamps.is_replay(name, body, NOW + 600) for name, body in seen)


def test_what_one_process_took_cannot_be_replayed_to_another(path: Path) -> None:
    mine, taken = Stamps(path), signature()
    assert not mine.is_replay(taken, b"first", NOW)
    program = "import sys; from tests.test_stamps import *"
    program += "; print([Stamps(Path(sys.argv[1])).is_replay(sys.argv[2], each, NOW) for each in (b'first', b'other')])"
    command = [sys.executable, "-c", program, str(path), taken]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip() == "[False, True]"


@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from([b"", b"a", b"b"])), max_size=30))
def test_it_is_the_first_body_that_counts(sent: list[tuple[int, bytes]]) -> None:
    stamps, first = Stamps(Path("/dev/null/stamps")), dict[int, bytes]()
    for name, body in sent:
        assert stamps.is_replay(signature(f"{name}"), body, NOW) == (first.setdefault(name, body) != body)


def test_of_many_signatures_in_one_place_the_last_four_are_known_and_none_is_refused(path: Path) -> None:
    """All end alike, which no forger can bring about."""
    stamps = Stamps(path)
    names = [signature()[:32] + "0" * 8 for _ in range(20)]
    assert not any(stamps.is_replay(name, name.encode(), NOW) for name in names)
    assert all(stamps.is_replay(name, b"other", NOW) for name in names[-4:])
    assert not any(stamps.is_replay(name, name.encode(), NOW) for name in names * 2)


def test_of_the_last_eight_thousand_signatures_nearly_every_one_is_known(path: Path) -> None:
    stamps = Stamps(path)
    names = [signature(str(number)) for number in range(8192)]
    assert not any(stamps.is_replay(name, b"first", NOW) for name in names)
    forgotten = sum(not stamps.is_replay(name, b"other", NOW) for name in names)
    assert forgotten <= 2


def test_without_the_file_a_process_knows_its_own_and_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("no folder")
    stamps, taken = Stamps(tmp_path / "file" / "stamps"), signature()
    assert [stamps.is_replay(taken, body, NOW + at) for at, body in enumerate((b"a", b"a", b"b"))] == [
        False,
        False,
        True,
    ]
    (told,) = [record.message for record in caplog.records]
    assert told.startswith("stamps cannot be used, each process looks for replays by itself: ")


def test_after_closing_nothing_is_forgotten_by_who_comes_next(path: Path) -> None:
    stamps, taken = Stamps(path), signature()
    stamps.is_replay(taken, b"a", NOW)
    stamps.close()
    assert Stamps(path).is_replay(taken, b"b", NOW)
