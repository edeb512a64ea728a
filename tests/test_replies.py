from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import ConfigError
from publisher.replies import (
    Archive,
    Entry,
    Message,
    NewsArticle,
    NewsReply,
    Reply,
    Silence,
    TextReply,
    answer,
    normalise,
    parse_rules,
)
from publisher.replies.answering import fit_text
from publisher.replies.numbers import (
    Number,
    PlainNumber,
    TotalNumber,
    YearNumber,
    compile_notation,
    read_number,
    read_numeral,
)

SHIPPED = Path(__file__).parent.parent / "config" / "replies.toml"
RULES = parse_rules(tomllib.loads(SHIPPED.read_text("utf-8")))
NEW_YEAR = datetime(2024, 1, 1, 20, tzinfo=UTC)


def entry(
    year: int | None, issue: int | None, total: int | None, url: str = "http://mp/s", digest: str = "摘"
) -> Entry:
    """An issue named by its numbers, published in their order."""
    days = timedelta(days=total if total is not None else issue or 0)
    return Entry(
        issue_id=total or 0,
        title=f"题{year}-{issue}-{total}",
        digest=digest,
        url=url,
        cover_url="https://mmbiz.qpic.cn/c",
        name="协会简报",
        year=year,
        issue=issue,
        total_issue=total,
        published_at=NEW_YEAR + days,
    )


ARCHIVE = Archive(tuple(entry(2023 + (n > 12), n - 12 * (n > 12), n) for n in range(18, 0, -1)))
"""Twelve issues of 2023, six of 2024, counted on to 18."""
BY_YEAR = Archive((entry(2024, 2, None), entry(2024, 1, None), entry(2023, 3, None), entry(2023, 1, None)))


def ask(text: str, archive: Archive = ARCHIVE) -> Reply:
    return answer(Message("text", "oReader", "gh_1", text=text), RULES, archive).reply


def title_of(reply: Reply) -> str:
    assert isinstance(reply, NewsReply)
    (article,) = reply.articles
    return article.title


def text_of(reply: Reply) -> str:
    assert isinstance(reply, TextReply)
    assert 0 < len(reply.text.encode()) <= 2048
    return reply.text


def faults_of(*replies: Mapping[str, object], **more: object) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        parse_rules({"reply": list(replies), **more})
    return list(refused.value.faults)


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
    ],
)
def test_numerals_are_read(numeral: str, value: int) -> None:
    assert read_numeral(numeral) == value
    found = compile_notation("第N期").fullmatch(f"第{numeral}期")
    assert found is not None
    assert read_number(found.groupdict()) == PlainNumber(value)


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
    assert compile_notation("第N期").fullmatch(text) is None


@given(st.text("零〇一二两三四五六七八九十百廿卅0123456789年第总期", max_size=9))
def test_whatever_a_notation_catches_can_be_read(text: str) -> None:
    for notation in ("N", "第N期", "Y年第N期", "总N期"):
        found = compile_notation(notation).fullmatch(text)
        if found:
            assert read_number(found.groupdict()).value >= 0


@pytest.mark.parametrize(
    ("notation", "text", "number"),
    [
        ("Y年第N期", "2024年第六期", YearNumber(2024, 6)),
        ("Y年第N期", "24年第6期", YearNumber(2024, 6)),
        ("Y年第N期", "二〇二四年第六期", YearNumber(2024, 6)),
        ("Y年第N期", "二四年第六期", YearNumber(2024, 6)),
        ("总第N期", "总第18期", TotalNumber(18)),
        ("Vol. N", "vol.18", PlainNumber(18)),
        ("#N", "18", PlainNumber(18)),
    ],
)
def test_a_notation_reads_year_and_number(notation: str, text: str, number: Number) -> None:
    found = compile_notation(notation).fullmatch(text)
    assert found is not None
    assert read_number(found.groupdict()) == number


# ---------------------------------------------------------------------------- the shipped rules


@pytest.mark.parametrize(
    "text", ["最新", "最新一期", " 最 新 期 刊！", "ＮＥＷＥＳＴ", "Latest", "latest issue", "最新。", "最新👍"]
)
def test_a_reader_who_asks_for_the_latest_gets_one_card(text: str) -> None:
    assert ask(text) == NewsReply(
        (NewsArticle("题2024-6-18", "摘", "https://mmbiz.qpic.cn/c", "http://mp/s"),),
    )


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("第18期", "题2024-6-18"),
        ("18期", "题2024-6-18"),
        ("第十八期", "题2024-6-18"),
        ("第 １８ 期", "题2024-6-18"),
        ("总第十八期", "题2024-6-18"),
        ("总第18期。", "题2024-6-18"),
        ("总18期", "题2024-6-18"),
        ("总第3期", "题2023-3-3"),
        ("第3期", "题2023-3-3"),
        ("2024年第3期", "题2024-3-15"),
        ("2024年3期", "题2024-3-15"),
        ("二〇二四年第三期", "题2024-3-15"),
        ("2024-3期", "题2024-3-15"),
        ("23年第12期", "题2023-12-12"),
    ],
)
def test_an_issue_is_found_in_every_notation(text: str, title: str) -> None:
    assert title_of(ask(text)) == title


def test_without_a_count_from_the_beginning_a_number_is_that_of_the_latest_year_that_has_it() -> None:
    assert title_of(ask("第1期", BY_YEAR)) == "题2024-1-None"
    assert title_of(ask("第3期", BY_YEAR)) == "题2023-3-None"
    assert title_of(ask("2023年第1期", BY_YEAR)) == "题2023-1-None"
    assert "没有找到总第 1 期" in text_of(ask("总第1期", BY_YEAR))


@pytest.mark.parametrize(
    ("text", "said"),
    [("第99期", "第 99 期"), ("第０期", "第 0 期"), ("总第九十九期", "总第 99 期"), ("2020年第6期", "2020 年第 6 期")],
)
def test_an_unknown_number_names_the_latest_issue(text: str, said: str) -> None:
    reply = text_of(ask(text))
    assert f"没有找到{said}。" in reply
    assert "最新一期是第18期《题2024-6-18》" in reply
    assert "“目录”" in reply


def test_a_bare_number_is_an_issue_only_if_a_rule_says_so() -> None:
    assert ask("18") == ask("whatever")
    rules = parse_rules({"reply": [{"name": "号", "notation": "N", "answer": "issue"}]})
    assert title_of(answer(Message("text", "o", "gh", text="１８"), rules, ARCHIVE).reply) == "题2024-6-18"


def test_the_contents_list_every_issue_newest_first() -> None:
    lines = text_of(ask("目录")).splitlines()
    assert lines[0] == "往期目录，共 18 期："
    # 2024-01-19 20:00 UTC is the next morning in Beijing.
    assert lines[1] == "第18期 2024-01-20 题2024-6-18"
    assert lines[18].startswith("第1期 ")
    assert lines[19] == "回复“第18期”这样的期号，打开那一期。"


def test_every_number_in_the_contents_opens_that_issue() -> None:
    archive = Archive((entry(2024, 2, 14), entry(2024, 1, None), entry(2023, 3, 3), entry(None, 7, None)))
    lines = text_of(ask("目录", archive)).splitlines()[1:5]
    labels = [line.split(" ")[0] for line in lines]
    assert labels == ["第14期", "2024年第1期", "第3期", "第7期"]
    assert [title_of(ask(label, archive)) for label in labels] == [each.title for each in archive.entries]


def test_contents_of_five_hundred_issues_are_cut_at_a_line() -> None:
    archive = Archive(tuple(entry(2024, n, n) for n in range(500, 0, -1)))
    text = text_of(ask("目录", archive))
    assert "更早的还有" in text
    assert text.endswith("打开那一期。")
    assert len(text.encode()) > 1900


def test_issues_without_a_number_are_listed_by_title() -> None:
    assert "\n2024-01-02 题2024-None-None\n回复“第1期”" in text_of(ask("目录", Archive((entry(2024, None, None),))))


def test_an_issue_without_a_link_is_answered_with_its_title() -> None:
    plain = Archive((entry(2024, 6, 18, url="", digest="一句话"),))
    text = text_of(ask("最新", plain))
    assert text.startswith("第18期《题2024-6-18》已经发布")
    assert text.endswith("\n一句话")
    assert "\n" not in text_of(ask("最新", Archive((entry(2024, 6, 18, url="", digest=""),))))


def test_a_title_that_has_its_own_marks_gets_no_others() -> None:
    named = entry(2024, 6, 18, url="")
    named = Entry(**{name: getattr(named, name) for name in Entry.__slots__} | {"title": "《协会简报》六月号"})
    assert text_of(ask("最新", Archive((named,)))).startswith("第18期《协会简报》六月号已经发布")


@pytest.mark.parametrize("cover", ["", "pictures/c.png", "javascript:alert(1)", "data:image/png;base64,AA"])
def test_a_cover_that_is_no_web_address_is_left_out(cover: str) -> None:
    one = entry(2024, 6, 18)
    one = Entry(**{name: getattr(one, name) for name in Entry.__slots__} | {"cover_url": cover})
    reply = ask("最新", Archive((one,)))
    assert isinstance(reply, NewsReply)
    assert reply.articles[0].picture_url == ""


@pytest.mark.parametrize("text", ["最新", "目录", "第1期"])
def test_before_the_first_issue_the_answer_is_friendly(text: str) -> None:
    assert "还没有" in text_of(ask(text, Archive()))


@pytest.mark.parametrize("text", ["你好", "", "   ", "x" * 5000, "第18期什么时候出", "最", "😀"])
def test_anything_else_gets_the_default(text: str) -> None:
    assert text_of(ask(text)).startswith("收到您的消息了")


@pytest.mark.parametrize("kind", ["image", "voice", "location", "future"])
def test_a_picture_or_a_voice_gets_the_default(kind: str) -> None:
    assert text_of(answer(Message(kind, "o", "gh"), RULES, ARCHIVE).reply).startswith("收到您的消息了")


@pytest.mark.parametrize("event", ["subscribe", "SUBSCRIBE"])
def test_a_follower_is_greeted(event: str) -> None:
    assert text_of(answer(Message("event", "o", "gh", event=event), RULES, ARCHIVE).reply).startswith("欢迎关注")


@pytest.mark.parametrize("event", ["unsubscribe", "VIEW", "brand_new_event", ""])
def test_other_events_are_met_with_silence(event: str) -> None:
    assert answer(Message("event", "o", "gh", event=event), RULES, ARCHIVE).reply == Silence()


@pytest.mark.parametrize("text", ["？", "帮助", "help", "怎么用"])
def test_help_is_given(text: str) -> None:
    assert text_of(ask(text)).startswith("可以这样问我")


@given(st.text(max_size=300))
def test_any_text_gets_an_answer_within_the_limits(text: str) -> None:
    reply = ask(text)
    assert isinstance(reply, NewsReply) or text_of(reply)


# ---------------------------------------------------------------------------- rules


def reply_of(text: str, *replies: Mapping[str, object]) -> Reply:
    return answer(Message("text", "o", "gh", text=text), parse_rules({"reply": list(replies)}), ARCHIVE).reply


def test_no_rules_answer_nothing() -> None:
    assert parse_rules({}) == ()
    assert reply_of("最新") == Silence()


def test_a_prefix_and_a_pattern_match() -> None:
    prefix = {"name": "前", "prefix": ["查 "], "text": "查到"}
    pattern = {"name": "式", "pattern": "(投稿|来稿).*PDF", "text": "请寄"}
    assert reply_of("查 算力", prefix, pattern) == TextReply("查到")
    assert reply_of("我要投稿 pdf", prefix, pattern) == TextReply("请寄")
    assert reply_of("算力", prefix, pattern) == Silence()


def test_silence_can_be_the_answer() -> None:
    assert reply_of("嗯", {"name": "不", "default": True, "answer": "nothing"}) == Silence()


def test_rules_are_tried_by_priority_then_as_written_and_the_default_last() -> None:
    rules = parse_rules(
        {
            "reply": [
                {"name": "默", "default": True, "text": "默", "priority": 9},
                {"name": "一", "words": "甲", "text": "一"},
                {"name": "二", "words": "甲", "text": "二"},
                {"name": "三", "words": "甲", "text": "三", "priority": 1},
            ]
        }
    )
    assert [rule.name for rule in rules] == ["三", "一", "二", "默"]


def test_a_text_loses_the_blank_lines_around_it() -> None:
    assert reply_of("x", {"name": "默", "default": True, "text": "\n甲\n乙\n"}) == TextReply("甲\n乙")


def test_every_fault_is_listed_at_once() -> None:
    faults = faults_of(
        {"name": "一", "word": ["x"], "answer": "lastest"},
        {"words": ["x"], "prefix": "y", "answer": "nothing"},
        {"name": "三", "pattern": "a(b", "text": " "},
        {"name": "四", "notation": ["第期", "N到N"], "answer": "issue"},
        {"name": "五", "words": ["", 3], "answer": "issue", "priority": "high"},
        {"name": "六", "default": False, "answer": "latest", "text": "x"},
        {"name": "六", "default": True},
        {"name": "八", "words": "x", "text": "长" * 683},
        replies=[],
    )
    assert faults == [
        "replies.toml：不认识“replies”，是不是“reply”？",
        "replies.toml 第 1 条规则“一”：不认识“word”，是不是“words”？",
        "replies.toml 第 1 条规则“一”：要从 words、prefix、pattern、notation、event、default 里选一种写，现在写了 0 种",
        "replies.toml 第 1 条规则“一”：answer 不认识“lastest”，是不是“latest”？",
        "replies.toml 第 2 条规则：name 要写一段文字",
        "replies.toml 第 2 条规则：要从 words、prefix、pattern、notation、event、default 里选一种写，现在写了 2 种",
        "replies.toml 第 3 条规则“三”：pattern 在第 2 个字符处有误（missing ), unterminated subpattern）：a(b",
        "replies.toml 第 3 条规则“三”：text 要写一段文字",
        "replies.toml 第 4 条规则“四”：notation 里的“第期”要有且只有一个大写 N（期号），最多一个大写 Y（年份）",
        "replies.toml 第 4 条规则“四”：notation 里的“N到N”要有且只有一个大写 N（期号），最多一个大写 Y（年份）",
        'replies.toml 第 5 条规则“五”：words 要写成带引号的文字，如 ["最新", "newest"]，不能有空的',
        'replies.toml 第 5 条规则“五”：answer = "issue" 要和 notation 一起用，不然不知道是哪一期',
        "replies.toml 第 5 条规则“五”：priority 要写整数，大的先试",
        "replies.toml 第 6 条规则“六”：default 只能写 true；不要默认回复就删去这一条",
        "replies.toml 第 6 条规则“六”：有 text 就不能有别的 answer，请去掉其中一个",
        "replies.toml 第 7 条规则“六”：缺 answer",
        "replies.toml 第 8 条规则“八”：text 有 2049 字节，微信最多 2048 字节（约 680 个汉字）",
        "replies.toml：有 2 条规则都叫“六”，请各取一个名字",
        "replies.toml：default 只能有一条，现在有 2 条：六、六",
    ]


def test_an_unknown_key_far_from_any_is_told_which_there_are() -> None:
    (fault,) = faults_of({"name": "一", "words": "x", "text": "y", "颜色": "红"})
    assert "不认识“颜色”，可以写：name、words" in fault


@pytest.mark.parametrize("table", [{"reply": "最新"}, {"reply": {"name": "x"}}, {"reply": ["x"]}])
def test_rules_in_another_shape_are_refused(table: Mapping[str, object]) -> None:
    with pytest.raises(ConfigError, match=r"若干个 \[\[reply\]\]"):
        parse_rules(table)


def test_a_word_that_cannot_be_seen_is_refused() -> None:
    (fault,) = faults_of({"name": "一", "words": ["\u200b"], "text": "y"})
    assert "不能有空的" in fault


# ---------------------------------------------------------------------------- length


def test_a_text_that_fits_is_left_alone() -> None:
    assert fit_text("字" * 682 + "ab") == "字" * 682 + "ab"


def test_a_long_text_is_cut_at_a_line_or_else_at_a_character() -> None:
    lines = fit_text("\n".join(["二十个字" * 5] * 60))
    assert lines.endswith("二十个字\n…")
    assert 1900 < len(lines.encode()) <= 2048
    characters = fit_text("题\n" + "字" * 900)
    assert characters.endswith("字…")
    assert 2040 < len(characters.encode()) <= 2048


@given(st.text(min_size=1, max_size=3000))
def test_any_text_is_cut_to_the_limit(text: str) -> None:
    assert len(fit_text(text * 3).encode(errors="replace")) <= 2048
