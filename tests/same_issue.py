"""Whether two newsletters are the same issue, told line by line: what `inspect` shows of them, and nothing of notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import unified_diff
from typing import Any

from publisher.document import Newsletter
from publisher.inspection import inspection


def issue_lines(newsletter: Newsletter) -> list[str]:
    """An issue as lines to compare: masthead, sections, titles, authors, sources, blocks, closing notice.

    Each line names what it is («paragraph: …», «heading 2: …», «row: … | …»); pictures, marks and notes are left out.
    """
    shown = inspection(newsletter)
    lines = [f"masthead {name}: {value}" for name, value in (shown["masthead"] or {}).items() if value]
    for section in shown["sections"]:
        lines.append(f"section: {section['name']}")
        for article in section["articles"]:
            lines += _article(article)
    return [*lines, *(f"notice: {line}" for line in (shown["copyright"] or "").split("\n") if line)]


def differences(found: Newsletter, wanted: Newsletter) -> str:
    """What of the issue wanted is not found, and the other way round, as a diff; "" if they are the same."""
    return "\n".join(unified_diff(issue_lines(wanted), issue_lines(found), "wanted", "found", lineterm="", n=1))


def assert_same_issue(found: Newsletter, wanted: Newsletter) -> None:
    """Fails with the differences of two issues."""
    told = differences(found, wanted)
    assert not told, told


def _article(article: dict[str, Any]) -> Iterator[str]:
    yield f"title: {article['title']}"
    yield from (f"{what}: {article[what]}" for what in ("author", "source") if article[what])
    yield from _blocks(article["blocks"])


def _blocks(blocks: Iterable[dict[str, Any]]) -> Iterator[str]:
    for block in blocks:
        match block["type"]:
            case "heading":
                yield f"heading {block['level']}: {block['text']}"
            case "table":
                yield f"table: {block['caption']}"
                yield from (f"row: {' | '.join(row)}" for row in block["rows"])
                yield f"source of table: {block['source']}"
            case "figure":
                yield f"figure: {block['caption']}"
            case "list":
                yield from (f"item: {item}" for item in block["items"])
            case "box" | "quote":
                yield f"{block['type']}: {block.get('title', '')}"
                yield from (f"  {line}" for line in _blocks(block["blocks"]))
            case kind:
                yield f"{kind}: {block.get('text', '')}"
