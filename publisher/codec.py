"""The words of the house as JSON and back: what is stored, and what crosses from one process to another."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from enum import StrEnum
from functools import cache, partial
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Final, TypeVar, get_args, get_origin, get_type_hints

from publisher.document import Block, Inline

T = TypeVar("T")

_UNIONS: Final = (Inline, Block)
_KIND: Final = "kind"
_parts: ContextVar[list[bytes] | None] = ContextVar("_parts", default=None)
"""Where bytes go, or come from, while a message is packed or unpacked; None: they are base64."""


def dump(value: object) -> str:
    """A value of document.py as JSON: members of a union carry their class's name as "kind", bytes are base64,
    and what has its default value is left out.
    """
    kind: Any = type(value)
    return json.dumps(_way(kind).write(value), ensure_ascii=False, separators=(",", ":"))


def load(text: str, kind: type[T]) -> T:
    """The value of class `kind` that was given to dump(). Raises ValueError for anything else."""
    try:
        wanted: Any = kind
        value: T = _way(wanted).read(json.loads(text))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError(f"not a {kind.__name__}: {type(error).__name__}") from error
    return value


def pack(value: object) -> bytes:
    """A value as a message for another process: bytes stand in it as they are, apart from the JSON."""
    parts: list[bytes] = []
    token = _parts.set(parts)
    try:
        pieces = [dump(value).encode(), *parts]
    finally:
        _parts.reset(token)
    return b"".join([json.dumps([len(piece) for piece in pieces]).encode(), b"\n", *pieces])


def unpack(message: bytes, kind: type[T]) -> T:
    """The value of class `kind` that was given to pack(). Raises ValueError for anything else."""
    head, *parts = _pieces(message)
    token = _parts.set(parts)
    try:
        return load(head.decode(), kind)
    except IndexError as error:
        raise ValueError("a part is missing") from error
    finally:
        _parts.reset(token)


def _pieces(message: bytes) -> list[bytes]:
    sizes, _, rest = message.partition(b"\n")
    pieces, start = [], 0
    for size in _sizes(sizes):
        pieces.append(rest[start : start + size])
        start += size
    if not pieces or start != len(rest):
        raise ValueError("cut short")
    return pieces


def _sizes(line: bytes) -> Sequence[int]:
    sizes = json.loads(line)
    if not isinstance(sizes, list) or not all(isinstance(size, int) and size >= 0 for size in sizes):
        raise ValueError("no sizes")
    return sizes


# ---------------------------------------------------------------------------- by annotation


@dataclass(frozen=True, slots=True)
class _Way:
    """How values of one annotation become what JSON has, and back."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


@cache
def _way(kind: Any) -> _Way:
    """The way of a class or an annotation. A record's fields are looked at when the first of it comes: records hold
    one another.
    """
    if kind in _WAYS:
        return _WAYS[kind]
    if kind in _UNIONS:
        return _Way(_write_member, partial(_read_member, {member.__name__: member for member in get_args(kind)}))
    if is_dataclass(kind):
        return _Way(partial(_write_record, kind), partial(_read_record, kind))
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _Way(_same, kind)
    return _way_of_several(get_origin(kind), get_args(kind))


def _way_of_several(origin: Any, inner: tuple[Any, ...]) -> _Way:
    if origin is tuple:
        return _Way(partial(_write_each, _way(inner[0]).write), partial(_read_each, _way(inner[0]).read))
    if origin is frozenset:
        return _Way(sorted, partial(_read_set, _way(inner[0]).read))
    if origin is Mapping:
        return _Way(partial(_change_values, _way(inner[1]).write), partial(_change_values, _way(inner[1]).read))
    if origin is UnionType and len(inner) == 2 and inner[1] is NoneType:  # noqa: PLR2004 - something or None
        return _Way(partial(_unless_none, _way(inner[0]).write), partial(_unless_none, _way(inner[0]).read))
    raise TypeError(f"no words of the house are {origin}{inner}")


def _same(value: Any) -> Any:
    return value


def _expect(kind: type, written: Any) -> Any:
    if not isinstance(written, kind):
        raise TypeError(f"a {kind.__name__} is wanted")
    return written


def _write_each(write: Callable[[Any], Any], values: tuple[Any, ...]) -> list[Any]:
    return [write(value) for value in values]


def _read_each(read: Callable[[Any], Any], written: Any) -> tuple[Any, ...]:
    return tuple([read(value) for value in _expect(list, written)])


def _read_set(read: Callable[[Any], Any], written: Any) -> frozenset[Any]:
    return frozenset(read(value) for value in _expect(list, written))


def _change_values(change: Callable[[Any], Any], values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: change(value) for key, value in values.items()}


def _unless_none(change: Callable[[Any], Any], value: Any) -> Any:
    return None if value is None else change(value)


def _put(data: bytes) -> str | int:
    parts = _parts.get()
    if parts is None:
        return base64.b64encode(data).decode("ascii")
    parts.append(data)
    return len(parts) - 1


def _take(written: Any) -> bytes:  # a number or a text, as JSON has it
    parts = _parts.get()
    return base64.b64decode(written, validate=True) if parts is None else parts[written]


_WAYS: Final = MappingProxyType(
    {
        str: _Way(_same, partial(_expect, str)),
        bool: _Way(_same, partial(_expect, bool)),
        int: _Way(_same, int),
        float: _Way(_same, float),
        bytes: _Way(_put, _take),
    }
)


# ---------------------------------------------------------------------------- records


@dataclass(frozen=True, slots=True)
class _Record:
    """A dataclass's fields: each with its default and its writer, and by name the readers."""

    writers: tuple[tuple[str, Any, Callable[[Any], Any]], ...]
    readers: Mapping[str, Callable[[Any], Any]]


@cache
def _record(kind: Any) -> _Record:
    ways = {name: _way(annotation) for name, annotation in get_type_hints(kind).items()}
    writers = tuple((item.name, _default(item), ways[item.name].write) for item in fields(kind))
    return _Record(writers, {name: way.read for name, way in ways.items()})


def _default(item: Field[Any]) -> Any:
    """A field's default value; where it has none, MISSING, which equals no value."""
    return item.default if item.default_factory is MISSING else item.default_factory()


def _write_record(kind: Any, value: Any) -> dict[str, Any]:
    writers = _record(kind).writers
    return {name: write(held) for name, default, write in writers if (held := getattr(value, name)) != default}


def _read_record(kind: Any, written: Any) -> Any:
    readers = _record(kind).readers
    return kind(**{name: readers[name](held) for name, held in written.items()})


def _write_member(value: Any) -> dict[str, Any]:
    """Members of a union carry their class's name."""
    return {_KIND: type(value).__name__, **_write_record(type(value), value)}


def _read_member(classes: Mapping[str, Any], written: Any) -> Any:
    held = {name: value for name, value in written.items() if name != _KIND}
    return _read_record(classes[written[_KIND]], held)
