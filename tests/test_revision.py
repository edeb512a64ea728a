"""A corrected file that comes before the first submission: the same number, the same draft, the next revision."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from publisher.app import Publisher
from publisher.issue import Issue, Status
from publisher.sandbox.state import FAILED, REJECTED, UNORIGINAL, Draft, StoredArticle
from tests.processes import Workspace, running_workspace
from tests.world import APPID, PUBLISHED_LINK, World, issue_text

ADD, UPDATE = "/cgi-bin/draft/add", "/cgi-bin/draft/update"
COVER = "/cgi-bin/material/add_material"
DELETE = "/cgi-bin/draft/delete"
SLOT = ["30 17 * * *"]
CORRECTED = issue_text(body="改正：全体会员种下了六百棵香樟树。")
BACK_TO_THE_OFFICE = "第 1 号稿件的第 2 稿"


def two(body: str = "五百棵香樟树。") -> str:
    """A newsletter that becomes two articles, one for each section."""
    return f"---\nlayout: sections\n---\n\n{issue_text(body=body)}"


def drafted(world: World, text: str, **account: object) -> tuple[Publisher, Issue]:
    """An issue whose draft waits for its slot."""
    publisher = world.open(**{"slots": SLOT, **account})
    world.drop("spring.md" if text.startswith("---") else "spring.txt", text)
    issue = world.work(publisher)
    assert issue.status is Status.DRAFTED
    return publisher, issue


def correct(world: World, publisher: Publisher, text: str, name: str = "spring.txt") -> Issue:
    """What the first issue is once the corrected file was dropped and all that is due is done."""
    world.drop(name, text)
    world.work(publisher)
    world.wake(publisher)
    return publisher.issue(1)


def box(world: World) -> dict[str, Draft]:
    return world.platform.account(APPID).drafts


def articles(world: World) -> list[StoredArticle]:
    (draft,) = box(world).values()
    return draft.articles


def test_the_same_draft_gets_the_new_text(world: World) -> None:
    publisher, first = drafted(world, issue_text())
    again = correct(world, publisher, CORRECTED)
    assert (again.status, again.revision, again.draft_media_id) == (Status.DRAFTED, 2, first.draft_media_id)
    assert list(box(world)) == [first.draft_media_id]
    assert "六百棵" in articles(world)[0].content
    assert (world.calls(ADD), world.calls(UPDATE), world.calls(DELETE)) == (1, 1, 0)


def test_the_new_text_goes_out_once_at_the_old_time(world: World) -> None:
    publisher, first = drafted(world, issue_text())
    assert correct(world, publisher, CORRECTED).publish_at == first.publish_at
    world.wake(publisher, hours=8.5)
    world.finish(publisher)
    assert publisher.issue(1).status is Status.PUBLISHED
    assert (world.publications, world.drafts) == (1, 0)
    assert "六百棵" in world.platform.account(APPID).publications[0].articles[0].content


def test_each_revision_has_a_cover_of_its_own(world: World) -> None:
    publisher, first = drafted(world, issue_text())
    again = correct(world, publisher, CORRECTED)
    assert again.cover_media_id != first.cover_media_id
    assert articles(world)[0].thumb_media_id == again.cover_media_id
    names = [material.name for material in world.platform.account(APPID).materials.values()]
    assert len(set(names)) == world.calls(COVER) == 2


def test_the_former_text_dropped_again_is_a_third_revision_with_a_cover_of_its_own(world: World) -> None:
    publisher, first = drafted(world, issue_text())
    second = correct(world, publisher, CORRECTED)
    third = correct(world, publisher, issue_text())
    assert (third.revision, third.fingerprint, third.draft_media_id) == (3, first.fingerprint, first.draft_media_id)
    assert len({first.cover_media_id, second.cover_media_id, third.cover_media_id}) == 3
    assert "五百棵" in articles(world)[0].content
    assert "六百棵" in articles_after(world, publisher, CORRECTED)
    assert [issue.status for issue in publisher.issues()] == [Status.DRAFTED, Status.WITHDRAWN]


def articles_after(world: World, publisher: Publisher, text: str) -> str:
    assert correct(world, publisher, text).revision == 4
    return articles(world)[0].content


def test_the_same_bytes_as_the_present_revision_change_nothing(world: World) -> None:
    publisher, _ = drafted(world, issue_text())
    correct(world, publisher, CORRECTED)
    world.drop("again.txt", CORRECTED)
    assert "完全相同" in world.take_in(publisher)[0].text
    assert publisher.issue(1).revision == 2


def test_every_dropped_file_is_archived_with_a_report_that_says_which_revision_it_is(world: World) -> None:
    publisher, _ = drafted(world, issue_text())
    correct(world, publisher, CORRECTED)
    done = world.home / "done"
    assert (done / "spring.txt").read_text(encoding="utf-8") == issue_text()
    assert (done / "spring (2).txt").read_text(encoding="utf-8") == CORRECTED
    assert not (world.home / "drafts" / "spring.txt").exists()
    assert BACK_TO_THE_OFFICE in world.report("done/spring (2).txt.报告.txt")
    assert world.report("done/spring (2).txt.报告.txt").startswith("草稿已就绪")
    old = world.report("done/spring.txt.报告.txt")
    assert old.startswith("已撤回")
    assert BACK_TO_THE_OFFICE in old


def test_the_status_says_which_revision_it_is(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    from publisher.terminal import describe, issue_row, show_status

    publisher, _ = drafted(world, issue_text())
    again = correct(world, publisher, CORRECTED)
    show_status([again], {})
    assert "（第 2 稿）" in capsys.readouterr().out
    assert "（第 2 稿）" in describe(again)
    assert issue_row(again)["revision"] == 2


def test_several_articles_are_updated_one_by_one(world: World) -> None:
    publisher, first = drafted(world, two())
    assert len(articles(world)) == 2
    again = correct(world, publisher, two("六百棵香樟树。"), "spring.md")
    assert (again.draft_media_id, world.calls(UPDATE)) == (first.draft_media_id, 2)
    assert {article.thumb_media_id for article in articles(world)} == {again.cover_media_id}


@pytest.mark.parametrize("kind", ["lost-answer", "reset-before", "bad-gateway", "html"])
def test_an_update_whose_answer_is_lost_is_repeated_before_anything_is_submitted(world: World, kind: str) -> None:
    publisher, _ = drafted(world, two())
    with world.platform.lock:
        world.platform.calls.clear()
    world.fault(UPDATE, kind, after=1)
    half = correct(world, publisher, two("六百棵香樟树。"), "spring.md")
    assert half.status is Status.SCHEDULED
    world.wake(publisher, hours=8.5)
    world.finish(publisher)
    assert publisher.issue(1).status is Status.PUBLISHED
    assert (world.calls(UPDATE), world.calls(ADD), world.publications) == (3, 0, 1)
    covers = {article.thumb_media_id for article in world.platform.account(APPID).publications[0].articles}
    assert covers == {publisher.issue(1).cover_media_id}


def test_another_number_of_articles_makes_a_new_draft_and_deletes_the_old_one(world: World) -> None:
    publisher, first = drafted(world, two())
    one = issue_text(body="六百棵香樟树。")
    again = correct(world, publisher, f"---\nlayout: single\n---\n\n{one}", "spring.md")
    assert (again.status, again.revision) == (Status.DRAFTED, 2)
    assert again.draft_media_id != first.draft_media_id
    assert list(box(world)) == [again.draft_media_id]
    assert world.calls(UPDATE) == 0


def test_a_draft_that_a_person_changed_in_the_console_is_replaced(world: World) -> None:
    publisher, first = drafted(world, issue_text())
    world.clock.turn(hours=1)
    draft = box(world)[first.draft_media_id]
    draft.update_time = int(world.platform.now())
    again = correct(world, publisher, CORRECTED)
    assert again.draft_media_id != first.draft_media_id
    assert list(box(world)) == [again.draft_media_id]


def test_a_draft_that_left_the_box_before_the_correction_is_asked_about(world: World) -> None:
    publisher, first = drafted(world, issue_text())
    box(world).clear()
    held = correct(world, publisher, CORRECTED)
    assert held.status is Status.HELD
    for choice in ("publisher published 1", "publisher retry 1", "publisher withdraw 1"):
        assert choice in held.note
    publisher.retry(1)
    world.wake(publisher)
    again = publisher.issue(1)
    assert (again.status, again.revision) == (Status.DRAFTED, 2)
    assert again.draft_media_id != first.draft_media_id


def test_a_draft_that_a_person_published_before_the_correction_is_never_published_again_unasked(world: World) -> None:
    publisher, first = drafted(world, issue_text())
    urlopen(f"{world.url}/sandbox/publish/{first.draft_media_id}", b"").close()
    world.clock.turn(seconds=10)
    held = correct(world, publisher, CORRECTED)
    assert held.status is Status.HELD
    assert "--url http" in held.note
    world.finish(publisher)
    assert (world.publications, world.calls(ADD)) == (1, 1)
    publisher.record_publication(1, PUBLISHED_LINK)
    assert publisher.due() == []


def test_a_draft_that_leaves_the_box_between_two_updates_is_asked_about(world: World) -> None:
    publisher, _ = drafted(world, two())
    world.fault(UPDATE, "reset-before", after=1)
    correct(world, publisher, two("六百棵香樟树。"), "spring.md")
    box(world).clear()
    world.wake(publisher, minutes=1)
    assert publisher.issue(1).status is Status.HELD
    assert world.calls(UPDATE) == 3


def test_an_approval_is_taken_back_by_a_change_and_the_history_says_so(world: World) -> None:
    publisher, _ = drafted(world, issue_text(), approve=True)
    publisher.approve(1)
    again = correct(world, publisher, CORRECTED)
    assert again.approved_at is None
    assert any("审批作废" in past.why for past in publisher.story(1).moves)
    world.wake(publisher, hours=8.5)
    assert "等待审批" in publisher.issue(1).note
    publisher.approve(1)
    world.finish(publisher)
    assert publisher.issue(1).status is Status.PUBLISHED


def test_the_time_that_an_editor_gave_stays(world: World) -> None:
    publisher, _ = drafted(world, issue_text())
    given = publisher.schedule(1, "2026-11-26 10:00").publish_at
    assert correct(world, publisher, CORRECTED).publish_at == given


def test_a_new_time_in_the_corrected_file_is_the_newest_word(world: World) -> None:
    publisher, _ = drafted(world, "---\npublish_at: 2026-11-25 12:00\n---\n\n" + issue_text())
    publisher.schedule(1, "2026-11-26 10:00")
    same = "---\npublish_at: 2026-11-25 12:00\n---\n\n" + CORRECTED
    assert "2026-11-26 10:00" in correct(world, publisher, same, "spring.md").note
    later = "---\npublish_at: 2026-11-27 12:00\n---\n\n" + CORRECTED
    assert "2026-11-27 12:00" in correct(world, publisher, later, "spring.md").note


def test_while_a_worker_has_the_old_one_the_new_revision_waits(world: World) -> None:
    publisher, _ = drafted(world, issue_text())
    assert publisher.store.lease(1, "another", world.clock.now) is not None
    world.drop("spring.txt", CORRECTED)
    world.work(publisher)
    assert [issue.status for issue in publisher.issues()] == [Status.DRAFTED, Status.RECEIVED]
    assert publisher.issue(1).revision == 1
    publisher.store.release(1, "another")
    world.wake(publisher, seconds=5)
    world.wake(publisher)
    assert (publisher.issue(1).status, publisher.issue(1).revision) == (Status.DRAFTED, 2)


def test_a_submission_that_was_kept_but_not_moved_on_is_never_revised(world: World) -> None:
    publisher, first = drafted(world, issue_text())
    store = publisher.store
    store.lease(1, "killed", world.clock.now)
    intent = store.intend(1, "submit", first.draft_media_id, "killed", world.clock.now)
    store.finish(intent, {"publish_id": "7"}, world.clock.now)
    store.release(1, "killed")
    correct(world, publisher, CORRECTED)
    assert publisher.issue(1).revision == 1
    assert "可能已经发出" in publisher.issue(2).note


def test_a_submission_that_begins_during_the_import_stops_the_revision(world: World) -> None:
    publisher, first = drafted(world, issue_text())
    store, real = publisher.store, publisher.store.is_submission_begun

    def begins(issue: Issue) -> bool:
        known = real(issue)
        if issue.id == 1 and not known:
            store.lease(1, "another", world.clock.now)
            store.intend(1, "submit", first.draft_media_id, "another", world.clock.now)
            store.release(1, "another")
        return known

    store.is_submission_begun = begins  # type: ignore[method-assign]
    world.drop("spring.txt", CORRECTED)
    world.work(publisher)
    assert (publisher.issue(1).revision, publisher.issue(2).status) == (1, Status.RECEIVED)
    world.wake(publisher)
    assert publisher.issue(2).status is Status.HELD


def test_an_older_file_that_is_read_late_does_not_replace_a_newer_one(world: World) -> None:
    publisher = world.open(slots=SLOT)
    world.drop("old.txt", issue_text())
    world.take_in(publisher)
    world.drop("new.txt", CORRECTED)
    world.take_in(publisher)
    publisher.wake(2)
    publisher.wake(1)
    assert [issue.status for issue in publisher.issues()] == [Status.WITHDRAWN, Status.DRAFTED]
    assert "六百棵" in articles(world)[0].content


def test_a_withdrawn_text_that_is_dropped_again_is_newer_than_what_replaced_it(world: World) -> None:
    publisher, _ = drafted(world, issue_text())
    publisher.withdraw(1)
    world.wake(publisher)
    world.drop("spring.txt", CORRECTED)
    world.work(publisher)
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    world.wake(publisher)
    assert [issue.status for issue in publisher.issues()] == [Status.WITHDRAWN, Status.DRAFTED]
    assert publisher.issue(2).revision == 3  # the text that came back was a second one already
    assert "五百棵" in articles(world)[0].content


def test_a_correction_of_what_a_person_let_go_out_again_is_a_revision_of_that(world: World) -> None:
    publisher = world.open()
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    world.finish(publisher)
    publisher = world.open(slots=SLOT)
    world.drop("spring.txt", CORRECTED)
    assert world.work(publisher).status is Status.HELD
    publisher.retry(2)
    assert world.wake(publisher).status is Status.DRAFTED
    world.drop("spring.txt", issue_text(body="改正：七百棵香樟树。"))
    world.work(publisher)
    world.wake(publisher)
    assert (publisher.issue(2).status, publisher.issue(2).revision, world.publications) == (Status.DRAFTED, 2, 1)


def test_with_finish_mass_each_revision_is_another_message(world: World) -> None:
    publisher, _ = drafted(world, issue_text(), finish="mass")
    correct(world, publisher, CORRECTED)
    correct(world, publisher, issue_text())
    world.wake(publisher, hours=8.5)
    (sent,) = world.platform.account(APPID).publications
    assert sent.clientmsgid.endswith("-r3")
    assert len(sent.clientmsgid.encode()) <= 64


def refused(world: World, outcome: int, finish: str = "publish") -> Publisher:
    """An issue that the platform accepted and then refused."""
    publisher = world.open(finish=finish)
    account = world.platform.account(APPID)
    account.outcome, account.mass_per_day = outcome, 2
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    assert "重新投放" in world.finish(publisher).note
    assert publisher.issue(1).status is Status.HELD
    return publisher


@pytest.mark.parametrize("finish", ["publish", "mass"])
@pytest.mark.parametrize("outcome", [UNORIGINAL, FAILED, REJECTED])
@pytest.mark.parametrize("refused_draft", ["in the box", "gone"])
def test_a_corrected_file_replaces_what_the_platform_refused(
    world: World, outcome: int, refused_draft: str, finish: str
) -> None:
    publisher = refused(world, outcome, finish)
    if refused_draft == "gone":
        box(world).clear()
    world.clock.turn(hours=20)
    correct(world, publisher, CORRECTED)
    world.finish(publisher)
    world.wake(publisher, minutes=11)
    issue = publisher.issue(1)
    assert (issue.status, issue.revision, issue.note == "") == (Status.PUBLISHED, 2, finish == "publish")
    assert publisher.issue(2).status is Status.WITHDRAWN
    assert (world.publications, world.drafts, world.calls(ADD), world.calls(UPDATE)) == (2, 0, 2, 0)
    assert "六百棵" in world.platform.account(APPID).publications[1].articles[0].content


def test_a_correction_of_what_was_refused_and_then_published_by_a_person_is_asked_about(world: World) -> None:
    publisher = refused(world, REJECTED)
    urlopen(f"{world.url}/sandbox/publish/{publisher.issue(1).draft_media_id}", b"").close()
    held = correct(world, publisher, CORRECTED)
    assert held.status is Status.HELD
    assert "--url http" in held.note
    assert (world.publications, world.calls(ADD)) == (2, 1)


def test_a_refused_update_is_held_and_a_further_correction_mends_it(world: World) -> None:
    publisher, first = drafted(world, issue_text())
    world.fault(UPDATE, "errcode", 45166)
    assert correct(world, publisher, CORRECTED).status is Status.HELD
    again = correct(world, publisher, issue_text(body="改正：七百棵香樟树。"))
    assert (again.status, again.revision, again.draft_media_id) == (Status.DRAFTED, 3, first.draft_media_id)


def test_a_cover_that_the_platform_lost_is_not_taken_for_a_lost_draft(world: World) -> None:
    publisher, _ = drafted(world, issue_text())
    world.fault(UPDATE, "errcode", 40007)
    held = correct(world, publisher, CORRECTED)
    assert held.status is Status.HELD
    assert "40007" in held.note


# ------------------------------------------------------------------------ a real kill


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with running_workspace(tmp_path) as made:
        yield made


@pytest.mark.parametrize("point", ["before-intent", "after-intent", "after-call", "after-commit"])
def test_killed_in_the_middle_of_the_updates_the_draft_is_completed_before_it_goes_out(
    workspace: Workspace, point: str
) -> None:
    workspace.configure(approve=True)
    workspace.drop("spring.md", two())
    assert workspace.run("work", "--once", "--wait", "0").returncode == 0
    before = workspace.status()[0]
    workspace.drop("spring.md", two("六百棵香樟树。"))
    assert workspace.kill("update_draft", point) == -9
    assert workspace.status()[0]["status"] == "SCHEDULED"
    assert workspace.run("work", "--once", "--wait", "0").returncode == 0
    row = workspace.status()[0]
    assert (row["status"], row["revision"]) == ("DRAFTED", 2)
    assert row["draft_media_id"] == before["draft_media_id"]
    (draft,) = workspace.platform.account(APPID).drafts.values()
    assert len({article.thumb_media_id for article in draft.articles}) == 1
    assert "六百棵" in draft.articles[0].content
    assert workspace.run("approve", "1").returncode == 0
    assert workspace.work().returncode == 0
    assert (workspace.status()[0]["status"], workspace.publications, workspace.drafts) == ("PUBLISHED", 1, 0)
    assert workspace.calls(ADD) == 1
