"""The words of the house as JSON and back, to be stored; and as messages, to cross from one process to another."""

from __future__ import annotations

import threading
from typing import Any, Final, TypeVar

from msgspec import MsgspecError
from msgspec import json as _json
from msgspec import msgpack as _msgpack

T = TypeVar("T")

_FAULTS: Final = (MsgspecError, ValueError, RecursionError)


def dump(value: object) -> str:
    """A value of document.py as JSON: members of a union carry their class's name as "kind", bytes are base64,
    and what has its default value is left out.
    """
    return _json.encode(value, order="deterministic").decode()


def load(text: str, kind: type[T]) -> T:
    """The value of class `kind` that was given to dump(). Raises ValueError for anything else."""
    try:
        value: T = _decoder(_json.Decoder, kind).decode(text)
    except _FAULTS as error:
        raise ValueError(f"not a {kind.__name__}: {type(error).__name__}") from error
    return value


def pack(value: object) -> bytes:
    """A value as a message for another process: bytes stand in it as they are."""
    return _msgpack.encode(value)


def unpack(message: bytes, kind: type[T]) -> T:
    """The value of class `kind` that was given to pack(). Raises ValueError for anything else."""
    try:
        value: T = _decoder(_msgpack.Decoder, kind).decode(message)
    except _FAULTS as error:
        raise ValueError(f"not a {kind.__name__}: {type(error).__name__}") from error
    return value


_Way = type[_json.Decoder[Any]] | type[_msgpack.Decoder[Any]]
_decoders: dict[tuple[_Way, type[object]], Any] = {}
_building = threading.Lock()


def _decoder(way: _Way, kind: type[object]) -> Any:
    """The decoder of a class: one for all threads. Where two learn the shape of the same classes at once, msgspec
    (0.22) lets one of them use what the other has half written, and the process dies.
    """
    with _building:
        if (way, kind) not in _decoders:
            _decoders[way, kind] = way(kind)
        return _decoders[way, kind]
