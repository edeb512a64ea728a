"""Texts, pages and Markdown that nobody writes: each asks a reader for time or memory without end.

Run as a program, `python -m tests.hostile_files html`, it reads those of one format, each in a process of its own
under the limits of a reading, and prints what became of them as JSON, a line each.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Iterator

from publisher.errors import Unreadable
from publisher.importers import import_file
from publisher.importers.html import MOST_TAGS
from publisher.importers.text import MOST_CHARACTERS, MOST_LINES
from publisher.newsletter import recover

MEGABYTE = 1024 * 1024
SECONDS = 5
MEMORY = 512 * MEGABYTE
FULL = 5 * MEGABYTE - 200
"""The most bytes that a text may have, nearly."""
LONG = 100_000
"""Long enough for minutes, where the time grows with the square of the length."""

REPEATED = {
    ".txt": ["融", " ", "\t", "\r", "　", "“（《", "一、", "\u200b", "\ufffd", "a\tb "],
    ".md": [
        *("[", "*", "`", "<", "&", "$", "#", "\r", "![", "^[", "](", "[a]:", "$a$", "$$"),
        *("<a ", "<!--", "- \n", "data:image/a;a", "    a\n"),
    ],
    ".html": [" ", "&", "<", "a\n", "融\n", "<!--", "<![if", "<?xml ", "data:image/a;a", "style='"],
}
NESTED = ["blockquote", "section class=nav", "mfrac", "li value=7"]
MANY = ["<li>x", "<a href=#ftn1>x</a>", "<td colspan=63>x"]


def hostile_files(suffix: str) -> Iterator[tuple[str, str]]:
    """The files of one format: what is the matter with each, and its text."""
    for piece in REPEATED[suffix]:
        size = LONG if suffix == ".md" and "\n" not in piece else FULL
        yield f"nothing but {piece!r}", piece * (size // len(piece.encode()))
    yield from {".txt": _texts, ".md": _markdown, ".html": _pages}[suffix]()


def _texts() -> Iterator[tuple[str, str]]:
    yield "lines of one letter", "a\n" * (MOST_LINES - 1)
    yield "cells without end", ("x\t" * 10 + "\n") * (MOST_LINES - 1)
    yield "front matter of brackets", "---\ntitle: " + "[" * 16_000 + "\n---\nx"
    yield (
        "front matter of aliases",
        "---\na: &a [x]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(900)) + "---\nx",
    )
    yield "front matter of unknown keys", "---\ntitle: x\n" + "".join(f"t{n}: 1\n" for n in range(1_500)) + "---\nx"
    yield "front matter that never ends", "---\n" + "title: x\n" * 500_000
    yield "front matter of rules", "---\n" * 1_000_000


def _markdown() -> Iterator[tuple[str, str]]:
    yield "5 MB of brackets", "[" * FULL
    for piece in ("_", "[a](", "[^a]", "![](a)"):
        yield f"many {piece!r}", piece * 20_000
    yield "paragraphs of brackets", ("![" * 50 + "\n\n") * 1000
    yield "3,000 columns", "|" + "a|" * 3000 + "\n|" + "-|" * 3000 + "\n" + ("|" + "b|" * 3000 + "\n") * 20
    yield "100,000 cells", "|" + "a|" * 10 + "\n|" + "-|" * 10 + "\n" + ("|" + "b|" * 10 + "\n") * 10_000
    yield "short rows under 3,000 columns", "|" + "a|" * 3000 + "\n|" + "-|" * 3000 + "\n" + "|b|\n" * 9_900
    yield "surplus cells", "|a|\n|-|\n" + "|b|c|\n" * 9_900
    yield "10,000 quotes", ">" * 10_000 + "x"
    yield "a deep list", "".join("  " * depth + "- x\n" for depth in range(900))
    yield "many definitions", "".join(f"[a{n}]: b\n" for n in range(9_900)) + "\n" + "[a1] " * 10_000
    yield "many notes", "".join(f"x[^{n}]\n\n[^{n}]: y\n\n" for n in range(2_400))
    yield "a chain of notes", "x[^0]\n\n" + "".join(f"[^{n}]: y[^{n + 1}]\n\n" for n in range(4_900))
    yield "many pieces of HTML", "<div>x</div>\n\n" * 3_000
    yield "nested HTML", "<div>" * 100_000
    yield "nested tags in a line", "x " + "<b>" * 100_000
    yield "a picture in the text", "![x](data:image/png;base64," + "A" * (FULL - 100) + ")"
    yield "many pictures in the text", ("![x](data:image/png;base64," + "A" * 400 + ")\n\n") * 4_900
    yield "formulas that never end", "$$a\n\n" * 4_900


def _pages() -> Iterator[tuple[str, str]]:
    for tag in NESTED:
        yield f"nested <{tag}>", f"<{tag}>" * (MOST_TAGS // 2) + "x"
    yield "nested lists", "<ul><li>" * (MOST_TAGS // 2 - 1) + "x"
    for piece in MANY:
        count = (MOST_TAGS - 1) // piece.count("<")
        yield f"{count} of {piece}", piece * count
    yield "table cells", "<table>" + ("<tr>" + "<td>x" * 10) * 1_800
    yield "3,000 columns", "<table><tr>" + "<td>x" * 3000
    yield "spans", "<table>" + "<tr><td colspan=63 rowspan=63>x" * 300
    yield "numbers", "<ol>" + "<li value=999999999>x" * 4_000 + "</ol><ol start=999999999 reversed>" + "<li>x" * 4_000
    yield "Chinese numbers", "<ol style='list-style-type:cjk-ideographic'>" + "<li value=123456789>x" * 8_000
    yield "attributes", "<p " + " ".join(f"a{n}=1" for n in range(LONG)) + ">x"
    yield "a style without end", "<p style='" + "a:b;" * LONG + "'>x"
    yield "styles", "<p style='color:red;" + "a:b;" * 100 + "'>x" * 10_000
    yield "classes", "<p class='" + "a-" * LONG + "'>x"
    yield "a picture in the page", "<img src='data:image/png;base64," + "A" * (FULL - 100) + "'>"
    yield "entities", "<!DOCTYPE a [<!ENTITY a 'x'><!ENTITY b '" + "&a;" * 90_000 + "'>]><p>" + "&b;" * 90_000
    yield "characters", "<p>" + "a\n" * (MOST_CHARACTERS // 2 - 1)
    yield "27 MB", "<p>" * 9_000_000


def main() -> None:
    """Reads all files of the format that is named, each under its limits."""
    suffix = sys.argv[1]
    for case, text in hostile_files(suffix):
        sys.stdout.write(json.dumps({"case": case, **_measured(text.encode(), f"a{suffix}")}) + "\n")
        sys.stdout.flush()


def _measured(data: bytes, name: str) -> dict[str, str | float]:
    out, into = os.pipe()
    child = os.fork()
    if not child:
        os.write(into, _outcome(data, name).encode())
        os._exit(0)
    os.close(into)
    _, _, used = os.wait4(child, 0)
    with os.fdopen(out) as answer:
        outcome = answer.read() or "killed"
    return {"outcome": outcome, "seconds": used.ru_utime + used.ru_stime, "megabytes": used.ru_maxrss / 1024}


def _outcome(data: bytes, name: str) -> str:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        recover(import_file(data, name))
    except Unreadable as refusal:
        return f"refused: {refusal.detail[:80]}"
    except BaseException as error:
        return f"{type(error).__name__}: {error}"[:200]
    return "read"


if __name__ == "__main__":
    main()
