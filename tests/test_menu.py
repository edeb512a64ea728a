"""The menu: what an editor writes, what the platform is sent, and what is never overwritten."""

from __future__ import annotations

import re
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import ConfigError, NeedsPerson
from publisher.menu import Menu, Shown, canonical, compose, cramped, differences, follows_issues, outline, parse_menus
from publisher.replies.numbers import Number, PlainNumber, TotalNumber, YearNumber
from tests.menus import button

SHIPPED = Path(__file__).parent.parent / "config" / "menu.toml"
LATEST = Shown("ARTICLE-19", "https://mp.weixin.qq.com/s/19")
ISSUES: dict[Number | None, Shown] = {
    None: LATEST,
    PlainNumber(18): Shown("ARTICLE-18", ""),
    TotalNumber(17): Shown("", "https://mp.weixin.qq.com/s/17"),
    YearNumber(2026, 3): Shown("ARTICLE-18", ""),
}


def find(number: Number | None) -> Shown | None:
    return ISSUES.get(number)


def menu(text: str) -> Menu:
    return parse_menus(tomllib.loads(text), ["main"])["main"]


def faults(text: str, *accounts: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parse_menus(tomllib.loads(text), accounts or ("main",))
    return "\n".join(caught.value.faults)


# ---------------------------------------------------------------------------- menu.toml


def test_the_example_that_is_shipped_is_a_menu() -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    example = re.sub("(?m)^# ?", "", text[text.index("# [[button]]") :])
    assert compose(menu(example), find) == [
        {"name": "最新一期", "type": "article_view_limited", "article_id": "ARTICLE-19"},
        {
            "name": "往期",
            "sub_button": [
                {"name": "往期目录", "type": "click", "key": "目录"},
                {"name": "怎么查", "type": "click", "key": "帮助"},
            ],
        },
        {"name": "官网", "type": "view", "url": "https://www.example.cn/"},
    ]


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"key": "目录"}, {"type": "click", "key": "目录"}),
        ({"url": "https://a.cn/?b=1&c"}, {"type": "view", "url": "https://a.cn/?b=1&c"}),
        (
            {"appid": "wx0123456789abcdef", "pagepath": "pages/a", "url": "http://a.cn"},
            {"type": "miniprogram", "appid": "wx0123456789abcdef", "pagepath": "pages/a", "url": "http://a.cn"},
        ),
        ({"article_id": "A"}, {"type": "article_view_limited", "article_id": "A"}),
        ({"article_id": "A", "kind": "article_id"}, {"type": "article_id", "article_id": "A"}),
        ({"issue": " 最新！"}, {"type": "article_view_limited", "article_id": "ARTICLE-19"}),
        ({"issue": 18, "kind": "article_id"}, {"type": "article_id", "article_id": "ARTICLE-18"}),
        ({"issue": "２０２６年第三期"}, {"type": "article_view_limited", "article_id": "ARTICLE-18"}),
        # it was sent to all: there is a link only
        ({"issue": "总第17期", "kind": "article_id"}, {"type": "view", "url": "https://mp.weixin.qq.com/s/17"}),
        *(
            ({"kind": kind, "key": "k"}, {"type": kind, "key": "k"})
            for kind in (
                "click", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin",
                "location_select",
            )
        ),
    ],
)  # fmt: skip
def test_every_kind_of_button_goes_out_in_the_platform_s_form(given: dict[str, object], sent: dict[str, str]) -> None:
    made = menu(button(**given))
    assert compose(made, find) == [{"name": "钮", **sent}]
    assert follows_issues(made) is ("issue" in given)


def test_an_issue_that_is_not_out_is_named_with_its_button() -> None:
    made = menu(button(name="创刊", issue=1) + button(issue="最新"))
    with pytest.raises(NeedsPerson) as caught:
        compose(made, lambda number: None if number else LATEST)
    assert "“创刊”要的第 1 期还没有发布" in caught.value.note
    assert "“钮”" not in caught.value.note


def test_everything_that_is_wrong_is_said_at_once() -> None:
    found = faults("""
[[buton]]
[[button]]
name = "名字长于十六个字节"
key = "k"
[[button]]
name = "往期"
key = "k"
[[button.sub]]
name = "目录"
ur = "https://a.cn"
[[button.sub]]
url = "weixin://a"
[[button]]
name = "空"
[[button]]
name = "程序"
kind = "miniprogramm"
account = "other"
[[button]]
name = "看"
issue = "下一期"
""")
    for part in (
        "不认识“buton”，是不是“button”？",
        "第 1 个按钮“名字长于十六个字节”：name 有 27 字节，最多 16 字节",
        "第 2 个按钮“往期”：有 sub 的按钮只打开列表，不能再写“key”",
        "第 2 个按钮“往期”的第 1 项“目录”：不认识“ur”，是不是“url”？",
        "第 2 个按钮“往期”的第 1 项“目录”：没有写点了以后做什么",
        "第 2 个按钮“往期”的第 2 项：name 要写一段文字",
        "第 2 个按钮“往期”的第 2 项：url 要以 http:// 或 https:// 开头",
        "第 3 个按钮“空”：没有写点了以后做什么",
        "第 4 个按钮“程序”：kind 不认识“miniprogramm”，是不是“miniprogram”？",
        "第 4 个按钮“程序”：没有公众号“other”；accounts.toml 里有：main",
        '第 5 个按钮“看”：issue 要写 "最新" 或期号',
        "公众号 main 有 4 个按钮，最多 3 个",
    ):
        assert part in found


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (button(key="长" * 43), "key 有 129 字节，最多 128 字节"),
        (button(url="https://a.cn/" + "a" * 1012), "url 有 1025 字节，最多 1024 字节"),
        (button(url="https://[a"), "url 要以"),
        (button(key="a\\u200bb"), "看不见的字符"),
        (button(key="k", url="https://a.cn"), "view 用不着 key"),
        (button(appid="wx1", pagepath="p", url="https://a.cn"), "appid 要写小程序的 AppID"),
        (button(issue="最新", article_id="A"), "issue 或 article_id 中的一个"),
        (button(kind="article_id", key="k"), "issue 或 article_id 中的一个"),
        (button(kind="pic_weixin", url="https://a.cn"), "key 要写一段文字"),
        ("button = 1", "若干个 [[button]]"),
        ("[[button]]\nname = '一'\nsub = 1", "若干个 [[button.sub]]"),
        ("[[button]]\nname = '一'\nsub = []", "有 0 项，要有 1 到 5 项"),
        ("[[button]]\nname = '一'\n" + "[[button.sub]]\nname = 'a'\nkey = 'k'\n" * 6, "有 6 项，要有 1 到 5 项"),
        ("[[button]]\nname = '一'\n[[button.sub]]\nname = 'a'\nkey = 'k'\naccount = 'main'", "不认识“account”"),
        ("[[button]]\nname = '一'\n[[button.sub]]\nname = '" + "长" * 21 + "'\nkey = 'k'", "name 有 63 字节，最多 60"),
    ],
)
def test_a_limit_of_the_platform_is_a_fault_before_anything_is_sent(text: str, fault: str) -> None:
    assert fault in faults(text)


def test_a_button_is_of_one_account_or_of_all() -> None:
    text = (
        button(name="都有", key="a")
        + button(name="一", key="b", account="one")
        + button(name="二", key="c", account="two")
    )
    menus = parse_menus(tomllib.loads(text), ["one", "two"])
    assert [[top.name for top in menus[name]] for name in ("one", "two")] == [["都有", "一"], ["都有", "二"]]
    assert parse_menus(tomllib.loads(button(account="one", key="k")), ["one", "two"]).keys() == {"one"}


def test_names_of_which_a_phone_shows_half_are_told() -> None:
    entries = "".join(
        f"[[button.sub]]\nname = '{name}'\nkey = 'k'\n" for name in ("正好有八个汉字哦", "九个汉字就显示不下")
    )
    text = button(name="四个汉字", key="k") + button(name="五个汉字呢", key="k") + button(name="abcdefgh") + entries
    assert cramped(menu(text)) == ["五个汉字呢", "九个汉字就显示不下"]


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.sampled_from(["最新", "click", "https://a.cn"]),
    lambda inner: st.lists(inner, max_size=7) | st.dictionaries(st.sampled_from(["button", "sub", "name", "kind", "key",
        "url", "issue", "article_id", "appid", "pagepath", "account", "other"]), inner, max_size=6),
    max_leaves=30,
)  # fmt: skip


@given(st.dictionaries(st.just("button"), JUNK))
def test_whatever_stands_in_the_file_is_a_menu_or_a_list_of_faults(table: dict[str, object]) -> None:
    menus: dict[str, Menu] = {}
    with suppress(ConfigError):
        menus = parse_menus(table, ["main"])
    for made in menus.values():
        sent = compose(made, lambda _number: LATEST)
        assert 1 <= len(sent) <= 3
        assert canonical(sent) == sent


# ---------------------------------------------------------------------------- comparison

OURS: list[dict[str, Any]] = [
    {"name": "最新", "type": "article_view_limited", "article_id": "A"},
    {"name": "往期", "sub_button": [{"name": "目录", "type": "click", "key": "目录"}]},
]


def test_the_platform_s_two_listings_are_the_same_menu() -> None:
    by_get = [
        {"type": "article_view_limited", "name": "最新", "article_id": "A", "url": "", "sub_button": []},
        {"name": "往期", "sub_button": [{"type": "click", "name": "目录", "key": "目录", "sub_button": []}]},
    ]
    by_info = [
        {"type": "article_view_limited", "name": "最新", "article_id": "A"},
        {"name": "往期", "sub_button": {"list": [{"type": "click", "name": "目录", "key": "目录"}]}},
    ]
    assert canonical(by_get) == canonical(by_info) == OURS
    assert differences(canonical(by_get), canonical(by_info)) == []
    assert canonical("nonsense") == canonical([1, None]) == []


def test_what_differs_is_said_in_an_editor_s_words() -> None:
    there: list[dict[str, Any]] = [
        {"name": "最新", "type": "article_view_limited", "article_id": "B"},
        {"name": "官网", "type": "view", "url": "https://a.cn"},
        {"name": "家", "type": "news", "value": "N"},
    ]
    assert differences(OURS, there) == [
        "去掉 官网：打开网页 https://a.cn",
        "去掉 家：news N",
        "增加 往期 › 目录：按规则回答（key 目录）",
        "改动 最新：打开文章 B → 打开文章 A",
    ]
    assert differences(OURS, OURS[::-1]) == ["顺序不同"]
    assert outline(OURS) == ["最新：打开文章 A", "往期 › 目录：按规则回答（key 目录）"]
