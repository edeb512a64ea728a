"""The platform's no: errcodes with the wording that it is quoted with, and the rid that every failure carries."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

ERRMSGS: Mapping[int, str] = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40004: "invalid media type",
    40005: "invalid file type",
    40007: "invalid media_id",
    40008: "invalid message type",
    40009: "invalid image size",
    40012: "invalid thumb size",
    40013: "invalid appid",
    40016: "invalid button size",
    40017: "invalid button type",
    40018: "invalid button name size",
    40019: "invalid button key size",
    40020: "invalid button url size",
    40023: "invalid sub button size",
    40024: "invalid sub button type",
    40025: "invalid sub button name size",
    40026: "invalid sub button key size",
    40027: "invalid sub button url size",
    40035: "invalid parameter",
    40054: "invalid sub button url domain",
    40055: "invalid button url domain",
    40066: "invalid url",
    40114: "invalid index value",
    40125: "invalid appsecret",
    40137: "invalid image format",
    40227: "title is empty",
    41001: "access_token missing",
    41002: "appid missing",
    41004: "appsecret missing",
    41005: "media data missing",
    41006: "media_id missing",
    41039: "invalid content_source_url",
    42001: "access_token expired",
    43001: "require GET method",
    43002: "require POST method",
    43004: "require subscribe",
    44001: "empty media data",
    44002: "empty post data",
    44003: "empty news data",
    44004: "empty content",
    45001: "media size out of limit",
    45002: "content size out of limit",
    45003: "title size out of limit",
    45004: "description size out of limit",
    45005: "url size out of limit",
    45008: "article size out of limit",
    45009: "reach max api daily quota limit",
    45015: "response out of time limit or subscription is canceled",
    45028: "has no masssend quota",
    45047: "out of response count limit",
    45065: "clientmsgid exist",
    45067: "clientmsgid size out of limit",
    45110: "author size out of limit",
    45166: "invalid content",
    46003: "menu no exist",
    47001: "data format error",
    48001: "api unauthorized",
    48005: "media is referenced, can not delete",
    48006: "api clear quota reach max limit",
    53402: "cover crop failed",
    53503: "draft not pass publish check",
    53600: "invalid article_id",
    65303: "there is no selfmenu, please create selfmenu first",
    65305: "match rule empty",
    76001: "rid not found",
    76021: "cgi_path not found",
}


class Refusal(Exception):
    """A business error: the answer is HTTP 200 with this errcode; `extra` joins the JSON."""

    def __init__(self, errcode: int, errmsg: str = "", extra: Mapping[str, object] | None = None) -> None:
        super().__init__(errcode)
        self.errcode = errcode
        self.errmsg = errmsg or ERRMSGS.get(errcode, "error")
        self.extra = dict(extra or {})


def new_rid(now: float) -> str:
    """Three dashed hex groups, the first of them the unix second."""
    return f"{int(now):08x}-{secrets.token_hex(4)}-{secrets.token_hex(4)}"


def refuse_when(wrong: object, errcode: int) -> None:
    """Raise the Refusal with `errcode` if `wrong` is true in Python's sense."""
    if wrong:
        raise Refusal(errcode)
