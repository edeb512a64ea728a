"""Rules: which one fires, and what is wrong with a file of them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import ConfigError
from publisher.replies import Message, Reply, Rules, Silence, TextReply, answer, normalise, parse_rules
from publisher.replies.rules import Answer
from tests.readers import ARCHIVE, RULES, event, rules_of, text_message, title_of


def faults_of(*replies: Mapping[str, object], **more: object) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        parse_rules({"reply": list(replies), **more})
    return list(refused.value.faults)


def reply_of(text: str, *replies: Mapping[str, object]) -> Reply:
    return answer(text_message(text), rules_of(*replies), ARCHIVE).reply


# ---------------------------------------------------------------------------- which rule fires


def test_no_rules_answer_nothing() -> None:
    assert parse_rules({}) == ()
    assert reply_of("最新") == Silence()


def test_a_prefix_a_part_and_a_pattern_match() -> None:
    prefix = {"name": "前", "prefix": ["查 "], "text": "查到"}
    part = {"name": "含", "contains": ["價格", "多少钱"], "text": "免费"}
    pattern = {"name": "式", "pattern": "(投稿|來稿).*PDF", "text": "请寄"}
    assert reply_of("查 算力", prefix, part, pattern) == TextReply("查到")
    assert reply_of("请问价格是多少", prefix, part, pattern) == TextReply("免费")
    assert reply_of("我要来稿 pdf", prefix, part, pattern) == TextReply("请寄")
    assert reply_of("算力", prefix, part, pattern) == Silence()
    assert reply_of("", prefix, part, pattern) == Silence()


def test_half_a_surrogate_pair_is_matched_against_patterns_too() -> None:
    assert reply_of("x\ud800y", {"name": "式", "pattern": "x.y", "text": "甲"}) == TextReply("甲")


def test_silence_can_be_the_answer() -> None:
    assert reply_of("嗯", {"name": "不", "default": True, "answer": "nothing"}) == Silence()


def test_rules_are_tried_by_priority_then_as_written_and_the_default_last() -> None:
    rules = rules_of(
        {"name": "默", "default": True, "text": "默", "priority": 9},
        {"name": "一", "words": "甲", "text": "一"},
        {"name": "二", "words": "甲", "text": "二"},
        {"name": "三", "words": "甲", "text": "三", "priority": 1},
    )
    assert [rule.name for rule in rules] == ["三", "一", "二", "默"]
    assert [rule.place for rule in rules] == [4, 2, 3, 1]


def test_a_text_loses_the_blank_lines_around_it() -> None:
    assert reply_of("x", {"name": "默", "default": True, "text": "\n甲\n乙\n"}) == TextReply("甲\n乙")


def test_what_only_the_default_would_answer_is_tried_without_politeness() -> None:
    word = {"name": "词", "words": "算力", "text": "词"}
    part = {"name": "含", "contains": "文章", "text": "含"}
    default = {"name": "默", "default": True, "text": "默"}
    assert reply_of("请问有没有算力的文章", word, default) == TextReply("词")
    assert reply_of("请问有没有算力的文章", word, part, default) == TextReply("含")
    assert reply_of("请问有没有算", word, default) == TextReply("默")


SCENES = rules_of(
    {
        "name": "海报",
        "event": ["subscribe", "SCAN"],
        "scene": "poster",
        "answer": "issue",
        "issue": "第3期",
        "priority": 1,
    },
    {"name": "期号", "event": ["subscribe", "scan"], "scene": ["issue-N", "M月"], "answer": "issue"},
    {"name": "关注", "event": "subscribe", "text": "欢迎"},
    {"name": "投稿", "event": "CLICK", "key": "SUBMIT", "text": "请寄"},
    {"name": "位置", "kind": ["location"], "text": "好地方"},
)


@pytest.mark.parametrize(
    ("message", "name"),
    [
        (event("subscribe"), "关注"),
        (event("subscribe", "qrscene_poster"), "海报"),
        (event("SCAN", "poster"), "海报"),
        (event("subscribe", "qrscene_issue-18"), "期号"),
        (event("SCAN", "issue-18"), "期号"),
        (event("subscribe", "qrscene_other"), "关注"),
        (event("SCAN", "other"), ""),
        (event("CLICK", "SUBMIT"), "投稿"),
        (event("CLICK", "submit"), ""),
        (Message("location", "o", "gh"), "位置"),
        (Message("image", "o", "gh"), ""),
        (text_message("SUBMIT"), ""),
    ],
)
def test_events_are_narrowed_by_scene_and_key(message: Message, name: str) -> None:
    assert answer(message, SCENES, ARCHIVE).rule == name


def test_a_scene_names_an_issue() -> None:
    assert title_of(answer(event("SCAN", "poster"), SCENES, ARCHIVE).reply) == "题2023-3-3"
    assert title_of(answer(event("subscribe", "qrscene_issue-18"), SCENES, ARCHIVE).reply) == "题2024-6-18"


TEXTS = st.text("甲乙丙第一二期18最新看", max_size=6)
MATCHERS = st.one_of(
    st.fixed_dictionaries({"words": st.lists(st.text("甲乙丙看", min_size=1, max_size=2), min_size=1, max_size=3)}),
    st.fixed_dictionaries({"contains": st.lists(st.text("甲乙丙", min_size=1, max_size=2), min_size=1, max_size=2)}),
    st.fixed_dictionaries({"prefix": st.lists(st.text("甲乙丙看", min_size=1, max_size=2), min_size=1, max_size=2)}),
    st.fixed_dictionaries({"pattern": st.sampled_from(["甲.*乙", "[乙丙]$", "^看", "18|最"])}),
    st.fixed_dictionaries({"notation": st.sampled_from(["第N期", "N期", "N"])}),
    st.just({"event": "CLICK"}),
    st.just({"event": "SCAN", "scene": "甲"}),
    st.just({"kind": "image"}),
)


@given(
    st.lists(st.tuples(MATCHERS, st.integers(-2, 2), st.sampled_from([[], ["a"], ["b"]])), max_size=12),
    st.booleans(),
    TEXTS,
)
def test_the_index_finds_what_asking_each_rule_in_turn_finds(
    drawn: list[tuple[dict[str, object], int, list[str]]], default: bool, text: str
) -> None:
    entries: list[dict[str, object]] = [
        {**matcher, "name": str(n), "text": str(n), "priority": priority, **({"accounts": whose} if whose else {})}
        for n, (matcher, priority, whose) in enumerate(drawn)
    ]
    rules = rules_of(*entries, *([{"name": "默", "default": True, "text": "默"}] if default else []))
    for message in (text_message(text), event("CLICK", text), event("SCAN", "甲"), Message("image", "", "")):
        said = normalise(message.text or (message.event_key if message.event == "CLICK" else ""))
        for account in ("a", "c"):
            found = rules.find(message, said, account)
            assert [found[0]] if found else rules.matching(message, said, account)[:1] == []


def test_rules_that_were_cut_answer_as_well() -> None:
    cut = RULES[1:]
    assert not isinstance(cut, Rules)
    assert answer(text_message("目录"), cut, ARCHIVE).rule == "目录"
    assert answer(text_message("最新"), cut, ARCHIVE).rule == "其他"


def test_the_word_for_an_answer_is_one_that_leads_there() -> None:
    rules = rules_of(
        {"name": "一", "words": "最新", "text": "x", "priority": 1},
        {"name": "二", "words": ["最新", "新刊"], "answer": "latest"},
    )
    assert rules.word_for(Answer.LATEST, "") == "新刊"
    assert rules.word_for(Answer.CONTENTS, "") == ""


def test_the_pictures_of_all_rules_are_known() -> None:
    rules = rules_of(
        {"name": "一", "words": "x", "picture": "a.jpg"}, {"name": "二", "kind": "image", "picture": "b/c.PNG"}
    )
    assert rules.pictures == {"a.jpg", "b/c.PNG"}


# ---------------------------------------------------------------------------- patterns of editors


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)*$", "(.*)*b", "(a?){200}a{200}c"])
def test_no_pattern_takes_long(pattern: str) -> None:
    # With backtracking any of these would not end before the test's timeout.
    rules = rules_of({"name": "式", "pattern": pattern, "text": "x"})
    assert answer(text_message("a" * 255 + "!x"), rules, ARCHIVE).rule in ("式", "")


@pytest.mark.parametrize("pattern", ["(?=a)b", r"(a)\1", "a(b", "[z-a]", "*"])
def test_what_re2_does_not_know_is_refused(pattern: str) -> None:
    (fault,) = faults_of({"name": "式", "pattern": pattern, "text": "x"})
    assert fault.startswith("replies.toml 第 1 条规则“式”：pattern 不是 RE2 的正则表达式（")
    assert fault.endswith(pattern)


def test_an_endless_pattern_is_refused() -> None:
    assert "最多 500 个" in faults_of({"name": "式", "pattern": "a" * 501, "text": "x"})[0]


# ---------------------------------------------------------------------------- faults


ONE_OF = "要从 words、contains、prefix、pattern、notation、event、kind、default 里选一种写"
LETTERS = "要有大写 N（期号）或 M（月份），可以再有 Y（年份），各最多一个"
WHICH_ISSUE = '要和 notation 一起用，或者用 issue 写明是哪一期，如 issue = "第18期"'


def test_every_fault_is_listed_at_once() -> None:
    faults = faults_of(
        {"name": "一", "word": ["x"], "answer": "lastest"},
        {"words": ["x"], "prefix": "y", "answer": "nothing"},
        {"name": "三", "pattern": "a(b", "text": " "},
        {"name": "四", "notation": ["第期", "N到N"], "answer": "issue"},
        {"name": "五", "words": ["", 3], "answer": "issue", "priority": "high"},
        {"name": "六", "default": False, "answer": "nothing", "text": "x"},
        {"name": "六", "default": True},
        {"name": "八", "words": "x", "text": "长" * 683},
        replies=[],
    )
    assert faults == [
        "replies.toml：不认识“replies”，是不是“reply”？",
        "replies.toml 第 1 条规则“一”：不认识“word”，是不是“words”？",
        "replies.toml 第 1 条规则“一”：answer 不认识“lastest”，是不是“latest”？",
        f"replies.toml 第 1 条规则“一”：{ONE_OF}，现在写了 0 种",
        "replies.toml 第 2 条规则：name 要写一段文字",
        f"replies.toml 第 2 条规则：{ONE_OF}，现在写了 2 种",
        "replies.toml 第 3 条规则“三”：pattern 不是 RE2 的正则表达式（missing ): a(b；不能用 (?=…)、(?!…)、\\1）：a(b",
        "replies.toml 第 3 条规则“三”：text 要写一段文字",
        f"replies.toml 第 4 条规则“四”：notation 里的“第期”{LETTERS}",
        f"replies.toml 第 4 条规则“四”：notation 里的“N到N”{LETTERS}",
        'replies.toml 第 5 条规则“五”：words 要写成带引号的文字，如 ["最新", "newest"]，不能有空的',
        f'replies.toml 第 5 条规则“五”：answer = "issue" {WHICH_ISSUE}',
        "replies.toml 第 5 条规则“五”：priority 要写整数，大的先试",
        'replies.toml 第 6 条规则“六”：answer = "nothing" 用不着 text，请去掉其中一个',
        "replies.toml 第 6 条规则“六”：default 只能写 true；不要默认回复就删去这一条",
        "replies.toml 第 7 条规则“六”：缺 answer",
        "replies.toml 第 8 条规则“八”：text 有 2049 字节，微信最多 2048 字节（约 680 个汉字）",
        "replies.toml：有 2 条规则都叫“六”，请各取一个名字",
        "replies.toml：每个公众号的 default 只能有一条，现在有 2 条：六、六",
    ]


CARD = {"title": "题", "url": "https://a.cn"}


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"words": "x", "text": "y", "颜色": "红"}, "不认识“颜色”，可以写：name、words"),
        ({"words": ["\u200b"], "text": "y"}, "不能有空的"),
        ({"kind": ["imagee"], "text": "y"}, "kind 不认识“imagee”，是不是“image”？"),
        ({"words": "x", "scene": "a", "text": "y"}, "scene（二维码的场景）和 key（菜单的键）要和 event 一起用"),
        ({"event": "SCAN", "scene": "poster", "answer": "issue"}, "scene 里的“poster”要有大写 N"),
        ({"event": "SCAN", "answer": "issue"}, "或者用 issue 写明是哪一期"),
        ({"notation": "Y年", "answer": "issue"}, "只有 Y 不知道是哪一期"),
        ({"words": "x", "issue": "春天"}, "issue 看不懂“春天”，可以写“第18期”"),
        ({"words": "x", "answer": "latest", "issue": "第1期"}, 'answer = "latest" 用不着 issue'),
        ({"words": "x", "answer": "latest", "text": "看{目录}"}, "图文的说明，不能有 {…}"),
        ({"words": "x", "answer": "picture"}, 'answer = "picture" 还要写 picture'),
        ({"words": "x", "picture": "../a.jpg"}, "picture 要写 config 文件夹里的文件名"),
        ({"words": "x", "picture": "/etc/a.jpg"}, "picture 要写 config 文件夹里的文件名"),
        ({"words": "x", "picture": "a.webp"}, "picture 的格式要是 .bmp、.gif、.jpeg、.jpg、.png 中的一种"),
        ({"words": "x", "answer": "news"}, 'answer = "news" 还要写 articles'),
        ({"words": "x", "articles": "题"}, "若干个 [[reply.articles]]"),
        ({"words": "x", "articles": [CARD, CARD]}, "articles 有 2 条：回复消息只能有 1 条，回复事件最多 8 条"),
        ({"event": "SCAN", "articles": [CARD] * 9}, "articles 有 9 条"),
        ({"words": "x", "articles": [{**CARD, "tittle": "x"}]}, "articles 第 1 条不认识“tittle”，是不是“title”？"),
        ({"words": "x", "articles": [{**CARD, "title": " "}]}, "articles 第 1 条缺 title"),
        ({"words": "x", "articles": [{**CARD, "url": "a.cn"}]}, "articles 第 1 条的 url 要以 https:// 或 http:// 开头"),
        ({"words": "x", "articles": [{**CARD, "picture_url": "a"}]}, "articles 第 1 条的 picture_url 要以"),
        ({"words": "x", "articles": [{**CARD, "description": 3}]}, "articles 第 1 条的 description 要写一段文字"),
        ({"words": "x", "desk": ""}, "desk 要写一段文字"),
        ({"words": "x", "text": "{最新}" * 40}, "text 有 3"),
    ],
)
def test_a_fault_says_what_is_wrong_and_what_to_write(entry: Mapping[str, object], said: str) -> None:
    faults = faults_of({"name": "一", **entry})
    assert said in faults[0], faults
    assert len(faults) == 1


def test_an_account_that_is_not_configured_is_refused() -> None:
    table = {"reply": [{"name": "一", "words": "x", "text": "y", "accounts": ["mian"]}]}
    with pytest.raises(ConfigError, match="accounts 里的“mian”没有配置，是不是“main”？"):
        parse_rules(table, ["main", "west"])
    assert parse_rules(table)[0].accounts == {"mian"}


@pytest.mark.parametrize("table", [{"reply": "最新"}, {"reply": {"name": "x"}}, {"reply": ["x"]}])
def test_rules_in_another_shape_are_refused(table: Mapping[str, object]) -> None:
    with pytest.raises(ConfigError, match=r"若干个 \[\[reply\]\]"):
        parse_rules(table)
