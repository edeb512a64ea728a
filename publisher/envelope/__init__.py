"""The envelope around a message: signature, AES and XML, both ways.

    keys       Keys: an account's token and AES key, and the ones before
    opening    verify(), open_envelope(): query and body in, fields out
    fields     XML or JSON as fields; read_message()
    writing    write_reply(): a reply as XML
    sealing    seal(): the XML encrypted and signed

Whatever does not open is `NotFromWeChat`; its detail says which check failed and never what was inside.
"""

from __future__ import annotations

from publisher.envelope.fields import Fields, read_message
from publisher.envelope.keys import Keys, Lock
from publisher.envelope.opening import BODY_LIMIT, Opened, open_envelope, verify
from publisher.envelope.sealing import draw_random, seal
from publisher.envelope.writing import write_reply

__all__ = [
    "BODY_LIMIT",
    "Fields",
    "Keys",
    "Lock",
    "Opened",
    "draw_random",
    "open_envelope",
    "read_message",
    "seal",
    "verify",
    "write_reply",
]
