"""The platform: the only part of the publisher that talks to WeChat."""

from __future__ import annotations

from publisher.wechat.checker import CHECKER, verify_structure
from publisher.wechat.client import Timeouts
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
    "Cover",
    "DraftArticle",
    "MassSend",
    "Platform",
    "Publication",
    "PublicationState",
    "PublishedArticle",
    "StoredDraft",
    "StoredPicture",
    "Submission",
    "Timeouts",
    "verify_structure",
]
