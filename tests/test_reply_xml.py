"""A reply as the XML that the platform takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from publisher.envelope import write_reply
from publisher.replies import Message, NewsArticle, NewsReply, TextReply

STAMP = 1_796_000_000
READER = Message("text", "oReader-1", "gh_sample")


def test_a_text_reply_goes_back_to_its_sender() -> None:
    reply = etree.fromstring(write_reply(TextReply("你好\n& <b>"), READER, STAMP))
    assert {child.tag: child.text for child in reply} == {
        "ToUserName": "oReader-1",
        "FromUserName": "gh_sample",
        "CreateTime": str(STAMP),
        "MsgType": "text",
        "Content": "你好\n& <b>",
    }


def test_a_news_reply_has_its_items() -> None:
    articles = (
        NewsArticle("题", "摘要", "https://p/1.jpg", "http://u/?a=1&b=2#rd"),
        NewsArticle("二", "", "", "http://v"),
    )
    reply = etree.fromstring(write_reply(NewsReply(articles), READER, STAMP))
    assert reply.findtext("ArticleCount") == "2"
    assert reply.findtext("MsgType") == "news"
    first, second = reply.findall("Articles/item")
    assert [child.text for child in first] == ["题", "摘要", "https://p/1.jpg", "http://u/?a=1&b=2#rd"]
    assert second.find("PicUrl") is None


@pytest.mark.parametrize("text", ["a[b[0]]>1", "]]></Content><MsgType>image</MsgType>", "]]]]>>", "]]>]]>"])
def test_the_end_of_cdata_inside_a_text_is_harmless(text: str) -> None:
    reply = etree.fromstring(write_reply(TextReply(text), READER, STAMP))
    assert reply.findtext("Content") == text
    assert len(reply.findall("MsgType")) == 1


@given(st.text(max_size=200))
def test_any_text_makes_well_formed_xml(text: str) -> None:
    message = Message("text", text, "gh_sample")
    xml = write_reply(NewsReply((NewsArticle(text, text, "", "http://u"),)), message, STAMP)
    assert etree.fromstring(xml).findtext("MsgType") == "news"


def test_control_characters_are_left_out() -> None:
    reply = etree.fromstring(write_reply(TextReply("a\x0b\ud800b\uffff\tc"), READER, STAMP))
    assert reply.findtext("Content") == "ab\tc"
