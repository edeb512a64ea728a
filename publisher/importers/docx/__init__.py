"""Word files (.docx, from Word and WPS): our own reader, since no library keeps the automatic 一、 （一） numbers.

package opens the zip and refuses what is hostile; styles and numbering know what the file says
about paragraphs in general; body reads blocks, inlines what is inside a paragraph. Nothing is
guessed: a bold centred line stays a paragraph, for the newsletter's rules to judge.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from lxml.etree import _Element as Element

from publisher.document import Document, Flow, Footnote, Level, Properties, Span
from publisher.errors import Unreadable
from publisher.importers.docx.body import Story
from publisher.importers.docx.inlines import Desk
from publisher.importers.docx.names import EMPTY, attribute, below, each, qualified, spelled
from publisher.importers.docx.numbering import Numbering
from publisher.importers.docx.package import Package, check_size, open_package
from publisher.importers.docx.pictures import Pictures, within
from publisher.importers.docx.remarks import COMMENTS, MARGINS, UNUSED_NOTE, Remarks
from publisher.importers.docx.styles import Styles

_NOTE_PARTS: Final = ("footnote", "endnote")
_MARGIN_PARTS: Final = ("header", "footer")
_TEXTS: Final = tuple(map(qualified, ("w:t", "w:delText", "w:txbxContent")))
# What programs write by themselves is not what an editor said.
_DEFAULT_AUTHORS: Final = ("python-docx", "administrator", "admin", "user", "apache poi", "docx4j", "windows 用户")
_DEFAULT_AUTHOR_WORDS: Final = ("微软", "microsoft", "lenovo", "wps ", "openxml")
_DEFAULT_TITLES: Final = ("word document", "文档", "文档1", "document", "document1", "新建 microsoft word 文档")


def import_docx(data: bytes, name: str) -> Document:
    """What the Word file says, paragraph by paragraph, pictures included; `name` is its file name.

    `Unreadable`, with a note for the editor, if it is no .docx, damaged, encrypted, or hostile.
    """
    try:
        return _read(open_package(data))
    except RecursionError as fault:
        raise Unreadable(f"{name}: nested too deeply", "文件的嵌套层次过深，没有读取。请简化排版后再试。") from fault


def _read(package: Package) -> Document:
    root = package.tree(package.main)
    check_size(root)
    remarks = Remarks()
    notes = {kind: _read_notes(package, kind) for kind in _NOTE_PARTS}
    desk = Desk(
        Styles(package.tree(package.related("styles"))),
        remarks,
        Pictures(package, remarks),
        {f"{kind} {number}": f"{kind}-{number}" for kind in _NOTE_PARTS for number in notes[kind]},
    )
    numbering = Numbering(package.tree(package.related("numbering")))
    body = below(root, "w:body")
    if body is EMPTY:
        raise Unreadable("no w:body in the main part", "文件里没有正文，不是 Word 文档。请在 Word 里另存为 .docx。")
    blocks = Story(desk, numbering, package.relations(package.main), "").blocks(body)
    footnotes = tuple(
        footnote for kind in _NOTE_PARTS for footnote in _footnotes(package, desk, numbering, kind, notes[kind])
    )
    _remark_on_the_rest(package, remarks)
    if not blocks and not remarks.notes():
        raise Unreadable("no text in it", "文件里没有内容，请检查后重新投放。")
    assets = desk.pictures.assets()
    return Document(blocks, Flow.PARAGRAPHS, footnotes, assets, properties=_properties(package), notes=remarks.notes())


def _read_notes(package: Package, kind: str) -> Mapping[str, Element]:
    """The foot- or endnotes of the file by their number; separators, which Word keeps among them, left out."""
    root = package.tree(package.related(kind + "s"))
    check_size(root)
    found = each(root, f"w:{kind}")
    return {attribute(note, "w:id"): note for note in found if attribute(note, "w:type") in ("", "normal")}


def _footnotes(
    package: Package, desk: Desk, numbering: Numbering, kind: str, notes: Mapping[str, Element]
) -> Iterator[Footnote]:
    part = package.related(kind + "s")
    story = Story(desk, numbering, package.relations(part) if part else {}, kind + "s")
    for number, element in notes.items():
        if f"{kind}-{number}" in desk.referenced:
            yield Footnote(f"{kind}-{number}", story.blocks(element))
        elif text := _text(element).strip():
            desk.remarks.lose(UNUSED_NOTE, text, Span(kind + "s"))


def _remark_on_the_rest(package: Package, remarks: Remarks) -> None:
    for comment in each(package.tree(package.related("comments")), "w:comment"):
        remarks.lose(COMMENTS, _text(comment), Span("comments"))
    for relation in package.relations(package.main).values():
        if relation.kind in _MARGIN_PARTS and (text := _text(package.tree(relation.target)).strip()):
            remarks.lose(MARGINS, text + "\n", Span(relation.target))
    if package.has_macros():
        remarks.say("macros-ignored", "文件带有宏，宏没有运行，也没有采用。", Level.INFO, Span())


def _text(element: Element) -> str:
    return "".join(map(_spelled, within(element, *_TEXTS))) + "\n"


def _spelled(element: Element) -> str:
    """The text of a w:t, or of all in a text box: page numbers mostly stand in one."""
    return spelled(element) if element.tag != _TEXTS[-1] else "".join(_text(child).strip() for child in element)


def _properties(package: Package) -> Properties:
    """What the document properties say, programs' own phrases left out."""
    part = next((item.target for item in package.relations("").values() if item.kind == "core-properties"), "")
    core = package.tree(part)
    title, author, digest = (
        " ".join(spelled(below(core, name)).split()) for name in ("dc:title", "dc:creator", "dc:description")
    )
    own_author = author.lower() not in _DEFAULT_AUTHORS and not author.lower().startswith(_DEFAULT_AUTHOR_WORDS)
    return Properties(
        title="" if title.lower() in _DEFAULT_TITLES else title,
        author=author if own_author else "",
        digest="" if digest.lower().startswith("generated by") else digest,
    )
