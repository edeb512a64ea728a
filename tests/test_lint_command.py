"""`publisher lint`, as people and scripts call it: what it prints, and how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox_world import World, open_world
from tests.wire import resets, running_wire, says

GOOD = '<section style="font-size:16px;line-height:1.75"><p>春茶开采，首批鲜叶今日下山。</p></section>'
WIDE = GOOD.replace("</section>", '<p style="margin-left:-30px">太靠左</p></section>')
FONT = GOOD.replace("<p>", '<p style="font-family:KaiTi">')
PATH = "/article-bin/verify_article_structure"
EVERYTHING = os.environ["PATH"]
NOTHING = "/nowhere"
"""Where programs are looked for: without Chromium a check takes a third of the time."""


def lint(*words: str | Path, path: str = NOTHING) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "publisher", "lint", *map(str, words)]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "PATH": path}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=90, check=False)


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return written(tmp_path / "good.html", GOOD)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with open_world() as made:
        yield made


def written(path: Path, html: str, encoding: str = "utf-8") -> Path:
    path.write_text(html, encoding=encoding)
    return path


def found(*words: str | Path) -> list[str]:
    """The codes of all findings."""
    told: list[dict[str, Any]] = json.loads(lint("--json", *words).stdout)
    return [finding["code"] for file in told for finding in file["findings"]]


def test_a_clean_file_ends_with_0(good: Path) -> None:
    done = lint(good, path=EVERYTHING)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{good}：没有发现问题\n", "")


def test_what_is_found_is_told_with_rule_text_and_element_and_ends_with_1(tmp_path: Path) -> None:
    done = lint(written(tmp_path / "wide.html", WIDE), path=EVERYTHING)
    assert done.returncode == 1
    assert "处要改" in done.stdout
    assert "1.4   在 375、414、677 像素宽的屏幕上，比页面宽 30 像素" in done.stdout
    assert '        <p style="margin-left:-30px">太靠左</p>\n' in done.stdout


def test_the_rules_of_the_book_are_checked_as_well(tmp_path: Path) -> None:
    done = lint("--json", written(tmp_path / "font.html", FONT))
    assert done.returncode == 1
    assert "3" in {finding["rule"] for finding in json.loads(done.stdout)[0]["findings"]}


def test_several_files_are_told_one_after_another(good: Path, tmp_path: Path) -> None:
    wide = written(tmp_path / "wide.html", WIDE)
    done = lint("--json", good, wide, path=EVERYTHING)
    told = json.loads(done.stdout)
    assert done.returncode == 1
    assert [file["file"] for file in told] == [str(good), str(wide)]
    assert told[0] == {"file": str(good), "findings": [], "failures": [], "remarks": []}
    assert "too-wide" in {finding["code"] for finding in told[1]["findings"]}


def test_without_chromium_it_is_said_in_one_line_how_to_install_it(good: Path, tmp_path: Path) -> None:
    done = lint(good, written(tmp_path / "wide.html", GOOD))
    assert done.returncode == 0
    assert len(done.stderr.splitlines()) == 1
    assert "apt-get install chromium" in done.stderr


def test_a_browser_that_fails_leaves_the_check_incomplete(good: Path, tmp_path: Path) -> None:
    (tmp_path / "chromium").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "chromium").chmod(0o755)
    done = lint(good, path=str(tmp_path))
    assert done.returncode == 2
    assert "没有检查完" in done.stdout
    assert "Chromium 没有排出版来" in done.stderr


def test_a_file_in_gb18030_is_read(tmp_path: Path) -> None:
    codes = found(written(tmp_path / "gbk.html", WIDE, "gb18030"))
    assert codes == found(written(tmp_path / "utf.html", WIDE)) != []


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" * 9, b"<p>" + b"x" * 5_000_000])
def test_what_is_no_article_is_told_and_the_others_are_checked(good: Path, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "odd.html").write_bytes(data)
    done = lint(tmp_path / "odd.html", good)
    assert done.returncode == 2
    assert f"{tmp_path / 'odd.html'}：文件" in done.stderr
    assert f"{good}：没有发现问题" in done.stdout


def test_damaged_characters_are_a_finding(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes((GOOD * 3).encode() + "春".encode()[:2])
    assert "characters-broken" in found(tmp_path / "a.html")


def test_what_a_terminal_would_obey_is_not_printed(tmp_path: Path) -> None:
    done = lint(written(tmp_path / "a.html", WIDE.replace("太靠左", "\x1b[2J\x1b]0;title\x07\n太")))
    assert done.returncode == 1
    assert "\x1b" not in done.stdout


def test_a_file_that_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    assert lint(tmp_path / "none.html").returncode == 2
    assert lint().returncode == 2


# ---------------------------------------------------------------------------- the platform's word


def test_the_platform_is_asked_only_where_it_is_wished(good: Path) -> None:
    with running_wire() as wire:
        wire.scripts[PATH].append(says({"isValid": True}))
        lint(good, "--base", wire.url)
        assert wire.requests == []
        assert lint(good, "--online", "--base", wire.url).returncode == 0
        (request,) = wire.requests
    assert request.json() == {"content": GOOD}


def test_what_the_platform_finds_is_told_beside_our_own(world: World, tmp_path: Path) -> None:
    html = '<p style="width:600px;font-size:16px">固定</p>'
    codes = found(written(tmp_path / "a.html", html), "--online", "--base", world.server.url)
    assert {"fixed-width", "platform-width"} <= set(codes)


def test_a_platform_that_does_not_answer_leaves_the_check_incomplete(tmp_path: Path) -> None:
    with running_wire() as wire:
        wire.scripts[PATH].append(resets)
        done = lint(written(tmp_path / "wide.html", WIDE), "--online", "--base", wire.url)
    assert done.returncode == 2
    assert "没有正常回答" in done.stderr
    assert "太靠左" in done.stdout


def test_a_base_that_is_no_address_is_told(good: Path) -> None:
    done = lint(good, "--online", "--base", "mp.weixin.qq.com")
    assert done.returncode == 2
    assert "不是网址" in done.stderr
