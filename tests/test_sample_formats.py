from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from publisher.document import Figure, Newsletter, walk
from publisher.importers import import_file
from publisher.newsletter import recover
from tests.builders import assert_conserved, assert_nothing_vanished, make_edition, meant_titles, titles_of
from tests.libreoffice import convert
from tests.manuscripts import (
    SAMPLE,
    Piece,
    edition_manuscript,
    sample_lines,
    sample_manuscript,
    sample_newsletter,
    text_of_manuscript,
    with_sections,
)
from tests.same_issue import assert_same_issue
from tests.sample_files import (
    markdown,
    page_of_word,
    page_saved,
    word_as_offices_write,
    word_of_lines,
    word_with_styles,
)

Maker = Callable[[Sequence[Piece]], bytes]

_FORMATS: dict[str, Maker] = {
    "styles.docx": word_with_styles,
    "office.docx": word_as_offices_write,
    "saved.html": page_saved,
    "word.html": page_of_word,
    "issue.md": markdown,
}


def _read(data: bytes, name: str, pieces: Sequence[Piece]) -> Newsletter:
    """The newsletter in a file, after a look at conservation from the manuscript to the end."""
    document = import_file(data, name)
    newsletter = recover(document)
    assert_conserved(document, newsletter)
    assert_nothing_vanished(text_of_manuscript(pieces), newsletter)
    return newsletter


def _pictures(newsletter: Newsletter) -> list[str]:
    blocks = [block for article in newsletter.articles for block in walk(article.blocks)]
    return [block.picture for block in blocks if isinstance(block, Figure)]


# ---------------------------------------------------------------------------- the real issue


@pytest.fixture(scope="module")
def real() -> tuple[Piece, ...]:
    if not SAMPLE.exists():
        pytest.skip("the real issue is not on this machine")
    return sample_manuscript()


@pytest.mark.parametrize("name", _FORMATS)
@pytest.mark.parametrize("announced", [False, True])
def test_the_real_issue_is_the_same_in_every_format(name: str, announced: bool, real: tuple[Piece, ...]) -> None:
    pieces = with_sections(real) if announced else real
    newsletter = _read(_FORMATS[name](pieces), name, pieces)
    assert_same_issue(newsletter, sample_newsletter())
    assert len(_pictures(newsletter)) == 3
    assert all(_pictures(newsletter)) == (name != "issue.md")


def test_the_real_issue_pasted_from_its_pdf_into_word_is_made_whole(real: tuple[Piece, ...]) -> None:
    pieces = sample_lines()
    newsletter = _read(word_of_lines(pieces), "lines.docx", pieces)
    assert_same_issue(newsletter, sample_newsletter())
    assert "lines-joined" in {note.code for note in newsletter.notes}


def test_the_real_issue_pasted_from_its_pdf_into_a_page_is_made_whole(real: tuple[Piece, ...]) -> None:
    # A page has no tabs: a table drawn with them is nothing but words, so it is left out here.
    pieces = tuple(piece for piece in sample_lines() if "\t" not in piece.text)
    newsletter = _read(page_saved(pieces), "lines.html", pieces)
    text = "\n".join(piece.text for piece in pieces)
    assert_same_issue(newsletter, recover(import_file(text.encode(), "lines.txt")))


@pytest.mark.timeout(300)
def test_issues_are_the_same_through_libreoffice(real: tuple[Piece, ...], tmp_path: Path) -> None:
    if not shutil.which("soffice"):
        pytest.skip("LibreOffice is not on this machine")
    pieces = with_sections(real)
    files = {"styles.docx": word_with_styles(pieces), "office.docx": word_as_offices_write(pieces)}
    written: dict[str, bytes] = {}
    for suffix in ("odt", "doc", "rtf"):
        made = convert(files, suffix, tmp_path)
        written |= {f"{Path(name).stem}-{suffix}.{suffix}": data for name, data in made.items()}
    again = convert(written, "docx", tmp_path)
    assert len(again) == len(written) == 6
    for name, data in again.items():
        newsletter = _read(data, name, pieces)
        assert_same_issue(newsletter, sample_newsletter())
        assert all(_pictures(newsletter)), name


# ---------------------------------------------------------------------------- invented issues


@pytest.mark.parametrize("name", _FORMATS)
def test_an_invented_issue_has_its_structure_in_every_format(name: str) -> None:
    edition = make_edition()
    for pieces in (edition_manuscript(edition), with_sections(edition_manuscript(edition))):
        assert titles_of(_read(_FORMATS[name](pieces), name, pieces)) == meant_titles(edition)


@pytest.mark.parametrize("name", _FORMATS)
def test_an_invented_issue_without_a_contents_list_has_its_structure_in_every_format(name: str) -> None:
    edition = make_edition((2, 3, 2))
    listed = with_sections(edition_manuscript(edition))
    pieces = [piece for piece in listed if piece.kind != "listed"]
    assert titles_of(_read(_FORMATS[name](pieces), name, pieces)) == meant_titles(edition)
