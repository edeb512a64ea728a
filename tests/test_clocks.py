"""A wrong clock, and one that is set: nothing is doubled, lost, or waited for a day."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import cast

import pytest

from publisher.app import Publisher
from publisher.engines.embedded import EmbeddedEngine
from publisher.issue import Status
from tests.aftermath import nothing_is_lost, restart
from tests.world import World, issue_text

ADD, SUBMIT = "/cgi-bin/draft/add", "/cgi-bin/freepublish/submit"
COVER, MASS = "/cgi-bin/material/add_material", "/cgi-bin/message/mass/sendall"
AT_HALF_PAST_FIVE = {"slots": ["30 17 * * *"]}


@pytest.mark.parametrize("days", [1, -1])
def test_nothing_goes_out_while_the_clock_is_a_day_wrong(world: World, days: int) -> None:
    publisher = world.open()
    world.wrong = timedelta(days=days)
    world.drop("spring.txt", issue_text())
    issue = world.work(publisher)
    assert issue.status is Status.DRAFTED
    assert ("快了 1 天" if days > 0 else "慢了 1 天") in issue.note
    assert "NTP" in issue.note
    assert world.calls(SUBMIT) == 0
    world.wake(publisher, minutes=6)
    assert world.calls(SUBMIT) == 0
    world.wrong = timedelta()
    publisher = restart(world)
    world.wake(publisher)
    world.wake(publisher, hours=24)  # «at once» was tomorrow by the clock of then
    assert world.finish(publisher).status is Status.PUBLISHED
    assert (world.calls(ADD), world.calls(SUBMIT), world.publications) == (1, 1, 1)
    assert nothing_is_lost(world)


def test_a_mass_send_waits_for_the_right_time_too(world: World) -> None:
    publisher = world.open(finish="mass", **AT_HALF_PAST_FIVE)
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    world.wrong = timedelta(days=1)
    assert "时钟快了" in world.wake(publisher).note
    assert world.calls(MASS) == 0
    world.wrong = timedelta()
    publisher = restart(world, finish="mass", **AT_HALF_PAST_FIVE)
    assert "17:30" in world.wake(publisher).note
    assert world.wake(publisher, hours=8.5).status is Status.SUBMITTED
    assert world.publications == 1


@pytest.mark.parametrize("path", [COVER, ADD])
@pytest.mark.parametrize("days", [1, -1])
def test_a_lost_answer_is_found_though_the_clock_is_a_day_wrong(world: World, path: str, days: int) -> None:
    publisher = world.open()
    world.wrong = timedelta(days=days)
    world.fault(path, "lost-answer")
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    world.wake(publisher, hours=2)
    world.wrong = timedelta()
    world.wake(restart(world), minutes=1)
    world.wake(world.publishers[-1], hours=24)
    assert world.finish(world.publishers[-1]).status is Status.PUBLISHED
    assert (world.calls(COVER), world.calls(ADD), world.publications, world.drafts) == (1, 1, 1, 0)


@pytest.mark.parametrize("days", [1, -1])
def test_a_clock_that_is_set_between_submission_and_answer_loses_nothing(world: World, days: int) -> None:
    publisher = world.open()
    world.fault(SUBMIT, "lost-answer")
    world.drop("spring.txt", issue_text())
    world.work(publisher)
    world.wrong = timedelta(days=days)
    publisher.ring_all()  # as the engine does when it sees the step
    world.wake(publisher, minutes=3)
    assert world.finish(publisher).status is Status.PUBLISHED
    assert (world.calls(SUBMIT), world.publications) == (1, 1)


def test_a_lease_from_before_the_clock_was_set_back_is_not_kept_for_a_day(world: World) -> None:
    publisher = world.open()
    world.drop("spring.txt", issue_text())
    world.take_in(publisher)
    assert publisher.store.lease(1, "another", world.clock() + timedelta(days=1)) is not None
    publisher.ring_all()
    assert world.finish(publisher).status is Status.PUBLISHED


def test_a_lease_of_this_minute_is_kept_when_the_clock_trembles(world: World) -> None:
    publisher = world.open()
    world.drop("spring.txt", issue_text())
    world.take_in(publisher)
    assert publisher.store.lease(1, "another", world.clock() + timedelta(seconds=2)) is not None
    assert publisher.due() == []
    assert publisher.wake(1) is None


def test_a_postponement_of_a_clock_that_ran_ahead_is_not_waited_for(world: World) -> None:
    publisher = world.open()
    world.wrong = timedelta(days=1)
    world.fault(ADD, "errcode", 45011)
    world.drop("spring.txt", issue_text())
    assert world.work(publisher).status is Status.SCHEDULED
    world.wrong = timedelta()
    publisher = restart(world)
    assert world.finish(publisher).status is Status.PUBLISHED
    assert (world.publications, world.drafts) == (1, 0)


def test_a_drop_is_not_waited_for_a_day_when_the_clock_is_set_back(world: World) -> None:
    publisher = world.open()
    world.drop("spring.txt", issue_text())
    publisher.take_in()
    world.wrong = timedelta(days=-1)
    publisher.take_in()
    world.clock.turn(seconds=5)
    assert [taken.issue_id for taken in publisher.take_in()] == [1]


class Steady:
    """A publisher of which the engine needs little: a clock, and ears for the bell."""

    def __init__(self, world: World) -> None:
        self.settings = world.open().settings
        self.clock = world.machine_clock
        self.rung = threading.Event()

    def ring_all(self) -> None:
        self.rung.set()


@pytest.mark.parametrize("days", [1, -1])
def test_the_engine_notices_that_the_clock_was_set(world: World, days: int) -> None:
    steady = Steady(world)
    engine = EmbeddedEngine(cast("Publisher", steady), lambda: None, 30)
    engine.mind_clock()
    assert not steady.rung.is_set()
    world.wrong = timedelta(days=days)
    engine.mind_clock()
    assert steady.rung.is_set()
    steady.rung.clear()
    engine.mind_clock()
    assert not steady.rung.is_set()


def test_the_engine_s_ticks_do_not_wait_for_the_day_on_which_they_were_set(world: World) -> None:
    steady = Steady(world)
    engine = EmbeddedEngine(cast("Publisher", steady), lambda: None, 30)
    engine._clock.start(paused=True)
    try:
        for tick in engine._clock.get_jobs():
            tick.modify(next_run_time=tick.next_run_time + timedelta(days=400))
        far = min(tick.next_run_time for tick in engine._clock.get_jobs())
        world.wrong = timedelta(days=-1)
        engine.mind_clock()
        assert all(far - tick.next_run_time > timedelta(days=1) for tick in engine._clock.get_jobs())
    finally:
        engine._clock.shutdown()
