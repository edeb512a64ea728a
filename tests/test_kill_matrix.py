"""A real worker is killed with SIGKILL around every outside call; restarts end with one draft and one publication and
every file, or with the right question where only a person can know.

The platform keeps its answer (the kill is what loses it), forgets it (the call is done, the answer is lost on the
way), or never hears of the call.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from publisher import pipeline
from tests.killer import PATHS, POINTS, Blow
from tests.processes import running_workspace
from tests.scene import Scene
from tests.world import issue_text

UPLOADS = ("upload_image", "upload_animation", "upload_cover")
KINDS = {
    "publish": (*UPLOADS, "add_draft", "submit", "delete_draft"),
    "draft": (*UPLOADS, "add_draft", "delete_draft"),
    "mass": (*UPLOADS, "add_draft", "mass_send", "delete_draft"),
}
"""The effects on the way of each finish; a draft is deleted when an editor takes the issue back."""
TROUBLES = {"keeps": "", "forgets": "lost-answer", "misses": "reset-before"}
WAYS = {"publish": "freepublish", "draft": "console", "mass": "mass"}
"""How the platform calls the way by which each finish goes out."""
ANSWERS = ("retry", "published", "withdraw")
SIZES = {1: ("keeps", "forgets", "misses"), 8: ("keeps", "forgets")}
"""How many articles, and against which platforms: a call that never arrived has no articles."""


@dataclass(frozen=True)
class Case:
    """One cell of the matrix. `answer` is what a person says where only a person can know."""

    finish: str
    kind: str
    point: str
    articles: int
    platform: str
    answer: str = ""

    def __str__(self) -> str:
        return "-".join(
            filter(None, (self.finish, self.kind, self.point, str(self.articles), self.platform, self.answer))
        )

    @property
    def asks(self) -> bool:
        """Whether a submission may have arrived or not, and nothing but a person's eyes can tell."""
        return self.kind == "submit" and (self.point == "after-intent" or self.platform == "misses")


def _matrix() -> Iterator[Case]:
    for finish, kinds in KINDS.items():
        for kind in kinds:
            for point in POINTS:
                for articles, platforms in SIZES.items():
                    for platform in platforms:
                        yield from _answered(Case(finish, kind, point, articles, platform))


def _answered(case: Case) -> Iterator[Case]:
    if not case.asks:
        yield case
        return
    for answer in ANSWERS if case.articles == 1 else ANSWERS[:1]:
        yield Case(case.finish, case.kind, case.point, case.articles, case.platform, answer)


@pytest.mark.parametrize("case", list(_matrix()), ids=str)
def test_killed_around_an_effect_it_ends_once(scene: Scene, case: Case) -> None:
    prepare(scene, case)
    assert scene.work(Blow(case.kind, case.point)).code == -9
    scene.settle(lambda: is_settled(scene, case))
    if case.asks:
        person_answers(scene, case)
    elif case.finish == "draft" and case.kind != "delete_draft":
        assert (len(scene.drafts), scene.publications) == (1, [])
        person_publishes(scene)
    ends_once(scene, case)


def test_the_program_itself_is_killed_on_its_way_again_and_again_and_publishes_once(tmp_path: Path) -> None:
    with running_workspace(tmp_path) as workspace:
        workspace.drop("spring.txt", issue_text())
        for kind, point in [("upload_cover", "after-intent"), ("add_draft", "after-call"), ("submit", "before-intent")]:
            assert workspace.kill(kind, point) == -9
        done = workspace.work()
        (row,) = workspace.status()
        assert (done.returncode, row["status"]) == (0, "PUBLISHED"), (done, row)
        assert (workspace.drafts, workspace.publications) == (0, 1)
        assert (workspace.calls("/cgi-bin/draft/add"), workspace.calls("/cgi-bin/freepublish/submit")) == (1, 1)


def test_every_kind_of_effect_is_in_the_matrix() -> None:
    source = "".join(path.read_text("utf-8") for path in Path(pipeline.__file__).parent.glob("*.py"))
    kinds = set(re.findall(r"\.once\(\s*\"(\w+)\"", source))
    kinds.remove("update_draft")  # of a corrected file: it has its deaths in test_revision
    assert kinds == set(PATHS) == {kind for several in KINDS.values() for kind in several}


# ---------------------------------------------------------------------------- what happens


def prepare(scene: Scene, case: Case) -> None:
    takes_back = case.kind == "delete_draft"
    scene.configure(case.finish, approve=takes_back)
    scene.drop(case.articles, animated=case.kind == "upload_animation")
    if takes_back:
        assert scene.work().code == 0
        assert scene.run("withdraw", "1").code == 0
    if TROUBLES[case.platform]:
        scene.fault(case.kind, TROUBLES[case.platform])


def is_settled(scene: Scene, case: Case) -> bool:
    issue = scene.issue
    match issue["status"]:
        case "WITHDRAWN":
            return not issue["draft_media_id"]
        case "DRAFTED":
            return case.finish == "draft"
        case status:
            return status in {"PUBLISHED", "HELD"}


def person_answers(scene: Scene, case: Case) -> None:
    """Answer the question; a retry that gets lost as well is asked about once more."""
    is_asked(scene)
    match case.answer:
        case "published":
            url = scene.press_publish()
            assert scene.run("published", "1", "--url", url).code == 0
        case "withdraw":
            assert scene.run("withdraw", "1").code == 0
            scene.settle(lambda: is_settled(scene, case))
        case _:
            assert scene.run("retry", "1").code == 0
            scene.settle(lambda: is_settled(scene, case))
            if scene.issue["status"] == "HELD":
                is_asked(scene)
                assert scene.run("retry", "1").code == 0
                scene.settle(lambda: is_settled(scene, case))


def is_asked(scene: Scene) -> None:
    """The issue is held with the one question that only a person can answer; nothing is out."""
    issue = scene.issue
    assert issue["status"] == "HELD"
    for words in (issue["title"], "三选一", "publisher published 1", "publisher retry 1", "publisher withdraw 1"):
        assert words in issue["note"]
    assert scene.work().code == 1  # and stays so
    assert (len(scene.drafts), scene.publications, scene.done("submit")) == (1, [], 0)


def person_publishes(scene: Scene) -> None:
    scene.press_publish()
    assert scene.work().code == 0


# ---------------------------------------------------------------------------- how it ends


def ends_once(scene: Scene, case: Case) -> None:
    issue = scene.issue
    withdrawn = case.kind == "delete_draft" or case.answer == "withdraw"
    by = "console" if case.finish == "draft" or case.answer == "published" else WAYS[case.finish]
    assert issue["status"] == ("WITHDRAWN" if withdrawn else "PUBLISHED"), issue
    assert scene.drafts == []
    assert scene.publications == ([] if withdrawn else [(by, case.articles)])
    assert scene.done("add_draft") == 1
    assert scene.done("submit") == (by == "freepublish" and not withdrawn)
    assert scene.done("mass_send") == (by == "mass" and not withdrawn)
    assert scene.done("delete_draft") == withdrawn
    assert scene.pictures == (2 if case.kind == "upload_animation" else 1)
    scene.assert_filed()
