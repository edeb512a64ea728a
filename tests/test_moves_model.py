"""No sequence of faults, edits, events and restarts reaches two publications of one issue, or an issue that nobody
looks after.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from publisher.rendering.theme import parse_theme
from publisher.sandbox import Platform, SandboxSettings, create_sandbox
from publisher.sandbox.faults import AFTER, BEFORE, Fault
from publisher.sandbox.publishing import ban, delete_articles
from publisher.sandbox.state import FAILED, REJECTED, RUNNING, SUCCEEDED, UNORIGINAL
from publisher.web.server import start
from tests.clock import Clock
from tests.office import APPIDS, Office
from tests.world import picture

EXAMPLES = int(os.environ.get("MOVES_CASES", "4"))
PATHS = (
    "stable_token", "material/add_material", "material/batchget_material", "draft/add", "draft/batchget", "draft/get",
    "draft/delete", "freepublish/submit", "freepublish/get", "freepublish/batchget", "freepublish/getarticle",
    "message/mass/sendall", "message/mass/get", "*",
)  # fmt: skip
ERRCODES = (-1, 40001, 40007, 42001, 45009, 45011, 40164, 53503)
BEGIN = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)

accounts = st.sampled_from(sorted(APPIDS))
which = st.integers(0, 5)
"""One of the issues, drafts or publications that there are, whatever the number."""
configured = st.builds(
    'finish = "{}"\napprove = {}\nslots = {}\n'.format,
    st.sampled_from(["publish", "publish", "publish", "mass", "draft"]),
    st.sampled_from(["false", "false", "true"]),
    st.sampled_from(["[]", "[]", '["30 17 * * *"]']),
)
faults = st.builds(
    Fault,
    st.sampled_from(PATHS).map("/cgi-bin/{}".format),
    st.sampled_from(sorted(BEFORE | AFTER)),
    st.sampled_from(ERRCODES),
    st.integers(1, 2),
    st.integers(0, 2),
    st.just(0.02),
)


def there_is(what: str) -> Callable[[Any], Any]:
    """Only when there is an issue, a held one, a draft, or a publication."""
    return precondition(lambda machine: machine.office.there_is(what))


@pytest.fixture(scope="module")
def stage() -> Iterator[tuple[Clock, str, Platform]]:
    """A clock and a platform for all examples; themes are read once and no covers are drawn: both cost more than all
    the rest.
    """
    clock = Clock(BEGIN)
    app = create_sandbox(SandboxSettings(clock=clock))
    cover = picture("JPEG", (90, 38))
    with (
        start(app) as server,
        mock.patch("publisher.pipeline.drafting.draw_issue_cover", return_value=cover),
        mock.patch("publisher.app.parse_theme", cache(parse_theme)),
    ):
        yield clock, server.url, app.state.platform


class Moves(RuleBasedStateMachine):
    """Everything that may happen to a workspace, in any order."""

    stage: tuple[Clock, str, Platform]

    def __init__(self) -> None:
        super().__init__()
        clock, url, platform = self.stage
        clock.now = BEGIN
        platform.reset()
        self.rest = ExitStack()
        home = tempfile.mkdtemp(prefix="moves-")
        self.office = Office(Path(home), clock, url, platform)
        self.rest.callback(self.office.close)

    @initialize(main=configured, west=configured)
    def open(self, main: str, west: str) -> None:
        self.office.configure({"main": main, "west": west})
        self.office.open()

    # ------------------------------------------------------------------ files

    @rule(
        account=accounts,
        version=st.integers(1, 2),
        send=st.sampled_from(["", "", "", "", "publish", "mass", "draft"]),
        time=st.sampled_from(["", "", "", "", "", "2026-11-24 10:00", "2026-11-25 08:00", "someday"]),
        name=st.sampled_from(["notice1", "notice1", "notice2", "notice2", "other"]),
        then=st.sampled_from(["look", "wake", "wake", "finish", "finish", ""]),
    )
    def drop(self, account: str, version: int, send: str, time: str, name: str, then: str) -> None:
        head = f"title: {'第2号' if name == 'notice2' else '第1号'}通知\n" + (f"send: {send}\n" if send else "")
        head += f"publish_at: {time}\n" if time else ""
        text = f"---\n{head}---\n\n正文第 {version} 稿，说明计划。\n"
        self.office.drop(self.office.home / "drafts" / account / f"{name}.md", text.encode())
        self.office.go_on(then)

    @rule(account=accounts, data=st.sampled_from([b"x" * 1_100_000, b"\x00\x01\x02\xff\xfe\x00\x03" * 20]))
    def drop_what_cannot_be_read(self, account: str, data: bytes) -> None:
        self.office.drop(self.office.home / "drafts" / account / "notice1.md", data)

    # ------------------------------------------------------------------ the worker

    @rule()
    def look(self) -> None:
        self.office.look()

    @there_is("issue")
    @rule()
    def wake(self) -> None:
        self.office.wake()

    @rule()
    def look_and_wake(self) -> None:
        self.office.look()
        self.office.wake()

    @there_is("issue")
    @rule(seconds=st.sampled_from([1, 3, 40, 130, 600, 1900, 3600, 6 * 3600, 86_400]))
    def turn_the_clock(self, seconds: int) -> None:
        self.office.clock.turn(seconds=seconds)
        self.office.wake()

    @there_is("issue")
    @rule(leases=st.sampled_from(["dropped", "kept"]))
    def restart(self, leases: str) -> None:
        self.office.restart(leases)

    @there_is("issue")
    @rule(
        number=st.integers(1, 16), when=st.sampled_from(["before", "after"]), deed=st.sampled_from(["kill", "overtake"])
    )
    def meet_trouble_at_a_transaction(self, number: int, when: str, deed: str) -> None:
        self.office.set_trap(number, when, deed)
        self.office.wake()

    # ------------------------------------------------------------------ editors

    @there_is("issue")
    @rule(number=which)
    def approve(self, number: int) -> None:
        if issue := self.office.issue(number):
            self.office.ask(lambda: self.office.publisher.approve(issue.id))

    @there_is("issue")
    @rule(number=which, time=st.sampled_from(["2026-11-24 09:30", "2026-11-24 18:00", "2026-11-26 08:00"]))
    def schedule(self, number: int, time: str) -> None:
        if issue := self.office.issue(number):
            self.office.ask(lambda: self.office.publisher.schedule(issue.id, time))

    @there_is("held")
    @rule(number=which)
    def retry(self, number: int) -> None:
        if issue := self.office.issue(number):
            self.office.retry(issue)

    @there_is("held")
    @rule(number=which)
    def retry_without_a_look(self, number: int) -> None:
        if issue := self.office.issue(number):
            self.office.retry_blindly(issue)

    @there_is("issue")
    @rule(number=which)
    def withdraw(self, number: int) -> None:
        if issue := self.office.issue(number):
            self.office.withdraw(issue)

    @there_is("publication")
    @rule(number=which)
    def record_the_link(self, number: int) -> None:
        if issue := self.office.issue(number):
            self.office.record(issue)

    @there_is("draft")
    @rule(account=accounts, number=which)
    def press_publish_in_the_console(self, account: str, number: int) -> None:
        self.office.press_publish(account, number)

    @there_is("draft")
    @rule(account=accounts, number=which)
    def delete_a_draft_in_the_console(self, account: str, number: int) -> None:
        self.office.throw_away(account, number)

    # ------------------------------------------------------------------ the platform

    @rule(fault=faults)
    def order_a_fault(self, fault: Fault) -> None:
        fault = Fault(fault.path, fault.kind, fault.errcode, fault.times, fault.after, fault.seconds)
        with self.office.platform.lock:
            self.office.platform.faults.append(fault)

    @rule(account=accounts, outcome=st.sampled_from([UNORIGINAL, FAILED, REJECTED]))
    def refuse_the_next(self, account: str, outcome: int) -> None:
        self.office.account(account).outcome = outcome

    @rule(account=accounts, right=st.sampled_from(["publish", "mass"]), has=st.booleans())
    def change_a_right(self, account: str, right: str, has: bool) -> None:
        rights = self.office.account(account).rights
        self.office.account(account).rights = rights | {right} if has else rights - {right}

    @there_is("publication")
    @rule(account=accounts, number=which, hours=st.sampled_from([1, 30, 200]))
    def review_for_long(self, account: str, number: int, hours: int) -> None:
        with self.office.platform.lock:
            running = [each for each in self.office.account(account).publications if each.status == RUNNING]
            for each in running[number : number + 1]:
                each.due += hours * 3600

    @there_is("publication")
    @rule(account=accounts, number=which, how=st.sampled_from([ban, lambda each: delete_articles(each, 0)]))
    def take_down(self, account: str, number: int, how: Any) -> None:
        with self.office.platform.lock:
            out = [each for each in self.office.account(account).publications if each.status == SUCCEEDED]
            for each in out[number : number + 1]:
                how(each)

    # ------------------------------------------------------------------ events

    @there_is("publication")
    @rule(account=accounts, at=accounts, number=which, copy=st.integers(1, 2))
    def announce_a_publication(self, account: str, at: str, number: int, copy: int) -> None:
        every = [each for each in self.office.account(account).publications if each.by != "mass"]
        for each in every[number : number + 1]:
            facts: dict[str, object] = {"publish_id": each.publish_id, "publish_status": str(each.outcome)}
            if each.outcome == SUCCEEDED:
                facts["article_id"] = each.article_id
            self.office.announce(at, {"PublishEventInfo": facts}, "PUBLISHJOBFINISH", copy)

    @there_is("publication")
    @rule(account=accounts, at=accounts, number=which, copy=st.integers(1, 2), urls=st.booleans())
    def announce_a_mass_send(self, account: str, at: str, number: int, copy: int, urls: bool) -> None:
        every = [each for each in self.office.account(account).publications if each.by == "mass"]
        for each in every[number : number + 1]:
            facts: dict[str, object] = {"MsgID": str(each.msg_id), "Status": "send success"}
            if urls:
                items = [{"ArticleIdx": "1", "ArticleUrl": each.articles[0].url}]
                facts["ArticleUrlResult"] = {"Count": "1", "ResultList": {"item": items}}
            self.office.announce(at, facts, "MASSSENDJOBFINISH", copy)

    @there_is("issue")
    @rule(account=accounts, known=st.sampled_from(["", "7"]), status=st.sampled_from(["0", "2", "5"]))
    def forge_a_publication(self, account: str, known: str, status: str) -> None:
        info = {"publish_id": known, "publish_status": status, "article_id": "forged"}
        self.office.announce(account, {"PublishEventInfo": info}, "PUBLISHJOBFINISH", 3)

    @there_is("issue")
    @rule(account=accounts, known=st.sampled_from(["", "7"]), status=st.sampled_from(["send success", "send fail"]))
    def forge_a_mass_send(self, account: str, known: str, status: str) -> None:
        self.office.announce(account, {"MsgID": known, "Status": status}, "MASSSENDJOBFINISH", 3)

    # ------------------------------------------------------------------ what must be true

    @invariant()
    def nothing_is_doubled_and_nothing_lost(self) -> None:
        if self.office.publishers:
            self.office.check()

    def teardown(self) -> None:
        with self.rest:
            if self.office.publishers:
                self.office.calm_down()


@pytest.mark.timeout(0)  # a failing sequence is shortened for minutes
def test_no_sequence_of_moves_doubles_or_loses_an_issue(stage: tuple[Clock, str, Platform]) -> None:
    machine = type("StagedMoves", (Moves,), {"stage": stage})
    wanted = settings(
        max_examples=EXAMPLES,
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=wanted)
