"""One picture, whatever it is -> what the platform takes of it, in a text."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from publisher.document import Asset, Level, Note
from publisher.errors import Unreadable
from publisher.importers.signatures import media_type
from publisher.pictures.decoding import Remarks, decode, open_image
from publisher.pictures.encoding import Picture, encode
from publisher.pictures.moving import first_frame_note, is_moving, keep_moving
from publisher.pictures.refusing import guarded, unconverted
from publisher.pictures.slicing import cut

BODY_WIDTH: Final = 1080
"""Pixels: more than any phone shows."""

_SMALL_PIXELS: Final = 4_000_000
"""As much memory as a band of a larger picture takes."""
_SMALL_FORMATS: Final = ("image/png", "image/jpeg")
_VECTOR: Final = ("image/emf", "image/wmf")


def fit_body(data: bytes, name: str) -> tuple[Picture, ...]:
    """The picture for a text: at most 1080 pixels wide, JPEG or PNG below 1,000,000 bytes, or a GIF that moves. A
    picture longer than a few screens comes in pieces, from top to bottom. Unreadable, with a note that names the
    picture, if it is none, is damaged, or is hostile.
    """
    remarks: Remarks = []
    with guarded(name):
        data = pixels_of(data, name, BODY_WIDTH, remarks)
        image = open_image(data, name)
        kept = keep_moving(data, image, name) if is_moving(image) else ()
        return kept or _fit_still(data, name, remarks)


def fit_whole(data: bytes, name: str) -> Picture:
    """The picture in one piece, however long, for a message of its own; else as `fit_body`, and as often refused."""
    remarks: Remarks = []
    with guarded(name):
        data = pixels_of(data, name, BODY_WIDTH, remarks)
        image = open_image(data, name)
        kept = keep_moving(data, image, name) if is_moving(image) else ()
        if kept:
            return kept[0]
        source = decode(image, name, BODY_WIDTH, remarks)
        return replace(encode(source.plain((0, 0, *source.size), BODY_WIDTH)), notes=tuple(remarks))


def is_small(asset: Asset) -> bool:
    """Whether a picture is an ordinary one of few pixels, as far as its head says."""
    if media_type(asset.data) not in _SMALL_FORMATS:
        return False
    try:
        with guarded(asset.name):
            image = open_image(asset.data, asset.name)
            return image.width * image.height <= _SMALL_PIXELS and not is_moving(image)
    except Unreadable:
        return False


def pixels_of(data: bytes, name: str, width: int, remarks: Remarks) -> bytes:
    """The same picture as pixels, if it was lines and letters."""
    kind = media_type(data)
    if kind in _VECTOR:
        raise unconverted(name)
    if kind != "image/svg+xml":
        return data
    from publisher.pictures.vector import from_svg

    return from_svg(data, name, width, remarks)


def _fit_still(data: bytes, name: str, remarks: Remarks) -> tuple[Picture, ...]:
    image = open_image(data, name)
    if is_moving(image):
        remarks.append(first_frame_note(name))
    source = decode(image, name, BODY_WIDTH, remarks)
    boxes = cut(source, BODY_WIDTH, name)
    if len(boxes) > 1:
        text = f"长图「{name}」在空白处分成 {len(boxes)} 段，上下相接，请核对。"
        remarks.append(Note("picture-sliced", text, Level.INFO))
    pictures = []
    for box in boxes:
        image = source.plain(box, BODY_WIDTH)
        pictures.append(encode(image))
        if pictures[-1].width < image.width:
            text = f"图片「{name}」太大，缩到 {pictures[-1].width} 像素宽才不超过平台的 1 MB，请核对细节是否还看得清。"
            remarks.append(Note("picture-shrunk", text, Level.WARNING))
    return (replace(pictures[0], notes=tuple(dict.fromkeys(remarks))), *pictures[1:])
