"""What may come in: which message is the same again, which event is whose business, what nobody knows.

The platform's own lists (message kinds, events and their elements), as of 2026.
"""

from __future__ import annotations

from enum import StrEnum
from hashlib import blake2b
from typing import Final

from publisher.replies import Message


class Duty(StrEnum):
    """What an event obliges to, beside an answer."""

    NONE = "none"
    """The rules answer it, or nothing does."""
    RESULT = "result"
    """A publication or a mass send is done: it is recorded before the platform hears success."""
    CERTIFICATION = "certification"
    """The account's certification begins, fails or ends, and its rights with it: recorded, for the operator."""
    FORGET = "forget"
    """A reader takes back what they let us know: what is stored of them goes."""


PUBLICATIONS: Final = frozenset({"PUBLISHJOBFINISH", "FREEPUBLISHJOBFINISH"})
"""The same event: one name stands in old documentation, the other comes."""
RESULT_EVENTS: Final = PUBLICATIONS | {"MASSSENDJOBFINISH"}
CERTIFICATION_EVENTS: Final = frozenset({
    "QUALIFICATION_VERIFY_SUCCESS", "QUALIFICATION_VERIFY_FAIL", "NAMING_VERIFY_SUCCESS", "NAMING_VERIFY_FAIL",
    "ANNUAL_RENEW", "VERIFY_EXPIRED",
})  # fmt: skip
FORGET_EVENTS: Final = frozenset({"USER_AUTHORIZATION_REVOKE", "USER_INFO_MODIFIED"})

_DUTIES: Final = {
    **dict.fromkeys(RESULT_EVENTS, Duty.RESULT),
    **dict.fromkeys(CERTIFICATION_EVENTS, Duty.CERTIFICATION),
    **dict.fromkeys(FORGET_EVENTS, Duty.FORGET),
}
_OTHER_EVENTS: Final = frozenset({
    "SUBSCRIBE", "UNSUBSCRIBE", "SCAN", "LOCATION", "CLICK", "VIEW", "VIEW_MINIPROGRAM", "SCANCODE_PUSH",
    "SCANCODE_WAITMSG", "PIC_SYSPHOTO", "PIC_PHOTO_OR_ALBUM", "PIC_WEIXIN", "LOCATION_SELECT",
    "TEMPLATESENDJOBFINISH", "SUBSCRIBE_MSG_POPUP_EVENT", "SUBSCRIBE_MSG_CHANGE_EVENT", "SUBSCRIBE_MSG_SENT_EVENT",
    "KF_CREATE_SESSION", "KF_CLOSE_SESSION", "KF_SWITCH_SESSION",
})  # fmt: skip
_EVENTS: Final = _OTHER_EVENTS | _DUTIES.keys()
_KINDS: Final = frozenset({
    "text", "image", "voice", "video", "shortvideo", "location", "link", "miniprogrampage", "event",
})  # fmt: skip
_FIELDS: Final = frozenset({
    "ToUserName", "FromUserName", "CreateTime", "MsgType", "MsgId", "MsgDataId", "Idx", "Encrypt",
    "Content", "bizmsgmenuid", "PicUrl", "MediaId", "Format", "Recognition", "MediaId16K", "ThumbMediaId",
    "Location_X", "Location_Y", "Scale", "Label", "Title", "Description", "Url", "AppId", "PagePath", "ThumbUrl",
    "Event", "EventKey", "Ticket", "Latitude", "Longitude", "Precision", "MenuId", "ScanCodeInfo", "SendPicsInfo",
    "SendLocationInfo", "MsgID", "Status", "TotalCount", "FilterCount", "SentCount", "ErrorCount",
    "CopyrightCheckResult", "ArticleUrlResult", "PublishEventInfo", "ExpiredTime", "FailTime", "FailReason",
    "OpenID", "AppID", "RevokeInfo", "SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent", "SubscribeMsgSentEvent",
    "KfAccount", "FromKfAccount", "ToKfAccount", "CloseType",
})  # fmt: skip


def find_duty(message: Message) -> Duty:
    """What a message obliges to."""
    return _DUTIES.get(message.event.upper(), Duty.NONE) if message.kind == "event" else Duty.NONE


def find_strange(message: Message) -> tuple[str, ...]:
    """The names of kinds, events and elements in a message that are not on the platform's lists."""
    if (
        message.fields.keys() <= _FIELDS
        and message.kind in _KINDS
        and (not message.event or message.event.upper() in _EVENTS)
    ):
        return ()
    kinds = [f"kind {message.kind}"] if message.kind not in _KINDS else []
    events = [f"event {message.event}"] if message.event and message.event.upper() not in _EVENTS else []
    return (*kinds, *events, *(f"field {name}" for name in sorted(message.fields.keys() - _FIELDS)))


def find_person(message: Message) -> str:
    """Whose data FORGET_EVENTS speak of: the reader is an element of its own there."""
    named = message.fields.get("OpenID")
    return named if isinstance(named, str) and named else message.sender


class Identity:
    """What is the same when the platform delivers the same again: of one account. The openid goes in under a key."""

    def __init__(self, account: str, secret: str) -> None:
        self._hash = blake2b(account.encode(), key=secret.encode()[:64], digest_size=8)

    def __call__(self, message: Message) -> bytes:
        """Sixteen bytes, growing with time: MsgId, or what stands for it in an event; then a keyed hash."""
        number = message.message_id
        name = f"{number}\0{message.sender}"
        if not number:
            number, *parts = _identify(message)
            name = "\0".join(parts)
        hashed = self._hash.copy()
        hashed.update(name.encode(errors="replace"))
        return (int(number[:19]) if number.isascii() and number.isdigit() else 0).to_bytes(8, "big") + hashed.digest()


def _identify(message: Message) -> tuple[str, ...]:
    """Of what has no MsgId: a number that grows, and the texts that together are the delivery's name."""
    created, sender = str(message.created), message.sender
    if message.kind != "event":
        return created, created, sender, message.kind, message.text
    event = message.event.upper()
    if event in PUBLICATIONS and (publication := _read_publication(message)):
        return publication[0][:19], "PUBLICATION", *publication
    mass = message.fields.get("MsgID")
    if isinstance(mass, str) and mass:
        return mass[:19], event, mass
    return created, created, sender, event, message.event_key


def _read_publication(message: Message) -> tuple[str, ...]:
    info = message.fields.get("PublishEventInfo")
    if not isinstance(info, dict):
        return ()
    return tuple(str(info.get(name, "")) for name in ("publish_id", "publish_status")) if info.get("publish_id") else ()
