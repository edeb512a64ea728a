"""The rules of replies.toml as they stand now: read again when the file changes, without a restart."""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import TypeAlias

from publisher.errors import ConfigError
from publisher.replies import Rules, parse_rules

_log = logging.getLogger(__name__)
_Stamp: TypeAlias = tuple[int, int, int]


class Rulebook:
    """The rules of one workspace. `look` reads the file if it changed, and may block; whoever answers readers calls it
    from another thread, every second or two. `rules` is what was read last and had no fault.
    """

    def __init__(self, path: Path, accounts: Collection[str]) -> None:
        """A book over the file `path`, for the configured `accounts`; empty until the first look."""
        self._path = path
        self._accounts = frozenset(accounts)
        self._rules = Rules()
        self._seen: _Stamp | None = None
        self._fault = ""

    @property
    def rules(self) -> Rules:
        """The rules to answer by."""
        return self._rules

    @property
    def fault(self) -> str:
        """What is wrong with the file now (Chinese, a fault a line), while older rules stand; "" if nothing."""
        return self._fault

    def look(self) -> None:
        """Read the file if it is another than at the last look. A broken one leaves the rules as they are, and is
        logged once; one that is still being written is left for the next look.
        """
        stamp = self._stamp()
        if stamp == self._seen:
            return
        if stamp is None:
            self._blame(None, f"{self._path.name} 不见了，继续用原来的规则")
            return
        try:
            written = self._path.read_bytes()
        except OSError as error:
            self._blame(None, f"{self._path.name} 读不了：{error.strerror}")
            return
        if self._stamp() == stamp:
            self._take(stamp, written)

    def _take(self, stamp: _Stamp, written: bytes) -> None:
        try:
            rules = parse_rules(tomllib.loads(written.decode("utf-8-sig")), self._accounts)
        except ConfigError as error:
            self._blame(stamp, "\n".join(error.faults))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
            self._blame(stamp, f"{self._path.name} 不是正确的 TOML：{error}")
        else:
            self._rules, self._seen, self._fault = rules, stamp, ""
            _log.info("%s read, rules=%d", self._path.name, len(rules))

    def _blame(self, stamp: _Stamp | None, fault: str) -> None:
        self._seen = stamp
        if fault != self._fault:
            self._fault = fault
            _log.error("%s cannot be used, the old rules stand: %s", self._path.name, fault.replace("\n", " | "))

    def _stamp(self) -> _Stamp | None:
        """What changes when the file does; None: there is none."""
        try:
            stat = self._path.stat()
        except OSError:
            return None
        return stat.st_mtime_ns, stat.st_size, stat.st_ino
