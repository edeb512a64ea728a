"""When an issue goes out, and what is asked when it did not. The world's clock begins on Tuesday, 2026-11-24 09:00."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from publisher.app import Publisher
from publisher.errors import NeedsPerson, WrongMove
from publisher.issue import Account, Issue, Status
from publisher.pipeline.masses import counting_day, next_day
from publisher.pipeline.planner import Planner, spread
from publisher.slots import in_zone
from tests.world import APPID, World

SUBMIT, SEND = "/cgi-bin/freepublish/submit", "/cgi-bin/message/mass/sendall"
DAILY = ["30 17 * * *"]


def plan(title: str, head: str = "") -> str:
    return f"---\ntitle: {title}\n{head}\n---\n\n{title}：正文一段，说明计划的目的、步骤和时间。\n"


def drop(world: World, publisher: Publisher, title: str, head: str = "") -> Issue:
    world.drop(f"{title}.md", plan(title, head))
    return world.work(publisher)


def planned(publisher: Publisher, issue: Issue) -> str:
    publish_at = publisher.issue(issue.id).publish_at
    return in_zone(publish_at, publisher.zone_of(issue.id)) if publish_at else "at once"


def past(publisher: Publisher, issue: Issue) -> str:
    return "\n".join(move.why for move in publisher.story(issue.id).moves)


# ---------------------------------------------------------------------------- slots


def test_an_issue_without_a_time_goes_out_at_once_and_its_history_says_so(world: World) -> None:
    publisher = world.open()
    issue = drop(world, publisher, "计划")
    assert (planned(publisher, issue), issue.status) == ("at once", Status.SUBMITTED)
    assert "没有指定时间，做好就发" in past(publisher, issue)


def test_slots_in_words_are_planned_like_any_other(world: World) -> None:
    publisher = world.open(slots=["每月最后一个工作日 17:30"])
    assert planned(publisher, drop(world, publisher, "计划")) == "2026-11-30 17:30"


def test_a_slot_on_a_day_off_moves_to_the_next_working_day(world: World) -> None:
    publisher = world.open(slots=["0 9 * * sat"], workdays=True)
    assert planned(publisher, drop(world, publisher, "计划")) == "2026-11-30 09:00"


def test_a_slot_beyond_the_known_holidays_is_told_to_be_a_guess(world: World) -> None:
    world.clock.turn(days=365 * 30)
    publisher = world.open(slots=["工作日 9:30"])
    issue = drop(world, publisher, "计划")
    assert "放假安排还不知道" in past(publisher, issue)


def test_two_issues_never_share_a_slot(world: World) -> None:
    publisher = world.open(slots=DAILY)
    issues = [drop(world, publisher, title) for title in ("春", "夏", "秋")]
    assert [planned(publisher, issue)[8:] for issue in issues] == ["24 17:30", "25 17:30", "26 17:30"]


def test_two_issues_share_a_slot_where_it_is_allowed(world: World) -> None:
    publisher = world.open(slots=DAILY, share_slots=True)
    issues = [drop(world, publisher, title) for title in ("春", "夏")]
    assert [planned(publisher, issue)[8:] for issue in issues] == ["24 17:30", "24 17:30"]


def test_a_slot_is_free_again_once_its_issue_is_withdrawn_or_was_published_before(world: World) -> None:
    publisher = world.open(slots=DAILY)
    first, second = drop(world, publisher, "春"), drop(world, publisher, "夏")
    publisher.withdraw(first.id)
    assert planned(publisher, drop(world, publisher, "秋")) == "2026-11-24 17:30"
    publisher.record_publication(second.id, "https://mp.weixin.qq.com/s/a")
    assert planned(publisher, drop(world, publisher, "冬")) == "2026-11-25 17:30"


def test_a_slot_that_was_used_is_not_used_again_when_the_clock_is_set_back(world: World) -> None:
    publisher = world.open(slots=DAILY)
    drop(world, publisher, "春")
    world.wake(publisher, hours=8.5)
    assert world.finish(publisher).status is Status.PUBLISHED
    world.clock.turn(days=-1)
    assert planned(publisher, drop(world, publisher, "夏")) == "2026-11-25 17:30"


def test_times_that_editors_give_may_coincide_and_are_told_of(world: World) -> None:
    publisher = world.open(slots=DAILY)
    first = drop(world, publisher, "春")
    second = drop(world, publisher, "夏", "publish_at: 2026-11-24 17:30")
    third = publisher.schedule(drop(world, publisher, "秋").id, "2026-11-24 17:30")
    assert len({planned(publisher, issue) for issue in (first, second, third)}) == 1
    assert "与第 1 号同一时间" in past(publisher, second)
    assert "与第 1 号、第 2 号同一时间" in past(publisher, third)
    assert planned(publisher, drop(world, publisher, "冬")) == "2026-11-25 17:30"


def test_issues_that_are_promised_for_a_day_take_its_free_slots_and_then_share_them(world: World) -> None:
    publisher = world.open(slots=["0 10 * * *", "30 17 * * *"])
    issues = [drop(world, publisher, f"2026-11-25-{title}") for title in ("春", "夏", "秋")]
    assert [planned(publisher, issue)[8:] for issue in issues] == ["25 10:00", "25 17:30", "25 10:00"]


def test_jitter_spreads_slots_but_not_the_times_of_editors(world: World) -> None:
    publisher = world.open(slots=DAILY, jitter_minutes=30)
    issues = [drop(world, publisher, title) for title in ("春", "夏")]
    account = publisher.settings.accounts["main"]
    slot = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    for number, issue in enumerate(issues):
        offset = spread(account, issue.id)
        assert timedelta() < offset <= timedelta(minutes=30)
        assert publisher.issue(issue.id).publish_at == slot + timedelta(days=number) + offset
    told = drop(world, publisher, "秋", "publish_at: 2026-11-24 17:30")
    assert planned(publisher, told) == "2026-11-24 17:30"


def test_jitter_differs_between_accounts_and_stays_the_same_for_an_issue() -> None:
    east, west = (Account(name, "wx1", jitter_minutes=60) for name in ("east", "west"))
    assert spread(east, 1) == spread(east, 1) != spread(west, 1)
    assert len({spread(east, number) for number in range(100)}) > 90


def test_an_issue_for_which_no_slot_is_free_is_asked_about(world: World) -> None:
    publisher = world.open()
    issue = drop(world, publisher, "计划")
    never = Account("main", APPID, slots=("0 0 30 2 *",))
    planner = Planner(publisher.store, never, issue, world.clock.now)
    assert planner.next_time(lambda _moment: True) is None
    assert planner.other_time(lambda _moment: True).startswith("publisher schedule 1 时间")


# ---------------------------------------------------------------------------- lateness


def test_an_issue_that_is_a_little_late_goes_out_and_its_history_says_how_late(world: World) -> None:
    publisher = world.open(slots=DAILY)
    drop(world, publisher, "计划")
    issue = world.wake(publisher, hours=8, minutes=37)
    assert issue.status is Status.SUBMITTED
    assert "比原定时间晚 7 分钟" in past(publisher, issue)


def test_an_issue_in_time_says_nothing_of_it(world: World) -> None:
    publisher = world.open(slots=DAILY)
    drop(world, publisher, "计划")
    assert "比原定时间" not in past(publisher, world.wake(publisher, hours=8.5))


def missed(world: World, **account: object) -> tuple[Publisher, Issue]:
    """An issue for 17:30 whose worker slept until after nine in the evening."""
    publisher = world.open(slots=DAILY, **account)
    drop(world, publisher, "计划")
    issue = world.wake(publisher, hours=12)
    assert issue.status is Status.HELD
    return publisher, issue


def test_an_issue_that_missed_its_time_is_asked_about_with_three_choices(world: World) -> None:
    publisher, issue = missed(world)
    assert "错过了发布时间 2026-11-24 17:30，已晚 3 小时 30 分钟" in issue.note
    for choice in ("publisher retry 1", 'publisher schedule 1 "2026-11-25 17:30"', "publisher withdraw 1"):
        assert choice in issue.note
    assert world.finish(publisher).status is Status.HELD
    assert world.calls(SUBMIT) == 0


def test_a_retry_publishes_what_was_missed_and_never_asks_again(world: World) -> None:
    publisher, issue = missed(world)
    issue = publisher.retry(issue.id)
    assert "原定的 2026-11-24 17:30 已过，做好就发" in past(publisher, issue)
    world.wake(publisher, days=3)  # even if the worker sleeps again
    assert world.finish(publisher).status is Status.PUBLISHED
    assert (world.calls(SUBMIT), world.publications) == (1, 1)


def test_what_was_missed_goes_out_at_another_time(world: World) -> None:
    publisher, issue = missed(world)
    issue = publisher.schedule(issue.id, "2026-11-25 17:30")
    assert (issue.status, issue.note) == (Status.DRAFTED, "")
    assert world.finish(publisher).status is Status.DRAFTED
    world.wake(publisher, hours=20.5)
    assert world.finish(publisher).status is Status.PUBLISHED


def test_what_was_missed_is_withdrawn(world: World) -> None:
    publisher, issue = missed(world)
    publisher.withdraw(issue.id)
    assert (world.wake(publisher).status, world.drafts) == (Status.WITHDRAWN, 0)


@pytest.mark.parametrize(("late_minutes", "status"), [(0, Status.HELD), (300, Status.SUBMITTED)])
def test_how_late_is_too_late_is_the_accounts_choice(world: World, late_minutes: int, status: Status) -> None:
    publisher = world.open(slots=DAILY, late_minutes=late_minutes)
    drop(world, publisher, "计划")
    assert world.wake(publisher, hours=8, minutes=32).status is status


def test_an_issue_without_a_time_is_never_late(world: World) -> None:
    publisher = world.open()
    world.drop("计划.md", plan("计划"))
    world.take_in(publisher)
    world.clock.turn(days=3)
    world.wake(publisher)
    assert world.finish(publisher).status is Status.PUBLISHED


def test_a_time_that_was_over_when_its_file_came_means_at_once(world: World) -> None:
    publisher = world.open(slots=DAILY)
    issue = drop(world, publisher, "计划", "publish_at: 2026-11-23 08:00")
    assert issue.status is Status.SUBMITTED
    assert "指定的时间 2026-11-23 08:00 在收到时已经过去，做好就发" in past(publisher, issue)


def test_a_time_that_went_by_while_the_worker_was_down_is_asked_about(world: World) -> None:
    publisher = world.open()
    world.drop("计划.md", plan("计划", "publish_at: 2026-11-24 10:00"))
    world.take_in(publisher)
    issue = world.wake(publisher, hours=5)
    assert (issue.status, "错过了发布时间 2026-11-24 10:00" in issue.note) == (Status.HELD, True)


def test_an_approval_that_comes_late_is_waited_for_but_not_missed_after_it(world: World) -> None:
    publisher = world.open(slots=DAILY, approve=True)
    first = drop(world, publisher, "春")
    world.wake(publisher, hours=20)
    publisher.approve(first.id)
    world.wake(publisher, minutes=10)
    assert publisher.issue(first.id).status is Status.SUBMITTED
    second = drop(world, publisher, "夏")
    world.wake(publisher, hours=20)
    publisher.approve(second.id)
    world.wake(publisher, minutes=30)
    assert "已晚 30 分钟" in publisher.issue(second.id).note


def test_what_a_person_publishes_in_the_console_is_never_late(world: World) -> None:
    publisher = world.open(slots=DAILY, finish="draft")
    issue = drop(world, publisher, "计划")
    assert world.wake(publisher, days=2).status is Status.DRAFTED
    world.press_publish(issue.draft_media_id)
    assert world.wake(publisher, hours=1).status is Status.PUBLISHED


def test_a_submission_that_waits_for_tomorrows_quota_is_late_like_any_other(world: World) -> None:
    publisher = world.open(slots=DAILY)
    drop(world, publisher, "计划")
    world.fault(SUBMIT, "errcode", 45009)
    assert world.wake(publisher, hours=8.5).status is Status.DRAFTED
    issue = world.wake(publisher, hours=8)
    assert (issue.status, "错过了发布时间" in issue.note) == (Status.HELD, True)


def test_a_submission_that_was_begun_is_looked_for_however_late_it_is(world: World) -> None:
    publisher = world.open(slots=DAILY)
    drop(world, publisher, "计划")
    world.fault(SUBMIT, "lost-answer")
    world.wake(publisher, hours=8, minutes=32)
    issue = world.wake(publisher, days=1)
    assert "比原定时间晚 2 分钟" in past(publisher, issue)
    assert world.finish(publisher).status is Status.PUBLISHED
    assert (world.calls(SUBMIT), world.publications) == (1, 1)


def test_a_clock_that_jumps_a_day_ahead_publishes_nothing_unasked(world: World) -> None:
    publisher = world.open(slots=DAILY)
    for title in ("春", "夏"):
        drop(world, publisher, title)
    world.wake(publisher, days=2)
    world.finish(publisher)
    assert [issue.status for issue in publisher.issues()] == [Status.HELD, Status.HELD]
    assert world.calls(SUBMIT) == 0


def test_a_held_issue_that_is_let_go_on_after_its_time_goes_out_at_once(world: World) -> None:
    publisher = world.open(slots=DAILY)
    world.fault("/cgi-bin/draft/add", "errcode", 45166)
    issue = drop(world, publisher, "计划")
    assert issue.status is Status.HELD
    world.clock.turn(hours=12)
    publisher.retry(issue.id)
    assert world.finish(publisher).status is Status.PUBLISHED


# ---------------------------------------------------------------------------- the editor's word


def test_a_time_in_the_past_is_refused_and_the_present_means_at_once(world: World) -> None:
    publisher = world.open(slots=DAILY)
    issue = drop(world, publisher, "计划")
    with pytest.raises(WrongMove, match="past") as caught:
        publisher.schedule(issue.id, "2025-11-24 17:30")
    assert "已经过去" in caught.value.note
    issue = publisher.schedule(issue.id, "2026-11-24 09:00")
    assert "编辑要求马上发布" in past(publisher, issue)
    assert world.finish(publisher).status is Status.PUBLISHED


def test_what_is_out_or_may_be_out_gets_no_other_time(world: World) -> None:
    publisher = world.open()
    world.fault(SUBMIT, "reset-before")
    issue = drop(world, publisher, "计划")
    world.wake(publisher, minutes=10)
    assert world.wake(publisher, minutes=31).status is Status.HELD
    with pytest.raises(WrongMove, match="HELD"):
        publisher.schedule(issue.id, "2026-11-25 17:30")
    publisher.record_publication(issue.id, "https://mp.weixin.qq.com/s/a")
    with pytest.raises(WrongMove, match="PUBLISHED"):
        publisher.schedule(issue.id, "2026-11-25 17:30")


# ---------------------------------------------------------------------------- mass sending


def test_mass_sends_are_planned_one_a_day_though_the_slots_are_more(world: World) -> None:
    publisher = world.open(finish="mass", slots=["0 12 * * *", "30 17 * * *"])
    issues = [drop(world, publisher, title) for title in ("春", "夏", "秋")]
    assert [planned(publisher, issue)[8:] for issue in issues] == ["24 12:00", "25 12:00", "26 12:00"]


def test_what_is_only_published_takes_no_mass_send(world: World) -> None:
    publisher = world.open(finish="mass", slots=["0 12 * * *", "30 17 * * *"])
    drop(world, publisher, "春")
    assert planned(publisher, drop(world, publisher, "夏", "send: publish")) == "2026-11-24 17:30"
    assert planned(publisher, drop(world, publisher, "秋")) == "2026-11-25 12:00"


def test_a_second_mass_send_without_slots_waits_for_the_next_morning(world: World) -> None:
    publisher = world.open(finish="mass")
    first, second = drop(world, publisher, "春"), drop(world, publisher, "夏")
    assert (first.status, planned(publisher, second)) == (Status.SUBMITTED, "2026-11-25 09:00")
    assert planned(publisher, drop(world, publisher, "秋")) == "2026-11-26 09:00"
    world.wake(publisher, days=1)
    assert world.calls(SEND) == 2


def test_a_service_account_plans_four_a_month(world: World) -> None:
    publisher = world.open(finish="mass", mass_limit="month", slots=["0 12 * * *", "30 17 * * *"])
    issues = [drop(world, publisher, title) for title in ("春", "夏", "秋", "冬", "年")]
    assert [planned(publisher, issue)[5:] for issue in issues] == [
        "11-24 12:00", "11-24 17:30", "11-25 12:00", "11-25 17:30", "12-01 12:00",
    ]  # fmt: skip


def test_an_editors_time_beyond_the_limit_is_asked_about_before_anything_is_sent(world: World) -> None:
    publisher = world.open(finish="mass", slots=DAILY)
    drop(world, publisher, "春")
    issue = drop(world, publisher, "夏", "publish_at: 2026-11-24 20:00")
    assert (issue.status, issue.held_from, issue.draft_media_id) == (Status.HELD, Status.IMPORTED, "")
    assert "2026-11-24 这一天（北京时间）的群发次数已满" in issue.note
    assert 'publisher schedule 2 "2026-11-25 17:30"' in issue.note
    publisher.schedule(issue.id, "2026-11-25 17:30")
    assert world.wake(publisher).status is Status.DRAFTED
    assert planned(publisher, issue) == "2026-11-25 17:30"


def test_an_editor_who_says_that_there_is_room_is_believed(world: World) -> None:
    world.platform.account(APPID).mass_per_day = 2
    publisher = world.open(finish="mass", slots=DAILY)
    drop(world, publisher, "春")
    issue = drop(world, publisher, "夏", "publish_at: 2026-11-24 20:00")
    publisher.retry(issue.id)
    assert planned(publisher, world.wake(publisher)) == "2026-11-24 20:00"
    world.wake(publisher, hours=8.5)
    world.wake(publisher, hours=2.5)
    assert (world.calls(SEND), publisher.issue(issue.id).status) == (2, Status.SUBMITTED)


def test_a_command_that_plans_beyond_the_limit_is_asked_about_at_once(world: World) -> None:
    publisher = world.open(finish="mass", slots=DAILY)
    drop(world, publisher, "春")
    second = drop(world, publisher, "夏")
    asked = publisher.schedule(second.id, "2026-11-24 20:00")
    assert (asked.status, asked.held_from) == (Status.HELD, Status.DRAFTED)
    assert "群发次数已满" in asked.note
    assert publisher.schedule(second.id, "2026-11-26 20:00").status is Status.DRAFTED


def test_an_issue_whose_day_was_used_up_by_another_is_asked_about_when_its_time_comes(world: World) -> None:
    publisher = world.open(finish="mass", slots=DAILY)
    first = drop(world, publisher, "春")
    second = drop(world, publisher, "夏", "publish_at: 2026-11-24 12:00")
    publisher.retry(second.id)
    world.wake(publisher)
    world.wake(publisher, hours=3)
    assert publisher.issue(second.id).status is Status.SUBMITTED
    world.wake(publisher, hours=5.5)
    asked = publisher.issue(first.id)
    assert (asked.status, world.calls(SEND)) == (Status.HELD, 1)
    assert "群发次数已满" in asked.note


def test_days_and_months_of_mass_sends_are_those_of_beijing() -> None:
    night = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)  # half past midnight in Beijing
    daily, monthly = Account("a", "wx1"), Account("a", "wx1", mass_limit="month")
    assert str(counting_day(daily, night)) == str(counting_day(monthly, night)) == "2027-01-01"
    assert str(next_day(daily, night)) == "2027-01-02 00:00:00+08:00"
    assert str(next_day(monthly, night)) == "2027-02-01 00:00:00+08:00"


def test_a_question_about_masses_is_only_asked_once_for_a_day(world: World) -> None:
    publisher = world.open(finish="mass", slots=DAILY)
    drop(world, publisher, "春")
    issue = drop(world, publisher, "夏", "publish_at: 2026-11-24 20:00")
    planner = Planner(publisher.store, publisher.settings.accounts["main"], issue, world.clock.now)
    planner.ask_about_masses(datetime(2026, 11, 24, 12, tzinfo=UTC), lambda _moment: False)
    with pytest.raises(NeedsPerson):
        planner.ask_about_masses(datetime(2026, 11, 25, 12, tzinfo=UTC), lambda _moment: False)
