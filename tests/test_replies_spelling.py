"""Keyboards, typing slips, politeness, and an issue's number in every notation."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.replies import normalise
from publisher.replies.characters import SIMPLIFIED, TRADITIONAL
from publisher.replies.numbers import (
    Before,
    First,
    MonthNumber,
    Number,
    PlainNumber,
    TotalNumber,
    YearNumber,
    label_number,
    read_issue,
    read_notation,
    read_number,
    read_numeral,
    read_page,
    shape,
)
from publisher.replies.spelling import bare, phrase
from tests import traditional
from tests.readers import SHIPPED

# ---------------------------------------------------------------------------- how readers write


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("最新", "最新"),
        (" 最 新\u3000！\n", "最新"),
        ("“最新”。", "最新"),
        ("最新👍🏻", "最新"),
        ("最新❤️", "最新"),
        ("\ufeff最\u200b新", "最新"),
        ("ＮＥＷＥＳＴ", "newest"),
        ("Latest Issue?", "latestissue"),
        ("第１８期", "第18期"),
        ("⑱", "18"),
        ("目錄", "目录"),
        ("總第１８期", "总第18期"),
        ("第1️⃣8️⃣期", "第18期"),
        ("最新🏴󠁧󠁢󠁥󠁮󠁧󠁿", "最新"),
        ("最新[微笑][强]", "最新"),
        ("[Smile]最新/:rose", "最新"),
        ("最新/::)", "最新"),
        ("[微笑]", "微笑"),
        ("[目录]", "目录"),
        ("/::)", "/::)"),
        ("https://a.cn/x", "https://a.cn/x"),
        ("？", "?"),
        ("……", "......"),
        ("", ""),
        (" \u200b ", ""),
    ],
)
def test_keyboards_are_evened_out(written: str, meant: str) -> None:
    assert normalise(written) == meant


@given(st.text(st.characters(categories=("L", "N")), min_size=1, max_size=80))
def test_blanks_quotes_and_emphasis_around_a_word_change_nothing(word: str) -> None:
    assert normalise(f" “{word}！！” \n😀") == normalise(word)


@given(st.text(max_size=100))
def test_normalising_shortens_endless_messages(text: str) -> None:
    assert normalise("字" * 256 + text) == "字" * 256


@pytest.mark.parametrize(
    ("numeral", "value"),
    [
        ("18", 18),
        ("018", 18),
        ("零", 0),
        ("八", 8),
        ("两", 2),
        ("十", 10),
        ("十八", 18),
        ("一八", 18),
        ("二十", 20),
        ("廿", 20),
        ("廿一", 21),
        ("卅九", 39),
        ("九十九", 99),
        ("一百", 100),
        ("一百二", 120),
        ("一百零二", 102),
        ("一百〇二", 102),
        ("一百十", 110),
        ("一百一十", 110),
        ("两百一十八", 218),
        ("一二八", 128),
        ("九百九十九", 999),
        ("壹佰零捌", 108),
        ("贰拾", 20),
        ("l8", 18),
        ("1o", 10),
    ],
)
def test_numerals_are_read(numeral: str, value: int) -> None:
    assert read_numeral(numeral) == value
    found = read_notation("第N期").match(f"第{numeral}期")
    assert found is not None
    assert read_number(found) == PlainNumber(value)


def in_chinese(value: int) -> str:
    digits = "零一二三四五六七八九"
    hundreds, tens, ones = value // 100, value // 10 % 10, value % 10
    text = f"{digits[hundreds]}百" if hundreds else ""
    text += f"{digits[tens]}十" if tens else "零" if hundreds and ones else ""
    return text + (digits[ones] if ones or not text else "")


@given(st.integers(0, 999))
def test_every_chinese_numeral_up_to_999_is_read(value: int) -> None:
    assert read_numeral(in_chinese(value)) == value


@pytest.mark.parametrize(
    "text", ["第期", "第百期", "第十百期", "第一百二十三十期", "第1.8期", "第-1期", "第18", "期18"]
)
def test_what_is_no_number_is_not_read_as_one(text: str) -> None:
    assert read_notation("第N期").match(text) is None


@given(st.text("零〇一二两三四五六七八九十百廿卅0123456789lio年月第总期", max_size=9))
def test_whatever_a_notation_catches_can_be_read(text: str) -> None:
    for notation in ("N", "第N期", "Y年第N期", "总N期", "M月", "Y年M月"):
        found = read_notation(notation).match(text)
        if not found:
            continue
        match read_number(found):
            case PlainNumber(value=value) | TotalNumber(value=value) | YearNumber(value=value):
                assert 0 <= value < 1_000_000
            case MonthNumber(month=month):
                assert 1 <= month <= 12
            case other:
                pytest.fail(f"read as {other}")


@pytest.mark.parametrize(
    ("notation", "text", "number"),
    [
        ("Y年第N期", "2024年第六期", YearNumber(2024, 6)),
        ("Y年第N期", "24年第6期", YearNumber(2024, 6)),
        ("Y年第N期", "二〇二四年第六期", YearNumber(2024, 6)),
        ("Y年第N期", "二四年第六期", YearNumber(2024, 6)),
        ("总第N期", "总第18期", TotalNumber(18)),
        ("總第N期", "总第18期", TotalNumber(18)),
        ("Y年总第N期", "2024年总第18期", TotalNumber(18)),
        ("Vol. N", "vol.18", PlainNumber(18)),
        ("#N", "18", PlainNumber(18)),
        ("M月", "七月", MonthNumber(None, 7)),
        ("M月", "十二月", MonthNumber(None, 12)),
        ("M月", "07月", MonthNumber(None, 7)),
        ("Y年M月刊", "2024年7月刊", MonthNumber(2024, 7)),
        ("Y年M月刊", "二四年十月刊", MonthNumber(2024, 10)),
        ("第N期", "弟18期", PlainNumber(18)),
        ("第N期", "地十八其", PlainNumber(18)),
        ("第N期", "第l8旗", PlainNumber(18)),
    ],
)
def test_a_notation_reads_year_month_and_number(notation: str, text: str, number: Number) -> None:
    found = read_notation(notation).match(text)
    assert found is not None
    assert read_number(found) == number


SHIPPED_NOTATIONS = [
    notation for rule in tomllib.loads(SHIPPED.read_text("utf-8"))["reply"] for notation in rule.get("notation", ())
]
NUMERALS = st.one_of(
    st.integers(0, 99999).map(str), st.integers(0, 999).map(in_chinese), st.text("lio1八十廿百", max_size=5)
)


@given(st.sampled_from([*SHIPPED_NOTATIONS, "N", "第N一", "二N", "loN", "Nol", "NY"]), NUMERALS, NUMERALS)
def test_what_a_notation_matches_has_one_of_its_shapes(written: str, number: str, year: str) -> None:
    notation = read_notation(written)
    filled = written.replace("N", number).replace("M", number).replace("Y", year)
    for text in (normalise(filled), normalise(filled.replace("第", "弟").replace("期", "其"))):
        if notation.match(text) is not None:
            assert shape(text) in notation.shapes


@pytest.mark.parametrize("text", ["13月", "0月", "00月", "月", "十三月"])
def test_there_are_twelve_months(text: str) -> None:
    assert read_notation("M月").match(text) is None


def test_a_notation_of_a_list_reads_page_and_year() -> None:
    caught = read_notation("Y年目录N").match("2023年目录二")
    assert caught is not None
    assert read_page(caught) == (2, 2023)
    year = read_notation("Y年").match("2023年")
    assert year is not None
    assert (read_page(year), read_number(year)) == ((1, 2023), None)


@pytest.mark.parametrize("notation", ["第期", "N到N", "N月M", "Y年Y", "", "期"])
def test_a_notation_needs_a_number_or_a_month_or_a_year_once(notation: str) -> None:
    with pytest.raises(ValueError, match="大写 N"):
        read_notation(notation)


@pytest.mark.parametrize(
    ("text", "number", "said"),
    [
        ("第18期", PlainNumber(18), "第 18 期"),
        ("总第十八期", TotalNumber(18), "总第 18 期"),
        ("2024年第6期", YearNumber(2024, 6), "2024 年第 6 期"),
        ("2024年7月", MonthNumber(2024, 7), "2024 年 7 月的那一期"),
        ("七月号", MonthNumber(None, 7), "7 月的那一期"),
        ("上一期", Before(1), "更早的一期"),
        ("創刊號", First(), "第一期"),
    ],
)
def test_an_editor_names_an_issue(text: str, number: Number, said: str) -> None:
    assert read_issue(text) == number
    assert label_number(number) == said


@pytest.mark.parametrize("text", ["", "春天", "2024年", "最新"])
def test_what_names_no_issue_is_none(text: str) -> None:
    assert read_issue(text) is None


# ---------------------------------------------------------------------------- politeness


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("我想看第18期，谢谢", "第18期"),
        ("请问有没有关于算力的文章？", "算力"),
        ("您好，最新一期", "最新一期"),
        ("看最新一期吧", "最新一期"),
        ("麻烦发我目录！", "目录"),
        ("the latest issue please", "latestissue"),
        ("算力", "算力"),
        ("谢谢", ""),
        ("", ""),
    ],
)
def test_politeness_is_left_off(text: str, meant: str) -> None:
    assert bare(normalise(text)) == meant


@given(st.text("请问有没有关于的内容文章吗谢谢看x", max_size=256))
def test_politeness_in_any_order_comes_to_an_end(text: str) -> None:
    assert len(bare(text)) <= len(text)


def test_a_search_is_given_the_words_apart() -> None:
    assert phrase("  GPT\u3000４o  算力！\n") == "gpt 4o 算力"
    assert phrase("第1️⃣期") == "第1期"


# ---------------------------------------------------------------------------- traditional characters


def test_the_table_of_characters_is_that_of_the_library() -> None:
    assert dict(zip(TRADITIONAL, SIMPLIFIED, strict=True)) == traditional.pairs()
    assert traditional.TARGET.read_text("utf-8") == traditional.write()
