"""When an issue goes out: the account's slots, working days, and what editors write as a time."""

from __future__ import annotations

from publisher.slots.moments import backoff, in_zone, is_over, parse_time
from publisher.slots.notation import EXAMPLES, Slot, parse_slot
from publisher.slots.timetable import OFFICE_OPENS, Timetable, next_slot, slot_fault, time_on
from publisher.slots.workdays import is_workday, known_until

__all__ = [
    "EXAMPLES", "OFFICE_OPENS", "Slot", "Timetable", "backoff", "in_zone", "is_over", "is_workday", "known_until",
    "next_slot", "parse_slot", "parse_time", "slot_fault", "time_on",
]  # fmt: skip
