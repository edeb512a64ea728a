"""The other side of the chat: a subscriber writes to an account, or does something, and reads its reply."""

from __future__ import annotations

from dataclasses import dataclass
from http.client import HTTPException

from lxml import etree

from .customers import give_credit
from .envelope import Unopened, decrypt, parse_xml, sign
from .happenings import DEEDS, MESSAGES, Fields, elements_of, write_elements
from .posting import CallbackAnswer, post_message
from .state import Account, Platform

ATTEMPTS = 3
MAX_TEXT_BYTES = 2048
MOST_ARTICLES = 8
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


@dataclass(frozen=True, slots=True)
class Letter:
    """A message or event as it leaves for the callback; the same one may be delivered several times."""

    account: Account
    openid: str
    kind: str
    xml: str
    sent_at: int

    @property
    def most_articles(self) -> int:
        """How many cards may answer it."""
        return 1 if self.kind in MESSAGES else MOST_ARTICLES


def send_message(platform: Platform, appid: str, text: str, openid: str) -> ReceivedReply:
    """Write `text` to an account as the subscriber `openid`; three attempts, then the platform's apology."""
    return send(platform, appid, "text", {"Content": text}, openid)


def scan(platform: Platform, appid: str, scene: str, openid: str) -> ReceivedReply:
    """Scan the account's QR code with a scene: who does not follow yet does so by it."""
    with platform.lock:
        follows = platform.account(appid).followers.get(openid, False)
    if follows:
        return send(platform, appid, "SCAN", {"EventKey": scene}, openid)
    return send(platform, appid, "subscribe", {"EventKey": f"qrscene_{scene}", "Ticket": "TICKET"}, openid)


def send(platform: Platform, appid: str, kind: str, given: Fields, openid: str) -> ReceivedReply:
    """Send a message or event of any kind (see `happenings`) in the name of `openid`, elements other than the ordinary
    ones as given; three attempts, then the platform's apology.
    """
    letter = write(platform, appid, kind, given, openid)
    trouble = ""
    for _ in range(ATTEMPTS):
        try:
            return deliver(platform, letter)
        except (OSError, HTTPException, ValueError) as error:
            trouble = f"no answer: {type(error).__name__}"
    return ReceivedReply("fault", OUT_OF_ORDER, raw=trouble)


def write(platform: Platform, appid: str, kind: str, given: Fields, openid: str) -> Letter:
    """A message or event that has happened by now, not delivered yet; ValueError for an element that cannot be."""
    with platform.lock:
        account, now = platform.account(appid), int(platform.now())
        fields = elements_of(kind, given)
        message_id = {"MsgId": 23_000_000_000_000_000 + platform.next_number()} if kind in MESSAGES else {}
        envelope = {"ToUserName": account.original_id, "FromUserName": openid, "CreateTime": now}
        xml = f"<xml>{write_elements({**envelope, **message_id, **fields})}</xml>"
        _remember(account, openid, kind, fields, now)
    return Letter(account, openid, kind, xml, now)


def deliver(platform: Platform, letter: Letter) -> ReceivedReply:
    """What the callback answers to one delivery; OSError, HTTPException or ValueError if it does not."""
    answer = post_message(letter.account, letter.xml, letter.openid, letter.sent_at, platform.settings.push_timeout)
    return read_reply(letter.account, letter.openid, answer, letter.most_articles)


def _remember(account: Account, openid: str, kind: str, fields: Fields, now: int) -> None:
    """What the deed changes: who follows, and what the account may say to him."""
    if kind == "unsubscribe":
        account.followers[openid] = False
    elif kind in DEEDS:
        account.followers[openid] = True
        deed = "click" if "bizmsgmenuid" in fields else DEEDS[kind]  # a tap on a word counts as one on the menu
        give_credit(account, openid, deed, now)


def read_reply(account: Account, openid: str, answer: CallbackAnswer, most_articles: int = 1) -> ReceivedReply:
    """The reply in a callback's answer, checked as the platform checks it."""
    try:
        raw = answer.body.decode()
        if answer.status != 200:  # noqa: PLR2004 -- HTTP's OK
            raise Unopened(f"HTTP status {answer.status}")
        if raw.strip() in {"", "success"}:
            return ReceivedReply("none", raw=raw)
        raw = _open_envelope(account, raw)
        return _parse(raw, account, openid, most_articles)
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


def _parse(raw: str, account: Account, openid: str, most_articles: int) -> ReceivedReply:
    root = parse_xml(raw)
    if (_text(root, "ToUserName"), _text(root, "FromUserName")) != (openid, account.original_id):
        raise Unopened("ToUserName and FromUserName are not those of the message, swapped")
    kind = _text(root, "MsgType")
    text = _text(root, "Content")
    if kind == "text" and not 1 <= len(text.encode()) <= MAX_TEXT_BYTES:
        raise Unopened(f"a text reply of {len(text.encode())} bytes")
    articles = tuple(_read_article(item) for item in root.iterfind("Articles/item"))
    if kind == "news" and not 1 <= len(articles) <= most_articles:
        raise Unopened(f"{len(articles)} articles: a message is answered with one, an event with eight at most")
    if kind == "news" and _text(root, "ArticleCount") != str(len(articles)):
        raise Unopened("ArticleCount is not the number of articles")
    return ReceivedReply(kind, text, articles, raw)


def _read_article(item: etree._Element) -> ReplyArticle:
    return ReplyArticle(**{field: _text(item, name) for field, name in _FIELDS.items()})


def _text(element: etree._Element, name: str) -> str:
    return element.findtext(name) or ""
