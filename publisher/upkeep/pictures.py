"""The pictures that replies show: files beside the configuration, which the platform must have before readers ask.

A picture becomes permanent material under a name made of its bytes, `reply-<fingerprint>`; under that it is found again
where the answer to an upload, or our own memory of it, got lost.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from publisher.document import fingerprint
from publisher.errors import PublisherError, Unreadable, WeChatError
from publisher.issue import Account
from publisher.pipeline import Edges
from publisher.replies import Rule
from publisher.store.furnishings import ReplyPicture

log = logging.getLogger("publisher.upkeep")

MOST_BYTES = 50_000_000
_EVER = datetime(1970, 1, 1, tzinfo=UTC)

Marks = Mapping[str, tuple[int, int]]
"""By file name its time and size, by which a change is seen without reading; (0, 0) if it is not there."""


def pictures_of(rules: Iterable[Rule], account: str) -> frozenset[str]:
    """The files, relative to config/, that an account's rules answer with."""
    return frozenset(rule.picture for rule in rules if rule.picture and account in (rule.accounts or {account}))


def mark_files(folder: Path, names: Collection[str]) -> Marks:
    """The marks of some files."""
    return {name: _mark(folder / name) for name in names}


def _mark(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)


def upload_pictures(account: Account, folder: Path, names: Collection[str], edges: Edges) -> list[PublisherError]:
    """Let the platform have the pictures that it has not yet; what is wrong with those that cannot be used.

    A WeChatError ends it: the next try begins where it was.
    """
    known, wrong = edges.store.furnishings.reply_pictures(account.name), []
    for name in sorted(names):
        try:
            data = _read(folder / name, name)
            mark = fingerprint(data)
            if name in known and known[name].fingerprint == mark:
                continue
            same = (picture for picture in known.values() if picture.fingerprint == mark)
            picture = next(same, None) or _upload(account, data, name, edges)
        except WeChatError:
            raise
        except PublisherError as error:
            wrong.append(error)
            continue
        known[name] = picture
        edges.store.furnishings.keep_reply_picture(account.name, name, picture, edges.clock())
        log.info("account=%s reply picture=%s is on the platform", account.name, name)
    return wrong


def _upload(account: Account, data: bytes, name: str, edges: Edges) -> ReplyPicture:
    from publisher.pictures import fit_whole

    mark = fingerprint(data)
    fitted = fit_whole(data, name)
    platform, stored_as = edges.platform(account), f"reply-{mark[:24]}.jpg"
    cover = platform.find_cover(stored_as, _EVER) or platform.upload_cover(fitted.data, stored_as)
    return ReplyPicture(mark, cover.media_id)


def _read(path: Path, name: str) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        note = f"replies.toml 要用的图片 config/{name} 读不了（{error.strerror}）。"
        raise Unreadable(f"reply picture {name}: {error.strerror}", note) from None
    if len(data) > MOST_BYTES:
        raise Unreadable(f"reply picture {name}: too large", f"图片 config/{name} 超过 50 MB，请缩小。")
    return data
