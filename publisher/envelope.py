"""The envelope around a message: signature, AES and XML, both ways.

Whatever does not open is `NotFromWeChat`; its detail says which check failed and never what was inside.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from xml.parsers import expat

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from publisher.errors import ConfigError, NotFromWeChat
from publisher.replies import HandOver, Message, NewsArticle, NewsReply, PictureReply, Reply, Silence, TextReply

BODY_LIMIT: Final = 64 * 1024
"""Bytes of a callback's body: messages have a few hundred, an event with eight articles a few thousand."""

_WINDOW = 600
"""Seconds by which the platform's clock and ours may differ, a repeated delivery included."""
_DEPTH_LIMIT = 8
_ELEMENT_LIMIT = 500
_BLOCK = 32
"""The platform pads to 32 bytes, not to the cipher's 16."""
_HEAD = 20
"""16 random bytes and the length of the message."""
_KEY_SIZE = 32

Fields = Mapping[str, object]
"""An opened message: text, mappings (an element with children) and lists (a repeated element)."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What one account's envelopes are opened and sealed with; `aeskey` is "" in plain mode. ConfigError
    with every fault (Chinese) where a key can't be one.
    """

    appid: str
    token: str = field(repr=False)
    aeskey: str = field(default="", repr=False)
    _cipher: Cipher[modes.CBC] | None = field(init=False, repr=False, compare=False, default=None)

    def __post_init__(self) -> None:
        faults = []
        if not self.token:
            # sha1 over an empty token can be computed by anybody.
            faults.append("没有 token：请把公众平台“服务器配置”里的令牌(Token)放进凭据")
        key = _decode_key(self.aeskey)
        if self.aeskey and len(key) != _KEY_SIZE:
            faults.append("aeskey 不对：消息加解密密钥(EncodingAESKey)应是 43 个字母和数字")
        if self.aeskey and not self.appid:
            faults.append("没有 appid：加密的消息要靠它核对")
        if faults:
            raise ConfigError(faults)
        if key:
            object.__setattr__(self, "_cipher", Cipher(algorithms.AES256(key), modes.CBC(key[:16])))

    @property
    def cipher(self) -> Cipher[modes.CBC]:
        """The account's cipher. NotFromWeChat in plain mode: there is nothing to open an encrypted body with."""
        if self._cipher is None:
            raise NotFromWeChat("encrypted, but no AES key is configured")
        return self._cipher


@dataclass(frozen=True, slots=True)
class Opened:
    """The fields of an authentic body, and whether it came encrypted (then so does the answer)."""

    fields: Fields = field(repr=False)
    encrypted: bool


def verify(keys: Keys, query: Mapping[str, str]) -> str:
    """The echostr that proves to the platform that this is our address; decrypted where it comes encrypted
    (then msg_signature covers it). NotFromWeChat if the signature is wrong.
    """
    echo = query.get("echostr", "")
    if not echo:
        raise NotFromWeChat("no echostr")
    if "msg_signature" in query:
        _check_signature(keys, query, "msg_signature", echo)
        return _read_text(_decrypt(keys, echo))
    _check_signature(keys, query, "signature")
    return echo


def open_envelope(keys: Keys, query: Mapping[str, str], body: bytes, now: datetime) -> Opened:
    """The message inside. With an AES key configured only the encrypted part is believed, and a plain body
    is refused. NotFromWeChat if any check fails.
    """
    if len(body) > BODY_LIMIT:
        raise NotFromWeChat("body too large")
    _check_time(query.get("timestamp", ""), now)
    _check_signature(keys, query, "signature")
    fields = _parse(body)
    if not keys.aeskey:
        return Opened(fields, encrypted=False)
    encrypted = fields.get("Encrypt")
    if not isinstance(encrypted, str):
        raise NotFromWeChat("plain, but an AES key is configured")
    _check_signature(keys, query, "msg_signature", encrypted)
    return Opened(_parse(_decrypt(keys, encrypted)), encrypted=True)


def read_message(fields: Fields) -> Message:
    """The fields as a message; what we do not know stays in `fields`. NotFromWeChat if it says not what it
    is, from whom, to whom or when.
    """
    created = _text(fields, "CreateTime")
    kind, sender, recipient = _text(fields, "MsgType"), _text(fields, "FromUserName"), _text(fields, "ToUserName")
    if not (kind and sender and recipient and _is_number(created)):
        raise NotFromWeChat("no MsgType, FromUserName, ToUserName or CreateTime")
    return Message(
        kind=kind.strip().lower(),
        sender=sender,
        recipient=recipient,
        text=_text(fields, "Content"),
        event=_text(fields, "Event").strip(),
        event_key=_text(fields, "EventKey"),
        message_id=_text(fields, "MsgId"),
        created=int(created),
        fields=fields,
    )


def write_reply(reply: Reply, message: Message, now: datetime) -> str:
    """The XML that answers `message`, as yet unsealed; "" for silence."""
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
        case Silence():
            return ""
    return (
        f"<xml><ToUserName>{_cdata(message.sender)}</ToUserName>"
        f"<FromUserName>{_cdata(message.recipient)}</FromUserName>"
        f"<CreateTime>{int(now.timestamp())}</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{content}</xml>"
    )


def seal(keys: Keys, clear: str, timestamp: str, nonce: str) -> str:
    """`clear` encrypted and signed, as the platform takes it in encrypted mode."""
    message = clear.encode()
    plain = secrets.token_bytes(16) + len(message).to_bytes(4, "big") + message + keys.appid.encode()
    pad = _BLOCK - len(plain) % _BLOCK
    encryptor = keys.cipher.encryptor()
    sealed = encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()
    encrypted = base64.b64encode(sealed).decode("ascii")
    return (
        f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt>"
        f"<MsgSignature><![CDATA[{_sign(keys.token, timestamp, nonce, encrypted)}]]></MsgSignature>"
        f"<TimeStamp>{timestamp}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
    )


# ---------------------------------------------------------------------------- signature


def _sign(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode(errors="replace"), usedforsecurity=False).hexdigest()


def _check_signature(keys: Keys, query: Mapping[str, str], name: str, *covered: str) -> None:
    """`signature` covers timestamp and nonce, `msg_signature` the encrypted text too."""
    expected = _sign(keys.token, query.get("timestamp", ""), query.get("nonce", ""), *covered)
    given = query.get(name, "").encode(errors="replace")
    if not hmac.compare_digest(expected.encode(), given):
        raise NotFromWeChat(f"wrong {name}")


def _check_time(timestamp: str, now: datetime) -> None:
    if not _is_number(timestamp) or abs(now.timestamp() - int(timestamp)) > _WINDOW:
        raise NotFromWeChat("timestamp out of the window")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 20  # noqa: PLR2004 - 64 bits have 20 digits


# ---------------------------------------------------------------------------- cipher


def _decode_key(aeskey: str) -> bytes:
    # The last of the 43 characters may carry bits that belong to no byte: they are not looked at.
    return base64.b64decode(aeskey + "=") if re.fullmatch("[A-Za-z0-9+/]{43}", aeskey) else b""


def _decrypt(keys: Keys, encrypted: str) -> bytes:
    try:
        sealed = base64.b64decode(encrypted.strip(), validate=True)
    except ValueError as error:
        raise NotFromWeChat("Encrypt is not base64") from error
    if not sealed or len(sealed) % 16:
        raise NotFromWeChat("Encrypt is not whole blocks")
    decryptor = keys.cipher.decryptor()
    return _unpack(decryptor.update(sealed) + decryptor.finalize(), keys.appid.encode())


def _unpack(plain: bytes, appid: bytes) -> bytes:
    pad = plain[-1]
    if not 1 <= pad <= _BLOCK or plain[-pad:] != bytes([pad]) * pad:
        raise NotFromWeChat("wrong padding")
    plain = plain[:-pad]
    end = _HEAD + int.from_bytes(plain[16:_HEAD], "big")
    if len(plain) < _HEAD or end > len(plain):
        raise NotFromWeChat("wrong length inside")
    if not hmac.compare_digest(plain[end:], appid):
        raise NotFromWeChat("another appid inside")
    return plain[_HEAD:end]


# ---------------------------------------------------------------------------- fields


def _parse(body: bytes) -> Fields:
    """XML, or JSON where the account is switched to that."""
    body = body.strip(b"\xef\xbb\xbf \t\r\n")
    return _parse_json(body) if body.startswith(b"{") else _Tree().parse(body)


def _text(fields: Fields, name: str) -> str:
    value = fields.get(name, "")
    return value if isinstance(value, str) else ""


class _Tree:
    """Collects expat's events into fields. Attributes, and text beside elements, say nothing here."""

    def __init__(self) -> None:
        self._open: list[dict[str, object]] = [{}]
        self._text = ""
        self._count = 0

    def parse(self, body: bytes) -> Fields:
        # The encoding is given: a declaration such as gb2312 would choose the bytes' meaning.
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        try:
            parser.Parse(body, True)
        except expat.ExpatError as error:
            raise NotFromWeChat(f"not XML: {expat.ErrorString(error.code)}") from None
        fields = self._open[0].get("xml")
        if not isinstance(fields, dict):
            raise NotFromWeChat("XML without fields")
        return fields

    def _start(self, _name: str, _attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > _ELEMENT_LIMIT or len(self._open) > _DEPTH_LIMIT:
            raise NotFromWeChat("XML too deep or too large")
        self._open.append({})
        self._text = ""

    def _end(self, name: str) -> None:
        children = self._open.pop()
        value: object = children or self._text
        self._text = ""
        _put(self._open[-1], name, value)

    def _data(self, text: str) -> None:
        self._text += text

    def _refuse_doctype(self, *_: object) -> None:
        raise NotFromWeChat("XML with a DOCTYPE")


def _put(fields: dict[str, object], name: str, value: object) -> None:
    if name not in fields:
        fields[name] = value
        return
    before = fields[name]
    fields[name] = [*before, value] if isinstance(before, list) else [before, value]


def _parse_json(body: bytes) -> Fields:
    try:
        value = json.loads(body.decode())
    except (ValueError, RecursionError):
        raise NotFromWeChat("not JSON") from None
    if sum(1 for _ in _walk(value, 1)) > _ELEMENT_LIMIT:
        raise NotFromWeChat("JSON too large")
    fields = _level(value)
    return fields if isinstance(fields, dict) else {}


def _walk(value: object, depth: int) -> Iterator[object]:
    if depth > _DEPTH_LIMIT:
        raise NotFromWeChat("JSON too deep")
    yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner:
        yield from _walk(each, depth + 1)


def _level(value: object) -> object:
    """JSON's numbers and so on as the text that XML would have."""
    if isinstance(value, dict):
        return {name: _level(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_level(each) for each in value]
    return "" if value is None else str(value)


def _read_text(clear: bytes) -> str:
    try:
        return clear.decode()
    except UnicodeDecodeError:
        raise NotFromWeChat("echostr is not text") from None


# ---------------------------------------------------------------------------- reply

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML can't hold: one of them, and the reader sees 该公众号提供的服务出现故障."""


def _cdata(text: str) -> str:
    return f"<![CDATA[{_ILLEGAL.sub('', text).replace(']]>', ']]]]><![CDATA[>')}]]>"


def _write_article(article: NewsArticle) -> str:
    picture = f"<PicUrl>{_cdata(article.picture_url)}</PicUrl>" if article.picture_url else ""
    return (
        f"<item><Title>{_cdata(article.title)}</Title><Description>{_cdata(article.description)}</Description>"
        f"{picture}<Url>{_cdata(article.url)}</Url></item>"
    )
