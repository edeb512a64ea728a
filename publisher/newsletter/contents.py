"""The contents list: what stands in it, in whatever marks and numbers, and where the text begins after it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Final

from publisher.newsletter.lines import ORNAMENTS, Line, join_texts, key, marked, one_line
from publisher.newsletter.masthead import is_head_line
from publisher.newsletter.speech import is_caption, is_source, is_whole
from publisher.newsletter.titles import Place, TitleIndex, place_titles

_HEADING: Final = re.compile(
    r"[【\[—\-·◆■●★▲\s]*(?:本\s*期\s*)?(?:目\s*[录錄次]|要\s*目|导\s*[读航]|内容(?:提要|导读)?|看\s*点|CONTENTS?)"
    r"[】\]—\-·:：◆■●★▲\s]*",
    re.IGNORECASE,
)
_MAY_ANNOUNCE: Final = re.compile(rf"[【〖\[—\-·:：\s本目要导内看Cc{ORNAMENTS}]")
_COLUMN: Final = re.compile(r"序号|编号|栏\s*目|标\s*题|题\s*目|篇\s*名|内\s*容|作\s*者|页\s*[码次]?|目\s*[录次]")
_PAGE: Final = re.compile(r"[0-9０-９]{1,4}$")
_LEADERS: Final = " \t.．。·…‥・_-—–⋯\u00a0\u3000"
_END: Final = "。．. \u3000\u00a0"
_TOP: Final = 80
"""Lines at the top of a file in which a contents list may begin."""
_NAME_LENGTH: Final = 20
_LONGEST: Final = 120
_LONGEST_LIST: Final = 600
"""Lines of a contents list; what goes on longer is none."""
_TRIES: Final = 10
_PATIENCE: Final = 2000
"""Lines that are read as a list, from whatever start."""
_MOST_LINES: Final = 3
_FEWEST: Final = 2
_DIGITS: Final = ("1.", "（1）", "①")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the list: a title, or the name of a section. `written` is all that the file has of it."""

    kind: str
    text: str
    written: str
    line: Line
    place: Place | None = None

    @property
    def key(self) -> str:
        """What is compared of it."""
        return key(self.text)


@dataclass(frozen=True, slots=True)
class Chapter:
    """A section as the list has it, `written` with its mark; "" for titles that stand under no section."""

    name: str
    written: str
    ornamented: bool
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Contents:
    """The list: its chapters, its first line and the first line of the text after it, and the lines inside it
    that belong to the masthead.
    """

    chapters: tuple[Chapter, ...]
    start: int
    end: int
    head: tuple[Line, ...] = ()
    heading: tuple[Line, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All titles in order."""
        return tuple(entry for chapter in self.chapters for entry in chapter.entries)


def find_contents(lines: Sequence[Line], after_head: int) -> Contents | None:
    """The contents list near the top of the file, its titles found in the text, or None. `after_head` is the
    number of lines at the top that already make a newsletter's head, 0 if they make none.
    """
    if not after_head and not any(map(_announces, lines)):
        return None
    index = TitleIndex(lines)
    likely = (scan for scan in _scans(lines, index) if _may_list(scan, after_head))
    lists = (_arranged(scan) for scan in islice(likely, _TRIES))
    return next((contents for contents in lists if _convincing(contents)), None)


def is_contents_heading(text: str) -> bool:
    """Whether a line says 目录, 本期要目 or CONTENTS, or is the head of a table that lists 序号, 标题 and 页码."""
    if _HEADING.fullmatch(text):
        return True
    return "\t" in text and all(map(_COLUMN.fullmatch, text.split("\t")))


def _scans(lines: Sequence[Line], index: TitleIndex) -> Iterator[_Scan]:
    patience = _PATIENCE
    for start in _starts(lines, index):
        scan = _Scan(lines, index).read(start)
        yield scan
        patience -= scan.end - scan.start
        if patience < 0:
            return


@dataclass(slots=True)
class _Scan:
    """Reads the list from its first line to the first line of the text."""

    lines: Sequence[Line]
    index: TitleIndex
    entries: list[Entry] = field(default_factory=list)
    head: list[Line] = field(default_factory=list)
    heading: list[Line] = field(default_factory=list)
    said: set[tuple[str, str]] = field(default_factory=set)
    start: int = 0
    end: int = 0

    def read(self, start: int) -> _Scan:
        self.start = self.end = start
        last = min(len(self.lines), start + _LONGEST_LIST)
        while self.end < last and self.lines[self.end].running and not self._begins_text():
            if not self._take(self.lines[self.end]):
                break
        return self

    def _begins_text(self) -> bool:
        """Whether a line repeats what the list has said: then the text has begun."""
        kind = _mark(self.lines[self.end])[0]
        return any((found, kind) in self.said for found, _ in self.index.at(self.end))

    def _take(self, line: Line) -> bool:
        kind, rest = _mark(line)
        if is_contents_heading(line.text):
            self.heading.append(line)
        elif is_head_line(line.text):
            self.head.append(line)
        elif kind:
            return self._take_entry(kind, rest)
        else:
            return self._take_plain(line)
        self.end += 1
        return True

    def _take_entry(self, kind: str, rest: str) -> bool:
        """A numbered or ornamented line, with the lines over which it is broken."""
        for count in _counts(kind, rest):
            entry = self._entry(kind, rest, count)
            if entry and entry.place:
                return self._add(entry, count)
        for count in range(1, _MOST_LINES + 1):
            entry = self._entry(kind, rest, count)
            alone = count == 1 and kind not in _DIGITS and len(rest) <= _NAME_LENGTH
            if entry and (alone or is_whole(entry.written) or self._lists(self.end + count)):
                return self._add(entry, count)
        entry = self._entry(kind, rest, 1)
        return bool(entry) and self._add(entry, 1)

    def _take_plain(self, line: Line) -> bool:
        """A line without any mark: a title if the text has it again, a section if numbers begin anew after it."""
        for count in _counts("title", line.text):
            entry = self._entry("title", line.text, count)
            if entry and entry.place:
                return self._add(entry, count)
        if len(line.text) <= _NAME_LENGTH and self._lists_anew(self.end + 1):
            entry = self._entry("name", line.text, 1)
            return bool(entry) and self._add(entry, 1)
        return False

    def _entry(self, kind: str, first: str, count: int) -> Entry | None:
        """The entry that `count` lines make, placed if the text has it again; None if the lines are others'."""
        more = self.lines[self.end + 1 : self.end + count]
        if len(more) < count - 1 or any(not line.running or _listed(line) for line in more):
            return None
        written = join_texts([first, *(line.text for line in more)])
        if len(written) > _LONGEST or is_source(written) or is_caption(written):
            return None
        choices = [(text, wanted) for text in _readings(written) if "。" not in text and (wanted := key(text))]
        for text, wanted in choices:
            if place := self.index.after(wanted, self.end + count):
                return Entry(kind, text, written, self.lines[self.end], place)
        return Entry(kind, choices[0][0], written, self.lines[self.end]) if choices else None

    def _add(self, entry: Entry | None, count: int) -> bool:
        if entry is None:
            return False
        whole = "".join(line.text for line in self.lines[self.end : self.end + count])
        self.entries.append(replace(entry, written=whole))
        said = entry.key
        self.said.update(((said, ""), (said, entry.kind)))
        self.end += count
        return True

    def _lists(self, place: int) -> bool:
        return place < len(self.lines) and _listed(self.lines[place])

    def _lists_anew(self, place: int) -> bool:
        if place >= len(self.lines) or not self.lines[place].running:
            return False
        mark = marked(self.lines[place].number + self.lines[place].text)
        if mark.kind in _DIGITS:
            return mark.number.strip("（()）.．、 ") in ("1", "１", "①", "01")
        return any(self.index.after(key(text), place + 1) for text in _readings(self.lines[place].text))


def _starts(lines: Sequence[Line], index: TitleIndex) -> Iterator[int]:
    """Lines where a list may begin, the likeliest first."""
    top = range(min(_TOP, len(lines)))
    marks = {place: _mark(lines[place])[0] for place in top if lines[place].running}
    yield from (place for place in marks if is_contents_heading(lines[place].text))
    yield from (place for place, kind in marks.items() if kind and (kind in ORNAMENTS or kind == "【】"))
    for place, kind in marks.items():
        if kind:
            before = place - 1
            if before > 0 and marks.get(before) == "" and len(lines[before].text) <= _NAME_LENGTH:
                yield before
            yield place
    for place, kind in marks.items():
        again = any(index.after(found, place + run.count) for found, run in index.at(place))
        if not kind and again and not is_head_line(lines[place].text):
            before = place - 1
            if before > 1 and len(lines[before].text) <= _NAME_LENGTH and not is_head_line(lines[before].text):
                yield before
            yield place


def _counts(kind: str, text: str) -> Sequence[int]:
    """How many lines an entry may take, the likeliest number first: a section's name is short and on one line,
    though the text, too, may have a title right after it.
    """
    counts = range(1, _MOST_LINES + 1)
    return counts if kind not in _DIGITS and len(text) <= _NAME_LENGTH else counts[::-1]


def _mark(line: Line) -> tuple[str, str]:
    mark = marked(line.number + line.text)
    return mark.kind, mark.rest


def _listed(line: Line) -> bool:
    return bool(_mark(line)[0]) or is_contents_heading(line.text) or is_head_line(line.text)


def _readings(written: str) -> Iterator[str]:
    """The entry as a title: without its full stop, its dot leaders and its page number."""
    bare = one_line(written).rstrip(_END)
    number = _PAGE.search(bare)
    without = bare[: number.start()] if number else bare
    leaders = without[len(without.rstrip(_LEADERS)) :]
    if number and leaders and (len(leaders) > 1 or leaders in "\t…"):
        yield without.rstrip(_LEADERS).rstrip(_END)
        return
    yield bare.rstrip(_LEADERS) or bare
    if number and leaders:
        yield without.rstrip(_LEADERS)


def _arranged(scan: _Scan) -> Contents:
    """The entries under their sections: the outermost mark of several names sections, a single one titles."""
    kinds = list(dict.fromkeys(entry.kind for entry in scan.entries))
    outer = _outer(kinds)
    entries = _placed(scan, [entry for entry in scan.entries if entry.kind != outer])
    chapters: list[Chapter] = []
    for entry in scan.entries:
        if entry.kind == outer:
            chapters.append(Chapter(entry.text, entry.written, _is_ornamented(entry.line), ()))
        else:
            if not chapters:
                chapters.append(Chapter("", "", False, ()))
            chapters[-1] = replace(chapters[-1], entries=(*chapters[-1].entries, entries.pop(0)))
    return Contents(tuple(chapters), scan.start, scan.end, tuple(scan.head), tuple(scan.heading))


def _outer(kinds: Sequence[str]) -> str:
    """The mark that names sections, "" if every mark is a title's."""
    if len(kinds) == 1 or kinds[0] in _DIGITS:
        return "name" if "name" in kinds[1:] else ""
    return "name" if "name" in kinds and kinds[0] == "title" else kinds[0]


def _placed(scan: _Scan, entries: Sequence[Entry]) -> list[Entry]:
    free = [place for place in range(scan.end, len(scan.lines)) if scan.lines[place].outer is None]
    places = place_titles(scan.index, [entry.key for entry in entries], free)
    return [replace(entry, place=place) for entry, place in zip(entries, places, strict=True)]


def _may_list(scan: _Scan, after_head: int) -> bool:
    """Whether the lines are set apart as a list, rather than an enumeration in a text."""
    ornamented = any(_is_ornamented(entry.line) for entry in scan.entries)
    set_apart = after_head > 0 or ornamented or bool(scan.heading)
    return bool(scan.entries) and set_apart and scan.end - scan.start < _LONGEST_LIST


def _convincing(contents: Contents) -> bool:
    """Whether enough of the titles stand in the text again."""
    found = sum(entry.place is not None for entry in contents.entries)
    named = any(chapter.ornamented for chapter in contents.chapters) or bool(contents.heading)
    return found >= (1 if named else _FEWEST) and found * 2 >= len(contents.entries)


def _announces(line: Line) -> bool:
    """Whether a line can set a list apart in a file that has no newsletter's head: most articles have none, and need
    no index.
    """
    may = _MAY_ANNOUNCE.match(line.text) or "\t" in line.text
    return bool(may) and (is_contents_heading(line.text) or _is_ornamented(line))


def _is_ornamented(line: Line) -> bool:
    kind = _mark(line)[0]
    return kind == "【】" or (kind != "" and kind in ORNAMENTS)
