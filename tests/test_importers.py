from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.document import Document, Flow, Level, Metadata, Paragraph, plain_text
from publisher.errors import Unreadable
from publisher.importers import IMPORTERS, Format, import_file, suffix_of
from publisher.importers.characters import decode
from publisher.importers.front_matter import merge, read_front_matter, read_metadata
from publisher.importers.signatures import media_type
from publisher.importers.text import blank_between, import_text
from tests.ole_files import OLD_WORD, old_word, ole_file

SAMPLE = Path(__file__).parents[2] / "shared" / "samples" / "jinlian-2024-06.txt"
MEGABYTE = 1024 * 1024


def letters(text: str) -> Counter[str]:
    return Counter(char for char in text if char.isalnum())


def kept(document: Document) -> Counter[str]:
    """Letters, digits and Han of the document, and of what its notes say was lost."""
    texts = [plain_text(block) for block in document.blocks]
    return letters("\n".join([*texts, *(note.lost for note in document.notes)]))


def lines(document: Document) -> list[str]:
    return [plain_text(block) for block in document.blocks]


# ---------------------------------------------------------------------------- which importer


@pytest.mark.parametrize("suffix", [".txt", ".TXT", ".md", ".markdown", ".html", ".HTM"])
def test_the_suffix_chooses_the_importer(suffix: str) -> None:
    assert lines(import_file("你好".encode(), f"稿{suffix}")) == ["你好"]


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("稿.exe", b"MZ", ".docx"),
        ("稿", b"text", ".txt"),
        ("稿.txt", b"", "空文件"),
        ("稿.txt", b"PK\x03\x04rest", "Word"),
        ("稿.md", b"%PDF-1.7", "PDF"),
        ("稿.html", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".doc"),
        ("稿.txt", b"\x89PNG\r\n\x1a\n", "图片"),
        ("稿.docx", b"\xff\xd8\xff\xe0", "图片"),
        ("稿.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".doc"),
        ("稿.txt", b"a\n" * 10_001, "10000"),
        ("稿.md", b"a\n" * 10_001, "10000"),
        ("稿.html", b"<p>" * 20_001, "20000"),
        ("稿.html", b"a\n" * 500_001, "1000000"),
        ("稿.docx", "只是文字".encode(), "没有复制完"),
        ("稿.txt", b"a" * (5 * MEGABYTE + 1), "5 MB"),
        ("稿.docx", b"PK\x03\x04" + bytes(64 * MEGABYTE), "64 MB"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_in_chinese(name: str, data: bytes, says: str) -> None:
    with pytest.raises(Unreadable) as caught:
        import_file(data, name)
    assert says in caught.value.note


def test_a_file_too_deep_for_the_stack_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def sink(data: bytes, name: str) -> Document:
        return sink(data, name)

    monkeypatch.setattr("publisher.importers.IMPORTERS", {".txt": Format(sink)})
    with pytest.raises(Unreadable) as caught:
        import_file(b"text", "a.txt")
    assert "嵌套" in caught.value.note


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=400), st.sampled_from(sorted(IMPORTERS)))
def test_arbitrary_bytes_are_read_or_refused(data: bytes, suffix: str) -> None:
    with suppress(Unreadable):
        import_file(data, f"稿{suffix}")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"\0\0\0\x18ftypheic", "image/heic"),
        (b"\0\0\0\x18ftypisom", ""),
        (b"BM\0\0\0\0\0\0\0\0", "image/bmp"),
        (b"BMW ist ein Auto", ""),
        (b"<?xml version='1.0'?><svg/>", "image/svg+xml"),
        (b"\x01\0\0\0" + bytes(36) + b" EMF", "image/emf"),
    ],
)
def test_bytes_show_what_they_are(data: bytes, kind: str) -> None:
    assert media_type(data) == kind


# ---------------------------------------------------------------------------- characters


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"])
def test_text_is_decoded_in_the_encodings_of_editors(encoding: str) -> None:
    assert decode("浙江：“昇腾”芯片，2024 年".encode(encoding)) == "浙江：“昇腾”芯片，2024 年"


def test_big_endian_utf16_is_decoded() -> None:
    assert decode(b"\xfe\xff" + "你好".encode("utf-16-be")) == "你好"


@pytest.mark.parametrize("data", [b"\0\0\0\0", b"\x01\x02\x03\x04\x05\x06 text", b"caf\xe9 au lait", b"\xff\xfe\x00"])
def test_what_is_no_text_is_refused_with_the_way_out(data: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        decode(data)
    assert "UTF-8" in caught.value.note


def test_bullets_of_word_symbol_fonts_are_text() -> None:
    assert decode("\uf0b7项目\n".encode() * 50).startswith("\uf0b7")


@pytest.mark.parametrize(
    ("before", "after", "blank"),
    [
        ("金", "融", ""),
        ("。", "“", ""),
        ("”", "对", ""),
        ("金", "A", " "),
        ("A", "B", " "),
        ("한", "국", " "),
        ("’", "s", " "),
    ],
)
def test_a_line_break_is_a_blank_except_in_chinese(before: str, after: str, blank: str) -> None:
    assert blank_between(before, after) == blank


# ---------------------------------------------------------------------------- plain text


def test_a_line_keeps_its_number_in_the_file() -> None:
    document = import_text("一\r\n\r\n  　二\u00a0\r\n \n三\f四\r五".encode(), "a.txt")
    assert document.flow is Flow.LINES
    assert [(plain_text(block), block.span.line) for block in document.blocks] == [
        ("一", 1),
        ("二", 3),
        ("三", 5),
        ("四", 5),
        ("五", 6),
    ]


def test_a_leading_tab_is_an_empty_cell_and_stays() -> None:
    assert lines(import_text("类\t名\n\tGPU\t甲　乙 \t\n\u3000\t丙".encode(), "a.txt")) == [
        "类\t名",
        "\tGPU\t甲　乙",
        "\t丙",
    ]


def test_invisible_characters_go_but_joined_pictographs_stay() -> None:
    assert lines(import_text("\ufeff金\u200b融\u00ad联\u200d合👨\u200d👩".encode(), "a.txt")) == ["金融联合👨\u200d👩"]


def test_text_without_text_is_refused() -> None:
    with pytest.raises(Unreadable, match="no text"):
        import_text(b" \n\t\n", "a.txt")


@settings(deadline=None)
@given(st.text(min_size=1), st.sampled_from(["utf-8", "utf-16", "gb18030"]))
def test_no_character_of_a_text_is_lost(text: str, encoding: str) -> None:
    try:
        document = import_text(text.encode(encoding), "a.txt")
    except Unreadable:
        return
    assert kept(document) == letters(decode(text.encode(encoding)))


def test_the_real_issue_loses_nothing() -> None:
    if not SAMPLE.exists():
        pytest.skip("the real issue is not beside this repository")
    data = SAMPLE.read_bytes()
    document = import_file(data, SAMPLE.name)
    assert kept(document) == letters(data.decode())
    assert document.notes == ()
    assert max(block.span.line for block in document.blocks if isinstance(block, Paragraph)) <= data.count(b"\n") + 1


# ---------------------------------------------------------------------------- metadata


def test_front_matter_is_metadata_and_keeps_the_line_numbers() -> None:
    text = "---\ntitle: 春季刊\ndate: 2024-07-31 09:00\nauthor: [甲, 乙]\ncover:\n---\n正文"
    document = import_text(text.encode(), "a.txt")
    assert document.metadata == Metadata(title="春季刊", publish_at="2024-07-31 09:00", author="甲、乙")
    assert [(plain_text(block), block.span.line) for block in document.blocks] == [("正文", 7)]


@pytest.mark.parametrize("title", ["浙江：召开会议", "浙江: 召开 #1 会议", "“重点”成果", "[图] 新闻"])
def test_a_title_may_hold_what_yaml_does_not_like(title: str) -> None:
    head = read_front_matter(f"---\ntitle: {title}\nauthor：甲\n---\n正文")
    assert head.metadata.author == "甲"
    assert head.metadata.title.strip("“”") == title.strip("“”")


def test_an_unknown_key_is_named_with_its_nearest_and_lost() -> None:
    head = read_front_matter("---\ntitle: 题\nauthr: 甲\ncolour: 红\ntags: {a: b}\n---\n")
    assert [(note.level, note.lost, note.span.line) for note in head.notes] == [
        (Level.INFO, "authr: 甲", 3),
        (Level.INFO, "colour: 红", 4),
        (Level.INFO, "tags: a: b", 5),
    ]
    assert "author" in head.notes[0].text


def test_a_key_said_twice_counts_once() -> None:
    head = read_front_matter("---\ndate: 2024-01-01\npublish_at: 2024-02-02\n---\n")
    assert head.metadata.publish_at == "2024-01-01"
    assert [note.code for note in head.notes] == ["metadata-repeated"]


def test_lines_between_rules_are_text() -> None:
    head = read_front_matter("---\n一段引言\n---\n正文")
    assert head.body == "---\n一段引言\n---\n正文"
    assert head.notes == ()


@pytest.mark.parametrize(
    "inner",
    [
        "title: &a [x]\nauthor: [*a, *a]",
        "title: x\n没有冒号的一行",
        "title: x\n" + "#" * 20_000,
        "[" * 5000 + "\ntitle: x",
    ],
)
def test_metadata_that_cannot_be_read_stays_text_and_stops_the_issue(inner: str) -> None:
    head = read_front_matter(f"---\n{inner}\n---\n正文")
    assert inner in head.body
    assert [(note.code, note.level) for note in head.notes] == [("metadata-unreadable", Level.ERROR)]


def test_a_side_car_says_what_it_could_not_say() -> None:
    assert read_metadata("", "a.meta.yaml") == (Metadata(), ())
    assert read_metadata("title: 题\n", "a.meta.yaml") == (Metadata(title="题"), ())
    said, notes = read_metadata("- 甲\n- 乙\n", "a.meta.yaml")
    assert said == Metadata()
    assert re.search("a.meta.yaml.*没有读懂", notes[0].text)


def test_what_is_said_first_wins() -> None:
    assert merge(Metadata(title="一"), Metadata(title="二", author="甲")) == Metadata(title="一", author="甲")


# ---------------------------------------------------------------------------- what an office's file really is


def odt(manifest: str = "<x/>") -> bytes:
    """An OpenDocument text as far as its container goes; its media type stands first, stored as it is."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", "<x/>")
        archive.writestr("META-INF/manifest.xml", manifest)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "suffix"),
    [
        ("稿.doc", OLD_WORD, ".doc"),
        ("稿.docx", OLD_WORD, ".doc"),
        ("稿.wps", OLD_WORD, ".doc"),
        ("稿.wps", ole_file({"CONTENTS": b"x"}), ".wps"),
        ("稿.doc", b"{\\rtf1\\ansi x}", ".rtf"),
        ("稿.docx", odt(), ".odt"),
        ("稿.odt", odt(), ".odt"),
        ("稿.doc", b"PK\x03\x04rest", ".docx"),
        ("稿.doc", "\ufeff<HTML><body>x".encode("utf-16-le"), ".html"),
        ("稿.docx", b"PK\x03\x04rest", ".docx"),
    ],
)
def test_the_contents_of_an_office_file_decide_what_it_is(name: str, data: bytes, suffix: str) -> None:
    assert suffix_of(data, name) == suffix


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("稿.doc", old_word(0x0100), "密码"),
        ("稿.docx", ole_file({"EncryptedPackage": b"x", "EncryptionInfo": b"x"}), "密码"),
        ("稿.odt", odt('<x encryption-data="y"/>'), "密码"),
        ("稿.doc", ole_file({"Workbook": b"x"}), "Excel"),
        ("稿.doc", ole_file({"PowerPoint Document": b"x"}), "PowerPoint"),
        ("稿.doc", OLD_WORD[:5000], "没有复制完"),
        ("稿.doc", OLD_WORD[:8] + b"rubbish" * 500, "已损坏"),
        ("稿.odt", odt()[:-40], "已损坏"),
        ("稿.rtf", "不是 RTF".encode(), "后缀名不符"),
    ],
)
def test_an_office_file_that_cannot_be_read_says_why(name: str, data: bytes, says: str) -> None:
    with pytest.raises(Unreadable) as caught:
        suffix_of(data, name)
    assert says in caught.value.note
    assert name in caught.value.note
