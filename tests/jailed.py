"""Reads drops as the worker does, in the jail's child, with limits of the test's choosing."""

from __future__ import annotations

from collections.abc import Mapping

from publisher import jail
from publisher.confinement import Limits
from publisher.document import Newsletter
from publisher.jail import READING


def read(files: Mapping[str, bytes], limits: Limits = READING) -> Newsletter:
    """The newsletter of a drop that needs nothing of the outside world."""
    found = jail.read(files, limits=limits)
    assert isinstance(found, Newsletter)
    return found
