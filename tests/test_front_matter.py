"""What editors write at the top of a file, in the ways in which they write it."""

from __future__ import annotations

from time import perf_counter

import pytest

from publisher.document import Level, Metadata, plain_text
from publisher.importers.front_matter import LARGEST, read_front_matter, read_metadata
from publisher.importers.markdown import import_markdown
from publisher.importers.text import import_text

WHOLE = Metadata(
    title="春季刊",
    author="甲、乙",
    digest="三件事。",
    cover="图/封面.jpg",
    publish_at="2026-11-24 17:30",
    theme="plain",
    layout="single",
    send="draft",
    source_url="https://spring.example/1?a=b",
    comments="fans",
    keywords=("植树", "会员大会"),
)


@pytest.mark.parametrize(
    "head",
    [
        """---
title: 春季刊
author: [甲, 乙]
digest: 三件事。
cover: 图/封面.jpg
date: 2026-11-24 17:30
theme: plain
layout: single
send: draft
source_url: https://spring.example/1?a=b
comments: fans
keywords: [植树, 会员大会, 植树]
---
""",
        """---
标题：春季刊
作者：甲、乙
摘要：三件事。
封面：图/封面.jpg
发布时间：2026-11-24 17:30
主题：plain
版式：single
发送方式：草稿
原文链接：https://spring.example/1?a=b
留言：粉丝
关键词：植树，会员大会
---
""",
        """+++
title = "春季刊"
author = ["甲", "乙"]
digest = '三件事。'
cover = "图/封面.jpg"
publish_at = "2026-11-24 17:30"
theme = "plain"
layout = "single"
send = "draft"
source_url = "https://spring.example/1?a=b"
comments = "fans"
keywords = ["植树", "会员大会"]
+++
""",
        """+++
标题 = "春季刊"
"作者" = "甲、乙"
摘要 = "三件事。"
封面 = "图/封面.jpg"
发布时间 = "2026-11-24 17:30"
主题 = "plain"
版式 = "single"
发送 = "草稿"
原文链接 = "https://spring.example/1?a=b"
留言 = "粉丝"
关键词 = "植树 会员大会"
+++
""",
        """Title: 春季刊
Author: 甲、乙
Digest: 三件事。
Cover: 图/封面.jpg
Date: 2026-11-24 17:30
Theme: plain
Layout: single
Send: Draft
Source_URL: https://spring.example/1?a=b
Comments: Fans
Keywords: 植树; 会员大会

""",
    ],
    ids=["yaml", "yaml in Chinese", "toml", "toml in Chinese", "plain lines"],
)
def test_every_notation_says_the_same(head: str) -> None:
    for newline in ("\n", "\r\n"):
        read = read_front_matter((head + "正文").replace("\n", newline))
        assert read.metadata == WHOLE
        assert read.notes == ()
        assert read.body == "\n" * head.count("\n") + "正文"


def test_text_and_markdown_take_the_metadata_and_keep_their_line_numbers() -> None:
    text = "标题：春季刊\n作者：甲\n\n正文一段。\n".encode()
    for document in (import_text(text, "a.txt"), import_markdown(text, "a.md")):
        assert document.metadata == Metadata(title="春季刊", author="甲")
        assert [(plain_text(block), block.span.line) for block in document.blocks] == [("正文一段。", 4)]


@pytest.mark.parametrize(
    "text",
    [
        "标题：春季刊\n\n正文",
        "作者：甲\n摘要：乙\n\n正文",
        "标题：春季刊\n地址：春天路 1 号\n\n正文",
        "春天通讯\n标题：春季刊\n作者：甲\n\n正文",
        "标题：春季刊\n作者：甲\n正文",
        "# 标题：春季刊\ntitle: a\nauthor: b\n\n正文",
        "总编：甲\n电话：0000\n\n正文",
        "+++\n一段引言\n+++\n正文",
        "+++\n正文",
    ],
)
def test_what_only_looks_like_a_head_stays_text(text: str) -> None:
    read = read_front_matter(text)
    assert (read.body, read.metadata, read.notes) == (text, Metadata(), ())


def test_values_of_toml_are_read_as_an_editor_would_write_them() -> None:
    head = "+++\npublish_at = 2026-11-24T17:30:00+08:00\ncomments = false\n\n[extra]\na = 1\n+++\n"
    read = read_front_matter(head)
    assert read.metadata == Metadata(publish_at="2026-11-24 17:30:00+08:00", comments="off")
    assert [(note.code, note.lost) for note in read.notes] == [("metadata-unknown-key", "extra: a: 1")]


def test_a_mistake_in_toml_is_found_on_its_line() -> None:
    read = read_front_matter('+++\ntitle = "题"\nauthr = "甲"\n+++\n正文')
    assert [(note.span.line, note.lost) for note in read.notes] == [(3, "authr: 甲")]
    assert "author" in read.notes[0].text


@pytest.mark.parametrize(
    "inner", ['title = "x', "标题 = “春季刊”", 'title = "x"\ntitle = "y"', "title = " + "[" * 3000 + "]" * 3000]
)
def test_toml_that_cannot_be_read_stays_text_and_stops_the_issue(inner: str) -> None:
    read = read_front_matter(f"+++\n{inner}\n+++\n正文")
    assert inner in read.body
    assert [(note.code, note.level) for note in read.notes] == [("metadata-unreadable", Level.ERROR)]
    assert "+++" in read.notes[0].text


@pytest.mark.parametrize(
    ("wrong", "right"), [("发布日期", "发布时间"), ("关键字", "关键词"), ("keyword", "keywords"), ("sent", "send")]
)
def test_a_wrong_key_is_answered_in_its_own_language(wrong: str, right: str) -> None:
    _, notes = read_metadata(f"title: 题\n{wrong}：某\n", "a.meta.yaml")
    assert f"是不是想写“{right}”" in notes[0].text


def test_an_unknown_way_of_sending_stops_the_issue_and_an_unknown_audience_is_remarked() -> None:
    read = read_front_matter("---\n发送方式：存草稿\ncomments: everyone\n---\n正文")
    assert read.metadata == Metadata()
    assert [(note.code, note.level, note.span.line) for note in read.notes] == [
        ("send-unknown", Level.ERROR, 2),
        ("comments-unknown", Level.WARNING, 3),
    ]
    assert "草稿" in read.notes[0].text
    assert read.notes[1].lost == "comments: everyone"


def test_a_key_without_a_value_says_nothing() -> None:
    read = read_front_matter("---\ntitle: 题\nsend:\ncomments:\nkeywords:\n---\n正文")
    assert (read.metadata, read.notes) == (Metadata(title="题"), ())


@pytest.mark.parametrize(
    "text",
    ["标题：" + "甲" * 2_000_000, "标" * LARGEST, " " * 200_000 + "\n", "a:\n" * 100_000, "+++\n" * 50_000,
     "+++\n" + "a = " * 50_000],
)  # fmt: skip
def test_a_hostile_top_costs_no_time(text: str) -> None:
    before = perf_counter()
    read_front_matter(text)
    assert perf_counter() - before < 2
