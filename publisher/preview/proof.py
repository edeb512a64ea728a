"""A newsletter in a theme, as its readers will see it and as its editors must judge it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from publisher.document import Masthead, Newsletter, Note
from publisher.issue import Layout
from publisher.lint import Finding, lint
from publisher.lint.dark import darken
from publisher.pipeline.importing import cover_lines
from publisher.rendering import Piece, render
from publisher.rendering.cover import check_cover, draw_cover
from publisher.rendering.layout import chinese_date
from publisher.rendering.limits import size_of
from publisher.rendering.theme import Theme


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

    sheets: tuple[Sheet, ...]
    notes: tuple[Note, ...]


def make_proof(newsletter: Newsletter, theme: Theme, addresses: Mapping[str, str], layout: Layout) -> Proof:
    """The proof of a newsletter. Unpublishable, with the figures, if the platform would refuse it."""
    rendering = render(newsletter, theme, addresses, layout=layout)
    head = newsletter.masthead or Masthead()
    date = chinese_date(head.date)
    sheets = tuple(Sheet(piece, head.name, date, lint(piece.content)) for piece in rendering.pieces)
    cover = () if newsletter.metadata.cover else check_cover(_title(rendering.pieces), *cover_lines(newsletter))
    return Proof(sheets, tuple(dict.fromkeys((*newsletter.notes, *rendering.notes, *cover))))


def make_cover(newsletter: Newsletter, proof: Proof) -> bytes:
    """The picture that stands for the issue in lists: the file's own, else the one that is drawn."""
    given = [asset.data for asset in newsletter.assets if asset.fingerprint == newsletter.metadata.cover]
    pieces = tuple(sheet.piece for sheet in proof.sheets)
    return given[0] if given else draw_cover(_title(pieces), *cover_lines(newsletter))


def _title(pieces: tuple[Piece, ...]) -> str:
    return pieces[0].title if pieces else ""
