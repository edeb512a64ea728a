"""Lists in a text reply: the contents of the archive, page by page, and the articles that a search found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from publisher.replies.numbers import PlainNumber, YearNumber
from publisher.replies.rules import Answer, Rules
from publisher.replies.vocabulary import Archive, Entry, Hit
from publisher.replies.wording import fit_lines, link, show, tap

MOST_HITS: Final = 5
"""Articles in one answer to a search: a sixth means that there are more."""
MOST_ECHOED: Final = 20
"""Characters of a reader's words that are said back."""


def list_contents(archive: Archive, rules: Rules, page: int, year: int | None) -> str:
    """One page of the issues (of one year, or of all), newest first, each to be tapped; "" if there is none."""
    drafts, name = archive.drafts(rules), f"contents {page} {year}"
    text = drafts.get(name) or _write_contents(archive, rules, page, year)
    if text:
        drafts[name] = text
    return text


def list_entries(entries: Sequence[Entry], archive: Archive, rules: Rules) -> str:
    """Several issues that a reader may have meant: all of one month."""
    drafts, name = archive.drafts(rules), f"month {entries[0].day:%Y-%m}"
    if name not in drafts:
        lines = (_line(entry, archive, rules) for entry in entries)
        drafts[name] = fit_lines(f"这个月有 {len(entries)} 期：", lines, "", "……")[0]
    return drafts[name]


def list_hits(hits: Sequence[Hit], about: str) -> str:
    """At most five articles with their links; the head says what was looked for."""
    shown = hits[:MOST_HITS]
    many = len(hits) > MOST_HITS
    about = f"“{show(about)}”" if len(about) <= MOST_ECHOED else "您说的"
    head = f"和{about}最相关的 {len(shown)} 篇：" if many else f"和{about}有关的 {len(shown)} 篇："
    lines = (f"{place}. {link(hit.url, hit.title)}" for place, hit in enumerate(shown, 1))
    foot = "还有更多，换个更具体的词可以找得更准。" if many else ""
    return fit_lines(head, lines, foot, foot or "……")[0]


def label(entry: Entry) -> str:
    """The number by which a reader gets exactly this issue; "" if it has none."""
    if entry.total_issue is not None:
        return f"第{entry.total_issue}期"
    if entry.issue is None:
        return ""
    return f"第{entry.issue}期" if entry.year is None else f"{entry.year}年第{entry.issue}期"


def tap_label(entry: Entry, archive: Archive, rules: Rules) -> str:
    """The issue's number, to be tapped if tapping it opens this issue; "" if it has none."""
    text = label(entry)
    return tap(text) if text and opens(entry, archive, rules) else text


def opens(entry: Entry, archive: Archive, rules: Rules) -> bool:
    """Whether the rules answer the issue's label with this issue: another may have the same number."""
    number = PlainNumber(entry.total_issue) if entry.total_issue is not None else _number_of(entry)
    leads = rules.leads(label(entry), archive.account) is Answer.ISSUE
    return leads and number is not None and archive.find(number)[:1] == (entry,)


def _write_contents(archive: Archive, rules: Rules, page: int, year: int | None) -> str:
    entries = [entry for entry in archive.entries if year is None or (entry.year or entry.day.year) == year]
    start = _start_of(page, entries, archive, rules, year)
    if not entries[start:]:
        return ""
    text, _ = _page(entries[start:], archive, rules, (page, year, len(entries)))
    return text


def _number_of(entry: Entry) -> PlainNumber | YearNumber | None:
    if entry.issue is None:
        return None
    return PlainNumber(entry.issue) if entry.year is None else YearNumber(entry.year, entry.issue)


def _start_of(page: int, entries: Sequence[Entry], archive: Archive, rules: Rules, year: int | None) -> int:
    start = 0
    for before in range(1, page):
        if not entries[start:]:
            break
        start += _page(entries[start:], archive, rules, (before, year, len(entries)))[1]
    return start


def _page(
    entries: Sequence[Entry], archive: Archive, rules: Rules, where: tuple[int, int | None, int]
) -> tuple[str, int]:
    """The page's text, and how many issues are on it. `where`: its number, the year, how many issues there are."""
    page, year, count = where
    title = f"{year} 年的期刊" if year else "往期目录"
    head = f"{title}，共 {count} 期{f'（第 {page} 页）' if page > 1 else ''}："
    example = next((text for text in map(label, entries) if text), "")
    foot = f"点期号，或回复“{example}”这样的期号，打开那一期。" if example else "点标题，打开那一期。"
    following = _following(rules, archive.account, page + 1) if year is None else ""
    more = f"……{following or '更早的还有，知道期号就可以打开。'}\n{foot}"
    return fit_lines(head, (_line(entry, archive, rules) for entry in entries), foot, more)


def _following(rules: Rules, account: str, page: int) -> str:
    """The way to the next page, if the rules have one."""
    word = f"{rules.word_for(Answer.CONTENTS, account)}{page}"
    return tap(word, "下一页") if rules.leads(word, account) is Answer.CONTENTS else ""


def _line(entry: Entry, archive: Archive, rules: Rules) -> str:
    number = tap_label(entry, archive, rules)
    title = show(entry.title) if number else link(entry.url, entry.title)
    return " ".join(part for part in (number, entry.day.isoformat(), title) if part)


def suggest(archive: Archive, rules: Rules) -> str:
    """Three words to tap: the latest issue, the contents, and the issue before the latest."""
    drafts = archive.drafts(rules)
    if "suggestions" not in drafts:
        drafts["suggestions"] = "　".join(_suggestions(archive, rules))
    return drafts["suggestions"]


def _suggestions(archive: Archive, rules: Rules) -> Iterator[str]:
    for answer in (Answer.LATEST, Answer.CONTENTS):
        if word := rules.word_for(answer, archive.account):
            yield tap(word)
    recent = (entry for entry in archive.entries[1:] or archive.entries if opens(entry, archive, rules))
    if entry := next(recent, None):
        yield tap(label(entry))
