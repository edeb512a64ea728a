"""Which lines begin an article: the titles of the contents list, or headings, or lines that look like titles."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from publisher.document import Document, Flow, Heading, Level, Note, Span
from publisher.newsletter.articles import Story
from publisher.newsletter.chapters import numbered_titles
from publisher.newsletter.contents import Contents, Entry
from publisher.newsletter.front import Front
from publisher.newsletter.lines import (
    Line,
    closed,
    join_texts,
    key,
    letters,
    marked,
    one_line,
    prominent,
    says_something,
)
from publisher.newsletter.speech import is_whole
from publisher.newsletter.titles import Place, is_special, looks_like_title, names_section, stands_over

_SENTENCE: Final = re.compile(r"[^。！？!?\n]{1,60}")
_TITLE_LENGTH: Final = 60
_NEAR_TOP: Final = 3
_CHAPTERS: Final = ("一、", "（一）", "1.", "（1）")


@dataclass(frozen=True, slots=True)
class Plan:
    """The text's lines, where its stories begin in them, and the sections' names in order, if they are known."""

    lines: tuple[Line, ...]
    stories: tuple[Story, ...]
    sections: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(slots=True)
class _Account:
    """What of a contents list and of the titles in the text is not published."""

    listed: list[str] = field(default_factory=list)
    reworded: list[tuple[Entry, str]] = field(default_factory=list)
    missing: list[Entry] = field(default_factory=list)


def plan_by_contents(front: Front, contents: Contents) -> Plan:
    """The titles as the contents list words them, where the text has them."""
    account = _Account([line.text for line in contents.heading])
    stories: list[Story] = []
    sections: list[str] = []
    for chapter in contents.chapters:
        told = [_tell(front, entry, account) for entry in chapter.entries]
        stories += [
            Story(entry.text, entry.place, chapter.name, len(stories) + order)
            for order, entry in enumerate(told)
            if entry.place
        ]
        published = any(entry.place for entry in told) and chapter.name not in sections
        account.listed.append(_rest(chapter.written, chapter.name) if published else chapter.written)
        sections += [chapter.name] if published else []
    stories += _unlisted(front, stories)
    notes = _notes(account, front.lines[contents.start], contents)
    named = tuple(sections) if any(sections) else ()
    return _laid_out(front, stories, named, notes)


def plan_by_text(front: Front, document: Document) -> Plan:
    """The titles that headings or the looks of the lines show; else one article, with what serves as its title."""
    newsletter = bool(front.head)
    plain = closed(front.lines[front.body :], front.lines)
    for found in _issue_plans(plain) if newsletter else _text_plans(plain):
        if len(found.stories) > 1 or (newsletter and found.stories):
            return found
    return _single(plain, document)


def _tell(front: Front, entry: Entry, account: _Account) -> Entry:
    """Books what an entry and its title in the text come to; the published title is the entry's wording."""
    if entry.place is None:
        account.missing.append(entry)
        account.listed.append(entry.written)
        return entry
    there = join_texts(line.text for line in front.lines[entry.place.start : entry.place.end])
    if there == entry.text or (key(there) == entry.key and Counter(letters(there)) == Counter(letters(entry.text))):
        account.listed.append(entry.written)
    else:
        account.reworded.append((entry, there))
        account.listed.append(_rest(entry.written, entry.text))
    return entry


def _rest(written: str, published: str) -> str:
    """The letters that remain of a line when what is published of it is taken out."""
    return letters(written).replace(letters(published), "", 1)


def _unlisted(front: Front, stories: Sequence[Story]) -> list[Story]:
    """A title before the first one listed, which the list has forgotten."""
    first = min((story.place.start for story in stories), default=0)
    place = front.body
    while place < first and names_section(front.lines[place]):
        place += 1
    if place >= first or not looks_like_title(front.lines, place):
        return []
    nearest = min(stories, key=lambda story: story.place.start)
    return [Story(one_line(front.lines[place].text), Place(place, 1), nearest.section, -1)]


def _notes(account: _Account, first: Line, contents: Contents) -> tuple[Note, ...]:
    count = len(contents.entries)
    lost = "\n".join(account.listed)
    notes = [Note("contents-list", f"按目录认出 {count} 个标题，目录本身不再发布。", Level.INFO, first.span, lost=lost)]
    numbered = [
        there for entry, there in account.reworded if key(marked(there).rest) == entry.key or key(there) == entry.key
    ]
    for entry, there in account.reworded:
        if there not in numbered:
            text = f"正文标题“{there}”与目录“{entry.text}”不完全一致，已采用目录的写法，请核对。"
            notes.append(Note("title-differs", text, Level.WARNING, entry.line.span, lost=there))
    if numbered:
        text = "正文里带编号或写法略有不同的标题行，已采用目录的写法。"
        notes.append(Note("title-lines", text, Level.INFO, first.span, lost="\n".join(numbered)))
    for entry in account.missing:
        text = f"目录里的“{entry.text}”在正文中没有找到，没有单独成篇，请核对目录和正文的标题。"
        notes.append(Note("title-not-found", text, Level.WARNING, entry.line.span))
    return tuple(notes)


def _laid_out(front: Front, stories: Iterable[Story], sections: tuple[str, ...], notes: tuple[Note, ...]) -> Plan:
    """The plan on lines whose opened lists and tables are whole again."""
    body = closed(front.lines[front.body :], front.lines)
    lines = (*closed(front.preface, front.lines), *body)
    places = {id(line): place for place, line in enumerate(lines)}
    moved = [
        Story(
            story.title,
            Place(places[id(front.lines[story.place.start])], story.place.count),
            story.section,
            story.order,
        )
        for story in stories
    ]
    return Plan(lines, tuple(moved), sections, notes)


def _issue_plans(lines: tuple[Line, ...]) -> Iterator[Plan]:
    """The ways to read a newsletter without a contents list, the surest first."""
    headed = _headings(lines)
    prominent = [(place, 1) for place, line in enumerate(lines) if _is_prominent(line)]
    # Numbered headings below a line that is set apart more are the chapters of an article.
    chapters = bool(prominent) and prominent[:1] < headed[:1] and _numbered(lines, headed)
    yield from (_by_headings(lines, found) for found in ([prominent] if chapters else [headed, prominent]))
    yield _by_numbers(lines)
    yield _by_looks(lines)


def _text_plans(lines: tuple[Line, ...]) -> Iterator[Plan]:
    """The ways in which a text that is no newsletter may still be several articles."""
    top = [(place, level) for place, level in _headings(lines) if level == 1]
    if all(_has_text(lines, place) for place, _ in top) and not _numbered(lines, top):
        yield _by_headings(lines, top)
    announced = [place for place in range(1, len(lines)) if names_section(lines[place - 1])]
    if sum(looks_like_title(lines, place) for place in announced) > 1:
        yield _by_looks(lines)


def _headings(lines: Sequence[Line]) -> list[tuple[int, int]]:
    return [(place, line.block.level) for place, line in enumerate(lines) if isinstance(line.block, Heading)]


def _by_headings(lines: tuple[Line, ...], headed: Sequence[tuple[int, int]]) -> Plan:
    """Articles by the highest level of headings, or by the next one where the highest only holds others."""
    if not headed:
        return Plan(lines, ())
    levels = sorted({level for _, level in headed})
    top = [place for place, level in headed if level == levels[0]]
    level_of = dict(headed)
    holders = [place for place in top if _holds(lines, place, level_of)]
    if len(levels) > 1 and len(holders) * 2 > len(top):
        return _with_sections(lines, holders, [place for place, level in headed if level == levels[1]])
    empty = set(top) & {place - 1 for place in top}
    return _with_sections(lines, sorted(empty), [place for place in top if place not in empty])


def _holds(lines: Sequence[Line], place: int, headed: dict[int, int]) -> bool:
    below = headed.get(place + 1, 0) > headed[place]
    return below and marked(lines[place + 1].text).kind not in _CHAPTERS


def _with_sections(lines: tuple[Line, ...], holders: Sequence[int], titles: Sequence[int]) -> Plan:
    """Stories under the sections that some headings name; those headings leave the text."""
    above = {title: _last_before(holders, title) for title in titles}
    used = {holder for holder in above.values() if holder >= 0}
    kept = [line for place, line in enumerate(lines) if place not in used]
    places = {id(line): place for place, line in enumerate(kept)}
    named = {holder: one_line(lines[holder].text) for holder in sorted(used)}
    stories = [
        Story(one_line(lines[title].text), Place(places[id(lines[title])], 1), named.get(holder, ""), order)
        for order, (title, holder) in enumerate(above.items())
    ]
    names = tuple(dict.fromkeys(named.values()))
    again = list((Counter(named.values()) - Counter(names)).elements())
    return Plan(tuple(kept), tuple(stories), names, _repeated(again, lines[min(used)]) if again else ())


def _last_before(places: Sequence[int], place: int) -> int:
    """The last of the sorted places that is before another, -1 if none is."""
    before = bisect_left(places, place)
    return places[before - 1] if before else -1


def _repeated(names: Sequence[str], first: Line) -> tuple[Note, ...]:
    text = "同名的栏目已合为一个栏目。"
    return (Note("sections-merged", text, Level.INFO, first.span, lost="\n".join(names)),)


def _by_looks(lines: tuple[Line, ...]) -> Plan:
    titles = [place for place in range(len(lines)) if looks_like_title(lines, place)]
    over = [place - 1 for place in titles if stands_over(lines, place - 1)]
    return _with_sections(lines, over if len(over) > 1 else [], titles)


def _by_numbers(lines: tuple[Line, ...]) -> Plan:
    sections, titles = numbered_titles(lines)
    plan = _with_sections(lines, sections, titles)
    if not titles:
        return plan
    names = {name: marked(name).rest for name in plan.sections}
    stories = [
        replace(story, title=marked(story.title).rest, section=names.get(story.section, "")) for story in plan.stories
    ]
    again = Counter(names.values()) - Counter(set(names.values()))
    numbers = [marked(text).number for text in (*names, *(story.title for story in plan.stories))]
    lost = "\n".join((*numbers, *again.elements()))
    text = "按正文里的编号认出栏目和标题，编号本身不再发布，请核对。"
    notes = (*plan.notes, Note("numbered-titles", text, Level.WARNING, lines[titles[0]].span, lost=lost))
    return replace(plan, stories=tuple(stories), sections=tuple(dict.fromkeys(names.values())), notes=notes)


def _is_prominent(line: Line) -> bool:
    short = len(line.text) <= _TITLE_LENGTH and not is_whole(line.text) and marked(line.text).kind not in _CHAPTERS
    return prominent(line) and short and not is_special(line.text) and not names_section(line)


def _has_text(lines: Sequence[Line], place: int) -> bool:
    after = lines[place + 1].block if place + 1 < len(lines) else Heading(1, ())
    return not (isinstance(after, Heading) and after.level == 1)


def _numbered(lines: Sequence[Line], headed: Sequence[tuple[int, int]]) -> bool:
    numbered = [place for place, _ in headed if marked(lines[place].text).kind in _CHAPTERS]
    return len(numbered) * 2 >= len(headed)


def _single(lines: tuple[Line, ...], document: Document) -> Plan:
    """One article under its heading, its given title, its short first line, or, for want of all, its first words."""
    if not lines:
        return Plan((), ())
    given, place = _given_title(document), _title_place(lines, document)
    if place is not None:
        return Plan(lines, (Story(one_line(lines[place].text), Place(place, 1)),))
    first = next((line for line in lines if line.running and says_something(line.text)), lines[0])
    words = _SENTENCE.search(first.text)
    title = given or document.name_title or (words[0].strip() if words else "") or "无标题"
    told = "文件属性" if given else "文件名" if document.name_title else ""
    text = f"标题取自{told}：{title}。" if told else f"文中没有标题，暂用“{title}”作标题，请核对。"
    note = Note("title-made", text, Level.INFO if told else Level.WARNING, Span(line=first.span.line))
    return Plan(lines, (Story(title, Place(0, 0)),), notes=(note,))


def _given_title(document: Document) -> str:
    return document.metadata.title.strip() or document.properties.title.strip()


def _title_place(lines: Sequence[Line], document: Document) -> int | None:
    """The line that is the title, None if the title must come from elsewhere."""
    given = key(_given_title(document))
    near = [place for place, line in enumerate(lines) if line.running and says_something(line.text)][:_NEAR_TOP]
    same = [place for place in near if given and key(lines[place].text) == given]
    strong = [place for place in near if isinstance(lines[place].block, Heading) or _is_prominent(lines[place])]
    if same:
        return same[0]
    if strong and (document.flow is Flow.PARAGRAPHS or not given):
        return strong[0]
    short = near[:1] if not given else []
    return next((place for place in short if _may_be_title(lines[place].text)), None)


def _may_be_title(text: str) -> bool:
    return len(text) <= _TITLE_LENGTH and not is_whole(text) and "。" not in text and not is_special(text)
