"""A real worker is killed with SIGKILL around every outside call; a restart ends with one draft and one publication."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import Workspace, running_workspace
from tests.world import issue_text, moving, picture

POINTS = ["before-intent", "after-intent", "after-call", "after-commit"]
FOLDER = "# 春游\n\n我们去了城东公园，天气晴朗，大家玩得很开心。\n\n![合影](a.png)\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with running_workspace(tmp_path) as made:
        yield made


def ends_published(workspace: Workspace) -> None:
    done = workspace.work()
    row = workspace.status()[0]
    assert (done.returncode, row["status"]) == (0, "PUBLISHED"), (done.stdout, done.stderr, row)
    assert (workspace.drafts, workspace.publications) == (0, 1)
    assert len(list((workspace.home / "done").glob("*.报告.txt"))) == 1
    assert not [path for path in (workspace.home / "drafts").iterdir() if not path.name.startswith(".")]


@pytest.mark.parametrize("kind", ["upload_image", "upload_animation", "upload_cover", "add_draft"])
@pytest.mark.parametrize("point", POINTS)
def test_killed_around_an_upload_or_a_draft_it_publishes_once(workspace: Workspace, kind: str, point: str) -> None:
    workspace.drop("trip/note.md", FOLDER)
    workspace.drop("trip/a.png", moving() if kind == "upload_animation" else picture())
    assert workspace.kill(kind, point) == -9
    ends_published(workspace)
    assert workspace.calls("/cgi-bin/draft/add") == 1


@pytest.mark.parametrize("point", ["before-intent", "after-call", "after-commit"])
def test_killed_around_a_submission_it_publishes_once(workspace: Workspace, point: str) -> None:
    workspace.drop("spring.txt", issue_text())
    assert workspace.kill("submit", point) == -9
    ends_published(workspace)
    assert workspace.calls("/cgi-bin/freepublish/submit") == 1


def test_killed_between_the_intent_and_the_submission_a_person_is_asked(workspace: Workspace) -> None:
    workspace.drop("spring.txt", issue_text())
    assert workspace.kill("submit", "after-intent") == -9
    assert workspace.run("work", "--once", "--wait", "0").returncode == 0
    assert "正在核对" in workspace.status()[0]["note"]
    with workspace.later(minutes=31) as publisher:
        publisher.wake(1)
    assert workspace.work().returncode == 1
    row = workspace.status()[0]
    assert row["status"] == "HELD"
    assert "三选一" in row["note"]
    assert (workspace.drafts, workspace.publications, workspace.calls("/cgi-bin/freepublish/submit")) == (1, 0, 0)
    assert workspace.run("retry", "1").returncode == 0
    ends_published(workspace)


@pytest.mark.parametrize("point", POINTS)
def test_killed_around_a_mass_send_it_sends_once(workspace: Workspace, point: str) -> None:
    workspace.configure(finish="mass")
    workspace.drop("spring.txt", issue_text())
    assert workspace.kill("mass_send", point) == -9
    workspace.run("work", "--once", "--wait", "3")
    with workspace.later(minutes=11) as publisher:  # no callback here, so the links are given up after ten minutes
        publisher.ring()
        publisher.wake(1)
    row = workspace.status()[0]
    assert row["status"] == "PUBLISHED", row
    assert (workspace.drafts, workspace.publications) == (0, 1)
