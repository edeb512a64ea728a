"""Where titles stand in the text: as the contents list words them, over several lines, or with a slip of the pen."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from publisher.newsletter.lines import ORNAMENTS, Line, key, marked
from publisher.newsletter.masthead import is_head_line
from publisher.newsletter.speech import box_title, is_caption, is_rule, is_source, is_whole, opens_copyright, unclosed

_MOST_LINES: Final = 3
_LONGEST: Final = 120
_ALIKE: Final = 0.90
_LENGTHS_ALIKE: Final = 0.85
_PATIENCE: Final = 40_000
"""Comparisons by difflib at most: beyond that, only exact titles are found."""
_TRIES: Final = 100
"""Places of one title that are looked at: more are no titles."""
_TITLE_LENGTHS: Final = range(6, 61)
_BODY_LENGTH: Final = 20
_NAME_LENGTH: Final = 12
_MANY_COMMAS: Final = 3
_COMMAS: Final = re.compile(r"[，、]")
_LEADING_NUMBER: Final = re.compile(r"^[0-9０-９]{1,3}\s+")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a title stands: its first line and how many lines it takes."""

    start: int
    count: int

    @property
    def end(self) -> int:
        """The line after it."""
        return self.start + self.count


class TitleIndex:
    """Every run of one to three short lines, by its key. What ends as a sentence is no title, unless a contents
    list that is known wants just that (`alike`).
    """

    def __init__(self, lines: Sequence[Line]) -> None:
        self._by_key: defaultdict[str, list[Place]] = defaultdict(list)
        self._by_start: dict[int, list[tuple[str, Place]]] = {}
        keys = [key(line.text) if len(line.text) <= _LONGEST else "" for line in lines]
        for start in range(len(lines)):
            self._by_start[start] = list(_runs(lines, keys, start))
            for found, place in self._by_start[start]:
                if not lines[place.end - 1].text.endswith("。"):
                    self._by_key[found].append(place)

    def after(self, wanted: str, start: int) -> Place | None:
        """The first place of a key from line `start` on."""
        places = self._by_key.get(wanted, ())
        at = bisect_left(places, start, key=_start_of)
        return places[at] if at < len(places) else None

    def at(self, start: int) -> Sequence[tuple[str, Place]]:
        """All keys that begin at a line."""
        return self._by_start.get(start, ())

    def alike(self, wanted: str, free: Sequence[int]) -> Place | None:
        """The place among the `free` lines whose key is nearly the one wanted."""
        allowed, best, found = set(free), _ALIKE, None
        matcher = SequenceMatcher(None, "", wanted, autojunk=False)
        for start in free:
            for near, place in self._by_start.get(start, ()):
                if not _near_length(near, wanted) or not allowed.issuperset(range(place.start, place.end)):
                    continue
                matcher.set_seq1(near)
                if matcher.quick_ratio() >= best and matcher.ratio() >= best:
                    best, found = matcher.ratio(), place
        return found


def place_titles(index: TitleIndex, wanted: Sequence[str], free: Sequence[int]) -> list[Place | None]:
    """A place for each wanted key, None where the text has none: exact ones first, in the order wanted, then
    wherever they are; then nearly equal ones among the lines that are left.
    """
    allowed, places, cursor = set(free), [], 0
    for title in wanted:
        place = _free_place(index, title, cursor, allowed) or _free_place(index, title, 0, allowed)
        if place:
            allowed.difference_update(range(place.start, place.end))
            cursor = max(cursor, place.end)
        places.append(place)
    return _place_alike(index, wanted, places, allowed)


def _free_place(index: TitleIndex, wanted: str, start: int, allowed: set[int]) -> Place | None:
    place = index.after(wanted, start)
    tries = 0
    while place and not allowed.issuperset(range(place.start, place.end)) and tries < _TRIES:
        place, tries = index.after(wanted, place.start + 1), tries + 1
    return place if place and allowed.issuperset(range(place.start, place.end)) else None


def looks_like_title(lines: Sequence[Line], place: int) -> bool:
    """Whether a line is a title by its own properties and those of its neighbours."""
    line = lines[place]
    text = line.text
    if not line.running or len(text) not in _TITLE_LENGTHS or not _bare(text):
        return False
    after = lines[place + 1] if place + 1 < len(lines) else None
    if after is None or not after.running or len(after.text) < max(_BODY_LENGTH, 0.8 * len(text)):
        return False
    if len(text) <= _NAME_LENGTH and after.text and _bare(after.text) and len(after.text) in _TITLE_LENGTHS:
        return False
    return _is_fresh(lines, place) or stands_over(lines, place - 1)


def stands_over(lines: Sequence[Line], place: int) -> bool:
    """Whether a short line without any mark stands between the end of a text and a title: a section's name."""
    if place < 0 or not lines[place].running:
        return False
    text = lines[place].text
    return 0 < len(text) <= _NAME_LENGTH and _bare(text) and _is_fresh(lines, place)


def _is_fresh(lines: Sequence[Line], place: int) -> bool:
    before = lines[place - 1] if place else None
    return before is None or not before.running or _closed(before.text)


def is_special(text: str) -> bool:
    """Whether a line has a meaning of its own, and so is neither a title nor a piece of one."""
    return bool(
        is_caption(text)
        or is_source(text)
        or is_rule(text)
        or box_title(text)
        or opens_copyright(text)
        or is_head_line(text)
        or "\t" in text
        or "   " in text
    )


def names_section(line: Line) -> str:
    """The name of a section that a line in the text announces with an ornament or a frame, or ""."""
    mark = marked(line.text)
    set_apart = mark.kind == "【】" or (mark.kind != "" and mark.kind in ORNAMENTS)
    fits = line.running and set_apart and len(mark.rest) <= _BODY_LENGTH and not is_whole(mark.rest)
    return mark.rest if fits and not is_special(line.text) else ""


def _start_of(place: Place) -> int:
    return place.start


def _runs(lines: Sequence[Line], keys: Sequence[str], start: int) -> Iterator[tuple[str, Place]]:
    """The keys of one to three lines, each as they stand and without the number before them; `keys` are the lines'."""
    begun: tuple[str, ...] = ("",)
    length = 0
    for count, line in enumerate(lines[start : start + _MOST_LINES], start=1):
        length += len(line.text)
        if not line.running or length > _LONGEST:
            return
        own = keys[start + count - 1]
        begun = _first_keys(line.text, own) if count == 1 else tuple(found + own for found in begun)
        place = Place(start, count)
        yield from ((found, place) for found in begun if found)


def _first_keys(text: str, own: str) -> tuple[str, ...]:
    """The keys that a title's first line may have, its `own` first; nothing may follow its number."""
    bare = marked(f"{text}·").rest[:-1]
    others = [reading for reading in (bare, _LEADING_NUMBER.sub("", text)) if reading != text]
    return tuple(dict.fromkeys((own, *map(key, others)))) if others else (own,)


def _near_length(one: str, other: str) -> bool:
    return min(len(one), len(other)) >= _LENGTHS_ALIKE * max(len(one), len(other))


def _place_alike(
    index: TitleIndex, wanted: Sequence[str], places: list[Place | None], allowed: set[int]
) -> list[Place | None]:
    missing = [number for number, place in enumerate(places) if place is None]
    if len(missing) * len(allowed) > _PATIENCE:
        return places
    for number in missing:
        place = index.alike(wanted[number], sorted(allowed)) if wanted[number] else None
        allowed.difference_update(range(place.start, place.end) if place else ())
        places[number] = place
    return places


def _bare(text: str) -> bool:
    """Whether a text has none of the marks of running text, of a list or of a special line."""
    if is_whole(text) or "。" in text or "；" in text or unclosed(text) or text[-1] in "，、,":
        return False
    return len(_COMMAS.findall(text)) < _MANY_COMMAS and not marked(text).kind and not is_special(text)


def _closed(text: str) -> bool:
    ended = is_whole(text) and not unclosed(text)
    return ended or is_source(text) or marked(text).kind != "" or is_head_line(text)
