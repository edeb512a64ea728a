"""What an editor says about an issue outside its text: front matter at the top of a file, or a side-car of its own."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Final

from publisher.document import Level, Metadata, Note, Span

LARGEST: Final = 16 * 1024
"""More characters than this are no metadata."""

_KEYS: Final = {known.name.lower(): known.name for known in fields(Metadata)} | {
    "date": "publish_at",
    "publishdate": "publish_at",
}
_FENCED: Final = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
# Editors type full-width colons, and colons inside a title: both are no YAML, and both are plain enough.
_PAIR: Final = re.compile(r"([A-Za-z][\w-]*)[ \t]*[:：][ \t]*(.*)")
_BRACKET: Final = re.compile(r"[\[{]|[-?] (?=[-?] )")
_MOST_BRACKETS: Final = 100
"""PyYAML's time grows with the square of the depth: minutes for 16 KB of brackets."""
_HOW_TO: Final = (
    "每行写一项，例如“title: 标题”；可用的项目：" + "、".join(known.name for known in fields(Metadata)) + "。"
)


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
    """The head of a text. What stands between two lines `---` at the top but has none of our keys is text."""
    fenced = _FENCED.match(text)
    if fenced is None:
        return Head(text)
    pairs = _read_pairs(fenced[1])
    if not any(pair.key.lower() in _KEYS for pair in pairs):
        return Head(text, notes=_doubt(fenced[1]))
    metadata, notes = _sort_out(pairs, "", 1)
    return Head("\n" * fenced[0].count("\n") + text[fenced.end() :], metadata, notes)


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
    names = [known.name for known in fields(Metadata)]
    return Metadata(*[getattr(first, name) or getattr(second, name) for name in names])


def _doubt(head: str) -> tuple[Note, ...]:
    """Text that looks like metadata, for an unknown reason unread, must not go out as the first paragraph."""
    if not any(key in _KEYS for key in re.findall(r"^([a-z_]+)[ \t]*[:：]", head.lower(), re.MULTILINE)):
        return ()
    remark = f"开头两行“---”之间的内容没有读懂，按正文处理了。{_HOW_TO}"
    return (Note("metadata-unreadable", remark, Level.ERROR, Span(line=1)),)


def _sort_out(pairs: list[_Pair], part: str, above: int) -> tuple[Metadata, tuple[Note, ...]]:
    said: dict[str, str] = {}
    notes = []
    for pair in pairs:
        name = _KEYS.get(pair.key.lower(), "")
        if name and name not in said:
            said[name] = pair.value
        else:
            notes.append(_refuse(pair, Span(part, pair.line + above)))
    return Metadata(**said), tuple(notes)


def _refuse(pair: _Pair, span: Span) -> Note:
    lost = f"{pair.key}: {pair.value}"
    if pair.key.lower() in _KEYS:
        return Note("metadata-repeated", f"“{pair.key}”写了不止一次，采用了第一个。", Level.WARNING, span, lost)
    near = difflib.get_close_matches(pair.key.lower(), _KEYS, n=1, cutoff=0.5)
    hint = f"是不是想写“{_KEYS[near[0]]}”？" if near else _HOW_TO
    return Note("metadata-unknown-key", f"项目“{pair.key}”不认识，没有采用。{hint}", Level.INFO, span, lost)


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
