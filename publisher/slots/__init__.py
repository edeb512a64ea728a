"""When an issue goes out: the account's slots, working days, and what editors write as a time."""

from __future__ import annotations

from publisher.slots.moments import backoff, in_zone, is_over, parse_time
from publisher.slots.notation import EXAMPLES, Slot, parse_slot
from publisher.slots.timetable import Timetable, slot_fault
from publisher.slots.workdays import is_workday, known_until

__all__ = [
    "EXAMPLES", "Slot", "Timetable", "backoff", "in_zone", "is_over", "is_workday", "known_until", "parse_slot",
    "parse_time", "slot_fault",
]  # fmt: skip
