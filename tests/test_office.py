"""LibreOffice as it runs on this machine: what it makes of a file, and what it may not do meanwhile."""

from __future__ import annotations

import io
import re
import socket
import subprocess
import threading
import zipfile
from pathlib import Path
from typing import Any

import pytest
from docx import Document as WordDocument

from publisher import office
from publisher.confinement import Limits
from publisher.document import Heading, plain_text
from publisher.importers.docx import import_docx
from tests.docx_files import zipped
from tests.world import picture


def rtf(*paragraphs: str) -> bytes:
    said = "\\par ".join("".join(f"\\u{ord(char)}?" for char in text) for text in paragraphs)
    return f"{{\\rtf1\\ansi {said}}}".encode("ascii")


def test_a_document_becomes_a_word_file() -> None:
    made = office.to_docx(rtf("春茶开采", "首批鲜叶今日下山。"), ".rtf")
    assert [plain_text(block) for block in import_docx(made, "稿.docx").blocks] == ["春茶开采", "首批鲜叶今日下山。"]


def test_headings_live_through_the_conversion() -> None:
    word = WordDocument()
    word.add_heading("概况", 1)
    old = office.to_docx(saved(word), ".docx")
    assert isinstance(import_docx(old, "稿.docx").blocks[0], Heading)


def test_what_it_cannot_open_is_said_to_the_editor() -> None:
    with pytest.raises(office.NotConverted, match="密码"):
        office.to_docx(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"rubbish" * 100, ".doc")


def test_where_it_is_not_installed_the_editor_hears_how_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "_PLACES", ())
    assert not office.is_installed()
    with pytest.raises(office.NotConverted, match=r"另存为 \.docx.*apt-get install libreoffice"):
        office.to_docx(b"x", ".doc")


def test_its_time_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "LIMITS", Limits(0.05, office.LIMITS.memory))
    with pytest.raises(office.NotConverted, match=r"超过了 0\.05 秒"):
        office.to_docx(rtf("一"), ".rtf")


def test_a_picture_that_a_document_links_to_is_not_fetched(tmp_path: Path) -> None:
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(60)
        thread = threading.Thread(target=_listen, args=(server, asked), daemon=True)
        thread.start()
        word = linking(f"http://127.0.0.1:{server.getsockname()[1]}/a.png")
        assert office.to_docx(word, ".docx")[:2] == b"PK"
        alone = len(asked)
        unguarded(word, tmp_path)
        with socket.create_connection(server.getsockname()) as bell:
            bell.sendall(b"over")
        thread.join()
    assert alone == 0
    assert len(asked) > 1, "it would have been asked for by a LibreOffice without guards"


def saved(word: Any) -> bytes:
    stream = io.BytesIO()
    word.save(stream)
    return stream.getvalue()


def linking(address: str) -> bytes:
    """A Word file whose picture is on the web."""
    word = WordDocument()
    word.add_picture(io.BytesIO(picture()))
    files = zipfile.ZipFile(io.BytesIO(saved(word)))
    parts = {name: files.read(name) for name in files.namelist()}
    rels = parts["word/_rels/document.xml.rels"].decode()
    external = f'Target="{address}" TargetMode="External"'
    parts["word/_rels/document.xml.rels"] = re.sub(r'Target="media/[^"]+"', external, rels).encode()
    parts["word/document.xml"] = parts["word/document.xml"].replace(b"r:embed=", b"r:link=")
    return zipped(parts)


def unguarded(word: bytes, folder: Path) -> None:
    (folder / "a.docx").write_bytes(word)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(folder / "a.docx")]
    subprocess.run(command, check=True, capture_output=True, timeout=60, stdin=subprocess.DEVNULL)


def _listen(server: socket.socket, asked: list[bytes]) -> None:
    """Hears everybody who comes, up to the bell that ends the test."""
    while b"over" not in asked:
        connection, _ = server.accept()
        with connection:
            connection.settimeout(10)
            asked.append(connection.recv(200))


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    office.to_docx(rtf("一"), ".rtf")
    assert list(tmp_path.iterdir()) == []
