from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.document import Level
from publisher.errors import Unpublishable
from publisher.rendering import limits
from publisher.rendering.limits import (
    check_content,
    fit_author,
    fit_digest,
    fit_source_url,
    fit_title,
    fits_title,
    short_title,
    units,
)

TEXTS = st.text(st.sampled_from("甲乙丙，。：《》（）“” aB1😀、！"), max_size=90)


def test_two_latin_letters_are_as_wide_as_one_han_character() -> None:
    assert units("ab甲") == 4
    assert units("“😀”") == 6


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("浙商银行成功落地首笔技术改造贷款", "浙商银行成功落地首笔技术改造贷款"),
        (
            "某某金控：高新区“车联未来”产业功能型综合党委召开人才交流座谈会议第一次",
            "高新区“车联未来”产业功能型综合党委召开人才交流座谈会议第一次",
        ),
        (
            "某某国金公司联手某某金融组建全国性创投联盟，携手共促创投高质量发展",
            "某某国金公司联手某某金融组建全国性创投联盟",
        ),
        (
            "四部门联合印发《关于加强商务和金融协同 更大力度支持跨境贸易和投资高质量发展的意见》",
            "四部门联合印发《关于加强商务和金融协同…》",
        ),
        ("第一季度全省数字经济产业发展情况 重点项目建设进展与下一步安排汇总", "第一季度全省数字经济产业发展情况"),
        ("甲" * 40, "甲" * 31 + "…"),
        ("协会：" + "甲" * 40, "甲" * 31 + "…"),
        ("甲" * 28 + "（乙乙乙乙乙乙）丙", "甲" * 28 + "…"),
        ("（" + "甲" * 40 + "）", "（" + "甲" * 30 + "…"),
    ],
)
def test_a_long_title_is_cut_at_a_natural_place(title: str, short: str) -> None:
    assert short_title(title) == short


@given(TEXTS)
def test_a_short_title_always_fits(title: str) -> None:
    assert fits_title(short_title(title))


def test_a_shortened_title_is_said_and_a_missing_one_refused() -> None:
    title, notes = fit_title("甲" * 40)
    assert len(title) == 32
    assert [(note.code, note.level) for note in notes] == [("title-shortened", Level.INFO)]
    assert notes[0].text.startswith("标题超过 32 字，列表里显示为：甲")
    assert fit_title("  短 \n 题 ") == ("短 题", ())
    with pytest.raises(Unpublishable) as caught:
        fit_title("  ")
    assert "没有标题" in caught.value.note


@given(TEXTS)
def test_an_author_always_fits(author: str) -> None:
    assert units(fit_author(author)[0]) <= 16


def test_a_long_author_is_cut_and_said() -> None:
    assert fit_author("江南联合会秘书处") == ("江南联合会秘书处", ())
    cut, notes = fit_author("江南联合会秘书处、办公室")
    assert cut == "江南联合会秘书处"
    assert [note.code for note in notes] == ["author-shortened"]


@given(TEXTS.map(lambda text: text * 3))
def test_a_digest_of_the_editors_never_passes_its_limit(text: str) -> None:
    assert len(fit_digest(text)[0]) <= limits.DIGEST_POINTS


def test_the_editors_digest_may_be_as_long_as_the_platform_allows() -> None:
    assert fit_digest("甲" * 120) == ("甲" * 120, ())
    cut, notes = fit_digest("甲" * 121)
    assert len(cut) == 120
    assert [note.code for note in notes] == ["digest-shortened"]


def test_an_address_that_the_platform_refuses_is_dropped_and_said() -> None:
    assert fit_source_url("") == ("", ())
    assert fit_source_url(" https://e.org/甲 ") == ("https://e.org/甲", ())
    for url in ("ftp://e.org", "https://e.org/" + "甲" * 400):
        dropped, notes = fit_source_url(url)
        assert dropped == ""
        assert [(note.code, note.lost) for note in notes] == [("source-url-dropped", url)]


def test_content_near_the_limit_is_said_and_content_over_it_refused_with_its_figures() -> None:
    assert check_content("题", "字" * 17_999, "") == ()
    (near,) = check_content("题", "字" * 18_000, "")
    assert (near.level, near.code, "18,000" in near.text) == (Level.INFO, "content-near-limit", True)
    with pytest.raises(Unpublishable) as caught:
        check_content("题", "字" * 20_000, "代码配色")
    assert "《题》排版后有 20,000 字符（60,000 字节），平台要求少于 20,000 字符" in caught.value.note


def test_what_was_left_out_to_make_an_article_fit_is_said() -> None:
    (note,) = check_content("题", "字" * 100, "代码配色")
    assert note.text == "《题》太长，已略去代码配色，排版后有 100 字符（平台上限 20,000）"
