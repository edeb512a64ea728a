"""The command line as people use it: real processes over a real workspace, the sandbox in between."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import SAMPLE, Workspace, running_workspace
from tests.world import APPID, PUBLISHED_LINK, SECRETS, issue_text, picture

needs_sample = pytest.mark.skipif(not SAMPLE.exists(), reason="the real sample lies outside the project, and not here")
HEAVY = {"lxml", "PIL", "requests", "wechatpy", "sqlalchemy", "bs4", "rich", "apscheduler", "starlette"}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with running_workspace(tmp_path, measured=True) as made:
        yield made


def test_help_loads_nothing_heavy() -> None:
    code = "import sys, publisher.cli; print(' '.join(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not HEAVY & set(loaded)


def test_a_dropped_file_is_published_by_one_pass_and_a_second_pass_does_nothing(workspace: Workspace) -> None:
    workspace.drop("spring.txt", issue_text())
    done = workspace.work()
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(workspace.run("status", "--json").stdout)
    assert row == workspace.status()[0]
    keys = "id account name title status publish_at draft_media_id publish_id article_urls note revision paused"
    assert set(row) == set(keys.split())
    assert row["status"] == "PUBLISHED"
    assert row["article_urls"][0].startswith("http")
    calls = len(workspace.platform.calls)
    assert workspace.work().returncode == 0
    assert len(workspace.platform.calls) == calls
    workspace.drop("again.txt", issue_text())
    again = workspace.work()
    assert "不再发布" in again.stdout
    assert (again.returncode, workspace.publications, len(workspace.status())) == (0, 1, 1)


@needs_sample
def test_the_real_issue_is_inspected_rendered_and_published(workspace: Workspace, tmp_path: Path) -> None:
    understood = json.loads(workspace.run("inspect", str(SAMPLE), "--json").stdout)
    assert [len(section["articles"]) for section in understood["sections"]] == [1, 11, 1, 2]
    assert understood["masthead"]["total_issue"] == 18
    output = tmp_path / "out" / "issue.html"
    rendered = workspace.run("render", str(SAMPLE), "-o", str(output))
    assert rendered.returncode == 0, rendered.stderr
    pages = sorted(output.parent.glob("issue*.html"))
    assert len(pages) == 4
    assert max(len(page.read_text(encoding="utf-8")) for page in pages) <= 12_000
    workspace.drop("jinlian.txt", SAMPLE.read_bytes())
    assert workspace.work().returncode == 0
    assert (workspace.status()[0]["status"], workspace.publications) == ("PUBLISHED", 1)


def test_with_finish_draft_a_person_goes_on(workspace: Workspace) -> None:
    workspace.configure(finish="draft")
    workspace.drop("spring.txt", issue_text())
    assert workspace.work().returncode == 0
    row = workspace.status()[0]
    assert row["status"] == "DRAFTED"
    assert "发表" in row["note"]
    workspace.control(f"publish/{row['draft_media_id']}")
    assert workspace.work().returncode == 0
    row = workspace.status()[0]
    assert row["status"] == "PUBLISHED"
    assert row["article_urls"]


def test_an_account_without_the_right_stops_at_the_draft_and_takes_the_editors_link(workspace: Workspace) -> None:
    workspace.control(f"accounts/{APPID}", {"rights": ["draft", "material"]})
    workspace.drop("spring.txt", issue_text())
    assert workspace.work().returncode == 0
    assert workspace.status()[0]["status"] == "DRAFTED"
    assert workspace.run("published", "1", "--url", PUBLISHED_LINK).returncode == 0
    assert workspace.status()[0]["article_urls"] == [PUBLISHED_LINK]


def test_a_paused_account_is_told_of_first_and_goes_on_after_a_word(workspace: Workspace) -> None:
    account = workspace.platform.account(APPID)
    account.allowed_ips = frozenset({"203.0.113.9"})
    workspace.drop("spring.txt", issue_text())
    done = workspace.work()
    assert done.returncode == 1
    assert done.stdout.startswith("公众号暂停")
    told = workspace.run("status").stdout
    assert told.startswith("公众号暂停")
    assert told.index("publisher resume main") < told.index("已安排时间")
    assert "main: paused since" in workspace.run("doctor").stdout
    account.allowed_ips = None
    assert "已恢复" in workspace.run("resume", "main").stdout
    assert workspace.run("resume", "main").returncode == 2
    assert workspace.work().returncode == 0
    assert workspace.publications == 1


def test_history_tells_moves_and_calls(workspace: Workspace) -> None:
    workspace.drop("spring.txt", issue_text())
    workspace.work()
    told = workspace.run("history", "1").stdout
    for word in ("收到稿件", "新建草稿", "提交发布", "publish_id=", "已发布"):
        assert word in told


def test_approve_schedule_withdraw_and_wrong_use(workspace: Workspace) -> None:
    workspace.configure(approve=True)
    workspace.drop("spring.txt", issue_text())
    workspace.work()
    assert workspace.run("approve", "1").returncode == 0
    assert workspace.run("schedule", "1", "2036-01-01 09:00").returncode == 0
    assert "2036-01-01" in workspace.status()[0]["publish_at"]
    assert workspace.run("schedule", "1", "someday").returncode == 2
    assert workspace.run("retry", "1").returncode == 2
    assert workspace.run("withdraw", "1").returncode == 0
    assert workspace.work().returncode == 0
    assert (workspace.status()[0]["status"], workspace.drafts) == ("WITHDRAWN", 0)
    assert workspace.run("approve", "9").returncode == 2
    assert workspace.run("published", "1", "--url", "nonsense").returncode == 2


def test_a_broken_configuration_lists_all_faults_and_exits_2(workspace: Workspace) -> None:
    (workspace.home / "config" / "accounts.toml").write_text('[accounts.main]\napid = "x"\nfinish = "no"\n')
    done = workspace.run("work", "--once")
    assert done.returncode == 2
    assert "did you mean 'appid'" in done.stderr
    assert "'no' is not one of" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_cannot_be_used_exits_1_and_is_reported(workspace: Workspace) -> None:
    workspace.drop("spring.docx", b"no Word file")
    done = workspace.work()
    assert done.returncode == 1
    assert "docx" in done.stdout
    assert (workspace.home / "failed" / "spring.docx.报告.txt").exists()
    assert workspace.run("inspect", str(workspace.home / "failed" / "spring.docx")).returncode == 1


def test_inspect_and_render_show_what_was_understood(workspace: Workspace, tmp_path: Path) -> None:
    folder = tmp_path / "trip"
    folder.mkdir()
    (folder / "note.md").write_text("# 春游\n\n我们去了城东公园。\n\n![合影](a.png)\n", encoding="utf-8")
    (folder / "a.png").write_bytes(picture())
    assert "春游" in workspace.run("inspect", str(folder)).stdout
    done = workspace.run("render", str(folder), "-o", str(tmp_path / "out.html"))
    assert done.returncode == 0, done.stderr
    html = (tmp_path / "out.html").read_text(encoding="utf-8")
    assert "out.assets/" in html
    assert len(list((tmp_path / "out.assets").iterdir())) == 1
    assert workspace.run("render", str(folder), "-o", str(tmp_path / "x.html"), "--theme", "none").returncode == 2


def test_init_writes_a_workspace_that_doctor_understands(workspace: Workspace, tmp_path: Path) -> None:
    new = tmp_path / "new"
    assert workspace.run("init", str(new)).returncode == 0
    assert (new / "config" / "accounts.toml").exists()
    examined = workspace.run("--home", str(new), "doctor")
    assert examined.returncode == 1
    assert "no account" in examined.stdout


def test_doctor_calls_the_platform_and_says_what_to_do(workspace: Workspace) -> None:
    fine = workspace.run("doctor")
    assert fine.returncode == 0, fine.stdout
    assert "may draft and publish by API" in fine.stdout
    workspace.control(f"accounts/{APPID}", {"allowed_ips": ["203.0.113.9"]})
    refused = workspace.run("doctor")
    assert refused.returncode == 1
    assert "127.0.0.1" in refused.stdout
    for secret in SECRETS.values():
        assert secret not in fine.stdout + refused.stdout + fine.stderr + refused.stderr


def test_two_workers_never_share_a_workspace(workspace: Workspace) -> None:
    with subprocess.Popen(
        workspace.command("work"), env=workspace.environment, stderr=subprocess.PIPE, text=True
    ) as first:
        assert first.stderr is not None
        ready = next(line for line in first.stderr if "worker ready" in line)
        assert "accounts=main" in ready
        second = workspace.run("work", "--once")
        assert second.returncode == 2
        assert "another worker" in second.stderr
        first.send_signal(signal.SIGTERM)
        first.communicate(timeout=30)
    assert first.returncode == 0


def test_the_worker_and_the_door_serve_an_issue_to_a_reader(workspace: Workspace) -> None:
    notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notify.bind(str(workspace.home / "notify"))
    notify.settimeout(60)
    environment = {**workspace.environment, "NOTIFY_SOCKET": str(workspace.home / "notify"), "WATCHDOG_USEC": "1000000"}
    workspace.drop("spring.txt", issue_text())
    port = free_port()
    door = subprocess.Popen(workspace.command("serve", "--port", str(port)), env=environment)
    worker = subprocess.Popen(workspace.command("work"), env=environment)
    try:
        heard: list[str] = []
        while heard.count("READY=1") < 2 or "WATCHDOG=1" not in heard:
            heard += notify.recv(4096).decode().splitlines()
        callback = {
            "callback_url": f"http://127.0.0.1:{port}/wechat/main",
            "token": SECRETS["PUBLISHER_MAIN_TOKEN"],
            "aeskey": SECRETS["PUBLISHER_MAIN_AESKEY"],
        }
        workspace.control(f"accounts/{APPID}", callback)
        assert workspace.control(f"accounts/{APPID}/verify") == {"verified": True}
        while True:  # bounded by the socket's timeout: the watchdog's beats are the pulse of this loop
            notify.recv(4096)
            reply = workspace.control(f"accounts/{APPID}/message", {"openid": "oReader", "text": "最新"})
            if reply["articles"]:
                break
        assert reply["articles"][0]["url"] == workspace.status()[0]["article_urls"][0]
    finally:
        for process in (door, worker):
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)
        notify.close()
    assert (door.returncode, worker.returncode) == (0, 0)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def test_the_demo_ends_by_itself_with_the_readers_answer() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "COLUMNS": "120"}
    done = subprocess.run(
        [sys.executable, "-m", "publisher.demo", "--once"],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "公众号回复" in done.stdout
    assert "云溪数金通讯" in done.stdout
