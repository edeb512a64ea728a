"""Customer-service messages: an account may say so much to a reader, and so long, after what the reader did."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .calls import Answer, Call, done, take_id, take_text
from .refusals import Refusal, refuse_when
from .state import DAY, Account, Credit

MAX_TEXT_BYTES = 2048
CREDITS: Mapping[str, tuple[int, int]] = {
    "message": (5, 2 * DAY),
    "click": (3, 60),
    "follow": (3, 60),
    "scan": (3, 60),
}
"""What a reader does -> how many messages that allows, and for how many seconds (the rule of June 2023)."""


def give_credit(account: Account, openid: str, deed: str, now: float) -> None:
    """Let the account speak to the reader after this deed; the same deed again begins anew."""
    number, seconds = CREDITS[deed]
    account.credits.setdefault(openid, {})[deed] = Credit(number, now + seconds)


def send_message(call: Call) -> Answer:
    """Send a reader a message, as far as the credit goes."""
    fields = call.fields()
    openid = take_text(fields, "touser")
    refuse_when(not openid, 40003)
    refuse_when(call.account.followers.get(openid) is False, 43004)
    alive = [credit for credit in call.account.credits.get(openid, {}).values() if credit.until >= call.now]
    refuse_when(not alive, 45015)
    usable = [credit for credit in alive if credit.left > 0]
    refuse_when(not usable, 45047)
    _check_body(call, fields)
    usable[0].left -= 1
    call.account.sent.append(fields)
    return done()


def _check_body(call: Call, fields: Mapping[str, object]) -> None:
    kind = take_text(fields, "msgtype")
    body = fields.get(kind)
    if kind not in _CHECKS:
        raise Refusal(40008)
    if not isinstance(body, dict):
        raise Refusal(47001)
    _CHECKS[kind](call, body)


def _check_text(_call: Call, body: Mapping[str, object]) -> None:
    size = len(take_text(body, "content").encode())
    refuse_when(size == 0, 44004)
    refuse_when(size > MAX_TEXT_BYTES, 45002)


def _check_image(call: Call, body: Mapping[str, object]) -> None:
    refuse_when(take_id(body) not in call.account.materials, 40007)


def _check_news(_call: Call, body: Mapping[str, object]) -> None:
    articles = body.get("articles")
    refuse_when(not isinstance(articles, list) or not articles, 44003)
    refuse_when(isinstance(articles, list) and len(articles) != 1, 45008)


_CHECKS: Mapping[str, Callable[[Call, Mapping[str, object]], None]] = {
    "text": _check_text,
    "image": _check_image,
    "news": _check_news,
}
