"""What people read in the terminal: tables and lines, in Chinese."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.bar import Bar
from rich.console import Console
from rich.table import Table
from rich.text import Text

from publisher.issue import STATES, Issue, Status
from publisher.slots import in_zone

if TYPE_CHECKING:
    from publisher.doctor import Finding
    from publisher.linting import Review
    from publisher.readership import Readership
    from publisher.store import Pause
    from publisher.tidying import Litter
    from publisher.worker import Pass

_COLORS = {Status.PUBLISHED: "green", Status.HELD: "bold red", Status.WITHDRAWN: "dim", Status.REMOVED: "red"}
_NOTE_COLORS = {"error": "red", "warning": "yellow", "info": "dim"}
_ZONE = "Asia/Shanghai"

_BAR_WIDTH = 24

_LITTER = {"draft": "草稿", "cover": "封面", "animation": "动图"}


def describe(issue: Issue) -> str:
    """One line about an issue."""
    state = f"第 {issue.id} 号《{issue.title or issue.name}》{_revision(issue)}：{STATES[issue.status]}"
    return f"{state}。{issue.note}" if issue.note else state


def _revision(issue: Issue) -> str:
    return f"（第 {issue.revision} 稿）" if issue.revision > 1 else ""


def issue_row(issue: Issue) -> dict[str, Any]:
    """An issue as `status --json` prints it; times ISO 8601 in UTC."""
    return {
        "id": issue.id,
        "account": issue.account,
        "name": issue.name,
        "title": issue.title,
        "status": issue.status.value,
        "revision": issue.revision,
        "publish_at": issue.publish_at.isoformat() if issue.publish_at else None,
        "draft_media_id": issue.draft_media_id,
        "publish_id": issue.publish_id,
        "article_urls": list(issue.article_urls),
        "note": issue.note,
    }


def show_status(issues: Sequence[Issue], zones: Mapping[str, str]) -> None:
    """Each issue with its state and time, its links and its note on lines of their own, newest last."""
    console = Console()
    if not issues:
        console.print("还没有稿件。把文件放进 drafts/，然后运行 publisher work。")
    for issue in issues:
        moment = issue.published_at or issue.publish_at
        time = in_zone(moment, zones.get(issue.account, _ZONE)) if moment else " " * 16
        line = Text(f"{issue.id:>4}  {time}  ").append(STATES[issue.status], _COLORS.get(issue.status, "cyan"))
        console.print(
            line.append(f"  {issue.account}  {issue.title or issue.name}{_revision(issue)}", "bold"), soft_wrap=True
        )
        for detail in (*issue.article_urls, *issue.note.splitlines()):
            console.print(Text(f"      {detail}"), soft_wrap=True)


def show_pauses(pauses: Sequence[Pause], zones: Mapping[str, str]) -> None:
    """Each paused account, once: since when, why, and what to do."""
    for pause in pauses:
        since = in_zone(pause.since, zones.get(pause.account, _ZONE))
        line = Text("公众号暂停  ", "bold red").append(f"自 {since}  {pause.note}", "red")
        Console().print(line, soft_wrap=True)


def show_work(issues: Sequence[Issue], done: Pass) -> None:
    """What one pass of the worker did, and what needs a person."""
    show_pauses(done.pauses, {})
    for taken in done.taken:
        Console().print(Text(f"{taken.name}：{taken.text}"), soft_wrap=True)
    touched = {taken.issue_id for taken in done.taken} | {issue.id for issue in done.held}
    for issue in issues:
        if issue.id in touched:
            Console().print(Text(describe(issue), style=_COLORS.get(issue.status, "")), soft_wrap=True)
            for url in issue.article_urls:
                Console().print(Text(f"  {url}"), soft_wrap=True)


def litter_row(litter: Litter, failure: str | None) -> dict[str, Any]:
    """A piece of litter as `tidy --json` prints it; `removed` is null where nothing was to be removed."""
    return {**asdict(litter), "removed": None if failure is None else not failure, "failure": failure or ""}


def show_litter(found: Mapping[Litter, str | None]) -> None:
    """Each piece of litter with its reason, and what became of it."""
    console = Console()
    if not found:
        console.print("公众号上没有本程序留下的多余草稿和图片。")
    for litter, failure in found.items():
        done = "" if failure is None else f"：{failure or '已删除'}"
        of = f"（第 {litter.issue_id} 号）" if litter.issue_id else ""
        line = f"{litter.account}  {_LITTER[litter.kind]}  {litter.name}  {litter.why}{of}{done}"
        console.print(Text(line, style="red" if failure else ""), soft_wrap=True)
    if any(failure is None for failure in found.values()):
        console.print("以上没有删除；确认后运行 publisher tidy --yes 删除。")


def show_inspection(understood: Mapping[str, Any]) -> None:
    """What the importer understood: head, sections, articles, notes."""
    console = Console()
    head = understood["masthead"]
    if head:
        facts = [str(value) for value in head.values() if value]
        console.print(Text(" · ".join(facts), style="bold"), soft_wrap=True)
    for name, value in understood.get("metadata", {}).items():
        text = value if isinstance(value, str) else "、".join(value)
        console.print(Text(f"{name}: {text}", style="dim"), soft_wrap=True)
    for section in understood["sections"]:
        console.print(Text(f"\n◆ {section['name']}" if section["name"] else "", style="red"))
        for number, article in enumerate(section["articles"], 1):
            console.print(
                Text(f"  {number}. {article['title']}  ") + Text(_summary(article), style="dim"), soft_wrap=True
            )
    if understood["copyright"]:
        console.print(Text(f"\n{understood['copyright'].splitlines()[0]}", style="dim"))
    for note in understood["notes"]:
        console.print(Text(f"{note['level']}: {note['text']}", style=_NOTE_COLORS[note["level"]]), soft_wrap=True)


def _summary(article: Mapping[str, Any]) -> str:
    kinds = [block["type"] for block in article["blocks"]]
    names = {"paragraph": "段", "heading": "小标题", "table": "表", "figure": "图", "box": "框", "list": "列表"}
    counts = [f"{kinds.count(kind)} {name}" for kind, name in names.items() if kind in kinds]
    return "，".join(counts + ([f"来源 {article['source']}"] if article["source"] else []))


def show_findings(findings: Sequence[Finding]) -> None:
    """One line per check: fine, or what to do."""
    for finding in findings:
        mark = Text("fine  ", style="green") if finding.fine else Text("CHECK ", style="bold red")
        Console().print(mark + Text(finding.text), soft_wrap=True)


def review_row(file: Path, review: Review) -> dict[str, Any]:
    """A file's review as `lint --json` prints it."""
    return {"file": str(file), **asdict(review)}


def show_reviews(reviews: Mapping[Path, Review]) -> None:
    """Each finding with its rule, what to do, and the element; then what could not be checked, each remark once."""
    console, errors = Console(), Console(stderr=True)
    for file, review in reviews.items():
        console.print(Text(f"{file}：{_verdict(review)}", style="bold"), soft_wrap=True)
        for finding in review.findings:
            rule = Text("  ").append(f"{finding.rule or '-':<6}", "red")
            console.print(rule + Text(_on_one_line(f"{finding.text}  [{finding.code}]")), soft_wrap=True)
            if finding.where:
                console.print(Text(f"        {_on_one_line(finding.where)}", style="dim"), soft_wrap=True)
        for failure in review.failures:
            errors.print(Text(f"{file}：{failure}"), soft_wrap=True)
    for remark in dict.fromkeys(remark for review in reviews.values() for remark in review.remarks):
        errors.print(Text(remark), soft_wrap=True)


def _on_one_line(markup: str) -> str:
    """Somebody's HTML without line ends and what a terminal would obey."""
    return "".join(char if char.isprintable() else " " for char in markup)


def _verdict(review: Review) -> str:
    found = f"{len(review.findings)} 处要改" if review.findings else "没有发现问题"
    return f"{found}，但没有检查完" if review.failures else found


def readership_row(readership: Readership) -> dict[str, Any]:
    """What readers asked as `replies stats --json` prints it; days ISO 8601, in Beijing."""
    rows = asdict(readership)
    return {**rows, "days": [{**day, "day": day["day"].isoformat()} for day in rows["days"]]}


def show_readership(readership: Readership) -> None:
    """By day, with a bar of its messages, then by rule and by word; a day on which nothing came is left out."""
    console = Console()
    days = [day for day in readership.days if day.messages or day.follows or day.unfollows]
    if not days:
        console.print(f"最近 {len(readership.days)} 天没有收到读者的消息。")
        return
    table = _table("日期", "消息", "规则", "搜到", "未答", "关注", "取关")
    table.add_column("", width=_BAR_WIDTH)
    most = max(day.messages for day in days)
    for day in days:
        numbers = (day.messages, day.answered, day.found, day.missed, day.follows, day.unfollows)
        bar = Bar(most or 1, 0, day.messages, width=_BAR_WIDTH, color="cyan")
        table.add_row(day.day.isoformat(), *map(str, numbers), bar)
    console.print(table)
    for title, counts in (
        ("规则", readership.rules),
        ("没有答上的话", readership.missed),
        ("搜到的话", readership.found),
        ("不认识的事件和字段", readership.strange),
    ):
        _show_counts(console, title, counts)


def _show_counts(console: Console, title: str, counts: Mapping[str, int]) -> None:
    if not counts:
        return
    table = _table(title, "次数")
    table.columns[0].no_wrap = False
    for name, number in counts.items():
        table.add_row(Text(_on_one_line(name)), str(number))
    console.print()
    console.print(table)


def _table(first: str, *numbers: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(first, no_wrap=True)
    for title in numbers:
        table.add_column(title, justify="right", no_wrap=True)
    return table
