# SPDX-License-Identifier: GPL-3.0-or-later
"""What grading comes to: each sample, and the whole sheet."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ..report.thumbnails import Thumbnail
from .against import Against, Asked, Trained
from .read import Made


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
