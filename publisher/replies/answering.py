"""The answer to one message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta, timezone

from publisher.replies.numbers import Number, label_number, normalise, read_number
from publisher.replies.rules import TEXT_LIMIT, Answer, Rule
from publisher.replies.vocabulary import (
    Answered,
    Archive,
    Entry,
    Hit,
    Message,
    NewsArticle,
    NewsReply,
    Outcome,
    Reply,
    Search,
    Silence,
    TextReply,
)

_BEIJING = timezone(timedelta(hours=8))
_NOTHING_YET = TextReply("还没有已经发布的期刊，过些日子再来看看吧。")


def nothing_found(_text: str) -> Sequence[Hit]:
    """A `Search` over nothing."""
    return ()


def answer(
    message: Message,
    rules: Sequence[Rule],
    archive: Archive,
    search: Search = nothing_found,  # noqa: ARG001 - no rule searches yet
) -> Answered:
    """The reply of the first rule that matches; Silence if none does."""
    text = normalise(message.text)
    for rule in rules:
        caught = rule.catch(message, text)
        if caught is not None:
            return Answered(_reply(rule, caught, archive), rule.name)
    return Answered(Silence(), outcome=Outcome.MISSED)


def _reply(rule: Rule, caught: Mapping[str, str], archive: Archive) -> Reply:
    if rule.answer is Answer.TEXT:
        return TextReply(rule.text)
    if rule.answer is Answer.NOTHING:
        return Silence()
    latest = archive.latest()
    if latest is None:
        return _NOTHING_YET
    match rule.answer:
        case Answer.LATEST:
            return _show(latest)
        case Answer.CONTENTS:
            return _list(archive)
        case Answer.ISSUE:
            number = read_number(caught)
            found = archive.by_number(number)
            return _show(found) if found else _miss(number, latest)


def _show(entry: Entry) -> Reply:
    """One card; without a link (a person published it and did not tell) its title as text."""
    if not entry.url:
        said = f"{_name(entry)}已经发布，在公众号主页的历史文章里可以看到。"
        return TextReply(fit_text(f"{said}\n{entry.digest}" if entry.digest else said))
    picture = entry.cover_url if entry.cover_url.startswith(("https://", "http://")) else ""
    return NewsReply((NewsArticle(entry.title, entry.digest, picture, entry.url),))


def _miss(number: Number, latest: Entry) -> TextReply:
    return TextReply(
        fit_text(f"没有找到{label_number(number)}。\n最新一期是{_name(latest)}，回复“最新”打开。\n回复“目录”看全部。")
    )


def _list(archive: Archive) -> TextReply:
    """As many past issues as fit, newest first; the last line says how to open one."""
    count = len(archive.entries)
    head = f"往期目录，共 {count} 期："
    example = next((label for label in map(_label, archive.entries) if label), "第1期")
    foot = f"回复“{example}”这样的期号，打开那一期。"
    more = f"……\n更早的还有，知道期号就可以打开。\n{foot}"
    lines, room = [head], TEXT_LIMIT - _size(f"{head}\n{more}")
    for entry in archive.entries:
        line = _line(entry)
        room -= _size(line) + 1
        if room < 0:
            return TextReply("\n".join([*lines, more]))
        lines.append(line)
    return TextReply("\n".join([*lines, foot]))


def _line(entry: Entry) -> str:
    day = entry.published_at.astimezone(_BEIJING).date().isoformat()
    return " ".join(part for part in (_label(entry), day, entry.title) if part)


def _label(entry: Entry) -> str:
    """The number by which a reader gets exactly this issue; "" if it has none."""
    if entry.total_issue is not None:
        return f"第{entry.total_issue}期"
    if entry.issue is None:
        return ""
    return f"第{entry.issue}期" if entry.year is None else f"{entry.year}年第{entry.issue}期"


def _name(entry: Entry) -> str:
    title = entry.title if "《" in entry.title else f"《{entry.title}》"
    return f"{_label(entry)}{title}"


def fit_text(text: str) -> str:
    """`text` in at most 2,048 bytes: cut after a whole line if that keeps half of it, else after a
    character, and marked with “…”.
    """
    if _size(text) <= TEXT_LIMIT:
        return text
    room = TEXT_LIMIT - _size("\n…")
    kept = text.encode(errors="replace")[:room].decode(errors="ignore")
    whole, line, _ = kept.rpartition("\n")
    return f"{whole}\n…" if line and _size(whole) * 2 >= room else f"{kept}…"


def _size(text: str) -> int:
    return len(text.encode(errors="replace"))
