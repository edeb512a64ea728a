"""The notes of a page, as Word, LibreOffice and Markdown's converters write them: links there and back again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bs4.element import Tag

from publisher.document import Block, Figure, Heading, Inlines, Link, NoteRef, Paragraph, Table, walk

_BODY: Final = re.compile(r"_?(ftn|edn|sdfootnote|sdendnote|fn[:-]?)(\w{1,20})")
_CALL: Final = re.compile(r"#_?(ftn|edn|sdfootnote|sdendnote|fn[:-]?)(\w{1,20})")
_BACK: Final = re.compile(r"#_?(?:ftnref|ednref|sdfootnote\w{1,20}anc|sdendnote\w{1,20}anc|fnref)")
_BODIES: Final = ("div", "li", "p", "aside", "dd", "td")


@dataclass(frozen=True, slots=True)
class Notes:
    """Notes that are both called and written: `calls` by the identity of the link, `bodies` by the note's name, and
    `left_out`, the identities of bodies and of what leads back from them.
    """

    calls: Mapping[int, str]
    bodies: Mapping[str, Tag]
    left_out: frozenset[int]


NO_NOTES: Final = Notes({}, {}, frozenset())


def find_notes(roots: tuple[Tag, ...]) -> Notes:
    """The notes of a page; a link without its note, or a note without a link, stays what it looks like."""
    links = [link for root in roots for link in root.find_all("a", href=_CALL)]
    if not links:
        return NO_NOTES
    written = {_key(_BODY, str(tag["id"])): tag for root in roots for tag in root.find_all(_BODIES, id=_BODY)}
    calls = {id(link): key for link in links if (key := _key(_CALL, str(link["href"]))) in written and key}
    called = [key for key in written if key in calls.values()]
    bodies = {key: written[key] for key in called}
    return Notes(calls, bodies, _left_out(roots, bodies))


def called_in(blocks: tuple[Block, ...]) -> frozenset[str]:
    """The names of the notes that the text calls: a call may stand in a part that is left out."""
    return frozenset(name for block in walk(blocks) for name in _calls(_inlines(block)))


def _inlines(block: Block) -> Inlines:
    match block:
        case Paragraph(inlines=inlines) | Heading(inlines=inlines) | Figure(caption=inlines):
            return inlines
        case Table(caption=caption, source=source):
            return (*caption, *source)
        case _:
            return ()


def _calls(inlines: Inlines) -> Iterator[str]:
    for inline in inlines:
        if isinstance(inline, NoteRef):
            yield inline.id
        elif isinstance(inline, Link):
            yield from _calls(inline.inlines)


def _left_out(roots: tuple[Tag, ...], bodies: Mapping[str, Tag]) -> frozenset[int]:
    backs = [link for body in bodies.values() for link in body.find_all("a", href=_BACK)]
    rules = [rule for root in roots for rule in root.find_all("hr", width="33%")] if bodies else []
    return frozenset(id(tag) for tag in (*bodies.values(), *backs, *rules))


def _key(pattern: re.Pattern[str], text: str) -> str:
    """One name for a note, however its link and its body spell it; "" for what leads back."""
    found = pattern.fullmatch(text)
    if found is None or found[2].startswith("ref") or found[2].endswith("anc"):
        return ""
    return found[1].rstrip(":-") + found[2].removesuffix("sym")
