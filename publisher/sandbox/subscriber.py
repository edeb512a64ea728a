"""The other side of the chat: a subscriber writes to an account and reads its reply."""

from __future__ import annotations

from dataclasses import dataclass
from http.client import HTTPException

from lxml import etree

from .envelope import Unopened, cdata, decrypt, parse_xml, sign
from .posting import CallbackAnswer, post_message
from .state import Account, Platform

ATTEMPTS = 3
MAX_TEXT_BYTES = 2048
OUT_OF_ORDER = "该公众号提供的服务出现故障，请稍后再试"
_FIELDS = {"title": "Title", "description": "Description", "url": "Url", "picurl": "PicUrl"}


@dataclass(frozen=True, slots=True)
class ReplyArticle:
    """One card of a news reply."""

    title: str
    description: str
    url: str
    picurl: str


@dataclass(frozen=True, slots=True)
class ReceivedReply:
    """What the subscriber sees: `kind` is none, text, news, another MsgType, or fault; `raw` is the reply's text.

    A fault's `raw` says in English what was wrong with the reply.
    """

    kind: str
    text: str = ""
    articles: tuple[ReplyArticle, ...] = ()
    raw: str = ""


def send_message(platform: Platform, appid: str, text: str, openid: str) -> ReceivedReply:
    """Write `text` to an account as the subscriber `openid`; three attempts, then the platform's apology."""
    with platform.lock:
        account, now = platform.account(appid), int(platform.now())
        account.heard[openid] = [now]
        msg_id = 23_000_000_000_000_000 + platform.next_number()
    xml = (
        f"<xml><ToUserName>{cdata(account.original_id)}</ToUserName><FromUserName>{cdata(openid)}</FromUserName>"
        f"<CreateTime>{now}</CreateTime><MsgType>{cdata('text')}</MsgType><Content>{cdata(text)}</Content>"
        f"<MsgId>{msg_id}</MsgId></xml>"
    )
    trouble = ""
    for _ in range(ATTEMPTS):
        try:
            answer = post_message(account, xml, openid, now, platform.settings.push_timeout)
        except (OSError, HTTPException, ValueError) as error:
            trouble = f"no answer: {type(error).__name__}"
            continue
        return read_reply(account, openid, answer)
    return ReceivedReply("fault", OUT_OF_ORDER, raw=trouble)


def read_reply(account: Account, openid: str, answer: CallbackAnswer) -> ReceivedReply:
    """The reply in a callback's answer, checked as the platform checks it."""
    try:
        raw = answer.body.decode()
        if answer.status != 200:  # noqa: PLR2004 -- HTTP's OK
            raise Unopened(f"HTTP status {answer.status}")
        if raw.strip() in {"", "success"}:
            return ReceivedReply("none", raw=raw)
        raw = _open_envelope(account, raw)
        return _parse(raw, account, openid)
    except ValueError as error:
        return ReceivedReply("fault", OUT_OF_ORDER, raw=str(error))


def _open_envelope(account: Account, raw: str) -> str:
    callback = account.callback
    if not callback.aeskey:
        return raw
    root = parse_xml(raw)
    encrypted = _text(root, "Encrypt")
    if sign(callback.token, _text(root, "TimeStamp"), _text(root, "Nonce"), encrypted) != _text(root, "MsgSignature"):
        raise Unopened("the reply's MsgSignature is wrong")
    return decrypt(encrypted, account.appid, callback.aeskey)


def _parse(raw: str, account: Account, openid: str) -> ReceivedReply:
    root = parse_xml(raw)
    if (_text(root, "ToUserName"), _text(root, "FromUserName")) != (openid, account.original_id):
        raise Unopened("ToUserName and FromUserName are not those of the message, swapped")
    kind = _text(root, "MsgType")
    text = _text(root, "Content")
    if kind == "text" and not 1 <= len(text.encode()) <= MAX_TEXT_BYTES:
        raise Unopened(f"a text reply of {len(text.encode())} bytes")
    articles = tuple(_read_article(item) for item in root.iterfind("Articles/item"))
    if kind == "news" and (len(articles) != 1 or _text(root, "ArticleCount") != "1"):
        raise Unopened(f"{len(articles)} articles: a message is answered with one")
    return ReceivedReply(kind, text, articles, raw)


def _read_article(item: etree._Element) -> ReplyArticle:
    return ReplyArticle(**{field: _text(item, name) for field, name in _FIELDS.items()})


def _text(element: etree._Element, name: str) -> str:
    return element.findtext(name) or ""
