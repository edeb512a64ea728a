"""The platform: the only part of the publisher that talks to WeChat."""

from __future__ import annotations

from publisher.wechat.client import Timeouts
from publisher.wechat.platform import (
    Cover,
    DraftArticle,
    MassSend,
    Platform,
    Publication,
    PublicationState,
    PublishedArticle,
    Submission,
)

__all__ = [
    "Cover",
    "DraftArticle",
    "MassSend",
    "Platform",
    "Publication",
    "PublicationState",
    "PublishedArticle",
    "Submission",
    "Timeouts",
]
