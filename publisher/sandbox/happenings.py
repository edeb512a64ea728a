"""What readers write and do, and what the platform has to say: every MsgType and Event with its elements."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from .envelope import cdata

Fields = Mapping[str, object]
"""Elements by name: text, a whole number, elements inside, or a list of any of these."""

_PLACE = {"Location_X": "31.2304", "Location_Y": "121.4737", "Scale": "15", "Label": "上海市黄浦区"}
_PICTURES = {"Count": 1, "PicList": {"item": {"PicMd5Sum": "1b5f7c23b5bf75682a53e7b6d163e185"}}}
_SCAN = {"ScanType": "qrcode", "ScanResult": "https://www.example.cn/"}
_RENEWAL = {"ExpiredTime": 1_800_000_000}
_FAILURE = {"FailTime": 1_790_000_000, "FailReason": "名称与营业执照不一致"}
_ARTICLES = {"count": 1, "item": {"idx": 1, "article_url": "https://mp.weixin.qq.com/s/a"}}
_PUBLISHED = {
    "PublishEventInfo": {
        "publish_id": "2247503051", "publish_status": 0, "article_id": "A", "article_detail": _ARTICLES,
    }
}  # fmt: skip
_MASSED = {"MsgID": 1_000_001_625, "Status": "send success", "TotalCount": 100, "SentCount": 100, "ErrorCount": 0}
_SESSION = {"KfAccount": "desk@gh"}
_REVOKED = {"OpenID": "oSubscriber0000000000000000_", "AppID": "wx0123456789abcdef", "RevokeInfo": "1"}
_POPUP = {"List": {"TemplateId": "T", "SubscribeStatusString": "accept", "PopupScene": 0}}

MESSAGES: Mapping[str, Fields] = MappingProxyType(
    {
        "text": {"Content": "你好"},
        "image": {"PicUrl": "https://mmbiz.qpic.cn/a/0", "MediaId": "M"},
        "voice": {"MediaId": "M", "Format": "amr", "MediaId16K": "M16"},
        "video": {"MediaId": "M", "ThumbMediaId": "T"},
        "shortvideo": {"MediaId": "M", "ThumbMediaId": "T"},
        "location": _PLACE,
        "link": {"Title": "标题", "Description": "摘要", "Url": "https://www.example.cn/"},
        "miniprogrampage": {
            "AppId": "wx0123456789abcdef", "Title": "小程序", "PagePath": "pages/a", "ThumbUrl": "https://a.cn/t",
            "ThumbMediaId": "T",
        },
    }
)  # fmt: skip
"""Each kind of message with the elements of an ordinary one."""

EVENTS: Mapping[str, Fields] = MappingProxyType(
    {
        "subscribe": {"EventKey": ""},
        "unsubscribe": {"EventKey": ""},
        "SCAN": {"EventKey": "18", "Ticket": "TICKET"},
        "LOCATION": {"Latitude": "31.2304", "Longitude": "121.4737", "Precision": "40.0"},
        "CLICK": {"EventKey": "目录"},
        "VIEW": {"EventKey": "https://www.example.cn/", "MenuId": 425_000_000},
        "view_miniprogram": {"EventKey": "pages/a", "MenuId": 425_000_000},
        "scancode_push": {"EventKey": "k", "ScanCodeInfo": _SCAN},
        "scancode_waitmsg": {"EventKey": "k", "ScanCodeInfo": _SCAN},
        "pic_sysphoto": {"EventKey": "k", "SendPicsInfo": _PICTURES},
        "pic_photo_or_album": {"EventKey": "k", "SendPicsInfo": _PICTURES},
        "pic_weixin": {"EventKey": "k", "SendPicsInfo": _PICTURES},
        "location_select": {"EventKey": "k", "SendLocationInfo": {**_PLACE, "Poiname": ""}},
        "MASSSENDJOBFINISH": _MASSED,
        "PUBLISHJOBFINISH": _PUBLISHED,
        "FREEPUBLISHJOBFINISH": _PUBLISHED,
        "TEMPLATESENDJOBFINISH": {"MsgID": 200_163_836, "Status": "success"},
        "qualification_verify_success": _RENEWAL,
        "qualification_verify_fail": _FAILURE,
        "naming_verify_success": _RENEWAL,
        "naming_verify_fail": _FAILURE,
        "annual_renew": _RENEWAL,
        "verify_expired": _RENEWAL,
        "user_authorization_revoke": _REVOKED,
        "user_info_modified": _REVOKED,
        "subscribe_msg_popup_event": {"SubscribeMsgPopupEvent": _POPUP},
        "subscribe_msg_change_event": {
            "SubscribeMsgChangeEvent": {"List": {"TemplateId": "T", "SubscribeStatusString": "reject"}},
        },
        "subscribe_msg_sent_event": {
            "SubscribeMsgSentEvent": {
                "List": {"TemplateId": "T", "MsgID": 1, "ErrorCode": 0, "ErrorStatus": "success"},
            }
        },
        "kf_create_session": _SESSION,
        "kf_close_session": _SESSION,
        "kf_switch_session": {"FromKfAccount": "a@gh", "ToKfAccount": "b@gh"},
    }
)  # fmt: skip
"""Each event with its elements; one that is not here may be sent as well, since the platform invents new ones."""

DEEDS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(MESSAGES, "message"),
        **dict.fromkeys(
            ("CLICK", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin",
             "location_select"), "click"
        ),
        "subscribe": "follow",
        "SCAN": "scan",
    }
)  # fmt: skip
"""What a reader does that lets the account write to him."""


def elements_of(kind: str, given: Fields) -> Fields:
    """The elements of a message or event, after those of its envelope: ordinary ones where `given` has none."""
    if kind in MESSAGES:
        return {"MsgType": kind, **MESSAGES[kind], **given}
    return {"MsgType": "event", "Event": kind, **EVENTS.get(kind, {}), **given}


def write_elements(fields: Fields) -> str:
    """The elements as XML; ValueError for a name that is none."""
    return "".join(_write(name, value) for name, value in fields.items())


def _write(name: str, value: object) -> str:
    if not re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII):
        raise ValueError(f"not the name of an element: {name!r}")
    match value:
        case list():
            return "".join(_write(name, each) for each in value)
        case Mapping():
            inside = write_elements(value)
        case int():
            inside = str(value)
        case _:
            inside = cdata(str(value))
    return f"<{name}>{inside}</{name}>"
