"""The platform: the only part of the publisher that talks to WeChat."""

from __future__ import annotations

from publisher.wechat.checker import CHECKER, verify_structure
from publisher.wechat.client import Timeouts
from publisher.wechat.errcodes import NO_RIGHT, closed, is_spent, next_day
from publisher.wechat.gate import Gate
from publisher.wechat.guard import guarded
from publisher.wechat.menus import StoredMenu
from publisher.wechat.platform import (
    Cover,
    DraftArticle,
    MassSend,
    Platform,
    Publication,
    PublicationState,
    PublishedArticle,
    StoredDraft,
    StoredPicture,
    Submission,
)

__all__ = [
    "CHECKER",
    "NO_RIGHT",
    "Cover",
    "DraftArticle",
    "Gate",
    "MassSend",
    "Platform",
    "Publication",
    "PublicationState",
    "PublishedArticle",
    "StoredDraft",
    "StoredMenu",
    "StoredPicture",
    "Submission",
    "Timeouts",
    "closed",
    "guarded",
    "is_spent",
    "next_day",
    "verify_structure",
]
