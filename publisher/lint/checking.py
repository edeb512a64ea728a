"""An article's HTML -> what in it breaks the rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from .colors import css
from .dark import Run, Shown, appearance_of
from .finding import Finding
from .markup import beginning, declarations, parse
from .nodes import Node, walk
from .rules import RULES, PageRule, Rule, StyleRule

CONTRAST = 4.5
"""The least contrast of text with what it stands on (WCAG AA)."""

_MOST = 10
"""So many findings of a kind are told one by one."""

_LONGEST = 80
"""So much of what was found is quoted."""

_PAGE_RULES = tuple(rule for rule in RULES if isinstance(rule, PageRule))
_STYLE_RULES = tuple(rule for rule in RULES if isinstance(rule, StyleRule))
_RULES = tuple(rule for rule in RULES if isinstance(rule, Rule))


def lint(html: str) -> tuple[Finding, ...]:
    """What in an article's HTML the platform would take away, and what a reader would see badly, by day or by night."""
    root = parse(html)
    findings = [_finding(rule, found) for rule in _PAGE_RULES if (found := rule.found(html))]
    for node in walk(root):
        findings += [_finding(rule, found, beginning(node.element)) for rule, found in _broken(node)]
    findings += _unreadable(appearance_of(root))
    return tuple(_shortened(findings))


def _broken(node: Node) -> Iterator[tuple[Rule | StyleRule, str]]:
    for rule in _concerning(node.tag, node.marks):
        if found := rule.found(node):
            yield rule, found
    if node.style:
        for style_rule, found in _broken_by(node.get("style")):
            if style_rule.concerns(node):
                yield style_rule, found


@lru_cache(maxsize=2048)
def _concerning(tag: str, marks: tuple[str, ...]) -> tuple[Rule, ...]:
    return tuple(rule for rule in _RULES if rule.concerns(tag, marks))


@lru_cache(maxsize=2048)
def _broken_by(style: str) -> tuple[tuple[StyleRule, str], ...]:
    values = declarations(style)
    return tuple((rule, found) for rule in _STYLE_RULES if (found := rule.found(values)))


def _finding(rule: Rule | StyleRule | PageRule, found: str, where: str = "") -> Finding:
    return Finding(rule.section, rule.code, rule.text.format(found[:_LONGEST]), where)


# ---------------------------------------------------------------------------- what can't be read


def _unreadable(runs: Iterator[Run]) -> Iterator[Finding]:
    """Each pair of colours that is hard to read, where it comes first."""
    told: set[tuple[str, Shown]] = set()
    for run in runs:
        for code, mode, shown in (("low-contrast", "浅色", run.light), ("low-contrast-dark", "深色", run.dark)):
            if (code, shown) not in told and _is_hard_to_read(shown) and _is_read(run):
                told.add((code, shown))
                yield _contrast_finding(code, mode, run, shown)


@lru_cache(maxsize=2048)
def _is_hard_to_read(shown: Shown) -> bool:
    return shown.contrast < CONTRAST


def _is_read(run: Run) -> bool:
    """Whether the run says something, and nobody has said that its contrast is meant so."""
    if not any(character.isalnum() for character in run.text):
        return False
    outer = (run.element, *run.element.iterancestors())
    return not any("low-contrast" in element.get("data-ignore-dm", "") for element in outer)


def _contrast_finding(code: str, mode: str, run: Run, shown: Shown) -> Finding:
    text = (
        f"{mode}模式下「{run.text[:12]}」看不清：文字 {css(shown.text)}，背景 {css(shown.background)}，"
        f"对比度 {shown.contrast:.1f}，至少要 {CONTRAST}。请加深文字或换背景。"
    )
    return Finding("4", code, text, run.where)


# ---------------------------------------------------------------------------- not too many


def _shortened(findings: list[Finding]) -> Iterator[Finding]:
    """The findings, of each kind only the first; the last of them tells how many there are."""
    counts = Counter(finding.code for finding in findings)
    told: Counter[str] = Counter()
    for finding in findings:
        told[finding.code] += 1
        if told[finding.code] == _MOST < counts[finding.code]:
            yield replace(
                finding, text=f"{finding.text}（这样的地方共 {counts[finding.code]} 处，只列出 {_MOST} 处。）"
            )
        elif told[finding.code] <= _MOST:
            yield finding
