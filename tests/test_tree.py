from __future__ import annotations

import ast
import re
from html.parser import HTMLParser
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from publisher import rendering
from publisher.rendering.tree import BREAK, Element, Node, height, join, serialise

TEXTS = st.text(st.sampled_from("甲乙a <>&\"'\u00a0\x00\x7f\n;"), min_size=1, max_size=8)
ATTRIBUTES = st.lists(st.tuples(st.sampled_from(["src", "alt"]), TEXTS), max_size=2, unique_by=lambda pair: pair[0])
LEAVES = TEXTS | st.builds(Element, st.sampled_from(["br", "img"]), st.just(()), TEXTS, ATTRIBUTES.map(tuple))
NODES = st.recursive(
    LEAVES,
    lambda inner: st.builds(
        Element, st.sampled_from(["p", "span"]), st.lists(inner, max_size=4).map(tuple), st.just("") | TEXTS
    ),
    max_leaves=20,
)


class Reader(HTMLParser):
    """What a browser makes of markup: its tags and its text, in order."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(repr((tag, *sorted(attrs))))

    def handle_endtag(self, tag: str) -> None:
        self.seen.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        self.seen += data


def expected(node: Node) -> list[str]:
    if isinstance(node, str):
        return list(clean(node))
    style = [("style", clean(node.style))] if node.style else []
    named = [(name, clean(value)) for name, value in node.attributes]
    inner = [part for child in node.children for part in expected(child)]
    closing = [] if node.tag in {"br", "img"} else [f"/{node.tag}"]
    return [repr((node.tag, *sorted([*named, *style]))), *inner, *closing]


def clean(text: str) -> str:
    return text.replace("\x00", "").replace("\x7f", "")


@given(st.lists(NODES, max_size=4))
def test_a_browser_reads_the_tree_that_was_written(nodes: list[Node]) -> None:
    assert Reader(serialise(nodes)).seen == [part for node in nodes for part in expected(node)]


def test_markup_is_compact_and_spells_out_what_the_platform_would_fold() -> None:
    picture = Element("img", (), "max-width:100%", (("src", 'a"b'),))
    paragraph = Element("p", ("1 < 2 & 3\u00a0", BREAK, picture), "color:#333")
    assert serialise([paragraph, Element("p", ("乙",))]) == (
        '<p style="color:#333">1 &lt; 2 &amp; 3&nbsp;<br><img src="a&quot;b" style="max-width:100%"></p><p>乙</p>'
    )


def test_groups_are_joined_by_what_parts_them_and_empty_ones_are_left_out() -> None:
    assert join([("甲",), (), ("乙", "丙")], "，") == ("甲", "，", "乙", "丙")


def test_the_height_of_nodes_is_that_of_their_deepest_element() -> None:
    assert height(("文", BREAK, Element("p", (Element("b", ("字",)),)))) == 2
    assert height(("文",)) == 0


MARKUP = re.compile(r"</?[a-z][a-z0-9]*[ >]|style=")
COUNTED = {"bounds.py"}
"""Counts the characters of tags, and writes none."""


def test_markup_is_written_in_one_place_and_never_mended_as_a_string() -> None:
    found = {
        path.name
        for path in Path(rendering.__file__).parent.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and MARKUP.search(node.value)
        and not _is_docstring(node.value)
    }
    assert found - COUNTED <= {"tree.py"}


def _is_docstring(text: str) -> bool:
    """Prose names tags, too."""
    return "\n" in text or text.endswith(".")
