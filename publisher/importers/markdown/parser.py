"""markdown-it-py, mended where CommonMark is wrong for what Chinese editors type."""

from __future__ import annotations

import re
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace
from markdown_it.parser_block import ParserBlock
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_block import StateBlock, code, heading, reference
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Scanned
from markdown_it.token import Token
from markdown_it.utils import EnvType
from mdit_py_plugins.footnote import footnote_plugin

from publisher.document import Level, Span
from publisher.errors import Unreadable
from publisher.importers.remarks import Remarks
from publisher.importers.text import is_chinese

DEEPEST: Final = 60
"""Levels of tokens; a list inside a list takes two."""
REMARKS: Final = "remarks"
"""The key of the Remarks in the parser's environment."""

_HEADING: Final = re.compile(r"([#＃]{1,6})[ \t\u3000]*([^#＃\s][^#＃]*)")
_TEXT_REFERENCE: Final = re.compile(r"\[[^\]]+\]:\s*([^\s./]*)")


def make_parser() -> MarkdownIt:
    """A parser of CommonMark with tables, strikethrough and footnotes, and with Chinese emphasis and headings.

    Its environment must bring a Remarks under REMARKS. Addresses are left as written and unchecked.
    """
    parser = MarkdownIt("commonmark")
    parser.inline, parser.block = _Inline(), _Block()
    parser.configure("commonmark", {"maxNesting": DEEPEST}).enable(["table", "strikethrough"])
    parser.use(footnote_plugin, move_to_end=False)
    parser.block.ruler.at("heading", _read_heading, {"alt": ["paragraph", "reference", "blockquote"]})
    parser.block.ruler.at("code", _read_code)
    parser.block.ruler.at("reference", _read_reference)
    parser.normalizeLink = parser.normalizeLinkText = str  # type: ignore[method-assign, assignment] # the way it is meant
    parser.validateLink = bool  # type: ignore[method-assign, assignment] # links.py decides, and says so
    return parser


class _Block(ParserBlock):
    def tokenize(self, state: StateBlock, startLine: int, endLine: int) -> None:  # noqa: N803 # their name
        """The parser itself would drop, without a word, what is nested too deeply."""
        if state.level >= DEEPEST:
            note = f"第 {startLine + 1} 行附近的列表或引用嵌套太深，请减少层次后重新投放。"
            raise Unreadable(f"nested deeper than {DEEPEST} at line {startLine + 1}", note)
        super().tokenize(state, startLine, endLine)


class _Inline(ParserInline):
    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        state = _State(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


class _State(StateInline):
    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N802, N803, FBT001 # their names
        """What a run of * may do. CommonMark takes ” ： ） for punctuation that must have a blank beside it,
        so that `**注意：**请看` stays stars; here Chinese characters, marks included, are like letters, and a
        Chinese neighbour is as good as a blank.
        """
        marker, end = self.src[start], start
        while end < self.posMax and self.src[end] == marker:
            end += 1
        before = self.src[start - 1] if start else " "
        after = self.src[end] if end < self.posMax else " "
        left = not isWhiteSpace(ord(after)) and (not _is_mark(after) or _parts(before))
        right = not isWhiteSpace(ord(before)) and (not _is_mark(before) or _parts(after))
        can_open = left and (canSplitWord or not right or _is_mark(before))
        can_close = right and (canSplitWord or not left or _is_mark(after))
        return Scanned(can_open, can_close, end - start)


def _is_mark(char: str) -> bool:
    return (isMdAsciiPunct(ord(char)) or isPunctChar(char)) and not is_chinese(char)


def _parts(char: str) -> bool:
    return isWhiteSpace(ord(char)) or _is_mark(char) or is_chinese(char)


def _read_heading(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 # a rule's signature
    """Headings as CommonMark has them, and `＃标题` and `#标题` as editors type them."""
    if heading(state, start, end, silent):
        return True
    found = None if state.is_code_block(start) else _HEADING.fullmatch(_line(state, start))
    if found is None or not _is_meant(found[1], found[2]):
        return False
    if not silent:
        state.line = start + 1
        _push_heading(state, f"h{len(found[1])}", found[2].strip(), start)
        remark = f"“{found[0][:20]}”按标题处理；井号后面最好空一格。"
        _remarks(state).say("heading-blank", remark, Level.INFO, Span(line=start + 1))
    return True


def _is_meant(hashes: str, title: str) -> bool:
    """One half-width # with something Latin is a hash tag or a number, not a heading."""
    return len(hashes) > 1 or "＃" in hashes or is_chinese(title[0])


def _push_heading(state: StateBlock, tag: str, title: str, line: int) -> None:
    state.push("heading_open", tag, 1).map = [line, line + 1]
    inline = state.push("inline", "", 0)
    inline.content, inline.map, inline.children = title, [line, line + 1], []
    state.push("heading_close", tag, -1)


def _read_code(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 # a rule's signature
    """Code by indentation, unless it begins in Chinese: that is a paragraph with four blanks as its indent."""
    line = _line(state, start)
    return not (line and is_chinese(line[0])) and code(state, start, end, silent)


def _read_reference(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 # a rule's signature
    """Addresses of links, but not `[注]: 数据来自年报`, which would vanish as the address of nothing."""
    text = _TEXT_REFERENCE.match(_line(state, start))
    is_text = text is not None and any(map(is_chinese, text[1]))
    return not is_text and reference(state, start, end, silent)


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]].strip()


def _remarks(state: StateBlock) -> Remarks:
    remarks = state.env[REMARKS]
    assert isinstance(remarks, Remarks)  # noqa: S101 # the environment is typed as anything
    return remarks
