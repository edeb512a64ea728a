"""markdown-it-py, mended where CommonMark is wrong for what Chinese editors type."""

from __future__ import annotations

import re
from typing import Final, Literal

from markdown_it import MarkdownIt
from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace, mdTrim
from markdown_it.parser_block import ParserBlock
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_block import StateBlock, code, heading, lheading, paragraph, reference
from markdown_it.rules_core import StateCore, text_join
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Scanned
from markdown_it.token import Token
from markdown_it.utils import EnvType
from mdit_py_plugins.footnote import footnote_plugin

from publisher.document import Level, Span
from publisher.errors import Unreadable
from publisher.importers.remarks import Remarks
from publisher.importers.text import is_chinese, unify_newlines

DEEPEST: Final = 60
"""Levels of tokens; a list inside a list takes two."""
MOST_STEPS: Final = 60_000
"""Tokens made or skipped for one file: brackets without end cost the square of their number, minutes for 5 MB."""
REMARKS: Final = "remarks"
"""The key of the Remarks in the parser's environment."""

_HEADING: Final = re.compile(r"([#＃]{1,6})[ \t\u3000]*([^#＃\s][^#＃]*)")
_ENCLOSED: Final = re.compile(r"^([#＃]{2,6})([^#＃]+)\1$")
_UNDERLINE: Final = re.compile(r"-+|=+")
_SENTENCE_ENDS: Final = "。！？；，、：…!?;,:”）"
_LONGEST_TITLE: Final = 40
_MATH: Final = re.compile(r"(\${1,2})(?![\s$])((?:[^$\\]|\\.)+)(?<!\s)\1(?![\d$])", re.DOTALL)
_WORDS_IN_MATH: Final = re.compile(r"\\(?:text|mbox|mathrm|rm)\b")
_MOST_LINES_OF_MATH: Final = 50
_STEPS: Final = "steps"
LONE_LINE: Final = "lone_line"
"""The rule for a line before an empty one."""
PLAIN_LINE: Final = "plain_line"
"""The token of a paragraph or a heading that is one line and, as it stands, one text."""
_OPENERS: Final = re.compile(r"[\s$`~>*\-_+0-9\[<]")
"""What may begin a block of one line, other than a heading or a paragraph."""
_MARKS: Final = r"\n\\$`~*_!\[^<&"
"""The characters that the active inline rules act on; a text without one is its own and only token."""
_MARKED: Final = re.compile(f"[{_MARKS}]")
_PLAIN: Final = re.compile(rf"[^{_MARKS} \t\r\f\v]++(?: [^{_MARKS} \t\r\f\v]++)*+")
"""A text without marks whose blanks are single spaces, as Runs would leave them."""
_PLAIN_HEADING: Final = re.compile(rf"(#{{1,6}}) ([^{_MARKS}# \t\r\f\v]++(?: [^{_MARKS}# \t\r\f\v]++)*+)")
_TEXT_REFERENCE: Final = re.compile(r"\[[^\]]+\]:\s*([^\s./]*)")


def make_parser() -> MarkdownIt:
    """A parser of CommonMark with tables, strikethrough, footnotes and $…$, and with Chinese emphasis and headings.

    Its environment must bring a Remarks under REMARKS. Addresses are left as written and unchecked.
    """
    parser = MarkdownIt("commonmark")
    parser.inline, parser.block = _Inline(), _Block()
    parser.configure("commonmark", {"maxNesting": DEEPEST}).enable(["table", "strikethrough"])
    parser.use(footnote_plugin, move_to_end=False)
    parser.core.ruler.at("normalize", _normalize)
    parser.core.ruler.at("text_join", _join_texts)
    parser.block.ruler.before("table", LONE_LINE, _read_lone_line)
    parser.block.ruler.at("heading", _read_heading, {"alt": ["paragraph", "reference", "blockquote"]})
    parser.block.ruler.at("lheading", _read_underlined)
    parser.block.ruler.at("code", _read_code)
    parser.block.ruler.before("fence", "math", _read_math_block, {"alt": ["paragraph", "blockquote", "list"]})
    parser.inline.add_terminator_char("$")
    parser.inline.ruler.before("escape", "math", _read_math)
    parser.block.ruler.at("reference", _read_reference)
    parser.normalizeLink = parser.normalizeLinkText = str  # type: ignore[method-assign, assignment] # the way it is meant
    parser.validateLink = bool  # type: ignore[method-assign, assignment] # links.py decides, and says so
    return parser


def _normalize(state: StateCore) -> None:
    """The same as the parser's own rule, which looks for line ends of all kinds at every character."""
    state.src = unify_newlines(state.src).replace("\0", "\ufffd")


def _join_texts(state: StateCore) -> None:
    """The parser's own rule, for lines of several tokens only: most have one, which is text already."""
    tokens = state.tokens
    state.tokens = [token for token in tokens if token.children and not _is_lone_text(token.children)]
    text_join(state)
    state.tokens = tokens


def _is_lone_text(children: list[Token]) -> bool:
    return len(children) == 1 and children[0].type == "text"


class _Block(ParserBlock):
    def parse(self, src: str, md: MarkdownIt, env: EnvType, outTokens: list[Token]) -> list[Token]:  # noqa: N803 # their name
        state = _BlockState(src, md, env, outTokens)
        self.tokenize(state, state.line, state.lineMax)
        return state.tokens

    def tokenize(self, state: StateBlock, startLine: int, endLine: int) -> None:  # noqa: N803 # their name
        """The parser itself would drop, without a word, what is nested too deeply."""
        if state.level >= DEEPEST:
            note = f"第 {startLine + 1} 行附近的列表或引用嵌套太深，请减少层次后重新投放。"
            raise Unreadable(f"nested deeper than {DEEPEST} at line {startLine + 1}", note)
        super().tokenize(state, startLine, endLine)


class _Inline(ParserInline):
    marked = _MARKED

    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        if src and not self.marked.search(src):
            tokens.append(Token("text", "", 0, content=src))
            return tokens
        state = _State(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens

    def skipToken(self, state: StateInline) -> None:  # noqa: N802 # their name
        _count_step(state.env)
        super().skipToken(state)


class _BlockState(StateBlock):
    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        """The same as theirs, in one call: half of a file's tokens are made here."""
        _count_step(self.env)
        self.level -= nesting < 0
        token = Token(ttype, tag, nesting, level=self.level, block=True)
        self.level += nesting > 0
        self.tokens.append(token)
        return token


class _State(StateInline):
    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        _count_step(self.env)
        return super().push(ttype, tag, nesting)

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


def _count_step(env: EnvType, count: int = 1) -> None:
    steps = env[_STEPS] = env.get(_STEPS, 0) + count
    if steps > MOST_STEPS:
        note = "文件里的表格、列表、括号或星号多得不像一份稿件，请检查投放的是不是正确的文件，或拆成几份后重新投放。"
        raise Unreadable(f"more than {MOST_STEPS} steps", note)


def _is_mark(char: str) -> bool:
    return (isMdAsciiPunct(ord(char)) or isPunctChar(char)) and not is_chinese(char)


def _parts(char: str) -> bool:
    return isWhiteSpace(ord(char)) or _is_mark(char) or is_chinese(char)


def _read_lone_line(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 # a rule's signature
    """A heading or a paragraph, known by its first character: a line before an empty one can be no table and has no
    underline. Most lines of a newsletter are such, and a dozen rules would look at each in vain.
    """
    if (start + 1 < state.lineMax and not state.isEmpty(start + 1)) or state.is_code_block(start):
        return False
    begin = state.bMarks[start] + state.tShift[start]
    if state.src[begin] in "#＃":
        titled = _PLAIN_HEADING.fullmatch(state.src, begin, state.eMarks[start])
        if titled is None:
            return _read_heading(state, start, end, silent)
        return _push_plain(state, start, f"h{len(titled[1])}", titled[2])
    if _OPENERS.match(state.src, begin):
        return False
    plain = _PLAIN.fullmatch(state.src, begin, state.eMarks[start])
    return _push_plain(state, start, "p", plain[0]) if plain else paragraph(state, start, end, silent)


def _push_plain(state: StateBlock, start: int, tag: str, text: str) -> bool:
    _count_step(state.env, 3)  # as many tokens as it stands for
    state.tokens.append(Token(PLAIN_LINE, tag, 0, map=[start, start + 1], level=state.level, content=mdTrim(text)))
    state.line = start + 1
    return True


def _read_heading(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 # a rule's signature
    """Headings as CommonMark has them, and `＃标题` and `#标题` as editors type them."""
    if heading(state, start, end, silent):
        return True
    line = _line(state, start)
    marked = line.startswith(("#", "＃")) and not state.is_code_block(start)
    found = _HEADING.fullmatch(_ENCLOSED.sub(r"\1\2", line)) if marked else None
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


def _read_underlined(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 # a rule's signature
    """A heading by the line under it. `----` under a sentence or several lines is a rule that the editor drew."""
    below = start + 1
    if below >= end or not _UNDERLINE.fullmatch(_line(state, below)) or state.is_code_block(start):
        return False
    title = _line(state, start)
    if "-" in _line(state, below) and (len(title) > _LONGEST_TITLE or title[-1:] in _SENTENCE_ENDS):
        return False
    return lheading(state, start, end, silent)


def _read_math_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 # a rule's signature
    """A formula between `$$` at the beginning of a line and `$$` at the end of one, without an empty line."""
    if state.is_code_block(start) or not _line(state, start).startswith("$$"):
        return False
    lines: list[str] = []
    for number in range(start, min(end, start + _MOST_LINES_OF_MATH)):
        lines.append(_line(state, number))
        tex = "\n".join(lines)[2:].strip()
        if not lines[-1] or not tex.endswith("$$"):
            if lines[-1]:
                continue
            return False
        if not silent:
            state.line = number + 1
            token = state.push("math_block", "", 0)
            token.content, token.map = tex[:-2].strip(), [start, number + 1]
        return True
    return False


def _read_math(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 # a rule's signature
    """A formula in a line. Dollars around Chinese words are prices."""
    found = _MATH.match(state.src, state.pos, state.posMax)
    if found is None or (any(map(is_chinese, found[2])) and not _WORDS_IN_MATH.search(found[2])):
        return False
    if not silent:
        state.push("math_inline", "", 0).content = found[2]
    state.pos = found.end()
    return True


def _read_code(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 # a rule's signature
    """Code by indentation, unless it reads as Chinese: that is a paragraph with four blanks as its indent."""
    return state.is_code_block(start) and not _is_prose(_line(state, start)) and code(state, start, end, silent)


def _is_prose(line: str) -> bool:
    first = line[:1]
    if not first.isalnum() or is_chinese(first):
        return first != "" and is_chinese(first)
    letters = [is_chinese(char) for char in line if char.isalnum()]
    return sum(letters) * 2 > len(letters)


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
