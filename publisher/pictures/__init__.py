"""The pictures of an issue -> pictures that the platform takes. The content decides what one is, not its name.

Nothing here touches the disk, the network or the database: values in, values out. SVG alone is drawn by a child of
its own, in `drawing`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from msgspec import structs

from publisher.document import (
    Asset,
    Block,
    Figure,
    Heading,
    Inline,
    InlineImage,
    Inlines,
    Level,
    LineBreak,
    Link,
    Newsletter,
    Note,
    Paragraph,
    fingerprint,
    pictures_of,
    text_of,
    walk,
)
from publisher.errors import PublisherError
from publisher.importers.changing import change_newsletter
from publisher.pictures.covers import fit_cover
from publisher.pictures.encoding import BODY_BYTES, Picture
from publisher.pictures.fitting import BODY_WIDTH, fit_body, fit_whole, is_small

__all__ = ["BODY_BYTES", "BODY_WIDTH", "Picture", "are_small", "fit_body", "fit_cover", "fit_pictures", "fit_whole"]

_PDF: Final = "application/pdf"
_SMALL_BYTES: Final = 4_000_000
_Pieces = Mapping[str, Sequence[str]]
"""By a picture's fingerprint those of its pieces, where it had to be cut; none, where it cannot be used."""


@dataclass(frozen=True, slots=True)
class _Fitted:
    """What became of one asset: the pictures for a text, and the one for the cover, each under its name."""

    assets: tuple[Asset, ...] = ()
    pieces: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()


def are_small(assets: Sequence[Asset]) -> bool:
    """Whether it takes next to nothing to make these pictures fit."""
    return sum(len(asset.data) for asset in assets) <= _SMALL_BYTES and all(map(is_small, assets))


def fit_pictures(newsletter: Newsletter) -> Newsletter:
    """The newsletter with every picture as the platform takes it, each converted once; a long one becomes several.
    What cannot be used becomes an ERROR note.
    """
    cover, used = newsletter.metadata.cover, _used(newsletter)
    fitted: dict[str, _Fitted] = {}
    covers: list[_Fitted] = []
    for asset in newsletter.assets:
        if asset.fingerprint == cover and not covers:
            covers.append(_fit(asset, _fit_as_cover))
        if asset.fingerprint not in fitted and (asset.fingerprint != cover or cover in used):
            fitted[asset.fingerprint] = _fit(asset, _fit_as_body)
    places = _places(newsletter)
    done = [*((cover, made) for made in covers), *fitted.items()]
    every = [replace(made, notes=_placed(made.notes, places.get(name, ""))) for name, made in done]
    pieces = {name: made.pieces for name, made in fitted.items() if len(made.pieces) != 1}
    spread = _spread(newsletter, pieces)
    if covers:
        name = _cover_name(cover) if covers[0].assets else ""
        spread = structs.replace(spread, metadata=structs.replace(spread.metadata, cover=name))
    return structs.replace(
        spread,
        assets=tuple(asset for made in every for asset in made.assets),
        notes=(*newsletter.notes, *dict.fromkeys(note for made in every for note in made.notes)),
    )


def _places(newsletter: Newsletter) -> dict[str, str]:
    """Where each picture stands, as an editor finds it: in a Word file, its name is one that only Word knows."""
    places: dict[str, str] = {}
    for article in newsletter.articles:
        shown = {block.picture: text_of(block.caption) for block in walk(article.blocks) if isinstance(block, Figure)}
        for picture in pictures_of(article.blocks):
            caption = f"，图注是“{shown[picture][:30]}”" if shown.get(picture) else ""
            places.setdefault(picture, f"它在“{article.title[:30]}”里{caption}。")
    return places


def _placed(notes: tuple[Note, ...], place: str) -> tuple[Note, ...]:
    return tuple(structs.replace(note, text=note.text + place) for note in notes)


def _used(newsletter: Newsletter) -> frozenset[str]:
    """The fingerprints of the pictures that stand in the text."""
    texts = (*(article.blocks for article in newsletter.articles), *(note.blocks for note in newsletter.footnotes))
    return frozenset(name for blocks in texts for name in pictures_of(blocks))


def _fit(asset: Asset, make: Callable[[Asset], _Fitted]) -> _Fitted:
    try:
        return make(_drawn(asset))
    except PublisherError as error:
        return _Fitted(notes=(Note("picture-unusable", error.note, Level.ERROR),))


def _drawn(asset: Asset) -> Asset:
    """A page of a PDF, which is what a drawing comes as, as a picture; anything else as it is."""
    if asset.media_type != _PDF:
        return asset
    from publisher.pictures.vector import from_pdf

    return structs.replace(asset, data=from_pdf(asset.data, asset.name))


def _fit_as_body(asset: Asset) -> _Fitted:
    pictures = fit_body(asset.data, asset.name)
    names = tuple(_piece_name(asset.fingerprint, number) for number in range(1, len(pictures) + 1))
    # A picture that stays whole keeps its name.
    names = names if len(names) > 1 else (asset.fingerprint,)
    assets = tuple(_named(asset, *pair) for pair in zip(names, pictures, strict=True))
    return _Fitted(assets, names, tuple(note for picture in pictures for note in picture.notes))


def _fit_as_cover(asset: Asset) -> _Fitted:
    picture = fit_cover(asset.data, asset.name)
    if isinstance(picture, Note):
        return _Fitted(notes=(picture,))
    return _Fitted((_named(asset, _cover_name(asset.fingerprint), picture),), notes=picture.notes)


def _named(asset: Asset, name: str, picture: Picture) -> Asset:
    return Asset(name, picture.media_type, picture.data, asset.name, picture.width, picture.height)


def _piece_name(whole: str, number: int) -> str:
    return fingerprint(f"{whole}#{number}".encode())


def _cover_name(picture: str) -> str:
    """A cover has sizes of its own: in the text, the same picture has others."""
    return fingerprint(f"{picture}#cover".encode())


# ---------------------------------------------------------------------------- long pictures in the text


def _spread(newsletter: Newsletter, pieces: _Pieces) -> Newsletter:
    """The newsletter with all pieces of a picture wherever it stood, and a gap for one that cannot be used."""
    if not pieces:
        return newsletter
    return change_newsletter(newsletter, partial(_spread_block, pieces))


def _spread_block(pieces: _Pieces, block: Block) -> tuple[Block, ...]:
    match block:
        case Figure(picture=picture) if picture in pieces and not pieces[picture]:
            return (structs.replace(block, picture=""),)
        case Figure(picture=picture) if picture in pieces:
            *upper, last = (structs.replace(block, picture=piece) for piece in pieces[picture])
            return (*(structs.replace(figure, caption=()) for figure in upper), last)
        case Paragraph(inlines=inlines) | Heading(inlines=inlines):
            return (structs.replace(block, inlines=tuple(_spread_inlines(pieces, inlines))),)
        case _:
            return (block,)


def _spread_inlines(pieces: _Pieces, inlines: Inlines) -> Iterator[Inline]:
    for inline in inlines:
        match inline:
            case InlineImage(picture=picture) if picture in pieces:
                for number, piece in enumerate(pieces[picture]):
                    if number:
                        yield LineBreak()  # narrow pieces would otherwise stand side by side
                    yield structs.replace(inline, picture=piece)
            case Link(inlines=inner):
                yield structs.replace(inline, inlines=tuple(_spread_inlines(pieces, inner)))
            case _:
                yield inline
