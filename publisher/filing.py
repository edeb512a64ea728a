"""Where dropped files go once it is decided what they became, and the reports that lie beside them.

A file is moved only after the decision is committed: first where it will go is written down, then it is moved, then
that it was. A crash between any two of these is mended at the next `settle`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path, PurePosixPath

from publisher import codec
from publisher.config import Settings
from publisher.document import Level, Newsletter, Note
from publisher.errors import Unavailable
from publisher.inbox import Drop, Inbox, Waiting, free_target, move, remove_report, write_file, write_report
from publisher.issue import STATES, Issue, Status
from publisher.slots import in_zone
from publisher.store import Filing, Store

log = logging.getLogger("publisher.filing")

REPORT = ".报告.txt"
WAITING = ".状态.txt"
PAGES = ".网页"
"""The folder with pages that a person copies into the console."""
_LEVELS = {Level.ERROR: "错误", Level.WARNING: "请留意", Level.INFO: "说明"}


class FilingRoom:
    """Archives dropped files into `done/` and `failed/`, each with its report."""

    def __init__(self, settings: Settings, store: Store, inbox: Inbox) -> None:
        self._settings = settings
        self._store = store
        self._inbox = inbox
        self._told: dict[str, str] = {}
        self._lock = threading.Lock()

    def settle(self, now: datetime) -> None:
        """Archive every dropped file whose fate is decided, also after a crash half-way."""
        with self._lock:  # several lanes may have decided at once
            self._settle(now)

    def _settle(self, now: datetime) -> None:
        filings = self._store.unfiled()
        lying = self._inbox.lying() if filings else {}
        for filing in filings:
            try:
                self._file(filing, lying.get(filing.issue.name), now)
            except OSError as error:
                # A read-only share, or a file that is open on Windows: the database prevents taking it again.
                log.warning("issue=%d its file cannot be archived now: %s", filing.issue.id, error.strerror)

    def _file(self, filing: Filing, drop: Drop | None, now: datetime) -> None:
        """Archive one issue's file. A file that an editor has saved anew since is another drop, and stays."""
        issue = filing.issue
        ours = drop is not None and self._inbox.fingerprint(drop) == issue.fingerprint
        target = self._settings.home / filing.archive_path if filing.archive_path else None
        if target is None or (ours and target.exists()):
            target = free_target(self._folder(issue), issue.name)
            self._store.plan_filing(issue.id, str(_relative(target, self._settings.home)))
        if drop is not None and ours:
            move(drop.path, target)
        self._store.filed(issue.id, now)
        self._forget_waiting(issue.name)
        self.report(issue, now)

    def _folder(self, issue: Issue) -> Path:
        unusable = issue.status is Status.HELD and issue.held_from is Status.RECEIVED
        return self._settings.folder("failed" if unusable else "done")

    def file_repeat(self, drop: Drop, text: str, now: datetime) -> None:
        """Archive a drop whose bytes are an issue already."""
        target = free_target(self._settings.folder("done"), drop.name)
        move(drop.path, target)
        zone = self._zone(drop.account)
        write_report(_beside(target), f"{text}\n\n{in_zone(now, zone)}\n")
        self._forget_waiting(drop.name)

    def report(self, issue: Issue, now: datetime) -> None:
        """Write the issue's report beside its archived file; a share that cannot be written is only logged."""
        filing = self._store.filing(issue.id)
        if not filing.archive_path or not self._store.is_filed(issue.id):
            return
        try:
            write_report(_beside(self._settings.home / filing.archive_path), self._text(issue, now))
        except OSError as error:
            log.warning("issue=%d its report cannot be written: %s", issue.id, error.strerror)

    def hand_out(self, issue: Issue, files: Mapping[str, bytes], now: datetime) -> str:
        """Put files that a person needs into a folder beside the issue's report; gives its path in the workspace.

        Unavailable where the share cannot be written now.
        """
        self.settle(now)
        archived = self._store.filing(issue.id).archive_path
        target = self._settings.home / archived if archived else self._settings.folder("done") / issue.name
        folder = target.with_name(target.name + PAGES)
        try:
            for name, data in files.items():
                write_file(folder / name, data)
        except OSError as error:
            detail = f"{folder}: cannot be written: {error.strerror}"
            raise Unavailable(detail, f"文件夹 {folder.parent} 不能写入，请检查权限和磁盘空间。") from None
        return str(_relative(folder, self._settings.home))

    def report_waiting(self, waiting: Sequence[Waiting], now: datetime) -> None:
        """Say beside each drop that cannot be taken yet why; ordinary copying is not worth a file."""
        told = {wait.drop.name: wait.why for wait in waiting if "正在等待" not in wait.why}
        for name, why in told.items():
            if self._told.get(name) != why:
                self._tell(name, f"{why}\n\n{in_zone(now, self._zone(''))}\n")
        for name in set(self._told) - set(told):
            self._forget_waiting(name)
        self._told = told

    def _tell(self, name: str, text: str) -> None:
        try:
            write_report(self._settings.folder("drafts") / (name + WAITING), text)
        except OSError as error:
            log.warning("drop=%s its report cannot be written: %s", name, error.strerror)

    def _forget_waiting(self, name: str) -> None:
        try:
            remove_report(self._settings.folder("drafts") / (name + WAITING))
        except OSError as error:
            log.warning("drop=%s its report cannot be removed: %s", name, error.strerror)

    def _text(self, issue: Issue, now: datetime) -> str:
        zone = self._zone(issue.account)
        lines = [f"{STATES[issue.status]}：{issue.note or issue.title or issue.name}", ""]
        revision = f"（第 {issue.id} 号稿件的第 {issue.revision} 稿）" if issue.revision > 1 else ""
        lines += [f"编号：{issue.id}{revision}", f"稿件：{issue.name}", f"标题：{issue.title or '（尚未读出）'}"]
        if issue.publish_at is not None:
            lines.append(f"发布时间：{in_zone(issue.publish_at, zone)}")
        lines += [f"链接：{url}" for url in issue.article_urls]
        lines += self._articles(issue) + self._notes(issue)
        return "\n".join([*lines, "", f"更新于 {in_zone(now, zone)}", ""])

    def _articles(self, issue: Issue) -> list[str]:
        rows = self._store.articles(issue.id)
        listed = [f"  {n}. {row.title}（{row.characters} 字符）" for n, row in enumerate(rows, 1)]
        return ["", "图文：", *listed] if listed else []

    def _notes(self, issue: Issue) -> list[str]:
        stored = self._store.newsletter(issue.id)
        notes = codec.load(stored, Newsletter).notes if stored else ()
        listed = [f"  {_LEVELS[note.level]}：{_place(note)}{note.text}" for note in notes]
        return ["", "读稿时的说明：", *listed] if listed else []

    def _zone(self, account: str) -> str:
        accounts = self._settings.accounts
        chosen = accounts.get(account) or next(iter(accounts.values()), None)
        return chosen.zone if chosen else "Asia/Shanghai"


def _beside(target: Path) -> Path:
    return target.with_name(target.name + REPORT)


def _place(note: Note) -> str:
    """Where in the file, unless the note says it itself."""
    place = note.span.words
    return f"{place}：" if place and place not in note.text else ""


def _relative(path: Path, home: Path) -> PurePosixPath | Path:
    return path.relative_to(home) if path.is_relative_to(home) else path
