"""Articles out of the text: cut at their titles, each with its source, author and blocks; the closing notice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from publisher.document import Article, Flow, Level, Note, Section
from publisher.newsletter.blocks import write_blocks
from publisher.newsletter.lines import Line, key, marked, says_something, where
from publisher.newsletter.speech import (
    byline_name,
    is_source,
    is_table_source,
    is_whole,
    names_notice,
    opens_copyright,
    source_name,
)
from publisher.newsletter.titles import Place, names_section

_BYLINES: Final = 3
"""Lines after a title in which its author or source may stand."""
_NOTICE_LINES: Final = 20


@dataclass(frozen=True, slots=True)
class Story:
    """A title and where it stands; `section` is the name of the section that a contents list puts it in, and
    `order` its place there. `place.count` is 0 for a title that is not in the text.
    """

    title: str
    place: Place
    section: str = ""
    order: int = 0


@dataclass(slots=True)
class _Draft:
    title: str
    section: str
    order: int
    lines: list[Line] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Written:
    """What became of the text."""

    sections: tuple[Section, ...]
    copyright: str
    notes: tuple[Note, ...]


def write_articles(lines: Sequence[Line], stories: Sequence[Story], sections: Sequence[str], flow: Flow) -> Written:
    """The articles that begin at the stories' places, in their sections. `sections` are the names that the
    contents list gives, in order; where it gives none, lines of the text that announce a section do.
    """
    drafts, marks = _cut(lines, sorted(stories, key=lambda story: story.place.start), sections)
    notice = _take_notice(drafts) if drafts else ()
    finished = [(draft, _finished(draft, flow)) for draft in drafts]
    notes = [note for draft in drafts for note in draft.notes]
    if marks:
        lost = "\n".join(line.text for line in marks)
        notes.append(Note("section-marks", "正文里的栏目名行已用来划分栏目。", Level.INFO, marks[0].span, lost=lost))
    return Written(_gathered(finished, sections), "\n".join(notice), tuple(notes))


def _cut(lines: Sequence[Line], stories: Sequence[Story], sections: Sequence[str]) -> tuple[list[_Draft], list[Line]]:
    """A draft per story with the lines after its title, and the lines that only announced sections. Lines
    before the first title begin the first draft.
    """
    drafts: list[_Draft] = []
    marks: list[Line] = []
    announced, begin, known = "", 0, set[str]()
    names = {key(name): name for name in sections if name}
    for number, story in enumerate(stories):
        before = list(lines[begin : story.place.start])
        mark = _section_mark(before, names)
        if mark:
            line = before.pop()
            marks += [line] if names or mark in known else []
            announced = mark
            known.add(mark)
        if drafts:
            drafts[-1].lines += before
        draft = _Draft(story.title, story.section or (announced if not names else ""), story.order)
        if number == 0:
            _keep_preface(draft, before)
        drafts.append(draft)
        begin = story.place.end
    if drafts:
        drafts[-1].lines += lines[begin:]
    return drafts, marks


def _section_mark(before: Sequence[Line], names: dict[str, str]) -> str:
    """The section that the line right before a title announces, or ""."""
    if not before:
        return ""
    line = before[-1]
    if len(before) > 1 and marked(line.text).kind and marked(line.text).kind == marked(before[-2].text).kind:
        return ""  # the last of a run of lines with the same mark: a list
    announced = names_section(line)
    if not names:
        return announced
    readings = dict.fromkeys((announced, line.text, marked(line.text).rest)) if line.running else ()
    return next((names[name] for name in map(key, readings) if name in names), "")


def _keep_preface(draft: _Draft, before: Sequence[Line]) -> None:
    said = [line for line in before if says_something(line.text)]
    if said:
        line = said[0]
        text = f"{where(line)}起，第一篇文章的标题之前有文字“{line.text[:20]}…”，已放在第一篇文章开头，请核对。"
        draft.notes.append(Note("text-before-title", text, Level.WARNING, line.span))
    draft.lines += before


def _take_notice(drafts: list[_Draft]) -> tuple[str, ...]:
    """Cuts the closing notice off the last draft, or off the drafts where it stands under a title of its own."""
    draft = drafts[-1]
    if len(drafts) > 1 and _is_notice(draft):
        return (drafts.pop().title, *(line.text for line in draft.lines))
    last = range(max(0, len(draft.lines) - _NOTICE_LINES), len(draft.lines))
    for place in last:
        line = draft.lines[place]
        if line.running and opens_copyright(line.text) and all(after.running for after in draft.lines[place:]):
            notice = tuple(line.text for line in draft.lines[place:])
            del draft.lines[place:]
            return notice
    return ()


def _is_notice(draft: _Draft) -> bool:
    named = names_notice(draft.title)
    return named and 0 < len(draft.lines) <= _NOTICE_LINES and all(line.running for line in draft.lines)


def _finished(draft: _Draft, flow: Flow) -> Article:
    author = _take_author(draft)
    source = _take_source(draft)
    blocks, notes = write_blocks(draft.lines, flow)
    draft.notes += notes
    if not blocks:
        text = f"文章“{draft.title}”没有正文，请核对。"
        draft.notes.append(Note("empty-article", text, Level.WARNING))
    return Article(draft.title, blocks, author=author, source=source)


def _take_source(draft: _Draft) -> str:
    """The name in the article's 来源 line, which ends the article or follows its title."""
    lines = draft.lines
    for place in (len(lines) - 1, 0):
        if not 0 <= place < len(lines) or not lines[place].running or not is_source(lines[place].text):
            continue
        before = lines[place - 1] if place else None
        under_table = before and (not before.running or "\t" in before.text or "   " in before.text)
        if not (under_table and is_table_source(lines[place].text)):
            return _taken(draft, place, source_name(lines[place].text), "article-source", "文章来源")
    return ""


def _take_author(draft: _Draft) -> str:
    for place, line in enumerate(draft.lines[:_BYLINES]):
        if is_whole(line.text):
            break
        if line.running and byline_name(line.text):
            return _taken(draft, place, byline_name(line.text), "article-author", "作者")
    return ""


def _taken(draft: _Draft, place: int, name: str, code: str, what: str) -> str:
    """Takes a line out of the text; its label is what is lost of it."""
    line = draft.lines.pop(place)
    text = f"“{draft.title[:20]}”的{what}：{name}。"
    draft.notes.append(Note(code, text, Level.INFO, line.span, lost=line.text.replace(name, "", 1)))
    return name


def _gathered(finished: Sequence[tuple[_Draft, Article]], sections: Sequence[str]) -> tuple[Section, ...]:
    """Articles under their sections: in the order of the contents list, else of the text."""
    names = list(dict.fromkeys((*sections, *(draft.section for draft, _ in finished))))
    gathered = []
    for name in names:
        own = sorted((pair for pair in finished if pair[0].section == name), key=lambda pair: pair[0].order)
        if own:
            gathered.append(Section(name, tuple(article for _, article in own)))
    return tuple(gathered)
