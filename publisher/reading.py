"""A drop's bytes -> its newsletter, whatever it takes: the jail, LibreOffice, the web.

jail.read_and_fit -> wants? -> office, remote -> jail.read_and_fit
  -> diagrams -> drawings to PDF (office) -> jail.fit, unless all fit -> formulas
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from publisher import diagrams, formulas, jail, office
from publisher.document import Asset, Level, Newsletter, Note
from publisher.errors import Unreadable
from publisher.importers.supplies import NOTHING, Conversion, Supplies, Supply, Wants

log = logging.getLogger("publisher.reading")

_ROUNDS: Final = 3
"""A document is converted, then its pictures are fetched; more is a fault of ours."""
_DRAWINGS: Final = {"image/emf": ".emf", "image/wmf": ".wmf"}
_PDF: Final = "application/pdf"


def _fetch_pictures(addresses: Sequence[str]) -> Mapping[str, Supply]:
    from publisher.remote import fetch_pictures

    return fetch_pictures(addresses)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads drops; each field is one way to the outside world."""

    ask: Callable[[Mapping[str, bytes], Supplies], Newsletter | jail.Fitted | Wants] = jail.read_and_fit
    fit: Callable[[Newsletter], Newsletter] = jail.fit
    convert: Callable[[bytes, str], bytes] = office.to_docx
    draw: Callable[[Mapping[str, bytes]], Mapping[str, bytes]] = office.to_pdf
    diagram: Callable[[Newsletter], Newsletter] = diagrams.draw_diagrams
    typeset: Callable[[Newsletter], Newsletter] = formulas.draw_formulas
    fetch: Callable[[Sequence[str]], Mapping[str, Supply]] = _fetch_pictures

    def read(self, files: Mapping[str, bytes]) -> Newsletter:
        """The newsletter that `files` (by relative POSIX path) hold, its pictures as the platform takes them.

        Raises Unreadable, or what the importers raise, with a note for the editor. Any thread may call it.
        """
        supplies = NOTHING
        for _ in range(_ROUNDS):
            found = self.ask(files, supplies)
            if isinstance(found, Wants):
                supplies = self._supply(found, supplies)
            elif isinstance(found, jail.Fitted):
                return self._finished(replace(found.newsletter, assets=()), found.newsletter.assets)
            else:
                return self._finished(found)
        raise Unreadable("the drop wants more and more", "读取文件时程序出错，没有读完。请把文件交给系统管理员。")

    def _finished(self, newsletter: Newsletter, fitted: tuple[Asset, ...] = ()) -> Newsletter:
        """The newsletter with all its pictures, those that fit already and those that must be drawn or made to."""
        newsletter = self._fitted(self._drawn(self.diagram(newsletter)))
        return self.typeset(replace(newsletter, assets=(*fitted, *newsletter.assets)) if fitted else newsletter)

    def _supply(self, wants: Wants, had: Supplies) -> Supplies:
        converted = {wish.path: self._converted(wish) for wish in wants.conversions}
        fetched = self.fetch(wants.addresses) if wants.addresses else {}
        return Supplies({**had.converted, **converted}, {**had.fetched, **fetched})

    def _converted(self, wish: Conversion) -> Supply:
        try:
            return Supply(self.convert(wish.data, wish.suffix))
        except office.NotConverted as error:
            return Supply(refusal=f"“{wish.path}”没有读成：{error}")

    # ------------------------------------------------------------------ pictures

    def _drawn(self, newsletter: Newsletter) -> Newsletter:
        """The newsletter with its EMF and WMF drawings as PDF; what LibreOffice cannot draw stays what it is."""
        kinds = {asset.fingerprint: _DRAWINGS.get(asset.media_type, "") for asset in newsletter.assets}
        drawings = {a.fingerprint + kinds[a.fingerprint]: a.data for a in newsletter.assets if kinds[a.fingerprint]}
        if not drawings:
            return newsletter
        try:
            drawn = self.draw(drawings)
        except office.NotConverted as error:
            return replace(newsletter, notes=(*newsletter.notes, Note("picture-vector", str(error), Level.ERROR)))
        return replace(newsletter, assets=tuple(_as_pdf(asset, drawn) for asset in newsletter.assets))

    def _fitted(self, newsletter: Newsletter) -> Newsletter:
        """The newsletter with pictures that fit; where one of them kills the child, the others are made without it."""
        if not newsletter.assets:
            return newsletter
        try:
            return self.fit(newsletter)
        except Unreadable as error:
            log.warning("pictures together: %s", error.detail)
        done = replace(newsletter, assets=())
        for asset in newsletter.assets:
            done = self._fitted_one(done, asset)
        return done

    def _fitted_one(self, newsletter: Newsletter, asset: Asset) -> Newsletter:
        try:
            fitted = self.fit(replace(newsletter, assets=(asset,)))
        except Unreadable as error:
            log.warning("picture %s: %s", asset.fingerprint[:12], error.detail)
            text = f"图片「{asset.name}」读不出来（用的时间或内存超过了上限）。请另存为 PNG 或 JPEG 后重新投放。"
            return replace(newsletter, notes=(*newsletter.notes, Note("picture-unusable", text, Level.ERROR)))
        return replace(fitted, assets=(*newsletter.assets, *fitted.assets))


def read(files: Mapping[str, bytes]) -> Newsletter:
    """The newsletter that `files` hold, read with all that this machine has."""
    return Reader().read(files)


def _as_pdf(asset: Asset, drawn: Mapping[str, bytes]) -> Asset:
    page = drawn.get(asset.fingerprint, b"")
    return replace(asset, media_type=_PDF, data=page) if page else asset
