"""A newsletter in a theme, as its readers will see it and as its editors must judge it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Literal

from PIL import Image

from publisher.document import Masthead, Newsletter, Note
from publisher.issue import Layout
from publisher.lint import Finding, lint
from publisher.lint.dark import darken
from publisher.pipeline.drafting import cover_crops, given_cover
from publisher.pipeline.importing import cover_lines, draw_titled_cover
from publisher.rendering import Piece, render
from publisher.rendering.cover import check_cover
from publisher.rendering.layout import chinese_date
from publisher.rendering.limits import size_of
from publisher.rendering.theme import Theme

Shape = Literal["wide", "square"]
"""Of a cover: at the head of a list, or beside a title."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One article of the draft on the platform's page; `name` and `date` stand below its title, `findings` are the
    linter's.
    """

    piece: Piece
    name: str
    date: str
    findings: tuple[Finding, ...]

    @property
    def characters(self) -> int:
        """How many characters the platform counts."""
        return size_of(self.piece.content)

    def content(self, shade: str) -> str:
        """The article's HTML, for the shade «dark» as the platform's dark mode converts it."""
        return darken(self.piece.content) if shade == "dark" else self.piece.content


@dataclass(frozen=True, slots=True)
class Proof:
    """All articles of the draft, and every remark for the editor."""

    theme: Theme
    sheets: tuple[Sheet, ...]
    notes: tuple[Note, ...]

    @property
    def title(self) -> str:
        """How the issue is called."""
        return self.sheets[0].piece.title if self.sheets else ""


def make_proof(newsletter: Newsletter, theme: Theme, addresses: Mapping[str, str], layout: Layout) -> Proof:
    """The proof of a newsletter. Unpublishable, with the figures, if the platform would refuse it."""
    rendering = render(newsletter, theme, addresses, layout=layout)
    head = newsletter.masthead or Masthead()
    date = chinese_date(head.date)
    sheets = tuple(Sheet(piece, head.name, date, lint(piece.content)) for piece in rendering.pieces)
    title = sheets[0].piece.title if sheets else ""
    cover = () if newsletter.metadata.cover else check_cover(title, *cover_lines(newsletter))
    return Proof(theme, sheets, tuple(dict.fromkeys((*newsletter.notes, *rendering.notes, *cover))))


def make_cover(newsletter: Newsletter, proof: Proof, shape: Shape) -> bytes:
    """What lists show of the issue's cover, the file's own or the one that is drawn: a JPEG."""
    cover = given_cover(newsletter) or draw_titled_cover(proof.title, newsletter, proof.theme)
    crops = cover_crops(newsletter)
    part = [float(edge) for edge in (crops.wide if shape == "wide" else crops.square).split("_")]
    buffer = BytesIO()
    with Image.open(BytesIO(cover)) as whole:
        width, height = whole.size
        left, top, right, bottom = part[0] * width, part[1] * height, part[2] * width, part[3] * height
        shown = whole.convert("RGB").crop((round(left), round(top), round(right), round(bottom)))
    shown.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()
