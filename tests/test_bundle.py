from __future__ import annotations

import io
import unicodedata
import zipfile
from collections.abc import Mapping

import pytest

from publisher.document import (
    Block,
    Box,
    Document,
    Figure,
    Items,
    Level,
    Metadata,
    Paragraph,
    Quote,
    Table,
    Text,
    fingerprint,
    pictures_of,
    plain_text,
)
from publisher.errors import Unreadable
from publisher.importers import archive
from publisher.importers.bundle import import_bundle
from publisher.importers.changing import map_blocks
from publisher.importers.supplies import NOTHING, Conversion, Supplies, Supply, Wants
from tests.docx_files import p, word_file
from tests.ole_files import OLD_WORD

PNG = b"\x89PNG\r\n\x1a\n" + bytes(8)
JPEG = b"\xff\xd8\xff\xe0" + bytes(8)


def read(files: Mapping[str, bytes], supplies: Supplies = NOTHING) -> Document:
    found = import_bundle(files, supplies)
    assert isinstance(found, Document)
    return found


def drop(text: str, files: Mapping[str, bytes] | None = None) -> Document:
    return read({"稿.md": text.encode()} | dict(files or {}))


def zipped(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for path, data in files.items():
            packed.writestr(path, data)
    return buffer.getvalue()


def refused(files: Mapping[str, bytes]) -> str:
    with pytest.raises(Unreadable) as caught:
        import_bundle(files)
    return caught.value.note


# ---------------------------------------------------------------------------- which document


def test_a_single_file_is_a_drop() -> None:
    assert [plain_text(block) for block in read({"a.txt": "一\n二".encode()}).blocks] == ["一", "二"]


def test_two_documents_are_refused_by_name() -> None:
    note = refused({"一.md": b"x", "二.docx": b"x", "图/三.md": b"x"})
    assert "2 份稿件" in note
    assert "一.md、二.docx" in note


def test_no_document_is_refused_with_what_is_taken() -> None:
    note = refused({"a.png": PNG})
    assert "a.png" in note
    assert ".docx" in note
    assert "空的" in refused({})


def test_a_zip_is_a_folder_with_or_without_a_folder_around() -> None:
    inner = {
        "刊/稿.md": "![](图/1.png)".encode(),
        "刊/图/1.png": PNG,
        "刊/.DS_Store": b"x",
        "__MACOSX/刊/._稿.md": b"x",
    }
    for files in (inner, {path.removeprefix("刊/"): data for path, data in inner.items()}):
        document = read({"刊.ZIP": zipped(files)})
        assert pictures_of(document.blocks) == (fingerprint(PNG),)


def test_a_zip_beside_a_document_is_only_a_file() -> None:
    assert read({"a.md": b"x", "b.zip": b"y"}).blocks


def test_names_of_a_zip_from_chinese_windows_are_read() -> None:
    data = zipped({"AAAA.md": b"![](BBBB.png)", "BBBB.png": PNG})
    # The names in GBK, without the flag that says UTF-8: four bytes are two Han.
    data = data.replace(b"AAAA", "稿件".encode("gbk")).replace(b"BBBB.png", "图表.png".encode("gbk"))
    document = read({"a.zip": data})
    assert [note.code for note in document.notes] == ["picture-missing", "picture-unused"]
    assert "图表.png" in document.notes[1].text


def test_names_of_a_zip_in_no_known_encoding_are_kept_as_they_come() -> None:
    data = zipped({"AA.md": b"x", "BB.png": PNG}).replace(b"BB.png", b"\x82\xff.png")
    assert ".png" in read({"a.zip": data}).notes[0].text


# ---------------------------------------------------------------------------- hostile zips


@pytest.mark.parametrize("path", ["../a.md", "/a.md", "C:\\a.md", "x/../../a.md"])
def test_a_path_out_of_the_zip_is_refused(path: str) -> None:
    assert "外面" in refused({"a.zip": zipped({path: b"x"})})


def test_a_link_in_a_zip_is_refused() -> None:
    entry = zipfile.ZipInfo("a.md")
    entry.external_attr = 0o120777 << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr(entry, "/etc/hostname")
    assert "外面" in refused({"a.zip": buffer.getvalue()})


def test_a_zip_bomb_is_refused_by_its_ratio_and_by_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "大得不正常" in refused({"a.zip": zipped({"a.txt": bytes(3 * 1024 * 1024)})})
    monkeypatch.setattr(archive, "MOST_BYTES", 10)
    assert "太多或太大" in refused({"a.zip": zipped({"a.txt": b"x" * 11})})


def test_a_zip_of_too_many_files_is_refused() -> None:
    assert "太多或太大" in refused({"a.zip": zipped({f"{number}.png": PNG for number in range(501)})})


def test_a_zip_that_unpacks_to_more_than_it_says_is_refused() -> None:
    data = zipped({"a.txt": b"x" * 5000})
    lied = data.replace((5000).to_bytes(4, "little"), (50).to_bytes(4, "little"))
    assert refused({"a.zip": lied})


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"PK\x05\x06" + bytes(18), b"not a zip"])
def test_a_damaged_or_empty_zip_is_refused(data: bytes) -> None:
    assert refused({"a.zip": data})


def test_a_zip_with_a_password_is_refused() -> None:
    data = bytearray(zipped({"a.txt": b"x"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert "密码" in refused({"a.zip": bytes(data)})


# ---------------------------------------------------------------------------- pictures


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("图/1.png", "图/1.png"),
        ("./图/1.png", "图/1.png"),
        ("%E5%9B%BE/1.png", "图/1.png"),
        ("图\\1.png", "图/1.png"),
        ("图/1.PNG", "图/1.png"),
        ("图/x/../1.png?v=2", "图/1.png"),
        ("e\u0301.png", "\u00e9.png"),
        ("a b.png", "a b.png"),
    ],
)
def test_a_picture_is_found_as_editors_write_its_path(source: str, path: str) -> None:
    (figure,) = drop(f"![](<{source}>)", {unicodedata.normalize("NFD", path): PNG}).blocks
    assert isinstance(figure, Figure)
    assert figure.picture == fingerprint(PNG)


def test_a_picture_is_what_its_bytes_are_and_is_taken_once() -> None:
    document = drop("![](a.png)\n\n![](b.jpg)", {"a.png": JPEG, "b.jpg": JPEG})
    assert [(asset.media_type, asset.name, asset.data) for asset in document.assets] == [("image/jpeg", "a.png", JPEG)]
    assert document.notes == ()


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("没有.png", "picture-missing"),
        ("../x.png", "picture-outside"),
        ("/etc/passwd", "picture-outside"),
        ("file:///etc/passwd", "picture-outside"),
        ("C:\\图\\x.png", "picture-outside"),
        ("%2e%2e/x.png", "picture-outside"),
        ("假.png", "picture-unreadable"),
    ],
)
def test_a_picture_that_is_not_here_stops_the_issue_with_its_name_and_line(source: str, code: str) -> None:
    document = drop(f"一\n\n![](<{source}>)", {"假.png": b"text"})
    (note,) = document.notes
    assert (note.code, note.level, note.span.line) == (code, Level.ERROR, 3)
    assert source.partition("?")[0] in note.text
    assert "第 3 行" in note.text
    assert "secret" not in note.text


def test_pictures_are_found_wherever_they_stand() -> None:
    page = (
        "<ul><li>一<img src=a.png></ul><blockquote><img src=b.png></blockquote><table><tr><td><img src=c.png></table>"
    )
    files = {f"{name}.png": PNG + name.encode() for name in "abc"}
    document = read({"a.html": page.encode()} | files)
    assert pictures_of(document.blocks) == tuple(fingerprint(data) for data in files.values())


def test_pictures_in_footnotes_are_found() -> None:
    (note,) = drop("x[^1]\n\n[^1]: ![](a.png)\n", {"a.png": PNG}).footnotes
    assert pictures_of(note.blocks) == (fingerprint(PNG),)


def test_a_tree_of_blocks_is_mapped_inner_before_outer() -> None:
    seen = []

    def see(block: Block) -> Block:
        seen.append(type(block))
        return Paragraph((Text("新"),)) if isinstance(block, Paragraph) else block

    old = Paragraph((Text("旧"),))
    (table,) = drop("|a|\n|-|\n|b|").blocks
    mapped = map_blocks((Box("题", (Quote((old,)), Items(False, ((old,),)))), table), see)
    assert seen == [Paragraph, Quote, Paragraph, Items, Box, Paragraph, Paragraph, Table]
    assert [plain_text(block) for block in mapped] == ["题\n新\n新", "新\n新"]


def test_pictures_that_nothing_uses_are_named() -> None:
    document = drop("![](a.png)", {"a.png": PNG} | {f"x{number}.png": JPEG for number in range(7)})
    (note,) = document.notes
    assert (note.code, note.level) == ("picture-unused", Level.INFO)
    assert "7 张" in note.text


# ---------------------------------------------------------------------------- metadata


def test_a_cover_is_an_asset_and_metadata_names_its_fingerprint() -> None:
    document = drop("---\ncover: 封面.jpg\n---\n正文", {"封面.jpg": JPEG})
    assert document.metadata == Metadata(cover=fingerprint(JPEG))
    assert [asset.name for asset in document.assets] == ["封面.jpg"]


def test_a_cover_that_is_missing_stops_the_issue() -> None:
    document = drop("---\ncover: 封面.jpg\n---\n正文")
    assert document.metadata.cover == ""
    assert [(note.code, note.level) for note in document.notes] == [("picture-missing", Level.ERROR)]
    assert "封面" in document.notes[0].text


@pytest.mark.parametrize("car", ["稿.md.meta.yaml", "稿.meta.yaml"])
def test_a_side_car_goes_before_front_matter(car: str) -> None:
    document = drop("---\ntitle: 旧\nauthor: 甲\n---\n正文", {car: "title: 新\nx: y".encode("gb18030")})
    assert document.metadata == Metadata(title="新", author="甲")
    assert [(note.code, note.span.part) for note in document.notes] == [("metadata-unknown-key", car)]


# ---------------------------------------------------------------------------- what only the outside world can give


def test_pictures_on_the_web_are_wanted_by_their_addresses_each_once() -> None:
    text = "![](https://a.cn/x.png?key=1)\n\n![](//b.cn/y.png)\n\n![](https://a.cn/x.png?key=1)\n"
    assert import_bundle({"稿.md": text.encode()}) == Wants(addresses=("https://a.cn/x.png?key=1", "//b.cn/y.png"))


def test_a_picture_that_was_fetched_is_a_picture_like_any_other() -> None:
    address = "https://a.cn/图/x.png?key=1"
    supplies = Supplies(fetched={address: Supply(PNG)})
    document = read({"稿.md": f"![]({address})".encode()}, supplies)
    assert [(asset.name, asset.data) for asset in document.assets] == [("x.png", PNG)]
    assert pictures_of(document.blocks) == (fingerprint(PNG),)


def test_a_picture_that_could_not_be_fetched_stops_the_issue_and_its_key_is_not_shown() -> None:
    address = "https://a.cn/x.png?token=secret"
    supplies = Supplies(fetched={address: Supply(refusal="网络图片 https://a.cn/x.png 没有下载：网站没有回应。")})
    (note,) = read({"稿.md": f"一\n\n![]({address})".encode()}, supplies).notes
    assert (note.code, note.level) == ("picture-remote", Level.ERROR)
    assert "第 3 行" in note.text
    assert "https://a.cn/x.png" in note.text
    assert "网站没有回应" in note.text
    assert "secret" not in note.text


def test_an_old_word_file_in_a_zip_is_wanted_as_docx_and_read_with_its_pictures() -> None:
    files = {"刊.zip": zipped({"刊/稿.doc": OLD_WORD, "刊/稿.doc.meta.yaml": "title: 题".encode()})}
    assert import_bundle(files) == Wants(conversions=(Conversion("稿.doc", ".doc", OLD_WORD),))
    made = word_file(p("正文在此。"))
    document = read(files, Supplies(converted={"稿.doc": Supply(made)}))
    assert [plain_text(block) for block in document.blocks] == ["正文在此。"]
    assert document.metadata.title == "题"


def test_a_file_that_was_not_converted_is_refused_with_the_reason() -> None:
    supplies = Supplies(converted={"稿.doc": Supply(refusal="没有装 LibreOffice。")})
    with pytest.raises(Unreadable) as caught:
        import_bundle({"稿.doc": OLD_WORD}, supplies)
    assert caught.value.note == "没有装 LibreOffice。"


@pytest.mark.parametrize("name", ["稿.doc", "稿.wps", "稿.rtf", "稿.odt"])
def test_a_word_file_under_another_name_is_read_for_what_it_is(name: str) -> None:
    document = read({name: word_file(p("正文在此。"))})
    assert [plain_text(block) for block in document.blocks] == ["正文在此。"]
    assert [note.code for note in document.notes] == ([] if name == "稿.wps" else ["format-renamed"])


def test_a_web_page_that_an_office_system_calls_a_word_file_is_read_as_a_page() -> None:
    document = read({"公文.doc": "<html><body><h1>通知</h1><p>正文在此。</p></body></html>".encode()})
    assert [plain_text(block) for block in document.blocks] == ["通知", "正文在此。"]
    assert ".html" in document.notes[0].text
