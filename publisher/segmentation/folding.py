"""One form for every way to write the same."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from publisher.replies.characters import SIMPLIFIED, TRADITIONAL

_SIMPLER: Final = str.maketrans(TRADITIONAL, SIMPLIFIED)
_UNSEEN: Final = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff]+")
"""What stands between two characters and cannot be seen: joiners, soft hyphens, byte order marks, variants."""


def fold(text: str) -> str:
    """`text` in NFKC, simplified characters and lower case. What `replies.normalise` gives folds to the same; the index
    and the questions to it are both folded, so that it is enough that the same comes out.
    """
    return unicodedata.normalize("NFKC", _UNSEEN.sub("", text)).translate(_SIMPLER).casefold()
