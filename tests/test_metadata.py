"""What an editor says of an issue outside its text, and what becomes of it: from the file to the platform."""

from __future__ import annotations

import io
import zipfile

import pytest

from publisher.app import Publisher
from publisher.document import Metadata, Newsletter
from publisher.inspection import inspection
from publisher.issue import Issue, Status
from publisher.sandbox.state import StoredArticle
from publisher.slots import in_zone
from publisher.terminal import show_inspection
from tests.world import APPID, World, issue_text, picture, read_here

SUBMIT, MASS = "/cgi-bin/freepublish/submit", "/cgi-bin/message/mass/sendall"
BODY = "正文一段，说明计划的目的、步骤和时间。"


def headed(head: str) -> str:
    return f"---\n{head}\n---\n\n# 计划\n\n{BODY}\n"


def drafted(world: World) -> list[StoredArticle]:
    """The articles of the one draft in the box."""
    (draft,) = world.platform.account(APPID).drafts.values()
    return draft.articles


def planned(publisher: Publisher, issue: Issue) -> str:
    assert issue.publish_at is not None
    return in_zone(issue.publish_at, publisher.zone_of(issue.id))


def articles(newsletter: Newsletter) -> list[tuple[str, str]]:
    return [(article.title, article.author) for article in newsletter.articles]


# ---------------------------------------------------------------------------- how it goes out


@pytest.mark.parametrize("head", ["send: draft", "发送方式：草稿"])
def test_an_issue_that_is_only_to_be_drafted_stops_at_the_draft(world: World, head: str) -> None:
    publisher = world.open(finish="publish")
    world.drop("plan.md", headed(head))
    world.work(publisher)
    issue = world.finish(publisher)
    assert issue.status is Status.DRAFTED
    assert "点「发表」" in issue.note
    assert (world.calls(SUBMIT), world.drafts, world.publications) == (0, 1, 0)


def test_the_file_wins_over_an_account_that_only_drafts(world: World) -> None:
    publisher = world.open(finish="draft")
    world.drop("plan.md", headed("send: 发布"))
    world.work(publisher)
    assert world.finish(publisher).status is Status.PUBLISHED
    assert (world.calls(SUBMIT), world.calls(MASS)) == (1, 0)


def test_an_issue_may_be_sent_to_all_on_an_account_that_publishes(world: World) -> None:
    publisher = world.open(finish="publish")
    world.drop("plan.md", headed("send: mass"))
    world.work(publisher)
    world.finish(publisher)
    assert world.wake(publisher, minutes=30).status is Status.PUBLISHED
    assert (world.calls(SUBMIT), world.calls(MASS)) == (0, 1)


def test_a_way_of_sending_that_nobody_knows_holds_the_issue(world: World) -> None:
    publisher = world.open(finish="publish")
    world.drop("plan.md", headed("send: drfat"))
    issue = world.work(publisher)
    assert issue.status is Status.HELD
    assert "drfat" in issue.note
    assert "草稿" in issue.note
    assert world.drafts == 0


@pytest.mark.parametrize(
    ("head", "flags"),
    [("title: 题", (0, 0)), ("comments: off", (0, 0)), ("留言：所有人", (1, 0)), ("comments: fans", (1, 1))],
)
def test_who_may_comment_reaches_the_platform(world: World, head: str, flags: tuple[int, int]) -> None:
    publisher = world.open(finish="draft")
    world.drop("plan.md", headed(head))
    issue = world.work(publisher)
    assert [(each.need_open_comment, each.only_fans_can_comment) for each in drafted(world)] == [flags]
    connection = publisher.edges.platform(publisher.settings.accounts["main"])
    shown = connection._client.draft.get(issue.draft_media_id)["news_item"]
    assert [(each["need_open_comment"], each["only_fans_can_comment"]) for each in shown] == [flags]


def test_comments_are_for_every_article_of_a_draft(world: World) -> None:
    publisher = world.open(finish="draft", layout="sections")
    world.drop("spring.txt", issue_text())
    world.drop("spring.meta.yaml", "留言：所有人\n")
    world.work(publisher)
    assert [article.need_open_comment for article in drafted(world)] == [1, 1]


def test_keywords_are_kept_with_the_issue_and_shown(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    publisher = world.open()
    world.drop("plan.md", headed("title: 题\n关键词：植树、会员大会"))
    issue = world.work(publisher)
    assert "植树" in publisher.store.newsletter(issue.id)
    understood = inspection(read_here({"plan.md": headed("title: 题\n关键词：植树、会员大会").encode()}))
    assert understood["metadata"] == {"title": "题", "keywords": ("植树", "会员大会")}
    show_inspection(understood)
    assert "keywords: 植树、会员大会" in capsys.readouterr().out


# ---------------------------------------------------------------------------- who is heard first


def test_the_side_car_wins_over_the_front_matter_over_the_properties_over_the_name() -> None:
    page = f'<html><head><title>属性</title><meta name="author" content="丁"></head><body><p>{BODY}</p></body></html>'
    name = "2026-11-24-文件名.html"
    assert articles(read_here({name: page.encode()})) == [("属性", "丁")]
    car = {"2026-11-24-文件名.meta.yaml": "title: 说明\nauthor: 戊".encode()}
    assert articles(read_here({name: page.encode(), **car})) == [("说明", "戊")]
    text = f"---\ntitle: 题头\nauthor: 己\n---\n{BODY}"
    assert articles(read_here({"2026-11-24-文件名.txt": text.encode()})) == [("题头", "己")]
    both = read_here({"2026-11-24-文件名.txt": text.encode(), "2026-11-24-文件名.meta.yaml": "title: 说明".encode()})
    assert articles(both) == [("说明", "己")]
    assert both.metadata == Metadata(title="说明", author="己")


def test_the_title_in_a_name_serves_where_nothing_else_gives_one() -> None:
    assert articles(read_here({"2026-11-24-春季计划.txt": BODY.encode()})) == [("春季计划", "")]
    assert articles(read_here({"2026-11-24-春季计划.txt": f"植树计划\n\n{BODY}".encode()})) == [("植树计划", "")]
    assert articles(read_here({"春季计划.txt": BODY.encode()}))[0][0] != "春季计划"
    newsletter = read_here({"2026-11-24-春季计划.txt": issue_text().encode()})
    assert "春季计划" not in {article.title for article in newsletter.articles}


def zipped(name: str, text: str) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as packed:
        packed.writestr(name, text)
    return memory.getvalue()


def test_a_zip_is_called_by_its_own_name_and_may_have_a_side_car() -> None:
    files = {"2026-11-24-春季计划.zip": zipped("稿.txt", BODY)}
    assert articles(read_here(files)) == [("春季计划", "")]
    assert articles(read_here({"2026-11-24-春季计划.zip": zipped("2026-11-25-秋季计划.txt", BODY)}))[0][0] == "春季计划"
    car = {"2026-11-24-春季计划.meta.yaml": "author: 甲".encode()}
    assert read_here(files | car).metadata == Metadata(author="甲")


# ---------------------------------------------------------------------------- the time in a name


@pytest.mark.parametrize(
    ("name", "slots", "time"),
    [
        ("2026-11-24-1730-计划.md", [], "2026-11-24 17:30"),
        ("20261125_1000_计划.md", ["30 17 * * *"], "2026-11-25 10:00"),
        ("2026-11-25-计划.md", [], "2026-11-25 09:00"),
        ("2026-11-25-计划.md", ["30 17 * * *", "30 12 * * *"], "2026-11-25 12:30"),
        ("2026-11-25-计划.md", ["30 17 * * fri"], "2026-11-25 09:00"),
    ],
)
def test_a_name_says_when_the_issue_goes_out(world: World, name: str, slots: list[str], time: str) -> None:
    publisher = world.open(slots=slots)
    world.drop(name, f"# 计划\n\n{BODY}\n")
    issue = world.work(publisher)
    assert (issue.status, planned(publisher, issue)) == (Status.DRAFTED, time)


def test_a_folder_and_a_zip_say_it_by_their_own_names(world: World) -> None:
    publisher = world.open()
    world.drop("2026-11-25-1000-计划/稿.md", f"# 计划\n\n{BODY}\n\n![](图.png)\n")
    world.drop("2026-11-25-1000-计划/图.png", picture())
    assert planned(publisher, world.work(publisher)) == "2026-11-25 10:00"
    world.drop("2026-11-25-1100-计划.zip", zipped("稿.md", f"# 另一个计划\n\n{BODY}\n"))
    assert planned(publisher, world.work(publisher)) == "2026-11-25 11:00"


def test_the_time_in_the_file_wins_over_the_name(world: World) -> None:
    publisher = world.open()
    world.drop("2026-11-25-1000-计划.md", headed("publish_at: 2026-11-26 08:00"))
    assert planned(publisher, world.work(publisher)) == "2026-11-26 08:00"


def test_a_date_that_is_over_is_no_time_and_the_report_says_so(world: World) -> None:
    publisher = world.open(slots=["30 17 * * *"])
    world.drop("2024-06-30-总第18期.md", f"# 计划\n\n{BODY}\n")
    issue = world.work(publisher)
    assert (issue.status, planned(publisher, issue)) == (Status.DRAFTED, "2026-11-24 17:30")
    assert "2024-06-30 已经过去" in world.report("done/2024-06-30-总第18期.md.报告.txt")


def test_a_time_earlier_today_means_now(world: World) -> None:
    publisher = world.open(slots=["30 17 * * fri"])
    world.drop("2026-11-24-0830-计划.md", f"# 计划\n\n{BODY}\n")
    world.work(publisher)
    assert world.finish(publisher).status is Status.PUBLISHED


def test_an_hour_that_the_clocks_skip_becomes_the_day(world: World) -> None:
    publisher = world.open(zone="Europe/Berlin")
    world.drop("2027-03-28-0230-计划.md", f"# 计划\n\n{BODY}\n")
    assert planned(publisher, world.work(publisher)) == "2027-03-28 09:00"
