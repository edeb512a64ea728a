"""What people read in the terminal."""

from __future__ import annotations

import pytest

from publisher.app import Taken
from publisher.inspection import inspection
from publisher.issue import Status
from publisher.storytelling import show_story
from publisher.terminal import describe, issue_row, show_inspection, show_status, show_work
from publisher.worker import Pass
from tests.world import SECRETS, World, issue_text, read_here


def test_an_empty_workspace_says_how_to_begin(capsys: pytest.CaptureFixture[str]) -> None:
    show_status([], {})
    assert "放进 drafts/" in capsys.readouterr().out


def test_links_and_notes_stand_whole_on_lines_of_their_own(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    publisher = world.open()
    world.drop("spring.txt", issue_text())
    world.drop("broken.docx", b"no Word file")
    world.work(publisher)
    world.finish(publisher)
    show_status(publisher.issues(), {"main": "Asia/Shanghai"})
    shown = capsys.readouterr().out
    published = next(issue for issue in publisher.issues() if issue.status is Status.PUBLISHED)
    held = next(issue for issue in publisher.issues() if issue.status is Status.HELD)
    assert f"      {published.article_urls[0]}\n" in shown
    assert held.note.splitlines()[0] in shown
    assert issue_row(held)["publish_at"] is None
    assert describe(held).startswith(f"第 {held.id} 号《broken.docx》：需要处理。")


def test_the_story_has_moves_and_calls_with_what_they_gave(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    publisher = world.open()
    world.fault("/cgi-bin/draft/add", "errcode", 45002)
    world.drop("spring.txt", issue_text())
    issue = world.work(publisher)
    show_story(publisher.story(issue.id), "Asia/Shanghai")
    told = capsys.readouterr().out
    for word in ("收到稿件", "上传封面 成功", "media_id=", "新建草稿 被拒绝", "errcode=45002", "rid="):
        assert word in told
    assert not any(secret in told for secret in SECRETS.values())


def test_a_pass_tells_what_was_dropped_and_what_is_held(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    publisher = world.open()
    world.drop("broken.docx", b"no Word file")
    issue = world.work(publisher)
    show_work(publisher.issues(), Pass((Taken("half.docx", "正在等待文件复制完成。"),), (issue,)))
    told = capsys.readouterr().out
    assert "half.docx：正在等待" in told
    assert "broken.docx" in told


def test_an_inspection_names_sections_articles_and_remarks(capsys: pytest.CaptureFixture[str]) -> None:
    show_inspection(inspection(read_here({"spring.txt": (issue_text() + "\n版权声明：\n\n版权所有。\n").encode()})))
    shown = capsys.readouterr().out
    for word in ("春天通讯", "◆ 产业观察", "1. 园林产业观察", "来源 春天协会", "版权声明", "info"):
        assert word in shown
