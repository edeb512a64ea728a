"""The rules of a running door: a changed file is taken over, a broken one is not."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from publisher.replies import Rules
from publisher.rulebook import Rulebook

ONE = '[[reply]]\nname = "一"\nwords = "甲"\ntext = "一"\n'
TWO = ONE + '[[reply]]\nname = "二"\nwords = "乙"\ntext = "二"\n'


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    path = tmp_path / "replies.toml"
    write(path, ONE)
    return path


def write(path: Path, text: str) -> None:
    """Write the file a second later than it was written before: tests are quicker than the clock of a disk."""
    later = path.stat().st_mtime_ns + 10**9 if path.exists() else 10**18
    path.write_bytes(text.encode(errors="surrogateescape"))
    os.utime(path, ns=(later, later))


def opened(path: Path) -> Rulebook:
    book = Rulebook(path, ["main"])
    book.look()
    return book


def names(book: Rulebook) -> list[str]:
    return [rule.name for rule in book.rules]


def test_a_changed_file_is_taken_over(path: Path) -> None:
    book = opened(path)
    assert names(book) == ["一"]
    write(path, TWO)
    assert names(book) == ["一"]
    book.look()
    assert names(book) == ["一", "二"]
    assert isinstance(book.rules, Rules)


def test_an_unchanged_file_is_not_read_again(path: Path) -> None:
    book = opened(path)
    before = book.rules
    book.look()
    assert book.rules is before


BREAKS: list[tuple[str, Callable[[Path], None], str]] = [
    ("toml", lambda path: write(path, "[[reply"), "replies.toml 不是正确的 TOML："),
    ("bytes", lambda path: write(path, "\udcff"), "replies.toml 不是正确的 TOML："),
    ("rules", lambda path: write(path, ONE + ONE), "replies.toml：有 2 条规则都叫“一”"),
    ("account", lambda path: write(path, ONE + 'accounts = ["east"]'), "accounts 里的“east”没有配置"),
    ("gone", lambda path: path.unlink(), "replies.toml 不见了，继续用原来的规则"),
    ("folder", lambda path: path.unlink() or path.mkdir(), "replies.toml 读不了："),  # type: ignore[func-returns-value]
]


@pytest.mark.parametrize(("name", "spoil", "said"), BREAKS, ids=[name for name, _, _ in BREAKS])
def test_a_broken_file_leaves_the_old_rules_and_is_logged_once(
    path: Path, caplog: pytest.LogCaptureFixture, name: str, spoil: Callable[[Path], None], said: str
) -> None:
    book = opened(path)
    spoil(path)
    with caplog.at_level(logging.ERROR, "publisher.rulebook"):
        book.look()
        book.look()
    assert names(book) == ["一"]
    assert said in book.fault
    assert len(caplog.records) == 1
    if path.is_dir():
        path.rmdir()
    write(path, TWO)
    book.look()
    assert (names(book), book.fault) == (["一", "二"], "")


def test_a_file_that_is_being_written_is_left_for_the_next_look(
    path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = opened(path)
    write(path, "[[rep")
    read = Path.read_bytes

    def read_meanwhile(self: Path) -> bytes:
        half = read(self)
        write(path, TWO)
        return half

    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", read_meanwhile)
        book.look()
    assert (names(book), book.fault, caplog.records) == (["一"], "", [])
    book.look()
    assert names(book) == ["一", "二"]


def test_a_workspace_without_the_file_has_no_rules_until_there_is_one(tmp_path: Path) -> None:
    book = opened(tmp_path / "replies.toml")
    assert (book.rules, book.fault) == ((), "")
    write(tmp_path / "replies.toml", "\ufeff" + ONE)
    book.look()
    assert names(book) == ["一"]
