"""What the editor must be told about a Word file, and the characters that were left out of it."""

from __future__ import annotations

from typing import Final

from publisher.document import Level, Note, Span
from publisher.importers import remarks

DELETED: Final = "tracked-changes"
HIDDEN: Final = "hidden-text"
CONTENTS: Final = "contents-dropped"
CODE: Final = "field-code"
COMMENTS: Final = "comments-dropped"
UNUSED_NOTE: Final = "footnote-unused"
MARGINS: Final = "headers-dropped"

_GATHERED: Final = {
    DELETED: (Level.WARNING, "文件带有修订痕迹，已按接受修订处理。"),
    HIDDEN: (Level.INFO, "文件里有隐藏文字，没有采用。"),
    CONTENTS: (Level.INFO, "自动生成的目录没有采用，目录由系统重新生成。"),
    CODE: (Level.INFO, "域代码里的文字没有采用，只取了域的结果。"),
    COMMENTS: (Level.WARNING, "文件里有批注，批注没有采用。"),
    MARGINS: (Level.INFO, "页眉、页脚和页码没有采用。"),
    UNUSED_NOTE: (Level.INFO, "有正文没有引用的脚注或尾注，没有采用。"),
}


class Remarks:
    """Notes in the making. What is lost in many places is said once, with all of it."""

    def __init__(self) -> None:
        self._said = remarks.Remarks()
        self._spans: dict[str, Span] = {}
        self._lost: dict[str, list[str]] = {}

    def say(self, code: str, text: str, level: Level, span: Span) -> None:
        """One note of its own."""
        self._said.say(code, text, level, span)

    def lose(self, code: str, text: str, span: Span) -> None:
        """Text that is left out for the reason of that code; with "", only the reason is noted."""
        self._spans.setdefault(code, span)
        self._lost.setdefault(code, []).append(text)

    def notes(self) -> tuple[Note, ...]:
        """All of them, what concerns the whole file first."""
        gathered = (
            Note(code, _GATHERED[code][1], _GATHERED[code][0], self._spans[code], "".join(parts).strip("\n"))
            for code, parts in self._lost.items()
        )
        return (*gathered, *self._said.notes())
