# SPDX-License-Identifier: GPL-3.0-or-later
"""What the picks would come to: pictures, renders, coverage, time, and what is wrong with them. Never imports bpy.

A plan takes longer than a drawing may, so a thread works it out (later.py).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from .. import job
from ..cli import parser
from ..commands.words import Parser, request
from ..common.errors import InputError, ModelsheetError
from ..dataset.packages import check_fits
from ..photography import options_of
from ..plan.facts import CharacterFacts
from ..plan.planner import make_plan
from ..plan.presets import load_preset
from ..plan.shots import takes
from ..plan.vary import vary
from ..request import Request
from .looked import in_panel
from .pace import Estimate, Way, estimate

#: A plan of more pictures takes seconds to make; their number is told without it.
MOST_PLANNED = 240


@dataclass(frozen=True)
class Question:
    """Everything that the answer depends on. words: of the `make` command. facts: of the character, as JSON."""

    words: tuple[str, ...]
    facts: str = ""
    stamp: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Outlook:
    """problem: why it can't be begun, "" where it can. shots: pictures; takes: renders that they need; covered of
    possible: pairs of settings that are seen together; counts: axis -> setting -> pictures; left_out: sentences."""

    problem: str = ""
    shots: int = 0
    takes: int = 0
    covered: int = 0
    possible: int = 0
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    way: Way | None = None
    planned: bool = True

    def estimate(self, measured: dict[str, list[float]]) -> Estimate | None:
        """How long it will take, None where nothing is planned."""
        return estimate(self.way, self.takes, self.shots, measured) if self.way is not None and self.shots else None


@cache
def _parser() -> Parser:
    return parser()


def asked(words: tuple[str, ...]) -> Request:
    """The request that the words of `make` state, held to all that is checked before a job. Raises InputError."""
    found = request(_parser().parse_args(list(words)))
    job.check_request(found)
    options_of(found)
    check_fits(found.trainers, found.base)
    return found


def work_out(question: Question) -> Outlook:
    """The answer. Takes up to half a second."""
    try:
        wanted = asked(question.words)
        preset = vary(load_preset(wanted.preset), wanted.axes, wanted.prints_per_take, wanted.budget)
        if wanted.background_folder is not None:
            preset = preset.with_folder()
        elif any("folder" in names for names in preset.axes.values()):
            raise InputError("The background Folder wants your own pictures. Choose their folder, or switch it off.")
        options = options_of(wanted)
        way = Way(options.engine, options.resolution, options.samples, options.device)
        budget = preset.budget if wanted.budget is None else wanted.budget
        if budget > MOST_PLANNED:
            return Outlook(shots=budget, takes=-(-budget // preset.prints_per_take), way=way, planned=False)
        facts = CharacterFacts.from_json(json.loads(question.facts)) if question.facts else None
        plan = make_plan(preset, facts, wanted.seed, wanted.budget)
    except ModelsheetError as error:
        return Outlook(problem=in_panel(str(error)))
    except Exception as error:  # what a stranger's file can hold has no end; a drawing must not fail for it
        return Outlook(problem=f"This can't be planned ({type(error).__name__}: {error}).")
    pairs = plan.coverage["pairs"]
    return Outlook(
        shots=len(plan.shots),
        takes=len(takes(plan.shots)),
        covered=pairs["covered"],
        possible=pairs["possible"],
        counts=plan.coverage["settings"],
        left_out=plan.left_out,
        way=way,
    )
