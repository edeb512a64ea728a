from __future__ import annotations

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.document import Level
from publisher.errors import Unreadable
from publisher.importers import import_file
from publisher.importers.characters import decode, read_characters

SIMPLIFIED = (
    "临江市茶业协会召开第三次会员代表大会。会议听取了秘书处关于上半年工作的报告，审议通过了新的章程和会费管理办法。"
    "会长沈昇在讲话中指出，今年以来全市春茶产量稳步增长，出口额同比提高百分之十二，但企业融资难、人才少的问题仍然突出。"
    "下一步，协会将联合三家银行设立专项贷款，组织青年茶农到云川学习交流，并在九月举办“清水茶会”。欢迎各会员单位报名参加。"
)
TRADITIONAL = (
    "臨江市茶業協會召開第三次會員代表大會。會議聽取了秘書處關於上半年工作的報告，審議通過了新的章程和會費管理辦法。"
    "會長沈昇在講話中指出，今年以來全市春茶產量穩步增長，出口額同比提高百分之十二，但企業融資難、人才少的問題仍然突出。"
    "下一步，協會將聯合三家銀行設立專項貸款，組織青年茶農到雲川學習交流，並在九月舉辦「清水茶會」。歡迎各會員單位報名參加。"
)


def slices(text: str, length: int) -> list[str]:
    return [text[start : start + length] for start in range(len(text) - length)]


# ---------------------------------------------------------------------------- which encoding


@pytest.mark.parametrize("length", [20, 50, 150])
@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (SIMPLIFIED, "gb18030"),
        (TRADITIONAL, "gb18030"),
        (TRADITIONAL, "big5"),
        (SIMPLIFIED, "utf-16-le"),
        (TRADITIONAL, "utf-16-be"),
        (SIMPLIFIED, "utf-8"),
    ],
)
def test_twenty_characters_tell_the_encoding(text: str, encoding: str, length: int) -> None:
    for piece in slices(text, length):
        assert decode(piece.encode(encoding)) == piece


def test_characters_of_hong_kong_are_read() -> None:
    assert decode((TRADITIONAL + "地址：鰂魚涌𨋢口。").encode("big5hkscs")).endswith("地址：鰂魚涌𨋢口。")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_needs_no_mark(encoding: str) -> None:
    assert decode("Annual report, 2025\r\n".encode(encoding)) == "Annual report, 2025\r\n"
    assert decode((SIMPLIFIED + "\r\n").encode(encoding)) == SIMPLIFIED + "\r\n"


@pytest.mark.parametrize("bom", [codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE])
def test_a_mark_says_the_encoding_and_is_no_text(bom: bytes) -> None:
    encoding = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}[bom]
    assert decode(bom + "喆".encode(encoding)) == "喆"


@pytest.mark.parametrize("label", ["big5", "gb2312", "utf-8", "iso-8859-1", "x-unheard-of", ""])
def test_a_wrong_label_harms_nothing(label: str) -> None:
    assert decode(SIMPLIFIED.encode("gb18030"), label) == SIMPLIFIED
    assert decode(TRADITIONAL.encode("big5"), label) == TRADITIONAL
    assert decode(SIMPLIFIED.encode(), label) == SIMPLIFIED


def test_a_label_decides_where_the_text_is_too_short_to_tell() -> None:
    assert decode("昇腾、喆、€".encode("gb18030"), "gb2312") == "昇腾、喆、€"


@pytest.mark.parametrize("text", ["┌──┬──┐\n│茶│　│\n└──┴──┘\n", "①ＡＢ②～☆★", "日本的抹茶（まっちゃ）也在会上展出"])
def test_symbols_and_kana_are_text_too(text: str) -> None:
    assert decode(text.encode("gb18030")) == text


# ---------------------------------------------------------------------------- broken bytes


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5", "utf-16-le"])
def test_half_a_character_at_the_end_is_told_and_marked(encoding: str) -> None:
    text = TRADITIONAL + "\n" + TRADITIONAL
    characters = read_characters(text.encode(encoding)[:-1])
    assert characters.text == text[:-1] + "\ufffd"
    (note,) = characters.notes
    assert (note.code, note.level, note.span.line) == ("characters-broken", Level.ERROR, 2)
    assert "1 处" in note.text


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_few_broken_bytes_in_the_middle_are_told_with_their_lines(encoding: str) -> None:
    lines = [SIMPLIFIED.encode(encoding)] * 40
    lines[6] = "茶".encode(encoding) + b"\xff\xff" + lines[6]
    lines[20] = lines[20] + b"\xff"
    characters = read_characters(b"\n".join(lines))
    assert characters.text.count("\ufffd") == 2
    assert characters.text.replace("\ufffd", "").count(SIMPLIFIED) == 40
    assert "第 7、21 行" in characters.notes[0].text
    assert set(characters.notes[0].lost) == {"\ufffd"}


def test_what_another_program_broke_is_told_too() -> None:
    assert [note.code for note in read_characters("茶\ufffd会".encode()).notes] == ["characters-broken"]


def test_every_format_tells_of_broken_bytes() -> None:
    data = SIMPLIFIED.encode("gb18030")[:-1]
    for name in ("a.txt", "a.md", "a.html"):
        assert [note.code for note in import_file(data, name).notes] == ["characters-broken"]


def test_a_wrecked_file_is_refused() -> None:
    data = b"\xff".join(char.encode() for char in SIMPLIFIED * 3)
    with pytest.raises(Unreadable) as caught:
        decode(data)
    assert "UTF-8" in caught.value.note


@settings(deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["", "gb2312", "big5", "utf-8"]))
def test_any_bytes_are_text_or_refused(data: bytes, label: str) -> None:
    try:
        text = decode(data, label)
    except Unreadable:
        return
    assert "\0" not in text
    text.encode()
