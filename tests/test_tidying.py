"""What we left on the platform is found and removed; what is not ours, or needed, is never touched."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from publisher.app import Publisher
from publisher.cli import main
from publisher.sandbox.state import Draft, Material, Picture, StoredArticle
from publisher.tidying import Litter
from tests.world import APPID, SECRETS, World, issue_text

SLOTS = ["30 17 * * *"]
PRINT = "0123456789abcdef01234567"


def tidied(publisher: Publisher) -> list[str]:
    """What was removed, by kind, all without trouble."""
    litter = publisher.litter()
    assert [publisher.remove(each) for each in litter] == [""] * len(litter)
    return [each.kind for each in litter]


def lay_picture(world: World, name: str, age: timedelta) -> str:
    at = int((world.clock() - age).timestamp())
    material = Material(f"m-{name}", "image", name, Picture("p", "jpeg", 9, 9, b""), "http://127.0.0.1/p", at)
    with world.platform.lock:
        world.platform.account(APPID).materials[material.media_id] = material
    return material.media_id


def lay_draft(world: World, media_id: str, cover: str, age: timedelta) -> None:
    at = int((world.clock() - age).timestamp())
    draft = Draft(media_id, [StoredArticle("标题", "正文", cover)], at, at)
    with world.platform.lock:
        world.platform.account(APPID).drafts[media_id] = draft


def test_a_withdrawn_issue_s_cover_goes_and_a_living_one_s_stays(world: World) -> None:
    publisher = world.open(slots=SLOTS)
    world.drop("spring.txt", issue_text())
    first = world.work(publisher)
    world.drop("other.txt", issue_text(19))
    living = world.work(publisher)
    publisher.withdraw(first.id)
    world.wake(publisher)
    assert tidied(publisher) == ["cover"]
    left = world.platform.account(APPID).materials
    assert set(left) == {living.cover_media_id}
    assert publisher.litter() == []
    assert any(effect.kind == "delete_cover" for effect in publisher.story(first.id).effects)
    world.wake(publisher, hours=9)
    world.finish(publisher)
    world.clock.turn(days=90)
    assert publisher.litter() == []


def test_a_draft_whose_issue_is_withdrawn_goes_with_its_cover(world: World) -> None:
    publisher = world.open(slots=SLOTS)
    world.drop("spring.txt", issue_text())
    issue = world.work(publisher)
    lay_draft(world, "double", issue.cover_media_id, timedelta())
    assert publisher.litter() == []
    publisher.withdraw(issue.id)
    world.wake(publisher)
    assert tidied(publisher) == ["draft", "cover"]
    assert world.drafts == 0


def test_what_people_made_is_never_touched(world: World) -> None:
    publisher = world.open()
    theirs = lay_picture(world, "holiday.jpg", timedelta(days=90))
    lay_picture(world, "wx-logo.jpg", timedelta(days=90))
    ours = lay_picture(world, f"wx-{PRINT}-r1.jpg", timedelta(days=90))
    lay_draft(world, "theirs", theirs, timedelta(days=90))
    lay_draft(world, "mixed", theirs, timedelta(days=90))
    world.platform.account(APPID).drafts["mixed"].articles.append(StoredArticle("二", "正文", ours))
    assert publisher.litter() == []


@pytest.mark.parametrize(("days", "kinds"), [(0, []), (2, ["draft"]), (40, ["draft", "cover"])])
def test_what_the_database_does_not_know_is_left_alone_for_a_while(world: World, days: int, kinds: list[str]) -> None:
    publisher = world.open()
    cover = lay_picture(world, f"wx-{PRINT}-r1.jpg", timedelta(days=days))
    lay_draft(world, "forgotten", cover, timedelta(days=days))
    assert tidied(publisher) == kinds


def test_a_cover_of_a_publication_that_the_database_forgot_stays(world: World) -> None:
    publisher = world.open()
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    world.finish(publisher)
    world.publishers.pop().close()
    for file in (world.home / "state").iterdir():
        file.unlink()
    world.clock.turn(days=90)
    assert world.open().litter() == []


def test_a_moving_picture_that_no_issue_has_goes_and_its_address_is_forgotten(world: World) -> None:
    publisher = world.open()
    lay_picture(world, f"wx-{PRINT}.gif", timedelta(days=90))
    publisher.store.keep_pictures("main", {PRINT + "0" * 40: "http://127.0.0.1/p"}, world.clock())
    assert tidied(publisher) == ["animation"]
    assert publisher.store.picture_urls("main", [PRINT + "0" * 40]) == {}


def test_what_is_being_worked_on_and_what_is_gone_is_told(world: World) -> None:
    publisher = world.open(slots=SLOTS)
    world.drop("spring.txt", issue_text())
    issue = world.work(publisher)
    publisher.withdraw(issue.id)
    world.wake(publisher)
    (litter,) = publisher.litter()
    assert publisher.store.lease(issue.id, "another", world.clock()) is not None
    assert "正在处理" in publisher.remove(litter)
    publisher.store.release(issue.id, "another")
    assert publisher.remove(Litter("main", "draft", "gone", "x", "y", None)) != ""


def test_the_command_lists_and_only_with_yes_deletes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.open()
    age = timedelta(days=900)  # the command lives by the real time
    lay_draft(world, "forgotten", lay_picture(world, f"wx-{PRINT}-r1.jpg", age), age)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    run = CliRunner()
    home: Path = world.home
    listed = run.invoke(main, ["--home", str(home), "tidy"])
    assert (listed.exit_code, world.drafts) == (0, 1)
    assert "tidy --yes" in listed.output
    rows = json.loads(run.invoke(main, ["--home", str(home), "tidy", "--json"]).output)
    assert [(row["kind"], row["removed"]) for row in rows] == [("draft", None), ("cover", None)]
    done = run.invoke(main, ["--home", str(home), "tidy", "--yes"])
    assert (done.exit_code, world.drafts) == (0, 0)
    assert "已删除" in done.output
    assert "没有" in run.invoke(main, ["--home", str(home), "tidy"]).output
