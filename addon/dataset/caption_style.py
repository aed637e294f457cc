# SPDX-License-Identifier: GPL-3.0-or-later
"""Which style captions have where nobody asks for one: what the base model reads, or the preset says.

What a base model reads stands in its training table (packages/training/BASE.yaml, `captions`, the best first, with
its source).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..common.errors import InputError
from ..plan.caption_styles import DEFAULT_STYLE, STYLES
from .caption_options import CaptionOptions
from .packages import ALL, check_trainer
from .packages.training.recipe import Base, bases, bases_of

#: Why a style is as it is where somebody said so.
ASKED = "it was asked for"


@dataclass(frozen=True)
class ChosenStyle:
    """A style, and why it is this one: words that follow `because`."""

    style: str
    because: str

    def to_json(self) -> dict[str, str]:
        """As job.yaml and the manifest have it."""
        return {"style": self.style, "because": self.because}


def chosen_style(job: Mapping[str, Any]) -> ChosenStyle:
    """The style that a job.yaml (or a request's mapping, with `trainers` for `for`) comes to: what was asked; else what
    its base model reads best; else what its preset says; else what all bases of its trainers read best; else the
    guide's comma form."""
    if job.get("style"):
        return ChosenStyle(str(job["style"]), ASKED)
    base = bases().get(str(job.get("base")))
    if base is not None:
        return ChosenStyle(_best(base), f"it fits {base.title} best")
    preset = job.get("preset_resolved") or {}
    if isinstance(preset, Mapping) and preset.get("captions") in STYLES:
        return ChosenStyle(str(preset["captions"]), f"the preset {preset.get('name')} says so")
    return _of_trainers(job) or ChosenStyle(DEFAULT_STYLE, "most models read it, and nothing asks for another")


def caption_options(job: Mapping[str, Any]) -> CaptionOptions:
    """The options that a job comes to, with the style that fits it. Raises InputError."""
    return CaptionOptions.from_job(job, chosen_style(job).style)


def _of_trainers(job: Mapping[str, Any]) -> ChosenStyle | None:
    """What all bases of all the job's trainers read best; None where they differ."""
    names = [str(name) for name in job.get("for") or job.get("trainers") or ()]
    if not names or ALL in names:
        return None
    try:
        able = [bases_of(check_trainer(name)) for name in names]
    except InputError:  # of a trainer that is no more
        return None
    styles = {_best(base) for found in able for base in found}
    if len(styles) != 1 or not all(able):
        return None
    who = " and ".join(names)
    return ChosenStyle(styles.pop(), f"it fits all base models that {who} can train best")


def _best(base: Base) -> str:
    return next((style for style in base.table["captions"] if style in STYLES), DEFAULT_STYLE)
