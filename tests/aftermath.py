"""What tests of disasters share: how a worker ends in the middle, starts anew, and what must be left."""

from __future__ import annotations

from typing import Any

import pytest

from publisher.app import Publisher
from publisher.errors import Unavailable
from publisher.issue import Issue, Status
from tests.world import World


def nothing_is_lost(world: World, name: str = "spring.txt") -> bool:
    return any((world.home / folder / name).exists() for folder in ("done", "drafts"))


def close(world: World) -> None:
    """Stop the worker: nothing of it is left but its files."""
    while world.publishers:
        world.publishers.pop().close()


def restart(world: World, **account: object) -> Publisher:
    close(world)
    publisher = world.open(**account)
    publisher.drop_leases()
    publisher.mind_clock()
    publisher.settle_files()
    return publisher


def until(world: World, publisher: Publisher, status: Status) -> Issue:
    """Work until the issue stands where it shall be when the backup is made."""
    world.take_in(publisher)
    store = publisher.store
    real = store.move

    def move(*arguments: Any) -> Issue:
        after = real(*arguments)
        if after.status is status:
            store.release(after.id, publisher.owner)
            raise Unavailable("the power fails")
        return after

    store.move = move  # type: ignore[assignment, method-assign]
    if store.issue(1).status is not status:
        with pytest.raises(Unavailable):
            publisher.wake(1)
    store.move = real  # type: ignore[method-assign]
    return store.issue(1)
