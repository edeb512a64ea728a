"""How a reply's text is made: links, words to tap, an editor's text with its places filled, 2,048 bytes.

The platform's clients know two links in a text: <a href="https://…"> opens a page, <a href="weixin://bizmsgmenu?…">
sends its word as if the reader had written it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import quote

TEXT_LIMIT: Final = 2048
"""Bytes of UTF-8 in one text reply, links included: beyond it the platform shows the reader an error."""
PLACES: Final = ("latest", "suggestions")
"""What an editor's text may have filled in, as {latest}; any other {word} can be tapped."""

_PLACE: Final = re.compile(r"\{([^{}\n]{1,30})\}")
_BRACKETS: Final = str.maketrans("<>", "＜＞")
_UNFINISHED_LINK: Final = re.compile(r"<(?:a\b(?:(?!</a>).)*)?\Z", re.DOTALL)
"""A link from its first bracket on, whose end was cut off wherever that fell, also within its </a>."""
_URL_SAFE: Final = "!#$%&'()*+,/:;=?@[]~"


def show(text: str) -> str:
    """`text` as it may stand in a reply that has links. The brackets become wide ones instead of entities: whether a
    client turns &lt; back is nowhere said, and a title such as R&D must stay as it is.
    """
    return text.translate(_BRACKETS)


def is_address(url: str) -> bool:
    """Whether a reader can open it."""
    return url.startswith(("https://", "http://"))


def link(url: str, text: str) -> str:
    """A link to a page; the text alone where the address is none."""
    return f'<a href="{quote(url, safe=_URL_SAFE)}">{show(text)}</a>' if is_address(url) else show(text)


@lru_cache(maxsize=1024)
def tap(word: str, text: str = "") -> str:
    """A word that can be tapped, shown as `text`: tapping sends it."""
    return f'<a href="weixin://bizmsgmenu?msgmenucontent={quote(word, safe="")}&msgmenuid=1">{show(text or word)}</a>'


def fill(text: str, values: Mapping[str, str]) -> str:
    """An editor's text: {latest} and {suggestions} from `values`, a line without its value left out; any other {word}
    can be tapped.
    """
    lines = (line for line in text.split("\n") if all(values.get(name, name) for name in _PLACE.findall(line)))
    return "\n".join(_PLACE.sub(lambda found: values.get(found[1]) or tap(found[1]), line) for line in lines)


def places(text: str) -> set[str]:
    """What an editor's text has in braces: what is to be filled in, and what can be tapped."""
    return set(_PLACE.findall(text))


def size(text: str) -> int:
    """Bytes of UTF-8."""
    return len(text.encode(errors="replace"))


def fit_text(text: str) -> str:
    """`text` in at most 2,048 bytes: cut after a whole line if that keeps half of it, else after a character, but
    never within a link; and marked with “…”.
    """
    if size(text) <= TEXT_LIMIT:
        return text
    room = TEXT_LIMIT - size("\n…")
    kept = text.encode(errors="replace")[:room].decode(errors="ignore")
    whole, line, _ = kept.rpartition("\n")
    if line and size(whole) * 2 >= room:
        return f"{whole}\n…"
    return f"{_UNFINISHED_LINK.sub('', kept)}…"


def fit_lines(head: str, lines: Iterable[str], foot: str, more: str) -> tuple[str, int]:
    """As many whole lines as fit between `head` and `foot`, or `more` if not all do; and how many."""
    kept, taken = [head], 0
    room = TEXT_LIMIT - size(head) - max(size(foot), size(more)) - 1
    for line in lines:
        room -= size(line) + 1
        if room < 0:
            return "\n".join([*kept, more]), taken
        kept.append(line)
        taken += 1
    return "\n".join(part for part in (*kept, foot) if part), taken
