"""The answer to one message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from publisher.replies.listing import label, list_contents, list_entries, list_hits, suggest
from publisher.replies.numbers import Number, label_number, read_number, read_page
from publisher.replies.rules import Answer, Anything, Caught, Rule, Rules
from publisher.replies.spelling import bare, normalise, phrase, trim
from publisher.replies.vocabulary import (
    Answered,
    Archive,
    Entry,
    HandOver,
    Hit,
    Message,
    NewsArticle,
    NewsReply,
    Outcome,
    PictureReply,
    Reply,
    Search,
    Silence,
    TextReply,
)
from publisher.replies.wording import fill, fit_text, is_address, link

_NOTHING_YET: Final = "还没有已经发布的期刊，过些日子再来看看吧。"
_NOT_FOUND: Final = "没有找到有关的文章，换个词试试？\n也可以点：{suggestions}"


def nothing_found(_text: str) -> Sequence[Hit]:
    """A `Search` over nothing."""
    return ()


def answer(message: Message, rules: Sequence[Rule], archive: Archive, search: Search = nothing_found) -> Answered:
    """The reply of the first rule that matches; Silence if none does. `rules` are best those of `parse_rules`: any
    others are given an index first, which takes longer than the answer. A search that fails has found nothing.
    """
    rules = rules if isinstance(rules, Rules) else Rules(rules)
    text = asked(message)
    found = rules.find(message, text, archive.account)
    if found is None:
        return Answered(Silence(), outcome=Outcome.MISSED)
    question = _Question(message, text, *found, archive, rules)
    answered = _answer(question, search)
    if isinstance(question.rule.match, Anything) and message.kind == "text" and answered.outcome is Outcome.RULE:
        return replace(answered, outcome=Outcome.MISSED)
    return answered


def asked(message: Message) -> str:
    """What the reader said, normalised: the text, or the key of the menu's entry; "" for anything else."""
    if message.kind == "text":
        return normalise(message.text)
    return normalise(message.event_key) if message.kind == "event" and message.event.upper() == "CLICK" else ""


@dataclass(frozen=True, slots=True)
class _Question:
    """What an answer is made from."""

    message: Message
    text: str
    rule: Rule
    caught: Caught
    archive: Archive
    rules: Rules


def _answer(question: _Question, search: Search) -> Answered:
    rule, archive = question.rule, question.archive
    match rule.answer:
        case Answer.TEXT:
            return Answered(_say(question, rule.text), rule.name)
        case Answer.LATEST:
            return _present(question, archive.entries[:1])
        case Answer.ISSUE:
            return _find_issue(question)
        case Answer.CONTENTS:
            return _list(question)
        case Answer.SEARCH:
            return _search(question, search)
        case Answer.PICTURE:
            media_id = archive.pictures.get(rule.picture, "")
            return Answered(PictureReply(media_id) if media_id else _say(question, rule.text), rule.name)
        case Answer.NEWS:
            return Answered(NewsReply(rule.articles), rule.name)
        case Answer.HANDOVER:
            return Answered(HandOver(rule.desk), rule.name)
        case Answer.NOTHING:
            return Answered(Silence(), rule.name)


# ---------------------------------------------------------------------------- issues


def _find_issue(question: _Question) -> Answered:
    number = question.rule.number or read_number(question.caught)
    if number is None or not question.archive.entries:
        return _miss(question, _NOTHING_YET)
    return _present(question, question.archive.find(number), number)


def _present(question: _Question, entries: Sequence[Entry], number: Number | None = None) -> Answered:
    """The one issue as a card, several as a list; of none that it is not there."""
    if not entries:
        return _miss(question, _NOTHING_YET if number is None else _not_there(question, number))
    if len(entries) > 1:
        return Answered(TextReply(list_entries(entries, question.archive, question.rules)), question.rule.name)
    return Answered(_show(entries[0], question.rule.text), question.rule.name)


def _show(entry: Entry, said: str) -> Reply:
    """One card, whose description a rule may have said; without a link (a person published it and did not tell) its
    title as text.
    """
    digest = said or entry.digest
    if not entry.url:
        there = f"{_name(entry)}已经发布，在公众号主页的历史文章里可以看到。"
        return TextReply(fit_text(f"{there}\n{digest}" if digest else there))
    return NewsReply((NewsArticle(entry.title, digest, _picture(entry.cover_url), entry.url),))


def _not_there(question: _Question, number: Number) -> str:
    latest = question.archive.entries[0]
    known = link(latest.url, _name(latest))
    return f"没有找到{label_number(number)}。\n最新一期是{known}。\n{_offer(question)}"


def _list(question: _Question) -> Answered:
    page, year = read_page(question.caught)
    text = list_contents(question.archive, question.rules, page, year)
    if text:
        return Answered(TextReply(text), question.rule.name)
    if not question.archive.entries:
        return _miss(question, _NOTHING_YET)
    what = f"{year} 年的期刊" if year else f"目录的第 {page} 页"
    return _miss(question, f"没有{what}。\n{_offer(question)}")


def _miss(question: _Question, text: str) -> Answered:
    return Answered(TextReply(fit_text(text)), question.rule.name, Outcome.MISSED)


def _name(entry: Entry) -> str:
    title = entry.title if "《" in entry.title else f"《{entry.title}》"
    return f"{label(entry)}{title}"


def _picture(url: str) -> str:
    return url if is_address(url) else ""


# ---------------------------------------------------------------------------- search


def _search(question: _Question, search: Search) -> Answered:
    rest = question.caught.get("rest")
    wanted = phrase(question.message.text or question.text) if rest is None else trim(rest)
    hits, fault = _hits(search, wanted)
    if not hits:
        return Answered(_say(question, question.rule.text or _NOT_FOUND), question.rule.name, Outcome.MISSED, fault)
    return Answered(_show_hits(hits, bare(wanted) or wanted), question.rule.name, Outcome.FOUND)


def _hits(search: Search, wanted: str) -> tuple[Sequence[Hit], str]:
    """The articles that a reader can open; and the class of the error, if it failed."""
    if not wanted:
        return (), ""
    try:
        return [hit for hit in search(wanted) if is_address(hit.url)], ""
    except Exception as error:  # noqa: BLE001 - a reader gets the default rather than no answer
        return (), type(error).__name__


def _show_hits(hits: Sequence[Hit], about: str) -> Reply:
    if len(hits) > 1:
        return TextReply(list_hits(hits, about))
    (hit,) = hits
    return NewsReply((NewsArticle(hit.title, hit.digest, _picture(hit.cover_url), hit.url),))


# ---------------------------------------------------------------------------- an editor's words


def _say(question: _Question, text: str) -> Reply:
    """An editor's text, its places filled; Silence where there is none."""
    drafts, name = question.archive.drafts(question.rules), f"text {text}"
    said = drafts.get(name)
    if said is None:
        said = drafts[name] = _fill(text, question.archive, question.rules) if "{" in text else text
    return TextReply(said) if said else Silence()


def _fill(text: str, archive: Archive, rules: Rules) -> str:
    latest = archive.latest()
    values = {"latest": link(latest.url, _name(latest)) if latest else "", "suggestions": suggest(archive, rules)}
    return fit_text(fill(text, values)).strip()


def _offer(question: _Question) -> str:
    offered = suggest(question.archive, question.rules)
    return f"可以点：{offered}" if offered else ""
