"""The platform's side of the callback envelope: signatures, AES-256-CBC and the XML around it.

Written from the published description alone and not shared with the callback door, so that a misreading
on either side shows.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from lxml import etree

_BLOCK = 32


class Unopened(ValueError):
    """An encrypted text that is not from this account, or damaged."""


def sign(*parts: str) -> str:
    """The signature over token, timestamp, nonce and, for msg_signature, the encrypted text."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()  # noqa: S324 -- the platform's choice


def encrypt(message: str, appid: str, aeskey: str, random: bytes = b"") -> str:
    """`message` as the base64 text of an <Encrypt> element; `random` is 16 bytes, by default fresh ones."""
    data = message.encode()
    plain = (random or secrets.token_bytes(16)) + struct.pack(">I", len(data)) + data + appid.encode()
    padding = _BLOCK - len(plain) % _BLOCK
    encryptor = _cipher(aeskey).encryptor()
    sealed = encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize()
    return base64.b64encode(sealed).decode()


def decrypt(encrypted: str, appid: str, aeskey: str) -> str:
    """The message in the base64 text of an <Encrypt> element; Unopened if it is not for `appid`."""
    try:
        decryptor = _cipher(aeskey).decryptor()
        plain = decryptor.update(base64.b64decode(encrypted)) + decryptor.finalize()
        padding = plain[-1]
        (length,) = struct.unpack(">I", plain[16:20])
        message, tail = plain[20 : 20 + length], plain[20 + length : -padding]
        if not 1 <= padding <= _BLOCK or tail != appid.encode():
            raise Unopened("wrong padding or appid")
        return message.decode()
    except (ValueError, IndexError, struct.error) as error:
        raise Unopened(str(error)) from error


def parse_xml(text: str) -> etree._Element:
    """The root element, without any entity or network access; Unopened if it is not XML."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise Unopened(str(error)) from error


def cdata(text: str) -> str:
    """`text` as one or more CDATA sections."""
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def _cipher(aeskey: str) -> Cipher[modes.CBC]:
    key = base64.b64decode(aeskey + "=")
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))
