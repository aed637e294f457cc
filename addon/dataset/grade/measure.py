# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be measured of a picture without a model: colours of the subject, sharpness, a fingerprint, the backdrop."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from ..checks.likeness import ALIKE, Print, difference, fingerprint
from ..checks.sample import Sample, sample
from ..checks.sharpness import edge_widths

#: Bins of the histogram of the subject's colours: lightness, and the two axes of colour (CIELAB).
LIGHTS, TINTS = 3, 16
#: Tints beyond this (of 128) share the last bin, so that skin and hair get most of them.
REACH = 64
#: Edges are looked for in all of the subject; this many pixels within it, where its outline is soft.
INSIDE = 4
#: Pictures are measured at this longest edge.
SIDE = 512
#: Of the most alike training pictures, how many make the figure.
NEAREST = 3
#: How many of the training pictures that are alike at a glance are laid over the sample.
CANDIDATES = 2
#: Where a picture's background is not plain, the share of its width that is taken for the subject.
MIDDLE = 0.55


@dataclass(frozen=True)
class Figures:
    """size: (width, height). edge: width of the sharpest edges in pixels of a picture of SIDE, None where there are
    none. tint: mean strength of colour, 0 for grey. colours: histogram, sums to 1. plain: whether the background is
    plain. known: whether the subject was told from it. print, mirrored: fingerprints, None without a subject."""

    size: tuple[int, int]
    edge: float | None
    tint: float
    colours: np.ndarray
    plain: bool
    known: bool
    print: Print | None
    mirrored: Print | None


def measure(picture: Image.Image, mask: Image.Image | None = None) -> Figures:
    """Of an RGB or RGBA picture; mask (mode L): where its subject is, if that is known."""
    small = picture.copy()
    small.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    seen = sample(small, None if mask is None else mask.resize(small.size, Image.Resampling.BOX))
    # Copies are looked for without the mask, which no sample has: both are then cut out of their ground alike.
    own = fingerprint(seen if mask is None else sample(small))
    lab = _lab(seen.rgb)
    return Figures(
        size=picture.size,
        edge=edge_widths(seen, INSIDE)[0],
        tint=float(np.hypot(lab[..., 1], lab[..., 2]).mean()),
        colours=_colours(lab, _subject(seen)),
        plain=seen.shown is not None,
        known=seen.known,
        print=own,
        mirrored=None if own is None else Print(own.rgb[:, ::-1], own.weight[:, ::-1], own.whole[:, ::-1]),
    )


def alike(one: Figures, others: list[Figures]) -> float:
    """0..1: how much the colours of the subject overlap with those of the nearest training pictures."""
    overlaps = sorted((float(np.minimum(one.colours, other.colours).sum()) for other in others), reverse=True)
    return float(np.mean(overlaps[:NEAREST])) if overlaps else 0.0


def nearest(one: Figures, others: list[Figures]) -> tuple[int, float, bool] | None:
    """(index, difference, mirrored) of the training picture that is most like a copy; None where none is near.

    difference: codes by which the place differs most (see checks/likeness.py).
    """
    places = [index for index, other in enumerate(others) if other.print is not None]
    coarse = [other.print.coarse for other in others if other.print is not None]
    if one.print is None or one.mirrored is None or not coarse:
        return None
    stack = np.stack(coarse)
    tries = [
        (float(value), index, turned)
        for turned, own in ((False, one.print), (True, one.mirrored))
        for index, value in zip(places, stack @ own.coarse, strict=True)
    ]
    found = []
    for value, index, turned in sorted(tries, reverse=True)[:CANDIDATES]:
        if value < ALIKE:
            break
        theirs = others[index].print
        own = one.mirrored if turned else one.print
        if theirs is not None:
            found.append((difference(theirs, own), index, turned))
    if not found:
        return None
    gap, index, turned = min(found)
    return index, gap, turned


def _subject(seen: Sample) -> np.ndarray:
    """(H, W) bool; the middle of the picture where the background is not plain."""
    if seen.known and seen.subject.any():
        return seen.subject
    height, width = seen.rgb.shape[:2]
    middle = np.zeros((height, width), bool)
    side = round(width * (1 - MIDDLE) / 2)
    middle[round(height * 0.1) :, side : width - side] = True
    return middle


def _lab(rgb: np.ndarray) -> np.ndarray:
    """CIELAB, (H, W, 3) float32: L 0..255, a and b around 0; softened, so that noise and skin pores don't count."""
    soft = Image.fromarray(rgb).filter(ImageFilter.BoxBlur(2))
    lab = np.asarray(soft.convert("LAB"))
    return np.stack([lab[..., 0], lab[..., 1].view(np.int8), lab[..., 2].view(np.int8)], -1).astype(np.float32)


def _colours(lab: np.ndarray, subject: np.ndarray) -> np.ndarray:
    """(LIGHTS, TINTS, TINTS), sums to 1: how much of the subject has which colour, softened over neighbouring bins."""
    values = lab[subject]
    tints = (np.clip(values[:, 1:] / REACH, -0.999, 0.999) + 1) / 2 * TINTS
    light = np.clip(values[:, 0] / 256 * LIGHTS, 0, LIGHTS - 1e-3)
    bins = (light.astype(int) * TINTS + tints[:, 0].astype(int)) * TINTS + tints[:, 1].astype(int)
    counted = np.bincount(bins, minlength=LIGHTS * TINTS * TINTS).reshape(LIGHTS, TINTS, TINTS).astype(np.float64)
    for axis in (1, 2):
        counted = 0.5 * counted + 0.25 * (_shifted(counted, 1, axis) + _shifted(counted, -1, axis))
    for axis in (0,):
        counted = 0.6 * counted + 0.2 * (_shifted(counted, 1, axis) + _shifted(counted, -1, axis))
    return counted / max(counted.sum(), 1e-9)


def _shifted(values: np.ndarray, by: int, axis: int) -> np.ndarray:
    """Moved one bin along; the outermost stay."""
    moved = np.roll(values, by, axis)
    edge = [slice(None)] * values.ndim
    edge[axis] = slice(0, 1) if by > 0 else slice(-1, None)
    moved[tuple(edge)] = values[tuple(edge)]
    return moved
