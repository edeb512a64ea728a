from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from publisher import jail
from publisher.codec import pack, unpack
from publisher.confinement import MEGABYTE, Limits, confine
from publisher.document import Asset, Newsletter, fingerprint, plain_text
from publisher.errors import NeedsPerson, Unreadable
from publisher.importers.supplies import Wants
from publisher.jail import READING, answer, fit, main, understand
from tests.jailed import read
from tests.ole_files import OLD_WORD
from tests.world import picture as picture_of

PNG = b"\x89PNG\r\n\x1a\n" + bytes(8)
QUICK = Limits(seconds=0.02, memory=READING.memory)
NARROW = Limits(seconds=60, memory=160 * MEGABYTE)


def texts(newsletter: Newsletter) -> str:
    """Titles included: of a text as short as these tests', the rules may make either."""
    blocks = [plain_text(block) for article in newsletter.articles for block in article.blocks]
    return "\n".join([*(article.title for article in newsletter.articles), *blocks])


def refused(files: dict[str, bytes], limits: Limits = READING) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read(files, limits)
    return caught.value


def test_a_file_becomes_a_newsletter_with_its_pictures() -> None:
    files = {"稿.md": "# 题\n\n正文在此。\n\n![](图.png)\n".encode(), "图.png": PNG}
    newsletter = read(files)
    assert "正文在此。" in texts(newsletter)
    assert [(asset.fingerprint, asset.data) for asset in newsletter.assets] == [(fingerprint(PNG), PNG)]


def test_what_an_importer_refuses_is_refused_here_with_the_same_note() -> None:
    error = refused({"一.md": b"x", "二.md": b"y"})
    assert "2 份稿件" in error.note
    assert "documents" in error.detail


def test_a_file_that_takes_too_long_is_refused_and_the_caller_lives() -> None:
    error = refused({"稿.html": b"<p>" * 29_000}, QUICK)
    assert "时间或内存" in error.note
    assert "0.02 秒" in error.note


def test_a_file_that_takes_too_much_memory_is_refused_and_the_caller_lives() -> None:
    error = refused({"稿.md": b"x", "图.png": PNG + bytes(110 * MEGABYTE)}, NARROW)
    assert "时间或内存" in error.note
    assert "160 MB" in error.note


def test_more_bytes_than_a_drop_may_have_are_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jail, "_MOST_BYTES", 3)
    assert "MB" in refused({"稿.md": b"text"}).note


def test_no_traceback_reaches_the_editor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jail, "pack", lambda _: b"[1]\nx")
    error = refused({"稿.md": b"x"})
    assert "Traceback" not in error.note + error.detail
    assert "Error" in error.detail
    assert "系统管理员" in error.note


@pytest.mark.parametrize(
    "message", [b"", b"x", b"{}", b"[]\n", b"[2]\n{", b"[2]\n{}", b"[9]\n{}", b'[14]\n{"detail":"x"}']
)
def test_an_answer_that_is_none_is_refused(message: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        understand(message)
    assert "系统管理员" in caught.value.note


def test_an_error_of_the_child_keeps_its_class() -> None:
    with pytest.raises(NeedsPerson) as caught:
        understand(pack(jail._Answer(error="NeedsPerson", detail="what", note="请问")))
    assert (caught.value.detail, caught.value.note) == ("what", "请问")


def question(files: dict[str, bytes]) -> bytes:
    return pack(jail._Question(files=files))


def test_the_child_answers_in_this_process_as_in_its_own() -> None:
    found = understand(answer(question({"稿.md": "正文在此。".encode()})))
    assert isinstance(found, Newsletter)
    assert "正文在此。" in texts(found)
    with pytest.raises(Unreadable):
        understand(answer(question({"稿.exe": b"x"})))


def test_the_child_says_what_it_needs_to_read_a_drop() -> None:
    found = jail.read({"稿.doc": OLD_WORD})
    assert isinstance(found, Wants)
    assert [(wish.path, wish.suffix, wish.data) for wish in found.conversions] == [("稿.doc", ".doc", OLD_WORD)]


def test_pictures_are_made_to_fit_in_a_child() -> None:
    fitted = fit(Newsletter(None, (), assets=(Asset("a", "image/bmp", picture_of("BMP"), "图.bmp"),)))
    assert [(asset.fingerprint, asset.width > 0, asset.media_type) for asset in fitted.assets] == [
        ("a", True, "image/png")
    ]


def test_pictures_are_made_to_fit_in_this_process_as_in_a_child() -> None:
    newsletter = Newsletter(None, (), assets=(Asset("a", "image/bmp", picture_of("BMP"), "图.bmp"),))
    said = unpack(answer(pack(jail._Question(newsletter=newsletter))), jail._Answer)
    assert said.newsletter == fit(newsletter)


def test_a_child_that_fits_pictures_wants_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jail, "_ask", lambda *_: Wants(addresses=("x",)))
    with pytest.raises(Unreadable):
        fit(Newsletter(None, ()))


def test_many_threads_may_read_at_once() -> None:
    found: dict[int, str] = {}

    def one(number: int) -> None:
        found[number] = texts(read({"稿.txt": f"第 {number} 份稿件的正文。".encode()}))

    threads = [threading.Thread(target=one, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(f"第 {number} 份" in found[number] for number in range(4))


def test_an_interrupted_reading_leaves_no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    children: list[subprocess.Popen[bytes]] = []

    def interrupt(child: subprocess.Popen[bytes], question: bytes, timeout: float) -> tuple[bytes, bytes]:
        children.append(child)
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess.Popen, "communicate", interrupt)
    with pytest.raises(KeyboardInterrupt):
        read({"稿.md": b"x"})
    assert children[0].returncode == -signal.SIGKILL


def test_the_program_takes_files_and_gives_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Limits] = []
    answered = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr(jail, "confine", asked.append)
    monkeypatch.setattr(sys, "argv", ["jail", *Limits(1.5, 99).words()])
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(question({"a.txt": b"text"}))))
    monkeypatch.setattr(sys, "stdout", answered)
    main()
    assert asked == [Limits(1.5, 99)]
    assert isinstance(found := understand(answered.buffer.getvalue()), Newsletter)
    assert "text" in texts(found)


def test_the_child_can_neither_write_nor_outgrow_its_limits(tmp_path: Path) -> None:
    """Confined, a process may not do what no importer needs; tried in a fork, which ends with it."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.write(writer, "\n".join(_try_everything(tmp_path)).encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        done = stream.read().decode().split("\n")
    assert done == [""]


def _try_everything(folder: Path) -> list[str]:
    """The names of what succeeded."""
    confine(Limits(5, 512 * MEGABYTE))
    done = []
    try:
        (folder / "x").write_text("text")
        done.append("write")
    except OSError:
        pass
    try:
        bytearray(1024 * MEGABYTE)
        done.append("memory")
    except MemoryError:
        pass
    try:
        for _ in range(100):
            os.dup(0)
        done.append("files")
    except OSError:
        pass
    return done
