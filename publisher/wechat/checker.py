"""The platform's own checker of articles. It needs no account and no token, and keeps nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from publisher.errors import Refused, WeChatError, WrongMove
from publisher.lint import Finding
from publisher.wechat.client import Answer, Call, Timeouts, encode, open_session, send

CHECKER = "https://mp.weixin.qq.com"
"""The rule book writes http; an article that is not out yet is not sent in the clear."""
PATIENCE = Timeouts()
MOST = 200
MOST_CHARACTERS = 120
_PATH = "article-bin/verify_article_structure"


def verify_structure(html: str, base: str = CHECKER, timeouts: Timeouts = PATIENCE) -> tuple[Finding, ...]:
    """What the platform's checker has against an article.

    Raises a WeChatError where it gives no verdict, Unpublishable for text that cannot be sent, WrongMove for a base
    that is no address.
    """
    call = Call("POST", _PATH, f"{_check(base)}/{_PATH}", {}, encode({"content": html}))
    with open_session(base) as http:
        answer, _ = send(http, call, timeouts)
    if isinstance(answer, WeChatError):
        raise answer
    return _read(answer)


def _check(base: str) -> str:
    try:
        parts = urlsplit(base)
        sound = parts.scheme in {"https", "http"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise WrongMove(f"no address: {base!r}", f"“{base}”不是网址，应当像 {CHECKER}。")
    return base.rstrip("/")


def _read(answer: Answer) -> tuple[Finding, ...]:
    if answer.errcode:
        note = f"平台的检查器没有检查这篇文章（平台错误码 {answer.errcode}），请稍后再试。"
        raise Refused(f"{_PATH}: errcode {answer.errcode}", note, path=_PATH, errcode=answer.errcode)
    if not isinstance(answer["isValid"], bool):
        raise answer.unusable("isValid")
    if answer["isValid"]:
        return ()
    broken = answer.get("inValidInfo")
    told = [finding for name, rule in _entries(broken) for finding in _findings(name, rule)]
    return tuple(told[:MOST]) or (Finding("", "platform", "平台的检查器认为这篇文章不合格，但没有说原因。"),)


def _findings(name: str, rule: Any) -> Iterator[Finding]:
    """One finding for each element that breaks a rule; one for the rule where no element is named."""
    facts = rule if isinstance(rule, Mapping) else {}
    said = facts.get("violateRules")
    words = "；".join(map(str, said)) if isinstance(said, list) else str(said or "没有说明")
    text = f"平台的检查器（{name[:40]}）：{words[:500]}"
    items = facts.get("items")
    for item in items if isinstance(items, list) and items else [{}]:
        where = item.get("outerHTML") if isinstance(item, Mapping) else item
        yield Finding("", f"platform-{name[:40]}", text, str(where or "")[:MOST_CHARACTERS])


def _entries(rules: Any) -> Iterator[tuple[str, Any]]:
    return ((str(name), rule) for name, rule in rules.items()) if isinstance(rules, Mapping) else iter(())
