"""What a drop's own name says of it: `2026-11-24-1730-标题`, `2026-11-24-标题`, `20261124_标题`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time
from pathlib import PurePosixPath
from typing import Final

_DATED: Final = re.compile(
    r"(?P<year>20\d\d)(?P<mark>[-_.]?)(?P<month>\d\d)(?P=mark)(?P<day>\d\d)(?!\d)"
    r"(?:[-_ ]+(?P<hour>\d\d)[:：.]?(?P<minute>\d\d)(?=[-_ ]|$))?"
    r"[-_ ]*(?P<title>.*)",
    re.DOTALL,
)
_SUFFIX: Final = re.compile(r"\.(?!\d+$)[A-Za-z0-9]{1,8}$")
_YEARS_AROUND: Final = 2


@dataclass(frozen=True, slots=True)
class FileName:
    """The date, the time of day and the title in a name; None and "" where it has none. Only a name that begins with
    a date has a title: any other is whatever the file happened to be called.
    """

    day: date | None = None
    time: time | None = None
    title: str = ""


def read_file_name(name: str) -> FileName:
    """What the last part of a path says. Digits that are no date, such as 20261324, are a part of the name."""
    found = _DATED.fullmatch(_SUFFIX.sub("", PurePosixPath(name).name))
    if found is None:
        return FileName()
    try:
        day = date(int(found["year"]), int(found["month"]), int(found["day"]))
        clock = _time(found, day)
    except ValueError:
        return FileName()
    title = found["title"] if clock is not None or found["hour"] is None else found[0][found.start("hour") :]
    return FileName(day, clock, title.strip(" -_"))


def _time(found: re.Match[str], day: date) -> time | None:
    """The time of day. «2026-11-24-2025 年度总结» has none: four digits near the date's year are a year."""
    if found["hour"] is None or abs(int(found["hour"] + found["minute"]) - day.year) <= _YEARS_AROUND:
        return None
    return time(int(found["hour"]), int(found["minute"]))
