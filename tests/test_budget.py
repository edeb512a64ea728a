"""How many characters articles come to, as the platform counts them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from publisher.document import Document, Newsletter
from publisher.importers.bundle import import_bundle
from publisher.newsletter import recover
from publisher.rendering import placeholder_addresses, render, shipped_themes
from publisher.rendering.limits import size_of
from publisher.rendering.theme import Theme
from tests.bench.article import files
from tests.manuscripts import SAMPLE, sample_newsletter
from tests.specimen import theme

THEMES = sorted(shipped_themes())
needs_the_sample = pytest.mark.skipif(not SAMPLE.exists(), reason="the real sample is kept outside the repository")


@pytest.fixture(scope="module")
def article() -> Newsletter:
    """The article of 17,000 characters that the bench converts."""
    document = import_bundle(files())
    assert isinstance(document, Document)
    return recover(document)


def size(newsletter: Newsletter, variant: Theme) -> int:
    """The characters of all pieces, divided by section, in this variant and no other."""
    only = replace(variant, lean=None)
    pieces = render(newsletter, only, placeholder_addresses(newsletter), layout="sections").pieces
    return sum(size_of(piece.content) for piece in pieces)


@pytest.mark.parametrize("name", THEMES)
def test_an_article_of_17_000_characters_goes_out_as_one_in_every_theme(article: Newsletter, name: str) -> None:
    (piece,) = render(article, theme(name), placeholder_addresses(article)).pieces
    assert size_of(piece.content) < 20_000


@needs_the_sample
def test_the_real_issue_goes_out_as_one_article_in_the_plain_theme() -> None:
    newsletter = sample_newsletter()
    rendering = render(newsletter, theme("plain"), placeholder_addresses(newsletter))
    assert len(rendering.pieces) == 1
    assert size_of(rendering.pieces[0].content) <= 20_000
    assert [note.code for note in rendering.notes if note.code == "content-degraded"] == []


@needs_the_sample
@pytest.mark.parametrize("name", THEMES)
def test_the_real_issue_with_all_its_decoration_stays_under_25_000_characters(name: str) -> None:
    assert size(sample_newsletter(), theme(name)) <= 25_000
