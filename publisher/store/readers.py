"""The key under which readers' ids are hashed: beside the database, never in it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

from publisher.errors import ConfigError

Hide = Callable[[str], bytes]
"""An openid -> twelve bytes, always the same for one workspace, from which nobody without the key finds the openid."""

_KEY_BYTES = 32
_HASH_BYTES = 12


def open_reader_key(path: Path) -> Hide:
    """The hash of this workspace; its key is read from `path`, which is made (0600) if there is none.

    ConfigError if the file cannot be read or is no such key.
    """
    try:
        key = _read(path) if path.exists() else _make(path)
    except OSError as error:
        raise ConfigError([f"{path}: cannot be read or made: {error.strerror}"]) from None
    if len(key) != _KEY_BYTES:
        raise ConfigError([f"{path}: no key of {_KEY_BYTES} bytes; restore it, or delete it for a new one"])
    keyed = blake2b(key=key, digest_size=_HASH_BYTES)

    def hide(openid: str) -> bytes:
        hashed = keyed.copy()
        hashed.update(openid.encode(errors="replace"))
        return hashed.digest()

    return hide


def _read(path: Path) -> bytes:
    return path.read_bytes()


def _make(path: Path) -> bytes:
    """A new key, complete from the first moment that others can see it; or the one of whoever was quicker."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123 - its mode
        file.write(secrets.token_bytes(_KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    sync_folder(path.parent)
    return _read(path)


def sync_folder(folder: Path) -> None:
    """Let the names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
