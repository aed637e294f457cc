# SPDX-License-Identifier: GPL-3.0-or-later
"""Near-duplicates: two pictures whose subjects are the same everywhere, in form and colour.

A slight change (another cut, size, turn, brightness, compression) moves or shades all of a subject alike; another
expression changes a few places of it. So two pictures are first laid over each other as well as they will go
(see register.py), and then the place that differs most decides.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from .filters import blurred, tiles
from .register import laid_over
from .sample import Sample

#: A fingerprint's side, the side of a field in it, and of the coarse one that finds what is worth comparing.
SIDE, FIELD, COARSE = 64, 8, 8
#: Room around the subject's box, as a share of it.
MARGIN = 0.06
#: How much alike two coarse fingerprints must be (correlation).
ALIKE = 0.95
#: The same for whole pictures, which have their backgrounds in common.
SAME_GLANCE = 0.985
#: By how much the brightness of one channel may be changed more than another's, so that another light stays one.
TINT = 0.06
#: A difference that is none of a slight change.
FAR = 255.0
#: What differs so much as it is (codes) is not laid over: no slight change does that.
HOPELESS = 70.0
#: From this many codes a field's difference is seen; it is a place of its own, such as another mouth, where it is so
#: many times what this share of the fields do not reach.
SEEN, LOCAL, MOST_FIELDS = 3.0, 6.0, 0.75
#: A field counts where the subject fills this share of it.
FILLED = 0.3


@dataclass(frozen=True)
class Print:
    """rgb: (SIDE, SIDE, 3) uint8; weight: (SIDE, SIDE) uint8, 255 where the subject is; whole: all of the picture,
    (COARSE, COARSE, 3) uint8."""

    rgb: np.ndarray
    weight: np.ndarray
    whole: np.ndarray

    @property
    def coarse(self) -> np.ndarray:
        """(COARSE * COARSE * 3,) float32, of mean 0 and length 1; the background counts as mid-grey."""
        shown = np.where(self.weight[..., None] > 127, self.rgb, np.uint8(128)).astype(np.float32)
        return _normal(np.concatenate([tiles(shown[..., channel], SIDE // COARSE).ravel() for channel in range(3)]))

    @property
    def glance(self) -> np.ndarray:
        """The same of the whole picture, whose brightness may change and with it what is told from the background."""
        return _normal(self.whole.astype(np.float32).ravel())


def _normal(values: np.ndarray) -> np.ndarray:
    """Of mean 0 and length 1."""
    values = values - values.mean()
    return values / max(float(np.linalg.norm(values)), 1e-6)


def fingerprint(sample: Sample) -> Print | None:
    """Of the subject; None where there is none."""
    if sample.box is None:
        return None
    left, top, right, bottom = sample.box
    room = round(MARGIN * max(right - left, bottom - top))
    box = (left - room, top - room, right + room, bottom + room)
    subject = Image.fromarray(sample.subject.view(np.uint8) * np.uint8(255))
    small = [
        picture.resize((SIDE, SIDE), Image.Resampling.BOX, box=_within(box, sample.shape))
        for picture in (sample.picture, subject)
    ]
    whole = sample.picture.resize((COARSE, COARSE), Image.Resampling.BOX, reducing_gap=1.0)
    return Print(np.asarray(small[0]), np.asarray(small[1]), np.asarray(whole))


def _within(box: tuple[int, int, int, int], shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    left, top, right, bottom = box
    return max(0, left), max(0, top), min(shape[1], right), min(shape[0], bottom)


def difference(one: Print, other: Print) -> float:
    """Codes by which the field differs most that the subjects share; FAR where they can't be laid over each other, or
    differ in one place and nowhere else."""
    first, second = one.rgb.astype(np.float32), other.rgb.astype(np.float32)
    weights = one.weight / np.float32(255), other.weight / np.float32(255)
    as_is = _fields_apart(first, second, np.minimum(*weights))
    if not len(as_is) or as_is.max() > HOPELESS:
        return FAR
    if as_is.max() < SEEN:
        return float(as_is.max())
    laid = laid_over(first, weights[0], second, weights[1])
    return FAR if laid is None else min(_most(as_is), _most(_fields_apart(first, *laid)))


def _most(fields: np.ndarray) -> float:
    """The most that a field differs; FAR where that is a place of its own, and where there are none."""
    most = float(fields.max(initial=0.0))
    return FAR if not len(fields) or most > max(SEEN, LOCAL * float(np.quantile(fields, MOST_FIELDS))) else most


def _fields_apart(first: np.ndarray, second: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """By how many codes each of the fields differs that the two share."""
    gaps = first - _toned(first, second, weight)
    gaps = np.abs(np.stack([blurred(gaps[..., channel]) for channel in range(3)], -1)).mean(-1) * weight
    filled = _fields(weight)
    return (_fields(gaps) / np.maximum(filled, FILLED))[filled >= FILLED]


def _toned(first: np.ndarray, moved: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """`moved` with its brightness and contrast brought to the first's, each channel about alike."""
    counted = weight > 0.5
    if not counted.any():
        return moved
    both = [(first[..., c][counted], moved[..., c][counted]) for c in range(3)]
    gains = np.array([a.std() / max(float(b.std()), 1.0) for a, b in both])
    gains = np.clip(gains, gains[1] * (1 - TINT), gains[1] * (1 + TINT)).clip(0.5, 2)
    shifts = np.array([a.mean() - gain * b.mean() for (a, b), gain in zip(both, gains, strict=True)])
    apart = 255 * TINT / 2
    return moved * gains + np.clip(shifts, shifts[1] - apart, shifts[1] + apart)


def pairs(prints: list[Print], limit: float) -> list[tuple[int, int, float]]:
    """(earlier, later, difference) of every two that differ by less than the limit. Compares each with all before."""
    if len(prints) < 2:
        return []
    coarse, glances = (np.stack(rows) for rows in zip(*((this.coarse, this.glance) for this in prints), strict=True))
    found = []
    for later in range(1, len(prints)):
        alike = (coarse[:later] @ coarse[later] > ALIKE) | (glances[:later] @ glances[later] > SAME_GLANCE)
        for earlier in np.flatnonzero(alike):
            value = difference(prints[earlier], prints[later])
            if value < limit:
                found.append((int(earlier), later, value))
    return found


def _fields(values: np.ndarray) -> np.ndarray:
    """Means of overlapping fields, half a field apart."""
    halves = tiles(values, FIELD // 2)
    return (halves[1:, 1:] + halves[:-1, 1:] + halves[1:, :-1] + halves[:-1, :-1]) / 4
