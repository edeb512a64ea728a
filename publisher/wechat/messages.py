"""Customer-service messages: what an account says to one reader after it has answered him, or instead.

A verified account may send a few within 48 hours after the reader wrote, and within a minute after a tap on the menu,
a scan or a follow (wechat-api 5.6). Nothing here is ever repeated: a message whose answer is lost may have arrived.
"""

from __future__ import annotations

from typing import Any

from publisher.errors import WeChatError
from publisher.replies import HandOver, NewsReply, PictureReply, Reply, Silence, TextReply
from publisher.wechat.client import Client


class Messages:
    """The messages of one account."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def send(self, openid: str, reply: Reply) -> None:
        """Send it; of several cards the first, since the platform takes one. Silence and HandOver send nothing."""
        body = _body(reply)
        if body is None:
            return
        try:
            self._client.post("message/custom/send", data={"touser": openid, **body})
        except WeChatError as error:
            _forget(error, openid)
            raise


def _body(reply: Reply) -> dict[str, Any] | None:
    match reply:
        case TextReply(text=text):
            return {"msgtype": "text", "text": {"content": text}}
        case PictureReply(media_id=media_id):
            return {"msgtype": "image", "image": {"media_id": media_id}}
        case NewsReply(articles=(first, *_)):
            card = {
                "title": first.title,
                "description": first.description,
                "url": first.url,
                "picurl": first.picture_url,
            }
            return {"msgtype": "news", "news": {"articles": [card]}}
        case NewsReply() | HandOver() | Silence():
            return None


def _forget(error: WeChatError, openid: str) -> None:
    """Strike the reader out of what the platform said: an errmsg may quote what it was sent."""
    if openid:
        error.detail, error.note, error.errmsg = (
            text.replace(openid, "***") for text in (error.detail, error.note, error.errmsg)
        )
        error.args = (error.detail, error.note)
