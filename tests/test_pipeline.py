"""The life of an issue, against the sandbox under the real client."""

from __future__ import annotations

import pytest

from publisher.app import Publisher
from publisher.errors import WrongMove
from publisher.issue import Status
from publisher.replies import Message
from publisher.sandbox.state import FAILED, REJECTED, RUNNING, UNORIGINAL
from tests.world import APPID, PUBLISHED_LINK, World, issue_text

ADD, SUBMIT = "/cgi-bin/draft/add", "/cgi-bin/freepublish/submit"


def test_a_dropped_file_becomes_a_published_issue(world: World) -> None:
    publisher = world.open()
    world.drop("spring.txt", issue_text())
    issue = world.work(publisher)
    issue = world.finish(publisher)
    assert issue.status is Status.PUBLISHED
    assert issue.article_urls
    assert "总第 18 期" in issue.title or "总第18期" in issue.title
    assert (world.calls(ADD), world.calls(SUBMIT), world.publications, world.drafts) == (1, 1, 1, 0)
    states = [past.after for past in publisher.story(issue.id).moves]
    road = [Status.RECEIVED, Status.IMPORTED, Status.SCHEDULED, Status.DRAFTED, Status.SUBMITTED, Status.PUBLISHED]
    assert list(dict.fromkeys(states)) == road


def test_the_original_is_archived_with_a_report_beside_it(world: World) -> None:
    publisher = world.open()
    path = world.drop("spring.txt", issue_text())
    world.work(publisher)
    issue = world.finish(publisher)
    assert not path.exists()
    assert (world.home / "done" / "spring.txt").read_text(encoding="utf-8") == issue_text()
    report = world.report("done/spring.txt.报告.txt")
    assert report.startswith("已发布：")
    assert issue.article_urls[0] in report


def test_a_second_run_does_nothing(world: World) -> None:
    publisher = world.open()
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    world.finish(publisher)
    before = len(world.platform.calls)
    again = world.open()
    assert world.take_in(again) == []
    assert again.due() == []
    assert len(world.platform.calls) == before


def test_the_same_file_dropped_again_publishes_nothing_and_says_so(world: World) -> None:
    publisher = world.open()
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    world.finish(publisher)
    world.drop("renamed.txt", issue_text())
    taken = world.take_in(publisher)
    world.finish(publisher)
    assert "不再发布" in taken[0].text
    assert "完全相同" in world.report("done/renamed.txt.报告.txt")
    assert (world.publications, len(publisher.issues())) == (1, 1)


def test_an_issue_waits_for_its_slot_but_its_draft_is_there_at_once(world: World) -> None:
    publisher = world.open(slots=["30 17 * * *"])
    world.drop("spring.txt", issue_text())
    issue = world.work(publisher)
    assert issue.status is Status.DRAFTED
    assert "17:30" in issue.note
    assert (world.drafts, world.publications) == (1, 0)
    world.wake(publisher, hours=8.5)
    assert world.finish(publisher).status is Status.PUBLISHED


def test_the_time_in_the_file_wins_over_the_slots(world: World) -> None:
    publisher = world.open(slots=["30 17 * * *"])
    world.drop("plan.md", "---\ntitle: 计划\npublish_at: 2026-11-24 12:00\n---\n\n正文一段，说明计划。\n")
    assert "12:00" in world.work(publisher).note


def test_a_time_that_cannot_be_read_holds_the_issue_and_a_given_one_frees_it(world: World) -> None:
    publisher = world.open()
    world.drop("plan.md", "---\ntitle: 计划\npublish_at: 下周五\n---\n\n正文一段，说明计划。\n")
    issue = world.work(publisher)
    assert issue.status is Status.HELD
    assert "下周五" in issue.note
    publisher.schedule(issue.id, "2026-11-24 10:00")
    assert world.wake(publisher).status is Status.DRAFTED
    world.wake(publisher, hours=1)
    assert world.finish(publisher).status is Status.PUBLISHED


def test_an_account_with_approval_waits_for_the_editors_word(world: World) -> None:
    publisher = world.open(approve=True)
    world.drop("spring.txt", issue_text())
    issue = world.work(publisher)
    assert issue.status is Status.DRAFTED
    assert "等待审批" in issue.note
    assert world.finish(publisher).status is Status.DRAFTED
    publisher.approve(issue.id)
    assert world.finish(publisher).status is Status.PUBLISHED


def test_with_finish_draft_it_stops_at_the_draft_and_notices_the_console(world: World) -> None:
    publisher = world.open(finish="draft")
    world.drop("spring.txt", issue_text())
    issue = world.work(publisher)
    assert issue.status is Status.DRAFTED
    assert "mp.weixin.qq.com" in issue.note
    assert world.calls(SUBMIT) == 0
    world.press_publish(issue.draft_media_id)
    issue = world.wake(publisher, minutes=10)
    assert issue.status is Status.PUBLISHED
    assert issue.article_urls


def test_with_finish_draft_an_editor_may_record_the_link(world: World) -> None:
    publisher = world.open(finish="draft")
    world.drop("spring.txt", issue_text())
    issue = world.work(publisher)
    with pytest.raises(WrongMove):
        publisher.record_publication(issue.id, "mp.weixin.qq.com/s/x")
    issue = publisher.record_publication(issue.id, PUBLISHED_LINK)
    assert (issue.status, issue.article_urls) == (Status.PUBLISHED, (PUBLISHED_LINK,))
    assert publisher.due() == []


def test_an_account_without_the_right_to_publish_falls_back_to_a_person(world: World) -> None:
    world.platform.account(APPID).rights -= {"publish"}
    publisher = world.open()
    world.drop("spring.txt", issue_text())
    issue = world.work(publisher)
    assert issue.status is Status.DRAFTED
    assert "发表" in issue.note
    assert world.calls(SUBMIT) == 1
    world.finish(publisher)
    assert world.calls(SUBMIT) == 1
    world.press_publish(issue.draft_media_id)
    issue = world.wake(publisher, minutes=10)
    assert issue.status is Status.HELD  # for this account nothing is listed: nobody can tell
    publisher.record_publication(issue.id, PUBLISHED_LINK)
    assert publisher.issue(issue.id).article_urls == (PUBLISHED_LINK,)


def test_a_draft_that_a_person_deleted_is_not_taken_for_published(world: World) -> None:
    publisher = world.open(finish="draft")
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    world.platform.account(APPID).drafts.clear()
    issue = world.wake(publisher, minutes=10)
    assert (issue.status, "正在核对" in issue.note) == (Status.DRAFTED, True)
    for _ in range(4):
        issue = world.wake(publisher, minutes=9)
    assert issue.status is Status.HELD
    for choice in ("publisher published 1", "publisher retry 1", "publisher withdraw 1"):
        assert choice in issue.note
    publisher.retry(1)
    assert world.wake(publisher).status is Status.DRAFTED
    assert (world.drafts, world.calls(ADD), world.publications) == (1, 2, 0)


def test_a_publication_that_the_list_shows_late_is_recognised(world: World) -> None:
    publisher = world.open(finish="draft")
    world.drop("spring.txt", issue_text())
    issue = world.work(publisher)
    world.press_publish(issue.draft_media_id)
    (publication,) = world.platform.account(APPID).publications
    publication.status, publication.due = RUNNING, world.platform.now() + 900  # it is being reviewed
    assert world.wake(publisher, minutes=10).status is Status.DRAFTED
    world.wake(publisher, minutes=3)
    assert world.wake(publisher, minutes=9).status is Status.PUBLISHED


@pytest.mark.parametrize("kind", ["lost-answer", "bad-gateway", "truncated"])
def test_a_draft_whose_answer_is_lost_is_found_and_not_made_twice(world: World, kind: str) -> None:
    publisher = world.open()
    world.fault(ADD, kind)
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    assert world.finish(publisher).status is Status.PUBLISHED
    assert (world.calls(ADD), world.publications) == (1, 1)


@pytest.mark.parametrize("kind", ["reset-before", "html"])
def test_a_draft_call_that_did_not_arrive_is_repeated(world: World, kind: str) -> None:
    publisher = world.open()
    world.fault(ADD, kind)
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    assert world.finish(publisher).status is Status.PUBLISHED
    assert (world.calls(ADD), world.publications, world.drafts) == (2, 1, 0)


@pytest.mark.parametrize("kind", ["lost-answer", "bad-gateway", "truncated"])
def test_a_submission_whose_answer_is_lost_is_recognised(world: World, kind: str) -> None:
    publisher = world.open()
    world.fault(SUBMIT, kind)
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    issue = world.finish(publisher)
    assert issue.status is Status.PUBLISHED
    assert issue.article_urls
    assert (world.calls(SUBMIT), world.publications) == (1, 1)


@pytest.mark.parametrize("kind", ["lost-answer", "truncated"])
def test_a_cover_whose_answer_is_lost_is_found_by_its_name(world: World, kind: str) -> None:
    publisher = world.open()
    world.fault("/cgi-bin/material/add_material", kind)
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    assert world.finish(publisher).status is Status.PUBLISHED
    assert world.calls("/cgi-bin/material/add_material") == 1


@pytest.mark.parametrize("kind", ["reset-before", "html"])
def test_a_submission_of_which_nothing_can_be_known_is_asked_about_after_half_an_hour(world: World, kind: str) -> None:
    publisher = world.open()
    world.fault(SUBMIT, kind)
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    issue = world.finish(publisher)
    assert issue.status is Status.DRAFTED
    assert "正在核对" in issue.note
    world.wake(publisher, minutes=10)
    issue = world.wake(publisher, minutes=31)
    assert issue.status is Status.HELD
    for choice in ("publisher published", "publisher retry", "publisher withdraw"):
        assert choice in issue.note
    assert world.calls(SUBMIT) == 1


def ask_about_submission(world: World) -> tuple[Publisher, int]:
    publisher = world.open()
    world.fault(SUBMIT, "reset-before")
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    world.wake(publisher, minutes=5)
    issue = world.wake(publisher, minutes=31)
    assert issue.status is Status.HELD
    return publisher, issue.id


def test_the_editors_word_that_it_is_not_out_submits_again(world: World) -> None:
    publisher, issue_id = ask_about_submission(world)
    publisher.retry(issue_id)
    assert world.finish(publisher).status is Status.PUBLISHED
    assert (world.calls(SUBMIT), world.publications) == (2, 1)


def test_the_editors_word_that_it_is_out_ends_the_question(world: World) -> None:
    publisher, issue_id = ask_about_submission(world)
    issue = publisher.record_publication(issue_id, PUBLISHED_LINK)
    assert issue.status is Status.PUBLISHED
    assert world.calls(SUBMIT) == 1


def test_a_withdrawn_issue_takes_its_draft_out_of_the_box(world: World) -> None:
    publisher, issue_id = ask_about_submission(world)
    publisher.withdraw(issue_id)
    issue = world.wake(publisher)
    assert (issue.status, issue.draft_media_id, world.drafts) == (Status.WITHDRAWN, "", 0)


def test_the_event_brings_the_confirmation_forward(world: World) -> None:
    publisher = world.open()
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    issue = world.wake(publisher, seconds=2)
    assert issue.status is Status.SUBMITTED or issue.status is Status.PUBLISHED
    event = Message("event", "gh", "o", "", "PUBLISHJOBFINISH", "", "", 1, {"PublishEventInfo": {}})
    publisher.record_event("main", event)
    publisher.record_event("main", event)
    assert world.wake(publisher).status is Status.PUBLISHED
    assert len(publisher.store.events("main", ["PUBLISHJOBFINISH"], world.clock.now)) <= 1


def test_a_day_s_quota_that_is_used_up_is_waited_for_until_after_midnight_in_beijing(world: World) -> None:
    publisher = world.open()
    world.fault(ADD, "errcode", 45009)
    world.drop("spring.txt", issue_text())
    issue = world.work(publisher)
    assert issue.status is Status.SCHEDULED
    assert issue.next_try_at is not None
    assert issue.next_try_at.isoformat()[:16] >= "2026-11-24T16:00"
    world.wake(publisher, hours=16)
    assert world.finish(publisher).status is Status.PUBLISHED


def test_a_busy_platform_is_tried_again(world: World) -> None:
    publisher = world.open()
    world.fault("/cgi-bin/draft/add", "errcode", 45011)
    world.drop("spring.txt", issue_text())
    assert world.work(publisher).status is Status.SCHEDULED
    world.wake(publisher, minutes=2)
    assert world.finish(publisher).status is Status.PUBLISHED


@pytest.mark.parametrize(("outcome", "word"), [(UNORIGINAL, "原创"), (FAILED, "失败"), (REJECTED, "审核")])
def test_a_refused_publication_is_held_with_the_reason(world: World, outcome: int, word: str) -> None:
    account = world.platform.account(APPID)
    account.outcome, account.fail_idx = outcome, (1,) if outcome != FAILED else ()
    publisher = world.open()
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    issue = world.finish(publisher)
    assert issue.status is Status.HELD
    assert word in issue.note
    publisher.retry(issue.id)  # the reason is removed
    assert world.finish(publisher).status is Status.PUBLISHED
    assert (world.publications, world.drafts, world.calls(ADD)) == (2, 0, 1)


def test_what_the_platform_takes_down_right_away_is_removed(world: World) -> None:
    publisher = world.open()
    world.drop("spring.txt", issue_text())
    issue = world.work(publisher)
    assert issue.status is Status.SUBMITTED
    from publisher.sandbox.publishing import ban

    world.clock.turn(seconds=2)
    with world.platform.lock:
        ban(world.platform.account(APPID).publications[0])
    assert world.finish(publisher).status is Status.REMOVED
    assert "下架" in publisher.issue(issue.id).note


def test_a_publication_without_a_result_for_days_is_asked_about(world: World) -> None:
    publisher = world.open()
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    world.platform.account(APPID).publications[0].due = world.platform.now() + 1e7
    issue = publisher.issues()[-1]
    for _ in range(14):
        issue = world.wake(publisher, hours=49)
    assert issue.status is Status.HELD
    assert "没有结果" in issue.note
    assert world.calls("/cgi-bin/freepublish/get") < 20


def test_an_event_that_speaks_of_nothing_proves_nothing(world: World) -> None:
    publisher = world.open()
    world.fault(SUBMIT, "reset-before")
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    info = {"PublishEventInfo": {"publish_id": "7", "publish_status": "0", "article_id": "forged"}}
    publisher.record_event("main", Message("event", "o", "gh", "", "PUBLISHJOBFINISH", "", "", 1, info))
    issue = world.wake(publisher, seconds=30)
    assert (issue.status, world.calls(SUBMIT)) == (Status.DRAFTED, 1)
    assert "正在核对" in issue.note


def test_an_account_that_is_configured_anew_keeps_what_it_submitted(world: World) -> None:
    publisher = world.open()
    world.drop("spring.txt", issue_text())
    assert world.work(publisher).status is Status.SUBMITTED
    assert world.finish(world.open(finish="mass")).status is Status.PUBLISHED


def test_a_person_is_told_when_to_press_publish(world: World) -> None:
    publisher = world.open(finish="draft", slots=["30 17 * * *"])
    world.drop("spring.txt", issue_text())
    assert "在 2026-11-24 17:30 登录" in world.work(publisher).note


def test_an_event_is_proof_of_a_submission_whose_answer_was_lost(world: World) -> None:
    publisher = world.open()
    world.fault(SUBMIT, "lost-answer")
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    article_id = world.platform.account(APPID).publications[0].article_id
    info = {"PublishEventInfo": {"publish_id": "7", "publish_status": "0", "article_id": article_id}}
    world.clock.turn(seconds=3)
    publisher.record_event("main", Message("event", "o", "gh", "", "PUBLISHJOBFINISH", "", "", 1, info))
    world.fault("/cgi-bin/freepublish/batchget", "errcode", -1)
    assert world.finish(publisher).status is Status.PUBLISHED
    assert (world.calls(SUBMIT), world.publications) == (1, 1)
