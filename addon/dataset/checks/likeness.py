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
#: By how much the brightness of one channel may be changed more than another's, so that another light stays one.
TINT = 0.06
#: A difference that is none of a slight change.
FAR = 255.0
#: What differs so much as it is (codes) is not laid over: no slight change does that.
HOPELESS = 70.0
#: From this many codes a field's difference is seen; it is a place of its own, such as another mouth, where it is so
#: many times what this share of the fields do not reach.
SEEN, LOCAL, MOST_FIELDS = 1.2, 6.0, 0.75
#: A field counts where the subject fills this share of it.
FILLED = 0.3


@dataclass(frozen=True)
class Print:
    """rgb: (SIDE, SIDE, 3) uint8; weight: (SIDE, SIDE) uint8, 255 where the subject is."""

    rgb: np.ndarray
    weight: np.ndarray

    @property
    def coarse(self) -> np.ndarray:
        """(COARSE * COARSE * 3,) float32, of mean 0 and length 1; the background counts as mid-grey."""
        shown = np.where(self.weight[..., None] > 127, self.rgb, np.uint8(128)).astype(np.float32)
        parts = np.concatenate([tiles(shown[..., channel], SIDE // COARSE).ravel() for channel in range(3)])
        parts -= parts.mean()
        return parts / max(float(np.linalg.norm(parts)), 1e-6)


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
    return Print(np.asarray(small[0]), np.asarray(small[1]))


def _within(box: tuple[int, int, int, int], shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    left, top, right, bottom = box
    return max(0, left), max(0, top), min(shape[1], right), min(shape[0], bottom)


def difference(one: Print, other: Print) -> float:
    """Codes by which the field differs most that the subjects share; FAR where they can't be laid over each other, or
    differ in one place and nowhere else."""
    first, second = one.rgb.astype(np.float32), other.rgb.astype(np.float32)
    weights = one.weight / np.float32(255), other.weight / np.float32(255)
    as_is = _most(first, second, np.minimum(*weights))
    if as_is is None or as_is > HOPELESS:
        return FAR
    if as_is < SEEN:
        return as_is
    laid = laid_over(first, weights[0], second, weights[1])
    over = None if laid is None else _most(first, *laid)
    return FAR if over is None else min(over, as_is)


def _most(first: np.ndarray, second: np.ndarray, weight: np.ndarray) -> float | None:
    """The most that a field differs; FAR where it is a place of its own; None where the two share nothing."""
    gaps = first - _toned(first, second, weight)
    gaps = np.abs(np.stack([blurred(gaps[..., channel]) for channel in range(3)], -1)).mean(-1) * weight
    filled = _fields(weight)
    fields = (_fields(gaps) / np.maximum(filled, FILLED))[filled >= FILLED]
    if not len(fields):
        return None
    most = float(fields.max())
    return FAR if most > SEEN and most > LOCAL * float(np.quantile(fields, MOST_FIELDS)) else most


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
    coarse = np.stack([this.coarse for this in prints])
    found = []
    for later in range(1, len(prints)):
        for earlier in np.flatnonzero(coarse[:later] @ coarse[later] > ALIKE):
            value = difference(prints[earlier], prints[later])
            if value < limit:
                found.append((int(earlier), later, value))
    return found


def _fields(values: np.ndarray) -> np.ndarray:
    """Means of overlapping fields, half a field apart."""
    halves = tiles(values, FIELD // 2)
    return (halves[1:, 1:] + halves[:-1, 1:] + halves[1:, :-1] + halves[:-1, :-1]) / 4
