"""What is dropped and what becomes of it: files, their pictures, and corrected files, against the sandbox."""

from __future__ import annotations

import re
from typing import Any

import pytest

from publisher.errors import Unavailable, WrongMove
from publisher.issue import Move, Status
from publisher.replies import Message
from publisher.sandbox.state import REJECTED, SUCCEEDED
from publisher.store import Effect, Intent
from tests.world import APPID, World, issue_text, moving, picture

ADD, SUBMIT = "/cgi-bin/draft/add", "/cgi-bin/freepublish/submit"


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("table.xlsx", b"PK\x03\x04 something", "xlsx"),
        ("spring.docx", b"this is no Word file", "docx"),
        ("broken.txt", b"\x00\x01\x02\xff\xfe\x00\x03" * 50, "UTF-8"),
    ],
)
def test_a_file_that_cannot_be_used_is_filed_under_failed_with_the_reason(
    world: World, name: str, content: bytes, word: str
) -> None:
    publisher = world.open()
    world.drop(name, content)
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    world.finish(publisher)
    by_name = {issue.name: issue for issue in publisher.issues()}
    assert by_name[name].status is Status.HELD
    report = world.report(f"failed/{name}.报告.txt")
    assert report.startswith("需要处理：")
    assert word in report
    assert "Traceback" not in report
    assert by_name["spring.txt"].status is Status.PUBLISHED


def test_an_enormous_drop_is_refused_without_being_read(world: World) -> None:
    (world.home / "config" / "publisher.toml").write_text("[worker]\nmax_drop_megabytes = 1\n", encoding="utf-8")
    publisher = world.open()
    world.drop("big.txt", b"x" * 1_100_000)
    issue = world.work(publisher)
    assert issue.status is Status.HELD
    assert "太大" in world.report("failed/big.txt.报告.txt")


def test_a_missing_picture_holds_the_issue_and_the_corrected_folder_goes_out(world: World) -> None:
    publisher = world.open()
    text = "# 春游\n\n我们去了城东公园，天气晴朗，大家玩得很开心。\n\n![合影](a.png)\n"
    world.drop("trip/note.md", text)
    issue = world.work(publisher)
    assert issue.status is Status.HELD
    assert "a.png" in issue.note
    assert (world.home / "failed" / "trip" / "note.md").exists()
    world.drop("trip/note.md", text)
    world.drop("trip/a.png", picture())
    world.work(publisher)
    assert world.finish(publisher).status is Status.PUBLISHED
    assert [one.status for one in publisher.issues()] == [Status.WITHDRAWN, Status.PUBLISHED]
    assert world.report("failed/trip.报告.txt").startswith("已撤回")


@pytest.mark.parametrize("kind", ["WEBP", "BMP", "GIF", "TIFF"])
def test_other_kinds_of_pictures_are_converted_and_uploaded_once(world: World, kind: str) -> None:
    publisher = world.open()
    data = picture(kind)
    world.drop("trip/note.md", "# 春游\n\n我们去了城东公园。\n\n![一](a.png)\n\n中午吃饭。\n\n![二](b.png)\n")
    world.drop("trip/a.png", data)
    world.drop("trip/b.png", data)
    world.work(publisher)
    assert world.finish(publisher).status is Status.PUBLISHED
    assert world.calls("/cgi-bin/media/uploadimg") == 1


def test_a_long_picture_is_uploaded_in_pieces_that_stand_below_each_other(world: World) -> None:
    publisher = world.open()
    world.drop("trip/note.md", "# 春游\n\n我们去了城东公园。\n\n![行程图](a.png)\n")
    world.drop("trip/a.png", picture(size=(1080, 20_000)))
    world.work(publisher)
    assert world.finish(publisher).status is Status.PUBLISHED
    content = world.platform.account(APPID).publications[0].articles[0].content
    uploads = world.calls("/cgi-bin/media/uploadimg")
    assert uploads >= 5
    assert len(set(re.findall(r'<img[^>]* src="([^"]+)"', content))) == uploads
    assert content.count("行程图</") == 1


def test_a_picture_that_is_no_picture_holds_the_issue_and_is_named(world: World) -> None:
    publisher = world.open()
    world.drop("trip/note.md", "# 春游\n\n我们去了城东公园。\n\n![一](a.png)\n")
    world.drop("trip/a.png", b"not a picture at all")
    issue = world.work(publisher)
    assert issue.status is Status.HELD
    assert "a.png" in issue.note


@pytest.mark.parametrize("fate", ["refused", "reviewed for hours"])
def test_a_submission_without_an_answer_that_no_list_shows_is_asked_about_after_half_an_hour(
    world: World, fate: str
) -> None:
    publisher = world.open()
    account = world.platform.account(APPID)
    account.outcome = REJECTED if fate == "refused" else SUCCEEDED
    world.fault(SUBMIT, "lost-answer")
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    if fate != "refused":
        account.publications[0].due += 9000
    issue = world.wake(publisher, minutes=3)
    assert issue.status is (Status.DRAFTED if fate == "refused" else Status.SUBMITTED)
    issue = world.finish(publisher)
    assert issue.status is not Status.HELD
    for _ in range(3):
        issue = world.wake(publisher, minutes=10)
    assert (issue.status, "三选一" in issue.note) == (Status.HELD, True)
    publisher.retry(issue.id)
    world.finish(publisher)
    succeeded = [each for each in account.publications if each.outcome == SUCCEEDED]
    assert len(succeeded) == 1
    assert publisher.issue(1).status is (Status.PUBLISHED if fate == "refused" else Status.HELD)


def test_an_upload_whose_answer_is_lost_is_repeated(world: World) -> None:
    publisher = world.open()
    world.fault("/cgi-bin/media/uploadimg", "lost-answer")
    world.drop("trip/note.md", "# 春游\n\n我们去了城东公园。\n\n![一](a.png)\n")
    world.drop("trip/a.png", picture())
    world.work(publisher)
    assert world.finish(publisher).status is Status.PUBLISHED


@pytest.mark.parametrize("answer", ["", "lost-answer"])
def test_a_moving_picture_becomes_permanent_once_for_all_issues(world: World, answer: str) -> None:
    publisher = world.open(slots=["30 17 * * *"])
    if answer:
        world.fault("/cgi-bin/material/add_material", answer)
    world.drop("trip/note.md", "# 春游\n\n我们去了城东公园。\n\n![一](a.gif)\n")
    world.drop("trip/a.gif", moving())
    world.work(publisher)
    world.wake(publisher, minutes=20)
    world.drop("again/note.md", "# 秋游\n\n我们又去了城东公园。\n\n![一](a.gif)\n")
    world.drop("again/a.gif", moving())
    world.work(publisher)
    assert {issue.status for issue in publisher.issues()} == {Status.DRAFTED}
    assert world.calls("/cgi-bin/media/uploadimg") == 0
    assert world.calls("/cgi-bin/material/add_material") == 3  # two covers and the one picture
    kept = world.platform.account(APPID).materials.values()
    assert sum(material.picture.format == "gif" for material in kept) == 1


def test_a_corrected_file_takes_the_place_of_one_that_waits(world: World) -> None:
    publisher = world.open(slots=["30 17 * * *"])
    world.drop("spring.txt", issue_text())
    first = world.work(publisher)
    world.drop("spring.txt", issue_text(body="改正：全体会员种下了六百棵香樟树。"))
    world.work(publisher)
    world.wake(publisher)
    assert publisher.issue(first.id).revision == 2
    world.wake(publisher, hours=8.5)
    assert world.finish(publisher).status is Status.WITHDRAWN
    assert publisher.issue(first.id).status is Status.PUBLISHED
    assert (world.drafts, world.publications) == (0, 1)


def test_a_corrected_file_after_publication_is_asked_about(world: World) -> None:
    publisher = world.open()
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    world.finish(publisher)
    world.drop("spring.txt", issue_text(body="改正：全体会员种下了六百棵香樟树。"))
    issue = world.work(publisher)
    assert issue.status is Status.HELD
    assert "已经发布过" in issue.note
    assert world.finish(publisher).status is Status.HELD
    publisher.retry(issue.id)
    assert world.finish(publisher).status is Status.PUBLISHED
    assert world.publications == 2


def test_next_week_s_issue_under_the_same_file_name_is_an_issue_of_its_own(world: World) -> None:
    publisher = world.open()
    for total in (18, 19):
        world.drop("weekly.txt", issue_text(total))
        world.work(publisher)
        world.finish(publisher)
    assert [issue.status for issue in publisher.issues()] == [Status.PUBLISHED, Status.PUBLISHED]


def test_a_withdrawn_file_dropped_again_starts_over(world: World) -> None:
    publisher = world.open(slots=["30 17 * * *"])
    world.drop("spring.txt", issue_text())
    issue = world.work(publisher)
    publisher.withdraw(issue.id)
    world.wake(publisher)
    world.drop("spring.txt", issue_text())
    issue = world.work(publisher)
    assert (issue.status, world.drafts) == (Status.DRAFTED, 1)


def test_a_draft_that_somebody_deleted_is_asked_about_and_a_retry_makes_it_anew(world: World) -> None:
    publisher = world.open(slots=["30 17 * * *"])
    world.drop("spring.txt", issue_text())
    issue = world.work(publisher)
    world.platform.account(APPID).drafts.clear()
    issue = world.wake(publisher, hours=8.5)
    assert issue.status is Status.HELD
    assert "不在草稿箱" in issue.note
    publisher.retry(issue.id)
    assert world.finish(publisher).status is Status.PUBLISHED
    assert (world.calls(ADD), world.publications) == (2, 1)


def test_a_draft_that_a_person_published_before_its_time_is_recognised(world: World) -> None:
    publisher = world.open(slots=["30 17 * * *"])
    world.drop("spring.txt", issue_text())
    world.press_publish(world.work(publisher).draft_media_id)
    issue = world.wake(publisher, hours=8.5)
    assert (issue.status, world.publications) == (Status.PUBLISHED, 1)
    assert issue.article_urls


def test_a_corrected_file_never_overtakes_a_submission_of_unknown_outcome(world: World) -> None:
    publisher = world.open()
    world.fault(SUBMIT, "reset-before")
    world.drop("spring.txt", issue_text())
    first = world.work(publisher)
    assert "正在核对" in world.wake(publisher, seconds=30).note
    with pytest.raises(WrongMove):
        publisher.withdraw(first.id)
    world.drop("spring.txt", issue_text(body="改正：全体会员种下了六百棵香樟树。"))
    second = world.work(publisher)
    assert second.status is Status.HELD
    assert "可能已经发出" in second.note
    assert publisher.issue(first.id).status is Status.DRAFTED


def test_a_corrected_file_takes_the_place_of_one_that_was_held(world: World) -> None:
    publisher = world.open()
    world.drop("plan.md", "---\ntitle: 计划\npublish_at: 下周五\n---\n\n正文一段，说明计划。\n")
    assert world.work(publisher).status is Status.HELD
    world.drop("plan.md", "---\ntitle: 计划\n---\n\n正文一段，说明计划。\n")
    world.work(publisher)
    world.finish(publisher)
    assert [issue.status for issue in publisher.issues()] == [Status.PUBLISHED, Status.WITHDRAWN]


def test_a_letter_without_numbers_is_told_apart_by_its_date(world: World) -> None:
    publisher = world.open()
    for day in (24, 31):
        text = issue_text().replace("2026 第〔3〕期（总第 18 期）\n\n", "").replace("3 月 31 日\n", f"3 月 {day} 日\n")
        world.drop("weekly.txt", text)
        world.work(publisher)
        world.finish(publisher)
    assert [issue.status for issue in publisher.issues()] == [Status.PUBLISHED, Status.PUBLISHED]


def test_a_file_dropped_again_waits_until_its_old_draft_is_deleted(world: World) -> None:
    publisher = world.open(slots=["30 17 * * *"])
    world.drop("spring.txt", issue_text())
    issue = world.work(publisher)
    publisher.withdraw(issue.id)
    world.drop("spring.txt", issue_text())
    assert "正在删除" in world.take_in(publisher)[0].text
    world.wake(publisher)
    world.work(publisher)
    assert (publisher.issue(issue.id).status, world.drafts) == (Status.DRAFTED, 1)


def test_a_worker_that_lost_its_lease_sends_nothing(world: World) -> None:
    publisher = world.open()
    world.drop("spring.txt", issue_text())
    world.take_in(publisher)
    store = publisher.store
    real = store.intend

    def overtaken(*arguments: object) -> None:
        real(*arguments)  # type: ignore[arg-type]
        world.clock.turn(seconds=61)
        assert store.lease(1, "another", world.clock.now) is not None

    store.intend = overtaken  # type: ignore[assignment, method-assign]
    assert publisher.wake(1) is None
    store.intend = real  # type: ignore[method-assign]
    assert world.calls("/cgi-bin/material/add_material") == 0


def test_an_error_of_our_own_holds_the_issue_and_tells_no_details(world: World) -> None:
    publisher = world.open()
    world.drop("spring.txt", issue_text())
    world.take_in(publisher)

    def broken(*_: object) -> object:
        raise ZeroDivisionError("secret detail")

    store = publisher.store
    store.picture_urls = broken  # type: ignore[assignment, method-assign]
    issue = publisher.wake(1)
    assert issue is not None
    assert issue.status is Status.HELD
    assert "secret" not in issue.note


def test_a_database_that_is_locked_for_a_while_postpones_and_sends_nothing_twice(world: World) -> None:
    publisher = world.open()
    world.drop("spring.txt", issue_text())
    world.take_in(publisher)
    store, real = publisher.store, publisher.store.finish
    failures = iter([Unavailable("database is locked")] * 2)

    def locked(intent: Intent, *rest: Any) -> Effect | None:
        if intent.kind in {"add_draft", "submit"} and (failure := next(failures, None)):
            raise failure
        return real(intent, *rest)

    store.finish = locked  # type: ignore[assignment, method-assign]
    assert world.finish(publisher).status is Status.PUBLISHED
    assert (world.calls(ADD), world.calls(SUBMIT), world.publications) == (1, 1, 1)


def test_an_event_is_kept_without_the_name_of_anybody(world: World) -> None:
    publisher = world.open()
    fields = {"FromUserName": "oSomebody", "ToUserName": "gh_1", "PublishEventInfo": {"publish_id": "7"}}
    event = Message("event", "oSomebody", "gh_1", "", "PUBLISHJOBFINISH", "", "", 1, fields)
    publisher.record_event("main", event)
    assert publisher.store.events("main", ["PUBLISHJOBFINISH"], world.clock.now) == [
        {"PublishEventInfo": {"publish_id": "7"}}
    ]


def test_a_file_that_is_saved_anew_while_it_is_read_is_not_archived_with_the_old_one(world: World) -> None:
    publisher = world.open(slots=["30 17 * * *"])
    world.drop("spring.txt", issue_text())
    world.take_in(publisher)
    corrected = issue_text(body="改正：全体会员种下了六百棵香樟树。")
    path = world.drop("spring.txt", corrected)
    world.wake(publisher)
    assert path.read_text(encoding="utf-8") == corrected
    world.work(publisher)
    world.wake(publisher)
    assert [issue.status for issue in publisher.issues()] == [Status.DRAFTED, Status.WITHDRAWN]
    assert (world.home / "done" / "spring.txt").read_text(encoding="utf-8") == corrected


@pytest.mark.parametrize("moved", [False, True])
def test_a_crash_around_the_move_of_a_file_is_mended_at_the_next_start(world: World, moved: bool) -> None:
    publisher = world.open()
    path = world.drop("spring.txt", issue_text())
    world.take_in(publisher)
    store = publisher.store
    store.move(store.issue(1), Move(Status.HELD, "x", None, {"held_from": Status.IMPORTED}), world.clock.now)
    store.plan_filing(1, "done/spring.txt")
    if moved:
        (world.home / "done").mkdir()
        path.rename(world.home / "done" / "spring.txt")
    publisher.settle_files()
    assert store.is_filed(1)
    assert not path.exists()
    assert sorted(one.name for one in (world.home / "done").iterdir()) == ["spring.txt", "spring.txt.报告.txt"]


def test_a_read_only_done_folder_does_not_stop_publication(world: World) -> None:
    publisher = world.open()
    (world.home / "done").write_text("in the way")
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    assert world.finish(publisher).status is Status.PUBLISHED
    (world.home / "done").unlink()
    publisher.settle_files()
    assert (world.home / "done" / "spring.txt").exists()


def test_several_accounts_are_told_apart_by_folder_and_a_lost_file_is_explained(world: World) -> None:
    publisher = world.open()
    accounts = world.home / "config" / "accounts.toml"
    accounts.write_text(accounts.read_text() + f'[accounts.west]\nappid = "wxwest"\napi_base = "{world.url}"\n')
    from publisher.app import open_publisher
    from tests.world import SECRETS

    publisher = open_publisher(world.home, {**SECRETS, "PUBLISHER_WEST_APPSECRET": "x" * 32}, world.clock)
    world.publishers.append(publisher)
    world.drop("west/spring.txt", issue_text())
    world.drop("nowhere.txt", issue_text(19))
    taken = {entry.name: entry for entry in world.take_in(publisher)}
    assert publisher.issues()[0].account == "west"
    assert "west" in taken["nowhere.txt"].text
    assert "west" in world.report("drafts/nowhere.txt.状态.txt")
    assert (world.home / "drafts" / "nowhere.txt").exists()
