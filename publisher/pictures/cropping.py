"""Which part of a cover the platform shows: the wide crop of lists and the square one, each around the subject."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from PIL import Image

WIDE: Final = 2.35
"""Width by height of the wide crop; the other one is square."""

_SIGHT: Final = 256
"""Pixels of the shorter side when the subject is looked for: details do not matter."""
_SAME: Final = 0.005
"""A picture that is so near the ratio is shown whole."""
_CUT: Final = 1.4
"""What stands in the middle of a crop counts 1, what is at its ends this much less: what is cut there is a loss."""
_AS_GOOD: Final = 0.97
"""How much of the best place's subject the middle must have to be taken: a picture that was composed stays so."""


@dataclass(frozen=True, slots=True)
class Crops:
    """The two parts as the platform takes them: "X1_Y1_X2_Y2" in fractions of the picture."""

    wide: str
    square: str


def crops(data: bytes) -> Crops:
    """The largest wide and the largest square part of a picture of ours, each where most of its subject is."""
    with Image.open(BytesIO(data)) as image:
        size = image.size
        image.draft("RGB", (2 * _SIGHT, 2 * _SIGHT))
        sight = _reduced(image.convert("RGB"))
    return Crops(_around_subject(sight, size, WIDE), _around_subject(sight, size, 1))


def central(width: int, height: int) -> Crops:
    """The two parts in the middle, for a picture that is made for them."""
    return Crops(*(_fractions(_share((width, height), ratio), 0.5) for ratio in (WIDE, 1)))


# ---------------------------------------------------------------------------- sizes

_Share = tuple[float, float]


def _share(size: tuple[int, int], ratio: float) -> _Share:
    """How much of the width and of the height the largest part of this ratio takes."""
    own = size[0] / size[1] / ratio
    if abs(own - 1) <= _SAME:
        return 1, 1
    return (1 / own, 1) if own > 1 else (1, own)


def _fractions(share: _Share, place: float) -> str:
    """A part as the platform takes it; `place` from 0 (left or top) to 1."""
    left, top = ((1 - extent) * place for extent in share)
    return "_".join(f"{edge:.6f}".rstrip("0").rstrip(".") for edge in (left, top, left + share[0], top + share[1]))


def _reduced(image: Image.Image) -> Image.Image:
    scale = min(1.0, _SIGHT / min(image.size))
    width, height = (max(1, round(side * scale)) for side in image.size)
    return image.resize((width, height), Image.Resampling.BILINEAR)


# ---------------------------------------------------------------------------- the subject


def _around_subject(sight: Image.Image, size: tuple[int, int], ratio: float) -> str:
    share = _share(size, ratio)
    if min(share) == 1:
        return _fractions(share, 0.5)
    profile = _subject(sight).sum(axis=0 if share[0] < 1 else 1)
    return _fractions(share, _place(profile, round(len(profile) * min(share))))


def _subject(sight: Image.Image) -> Any:
    """How much each pixel belongs to a subject: skin, edges and strong colours, as smartcrop sees them."""
    from smartcrop import SmartCrop

    eye = SmartCrop(saturation_bias=0)  # or a blue sky would be one
    found = eye.precompute_features(eye.prepare_features_image(sight))
    found[[0, -1], :] = 0  # no edges are seen here: Pillow's filter leaves the outermost pixels as they are
    found[:, [0, -1]] = 0
    return found


def _place(profile: Any, length: int) -> float:
    """Where, from 0 to 1, the stretch of `length` begins that has most of the subject, best in its own middle.

    Not smartcrop's own search: it takes off points for what stands at the ends of the side that is shown whole, and
    so shuns a banner that runs from end to end.
    """
    import numpy as np

    weights = 1 - _CUT * np.linspace(-1, 1, length) ** 2
    scores = np.convolve(profile, weights, "valid")
    last = len(scores) - 1
    best = int(scores.argmax())
    if last == 0 or scores[last // 2] >= scores[best] * _AS_GOOD:
        return 0.5
    return best / last
