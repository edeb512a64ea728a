from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.document import Block, Code, Figure, Heading, Items, LineBreak, NoteRef, Paragraph, Text
from publisher.rendering.digest import AIM, closers, cut_digest, cut_sentence, digest_of

TEXTS = st.text(st.sampled_from("甲乙丙，。：；《》（）“”!? aB1.%😀\u0301\u200d！的"), max_size=200)
CLAUSE = "临江市坚持以茶富民、以茶兴旅，"


def paragraphs(*lines: str) -> tuple[Block, ...]:
    return tuple(Paragraph((Text(line),)) for line in lines)


def heading(text: str) -> Heading:
    return Heading(2, (Text(text),))


@pytest.mark.parametrize(
    ("opening", "digest"),
    [
        # Datelines and bylines.
        (["本报讯（记者 张三）6月20日，培训班开班。", "六十人参加。"], "6月20日，培训班开班。六十人参加。"),
        (["新华社北京6月20日电（记者李四 王五）意见印发。"], "意见印发。"),
        (["3月28日电影节开幕。"], "3月28日电影节开幕。"),
        (["【协会动态】三月的茶山，满目新绿。"], "三月的茶山，满目新绿。"),
        (["大会召开。（通讯员 王五）选举了新理事会。（张三 供稿）"], "大会召开。选举了新理事会。"),
        (["作者：张三", "来源：临江日报", "文/张三 图/李四", "会议在临江召开。"], "会议在临江召开。"),
        (["记者从协会获悉，今年产量增长12%。"], "记者从协会获悉，今年产量增长12%。"),
        # Greetings and what announces.
        (["尊敬的读者：", "您好！", "本期简讯带来三月的动态[1]。"], "本期简讯带来三月的动态。"),
        (["各会员单位：为落实部署，现就事项通知如下：", "一、加强监管。", "二、推进建设。"], "加强监管。推进建设。"),
        # Captions, places, addresses of pages, small headings.
        (["图1 春茶开采现场", "▲图为茶农采茶", "首批春茶开采上市。"], "首批春茶开采上市。"),
        (["活动时间：3月28日9:00", "活动地点：会议中心", "欢迎踊跃报名！"], "欢迎踊跃报名！"),
        (["详见https://a.example/x。", "官网：www.a.example", "活动持续到月底。"], "活动持续到月底。"),
        (["通知", "会员大会定于3月28日召开。请准时参加！"], "会员大会定于3月28日召开。请准时参加！"),
        (["（一）总体要求", "坚持质量第一、效益优先。"], "坚持质量第一、效益优先。"),
        # Sentences.
        (["“快来尝尝！”的吆喝声中，茶博会开幕了。"], "“快来尝尝！”的吆喝声中，茶博会开幕了。"),
        (["“今年的茶好。价格也好。”老王说。" + "乙" * 90 + "。"], "“今年的茶好。价格也好。”老王说。" + "乙" * 82 + "…"),
        (["按《通知》（〔2025〕3号）检查。合格率98.5%。"], "按《通知》（〔2025〕3号）检查。合格率98.5%。"),
        (["近年来，" + CLAUSE * 9], "近年来，" + (CLAUSE * 6).removesuffix("，") + "…"),
        (["好消息。", CLAUSE * 9], "好消息。" + (CLAUSE * 6).removesuffix("，") + "…"),
        (["One sentence. Mr. Li has 3.5 kg.", "And more."], "One sentence. Mr. Li has 3.5 kg. And more."),
        (["没有句号的段落讲的是春茶", "另一段也没有句号也很长"], "没有句号的段落讲的是春茶"),
        (["短", "很短"], "短 很短"),
        (["https://a.example"], ""),
    ],
)  # fmt: skip
def test_a_digest_is_the_first_sentences_that_mean_something(opening: list[str], digest: str) -> None:
    assert digest_of(paragraphs(*opening)) == digest


def test_a_digest_ends_before_the_next_heading() -> None:
    blocks = (heading("一、背景"), *paragraphs("背景是这样的。"), heading("二、措施"), *paragraphs("措施有三条。"))
    assert digest_of(blocks) == "背景是这样的。"


def test_a_list_alone_gives_its_lines_and_what_has_no_text_gives_nothing() -> None:
    items = Items(ordered=False, items=(paragraphs("第一条是监管。"), paragraphs("第二条是培训。")))
    assert digest_of((items,)) == "第一条是监管。第二条是培训。"
    assert digest_of((Code("x = 1"), Figure("", (Text("图"),)))) == ""


def test_lines_of_one_paragraph_and_marks_of_notes_are_read_apart() -> None:
    block = Paragraph((Text("来源：临江日报"), LineBreak(), Text("春茶上市"), NoteRef("1"), Text("，价格平稳。")))
    assert digest_of((block,)) == "春茶上市，价格平稳。"


@pytest.mark.parametrize(
    ("sentence", "cut"),
    [
        ("甲" * 60 + "，" + "乙" * 60, "甲" * 60 + "…"),
        ("甲" * 60 + "，" + "乙" * 20 + "；" + "丙" * 40, "甲" * 60 + "，" + "乙" * 20 + "…"),
        ("甲" * 60 + "、" + "乙" * 60, "甲" * 60 + "…"),
        ("甲" * 60 + "（一，二，" + "乙" * 60 + "）", "甲" * 60 + "…"),
        ("甲" * 120, "甲" * 99 + "…"),
        ("“" + "甲" * 120 + "”", "“" + "甲" * 97 + "…”"),
        ("甲" * 90 + "Photosynthesis", "甲" * 90 + "…"),
        ("甲" * 96 + "3,600.5万元" + "乙" * 9, "甲" * 96 + "…"),
        ("甲" * 97 + "e\u0301e\u0301乙", "甲" * 97 + "…"),
        ("甲" * 98 + "👍🏽乙", "甲" * 98 + "…"),
        ("甲" * 97 + "👩\u200d🌾乙", "甲" * 97 + "…"),
        ("甲" * 98 + "🇨🇳乙乙", "甲" * 98 + "…"),
        ("甲" * 98 + "\ud83d\ude00乙乙", "甲" * 98 + "…"),
        ("a" * 150, "a" * 99 + "…"),
    ],
)
def test_an_overlong_sentence_is_cut_at_a_clause_or_between_words(sentence: str, cut: str) -> None:
    assert cut_sentence(sentence, AIM) == cut


def test_a_given_text_is_cut_at_the_end_of_a_sentence() -> None:
    assert (
        cut_digest("第一句。“第二句是对话，话不算短也不长。”第三句" + "很长" * 60)
        == "第一句。“第二句是对话，话不算短也不长。”"
    )
    assert cut_digest("  短的\n照原样 ") == "短的 照原样"


@given(st.lists(TEXTS, max_size=4), st.integers(20, 120))
def test_a_digest_is_within_its_limit_and_closes_what_it_opens(lines: list[str], limit: int) -> None:
    for digest in (digest_of(paragraphs(*lines), limit), cut_digest("".join(lines), limit)):
        assert len(digest) <= limit
        assert digest == digest.strip()
        if not any(map(closers, lines)):
            assert not closers(digest)
