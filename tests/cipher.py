"""The platform's side of the cipher, written from its published description and not from our code.

The golden vectors at the end are the platform's own; `test_envelope.py` holds this file to them as well.
"""

from __future__ import annotations

import hashlib
import os
import struct
from base64 import b64decode, b64encode
from dataclasses import dataclass
from urllib.parse import urlencode

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from lxml import etree


@dataclass(frozen=True)
class Platform:
    """An account as the platform knows it; `aeskey` "" is plain mode."""

    appid: str
    token: str
    aeskey: str = ""

    def sign(self, *parts: str) -> str:
        return hashlib.sha1("".join(sorted([self.token, *parts])).encode()).hexdigest()

    def _cipher(self) -> Cipher[modes.CBC]:
        key = b64decode(self.aeskey + "=")
        return Cipher(algorithms.AES(key), modes.CBC(key[:16]))

    def encrypt(self, message: bytes, random: bytes = b"") -> str:
        """Base64 of 16 random bytes, length, message and appid, padded to 32."""
        return self.encrypt_raw(
            (random or os.urandom(16)) + struct.pack(">I", len(message)) + message + self.appid.encode()
        )

    def encrypt_raw(self, plain: bytes) -> str:
        """The same from bytes of one's own making."""
        count = 32 - len(plain) % 32
        return self.encrypt_blocks(plain + bytes([count] * count))

    def encrypt_blocks(self, blocks: bytes) -> str:
        """The same from bytes that are padded already."""
        encryptor = self._cipher().encryptor()
        return b64encode(encryptor.update(blocks) + encryptor.finalize()).decode()

    def decrypt(self, encrypted: str) -> tuple[bytes, bytes]:
        """The 16 random bytes and the message."""
        decryptor = self._cipher().decryptor()
        plain = decryptor.update(b64decode(encrypted)) + decryptor.finalize()
        assert 1 <= plain[-1] <= 32
        assert plain[-plain[-1] :] == bytes([plain[-1]] * plain[-1])
        plain = plain[: -plain[-1]]
        (length,) = struct.unpack(">I", plain[16:20])
        assert plain[20 + length :] == self.appid.encode()
        return plain[:16], plain[20 : 20 + length]

    def query(self, timestamp: int, nonce: str, **more: str) -> str:
        """The query string of a delivery or of the URL check."""
        return urlencode(
            {"signature": self.sign(str(timestamp), nonce), "timestamp": timestamp, "nonce": nonce, **more}
        )

    def post(self, message: str, timestamp: int, nonce: str = "1514711492") -> tuple[str, bytes]:
        """Query string and body of a delivery of `message`, in the account's mode."""
        if not self.aeskey:
            return self.query(timestamp, nonce, openid="oReader"), message.encode()
        encrypted = self.encrypt(message.encode())
        query = self.query(
            timestamp,
            nonce,
            openid="oReader",
            encrypt_type="aes",
            msg_signature=self.sign(str(timestamp), nonce, encrypted),
        )
        body = f"<xml><ToUserName><![CDATA[gh_sample]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
        return query, body.encode()

    def open_reply(self, body: bytes) -> etree._Element:
        """The reply's XML; in encrypted mode signature and cipher are checked."""
        root = etree.fromstring(body)
        if not self.aeskey:
            return root
        encrypted, signature, timestamp, nonce = (
            root.findtext(name) or "" for name in ("Encrypt", "MsgSignature", "TimeStamp", "Nonce")
        )
        assert signature == self.sign(timestamp, nonce, encrypted)
        return etree.fromstring(self.decrypt(encrypted)[1])


def text_xml(content: str, created: int, message_id: str = "22345678901234567", sender: str = "oReader-1") -> str:
    """A reader's text message, in clear."""
    return (
        f"<xml><ToUserName><![CDATA[gh_sample]]></ToUserName><FromUserName><![CDATA[{sender}]]></FromUserName>"
        f"<CreateTime>{created}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{content}]]></Content><MsgId>{message_id}</MsgId></xml>"
    )


def event_xml(event: str, created: int, more: str = "", sender: str = "oReader-1") -> str:
    """An event, in clear; `more` is XML."""
    return (
        f"<xml><ToUserName><![CDATA[gh_sample]]></ToUserName><FromUserName><![CDATA[{sender}]]></FromUserName>"
        f"<CreateTime>{created}</CreateTime><MsgType><![CDATA[event]]></MsgType>"
        f"<Event><![CDATA[{event}]]></Event>{more}</xml>"
    )


# ---------------------------------------------------------------------------- the published vectors

GOLDEN = Platform(appid="wxba5fad812f8e6fb9", token="AAAAA", aeskey="A" * 43)
GOLDEN_PLAIN = Platform(appid=GOLDEN.appid, token=GOLDEN.token)

CHECK_QUERY = (
    "signature=f464b24fc39322e44b38aa78f5edd27bd1441696&echostr=4375120948345356249&timestamp=1714036504"
    "&nonce=1514711492"
)
CHECK_ECHO = "4375120948345356249"

PLAIN_SIGNATURE = ("1714037059", "486452656", "899cf89e464efb63f54ddac96b0a0a235f53aa78")

PUSH_TIME, PUSH_NONCE = 1714112445, "415670741"
PUSH_SIGNATURE = "6c5c811b55cc85e0e1b54100749188c20beb3f5d"
PUSH_MSG_SIGNATURE = "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3"
PUSH_ENCRYPTED = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnn"
    "R8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2k"
    "m32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
)
PUSH_RANDOM = b"a8eedb185eb2fecf"
PUSH_MESSAGE = (
    '{"ToUserName":"gh_97417a04a28d","FromUserName":"o9AgO5Kd5ggOC-bXrbNODIiE3bGY","CreateTime":1714112445,'
    '"MsgType":"event","Event":"debug_demo","debug_str":"hello world"}'
)

REPLY_MESSAGE, REPLY_RANDOM = '{"demo_resp":"good luck"}', b"707722b803182950"
REPLY_TIME, REPLY_NONCE = "1713424427", "415670741"
REPLY_ENCRYPTED = "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="
REPLY_SIGNATURE = "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1"
