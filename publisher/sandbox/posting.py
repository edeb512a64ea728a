"""How the platform reaches an account's callback: signed, and encrypted if the account has a key."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from urllib.parse import urlencode, urlsplit

from .envelope import cdata, encrypt, sign
from .state import Account


@dataclass(frozen=True, slots=True)
class CallbackAnswer:
    """What the callback said."""

    status: int
    body: bytes


def post_message(account: Account, xml: str, openid: str, now: int, timeout: float) -> CallbackAnswer:
    """Push a message or event; OSError or HTTPException when nobody answers within `timeout` seconds."""
    timestamp, nonce = str(now), str(secrets.randbelow(10**10))
    callback = account.callback
    query = {"signature": sign(callback.token, timestamp, nonce), "timestamp": timestamp, "nonce": nonce}
    query["openid"] = openid
    if callback.aeskey:
        encrypted = encrypt(xml, account.appid, callback.aeskey)
        query["encrypt_type"] = "aes"
        query["msg_signature"] = sign(callback.token, timestamp, nonce, encrypted)
        clear = xml.removesuffix("</xml>") if callback.mode == "compatible" else _head(account)
        xml = f"{clear}<Encrypt>{cdata(encrypted)}</Encrypt></xml>"
    return _ask("POST", callback.url, query, xml.encode(), timeout)


def _head(account: Account) -> str:
    return f"<xml><ToUserName>{cdata(account.original_id)}</ToUserName>"


def verify_url(account: Account, now: int, timeout: float) -> bool:
    """Whether the callback gives the echostr back, as the console asks before it takes a URL."""
    timestamp, nonce, echo = str(now), str(secrets.randbelow(10**10)), str(secrets.randbelow(10**19))
    query = {"signature": sign(account.callback.token, timestamp, nonce), "timestamp": timestamp, "nonce": nonce}
    answer = _ask("GET", account.callback.url, {**query, "echostr": echo}, b"", timeout)
    return answer == CallbackAnswer(200, echo.encode())


def _ask(method: str, url: str, query: dict[str, str], body: bytes, timeout: float) -> CallbackAnswer:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ValueError("the callback URL must be http or https")
    make = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = make(parts.netloc, timeout=timeout)
    try:
        target = f"{parts.path or '/'}?{'&'.join(part for part in (parts.query, urlencode(query)) if part)}"
        connection.request(method, target, body or None, {"Content-Type": "text/xml"} if body else {})
        answer = connection.getresponse()
        return CallbackAnswer(answer.status, answer.read())
    finally:
        connection.close()
