"""From the flat blocks that an importer gives to a newsletter: masthead, sections, articles.

    lines -> without page numbers and running heads -> masthead | contents list | text
    text -> cut at the titles (as the contents list has them, else by headings, else by the looks of the lines)
         -> sections of articles, each with its blocks, source and author; the closing notice

All structure comes from rules on the text, none from knowing a newsletter. Conservation: the letters, digits
and Han of the input are those of the output's texts plus those of `Note.lost`; of the masthead, `name`,
`editor`, `address`, `email` and `phone` count, since they are as written, while numbers and dates are read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec.structs import replace

from publisher.document import Document, Flow, Level, Newsletter, Note, Section
from publisher.newsletter.articles import write_articles
from publisher.newsletter.front import read_front
from publisher.newsletter.joining import are_cut, unwrap
from publisher.newsletter.lines import Line, lines_of
from publisher.newsletter.masthead import read_masthead
from publisher.newsletter.plan import plan_by_contents, plan_by_text
from publisher.newsletter.running import drop_running


def recover(document: Document) -> Newsletter:
    """The newsletter that a document is; one that is none becomes a single article. Never fails: what is
    doubtful is in the notes.
    """
    lines = lines_of(document)
    if document.flow is Flow.PARAGRAPHS and are_cut(lines):
        document = _as_lines(document, lines[0])
    text, dropped = _readable(document, lines)
    front = read_front(text)
    plan = plan_by_contents(front, front.contents) if front.contents else plan_by_text(front, document)
    written = write_articles(plan.lines, plan.stories, plan.sections, document.flow)
    masthead, told = read_masthead(front.head)
    return Newsletter(
        masthead=masthead,
        sections=written.sections if masthead else _described(written.sections, document),
        copyright=written.copyright,
        footnotes=document.footnotes,
        assets=document.assets,
        metadata=document.metadata,
        notes=(*document.notes, *sorted((*dropped, *told, *plan.notes, *written.notes), key=_place)),
    )


def _as_lines(document: Document, first: Line) -> Document:
    text = "多处段落在句子中间断开（像是从 PDF 粘贴来的），已按句子接成整段，请核对。"
    notes = (*document.notes, Note("lines-joined", text, Level.WARNING, first.span))
    return replace(document, flow=Flow.LINES, notes=notes)


def _readable(document: Document, lines: Sequence[Line]) -> tuple[Sequence[Line], tuple[Note, ...]]:
    if document.flow is Flow.PARAGRAPHS:
        return lines, ()
    kept, notes = drop_running(lines)
    return unwrap(kept), notes


def _described(sections: tuple[Section, ...], document: Document) -> tuple[Section, ...]:
    """The only article of a document with what the editor said about it outside its text."""
    if [len(section.articles) for section in sections] != [1]:
        return sections
    article, metadata, properties = sections[0].articles[0], document.metadata, document.properties
    described = replace(
        article,
        author=article.author or metadata.author or properties.author,
        digest=metadata.digest or properties.digest,
        source_url=metadata.source_url,
        cover=metadata.cover,
    )
    return (replace(sections[0], articles=(described,)),)


def _place(note: Note) -> tuple[str, int]:
    """A place to sort by: page 2 is before page 10."""
    return re.sub(r"\d+", lambda number: number[0].zfill(6), note.span.part), note.span.line
