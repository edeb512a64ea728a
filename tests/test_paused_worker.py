"""A worker is stopped with SIGSTOP on its way to a call, and loses its lease to a worker of another host. When it goes
on it sends nothing: there is one draft and one publication.
"""

from __future__ import annotations

import signal

import pytest

from publisher.app import Publisher
from tests.killer import PATHS, Blow
from tests.nursery import STOPPED
from tests.scene import Scene

POINTS = ("after-intent", "before-wire")
"""Between the intent and the lease's check, and between that and the wire, where a token may be fetched."""


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize(
    ("finish", "kind"),
    [
        ("publish", "upload_image"), ("publish", "upload_animation"), ("publish", "upload_cover"),
        ("publish", "add_draft"), ("draft", "add_draft"), ("mass", "add_draft"), ("mass", "mass_send"),
    ],
)  # fmt: skip
def test_a_paused_worker_that_was_overtaken_sends_nothing(scene: Scene, finish: str, kind: str, point: str) -> None:
    scene.configure(finish)
    # One call after the other: what is on the wire beside the paused one, nobody can call back.
    (scene.home / "config" / "publisher.toml").write_text("[worker]\nupload_threads = 1\n", encoding="utf-8")
    scene.drop(1, animated=kind == "upload_animation")
    paused = scene.work(Blow(kind, point, signal.SIGSTOP))
    assert paused.code == STOPPED
    with scene.another_host() as other:
        assert not other.due()
        overtake(scene, other)
        before = changes(scene)
        assert scene.stage.nursery.go_on(scene.home, paused).code == 0
    assert changes(scene) == before
    ends_once(scene, finish)
    assert scene.pictures == (2 if kind == "upload_animation" else 1)


@pytest.mark.parametrize("point", POINTS)
def test_a_paused_submission_is_asked_about_and_goes_out_once(scene: Scene, point: str) -> None:
    scene.configure("publish")
    scene.drop(1)
    paused = scene.work(Blow("submit", point, signal.SIGSTOP))
    assert paused.code == STOPPED
    with scene.another_host() as other:
        overtake(scene, other)
        assert scene.issue["status"] == "DRAFTED"
        assert "正在核对" in scene.issue["note"]
        overtake(scene, other, minutes=31)
        assert scene.issue["status"] == "HELD"
        assert "三选一" in scene.issue["note"]
        assert scene.stage.nursery.go_on(scene.home, paused).code == 1
        assert (len(scene.drafts), scene.publications, scene.done("submit")) == (1, [], 0)
        other.retry(1)
        overtake(scene, other)
    ends_once(scene, "publish")


# ---------------------------------------------------------------------------- the other host


def overtake(scene: Scene, other: Publisher, **later: float) -> None:
    """The lease of the paused worker runs out, and the other host does all that comes due in two looks."""
    for _ in range(2):
        scene.turn(**later or {"minutes": 2})
        for issue_id, _account in other.due():
            other.wake(issue_id)


def changes(scene: Scene) -> list[str]:
    """The calls that were to change something on the platform."""
    with scene.stage.platform.lock:
        paths = [call.path.removeprefix("/cgi-bin/") for call in scene.stage.platform.calls]
    return [path for path in paths if path in PATHS.values()]


def ends_once(scene: Scene, finish: str) -> None:
    scene.settle(lambda: scene.issue["status"] == ("DRAFTED" if finish == "draft" else "PUBLISHED"))
    assert len(scene.drafts) == (finish == "draft")
    assert scene.publications == {"publish": [("freepublish", 1)], "mass": [("mass", 1)], "draft": []}[finish]
    assert scene.done("add_draft") == 1
    scene.assert_filed()
