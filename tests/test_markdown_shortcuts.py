"""Most lines are read at a glance, without the parser's rules: what they become must be what the rules would make."""

from __future__ import annotations

import re
from functools import cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.rules_core import normalize
from markdown_it.token import Token

from publisher.document import Document
from publisher.errors import Unreadable
from publisher.importers import markdown
from publisher.importers.markdown.parser import LONE_LINE, PLAIN_LINE, REMARKS, make_parser
from publisher.importers.remarks import Remarks
from publisher.importers.runs import PLAIN, Runs, plain_inlines

RULES = {
    "core": "normalize block inline text_join",
    "block": "lone_line table code math fence blockquote hr list footnote_def reference html_block heading lheading "
    "paragraph",
    "inline": "text newline math escape backticks strikethrough emphasis link image footnote_inline footnote_ref "
    "autolink html_inline entity",
    "inline2": "balance_pairs strikethrough emphasis fragments_join",
}

WORDS = "今天¦中文，标点。¦一、¦（一）¦1、¦abc¦don't stop¦a  b¦a \t b¦한국¦：¦“引”¦◆¦\ufeff¦0¦９"
BLANKS = " ¦  ¦\t¦\u3000¦\u00a0¦\u2003¦\u2028¦\x0b¦\x0c¦\x85¦\u200b¦\0"
BLOCK_SIGNS = (
    "# ¦#¦＃¦#标题¦##标题##¦#tag¦- ¦* ¦+ ¦1. ¦2) ¦> ¦```¦~~~¦$$¦$$x$$¦---¦===¦***¦___¦|a|b|¦|---|---|¦a | b¦[^1]: ¦"
    "[r]: http://a.example¦[注]: 数据¦<div>¦<!-- x -->"
)
INLINE_SIGNS = (
    "**¦*¦__¦_¦~~¦~¦`¦$¦$x$¦\\¦\\.¦&¦&amp;¦&#65;¦<¦>¦<b>¦</b>¦<br>¦!¦[¦]¦(u)¦[a](b)¦![图](p.png)¦![a b](x y.png)¦[^1]¦"
    "^[注]¦^¦[r]¦[x] ¦|¦{¦}¦http://a.example¦a@b.example¦www.a.example¦%¦+¦-¦=¦:¦@¦#¦\"¦'¦."
)
SIGNS = [*BLOCK_SIGNS.split("¦"), *INLINE_SIGNS.split("¦"), *BLANKS.split("¦")]
INDENTS = ("", "", "", " ", "   ", "    ", "\t", "> ", "- ", "1. ", "  - ", "> - ", "\u3000\u3000")
LINE_ENDS = ("\n", "\n\n", "\r\n\r\n", "\r", "\n \n", "\n\t\n", "\n\u3000\n", "\n>\n", "")

words = st.sampled_from(WORDS.split("¦"))
lines = st.tuples(
    st.sampled_from(INDENTS),
    st.lists(words | st.sampled_from(SIGNS), max_size=4).map("".join),
    st.sampled_from(LINE_ENDS),
).map("".join)
texts = st.lists(lines, min_size=1, max_size=8).map("".join)


@cache
def thorough_parser() -> MarkdownIt:
    """The parser with all its shortcuts blocked."""
    parser = make_parser()
    parser.core.ruler.at("normalize", normalize)
    parser.disable(LONE_LINE)
    parser.inline.marked = re.compile("")  # type: ignore[attr-defined] # ours
    return parser


def read(text: str) -> Document | str:
    """The document, or why there is none."""
    try:
        return markdown.import_markdown(text.encode(), "a.md")
    except Unreadable as error:
        return str(error)


def read_thoroughly(text: str) -> Document | str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markdown, "_parser", thorough_parser)
        return read(text)


def tokens(text: str) -> list[Token]:
    return make_parser().parse(text, {REMARKS: Remarks()})


@given(texts)
@settings(max_examples=150, deadline=None)
@example("通知\u3000\n\n今天")
@example("- 甲\n\n  乙\n- 丙\n===\n")
@example("> 甲\n乙\n\n>丙\n---")
@example("[^1]: 注\n\n    再注\n\n文[^1]")
@example("甲 | 乙\n\n--- | ---")
@example("\u3000$$x$$\n\n\u3000＃标题\n")
def test_what_is_read_at_a_glance_is_what_the_rules_would_make_of_it(text: str) -> None:
    assert read(text) == read_thoroughly(text)


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize(
    "line", ["{0}", "{0}开会", "今天{0}", "今天{0}开会{0}吗", "今天 {0}开会{0} 吗", "- {0}开会", "{0}开会\n\n{0}"]
)
def test_each_sign_is_seen_wherever_it_stands(line: str, sign: str) -> None:
    text = line.format(sign)
    assert read(text) == read_thoroughly(text)


@given(st.lists(words | st.sampled_from([*BLANKS.split("¦"), "\n"]), max_size=8).map("".join) | st.text(max_size=30))
def test_plain_text_becomes_the_inlines_that_runs_would_make_of_it(text: str) -> None:
    runs = Runs()
    runs.add_text(text, PLAIN)
    assert plain_inlines(text) == runs.take()


def test_a_line_of_plain_text_before_an_empty_line_is_one_token() -> None:
    assert [token.type for token in tokens("今天开会。\n\n- 甲\n\n  乙")].count(PLAIN_LINE) == 3


@pytest.mark.parametrize("text", ["今天\n\n" * 90, "- 今天\n\n" * 90, "# 今天\n\n**今天**[a](b)\n\n今天开会\n"])
def test_a_plain_line_weighs_as_much_as_the_tokens_in_whose_place_it_stands(text: str) -> None:
    weights = []
    for parser in (make_parser(), thorough_parser()):
        environment: dict[str, object] = {REMARKS: Remarks()}
        parser.parse(text, environment)
        weights.append(environment["steps"])
    assert weights[0] == weights[1]


def test_the_shortcuts_know_every_rule_there_is() -> None:
    """Whoever adds a rule must see whether _OPENERS or _MARKS in the parser lack what the rule begins with."""
    rules = {chain: " ".join(names) for chain, names in make_parser().get_active_rules().items()}
    assert rules == RULES
