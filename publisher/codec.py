"""The words of the house as JSON and back, to be stored; and as messages, to cross from one process to another."""

from __future__ import annotations

from typing import Final, TypeVar

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
        return _json.decode(text, type=kind)
    except _FAULTS as error:
        raise ValueError(f"not a {kind.__name__}: {type(error).__name__}") from error


def pack(value: object) -> bytes:
    """A value as a message for another process: bytes stand in it as they are."""
    return _msgpack.encode(value)


def unpack(message: bytes, kind: type[T]) -> T:
    """The value of class `kind` that was given to pack(). Raises ValueError for anything else."""
    try:
        return _msgpack.decode(message, type=kind)
    except _FAULTS as error:
        raise ValueError(f"not a {kind.__name__}: {type(error).__name__}") from error
