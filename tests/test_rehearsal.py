"""`publisher replies test`: which rule fires, why, and what the reader sees."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from publisher import codec
from publisher.cli import main
from publisher.document import Masthead, Newsletter
from publisher.issue import ArticleRow, Content, Move, Status
from publisher.replies import Message
from tests.world import PUBLISHED_LINK, World

RULES = """
[[reply]]
name = "图"
words = "海报"
picture = "poster.jpg"

[[reply]]
name = "含"
contains = ["价格"]
answer = "handover"
desk = "kf1"

[[reply]]
name = "前"
prefix = "查"
text = "点 {最新}"

  [[ reply ]]
name = "式"
pattern = "投稿.*pdf"
answer = "nothing"
priority = 3

[[reply]]
name = "扫"
event = "SCAN"
scene = "issue-N"
answer = "issue"

[[reply]]
name = "录"
notation = "Y年目录"
answer = "contents"

[[reply]]
name = "新"
words = "最新"
answer = "latest"

[[reply]]
name = "默"
default = true
answer = "search"
"""


@pytest.fixture(name="published")
def _published(world: World) -> World:
    """A world with one issue that a person published."""
    publisher, now = world.open(), world.clock.now
    issue = publisher.store.receive("main", "春天", "0" * 64, {}, now)
    head = Masthead(name="春天通讯", year=2026, issue=3, total_issue=18, date="2026-03-31")
    content = Content(codec.dump(Newsletter(head, ())), head.name, 2026, 3, 18, (), (ArticleRow("春天", "摘要", 9),))
    for status in (Status.IMPORTED, Status.SCHEDULED, Status.DRAFTED):
        move = Move(status, "", None, {"title": "春天通讯第18期"}, content if status is Status.IMPORTED else None)
        issue = publisher.store.move(issue, move, now)
    publisher.record_publication(issue.id, PUBLISHED_LINK)
    return world


def run(world: World, *arguments: str) -> str:
    result = CliRunner().invoke(main, ["--home", str(world.home), "replies", "test", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def row(world: World, *arguments: str) -> Any:
    return json.loads(run(world, *arguments, "--json"))


def test_a_published_issue_is_found_by_number_and_by_the_month_of_its_masthead(published: World) -> None:
    publisher = published.publishers[-1]
    (entry,) = publisher.archive("main").entries
    assert (entry.total_issue, entry.dated) == (18, date(2026, 3, 31))
    for text in ("第十八期", "2026年第3期", "三月那期", "最新"):
        reply = row(published, text)["reply"]
        assert (reply["kind"], reply["articles"][0]["url"]) == ("news", entry.url)


def test_the_rule_its_place_and_its_reason_are_shown_with_the_reply(published: World) -> None:
    lines = run(published, "我想看第１８期，谢谢").splitlines()
    assert lines[0] == "读作  “我想看第18期,谢谢”"
    assert lines[1] == "规则  “第N期”：去掉客气话是“第18期”，notation 读出第 18 期"
    place = (published.home / "config" / "replies.toml").read_text("utf-8").splitlines()
    where = next(number for number, line in enumerate(place, 1) if line == 'name = "第N期"') - 1
    assert lines[2] == f"位置  第 3 条，replies.toml 第 {where} 行，priority = 0"
    assert lines[3].startswith("后备  “其他”（第 ")
    assert lines[4] == "结果  规则的回答"
    assert lines[6].startswith("  图文：")


def test_links_are_shown_as_a_reader_sees_them(published: World) -> None:
    text = run(published, "--event", "subscribe")
    assert "读作  （没有文字）" in text
    assert "规则  “关注”：事件 subscribe" in text
    assert "回复“[最新]”，看最新一期；" in text
    assert "<a" not in text


@pytest.mark.parametrize(
    ("arguments", "name", "why", "kind"),
    [
        (["海报"], "图", "整句是 words 里的“海报”", "nothing"),
        (["价格多少"], "含", "含有 contains 里的“价格”", "handover"),
        (["查 算力"], "前", "以 prefix 里的“查”开头", "text"),
        (["我投稿一个 PDF"], "式", "对得上 pattern：投稿.*pdf", "nothing"),
        (["--event", "SCAN", "--key", "issue-18"], "扫", "事件 SCAN，场景或菜单键“issue-18”", "news"),
        (["--event", "CLICK", "--key", "最新"], "新", "整句是 words 里的“最新”", "news"),
        (["2026年目录"], "录", "notation 读出目录 2026 年第 1 页", "text"),
        (["--kind", "image"], "默", "别的规则都对不上", "text"),
        (["别的"], "默", "别的规则都对不上", "text"),
    ],
)
def test_every_kind_of_rule_says_why(published: World, arguments: list[str], name: str, why: str, kind: str) -> None:
    (published.home / "config" / "replies.toml").write_text(RULES, "utf-8")
    told = row(published, *arguments)
    assert (told["rule"]["name"], told["rule"]["why"], told["reply"]["kind"]) == (name, why, kind)
    assert told["account"] == "main"


def test_every_reply_is_shown(published: World) -> None:
    (published.home / "config" / "replies.toml").write_text(RULES, "utf-8")
    assert "图片 poster.jpg 还没有传到平台上，先不回答" in run(published, "海报")
    assert "转给人工客服 kf1" in run(published, "价格")
    assert "  点 [最新]" in run(published, "查")
    assert "（不回答）" in run(published, "投稿pdf")
    assert "位置  第 4 条，replies.toml 第 18 行，priority = 3" in run(published, "投稿pdf")


def test_what_no_rule_matches_is_not_answered(published: World) -> None:
    (published.home / "config" / "replies.toml").write_text("", "utf-8")
    assert "没有一条对得上，不回答" in run(published, "最新")
    assert row(published, "最新")["rule"] is None


def test_a_workspace_without_accounts_can_be_tried(tmp_path: Path) -> None:
    runner = CliRunner()
    assert runner.invoke(main, ["--home", str(tmp_path), "init"]).exit_code == 0
    result = runner.invoke(main, ["--home", str(tmp_path), "replies", "test", "最新"])
    assert "还没有已经发布的期刊" in result.output
    assert result.exit_code == 0


def test_the_account_must_be_known_and_only_one(published: World) -> None:
    accounts = published.home / "config" / "accounts.toml"
    accounts.write_text(accounts.read_text("utf-8") + '[accounts.west]\nappid = "wx2"\n', "utf-8")
    runner = CliRunner()
    base = ["--home", str(published.home), "replies", "test", "最新"]
    unsaid = runner.invoke(main, base)
    assert (unsaid.exit_code, "--account 说明是哪一个：main、west" in unsaid.output) == (2, True)
    unknown = runner.invoke(main, [*base, "--account", "east"])
    assert (unknown.exit_code, "没有名为 east 的公众号" in unknown.output) == (2, True)
    assert "还没有已经发布的期刊" in runner.invoke(main, [*base, "--account", "west"]).output


def test_a_masthead_without_a_true_date_has_none(published: World) -> None:
    publisher = published.publishers[-1]
    publisher.store.dates._known[1] = "2026-02-30"
    assert publisher.archive("main").entries[0].dated is None


def test_dates_are_read_once_and_missing_ones_are_none(published: World) -> None:
    dates = published.publishers[-1].store.dates
    assert dates.of([1, 99]) == {1: "2026-03-31", 99: ""}
    dates._read = broken  # type: ignore[assignment]
    assert dates.of([1]) == {1: "2026-03-31"}


def broken() -> Message:
    raise OSError("database is gone")
