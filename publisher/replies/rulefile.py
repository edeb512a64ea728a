"""Reading replies.toml: rules, or every fault at once."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import PurePosixPath
from typing import Final

import re2

from publisher.errors import ConfigError
from publisher.replies.numbers import Notation, Number, read_issue, read_notation
from publisher.replies.rules import (
    Answer,
    Anything,
    Contains,
    Events,
    Kinds,
    Match,
    Notations,
    Pattern,
    Prefixes,
    Rule,
    Rules,
    Words,
    compile_pattern,
)
from publisher.replies.spelling import normalise, simplify
from publisher.replies.vocabulary import NewsArticle
from publisher.replies.wording import PLACES, TEXT_LIMIT, fill, is_address, places, size

MATCHERS: Final = ("words", "contains", "prefix", "pattern", "notation", "event", "kind", "default")
KEYS: Final = (
    "name", *MATCHERS, "scene", "key", "answer", "text", "issue", "picture", "articles", "desk", "accounts", "priority",
)  # fmt: skip
ARTICLE_KEYS: Final = ("title", "description", "url", "picture_url")
KINDS: Final = ("image", "voice", "video", "shortvideo", "location", "link", "miniprogrampage")
"""Messages without text; the platform's words."""

_NEEDED: Final[Mapping[str, Answer]] = {
    "picture": Answer.PICTURE,
    "articles": Answer.NEWS,
    "issue": Answer.ISSUE,
    "desk": Answer.HANDOVER,
    "text": Answer.TEXT,
}
"""The keys that belong to one answer; `text` may stand with others, too."""
_SPEAKING: Final = frozenset({Answer.TEXT, Answer.LATEST, Answer.ISSUE, Answer.SEARCH, Answer.PICTURE})
_MOST_ARTICLES: Final = 8
_LONGEST_PATTERN: Final = 500
_PICTURES: Final = frozenset({".jpg", ".jpeg", ".png", ".gif", ".bmp"})


def parse_rules(table: Mapping[str, object], accounts: Collection[str] | None = None) -> Rules:
    """The rules of a parsed replies.toml in the order in which they are tried: by priority (highest first), then as
    written, the default last. ConfigError with every fault (Chinese) if there is any; a rule for an account that is
    not in `accounts` is one, if they are given.
    """
    faults = [f"replies.toml：不认识“{key}”{_nearest(key, ('reply',))}" for key in table if key != "reply"]
    entries = table.get("reply", [])
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        raise ConfigError([*faults, "replies.toml：回复规则要写成若干个 [[reply]]"])
    readers = [_EntryReader(entry, place, accounts) for place, entry in enumerate(entries, 1)]
    rules = [reader.read() for reader in readers]
    faults += [fault for reader in readers for fault in reader.faults]
    faults += _compare(rules)
    if faults:
        raise ConfigError(faults)
    try:
        return Rules(sorted(rules, key=_order))
    except re2.error:
        raise ConfigError(["replies.toml：pattern 加起来太复杂了，请写简单些，或者改用 contains"]) from None


def _order(rule: Rule) -> tuple[bool, bool, int]:
    """The defaults last, and of them last the one for all accounts."""
    last = isinstance(rule.match, Anything)
    return last, last and not rule.accounts, -rule.priority


def _compare(rules: Sequence[Rule]) -> Iterator[str]:
    """Faults that only show between rules."""
    names = [rule.name for rule in rules if rule.name]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"replies.toml：有 {names.count(name)} 条规则都叫“{name}”，请各取一个名字"
    defaults = [rule for rule in rules if isinstance(rule.match, Anything)]
    for_whom = list(chain.from_iterable(rule.accounts or ("",) for rule in defaults))
    if len(for_whom) > len(set(for_whom)):
        named = "、".join(rule.name for rule in defaults)
        yield f"replies.toml：每个公众号的 default 只能有一条，现在有 {len(defaults)} 条：{named}"


def _nearest(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f"，是不是“{near[0]}”？" if near else f"，可以写：{'、'.join(known)}"


class _EntryReader:
    """Reads one `[[reply]]` to the end, whatever is wrong with it, and keeps every fault."""

    def __init__(self, entry: Mapping[str, object], place: int, accounts: Collection[str] | None) -> None:
        self.faults: list[str] = []
        self._entry = entry
        self._number = place
        self._accounts = accounts
        self._place = f"replies.toml 第 {place} 条规则"

    def read(self) -> Rule:
        """The rule; meaningless if `faults` are left behind."""
        name = self._string("name")
        if name:
            self._place += f"“{name}”"
        for key in self._entry:
            if key not in KEYS:
                self._blame(f"不认识“{key}”{_nearest(key, KEYS)}")
        answer = self._answer()
        match = self._match(answer)
        number = self._issue()
        if answer is Answer.ISSUE and number is None and "issue" not in self._entry:
            self._check_says_issue(match)
        return Rule(
            name, match, answer, self._text(answer), self._priority(), self._number, self._for_accounts(), number,
            self._picture(), self._articles(match), self._desk(),
        )  # fmt: skip

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

    def _words(self, key: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(map(normalise, self._strings(key))))

    # ------------------------------------------------------------------ what matches

    def _match(self, answer: Answer) -> Match:
        given = [key for key in MATCHERS if key in self._entry]
        if len(given) != 1:
            self._blame(f"要从 {'、'.join(MATCHERS)} 里选一种写，现在写了 {len(given)} 种")
            return Anything() if "default" in given else Words(())
        if given[0] != "event" and ("scene" in self._entry or "key" in self._entry):
            self._blame("scene（二维码的场景）和 key（菜单的键）要和 event 一起用")
        match given[0]:
            case "words":
                return Words(self._words("words"))
            case "contains":
                return Contains(self._words("contains"))
            case "prefix":
                return Prefixes(tuple(sorted(self._words("prefix"), key=len, reverse=True)))
            case "pattern":
                return Pattern(self._pattern(self._string("pattern")))
            case "notation":
                return Notations(tuple(self._notations("notation", self._strings("notation"))))
            case "event":
                return self._events(answer)
            case "kind":
                return Kinds(tuple(self._kinds()))
            case _:
                return self._default()

    def _default(self) -> Anything:
        if self._entry["default"] is not True:
            self._blame("default 只能写 true；不要默认回复就删去这一条")
        return Anything()

    def _events(self, answer: Answer) -> Events:
        """The events; a scene or key that is to say the issue is a notation."""
        events = tuple(event.strip().upper() for event in self._strings("event"))
        given = [(key, name) for key in ("scene", "key") if key in self._entry for name in self._strings(key)]
        if answer is not Answer.ISSUE or "issue" in self._entry:
            return Events(events, frozenset(name.strip() for _, name in given))
        return Events(events, notations=tuple(each for key, name in given for each in self._notations(key, [name])))

    def _kinds(self) -> Iterator[str]:
        for kind in self._strings("kind"):
            if kind not in KINDS:
                self._blame(f"kind 不认识“{kind}”{_nearest(kind, KINDS)}")
            yield kind

    def _pattern(self, pattern: str) -> str:
        pattern = simplify(pattern)
        if len(pattern) > _LONGEST_PATTERN:
            self._blame(f"pattern 有 {len(pattern)} 个字符，最多 {_LONGEST_PATTERN} 个")
            return ""
        try:
            compile_pattern(pattern)
        except re2.error as error:
            why = error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else str(error)
            self._blame(f"pattern 不是 RE2 的正则表达式（{why}；不能用 (?=…)、(?!…)、\\1）：{pattern}")
        return pattern

    def _notations(self, key: str, notations: Sequence[str]) -> Iterator[Notation]:
        for notation in notations:
            try:
                yield read_notation(notation)
            except ValueError as error:
                self._blame(f"{key} 里的“{notation}”{error}")

    # ------------------------------------------------------------------ what is answered

    def _answer(self) -> Answer:
        implied = next((answer.value for key, answer in _NEEDED.items() if key in self._entry), "")
        value = self._entry.get("answer", implied)
        for answer in Answer:
            if answer == value:
                self._check_belongings(answer)
                return answer
        self._blame(f"answer 不认识“{value}”{_nearest(str(value), list(Answer))}" if value else "缺 answer")
        return Answer.NOTHING

    def _check_belongings(self, answer: Answer) -> None:
        for key, owner in _NEEDED.items():
            speaks = key == "text" and answer in _SPEAKING
            if key in self._entry and answer is not owner and not speaks:
                self._blame(f'answer = "{answer}" 用不着 {key}，请去掉其中一个')
        for key in ("picture", "articles"):
            if answer is _NEEDED[key] and key not in self._entry:
                self._blame(f'answer = "{answer}" 还要写 {key}')

    def _check_says_issue(self, match: Match) -> None:
        notations = match.notations if isinstance(match, Notations | Events) else ()
        if not all(each.letters & {"N", "M"} for each in notations):
            self._blame('answer = "issue" 的写法里要有 N（期号）或 M（月份），只有 Y 不知道是哪一期')
        elif not notations and not {"notation", "scene", "key"} & self._entry.keys():
            self._blame('answer = "issue" 要和 notation 一起用，或者用 issue 写明是哪一期，如 issue = "第18期"')

    def _text(self, answer: Answer) -> str:
        if "text" not in self._entry and answer is not Answer.TEXT:
            return ""
        text = self._string("text").strip()
        if answer in (Answer.LATEST, Answer.ISSUE) and places(text):
            self._blame("text 在这里是图文的说明，不能有 {…}：说明里点不开链接")
        filled = size(fill(text, dict.fromkeys(PLACES, " ")))
        if filled > TEXT_LIMIT:
            self._blame(f"text 有 {filled} 字节，微信最多 {TEXT_LIMIT} 字节（约 680 个汉字）")
        return text

    def _issue(self) -> Number | None:
        if "issue" not in self._entry:
            return None
        text = self._string("issue")
        number = read_issue(text) if text else None
        if text and number is None:
            self._blame(f"issue 看不懂“{text}”，可以写“第18期”“2024年第6期”“2024年7月”“上一期”“创刊号”")
        return number

    def _picture(self) -> str:
        if "picture" not in self._entry:
            return ""
        picture = self._string("picture").strip()
        path = PurePosixPath(picture)
        if picture and (path.is_absolute() or ".." in path.parts or "\\" in picture):
            self._blame("picture 要写 config 文件夹里的文件名，如 welcome.jpg")
        elif picture and path.suffix.lower() not in _PICTURES:
            self._blame(f"picture 的格式要是 {'、'.join(sorted(_PICTURES))} 中的一种")
        return picture

    def _articles(self, match: Match) -> tuple[NewsArticle, ...]:
        entries = self._entry.get("articles", [])
        if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
            self._blame("articles 要写成若干个 [[reply.articles]]")
            return ()
        most = _MOST_ARTICLES if isinstance(match, Events) else 1
        if len(entries) > most:
            self._blame(f"articles 有 {len(entries)} 条：回复消息只能有 1 条，回复事件最多 {_MOST_ARTICLES} 条")
        return tuple(self._article(entry, place) for place, entry in enumerate(entries, 1))

    def _article(self, entry: Mapping[str, object], place: int) -> NewsArticle:
        where = f"articles 第 {place} 条"
        for key, value in entry.items():
            if key not in ARTICLE_KEYS:
                self._blame(f"{where}不认识“{key}”{_nearest(key, ARTICLE_KEYS)}")
            elif not isinstance(value, str):
                self._blame(f"{where}的 {key} 要写一段文字")
        title, description, url, picture = (str(entry.get(key, "")).strip() for key in ARTICLE_KEYS)
        if not title:
            self._blame(f"{where}缺 title")
        if not is_address(url):
            self._blame(f"{where}的 url 要以 https:// 或 http:// 开头")
        if picture and not is_address(picture):
            self._blame(f"{where}的 picture_url 要以 https:// 或 http:// 开头")
        return NewsArticle(title, description, picture, url)

    def _desk(self) -> str:
        return self._string("desk").strip() if "desk" in self._entry else ""

    # ------------------------------------------------------------------ for whom, and when

    def _for_accounts(self) -> frozenset[str]:
        if "accounts" not in self._entry:
            return frozenset()
        names = self._strings("accounts")
        for name in names if self._accounts is not None else ():
            if self._accounts is not None and name not in self._accounts:
                self._blame(f"accounts 里的“{name}”没有配置{_nearest(name, list(self._accounts))}")
        return frozenset(names)

    def _priority(self) -> int:
        value = self._entry.get("priority", 0)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        self._blame("priority 要写整数，大的先试")
        return 0
