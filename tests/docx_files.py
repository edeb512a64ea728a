"""Makes Word files for tests: the parts that matter as XML, the rest of the package around them."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from xml.sax.saxutils import escape

from docx import Document as WordDocument
from lxml import etree

from publisher.document import Document, Heading, plain_text, walk
from publisher.importers.docx.names import qualified

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SPACES = " ".join(
    f'xmlns:{prefix}="{address}"'
    for prefix, address in {
        "w": W,
        "r": REL,
        "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
        "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
        "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
        "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
        "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
        "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
        "v": "urn:schemas-microsoft-com:vml",
        "o": "urn:schemas-microsoft-com:office:office",
    }.items()
)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
EMF = b"\x01\0\0\0" + bytes(36) + b" EMF" + bytes(60)

_WORDML = "application/vnd.openxmlformats-officedocument.wordprocessingml"
CONTENT_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
    '<Default Extension="emf" ContentType="image/x-emf"/><Default Extension="wmf" ContentType="image/x-wmf"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_WORDML}.document.main+xml"/>'
    + "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{_WORDML}.{name}+xml"/>'
        for name in ("styles", "numbering", "footnotes", "endnotes", "comments", "settings")
    )
    + "".join(
        f'<Override PartName="/word/{name}1.xml" ContentType="{_WORDML}.{name}+xml"/>' for name in ("header", "footer")
    )
    + "</Types>"
)

# ---------------------------------------------------------------------------- text


def r(text: str = "", properties: str = "", inside: str = "") -> str:
    """A run."""
    shown = f'<w:t xml:space="preserve">{escape(text)}</w:t>' if text else ""
    return f"<w:r><w:rPr>{properties}</w:rPr>{shown}{inside}</w:r>"


def p(
    text: str = "", style: str = "", numbered: tuple[str | int, int] | None = None, more: str = "", inside: str = ""
) -> str:
    """A paragraph; `numbered` is (numId, ilvl), `more` goes into its properties, `inside` follows the text."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    number = f'<w:numPr><w:ilvl w:val="{numbered[1]}"/><w:numId w:val="{numbered[0]}"/></w:numPr>' if numbered else ""
    return f"<w:p><w:pPr>{named}{number}{more}</w:pPr>{r(text) if text else ''}{inside}</w:p>"


def field(code: str, result: str) -> str:
    """A complex field; `result` is XML."""
    char = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    half = len(code) // 2
    codes = "".join(
        f'<w:r><w:instrText xml:space="preserve">{escape(part)}</w:instrText></w:r>'
        for part in (code[:half], code[half:])
    )
    return char.format("begin") + codes + char.format("separate") + result + char.format("end")


def picture(relation: str = "rPng", alt: str = "", kind: str = "inline", attribute: str = "embed") -> str:
    """A run with a picture."""
    return (
        f'<w:r><w:drawing><wp:{kind}><wp:docPr id="1" name="x" descr="{alt}"/><a:graphic><a:graphicData><pic:pic>'
        f'<pic:blipFill><a:blip r:{attribute}="{relation}"/></pic:blipFill></pic:pic></a:graphicData></a:graphic>'
        f"</wp:{kind}></w:drawing></w:r>"
    )


def text_box(content: str) -> str:
    """A run with a text box, as Word writes it: twice, once for old readers."""
    box = f"<w:txbxContent>{content}</w:txbxContent>"
    return (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor><a:graphic><a:graphicData>'
        f"<wps:wsp><wps:txbx>{box}</wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:shape><v:textbox>{box}</v:textbox></v:shape></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r>"
    )


def alternative(choice: str, fallback: str) -> str:
    branches = f'<mc:Choice Requires="wps">{choice}</mc:Choice><mc:Fallback>{fallback}</mc:Fallback>'
    return f"<mc:AlternateContent>{branches}</mc:AlternateContent>"


def sdt(content: str, properties: str = "") -> str:
    """A content control."""
    return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"


def cell(*paragraphs: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{''.join(paragraphs) or p()}</w:tc>"


def row(*cells: str, properties: str = "") -> str:
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def table(*rows: str) -> str:
    """A table with the grid that Word writes before the rows: without it, LibreOffice loses cells."""
    grid = '<w:gridCol w:w="1500"/>' * max(map(_width, rows), default=0)
    return f"<w:tbl><w:tblPr/><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"


def _width(row: str) -> int:
    """How many columns a row covers, tables inside its cells left aside."""
    own = re.sub(r"<w:tbl>.*?</w:tbl>", "", row, flags=re.DOTALL)
    wider = (int(span) - 1 for span in re.findall(r'<w:gridSpan w:val="(\d{1,2})"', own))
    return own.count("<w:tc>") + sum(wider)


# ---------------------------------------------------------------------------- styles and numbers


def style(style_id: str, name: str, base: str = "", paragraph: str = "", run: str = "", kind: str = "paragraph") -> str:
    based = f'<w:basedOn w:val="{base}"/>' if base else ""
    return (
        f'<w:style w:type="{kind}" w:styleId="{style_id}"><w:name w:val="{name}"/>{based}'
        f"<w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
    )


NORMAL = (
    '<w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/>'
    '<w:pPr><w:jc w:val="both"/></w:pPr></w:style>'
)


def level(at: int, kind: str, pattern: str, more: str = "", start: int = 1) -> str:
    """A w:lvl; `more` goes before lvlText."""
    return (
        f'<w:lvl w:ilvl="{at}"><w:start w:val="{start}"/><w:numFmt w:val="{kind}"/>{more}'
        f'<w:lvlText w:val="{pattern}"/></w:lvl>'
    )


def scheme(number: int, *levels: str) -> str:
    """A w:abstractNum and a w:num of the same number."""
    return f'<w:abstractNum w:abstractNumId="{number}">{"".join(levels)}</w:abstractNum>' + num(number, number)


def num(number: int, scheme_number: int, more: str = "") -> str:
    return f'<w:num w:numId="{number}"><w:abstractNumId w:val="{scheme_number}"/>{more}</w:num>'


# ---------------------------------------------------------------------------- packages


def word_file(
    body: str,
    styles: str = NORMAL,
    numbering: str = "",
    parts: Mapping[str, bytes | str] | None = None,
    relations: Iterable[tuple[str, str, str]] = (),
) -> bytes:
    """A .docx. `parts` are further files by name, `relations` further (id, kind, target) of the main part; a target
    with a colon is external. A `rPng` and a `rEmf` picture are always there.
    """
    if body.endswith("</w:tbl>"):
        body += p()  # as Word does: without it, LibreOffice makes no table of it in a .doc
    related = [
        ("rS", "styles", "styles.xml"),
        ("rN", "numbering", "numbering.xml"),
        ("rPng", "image", "media/image1.png"),
        ("rEmf", "image", "media/image2.emf"),
        *relations,
    ]
    files: dict[str, bytes | str] = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": _relations(
            [("rD", "officeDocument", "word/document.xml"), ("rC", "core-properties", "docProps/core.xml")]
        ),
        "word/_rels/document.xml.rels": _relations(related),
        "word/document.xml": part("document", f"<w:body>{body}<w:sectPr/></w:body>"),
        "word/styles.xml": part("styles", styles),
        "word/numbering.xml": part("numbering", _schemes_first(numbering)),
        "word/media/image1.png": PNG,
        "word/media/image2.emf": EMF,
    }
    return zipped({**files, **(parts or {})})


def _schemes_first(numbering: str) -> str:
    """The numberings as the format asks: all w:abstractNum before the first w:num."""
    numbers = re.findall(r"<w:num .*?</w:num>", numbering)
    return re.sub(r"<w:num .*?</w:num>", "", numbering) + "".join(numbers)


def part(name: str, content: str) -> str:
    """A WordprocessingML part with that root."""
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:{name} {_SPACES}>{content}</w:{name}>'


def core(title: str = "", creator: str = "", description: str = "") -> str:
    return (
        '<c:coreProperties xmlns:c="x" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{title}</dc:title><dc:creator>{creator}</dc:creator><dc:description>{description}</dc:description>"
        "</c:coreProperties>"
    )


def unzipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def without(data: bytes, *names: str) -> bytes:
    """The file without some of its parts."""
    return zipped({name: content for name, content in unzipped(data).items() if name not in names})


def renamed(data: bytes, rename: Callable[[str], str]) -> bytes:
    """The file with its parts renamed; references stay as they were."""
    return zipped({rename(name): content for name, content in unzipped(data).items()})


def strict(data: bytes) -> bytes:
    """The file in the namespaces of Strict Open XML."""
    old = rb"http://schemas\.openxmlformats\.org/(wordprocessingml|officeDocument|drawingml)/2006/"
    new = rb"http://purl.oclc.org/ooxml/\1/"
    return zipped({name: re.sub(old, new, content) for name, content in unzipped(data).items()})


def zipped(files: Mapping[str, bytes | str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _relations(items: Iterable[tuple[str, str, str]]) -> str:
    found = "".join(
        f'<Relationship Id="{name}" Type="{REL}/{kind}" Target="{escape(target)}"'
        + (' TargetMode="External"/>' if ":" in target else "/>")
        for name, kind, target in items
    )
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{found}</Relationships>'
    )


# ---------------------------------------------------------------------------- what goes in and what comes out


def letters(text: str) -> Counter[str]:
    """Letters, digits and Han of a text, counted."""
    return Counter(sign for sign in text if sign.isalnum())


def text_in(data: bytes) -> Counter[str]:
    """The letters of all text of the file: body, notes, comments; of alternatives only the first."""
    total: Counter[str] = Counter()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in ("document", "footnotes", "endnotes", "comments"):
            if f"word/{name}.xml" in archive.namelist():
                total += _text_of_part(archive.read(f"word/{name}.xml"))
    return total


def text_out(document: Document) -> Counter[str]:
    """The letters of all blocks, notes and losses; automatic labels of headings left aside."""
    blocks = document.blocks + tuple(block for note in document.footnotes for block in note.blocks)
    labels = "".join(block.label for block in walk(blocks) if isinstance(block, Heading))
    shown = "".join(plain_text(block) for block in blocks) + "".join(note.lost for note in document.notes)
    return letters(shown) - letters(labels)


def _text_of_part(data: bytes) -> Counter[str]:
    root = etree.fromstring(data)
    for fallback in list(root.iter(qualified("mc:Fallback"))):
        parent = fallback.getparent()
        if parent is not None and parent.find(qualified("mc:Choice")) is not None:
            parent.remove(fallback)
    names = (qualified("w:t"), qualified("w:delText"), qualified("m:t"))
    return letters("".join("".join(map(str, element.itertext())) for element in root.iter(*names)))


# ---------------------------------------------------------------------------- a whole issue by python-docx


def issue_file(source: Path) -> bytes:
    """A printed issue's text as a Word file with heading styles and tables, made by python-docx."""
    word = WordDocument()
    rows: list[list[str]] = []
    for line in source.read_text(encoding="utf-8").splitlines():
        if "\t" in line:
            rows.append(line.split("\t"))
            continue
        if rows:
            _add_table(word, rows)
            rows = []
        if re.match(r"[一二三四五六七八九十]+、", line):
            word.add_heading(line, 2)
        elif line.strip():
            run = word.add_paragraph().add_run(line)
            run.bold = len(line) < 40
    stream = io.BytesIO()
    word.save(stream)
    return stream.getvalue()


def _add_table(word: object, rows: list[list[str]]) -> None:
    grid = word.add_table(len(rows), max(map(len, rows)))  # type: ignore[attr-defined]  # python-docx has no types here
    for at, cells in enumerate(rows):
        for column, text in enumerate(cells):
            grid.cell(at, column).text = text
