"""Pictures of a Word file: what a drawing shows, the bytes behind it, and what cannot be shown."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import Final

from lxml.etree import _Element as Element

from publisher.document import Asset, Figure, Level, Span, fingerprint
from publisher.errors import Unreadable
from publisher.importers.docx.names import attribute, qualified, shown_branch
from publisher.importers.docx.package import Package, Relation
from publisher.importers.docx.remarks import Remarks
from publisher.importers.signatures import media_type

_BLIP: Final = qualified("a:blip")
_IMAGEDATA: Final = qualified("v:imagedata")
_GRAPHIC_DATA: Final = qualified("a:graphicData")
_TEXT_BOX: Final = qualified("w:txbxContent")
_ALTERNATE: Final = qualified("mc:AlternateContent")
_DRAWN: Final = ("chart", "diagram", "chartex")
_VECTOR: Final = ("image/emf", "image/wmf")


class Pictures:
    """The pictures found so far; the same bytes are one asset."""

    def __init__(self, package: Package, remarks: Remarks) -> None:
        self._package = package
        self._remarks = remarks
        self._parts: dict[str, Asset] = {}

    def assets(self) -> tuple[Asset, ...]:
        """All that figures refer to, each once."""
        kept = {asset.fingerprint: asset for asset in self._parts.values() if _is_shown(asset)}
        return tuple(kept.values())

    def figures(self, drawing: Element, relations: Mapping[str, Relation], span: Span) -> Iterator[Figure]:
        """The pictures of a w:drawing, w:pict or w:object, text boxes in it left aside."""
        alt = _alt(drawing)
        for element in within(drawing, _BLIP, _IMAGEDATA):
            yield self._figure(element, relations, alt, span)
        if any(str(data.get("uri", "")).rpartition("/")[2] in _DRAWN for data in within(drawing, _GRAPHIC_DATA)):
            note = "图表（或 SmartArt）不是图片，无法读取。请在 Word 里把它复制，再粘贴为图片（PNG）。"
            self._remarks.say("picture-chart", _placed(note, alt), Level.ERROR, span)
            yield Figure("", alt=alt, span=span)

    def _figure(self, element: Element, relations: Mapping[str, Relation], alt: str, span: Span) -> Figure:
        inside = relations.get(attribute(element, "r:embed") or attribute(element, "r:id"), Relation())
        if inside.target and not inside.external:
            return self._embedded(inside.target, alt, span)
        linked = relations.get(attribute(element, "r:link"), inside)
        if not linked.target:
            note = "图片在文件里找不到，请重新插入。"
            self._remarks.say("picture-missing", _placed(note, alt), Level.ERROR, span)
            return Figure("", alt=alt, span=span)
        note = "图片只是链接，不在文件里。请在 Word 里改为“插入图片”，不要“链接到文件”。"
        self._remarks.say("picture-linked", _placed(note, alt), Level.ERROR, span)
        return Figure("", alt=alt, source=linked.target, span=span)

    def _embedded(self, part: str, alt: str, span: Span) -> Figure:
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
        if asset.media_type in _VECTOR:
            note = f"图片 {asset.name} 是 EMF/WMF 矢量图，公众号不能显示。请在 Word 里另存为 PNG 图片，再重新插入。"
            self._remarks.say("picture-vector", _placed(note, alt), Level.ERROR, span)
            return Figure("", alt=alt, source=part, span=span)
        return Figure(asset.fingerprint, alt=alt, span=span)

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


def _is_shown(asset: Asset) -> bool:
    return asset.media_type.startswith("image/") and asset.media_type not in _VECTOR


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
