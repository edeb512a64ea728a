"""`publisher lint`: what is wrong with a file of WeChat HTML, by the rules, by measurement, by the platform's word."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from publisher import browser
from publisher.errors import PublisherError, Unreadable
from publisher.importers.characters import read_characters
from publisher.lint import Finding, lint
from publisher.wechat import verify_structure

LARGEST: Final = 5_000_000
"""Bytes; the platform takes 1 MB."""


@dataclass(frozen=True, slots=True)
class Review:
    """What was found in one file. In Chinese, with reasons: `failures` are what could not be done, `remarks` what was
    left out because it needs what this machine has not.
    """

    findings: tuple[Finding, ...] = ()
    failures: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def review(path: Path, checker: str = "") -> Review:
    """All findings about a file; the platform is asked where `checker` is its address."""
    try:
        characters = read_characters(_read(path))
    except Unreadable as error:
        return Review(failures=(error.note,))
    broken = tuple(Finding("", note.code, note.text) for note in characters.notes)
    html = characters.text
    parts = (Review(broken + lint(html)), _measure(html), _ask(html, checker) if checker else Review())
    return Review(
        tuple(finding for part in parts for finding in part.findings),
        tuple(failure for part in parts for failure in part.failures),
        tuple(remark for part in parts for remark in part.remarks),
    )


def _measure(html: str) -> Review:
    if not browser.is_installed():
        return Review(remarks=(browser.MISSING,))
    try:
        return Review(browser.measure(html))
    except browser.NotMeasured as error:
        return Review(failures=(str(error),))


def _ask(html: str, checker: str) -> Review:
    try:
        return Review(verify_structure(html, checker))
    except PublisherError as error:
        return Review(failures=(error.note,))


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}", f"读不了文件（{error.strerror}），请检查它的权限。") from error
    if len(data) > LARGEST:
        raise Unreadable(
            f"{path}: over {LARGEST} bytes", "文件超过 5 MB，不像一篇文章的 HTML，请检查是不是正确的文件。"
        )
    return data
