"""What is remembered for a while, in one process."""

from __future__ import annotations

from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """At least the last `size` values that were put, and at most twice as many.

    Two generations: to keep exactly so many would cost more for each than all the rest.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: dict[Key, Value] = {}
        self._before: dict[Key, Value] = {}

    def get(self, key: Key) -> Value | None:
        """What was put under `key` last; None if nothing was, or too long ago."""
        value = self._values.get(key)
        return self._before.get(key) if value is None else value

    def put(self, key: Key, value: Value) -> None:
        """Remember; of what was put long ago some is forgotten for it."""
        self._values[key] = value
        if len(self._values) >= self._size:
            self._before, self._values = self._values, {}
