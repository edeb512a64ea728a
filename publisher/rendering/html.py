"""Blocks -> nodes. Each function knows one kind of block and what the platform does to it.

`room` counts the levels of elements that are still free: the platform cuts off deep nesting, so a block that needs
more levels than are left is written flatter. A line of text takes `LINE` levels inside its block.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from msgspec.structs import replace

from publisher.document import (
    Align,
    Block,
    Box,
    Code,
    Divider,
    Figure,
    Heading,
    Inlines,
    Items,
    Math,
    Paragraph,
    Quote,
    Table,
    Text,
    text_of,
    walk,
)
from publisher.rendering.highlighting import Run, highlight
from publisher.rendering.inlines import (
    Page,
    shows,
    uncoloured,
    write_formula,
    write_inlines,
    write_picture,
    write_words,
)
from publisher.rendering.roles import CODE_COLORS
from publisher.rendering.tables import LEVELS, write_table
from publisher.rendering.theme import style_of
from publisher.rendering.tree import BREAK, Element, Node, Nodes, height, join

ROOM = 7
"""Levels inside the root: with it they are eight."""
LINE = 2

_STEP = 1.2
"""Em by which a list with markers of text stands inside another."""

_RESET = frozenset({"h2", "h3", "h4", "h5", "h6"})
_FIRST_BLANKS = re.compile(r"^ +")
_DOUBLE_BLANKS = re.compile(r" {2,}")
_LONG_WORD = re.compile(r"[!-~]{24}")
_NBSP, _WIDE_BLANK = "\u00a0", "\u3000"


def write_blocks(page: Page, blocks: tuple[Block, ...], room: int = ROOM) -> Nodes:
    """The nodes of blocks, for a place with `room` levels; where only a line fits, their lines alone."""
    if room <= LINE:
        return join([_write_flat(page, block) for block in walk(blocks)])
    return tuple(node for block in blocks for node in write_block(page, block, room))


def write_block(page: Page, block: Block, room: int = ROOM) -> Nodes:
    """The nodes of one block; none for a block that shows nothing."""
    match block:
        case Paragraph(inlines=inlines, align=align):
            return _write_line(page, "p", "p", write_inlines(page, inlines), align or _ragged(page, inlines))
        case Heading():
            return _write_heading(page, block, room)
        case Figure():
            return _write_figure(page, block, room)
        case Items():
            return _write_items(page, block, room)
        case Quote(blocks=blocks):
            return _write_container(page, "quote", "", blocks, room)
        case Box(title=title, blocks=blocks):
            return _write_container(page, "box", title, blocks, room)
        case Code():
            return _write_code(page, block)
        case Math():
            return _write_line(page, "p", "math", write_formula(page, block))
        case Table():
            return _write_table(page, block, room)
        case Divider():
            return (page.element("hr", "hr", ()),)


def _write_line(page: Page, tag: str, role: str, inner: Nodes, align: Align = Align.START) -> Nodes:
    return (page.aligned(tag, role, inner, align),) if shows(inner) else ()


def _ragged(page: Page, inlines: Inlines) -> Align:
    """How a paragraph is aligned that says nothing: before a word as long as a line, an address mostly, justified lines
    are torn apart.
    """
    torn = page.theme.inherited("p", "text-align") == "justify" and _LONG_WORD.search(text_of(inlines))
    return Align.LEFT if torn else Align.START


def _write_heading(page: Page, heading: Heading, room: int) -> Nodes:
    # Sections are <h2>, articles <h3>; the page itself has the title as <h1>.
    level = min(max(heading.level, 1), 4)
    line = _heading_line(page.inside(f"h{level}"), heading)
    return write_title(page, f"h{min(level + 3, 6)}", f"h{level}", line, room)


def write_title(page: Page, tag: str, role: str, inner: Nodes, room: int = ROOM) -> Nodes:
    """A heading; where every character counts, one as large as the text is a bold line: the page resets headings, so
    that a heading would have to state its size and weight.
    """
    own = dict(page.theme.declarations.get(role, {}))
    size = page.theme.inherited("root", "font-size")
    small = own.pop("font-size", "" if tag in _RESET else size) == size
    if page.theme.terse and room > LINE + 1 and small and own.pop("font-weight", "") == "bold" and shows(inner):
        bold = Element(page.tag("strong"), inner)
        return (page.adorned("p", role, (bold,), style_of(own)),)
    return _write_line(page, tag, role, inner)


def _heading_line(page: Page, heading: Heading) -> Nodes:
    label = (Text(heading.label),) if heading.label else ()
    return write_inlines(page, uncoloured((*label, *heading.inlines)))


def _write_figure(page: Page, figure: Figure, room: int) -> Nodes:
    # What the caption says need not be said twice, least of all to somebody to whom it is read.
    alt = "" if figure.alt in text_of(figure.caption) else figure.alt
    image = write_picture(page, figure.picture, alt, page.theme.style("img")) if figure.picture else ()
    line = write_inlines(page.inside("caption"), figure.caption)
    if not image or room < LINE + 2:
        return (*image, *_write_line(page, "p", "caption", line))
    style = page.theme.style_inside("caption", "figure")
    if page.theme.terse and not style:
        return (page.element("p", "figure", join([image, line])),)
    caption = (page.adorned("p", "caption", line, style),) if shows(line) else ()
    return (page.element("section", "figure", (*image, *caption)),)


def _write_container(page: Page, role: str, title: str, blocks: tuple[Block, ...], room: int) -> Nodes:
    flat = room < LINE + 2
    inside = page if flat else page.inside(role)
    words = (write_words(page, title),) if title.strip() else ()
    head = (inside.element("p", "box-title", words),) if words else ()
    inner = (*head, *write_blocks(inside, blocks, room if flat else room - 1))
    tag = "blockquote" if role == "quote" else "section"
    return (page.element(tag, role, inner),) if inner and not flat else inner


def _write_flat(page: Page, block: Block) -> Nodes:
    """What a block shows by itself, without its inner blocks, as one line."""
    match block:
        case Paragraph(inlines=inlines):
            return write_inlines(page, inlines)
        case Heading():
            return _heading_line(page, block)
        case Figure(picture=picture, alt=alt, caption=caption):
            image = write_picture(page, picture, alt, page.theme.style("img")) if picture else ()
            return join([image, write_inlines(page, caption)])
        case Table(caption=caption, source=source):
            return join([write_inlines(page, caption), write_inlines(page, source)])
        case Box(title=title):
            return (title,) if title.strip() else ()
        case Code():
            return _code(page, replace(block, language=""))
        case Math(tex=tex, picture=picture):
            return write_formula(page, block) if picture in page.addresses else (tex,)
        case Items() | Quote() | Divider():
            return ()


# ---------------------------------------------------------------------------- lists


def _write_items(page: Page, items: Items, room: int) -> Nodes:
    """A plain list, at most two levels of it; below, and for a list that does not begin at 1 or counts in letters,
    markers are text, since the platform's editor keeps neither a third level nor the number.
    """
    if room < LINE + 2 or items.labels or (items.ordered and items.start != 1):
        return _write_marked(page, items, room)
    # The lines of an item stand directly in its <li>: the editor resets what is wrapped there.
    written = (_write_item(page, blocks, room - 2) for blocks in items.items)
    entries = tuple(Element("li", (*lead, *rest)) for lead, rest in written if lead or rest)
    return (page.element("ol" if items.ordered else "ul", "list", entries),) if entries else ()


def _write_item(page: Page, blocks: tuple[Block, ...], room: int) -> tuple[Nodes, Nodes]:
    """The lines with which an item begins, and what follows them."""
    begin = next((index for index, block in enumerate(blocks) if not isinstance(block, Paragraph)), len(blocks))
    lead = _write_lines(page, blocks[:begin])
    rest = write_blocks(page, blocks[begin:], room)
    return (lead, (BREAK, *rest)) if lead and rest and room <= LINE else (lead, rest)


def _write_lines(page: Page, blocks: tuple[Block, ...]) -> Nodes:
    lines = [write_inlines(page, block.inlines) for block in blocks if isinstance(block, Paragraph)]
    shown = [line for line in lines if shows(line)]
    return shown[0] if len(shown) == 1 else join(shown)


def _write_marked(page: Page, items: Items, room: int) -> Nodes:
    nodes: list[Node] = []
    deeper = replace(page, marked_lists=page.marked_lists + 1)
    indent = f"margin-left:{_STEP * page.marked_lists:g}em" if page.marked_lists else ""
    for number, blocks in enumerate(items.items, items.start):
        lead, rest = _write_item(deeper, blocks, room)
        if lead or rest:
            label = items.labels[number - items.start] if items.labels else f"{number}."
            marker = f"{label} " if items.ordered else "– "
            nodes += (page.element("p", "item", (marker, *lead), indent), *rest)
    return tuple(nodes)


# ---------------------------------------------------------------------------- code and tables


def _write_code(page: Page, code: Code) -> Nodes:
    if not code.text.strip():
        return ()
    # A column is as wide as what cannot be broken in it: in a table long lines of code must be.
    broken = "white-space:normal" if page.in_cell else ""
    return (page.element("section", "code", (Element("code", _code(page, code)),), broken),)


def _code(page: Page, code: Code) -> Nodes:
    """Code with its line breaks and blanks spelled out, since the platform's editor folds the white space of <pre> on
    saving; coloured where the theme has colours.
    """
    text = "\n".join(line.rstrip() for line in code.text.expandtabs(4).strip("\n").split("\n"))
    coloured = bool(CODE_COLORS & page.theme.styles.keys())
    runs = highlight(text, code.language) if coloured else (("", text),)
    # An empty line needs something in it, or join() leaves it out.
    return join([_code_line(page, line) or (_NBSP,) for line in _lines(runs)])


def _lines(runs: Iterable[Run]) -> list[list[Run]]:
    """The runs of each line."""
    lines: list[list[Run]] = [[]]
    for role, text in runs:
        first, *others = text.split("\n")
        lines[-1].append((role, first))
        lines += [[(role, piece)] for piece in others]
    return [[(role, piece) for role, piece in line if piece] for line in lines]


def _code_line(page: Page, line: list[Run]) -> Nodes:
    nodes: list[Node] = []
    for index, (role, piece) in enumerate(line):
        spelled = _DOUBLE_BLANKS.sub(_spell, piece if index else _FIRST_BLANKS.sub(_indent(page), piece))
        style = page.theme.style(role)
        nodes.append(Element("span", (spelled,), style) if style else spelled)
    return tuple(nodes)


def _indent(page: Page) -> Callable[[re.Match[str]], str]:
    return _spell_wide if page.theme.terse else _spell


def _spell(blanks: re.Match[str]) -> str:
    return _NBSP * len(blanks.group())


def _spell_wide(blanks: re.Match[str]) -> str:
    """The indent in blanks as wide as Han characters, one for two: a sixth of what &nbsp; costs for each."""
    pairs, single = divmod(len(blanks.group()), 2)
    return _WIDE_BLANK * pairs + _NBSP * single


def _write_table(page: Page, table: Table, room: int) -> Nodes:
    caption = _write_line(page, "p", "caption", write_inlines(page.inside("caption"), table.caption))
    body = write_table(page, table, room, _write_cell) if room > LEVELS else ()
    if not body or height(body) + 1 > room:
        rows = [_write_narrow_row(page, tuple(cell.blocks for cell in row)) for row in table.rows]
        body = tuple(page.element("p", "item", row) for row in rows if shows(row))
    return (*caption, *body, *_write_line(page, "p", "source", write_inlines(page.inside("source"), table.source)))


def _write_narrow_row(page: Page, cells: tuple[tuple[Block, ...], ...]) -> Nodes:
    """A row of a table inside a cell: its cells parted by blanks."""
    return join([write_blocks(page, cell, LINE) for cell in cells], "\u3000")


def _write_cell(page: Page, room: int, blocks: tuple[Block, ...]) -> Nodes:
    if all(isinstance(block, Paragraph) for block in blocks):
        return _write_lines(page, blocks)
    return write_blocks(page, blocks, room)
