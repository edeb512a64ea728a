from __future__ import annotations

import json
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher.codec import dump, load
from publisher.document import (
    Asset,
    Block,
    Box,
    Cell,
    Code,
    Divider,
    Document,
    Figure,
    Heading,
    Inline,
    InlineImage,
    InlineMath,
    Items,
    LineBreak,
    Link,
    Mark,
    Masthead,
    Math,
    Newsletter,
    NoteRef,
    Paragraph,
    Quote,
    Ruby,
    Table,
    Text,
)

PLAIN: st.SearchStrategy[Inline] = st.one_of(
    *(st.builds(kind) for kind in (Text, LineBreak, NoteRef, InlineImage, InlineMath, Ruby))
)
INLINES = st.lists(PLAIN | st.builds(Link, inlines=st.lists(PLAIN, max_size=2).map(tuple)), max_size=3).map(tuple)
FLAT: st.SearchStrategy[Block] = st.one_of(
    st.builds(Paragraph, inlines=INLINES),
    st.builds(Heading, inlines=INLINES),
    st.builds(Figure, caption=INLINES),
    *(st.builds(kind) for kind in (Code, Math, Divider)),
)


def _several(blocks: st.SearchStrategy[Block]) -> st.SearchStrategy[tuple[Block, ...]]:
    return st.lists(blocks, max_size=3).map(tuple)


def _nested(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    rows = st.lists(st.lists(st.builds(Cell, blocks=_several(inner)), max_size=2).map(tuple), max_size=2).map(tuple)
    return st.one_of(
        st.builds(Quote, blocks=_several(inner)),
        st.builds(Box, blocks=_several(inner)),
        st.builds(Items, items=st.lists(_several(inner), max_size=2).map(tuple)),
        st.builds(Table, rows=rows, caption=INLINES, source=INLINES),
    )


BLOCKS = _several(st.recursive(FLAT, _nested, max_leaves=6))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(BLOCKS, st.lists(st.builds(Asset), max_size=2).map(tuple), st.none() | st.builds(Masthead))
def test_what_is_dumped_is_loaded_as_it_was(
    blocks: tuple[Block, ...], assets: tuple[Asset, ...], masthead: Masthead | None
) -> None:
    document = Document(blocks, assets=assets)
    newsletter = Newsletter(masthead, (), assets=assets)
    assert load(dump(document), Document) == document
    assert load(dump(newsletter), Newsletter) == newsletter


def test_marks_and_bytes_and_defaults_are_readable_json() -> None:
    text = Text("粗", frozenset({Mark.ITALIC, Mark.BOLD}))
    document = Document((Paragraph((text,)),), assets=(Asset("f", "image/png", b"\x00\xff"),))
    assert json.loads(dump(document)) == {
        "blocks": [{"kind": "Paragraph", "inlines": [{"kind": "Text", "text": "粗", "marks": ["bold", "italic"]}]}],
        "assets": [{"fingerprint": "f", "media_type": "image/png", "data": "AP8="}],
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "3",
        '{"blocks": 3}',
        '{"blocks": [{"kind": "Spaceship"}]}',
        '{"blocks": [{"inlines": []}]}',
        '{"blocks": [{"kind": "Paragraph"}]}',
        '{"colour": "red"}',
        '{"assets": [{"fingerprint": "f", "media_type": "", "data": "?"}]}',
        "[" * 100_000,
    ],
)
def test_anything_else_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match="not a Document"):
        load(text, Document)


_ALL_AT_ONCE = """
import sys, threading
from publisher.codec import load
from publisher.document import Newsletter
sys.setswitchinterval(1e-6)
text, start = sys.argv[1], threading.Barrier(16)
def read():
    start.wait()
    load(text, Newsletter)
threads = [threading.Thread(target=read) for _ in range(16)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""


@pytest.mark.parametrize("time", range(4))
def test_many_threads_may_load_their_first_newsletter_at_once(time: int) -> None:
    text = dump(Newsletter(None, (), assets=(Asset(str(time), "image/png", b""),)))
    ended = subprocess.run([sys.executable, "-c", _ALL_AT_ONCE, text], check=False, capture_output=True)
    assert ended.returncode == 0, ended.stderr
