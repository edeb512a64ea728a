"""What a subscriber is answered: messages, rules and the archive in, one reply out.

    vocabulary    Message, Entry, Archive, the replies
    spelling      normalise(): keyboards, traditional characters, politeness
    numbers       第十八期, 2024年第6期, 七月那期, 上一期 and the like
    rules         what a rule matches; Rules: all of them, indexed
    rulefile      replies.toml -> rules, or every fault at once
    wording       links, words to tap, 2,048 bytes
    listing       the contents, the articles found, suggestions
    answering     answer(message, rules, archive, search)

Pure: no clock, no disk, no database, no platform.
"""

from __future__ import annotations

from publisher.replies.answering import answer, asked, nothing_found
from publisher.replies.rulefile import parse_rules
from publisher.replies.rules import Answer, Rule, Rules
from publisher.replies.spelling import normalise
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
    "Rules",
    "Search",
    "Silence",
    "TextReply",
    "answer",
    "asked",
    "normalise",
    "nothing_found",
    "parse_rules",
]
