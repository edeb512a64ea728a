"""Honest files that are odd: parts in other places and spellings, damaged corners that Word still opens."""

from __future__ import annotations

import io
import warnings
import zipfile

from docx import Document as WordDocument

from tests.corpus.docx.shelf import WORD_STYLES, item
from tests.docx_files import PNG, field, p, r, renamed, row, table, unzipped, without, word_file, zipped
from tests.docx_files import cell as tc

TEXT = p("协会动态", "Heading1") + p("理事会召开。")


@item
def odd_backslashes_in_names() -> bytes:
    return renamed(word_file(TEXT, WORD_STYLES), lambda name: name.replace("/", "\\"))


@item
def odd_other_case_in_names() -> bytes:
    return renamed(word_file(TEXT, WORD_STYLES), lambda name: name.upper() if name.startswith("word/s") else name)


@item
def odd_main_part_elsewhere() -> bytes:
    """document2.xml, with absolute targets."""
    files = unzipped(word_file(TEXT, WORD_STYLES))
    files["word/document2.xml"] = files.pop("word/document.xml")
    files["word/_rels/document2.xml.rels"] = files.pop("word/_rels/document.xml.rels").replace(
        b'"styles.xml', b'"/word/styles.xml'
    )
    files["_rels/.rels"] = files["_rels/.rels"].replace(b'"word/document.xml', b'"/word/document2.xml')
    files["[Content_Types].xml"] = files["[Content_Types].xml"].replace(b"/word/document.xml", b"/word/document2.xml")
    return zipped(files)


@item
def odd_no_content_types() -> bytes:
    return without(word_file(TEXT, WORD_STYLES), "[Content_Types].xml")


@item
def odd_wrong_content_types() -> bytes:
    """All parts said to be pictures."""
    files = unzipped(word_file(TEXT, WORD_STYLES))
    files["[Content_Types].xml"] = files["[Content_Types].xml"].replace(b"application/", b"image/")
    return zipped(files)


@item
def odd_no_relations() -> bytes:
    """Without any .rels the main part is where it always is; styles are not to be found."""
    files = unzipped(word_file(TEXT, WORD_STYLES))
    return zipped({name: data for name, data in files.items() if not name.endswith(".rels")})


@item
def odd_entry_twice() -> bytes:
    """The same name twice in the zip: the last one counts."""
    stream = io.BytesIO(word_file(p("旧的正文"), WORD_STYLES))
    new = unzipped(word_file(p("新的正文"), WORD_STYLES))["word/document.xml"]
    with warnings.catch_warnings(), zipfile.ZipFile(stream, "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr("word/document.xml", new)
    return stream.getvalue()


@item
def odd_bytes_before_the_zip() -> bytes:
    """A byte order mark in the parts, and UTF-16."""
    files = unzipped(word_file(TEXT, WORD_STYLES))
    files["word/styles.xml"] = b"\xef\xbb\xbf" + files["word/styles.xml"]
    said = files["word/document.xml"].decode().replace('encoding="UTF-8"', 'encoding="UTF-16"')
    return zipped({**files, "word/document.xml": said.encode("utf-16")})


@item
def odd_styles_in_circles() -> bytes:
    loop = WORD_STYLES.replace('<w:basedOn w:val="a"/>', '<w:basedOn w:val="Heading2"/>')
    return word_file(TEXT, loop)


@item
def odd_field_without_end() -> bytes:
    begin, _ = field(" TOC ", "|").split("|")
    return word_file(p(inside=begin + r("目录项")) + TEXT, WORD_STYLES)


@item
def odd_values() -> bytes:
    """Numbers beyond sense in places where Word shrugs."""
    body = p("甲", numbered=(99999999999, 0)) + p("乙", more='<w:outlineLvl w:val="x"/><w:jc w:val="?"/>')
    body += table(
        row(tc(p("宽"), properties='<w:gridSpan w:val="2000000000"/>')),
        row(tc(p("窄"), properties='<w:vMerge w:val="odd"/>')),
    )
    return word_file(body + p("丙", "没有的样式"), WORD_STYLES)


@item
def made_by_python_docx() -> bytes:
    """A library that many programs use: its template's styles, lists by style, a picture, a table."""
    word = WordDocument()
    word.core_properties.title = "会员简报"
    word.add_heading("协会动态", 0)
    word.add_heading("理事会", 1)
    word.add_paragraph("会议听取了汇报。").add_run("重点").bold = True
    for name, text in (
        ("List Number", "汇报"),
        ("List Number", "审议"),
        ("List Bullet", "银行"),
        ("List Bullet 2", "国有"),
    ):
        word.add_paragraph(text, style=name)
    word.add_paragraph("引文。", style="Intense Quote")
    grid = word.add_table(2, 2)
    grid.cell(0, 0).merge(grid.cell(0, 1)).text = "合并"
    grid.cell(1, 0).text = "甲"
    word.add_picture(io.BytesIO(PNG))
    stream = io.BytesIO()
    word.save(stream)
    return stream.getvalue()
