"""Rules: what a reader may send, and what that is answered with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self, TypeAlias

import re2

from publisher.replies.numbers import Notation, Number, match_any, shape
from publisher.replies.spelling import bare
from publisher.replies.vocabulary import Message, NewsArticle


class Answer(StrEnum):
    """What a rule answers with."""

    LATEST = "latest"
    """The latest issue."""
    ISSUE = "issue"
    """The issue whose number the reader gave, or that the rule names."""
    CONTENTS = "contents"
    """The list of past issues."""
    SEARCH = "search"
    """The articles in which the text is found; the rule's own text where there are none."""
    TEXT = "text"
    """The rule's own text."""
    PICTURE = "picture"
    """The rule's own picture; its text, or silence, until the platform has it."""
    NEWS = "news"
    """The rule's own cards."""
    HANDOVER = "handover"
    """A person of the account's customer service."""
    NOTHING = "nothing"
    """Silence."""


# ---------------------------------------------------------------------------- what matches


@dataclass(frozen=True, slots=True)
class Words:
    """The whole text is one of these (normalised)."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contains:
    """One of these occurs in the text (normalised)."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prefixes:
    """The text begins with one of these (normalised); longer ones stand first."""

    prefixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """The expression (of RE2: its time is linear in the text, whatever an editor writes) is found in the text."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Notations:
    """The whole text is an issue's number in one of these notations."""

    notations: tuple[Notation, ...]


@dataclass(frozen=True, slots=True)
class Events:
    """The event is one of these (upper case); its QR scene or menu key, if any are given, one of those (normalised)
    or an issue's number in one of those notations.
    """

    events: tuple[str, ...]
    names: frozenset[str] = frozenset()
    notations: tuple[Notation, ...] = ()


@dataclass(frozen=True, slots=True)
class Kinds:
    """The message is a picture, a voice or something else that has no text."""

    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Anything:
    """Any message, but no event."""


Match = Words | Contains | Prefixes | Pattern | Notations | Events | Kinds | Anything
Caught: TypeAlias = Mapping[str, str]
"""The parts of an issue's number that a notation caught; the `rest` after a prefix; or nothing in particular."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One `[[reply]]`: the first rule that matches answers. `accounts` are those it is for, empty: all; `place` is its
    place in the file, from 1; the other fields belong to their answers.
    """

    name: str
    match: Match
    answer: Answer
    text: str = ""
    priority: int = 0
    place: int = 0
    accounts: frozenset[str] = frozenset()
    number: Number | None = None
    picture: str = ""
    articles: tuple[NewsArticle, ...] = ()
    desk: str = ""

    def catch(self, message: Message, text: str) -> Caught | None:
        """What the rule caught of `message`, whose normalised text is `text`; None: it does not match."""
        match self.match:
            case Events() as events:
                return _catch_event(events, message)
            case Anything():
                return None if message.kind == "event" else _NOTHING
            case Kinds(kinds=kinds):
                return _NOTHING if message.kind in kinds else None
            case Words(words=words):
                return _NOTHING if text in words else None
            case Contains(words=words):
                return _NOTHING if any(word in text for word in words) else None
            case Prefixes(prefixes=prefixes):
                found = next((prefix for prefix in prefixes if text.startswith(prefix)), None)
                return None if found is None else {"rest": text[len(found) :]}
            case Pattern(pattern=pattern):
                return _NOTHING if text and compile_pattern(pattern).search(_for_re2(text)) else None
            case Notations(notations=notations):
                return match_any(notations, text)


_NOTHING: Final[Caught] = {}
_SCENE: Final = "qrscene_"
"""What the platform puts before a QR scene when somebody follows through it."""


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """The expression, compiled by RE2; re2.error if it is none."""
    compiled: re.Pattern[str] = re2.compile(pattern, _re2_options())
    return compiled


def scene_of(message: Message) -> str:
    """The QR scene or menu key of an event; "" if it has none."""
    return message.event_key.removeprefix(_SCENE)


def _catch_event(events: Events, message: Message) -> Caught | None:
    if message.kind != "event" or message.event.upper() not in events.events:
        return None
    if not events.names and not events.notations:
        return _NOTHING
    scene = scene_of(message)
    return _NOTHING if scene in events.names else match_any(events.notations, scene.casefold())


def _re2_options() -> re2.Options:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    return options


def _for_re2(text: str) -> str:
    """Half a surrogate pair, which JSON may bring, has no UTF-8."""
    return text.encode(errors="replace").decode()


# ---------------------------------------------------------------------------- all of them


class Rules(tuple[Rule, ...]):  # noqa: SLOT001 - a tuple can have none
    """Rules in the order in which they are tried, with an index: a word, an event or a kind is looked up, and only the
    rules that stand before what was found are asked one by one.
    """

    def __new__(cls, rules: Sequence[Rule] = ()) -> Self:
        """The rules, in this order, and their index."""
        made = super().__new__(cls, rules)
        made._index()
        return made

    def _index(self) -> None:
        self._words: dict[str, list[int]] = {}
        self._events: dict[str, list[Rule]] = {}
        self._kinds: dict[str, list[Rule]] = {}
        self._shapes: dict[str, list[tuple[int, Notation]]] = {}
        self._asked: list[tuple[int, Rule]] = []
        self._defaults = [rule for rule in self if isinstance(rule.match, Anything)]
        self._patterns = _PatternSet()
        self._leads: dict[tuple[str, str], Answer | None] = {}
        for rank, rule in enumerate(self):
            self._enter(rank, rule)
        self._patterns.compile()

    def _enter(self, rank: int, rule: Rule) -> None:
        match rule.match:
            case Words(words=words):
                for word in words:
                    self._words.setdefault(word, []).append(rank)
            case Events(events=events):
                for event in events:
                    self._events.setdefault(event, []).append(rule)
            case Kinds(kinds=kinds):
                for kind in kinds:
                    self._kinds.setdefault(kind, []).append(rule)
            case Notations(notations=notations):
                for notation in notations:
                    for each in notation.shapes:
                        self._shapes.setdefault(each, []).append((rank, notation))
            case Pattern(pattern=pattern):
                self._patterns.add(rank, pattern)
                self._asked.append((rank, rule))
            case Anything():
                pass
            case _:
                self._asked.append((rank, rule))

    def find(self, message: Message, text: str, account: str = "") -> tuple[Rule, Caught] | None:
        """The rule that answers `message`, whose normalised text is `text`, in an account, and what it caught; None:
        none does. What only the default would answer is tried once more without what is merely polite in it. A menu
        key that no rule for events knows is tried as if the reader had sent it.
        """
        if message.kind == "event":
            events = self._events.get(message.event.upper(), ())
            return _first(events, message, account) or (self._find_text(text, account) if text else None)
        if message.kind == "text":
            found = self._find_text(text, account)
        else:
            found = _first(self._kinds.get(message.kind, ()), message, account)
        return found or _first(self._defaults, message, account)

    def matching(self, message: Message, text: str, account: str) -> list[Rule]:
        """Every rule that matches, in the order in which they are tried: `find` gives the first. For people who ask
        why; each rule is asked, without the index.
        """
        mine = [rule for rule in self if _is_for(rule, account) and rule.catch(message, text) is not None]
        if message.kind == "event":
            mine = [rule for rule in mine if isinstance(rule.match, Events)] or mine
        certain = [rule for rule in mine if not isinstance(rule.match, Anything)]
        if not certain and (found := self._find_politely(text, account)):
            certain = [found[0]]
        return certain + [rule for rule in mine if isinstance(rule.match, Anything)]

    def leads(self, text: str, account: str) -> Answer | None:
        """What a text of our own making, such as 第18期 in a list, would be answered with; None: with the default."""
        known = (text, account)
        if known not in self._leads:
            found = self._find_text(text, account)
            self._leads[known] = found[0].answer if found else None
        return self._leads[known]

    def word_for(self, answer: Answer, account: str) -> str:
        """A word with which readers get this answer; "" if there is none."""
        words = (word for rule in self if rule.answer is answer and _is_for(rule, account) for word in _words_of(rule))
        return next((word for word in words if self.leads(word, account) is answer), "")

    @property
    def pictures(self) -> frozenset[str]:
        """The file names, relative to config/, of all pictures that are answered with."""
        return frozenset(rule.picture for rule in self if rule.picture)

    def _find_text(self, text: str, account: str) -> tuple[Rule, Caught] | None:
        return self._find_exactly(text, account) or self._find_politely(text, account)

    def _find_exactly(self, text: str, account: str) -> tuple[Rule, Caught] | None:
        ranks = self._words.get(text, ())
        best = next((rank for rank in ranks if _is_for(self[rank], account)), len(self))
        best, number = self._find_number(text, account, best)
        matched: frozenset[int] | None = None
        for rank, rule in self._asked:
            if rank > best:
                break
            if isinstance(rule.match, Pattern):
                matched = self._patterns.match(text) if matched is None else matched
                caught = _NOTHING if rank in matched else None
            else:
                caught = rule.catch(_TEXT, text)
            if caught is not None and _is_for(rule, account):
                return rule, caught
        return (self[best], number) if best < len(self) else None

    def _find_number(self, text: str, account: str, best: int) -> tuple[int, Caught]:
        """The rank of the rule that reads a number in `text`, and what it caught, if it stands before `best`."""
        for rank, notation in self._shapes.get(shape(text), ()):
            if rank >= best:
                break
            caught = notation.match(text)
            if caught is not None and _is_for(self[rank], account):
                return rank, caught
        return best, _NOTHING

    def _find_politely(self, text: str, account: str) -> tuple[Rule, Caught] | None:
        """Only whole words and numbers: the rest of a sentence may begin with or contain anything."""
        plain = bare(text)
        if plain in ("", text):
            return None
        found = self._find_exactly(plain, account)
        return found if found and isinstance(found[0].match, Words | Notations) else None


_TEXT: Final = Message("text", "", "")


class _PatternSet:
    """All expressions at once: RE2 says in one pass which of them are found."""

    def __init__(self) -> None:
        self._set = re2.Set.SearchSet(_re2_options())
        self._ranks: list[int] = []

    def add(self, rank: int, pattern: str) -> None:
        self._set.Add(pattern)
        self._ranks.append(rank)

    def compile(self) -> None:
        if self._ranks:
            self._set.Compile()

    def match(self, text: str) -> frozenset[int]:
        found = self._set.Match(_for_re2(text)) if text else None
        return frozenset(self._ranks[place] for place in found or ())


def _first(rules: Sequence[Rule], message: Message, account: str) -> tuple[Rule, Caught] | None:
    for rule in rules:
        caught = rule.catch(message, "")
        if caught is not None and _is_for(rule, account):
            return rule, caught
    return None


def _is_for(rule: Rule, account: str) -> bool:
    return not rule.accounts or account in rule.accounts


def _words_of(rule: Rule) -> Iterator[str]:
    return iter(rule.match.words if isinstance(rule.match, Words) else ())
