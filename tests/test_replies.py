"""What readers are answered: cards, lists, links, and 2,048 bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.replies import (
    Answered,
    Archive,
    HandOver,
    Hit,
    Message,
    NewsArticle,
    NewsReply,
    Outcome,
    PictureReply,
    Reply,
    Silence,
    TextReply,
    answer,
)
from publisher.replies.wording import fit_text, link
from tests.readers import (
    ARCHIVE,
    BY_YEAR,
    RULES,
    answered,
    ask,
    entry,
    event,
    hit,
    links,
    rules_of,
    seen,
    text_message,
    text_of,
    title_of,
)

# ---------------------------------------------------------------------------- the latest issue, and one by number


@pytest.mark.parametrize(
    "text",
    [
        "最新",
        "最新一期",
        " 最 新 期 刊！",
        "ＮＥＷＥＳＴ",
        "Latest",
        "latest issue",
        "最新。",
        "最新👍",
        "我想看最新一期，谢谢",
    ],
)
def test_a_reader_who_asks_for_the_latest_gets_one_card(text: str) -> None:
    assert answered(text) == Answered(
        NewsReply((NewsArticle("题2024-6-18", "摘", "https://mmbiz.qpic.cn/c", "http://mp/s"),)), "最新"
    )


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("第18期", "题2024-6-18"),
        ("18期", "题2024-6-18"),
        ("第十八期", "题2024-6-18"),
        ("第 １８ 期", "题2024-6-18"),
        ("总第十八期", "题2024-6-18"),
        ("總第18期。", "题2024-6-18"),
        ("总18期", "题2024-6-18"),
        ("总第3期", "题2023-3-3"),
        ("第3期", "题2023-3-3"),
        ("2024年第3期", "题2024-3-15"),
        ("2024年3期", "题2024-3-15"),
        ("二〇二四年第三期", "题2024-3-15"),
        ("2024-3期", "题2024-3-15"),
        ("23年第12期", "题2023-12-12"),
        ("上一期", "题2024-5-17"),
        ("创刊号", "题2023-1-1"),
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
    [
        ("第99期", "第 99 期"),
        ("第０期", "第 0 期"),
        ("总第九十九期", "总第 99 期"),
        ("2020年第6期", "2020 年第 6 期"),
        ("七月那期", "7 月的那一期"),
        ("2020年7月", "2020 年 7 月的那一期"),
    ],
)
def test_an_unknown_number_is_missed_and_names_the_latest_issue(text: str, said: str) -> None:
    missed = answered(text)
    assert missed.outcome is Outcome.MISSED
    assert f"没有找到{said}。\n最新一期是第18期《题2024-6-18》。\n可以点：最新　目录　第17期" == seen(missed.reply)


def test_a_bare_number_is_an_issue_only_if_a_rule_says_so() -> None:
    assert answered("18").rule == "其他"
    rules = rules_of({"name": "号", "notation": "N", "answer": "issue"})
    assert title_of(answer(text_message("１８"), rules, ARCHIVE).reply) == "题2024-6-18"


def test_a_rule_may_name_its_issue_and_describe_it() -> None:
    rules = rules_of({"name": "特刊", "words": "特刊", "answer": "issue", "issue": "第3期", "text": "年度特刊"})
    reply = answer(text_message("特刊"), rules, ARCHIVE).reply
    assert isinstance(reply, NewsReply)
    assert (reply.articles[0].title, reply.articles[0].description) == ("题2023-3-3", "年度特刊")


JUNE, JULY, TOO = date(2024, 6, 30), date(2024, 7, 15), date(2024, 7, 31)
MONTHLY = Archive((entry(2024, 8, 8), entry(2024, 7, 7, dated=TOO), entry(2024, 6, 6, dated=JUNE), entry(2023, 7, 1)))


@pytest.mark.parametrize(
    ("text", "title"),
    [("7月", "题2024-7-7"), ("六月那期", "题2024-6-6"), ("2024年7月刊", "题2024-7-7"), ("24年6月", "题2024-6-6")],
)
def test_a_month_is_that_of_the_masthead_in_the_latest_year(text: str, title: str) -> None:
    assert title_of(ask(text, MONTHLY)) == title


def test_an_issue_without_a_date_belongs_to_the_month_of_its_publication() -> None:
    # 2024-01-31 20:00 UTC is the first of February in Beijing.
    one = Archive((entry(2024, 30, 30), entry(2024, 9, 9, dated=JUNE)))
    assert title_of(ask("二月号", one)) == "题2024-30-30"


def test_several_issues_of_a_month_are_listed() -> None:
    weekly = Archive((entry(2024, 27, 27, dated=TOO), entry(2024, 26, 26, dated=JULY), entry(2024, 25, 25, dated=JUNE)))
    assert seen(ask("七月", weekly)) == (
        "这个月有 2 期：\n第27期 2024-07-31 题2024-27-27\n第26期 2024-07-15 题2024-26-26"
    )


def test_an_issue_without_a_link_is_answered_with_its_title() -> None:
    plain = Archive((entry(2024, 6, 18, url=""),))
    assert text_of(ask("最新", plain)) == "第18期《题2024-6-18》已经发布，在公众号主页的历史文章里可以看到。\n摘"
    bald = Archive((replace(plain.entries[0], digest=""),))
    assert "\n" not in text_of(ask("最新", bald))


def test_a_title_that_has_its_own_marks_gets_no_others() -> None:
    named = replace(entry(2024, 6, 18, url=""), title="《协会简报》六月号")
    assert text_of(ask("最新", Archive((named,)))).startswith("第18期《协会简报》六月号已经发布")


@pytest.mark.parametrize("cover", ["", "pictures/c.png", "javascript:alert(1)", "data:image/png;base64,AA"])
def test_a_cover_that_is_no_web_address_is_left_out(cover: str) -> None:
    reply = ask("最新", Archive((replace(entry(2024, 6, 18), cover_url=cover),)))
    assert isinstance(reply, NewsReply)
    assert reply.articles[0].picture_url == ""


@pytest.mark.parametrize("text", ["最新", "目录", "第1期", "目录2", "7月", "上一期"])
def test_before_the_first_issue_the_answer_is_friendly(text: str) -> None:
    missed = answered(text, Archive())
    assert "还没有" in text_of(missed.reply)
    assert missed.outcome is Outcome.MISSED


# ---------------------------------------------------------------------------- the contents


def test_the_contents_list_every_issue_newest_first() -> None:
    lines = seen(ask("目录")).splitlines()
    assert lines[0] == "往期目录，共 18 期："
    # 2024-01-19 20:00 UTC is the next morning in Beijing.
    assert lines[1] == "第18期 2024-01-20 题2024-6-18"
    assert lines[-1] == "点期号，或回复“第18期”这样的期号，打开那一期。"


def pages(archive: Archive) -> list[Reply]:
    """The contents from page to page, as a reader taps."""
    found = [ask("目录", archive)]
    while following := links(found[-1]).get("下一页"):
        found.append(ask(unquote(following.partition("msgmenucontent=")[2].partition("&")[0]), archive))
    return found


@pytest.mark.parametrize("count", [1, 18, 120, 500])
def test_every_issue_is_on_one_page_and_tapping_it_opens_it(count: int) -> None:
    archive = Archive(tuple(entry(2024, n, n) for n in range(count, 0, -1)))
    listed = [number for page in pages(archive) for number in links(page) if number != "下一页"]
    assert listed == [f"第{n}期" for n in range(count, 0, -1)]
    for number in listed[:: max(1, count // 20)]:
        assert title_of(ask(number, archive)).endswith(f"-{number.strip('第期')}")


def test_a_page_that_is_not_there_is_missed() -> None:
    missed = answered("目录9")
    assert seen(missed.reply) == "没有目录的第 9 页。\n可以点：最新　目录　第17期"
    assert missed.outcome is Outcome.MISSED


def test_the_contents_of_a_year_list_its_issues() -> None:
    lines = seen(ask("2024年目录")).splitlines()
    assert lines[0] == "2024 年的期刊，共 6 期："
    assert len(lines) == 8
    assert seen(ask("2019年")).startswith("没有2019 年的期刊。")


def test_every_number_in_the_contents_opens_that_issue() -> None:
    archive = Archive((entry(2024, 2, 14), entry(2024, 1, None), entry(2023, 3, 3), entry(None, 7, None)))
    labels = [line.split(" ")[0] for line in seen(ask("目录", archive)).splitlines()[1:5]]
    assert labels == ["第14期", "2024年第1期", "第3期", "第7期"]
    assert [title_of(ask(label, archive)) for label in labels] == [each.title for each in archive.entries]


def test_a_number_that_opens_another_issue_cannot_be_tapped() -> None:
    twice = Archive((entry(2024, 2, 14), replace(entry(2023, 2, 14), title="重号")))
    assert list(links(ask("目录", twice))) == ["第14期"]


def test_issues_without_a_number_are_linked_by_title() -> None:
    reply = ask("目录", Archive((replace(entry(2024, None, None), title="a<b>&c"),)))
    assert links(reply) == {"a＜b＞&c": "http://mp/s"}
    assert text_of(reply).endswith("\n点标题，打开那一期。")


def test_rules_that_know_no_numbers_give_a_list_without_taps() -> None:
    rules = rules_of({"name": "录", "words": "目录", "answer": "contents"})
    many = Archive(tuple(entry(2024, n, n) for n in range(90, 0, -1)))
    text = text_of(answer(text_message("目录"), rules, many).reply)
    assert "weixin:" not in text
    assert "……更早的还有，知道期号就可以打开。" in text


# ---------------------------------------------------------------------------- search


def test_one_article_found_is_a_card() -> None:
    found = answered("算力", search=lambda _: [hit("算力的账")])
    card = NewsArticle("算力的账", "摘要", "https://mmbiz.qpic.cn/c", "https://mp.weixin.qq.com/s/1")
    assert found == Answered(NewsReply((card,)), "其他", Outcome.FOUND)


def test_several_found_are_a_list_of_at_most_five_links() -> None:
    hits = [hit(f"算力{n}", f"https://mp.weixin.qq.com/s?a=1&b={n}") for n in range(6)]
    few, many = (answered("算力", search=lambda _, n=n: hits[:n]) for n in (3, 6))  # type: ignore[misc]
    assert seen(few.reply) == "和“算力”有关的 3 篇：\n1. 算力0\n2. 算力1\n3. 算力2"
    assert links(few.reply)["算力2"] == "https://mp.weixin.qq.com/s?a=1&b=2"
    assert len(links(many.reply)) == 5
    assert seen(many.reply).startswith("和“算力”最相关的 5 篇：\n")
    assert seen(many.reply).endswith("\n还有更多，换个更具体的词可以找得更准。")
    assert few.outcome is many.outcome is Outcome.FOUND


def test_nothing_found_offers_three_words_to_tap() -> None:
    missed = answered("区块链")
    assert missed.outcome is Outcome.MISSED
    assert list(links(missed.reply)) == ["最新", "目录", "第17期", "帮助"]
    for word, address in links(missed.reply).items():
        assert address.startswith("weixin://bizmsgmenu?msgmenucontent=%")
        assert answered(word).outcome is Outcome.RULE


def test_a_search_is_given_what_was_sent_with_its_blanks() -> None:
    asked: list[str] = []
    answered(" 有没有 GPT\n４o 的文章？", search=lambda text: asked.append(text) or [])  # type: ignore[func-returns-value]
    assert asked == ["有没有 gpt 4o 的文章"]


def test_what_is_searched_for_is_said_back_only_if_it_is_short_and_harmless() -> None:
    hits = [hit("一"), hit("二")]
    assert text_of(answered("<a href='x'>", search=lambda _: hits).reply).startswith("和“＜a href='x'＞”有关的")
    assert text_of(answered("a<b>c", search=lambda _: hits).reply).startswith("和“a＜b＞c”有关的")
    assert text_of(answered("字" * 21, search=lambda _: hits).reply).startswith("和您说的有关的 2 篇")


def test_long_titles_and_addresses_are_dropped_by_whole_lines() -> None:
    hits = [hit("长" * 64, f"https://mp.weixin.qq.com/s?x={'y' * 400}{n}") for n in range(5)]
    reply = answered("算力", search=lambda _: hits).reply
    assert 1 <= len(links(reply)) < 5
    assert text_of(reply).endswith("\n……")


def test_articles_that_nobody_can_open_are_not_found() -> None:
    assert answered("算力", search=lambda _: [hit("无", "")]).outcome is Outcome.MISSED
    found = answered("算力", search=lambda _: [hit("坏", "javascript:x"), hit("好")])
    assert title_of(found.reply) == "好"


def test_a_search_that_fails_is_an_answer_and_a_fault_without_the_readers_words() -> None:
    def broken(text: str) -> Sequence[Hit]:
        raise RuntimeError(text)

    missed = answered("算力", search=broken)
    assert (missed.outcome, missed.fault) == (Outcome.MISSED, "RuntimeError")
    assert missed.reply == answered("算力").reply


def test_after_a_prefix_the_rest_is_searched_for() -> None:
    asked: list[str] = []
    rules = rules_of({"name": "搜", "prefix": ["搜", "搜索"], "answer": "search"})
    for text in ("搜索：算力", "搜算力", "搜索"):
        answer(text_message(text), rules, ARCHIVE, lambda text: asked.append(text) or [])  # type: ignore[func-returns-value]
    assert asked == ["算力", "算力"]


def test_a_search_without_a_text_of_its_own_has_words_for_nothing() -> None:
    rules = rules_of({"name": "搜", "default": True, "answer": "search"})
    assert text_of(answer(text_message("x"), rules, Archive()).reply) == "没有找到有关的文章，换个词试试？"


# ---------------------------------------------------------------------------- anything else


@pytest.mark.parametrize("text", ["", "   ", "x" * 5000, "第18期什么时候出", "最", "😀"])
def test_anything_else_gets_the_default(text: str) -> None:
    missed = answered(text)
    assert text_of(missed.reply).startswith("收到您的消息了")
    assert (missed.rule, missed.outcome) == ("其他", Outcome.MISSED)


@pytest.mark.parametrize("kind", ["image", "voice", "location", "future"])
def test_a_picture_or_a_voice_is_thanked_for(kind: str) -> None:
    assert text_of(answer(Message(kind, "o", "gh"), RULES, ARCHIVE).reply).startswith("收到您的消息了")


@pytest.mark.parametrize("name", ["subscribe", "SUBSCRIBE"])
def test_a_follower_is_greeted_with_the_latest_issue(name: str) -> None:
    reply = answer(event(name), RULES, ARCHIVE).reply
    assert seen(reply).startswith("欢迎关注！\n最新一期：第18期《题2024-6-18》\n")
    assert links(reply)["第18期《题2024-6-18》"] == "http://mp/s"


def test_before_the_first_issue_a_follower_is_greeted_without_one() -> None:
    assert seen(answer(event("subscribe"), RULES, Archive()).reply).startswith("欢迎关注！\n\n回复“最新”")


@pytest.mark.parametrize("name", ["unsubscribe", "VIEW", "brand_new_event", ""])
def test_other_events_are_met_with_silence(name: str) -> None:
    assert answer(event(name), RULES, ARCHIVE).reply == Silence()


def test_a_menu_key_without_a_rule_is_answered_like_its_word() -> None:
    assert answer(event("CLICK", "最新"), RULES, ARCHIVE) == answered("最新")
    assert answer(event("CLICK", "V1001"), RULES, ARCHIVE).reply == Silence()
    assert answer(event("VIEW", "最新"), RULES, ARCHIVE).reply == Silence()


@pytest.mark.parametrize("text", ["？", "帮助", "幫助", "help", "怎么用"])
def test_help_is_given(text: str) -> None:
    assert text_of(ask(text)).startswith("可以这样问我")


@given(st.text(max_size=300))
def test_any_text_gets_an_answer_within_the_limits(text: str) -> None:
    reply = answered(text, search=lambda found: [hit(found), hit(found * 3)]).reply
    assert isinstance(reply, NewsReply) or text_of(reply)


# ---------------------------------------------------------------------------- a rule's own answers


def test_a_picture_is_shown_once_the_platform_has_it() -> None:
    bare = rules_of({"name": "图", "words": "海报", "picture": "poster.jpg"})
    said = rules_of({"name": "图", "words": "海报", "picture": "poster.jpg", "text": "海报在做。"})
    uploaded = replace(ARCHIVE, pictures={"poster.jpg": "media-1"})
    assert answer(text_message("海报"), bare, uploaded).reply == PictureReply("media-1")
    assert answer(text_message("海报"), bare, ARCHIVE).reply == Silence()
    assert answer(text_message("海报"), said, ARCHIVE).reply == TextReply("海报在做。")


def test_cards_and_the_desk_are_answered_as_written() -> None:
    card = {"title": "会员", "description": "怎么加入", "url": "https://a.cn", "picture_url": "https://a.cn/p"}
    rules = rules_of(
        {"name": "卡", "words": "会员", "articles": [card]},
        {"name": "人", "words": "人工", "answer": "handover"},
        {"name": "某", "words": "投诉", "desk": "kf1@gh"},
        {"name": "扫", "event": "SCAN", "articles": [card] * 8},
        {"name": "嗯", "words": "嗯", "answer": "nothing"},
    )
    article = NewsArticle("会员", "怎么加入", "https://a.cn/p", "https://a.cn")
    assert answer(text_message("会员"), rules, Archive()).reply == NewsReply((article,))
    assert answer(text_message("人工"), rules, Archive()).reply == HandOver()
    assert answer(text_message("投诉"), rules, Archive()).reply == HandOver("kf1@gh")
    assert answer(event("SCAN", "x"), rules, Archive()).reply == NewsReply((article,) * 8)
    assert answer(text_message("嗯"), rules, Archive()) == Answered(Silence(), "嗯")


def test_words_in_braces_can_be_tapped_and_lines_without_their_value_go() -> None:
    rules = rules_of({"name": "默", "default": True, "text": "先看 {latest}\n再点 {目录&}\n{suggestions}"})
    reply = answer(text_message("x"), rules, Archive()).reply
    assert (
        text_of(reply)
        == '再点 <a href="weixin://bizmsgmenu?msgmenucontent=%E7%9B%AE%E5%BD%95%26&msgmenuid=1">目录&</a>'
    )
    only = rules_of({"name": "默", "default": True, "text": "先看 {latest}"})
    assert answer(text_message("x"), only, Archive()).reply == Silence()


def test_an_account_that_is_not_meant_does_not_hear_it() -> None:
    rules = rules_of(
        {"name": "甲", "words": "投稿", "text": "甲", "accounts": ["a"]},
        {"name": "乙", "words": "投稿", "text": "乙"},
        {"name": "全", "default": True, "text": "全"},
        {"name": "默", "default": True, "text": "默", "accounts": "a"},
    )
    said = {
        (account, text): answer(text_message(text), rules, Archive(account=account)).reply
        for account in "ab"
        for text in ("投稿", "别的")
    }
    assert said == {
        ("a", "投稿"): TextReply("甲"),
        ("b", "投稿"): TextReply("乙"),
        ("a", "别的"): TextReply("默"),
        ("b", "别的"): TextReply("全"),
    }


# ---------------------------------------------------------------------------- length and links


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


def test_a_link_is_never_cut() -> None:
    """Wherever the limit falls: before it, in its address, in its title and in each character of its end."""
    made = link("https://a.cn/" + "x" * 300, "标题")
    for before in range(2048 - len(made) - 20, 2060):
        text = fit_text("x" * before + made + "尾" * 700)
        assert text.removesuffix("…").rstrip("x尾") in {"", made.join(("x" * before, ""))}, before


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "weixin://x", "ftp://a.cn", "/relative"])
def test_what_is_no_web_address_is_no_link(url: str) -> None:
    assert link(url, "标题") == "标题"


def test_a_link_cannot_be_broken_out_of() -> None:
    made = link('https://a.cn/?q="><b>中 文&x=%20#y', 'R&D <b>"x"</b>')
    assert made == ('<a href="https://a.cn/?q=%22%3E%3Cb%3E%E4%B8%AD%20%E6%96%87&x=%20#y">R&D ＜b＞"x"＜/b＞</a>')
