"""What a drop needs of the outside world before it can be read, and what came of it: values, nothing is done here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Conversion:
    """A file of the drop that only LibreOffice reads: its path, its bytes, and the suffix that those deserve."""

    path: str
    suffix: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Wants:
    """Files to be converted to .docx, and addresses of pictures to be fetched."""

    conversions: tuple[Conversion, ...] = ()
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Supply:
    """What was got, or, in Chinese for the editor, why it was not and what to do."""

    data: bytes = field(default=b"", repr=False)
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Supplies:
    """What the outside world gave: converted files by their path in the drop, pictures by their address."""

    converted: Mapping[str, Supply] = field(default_factory=dict)
    fetched: Mapping[str, Supply] = field(default_factory=dict)


NOTHING = Supplies()
