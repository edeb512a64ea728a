"""The words of the house as JSON and back: what is stored, and what crosses from one process to another."""

from __future__ import annotations

import base64
import json
from functools import cache
from typing import Any, Final, TypeVar, get_args

from cattrs import Converter
from cattrs.errors import ForbiddenExtraKeysError

from publisher.document import Block, Inline

T = TypeVar("T")

_UNIONS: Final = (Inline, Block)
_KIND: Final = "kind"


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


@cache
def _converter() -> Converter:
    converter = Converter(detailed_validation=False, forbid_extra_keys=True, omit_if_default=True)
    converter.register_unstructure_hook(bytes, lambda data: base64.b64encode(data).decode("ascii"))
    converter.register_structure_hook(bytes, lambda text, _: base64.b64decode(text, validate=True))
    converter.register_unstructure_hook_func(_is_frozenset, sorted)
    for union in _UNIONS:
        _tag(converter, union)
    return converter


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
