"""What concerns a whole account: pauses, the day's quotas, and how far it may go by API."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from publisher.app import Publisher, open_publisher
from publisher.errors import Busy, WrongMove
from publisher.issue import Issue, Status
from publisher.pipeline.confirming import DAILY, GET, LIST, PLENTY, RESERVE
from publisher.replies import Message
from publisher.sandbox.state import FAILED
from publisher.store import Pause, Rights, Store
from publisher.worker import work_once
from tests.clock import Clock
from tests.world import APPID, PUBLISHED_LINK, SECRETS, World, issue_text, picture, read_here

ADD, SUBMIT, MASS = "/cgi-bin/draft/add", "/cgi-bin/freepublish/submit", "/cgi-bin/message/mass/sendall"
COUNT, STATUS, LISTED = "/cgi-bin/draft/count", "/cgi-bin/freepublish/get", "/cgi-bin/freepublish/batchget"
WEST = "wxwest"


def open_two(world: World) -> Publisher:
    """A publisher with the accounts main and west."""
    world.open()
    accounts = world.home / "config" / "accounts.toml"
    accounts.write_text(accounts.read_text() + f'[accounts.west]\nappid = "{WEST}"\napi_base = "{world.url}"\n')
    publisher = open_publisher(world.home, {**SECRETS, "PUBLISHER_WEST_APPSECRET": "x" * 32}, world.clock)
    publisher.edges = replace(publisher.edges, read=read_here)
    world.publishers.append(publisher)
    return publisher


def shut_out(world: World, appid: str = APPID) -> None:
    """The machine's address is taken from the account's list."""
    account = world.platform.account(appid)
    account.allowed_ips = frozenset({"203.0.113.9"})
    account.stable = ""


def let_in(world: World, appid: str = APPID) -> None:
    world.platform.account(appid).allowed_ips = None


def paused(world: World, publisher: Publisher) -> Issue:
    """An issue of an account that is paused, since its address is not listed."""
    shut_out(world)
    world.drop("spring.txt", issue_text())
    issue = world.work(publisher)
    assert [pause.account for pause in publisher.pauses()] == ["main"]
    return issue


def calls_of(world: World) -> int:
    return len(world.platform.calls)


# ---------------------------------------------------------------------------- pauses


def test_an_address_that_is_not_listed_pauses_the_account_and_the_issue_stays_where_it_is(world: World) -> None:
    publisher = world.open()
    issue = paused(world, publisher)
    assert issue.status is Status.SCHEDULED
    assert issue.next_try_at is not None
    for word in ("公众号 main 已暂停", "127.0.0.1", "40164", "publisher resume main"):
        assert word in issue.note
    let_in(world)
    publisher.resume("main")
    assert world.finish(publisher).status is Status.PUBLISHED
    assert (world.calls(ADD), world.publications, publisher.pauses()) == (1, 1, [])


def test_while_an_account_is_paused_it_is_not_called_and_another_goes_on(world: World) -> None:
    publisher = open_two(world)
    world.drop("main/one.txt", issue_text(1))
    shut_out(world)
    world.work(publisher)
    before = calls_of(world)
    for total in (2, 3, 4):
        world.drop(f"main/{total}.txt", issue_text(total))
    world.work(publisher)
    world.finish(publisher)
    assert calls_of(world) == before
    assert {issue.status for issue in publisher.issues()} == {Status.SCHEDULED}
    assert all("已暂停" in issue.note for issue in publisher.issues())
    world.drop("west/five.txt", issue_text(5))
    world.work(publisher)
    assert world.finish(publisher).status is Status.PUBLISHED


def test_there_is_one_message_for_the_account_and_not_one_for_each_issue(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    publisher = world.open()
    shut_out(world)
    for total in range(1, 6):
        world.drop(f"{total}.txt", issue_text(total))
    with caplog.at_level(logging.ERROR, logger="publisher"):
        world.work(publisher)
        for _ in range(5):
            world.wake(publisher, hours=2)
    told = [record.getMessage() for record in caplog.records if "paused" in record.getMessage()]
    assert len(told) == 1
    assert "errcode=40164" in told[0]
    assert "publisher resume main" in told[0]
    assert all(
        sum("已暂停" in past.why for past in publisher.story(issue.id).moves) == 1 for issue in publisher.issues()
    )


def test_a_probe_each_hour_ends_the_pause_by_itself(world: World) -> None:
    publisher = world.open()
    paused(world, publisher)
    world.wake(publisher, minutes=30)
    before = calls_of(world)
    assert "已暂停" in world.wake(publisher, minutes=31).note
    assert calls_of(world) == before + 1  # for a token, which is refused
    let_in(world)
    world.wake(publisher, minutes=61)
    assert publisher.pauses() == []
    assert world.finish(publisher).status is Status.PUBLISHED
    assert world.calls(COUNT) == 1


def test_a_worker_that_is_started_anew_probes_at_once(world: World) -> None:
    paused(world, world.open())
    let_in(world)
    again = world.open()
    world.wake(again, minutes=61)
    assert world.finish(again).status is Status.PUBLISHED


def test_a_probe_that_meets_another_fault_tells_of_that(world: World) -> None:
    publisher = world.open()
    paused(world, publisher)
    let_in(world)
    world.fault("/cgi-bin/stable_token", "errcode", 40125)
    assert "AppSecret 无效" in world.wake(publisher, minutes=61).note
    assert [pause.errcode for pause in publisher.pauses()] == [40125]


@pytest.mark.parametrize("kind", ["reset-before", "bad-gateway"])
def test_a_probe_without_an_answer_leaves_the_account_paused(world: World, kind: str) -> None:
    publisher = world.open()
    paused(world, publisher)
    let_in(world)
    world.fault(COUNT, kind)
    assert "已暂停" in world.wake(publisher, minutes=61).note
    assert publisher.pauses()
    world.wake(publisher, minutes=61)
    assert world.finish(publisher).status is Status.PUBLISHED


def test_a_token_that_stays_refused_pauses_the_account_and_is_soon_tried_again(world: World) -> None:
    publisher = world.open()
    world.fault(ADD, "errcode", 40001, times=2)
    world.drop("spring.txt", issue_text())
    issue = world.work(publisher)
    assert issue.status is Status.SCHEDULED
    assert "强制刷新 token" in issue.note
    world.wake(publisher, seconds=31)
    assert world.finish(publisher).status is Status.PUBLISHED
    assert (world.publications, publisher.pauses()) == (1, [])


def test_probes_of_a_refused_token_grow_rarer(world: World) -> None:
    publisher = world.open()
    world.fault("/cgi-bin/*", "errcode", 40001, times=1000)
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    before = calls_of(world)
    for _ in range(24 * 60):
        world.wake(publisher, minutes=1)
    assert calls_of(world) - before < 40


@pytest.mark.parametrize("errcode", [48003, 48004])
def test_a_refusal_of_which_a_probe_can_tell_nothing_waits_for_a_person(world: World, errcode: int) -> None:
    publisher = world.open(finish="mass")
    world.fault(MASS, "errcode", errcode)
    world.drop("spring.txt", issue_text())
    issue = world.work(publisher)
    assert issue.status is Status.DRAFTED
    assert "自动试一次" not in issue.note
    world.wake(publisher, hours=5)
    assert (publisher.pauses()[0].errcode, world.calls(COUNT)) == (errcode, 0)
    publisher.resume("main")
    assert world.wake(publisher).status is Status.SUBMITTED


@pytest.mark.parametrize("errcode", [40013, 40125, 50002])
def test_what_only_a_person_can_mend_pauses_before_anything_is_sent_twice(world: World, errcode: int) -> None:
    publisher = world.open()
    world.fault(SUBMIT, "errcode", errcode)
    world.drop("spring.txt", issue_text())
    issue = world.work(publisher)
    assert (issue.status, world.publications) == (Status.DRAFTED, 0)
    publisher.resume("main")
    assert world.finish(publisher).status is Status.PUBLISHED
    assert (world.publications, world.calls(SUBMIT)) == (1, 2)


def test_retrying_an_issue_of_a_paused_account_lets_the_account_go_on(world: World) -> None:
    publisher = world.open()
    issue = paused(world, publisher)
    let_in(world)
    assert publisher.retry(issue.id).status is Status.SCHEDULED
    assert publisher.pauses() == []
    assert world.finish(publisher).status is Status.PUBLISHED


def test_an_issue_that_was_submitted_is_confirmed_after_the_pause(world: World) -> None:
    publisher = world.open()
    world.drop("spring.txt", issue_text())
    assert world.work(publisher).status is Status.SUBMITTED
    world.fault(STATUS, "errcode", 50002)
    issue = world.wake(publisher, seconds=3)
    assert issue.status is Status.SUBMITTED
    assert "已暂停" in issue.note
    publisher.resume("main")
    assert world.finish(publisher).status is Status.PUBLISHED


def test_only_an_account_that_is_paused_can_be_resumed(world: World) -> None:
    publisher = world.open()
    with pytest.raises(WrongMove, match="not paused") as wrong:
        publisher.resume("main")
    assert "没有暂停" in wrong.value.note
    with pytest.raises(WrongMove) as wrong:
        publisher.resume("east")
    assert "main" in wrong.value.note


def test_a_pass_of_the_worker_tells_of_the_pause_and_asks_again_at_the_next(world: World) -> None:
    publisher = world.open()
    shut_out(world)
    done = work_once(publisher, timedelta())
    assert [pause.errcode for pause in done.pauses] == [40164]
    let_in(world)
    world.drop("spring.txt", issue_text())
    world.clock.turn(minutes=61)
    world.work(world.open())
    assert publisher.pauses() == []


# ---------------------------------------------------------------------------- quotas


def test_a_day_that_is_used_up_closes_one_api_and_not_the_others(world: World) -> None:
    publisher = world.open()
    world.drop("one.txt", issue_text(1))
    assert world.work(publisher).status is Status.SUBMITTED
    world.fault("/cgi-bin/material/add_material", "errcode", 45009)
    for total in (2, 3, 4):
        world.drop(f"{total}.txt", issue_text(total))
    world.work(publisher)
    world.finish(publisher)
    assert [issue.status for issue in publisher.issues()] == [Status.PUBLISHED, *[Status.SCHEDULED] * 3]
    assert world.calls("/cgi-bin/material/add_material") == 2
    world.clock.turn(hours=15)
    world.finish(publisher)
    assert {issue.status for issue in publisher.issues()} == {Status.PUBLISHED}


def test_a_closed_api_is_not_asked_again_by_a_worker_that_is_started_anew(world: World) -> None:
    publisher = world.open()
    world.fault(ADD, "errcode", 45009)
    world.drop("one.txt", issue_text(1))
    world.work(publisher)
    again = world.open()
    world.drop("two.txt", issue_text(2))
    issue = world.work(again)
    assert world.calls(ADD) == 1
    assert "draft/add 的调用次数已用完" in issue.note
    assert issue.next_try_at is not None
    assert issue.next_try_at.isoformat()[:16] >= "2026-11-24T16:01"


def test_a_person_who_has_cleared_the_quota_opens_the_api(world: World) -> None:
    publisher = world.open()
    world.fault(ADD, "errcode", 45009)
    world.drop("one.txt", issue_text(1))
    world.work(publisher)
    world.open().resume("main")  # another process
    assert world.finish(publisher).status is Status.PUBLISHED


def test_a_month_of_mass_sends_that_is_used_up_is_waited_for(world: World) -> None:
    publisher = world.open(finish="mass")
    world.fault(MASS, "errcode", 45028)
    world.drop("one.txt", issue_text(1))
    assert world.work(publisher).status is Status.DRAFTED
    world.wake(publisher, hours=10)
    assert world.calls(MASS) == 1
    assert world.wake(publisher, hours=6).status is Status.SUBMITTED


def test_calls_are_counted_by_account_and_day_in_beijing_and_survive_the_process(world: World) -> None:
    publisher = open_two(world)
    world.drop("main/one.txt", issue_text(1))
    world.work(publisher)
    again = world.open().store.accounts
    now = world.clock.now
    assert again.calls("main", "draft/add", now) == 1
    assert again.calls("main", "stable_token", now) == 1
    assert again.calls("west", "draft/add", now) == 0
    assert again.calls("main", "draft/add", now + timedelta(hours=16)) == 0


def test_counting_costs_no_transaction_of_its_own(world: World) -> None:
    store = Store(world.home / "state" / "count.db")
    commits = []
    real = store._write
    store.accounts._write = lambda: commits.append(1) or real()  # type: ignore[func-returns-value]
    for _ in range(100):
        store.accounts.count("main", "freepublish/get", world.clock.now)
    assert (store.accounts.calls("main", "freepublish/get", world.clock.now), commits) == (100, [])
    store.drop_leases()
    store.accounts.count("main", "freepublish/get", world.clock.now)
    store.drop_leases()
    other = Store(world.home / "state" / "count.db")
    assert other.accounts.calls("main", "freepublish/get", world.clock.now) == 101
    for opened in (store, other):
        opened.close()


def spend(publisher: Publisher, path: str, calls: int, clock: Clock) -> None:
    for _ in range(calls):
        publisher.store.accounts.count("main", path, clock.now)


def test_polls_leave_a_reserve_of_the_day_and_go_on_after_midnight(world: World) -> None:
    publisher = world.open()
    world.drop("one.txt", issue_text(1))
    world.work(publisher)
    spend(publisher, GET, DAILY - RESERVE, world.clock)
    issue = world.finish(publisher)
    assert issue.status is Status.SUBMITTED
    assert "零点后再查" in issue.note
    assert world.calls(STATUS) == 0
    world.clock.turn(hours=15)
    assert world.finish(publisher).status is Status.PUBLISHED


def test_what_an_event_announces_may_use_the_reserve(world: World) -> None:
    publisher = world.open()
    world.drop("one.txt", issue_text(1))
    issue = world.work(publisher)
    spend(publisher, GET, DAILY - RESERVE, world.clock)
    world.finish(publisher)
    info = {"PublishEventInfo": {"publish_id": issue.publish_id, "publish_status": "0"}}
    publisher.record_event("main", Message("event", "o", "gh", "", "PUBLISHJOBFINISH", "", "", 1, info))
    assert world.wake(publisher).status is Status.PUBLISHED
    assert world.calls(STATUS) == 1


def test_the_first_minute_is_looked_at_closely_only_while_there_is_plenty(world: World) -> None:
    publisher = world.open()
    spend(publisher, GET, PLENTY, world.clock)
    world.drop("one.txt", issue_text(1))
    issue = world.work(publisher)
    assert issue.next_try_at == world.clock.now + timedelta(seconds=30)
    world.platform.account(APPID).publications[0].due = world.platform.now() + 1e7
    looks = []
    for _ in range(9):
        assert issue.next_try_at is not None
        world.clock.now = issue.next_try_at
        looks.append(world.clock.now)
        issue = world.wake(publisher)
    assert world.calls(STATUS) == 9
    assert looks[-1] - looks[0] > timedelta(hours=40)


def submit_many(world: World, publisher: Publisher, number: int) -> None:
    for total in range(1, number + 1):
        world.drop(f"{total}.txt", issue_text(total))
    world.work(publisher)
    assert {issue.status for issue in publisher.issues()} == {Status.SUBMITTED}


def test_one_look_at_the_list_settles_all_that_wait(world: World) -> None:
    publisher = world.open()
    submit_many(world, publisher, 25)
    world.wake(publisher, seconds=30)
    assert {issue.status for issue in publisher.issues()} == {Status.PUBLISHED}
    assert all(issue.article_urls for issue in publisher.issues())
    assert len({issue.article_urls for issue in publisher.issues()}) == 25
    assert (world.calls(LISTED), world.calls(STATUS)) == (2, 0)


def test_what_no_list_shows_is_asked_for_by_itself_in_the_end(world: World) -> None:
    publisher = world.open()
    submit_many(world, publisher, 2)
    publications = world.platform.account(APPID).publications
    for publication in publications:
        publication.outcome = FAILED
    for _ in range(60):
        world.wake(publisher, seconds=20)
    assert {issue.status for issue in publisher.issues()} == {Status.HELD}
    assert all("平台发布失败" in issue.note for issue in publisher.issues())
    assert world.calls(STATUS) == 2


def test_the_list_has_a_budget_as_well(world: World) -> None:
    publisher = world.open()
    submit_many(world, publisher, 2)
    spend(publisher, LIST, DAILY - RESERVE, world.clock)
    world.wake(publisher, seconds=30)
    assert {issue.status for issue in publisher.issues()} == {Status.SUBMITTED}
    assert world.calls(LISTED) == 0


# ---------------------------------------------------------------------------- rights


def test_rights_are_probed_when_the_worker_starts_and_then_once_a_day(world: World) -> None:
    world.platform.account(APPID).rights -= {"publish"}
    publisher = world.open()
    publisher.probe_rights()
    assert publisher.store.accounts.rights("main") == Rights(
        publish=False, draft=True, mass=True, probed_at=world.clock.now
    )
    before = calls_of(world)
    world.open().probe_rights()
    assert calls_of(world) == before
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


# ---------------------------------------------------------------------------- the store


def test_a_pause_is_news_only_once_for_each_reason(world: World) -> None:
    accounts = world.open().store.accounts
    first = Pause("main", world.clock.now, 40164, "stable_token", "rid", "note")
    assert accounts.pause(first)
    later = replace(first, since=world.clock.turn(hours=1))
    assert not accounts.pause(later)
    assert accounts.pause(replace(later, errcode=40125))
    assert accounts.pauses() == [replace(first, errcode=40125)]
    assert accounts.unpause("main", world.clock.now)
    assert not accounts.unpause("main", world.clock.now)


def test_an_api_is_closed_for_one_account_until_its_time(world: World) -> None:
    publisher = open_two(world)
    accounts, now = publisher.store.accounts, world.clock.now
    accounts.close("main", "draft/add", now + timedelta(hours=1), now)
    assert accounts.closed_until("main", "draft/add", now) == now + timedelta(hours=1)
    assert accounts.closed_until("main", "draft/get", now) is None
    assert accounts.closed_until("west", "draft/add", now) is None
    assert accounts.closed_until("main", "draft/add", now + timedelta(hours=1)) is None
    with pytest.raises(Busy):
        publisher.edges.platform(publisher.settings.accounts["main"])._client._gate.enter("draft/add")
