"""How far an account may go by API."""

from __future__ import annotations

import pytest

from publisher.issue import Status
from publisher.store import Rights
from tests.world import APPID, PUBLISHED_LINK, World, issue_text, picture

ADD, SUBMIT, MASS = "/cgi-bin/draft/add", "/cgi-bin/freepublish/submit", "/cgi-bin/message/mass/sendall"


def test_rights_are_probed_when_the_worker_starts_and_then_once_a_day(world: World) -> None:
    world.platform.account(APPID).rights -= {"publish"}
    publisher = world.open()
    publisher.probe_rights()
    assert publisher.store.accounts.rights("main") == Rights(
        publish=False, draft=True, mass=True, probed_at=world.clock.now
    )
    before = len(world.platform.calls)
    world.open().probe_rights()
    assert len(world.platform.calls) == before
    world.drop("spring.txt", issue_text())
    assert "发表" in world.work(publisher).note
    assert world.calls(SUBMIT) == 0


def test_a_platform_that_is_away_holds_up_no_start(world: World, caplog: pytest.LogCaptureFixture) -> None:
    publisher = world.open(api_base="http://127.0.0.1:9")
    publisher.probe_rights()
    assert "rights cannot be probed now" in caplog.text
    assert publisher.store.accounts.rights("main") == Rights()
    assert publisher.pauses() == []


def test_a_right_that_comes_back_is_noticed_within_a_day(world: World) -> None:
    account = world.platform.account(APPID)
    account.rights -= {"publish"}
    publisher = world.open()
    world.drop("spring.txt", issue_text())
    assert world.work(publisher).status is Status.DRAFTED
    account.rights |= {"publish"}
    world.wake(publisher, hours=23)
    assert world.calls(SUBMIT) == 1
    world.wake(publisher, hours=2)
    assert world.finish(publisher).status is Status.PUBLISHED
    assert world.calls(SUBMIT) == 2


def test_an_account_that_may_not_send_to_all_publishes_instead_and_says_so(world: World) -> None:
    world.platform.account(APPID).rights -= {"mass"}
    publisher = world.open(finish="mass")
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    issue = world.finish(publisher)
    assert issue.status is Status.PUBLISHED
    assert (world.calls(MASS), world.calls(SUBMIT), world.publications) == (1, 1, 1)
    assert any("不允许这个公众号用接口群发" in past.why for past in publisher.story(issue.id).moves)
    assert publisher.pauses() == []


def test_an_account_that_may_do_neither_leaves_it_to_a_person(world: World) -> None:
    world.platform.account(APPID).rights -= {"mass", "publish"}
    publisher = world.open(finish="mass")
    world.drop("spring.txt", issue_text())
    issue = world.work(publisher)
    assert issue.status is Status.DRAFTED
    assert "mp.weixin.qq.com" in issue.note
    assert (world.calls(MASS), world.calls(SUBMIT), world.drafts) == (1, 0, 1)  # the probe after the first told


def test_an_account_that_may_not_even_draft_gets_pages_to_copy(world: World) -> None:
    world.platform.account(APPID).rights -= {"draft", "publish"}
    publisher = world.open()
    world.drop("trip/note.md", "# 春游\n\n我们去了城东公园。\n\n![合影](a.png)\n\n天气晴朗，大家玩得很开心。\n")
    world.drop("trip/a.png", picture())
    issue = world.work(publisher)
    assert (issue.status, issue.held_from) == (Status.HELD, Status.SCHEDULED)
    for word in ("48001", "done/trip.网页", "mp.weixin.qq.com", f"publisher published {issue.id} --url"):
        assert word in issue.note
    folder = world.home / "done" / "trip.网页"
    assert sorted(path.name for path in folder.iterdir()) == ["1 春游.html", "封面.jpg", "标题和摘要.txt"]
    page = (folder / "1 春游.html").read_text(encoding="utf-8")
    assert "data:image/png;base64," in page or "data:image/jpeg;base64," in page
    assert "mmbiz.qpic.cn" not in page
    assert "标题：春游" in (folder / "标题和摘要.txt").read_text(encoding="utf-8-sig")
    assert world.report("done/trip.报告.txt").startswith("需要处理：")
    issue = publisher.record_publication(issue.id, PUBLISHED_LINK)
    assert (issue.status, publisher.pauses(), world.drafts) == (Status.PUBLISHED, [], 0)


def test_an_account_that_may_draft_again_goes_on_by_itself_after_a_word(world: World) -> None:
    account = world.platform.account(APPID)
    rights, account.rights = account.rights, account.rights - {"draft"}
    publisher = world.open()
    world.drop("spring.txt", issue_text())
    issue = world.work(publisher)
    assert "publisher resume main" in issue.note
    account.rights = rights
    publisher.resume("main")
    publisher.retry(issue.id)
    assert world.finish(publisher).status is Status.PUBLISHED


def test_a_share_that_cannot_be_written_postpones_the_pages(world: World) -> None:
    world.platform.account(APPID).rights -= {"draft"}
    publisher = world.open()
    (world.home / "done").write_text("in the way")
    world.drop("spring.txt", issue_text())
    issue = world.work(publisher)
    assert issue.status is Status.SCHEDULED
    assert "不能写入" in issue.note
    (world.home / "done").unlink()
    assert "网页" in world.wake(publisher, minutes=1).note


def test_a_refusal_that_no_probe_foresaw_is_believed(world: World) -> None:
    publisher = world.open()
    world.fault(ADD, "errcode", 48001)
    world.drop("spring.txt", issue_text())
    assert "网页" in world.work(publisher).note
    assert not publisher.store.accounts.rights("main").draft


def test_a_right_that_is_lost_after_the_submission_is_a_question_and_never_a_second_one(world: World) -> None:
    publisher = world.open()
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    world.platform.account(APPID).rights -= {"publish"}
    issue = world.wake(publisher, seconds=3)
    assert issue.status is Status.HELD
    assert "publisher published" in issue.note
    assert world.calls(SUBMIT) == 1


def test_a_right_to_draft_that_is_lost_while_a_person_is_waited_for_leaves_their_word(world: World) -> None:
    publisher = world.open(finish="draft")
    world.drop("spring.txt", issue_text())
    issue = world.work(publisher)
    world.platform.account(APPID).rights -= {"draft"}
    world.wake(publisher, minutes=5)
    issue = world.wake(publisher)
    assert issue.status is Status.DRAFTED
    assert "不再允许用接口查看" in issue.note
    assert publisher.record_publication(issue.id, PUBLISHED_LINK).status is Status.PUBLISHED


def test_a_withdrawn_issue_of_an_account_without_rights_is_let_be(world: World) -> None:
    publisher = world.open(slots=["30 17 * * *"])
    world.drop("spring.txt", issue_text())
    issue = world.work(publisher)
    world.platform.account(APPID).rights -= {"draft"}
    publisher.withdraw(issue.id)
    assert world.wake(publisher).status is Status.WITHDRAWN
    assert (publisher.pauses(), publisher.due()) == ([], [])
