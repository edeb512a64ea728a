"""Makes PDF files for tests: an issue typeset as an office does it and printed by LibreOffice or Chromium, and PDFs
written by hand for what no program prints.
"""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from docx import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from PIL import Image, ImageDraw

from publisher.document import Cell, plain_text
from tests.libreoffice import convert
from tests.manuscripts import Piece

# ---------------------------------------------------------------------------- what is printed


_SOURCE = "信息来源："


@dataclass(frozen=True)
class Layout:
    """How an office sets its pages; sizes are points."""

    size: float = 16
    title_size: float = 22
    columns: int = 1
    spacing: float = 28
    indent: float = 2
    header: str = "内部资料　注意保存"
    footer: str = "— {} —"
    headings: bool = True
    bold_headings: bool = True
    justified: bool = True


# ---------------------------------------------------------------------------- as a Word file


def word_issue(pieces: Sequence[Piece], layout: Layout | None = None) -> bytes:
    """The issue as a .docx, typeset by hand: sizes, centring and indents, no styles."""
    way = layout or Layout()
    word = WordDocument()
    style = word.styles["Normal"]
    style.font.name, style.font.size = "FangSong", Pt(way.size)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "仿宋")
    section = word.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    _set_running(section, way)
    for piece in pieces:
        _typeset(word, piece, way)
    if way.columns > 1:
        _set_columns(word, way.columns)
    stream = io.BytesIO()
    word.save(stream)
    return stream.getvalue()


def _set_running(section: Any, way: Layout) -> None:
    """The running head, and the page number as offices write it: — 3 —."""
    _write(section.header.paragraphs[0], way.header, 10.5, align=WD_ALIGN_PARAGRAPH.CENTER)
    before, _, after = way.footer.partition("{}")
    paragraph = section.footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _write(paragraph, before, 14, align=WD_ALIGN_PARAGRAPH.CENTER)
    _add_field(paragraph, "PAGE")
    _write(paragraph, after, 14, align=WD_ALIGN_PARAGRAPH.CENTER)


def _add_field(paragraph: Any, code: str) -> None:
    run = paragraph.add_run()
    run.font.size = Pt(14)
    field_code = OxmlElement("w:fldSimple")
    field_code.set(qn("w:instr"), code)
    paragraph._p.append(field_code)


def _write(paragraph: Any, text: str, size: float, *, align: Any = None, bold: bool = False, sans: bool = False) -> Any:
    run = paragraph.add_run(text)
    run.font.size, run.font.bold = Pt(size), bold
    name = "Noto Sans CJK SC" if sans else "Noto Serif CJK SC"
    run.font.name = name
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)
    if align is not None:
        paragraph.alignment = align
    return run


def _typeset(word: Any, piece: Piece, way: Layout) -> None:
    match piece.kind:
        case "table" if piece.table:
            _add_word_table(word, piece.table.rows, way)
        case "picture":
            paragraph = word.add_paragraph()
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            paragraph.paragraph_format.keep_with_next = True
            paragraph.add_run().add_picture(io.BytesIO(drawn_picture()), width=Mm(110 / way.columns))
        case "box":
            _add_line(word, Piece("listed", f"-----【{piece.text}】-----"), way)
            for inner in piece.inside:
                _typeset(word, inner, way)
        case _:
            _add_line(word, piece, way)


def _add_line(word: Any, piece: Piece, way: Layout) -> None:
    text, paragraph = piece.text, word.add_paragraph()
    form = paragraph.paragraph_format
    form.space_before = form.space_after = Pt(0)
    form.line_spacing = Pt(way.spacing)
    centre, right = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
    match piece.kind:
        case "name":
            form.line_spacing = Pt(way.title_size * 2.2)
            _write(paragraph, text, way.title_size * 1.6, align=centre, bold=True).font.color.rgb = RGBColor(200, 0, 0)
        case "head":
            _write(paragraph, text, way.size * 0.9, align=centre)
        case "title":
            form.line_spacing, form.space_before = Pt(way.title_size * 1.5), Pt(way.size)
            form.keep_with_next = True
            _write(paragraph, text, way.title_size, align=centre, bold=True, sans=True)
        case "section":
            form.keep_with_next = True
            _write(paragraph, text, way.size * 1.1, bold=True, sans=True)
        case "heading":
            form.first_line_indent, form.keep_with_next = Pt(way.size * way.indent), True
            _write(paragraph, text, way.size, bold=way.bold_headings, sans=piece.level == 1)
        case "caption":
            form.keep_with_next = text.startswith("图表 2")
            _write(paragraph, text, way.size * 0.8, align=centre, bold=True)
        case "source":
            _write(paragraph, text, way.size * 0.7)
        case "text" if text.startswith(_SOURCE):
            _write(paragraph, text, way.size, align=right)
        case "listed":
            _write(paragraph, text, way.size)
        case _:
            form.first_line_indent = Pt(way.size * way.indent)
            _write(paragraph, text, way.size, align=WD_ALIGN_PARAGRAPH.JUSTIFY if way.justified else None)


def _add_word_table(word: Any, rows: Sequence[Sequence[Cell]], way: Layout) -> None:
    """The table with its merged cells, its first row repeated on every page."""
    places = _places(rows)
    width = 1 + max(column for _, column in places)
    grid = word.add_table(len(rows), width)
    grid.style = "Table Grid"
    repeat = OxmlElement("w:tblHeader")
    grid.rows[0]._tr.get_or_add_trPr().append(repeat)
    for (row, column), cell in places.items():
        box = grid.cell(row, column)
        if cell.rowspan > 1 or cell.colspan > 1:
            box = box.merge(grid.cell(row + cell.rowspan - 1, column + cell.colspan - 1))
        paragraph = box.paragraphs[0]
        for number, line in enumerate("\n".join(map(plain_text, cell.blocks)).split("\n")):
            if number:
                paragraph.add_run().add_break(WD_BREAK.LINE)
            _write(paragraph, line, way.size * 0.65, bold=row == 0)


def _places(rows: Sequence[Sequence[Cell]]) -> dict[tuple[int, int], Cell]:
    """Each cell under its row and column."""
    places: dict[tuple[int, int], Cell] = {}
    taken: set[tuple[int, int]] = set()
    for number, row in enumerate(rows):
        column = 0
        for cell in row:
            while (number, column) in taken:
                column += 1
            places[number, column] = cell
            taken |= {(number + down, column + right) for down in range(cell.rowspan) for right in range(cell.colspan)}
            column += cell.colspan
    return places


def _set_columns(word: Any, count: int) -> None:
    columns = word.sections[0]._sectPr.find(qn("w:cols"))
    columns.set(qn("w:num"), str(count))
    columns.set(qn("w:space"), "420")


def drawn_picture(width: int = 600, height: int = 240) -> bytes:
    """A small diagram as a PNG."""
    picture = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(picture)
    for left in range(20, width - 100, 150):
        draw.rectangle((left, 60, left + 110, height - 60), outline="navy", fill="lightblue", width=3)
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


# ---------------------------------------------------------------------------- as a web page

_CSS = """
@page { size: A4; margin: 30mm 26mm; }
body { font: 16pt/28pt "Noto Serif CJK SC"; margin: 0; }
p { margin: 0; text-align: justify; } p.text { text-indent: 2em; }
p.name { font-size: 34pt; line-height: 48pt; text-align: center; color: #c00; font-weight: bold; }
p.head { text-align: center; }
h1 { font: bold 22pt/33pt "Noto Sans CJK SC"; text-align: center; margin: 16pt 0 0; break-after: avoid; }
h2, h3, h4 { font: bold 16pt/28pt "Noto Sans CJK SC"; margin: 0; text-indent: 2em; break-after: avoid; }
p.caption { text-align: center; font-size: 13pt; } p.source { text-align: right; }
figure { margin: 0; text-align: center; }
table { border-collapse: collapse; font-size: 10.5pt; line-height: 14pt; width: 100%; }
td, th { border: 0.75pt solid black; padding: 2pt 4pt; }
"""
_VECTOR = (
    '<figure><svg width="420" height="150" viewBox="0 0 420 150">'
    '<rect x="10" y="20" width="110" height="110" fill="#ddf" stroke="#006"/>'
    '<circle cx="210" cy="75" r="55" fill="#fdd" stroke="#600"/><path d="M300 130 L355 20 L410 130 Z" fill="#dfd"/>'
    "</svg></figure>"
)


def page_issue(pieces: Sequence[Piece]) -> str:
    """The issue as a web page, its pictures drawn in lines."""
    body = "\n".join(_marked_up(piece) for piece in pieces)
    return f'<!DOCTYPE html><html lang="zh-CN"><meta charset="utf-8"><style>{_CSS}</style><body>{body}</body></html>'


def _marked_up(piece: Piece) -> str:
    text = escape(piece.text).replace("\n", "<br>")
    match piece.kind:
        case "table" if piece.table:
            head, *rows = (f"<tr>{''.join(map(_marked_cell, row))}</tr>" for row in piece.table.rows)
            return f"<table><thead>{head}</thead>{''.join(rows)}</table>"
        case "picture":
            return _VECTOR
        case "box":
            return f"<p>-----【{text}】-----</p>" + "".join(map(_marked_up, piece.inside))
        case "title":
            return f"<h1>{text}</h1>"
        case "heading":
            return f"<h{1 + piece.level}>{text}</h{1 + piece.level}>"
        case "text" if piece.text.startswith(_SOURCE):
            return f'<p class="source">{text}</p>'
        case "source":
            return f"<p>{text}</p>"
        case kind:
            return f'<p class="{kind}">{text}</p>'


def _marked_cell(cell: Cell) -> str:
    tag = "th" if cell.header else "td"
    text = escape("\n".join(map(plain_text, cell.blocks))).replace("\n", "<br>")
    return f'<{tag} colspan="{cell.colspan}" rowspan="{cell.rowspan}">{text}</{tag}>'


# ---------------------------------------------------------------------------- printers


def print_by_office(files: dict[str, bytes], **chosen: bool | str) -> dict[str, bytes]:
    """The PDFs that LibreOffice prints of the files, all in one call, with options of its PDF export."""
    options = {
        name: {"type": "boolean" if isinstance(value, bool) else "string", "value": str(value).lower()}
        for name, value in chosen.items()
    }
    with tempfile.TemporaryDirectory() as folder:
        made = convert(files, f"pdf:writer_pdf_Export:{json.dumps(options)}", Path(folder))
    return {name: made[str(Path(name).with_suffix(".pdf"))] for name in files}


def print_by_browser(page: str) -> bytes:
    """The PDF that Chromium prints of a page, with the header and footer that it prints by itself."""
    chromium = shutil.which("chromium")
    assert chromium, "chromium is missing: make test installs it"
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        (room / "issue.html").write_text(page, encoding="utf-8")
        options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={room / 'profile'}"]
        command = [chromium, *options, f"--print-to-pdf={room / 'issue.pdf'}", (room / "issue.html").as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        return (room / "issue.pdf").read_bytes()


# ---------------------------------------------------------------------------- by hand


def shown(x: float, y: float, text: str, size: float = 12, font: str = "F1") -> str:
    """The operators that print a text; `y` is counted from the bottom of the page."""
    return f"BT /{font} {size} Tf 1 0 0 1 {x} {y} Tm <{text.encode('utf-16-be').hex()}> Tj ET\n"


def written_pdf(pages: Sequence[str], page: str = "", objects: Sequence[str] = (), info: str = "") -> bytes:
    """A PDF of the operators of each page. Its fonts F1 and F2 (bold) have a sign for every code of Unicode, all of
    them an em wide; `page` goes into the dictionary of each page, `objects` begin at number 20.
    """
    fonts: list[str] = []
    for number, name in ((4, "Song"), (7, "Song-Bold")):
        fonts += _font_objects(number, name)
    numbers = [100 + 2 * place for place in range(len(pages))]
    kids = " ".join(f"{number} 0 R" for number in numbers)
    ranges = "".join(f"<{high:02x}00> <{high:02x}FF> <{high:02x}00>\n" for high in range(256))
    blocks = "".join(
        f"64 beginbfrange\n{''.join(ranges.splitlines(keepends=True)[start : start + 64])}endbfrange\n"
        for start in range(0, 256, 64)
    )
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def\n"
        f"1 begincodespacerange <0000> <FFFF> endcodespacerange\n{blocks}endcmap end end"
    )
    body = [
        "1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj",
        f"2 0 obj <</Type/Pages/Count {len(pages)}/Kids[{kids}]>> endobj",
        f"3 0 obj <<{info}>> endobj",
        *fonts,
        f"10 0 obj <</Length {len(cmap)}>> stream\n{cmap}\nendstream endobj",
        *objects,
    ]
    for number, content in zip(numbers, pages, strict=True):
        resources = "<</Font<</F1 4 0 R/F2 7 0 R>>/XObject<</Im 20 0 R>>>>"
        own = f"/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {number + 1} 0 R/Resources{resources}{page}"
        body.append(f"{number} 0 obj <</Type/Page{own}>> endobj")
        body.append(f"{number + 1} 0 obj <</Length {len(content)}>> stream\n{content}\nendstream endobj")
    return assembled(body)


def _font_objects(number: int, name: str) -> list[str]:
    """A font whose signs are named by their codes in Unicode."""
    info = "/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
    below = f"/Encoding/Identity-H/DescendantFonts[{number + 1} 0 R]/ToUnicode 10 0 R"
    shape = "/Flags 4/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 700/StemV 80/FontBBox[0 -120 1000 880]"
    descendant = f"/BaseFont/{name}/DW 1000{info}/FontDescriptor {number + 2} 0 R"
    return [
        f"{number} 0 obj <</Type/Font/Subtype/Type0/BaseFont/{name}{below}>> endobj",
        f"{number + 1} 0 obj <</Type/Font/Subtype/CIDFontType2{descendant}>> endobj",
        f"{number + 2} 0 obj <</Type/FontDescriptor/FontName/{name}{shape}>> endobj",
    ]


def assembled(body: Sequence[str | bytes], trailer: str = "") -> bytes:
    """Objects with the table that says where each begins."""
    out, offsets = b"%PDF-1.7\n", {}
    for piece in body:
        raw = piece.encode("latin-1") if isinstance(piece, str) else piece
        offsets[int(raw.split(b" ", 1)[0])] = len(out)
        out += raw + b"\n"
    size = max(offsets) + 1
    rows = "".join(f"{offsets[n]:010} 00000 n \n" if n in offsets else "0000000000 65535 f \n" for n in range(size))
    tail = (
        f"xref\n0 {size}\n{rows}trailer <</Size {size}/Root 1 0 R/Info 3 0 R{trailer}>>\nstartxref\n{len(out)}\n%%EOF\n"
    )
    return out + tail.encode()


def column(lines: Sequence[str], x: float = 80, y: float = 760, size: float = 12, pitch: float = 20) -> str:
    """Lines one under the other."""
    return "".join(shown(x, y - pitch * place, line, size) for place, line in enumerate(lines))
