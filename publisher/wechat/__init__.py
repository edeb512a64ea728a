"""The platform: the only place that talks to WeChat."""

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
