"""The colours of code: which pieces of it are keywords, texts, remarks, numbers and names, by Pygments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pygments.lexer import Lexer

Run = tuple[str, str]
"""A role of the theme, "" for none, and a piece of the code."""

ROLES: Final = ("code-keyword", "code-string", "code-comment", "code-number", "code-name")
LONGEST: Final = 4_000
"""Characters: the patterns of a lexer may take the square of a text's length, 6 s for 10,000 blank lines of Java, and
longer code has no room for colours anyway.
"""

# What newsletters and technical posts show, under every name that editors type after ``` for it. Pygments knows 500
# more; each would be one more set of patterns that nobody has tried on hostile text. C#, Make and Terraform were tried
# and took 6 to 22 s for 10,000 characters.
_NAMES: Final = """
bash sh shell zsh console shell-session powershell ps1 docker dockerfile nginx ini cfg properties
c cpp c++ objective-c objc go golang rust rs swift dart java kotlin kt scala groovy vb.net
python py python3 pycon ruby rb perl pl php lua r matlab haskell hs
javascript js jsx typescript ts tsx html xml css scss less json jsonc yaml yml toml graphql http proto protobuf
sql mysql postgresql diff udiff latex tex
"""
LANGUAGES: Final = frozenset(_NAMES.split())
_PYGMENTS_NAMES: Final = {"jsonc": "json", "kt": "kotlin"}

# By the beginning of the token's type; the longest beginning decides. Operators, punctuation and plain names keep the
# colour of the code: each coloured piece costs 40 characters of the article's budget.
_ROLES_OF_TYPES: Final = {
    "Keyword": "code-keyword",
    "Operator.Word": "code-keyword",
    "Comment": "code-comment",
    "Comment.Preproc": "code-keyword",
    "Comment.PreprocFile": "code-string",
    "Literal.String": "code-string",
    "Literal.Number": "code-number",
    "Literal.Date": "code-number",
    "Name.Function": "code-name",
    "Name.Class": "code-name",
    "Name.Tag": "code-name",
    "Name.Decorator": "code-name",
    "Generic.Inserted": "code-string",
    "Generic.Deleted": "code-keyword",
    "Generic.Heading": "code-name",
    "Generic.Subheading": "code-name",
    "Generic.Prompt": "code-comment",
    "Generic.Output": "code-comment",
}


def highlight(text: str, language: str) -> tuple[Run, ...]:
    """The code as runs of (role, piece), which together are the text; one run without a role where the language is not
    in LANGUAGES or the text is longer than LONGEST. A run may go over line ends, and neither begins nor ends with a
    blank if it has a role.
    """
    name = language.strip().lower()
    if name not in LANGUAGES or not text.strip() or len(text) > LONGEST:
        return (("", text),) if text else ()
    from pygments.lexers import get_lexer_by_name

    pieces = _pieces(get_lexer_by_name(_PYGMENTS_NAMES.get(name, name)), text)
    # A lexer is code of strangers: that it keeps every character is seen, not believed.
    return tuple(_joined(pieces)) if "".join(piece for _, piece in pieces) == text else (("", text),)


def _pieces(lexer: Lexer, text: str) -> list[Run]:
    """The tokens with their roles. Lexers count on a line end behind the last line."""
    pieces: list[Run] = []
    left = len(text)
    for _start, kind, piece in lexer.get_tokens_unprocessed(f"{text}\n"):
        pieces.append((_role(kind), piece[:left]))
        left = max(0, left - len(piece))
    return pieces


def _role(kind: Any) -> str:
    name = str(kind).removeprefix("Token.")
    while name:
        if name in _ROLES_OF_TYPES:
            return _ROLES_OF_TYPES[name]
        name = name.rpartition(".")[0]
    return ""


def _joined(pieces: Iterable[Run]) -> Iterator[Run]:
    """Neighbours of one role as one run, the blanks between them included; other blanks go without."""
    words = [word for role, piece in pieces for word in _words(role, piece)]
    for index, (_role, piece) in enumerate(words):
        before, after = words[index - 1][0] if index else "", words[index + 1][0] if index + 1 < len(words) else ""
        if piece.isspace():
            words[index] = (before if before == after else "", piece)
    for role, group in groupby(words, key=itemgetter(0)):
        yield role, "".join(piece for _, piece in group)


def _words(role: str, piece: str) -> Iterator[Run]:
    """A piece without the blanks at its ends, which come as pieces of their own."""
    word = piece.strip()
    start = piece.index(word)
    parts = (("", piece[:start]), (role, word), ("", piece[start + len(word) :]))
    yield from ((part_role, part) for part_role, part in parts if part)
