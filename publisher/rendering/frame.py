"""What stands around the articles: masthead, contents, headings, sources, notes, the closing notice."""

from __future__ import annotations

from collections.abc import Iterator

from publisher.document import Align, Link, Masthead, Newsletter, Section, Text
from publisher.rendering.html import LINE, write_blocks, write_title
from publisher.rendering.inlines import Page, write_inlines, write_picture, write_words
from publisher.rendering.layout import Part, chinese_date, issue_name, issue_number
from publisher.rendering.tree import Node, Nodes, join

_FEW = 2


def write_part(page: Page, newsletter: Newsletter, part: Part, shown: str, author: str, qr: str) -> Nodes:
    """One article of the draft. `shown` and `author` are what the platform shows above it, so that neither is said
    twice; `qr` is the picture of the account's code.
    """
    head = _write_head(page, newsletter, part)
    body = [node for section in part.sections for node in _write_section(page, section, part, shown, author)]
    notes = _write_notes(page, part)
    end = _write_end(page, newsletter, qr) if part.last else ()
    return (page.element("section", "root", (*head, *body, *notes, *end)),)


# ---------------------------------------------------------------------------- above


def _write_head(page: Page, newsletter: Newsletter, part: Part) -> Nodes:
    if not part.first:
        name = issue_name(newsletter.masthead)
        return (page.element("p", "running-head", (name,)),) if name else ()
    contents = _write_contents(page, newsletter) if len(newsletter.articles) >= _FEW else ()
    return (*_write_masthead(page, newsletter.masthead or Masthead()), *contents)


def _write_masthead(page: Page, masthead: Masthead) -> Nodes:
    line = "\u3000".join(part for part in (masthead.editor, chinese_date(masthead.date)) if part)
    lines = (
        ("masthead-name", masthead.name),
        ("masthead-issue", issue_number(masthead)),
        ("masthead-line", line),
    )
    inner = tuple(page.element("p", role, (text,)) for role, text in lines if text)
    return (page.element("section", "masthead", inner),) if inner else ()


def _write_contents(page: Page, newsletter: Newsletter) -> Nodes:
    lines: list[Node] = [page.element("p", "contents-title", ("本期目录",))]
    for section in newsletter.sections:
        titles = [article.title for article in section.articles if article.title]
        if titles and section.name:
            lines.append(page.element("p", "contents-section", (write_words(page, section.name),)))
        if titles:
            lines.append(page.element("section", "contents-items", _write_titles(page, titles)))
    return (page.element("section", "contents", tuple(lines)),)


def _write_titles(page: Page, titles: list[str]) -> Nodes:
    """The entries, each an element of its own where the theme gives them a look: lines cost less."""
    lines: tuple[Nodes, ...] = tuple((write_words(page, title),) for title in titles)
    hanging = page.theme.inherited("contents-items", "text-indent") not in {"", "0"}
    if not hanging and not page.adorns("contents-item"):
        return join(lines)
    # Not <p>: outside the platform's page it would bring margins of its own.
    return tuple(page.element("section", "contents-item", line) for line in lines)


# ---------------------------------------------------------------------------- articles


def _write_section(page: Page, section: Section, part: Part, shown: str, author: str) -> Iterator[Node]:
    # The platform shows the piece's title above: a section called the same, or a share of it, needs no heading.
    if section.name and part.title != section.name and not part.title.startswith(f"{section.name}（"):
        yield page.element("h2", "section-title", (write_words(page, section.name),))
    alone = len(part.articles) == 1
    for article in section.articles:
        if not alone or article.title != shown:
            yield from write_title(page, "h3", "title", (write_words(page, article.title),))
        if article.author and article.author != author:
            yield from _write_line(page, "p", "byline", f"作者：{article.author}")
        yield from write_blocks(page, article.blocks)
        # Alone, an article's address is the piece's 阅读原文; with others it becomes a note.
        yield from _write_source(page, article.source, "" if alone else article.source_url)


def _write_line(page: Page, tag: str, role: str, text: str) -> Nodes:
    return (page.element(tag, role, (text,)),) if text.strip() else ()


def _write_source(page: Page, source: str, address: str) -> Nodes:
    label = ("信息来源：",) if source else ()
    named = (
        write_inlines(page.inside("source"), (Link(address, (Text(source or "原文链接"),)),)) if address else (source,)
    )
    return (page.element("p", "source", (*label, *named)),) if source or address else ()


# ---------------------------------------------------------------------------- below


def _write_notes(page: Page, part: Part) -> Nodes:
    if part.last:
        for name in page.orphans:
            page.footnotes.setdefault(name, len(page.footnotes) + 1)
    # Footnotes first: their own links, and notes within notes, join the run.
    footnotes = _write_footnotes(page)
    # Kept together, or a long address leaves its number alone on a line.
    blank = " " if page.theme.terse else "\u00a0"
    links: list[Nodes] = [(f"[{number}]{blank}{address}",) for address, number in page.links.items()]
    return (*_write_note_list(page, "注释", footnotes), *_write_note_list(page, "参考链接", links))


def _write_footnotes(page: Page) -> list[Nodes]:
    entries: list[Nodes] = []
    while len(entries) < len(page.footnotes):
        name = list(page.footnotes)[len(entries)]
        blocks = write_blocks(page.inside("notes"), page.known_footnotes[name].blocks, LINE)
        entries.append((f"[注{len(entries) + 1}] ", *blocks))
    return entries


def _write_note_list(page: Page, title: str, entries: list[Nodes]) -> Nodes:
    if not entries:
        return ()
    # Lines, not elements: a note costs as little as it can.
    return (page.element("section", "notes", (*write_title(page, "p", "notes-title", (title,)), *join(entries))),)


def _write_end(page: Page, newsletter: Newsletter, qr: str) -> Nodes:
    head = newsletter.masthead or Masthead()
    contacts = (("地址", head.address), ("邮箱", head.email), ("电话", head.phone))
    lines = [line.strip() for line in newsletter.copyright.splitlines() if line.strip()]
    lines += [f"{label}：{text}" for label, text in contacts if text]
    notice = (page.element("section", "notice", join([(line,) for line in lines])),) if lines else ()
    return (*notice, *(_write_code(page, head.name, qr) if qr else ()))


def _write_code(page: Page, name: str, qr: str) -> Nodes:
    """The account's code, half as wide as the text, so that a phone can read it off another phone."""
    image = write_picture(page, qr, "公众号二维码", page.theme.style("img", "width:50%"))
    caption = f"长按识别二维码，关注「{name}」" if name else "长按识别二维码，关注我们"
    align = Align.START if page.theme.inherited("caption", "text-align") == "center" else Align.CENTER
    inner = (*image, page.aligned("p", "caption", (caption,), align))
    return (page.element("section", "figure", inner, "margin-top:24px"),) if image else ()
