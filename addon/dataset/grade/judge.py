# SPDX-License-Identifier: GPL-3.0-or-later
"""Samples, prompts and figures put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from ...common.errors import InputError
from ..intake import open_picture, walk_pictures
from ..report.thumbnails import shrink
from .advice import advice
from .against import Against, Trained, read_against
from .asked import Prompts, beside
from .marks import mark, missing
from .measure import Figures, alike, measure, nearest
from .read import Made, read_made
from .result import Grade, Graded

#: Likeness is judged by how alike the training pictures are to each other: this share of them, less this much.
#: (Calibrated on four characters' sets: their own pictures pass, those of the other characters by 0.1 and more not.)
LEAST_SHARE, TOLERANCE = 0.05, 0.06
#: How many samples one sheet takes.
MOST = 2000

Tell = Callable[[int, int], None]


def grade(folder: Path, against: Path, prompts: Path | None = None, tell: Tell = lambda done, total: None) -> Grade:
    """Lay the pictures in `folder` beside the dataset in `against`. tell(done, total) is called for each picture.

    Raises InputError: no samples, no dataset, one of them in the other, too many.
    """
    walk = walk_pictures(folder)
    base = read_against(against, prompts)
    if folder.resolve() == base.folder.resolve() or base.folder.resolve() in folder.resolve().parents:
        raise InputError(f"{folder}: is the dataset itself. Give the folder of pictures that the LoRA made.")
    inside = (path for path in walk.pictures if not path.resolve().is_relative_to(base.folder.resolve()))
    paths = list(inside)
    if not paths:
        raise InputError(
            f"{folder}: no pictures in it. Give the folder in which your trainer or your UI put its samples."
        )
    if len(paths) > MOST:
        raise InputError(f"{folder}: {len(paths)} pictures, more than {MOST}. Give the folder of one training.")
    left_out = [*walk.left_out, *base.left_out]
    total = len(paths) + len(base.trained)
    trained, figures = _measure_trained(base, left_out, lambda done: tell(done, total))
    if not figures:
        raise InputError(f"--against {against}: none of its pictures can be read. Look at it with `modelsheet check`.")
    asked, prompt_of = Prompts(list(base.prompts)), {}
    least = _least(figures)
    edge = _median([one.edge for one in figures])
    samples = []
    for number, path in enumerate(paths, start=1):
        try:
            picture = open_picture(path, folder).convert("RGB")
        except InputError as error:
            left_out.append(str(error))
            continue
        made = read_made(path, folder)
        prompt_of[path] = asked.place(made)
        graded = _graded(path.relative_to(folder).as_posix(), made, prompt_of[path], measure(picture), figures, edge)
        graded.thumbnail = shrink(picture)
        samples.append(graded)
        tell(len(base.trained) + number, total)
    if not samples:
        raise InputError(f"{folder}: none of its pictures can be read ({left_out[-1]}).")
    nearby = [beside(one, [item.caption for item in trained]) for one in asked.rows]
    result = Grade(
        folder=folder,
        against=base,
        prompts=asked.rows,
        samples=samples,
        trained=trained,
        thumbnails={},
        beside=nearby,
        least=least,
        missing=[],
        findings=[],
        left_out=left_out,
    )
    for one in samples:
        mark(one, result)
    shown = {place for row in nearby for place in row}
    shown |= {one.nearest for one in samples if "copy" in one.marks and one.nearest is not None}
    result.thumbnails = {place: shrink(_open(trained[place], base)) for place in sorted(shown)}
    result.missing = missing(result)
    result.findings = advice(result)
    return result


def _open(item: Trained, base: Against) -> Image.Image:
    return open_picture(item.path, base.folder).convert("RGB")


def _measure_trained(
    base: Against, left_out: list[str], tell: Callable[[int], None]
) -> tuple[list[Trained], list[Figures]]:
    trained, figures = [], []
    for number, item in enumerate(base.trained, start=1):
        try:
            mask = open_picture(item.mask, base.folder).convert("L") if item.mask and item.mask.is_file() else None
            figures.append(measure(_open(item, base), mask))
            trained.append(item)
        except InputError as error:
            left_out.append(str(error))
        tell(number)
    return trained, figures


def _least(figures: Sequence[Figures]) -> float:
    """The likeness that all but the oddest training pictures have to the others."""
    if len(figures) < 4:
        return 0.0
    own = [alike(one, [*figures[:place], *figures[place + 1 :]]) for place, one in enumerate(figures)]
    return max(0.0, float(np.quantile(own, LEAST_SHARE)) - TOLERANCE)


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.median(known)) if known else None


def _graded(path: str, made: Made, prompt: int, figures: Figures, trained: list[Figures], edge: float | None) -> Graded:
    near = nearest(figures, trained)
    return Graded(
        path=path,
        made=made,
        prompt=prompt,
        size=figures.size,
        likeness=alike(figures, trained) if figures.known else None,
        softness=figures.edge / edge if figures.edge is not None and edge else None,
        tint=figures.tint,
        plain=figures.plain,
        nearest=None if near is None else near[0],
        difference=None if near is None else near[1],
        mirrored=bool(near and near[2]),
    )
