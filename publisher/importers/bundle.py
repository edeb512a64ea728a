"""One drop, whatever it is: a file, a folder or a zip, with one document, its pictures and its metadata."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from posixpath import splitext
from typing import Final
from urllib.parse import unquote, urlsplit

from msgspec.structs import replace

from publisher.document import (
    Asset,
    Block,
    Document,
    Figure,
    Level,
    Note,
    Span,
    fingerprint,
)
from publisher.errors import Unreadable
from publisher.importers import IMPORTERS, import_file, suffix_of
from publisher.importers.archive import unpack
from publisher.importers.changing import map_blocks
from publisher.importers.characters import decode
from publisher.importers.file_name import read_file_name
from publisher.importers.front_matter import merge, read_metadata
from publisher.importers.links import shown
from publisher.importers.signatures import media_type
from publisher.importers.supplies import NOTHING, Conversion, Supplies, Supply, Wants

SIDE_CAR: Final = ".meta.yaml"
"""What the name of a document, or its stem, is given to name its side-car."""

_REMOTE: Final = re.compile(r"(?:https?|ftp):|//", re.IGNORECASE)
_ROOTED: Final = re.compile(r"/|[A-Za-z][\w+.-]*:")


def import_bundle(files: Mapping[str, bytes], supplies: Supplies = NOTHING) -> Document | Wants:
    """The document of a drop, its pictures and cover found among `files`, which are by relative POSIX path; or what
    must be supplied before it can be read.

    Pictures that cannot be found, or could not be fetched, leave an ERROR note. Raises Unreadable where there is not
    exactly one document at the top, and what its importer raises.
    """
    name, held = _open(files)
    suffix = suffix_of(held[name], name)
    if IMPORTERS[suffix].converted and name not in supplies.converted:
        return Wants(conversions=(Conversion(name, suffix, held[name]),))
    document = import_file(_readable(held[name], name, supplies), name)
    names = _drop_names(files, name)
    name_title = next((title for each in names if (title := read_file_name(each).title)), "")
    document = replace(document, name_title=name_title, notes=(*_renamed(name, suffix), *document.notes))
    document = _with_side_car(document, held, names)
    shelf = _Shelf(held, supplies)
    document = _with_pictures(document, shelf, name)
    return Wants(addresses=tuple(dict.fromkeys(shelf.wanted))) if shelf.wanted else document


def _readable(data: bytes, name: str, supplies: Supplies) -> bytes:
    """The file's bytes, or those of what it was converted to."""
    supply = supplies.converted.get(name, Supply(data))
    if supply.refusal:
        raise Unreadable(f"{name}: not converted", supply.refusal)
    return supply.data


def _renamed(name: str, suffix: str) -> tuple[Note, ...]:
    own = _suffix(name)
    if own in {suffix, ".wps"}:
        return ()
    text = f"“{name}”的内容其实是 {suffix} 格式，已按 {suffix} 读取。"
    return (Note("format-renamed", text, Level.INFO),)


def _with_pictures(document: Document, shelf: _Shelf, name: str) -> Document:
    blocks = map_blocks(document.blocks, shelf.resolve)
    footnotes = tuple(replace(note, blocks=map_blocks(note.blocks, shelf.resolve)) for note in document.footnotes)
    cover = shelf.find_cover(document.metadata.cover)
    assets = {asset.fingerprint: asset for asset in (*document.assets, *shelf.assets.values())}
    return replace(
        document,
        blocks=blocks,
        footnotes=footnotes,
        assets=tuple(assets.values()),
        metadata=replace(document.metadata, cover=cover),
        notes=(*document.notes, *shelf.notes, *shelf.unused({name})),
    )


def _open(files: Mapping[str, bytes]) -> tuple[str, Mapping[str, bytes]]:
    """The document's name, and all files; a zip that comes instead of a document is unpacked."""
    zips = [path for path in _top(files) if _suffix(path) == ".zip"]
    if len(zips) == 1 and not _documents(files):
        beside = {path: data for path, data in files.items() if path != zips[0]}
        files = unpack(files[zips[0]], zips[0]) | beside
    names = _documents(files)
    if len(names) == 1:
        return names[0], files
    if names:
        note = f"文件夹里有 {len(names)} 份稿件：{'、'.join(names)}，请只留一份。"
        raise Unreadable(f"{len(names)} documents", note)
    found = "、".join(sorted(files)[:5]) or "空的"
    note = f"没有找到稿件（里面是：{found}）。可以投放的格式：{'、'.join(IMPORTERS)}，或者装有稿件和图片的 zip。"
    raise Unreadable("no document", note)


def _suffix(path: str) -> str:
    return splitext(path)[1].lower()


def _top(files: Mapping[str, bytes]) -> list[str]:
    return sorted(path for path in files if "/" not in path)


def _documents(files: Mapping[str, bytes]) -> list[str]:
    return [path for path in _top(files) if _suffix(path) in IMPORTERS]


def _drop_names(files: Mapping[str, bytes], name: str) -> tuple[str, ...]:
    """What the drop is called: by the zip that the document came in, if any, and by the document."""
    zips = [] if name in files else [path for path in _top(files) if _suffix(path) == ".zip"]
    return (*zips, name)


def _with_side_car(document: Document, files: Mapping[str, bytes], names: tuple[str, ...]) -> Document:
    """What a side-car says goes before what the document says of itself."""
    cars = [stem + SIDE_CAR for name in names for stem in (name, PurePosixPath(name).stem)]
    for car in (each for each in cars if each in files):
        said, notes = read_metadata(decode(files[car]), car)
        return replace(document, metadata=merge(said, document.metadata), notes=(*document.notes, *notes))
    return document


class _Shelf:
    """The pictures of a drop: found by the ways in which editors write paths, each taken once."""

    def __init__(self, files: Mapping[str, bytes], supplies: Supplies) -> None:
        self._files = {_normal(path): data for path, data in files.items()}
        self._by_lower = {path.lower(): path for path in self._files}
        self.assets: dict[str, Asset] = {}
        self.notes: list[Note] = []
        self.wanted: list[str] = []
        self._fetched = supplies.fetched
        self._used: set[str] = set()

    def resolve(self, block: Block) -> Block:
        """A figure that only names its picture, with the picture; any other block as it is."""
        match block:
            case Figure(picture="", source=source, span=span) if source:
                return replace(block, picture=self._take(source, "图片", span))
            case _:
                return block

    def find_cover(self, source: str) -> str:
        """The cover's fingerprint, "" where there is none."""
        return self._take(source, "封面", Span()) if source else ""

    def unused(self, documents: set[str]) -> Iterator[Note]:
        """A note on the pictures that nothing refers to."""
        names = [path for path in self._files if path not in self._used | documents and _is_picture(self._files[path])]
        if names:
            shown = "、".join(sorted(names)[:5]) + ("等" if len(names) > 5 else "")  # noqa: PLR2004 # enough to find the rest
            yield Note("picture-unused", f"有 {len(names)} 张图片在稿件里没有用到：{shown}。", Level.INFO)

    def _take(self, source: str, what: str, span: Span) -> str:
        """The fingerprint of the picture called `source`, or "" and a note."""
        where = f"第 {span.line} 行（段）的" if span.line else ""
        if _REMOTE.match(source):
            return self._take_remote(source, where, span)
        path = _inside(source)
        if not path:
            text = f"{where}{what} {shown(source)} 在文件夹外面，不能使用。请把它放进同一文件夹后重新投放。"
            return self._refuse("picture-outside", text, span)
        found = self._by_lower.get(path.lower(), "") if path not in self._files else path
        if not found:
            text = f"{where}{what} {shown(source)} 找不到。请把它放进同一文件夹后重新投放。"
            return self._refuse("picture-missing", text, span)
        if not _is_picture(self._files[found]):
            text = f"{where}{what} {shown(source)} 不是图片，或者已损坏。请换成 PNG 或 JPEG 图片后重新投放。"
            return self._refuse("picture-unreadable", text, span)
        return self._keep(found)

    def _take_remote(self, source: str, where: str, span: Span) -> str:
        """The fingerprint of a picture on the web, or "": it is wanted, or was refused."""
        supply = self._fetched.get(source)
        if supply is None:
            self.wanted.append(source)
            return ""
        if supply.refusal:
            return self._refuse("picture-remote", f"{where}{supply.refusal}", span)
        return self._add(supply.data, PurePosixPath(urlsplit(source).path).name)

    def _refuse(self, code: str, text: str, span: Span) -> str:
        self.notes.append(Note(code, text, Level.ERROR, span))
        return ""

    def _keep(self, path: str) -> str:
        self._used.add(path)
        return self._add(self._files[path], path)

    def _add(self, data: bytes, path: str) -> str:
        name = fingerprint(data)
        self.assets.setdefault(name, Asset(name, media_type(data), data, path))
        return name


def _is_picture(data: bytes) -> bool:
    return media_type(data).startswith("image/")


def _normal(path: str) -> str:
    """One form for what looks the same: macOS writes accents apart from their letters."""
    return unicodedata.normalize("NFC", path)


def _inside(source: str) -> str:
    """The path of a reference within the folder, or "" where it leads out of it."""
    path = _normal(unquote(source.partition("?")[0].partition("#")[0] or source).replace("\\", "/").strip())
    parts: list[str] = []
    if _ROOTED.match(path):
        return ""
    for part in path.split("/"):
        if part == ".." and not parts:
            return ""
        if part == "..":
            parts.pop()
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)
