"""Three hundred questions of readers, and what each gets: tests/questions.toml, answered by the shipped rules."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from publisher.replies import (
    Answered,
    Archive,
    Entry,
    Hit,
    Message,
    NewsReply,
    Outcome,
    Silence,
    answer,
)
from publisher.replies.spelling import bare, normalise
from tests.readers import RULES, links, seen, title_of

FIXTURE: Mapping[str, Any] = tomllib.loads((Path(__file__).parent / "questions.toml").read_text("utf-8"))


def address(total: int) -> str:
    return f"https://mp.weixin.qq.com/s/{total}"


def to_entry(issue: Mapping[str, Any]) -> Entry:
    total, (year, number) = issue["total"], issue["number"]
    cover = f"https://mmbiz.qpic.cn/{total}"
    return Entry(
        total, issue["title"], issue["digest"], address(total), cover, "数字经济简报", year, number, total,
        issue["published"], issue.get("dated"),
    )  # fmt: skip


ARCHIVE = Archive(tuple(map(to_entry, FIXTURE["issue"])), "main")


def look_up(text: str) -> Sequence[Hit]:
    """A stand-in for the index of the store, behind the same seam: what contains the words, by title, then newest."""
    wanted = normalise(text)
    wanted = bare(wanted) or wanted
    texts = {issue["total"]: normalise(issue["title"]) + normalise(issue["text"]) for issue in FIXTURE["issue"]}
    found = [entry for entry in ARCHIVE.entries if wanted and wanted in texts[entry.issue_id]]
    found.sort(key=lambda entry: wanted not in normalise(entry.title))
    return [Hit(each.title, each.digest, each.url, each.cover_url, each.published_at) for each in found[:6]]


@dataclass(frozen=True)
class Question:
    """What is sent, and the group of the fixture that says what it gets."""

    message: Message
    group: Mapping[str, Any]

    def __str__(self) -> str:
        said = self.message.text or self.message.event or self.message.kind
        return ascii(f"{said[:16]}{len(said) if len(said) > 16 else ''}{self.message.event_key}")[1:-1]


def questions() -> Iterator[Question]:
    for group in FIXTURE["question"]:
        for kind in group.get("kind", ()):
            yield Question(Message(kind, "oReader", "gh_1"), group)
        for sent in group.get("sent", ()):
            if "event" in group:
                yield Question(Message("event", "oReader", "gh_1", event=group["event"], event_key=sent), group)
            else:
                yield Question(Message("text", "oReader", "gh_1", text=sent * group.get("repeat", 1)), group)


QUESTIONS = list(questions())


@pytest.mark.parametrize("question", QUESTIONS, ids=str)
def test_a_reader_gets_what_was_asked_for(question: Question) -> None:
    group = question.group
    got = answer(question.message, RULES, ARCHIVE, look_up)
    match group:
        case {"issue": total}:
            check_issue(got, total)
        case {"found": totals}:
            check_found(got, totals)
        case {"says": said}:
            assert (got.outcome, seen(got.reply)[: len(said)]) == (Outcome.RULE, said)
        case {"missed": said}:
            assert (got.outcome, seen(got.reply)[: len(said)]) == (Outcome.MISSED, said)
        case {"silent": True}:
            assert got.reply == Silence()
        case _:
            pytest.fail(f"what does it get? {group}")
    assert got.fault == ""


def check_issue(got: Answered, total: int) -> None:
    assert got.outcome is Outcome.RULE
    assert isinstance(got.reply, NewsReply)
    assert got.reply.articles[0].url == address(total)


def check_found(got: Answered, totals: Sequence[int]) -> None:
    assert (got.outcome, got.rule) == (Outcome.FOUND, "其他")
    titles = {entry.issue_id: entry.title for entry in ARCHIVE.entries}
    if len(totals) == 1:
        assert title_of(got.reply) == titles[totals[0]]
    else:
        assert links(got.reply) == {titles[total]: address(total) for total in totals}
        assert list(links(got.reply)) == [titles[total] for total in totals]


def test_there_are_three_hundred_questions_and_none_twice() -> None:
    sent = [(each.message.kind, each.message.text, each.message.event, each.message.event_key) for each in QUESTIONS]
    assert len(sent) >= 300
    assert sorted({each for each in sent if sent.count(each) > 1}) == []
