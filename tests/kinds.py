"""Every kind of message and event that the platform sends, as XML with its elements."""

from __future__ import annotations

_BOTH = "<Location_X>23.13</Location_X><Location_Y>113.35</Location_Y><Scale>20</Scale><Label><![CDATA[广州]]></Label>"
_MEDIA = "<MediaId><![CDATA[media_1]]></MediaId>"
_THUMB = "<ThumbMediaId><![CDATA[thumb_1]]></ThumbMediaId>"
_KEY = "<EventKey><![CDATA[V1001]]></EventKey>"
_PICS = "<SendPicsInfo><Count>1</Count><PicList><item><PicMd5Sum>1b5f</PicMd5Sum></item></PicList></SendPicsInfo>"
_SCAN = "<ScanCodeInfo><ScanType><![CDATA[qrcode]]></ScanType><ScanResult><![CDATA[1]]></ScanResult></ScanCodeInfo>"
_PLACE = f"<SendLocationInfo>{_BOTH}<Poiname><![CDATA[]]></Poiname></SendLocationInfo>"
_ITEM = "<item><idx>{0}</idx><article_url><![CDATA[http://mp.weixin.qq.com/s?mid={0}]]></article_url></item>"


def publication(status: int, articles: int = 0, failed: int = 0, publish_id: str = "2247503051") -> str:
    """What PUBLISHJOBFINISH says: of so many articles, or of so many that failed."""
    items = "".join(_ITEM.format(number) for number in range(1, articles + 1))
    detail = f"<article_detail><count>{articles}</count>{items}</article_detail>" if articles else ""
    article = "<article_id><![CDATA[b5O2OU]]></article_id>" if articles else ""
    failures = "".join(f"<fail_idx>{number}</fail_idx>" for number in range(1, failed + 1))
    return (
        f"<PublishEventInfo><publish_id>{publish_id}</publish_id><publish_status>{status}</publish_status>"
        f"{article}{detail}{failures}</PublishEventInfo>"
    )


_MASS = (
    "<MsgID>1000001625</MsgID><Status><![CDATA[{0}]]></Status><TotalCount>100</TotalCount><FilterCount>95</FilterCount>"
    "<SentCount>94</SentCount><ErrorCount>1</ErrorCount><CopyrightCheckResult><Count>1</Count><ResultList><item>"
    "<ArticleIdx>1</ArticleIdx><UserDeclareState>0</UserDeclareState><AuditState>2</AuditState></item></ResultList>"
    "<CheckState>2</CheckState></CopyrightCheckResult><ArticleUrlResult><Count>1</Count><ResultList><item>"
    "<ArticleIdx>1</ArticleIdx><ArticleUrl><![CDATA[U]]></ArticleUrl></item></ResultList></ArticleUrlResult>"
)

MESSAGES = {
    "text": "<Content><![CDATA[最新]]></Content>",
    "text, tapped": "<Content><![CDATA[最新]]></Content><bizmsgmenuid>101</bizmsgmenuid>",
    "text, from an article": "<Content><![CDATA[最新]]></Content><MsgDataId>xxxx</MsgDataId><Idx>1</Idx>",
    "image": f"<PicUrl><![CDATA[http://mmbiz.qpic.cn/1]]></PicUrl>{_MEDIA}",
    "voice": f"{_MEDIA}<Format><![CDATA[amr]]></Format><MediaId16K><![CDATA[media_2]]></MediaId16K>",
    "voice, recognised": f"{_MEDIA}<Format>speex</Format><Recognition><![CDATA[最新]]></Recognition>",
    "video": f"{_MEDIA}{_THUMB}",
    "shortvideo": f"{_MEDIA}{_THUMB}",
    "location": _BOTH,
    "link": "<Title><![CDATA[t]]></Title><Description><![CDATA[d]]></Description><Url><![CDATA[http://u]]></Url>",
    "miniprogrampage": f"<Title>t</Title><AppId>wx1</AppId><PagePath>p</PagePath><ThumbUrl>http://u</ThumbUrl>{_THUMB}",
}
"""By MsgType, which may be followed by what is special."""

EVENTS = {
    "subscribe": "<EventKey></EventKey>",
    "subscribe, by QR": "<EventKey><![CDATA[qrscene_18]]></EventKey><Ticket><![CDATA[T]]></Ticket>",
    "unsubscribe": "<EventKey></EventKey>",
    "SCAN": "<EventKey><![CDATA[18]]></EventKey><Ticket><![CDATA[T]]></Ticket>",
    "LOCATION": "<Latitude>23.1</Latitude><Longitude>113.3</Longitude><Precision>119.3</Precision>",
    "CLICK": _KEY,
    "VIEW": "<EventKey><![CDATA[http://u]]></EventKey><MenuId>7</MenuId>",
    "view_miniprogram": "<EventKey><![CDATA[pages/1]]></EventKey><MenuId>7</MenuId>",
    "scancode_push": f"{_KEY}{_SCAN}",
    "scancode_waitmsg": f"{_KEY}{_SCAN}",
    "pic_sysphoto": f"{_KEY}{_PICS}",
    "pic_photo_or_album": f"{_KEY}{_PICS}",
    "pic_weixin": f"{_KEY}{_PICS}",
    "location_select": f"{_KEY}{_PLACE}",
    "TEMPLATESENDJOBFINISH": "<MsgID>200163836</MsgID><Status><![CDATA[success]]></Status>",
    "subscribe_msg_popup_event": "<SubscribeMsgPopupEvent><List><a>1</a></List></SubscribeMsgPopupEvent>",
    "subscribe_msg_change_event": "<SubscribeMsgChangeEvent><List/></SubscribeMsgChangeEvent>",
    "subscribe_msg_sent_event": "<SubscribeMsgSentEvent><List/></SubscribeMsgSentEvent>",
    "kf_create_session": "<KfAccount><![CDATA[a@b]]></KfAccount>",
    "kf_close_session": "<KfAccount><![CDATA[a@b]]></KfAccount><CloseType>KF</CloseType>",
    "kf_switch_session": "<FromKfAccount>a@b</FromKfAccount><ToKfAccount>c@b</ToKfAccount>",
}
"""The rules answer these, or nothing does."""

RESULTS = {
    "PUBLISHJOBFINISH": publication(0, articles=1),
    "PUBLISHJOBFINISH, several": publication(0, articles=3),
    "PUBLISHJOBFINISH, not original": publication(2, failed=1),
    "PUBLISHJOBFINISH, failed": publication(3),
    "PUBLISHJOBFINISH, refused": publication(4, failed=2),
    "FREEPUBLISHJOBFINISH": publication(0, articles=1),
    "FREEPUBLISHJOBFINISH, refused": publication(4, failed=3),
    "MASSSENDJOBFINISH": _MASS.format("send success"),
    "MASSSENDJOBFINISH, refused": _MASS.format("err(40001)"),
}
CERTIFICATION = {
    "qualification_verify_success": "<ExpiredTime>1442401156</ExpiredTime>",
    "qualification_verify_fail": "<FailTime>1442401122</FailTime><FailReason><![CDATA[by time]]></FailReason>",
    "naming_verify_success": "<ExpiredTime>1442401093</ExpiredTime>",
    "naming_verify_fail": "<FailTime>1442401061</FailTime><FailReason><![CDATA[by time]]></FailReason>",
    "annual_renew": "<ExpiredTime>1442401004</ExpiredTime>",
    "verify_expired": "<ExpiredTime>1442400900</ExpiredTime>",
}
PRIVACY = {
    "user_authorization_revoke": "<OpenID>oGone</OpenID><AppID>wx1</AppID><RevokeInfo>1</RevokeInfo>",
    "user_info_modified": "<OpenID>oGone</OpenID><AppID>wx1</AppID><RevokeInfo>1</RevokeInfo>",
}


def message_xml(name: str, inside: str, created: int) -> str:
    """A message of MESSAGES."""
    return _frame(name.partition(",")[0], f"{inside}<MsgId>22345678901234567</MsgId>", created)


def event_of(name: str, inside: str, created: int) -> str:
    """An event of the other tables."""
    return _frame("event", f"<Event><![CDATA[{name.partition(',')[0]}]]></Event>{inside}", created)


def _frame(kind: str, inside: str, created: int) -> str:
    return (
        "<xml><ToUserName><![CDATA[gh_sample]]></ToUserName><FromUserName><![CDATA[oReader-1]]></FromUserName>"
        f"<CreateTime>{created}</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{inside}</xml>"
    )
