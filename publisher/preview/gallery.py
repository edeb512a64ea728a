"""`publisher themes`: all themes side by side over one specimen, which went the way of every newsletter."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

from publisher import reading
from publisher.document import Newsletter
from publisher.errors import ConfigError
from publisher.lint.markup import inner, parse
from publisher.preview.drawings import draw_chart, draw_hills
from publisher.preview.page import ENVIRONMENT, SHADES
from publisher.preview.proof import Sheet, make_cover, make_proof
from publisher.preview.themes import Choice
from publisher.rendering import placeholder_addresses

_SHIPPED = "随程序提供"


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One theme in the gallery: what is seen of it, or its faults."""

    name: str
    about: str
    where: str
    faults: tuple[str, ...] = ()
    sheets: tuple[Sheet, ...] = ()
    characters: int = 0
    cover: str = ""
    remarks: tuple[str, ...] = ()


def describe(themes: Mapping[str, Choice]) -> tuple[list[str], list[str]]:
    """A line for each theme that can be used: name, where from, what it is; and the faults of the others."""
    lines: list[str] = []
    faults: list[str] = []
    for choice in themes.values():
        try:
            lines.append(f"{choice.name}\t{choice.where or _SHIPPED}\t{choice.theme().about}")
        except ConfigError as error:
            faults += error.faults
    return lines, faults


def write_gallery(themes: Mapping[str, Choice], output: Path) -> None:
    """Write one page with every theme, light and dark, that needs no other file."""
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(gallery(themes, read_specimen()), encoding="utf-8")


def gallery(themes: Mapping[str, Choice], newsletter: Newsletter) -> str:
    """The page that shows a newsletter in every theme."""
    exhibits = [_exhibit(choice, newsletter) for choice in themes.values()]
    return ENVIRONMENT.get_template("gallery.html").render(exhibits=exhibits, shades=SHADES)


def read_specimen() -> Newsletter:
    """The specimen, read as any dropped file is."""
    page = (files("publisher.preview") / "specimen" / "specimen.html").read_bytes()
    return reading.read({"specimen.html": page, "pictures/hills.png": draw_hills(), "pictures/chart.png": draw_chart()})


def _exhibit(choice: Choice, newsletter: Newsletter) -> Exhibit:
    where = choice.where or _SHIPPED
    try:
        theme = choice.theme()
    except ConfigError as error:
        return Exhibit(choice.name, "", where, error.faults)
    proof = make_proof(newsletter, theme, placeholder_addresses(newsletter), "auto")
    return Exhibit(
        choice.name,
        theme.about,
        where,
        sheets=tuple(_with_pictures(sheet, newsletter) for sheet in proof.sheets),
        characters=sum(sheet.characters for sheet in proof.sheets),
        cover=_inline("image/jpeg", make_cover(newsletter, proof, "wide")),
        remarks=tuple(note.text for note in proof.notes if note not in newsletter.notes),
    )


def _with_pictures(sheet: Sheet, newsletter: Newsletter) -> Sheet:
    """The pictures themselves in place of their addresses, which alone count when an article is measured."""
    addresses = placeholder_addresses(newsletter)
    data = {addresses[asset.fingerprint]: _inline(asset.media_type, asset.data) for asset in newsletter.assets}
    root = parse(sheet.piece.content)
    for picture in root.iter("img"):
        picture.set("src", data[picture.get("src", "")])
    return replace(sheet, piece=replace(sheet.piece, content=inner(root)))


def _inline(media_type: str, data: bytes) -> str:
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"
