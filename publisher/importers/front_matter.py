"""What an editor says about an issue outside its text: front matter at the top of a file, or a side-car of its own.

Front matter is YAML between `---`, TOML between `+++`, or plain `Key: value` lines up to the first empty one.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from publisher.document import Level, Metadata, Note, Span

LARGEST: Final = 16 * 1024
"""More characters than this are no metadata."""

KEYS: Final[Mapping[str, str]] = MappingProxyType(
    {name: name for name in Metadata.__struct_fields__}
    | {
        "date": "publish_at",
        "publishdate": "publish_at",
        "标题": "title",
        "作者": "author",
        "摘要": "digest",
        "封面": "cover",
        "发布时间": "publish_at",
        "主题": "theme",
        "版式": "layout",
        "发送方式": "send",
        "发送": "send",
        "原文链接": "source_url",
        "留言": "comments",
        "评论": "comments",
        "关键词": "keywords",
    }
)
"""What an item may be called, in lower case, and what we call it."""
VALUES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "send": {
            "publish": "publish", "发布": "publish",
            "mass": "mass", "群发": "mass",
            "draft": "draft", "草稿": "draft",
        },
        "comments": {
            "off": "off", "false": "off", "关闭": "off",
            "all": "all", "true": "all", "所有人": "all",
            "fans": "fans", "粉丝": "fans",
        },
    }
)  # fmt: skip
"""The items that take one of a few words: as editors write them, and what we call them."""

_FENCED: Final = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_TOML: Final = re.compile(r"\A\ufeff?\+\+\+[ \t]*\r?\n(.*?)^\+\+\+[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_PLAIN: Final = re.compile(r"\A\ufeff?((?:[^\S\r\n]*\S[^\r\n]*\r?\n){2,20})[ \t]*\r?\n")
# Editors type full-width colons, and colons inside a title: both are no YAML, and both are plain enough.
_PAIR: Final = re.compile(r"([^\W\d_][\w-]*)[ \t]*[:：][ \t]*(.*)")
_TOML_KEY: Final = re.compile(r"""^[ \t]*["']?([^\W\d_][\w-]*)["']?[ \t]*=""", re.MULTILINE)
_SEPARATOR: Final = re.compile(r"[、,，;；]")
_BRACKET: Final = re.compile(r"[\[{]|[-?] (?=[-?] )")
_MOST_BRACKETS: Final = 100
"""PyYAML's time grows with the square of the depth: minutes for 16 KB of brackets."""
_HOW_TO: Final = "每行写一项，例如“title: 标题”；可用的项目：" + "、".join(Metadata.__struct_fields__) + "。"


@dataclass(frozen=True, slots=True)
class Head:
    """A file's front matter, read, and its body. The body has empty lines in place of the front matter, so
    that its line numbers are the file's.
    """

    body: str
    metadata: Metadata = field(default_factory=Metadata)
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class _Pair:
    key: str
    value: str
    line: int


def read_front_matter(text: str) -> Head:
    """The head of a text. What stands between two lines `---` or `+++` at the top but has none of our keys is text."""
    yaml, toml = _FENCED.match(text), _TOML.match(text)
    fenced = yaml or toml
    if fenced is None:
        return _read_plain(text)
    pairs = _read_pairs(fenced[1]) if yaml else _read_toml(fenced[1])
    if not any(pair.key.lower() in KEYS for pair in pairs):
        return Head(text, notes=_doubt(fenced[1], "---" if yaml else "+++"))
    metadata, notes = _sort_out(pairs, "", 1)
    return Head(_without(text, fenced), metadata, notes)


def read_metadata(text: str, name: str) -> tuple[Metadata, tuple[Note, ...]]:
    """The metadata of a side-car file called `name`, with notes on what of it was not understood."""
    if not text.strip():
        return Metadata(), ()
    pairs = _read_pairs(text)
    if pairs:
        return _sort_out(pairs, name, 0)
    remark = f"“{name}”没有读懂，没有采用。{_HOW_TO}"
    return Metadata(), (Note("metadata-unreadable", remark, Level.ERROR, Span(name, 1)),)


def merge(first: Metadata, second: Metadata) -> Metadata:
    """What `first` says; where it is silent, what `second` says."""
    names = list(Metadata.__struct_fields__)
    return Metadata(*[getattr(first, name) or getattr(second, name) for name in names])


def _read_plain(text: str) -> Head:
    """A head without fences. A masthead has such lines, too, so all of them must be ours, the title among them."""
    head = _PLAIN.match(text[:LARGEST])
    pairs = _read_lines(head[1]) if head else []
    known = [KEYS.get(pair.key.lower(), "") for pair in pairs]
    if head is None or len(pairs) < head[1].count("\n") or not all(known) or "title" not in known:
        return Head(text)
    metadata, notes = _sort_out(pairs, "", 0)
    return Head(_without(text, head), metadata, notes)


def _without(text: str, head: re.Match[str]) -> str:
    return "\n" * head[0].count("\n") + text[head.end() :]


def _doubt(head: str, fence: str) -> tuple[Note, ...]:
    """Text that looks like metadata, for an unknown reason unread, must not go out as the first paragraph."""
    if not any(key in KEYS for key in re.findall(r"^([^\W\d]\w*)[ \t]*[:：=]", head.lower(), re.MULTILINE)):
        return ()
    remark = f"开头两行“{fence}”之间的内容没有读懂，按正文处理了。{_HOW_TO}"
    return (Note("metadata-unreadable", remark, Level.ERROR, Span(line=1)),)


def _sort_out(pairs: list[_Pair], part: str, above: int) -> tuple[Metadata, tuple[Note, ...]]:
    said: dict[str, Any] = {}
    notes = []
    for pair in pairs:
        name = KEYS.get(pair.key.lower(), "")
        if name and name not in said:
            said[name] = _value(name, pair.value)
            notes += _doubt_value(name, pair, Span(part, pair.line + above))
        else:
            notes.append(_refuse(pair, Span(part, pair.line + above)))
    return Metadata(**said), tuple(notes)


def _value(name: str, written: str) -> str | tuple[str, ...]:
    if name == "keywords":
        words = _SEPARATOR.split(written) if _SEPARATOR.search(written) else written.split()
        return tuple(dict.fromkeys(word.strip() for word in words if word.strip()))
    return VALUES[name].get(written.lower(), "") if name in VALUES else written


def _doubt_value(name: str, pair: _Pair, span: Span) -> list[Note]:
    """A word that is none of those to choose from. Who may have meant «draft» must not find the issue published."""
    if name not in VALUES or not pair.value or _value(name, pair.value):
        return []
    known = "、".join(VALUES[name])
    remark = f"“{pair.key}”写成了“{pair.value}”，不认识，没有采用。可以写：{known}。"
    level = Level.ERROR if name == "send" else Level.WARNING
    return [Note(f"{name}-unknown", remark, level, span, f"{pair.key}: {pair.value}")]


def _refuse(pair: _Pair, span: Span) -> Note:
    lost = f"{pair.key}: {pair.value}"
    if pair.key.lower() in KEYS:
        return Note("metadata-repeated", f"“{pair.key}”写了不止一次，采用了第一个。", Level.WARNING, span, lost)
    near = difflib.get_close_matches(pair.key.lower(), KEYS, n=1, cutoff=0.5)
    hint = f"是不是想写“{KEYS[near[0]] if near[0].isascii() else near[0]}”？" if near else _HOW_TO
    return Note("metadata-unknown-key", f"项目“{pair.key}”不认识，没有采用。{hint}", Level.INFO, span, lost)


def _read_toml(text: str) -> list[_Pair]:
    """Keys and values of TOML, or none where it is not. Chinese keys need no quotes: editors would not know."""
    if len(text) > LARGEST or len(_BRACKET.findall(text)) > _MOST_BRACKETS:
        return []
    try:
        items = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return _read_toml(quoted) if (quoted := _TOML_KEY.sub(r'"\1" =', text)) != text else []
    lines = {found[1]: text.count("\n", 0, found.start(1)) + 1 for found in reversed([*_TOML_KEY.finditer(text)])}
    return [_Pair(key, _plain(value), lines.get(key, 1)) for key, value in items.items()]


def _plain(value: object) -> str:
    """A value of TOML as an editor would write it."""
    match value:
        case bool():
            return str(value).lower()
        case list():
            return "、".join(map(_plain, value))
        case dict():
            return "、".join(f"{key}: {_plain(inner)}" for key, inner in value.items())
        case _:
            return str(value).strip()


def _read_pairs(text: str) -> list[_Pair]:
    """Keys and values as written, or none where the text is not a plain list of them."""
    import yaml

    if len(text) > LARGEST or len(_BRACKET.findall(text)) > _MOST_BRACKETS:
        return []
    try:
        # A few aliases can stand for gigabytes, and no editor needs one.
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.SafeLoader)):
            return []
        return _read_nodes(yaml.compose(text, Loader=yaml.SafeLoader)) or _read_lines(text)
    except (yaml.YAMLError, RecursionError):
        return _read_lines(text)


def _read_nodes(root: object) -> list[_Pair]:
    """Nodes as they are written, not what they construct: dates and numbers stay text, and no tag does anything."""
    import yaml

    if not isinstance(root, yaml.MappingNode):
        return []
    return [_Pair(_scalar(key), _scalar(value), key.start_mark.line + 1) for key, value in root.value]


def _scalar(node: object) -> str:
    """A node's text as written; a list of names is one text, 、 between them."""
    import yaml

    if isinstance(node, yaml.ScalarNode):
        return "" if node.tag.endswith(":null") else str(node.value).strip()
    if isinstance(node, yaml.SequenceNode):
        return "、".join(map(_scalar, node.value))
    if isinstance(node, yaml.MappingNode):
        return "、".join(f"{_scalar(key)}: {_scalar(value)}" for key, value in node.value)
    return ""


def _read_lines(text: str) -> list[_Pair]:
    try:
        return list(_pairs_by_line(text))
    except ValueError:
        return []


def _pairs_by_line(text: str) -> Iterator[_Pair]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        pair = _PAIR.fullmatch(line.strip())
        if pair is None:
            raise ValueError(line)
        yield _Pair(pair[1], pair[2].strip().strip("\"'“”"), number)
