"""What has been published, as the door answers from it: in memory, and on the disk for a start without the database."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from publisher.replies import Archive, Entry

_log = logging.getLogger("publisher.door")


class Snapshots:
    """The archives of all accounts as last seen, also by an earlier process; `folder` holds a copy of each."""

    def __init__(self, folder: Path, accounts: Iterable[str]) -> None:
        self._folder = folder
        found = {name: _read(folder / f"{name}.json") for name in accounts}
        self.is_known = all(archive is not None for archive in found.values())
        """Whether there has ever been an archive of every account to answer from."""
        self._archives = {name: archive or Archive() for name, archive in found.items()}

    @property
    def accounts(self) -> list[str]:
        """The accounts that have one."""
        return list(self._archives)

    def archive(self, account: str) -> Archive:
        """The newest snapshot of one account."""
        return self._archives[account]

    def take(self, archives: Mapping[str, Archive]) -> None:
        """Answer from these from now on."""
        taken = dict(self._archives)
        for name, archive in archives.items():
            if archive != taken[name] or not self.is_known:
                _write(self._folder / f"{name}.json", archive)
                taken[name] = archive  # an equal one stays the same object: what was made from it still holds
        self._archives = taken
        self.is_known = True


class _Copy(msgspec.Struct):
    """An archive as it lies on the disk."""

    entries: tuple[Entry, ...]
    account: str
    pictures: dict[str, str]


def _read(path: Path) -> Archive | None:
    try:
        copy = msgspec.json.decode(path.read_bytes(), type=_Copy)
        return Archive(copy.entries, copy.account, copy.pictures)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:  # of another version, or cut off by a full disk
        _log.warning("the last snapshot %s cannot be used: %s", path.name, type(error).__name__)
        return None


def _write(path: Path, archive: Archive) -> None:
    """Whole or not at all; that it cannot be written (a full disk) is said, and does no harm now."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(msgspec.json.encode(_Copy(archive.entries, archive.account, dict(archive.pictures))))
        draft.replace(path)
    except OSError as error:
        _log.warning("the snapshot %s cannot be written: %s", path.name, type(error).__name__)
