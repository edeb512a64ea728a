"""The words of the house as JSON and back: what is stored, and what crosses from one process to another."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from contextvars import ContextVar
from functools import cache
from typing import Any, Final, TypeVar, get_args

from cattrs import Converter
from cattrs.errors import ForbiddenExtraKeysError

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
    return json.dumps(_converter().unstructure(value), ensure_ascii=False, separators=(",", ":"))


def load(text: str, kind: type[T]) -> T:
    """The value of class `kind` that was given to dump(). Raises ValueError for anything else."""
    try:
        return _converter().structure(json.loads(text), kind)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, ForbiddenExtraKeysError) as error:
        raise ValueError(f"not a {kind.__name__}: {type(error).__name__}") from error


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


@cache
def _converter() -> Converter:
    converter = Converter(detailed_validation=False, forbid_extra_keys=True, omit_if_default=True)
    converter.register_unstructure_hook(bytes, _put)
    converter.register_structure_hook(bytes, lambda written, _: _take(written))
    converter.register_unstructure_hook_func(_is_frozenset, sorted)
    for union in _UNIONS:
        _tag(converter, union)
    return converter


def _put(data: bytes) -> str | int:
    parts = _parts.get()
    if parts is None:
        return base64.b64encode(data).decode("ascii")
    parts.append(data)
    return len(parts) - 1


def _take(written: Any) -> bytes:  # a number or a text, as JSON has it
    parts = _parts.get()
    return base64.b64decode(written, validate=True) if parts is None else parts[written]


def _tag(converter: Converter, union: Any) -> None:  # what types.UnionType is to mypy
    """Members of a union carry their class's name. cattrs has this, too, but not for unions that hold themselves."""
    classes = {member.__name__: member for member in get_args(union)}

    def unstructure(value: object) -> dict[str, Any]:
        return {_KIND: type(value).__name__, **converter.unstructure(value)}

    def structure(fields: dict[str, Any], _: object) -> object:
        inner = {name: field for name, field in fields.items() if name != _KIND}
        return converter.structure(inner, classes[fields[_KIND]])

    converter.register_unstructure_hook_func(lambda kind: kind == union, unstructure)
    converter.register_structure_hook_func(lambda kind: kind == union, structure)


def _is_frozenset(kind: Any) -> bool:  # a class or an annotation
    return getattr(kind, "__origin__", kind) is frozenset
