"""Pictures that replies show are on the platform before anybody asks, and each of them once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from publisher.app import Publisher, open_publisher
from publisher.doctor import examine
from publisher.document import fingerprint
from publisher.errors import Unreadable
from publisher.pictures import BODY_BYTES, fit_body, fit_whole
from publisher.replies import Message, PictureReply, answer
from publisher.upkeep import pictures
from publisher.worker import work_once
from tests.world import APPID, SECRETS, World, moving, picture

UPLOAD = "/cgi-bin/material/add_material"


def name(world: World, *files: str, more: str = "") -> None:
    """Let replies.toml show these files."""
    rules = "".join(f"[[reply]]\nname = '{file}'\nwords = ['w']\npicture = '{file}'\n{more}" for file in files)
    (world.home / "config" / "replies.toml").write_text(rules, encoding="utf-8")


def lay(world: World, file: str, data: bytes) -> Path:
    path = world.home / "config" / file
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path


def uploaded(world: World) -> list[str]:
    return [material.name for material in world.platform.account(APPID).materials.values()]


@pytest.fixture
def publisher(world: World) -> Publisher:
    return world.open()


def test_a_picture_that_a_reply_shows_is_uploaded_once(world: World, publisher: Publisher) -> None:
    lay(world, "group.png", picture())
    name(world, "group.png")
    publisher.upkeep.tend()
    (stored,) = world.platform.account(APPID).materials.values()
    assert publisher.reply_pictures("main") == {"group.png": stored.media_id}
    assert stored.name.startswith(f"reply-{fingerprint(picture())[:24]}")
    calls = len(world.platform.calls)
    publisher.upkeep.tend()
    assert len(world.platform.calls) == calls


def test_the_door_reads_what_the_worker_made(world: World, publisher: Publisher) -> None:
    lay(world, "group.png", picture())
    name(world, "group.png")
    publisher.upkeep.tend()
    door = open_publisher(world.home, SECRETS, world.clock)
    world.publishers.append(door)
    assert door.reply_pictures("main") == publisher.reply_pictures("main") == door.archive("main").pictures != {}
    assert door.reply_pictures("other") == {}
    asked = Message("text", "oReader", "gh_1", "W")
    reply = answer(asked, door.settings.rules, door.archive("main")).reply
    assert reply == PictureReply(door.reply_pictures("main")["group.png"])


def test_a_rule_of_another_account_needs_no_picture_here(world: World) -> None:
    configured = world.home / "config" / "accounts.toml"
    other = f"\n[accounts.other]\nappid = '{APPID[:-1]}0'\n"
    world.open()
    configured.write_text(configured.read_text(encoding="utf-8") + other, encoding="utf-8")
    lay(world, "group.png", picture())
    name(world, "group.png", more="accounts = ['other']\n")
    publisher = open_publisher(world.home, SECRETS, world.clock)
    world.publishers.append(publisher)
    publisher.upkeep.tend()
    assert uploaded(world) == []


def test_a_changed_picture_takes_the_place_of_the_old_one(world: World, publisher: Publisher) -> None:
    lay(world, "group.png", picture())
    name(world, "group.png")
    publisher.upkeep.tend()
    before = publisher.reply_pictures("main")
    lay(world, "group.png", picture(size=(300, 300)))
    publisher.upkeep.tend()
    after = publisher.reply_pictures("main")
    assert before["group.png"] != after["group.png"]
    assert len(uploaded(world)) == 2


def test_rules_that_change_are_seen_and_broken_ones_wait(
    world: World, publisher: Publisher, caplog: pytest.LogCaptureFixture
) -> None:
    for file in ("a.png", "b.jpg"):
        lay(world, file, picture("JPEG" if file == "b.jpg" else "PNG"))
    name(world, "a.png")
    publisher.upkeep.tend()
    (world.home / "config" / "replies.toml").write_text("[[reply", encoding="utf-8")
    publisher.upkeep.tend()
    publisher.upkeep.tend()
    assert caplog.text.count("the old rules stand") == 1
    name(world, "a.png", "b.jpg")
    publisher.upkeep.tend()
    assert publisher.reply_pictures("main").keys() == {"a.png", "b.jpg"}


def test_the_same_bytes_under_two_names_are_one_picture(world: World, publisher: Publisher) -> None:
    lay(world, "a.png", picture())
    lay(world, "pictures/b.png", picture())
    name(world, "a.png", "pictures/b.png")
    publisher.upkeep.tend()
    assert len(set(publisher.reply_pictures("main").values())) == len(uploaded(world)) == 1


@pytest.mark.parametrize("kind", ["lost-answer", "bad-gateway", "truncated", "system-error"])
def test_an_upload_whose_answer_is_lost_is_found_again(world: World, publisher: Publisher, kind: str) -> None:
    lay(world, "group.png", picture())
    name(world, "group.png")
    world.fault(UPLOAD, kind)
    publisher.upkeep.tend()
    assert publisher.reply_pictures("main") == {}
    publisher.upkeep.tend()
    assert world.calls(UPLOAD) == 1
    world.clock.turn(minutes=5)
    publisher.upkeep.tend()
    assert publisher.reply_pictures("main").keys() == {"group.png"}
    assert len(uploaded(world)) == world.calls(UPLOAD) == 1


def test_a_database_that_forgot_finds_its_pictures_on_the_platform(world: World, publisher: Publisher) -> None:
    lay(world, "group.png", picture())
    name(world, "group.png")
    publisher.upkeep.tend()
    before = publisher.reply_pictures("main")
    publisher.close()
    for path in (world.home / "state").glob("publisher.db*"):
        path.unlink()
    (world.home / "config" / "replies.toml").unlink()
    fresh = world.open()
    name(world, "group.png")
    fresh.upkeep.tend()
    assert fresh.reply_pictures("main") == before
    assert world.calls(UPLOAD) == 1


def test_a_picture_that_cannot_be_used_keeps_no_other_back(
    world: World, publisher: Publisher, caplog: pytest.LogCaptureFixture
) -> None:
    lay(world, "a.png", b"no picture at all")
    lay(world, "c.png", picture())
    name(world, "a.png", "b.png", "c.png")
    publisher.upkeep.tend()
    publisher.upkeep.tend()
    assert publisher.reply_pictures("main").keys() == {"c.png"}
    assert caplog.text.count("reply picture b.png") == 1
    assert "a.png" in caplog.text
    lay(world, "b.png", picture("JPEG"))
    publisher.upkeep.tend()
    assert publisher.reply_pictures("main").keys() == {"b.png", "c.png"}


def test_a_paused_account_is_left_alone(world: World, publisher: Publisher) -> None:
    lay(world, "group.png", picture())
    name(world, "group.png")
    world.fault("/cgi-bin/stable_token", "errcode", 40164)
    world.drop("a.txt", "标题\n\n正文。")
    world.work(publisher)
    assert publisher.pauses()
    calls = len(world.platform.calls)
    publisher.upkeep.tend()
    assert len(world.platform.calls) == calls


def test_one_pass_of_the_worker_uploads_them(world: World, publisher: Publisher) -> None:
    lay(world, "group.png", picture())
    name(world, "group.png")
    work_once(publisher, timedelta())
    assert publisher.reply_pictures("main").keys() == {"group.png"}


def test_a_long_picture_stays_in_one_piece() -> None:
    long = picture(size=(500, 5000))
    fitted = fit_whole(long, "long.png")
    assert len(fit_body(long, "long.png")) > 1
    assert (fitted.width, fitted.height) == (500, 5000)
    assert len(fitted.data) < BODY_BYTES


def test_a_moving_picture_goes_on_moving() -> None:
    assert fit_whole(moving(), "a.gif").media_type == "image/gif"
    with pytest.raises(Unreadable):
        fit_whole(b"GIF89a", "a.gif")


def test_the_doctor_names_a_picture_that_is_not_there(world: World, publisher: Publisher) -> None:
    lay(world, "there.png", picture())
    name(world, "there.png", "gone.png")
    told = "\n".join(finding.text for finding in examine(world.home, SECRETS) if not finding.fine)
    assert f"no picture {world.home / 'config' / 'gone.png'}" in told
    assert "there.png" not in told


def test_a_file_that_is_too_large_is_not_read(
    world: World, publisher: Publisher, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(pictures, "MOST_BYTES", 100)
    lay(world, "group.png", picture())
    name(world, "group.png")
    publisher.upkeep.tend()
    assert "group.png: too large" in caplog.text
    assert uploaded(world) == []


def test_a_fault_of_ours_is_logged_and_rests_for_an_hour(
    world: World, publisher: Publisher, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> object:
        raise ZeroDivisionError

    monkeypatch.setattr(pictures, "_read", broken)
    lay(world, "group.png", picture())
    name(world, "group.png")
    for _ in range(3):
        publisher.upkeep.tend()
    assert caplog.text.count("upkeep of pictures failed") == 1
    monkeypatch.undo()
    world.clock.turn(hours=1)
    publisher.upkeep.tend()
    assert publisher.reply_pictures("main").keys() == {"group.png"}
