# SPDX-License-Identifier: GPL-3.0-or-later
"""Samples, prompts and figures put together, and what they say in sentences."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from ...common.errors import InputError
from ..intake import open_picture, walk_pictures
from ..report.thumbnails import Thumbnail, shrink
from .advice import advice
from .against import Against, Asked, Trained, read_against
from .measure import Figures, alike, measure, nearest
from .read import Made, read_made

#: Difference (codes) below which a sample is a copy of a training picture: pictures of ours that were compressed,
#: halved in size, mirrored or made noisy lie at 3 to 7, another expression of the same take from 5, mostly above 12.
COPY = 9.0
#: Likeness is judged by how alike the training pictures are to each other: this share of them, less this much.
#: (Calibrated on four characters' sets: their own pictures pass, those of the other characters by 0.1 and more not.)
LEAST_SHARE, TOLERANCE = 0.05, 0.06
#: Edges so much wider than the training pictures' count as soft.
SOFT = 1.8
#: Mean strength of colour up to which a picture is black and white.
GREY = 4.0
#: Share of words that a prompt of the list must have in common with a sample's.
SAME = 0.75
#: How many training pictures are laid beside a prompt, and how many samples one sheet takes.
BESIDE, MOST = 3, 2000

Tell = Callable[[int, int], None]


@dataclass
class Graded:
    """One sample. path: below the samples' folder. prompt: its place in Grade.prompts. likeness: 0..1, None where the
    subject was not told from its background. copy_of: place in Grade.trained. marks: short verdicts ("copy", ...)."""

    path: str
    made: Made
    prompt: int
    size: tuple[int, int]
    likeness: float | None
    softness: float | None
    tint: float
    plain: bool
    nearest: int | None
    difference: float | None
    mirrored: bool
    marks: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    thumbnail: Thumbnail | None = None


@dataclass
class Grade:
    """The whole sheet. beside: for each prompt, places of training pictures in `trained`. least: the likeness from
    which a picture is as like as the training pictures are. missing: prompts that no sample answers, or not at every
    stage, as sentences. findings: what it all says, worst first."""

    folder: Path
    against: Against
    prompts: list[Asked]
    samples: list[Graded]
    trained: list[Trained]
    thumbnails: dict[int, Thumbnail]
    beside: list[list[int]]
    least: float
    missing: list[str]
    findings: list[str]
    left_out: list[str]

    def of_prompt(self, number: int) -> list[Graded]:
        """The samples of a prompt, in the order of their stages."""
        return sorted((one for one in self.samples if one.prompt == number), key=lambda one: stage_key(one.made.stage))

    @property
    def stages(self) -> list[str]:
        """Every stage of training that samples are of, in order; [""] where none is known."""
        return sorted({one.made.stage for one in self.samples}, key=stage_key)


def stage_key(stage: str) -> tuple[str, int]:
    """By kind, then by number."""
    kind, _, number = stage.partition(" ")
    return kind, int(number or 0)


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
    asked, prompt_of = _Prompts(list(base.prompts)), {}
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
    beside = [_beside(one, [item.caption for item in trained]) for one in asked.rows]
    result = Grade(
        folder=folder,
        against=base,
        prompts=asked.rows,
        samples=samples,
        trained=trained,
        thumbnails={},
        beside=beside,
        least=least,
        missing=[],
        findings=[],
        left_out=left_out,
    )
    for one in samples:
        _mark(one, result)
    shown = {place for row in beside for place in row}
    shown |= {one.nearest for one in samples if "copy" in one.marks and one.nearest is not None}
    result.thumbnails = {place: shrink(_open(trained[place], base)) for place in sorted(shown)}
    result.missing = _missing(result)
    result.findings = advice(result)
    return result


class _Prompts:
    """The list of prompts, which grows by those of samples that fit none of it."""

    def __init__(self, rows: list[Asked]) -> None:
        self.rows = rows
        self._listed = len(rows)
        self._words = [words(row.text) for row in rows]

    def place(self, made: Made) -> int:
        """The place of the prompt that a sample answers."""
        by_name = next((place for place, row in enumerate(self.rows[: self._listed]) if row.id == made.id), None)
        if made.id and by_name is not None:
            return by_name
        if made.prompt:
            own = words(made.prompt)
            scored = [(_common(own, other), -number) for number, other in enumerate(self._words)]
            best, number = max(scored, default=(0.0, 0))
            if best >= SAME:
                return -number
            if made.how != "its folder's name" or made.index is None or made.index >= self._listed:
                return self._add(made.prompt)
        if made.index is not None and made.index < self._listed:
            return made.index
        return self._add(f"Prompt {made.index + 1}" if made.index is not None else "Prompt not known")

    def _add(self, text: str) -> int:
        found = next((number for number, row in enumerate(self.rows) if row.text == text), None)
        if found is not None:
            return found
        self.rows.append(Asked(f"other-{len(self.rows) + 1}", "", text))
        self._words.append(words(text))
        return len(self.rows) - 1


def words(prompt: str) -> frozenset[str]:
    """The words of a prompt, without LoRA calls, weights and brackets."""
    plain = re.sub(r"<[^<>]*>|:[\d.]+(?=\s*[\])])", " ", prompt.lower())
    return frozenset(re.findall(r"[\w-]+", plain))


def _common(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one and other else 0.0


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


def _mark(one: Graded, result: Grade) -> None:
    """The short verdicts of a sample, and a sentence for each."""
    asked = result.prompts[one.prompt]
    if one.difference is not None and one.nearest is not None and one.difference < COPY:
        name = result.trained[one.nearest].path.name
        one.marks.append("copy")
        one.notes.append(f"Nearly the training picture {name}{', mirrored' if one.mirrored else ''}: learnt by heart.")
    expects = asked.expects
    if expects == "likeness" and one.likeness is not None:
        if one.likeness < result.least:
            one.marks.append("unlike")
            one.notes.append("Other colours than the character has in the set.")
        else:
            one.marks.append("like")
    if expects == "unlike" and one.likeness is not None and one.likeness >= result.least:
        one.marks.append("leak")
        one.notes.append("Has the character's colours although its trigger was not there.")
    if expects == "place" and one.plain:
        one.marks.append("plain")
        one.notes.append("A plain background where a place was asked for.")
    if expects == "grey" and one.tint > GREY:
        one.marks.append("coloured")
        one.notes.append("In colour, although black and white was asked for.")
    if one.softness is not None and one.softness > SOFT and asked.group != "flexibility":
        one.marks.append("soft")
        one.notes.append(f"Edges are {one.softness:.1f} times as wide as in the set.")


def _missing(result: Grade) -> list[str]:
    """Of the prompts in the list, those without a sample: at all, or at a stage at which others have one."""
    listed = len(result.against.prompts)
    stages = result.stages
    lines = []
    for number, asked in enumerate(result.prompts[:listed]):
        there = {one.made.stage for one in result.of_prompt(number)}
        lacking = [stage for stage in stages if stage and stage not in there]
        if not there:
            lines.append(f"No sample of “{asked.text}”.")
        elif lacking:
            lines.append(f"“{asked.text}” lacks {', '.join(lacking)}.")
    return lines


def _beside(asked: Asked, captions: list[str]) -> list[int]:
    """Places of the training pictures whose captions say most of what the prompt says; rare words count most."""
    own = words(asked.text)
    spoken = [words(text) for text in captions]
    often = Counter(word for one in spoken for word in one)
    weight = {word: math.log(len(captions) / often[word]) for word in own if often[word]}
    scored = sorted(
        (
            (sum(weight.get(word, 0.0) for word in one) / (1 + len(one)) ** 0.5, -place)
            for place, one in enumerate(spoken)
        ),
        reverse=True,
    )
    return [-place for _score, place in scored[:BESIDE]]
