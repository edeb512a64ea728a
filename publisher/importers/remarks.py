"""Notes in the making: what an importer has to say about a file, none of it lost, none of it repeated without end."""

from __future__ import annotations

from collections import defaultdict

from publisher.document import Level, Note, Span

_MOST_OF_A_KIND = 5
_NOWHERE = Span()


class Remarks:
    """Collects notes; after five of one code the rest is one note that says how many, with all they lost."""

    def __init__(self) -> None:
        self._notes: defaultdict[str, list[Note]] = defaultdict(list)

    def say(self, code: str, text: str, level: Level, span: Span = _NOWHERE, lost: str = "") -> None:
        """One remark; `lost` holds the characters that are not in the document because of it."""
        self._notes[code].append(Note(code, text, level, span, lost))

    def notes(self) -> tuple[Note, ...]:
        """All remarks, those of one code together."""
        return tuple(note for kind in self._notes.values() for note in _shortened(kind))


def _shortened(kind: list[Note]) -> list[Note]:
    shown, rest = kind[:_MOST_OF_A_KIND], kind[_MOST_OF_A_KIND:]
    if not rest:
        return shown
    lost = "\n".join(note.lost for note in rest if note.lost)
    return [*shown, Note(rest[0].code, f"同类情况还有 {len(rest)} 处，不再逐一列出。", rest[0].level, lost=lost)]
