"""What a page's own style sheets say of its classes: as much as sets words apart, or hides them.

Only the plainest selectors count, a class or a tag with one class (`.title`, `p.title`). Word describes its own classes
in every page, and how they look is known without that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bs4 import BeautifulSoup

from publisher.importers.html_styles import Attributes, declarations, names

if TYPE_CHECKING:
    from tinycss2.ast import QualifiedRule

_MOST_CHARACTERS: Final = 200_000
"""A page whose sheets are longer than ten of Word's is a web site's; what its classes mean is not for its readers."""
_TOLD: Final = names("display font-weight font-style text-align text-decoration text-decoration-line color")
_OF_WORD: Final = "Mso"


@dataclass(frozen=True, slots=True)
class Sheet:
    """The styles of classes, each under the tag that they are for ("" for all) and the class."""

    styles: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def applied(self, tag: str, attributes: Attributes) -> Attributes:
        """The attributes of an element with the styles of its classes before its own."""
        if not self.styles or "class" not in attributes:
            return attributes
        classes = attributes["class"].split()
        said = [self.styles.get((kind, name), "") for kind in ("", tag) for name in classes]
        style = ";".join(filter(None, [*said, attributes.get("style", "")]))
        return {**attributes, "style": style} if style else attributes


def read_sheet(page: BeautifulSoup) -> Sheet:
    """The styles that a page gives to its classes."""
    css = "\n".join(tag.get_text() for tag in page.find_all("style"))
    if not css.strip() or len(css) > _MOST_CHARACTERS:
        return Sheet()
    styles: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for key, style in _styles(css):
        styles[key].append(style)
    return Sheet({key: ";".join(each) for key, each in styles.items()})


def _styles(css: str) -> Iterator[tuple[tuple[str, str], str]]:
    from tinycss2 import parse_stylesheet, serialize

    rules = parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    plain = [(_selectors(rule), serialize(rule.content)) for rule in rules if rule.type == "qualified-rule"]
    shown = {name for selectors, style in plain if "none" not in _display(style) for name in _shown(selectors, style)}
    for selectors, style in plain:
        told = {name: value for name, value in declarations(style).items() if name in _TOLD}
        for selector in selectors:
            tag, dot, name = selector.partition(".")
            if dot and _is_word(name) and (not tag or _is_word(tag)) and not name.startswith(_OF_WORD):
                hides = told.get("display") == "none" and name in shown
                yield (
                    (tag.lower(), name),
                    ";".join(f"{k}:{v}" for k, v in told.items() if not (hides and k == "display")),
                )


def _selectors(rule: QualifiedRule) -> Sequence[str]:
    from tinycss2 import serialize

    return [selector.strip() for selector in serialize(rule.prelude).split(",")]


def _display(style: str) -> str:
    return declarations(style).get("display", "")


def _shown(selectors: Sequence[str], style: str) -> Iterator[str]:
    """The classes that are shown after all, in some state: `.tab.active` shows what `.tab` hides."""
    if _display(style):
        for selector in selectors:
            yield from "".join(char if _is_word(char) else " " for char in selector).split()


def _is_word(text: str) -> bool:
    return bool(text) and all(char.isalnum() or char in "-_" for char in text)
