"""One drop, whatever it is: a file, a folder or a zip, with one document, its pictures and its metadata."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote

from publisher.document import (
    Asset,
    Block,
    Box,
    Document,
    Figure,
    Items,
    Level,
    Note,
    Quote,
    Span,
    Table,
    fingerprint,
)
from publisher.errors import Unreadable
from publisher.importers import IMPORTERS, import_file
from publisher.importers.archive import unpack
from publisher.importers.characters import decode
from publisher.importers.front_matter import merge, read_metadata
from publisher.importers.signatures import media_type

SIDE_CAR: Final = ".meta.yaml"
"""What the name of a document, or its stem, is given to name its side-car."""

_REMOTE: Final = re.compile(r"(?:https?|ftp):|//", re.IGNORECASE)
_ROOTED: Final = re.compile(r"/|[A-Za-z][\w+.-]*:")


def import_bundle(files: Mapping[str, bytes]) -> Document:
    """The document of a drop, its pictures and cover found among `files`, which are by relative POSIX path.

    Pictures that cannot be found, or are not here, leave an ERROR note. Raises Unreadable where there is not
    exactly one document at the top, and what its importer raises.
    """
    name, held = _open(files)
    document = import_file(held[name], name)
    document = _with_side_car(document, held, name)
    shelf = _Shelf(held)
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


def map_blocks(blocks: tuple[Block, ...], change: Callable[[Block], Block]) -> tuple[Block, ...]:
    """The same tree of blocks with `change` applied to each, inner before outer."""
    return tuple(change(_map_inner(block, change)) for block in blocks)


def _map_inner(block: Block, change: Callable[[Block], Block]) -> Block:
    match block:
        case Items(items=items):
            return replace(block, items=tuple(map_blocks(item, change) for item in items))
        case Quote(blocks=inner) | Box(blocks=inner):
            return replace(block, blocks=map_blocks(inner, change))
        case Table(rows=rows):
            mapped = (tuple(replace(cell, blocks=map_blocks(cell.blocks, change)) for cell in row) for row in rows)
            return replace(block, rows=tuple(mapped))
        case _:
            return block


def _open(files: Mapping[str, bytes]) -> tuple[str, Mapping[str, bytes]]:
    """The document's name, and all files; a zip that comes instead of a document is unpacked."""
    zips = [path for path in _top(files) if PurePosixPath(path).suffix.lower() == ".zip"]
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


def _top(files: Mapping[str, bytes]) -> list[str]:
    return sorted(path for path in files if "/" not in path)


def _documents(files: Mapping[str, bytes]) -> list[str]:
    return [path for path in _top(files) if PurePosixPath(path).suffix.lower() in IMPORTERS]


def _with_side_car(document: Document, files: Mapping[str, bytes], name: str) -> Document:
    """What a side-car says goes before what the document says of itself."""
    for car in (name + SIDE_CAR, PurePosixPath(name).stem + SIDE_CAR):
        if car in files:
            said, notes = read_metadata(decode(files[car]), car)
            return replace(document, metadata=merge(said, document.metadata), notes=(*document.notes, *notes))
    return document


class _Shelf:
    """The pictures of a drop: found by the ways in which editors write paths, each taken once."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = {_normal(path): data for path, data in files.items()}
        self._by_lower = {path.lower(): path for path in self._files}
        self.assets: dict[str, Asset] = {}
        self.notes: list[Note] = []
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
            text = f"{where}{what} {_shown(source)} 在网络上，没有下载。请把它保存下来，放进同一文件夹后重新投放。"
            return self._refuse("picture-remote", text, span)
        path = _inside(source)
        if not path:
            text = f"{where}{what} {_shown(source)} 在文件夹外面，不能使用。请把它放进同一文件夹后重新投放。"
            return self._refuse("picture-outside", text, span)
        found = self._by_lower.get(path.lower(), "") if path not in self._files else path
        if not found:
            text = f"{where}{what} {_shown(source)} 找不到。请把它放进同一文件夹后重新投放。"
            return self._refuse("picture-missing", text, span)
        if not _is_picture(self._files[found]):
            text = f"{where}{what} {_shown(source)} 不是图片，或者已损坏。请换成 PNG 或 JPEG 图片后重新投放。"
            return self._refuse("picture-unreadable", text, span)
        return self._keep(found)

    def _refuse(self, code: str, text: str, span: Span) -> str:
        self.notes.append(Note(code, text, Level.ERROR, span))
        return ""

    def _keep(self, path: str) -> str:
        data = self._files[path]
        name = fingerprint(data)
        self._used.add(path)
        self.assets.setdefault(name, Asset(name, media_type(data), data, path))
        return name


def _is_picture(data: bytes) -> bool:
    return media_type(data).startswith("image/")


def _shown(source: str) -> str:
    """An address as a note may show it: short, and without the part that may hold a key."""
    return source.partition("?")[0][:120]


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
