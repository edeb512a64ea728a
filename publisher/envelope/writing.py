"""A reply as the XML that the platform takes, as yet unsealed."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from publisher.replies import HandOver, Message, NewsArticle, NewsReply, PictureReply, Reply, Silence, TextReply

_KEPT: Final = 1024
"""Replies whose XML is kept: the answers of the rules, and the issues that are asked for."""


def write_reply(reply: Reply, message: Message, created: int) -> bytes:
    """The XML that answers `message`, with `created` (seconds) as its time; b"" for silence."""
    inside = _write_inside(reply)
    if not inside:
        return b""
    return (
        f"<xml><ToUserName>{_cdata(message.sender)}</ToUserName><FromUserName>{_cdata(message.recipient)}</FromUserName>"
        f"<CreateTime>{created}</CreateTime>"
    ).encode() + inside


@lru_cache(_KEPT)
def _write_inside(reply: Reply) -> bytes:
    """What is the same for all readers who get this reply, and the end; b"" for silence."""
    return b"" if isinstance(reply, Silence) else f"{_write(reply)}</xml>".encode()


def _write(reply: TextReply | NewsReply | PictureReply | HandOver) -> str:
    match reply:
        case TextReply(text=text):
            kind, content = "text", f"<Content>{_cdata(text)}</Content>"
        case NewsReply(articles=articles):
            items = "".join(map(_write_article, articles))
            kind, content = "news", f"<ArticleCount>{len(articles)}</ArticleCount><Articles>{items}</Articles>"
        case PictureReply(media_id=media_id):
            kind, content = "image", f"<Image><MediaId>{_cdata(media_id)}</MediaId></Image>"
        case HandOver(desk=desk):
            person = f"<TransInfo><KfAccount>{_cdata(desk)}</KfAccount></TransInfo>" if desk else ""
            kind, content = "transfer_customer_service", person
    return f"<MsgType><![CDATA[{kind}]]></MsgType>{content}"


_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML can't hold: one of them, and the reader sees 该公众号提供的服务出现故障."""


def _cdata(text: str) -> str:
    if text.isascii() and text.isprintable() and "]]>" not in text:  # ids and addresses, nearly always
        return f"<![CDATA[{text}]]>"
    return f"<![CDATA[{_ILLEGAL.sub('', text).replace(']]>', ']]]]><![CDATA[>')}]]>"


def _write_article(article: NewsArticle) -> str:
    picture = f"<PicUrl>{_cdata(article.picture_url)}</PicUrl>" if article.picture_url else ""
    return (
        f"<item><Title>{_cdata(article.title)}</Title><Description>{_cdata(article.description)}</Description>"
        f"{picture}<Url>{_cdata(article.url)}</Url></item>"
    )
