from __future__ import annotations

import re

from markdown_it import MarkdownIt

from publisher.document import Code, Document, Figure, Heading, Table
from publisher.importers.bundle import import_bundle
from tests.bench.article import NAME, article, chinese, files


def test_the_article_is_as_long_as_promised() -> None:
    assert chinese(article()) == 14_199
    assert 16_900 <= len(article()) <= 17_200


def test_the_article_is_the_same_at_every_call() -> None:
    assert files() == files()
    assert files()[NAME].decode() == article()


def test_the_article_holds_the_promised_blocks() -> None:
    document = import_bundle(files())
    assert isinstance(document, Document)
    found = [type(block) for block in document.blocks]
    assert [found.count(kind) for kind in (Heading, Table, Figure, Code)] == [30, 2, 5, 2]
    assert len(document.assets) == 5


def test_the_article_holds_the_promised_cells_and_links() -> None:
    rows = re.findall(r"^\| (?!站点|项目|---).*\|$", article(), re.MULTILINE)
    assert sum(row.count("|") - 1 for row in rows) == 56
    assert len(re.findall(r"(?<!!)\[[^]]+\]\(https://", article())) == 12


def test_the_article_holds_bold_runs_lists_and_quotes() -> None:
    lines = article().splitlines()
    assert article().count("**") == 14
    assert sum(line.startswith("1. ") for line in lines) == 2
    assert sum(line.startswith("> ") for line in lines) == 2


def test_the_articles_plain_tags_are_as_long_as_those_of_the_article_that_was_measured_elsewhere() -> None:
    """18,000 characters of markup without any style, to which all that a theme adds is compared."""
    markup = MarkdownIt("commonmark").enable("table").render(article()).replace("\n", "")
    assert 17_900 <= len(markup) <= 18_100
