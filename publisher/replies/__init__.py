"""What a subscriber is answered: messages, rules and the archive in, one reply out.

    vocabulary    Message, Entry, Archive, the replies
    numbers       normalise(); 第十八期, 2024年第6期 and the like
    rules         replies.toml -> rules, or every fault at once
    answering     answer(message, rules, archive, search)

Pure: no clock, no disk, no database, no platform.
"""

from __future__ import annotations

from publisher.replies.answering import answer
from publisher.replies.numbers import normalise
from publisher.replies.rules import Answer, Rule, parse_rules
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

__all__ = [
    "Answer",
    "Answered",
    "Archive",
    "Entry",
    "HandOver",
    "Hit",
    "Message",
    "NewsArticle",
    "NewsReply",
    "Outcome",
    "PictureReply",
    "Reply",
    "Rule",
    "Search",
    "Silence",
    "TextReply",
    "answer",
    "normalise",
    "parse_rules",
]
