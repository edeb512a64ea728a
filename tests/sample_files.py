"""A manuscript as a file in every format that an office drops: Word's ways, saved pages, Markdown."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Any, Final

from docx import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.shared import Cm, Pt
from PIL import Image

from publisher.document import Cell, Table, plain_text
from tests.manuscripts import Piece

_INDENT: Final = "　　"


def picture() -> bytes:
    """A small drawing, as PNG."""
    stream = io.BytesIO()
    Image.new("RGB", (320, 200), (40, 90, 160)).save(stream, "PNG")
    return stream.getvalue()


# ---------------------------------------------------------------------------- Word


def word_with_styles(pieces: Sequence[Piece]) -> bytes:
    """A .docx whose titles have heading styles: sections 1, articles 2, headings inside them below."""
    word = WordDocument()
    for piece in pieces:
        match piece.kind:
            case "name":
                word.add_heading(piece.text, 0)
            case "section":
                word.add_heading(piece.text, 1)
            case "title":
                word.add_heading(piece.text, 2)
            case "heading":
                word.add_heading(piece.text, 2 + piece.level)
            case "box":
                _add_text_box(word, piece)
            case _:
                _add_plain(word, piece)
    return _saved(word)


def word_as_offices_write(pieces: Sequence[Piece]) -> bytes:
    """A .docx without any style: titles bold, large and centred, headings bold, paragraphs indented by blanks or
    by the ruler, the box drawn with dashes.
    """
    word = WordDocument()
    for number, piece in enumerate(pieces):
        match piece.kind:
            case "name" | "section" | "title":
                _add_bold(word, piece.text, 22 if piece.kind == "name" else 16, centred=True)
            case "heading":
                _add_bold(word, f"{_INDENT}{piece.text}", 12)
            case "box":
                _add_plain(word, Piece("text", f"-----【{piece.text}】-----"))
                for inner in piece.inside:
                    _add_plain(word, inner)
            case "text" if number % 2:
                word.add_paragraph(piece.text).paragraph_format.first_line_indent = Cm(0.85)
            case "text":
                word.add_paragraph(f"{_INDENT}{piece.text}")
            case _:
                _add_plain(word, piece)
    return _saved(word)


def word_of_lines(pieces: Sequence[Piece]) -> bytes:
    """A .docx into which lines were pasted: a paragraph each, and nothing else."""
    word = WordDocument()
    for piece in pieces:
        word.add_paragraph(piece.text)
    return _saved(word)


def _saved(word: Any) -> bytes:
    stream = io.BytesIO()
    word.save(stream)
    return stream.getvalue()


def _add_plain(word: Any, piece: Piece) -> None:
    match piece.kind:
        case "picture":
            word.add_picture(io.BytesIO(picture()), Cm(8))
            word.paragraphs[-1].alignment = WD_ALIGN_PARAGRAPH.CENTER
        case "table" if piece.table:
            _add_table(word, piece.table)
        case "caption" | "name" | "head":
            word.add_paragraph(piece.text).alignment = WD_ALIGN_PARAGRAPH.CENTER
        case _:
            word.add_paragraph(piece.text)


def _add_bold(word: Any, text: str, size: int, *, centred: bool = False) -> None:
    paragraph = word.add_paragraph()
    run = paragraph.add_run(text)
    run.bold, run.font.size = True, Pt(size)
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _add_text_box(word: Any, piece: Piece) -> None:
    """A text box, as Word draws one, whose first line, bold, is its title."""
    bold = f"<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>{escape(piece.text)}</w:t></w:r></w:p>"
    content = bold + "".join(f"<w:p><w:r><w:t>{escape(inner.text)}</w:t></w:r></w:p>" for inner in piece.inside)
    word.add_paragraph()._p.append(parse_xml(_TEXT_BOX.format(content=content)))


_TEXT_BOX: Final = """
<w:r xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"
 xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"
 xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
 xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"
 xmlns:v="urn:schemas-microsoft-com:vml"><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>
<wp:inline><wp:extent cx="5000000" cy="2500000"/><wp:docPr id="90" name="Text Box 90"/><a:graphic>
<a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp>
<wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="5000000" cy="2500000"/></a:xfrm>
<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:ln w="6350"><a:solidFill><a:srgbClr val="000000"/></a:solidFill>
</a:ln></wps:spPr><wps:txbx><w:txbxContent>{content}</w:txbxContent></wps:txbx><wps:bodyPr/></wps:wsp>
</a:graphicData></a:graphic></wp:inline></w:drawing></mc:Choice><mc:Fallback><w:pict>
<v:rect style="width:400pt;height:200pt"><v:textbox><w:txbxContent>{content}</w:txbxContent></v:textbox></v:rect>
</w:pict></mc:Fallback></mc:AlternateContent></w:r>
"""


def _add_table(word: Any, table: Table) -> None:
    grid = word.add_table(len(table.rows), max(sum(cell.colspan for cell in row) for row in table.rows))
    grid.style = "Table Grid"
    for row, column, cell in _placed(table):
        if cell.rowspan > 1 or cell.colspan > 1:
            grid.cell(row, column).merge(grid.cell(row + cell.rowspan - 1, column + cell.colspan - 1))
        grid.cell(row, column).text = _cell_text(cell)


def _placed(table: Table) -> Iterator[tuple[int, int, Cell]]:
    """Every cell with its row and its column in the grid."""
    taken: set[tuple[int, int]] = set()
    for row, cells in enumerate(table.rows):
        column = 0
        for cell in cells:
            while (row, column) in taken:
                column += 1
            yield row, column, cell
            taken.update((row + down, column + right) for down in range(cell.rowspan) for right in range(cell.colspan))


def _cell_text(cell: Cell) -> str:
    return "\n".join(plain_text(block) for block in cell.blocks)


# ---------------------------------------------------------------------------- HTML


def page_saved(pieces: Iterable[Piece]) -> bytes:
    """A page as a browser saves it: h1 to h5, p, table; the box is a table of one cell."""
    body = "\n".join(map(_page_piece, pieces))
    head = '<!DOCTYPE html><html><head><meta charset="utf-8"><title>本期</title></head>'
    return f"{head}<body>{body}</body></html>".encode()


def _page_piece(piece: Piece) -> str:
    text = escape(piece.text).replace("\n", "<br>")
    match piece.kind:
        case "name" | "section":
            return f"<h1>{text}</h1>"
        case "title":
            return f"<h2>{text}</h2>"
        case "heading":
            return f"<h{2 + piece.level}>{text}</h{2 + piece.level}>"
        case "picture":
            return f'<p><img src="data:image/png;base64,{base64.b64encode(picture()).decode()}"></p>'
        case "table" if piece.table:
            return _page_table(piece.table, "<p>{}</p>")
        case "box":
            inside = "".join(map(_page_piece, piece.inside))
            return f"<table><tr><td><p><b>{text}</b></p>{inside}</td></tr></table>"
        case _:
            return f"<p>{text}</p>"


def page_of_word(pieces: Iterable[Piece]) -> bytes:
    """A page as Word saves it: classes and styles, comments for Office, gb2312 by name and GBK by its bytes."""
    body = "\n".join(map(_word_piece, pieces))
    head = '<meta http-equiv=Content-Type content="text/html; charset=gb2312"><meta name=Generator content="Word 15">'
    office = "<!--[if gte mso 9]><xml><w:WordDocument><w:View>Print</w:View></w:WordDocument></xml><![endif]-->"
    page = f'<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>{head}{office}</head>'
    return f"{page}<body lang=ZH-CN><div class=WordSection1>{body}</div></body></html>".encode("gb18030")


_NORMAL: Final = "<p class=MsoNormal{more}>{text}<o:p></o:p></p>"
_BOLD: Final = "<b><span style='font-size:16.0pt;font-family:宋体'>{}</span></b>"
_SPAN: Final = "<span style='font-size:12.0pt;font-family:宋体'>{}</span>"


def _word_piece(piece: Piece) -> str:
    text = escape(piece.text).replace("\n", "<br>\n")
    match piece.kind:
        case "name" | "section" | "title":
            return _NORMAL.format(more=" align=center style='text-align:center'", text=_BOLD.format(text))
        case "heading":
            return _NORMAL.format(more=" style='text-indent:24.0pt'", text=_BOLD.format(text))
        case "picture":
            data = base64.b64encode(picture()).decode()
            return _NORMAL.format(more="", text=f'<img width=320 src="data:image/png;base64,{data}">')
        case "table" if piece.table:
            return _page_table(piece.table, "<p class=MsoNormal><span lang=EN-US>{}</span></p>")
        case "box":
            drawn = _NORMAL.format(more="", text=_SPAN.format(f"-----【{text}】-----"))
            return drawn + "".join(map(_word_piece, piece.inside))
        case "caption":
            return _NORMAL.format(more=" align=center", text=_SPAN.format(text))
        case _:
            return _NORMAL.format(more=" style='text-indent:24.0pt'", text=_SPAN.format(text))


def _page_table(table: Table, paragraph: str) -> str:
    rows = []
    for number, row in enumerate(table.rows):
        tag = "th" if number < table.header_rows else "td"
        cells = (
            f"<{tag} rowspan={cell.rowspan} colspan={cell.colspan}>"
            + paragraph.format(escape(_cell_text(cell)).replace("\n", "<br>"))
            + f"</{tag}>"
            for cell in row
        )
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table border=1>{''.join(rows)}</table>"


# ---------------------------------------------------------------------------- Markdown


def markdown(pieces: Iterable[Piece]) -> bytes:
    """A Markdown file with front matter and headings; the box is drawn with dashes."""
    body = "\n\n".join(map(_markdown_piece, pieces))
    return f"---\ntheme: official\n---\n\n{body}\n".encode()


def _markdown_piece(piece: Piece) -> str:
    text = piece.text.replace("\n", "\\\n")
    match piece.kind:
        case "name":
            return f"# {text}"
        case "section":
            return f"# {text}"
        case "title":
            return f"## {piece.text.replace(chr(10), '<br>')}"
        case "heading":
            return f"{'#' * (2 + piece.level)} {text}"
        case "listed":
            return text.replace(". ", "\\. ", 1) if text[0].isdigit() else text
        case "picture":
            return ""
        case "table" if piece.table:
            return _page_table(piece.table, "{}")
        case "box":
            return "\n\n".join([f"\\-----【{text}】-----", *map(_markdown_piece, piece.inside)])
        case _:
            return text
