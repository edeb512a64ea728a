"""What a subscriber is answered: messages, rules and the archive in, one reply out.

    vocabulary    Message, Entry, Archive, the replies
    numbers       normalise(); 第十八期, 2024年第6期 and the like
    rules         replies.toml -> rules, or every fault at once
    answering     answer(message, rules, archive)

Pure: no clock, no disk, no database, no platform.
"""

from __future__ import annotations

from publisher.replies.answering import answer
from publisher.replies.numbers import normalise
from publisher.replies.rules import Answer, Rule, parse_rules
from publisher.replies.vocabulary import (
    Archive,
    Entry,
    Message,
    NewsArticle,
    NewsReply,
    Reply,
    Silence,
    TextReply,
)

__all__ = [
    "Answer",
    "Archive",
    "Entry",
    "Message",
    "NewsArticle",
    "NewsReply",
    "Reply",
    "Rule",
    "Silence",
    "TextReply",
    "answer",
    "normalise",
    "parse_rules",
]
