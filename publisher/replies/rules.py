"""Rules: what a reader may send, and what that is answered with."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from publisher.errors import ConfigError
from publisher.replies.numbers import compile_notation, normalise
from publisher.replies.vocabulary import Message

TEXT_LIMIT = 2048
"""Bytes of UTF-8 in one text reply: beyond it the platform shows the reader an error."""


class Answer(StrEnum):
    """What a rule answers with."""

    LATEST = "latest"
    """The latest issue."""
    ISSUE = "issue"
    """The issue whose number the reader gave."""
    CONTENTS = "contents"
    """The list of past issues."""
    TEXT = "text"
    """The rule's own text."""
    NOTHING = "nothing"
    """Silence."""


@dataclass(frozen=True, slots=True)
class Words:
    """The whole text is one of these (normalised)."""

    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Prefixes:
    """The text begins with one of these (normalised)."""

    prefixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """The expression is found in the normalised text."""

    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Notations:
    """The whole text is an issue's number in one of these notations."""

    patterns: tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True)
class Events:
    """The event is one of these (upper case)."""

    events: frozenset[str]


@dataclass(frozen=True, slots=True)
class Anything:
    """Any message, but no event."""


Match = Words | Prefixes | Pattern | Notations | Events | Anything


@dataclass(frozen=True, slots=True)
class Rule:
    """One `[[reply]]`: the first rule that matches answers. `text` is for Answer.TEXT."""

    name: str
    match: Match
    answer: Answer
    text: str = ""
    priority: int = 0

    def catch(self, message: Message, text: str) -> Mapping[str, str] | None:
        """What the rule caught of `message`, whose normalised text is `text`: the parts of an issue's
        number, or nothing in particular; None: it does not match.
        """
        match self.match:
            case Events(events=events):
                return _NOTHING if message.kind == "event" and message.event.upper() in events else None
            case Anything():
                return _NOTHING if message.kind != "event" else None
            case Words(words=words):
                return _NOTHING if text in words else None
            case Prefixes(prefixes=prefixes):
                return _NOTHING if text.startswith(prefixes) else None
            case Pattern(pattern=pattern):
                return _NOTHING if text and pattern.search(text) else None
            case Notations(patterns=patterns):
                caught = (found.groupdict() for pattern in patterns if (found := pattern.fullmatch(text)))
                return next(caught, None)


_NOTHING: Mapping[str, str] = {}

# ---------------------------------------------------------------------------- reading replies.toml

_MATCHERS = ("words", "prefix", "pattern", "notation", "event", "default")
_KEYS = ("name", *_MATCHERS, "answer", "text", "priority")


def parse_rules(table: Mapping[str, object]) -> tuple[Rule, ...]:
    """The rules of a parsed replies.toml in the order in which they are tried: by priority (highest first),
    then as written, the default last. ConfigError with every fault (Chinese) if there is any.
    """
    faults = [f"replies.toml：不认识“{key}”{_nearest(key, ('reply',))}" for key in table if key != "reply"]
    entries = table.get("reply", [])
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        raise ConfigError([*faults, "replies.toml：回复规则要写成若干个 [[reply]]"])
    readers = [_EntryReader(entry, place) for place, entry in enumerate(entries, 1)]
    rules = [reader.read() for reader in readers]
    faults += [fault for reader in readers for fault in reader.faults]
    faults += _compare(rules)
    if faults:
        raise ConfigError(faults)
    return tuple(sorted(rules, key=lambda rule: (isinstance(rule.match, Anything), -rule.priority)))


def _compare(rules: Sequence[Rule]) -> Iterator[str]:
    """Faults that only show between rules."""
    names = [rule.name for rule in rules if rule.name]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"replies.toml：有 {names.count(name)} 条规则都叫“{name}”，请各取一个名字"
    defaults = [rule.name for rule in rules if isinstance(rule.match, Anything)]
    if len(defaults) > 1:
        yield f"replies.toml：default 只能有一条，现在有 {len(defaults)} 条：{'、'.join(defaults)}"


def _nearest(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f"，是不是“{near[0]}”？" if near else f"，可以写：{'、'.join(known)}"


class _EntryReader:
    """Reads one `[[reply]]` to the end, whatever is wrong with it, and keeps every fault."""

    def __init__(self, entry: Mapping[str, object], place: int) -> None:
        self.faults: list[str] = []
        self._entry = entry
        self._place = f"replies.toml 第 {place} 条规则"

    def read(self) -> Rule:
        """The rule; meaningless if `faults` are left behind."""
        name = self._string("name")
        if name:
            self._place += f"“{name}”"
        for key in self._entry:
            if key not in _KEYS:
                self._blame(f"不认识“{key}”{_nearest(key, _KEYS)}")
        match, answer = self._match(), self._answer()
        if answer is Answer.ISSUE and not isinstance(match, Notations):
            self._blame('answer = "issue" 要和 notation 一起用，不然不知道是哪一期')
        return Rule(name, match, answer, self._text(answer), self._priority())

    def _blame(self, fault: str) -> None:
        self.faults.append(f"{self._place}：{fault}")

    def _string(self, key: str) -> str:
        value = self._entry.get(key, "")
        if isinstance(value, str) and value.strip():
            return value
        self._blame(f"{key} 要写一段文字")
        return ""

    def _strings(self, key: str) -> list[str]:
        value = self._entry[key]
        values = value if isinstance(value, list) else [value]
        texts = [each for each in values if isinstance(each, str) and normalise(each)]
        if texts and len(texts) == len(values):
            return texts
        self._blame(f'{key} 要写成带引号的文字，如 ["最新", "newest"]，不能有空的')
        return []

    def _match(self) -> Match:
        given = [key for key in _MATCHERS if key in self._entry]
        if len(given) != 1:
            self._blame(f"要从 {'、'.join(_MATCHERS)} 里选一种写，现在写了 {len(given)} 种")
            return Anything() if "default" in given else Words(frozenset())
        match given[0]:
            case "words":
                return Words(frozenset(map(normalise, self._strings("words"))))
            case "prefix":
                return Prefixes(tuple(map(normalise, self._strings("prefix"))))
            case "pattern":
                return Pattern(self._pattern(self._string("pattern")))
            case "notation":
                return Notations(tuple(self._notations(self._strings("notation"))))
            case "event":
                return Events(frozenset(event.strip().upper() for event in self._strings("event")))
            case _:
                return self._default()

    def _default(self) -> Anything:
        if self._entry["default"] is not True:
            self._blame("default 只能写 true；不要默认回复就删去这一条")
        return Anything()

    def _pattern(self, pattern: str) -> re.Pattern[str]:
        try:
            return re.compile(pattern, re.IGNORECASE)
        except re.error as error:
            self._blame(f"pattern 在第 {(error.pos or 0) + 1} 个字符处有误（{error.msg}）：{pattern}")
            return re.compile("")

    def _notations(self, notations: Sequence[str]) -> Iterator[re.Pattern[str]]:
        for notation in notations:
            try:
                yield compile_notation(notation)
            except ValueError as error:
                self._blame(f"notation 里的“{notation}”{error}")

    def _answer(self) -> Answer:
        value = self._entry.get("answer", "text" if "text" in self._entry else "")
        for answer in Answer:
            if answer == value:
                return answer
        self._blame(f"answer 不认识“{value}”{_nearest(str(value), list(Answer))}" if value else "缺 answer")
        return Answer.NOTHING

    def _text(self, answer: Answer) -> str:
        if answer is not Answer.TEXT:
            if "text" in self._entry:
                self._blame("有 text 就不能有别的 answer，请去掉其中一个")
            return ""
        text = self._string("text").strip()
        size = len(text.encode(errors="replace"))
        if size > TEXT_LIMIT:
            self._blame(f"text 有 {size} 字节，微信最多 {TEXT_LIMIT} 字节（约 680 个汉字）")
        return text

    def _priority(self) -> int:
        value = self._entry.get("priority", 0)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        self._blame("priority 要写整数，大的先试")
        return 0
