"""Pictures of a Word file: what a drawing shows, the bytes behind it, and what cannot be shown."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import Final

from lxml.etree import _Element as Element

from publisher.document import Asset, Figure, Level, Span, fingerprint
from publisher.errors import Unreadable
from publisher.importers.docx.cropping import Crop, Cutter, read_crop
from publisher.importers.docx.names import EMPTY, attribute, below, qualified, shown_branch
from publisher.importers.docx.package import Package, Relation
from publisher.importers.docx.remarks import Remarks
from publisher.importers.signatures import media_type

_BLIP: Final = qualified("a:blip")
_SVG: Final = qualified("asvg:svgBlip")
_IMAGEDATA: Final = qualified("v:imagedata")
_GRAPHIC_DATA: Final = qualified("a:graphicData")
_TEXT_BOX: Final = qualified("w:txbxContent")
_TEXT: Final = qualified("w:t")
_OBJECT: Final = qualified("o:OLEObject")
_ALTERNATE: Final = qualified("mc:AlternateContent")
_DRAWN: Final = ("chart", "diagram", "chartex")
_VECTOR: Final = ("image/emf", "image/wmf", "image/svg+xml")


class Pictures:
    """The pictures found so far; the same bytes are one asset."""

    def __init__(self, package: Package, remarks: Remarks) -> None:
        self._package = package
        self._remarks = remarks
        self._parts: dict[str, Asset] = {}
        self._shown: dict[str, Asset] = {}
        self._cutter = Cutter()

    def assets(self) -> tuple[Asset, ...]:
        """All that figures refer to, each once."""
        return tuple(self._shown.values())

    def figures(self, drawing: Element, relations: Mapping[str, Relation], span: Span) -> Iterator[Figure]:
        """The pictures of a w:drawing, w:pict or w:object, text boxes in it left aside."""
        alt = _alt(drawing)
        for element in within(drawing, _BLIP, _IMAGEDATA):
            yield self._figure(element, relations, alt, span)
        if any(str(data.get("uri", "")).rpartition("/")[2] in _DRAWN for data in within(drawing, _GRAPHIC_DATA)):
            note = "图表（或 SmartArt）不是图片，无法读取。请在 Word 里把它复制，再粘贴为图片（PNG）。"
            self._remarks.say("picture-chart", _placed(note, alt), Level.ERROR, span)
            yield Figure("", alt=alt, span=span)
        if next(within(drawing, _OBJECT), None) is not None:
            note = "这里嵌入了一个对象（表格、公式或另一个文件），只采用了它显示的图片，请核对。"
            self._remarks.say("embedded-object", note, Level.WARNING, span)

    def clearer_branch(self, alternate: Element, relations: Mapping[str, Relation]) -> Element:
        """The branch of an mc:AlternateContent to read: the fallback if it has pixels where the new form has only
        a vector picture, which nobody can show as it is.
        """
        branch, fallback = shown_branch(alternate), below(alternate, "mc:Fallback")
        if branch is fallback or fallback is EMPTY or next(branch.iter(_TEXT, _TEXT_BOX), None) is not None:
            return branch
        kinds, others = (set(self._kinds(found, relations)) for found in (branch, fallback))
        return fallback if kinds and kinds <= set(_VECTOR) and others and not others & {*_VECTOR, ""} else branch

    def _kinds(self, branch: Element, relations: Mapping[str, Relation]) -> Iterator[str]:
        for element in within(branch, _BLIP, _IMAGEDATA):
            yield self._kind(self._best(element, relations))

    def _best(self, element: Element, relations: Mapping[str, Relation]) -> str:
        """The part that shows the picture best, "" if it is not in the file: pixels before vectors."""
        svgs = (attribute(svg, "r:embed") for svg in element.iter(_SVG))
        names = (attribute(element, "r:embed"), attribute(element, "r:id"), *svgs)
        found = [relations[name] for name in names if name in relations]
        parts = [relation.target for relation in found if relation.target and not relation.external]
        return next((part for part in parts if self._kind(part) not in (*_VECTOR, "")), parts[0] if parts else "")

    def _kind(self, part: str) -> str:
        try:
            return self._load(part).media_type if part else ""
        except Unreadable:
            return ""

    def _figure(self, element: Element, relations: Mapping[str, Relation], alt: str, span: Span) -> Figure:
        part = self._best(element, relations)
        if part:
            return self._embedded(part, read_crop(element), alt, span)
        names = (attribute(element, f"r:{name}") for name in ("link", "href", "id", "embed"))
        linked = next((relations[name] for name in names if name in relations), Relation())
        if not linked.target:
            note = "图片在文件里找不到，请重新插入。"
            self._remarks.say("picture-missing", _placed(note, alt), Level.ERROR, span)
            return Figure("", alt=alt, span=span)
        note = "图片只是链接，不在文件里。请在 Word 里改为“插入图片”，不要“链接到文件”。"
        self._remarks.say("picture-linked", _placed(note, alt), Level.ERROR, span)
        return Figure("", alt=alt, source=linked.target, span=span)

    def _embedded(self, part: str, crop: Crop, alt: str, span: Span) -> Figure:
        try:
            asset = self._load(part)
        except Unreadable:
            note = f"图片 {posixpath.basename(part)} 缺失或已损坏，请重新插入。"
            self._remarks.say("picture-missing", _placed(note, alt), Level.ERROR, span)
            return Figure("", alt=alt, source=part, span=span)
        if not asset.media_type.startswith("image/"):
            note = f"图片 {asset.name} 读不出来，请把图片另存为 PNG 或 JPEG 后重新插入。"
            self._remarks.say("picture-unreadable", _placed(note, alt), Level.ERROR, span)
            return Figure("", alt=alt, source=part, span=span)
        shown = self._cutter.cut(asset, crop) if crop.cuts() else asset
        if crop.cuts() and shown is asset:
            note = f"图片 {asset.name} 在 Word 里裁剪过，这里显示的是整张图，请核对：裁掉的部分也会公开。"
            self._remarks.say("picture-uncropped", _placed(note, alt), Level.ERROR, span)
        self._shown[shown.fingerprint] = shown
        return Figure(shown.fingerprint, alt=alt, span=span)

    def _load(self, part: str) -> Asset:
        if part not in self._parts:
            data = self._package.read(part)
            self._parts[part] = Asset(fingerprint(data), media_type(data), data, posixpath.basename(part))
        return self._parts[part]


def within(element: Element, *names: str) -> Iterator[Element]:
    """Elements of those full names inside a drawing: not those inside its text boxes, which are text of their
    own, nor those of the other branch of an alternative.
    """
    if element.tag in names:
        yield element
    for child in _branches(element):
        if child.tag != _TEXT_BOX or _TEXT_BOX in names:
            yield from within(child, *names)


def _branches(element: Element) -> Iterator[Element]:
    if element.tag == _ALTERNATE:
        yield shown_branch(element)
    elif element.tag != _TEXT_BOX:
        yield from element


def _alt(drawing: Element) -> str:
    for name in ("wp:docPr", "pic:cNvPr"):
        for properties in within(drawing, qualified(name)):
            if properties.get("descr"):
                return str(properties.get("descr"))
    return ""


def _placed(note: str, alt: str) -> str:
    return f"图片“{alt[:30]}”：{note}" if alt else note
