"""The marks by which the door's processes know that nobody of them has met a delivery."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.web.sightings import Sightings

NOW = 1_796_000_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "door" / "sightings"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sightings") / "sightings"


def key() -> bytes:
    return secrets.token_bytes(16)


def opened(path: Path, now: int = NOW) -> Sightings:
    """What has been in use for a while."""
    sightings = Sightings(path)
    sightings.meet(key(), 0, now - 100)
    return sightings


def test_what_is_met_for_the_first_time_is_new_and_then_it_is_not(path: Path) -> None:
    sightings, keys = opened(path), [key() for _ in range(50)]
    assert [sightings.meet(each, NOW, NOW) for each in keys] == [True] * 50
    assert [sightings.meet(each, NOW, NOW + 15) for each in keys] == [False] * 50


def test_what_one_process_has_met_is_new_to_no_other(path: Path) -> None:
    mine, met = opened(path), key()
    assert mine.meet(met, NOW, NOW)
    program = "import sys; from tests.test_sightings import *"
    program += "; print(opened(Path(sys.argv[1])).meet(bytes.fromhex(sys.argv[2]), int(sys.argv[3]), int(sys.argv[3])))"

    def ask(known: bytes) -> str:
        command = [sys.executable, "-c", program, str(path), known.hex(), str(NOW + 5)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    theirs = key()
    assert [ask(met), ask(theirs), ask(theirs)] == ["False", "True", "False"]
    assert not mine.meet(theirs, NOW, NOW + 6)


@given(st.integers(0, 100_000), st.integers(0, 20), st.integers(-12, 25), st.integers(0, 2**32 - 1))
def test_no_repeated_delivery_is_taken_for_new(shared: Path, start: int, repeated: int, age: int, place: int) -> None:
    """Whenever it comes, for as long as the platform repeats it, however far its clock is from ours."""
    now = NOW + start
    sightings = opened(shared, now)
    name = bytes(12) + place.to_bytes(4, "big")
    sightings.meet(name, now - age, now)
    assert not sightings.meet(name, now - age, now + repeated)
    assert not sightings.meet(name, now - age, now - repeated)  # the clock was set back
    sightings.close()


@pytest.mark.parametrize("created", [NOW - 21, NOW + 11, 0])
def test_what_was_sent_long_ago_or_by_a_clock_that_is_wrong_is_never_certainly_new(path: Path, created: int) -> None:
    sightings = Sightings(path)
    sightings.meet(key(), NOW - 1000, NOW - 1000)
    assert not sightings.meet(key(), created, NOW)
    assert sightings.meet(key(), NOW, NOW)


def test_what_was_sent_before_there_were_marks_is_not_certainly_new(path: Path) -> None:
    """Nor what is sent while another process may still mark in a former file."""
    sightings = Sightings(path)
    assert [sightings.meet(key(), NOW + age, NOW + 5) for age in (-1, 0, 1, 2, 3)] == [False] * 5
    sightings = Sightings(path)
    sightings.meet(key(), NOW, NOW)
    assert [sightings.meet(key(), NOW + age, NOW + 5) for age in (-1, 0, 1, 2, 3)] == [False, False, False, True, True]


def test_a_mark_is_over_after_a_minute(path: Path) -> None:
    sightings, met = opened(path), key()
    assert sightings.meet(met, NOW, NOW)
    assert sightings.meet(met, NOW + 60, NOW + 60)  # not the same delivery any more


def test_a_file_that_another_has_put_in_its_place_is_followed(path: Path) -> None:
    first = opened(path)
    assert first.meet(key(), NOW, NOW)
    path.unlink()
    second, other = opened(path, NOW + 101), key()
    assert second.meet(other, NOW + 5, NOW + 5)
    assert not first.meet(key(), NOW + 6, NOW + 6)
    assert first.meet(key(), NOW + 8, NOW + 8)
    assert not first.meet(other, NOW + 8, NOW + 8)


@pytest.mark.parametrize("content", [b"", b"of another version"])
def test_a_file_that_is_none_makes_nothing_new_and_is_said(
    path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    sightings = Sightings(path)
    assert not sightings.meet(key(), NOW, NOW)
    assert not sightings.meet(key(), NOW, NOW + 5)
    told = "sightings is of another version, every delivery is looked for"
    assert [record.message for record in caplog.records] == [told]
    assert path.read_bytes() == content


def test_a_folder_that_cannot_be_made_makes_nothing_new(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("no folder")
    sightings = Sightings(tmp_path / "file" / "sightings")
    for second in range(3):
        assert not sightings.meet(key(), NOW, NOW + second)
    assert len(caplog.records) == 1


def test_two_that_make_the_file_at_once_have_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    met = key()
    link = os.link

    def late(source: str, target: Path) -> None:
        monkeypatch.setattr(os, "link", link)
        assert opened(path).meet(met, NOW, NOW)  # the other one was quicker
        link(source, target)

    monkeypatch.setattr(os, "link", late)
    assert not opened(path).meet(met, NOW, NOW)
    assert [each.name for each in path.parent.iterdir()] == ["sightings"]
