"""`publisher replies test`: how a message would be answered, by which rule, and why; nothing is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from msgspec import to_builtins
from rich.console import Console
from rich.text import Text

from publisher.app import Publisher
from publisher.errors import WrongMove
from publisher.replies import (
    Answered,
    Archive,
    HandOver,
    Message,
    NewsReply,
    Outcome,
    PictureReply,
    Reply,
    Rule,
    Rules,
    Silence,
    TextReply,
    answer,
    asked,
)
from publisher.replies.numbers import label_number, read_number, read_page
from publisher.replies.rules import (
    Answer,
    Anything,
    Contains,
    Events,
    Kinds,
    Notations,
    Pattern,
    Prefixes,
    Words,
    scene_of,
)
from publisher.replies.spelling import bare

_LINK: Final = re.compile(r'<a href="([^"]*)">(.*?)</a>')
_OUTCOMES: Final = {
    Outcome.RULE: "规则的回答",
    Outcome.FOUND: "搜索到了",
    Outcome.MISSED: "没有找到，会记进“没有答上来的话”",
}


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A message, as the rules saw it, and its answer. `rules` are all that match, in the order in which they are tried:
    the first answered; `lines` are the lines in replies.toml at which rules begin.
    """

    message: Message
    account: str
    text: str
    rules: Sequence[Rule]
    answered: Answered
    lines: Sequence[int]


def compose(text: str, event: str = "", key: str = "", kind: str = "") -> Message:
    """The message that a reader would send: an event, something without text, or a text."""
    if event:
        return Message("event", "", "", event=event, event_key=key)
    return Message(kind, "", "") if kind else Message("text", "", "", text=text)


def rehearse(publisher: Publisher, account: str, message: Message) -> Rehearsal:
    """The answer that a reader of `account` ("": the only one, or the default) gets now. WrongMove: no such account."""
    account = _choose(publisher, account)
    rules = Rules(publisher.settings.rules)
    archive = publisher.archive(account) if account else Archive()
    text = asked(message)
    answered = answer(message, rules, archive, partial(publisher.search, account))
    return Rehearsal(message, account, text, rules.matching(message, text, account), answered, _lines(publisher))


def rehearsal_row(rehearsal: Rehearsal) -> dict[str, Any]:
    """A rehearsal as `replies test --json` prints it."""
    first = rehearsal.rules[0] if rehearsal.rules else None
    return {
        "account": rehearsal.account,
        "text": rehearsal.text,
        "rule": None if first is None else _rule_row(rehearsal, first),
        "also": [_rule_row(rehearsal, rule) for rule in rehearsal.rules[1:]],
        "outcome": rehearsal.answered.outcome.value,
        "fault": rehearsal.answered.fault,
        "reply": {"kind": _kind(rehearsal.answered.reply), **to_builtins(rehearsal.answered.reply)},
    }


def show_rehearsal(rehearsal: Rehearsal) -> None:
    """The normalised text, the rule with its place, priority and reason, and the reply as the reader sees it."""
    console = Console()
    for title, line in _report(rehearsal):
        console.print(Text(f"{title}  ", "bold").append(line, "not bold"), soft_wrap=True)
    console.print()
    for line in _seen(rehearsal.answered.reply):
        console.print(Text(f"  {line}"), soft_wrap=True)


def why(rule: Rule, message: Message, text: str) -> str:
    """Why a rule matches a message whose normalised text is `text` (Chinese)."""
    match rule.match:
        case Anything():
            return "别的规则都对不上"
        case Events():
            scene = scene_of(message)
            return f"事件 {message.event}" + (f"，场景或菜单键“{scene}”" if scene else "")
        case Kinds():
            return f"消息的种类是 {message.kind}"
        case _ if rule.catch(message, text) is None:
            return f"去掉客气话是“{bare(text)}”，{_why_text(rule, bare(text))}"
        case _:
            return _why_text(rule, text)


# ---------------------------------------------------------------------------- below


def _choose(publisher: Publisher, account: str) -> str:
    known = publisher.settings.accounts
    if account and account not in known:
        raise WrongMove(f"no account {account}", f"没有名为 {account} 的公众号；已配置的有：{'、'.join(known)}。")
    if account or not known:
        return account
    if not publisher.settings.default_account and len(known) > 1:
        raise WrongMove("which account?", f"有几个公众号，请用 --account 说明是哪一个：{'、'.join(known)}。")
    return publisher.settings.default_account or next(iter(known))


def _lines(publisher: Publisher) -> list[int]:
    """The lines of replies.toml at which its rules begin."""
    path = publisher.settings.home / "config" / "replies.toml"
    written = path.read_text(encoding="utf-8-sig") if path.exists() else ""
    lines = enumerate(written.splitlines(), 1)
    return [number for number, line in lines if re.match(r"\s*\[\[\s*reply\s*\]\]", line)]


def _rule_row(rehearsal: Rehearsal, rule: Rule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "place": rule.place,
        "line": _line(rehearsal, rule),
        "priority": rule.priority,
        "answer": rule.answer.value,
        "why": why(rule, rehearsal.message, rehearsal.text),
    }


def _line(rehearsal: Rehearsal, rule: Rule) -> int | None:
    return rehearsal.lines[rule.place - 1] if rule.place <= len(rehearsal.lines) else None


def _report(rehearsal: Rehearsal) -> Iterator[tuple[str, str]]:
    yield "读作", f"“{rehearsal.text}”" if rehearsal.text else "（没有文字）"
    if not rehearsal.rules:
        yield "规则", "没有一条对得上，不回答"
        return
    first, *others = rehearsal.rules
    yield "规则", f"“{first.name}”：{why(first, rehearsal.message, rehearsal.text)}"
    yield "位置", _where(rehearsal, first)
    if others:
        yield "后备", "、".join(f"“{rule.name}”（{_where(rehearsal, rule)}）" for rule in others)
    yield "结果", _OUTCOMES[rehearsal.answered.outcome] + _remark(rehearsal, first)


def _where(rehearsal: Rehearsal, rule: Rule) -> str:
    line = _line(rehearsal, rule)
    return f"第 {rule.place} 条，{f'replies.toml 第 {line} 行，' if line else ''}priority = {rule.priority}"


def _remark(rehearsal: Rehearsal, rule: Rule) -> str:
    if rule.answer is Answer.PICTURE and not isinstance(rehearsal.answered.reply, PictureReply):
        instead = "先用 text 代替" if rule.text else "先不回答"
        return f"；图片 {rule.picture} 还没有传到平台上，{instead}"
    return f"；搜索出错了：{rehearsal.answered.fault}" if rehearsal.answered.fault else ""


def _why_text(rule: Rule, text: str) -> str:
    match rule.match:
        case Words():
            return f"整句是 words 里的“{text}”"
        case Contains(words=words):
            return f"含有 contains 里的“{next(word for word in words if word in text)}”"
        case Prefixes(prefixes=prefixes):
            return f"以 prefix 里的“{next(prefix for prefix in prefixes if text.startswith(prefix))}”开头"
        case Pattern(pattern=pattern):
            return f"对得上 pattern：{pattern}"
        case Notations():
            return _why_number(rule, rule.catch(Message("text", "", ""), text) or {})
        case _:
            return ""


def _why_number(rule: Rule, caught: Mapping[str, str]) -> str:
    number = read_number(caught)
    if rule.answer is Answer.CONTENTS or number is None:
        page, year = read_page(caught)
        return f"notation 读出目录{f' {year} 年' if year else ''}第 {page} 页"
    return f"notation 读出{label_number(number)}"


def _kind(reply: Reply) -> str:
    match reply:
        case TextReply():
            return "text"
        case NewsReply():
            return "news"
        case PictureReply():
            return "picture"
        case HandOver():
            return "handover"
        case Silence():
            return "nothing"


def _seen(reply: Reply) -> Iterator[str]:
    match reply:
        case TextReply(text=text):
            yield f"文字（{len(text.encode(errors='replace'))} 字节，最多 2048）："
            yield from _LINK.sub(_see_link, text).splitlines()
        case NewsReply(articles=articles):
            for article in articles:
                yield f"图文：{article.title}"
                yield from filter(None, (article.description, article.url, article.picture_url))
        case PictureReply(media_id=media_id):
            yield f"图片：{media_id}"
        case HandOver(desk=desk):
            yield f"转给人工客服{f' {desk}' if desk else ''}"
        case Silence():
            yield "（不回答）"


def _see_link(found: re.Match[str]) -> str:
    """A word to tap in brackets; a link with its address."""
    return f"[{found[2]}]" if found[1].startswith("weixin:") else f"{found[2]}（{found[1]}）"
