"""Newsletter -> WeChat HTML: the pieces of a draft, within the platform's limits.

    newsletter -> layout (parts) -> frame, html, tables, inlines (trees) -> tree (markup) -> limits

A part that is too long loses first the colours of its code, then the theme's decoration (@lean); what is too long then
is divided over the draft. The editor is told.

Preview and publication differ in one argument: `addresses`, which maps a picture's fingerprint to where it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files

from publisher.document import Article, Code, Level, Newsletter, Note, Section, walk
from publisher.issue import Layout
from publisher.lint import lint
from publisher.rendering import digest, limits
from publisher.rendering.bounds import least_size
from publisher.rendering.frame import write_part
from publisher.rendering.html import write_blocks
from publisher.rendering.inlines import Page
from publisher.rendering.layout import Part, divide
from publisher.rendering.theme import CODE_COLORING, Theme
from publisher.rendering.tree import serialise

ADDRESS_LENGTH = 150
"""Characters: as long as the platform's own picture addresses get, with an id of 86 characters and a query of 26."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One article of the draft, ready for the platform. `title` may be a short form; `source_url` is the 阅读原文
    link or ""; `pictures` are the fingerprints used, in reading order; `sections` is what stands in it.
    """

    title: str
    author: str
    digest: str
    content: str
    source_url: str
    pictures: tuple[str, ...]
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True, slots=True)
class Rendering:
    """The pieces of the draft in order, and remarks for the editor."""

    pieces: tuple[Piece, ...]
    notes: tuple[Note, ...]


def render(
    newsletter: Newsletter,
    theme: Theme,
    addresses: Mapping[str, str],
    *,
    layout: Layout = "auto",
    author: str = "",
    qr: str = "",
) -> Rendering:
    """The newsletter as 1 to 8 pieces; `addresses` says where each picture is, `author` who signs what nobody signed,
    `qr` which picture is the account's code at the end ("" for none).

    Unpublishable, with the figures, if the platform would refuse it. A picture without an address is left out, with a
    note of level ERROR.
    """
    press = _Press(newsletter, theme.variants(), addresses, author, qr, _orphans(newsletter, theme))
    pieces: list[Piece] = []
    notes: list[Note] = []
    parts = divide(newsletter, layout, press.measure)
    if layout == "auto" and len(parts) > 1:
        text = f"合为一篇超过平台的 {limits.CONTENT_POINTS:,} 字符，已分成 {len(parts)} 篇图文"
        notes.append(Note("content-divided", text, Level.INFO))
    for part in parts:
        piece, remarks = press.make(part)
        pieces.append(piece)
        notes += remarks
    return Rendering(tuple(pieces), tuple(dict.fromkeys(notes)))


def check(rendering: Rendering) -> tuple[Note, ...]:
    """What the linter finds in the articles, for the editor: a theme of the office's own may break a rule."""
    return tuple(
        Note(f"lint-{finding.code}", f"《{piece.title}》排版检查：{finding.text}")
        for piece in rendering.pieces
        for finding in lint(piece.content)
    )


def placeholder_addresses(newsletter: Newsletter) -> dict[str, str]:
    """An address for every picture, as long as the platform's ever get, to measure before anything is uploaded."""
    names = (asset.fingerprint for asset in newsletter.assets)
    return {name: f"https://mmbiz.qpic.cn/mmbiz_png/{name}".ljust(ADDRESS_LENGTH, "0") for name in names}


def shipped_themes() -> dict[str, str]:
    """The CSS of the themes in this package, by name."""
    found = (entry for entry in (files(__name__) / "themes").iterdir() if entry.name.endswith(".css"))
    return {entry.name.removesuffix(".css"): entry.read_text(encoding="utf-8") for entry in found}


# ---------------------------------------------------------------------------- one piece


@dataclass(frozen=True, slots=True)
class _Written:
    """A part as it goes out: its HTML, and what was used for it, the variant of the theme before all."""

    part: Part
    title: str
    author: str
    content: str
    page: Page
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class _Press:
    """What all pieces of one draft are made with, and the parts that are written already, by identity."""

    newsletter: Newsletter
    variants: tuple[Theme, ...]
    addresses: Mapping[str, str]
    author: str
    qr: str
    orphans: tuple[str, ...]
    written: dict[int, _Written] = field(default_factory=dict)

    def measure(self, part: Part) -> int:
        """The characters of the part's HTML, in the first variant of the theme in which it fits."""
        if part.title.strip():
            return limits.size_of(self._write(part).content)
        return limits.size_of(self._fitting(part, "", "")[0])

    def make(self, part: Part) -> tuple[Piece, tuple[Note, ...]]:
        """The piece of a part and what there is to say about it."""
        written = self._write(part)
        own_digest, about_digest = limits.fit_digest(self._given_digest(part))
        source_url, about_url = limits.fit_source_url(self._source_url(part))
        about_content = limits.check_content(written.title, written.content, _left_out(part, written.page.theme))
        pictures = tuple(written.page.pictures)
        given = own_digest or self._digest(part)
        piece = Piece(written.title, written.author, given, written.content, source_url, pictures, part.sections)
        return piece, (*written.notes, *about_digest, *about_url, *written.page.notes, *about_content)

    def _write(self, part: Part) -> _Written:
        known = self.written.get(id(part))
        if known is None:
            title, about_title = limits.fit_title(part.title)
            author, about_author = limits.fit_author(self._author(part))
            content, page = self._fitting(part, title, author)
            known = _Written(part, title, author, content, page, (*about_title, *about_author))
            self.written[id(part)] = known
        return known

    def _fitting(self, part: Part, title: str, author: str) -> tuple[str, Page]:
        """The part's HTML in the first variant of the theme in which it fits; in the last one if in none."""
        hopeless = least_size(self.variants[0], self.newsletter, part) >= limits.CONTENT_POINTS
        # Without code the first step changes nothing.
        possible = [theme for theme in self.variants if not theme.without or _left_out(part, theme)]
        for theme in possible[-1:] if hopeless else possible:
            page = self._page(theme)
            content = serialise(write_part(page, self.newsletter, part, title, author, self.qr))
            if limits.fits_content(content):
                break
        return content, page

    def _page(self, theme: Theme) -> Page:
        widths = {asset.fingerprint: asset.width for asset in self.newsletter.assets}
        footnotes = {footnote.id: footnote for footnote in self.newsletter.footnotes}
        return Page(theme, self.addresses, widths, footnotes, self.orphans)

    def _author(self, part: Part) -> str:
        own = [article.author for article in self._subject(part)]
        return "".join(own) or self.newsletter.metadata.author or self.author or self._editor()

    def _editor(self) -> str:
        """Who edited the issue, where the platform takes the name whole; a cut name would be nobody's."""
        editor = self.newsletter.masthead.editor if self.newsletter.masthead else ""
        return editor if limits.units(editor) <= limits.AUTHOR_UNITS else ""

    def _given_digest(self, part: Part) -> str:
        own = [article.digest for article in self._subject(part)]
        return (self.newsletter.metadata.digest if part.first else "") or "".join(own)

    def _source_url(self, part: Part) -> str:
        own = part.articles[0].source_url if len(part.articles) == 1 else ""
        return own or self.newsletter.metadata.source_url

    def _digest(self, part: Part) -> str:
        """The first sentences of the article that the piece is about; of several, the headlines."""
        for article in self._subject(part):
            return digest.digest_of(article.blocks) or digest.cut_digest(article.title)
        articles = self.newsletter.articles if part.first else part.articles
        return _headlines([article.title for article in articles if article.title])

    def _subject(self, part: Part) -> tuple[Article, ...]:
        """The one article that the piece is about, or none: the first piece of an issue stands for all of it."""
        only = self.newsletter.articles if part.first else part.articles
        return only if len(only) == 1 else ()


def _left_out(part: Part, variant: Theme) -> str:
    """What a part misses in a variant of the theme, in an editor's words; colours of code only where there is code."""
    coded = any(isinstance(block, Code) for article in part.articles for block in walk(article.blocks))
    return "和".join(name for name in variant.without if coded or name != CODE_COLORING)


def _headlines(titles: list[str]) -> str:
    shown: list[str] = []
    for title in titles:
        if len("；".join([*shown, title])) > digest.AIM - 1:
            break
        shown.append(title)
    if not shown:
        return digest.cut_digest("；".join(titles))
    return "；".join(shown) + ("等" if len(shown) < len(titles) else "")


def _orphans(newsletter: Newsletter, theme: Theme) -> tuple[str, ...]:
    """The footnotes to which no text refers."""
    known = {footnote.id: footnote for footnote in newsletter.footnotes}
    page = Page(theme, {}, {}, known)
    if known:
        for article in newsletter.articles:
            write_blocks(page, article.blocks)
    return tuple(name for name in known if name not in page.footnotes)
