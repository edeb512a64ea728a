"""What the linter says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that an article breaks. `rule` is the section of the platform's rule book ("1.3"), or "" where the rule
    is known from elsewhere; `code` a stable English name (kebab-case); `text` says in Chinese what is wrong and what to
    do; `where` is the beginning of the element's markup, at most 120 characters.
    """

    rule: str
    code: str
    text: str
    where: str = ""
