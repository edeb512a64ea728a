"""What editors drop is taken when it is complete, and never lost."""

from __future__ import annotations

import io
import os
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from publisher.errors import Unreadable
from publisher.inbox import Changed, Inbox, Look, companions, free_target, move, read_files, write_report
from tests.clock import Clock


@pytest.fixture
def drafts(tmp_path: Path) -> Path:
    folder = tmp_path / "drafts"
    folder.mkdir()
    return folder


@pytest.fixture
def clock() -> Clock:
    clock = Clock()
    # Copies carry the file system's own time; the tests' clock starts well after it, as a patient look would.
    import time

    clock.now = clock.now.fromtimestamp(time.time(), clock.now.tzinfo)
    return clock


def inbox_of(drafts: Path, accounts: tuple[str, ...] = ("main",), max_bytes: int = 1_000_000) -> Inbox:
    return Inbox(drafts, accounts, timedelta(seconds=5), timedelta(minutes=10), max_bytes)


def settled(inbox: Inbox, clock: Clock) -> Look:
    inbox.look(clock.now)
    return inbox.look(clock.turn(seconds=5))


def names(look: Look) -> list[str]:
    return [drop.name for drop in look.complete]


def docx() -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as file:
        file.writestr("[Content_Types].xml", "<Types/>")
    return memory.getvalue()


def test_a_file_is_complete_when_two_looks_saw_the_same(drafts: Path, clock: Clock) -> None:
    (drafts / "spring.txt").write_text("春天")
    inbox = inbox_of(drafts)
    first = inbox.look(clock.now)
    assert names(first) == []
    assert "等待文件复制完成" in first.waiting[0].why
    assert names(inbox.look(clock.turn(seconds=4))) == []
    assert names(inbox.look(clock.turn(seconds=1))) == ["spring.txt"]


def test_a_file_that_grows_is_waited_for(drafts: Path, clock: Clock) -> None:
    inbox, path = inbox_of(drafts), drafts / "spring.txt"
    path.write_text("春")
    inbox.look(clock.now)
    path.write_text("春天")
    assert names(inbox.look(clock.turn(seconds=5))) == []
    assert names(inbox.look(clock.turn(seconds=5))) == ["spring.txt"]


@pytest.mark.parametrize(
    "name",
    [
        "~$spring.docx", ".~lock.spring.docx#", ".DS_Store", "Thumbs.db", "desktop.ini", "spring.docx.part",
        "a.crdownload", "a.tmp", "a~", "spring.docx.报告.txt", "spring.docx.状态.txt", ".syncthing.a.tmp",
    ],
)  # fmt: skip
def test_what_programs_leave_behind_is_not_taken(drafts: Path, clock: Clock, name: str) -> None:
    (drafts / name).write_text("x")
    look = settled(inbox_of(drafts), clock)
    assert look.complete == ()
    assert look.waiting == ()


def test_a_conflict_copy_is_reported_and_never_taken(drafts: Path, clock: Clock) -> None:
    (drafts / "spring.sync-conflict-20261124-093000-ABC.docx").write_bytes(docx())
    look = settled(inbox_of(drafts), clock)
    assert look.complete == ()
    assert "冲突副本" in look.waiting[0].why


@pytest.mark.parametrize("lock", ["~$spring.docx", "~$ring.docx", ".~lock.spring.docx#", ".~spring.docx"])
def test_a_file_that_is_open_in_an_editor_is_waited_for(drafts: Path, clock: Clock, lock: str) -> None:
    (drafts / "spring.docx").write_bytes(docx())
    (drafts / lock).write_bytes(b"")
    inbox = inbox_of(drafts)
    assert "正在别人的电脑上打开" in settled(inbox, clock).waiting[0].why
    (drafts / lock).unlink()
    assert names(settled(inbox, clock)) == ["spring.docx"]


def test_a_lock_that_a_crashed_word_left_yesterday_is_ignored(drafts: Path, clock: Clock) -> None:
    (drafts / "spring.docx").write_bytes(docx())
    (drafts / "~$spring.docx").write_bytes(b"")
    yesterday = (clock.now - timedelta(hours=25)).timestamp()
    os.utime(drafts / "~$spring.docx", (yesterday, yesterday))
    assert names(settled(inbox_of(drafts), clock)) == ["spring.docx"]


def test_half_a_word_file_is_waited_for_and_taken_in_the_end_so_that_it_is_reported(drafts: Path, clock: Clock) -> None:
    (drafts / "spring.docx").write_bytes(docx()[:-30])
    inbox = inbox_of(drafts)
    assert "没有复制完整" in settled(inbox, clock).waiting[0].why
    assert names(inbox.look(clock.turn(minutes=10))) == ["spring.docx"]


def test_an_empty_file_is_waited_for_and_taken_in_the_end(drafts: Path, clock: Clock) -> None:
    (drafts / "empty.txt").write_bytes(b"")
    inbox = inbox_of(drafts)
    assert names(settled(inbox, clock)) == []
    assert names(inbox.look(clock.turn(minutes=10))) == ["empty.txt"]


def test_a_folder_is_one_drop_with_all_its_files(drafts: Path, clock: Clock) -> None:
    (drafts / "issue" / "pictures").mkdir(parents=True)
    (drafts / "issue" / "note.md").write_text("# x")
    (drafts / "issue" / "pictures" / "a.png").write_bytes(b"png")
    (drafts / "issue" / ".DS_Store").write_bytes(b"x")
    inbox = inbox_of(drafts)
    look = settled(inbox, clock)
    assert names(look) == ["issue"]
    assert dict(inbox.claim(look.complete[0]).files) == {"note.md": b"# x", "pictures/a.png": b"png"}


def test_an_empty_folder_is_waited_for(drafts: Path, clock: Clock) -> None:
    (drafts / "issue").mkdir()
    assert "空的" in settled(inbox_of(drafts), clock).waiting[0].why


def test_pictures_and_side_car_beside_a_file_belong_to_it(drafts: Path, clock: Clock) -> None:
    (drafts / "note.md").write_text("# x")
    (drafts / "note.assets").mkdir()
    (drafts / "note.assets" / "a.png").write_bytes(b"png")
    (drafts / "note.md.meta.yaml").write_text("title: x")
    inbox = inbox_of(drafts)
    look = settled(inbox, clock)
    assert names(look) == ["note.md"]
    assert set(inbox.claim(look.complete[0]).files) == {"note.md", "note.assets/a.png", "note.md.meta.yaml"}


def test_each_account_has_its_own_folder(drafts: Path, clock: Clock) -> None:
    (drafts / "east").mkdir()
    (drafts / "east" / "spring.txt").write_text("x")
    (drafts / "top.txt").write_text("y")
    look = settled(inbox_of(drafts, ("east", "west")), clock)
    assert [(drop.name, drop.account) for drop in look.complete] == [("top.txt", ""), ("east/spring.txt", "east")]


def test_links_out_of_the_folder_are_not_followed(drafts: Path, clock: Clock, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("x")
    (drafts / "link.txt").symlink_to(tmp_path / "secret.txt")
    assert settled(inbox_of(drafts), clock) == Look((), ())


def test_a_name_that_is_no_utf8_does_not_stop_the_others(drafts: Path, clock: Clock) -> None:
    (Path(os.fsdecode(os.fsencode(drafts) + b"/\xd6\xd0\xce\xc4.txt"))).write_text("x")
    (drafts / "good.txt").write_text("y")
    look = settled(inbox_of(drafts), clock)
    assert sorted(names(look)) == ["good.txt", "\ufffd\ufffd\ufffd\ufffd.txt"]
    for drop in look.complete:
        assert drop.name.encode()


def test_a_drop_that_changes_while_it_is_read_is_left_for_the_next_look(drafts: Path, clock: Clock) -> None:
    (drafts / "spring.txt").write_text("x")
    inbox = inbox_of(drafts)
    drop = settled(inbox, clock).complete[0]
    (drafts / "spring.txt").write_text("changed")
    with pytest.raises(Changed):
        inbox.claim(drop)


def test_a_drop_over_the_limit_is_refused_with_the_figures_but_has_a_fingerprint(drafts: Path, clock: Clock) -> None:
    (drafts / "big.txt").write_bytes(b"x" * 2000)
    inbox = inbox_of(drafts, max_bytes=1000)
    drop = settled(inbox, clock).complete[0]
    with pytest.raises(Unreadable) as caught:
        inbox.claim(drop)
    assert "太大" in caught.value.note
    (drafts / "same.txt").write_bytes(b"x" * 2000)
    other = inbox_of(drafts, max_bytes=10_000)
    claims = {other.claim(drop).fingerprint for drop in settled(other, clock).complete}
    assert claims == {inbox.fingerprint(drop)}


def test_a_folder_with_names_as_a_mac_writes_them_has_one_fingerprint(drafts: Path, clock: Clock) -> None:
    (drafts / "issue").mkdir()
    (drafts / "issue" / "note.md").write_text("# x")
    (drafts / "issue" / "re\u0301sume\u0301.png").write_bytes(b"png")
    inbox = inbox_of(drafts)
    drop = settled(inbox, clock).complete[0]
    claim = inbox.claim(drop)
    assert set(claim.files) == {"note.md", "r\u00e9sum\u00e9.png"}
    assert inbox.fingerprint(drop) == claim.fingerprint


def test_a_renamed_copy_has_the_same_fingerprint_and_a_changed_one_another(drafts: Path, clock: Clock) -> None:
    for name, text in (("a.txt", "x"), ("b.txt", "x"), ("c.txt", "y")):
        (drafts / name).write_text(text)
    inbox = inbox_of(drafts)
    prints = [inbox.claim(drop).fingerprint for drop in settled(inbox, clock).complete]
    assert prints[0] == prints[1] != prints[2]


def test_moving_never_replaces_what_is_there_and_takes_companions_along(drafts: Path, tmp_path: Path) -> None:
    done = tmp_path / "done"
    done.mkdir()
    (done / "note.md").write_text("older")
    (drafts / "note.md").write_text("newer")
    (drafts / "note.assets").mkdir()
    target = free_target(done, "note.md")
    assert target.name == "note (2).md"
    move(drafts / "note.md", target)
    assert (done / "note.md").read_text() == "older"
    assert target.read_text() == "newer"
    assert [path.name for path in companions(target)] == ["note (2).assets"]


def test_a_report_reads_well_in_windows_notepad(tmp_path: Path) -> None:
    write_report(tmp_path / "x.报告.txt", "第一行\n第二行\n")
    assert (tmp_path / "x.报告.txt").read_bytes() == "\ufeff第一行\r\n第二行\r\n".encode()
    assert [path.name for path in tmp_path.iterdir()] == ["x.报告.txt"]


def test_a_document_outside_the_drop_folder_is_read_with_its_pictures(tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text("# x")
    (tmp_path / "note.files").mkdir()
    (tmp_path / "note.files" / "a.png").write_bytes(b"png")
    assert set(read_files(tmp_path / "note.md")) == {"note.md", "note.files/a.png"}
